"""What somebody had in front of them is looked up or drawn again; what is not known is not made up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from blocks import modal, queue
from blocks.contents import pages, parts
from blocks.ids import ActionId, CallbackId
from blocks.values import value_of
from handlers import actions, seen, views
from handlers.payloads import ButtonPress, Submission
from tests.unit.blocks import examples
from tests.unit.handlers.desks import ANA, FakeEngine, FakeReading, Room
from workflows.answers import Recorded
from workflows.commands import OnDraft
from workflows.text import digest

if TYPE_CHECKING:
    from workflows.run import Draft

Json = dict[str, Any]

DRAFT = examples.draft()
RUN = examples.run().model_copy(update={"draft": DRAFT})
VALUE = value_of(DRAFT)
BLOCK = f"buttons:{DRAFT.id}:1:open:0"
CARD = (DRAFT.id, "C1", "1.5", BLOCK)


def _room(draft: Draft = DRAFT) -> Room:
    run = RUN.model_copy(update={"draft": draft})
    reading = FakeReading(run, cards={CARD: "c" * 64})
    return Room(reading=reading, engine=FakeEngine(Recorded(run=run)))


def _press(action: str = "approve", value: str = VALUE, **where: Any) -> ButtonPress:
    acts = [{"action_id": action, "action_ts": "9.1", "value": value, "block_id": BLOCK}]
    place = where or {"channel": {"id": "C1"}, "container": {"message_ts": "1.5"}}
    return ButtonPress.model_validate({"user": {"id": ANA}, "actions": acts, **place})


def _submitted(metadata: str = VALUE, **values: Json) -> Submission:
    view = {"id": "V1", "private_metadata": metadata, "state": {"values": values}}
    return Submission.model_validate({"user": {"id": ANA}, "view": view})


def _evidence(room: Room) -> list[tuple[str, str]]:
    commands = [each for each in room.engine.commands if isinstance(each, OnDraft)]
    return [(each.shown, each.card_hash) for each in commands]


@pytest.mark.parametrize("action", ["approve", "edit", "reject"])
def test_a_press_on_a_card_carries_the_hash_of_that_very_message(action: str) -> None:
    """Which message, and which block of it, was pressed on."""
    room = _room()
    actions.ON[ActionId(action)](room.desk, _press(action))
    assert _evidence(room) == [("card", "c" * 64)]


def test_a_press_on_a_copy_nobody_knows_is_not_given_a_hash() -> None:
    """It counts, and the record says that the card is not known."""
    room = _room()
    elsewhere = {"channel": {"id": "C1"}, "container": {"message_ts": "7.7"}}
    actions.approve(room.desk, _press(**elsewhere))
    assert _evidence(room) == [("card not known", "")]


@pytest.mark.parametrize("view", ["home", ""])
def test_a_signature_from_a_row_is_on_the_row_as_it_is_drawn(view: str) -> None:
    """In Home and in a private list: all that leaves stands in the row."""
    short = examples.draft({"to": "jo@x.example", "subject": "Ovens"})
    room = _room(short)
    where = {"view": {"id": "V1", "type": view}} if view else {"container": {"is_ephemeral": True}}
    actions.approve(room.desk, _press(value=value_of(short), **where))
    row = queue.row(queue.Waiting(draft=short, spec=examples.SPEC, one_tap=True))
    assert _evidence(room) == [("row", digest(row))]


def test_what_no_row_offers_has_no_hash() -> None:
    """Opening a form from a row, a text that is too long for one, and a row of an older revision."""
    room = _room()
    home = {"view": {"id": "V1", "type": "home"}}
    actions.edit(room.desk, _press("edit", **home))
    actions.approve(room.desk, _press(**home))
    actions.approve(room.desk, _press(value=f"{DRAFT.id}.1.{'0' * 12}", **home))
    assert _evidence(room) == [("row", "")] * 3


def test_a_reason_is_on_the_dialog_it_was_chosen_in() -> None:
    """With one tap or in one's own words."""
    room = _room()
    view = {"id": "V1", "callback_id": CallbackId.REJECT, "private_metadata": VALUE}
    actions.reason(room.desk, _press("reason:0", view=view))
    views.reject(room.desk, _submitted())
    drawn = digest(modal.reject(DRAFT))
    assert _evidence(room) == [("reasons", drawn)] * 2


@pytest.mark.parametrize("size", [10, 9_000])
def test_a_signature_in_the_full_text_is_on_all_its_pages(size: int) -> None:
    """Drawn again they are what they were: the same draft gives the same bytes."""
    draft = examples.draft({"to": "jo@x.example", "subject": "x", "body": "word " * size})
    room = _room(draft)
    views.review(room.desk, _submitted(value_of(draft)))
    count = len(pages(parts(draft.current.payload, examples.SPEC)))
    drawn = [modal.review(draft, examples.SPEC, n + 1, level=3) for n in range(count)]
    assert _evidence(room) == [("full text", digest(drawn))]


def test_an_edit_is_on_its_form_and_so_is_signing_it_too() -> None:
    """What was typed stands in the entry of the edit."""
    room = _room()
    too = {"sign_too": {"sign_too": {"selected_options": [{"value": "yes"}]}}}
    views.edit(room.desk, _submitted(**too))
    form = digest(modal.edit(DRAFT, examples.SPEC))
    assert _evidence(room) == [("edit form", form)] * 2


@pytest.mark.parametrize("value", [f"{DRAFT.id}.2.{VALUE[-12:]}", "gone.1.0123456789ab"])
def test_a_dialog_of_another_revision_is_not_known(value: str) -> None:
    """What is there now is not what was shown; the engine refuses it anyway."""
    room = _room()
    views.review(room.desk, _submitted(value))
    views.reject(room.desk, _submitted(value))
    assert _evidence(room) == [("full text", ""), ("reasons", "")]
    assert seen.edit_form(room.desk, RUN, value) == {"card_hash": "", "shown": "edit form"}


def test_an_action_nobody_can_carry_out_any_more_has_no_form() -> None:
    """The connector was taken away while the form was open."""
    lost = DRAFT.model_copy(update={"action": "gone.send"})
    run = RUN.model_copy(update={"draft": lost})
    form = seen.edit_form(_room(lost).desk, run, VALUE)
    assert form == {"card_hash": "", "shown": "edit form"}
