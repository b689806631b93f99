"""Which kinds of drafts a stage may be granted for alone, where the playbook as a whole has not earned it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.action import Record
from workflows.playbook import DoStep, DraftStep
from workflows.text import digest
from workflows.trust.calibration import Acceptance
from workflows.trust.criteria import days_missing, said_missing, shown_missing
from workflows.trust.decided import WEIGHED
from workflows.trust.figures import figures
from workflows.trust.segments import Tally, segment_of
from workflows.trust.stages import ALONE_RULES, Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workflows.playbook import Playbook
    from workflows.trust.decided import Decided
    from workflows.trust.evidence import Past, TrackRecord
    from workflows.trust.stages import Footing, Maker

#: So many are offered at once.
_MOST = 3


class Kind(Record):
    """Drafts that are alike, and how surely they are accepted."""

    segment: Segment
    known: Acceptance

    @property
    def key(self) -> str:
        """What names it in a button."""
        return digest(self.segment.model_dump(mode="json"))

    @property
    def words(self) -> str:
        """The numbers in a clause: "41 of 41 were sent as written"."""
        return f"{self.known.accepted} of {self.known.n} were sent as written"


def kinds(drafts: Iterable[Decided]) -> list[Kind]:
    """Return what is alike among them, the most frequent first."""
    found = [one for one in drafts if one.end in WEIGHED]
    tally, segments = Tally(found), dict.fromkeys(segment_of(one) for one in found)
    kinds = [Kind(segment=one, known=tally.known(one)) for one in segments]
    return sorted(kinds, key=lambda each: (-each.known.n, each.known.words))


def apart(
    book: Playbook,
    footing: Footing | None,
    found: TrackRecord,
    ours: Sequence[Decided],
    alike: Iterable[Kind],
    known: Past,
) -> tuple[Kind, ...]:
    """Return what of `alike` `threshold` may be granted for alone: each meets by itself what is asked of the whole.

    What stands there for some drafts already has the weeks; others need decisions of their own since then.
    """
    if found.to != "threshold" or not (found.granted or found.stage == "assist"):
        return ()
    weeks = [] if found.granted else days_missing(book.rollout, found)
    if weeks or said_missing(book, found.to):
        return ()
    by_age = sorted(known.drafts, key=lambda one: one.opened_at)
    # Of each step, as a grant is kept: what one agent writes at two of them has two prompts.
    writers = {
        (one.step, one.maker.agent): one.maker for one in by_age if one.version == book.version
    }
    held = _held(footing, book)
    return tuple(
        kind
        for kind in alike
        if kind.segment.maker in writers.values()
        and not any(one.covers(kind.segment) for one in held)
        and _is_earned(book, kind, ours, known.of_kinds((*held, kind.segment)))
    )[:_MOST]


def _is_earned(book: Playbook, kind: Kind, ours: Sequence[Decided], around: Past) -> bool:
    """Whether a kind of drafts misses nothing; `around` is what would be looked at for going back."""
    rollout, segment = book.rollout, kind.segment
    asked = _confidence(book, segment)
    if asked is None or not kind.known.reaches(asked):
        return False
    counted = figures(one for one in ours if segment_of(one) == segment)
    return not shown_missing(rollout, counted, around.latest(rollout.back_when.over))


def _confidence(book: Playbook, segment: Segment) -> float | None:
    """Return how sure the strictest step asks to be that such drafts go by; None where no step lets them."""
    agent = segment.maker.agent
    found = [
        step.approve.confidence
        for step in book.steps
        if isinstance(step, DraftStep | DoStep)
        and (step.agent if isinstance(step, DraftStep) else "playbook") == agent
        and step.action == segment.action
        and step.approve.rule in ALONE_RULES
    ]
    return max(found, default=None)


def added(
    footing: Footing | None, book: Playbook, makers: tuple[Maker, ...], segment: Segment
) -> tuple[Segment, ...]:
    """Return what is granted with this one more: without what it covers, and what nobody writes any more."""
    held = _held(footing, book)
    return (
        *(one for one in held if one.maker in makers and not segment.covers(one)),
        segment,
    )


def _held(footing: Footing | None, book: Playbook) -> tuple[Segment, ...]:
    """Return what this version was granted for; what another was counts no more."""
    return footing.granted if footing and footing.version == book.version else ()
