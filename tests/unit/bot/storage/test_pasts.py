"""A run on a real database is decided again from what the database has of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from bot.storage.audit_verify import verify
from bot.storage.choosing import Choice
from bot.storage.claims import Claims
from bot.storage.erasing import Asked, Eraser
from bot.storage.pasts import Pasts
from bot.storage.readings import Readings
from bot.storage.retention import Expiry, Retention
from bot.storage.store import SqlStore
from bot.storage.tables import run as run_table
from tests.fakes.clock import MONDAY
from tests.fakes.ids import FakeIds
from tests.fakes.shelf import FakeDirectory, StoreShelf
from tests.replaying import replayed
from tests.unit.workflows.builders import (
    ACTIONS,
    ADA,
    ANA,
    CEM,
    COMPANY,
    done,
    drafted,
    found,
    kept,
    mailing,
    playbook,
    press,
    reading,
    refunding,
)
from workflows.answers import Recorded, Refused
from workflows.basis.reading import Account, Members, Reading
from workflows.commands import Approve, CancelRun, Later, Signal, StartRun
from workflows.engine import Engine
from workflows.errors import UnknownRun
from workflows.events import Event

if TYPE_CHECKING:
    from bot.storage.database import Database
    from tests.fakes.clock import FakeClock
    from tests.unit.workflows.builders import House
    from workflows.run import Run

BOOK = playbook(reading(), mailing())


@pytest.fixture
def store(database: Database, clock: FakeClock) -> SqlStore:
    """Return a store that reads playbooks as they were kept."""
    return SqlStore(database, wake=lambda *_: None, clock=clock, ids=FakeIds(), load=kept)


@pytest.fixture
def engine(store: SqlStore, clock: FakeClock) -> Engine:
    """Return an engine on this test's database, where one playbook is active."""
    StoreShelf(store).put(BOOK)
    return Engine(
        store=store,
        clock=clock,
        ids=store.ids,
        directory=FakeDirectory(COMPANY.model_copy(update={"ws": store.ws})),
        actions=ACTIONS,
    )


@pytest.fixture
def lived(engine: Engine, store: SqlStore, clock: FakeClock) -> Run:
    """Return a run whose letter is signed and held; one claim of it was lost."""
    reply = engine.handle(StartRun(actor=ADA, playbook=BOOK.playbook))
    assert isinstance(reply, Recorded)
    Claims(store).claim(clock.now())
    clock.pass_by(minutes=2)
    for result in (found(sum=2.0), drafted()):
        (claim,) = Claims(store).claim(clock.now())
        engine.handle(done(claim.run, result))
    with store.transaction() as tx:
        assert reply.run
        run = tx.run(reply.run.id)
    assert run
    engine.handle(press(Approve, run, ANA))
    return run


def test_it_comes_to_what_the_rows_say(store: SqlStore, lived: Run) -> None:
    """Lost leases, whole numbers and all."""
    again = Pasts(store).replayed(lived.id)
    assert again.words == "The same."
    assert again.turns[-1].state == "holding"
    assert Pasts(store).runs() == Pasts(store).runs(BOOK.playbook) == [lived.id]
    assert Pasts(store).runs("another") == []
    with pytest.raises(UnknownRun):
        Pasts(store).replayed("nobody")


def test_rows_that_were_written_over_are_named(store: SqlStore, lived: Run) -> None:
    """The log has no entry that leads there."""
    with store.database.write() as connection:
        connection.execute(update(run_table).values(seq=9))
    again = Pasts(store).replayed(lived.id)
    assert again.difference is not None
    assert again.difference.problem == "In the database the run's seq is '9', and '4' follows"


def _erase(store: SqlStore, **choice: Any) -> None:
    eraser = Eraser(store.database, store.clock, store.ids)
    asked = Asked(by=ADA, event=Event.PAYLOAD_REDACTED, ground="request", reason="ticket 9")
    eraser.erase(eraser.find(Choice.model_validate(choice)), asked)


def test_what_was_erased_is_no_difference(store: SqlStore, lived: Run, engine: Engine) -> None:
    """Bodies and rows are blank; who asked for what can't be known, and that is said."""
    engine.handle(CancelRun(actor=ADA, run_id=lived.id))
    _erase(store, run=lived.id)
    again = Pasts(store).replayed(lived.id)
    assert again.difference is None
    assert again.gap is not None
    assert (again.gap.seq, again.gap.problem) == (
        1,
        "its body was erased, and with it what was asked",
    )


def test_a_company_that_was_erased_is_no_difference(store: SqlStore, lived: Run) -> None:
    """The people stand in it by name, so it can be erased, and then nobody knows who could sign."""
    _erase(store, text="Dora")
    again = Pasts(store).replayed(lived.id)
    assert again.difference is None
    assert again.gap is not None
    assert again.gap.problem == "the company as it was then was erased"


def test_a_playbook_that_can_not_be_read_any_more_is_no_difference(
    store: SqlStore, lived: Run
) -> None:
    """Its action may not be there any more, or its text."""
    with store.database.write() as connection:
        connection.execute(update(run_table).values(version="f" * 64))
    again = Pasts(store).replayed(lived.id)
    assert again.difference is None
    assert again.gap is not None
    assert again.gap.problem.startswith("the playbook it is pinned to")


def test_the_company_is_kept_once(store: SqlStore, lived: Run) -> None:
    """However many turns name it; without the addresses no rule reads."""
    del lived
    with store.database.read() as connection:
        kept = connection.exec_driver_sql("SELECT body FROM document WHERE kind = 'company'").all()
    assert len(kept) == 1
    assert "Dora" in kept[0][0]
    assert "email" not in kept[0][0].partition('"actions"')[2].partition('"people"')[2]


STAFF = 200


def _looked(store: SqlStore, clock: FakeClock, away: str = "") -> None:
    """Let Slack be read now, with one more person than COMPANY lists."""
    people = [*(person.id for person in COMPANY.people), *(f"U-{n:03}" for n in range(STAFF))]
    accounts = tuple(Account(id=name, zone="Europe/Lisbon") for name in people)
    gone = Account(id="U-QUILLFEATHER", away=away)
    members = {
        "@sales": Members(at=clock.now(), people=("U-ANA",)),
        "channel:finance": Members(at=clock.now() - timedelta(minutes=1), people=("U-EVE",)),
    }
    found = Reading(
        at=clock.now(), accounts=(*accounts, gone), groups_at=clock.now(), groups=members
    )
    assert Readings(store).keep(found, None)


def _readings(store: SqlStore) -> list[str]:
    with store.database.read() as connection:
        kept = "SELECT body FROM document WHERE kind = 'reading' ORDER BY length(body)"
        return [text for (text,) in connection.exec_driver_sql(kept)]


def _started(engine: Engine) -> Run:
    reply = engine.handle(StartRun(actor=ADA, playbook=BOOK.playbook))
    assert isinstance(reply, Recorded)
    assert reply.run
    return reply.run


def test_what_slack_said_is_kept_once(store: SqlStore, engine: Engine, clock: FakeClock) -> None:
    """However many turns stand on it, and whenever it was read again: entries name it, and the times."""
    runs: list[Run] = []
    for _ in range(3):
        _looked(store, clock)
        runs.append(_started(engine))
        clock.pass_by(minutes=3)
    assert len(_readings(store)) == 1
    with store.database.read() as connection:
        longest = connection.exec_driver_sql("SELECT max(length(body)) FROM audit_payload").scalar()
    assert longest < len(_readings(store)[0]) / 4
    _looked(store, clock, away="on vacation")
    runs.append(_started(engine))
    assert len(_readings(store)) == 2
    for run in runs:
        assert Pasts(store).replayed(run.id).words == "The same."


def test_a_reading_in_an_older_entry_is_gone_by(house: House) -> None:
    """Entries of before carry it whole, and are decided again all the same."""
    house.store.read = Reading(at=MONDAY, accounts=(Account(id=ADA.id),))
    run = house.start(BOOK)
    (entry, at), *rest = house.store.rows.entries
    facts = {**entry.body["facts"], "reading": house.store.read.model_dump(mode="json")}
    del facts["sight"]
    old = entry.model_copy(update={"body": {**entry.body, "facts": facts}})
    house.store.rows.entries[:] = [(old, at), *rest]
    assert replayed(house.store, run.id).words == "The same."


def test_what_slack_said_of_somebody_can_be_erased(
    store: SqlStore, engine: Engine, clock: FakeClock
) -> None:
    """An erasure finds it, a replay says so, and the next turn stands on a text of its own."""
    _looked(store, clock, away="at Quillfeather's")
    before = _started(engine)
    _erase(store, text="U-QUILLFEATHER")
    assert _readings(store) == [""]
    again = Pasts(store).replayed(before.id)
    assert (again.difference, again.gap and again.gap.problem) == (
        None,
        "what Slack said then of the people was erased",
    )
    after = _started(engine)
    assert Pasts(store).replayed(after.id).words == "The same."
    _erase(store, text="U-QUILLFEATHER")
    assert _readings(store) == ["", ""]
    assert verify(store.database).ok


def test_a_company_that_was_erased_is_kept_again(
    store: SqlStore, lived: Run, engine: Engine
) -> None:
    """Somebody's words still stand in company.yml: what is decided from now on can be decided again."""
    _erase(store, text="Dora")
    after = _started(engine)
    assert Pasts(store).replayed(after.id).words == "The same."
    again = Pasts(store).replayed(lived.id)
    assert again.gap is not None
    assert again.gap.problem == "the company as it was then was erased"
    assert verify(store.database).ok


@pytest.mark.parametrize("expires", [False, True])
def test_what_is_done_once_is_done_once_for_ever(
    store: SqlStore, engine: Engine, clock: FakeClock, *, expires: bool
) -> None:
    """Whether somebody had the run erased or it was kept long enough: another start is refused."""
    book = playbook(mailing(), playbook="welcome", once_per="{{ inputs.quote }}")
    StoreShelf(store).put(book)
    start = StartRun(actor=ADA, playbook=book.playbook, inputs={"quote": "Quillfeather"})
    begun = engine.handle(start)
    assert isinstance(begun, Recorded)
    assert begun.run
    (claim,) = Claims(store).claim(clock.now())
    engine.handle(done(claim.run, drafted()))
    engine.handle(CancelRun(actor=ADA, run_id=begun.run.id))
    if expires:
        clock.pass_by(days=181)
        eraser = Eraser(store.database, clock, store.ids)
        Expiry(eraser, store.database, clock, Retention()).tick()
    else:
        _erase(store, run=begun.run.id)
    again = engine.handle(start)
    assert isinstance(again, Refused)
    assert again.error.code == "done-before"
    other = engine.handle(start.model_copy(update={"inputs": {"quote": "Q-2"}}))
    assert isinstance(other, Recorded)


def test_what_slack_said_goes_with_the_last_run(
    store: SqlStore, engine: Engine, clock: FakeClock
) -> None:
    """Kept long enough, or asked for: no run that is still there stands on it."""
    _looked(store, clock)
    one, other = _started(engine), _started(engine)
    for run in (one, other):
        engine.handle(CancelRun(actor=ADA, run_id=run.id))
    _erase(store, run=one.id)
    assert len(_readings(store)[0]) > 0
    _erase(store, run=other.id)
    assert _readings(store) == [""]
    assert verify(store.database).ok


def test_a_reply_stops_what_is_known_not_to_have_left(
    store: SqlStore, engine: Engine, clock: FakeClock
) -> None:
    """While it waits to be tried again; not while a worker has it. And it is decided again the same."""
    replied = [{"on": "replied", "then": "stop"}]
    book = playbook(refunding(approve={"by": "finance", "hold": "0 seconds"}), exceptions=replied)
    StoreShelf(store).put(book)
    states: list[str] = []
    for tried_again in (False, True):
        run = _started(engine)
        engine.handle(press(Approve, run, CEM))
        (claim,) = Claims(store).claim(clock.now(), run_id=run.id)
        engine.handle(done(claim.run, Later(problem="busy", after=5)))
        clock.pass_by(seconds=5)
        if tried_again:
            Claims(store).claim(clock.now(), run_id=run.id)
        engine.handle(Signal(actor=ANA, run_id=run.id, name="replied"))
        with store.transaction() as tx:
            now = tx.run(run.id)
        assert now
        assert now.draft
        states.append(now.draft.state.value)
        assert Pasts(store).replayed(run.id).words == "The same."
    assert states == ["withdrawn", "executing"]
