"""The named moments between two durable things, where it matters most that a process may die.

In production nothing happens at them. A test arms one in a process of its own and dies there.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Boundary(StrEnum):
    """Every such moment. A test passes each in every shipped playbook; a new one that is never passed fails it."""

    #: A transaction has written all of its rows and has not committed.
    WRITTEN = "written"
    #: A transaction is committed, and who asked for it does not know yet.
    COMMITTED = "committed"
    #: The outside system may have done it, and nobody here knows yet.
    LEFT = "left"
    #: The result of a work step is in hand and not reported.
    WORKED = "worked"
    #: Slack took a message, and its row does not know yet.
    SENT = "sent"
    #: An event is stored, and nothing was done about it.
    KEPT = "kept"


#: What is called at each boundary; empty but in a process that tests what a death there does.
armed: list[Callable[[Boundary], None]] = []


def here(boundary: Boundary) -> None:
    """Pass a boundary."""
    for hook in armed:
        hook(boundary)
