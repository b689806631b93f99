"""Answers meet people here, and nowhere else: an acknowledgement, a sentence only they see, a form, field errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blocks import asking, form, looked, modal, notice, silent
from workflows.answers import Answer, FieldErrors, Recorded, Refused, Show

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import Ack

    from handlers.back import Back
    from handlers.desk import Desk
    from handlers.payloads import Submission
    from workflows.action import ActionSpec
    from workflows.answers import View
    from workflows.errors import WorkflowError
    from workflows.run import Draft


@dataclass(frozen=True)
class Opened:
    """A dialog to open."""

    view: dict[str, Any]


@dataclass(frozen=True)
class Turned:
    """A dialog or Home tab to show in place of the one that was pressed in."""

    view: dict[str, Any]


@dataclass(frozen=True)
class Said:
    """A message only this person sees."""

    message: dict[str, Any]


@dataclass(frozen=True)
class Wrong:
    """Sentences about fields of the dialog that was submitted."""

    errors: dict[str, str]
    #: All of it, for where some is about no field.
    whole: str = ""


Reply = Answer | Opened | Turned | Said | Wrong


def after_press(desk: Desk, reply: Reply, back: Back) -> None:
    """Answer a press: open what is to be opened, acknowledge, then say what is to be said."""
    match reply:
        case Show():
            _after_opening(back.open(_form(desk, reply)), back)
        case Opened(view):
            _after_opening(back.open(view), back)
        case Turned(view):
            back.turn(view)
            back.ack()
        case Said(message):
            back.ack()
            back.say(message)
        case _:
            back.ack()
            if words := sentence(reply):
                back.say(notice.said(words))


def _after_opening(problem: str, back: Back) -> None:
    back.ack()
    if problem:
        back.say(notice.said(_not_opened(problem)))


def _not_opened(problem: str) -> str:
    return f"Slack did not open the form ({problem}). Nothing was changed; try it again."


def _form(desk: Desk, show: Show) -> dict[str, Any]:
    draft = show.run.draft
    spec = desk.actions.get(draft.action) if draft else None
    if draft is None or spec is None:
        return modal.said("This draft can't be shown here any more; nothing was changed.")
    return _FORMS[show.view](draft, spec)


#: The dialogs of a draft.
_FORMS: dict[View, Callable[[Draft, ActionSpec], dict[str, Any]]] = {
    "edit": modal.edit,
    "reject": lambda draft, _: modal.reject(draft),
    "change": lambda draft, _: asking.change(draft),
    "sign": asking.sign,
    "record": silent.asked,
    "wrong": lambda draft, _: looked.wrong(draft),
}


def after_submission(desk: Desk, submission: Submission, reply: Reply, ack: Ack) -> None:
    """Answer a submitted dialog: close it, show what is wrong at the field, or turn it into another."""
    match reply:
        case FieldErrors(errors=errors):
            _wrong_fields(submission, errors, ack)
        case Wrong():
            _at_fields(submission, reply, ack)
        case Show():
            ack(response_action="update", view=_form(desk, reply))
        case Opened(view) | Turned(view):
            ack(response_action="update", view=view)
        case Refused(error=error):
            not_done(ack, error.sentence)
        case Recorded(sentence=words) if words:
            ack(response_action="update", view=modal.said(words))
        case _:
            ack()


def _at_fields(submission: Submission, wrong: Wrong, ack: Ack) -> None:
    at = {form.input_id(name): words for name, words in wrong.errors.items()}
    if at and at.keys() <= submission.view.inputs.keys():
        ack(response_action="errors", errors=at)
    else:
        not_done(ack, wrong.whole or _listed(wrong.errors))


def _wrong_fields(submission: Submission, errors: dict[str, str], ack: Ack) -> None:
    """Show each problem at its field. Slack refuses an answer about a field the dialog does not have."""
    at_fields = form.errors(errors)
    if at_fields.keys() <= submission.view.inputs.keys():
        ack(response_action="errors", errors=at_fields)
    else:
        not_done(ack, f"That did not fit: {_listed(errors)}.")


def not_done(ack: Ack, words: str) -> None:
    """Turn a submitted dialog into the sentence that says why it was not done."""
    ack(response_action="update", view=modal.said(words, title="Not done"))


def after_command(reply: Reply, back: Back) -> None:
    """Answer a slash command; what is said, only the person sees."""
    match reply:
        case Opened(view):
            problem = back.open(view)
            words = notice.said(_not_opened(problem)) if problem else {}
            back.ack(**words)
        case Said(message):
            back.ack(**message, response_type="ephemeral")
        case _:
            back.ack(**notice.said(sentence(reply) or "Done."), response_type="ephemeral")


def sentence(reply: Reply) -> str:
    """Return what an answer says in words; empty when the card alone tells."""
    match reply:
        case Recorded(sentence=words):
            return words
        case Refused(error=error):
            return error.sentence
        case FieldErrors(errors=errors):
            return f"That did not fit: {_listed(errors)}."
        case _:
            return ""


def _listed(errors: dict[str, str]) -> str:
    return "; ".join(f"{name} {problem}" for name, problem in errors.items())


def submission_not_recorded(submission: Submission, error: WorkflowError, ack: Ack) -> None:
    """Keep the dialog open with what was typed; nothing was stored, so it can be submitted again."""
    block = next(iter(submission.view.inputs), "")
    if block:
        ack(response_action="errors", errors={block: error.sentence})
    else:
        not_done(ack, error.sentence)
