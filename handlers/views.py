"""What a submitted dialog does. The form's values are read by its fields; the rest is in the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blocks import form, modal
from blocks.ids import ActionId, BlockId, ButtonValue, CallbackId
from handlers import commands, delegating, incidents, looking, many, ownerform, seen, trust
from handlers.desk import DEADLINE
from handlers.replies import Opened, Turned, sentence
from handlers.seeing import without
from workflows.answers import Recorded, Refused
from workflows.commands import Approve, Edit, Reassign, Reject, RequestChange, StartRun, TakeOver
from workflows.errors import UnknownDraft, UnknownPlaybook
from workflows.run import Actor, Place
from workflows.text import Untrusted

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.desk import Desk
    from handlers.payloads import Submission
    from handlers.replies import Reply
    from handlers.seen import Seen


def _about(submission: Submission, step: str) -> dict[str, object]:
    named = ButtonValue.parse(submission.view.private_metadata)
    return {
        "actor": Actor.user(submission.person),
        "key": f"{submission.key}:{step}",
        "draft_id": named.draft_id,
        "revision": named.revision,
        "payload_hash": named.hash,
    }


def edit(desk: Desk, submission: Submission) -> Reply:
    """Save the edit; with "sign it too" a second command signs exactly what was saved."""
    about = _about(submission, "edit")
    run = desk.reading.run_of_draft(str(about["draft_id"]))
    if run is None or run.draft is None:
        return Refused(error=UnknownDraft())
    spec, rule = desk.actions[run.draft.action], run.draft.rule
    fields = [field for field in spec.fields if field.name in rule.edit]
    typed = form.read(fields, submission.view.state.get("values") or {})
    changes = {name: value for name, value in typed.items() if value is not None}
    emptied = {name: "" for name, value in typed.items() if value is None}
    form_seen = seen.edit_form(desk, run, submission.view.private_metadata)
    saving = {**about, **form_seen, "changes": {**changes, **emptied}}
    saving["reason"] = _reason(submission)
    answer = desk.engine.handle(Edit.model_validate(saving), DEADLINE)
    if not isinstance(answer, Recorded) or not _wants_to_sign(submission):
        return answer
    return _sign_saved(desk, submission, answer, form_seen)


def _reason(submission: Submission) -> str:
    tapped: Any = submission.view.held(BlockId.REASON, ActionId.INPUT).get("selected_option")
    return str(tapped["value"]) if tapped else ""


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
    words = _typed(submission, BlockId.OWN_WORDS)
    about = {**_about(submission, "reject"), **seen.reasons(desk, submission.view.private_metadata)}
    rejecting = {**about, "reason": "other", "comment": Untrusted(words)}
    return desk.engine.handle(Reject.model_validate(rejecting), DEADLINE)


def change(desk: Desk, submission: Submission) -> Reply:
    """Let the agent write it again, as was typed."""
    about = {**_about(submission, "change"), **seen.changes(desk, submission.view.private_metadata)}
    wish = _typed(submission, form.input_id("wish"))
    return desk.engine.handle(RequestChange.model_validate({**about, "wish": wish}), DEADLINE)


def take(desk: Desk, submission: Submission) -> Reply:
    """Take it over."""
    about = {**_about(submission, "take"), **seen.taking(desk, submission.view.private_metadata)}
    return desk.engine.handle(TakeOver.model_validate(about), DEADLINE)


def sign(desk: Desk, submission: Submission) -> Reply:
    """Sign with a comment, and with the amount where it is asked for."""
    about = {**_about(submission, "sign"), **seen.signing(desk, submission.view.private_metadata)}
    typed = {
        "comment": _typed(submission, BlockId.OWN_WORDS),
        "amount": _typed(submission, form.input_id("amount")),
    }
    return desk.engine.handle(Approve.model_validate({**about, **typed}), DEADLINE)


def _typed(submission: Submission, block_id: str) -> str:
    return str(submission.view.held(block_id, ActionId.INPUT).get("value") or "")


def review(desk: Desk, submission: Submission) -> Reply:
    """Sign after the last page of the full text."""
    about = {**_about(submission, "sign"), **seen.full_text(desk, submission)}
    return desk.engine.handle(Approve.model_validate(about), DEADLINE)


def pick(desk: Desk, submission: Submission) -> Reply:
    """Show the form of the playbook that was picked."""
    if refused := without(desk, submission.person, "start"):
        return refused
    chosen: Any = submission.view.held(BlockId.PLAYBOOK, ActionId.PICK).get("selected_option")
    name = str(chosen["value"]) if chosen else ""
    found = desk.shelf.get(name)
    if found is None:
        return Refused(error=UnknownPlaybook(name=name, hint=""))
    return Opened(looking.form(desk, found, f"{submission.view.private_metadata}|{name}"))


def start(desk: Desk, submission: Submission) -> Reply:
    """Start a run with the form's values; what is wrong is shown at its field."""
    channel, _, name = submission.view.private_metadata.partition("|")
    found = desk.shelf.get(name)
    if found is None:
        return Refused(error=UnknownPlaybook(name=name, hint=""))
    typed = form.read(found.inputs, submission.view.state.get("values") or {})
    answer = desk.engine.handle(
        StartRun(
            actor=Actor.user(submission.person),
            key=submission.key,
            playbook=name,
            inputs={field: value for field, value in typed.items() if value is not None},
            place=Place(channel=channel) if channel else None,
        ),
        DEADLINE,
    )
    lives = desk.directory.company().channel(found.channel)
    if not isinstance(answer, Recorded) or lives in {"", channel}:
        return answer  # the card appears where the person is looking: nothing covers it
    done = looking.started(answer, commands.where(desk, found))
    return Turned(modal.said(sentence(done), title="Started"))


def hand_over(desk: Desk, submission: Submission) -> Reply:
    """Give a task to whoever was chosen."""
    chosen = submission.view.held(BlockId.PERSON, ActionId.INPUT).get("selected_user")
    return desk.engine.handle(
        Reassign(
            actor=Actor.user(submission.person),
            key=submission.key,
            task_id=submission.view.private_metadata,
            to=str(chosen or ""),
        ),
        DEADLINE,
    )


#: Every dialog that can be submitted.
ON: dict[CallbackId, Callable[[Desk, Submission], Reply]] = {
    CallbackId.EDIT: edit,
    CallbackId.REJECT: reject,
    CallbackId.CHANGE: change,
    CallbackId.SIGN: sign,
    CallbackId.TAKE: take,
    CallbackId.REVIEW: review,
    CallbackId.TOGETHER: many.sign,
    CallbackId.PICK: pick,
    CallbackId.START: start,
    CallbackId.HAND_OVER: hand_over,
    **delegating.ON_SUBMIT,
    **ownerform.SUBMITTED,
    **incidents.ON_VIEW,
    **trust.SUBMITTED,
}
