"""A run on a real database is decided again from what the database has of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from bot.storage.choosing import Choice
from bot.storage.claims import Claims
from bot.storage.erasing import Asked, Eraser
from bot.storage.pasts import Pasts
from bot.storage.store import SqlStore
from bot.storage.tables import run as run_table
from tests.fakes.ids import FakeIds
from tests.fakes.shelf import FakeDirectory
from tests.unit.workflows.builders import (
    ACTIONS,
    ADA,
    ANA,
    COMPANY,
    done,
    drafted,
    found,
    mailing,
    playbook,
    press,
    reading,
)
from workflows.answers import Recorded
from workflows.commands import Approve, CancelRun, StartRun
from workflows.engine import Engine
from workflows.errors import UnknownRun
from workflows.events import Event
from workflows.playbook import Playbook
from workflows.versions import Active

if TYPE_CHECKING:
    from bot.storage.database import Database
    from tests.fakes.clock import FakeClock
    from workflows.run import Run

BOOK = playbook(reading(), mailing())


def _kept(text: str) -> Playbook:
    read = Playbook.model_validate_json(text)
    version = hashlib.sha256(text.encode()).hexdigest()
    return read.model_copy(update={"version": version, "source": text})


@pytest.fixture
def store(database: Database, clock: FakeClock) -> SqlStore:
    """Return a store that reads playbooks as they were kept."""
    return SqlStore(database, wake=lambda *_: None, clock=clock, ids=FakeIds(), load=_kept)


@pytest.fixture
def engine(store: SqlStore, clock: FakeClock) -> Engine:
    """Return an engine on this test's database, where one playbook is active."""
    with store.transaction() as tx:
        tx.keep("playbook", BOOK.source, BOOK.version)
        tx.activate(Active(playbook=BOOK.playbook, version=BOOK.version, at=clock.now()))
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
    assert again.gap.problem == "the company as it was then was erased, or is not kept"


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
