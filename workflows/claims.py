"""The entry of a lease: which worker's turn it is. It decides nothing, and replay needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.events import Entry, Event
from workflows.run import SYSTEM

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.ports import StepState
    from workflows.run import Run


def claimed(held: Run, until: datetime, *, key: str, earlier: StepState | None) -> Entry:
    """Return the entry of a run as it is held until `until`; `key` is its work's, and `earlier` what a try left."""
    return Entry(
        event=Event.RUN_CLAIMED,
        chain=f"run:{held.id}",
        actor=SYSTEM,
        object=f"run:{held.id}",
        head={
            "seq": held.seq,
            "step": held.step,
            "state": held.state.value,
            "fence": held.fence,
            "attempts": held.attempts,
            "until": until.isoformat(),
            "key": key,
            "earlier": earlier,
        },
    )
