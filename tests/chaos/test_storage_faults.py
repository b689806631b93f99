"""The disk is full, or somebody else holds the lock: a press is recorded whole or not at all, and people are told."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from bot.storage.audit_verify import verify
from tests.chaos.holding import hold
from tests.chaos.processes import Actor, cast, wait_for
from tests.chaos.watched import SOON, TOLD, Watched, wait_all
from tests.slack.conftest import card, home, office, opened, sample
from tests.slack.office import LEE, NOA, SALES, STRANGER, Office
from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.storage.database import Database

Json = dict[str, Any]

__all__ = ["card", "home", "office", "opened", "sample"]


class FullDisk:
    """A database file that may not grow beyond a number of pages: SQLite itself says that the disk is full."""

    def __init__(self, database: Database) -> None:
        self._most = 2**30
        with closing(sqlite3.connect(database.place)) as file:
            file.execute("vacuum")  # an upgrade leaves room inside
        event.listen(database.engine, "checkout", self._limit)

    def _limit(self, connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"pragma max_page_count = {self._most}")

    def leave(self, database: Database, pages: int) -> None:
        """Leave so many pages to write."""
        with database.read() as connection:
            used = connection.exec_driver_sql("pragma page_count").scalar_one()
        self._most = used + pages

    def empty(self) -> None:
        """Make room again."""
        self._most = 2**30


def _fill(office: Office, card: Json, disk: FullDisk) -> None:
    """Use up the room inside the pages too: by refusals, which go on the record, and by runs of another quote."""
    disk.leave(office.foundation.database, 0)
    other = "/playbook quote-follow-up Q-1044"
    for body in (
        lambda: office.pressing(STRANGER, card, "approve"),
        lambda: office.commanding(LEE, other),
    ):
        for _ in range(100):
            if TOLD in office.dispatch(body()).said:
                break
        else:
            raise AssertionError("the disk is never full")


def _dump(path: Path) -> str:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return "\n".join(connection.iterdump())


def _approve(office: Office, card: Json) -> Json:
    return office.pressing(NOA, card, "approve")


def _edit(office: Office, card: Json) -> Json:
    office.dispatch(office.pressing(NOA, card, "edit"))
    return office.submitting(NOA, {"body": "Dear Jo, " + "is the quote all right? " * 60})


def _start(office: Office, _card: Json) -> Json:
    return office.commanding(LEE, "/playbook quote-follow-up Q-1043")


@pytest.mark.parametrize("ask", [_approve, _edit, _start])
def test_a_press_on_a_full_disk_is_recorded_whole_or_not_at_all(
    office: Office, card: Json, ask: Callable[[Office, Json], Json]
) -> None:
    """Whichever write the disk refuses, nothing of the press stays, the person is told, and later it works."""
    database, path = office.foundation.database, office.home / "sayso.db"
    disk, body, refused = FullDisk(database), ask(office, card), 0
    _fill(office, card, disk)
    for pages in count():
        before = _dump(path)
        disk.leave(database, pages)
        seen = office.dispatch(json.loads(json.dumps(body)))
        if TOLD not in f"{seen.said} {seen.payload}":
            break
        refused += 1
        assert not seen.acked or seen.payload["response_action"] == "errors"
        assert _dump(path) == before, f"part of a press was kept with {pages} pages left"
    disk.empty()
    assert refused > 0, "the disk was never full"
    assert seen.acked
    assert _dump(path) != before
    _settle(office)
    assert verify(database).ok


def test_work_goes_on_once_there_is_room_again(office: Office, card: Json) -> None:
    """What was signed waits on the full disk and leaves once when there is room."""
    disk = FullDisk(office.foundation.database)
    office.press(NOA, card, "approve")
    office.clock.pass_by(seconds=61)
    refused = 0
    for pages in range(40):
        disk.leave(office.foundation.database, pages)
        refused += not _settled(office)
        office.clock.pass_by(seconds=61)
    disk.empty()
    for _ in range(3):
        _settled(office)
        office.clock.pass_by(minutes=3)
    assert refused > 0, "the disk was never full"
    assert len(office.mail.effects) == 1
    assert office.draft().state == "executed"
    assert verify(office.foundation.database).ok


def _settled(office: Office) -> bool:
    """Let the bot work as its loops do: what can't be stored now is tried again later."""
    try:
        office.settle()
    except NotRecorded:
        return False
    return True


def _settle(office: Office) -> None:
    wait_for(lambda: _settled(office), 10, "the bot is at rest")


@pytest.fixture
def locked(office: Office, tmp_path: Path) -> Iterator[Callable[[float], None]]:
    """Return what lets another process hold the lock for so many seconds."""
    actors: list[Actor] = []

    def lock(seconds: float) -> None:
        flag = tmp_path / f"flag-{len(actors)}"
        actor = Actor(hold, str(office.home / "sayso.db"), seconds, str(flag))
        actors.append(actor)
        actor.start()
        wait_for(flag.exists, 20, "the lock is held")

    yield lock
    with cast([]):
        for actor in actors:
            actor.kill()


def test_a_press_waits_for_a_short_lock_and_is_recorded(
    office: Office, card: Json, locked: Callable[[float], None]
) -> None:
    """Another process holds the lock for a second: the press is late, and it counts."""
    locked(1.0)
    press = Watched(office, NOA, office.pressing(NOA, card, "approve"))
    press.wait(5)
    assert press.acked
    assert press.seconds < SOON
    assert office.draft().signers == (NOA,)


def test_presses_under_a_long_lock_are_refused_in_time_and_never_acknowledged(
    office: Office, card: Json, locked: Callable[[float], None], request: pytest.FixtureRequest
) -> None:
    """Another process holds the lock for longer: each person is told in time, and nothing was acknowledged."""
    locked(max(5.0, 30.0 * (request.config.getoption("--chaos-scale", 1.0) > 1)))
    presses = [
        Watched(office, person, office.pressing(person, card, "approve"))
        for person in (NOA, LEE, "U01ANA", "U01IDA", "U01MIA", "U01TOM")
    ]
    wait_all(presses)
    assert all(press.seconds < SOON for press in presses), [press.seconds for press in presses]
    assert not any(press.acked for press in presses)
    assert all(TOLD in press.said for press in presses)
    assert office.draft().signers == ()


def test_after_the_lock_is_gone_the_next_press_counts(
    office: Office, card: Json, locked: Callable[[float], None]
) -> None:
    """Nobody has to restart anything: the person presses again, and that is that."""
    locked(2.6)
    first = office.dispatch(office.pressing(NOA, card, "approve"))
    assert not first.acked
    assert TOLD in first.said
    again = office.dispatch(office.pressing(NOA, card, "approve"))
    assert again.acked
    assert office.draft().signers == (NOA,)


def test_commands_and_events_are_not_acknowledged_while_the_lock_is_held(
    office: Office, locked: Callable[[float], None]
) -> None:
    """A command is told so; an event is not acknowledged, so that Slack brings it again."""
    locked(6.0)
    command = office.commanding(LEE, "/playbook quote-follow-up Q-1043", SALES)
    seen = office.dispatch(command)
    assert not seen.acked
    assert TOLD in seen.said
    opened = {"type": "app_home_opened", "user": LEE, "tab": "home"}
    body = {"type": "event_callback", "team_id": "T01", "event_id": "Ev1", "event": opened}
    assert not office.dispatch(body).acked
    assert office.runs() == []
    assert office.unhandled() == []
