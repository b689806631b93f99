"""Which drafts are alike: what is done, up to which amount, for somebody known or new, and what wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.action import Money
from workflows.trust.calibration import Acceptance, Cell, acceptance
from workflows.trust.decided import WEIGHED
from workflows.trust.stages import Maker, Segment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workflows.run import Draft
    from workflows.trust.decided import Decided

#: So many drafts of an agent are looked at to say what was accepted, the newest.
LOOKED_AT = 1_000
#: Steps of the amounts drafts are told apart by, within each power of ten: under 100, 500, 1,000, 5,000 ...
_STEPS = (1, 5)
_LOWEST = 100


def under(amount: Money | None) -> Money | None:
    """Return the amount its drafts stay below: 100, 500, 1,000, 5,000 and so on; an amount counts whatever its sign."""
    if amount is None:
        return None
    unit = _LOWEST * 100
    while True:
        for step in _STEPS:
            if abs(amount.minor) < unit * step:
                return Money(minor=unit * step, currency=amount.currency)
        unit *= 10


def segment_of(one: Decided) -> Segment:
    """Return which drafts one is alike."""
    return Segment(
        maker=one.maker,
        action=one.action,
        under=under(one.amount),
        known=one.known,
    )


def of_draft(draft: Draft) -> Segment:
    """Return the same of a draft that opens."""
    return Segment(
        maker=Maker.of(draft.author),
        action=draft.action,
        under=under(draft.amount),
        known=draft.known,
    )


class Tally:
    """What was decided, counted by segment, and as more is decided."""

    def __init__(self, drafts: Iterable[Decided] = ()) -> None:
        """Begin with these."""
        self._counts: dict[object, tuple[int, int]] = {}
        for one in drafts:
            self.add(one)

    def add(self, one: Decided) -> None:
        """Count one more, if trust is counted over it."""
        if one.end not in WEIGHED:
            return
        for key in _keys(segment_of(one)):
            n, accepted = self._counts.get(key, (0, 0))
            self._counts[key] = (n + 1, accepted + one.is_good)

    def cells(self, segment: Segment) -> list[Cell]:
        """Return the cells of an agent's drafts, its drafts of this action, and those alike, in this order."""
        found = (self._counts.get(key, (0, 0)) for key in _keys(segment))
        return [Cell(n=n, accepted=accepted) for n, accepted in found]

    def known(self, segment: Segment) -> Acceptance:
        """Return how surely drafts of a segment are accepted."""
        return acceptance(self.cells(segment), segment.words)


def accepted(drafts: Iterable[Decided], segment: Segment) -> Acceptance:
    """Return how surely drafts of a segment are accepted."""
    return Tally(drafts).known(segment)


def _keys(segment: Segment) -> tuple[object, ...]:
    agent = segment.maker.agent
    return agent, (agent, segment.action), segment
