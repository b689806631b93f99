"""Runs about the same: refused, or side by side; and what is done only once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.workflows.builders import ADA, ANA, mailing, playbook, press, reading
from workflows.answers import Recorded, Refused
from workflows.commands import CancelRun, Failed, Redraft, Reject, StartRun

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.answers import Answer as Reply
    from workflows.playbook import Playbook
    from workflows.run import Run


def start(house: House, book: Playbook, quote: str = "Q-1") -> Reply:
    """Have Ada start a playbook about a quote."""
    house.shelf.put(book)
    inputs: Any = {"quote": quote}
    return house.engine.handle(StartRun(actor=ADA, playbook=book.playbook, inputs=inputs))


def started(house: House, book: Playbook, quote: str = "Q-1") -> Run:
    """Return the run that was started."""
    reply = start(house, book, quote)
    assert isinstance(reply, Recorded), reply
    assert reply.run
    return reply.run


def refused(reply: Reply) -> str:
    """Return the code and the sentence of a refusal."""
    assert isinstance(reply, Refused), reply
    return f"{reply.error.code}: {reply.error.sentence}"


def test_side_by_side_unless_the_playbook_says_otherwise(house: House) -> None:
    """Two runs about one quote."""
    book = playbook(mailing())
    assert started(house, book).id != started(house, book).id


def test_a_second_start_about_the_same_is_refused(house: House) -> None:
    """It says since when and where to look; another quote, and the same one later, are no second start."""
    book = playbook(mailing(), mode="single")
    first = started(house, book)
    assert refused(start(house, book)) == (
        "under-way: Q-1 is being worked on already, since 23 Nov 10:00. Nothing was started twice; "
        "/sayso status Q-1 shows it."
    )
    assert started(house, book, "Q-2").id != first.id
    house.engine.handle(CancelRun(actor=ADA, run_id=first.id))
    assert started(house, book).id != first.id


def test_another_playbook_about_the_same_is_another_thing(house: House) -> None:
    """Only runs of one playbook are beside each other."""
    started(house, playbook(mailing(), mode="single"))
    started(house, playbook(mailing(), mode="single", playbook="other"))


@pytest.mark.parametrize("version", ["No quote is forgotten", "Every quote is answered"])
def test_a_new_version_is_the_same_playbook(house: House, version: str) -> None:
    """A run of the older version is in the way as well."""
    started(house, playbook(mailing(), mode="single"))
    assert "under-way" in refused(start(house, playbook(mailing(), mode="single", goal=version)))


def test_what_is_done_once_is_never_done_again(house: House) -> None:
    """Also when it came to nothing; the key may be another than the subject."""
    book = playbook(mailing(), once_per="{{ inputs.quote }} in November")
    first = started(house, book)
    house.engine.handle(CancelRun(actor=ADA, run_id=first.id))
    assert "done-before: This was started for Q-1 on 23 Nov" in refused(start(house, book))
    started(house, book, "Q-2")


def test_what_ended_is_not_drafted_again_beside_another(house: House) -> None:
    """Rejected, and somebody has started anew meanwhile: two letters about one quote would be open."""
    book = playbook(mailing(), mode="single")
    first = house.drafted(book)
    house.engine.handle(press(Reject, first, ANA, reason="wrong tone"))
    second = started(house, book)
    again = press(Redraft, house.now(first), ANA)
    assert "/sayso status Q-1" in refused(house.engine.handle(again))
    house.engine.handle(CancelRun(actor=ADA, run_id=second.id))
    assert isinstance(house.engine.handle(again), Recorded)


def test_what_failed_before_anything_was_written_is_not_done(house: House) -> None:
    """The records could not be read: it may be started again."""
    book = playbook(reading(), mailing(), once_per="{{ inputs.quote }}")
    first = started(house, book)
    house.report(first, Failed(problem="the table is locked"))
    assert house.now(first).state == "failed"
    second = started(house, book)
    assert second.id != first.id
    assert "done-before" in refused(start(house, book))
