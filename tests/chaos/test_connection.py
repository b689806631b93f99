"""Socket Mode breaks in every way it can: Sayso is back within seconds, and nothing counts twice or half."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest

from bot.app import build, found
from bot.demo import Demo
from bot.sample import write_sample
from bot.sandbox.records import Timings
from bot.sandbox.seen import text_of
from bot.storage.audit_verify import verify
from tests.chaos.processes import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from bot.sandbox.person import Person

Json = dict[str, Any]

LEE, NOA, ANA = "U01LEE", "U01NOA", "U01ANA"
SALES = "#sales"
#: Seconds within which the connection is back.
BACK = 10.0


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """Return the whole product in a local workspace, over a real socket."""
    write_sample(tmp_path / "company", date(2026, 11, 23))
    quick = Timings(ack=1.0, rate_limits=False, retries=(0.1, 0.2))
    show = Demo(tmp_path / "company", tmp_path / "data", timings=quick).start()
    yield show
    show.stop()


@pytest.fixture
def lee(demo: Demo) -> Person:
    """Return Lee of sales, in front of Slack."""
    return demo.sandbox.person(LEE)


def _card(person: Person, quote: str = "Q-1043") -> Json:
    """Start a follow-up and return its card, open for a signature."""
    person.command("/playbook", f"quote-follow-up {quote}", SALES)
    return person.wait_message(SALES, f"To sign: Send a follow-up for quote {quote}", 15)


def _reads(person: Person, card: Json) -> str:
    return next(text_of(m) for m in person.messages(SALES) if m["ts"] == card["ts"])


def _signed(person: Person, card: Json) -> None:
    """Press Approve, again if Slack says that the bot did not answer, until the card says that it is signed."""

    def pressed() -> bool:
        if "Signed" in _reads(person, card):
            return True
        person.press(SALES, card["ts"], "approve")
        return False

    wait_for(pressed, 20, "the card is signed", 0.2)


def _sent(demo: Demo, letters: int) -> None:
    """Let the hold pass, and wait until so many letters left and no more follow."""
    demo.clock.move_to(demo.clock.now() + timedelta(seconds=61))
    wait_for(lambda: len(demo.mailbox.letters()) >= letters, 15, "the letter left")
    assert demo.program
    database = demo.program.foundation.database
    wait_for(lambda: not _working(demo), 15, "everything is done")
    assert len(demo.mailbox.letters()) == letters
    assert verify(database).ok


def _working(demo: Demo) -> bool:
    assert demo.program
    active = {"working", "holding"}
    return any(run.state in active for run in demo.program.foundation.lookup.runs())


def _refresh(demo: Demo) -> None:
    demo.sandbox.faults.disconnect("refresh_requested")


def _warn(demo: Demo) -> None:
    demo.sandbox.faults.disconnect("warning")


def _cut(demo: Demo) -> None:
    demo.sandbox.faults.cut()


def _disable(demo: Demo) -> None:
    demo.sandbox.faults.disconnect("link_disabled")


@pytest.mark.parametrize("fault", [_refresh, _warn, _cut, _disable])
def test_after_any_break_the_connection_is_back_and_presses_count_once(
    demo: Demo, lee: Person, fault: Callable[[Demo], None]
) -> None:
    """A person who presses again after Slack's own error signs once, and the mail leaves once."""
    card = _card(lee)
    fault(demo)
    _assert_back(demo)
    _signed(lee, card)
    _sent(demo, 1)


def _assert_back(demo: Demo) -> None:
    """The connection stands again within seconds."""
    began = time.monotonic()
    assert demo.sandbox.wait_connected(1, BACK)
    assert time.monotonic() - began < BACK


def test_after_a_time_in_the_dark_the_connection_is_back_and_presses_count_once(
    demo: Demo, lee: Person, scale: float
) -> None:
    """Slack can't be reached for a while (a minute in the long form): a press in it fails where one sees it."""
    card, dark = _card(lee), 60.0 if scale > 1 else 2.0
    demo.sandbox.faults.gap(dark)
    assert "didn't respond" in lee.press(SALES, card["ts"], "approve").error
    wait_for(lambda: not demo.sandbox.faults.is_dark(), dark + BACK, "Slack can be reached again")
    _assert_back(demo)
    _signed(lee, card)
    _sent(demo, 1)


def test_breaks_without_end_lose_no_press(demo: Demo, lee: Person) -> None:
    """The socket breaks every third of a second while people work; what they signed leaves once."""
    quotes = ("Q-1043", "Q-1044")
    cards = [_card(lee, quote) for quote in quotes]
    stop = Event()

    def storm() -> None:
        while not stop.wait(0.35):
            demo.sandbox.faults.cut()

    breaking = Thread(target=storm)
    breaking.start()
    try:
        for card in cards:
            _signed(lee, card)
    finally:
        stop.set()
        breaking.join()
    assert demo.sandbox.wait_connected(1, BACK)
    _sent(demo, len(quotes))


def test_every_envelope_twice_has_one_effect(demo: Demo, lee: Person) -> None:
    """Slack may deliver anything twice: a command starts one run, a press is one signature."""
    demo.sandbox.faults.duplicate_envelopes(50)
    card = _card(lee)
    _signed(lee, card)
    _sent(demo, 1)
    assert demo.program
    assert len(demo.program.foundation.lookup.runs()) == 1


def test_a_lost_acknowledgement_is_no_lost_press(demo: Demo, lee: Person) -> None:
    """The bot's answer never reaches Slack: the press counted, and pressing again says so."""
    card = _card(lee)
    demo.sandbox.faults.drop_acks()
    assert "didn't respond" in lee.press(SALES, card["ts"], "approve").error
    wait_for(lambda: "Signed" in _reads(lee, card), 10, "the card shows the signature")
    _sent(demo, 1)


@contextmanager
def _second_bot(demo: Demo) -> Generator[None]:
    """Run the same bot once more, on the same database and the same workspace."""
    stop = Event()
    foundation = found(demo._settings(), clock=demo.clock)
    second = Thread(target=build(foundation).serve, args=(stop,))
    second.start()
    try:
        assert demo.sandbox.wait_connected(2, BACK)
        yield
    finally:
        stop.set()
        second.join(15)
        assert not second.is_alive()


def test_two_sockets_of_two_processes_have_one_effect(demo: Demo, lee: Person) -> None:
    """Envelopes go to either of two; cards, signatures and mail are the same as with one."""
    with _second_bot(demo):
        demo.sandbox.faults.duplicate_envelopes(50)
        cards = [_card(lee, quote) for quote in ("Q-1043", "Q-1044")]
        for card in cards:
            _signed(lee, card)
        _sent(demo, 2)
    shown = [text_of(m) for m in lee.messages(SALES) if "Send a follow-up" in text_of(m)]
    assert len(shown) == 2


def test_two_people_at_once_have_one_effect(demo: Demo, lee: Person) -> None:
    """Lee and Noa press at the same moment: one signs, the other is told who did."""
    noa, card = demo.sandbox.person(NOA), _card(lee)
    with ThreadPoolExecutor(2) as people:
        both = [people.submit(one.press, SALES, card["ts"], "approve") for one in (lee, noa)]
        seen = [one.result(15) for one in both]
    wait_for(lambda: any("already approved by" in one.text for one in seen), 5, "the loser is told")
    assert sum("already approved by" in one.text for one in seen) == 1
    _sent(demo, 1)


def test_a_strangers_press_is_refused_and_on_the_record(demo: Demo, lee: Person) -> None:
    """Kim reads along as a guest: her press does nothing, she is told, and the log has it."""
    card, kim = _card(lee), demo.sandbox.person("U01KIM")
    seen = kim.press(SALES, card["ts"], "approve")
    assert not seen.error
    assert seen.wait_ephemeral("Nothing was done")
    assert demo.program
    logged = demo.program.foundation.lookup.logged(about="user:U01KIM")
    assert [one.entry.event for one in logged] == ["slack:press:refused"]
    demo.clock.move_to(demo.clock.now() + timedelta(minutes=5))
    assert "Approve" in _reads(lee, card)
    assert demo.mailbox.letters() == []
