"""How somebody decides, for their own App Home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from blocks import deciding
from workflows.trust.deciding import MONTH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from blocks.text import Block
    from workflows.trust.deciding import Manner


class Looking(Protocol):
    """What is looked up to draw it."""

    def manners(self, people: Sequence[str], since: datetime) -> Sequence[Manner]:
        """Return how each of these decided since then."""
        ...


def rows(reading: Looking, person: str, now: datetime) -> list[list[Block]]:
    """Return how one person decided in the last month, as the only row of its list."""
    return [deciding.row(one) for one in reading.manners([person], now - MONTH)]
