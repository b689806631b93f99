"""`sayso runs`: what is going on, and how one run came to where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import replaying
from bot.cli.output import Json, as_json, say, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from blocks.history import Logged
    from bot.app import Foundation
    from workflows.company import Company
    from workflows.run import Draft, Run

app = typer.Typer(
    help="Look at the runs of playbooks, and decide them again.", no_args_is_help=True
)

#: Entries of a run's timeline that are shown; a longer one is in the audit log.
_ENTRIES = 500

State = Annotated[
    str,
    typer.Option(
        help="Only these: working, waiting, holding, uncertain, done, failed or cancelled."
    ),
]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="Most runs; the newest are taken.")]
Which = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or how it begins.")]


@app.command("list")
def list_(state: State = "", limit: Limit = 50, json: Json = False) -> int:
    """List runs, newest first."""
    from bot.cli.plain import line, moment  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage.queue import Queue  # noqa: PLC0415 -- as above
    from workflows.run import RunState  # noqa: PLC0415 -- as above

    if state and state not in set(RunState):
        known = ", ".join(RunState)
        raise typer.BadParameter(f"{state!r} is no state; there are {known}.")
    house = foundation()
    runs = Queue(house.store).runs(RunState(state) if state else None, limit)
    house.close()
    if json:
        as_json([run.model_dump(mode="json") for run in runs])
        return 0
    rows = [
        [
            run.id,
            moment(run.created_at),
            run.playbook,
            run.state,
            line(run.subject.raw, 40),
            line(run.why, 60),
        ]
        for run in runs
    ]
    if rows:
        table(["RUN", "STARTED", "PLAYBOOK", "STATE", "SUBJECT", "WHY"], rows)
    else:
        say("There are no runs." if not state else f"No run is {state}.")
    return 0


@app.command()
def show(run_id: Which, json: Json = False) -> int:
    """Show where a run stands, why it waits, its draft, and everything that happened to it."""
    from workflows.errors import BadInput  # noqa: PLC0415 -- `--help` stays quick

    house = foundation()
    run = house.lookup.run(run_id)
    if run is None:
        problem = "there is no such run, or several begin so. sayso runs list shows them."
        raise BadInput(field=run_id, problem=problem)
    logged = house.lookup.logged(about=f"run:{run.id}", limit=_ENTRIES)
    company = house.folder.company()
    house.close()
    if json:
        timeline = [{"at": one.at, **one.entry.model_dump(mode="json")} for one in logged]
        as_json({**run.model_dump(mode="json"), "timeline": timeline})
        return 0
    for row in _lines(run, logged, company):
        say(row)
    return 0


app.command()(replaying.replay)


def foundation() -> Foundation:
    """Return what needs no Slack, put together."""
    from bot.app import found  # noqa: PLC0415 -- `--help` stays quick
    from bot.settings import read_settings  # noqa: PLC0415 -- as above

    return found(read_settings())


def _lines(run: Run, logged: Sequence[Logged], company: Company) -> Iterator[str]:
    from bot.cli.plain import line, moment, who  # noqa: PLC0415 -- `--help` stays quick
    from bot.cli.timeline import told  # noqa: PLC0415 -- as above

    yield f"Run       {run.id}"
    yield f"Playbook  {run.playbook} (version {run.version[:12]})"
    yield f"Subject   {line(run.subject.raw)}"
    yield f"Started   {moment(run.created_at)} by {who(run.started_by, company)} ({line(run.trigger, 60)})"
    yield f"State     {run.state} at the step {run.step or '-'}"
    if run.why:
        yield f"Why       {line(run.why, 300)}"
    if run.due_at:
        yield f"Due       {moment(run.due_at)}"
    if run.draft:
        yield from _draft(run.draft, company)
    yield ""
    yield "What happened"
    for one in logged:
        yield f"  {told(one.at, one.entry, company)}"


def _draft(draft: Draft, company: Company) -> Iterator[str]:
    from bot.cli.plain import line, plain  # noqa: PLC0415 -- `--help` stays quick

    amount = f", {draft.amount}" if draft.amount else ""
    yield ""
    yield f"Draft     {draft.id}, revision {draft.revision}, {draft.state}"
    yield f"Action    {line(draft.title.raw, 200)} ({draft.action}, {draft.risk}{amount})"
    yield f"Needs     {draft.needs.words}"
    if draft.signers:
        yield f"Signed    {', '.join(company.name_of(person) for person in draft.signers)}"
    yield f"Written   {line(draft.author.label, 200)}"
    if draft.outcome:
        yield f"Outcome   {draft.outcome.status}: {line(draft.outcome.message, 300)}"
    for name, value in draft.current.payload.items():
        yield f"  {name}:"
        for row in plain(str(value)).splitlines():
            yield f"    {row}"
    for signature in draft.signatures:
        if signature.card_hash:
            yield f"  {company.name_of(signature.actor)} saw the card {signature.card_hash}"
