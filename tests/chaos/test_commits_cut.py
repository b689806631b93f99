"""The wire to PostgreSQL breaks in the middle of a commit: nobody is told yes or no before it is known."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from bot.crash import Boundary, armed
from tests.chaos.office import FOLLOW_UP, OfficeOn
from tests.chaos.proxy import Proxy
from tests.chaos.served import (
    Cutter,
    approve,
    assert_counts_again,
    card,
    cluster,
    office,
    sample,
    servers,
    wire,
)
from tests.chaos.watched import SOON, TOLD, UNSURE
from tests.fakes.clock import FakeClock
from tests.slack.office import NOA, STRANGER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.databases import Servers
    from tests.chaos.proxy import Cut

Json = dict[str, Any]

__all__ = ["card", "cluster", "office", "sample", "servers", "wire"]


def test_a_press_whose_commit_was_answered_to_nobody_is_acknowledged(
    office: OfficeOn, card: Json, wire: Proxy
) -> None:
    """The server has it and its yes is lost on the way: the bot looks, finds it, and says so."""
    armed.append(cutter := Cutter(wire, "after", 1))
    try:
        press = approve(office, card)
        press.wait()
    finally:
        armed.remove(cutter)
    assert wire.cuts == 1
    assert press.acked
    assert press.seconds < SOON
    assert office.draft().signers == (NOA,)


def test_a_press_whose_commit_never_arrived_is_refused_and_nothing_of_it_stays(
    office: OfficeOn, card: Json, wire: Proxy
) -> None:
    """The wire breaks on the way there: the bot looks, finds nothing, and says that nothing was done."""
    armed.append(cutter := Cutter(wire, "before", 1))
    try:
        press = approve(office, card)
        press.wait()
    finally:
        armed.remove(cutter)
    assert wire.cuts == 1
    assert not press.acked
    assert TOLD in press.said
    assert office.draft().signers == ()
    assert_counts_again(office, card)


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_press_nobody_can_know_about_says_so_and_the_card_shows_it_later(
    office: OfficeOn, card: Json, wire: Proxy, cut: Cut
) -> None:
    """The wire breaks at the commit and stays dark: nobody is told yes or no before it is known."""

    def darken(boundary: Boundary) -> None:
        if boundary is Boundary.WRITTEN:
            wire.cut_next(cut)
            wire.dark = True

    armed.append(darken)
    try:
        press = approve(office, card)
        press.wait()
    finally:
        armed.remove(darken)
    assert not press.acked
    assert UNSURE in press.said
    assert TOLD not in press.said
    wire.dark = False
    office.settle()
    signed = (NOA,) if cut == "after" else ()
    assert office.draft().signers == signed
    if cut == "before":
        assert_counts_again(office, card)


def test_a_commit_that_arrives_late_was_never_denied(
    office: OfficeOn, card: Json, wire: Proxy
) -> None:
    """The wire stalls with the commit on it: the person is told that it is open, not that nothing was done."""

    def stall(boundary: Boundary) -> None:
        wire.dead = boundary is Boundary.WRITTEN

    armed.append(stall)
    try:
        press = approve(office, card)
        press.wait()
    finally:
        armed.remove(stall)
    assert not press.acked
    assert press.seconds < SOON + 1.0  # looking it up takes a second more
    assert UNSURE in press.said
    wire.dead = False
    assert_counts_again(office, card)


@pytest.mark.parametrize("cut", ["before", "after"])
def test_whichever_commit_is_cut_off_the_end_is_the_same(
    sample: Path,
    tmp_path: Path,
    servers: Servers,
    cut: Cut,
    scale: float,
) -> None:
    """Every commit of a follow-up in its turn: in the end one letter has left."""
    at, step, commits = 1, 1 if scale > 1 else 4, 1
    while at <= commits:
        wire, url = Proxy(servers.cluster.port), servers.new()
        home = shutil.copytree(sample, tmp_path / f"company-{at}")
        office = OfficeOn(home, FakeClock(), url.replace(str(servers.cluster.port), str(wire.port)))
        armed.append(cutter := Cutter(wire, cut, at))
        try:
            FOLLOW_UP.work_through(office)
        finally:
            armed.remove(cutter)
        FOLLOW_UP.assert_well(office)
        assert wire.cuts == (cutter.seen >= at)
        commits, at = max(commits, cutter.seen), at + step
        office.stop()
        wire.close()
        servers.drop(url)
    assert commits > 10


def test_a_strangers_press_is_refused_on_the_record_whatever_the_wire_does(
    office: OfficeOn, card: Json, wire: Proxy
) -> None:
    """A refusal is recorded like anything else, and answered only when it is."""
    armed.append(cutter := Cutter(wire, "after", 1))
    try:
        seen = office.dispatch(office.pressing(STRANGER, card, "approve"))
    finally:
        armed.remove(cutter)
    assert wire.cuts == 1
    assert "Only people of Alder Ovens" in seen.said
    assert [one.entry.event for one in office.audited("slack:press:refused")]
