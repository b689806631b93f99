"""Story: a playbook as a whole has not earned it, one kind of its drafts has. Its owner lets that kind go alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.slack import screen, trusting
from tests.slack.office import LEE, NOA, SALES, TOM
from workflows.answers import Recorded
from workflows.commands import Approve, Reject, StartRun
from workflows.run import Actor, Draft

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from tests.slack.office import Office

JO, NEW = "jo@lark.example", "new{}@lark.example"
#: Those of whom thirty were decided, so that the next one may go.
KNOWN = "mail.send, for customers known before"


@pytest.fixture
def office(opened: Callable[..., Office], home: Path) -> Office:
    """Return the company where thirty letters to Jo were signed as written, and four to others rejected."""
    trusting.letter(home, "alone, confidence: 60%", success="95%", at_least=30)
    office = opened()
    decide(office, JO)
    office.pass_by(minutes=3)
    for _ in range(30):
        decide(office, JO)
    for n in range(4):
        decide(office, NEW.format(n), "wrong facts")
    office.pass_by(minutes=3)
    office.pass_by(days=1)  # The next ones are asked for at once, and not in a digest.
    return office


def decide(office: Office, to: str, wrong: str = "") -> None:
    """Write to somebody, and have it signed, or rejected for what is wrong."""
    engine = office.foundation.engine
    begun = engine.handle(StartRun(actor=Actor.user(LEE), playbook="letter", inputs={"to": to}))
    assert isinstance(begun, Recorded), begun
    assert begun.run
    assert begun.run.draft
    draft = begun.run.draft
    about: dict[str, Any] = {
        "actor": Actor.user(NOA),
        "draft_id": draft.id,
        "revision": draft.revision,
        "payload_hash": draft.current.payload_hash,
    }
    answer = engine.handle(Reject(**about, reason=wrong) if wrong else Approve(**about))
    assert isinstance(answer, Recorded), answer
    office.clock.pass_by(seconds=1)


def offer(office: Office) -> dict[str, Any]:
    """Return the card its owner was shown."""
    told = [*office.posted(LEE), *office.posted(f"D0{LEE}")]
    (card,) = [one for one in told if "some drafts are ready" in screen.words(one)]
    return card


def letter(office: Office, to: str) -> Draft:
    """Start a letter in Slack, and return its draft as it stands."""
    office.command(TOM, f"/playbook letter to={to}")
    draft = office.runs()[0].draft
    assert draft
    return draft


def test_the_owner_grants_one_kind_and_no_other_goes(office: Office) -> None:
    """Shown once, with its numbers; one press; then Jo's letter goes, and another's asks, and says why."""
    card = offer(office)
    assert f"{KNOWN}: 30 of 30 were sent as written; surely" in screen.words(card)
    assert screen.buttons(card) == ["Only these", "Not yet"]
    assert "needs" in office.press(TOM, card, "promote").said
    said = office.press(LEE, card, "promote").said
    assert "granted for some drafts alone by Lee" in said
    assert f"only {KNOWN}; people sign the rest. 30 of 30 were sent as written." in said
    (entry,) = office.audited("run:playbook:promoted")
    assert (entry.head["stage"], entry.head["only"]) == ("threshold", [KNOWN])
    assert f"threshold, only: {KNOWN}" in screen.words(office.open_home(LEE))
    assert f"only {KNOWN}" in office.command(TOM, "/sayso stage letter").said

    assert letter(office, JO).ruled
    office.pass_by(minutes=3)
    other = letter(office, NEW.format(9))
    assert (other.state, other.asked) == ("open", f"by itself only {KNOWN}")
    assert f"by itself only {KNOWN}" in screen.words(office.newest(SALES))


def test_what_it_was_shown_must_still_be_so(office: Office) -> None:
    """One more was decided meanwhile; the card is drawn anew, and then it counts."""
    old = offer(office)
    decide(office, JO)
    assert "has other numbers by now" in office.press(LEE, old, "promote").said
    assert not office.audited("run:playbook:promoted")
    assert "31 of 31 were sent as written" in screen.words(offer(office))
    assert "stays at assist" in office.press(LEE, offer(office), "hold_off").said
    office.press(LEE, offer(office), "promote")
    assert office.audited("run:playbook:promoted")


def test_only_what_people_did_with_that_kind_takes_it_back(office: Office) -> None:
    """Letters to others may be rejected as before; Jo's may not."""
    office.press(LEE, offer(office), "promote")
    for n in range(4):
        decide(office, NEW.format(20 + n), "wrong facts")
    office.pass_by(minutes=3)
    assert not office.audited("run:playbook:demoted")
    for _ in range(2):
        assert letter(office, JO).ruled
    for _ in range(4):  # The day's two are used up, so people are asked.
        decide(office, JO, "wrong facts")
    office.pass_by(minutes=3)
    (entry,) = office.audited("run:playbook:demoted")
    assert (entry.actor, entry.head["only"]) == ("system:sayso", [])
    said = " ".join(screen.words(each) for each in office.posted(SALES))
    assert "demoted from threshold for some drafts alone by Sayso" in said
    assert "4 of the newest 30 drafts were overridden" in said
    assert letter(office, JO).state == "open"
