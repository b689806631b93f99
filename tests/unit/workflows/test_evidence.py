"""A decision's entry says what the person saw and where the text comes from, in codes and hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.workflows.builders import (
    ANA,
    BEN,
    drafted,
    found,
    mailing,
    playbook,
    press,
    reading,
)
from tests.unit.workflows.presses import of, pressed
from workflows.commands import Approve, Edit, OpenEdit, OpenReject, Reject
from workflows.events import Event

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.events import Entry
    from workflows.run import Run

SAW = {"card_hash": "ab" * 32, "shown": "card"}


def _read_and_drafted(house: House) -> Run:
    run = house.start(playbook(reading(), mailing()))
    house.report(run, found())
    house.report(run, drafted())
    return house.now(run)


def _newest(house: House, event: Event) -> Entry:
    return next(each for each in reversed(house.store.entries) if each.event is event)


def test_a_signature_is_kept_with_what_was_seen(house: House) -> None:
    """The row and the audit entry have the same hash."""
    run = house.drafted(playbook(mailing()))
    now = pressed(house, Approve, run, ANA, **SAW)
    assert of(now).signatures[0].card_hash == SAW["card_hash"]
    head = _newest(house, Event.DRAFT_SIGNED).head
    assert {"card_hash": head["card_hash"], "shown": head["shown"]} == SAW


def test_a_press_on_an_unknown_card_says_so(house: House) -> None:
    """No hash, and the words for why; from the command line nothing was shown at all."""
    run = house.drafted(playbook(mailing()))
    pressed(house, Approve, run, ANA, shown="card not known")
    head = _newest(house, Event.DRAFT_SIGNED).head
    assert (head["card_hash"], head["shown"]) == ("", "card not known")


def test_an_edit_and_a_rejection_are_kept_with_what_was_seen(house: House) -> None:
    """Both forms, when they opened and when they were submitted."""
    run = house.drafted(playbook(mailing()))
    for kind in (OpenEdit, OpenReject):
        house.engine.handle(press(kind, house.now(run), ANA, **SAW))
        shown = _newest(house, Event.DRAFT_SHOWN).head
        assert (shown["card_hash"], shown["shown"]) == tuple(SAW.values())
    form = {**SAW, "shown": "edit form"}
    pressed(house, Edit, run, ANA, changes={"subject": "Still interested?"}, **form)
    assert form.items() <= _newest(house, Event.DRAFT_EDITED).head.items()
    reasons = {**SAW, "shown": "reasons"}
    pressed(house, Reject, run, ANA, reason="wrong tone", **reasons)
    assert reasons.items() <= _newest(house, Event.DRAFT_REJECTED).head.items()


def test_a_signature_names_the_rules_and_the_author_of_what_was_signed(house: House) -> None:
    """Playbook and its version, model, prompt, what the agent was shown, and the sources."""
    run = _read_and_drafted(house)
    author = of(run).author
    pressed(house, Approve, run, ANA)
    entry = _newest(house, Event.DRAFT_SIGNED)
    wanted = {
        "payload_hash": of(run).current.payload_hash,
        "playbook": run.playbook,
        "version": run.version,
        "policies": list(of(run).needs.cites),
        "revised_by": "agent",
        "agent": author.agent,
        "model": author.model,
        "prompt_version": author.prompt_version,
        "context": drafted().context,
    }
    assert wanted.items() <= entry.head.items()
    sources = entry.body["sources"]
    assert isinstance(sources, list)
    assert run.sources["quote"] in sources
    assert len(sources) == len(set(map(str, sources)))


def test_a_signed_edit_says_that_a_person_wrote_it(house: House) -> None:
    """The model is still named, as the draft began with it."""
    run = house.drafted(playbook(mailing()))
    pressed(house, Edit, run, ANA, changes={"subject": "Still interested?"})
    pressed(house, Approve, run, BEN)
    assert _newest(house, Event.DRAFT_SIGNED).head["revised_by"] == "user"


@pytest.mark.parametrize("kind", [Approve, Reject])
def test_no_head_holds_a_source(house: House, kind: type) -> None:
    """A record's key may name a person, so sources stand where they can be erased."""
    run = _read_and_drafted(house)
    more = {"reason": "other"} if kind is Reject else {}
    pressed(house, kind, run, ANA, **more)
    event = Event.DRAFT_SIGNED if kind is Approve else Event.DRAFT_REJECTED
    assert run.sources["quote"] not in str(_newest(house, event).head)
