"""A desk of fakes: an engine that answers what it is told to, and things to look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from slack_sdk.errors import SlackApiError

from blocks import proposal
from blocks.notice import said
from bot.deadline import left
from handlers.back import Back
from handlers.desk import Desk
from tests.fakes.clock import FakeClock
from tests.unit.blocks import examples
from workflows.answers import Recorded
from workflows.company import Company, Person
from workflows.errors import UnknownPlaybook

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from blocks.history import Logged
    from blocks.proposal import Shown
    from blocks.queue import Waiting
    from workflows.answers import Answer
    from workflows.commands import Command
    from workflows.delegation.inventory import Assessment
    from workflows.engine import Engine
    from workflows.errors import PlaybookError
    from workflows.playbook import Playbook
    from workflows.run import Run
    from workflows.trust.stages import Footing
    from workflows.versions.version import Active, Proposal

Json = dict[str, Any]

ANA, STRANGER = "U01ANA", "U09NOBODY"
COMPANY = Company(name="Lark", owner=ANA, people=(Person(id=ANA, name="Ana", roles=("sales",)),))


@dataclass
class FakeEngine:
    """Keeps every command; its answer is a value, or an exception to raise."""

    answer: Answer | Exception = field(default_factory=Recorded)
    commands: list[Command] = field(default_factory=list["Command"])
    deadlines: list[float | None] = field(default_factory=list[float | None])
    #: Seconds that were left for each, of everything that is done for a press.
    left: list[float] = field(default_factory=list[float])

    def handle(self, command: Command, deadline: float | None = None) -> Answer:
        self.commands.append(command)
        self.deadlines.append(deadline)
        self.left.append(left(30.0))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class FakeReading:
    """What can be looked up: one run, or none."""

    held: Run | None = None
    level: int = 3
    #: What every version reads; None: the example's.
    book: Playbook | None = None
    #: What its playbook is about employees; None: it is not kept.
    private: bool | None = False
    #: What stands in the log.
    log: Sequence[Logged] = ()
    proposed: Proposal | None = None
    stated: dict[str, Assessment] = field(default_factory=dict[str, "Assessment"])
    active_now: Active | None = None
    #: The hash of what a message shows, by draft, channel, message and the block pressed on.
    cards: dict[tuple[str, str, str, str], str] = field(
        default_factory=dict[tuple[str, str, str, str], str]
    )

    #: The runs of a thread, by channel and thread.
    threads: dict[tuple[str, str], list[Run]] = field(
        default_factory=dict[tuple[str, str], "list[Run]"]
    )

    def run(self, run_id: str) -> Run | None:
        return self.held if self.held and self.held.id == run_id else None

    def run_of_draft(self, draft_id: str) -> Run | None:
        draft = self.held.draft if self.held else None
        return self.held if draft and draft.id == draft_id else None

    def run_of_task(self, task_id: str) -> Run | None:
        task = self.held.task if self.held else None
        return self.held if task and task.id == task_id else None

    def playbook(self, version: str) -> Playbook:
        if self.book:
            return self.book
        if self.private is None:
            raise UnknownPlaybook(name=version, hint="")
        return examples.playbook(level=self.level, version=version, private=self.private)

    def version(self, version: str) -> Playbook | None:
        return self.playbook(version)

    def proposal(self, proposal_id: str) -> Proposal | None:
        return self.proposed if self.proposed and self.proposed.id == proposal_id else None

    def standing(self, name: str) -> Active | None:
        return self.active_now if self.active_now and self.active_now.playbook == name else None

    def footing(self, playbook: str) -> Footing | None:
        assert playbook
        return None

    def newest_proposal(self, playbook: str) -> Proposal | None:
        return self.proposed if self.proposed and self.proposed.playbook == playbook else None

    def assessment(self, entry: str) -> Assessment | None:
        return self.stated.get(entry)

    def assessments(self) -> Sequence[Assessment]:
        return [one for one in self.stated.values() if one.listed]

    def logged(self, *, about: str = "", limit: int = 50) -> Sequence[Logged]:  # noqa: ARG002 -- the port's face
        return self.log

    def recent(self, person: str) -> Sequence[str]:  # noqa: ARG002 -- the port's face
        return ()

    def in_thread(self, channel: str, thread_ts: str) -> Sequence[Run]:
        return self.threads.get((channel, thread_ts), [])

    def card_at(self, channel: str, ts: str) -> str:
        del channel, ts
        return ""

    def card_hash(self, draft_id: str, channel: str, ts: str, block_id: str) -> str:
        return self.cards.get((draft_id, channel, ts, block_id), "")


@dataclass(frozen=True)
class Kept:
    """An event as it was kept."""

    body: Json


@dataclass
class FakeInbox:
    """Events by id; `fails` is raised instead of writing."""

    events: dict[str, Json] = field(default_factory=dict[str, Json])
    done: list[str] = field(default_factory=list[str])
    fails: Exception | None = None

    def store_event(self, event_id: str, body: Json, deadline: float | None = None) -> bool:  # noqa: ARG002 -- the port's face
        if self.fails:
            raise self.fails
        new = event_id not in self.events
        self.events[event_id] = body
        return new

    def handled(self, event_id: str) -> None:
        if self.fails:
            raise self.fails
        self.done.append(event_id)

    def unhandled(self) -> Sequence[Kept]:
        return [Kept(body) for name, body in self.events.items() if name not in self.done]


class FakeShelf:
    """One playbook."""

    def __init__(self, *books: Playbook) -> None:
        self._books = {book.playbook: book for book in books}

    def get(self, name: str) -> Playbook | None:
        return self._books.get(name)

    def books(self) -> Sequence[Playbook]:
        return [self._books[name] for name in sorted(self._books)]


@dataclass
class FakeTexts:
    """Reads every text as one playbook, or says what is wrong with it."""

    book: Playbook | None = None
    fails: PlaybookError | None = None
    given: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    ships: tuple[Playbook, ...] = ()

    def read(self, name: str, text: str) -> Playbook:
        self.given.append((name, text))
        if self.fails:
            raise self.fails
        assert self.book
        return self.book

    def shipped(self) -> Sequence[Playbook]:
        return self.ships


@dataclass(frozen=True)
class FakeDirectory:
    """The company of two lines, or another."""

    now: Company = COMPANY

    def company(self) -> Company:
        return self.now


@dataclass
class Room:
    """A desk, and what its fakes remember."""

    engine: FakeEngine = field(default_factory=FakeEngine)
    reading: FakeReading = field(default_factory=FakeReading)
    inbox: FakeInbox = field(default_factory=FakeInbox)
    company: Company = COMPANY
    waiting: list[Waiting] = field(default_factory=list["Waiting"])
    books: tuple[Playbook, ...] = ()
    texts: FakeTexts = field(default_factory=FakeTexts)
    homes: list[str] = field(default_factory=list[str])
    places: list[str] = field(default_factory=list[str])
    #: About whom Slack is to be asked again; None: about its groups.
    changed: list[Collection[str] | None] = field(default_factory=list["Collection[str] | None"])
    adopted: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    adopting: Callable[[], None] = lambda: None
    #: Who was told what: channel, person, thread and the words.
    whispers: list[tuple[str, str, str, str]] = field(
        default_factory=list[tuple[str, str, str, str]]
    )

    @property
    def desk(self) -> Desk:
        return Desk(
            engine=cast("Engine", self.engine),
            shelf=FakeShelf(*self.books),
            directory=FakeDirectory(self.company),
            reading=self.reading,
            clock=FakeClock(examples.NOW),
            actions={examples.SPEC.name: examples.SPEC},
            texts=self.texts,
            waiting=lambda _: self.waiting,
            change=self._change,
            learnt=lambda person, agent: said(f"what {agent or 'everybody'} learnt, for {person}"),
            home=lambda _, place: {"type": "home", "blocks": [], "place": str(place)},
            watch_home=self._watch_home,
            people_changed=self.changed.append,
            inbox=self.inbox,
            whisper=self._whisper,
            adopt=self._adopt,
        )

    def _watch_home(self, person: str, place: str) -> None:
        self.homes.append(person)
        self.places.append(place)

    def _whisper(self, channel: str, person: str, thread_ts: str, message: Json) -> None:
        self.whispers.append((channel, person, thread_ts, message["text"]))

    def _change(self, proposal_id: str) -> Shown | None:
        found = self.reading.proposal(proposal_id)
        book = examples.playbook()
        return proposal.shown(found, book, book, COMPANY, "") if found else None

    def _adopt(self, subject: str, channel: str, ts: str) -> None:
        self.adopting()
        self.adopted.append((subject, channel, ts))


@dataclass
class Phone:
    """What the person gets: acknowledgements, sentences and dialogs. `error` is what Slack answers instead."""

    acks: list[Json] = field(default_factory=list[Json])
    said: list[Json] = field(default_factory=list[Json])
    calls: list[tuple[str, Json]] = field(default_factory=list[tuple[str, Json]])
    response_url: str | None = "http://127.0.0.1/respond"
    error: Exception | None = None

    def ack(self, **payload: Any) -> None:
        self.acks.append(payload)

    def __call__(self, **message: Any) -> None:
        """Answer by the response URL."""
        self._maybe_fail()
        self.said.append(message)

    def _maybe_fail(self) -> None:
        if self.error:
            raise self.error

    def views_open(self, **arguments: Any) -> None:
        self._called("views.open", arguments)

    def views_update(self, **arguments: Any) -> None:
        self._called("views.update", arguments)

    def views_publish(self, **arguments: Any) -> None:
        self._called("views.publish", arguments)

    def _called(self, method: str, arguments: Json) -> None:
        self._maybe_fail()
        self.calls.append((method, arguments))

    def back(self, body: Json | None = None) -> Back:
        """Return the ways back of a payload."""
        me = cast("Any", self)
        return Back.of(body or {"trigger_id": "t", "user": {"id": ANA}}, me.ack, me, me)


def refused_by_slack(word: str) -> SlackApiError:
    """Return Slack's refusal of a call."""
    return SlackApiError("refused", cast("Any", {"ok": False, "error": word}))
