"""What the clock drives beside runs and the log: schedules, what people are told at set times, tidying."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.jobs.reviewing import Reviewing
from bot.jobs.telling import Telling
from bot.jobs.tidying import Tidying
from bot.storage.asked import AskedRows
from bot.storage.reviews import Reviews

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.jobs.schedule import Schedules
    from bot.program import Foundation
    from bot.staff import Staff
    from bot.storage.inbox import Inbox


def ticks_of(
    foundation: Foundation, schedules: Schedules, inbox: Inbox, staff: Staff
) -> tuple[Callable[[], None], ...]:
    """Return it. `staff` knows who is away by Slack too."""
    clock, asked = foundation.clock, AskedRows(foundation.store)
    telling = Telling(
        engine=foundation.engine,
        asked=asked,
        reading=foundation.lookup,
        directory=staff,
        clock=clock,
    )
    reviewing = Reviewing(Reviews(foundation.store), foundation.engine, clock)
    tidying = (Tidying(kept, clock).tick for kept in (inbox, asked))
    return schedules.tick, telling.tick, reviewing.tick, *tidying
