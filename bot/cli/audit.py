"""`sayso audit`: who pressed what, what the agent wrote, what happened; and whether the log is as it was written."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.output import Json, as_json, progress, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.settings import Settings
    from bot.storage.audit_check import Verdict
    from bot.storage.audit_search import Recorded
    from bot.storage.database import Database
    from workflows.company import Company

app = typer.Typer(help="Search, verify and export the audit log.", no_args_is_help=True)


class Format(StrEnum):
    """The forms an export comes in."""

    JSONL = "jsonl"
    CSV = "csv"


Run = Annotated[str, typer.Option(help="Entries of one run, by its whole id.")]
Draft = Annotated[str, typer.Option(help="Entries about one draft, by its whole id.")]
Actor = Annotated[
    str, typer.Option(help="Who did it: a Slack member id, or like agent:collections.")
]
Event = Annotated[
    str, typer.Option(help="A whole event, like run:draft:signed, or its last word, like signed.")
]
Text = Annotated[str, typer.Option(help="Words in the entry's body, whatever their case.")]
Since = Annotated[datetime | None, typer.Option(help="From this time on, in UTC.")]
Until = Annotated[datetime | None, typer.Option(help="Before this time, in UTC.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="Most entries; the newest are taken.")]
Body = Annotated[bool, typer.Option("--body", help="Show the whole body of each entry.")]
File = Annotated[
    Path | None,
    typer.Option(
        "--file", exists=True, dir_okay=False, help="An export to verify, without a database."
    ),
]
Against = Annotated[
    Path | None,
    typer.Option(
        exists=True, dir_okay=False, help="An older export whose entries must all still be there."
    ),
]
Form = Annotated[
    Format, typer.Option("--format", help="jsonl can be verified, csv is for reading.")
]
Out = Annotated[Path, typer.Option(help="File to write; one that is there is not overwritten.")]


@app.command()
def search(  # noqa: PLR0913 -- one for each option
    *,
    run: Run = "",
    draft: Draft = "",
    actor: Actor = "",
    event: Event = "",
    text: Text = "",
    since: Since = None,
    until: Until = None,
    limit: Limit = 100,
    body: Body = False,
    json: Json = False,
) -> int:
    """Show who pressed what, what the agent wrote and what happened, oldest first."""
    from bot.settings import read_settings  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage.audit_search import Filters  # noqa: PLC0415 -- as above
    from bot.storage.audit_search import search as found  # noqa: PLC0415 -- as above

    settings = read_settings()
    company = _company(settings)
    wanted = Filters(
        run=run,
        draft=draft,
        actor=actor,
        event=event,
        text=text,
        since=_utc(since),
        until=_utc(until),
        limit=limit,
    )
    entries = found(_ready(settings), wanted, ws=company.ws if company else "local")
    if json:
        as_json([entry.model_dump(mode="json") for entry in entries])
    else:
        _show(entries, company, with_body=body)
    return 0


@app.command()
def verify(file: File = None, against: Against = None, json: Json = False) -> int:
    """Say whether every entry is as it was written; if not, name the first that was touched."""
    from bot.settings import read_settings  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage import audit_verify  # noqa: PLC0415 -- as above
    from workflows.errors import BadInput  # noqa: PLC0415 -- as above

    try:
        with progress("Verifying the audit log"):
            verdict = (
                audit_verify.verify_file(file)
                if file
                else audit_verify.verify(_ready(read_settings()), against)
            )
    except UnicodeDecodeError as error:
        problem = "it holds bytes that are no text, so it is not an export, or was damaged."
        raise BadInput(field=str(file or against), problem=problem) from error
    if json:
        as_json(verdict.model_dump(mode="json"))
    else:
        _tell(verdict)
    return 0 if verdict.ok else 1


@app.command()
def export(out: Out, form: Form = Format.JSONL, run: Run = "", json: Json = False) -> int:
    """Write the log, or one run of it, into a file that only you can read. It holds what was written to people."""
    from bot.settings import read_settings  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage.audit_export import export_csv, export_jsonl  # noqa: PLC0415 -- as above

    database = _ready(read_settings())
    chain = f"run:{run}" if run else None
    write = export_jsonl if form is Format.JSONL else export_csv
    with (
        progress("Exporting the audit log"),
        _new_file(out).open("w", encoding="utf-8", newline="") as file,
    ):
        entries = write(database, file, chain)
    if json:
        as_json({"file": str(out), "format": form.value, "entries": entries})
    else:
        say(f"Wrote {_counted(entries, 'entry', 'entries')} to {out}.")
    return 0


def _ready(settings: Settings) -> Database:
    """Open the database that is there. Raises `CannotOpen` for none, an empty one, or one of another form."""
    from bot.cli.db import existing  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage import schema  # noqa: PLC0415 -- as above
    from bot.storage.errors import CannotOpen  # noqa: PLC0415 -- as above

    database = existing(settings)
    schema.refuse_newer(database)
    if schema.revision(database) != schema.NEWEST:
        raise CannotOpen(
            path=database.engine.url.database,
            reason="it is empty, or of an older form",
            next_step="Bring it up to date with sayso db upgrade",
        )
    return database


def _company(settings: Settings) -> Company | None:
    from bot.folder import CompanyFolder  # noqa: PLC0415 -- `--help` stays quick

    there = (settings.sayso_home / "company.yml").exists()
    return CompanyFolder(settings.sayso_home).company() if there else None


def _utc(written: datetime | None) -> datetime | None:
    return written.replace(tzinfo=UTC) if written else None


def _show(entries: Sequence[Recorded], company: Company | None, *, with_body: bool) -> None:
    from bot.cli.timeline import body_of, told  # noqa: PLC0415 -- `--help` stays quick

    for recorded in entries:
        say(told(recorded.ts, recorded.entry, company))
        if with_body and recorded.body is not None:
            say(body_of(recorded.body))
    if not entries:
        say("No entry matches.")


def _tell(verdict: Verdict) -> None:
    from bot.cli.plain import line  # noqa: PLC0415 -- `--help` stays quick

    looked = f"{_counted(verdict.entries, 'entry', 'entries')} in {_counted(verdict.chains, 'chain', 'chains')}"
    if verdict.ok:
        say(f"The audit log is as it was written: {looked}.")
        return
    say(f"The audit log is not as it was written ({looked}).")
    for number, bad in enumerate(verdict.bad):
        where = f"chain {bad.chain}, entry {bad.seq}" if bad.chain else f"entry {bad.seq}"
        named = f" ({bad.event_id})" if bad.event_id else ""
        first = "The first: " if number == 0 else "Also: "
        say(line(f"{first}{where}{named}: {bad.problem}.", 400))


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _new_file(path: Path) -> Path:
    """Make an empty file that its owner alone can read. Raises `BadInput` when it can't be made."""
    from workflows.errors import BadInput  # noqa: PLC0415 -- `--help` stays quick

    try:
        path.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        problem = f"{path} can't be written ({error.strerror}). Choose another file."
        raise BadInput(field="--out", problem=problem) from error
    return path
