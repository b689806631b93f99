"""`sayso audit erase|archive`: what was written about somebody goes for good; older entries go into a file first."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.opening import company_of, counted, database_of, new_file
from bot.cli.output import Json, as_json, progress, say

if TYPE_CHECKING:
    from bot.storage.choosing import Choice
    from bot.storage.erasing import Asked, Erased
    from workflows.company import Company

Run = Annotated[str, typer.Option(help="Everything of one run, by its whole id.")]
Draft = Annotated[
    str, typer.Option(help="One draft, by its whole id; its run keeps its own texts.")
]
Text = Annotated[
    str, typer.Option(help="Every run and entry that holds these words, whatever their case.")
]
Subject = Annotated[
    list[str] | None,
    typer.Option(help="Every run and entry that holds this e-mail address. May be repeated."),
]
Reason = Annotated[
    str, typer.Option(help="On what ground. It stays, so leave the person's name out.")
]
By = Annotated[str, typer.Option(help="Slack member id of who decided it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")]
Before = Annotated[datetime, typer.Option(help="Entries older than this, in UTC.")]
Out = Annotated[Path, typer.Option(help="File to write; one that is there is not overwritten.")]


def erase(  # noqa: PLR0913 -- one for each option
    *,
    reason: Reason,
    by: By,
    run: Run = "",
    draft: Draft = "",
    text: Text = "",
    subject: Subject = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Erase what was written to and about somebody, everywhere Sayso keeps it. The log still verifies."""
    from bot.clock import SystemClock, TimeIds  # noqa: PLC0415 -- `--help` stays quick
    from bot.settings import read_settings  # noqa: PLC0415 -- as above
    from bot.storage.choosing import Choice  # noqa: PLC0415 -- as above
    from bot.storage.erasing import Eraser, must_not_tell  # noqa: PLC0415 -- as above

    settings = read_settings()
    _known(by, company_of(settings))
    choice = Choice(run=run, draft=draft, text=text, subjects=tuple(subject or ()))
    _one_way(choice)
    must_not_tell(reason, choice)
    eraser = Eraser(database_of(settings), SystemClock(), TimeIds())
    with progress("Looking through every text"):
        chosen = eraser.find(choice)
        erased = eraser.count(chosen) if dry_run else eraser.erase(chosen, _asked(by, reason))
    if json:
        as_json({**erased.model_dump(), "dry_run": dry_run})
    else:
        _tell(erased, is_done=not dry_run)
    return 0


def archive(before: Before, out: Out, json: Json = False) -> int:
    """Write all entries up to the last checkpoint before a day into a file only you can read. Nothing is removed."""
    from bot.settings import read_settings  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage.audit_export import archive_jsonl  # noqa: PLC0415 -- as above
    from workflows.errors import BadInput  # noqa: PLC0415 -- as above

    database = database_of(read_settings())
    file = new_file(out)
    try:
        with (
            progress("Archiving the audit log"),
            file.open("w", encoding="utf-8", newline="") as opened,
        ):
            entries = archive_jsonl(database, opened, before.replace(tzinfo=UTC))
    except BadInput:
        file.unlink()
        raise
    if json:
        as_json({"file": str(out), "entries": entries})
    else:
        say(f"Wrote {counted(entries, 'entry', 'entries')} to {out}.")
    return 0


def _asked(by: str, reason: str) -> Asked:
    from bot.storage.erasing import Asked  # noqa: PLC0415 -- `--help` stays quick
    from workflows.events import Event  # noqa: PLC0415 -- as above
    from workflows.run import Actor  # noqa: PLC0415 -- as above

    event = Event.PAYLOAD_REDACTED
    return Asked(by=Actor.user(by), event=event, ground="request", reason=reason)


def _known(person: str, company: Company | None) -> None:
    from workflows.errors import BadInput  # noqa: PLC0415 -- `--help` stays quick

    if company and company.person(person) is None:
        problem = f"{person} is not among the people of company.yml. Name who decided it."
        raise BadInput(field="--by", problem=problem)


def _one_way(choice: Choice) -> None:
    """Raise `BadInput` for a choice in several ways at once: it would not be clear what is meant."""
    from workflows.errors import BadInput  # noqa: PLC0415 -- `--help` stays quick

    ways = [bool(way) for way in (choice.run, choice.draft, choice.text, choice.subjects)]
    if sum(ways) > 1:
        problem = "choose by --run, --draft, --text or --subject, one of them."
        raise BadInput(field="sayso audit erase", problem=problem)


def _tell(erased: Erased, *, is_done: bool) -> None:
    if erased.is_empty:
        say("Nothing of that is kept.")
        return
    parts = (
        counted(erased.runs, "run", "runs"),
        counted(erased.drafts, "draft", "drafts"),
        counted(erased.entries, "body of an audit entry", "bodies of audit entries"),
        counted(erased.documents, "kept text", "kept texts"),
        counted(erased.events, "Slack event", "Slack events"),
    )
    say(f"{'Erased' if is_done else 'Would erase'}: {', '.join(parts)}.")
    if not is_done:
        return
    say(f"Entry {erased.by_event} says so.")
    if not erased.is_gone:
        say("Old bytes are in the -wal file until nobody reads: stop Sayso, start it again.")
    say("Backups, exports and what others were sent are not touched: docs/audit-log.md lists them.")
