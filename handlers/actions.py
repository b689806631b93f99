"""What each button does: it becomes one command, or shows something. No rule lives here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import listing, modal, notice
from blocks.ids import ActionId, More
from blocks.values import ButtonValue, value_of
from handlers import (
    delegating,
    incidents,
    looking,
    many,
    ownerform,
    promoting,
    seen,
    showing,
    starting,
    tasks,
    trust,
    urgent,
    versions,
)
from handlers.desk import DEADLINE
from handlers.payloads import on_draft
from handlers.replies import Opened, Said, Turned, sentence
from workflows.answers import Recorded, Refused
from workflows.commands import (
    NO_MESSAGES,
    REASONS,
    Approve,
    Claim,
    OpenChange,
    OpenEdit,
    OpenReject,
    OpenSign,
    Pause,
    Redraft,
    Reject,
    Resolve,
    Resume,
    Retry,
    Signal,
    StopContact,
    SwitchExample,
    Undo,
)
from workflows.run import Actor, DraftState
from workflows.signals import REPLIED

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.desk import Desk
    from handlers.payloads import ButtonPress
    from handlers.replies import Reply
    from workflows.commands import Command, OnDraft


def _about(press: ButtonPress, value: ButtonValue | None = None) -> dict[str, object]:
    """Return what every command on a draft takes from a press: who, and exactly what was shown."""
    return on_draft(press.person, press.key, value or press.value)


def _handle(desk: Desk, command: Command) -> Reply:
    return desk.engine.handle(command, DEADLINE)


def _deciding(desk: Desk, press: ButtonPress) -> dict[str, object]:
    """Return what a decision takes besides: the evidence of what the person saw."""
    return {**_about(press), **seen.pressed(desk, press)}


def approve(desk: Desk, press: ButtonPress) -> Reply:
    """Sign what the card showed."""
    return _handle(desk, Approve.model_validate(_deciding(desk, press)))


def edit(desk: Desk, press: ButtonPress) -> Reply:
    """Open the edit form."""
    return _handle(desk, OpenEdit.model_validate({**_deciding(desk, press), "key": ""}))


def reject(desk: Desk, press: ButtonPress) -> Reply:
    """Open the reasons."""
    return _handle(desk, OpenReject.model_validate({**_deciding(desk, press), "key": ""}))


def reason(desk: Desk, press: ButtonPress) -> Reply:
    """Reject with one tap."""
    number = press.action.action_id.rpartition(":")[2]
    chosen = dict(enumerate(REASONS)).get(int(number))
    if chosen is None:
        return Said(notice.said("There is no such reason. Nothing was done."))
    answer = _handle(desk, Reject.model_validate({**_deciding(desk, press), "reason": chosen}))
    if chosen == NO_MESSAGES and isinstance(answer, Recorded):
        return _silence(desk, press)
    return looking.closed(answer, f"Rejected: {chosen}. Nothing was sent.")


def _silence(desk: Desk, press: ButtonPress) -> Reply:
    """Stop every playbook from writing to whom the rejected draft would have reached."""
    address = looking.address_of(desk, press.value.draft_id)
    if not address:
        return Turned(modal.said(f"Rejected: {NO_MESSAGES}. Nothing was sent."))
    about = {"actor": Actor.user(press.person), "key": f"{press.key}:silence"}
    answer = _handle(desk, StopContact.model_validate({**about, "address": address}))
    said = answer.error.sentence if isinstance(answer, Refused) else sentence(answer)
    return Turned(modal.said(f"Rejected. {said}"))


def undo(desk: Desk, press: ButtonPress) -> Reply:
    """Hold it back, or open the draft that undoes it."""
    return _handle(desk, Undo.model_validate(_about(press)))


def draft_again(desk: Desk, press: ButtonPress) -> Reply:
    """Let the agent write again."""
    return _handle(desk, Redraft.model_validate(_about(press)))


def arrived(desk: Desk, press: ButtonPress) -> Reply:
    """Say that an uncertain execution happened."""
    return _handle(desk, Resolve.model_validate({**_about(press), "happened": True}))


def send_again(desk: Desk, press: ButtonPress) -> Reply:
    """Say that it did not, so that it is carried out again under the same key."""
    return _handle(desk, Resolve.model_validate({**_about(press), "happened": False}))


def replied(desk: Desk, press: ButtonPress) -> Reply:
    """Say that the customer has replied."""
    draft_id = press.value.draft_id
    run = desk.reading.run_of_draft(draft_id)
    actor, run_id = Actor.user(press.person), run.id if run else draft_id
    return _handle(desk, Signal(actor=actor, key=press.key, run_id=run_id, name=REPLIED))


def review(desk: Desk, press: ButtonPress) -> Reply:
    """Open the full text."""
    return looking.full_text(desk, press.person, press.value.draft_id)


def review_page(desk: Desk, press: ButtonPress) -> Reply:
    """Turn a page of the full text."""
    page, value = press.tagged
    opened = looking.full_text(desk, press.person, value.draft_id, int(page))
    return Turned(opened.view) if isinstance(opened, Opened) else opened


def more(desk: Desk, press: ButtonPress) -> Reply:
    """Open what stands behind the three dots."""
    tag, value = press.tagged
    match More(tag):
        case More.WHY:
            return looking.why(desk, press.person, value.draft_id)
        case More.TAKE:
            return looking.take_over(desk, press.person, value)
        case choice:
            about = {**_about(press, value), **seen.pressed(desk, press)}
            return _handle(desk, _CHOSEN[choice].model_validate(about))


#: What a choice behind the dots asks for.
_CHOSEN: dict[More, type[OnDraft]] = {
    More.CHANGE: OpenChange,
    More.COMMENT: OpenSign,
    More.CLAIM: Claim,
}


def switch(desk: Desk, press: ButtonPress) -> Reply:
    """Pause or resume from App Home."""
    word, _, scope = press.action.chosen.partition(":")
    kind = Pause if word == "pause" else Resume
    return _handle(desk, kind(actor=Actor.user(press.person), key=press.key, scope=scope))


def example(desk: Desk, press: ButtonPress) -> Reply:
    """Switch an edit that agents learn from."""
    to, _, example_id = press.action.chosen.partition(":")
    asked = {"actor": Actor.user(press.person), "key": press.key, "example_id": example_id}
    return _handle(desk, SwitchExample.model_validate({**asked, "to": to}))


def retry(desk: Desk, press: ButtonPress) -> Reply:
    """Try a run again from the step at which it could not go on."""
    actor = Actor.user(press.person)
    return _handle(desk, Retry(actor=actor, key=press.key, run_id=press.action.chosen))


def show_queue(desk: Desk, press: ButtonPress) -> Reply:
    """Show what waits for the one who asks."""
    return looking.queued(desk, press.person)


def claim_next(desk: Desk, press: ButtonPress) -> Reply:
    """Claim the most pressing draft that nobody else is looking at, and open it."""
    mine, now = desk.waiting(press.person), desk.clock.now()
    draft = next((one.draft for one in mine if one.is_free(press.person, now)), None)
    if draft is None:
        words = (
            "Others are looking at all that waits for you." if mine else "Nothing waits for you."
        )
        return Said(notice.said(words))
    if draft.state is DraftState.OPEN:
        value = ButtonValue.parse(value_of(draft))
        claimed = _handle(desk, Claim.model_validate(_about(press, value)))
        if not isinstance(claimed, Recorded):
            return claimed
    return looking.full_text(desk, press.person, draft.id)


def home_page(desk: Desk, press: ButtonPress) -> Reply:
    """Show another list of App Home, or another page of it."""
    return looking.home(desk, press.person, listing.Place.parse(press.action.chosen))


def ignore(_desk: Desk, _press: ButtonPress) -> Reply:
    """Acknowledge what needs no answer: a choice inside a form."""
    return looking.NOTHING


#: Every button there is, and what it does. A convention test holds this equal to what the builders draw.
ON: dict[ActionId, Callable[[Desk, ButtonPress], Reply]] = {
    ActionId.APPROVE: approve,
    ActionId.EDIT: edit,
    ActionId.REJECT: reject,
    ActionId.REASON: reason,
    ActionId.REVIEW: review,
    ActionId.REVIEW_PAGE: review_page,
    ActionId.OPEN: review,
    ActionId.MORE: more,
    ActionId.REPLIED: replied,
    ActionId.UNDO: undo,
    ActionId.UNDO_DONE: undo,
    ActionId.DRAFT_AGAIN: draft_again,
    ActionId.ARRIVED: arrived,
    ActionId.SEND_AGAIN: send_again,
    ActionId.SWITCH: switch,
    ActionId.EXAMPLE: example,
    ActionId.RETRY: retry,
    ActionId.SHOW_QUEUE: show_queue,
    ActionId.CLAIM_NEXT: claim_next,
    ActionId.TOGETHER: many.show,
    ActionId.ONLY_THIS: many.only_this,
    ActionId.SHOW_AUDIT: showing.show_audit,
    ActionId.SHOW_RUN: showing.show_run,
    ActionId.SHOW_SOP: showing.show_sop,
    ActionId.SHOW_HELP: showing.show_help,
    **tasks.ON,
    **starting.ON,
    **versions.ON,
    **delegating.ON,
    **ownerform.ON,
    **urgent.ON,
    **incidents.ON,
    **trust.ON,
    **promoting.ON,
    ActionId.HOME_PAGE: home_page,
    ActionId.INPUT: ignore,
    ActionId.SIGN_TOO: ignore,
}
