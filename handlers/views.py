"""What a submitted dialog does. The form's values are read by its fields; the rest is in the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import form, modal
from blocks.ids import ActionId, BlockId, CallbackId
from blocks.values import ButtonValue
from handlers import delegating, incidents, many, ownerform, seen, starting, tasks, trust
from handlers.desk import DEADLINE
from handlers.payloads import on_draft
from handlers.replies import Turned
from workflows.answers import Recorded, Refused
from workflows.commands import Approve, Edit, Reject, RequestChange, TakeOver
from workflows.errors import UnknownDraft
from workflows.text import Untrusted

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.desk import Desk
    from handlers.payloads import Submission
    from handlers.replies import Reply
    from handlers.seen import Seen


def _about(submission: Submission, step: str) -> dict[str, object]:
    named = ButtonValue.parse(submission.view.private_metadata)
    return on_draft(submission.person, f"{submission.key}:{step}", named)


def edit(desk: Desk, submission: Submission) -> Reply:
    """Save the edit; with "sign it too" a second command signs exactly what was saved."""
    about = _about(submission, "edit")
    run = desk.reading.run_of_draft(str(about["draft_id"]))
    if run is None or run.draft is None:
        return Refused(error=UnknownDraft())
    spec, rule = desk.actions[run.draft.action], run.draft.rule
    fields = [field for field in spec.fields if field.name in rule.edit]
    typed = form.read(fields, submission.view.inputs)
    changes = {name: value for name, value in typed.items() if value is not None}
    emptied = {name: "" for name, value in typed.items() if value is None}
    form_seen = seen.edit_form(desk, run, submission.view.private_metadata)
    saving = {**about, **form_seen, "changes": {**changes, **emptied}}
    saving["reason"] = submission.view.chosen(BlockId.REASON, ActionId.INPUT)
    answer = desk.engine.handle(Edit.model_validate(saving), DEADLINE)
    if not isinstance(answer, Recorded) or not _wants_to_sign(submission):
        return answer
    return _sign_saved(desk, submission, answer, form_seen)


def _wants_to_sign(submission: Submission) -> bool:
    return bool(submission.view.held(BlockId.SIGN_TOO, ActionId.SIGN_TOO).get("selected_options"))


def _sign_saved(desk: Desk, submission: Submission, saved: Recorded, form_seen: Seen) -> Reply:
    draft = saved.run.draft if saved.run else None
    if draft is None:
        return saved
    signing = {
        **_about(submission, "sign"),
        **form_seen,
        "revision": draft.revision,
        "payload_hash": draft.current.payload_hash,
    }
    answer = desk.engine.handle(Approve.model_validate(signing), DEADLINE)
    if isinstance(answer, Refused):
        words = f"Your edit is saved, but not signed. {answer.error.sentence}"
        return Turned(modal.said(words, title="Saved, not signed"))
    return answer


def reject(desk: Desk, submission: Submission) -> Reply:
    """Reject in one's own words."""
    words = submission.view.typed(BlockId.OWN_WORDS, ActionId.INPUT)
    about = {**_about(submission, "reject"), **seen.reasons(desk, submission.view.private_metadata)}
    rejecting = {**about, "reason": "other", "comment": Untrusted(words)}
    return desk.engine.handle(Reject.model_validate(rejecting), DEADLINE)


def change(desk: Desk, submission: Submission) -> Reply:
    """Let the agent write it again, as was typed."""
    about = {**_about(submission, "change"), **seen.changes(desk, submission.view.private_metadata)}
    wish = submission.view.typed(form.input_id("wish"), ActionId.INPUT)
    return desk.engine.handle(RequestChange.model_validate({**about, "wish": wish}), DEADLINE)


def take(desk: Desk, submission: Submission) -> Reply:
    """Take it over."""
    about = {**_about(submission, "take"), **seen.taking(desk, submission.view.private_metadata)}
    return desk.engine.handle(TakeOver.model_validate(about), DEADLINE)


def sign(desk: Desk, submission: Submission) -> Reply:
    """Sign with a comment, and with the amount where it is asked for."""
    about = {**_about(submission, "sign"), **seen.signing(desk, submission.view.private_metadata)}
    typed = {
        "comment": submission.view.typed(BlockId.OWN_WORDS, ActionId.INPUT),
        "amount": submission.view.typed(form.input_id("amount"), ActionId.INPUT),
    }
    return desk.engine.handle(Approve.model_validate({**about, **typed}), DEADLINE)


def review(desk: Desk, submission: Submission) -> Reply:
    """Sign after the last page of the full text."""
    about = {**_about(submission, "sign"), **seen.full_text(desk, submission)}
    return desk.engine.handle(Approve.model_validate(about), DEADLINE)


#: Every dialog that can be submitted.
ON: dict[CallbackId, Callable[[Desk, Submission], Reply]] = {
    CallbackId.EDIT: edit,
    CallbackId.REJECT: reject,
    CallbackId.CHANGE: change,
    CallbackId.SIGN: sign,
    CallbackId.TAKE: take,
    CallbackId.REVIEW: review,
    CallbackId.TOGETHER: many.sign,
    **tasks.SUBMITTED,
    **starting.SUBMITTED,
    **delegating.SUBMITTED,
    **ownerform.SUBMITTED,
    **incidents.SUBMITTED,
    **trust.SUBMITTED,
}
