"""Whether a playbook has earned its next stage, in numbers: what a promotion is decided on, and what sends it back."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING

from workflows.action import Record
from workflows.calibration import Acceptance, acceptance, reach
from workflows.decided import BY_PEOPLE
from workflows.figures import LOOKED_BACK, Figures, figures, newest, since
from workflows.segments import Tally, cells, segment_of
from workflows.stages import ALONE, STAGES, Footing, Stage, above, ceiling, stage_of
from workflows.text import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from workflows.decided import Decided
    from workflows.playbook import Playbook
    from workflows.ports import Looking
    from workflows.rollout import Back, Rollout

#: So many drafts are looked back at: enough for every criterion, and bounded for every press.
MOST = 5_000
#: What it would have done is told of the last month.
MONTH = timedelta(days=30)
#: So many lines of drafts that are alike, and drafts by name, are shown at most.
_LINES = 5
_SAMPLES = 3


class Gone(Record):
    """What would have gone by itself, and what people did with it."""

    drafts: int = 0
    rejected: int = 0
    edited: int = 0
    #: Taken over, held back, undone, or in trouble.
    otherwise: int = 0


class TrackRecord(Record):
    """What a promotion is decided on, as the report shows it."""

    playbook: str
    version: str
    stage: Stage
    to: Stage | None
    #: Drafts of the active version since it came to its stage.
    figures: Figures
    #: Those of the newest that count for going back.
    newest: Figures
    #: Days at this stage, and since the first draft.
    days: float
    age: float
    #: What is alike, the most frequent first.
    alike: tuple[Acceptance, ...] = ()
    gone: Gone = Gone()
    #: Some to look at: ids of runs and what became of their drafts.
    samples: tuple[tuple[str, str], ...] = ()
    #: What is missing for `to`, each with its numbers; none when everything is there.
    lacking: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The numbers in a clause: "38 of 40 decisions were good (95 %)"."""
        found = self.figures
        if self.stage == "shadow":
            return f"{found.agreed} of {found.compared} silent drafts were what people sent"
        return f"{found.good} of {found.decided} decisions were good ({percent(found.success)})"

    @property
    def hash(self) -> str:
        """What a press is bound to: the same numbers at the same stage. Time alone does not change it."""
        known = self.model_dump(
            mode="json", include={"playbook", "version", "stage", "to", "figures", "newest"}
        )
        return digest(known)


def gathered(look: Looking, book: Playbook, now: datetime, to: Stage | None = None) -> TrackRecord:
    """Read what there is, and return the evidence."""
    drafts = look.decided(book.playbook, now - LOOKED_BACK, MOST)
    footing, first = look.footing(book.playbook), look.first_draft(book.playbook)
    return track_record(book, footing, drafts, first, now, to)


def track_record(
    book: Playbook,
    footing: Footing | None,
    drafts: Sequence[Decided],
    first: datetime | None,
    now: datetime,
    to: Stage | None = None,
) -> TrackRecord:
    """Return the evidence for the next stage, or for `to`, which may be the present one.

    `drafts` are the playbook's, `first` is when its first was opened.
    """
    stage = stage_of(footing, book.rollout.start)
    begun = footing.since if footing else first or now
    ours = [one for one in since(drafts, begun) if one.version == book.version]
    found = TrackRecord(
        playbook=book.playbook,
        version=book.version,
        stage=stage,
        to=to or above(stage),
        figures=figures(ours),
        newest=figures(newest(drafts, book.rollout.back_when.over)),
        days=_days(now - begun),
        age=_days(now - (first or now)),
        alike=alike(ours),
        gone=gone(drafts, book.rollout.success, now - MONTH),
        samples=samples(ours),
    )
    return found.model_copy(update={"lacking": lacking(book, found)})


def _days(span: timedelta) -> float:
    return span / timedelta(days=1)


def lacking(book: Playbook, found: TrackRecord) -> tuple[str, ...]:
    """Return what is missing for the next stage, each as a clause with its numbers."""
    if found.to is None:
        return ("there is no stage after this one",)
    rollout, confirmed, most = book.rollout, found.to == found.stage, ceiling(book.level)
    missing: list[str] = []
    if STAGES.index(found.to) > STAGES.index(most):
        missing.append(f"its file says level {book.level}, which allows {most} at most")
    if not rollout.baseline:
        missing.append("no baseline says how the work went before")
    if not confirmed:
        missing += _days_missing(rollout, found)
    if found.to not in ALONE:
        few = _few(
            found.figures.compared, rollout.at_least, "drafts compared with what people sent"
        )
        return () if confirmed else (*missing, *few)
    missing += _few(found.figures.decided, rollout.at_least, "drafts decided")
    if found.figures.decided and found.figures.success < rollout.success:
        missing.append(_unsure(found.figures, rollout.success))
    if not rollout.is_narrowed:
        missing.append("no audience or share says for whom it may go by itself")
    if why := passed(found.newest, rollout.back_when):
        missing.append(why)
    return tuple(missing)


def _days_missing(rollout: Rollout, found: TrackRecord) -> list[str]:
    """Return the days that are missing: in shadow, or with people signing as long and longer."""
    if found.stage == "shadow":
        return _short(found.days, rollout.shadow, "in shadow")
    whole = rollout.shadow + rollout.levels
    return [
        *_short(found.days, rollout.levels, f"at {found.stage}"),
        *_short(found.age, whole, "since its first draft"),
    ]


def _short(days: float, needed: float, where: str) -> list[str]:
    asked = needed / 86400
    return [f"{int(days)} of {asked:g} days {where}"] if days < asked else []


def _few(count: int, needed: int, what: str) -> list[str]:
    return [f"{count} of {needed} {what}"] if count < needed else []


def _unsure(found: Figures, needed: float) -> str:
    done = f"{found.good} of {found.decided} decisions were good ({percent(found.success)})"
    return f"{done}, {percent(needed)} are needed"


def percent(part: float) -> str:
    """Return a share as a person reads it, rounded down: `94.9 %` never becomes 95."""
    return f"{int(part * 1000 + 1e-9) / 10:g} %"


def passed(found: Figures, back: Back) -> str:
    """Return which bound the newest drafts pass, in words; empty when they keep to all of them.

    It is the number that counts, so that a few bad ones send it back before there are many.
    """
    for count, bound, what in (
        (found.overrides, back.overrides, "overridden"),
        (found.trouble, back.errors, "in trouble"),
    ):
        if count > bound * back.over:
            looked = f"the newest {found.decided + found.alone} drafts"
            return f"{count} of {looked} were {what}; the bound is {percent(bound)} of {back.over}"
    return ""


def alike(drafts: Iterable[Decided]) -> tuple[Acceptance, ...]:
    """Return how often drafts that are alike were accepted, the most frequent first."""
    found = [one for one in drafts if one.end in BY_PEOPLE]
    segments = dict.fromkeys(segment_of(one) for one in found)
    known = [acceptance(cells(found, segment)) for segment in segments]
    return tuple(sorted(known, key=lambda each: (-each.n, each.words))[:_LINES])


def gone(drafts: Iterable[Decided], needed: float, start: datetime) -> Gone:
    """Return what would have gone by itself since `start`, each judged by what was known when it was opened."""
    people = [one for one in drafts if one.end in BY_PEOPLE]
    opened = sorted(
        (one for one in people if one.opened_at >= start), key=lambda one: one.opened_at
    )
    decided = deque(sorted(people, key=lambda one: one.changed_at))
    tally = Tally()
    went: list[Decided] = []
    for one in opened:
        while decided and decided[0].changed_at < one.opened_at:
            tally.add(decided.popleft())
        if reach(tally.cells(segment_of(one)), needed):
            went.append(one)
    return Gone(
        drafts=len(went),
        rejected=sum(one.end == "rejected" for one in went),
        edited=sum(one.end == "edited" for one in went),
        otherwise=sum(one.end != "rejected" and (one.is_override or one.trouble) for one in went),
    )


def samples(drafts: Sequence[Decided]) -> tuple[tuple[str, str], ...]:
    """Return some to look at: the newest that did not go as it was written first, then the newest others."""
    people = newest(drafts, MOST)
    worst = [one for one in people if not one.is_good]
    chosen = [*worst, *(one for one in people if one.is_good)][:_SAMPLES]
    return tuple((one.run_id, one.end) for one in chosen)
