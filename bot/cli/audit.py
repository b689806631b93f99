"""`sayso audit`: who pressed what, what the agent wrote, what happened; and whether the log is as it was written."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import erasing, proofs
from bot.cli.opening import company_of, counted, database_of, new_file
from bot.cli.output import Json, as_json, progress, say
from bot.cli.proofs import Keys, ProofFile, Witness  # noqa: TC001 -- typer reads them when it runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.storage.audit_check import Verdict
    from bot.storage.audit_search import Recorded
    from workflows.company import Company

app = typer.Typer(
    help="Search, verify, export and prove the audit log; erase what it says of somebody.",
    no_args_is_help=True,
)


class Format(StrEnum):
    """The forms an export comes in."""

    JSONL = "jsonl"
    CSV = "csv"
    OCSF = "ocsf"
    CLOUDEVENTS = "cloudevents"


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
    Format,
    typer.Option(
        "--format",
        help="jsonl can be verified, csv is for reading; ocsf and cloudevents are for collectors.",
    ),
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
    company = company_of(settings)
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
    database = database_of(settings)
    entries = found(database, wanted, ws=database.ws)
    if json:
        as_json([entry.model_dump(mode="json") for entry in entries])
    else:
        _show(entries, company, with_body=body)
    return 0


@app.command()
def verify(
    *,
    file: File = None,
    against: Against = None,
    witness: Witness = None,
    key: Keys = None,
    proof: ProofFile = None,
    json: Json = False,
) -> int:
    """Say whether every entry is as it was written; if not, name the first that was touched."""
    from workflows.errors import BadInput  # noqa: PLC0415 -- `--help` stays quick

    if proof:
        return proofs.check_proof(proof, key, json=json)
    try:
        with progress("Verifying the audit log"):
            verdict = _file(file, key) if file else _whole(against, witness, key)
    except UnicodeDecodeError as error:
        problem = "it holds bytes that are no text, so it is not an export, or was damaged."
        raise BadInput(field=str(file or against or witness), problem=problem) from error
    if json:
        as_json(verdict.model_dump(mode="json"))
    else:
        _tell(verdict)
    return 0 if verdict.ok else 1


def _file(file: Path, key: Sequence[str] | None) -> Verdict:
    from bot.storage.audit_verify import verify_file  # noqa: PLC0415 -- `--help` stays quick

    return verify_file(file, keys=proofs.keyring(key))


def _whole(against: Path | None, witness: Path | None, key: Sequence[str] | None) -> Verdict:
    from bot.settings import read_settings  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage import audit_verify  # noqa: PLC0415 -- as above

    settings = read_settings()
    return audit_verify.verify(
        database_of(settings),
        against,
        witness=witness or proofs.kept_copies(settings),
        keys=proofs.keyring(key) or proofs.own_keyring(settings),
    )


@app.command()
def export(out: Out, form: Form = Format.JSONL, run: Run = "", json: Json = False) -> int:
    """Write the log, or one run of it, into a file that only you can read. It holds what was written to people."""
    from bot.settings import read_settings  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage.audit_export import export_jsonl  # noqa: PLC0415 -- as above
    from bot.storage.audit_formats import (  # noqa: PLC0415 -- as above
        export_cloudevents,
        export_csv,
        export_ocsf,
    )
    from workflows.errors import BadInput  # noqa: PLC0415 -- as above

    write = {
        Format.JSONL: export_jsonl,
        Format.CSV: export_csv,
        Format.OCSF: export_ocsf,
        Format.CLOUDEVENTS: export_cloudevents,
    }[form]
    database = database_of(read_settings())
    with (
        progress("Exporting the audit log"),
        new_file(out).open("w", encoding="utf-8", newline="") as file,
    ):
        entries = write(database, file, f"run:{run}" if run else None)
    if run and not entries:
        out.unlink()
        problem = f"there is no run {run}, so nothing was written. sayso runs list shows them."
        raise BadInput(field="--run", problem=problem)
    if json:
        as_json({"file": str(out), "format": form.value, "entries": entries})
    else:
        say(f"Wrote {counted(entries, 'entry', 'entries')} to {out}.")
    return 0


app.command()(erasing.erase)
app.command()(erasing.archive)
app.command()(proofs.key)
app.command()(proofs.prove)
app.command()(proofs.growth)
app.command()(proofs.checkpoints)


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

    looked = f"{counted(verdict.entries, 'entry', 'entries')} in {counted(verdict.chains, 'chain', 'chains')}"
    if verdict.ok:
        say(f"The audit log is as it was written: {looked}.")
        say(_sealed(verdict))
        return
    say(f"The audit log is not as it was written ({looked}).")
    for number, bad in enumerate(verdict.bad):
        where = f"chain {bad.chain}, entry {bad.seq}" if bad.chain else f"entry {bad.seq}"
        named = f" ({bad.event_id})" if bad.event_id else ""
        first = "The first: " if number == 0 else "Also: "
        say(line(f"{first}{where}{named}: {bad.problem}.", 400))


def _sealed(verdict: Verdict) -> str:
    """Return what the checkpoints say of it, and whose signature and copies were looked at."""
    points = counted(verdict.checkpoints, "checkpoint", "checkpoints")
    signed = "signatures checked" if verdict.signed else "no signature checked"
    copies = counted(verdict.witnessed, "copy", "copies")
    newest = counted(verdict.unsealed, "newest entry", "newest entries")
    return f"{points} ({signed}, {copies} compared); {newest} not under one yet."
