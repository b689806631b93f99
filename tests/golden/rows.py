"""Keeps a row of every kind of record: `python -m tests.golden.rows` writes `rows-<schema>.json`, once for each schema.

It is never written again: what stands in it was written by the program of that day, and every later one reads it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.storage import rows
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import ANA, BEN, draft, example, revision, run, signature, task
from workflows.action import Money
from workflows.basis.reading import Reading
from workflows.lessons.examples import Example
from workflows.ports import Kept
from workflows.run import (
    Claimed,
    Comment,
    Compensation,
    Confidence,
    Draft,
    DraftState,
    Ending,
    Evidence,
    Outcome,
    Revision,
    Run,
    Signature,
    Task,
    Wish,
)
from workflows.text import Untrusted
from workflows.versions.version import Active, Proposal

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.action import Record

Row = dict[str, Any]
#: How the row of each kind is read.
READ: dict[str, Callable[[Row], Record]] = {
    "run": lambda row: rows.run_from(row, None, None),
    # A column that came later is empty in a row from before.
    "draft": lambda row: rows.draft_from({"shown_in": "", **row}, [revision()], []),
    "revision": rows.revision_from,
    "signature": rows.signature_from,
    "task": rows.task_from,
    "active": Active.model_validate,
    "proposal": Proposal.model_validate,
    "example": Example.model_validate,
    "kept": Kept.model_validate,
    "reading": Reading.model_validate,
}


def _draft() -> Draft:
    ending = Ending(by=BEN, at=MONDAY, reason="done", comment=Untrusted("well"), led_to="call")
    return draft(
        state=DraftState.EXECUTED,
        amount=Money(minor=248_000, currency="USD"),
        comments=(Comment(by="U-BEN", n=1, words=Untrusted("good")),),
        wishes=(Wish(by=ANA, at=MONDAY, words=Untrusted("shorter"), about=1, made=2),),
        edited_for={2: "wrong tone"},
        claim=Claimed(by="U-ANA", until=MONDAY),
        evidence=(Evidence(fact=Untrusted("sent"), source="table.quotes/Q-1", url="https://x"),),
        confidence=Confidence(accepted=3, total=4, gates=("look twice",)),
        context="c" * 64,
        learnt=("d-0",),
        signed_at=MONDAY,
        leaves_at=MONDAY,
        customer="a" * 64,
        address="b" * 64,
        zone="Europe/Lisbon",
        ending=ending,
        outcome=Outcome(status="done", receipt="m-1", facts={"old": 1}),
        compensation=Compensation(
            action="mail.send", payload={"to": "x"}, title=Untrusted("Take it back")
        ),
    )


def written() -> dict[str, Row]:
    """Return a row of every kind as this program writes it, as JSON."""
    done: Draft = _draft()
    whole: Run = run(
        results={"read": {"total": "2,480.00 USD", "lines": [1, 2.5, None, True]}},
        sources={"read": "table.quotes/Q-1"},
        exceptions=(1,),
        why="waits",
    )
    mine: Task = task(due_at=MONDAY, options=("yes", "no"), remind_at=MONDAY)
    made: Revision = revision()
    yes: Signature = signature(done)
    found: dict[str, Any] = {
        "run": rows.run_row(whole),
        "draft": rows.draft_row(done, whole),
        "revision": rows.revision_row(made, "d-1", "local"),
        "signature": rows.signature_row(yes, "d-1", "local"),
        "task": rows.task_row(mine, "local"),
        "active": Active(playbook="p", version="v", before="u", by="U-ANA", at=MONDAY).model_dump(),
        "proposal": Proposal(id="p-1", playbook="p", version="v", found_at=MONDAY).model_dump(),
        "example": example().model_dump(),
        "kept": Kept(kind="recorded", run_id="r-1", sentence="Done.").model_dump(),
        "reading": Reading(at=MONDAY).model_dump(),
    }
    return json.loads(json.dumps(found, default=lambda value: value.isoformat()))


def file(schema: int) -> Path:
    """Return where the rows of a schema are kept."""
    return Path(__file__).parent / f"rows-{schema}.json"


if __name__ == "__main__":
    where = file(rows.SCHEMA)
    if where.exists():
        sys.exit(f"{where.name} is kept as it was written")
    where.write_text(json.dumps(written(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
