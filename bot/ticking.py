"""What the clock drives beside runs and the log: schedules, what people are told, what is looked at again, tidying."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.jobs.appraising import Appraising
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
    """Return what is ticked once a second; each knows itself when its time has come.

    `staff` knows who is away by Slack too.
    """
    store, engine, clock = foundation.store, foundation.engine, foundation.clock
    asked = AskedRows(store)
    telling = Telling(
        engine=engine, asked=asked, reading=foundation.lookup, directory=staff, clock=clock
    )
    reviewing = Reviewing(Reviews(store), engine, clock)
    appraising = Appraising(store, engine, clock)
    tidying = (Tidying(kept, clock).tick for kept in (inbox, asked))
    return schedules.tick, telling.tick, reviewing.tick, appraising.tick, *tidying
