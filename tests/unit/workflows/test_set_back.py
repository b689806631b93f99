"""A file that is edited and set back takes back its edit, and never what was chosen in Slack meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.workflows.builders import OLGA, House, house, mailing, playbook
from workflows.answers import Recorded
from workflows.commands import Activate, Dismiss, Install, Propose, RollBack, Suggest
from workflows.run import SYSTEM
from workflows.versions.version import SHOWN, Active, Proposal

if TYPE_CHECKING:
    from workflows.playbook import Playbook

BOOK = playbook(mailing())
FORM = playbook(mailing(), title="As the form says")
FURTHER = playbook(mailing(), title="As another form says")
EDITED = playbook(mailing(), title="As the file says")


@pytest.fixture
def at() -> House:
    """Return a company that has begun with one playbook."""
    built = house()
    built.engine.handle(Install(actor=SYSTEM, books=(BOOK,)))
    return built


def active(at: House) -> Active:
    return at.store.rows.actives["follow-up"]


def newest(at: House) -> Proposal:
    with at.store.looking() as look:
        found = look.newest_proposal("follow-up")
    assert found
    return found


def says(at: House, book: Playbook) -> Proposal:
    """Let the file say this; return the newest proposal."""
    at.clock.pass_by(seconds=1)
    at.engine.handle(Propose(actor=SYSTEM, playbook=book.playbook, version=book.version, book=book))
    return newest(at)


def decide(at: House, kind: type[Activate | Dismiss]) -> None:
    """Press a button of the newest proposal's card."""
    made = newest(at)
    shown = {"version": made.version[:SHOWN], "active": active(at).version[:SHOWN]}
    reply = at.engine.handle(kind(actor=OLGA, proposal_id=made.id, **shown))
    assert isinstance(reply, Recorded)


def suggest(at: House, book: Playbook, seen: str) -> None:
    """Fill in a change of the version that was seen."""
    said = {"playbook": book.playbook, "version": book.version, "base": seen[:SHOWN]}
    reply = at.engine.handle(Suggest(actor=OLGA, book=book, **said))
    assert isinstance(reply, Recorded)


def filled_in(at: House, book: Playbook) -> None:
    """Have a form's version active."""
    at.clock.pass_by(seconds=1)
    suggest(at, book, active(at).version)
    decide(at, Activate)


@pytest.mark.parametrize("forms", [(FORM,), (FORM, FURTHER)])
def test_a_file_that_is_set_back_after_a_form_says_nothing_new(
    at: House, forms: tuple[Playbook, ...]
) -> None:
    """Its edit is taken back; the form's version stays, and nobody is asked to give it up."""
    for each in forms:
        filled_in(at, each)
    made = says(at, EDITED)
    assert (made.version, made.state) == (EDITED.version, "open")
    assert says(at, BOOK) == newest(at)
    assert (newest(at).id, newest(at).state) == (made.id, "withdrawn")
    assert active(at).version == forms[-1].version
    assert says(at, EDITED).state == "open", "edited again it is a proposal again"


def test_a_file_that_is_set_back_after_a_return_says_nothing_new(at: House) -> None:
    """What was returned from is not proposed once more by it."""
    says(at, FORM)
    decide(at, Activate)
    shown = {"active": FORM.version[:SHOWN], "to": BOOK.version[:SHOWN]}
    at.engine.handle(RollBack(actor=OLGA, playbook="follow-up", **shown))
    made = says(at, EDITED)
    assert (says(at, FORM).id, newest(at).state) == (made.id, "withdrawn")


def test_a_file_that_is_set_back_leaves_what_was_put_off(at: House) -> None:
    """Not now was said, and it stays said."""
    filled_in(at, FORM)
    made = says(at, EDITED)
    decide(at, Dismiss)
    assert (says(at, BOOK).id, newest(at).state) == (made.id, "dismissed")


def test_a_file_that_is_set_back_leaves_what_somebody_filled_in(at: House) -> None:
    """It is not the file's to take back."""
    filled_in(at, FORM)
    says(at, EDITED)
    suggest(at, FURTHER, EDITED.version)
    assert (says(at, BOOK).version, newest(at).state) == (FURTHER.version, "open")


def test_a_file_that_returns_to_what_was_active_by_it_is_a_proposal(at: House) -> None:
    """Its newer version was chosen from the file, so the older one is a change."""
    says(at, EDITED)
    decide(at, Activate)
    assert (says(at, BOOK).version, newest(at).state) == (BOOK.version, "open")


def test_a_file_that_was_written_from_slack_and_returns_is_a_proposal(at: House) -> None:
    """It said what is active for a while: what it said before that is a change now."""
    filled_in(at, FORM)
    says(at, FORM)
    assert active(at).filed == FORM.version
    assert (says(at, BOOK).version, newest(at).state) == (BOOK.version, "open")
