"""PostgreSQL has no room for a table any more: a press is recorded whole or not at all, and work goes on later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from psycopg import sql

from bot.storage.audit_verify import verify
from tests.chaos.databases import name_of
from tests.chaos.outsider import rows
from tests.chaos.served import assert_counts_again, card, cluster, office, sample, servers, wire
from tests.chaos.watched import TOLD
from tests.slack.office import NOA
from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.office import OfficeOn
    from tests.postgres import Cluster

Json = dict[str, Any]

__all__ = ["card", "cluster", "office", "sample", "servers", "wire"]

#: What the press writes to, every table of it.
TABLES = ("run", "draft", "signature", "seen", "message", "chain", "audit_event", "audit_payload")


class _FullDisk:
    """A disk with no room for a table any more: PostgreSQL's own code for it, from a trigger."""

    def __init__(self, cluster: Cluster, database: str) -> None:
        self._connection = cluster.connect(database)
        self._connection.execute(
            "create function is_full() returns trigger language plpgsql as"
            " $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$"
        )

    def fill(self, table: str) -> None:
        words = "create trigger is_full before insert or update on {} execute function is_full()"
        self._connection.execute(sql.SQL(words).format(sql.Identifier(table)))

    def empty(self, table: str) -> None:
        words = sql.SQL("drop trigger is_full on {}").format(sql.Identifier(table))
        self._connection.execute(words)

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def disk(office: OfficeOn, cluster: Cluster) -> Iterator[_FullDisk]:
    """Return a disk that can be full for one table at a time."""
    made = _FullDisk(cluster, name_of(office.database_url))
    yield made
    made.close()


def _dump(office: OfficeOn) -> dict[str, list[Json]]:
    return {
        table: sorted(rows(office.database_url, f"select * from {table}"), key=str)  # noqa: S608 -- our tables
        for table in TABLES
    }


@pytest.mark.parametrize("table", TABLES)
def test_a_press_on_a_full_disk_is_recorded_whole_or_not_at_all(
    office: OfficeOn, card: Json, disk: _FullDisk, table: str
) -> None:
    """Whichever table has no room, nothing of the press stays, the person is told, and later it works."""
    office.settle()
    before = _dump(office)
    disk.fill(table)
    seen = office.dispatch(office.pressing(NOA, card, "approve"))
    assert not seen.acked
    assert TOLD in seen.said
    assert _dump(office) == before
    disk.empty(table)
    assert_counts_again(office, card)
    assert verify(office.foundation.database).ok


@pytest.mark.parametrize("table", TABLES)
def test_work_goes_on_once_there_is_room_again(
    office: OfficeOn, card: Json, disk: _FullDisk, table: str
) -> None:
    """What was signed waits on the full disk and leaves once when there is room."""
    office.press(NOA, card, "approve")
    disk.fill(table)
    for _ in range(3):
        office.clock.pass_by(seconds=61)
        _settled(office)
    disk.empty(table)
    for _ in range(4):
        office.clock.pass_by(minutes=3)
        _settled(office)
    assert len(office.mail.effects) == 1
    assert office.draft().state == "executed"
    assert verify(office.foundation.database).ok


def _settled(office: OfficeOn) -> bool:
    try:
        office.settle()
    except NotRecorded:
        return False
    return True
