"""PostgreSQL goes away, freezes or breaks off: a press is recorded whole or not at all, and people are told in time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import psycopg

from bot.crash import Boundary, armed
from tests.chaos.databases import name_of
from tests.chaos.office import FOLLOW_UP, OfficeOn
from tests.chaos.processes import wait_for
from tests.chaos.served import (
    BACK,
    approve,
    assert_counts_again,
    card,
    cluster,
    office,
    sample,
    servers,
    wire,
)
from tests.chaos.watched import SOON, TOLD, UNSURE, wait_all
from tests.slack.office import LEE, NOA, SALES
from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.proxy import Proxy
    from tests.postgres import Cluster

Json = dict[str, Any]

__all__ = ["card", "cluster", "office", "sample", "servers", "wire"]

SIGNERS = (NOA, "U01ANA", "U01LEE")


def test_while_the_server_is_down_presses_are_refused_and_soon_after_they_count(
    office: OfficeOn, card: Json, cluster: Cluster
) -> None:
    """It crashes and comes back: whoever pressed was told in time, and nothing of that press is left."""
    cluster.stop()
    try:
        presses = [approve(office, card, person) for person in SIGNERS]
        wait_all(presses)
    finally:
        cluster.start()
    assert not any(press.acked for press in presses)
    assert all(TOLD in press.said for press in presses)
    assert max(press.seconds for press in presses) < SOON
    assert_counts_again(office, card)


def test_while_the_server_is_frozen_presses_are_refused_and_none_counts_later(
    office: OfficeOn, card: Json, cluster: Cluster, scale: float
) -> None:
    """It answers nobody for seconds; when it goes on it finds nothing half-done to finish."""
    office.settle()
    cluster.pause()
    began = time.monotonic()
    try:
        presses = [approve(office, card, person) for person in SIGNERS]
        wait_all(presses)
        time.sleep(max(0.0, began + (10 if scale > 1 else 5) - time.monotonic()))  # the fault
    finally:
        cluster.resume()
    assert not any(press.acked for press in presses)
    assert all(TOLD in press.said for press in presses)
    assert max(press.seconds for press in presses) < SOON
    assert office.draft().signers == ()
    assert_counts_again(office, card)


def test_sessions_an_administrator_ends_are_replaced_and_no_press_notices(
    office: OfficeOn, card: Json, cluster: Cluster
) -> None:
    """A failover or a restart ends every session that is idle: the next press finds another."""
    assert cluster.cut(name_of(office.database_url)) > 0
    press = approve(office, card)
    press.wait()
    assert press.acked
    assert office.draft().signers == (NOA,)


def test_sessions_ended_again_and_again_in_the_middle_of_work_lose_nothing(
    office: OfficeOn, cluster: Cluster
) -> None:
    """Every few statements somebody ends all sessions; the letter leaves once."""
    name, passed = name_of(office.database_url), [0]

    def end(boundary: Boundary) -> None:
        passed[0] += boundary is Boundary.WRITTEN
        if passed[0] % 5 == 4:
            passed[0] += 1
            cluster.cut(name)

    armed.append(end)
    try:
        FOLLOW_UP.work_through(office)
    finally:
        armed.remove(end)
    assert passed[0] > 10
    FOLLOW_UP.assert_well(office)


def test_a_slow_wire_makes_presses_late_and_loses_none(
    office: OfficeOn, card: Json, wire: Proxy
) -> None:
    """Every packet takes a while: either the press is in time, or the person is told no in time."""
    for delay in (0.01, 0.05, 0.2):
        wire.delay = delay
        press = approve(office, card)
        press.wait(10)
        wire.delay = 0.0
        assert press.acked or TOLD in press.said or UNSURE in press.said
        assert bool(office.draft().signers) or not press.acked
        assert press.seconds < SOON + 1.0
    assert_counts_again(office, card)


def test_a_press_waits_for_another_session_only_so_long(
    office: OfficeOn, card: Json, cluster: Cluster
) -> None:
    """Somebody holds the run's row: the press is refused in time, and counts once it is let go."""
    name = name_of(office.database_url)
    with cluster.connect(name) as held, held.transaction():
        held.execute("select * from run for update")
        press = approve(office, card)
        press.wait()
    assert not press.acked
    assert TOLD in press.said
    assert press.seconds < SOON
    assert_counts_again(office, card)


def test_commands_and_events_are_not_acknowledged_while_the_server_is_down(
    office: OfficeOn, cluster: Cluster
) -> None:
    """A command is told so; an event is not acknowledged, so that Slack brings it again."""
    cluster.stop()
    try:
        seen = office.dispatch(office.commanding(LEE, FOLLOW_UP.line, SALES))
        opened = {"type": "app_home_opened", "user": LEE, "tab": "home"}
        body = {"type": "event_callback", "team_id": "T01", "event_id": "Ev1", "event": opened}
        kept = office.dispatch(body)
    finally:
        cluster.start()
    assert not seen.acked
    assert TOLD in seen.said
    assert not kept.acked
    wait_for(lambda: not _answers(office.runs), BACK, "the database answers")
    assert office.runs() == []
    assert office.unhandled() == []


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except (NotRecorded, psycopg.Error):
        return True
    return False
