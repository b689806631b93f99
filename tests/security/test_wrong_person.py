"""Who may do what: everybody against everything, as one table. What is not in it is refused and on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.signed import signed as outside
from tests.unit.workflows.builders import (
    ADA,
    ANA,
    BEN,
    CEM,
    DORA,
    EVE,
    GIL,
    INA,
    OLGA,
    house,
    mailing,
    playbook,
    press,
    refunding,
)
from workflows.answers import Refused
from workflows.commands import (
    Approve,
    CancelRun,
    Command,
    Edit,
    OnDraft,
    OpenEdit,
    OpenReject,
    Pause,
    Reject,
    Resolve,
    Resume,
    StartRun,
    Undo,
)
from workflows.events import Event
from workflows.run import Actor, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.workflows.builders import House

    #: Makes a house in which somebody is about to ask for something.
    Make = Callable[[Actor], tuple[House, Command]]

#: Sales, finance, the owner, an admin; a guest and somebody who left, with every role; a stranger.
EVERYBODY = {
    "ana": ANA, "ben": BEN, "cem": CEM, "dora": DORA, "olga": OLGA, "ada": ADA,
    "gil": GIL, "ina": INA, "eve": EVE,
}  # fmt: skip
#: What goes by a person's id and is none.
IMPOSTORS = [Actor(kind=kind, id=ANA.id) for kind in ("agent", "system", "timer")]
SALES, FINANCE, STAFF = {"ana", "ben"}, {"cem", "dora"}, set(EVERYBODY) - {"gil", "ina", "eve"}
MAIL, REFUND = playbook(mailing()), playbook(refunding())
#: Presses on an open draft, and what they need besides.
DECISIONS: dict[type[OnDraft], dict[str, object]] = {
    Approve: {},
    OpenEdit: {},
    Edit: {"changes": {"subject": "Other words"}},
    OpenReject: {},
    Reject: {"reason": "other"},
}
MONEY: dict[type[OnDraft], dict[str, object]] = {
    **DECISIONS,
    Edit: {"changes": {"amount": "90.00 USD"}},
}


def _who_may(make: Make) -> set[str]:
    """Return who gets through, each in a house of their own; a refusal must be on the record and change nothing."""
    return {name for name, actor in EVERYBODY.items() if _accepted(make, actor)}


def _accepted(make: Make, actor: Actor) -> bool:
    at, command = make(actor)
    before = at.store.rows.runs.copy(), at.store.rows.drafts.copy(), len(at.store.entries)
    reply = at.engine.handle(command)
    if not isinstance(reply, Refused):
        return True
    assert (at.store.rows.runs, at.store.rows.drafts) == before[:2]
    refused = at.store.entries[before[2] :]
    assert [each.event for each in refused] == [Event.PRESS_REFUSED]
    assert refused[0].actor == actor
    return False


def _on_mail(kind: type[OnDraft], starter: Actor = ADA) -> Make:
    def make(actor: Actor) -> tuple[House, Command]:
        at = house()
        run = at.drafted(MAIL, starter)
        return at, press(kind, run, actor, **DECISIONS[kind])

    return make


def _on_refund(kind: type[OnDraft], starter: Actor = ADA) -> Make:
    def make(actor: Actor) -> tuple[House, Command]:
        at = house()
        run = at.start(REFUND, starter)
        return at, press(kind, run, actor, **MONEY[kind])

    return make


@pytest.mark.parametrize("kind", DECISIONS)
def test_an_open_letter_is_for_those_the_playbook_names(kind: type[OnDraft]) -> None:
    """Sales sign; whoever started it may also change their mind, and nobody else."""
    starter = set() if kind is Approve else {"ada"}
    assert _who_may(_on_mail(kind)) == SALES | starter


@pytest.mark.parametrize("kind", DECISIONS)
def test_a_refund_is_for_finance(kind: type[OnDraft]) -> None:
    """Neither sales nor the owner nor an admin, unless they started it, and then not to sign."""
    starter = set() if kind is Approve else {"ada"}
    assert _who_may(_on_refund(kind)) == FINANCE | starter


def test_money_is_not_signed_by_who_asked_for_it() -> None:
    """A customer letter may be, with a mark; a refund never."""
    assert _who_may(_on_mail(Approve, ANA)) == SALES
    assert _who_may(_on_refund(Approve, CEM)) == {"dora"}


@pytest.mark.parametrize("impostor", IMPOSTORS, ids=lambda actor: actor.kind)
@pytest.mark.parametrize("kind", DECISIONS)
def test_what_goes_by_a_persons_id_is_not_that_person(impostor: Actor, kind: type[OnDraft]) -> None:
    """An agent, a timer and the system sign nothing, under whatever name."""
    assert not _accepted(_on_mail(kind), impostor)


def test_holding_back_is_for_those_who_may_decide() -> None:
    """While it is held, whoever could sign it or started it stops it."""

    def make(actor: Actor) -> tuple[House, Command]:
        at = house()
        run = at.drafted(MAIL, ADA)
        at.engine.handle(press(Approve, run, ANA))
        return at, press(Undo, at.now(run), actor)

    assert _who_may(make) == SALES | {"ada"}


def test_saying_what_happened_is_for_those_who_may_decide() -> None:
    """An unknown outcome is resolved by the same people."""

    def make(actor: Actor) -> tuple[House, Command]:
        at = house()
        run = at.left(at.drafted(MAIL, ADA), Outcome(status="unknown"), ANA)
        return at, press(Resolve, run, actor, happened=False)

    assert _who_may(make) == SALES | {"ada"}


def test_starting_and_stopping_is_for_current_staff() -> None:
    """No guest, nobody who left, no stranger."""

    def start(actor: Actor) -> tuple[House, Command]:
        at = house()
        at.shelf.put(MAIL)
        return at, StartRun(actor=actor, playbook=MAIL.playbook)

    def cancel(actor: Actor) -> tuple[House, Command]:
        at = house()
        run = at.drafted(MAIL, ADA)
        return at, CancelRun(actor=actor, run_id=run.id)

    assert _who_may(start) == _who_may(cancel) == STAFF


@pytest.mark.parametrize("kind", [Pause, Resume])
def test_switches_are_for_the_owner_and_admins(kind: type[Pause | Resume]) -> None:
    """A guest with the role admin is no admin."""

    def make(actor: Actor) -> tuple[House, Command]:
        return house(), kind(actor=actor, scope="everything")

    assert _who_may(make) == {"olga", "ada"}


def test_a_signed_draft_of_these_tests_is_made_the_same_way() -> None:
    """The only constructor: what a connector gets in tests was signed too."""
    assert outside("mail.send", {"to": "jo@lark.example"}).signers == ("U01ANA",)
