"""An edit that was signed and carried out becomes an example; nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import (
    ADA,
    ANA,
    BEN,
    CEM,
    COMPANY,
    CORRECTION,
    EVE,
    OLGA,
    drafted,
    mailing,
    playbook,
    press,
    refunding,
)
from tests.unit.workflows.builders import house as another
from workflows.answers import Recorded, Refused
from workflows.commands import (
    Approve,
    Edit,
    Executed,
    Reject,
    RequestChange,
    Resolve,
    SwitchExample,
    Undo,
)
from workflows.errors import NotAllowed, UnknownExample
from workflows.events import Event
from workflows.flags import Flags
from workflows.run import OPERATOR, Outcome, Run
from workflows.text import Untrusted
from workflows.trust.stages import Footing, waits

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.lessons.examples import Example
    from workflows.playbook import Playbook

DONE = Outcome(status="done", receipt="m-1")
BOOK = playbook(mailing(), flags={"learn_from_edits": True})
BETTER: dict[str, Any] = {"body": "Jo, shall we? Best, Ana"}


def edited(house: House, book: Playbook = BOOK, **more: Any) -> Run:
    """Return a run whose letter Ana has edited."""
    run = house.drafted(book)
    house.engine.handle(press(Edit, run, ANA, changes=BETTER, **more))
    return house.now(run)


def examples(house: House) -> list[Example]:
    """Return every example there is."""
    return list(house.store.rows.examples.values())


def taught(house: House, **more: Any) -> Example:
    """Have an edit learnt from."""
    house.left(edited(house, **more), DONE, BEN)
    return examples(house)[-1]


def test_an_edit_that_was_signed_and_sent_is_an_example(house: House) -> None:
    """It names what was written and what was signed, by whom, why; the texts stay in the revisions."""
    run = edited(house, reason="wrong tone")
    assert examples(house) == []
    house.left(run, DONE, BEN)
    (example,) = examples(house)
    assert run.draft
    assert (example.id, example.run_id) == (run.draft.id, run.id)
    assert (example.before_n, example.after_n, example.fields) == (1, 2, ("body",))
    assert (example.agent, example.by, example.reason) == ("writer", "U-ANA", "wrong tone")
    (entry,) = [e for e in house.store.entries if e.event is Event.DRAFT_LEARNT]
    assert entry.object == f"draft:{example.id}"
    assert entry.body == {}
    with house.store.looking() as look:
        (found,) = look.taught("writer")
    assert found.after["body"] == BETTER["body"]


def test_what_was_not_edited_teaches_nothing(house: House) -> None:
    """The agent's own text is no lesson."""
    house.left(house.drafted(BOOK), DONE)
    assert examples(house) == []


@pytest.mark.parametrize("flags", [{}, {"learn_from_edits": False}])
def test_where_it_is_not_switched_on_nothing_is_learnt(house: House, flags: Any) -> None:
    """Off unless somebody says otherwise."""
    house.left(edited(house, playbook(mailing(), flags=flags)), DONE, BEN)
    assert examples(house) == []


def test_the_company_can_switch_it_on_for_all() -> None:
    """One line in company.yml."""
    house = another()
    flags = Flags(learn_from_edits=True)
    house.directory.now = COMPANY.model_copy(update={"flags": flags})
    house.left(edited(house, playbook(mailing())), DONE, BEN)
    assert len(examples(house)) == 1


def test_a_rejected_edit_teaches_nothing(house: House) -> None:
    """Somebody wrote it, and nobody stood for it."""
    run = edited(house)
    house.engine.handle(press(Reject, run, BEN, reason="wrong facts"))
    assert examples(house) == []


def test_an_edit_that_never_left_teaches_nothing(house: House) -> None:
    """Refused outside, or nobody knows whether it happened."""
    house.left(edited(house), Outcome(status="rejected", message="no such address"), BEN)
    assert examples(house) == []


def test_an_edit_a_person_says_has_left_teaches(house: House) -> None:
    """The outcome was unknown; somebody looked."""
    run = house.left(edited(house), Outcome(status="unknown"), BEN)
    assert examples(house) == []
    house.engine.handle(press(Resolve, run, BEN, happened=True))
    assert len(examples(house)) == 1


def test_held_back_and_signed_again_it_is_still_the_editors(house: House) -> None:
    """Whoever pressed Undo wrote none of it."""
    run = edited(house, reason="wrong facts")
    house.engine.handle(press(Approve, run, BEN))
    house.engine.handle(press(Undo, house.now(run), BEN))
    house.left(run, DONE, BEN)
    (example,) = examples(house)
    assert (example.by, example.after_n, example.reason) == ("U-ANA", 2, "wrong facts")


def test_what_the_agent_wrote_again_is_no_edit(house: House) -> None:
    """A wish is followed at once; what leaves is the agent's own text."""
    run = edited(house)
    house.engine.handle(press(RequestChange, run, ANA, wish=Untrusted("warmer")))
    house.report(run, drafted(body="Dear Jo, warmly"))
    house.left(run, DONE, BEN)
    assert examples(house) == []


def test_an_edit_of_what_the_agent_wrote_again_begins_there(house: House) -> None:
    """Before is what it wrote last."""
    run = house.drafted(BOOK)
    house.engine.handle(press(RequestChange, run, ANA, wish=Untrusted("warmer")))
    house.report(run, drafted(body="Dear Jo, warmly"))
    house.engine.handle(press(Edit, house.now(run), ANA, changes=BETTER))
    house.left(run, DONE, BEN)
    assert (examples(house)[0].before_n, examples(house)[0].after_n) == (2, 3)


def test_only_texts_the_agent_writes_are_learnt(house: House) -> None:
    """An address or an amount comes from a record; an edit of it teaches nothing."""
    rule = {"by": "sales", "edit": ["to", "body"]}
    book = playbook(mailing(approve=rule), flags={"learn_from_edits": True})
    run = house.drafted(book)
    house.engine.handle(press(Edit, run, ANA, changes={"to": "ann@example.com"}))
    house.left(run, DONE, BEN)
    assert examples(house) == []


def test_what_no_agent_wrote_teaches_nothing(house: House) -> None:
    """A fixed action has fields people may change, and no writer."""
    book = playbook(refunding(), flags={"learn_from_edits": True})
    run = house.start(book)
    house.engine.handle(press(Edit, house.now(run), CEM, changes={"amount": "90.00 USD"}))
    house.left(run, DONE, CEM)
    assert examples(house) == []


def test_undoing_what_left_teaches_nothing(house: House) -> None:
    """The draft that takes it back is no agent's."""
    run = house.drafted(BOOK)
    house.engine.handle(press(Approve, run, ANA))
    house.wake(run)
    house.report(run, Executed(outcome=DONE, compensation=CORRECTION))
    house.engine.handle(press(Undo, house.now(run), ANA))
    house.engine.handle(press(Edit, house.now(run), ANA, changes=BETTER))
    house.left(run, DONE, BEN)
    assert examples(house) == []


def undone(house: House, run: Run) -> None:
    """Have Ana take back what left."""
    left(house, run)
    house.engine.handle(press(Undo, house.now(run), ANA))


def left(house: House, run: Run) -> None:
    """Have Ben sign what can be undone, and let it leave."""
    house.engine.handle(press(Approve, house.now(run), BEN))
    house.wake(run)
    house.report(run, Executed(outcome=DONE, compensation=CORRECTION))


def switched(house: House) -> list[Any]:
    """Return what the record says of switching."""
    return [e for e in house.store.entries if e.event is Event.EXAMPLE_SWITCHED]


def test_what_was_undone_teaches_no_more(house: House) -> None:
    """Off with the same press, on the record with whose it was and why; an owner may switch it on all the same."""
    run = edited(house)
    undone(house, run)
    (example,) = examples(house)
    assert (example.state, example.changed_by) == ("off", "U-ANA")
    (entry,) = switched(house)
    assert (entry.actor, entry.chain) == (ANA, "playbook:follow-up")
    assert entry.head == {"to": "off", "agent": "writer", "why": "undone"}
    house.engine.handle(SwitchExample(actor=ANA, example_id=example.id, to="on"))
    assert examples(house)[0].state == "on"


def test_undoing_what_taught_nothing_changes_no_example(house: House) -> None:
    """It was sent as it was written, or somebody had switched its edit off before."""
    undone(house, house.drafted(BOOK))
    assert switched(house) == []
    run = edited(house)
    left(house, run)
    (example,) = examples(house)
    house.engine.handle(SwitchExample(actor=OLGA, example_id=example.id, to="off"))
    house.engine.handle(press(Undo, house.now(run), ANA))
    assert examples(house)[0].changed_by == "U-OLGA"
    assert len(switched(house)) == 1


# --- Where something goes by itself ---


def stood(house: House, *shown: str, stage: Any = "threshold") -> None:
    """Let the playbook stand at a stage it earned with these examples."""
    footing = Footing(playbook="follow-up", stage=stage, since=MONDAY, examples=shown)
    with house.store.transaction() as tx:
        tx.place(footing)


def pinned(house: House) -> tuple[str, ...]:
    """Return the examples it stands on."""
    return house.store.rows.footings["follow-up"].examples


@pytest.mark.parametrize("stage", ["threshold", "autonomous"])
def test_what_is_learnt_where_something_goes_by_itself_waits(house: House, stage: Any) -> None:
    """It is kept, the record says that it waits, and going back takes it in."""
    stood(house, stage=stage)
    example = taught(house)
    (entry,) = [e for e in house.store.entries if e.event is Event.DRAFT_LEARNT]
    assert entry.head["waits"] == stage
    footing = house.store.rows.footings["follow-up"]
    assert waits(example, footing) == stage
    assert waits(example, footing.model_copy(update={"stage": "assist"})) == ""
    assert waits(example, None) == ""


def test_at_assist_it_is_taken_in_at_once(house: House) -> None:
    """People sign everything there, whichever prompt it is."""
    stood(house, stage="assist")
    taught(house)
    (entry,) = [e for e in house.store.entries if e.event is Event.DRAFT_LEARNT]
    assert "waits" not in entry.head


def test_its_owner_takes_it_in_and_is_told_what_that_costs(house: House) -> None:
    """One entry, however often it is pressed; it stays Sayso's to switch off."""
    stood(house, "d-old")
    example = taught(house)
    press_on = SwitchExample(actor=ANA, example_id=example.id, to="on")
    said = house.engine.handle(press_on)
    assert isinstance(said, Recorded)
    assert "another prompt than follow-up was promoted with" in said.sentence
    assert pinned(house) == ("d-old", example.id)
    assert examples(house)[0].changed_by == ""
    again = house.engine.handle(press_on)
    assert isinstance(again, Recorded)
    assert "promoted" not in again.sentence
    assert [e.head["to"] for e in switched(house)] == ["on"]


def test_switched_off_what_it_was_promoted_with_says_so_and_on_again_it_is_as_before(
    house: House,
) -> None:
    """The very prompt it was promoted with is back."""
    example = taught(house)
    stood(house, example.id)
    ask = SwitchExample(actor=ANA, example_id=example.id, to="off")
    off = house.engine.handle(ask)
    assert isinstance(off, Recorded)
    assert "another prompt than follow-up" in off.sentence
    on = house.engine.handle(ask.model_copy(update={"to": "on"}))
    assert isinstance(on, Recorded)
    assert "another prompt" not in on.sentence
    assert pinned(house) == (example.id,)


def test_one_that_waits_costs_nothing_when_it_is_switched_off(house: House) -> None:
    """No draft was written with it. On again, it is taken in with the same press."""
    stood(house)
    example = taught(house)
    off = house.engine.handle(SwitchExample(actor=ANA, example_id=example.id, to="off"))
    assert isinstance(off, Recorded)
    assert "another prompt" not in off.sentence
    on = house.engine.handle(SwitchExample(actor=ANA, example_id=example.id, to="on"))
    assert isinstance(on, Recorded)
    assert "another prompt" in on.sentence
    assert (examples(house)[0].changed_by, pinned(house)) == ("U-ANA", (example.id,))


def test_a_draft_says_which_examples_it_was_written_with(house: House) -> None:
    """On the draft, on the record, and counted at each of them; written again, those of the new text."""
    first = taught(house)
    run = house.start(BOOK)
    house.report(run, drafted().model_copy(update={"learnt": (first.id,)}))
    draft = house.now(run).draft
    assert draft
    assert draft.learnt == (first.id,)
    opened = [e for e in house.store.entries if e.event is Event.DRAFT_OPENED]
    assert [e.head.get("learnt") for e in opened] == [None, [first.id]]
    house.engine.handle(press(RequestChange, house.now(run), ANA, wish=Untrusted("warmer")))
    house.report(run, drafted(body="Dear Jo").model_copy(update={"learnt": (first.id,)}))
    (again,) = [e for e in house.store.entries if e.event is Event.DRAFT_REWRITTEN]
    assert again.head["learnt"] == [first.id]
    assert examples(house)[0].shown == 2


@pytest.mark.parametrize("who", [ANA, OLGA, ADA, OPERATOR])
@pytest.mark.parametrize("to", ["off", "removed"])
def test_an_owner_or_an_admin_switches_an_example(house: House, who: Any, to: Any) -> None:
    """Who, what and when stand on the record; the same again changes nothing."""
    example = taught(house)
    ask = SwitchExample(actor=who, example_id=example.id, to=to)
    reply = house.engine.handle(ask)
    assert isinstance(reply, Recorded)
    assert reply.sentence
    (now,) = examples(house)
    assert (now.state, now.changed_by, now.changed_at) == (to, who.id, house.clock.at)
    (entry,) = [e for e in house.store.entries if e.event is Event.EXAMPLE_SWITCHED]
    assert (entry.chain, entry.head["to"]) == ("playbook:follow-up", to)
    assert "home" in house.store.rows.redrawn


def test_switched_as_it_is_nothing_goes_on_the_record(house: House) -> None:
    """Two people press at once."""
    example = taught(house)
    for _ in range(2):
        house.engine.handle(SwitchExample(actor=ANA, example_id=example.id, to="off"))
    house.engine.handle(SwitchExample(actor=ANA, example_id=example.id, to="on"))
    said = [e.head["to"] for e in house.store.entries if e.event is Event.EXAMPLE_SWITCHED]
    assert said == ["off", "on"]


@pytest.mark.parametrize("who", [CEM, EVE])
def test_nobody_else_does(house: House, who: Any) -> None:
    """The refusal says whom to ask, and stands on the record."""
    example = taught(house)
    reply = house.engine.handle(SwitchExample(actor=who, example_id=example.id, to="off"))
    assert isinstance(reply, Refused)
    assert isinstance(reply.error, NotAllowed)
    assert examples(house)[0].state == "on"
    assert house.store.entries[-1].event is Event.PRESS_REFUSED


def test_of_a_playbook_that_is_gone_admins_alone_decide(house: House) -> None:
    """Nobody owns it any more."""
    example = taught(house)
    house.store.rows.actives.clear()
    refused = house.engine.handle(SwitchExample(actor=ANA, example_id=example.id, to="off"))
    assert isinstance(refused, Refused)
    done = house.engine.handle(SwitchExample(actor=ADA, example_id=example.id, to="off"))
    assert isinstance(done, Recorded)


def test_what_was_removed_stays_removed(house: House) -> None:
    """And what was never there can't be switched."""
    example = taught(house)
    house.engine.handle(SwitchExample(actor=ANA, example_id=example.id, to="removed"))
    for name in (example.id, "nobody-knows-it"):
        reply = house.engine.handle(SwitchExample(actor=ANA, example_id=name, to="on"))
        assert isinstance(reply, Refused)
        assert isinstance(reply.error, UnknownExample)
    with house.store.looking() as look:
        assert look.taught() == []
