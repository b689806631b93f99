"""Whether a playbook has earned its next stage, in numbers: what a promotion is decided on, and what sends it back."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from workflows.action import Record
from workflows.text import digest
from workflows.trust.calibration import Acceptance, reach
from workflows.trust.criteria import lacking
from workflows.trust.decided import BY_PEOPLE, WEIGHED, Decided, FailedRun
from workflows.trust.figures import (
    LOOKED_BACK,
    Figures,
    figures,
    latest,
    newest,
    percent,
    since,
    unshared,
)
from workflows.trust.grants import Kind, apart, kinds
from workflows.trust.segments import Tally, segment_of
from workflows.trust.stages import Footing, Segment, Stage, ahead, is_granted, stage_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workflows.playbook import Playbook
    from workflows.ports import Looking

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


class Past(Record):
    """What evidence is counted from: what became of a playbook's drafts and runs."""

    #: The newest first.
    drafts: tuple[Decided, ...] = ()
    failed: tuple[FailedRun, ...] = ()
    #: When its first draft was opened.
    first: datetime | None = None

    def of(self, version: str) -> Past:
        """Return what is of one version."""
        drafts = tuple(one for one in self.drafts if one.version == version)
        failed = tuple(one for one in self.failed if one.version == version)
        return self.model_copy(update={"drafts": drafts, "failed": failed})

    def of_kinds(self, granted: tuple[Segment, ...]) -> Past:
        """Return what some kinds of drafts came to, all where none are named. A failed run says nothing of a kind."""
        if not granted:
            return self
        drafts = tuple(one for one in self.drafts if is_granted(granted, segment_of(one)))
        return self.model_copy(update={"drafts": drafts, "failed": ()})

    def latest(self, count: int) -> Figures:
        """Return the newest `count`, by which a playbook or a version goes back."""
        return latest(self.drafts, self.failed, count)


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
    #: What the present stage was granted for alone; none: for all.
    granted: tuple[Segment, ...] = ()
    #: What `to` may be granted for alone: what misses nothing, whatever the playbook as a whole misses.
    kinds: tuple[Kind, ...] = ()

    @property
    def words(self) -> str:
        """The numbers in a clause: "38 of 40 decisions were good (95 %)"."""
        found = self.figures
        if self.stage == "shadow":
            return f"{found.agreed} of {found.compared} silent drafts were what people sent"
        if not found.decided:
            return "nothing was decided yet"
        return f"{found.good} of {found.decided} decisions were good ({percent(found.success)})"

    @property
    def hash(self) -> str:
        """What a press is bound to: the same numbers at the same stage. Time alone does not change it."""
        shown = {"playbook", "version", "stage", "to", "figures", "newest", "granted", "kinds"}
        return digest(self.model_dump(mode="json", include=shown))


def gathered(look: Looking, book: Playbook, now: datetime, to: Stage | None = None) -> TrackRecord:
    """Read what there is, and return the evidence."""
    return track_record(book, look.footing(book.playbook), past(look, book.playbook, now), now, to)


def past(look: Looking, playbook: str, now: datetime) -> Past:
    """Read what a playbook's evidence is counted from."""
    start = now - LOOKED_BACK
    # Rows are ours: nothing is checked again, thousands of them are read at a time.
    return Past.model_construct(
        drafts=tuple(look.decided(playbook, start, MOST)),
        failed=tuple(look.failed_runs(playbook, start, MOST)),
        first=look.first_draft(playbook),
    )


def track_record(
    book: Playbook,
    footing: Footing | None,
    known: Past,
    now: datetime,
    to: Stage | None = None,
) -> TrackRecord:
    """Return the evidence for the next stage, or for `to`, which may be the present one."""
    stage = stage_of(footing, book.rollout.start)
    begun = footing.since if footing else known.first or now
    of_version = known.of(book.version)
    ours = since(of_version.drafts, begun)
    alike = kinds(ours)
    failed = unshared((one for one in of_version.failed if one.at >= begun), of_version.drafts)
    found = TrackRecord(
        playbook=book.playbook,
        version=book.version,
        stage=stage,
        to=to or ahead(footing, book.rollout.start),
        figures=figures(ours).model_copy(update={"failed": len(failed)}),
        newest=known.latest(book.rollout.back_when.over),
        days=_days(now - begun),
        age=_days(now - (known.first or now)),
        alike=tuple(one.known for one in alike[:_LINES]),
        gone=gone(known.drafts, book.rollout.success, now - MONTH),
        samples=samples(ours),
        granted=footing.granted if footing else (),
    )
    alone = apart(book, footing, found, ours, alike, known)
    return found.model_copy(update={"lacking": lacking(book, found), "kinds": alone})


def _days(span: timedelta) -> float:
    return span / timedelta(days=1)


def gone(drafts: Iterable[Decided], needed: float, start: datetime) -> Gone:
    """Return what would have gone by itself since `start`, each judged by what was known when it was opened."""
    weighed = [one for one in drafts if one.end in WEIGHED]
    people = [one for one in weighed if one.end in BY_PEOPLE and one.opened_at >= start]
    opened = sorted(people, key=lambda one: one.opened_at)
    decided = deque(sorted(weighed, key=lambda one: one.changed_at))
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
    known = newest(drafts, MOST)
    chosen = sorted(known, key=lambda one: not _is_otherwise(one))[:_SAMPLES]
    return tuple((one.run_id, one.end) for one in chosen)


def _is_otherwise(one: Decided) -> bool:
    """Whether something else became of it than it said; a rule's own draft nobody objected to is no case of it."""
    return one.is_override or one.trouble or one.end == "edited"
