"""Whoever meets on PostgreSQL waits for each other in one order: nobody is told that nothing was recorded."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from threading import Barrier, BrokenBarrierError, Thread
from typing import TYPE_CHECKING, Any

import pytest

from bot.clock import TimeIds
from bot.storage.claims import Claims
from bot.storage.database import open_database
from bot.storage.store import SqlStore
from tests.fakes.shelf import FakeDirectory, StoreShelf
from tests.unit.workflows.builders import (
    ADA,
    ANA,
    CEM,
    COMPANY,
    OLGA,
    REACHING,
    done,
    drafted,
    due,
    found,
    kept,
    limit,
    mailing,
    playbook,
    press,
    reading,
    refunding,
)
from workflows.answers import Recorded, Refused
from workflows.commands import Approve, Pause, Resume, StartRun, StopContact
from workflows.engine import Engine
from workflows.run import DraftState, RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from bot.storage.database import Database
    from tests.fakes.clock import FakeClock
    from workflows.answers import Answer
    from workflows.commands import Command
    from workflows.playbook import Playbook
    from workflows.run import Run

#: Seconds two who are to meet wait for each other; one of them may be waiting in the database, which is the point.
MEET = 1.5


class Meeting(SqlStore):
    """A store in which those who reach a certain call wait there for each other, once each."""

    calls: tuple[str, ...] = ()
    #: Whether anybody came to where they were to meet.
    met = False

    def meet(self, *calls: str) -> None:
        """Have the next two transactions meet after one of these calls."""
        self.calls, self.barrier = calls, Barrier(2)

    @contextmanager
    def transaction(self, *args: Any) -> Generator[Any]:
        with super().transaction(*args) as tx:
            yield _Meeting(tx, self) if self.calls else tx


class _Meeting:
    def __init__(self, tx: Any, store: Meeting) -> None:
        self._tx, self._store, self._met = tx, store, False

    def __getattr__(self, name: str) -> Any:
        made = getattr(self._tx, name)
        if name not in self._store.calls:
            return made

        def called(*args: Any) -> Any:
            result = made(*args)
            if not self._met:
                self._met = self._store.met = True
                with suppress(BrokenBarrierError):
                    self._store.barrier.wait(MEET)
            return result

        return called


@pytest.fixture
def store(postgres_url: str, clock: FakeClock) -> Iterator[Meeting]:
    """Return a store on this test's PostgreSQL."""
    database: Database = open_database(postgres_url)
    made = Meeting(database, wake=lambda *_: None, clock=clock, ids=TimeIds(), load=kept)
    yield made
    database.close()
    assert made.met == bool(made.calls), "nobody reached the call they were to meet at"


@pytest.fixture
def engine(store: Meeting, clock: FakeClock) -> Engine:
    """Return an engine on it."""
    directory = FakeDirectory(COMPANY.model_copy(update={"ws": store.ws}))
    return Engine(store=store, clock=clock, ids=store.ids, directory=directory, actions=REACHING)


@pytest.fixture
def start(engine: Engine, store: Meeting) -> Callable[..., Run]:
    """Return what activates a playbook and starts it."""

    def started(book: Playbook, quote: str = "Q-1") -> Run:
        StoreShelf(store).put(book)
        reply = engine.handle(StartRun(actor=ADA, playbook=book.playbook, inputs={"quote": quote}))
        assert isinstance(reply, Recorded), reply
        assert reply.run
        return reply.run

    return started


def at_once(engine: Engine, *commands: Command) -> list[Answer | BaseException]:
    """Handle commands at the same time; return what came of each."""
    came: dict[int, Answer | BaseException] = {}

    def handle(n: int, command: Command) -> None:
        try:
            came[n] = engine.handle(command)
        except Exception as error:  # noqa: BLE001 -- it is what the test is about
            came[n] = error

    threads = [Thread(target=handle, args=each) for each in enumerate(commands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [came[n] for n in range(len(commands))]


def test_limits_in_any_order_of_the_file(
    engine: Engine, store: Meeting, start: Callable[..., Run]
) -> None:
    """One counts the company first, the other its customer: both are signed."""
    on = ["money", "mail.send"]
    limits = tuple(limit(limit=per, on=on, per=per, count=9) for per in ("company", "customer"))
    directory: Any = engine._directory
    directory.now = directory.now.model_copy(update={"limits": limits})
    who = {"id": "jo@example.com"}
    refund = start(playbook(refunding(), playbook="refund", customer=who))
    letter = start(playbook(mailing(), playbook="letter", customer=who))
    (claim,) = Claims(store).claim(store.clock.now())
    engine.handle(done(claim.run, drafted()))
    store.meet("tell")
    with store.transaction() as tx:
        waiting = [tx.run(run.id) for run in (refund, letter)]
    came = at_once(engine, press(Approve, waiting[0], CEM), press(Approve, waiting[1], ANA))
    assert [type(each) for each in came] == [Recorded, Recorded]


def _claimed(store: Meeting, run: Run) -> Run:
    """Return a run as the worker that holds it got it."""
    (claim,) = Claims(store).claim(store.clock.now(), run_id=run.id)
    return claim.run


def _now(store: Meeting, run: Run) -> Run:
    with store.transaction() as tx:
        found: Run = tx.run(run.id)
    return found


def _state(store: Meeting, run: Run) -> str:
    return _now(store, run).state.value


def test_a_queued_run_wakes_while_a_newer_version_restarts(
    engine: Engine, store: Meeting, start: Callable[..., Run], clock: FakeClock
) -> None:
    """Its version queues, the newer one takes the place of all: whoever is first, both are answered."""
    queued = playbook(reading(), mailing(), mode="queued")
    start(queued)
    waits = start(queued)
    start(playbook(reading(), mailing(), mode="restart"), "Q-2")
    clock.pass_by(hours=1)
    held = _claimed(store, waits)
    store.meet("run", "others")
    again = StartRun(actor=ADA, playbook=queued.playbook, inputs={"quote": "Q-1"})
    woken, started = at_once(engine, due(held), again)
    assert isinstance(started, Recorded), started
    assert isinstance(woken, Recorded | Refused), woken
    assert _state(store, waits) == RunState.CANCELLED


def test_children_that_take_the_place_of_each_others_parents(
    engine: Engine, store: Meeting, start: Callable[..., Run]
) -> None:
    """Each starts the other's playbook anew: one is first, and the other's run is over when its turn comes."""
    books = [
        playbook(
            reading(),
            {"start": "child", "playbook": other, "with": {"quote": "{{ inputs.quote }}"}},
            {"wait": "a-while", "for": "1 hour"},
            playbook=name,
            mode="restart",
        )
        for name, other in (("one", "two"), ("two", "one"))
    ]
    runs = [start(book) for book in books]
    held = [_claimed(store, run) for run in runs]
    store.meet("run")
    came = at_once(engine, *(done(each, found()) for each in held))
    assert not [each for each in came if isinstance(each, BaseException)], came
    assert {_state(store, run) for run in runs} <= {"cancelled", "waiting", "done", "working"}
    assert any(isinstance(each, Recorded) for each in came)


def test_an_opt_out_meets_a_draft_that_opens(
    engine: Engine, store: Meeting, start: Callable[..., Run]
) -> None:
    """It opened before the customer was silent, and nobody had seen it: it is woken all the same."""
    run = start(playbook(mailing(), customer={"id": "jo@example.com"}))
    held = _claimed(store, run)
    store.meet("tell", "wake_about")
    stop = StopContact(actor=ANA, address="jo@example.com")
    opened, stopped = at_once(engine, done(held, drafted()), stop)
    assert isinstance(opened, Recorded), opened
    assert isinstance(stopped, Recorded), stopped
    engine.handle(due(_claimed(store, run)))
    gone = _now(store, run).draft
    assert gone
    assert gone.state is DraftState.WITHDRAWN


def test_what_is_resumed_while_it_is_found_paused_leaves_all_the_same(
    engine: Engine, store: Meeting, start: Callable[..., Run], clock: FakeClock
) -> None:
    """The pause was over before it had begun to wait for that: nothing else would ever wake it."""
    run = start(playbook(mailing()))
    engine.handle(done(_claimed(store, run), drafted()))
    engine.handle(press(Approve, _now(store, run), ANA))
    engine.handle(Pause(actor=OLGA, scope="everything"))
    clock.pass_by(minutes=5)
    held = _claimed(store, run)
    store.meet("switches", "wake_held")
    kept_still, resumed = at_once(engine, due(held), Resume(actor=OLGA, scope="everything"))
    assert isinstance(kept_still, Recorded), kept_still
    assert isinstance(resumed, Recorded), resumed
    now = _now(store, run)
    assert now.state is RunState.WORKING or now.due_at == clock.now()


def test_a_row_that_is_not_there_is_held_like_any_other(store: Meeting) -> None:
    """Neither a run nobody has nor a customer nobody wrote to is a reason to begin again."""
    with store.transaction(None, frozenset({("run", "nobody"), ("customer", "x")})) as tx:
        assert tx.run("nobody") is None
