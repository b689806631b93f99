"""One turn of a run: what a rule collects while it decides. Values only; nothing happens here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from workflows import privacy
from workflows.action import ActionSpec, Record
from workflows.answers import Answer, Recorded
from workflows.basis.ground import Ground
from workflows.basis.reading import Reading
from workflows.basis.sight import Sight, times_of
from workflows.company import Company
from workflows.errors import DoneBefore, UnderWay
from workflows.events import Entry, Event
from workflows.limits import Ask, Told, Untold
from workflows.past.asked import asked_of
from workflows.ports import Asked, JsonObject, Post, StepState
from workflows.run import Actor, Draft, Place, Run, RunState, Task
from workflows.trust.calibration import Acceptance
from workflows.trust.figures import LOOKED_BACK
from workflows.trust.segments import of_draft
from workflows.trust.stages import Footing

if TYPE_CHECKING:
    from datetime import timedelta

    from workflows.commands import Command, Demote, StartRun, SwitchExample
    from workflows.errors import Refusal
    from workflows.lessons.examples import Example
    from workflows.playbook import Playbook
    from workflows.text import Untrusted


class Other(Record):
    """Another run of the same playbook about the same."""

    id: str
    ended: bool
    #: It does not wait for its turn.
    begun: bool = True
    #: It failed before anything was drafted, so that nothing was done.
    in_vain: bool = False
    created_at: datetime


class Facts(Record):
    """What a rule may know besides the run: read before it, frozen, and kept with the entry for replay."""

    #: Microseconds matter nowhere; an aware UTC datetime.
    at: datetime
    #: Fresh ids; a turn needs at most one for a run, one for a draft, one for a task.
    ids: tuple[str, ...]
    #: As Slack saw it last; the ground holds it as its file says.
    company: Company
    reading: Reading | None = None
    #: Scopes that are switched off.
    paused: tuple[tuple[str, str], ...] = ()
    #: The stage its playbook was moved to; None where nobody moved it.
    footing: Footing | None = None
    #: The version that is active, where the playbook may do something by itself; empty elsewhere.
    active: str = ""
    #: How surely drafts like the one that opens go out unchanged; None where no rule asked.
    acceptance: Acceptance | None = None
    #: For a start: the runs about the same, oldest first.
    others: tuple[Other, ...] = ()
    #: What was counted because a rule asked for it.
    told: tuple[tuple[Ask, Told], ...] = ()
    #: What the connectors can carry out, by action name.
    actions: Mapping[str, ActionSpec] = {}
    #: The company and the actions as they are kept; an entry carries the hash.
    ground: Ground | None = None
    #: What the reading says, as it is kept; an entry carries the hash, and the times.
    sight: Sight | None = None

    def pause(self, *scopes: str) -> tuple[str, str] | None:
        """Return the first (scope, person) switched off among `everything` and these scopes."""
        wanted = {"everything", *scopes}
        return next((switch for switch in self.paused if switch[0] in wanted), None)

    @property
    def open_others(self) -> tuple[Other, ...]:
        """The runs about the same that are not over."""
        return tuple(other for other in self.others if not other.ended)

    def refuse_beside(self, subject: Untrusted) -> None:
        """Raise where another run about the same is open."""
        if self.open_others:
            raise self._named(UnderWay, self.open_others[0], subject)

    def refuse_again(self, playbook: Playbook, subject: Untrusted) -> None:
        """Raise where this is done only once, and was started before."""
        done = [other for other in self.others if not other.in_vain]
        if playbook.once_per and done:
            raise self._named(DoneBefore, done[0], subject)

    def _named(self, error: type[Refusal], other: Other, subject: Untrusted) -> Refusal:
        since = other.created_at.astimezone(self.company.tz)
        # A word finds it as well as its id, and people know it.
        named = subject.raw if subject.raw.split() == [subject.raw] else other.id
        return error(subject=subject.raw, since=f"{since:%d %b %H:%M}", run=named)

    def knowing(self, ask: Ask, told: Told) -> Facts:
        """Return these facts with what was counted besides."""
        counted = {"told": (*self.told, (ask, told))}
        return self.model_copy(
            update={"acceptance": told.acceptance} if told.acceptance else counted
        )

    def on_record(self) -> JsonObject:
        """Return what replay needs beside the ground and the sight, kept apart under the hashes that stand here."""
        apart = {"company", "actions", "reading", "ground", "sight"}
        said: JsonObject = self.model_dump(mode="json", exclude=apart, exclude_defaults=True)
        if self.ground:
            said["ground"] = self.ground.hash
        if self.sight and self.reading:
            said |= {"sight": self.sight.hash, "reading": times_of(self.reading)}
        return said


class Finish(Record):
    """The outcome to write on the step row of `seq`."""

    seq: int
    state: StepState
    outcome: JsonObject = {}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a rule decided: the run as it is now, what goes on the record, what must be shown or started."""

    run: Run | None
    answer: Answer
    entries: tuple[Entry, ...] = ()
    posts: tuple[Post, ...] = ()
    #: Subjects whose messages must be drawn again.
    redraw: tuple[str, ...] = ()
    starts: tuple[StartRun, ...] = ()
    #: Saved before `run`: what became of drafts and tasks the run has gone on from.
    replaced: tuple[Run, ...] = ()
    finish: Finish | None = None
    #: Steps somebody was asked first for in turn: the next one is another's.
    turns: tuple[str, ...] = ()
    #: The edit that becomes an example.
    example: Example | None = None
    #: Ids of the examples a draft came back written with.
    learnt: tuple[str, ...] = ()
    #: Whom the posts ask to decide something.
    asks: tuple[Asked, ...] = ()
    #: What takes the playbook back to a stricter stage.
    demotes: tuple[Demote, ...] = ()
    #: What is not learnt from any more.
    unlearns: tuple[SwitchExample, ...] = ()


class Turn:
    """The run under decision and what has been collected so far. Lives for one `decide` only."""

    def __init__(self, run: Run, playbook: Playbook, command: Command, facts: Facts) -> None:
        """Begin with the run as it was loaded."""
        self.run, self.playbook, self.command, self.facts = run, playbook, command, facts
        self.entries: list[Entry] = []
        self.posts: list[Post] = []
        self.starts: list[StartRun] = []
        #: The run as it stood with each draft or task that another took the place of.
        self.replaced: list[Run] = []
        self.finish: Finish | None = None
        self.turns: list[str] = []
        self.example: Example | None = None
        self.learnt: tuple[str, ...] = ()
        self.demotes: list[Demote] = []
        self.unlearns: list[SwitchExample] = []
        self.sentence = ""
        #: How many steps were entered; more than there are means a circle.
        self.entered = 0
        #: Set when the answer is not just that it was recorded.
        self.answer: Answer | None = None

    @property
    def at(self) -> datetime:
        """When this is decided."""
        return self.facts.at

    @property
    def draft(self) -> Draft:
        """The run's draft. A rule that reads it stands in a table row that has one."""
        if self.run.draft is None:
            msg = f"run {self.run.id} has no draft"
            raise LookupError(msg)
        return self.run.draft

    @property
    def held_by(self) -> tuple[str, str] | None:
        """The first (scope, person) switched off that keeps the run's draft from leaving."""
        connector = self.draft.action.partition(".")[0]
        return self.facts.pause(
            f"playbook:{self.run.playbook}",
            f"agent:{self.draft.author.agent}",
            f"connector:{connector}",
        )

    def told(self, ask: Ask) -> Told:
        """Return what was counted. Raises `Untold` until it was."""
        for asked, told in self.facts.told:
            if asked == ask:
                return told
        raise Untold(ask)

    def acceptance(self, draft: Draft) -> Acceptance:
        """Return how surely drafts like this one go out unchanged. Raises `Untold` until that was counted."""
        if self.facts.acceptance:
            return self.facts.acceptance
        raise Untold(Ask(kind="accepted", alike=of_draft(draft), since=self.at - LOOKED_BACK))

    def become(self, **changes: object) -> None:
        """Replace fields of the run. A draft or task that another takes the place of is kept to be saved."""
        changed = self.run.model_copy(update=changes)
        if _is_replaced(self.run.draft, changed.draft) or _is_replaced(self.run.task, changed.task):
            self.replaced.append(self.run)
        self.run = changed

    def redrafted(self, **changes: object) -> None:
        """Replace fields of the run's draft."""
        self.become(draft=self.draft.model_copy(update=changes))

    def work(self, due: timedelta | None = None) -> None:
        """Give the workers something to do: a new work step, due now or in a while."""
        self.become(
            state=RunState.WORKING,
            seq=self.run.seq + 1,
            due_at=self.at + due if due else self.at,
            attempts=0,
            why="",
        )

    def record(
        self,
        event: Event,
        *,
        actor: Actor | None = None,
        head: JsonObject | None = None,
        body: JsonObject | None = None,
    ) -> None:
        """Put one thing on the record. The first entry of a turn carries the command and the facts."""
        asked: JsonObject = {}
        if not self.entries:
            asked = asked_of(self.command, self.facts)
        draft = self.run.draft
        about = f"draft:{draft.id}" if draft and ":draft:" in event else f"run:{self.run.id}"
        self.entries.append(
            Entry(
                event=event,
                chain=f"run:{self.run.id}",
                actor=actor or self.command.actor,
                object=about,
                head={"seq": self.run.seq, "step": self.run.step, **(head or {})},
                body={**(body or {}), **asked},
            )
        )

    def post(
        self, subject: str, body: JsonObject | None = None, channel: str = "", to: str = ""
    ) -> None:
        """Show something where the run lives, or in a channel named here; `to` hears of it where it is private."""
        place = Place(channel=self.facts.company.channel(channel)) if channel else self.run.place
        for each in privacy.places(self, place, to):
            self.posts.append(Post(subject=subject, **each.model_dump(), body=body or {}))

    def decision(self, redraw: tuple[str, ...], asks: tuple[Asked, ...]) -> Decision:
        """Return all that was collected."""
        return Decision(
            run=self.run,
            entries=tuple(self.entries),
            posts=tuple(self.posts),
            redraw=redraw,
            starts=tuple(self.starts),
            replaced=tuple(self.replaced),
            finish=self.finish,
            turns=tuple(self.turns),
            example=self.example,
            learnt=self.learnt,
            asks=asks,
            demotes=tuple(self.demotes),
            unlearns=tuple(self.unlearns),
            answer=self.answer or Recorded(run=self.run, sentence=self.sentence),
        )


def _is_replaced(before: Draft | Task | None, after: Draft | Task | None) -> bool:
    return before is not None and (after is None or before.id != after.id)
