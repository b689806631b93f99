"""What somebody had in front of them when they pressed: its hash goes on the record with the decision.

A card's hash is looked up, as it was kept when the card was shown. A dialog or a row of a list was
drawn from the draft alone, so it is drawn again: same draft, same revision, same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from blocks import asking, contents, many, modal, queue
from blocks.ids import ActionId, CallbackId
from blocks.values import value_of
from workflows.text import digest, normalised

if TYPE_CHECKING:
    from pydantic import JsonValue

    from handlers.desk import Desk
    from handlers.payloads import ButtonPress, Submission
    from workflows.commands import Shown
    from workflows.run import Draft, Run

#: What a command on a draft takes from here.
Seen = dict[str, str]


def pressed(desk: Desk, press: ButtonPress) -> Seen:
    """Return what a button was pressed on: a card, the reasons, or a row of a list."""
    if press.card:
        found = desk.reading.card_hash(press.card, *press.place, press.action.block_id)
        return _seen("card", found)
    if press.view.callback_id == CallbackId.REJECT:
        return reasons(desk, press.view.private_metadata)
    return _row(desk, press)


def _row(desk: Desk, press: ButtonPress) -> Seen:
    """Return the row as it can be signed from; one that only opens something is not hashed."""
    draft = _draft(desk, press.value.draft_id, str(press.value))
    if draft is None:
        return _seen("row", "")
    waiting = queue.Waiting(draft=draft, spec=desk.actions.get(draft.action), one_tap=True)
    drawn = queue.row(waiting)
    buttons = [each["action_id"] for each in drawn[-1]["elements"]]
    is_signable = press.action.action_id == ActionId.APPROVE and ActionId.APPROVE in buttons
    return _seen("row", _hash(drawn) if is_signable else "")


def reasons(desk: Desk, value: str) -> Seen:
    """Return the dialog of reasons to reject the draft that `value` names."""
    draft = _draft(desk, value.partition(".")[0], value)
    return _seen("reasons", _hash(modal.reject(draft)) if draft else "")


def changes(desk: Desk, value: str) -> Seen:
    """Return the form for what should be different in the draft that `value` names."""
    draft = _draft(desk, value.partition(".")[0], value)
    return _seen("change form", _hash(asking.change(draft)) if draft else "")


def taking(desk: Desk, value: str) -> Seen:
    """Return the question before the draft that `value` names is taken over."""
    draft = _draft(desk, value.partition(".")[0], value)
    return _seen("take-over form", _hash(asking.take_over(draft)) if draft else "")


def signing(desk: Desk, value: str) -> Seen:
    """Return the dialog in which the draft that `value` names is signed."""
    draft = _draft(desk, value.partition(".")[0], value)
    drawn = asking.sign(draft, desk.actions.get(draft.action)) if draft else None
    return _seen("sign form", _hash(drawn) if drawn else "")


def full_text(desk: Desk, submission: Submission) -> Seen:
    """Return all pages of the full text: whoever signs on the last one has turned the others."""
    value = submission.view.private_metadata
    run = desk.reading.run_of_draft(value.partition(".")[0])
    draft = _same(run, value)
    if run is None or draft is None:
        return _seen("full text", "")
    spec, level = desk.actions.get(draft.action), desk.reading.playbook(run.version).level
    count = len(contents.pages(contents.parts(draft.current.payload, spec)))
    pages = [modal.review(draft, spec, page, level=level) for page in range(1, count + 1)]
    return _seen("full text", _hash(pages))


def one_of_many(desk: Desk, value: str) -> Seen:
    """Return the part of the dialog of many that shows the draft that `value` names."""
    draft = _draft(desk, value.partition(".")[0], value)
    if draft is None:
        return _seen("together", "")
    waiting = queue.Waiting(draft=draft, spec=desk.actions.get(draft.action))
    return _seen("together", _hash(many.item(waiting)))


def edit_form(desk: Desk, run: Run, value: str) -> Seen:
    """Return the edit form of a run's draft as it was opened; what was typed stands in the entry itself."""
    draft = _same(run, value)
    spec = desk.actions.get(draft.action) if draft else None
    return _seen("edit form", _hash(modal.edit(draft, spec)) if draft and spec else "")


def _draft(desk: Desk, draft_id: str, value: str) -> Draft | None:
    return _same(desk.reading.run_of_draft(draft_id), value)


def _same(run: Run | None, value: str) -> Draft | None:
    """Return the run's draft if it still is what the button or dialog was drawn from."""
    draft = run.draft if run else None
    return draft if draft and value_of(draft) == value else None


def _seen(shown: Shown, hash_: str) -> Seen:
    unknown = shown == "card" and not hash_
    return {"card_hash": hash_, "shown": "card not known" if unknown else shown}


def _hash(drawn: object) -> str:
    """Return the SHA-256 of the RFC 8785 bytes of what was drawn."""
    return digest(normalised(cast("JsonValue", drawn)))
