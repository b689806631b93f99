"""The look-alike's working parts, handed to every Web API method and every person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.delivery import Delivery
    from bot.sandbox.faults import Faults
    from bot.sandbox.handles import Handles
    from bot.sandbox.journal import Journal
    from bot.sandbox.rates import Rates
    from bot.sandbox.records import Json
    from bot.sandbox.state import State


@dataclass(frozen=True, kw_only=True)
class Parts:
    """One of each."""

    state: State
    handles: Handles
    delivery: Delivery
    faults: Faults
    rates: Rates
    journal: Journal


@dataclass(frozen=True, kw_only=True)
class Method:
    """One method of the Web API."""

    run: Callable[[Parts, Json], Json]
    #: Bot scopes of which any one is enough; none needed when empty.
    scopes: tuple[str, ...] = ()
    #: Called with the app-level token, not the bot's.
    app_level: bool = False
