"""Decided drafts for tests of figures: many at a time, in a line."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import AUTHOR
from workflows.trust.decided import Decided
from workflows.trust.stages import Maker

if TYPE_CHECKING:
    from workflows.trust.decided import End

MAKER = Maker(agent=AUTHOR.agent, model=AUTHOR.model, prompt_version=AUTHOR.prompt_version)
#: Criteria that everything meets.
EASY: dict[str, Any] = {
    "shadow": "0 days",
    "levels": "0 days",
    "success": "0%",
    "at least": "0 drafts",
    "share": "100%",
    "baseline": {
        "minutes": 12,
        "errors": "5%",
        "method": "timed with a stopwatch",
        "n": 20,
        "from": "2026-10-01",
        "to": "2026-10-31",
    },
}


def one(n: int = 1, end: End | str = "unchanged", at: datetime = MONDAY, **more: Any) -> Decided:
    """Return a draft that was opened at `at` and decided ten minutes later."""
    values: dict[str, Any] = {
        "draft_id": f"d-{n:04}",
        "run_id": f"r-{n:04}",
        "playbook": "follow-up",
        "version": "v-1",
        "step": "letter",
        "action": "mail.send",
        "maker": MAKER,
        "end": end,
        "opened_at": at,
        "at": at + timedelta(minutes=10) if end else None,
        "by": "U-ANA" if end else "",
        "length": 400,
    }
    return Decided(**{**values, **more})


def many(
    count: int, end: str = "unchanged", first: int = 1, at: datetime = MONDAY, **more: Any
) -> list[Decided]:
    """Return so many of them, an hour apart."""
    return [one(n, end, at + timedelta(hours=n), **more) for n in range(first, first + count)]
