"""Answers meet people here, and nowhere else: an acknowledgement, a sentence only they see, a form, field errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackApiError

from blocks import form, modal, notice
from workflows.answers import Answer, FieldErrors, Recorded, Refused, Show

if TYPE_CHECKING:
    from slack_bolt import Ack, Respond
    from slack_sdk import WebClient

    from handlers.desk import Desk
    from handlers.payloads import ButtonPress, SlashCommand, Submission
    from workflows.errors import WorkflowError


@dataclass(frozen=True)
class Opened:
    """A dialog to open."""

    view: dict[str, Any]


@dataclass(frozen=True)
class Turned:
    """A dialog to show in place of the one that was pressed in."""

    view: dict[str, Any]


@dataclass(frozen=True)
class Said:
    """A message only this person sees."""

    message: dict[str, Any]


Reply = Answer | Opened | Turned | Said


def after_press(
    desk: Desk, press: ButtonPress, reply: Reply, ack: Ack, client: WebClient, respond: Respond
) -> None:
    """Answer a press: open what is to be opened, acknowledge, then say what is to be said."""
    match reply:
        case Show():
            client.views_open(trigger_id=press.trigger_id, view=_form(desk, reply))
            ack()
        case Opened(view):
            client.views_open(trigger_id=press.trigger_id, view=view)
            ack()
        case Turned(view):
            client.views_update(view_id=press.view.id, view=view)
            ack()
        case Said(message):
            ack()
            _tell(press, message, client, respond)
        case _:
            ack()
            if words := sentence(reply):
                _tell(press, notice.said(words), client, respond)


def _form(desk: Desk, show: Show) -> dict[str, Any]:
    draft = show.run.draft
    if draft is None:
        return modal.said("This draft is gone; nothing was changed.")
    if show.view == "reject":
        return modal.reject(draft)
    return modal.edit(draft, desk.actions[draft.action])


def _tell(press: ButtonPress, message: dict[str, Any], client: WebClient, respond: Respond) -> None:
    """Say something to the one who pressed: beside the message, or in a dialog where there is none."""
    if press.response_url:
        respond(**message, response_type="ephemeral", replace_original=False)
    elif press.view.type == "modal":
        client.views_update(view_id=press.view.id, view=modal.said(message["text"]))
    else:
        client.views_open(trigger_id=press.trigger_id, view=modal.said(message["text"]))


def after_submission(reply: Reply, ack: Ack) -> None:
    """Answer a submitted dialog: close it, show what is wrong at the field, or turn it into another."""
    match reply:
        case FieldErrors(errors=errors):
            ack(response_action="errors", errors=form.errors(errors))
        case Opened(view) | Turned(view):
            ack(response_action="update", view=view)
        case Refused(error=error):
            ack(response_action="update", view=modal.said(error.sentence, title="Not done"))
        case _:
            ack()


def after_command(command: SlashCommand, reply: Reply, ack: Ack, client: WebClient) -> None:
    """Answer a slash command; what is said, only the person sees."""
    match reply:
        case Opened(view):
            client.views_open(trigger_id=command.trigger_id, view=view)
            ack()
        case Said(message):
            ack(**message, response_type="ephemeral")
        case FieldErrors(errors=errors):
            words = "; ".join(f"{name} {problem}" for name, problem in errors.items())
            ack(**notice.said(f"That did not fit: {words}."), response_type="ephemeral")
        case Refused(error=error):
            ack(**notice.refused(error), response_type="ephemeral")
        case _:
            words = sentence(reply) or "Done."
            ack(**notice.said(words), response_type="ephemeral")


def sentence(reply: Reply) -> str:
    """Return what an answer says in words; empty when the card alone tells."""
    match reply:
        case Recorded(sentence=words):
            return words
        case Refused(error=error):
            return error.sentence
        case FieldErrors(errors=errors):
            return "; ".join(f"{name} {problem}" for name, problem in errors.items())
        case _:
            return ""


def not_recorded(error: WorkflowError, respond: Respond | None) -> None:
    """Tell by `response_url` that nothing was done. There is no acknowledgement: nothing was stored."""
    if respond is None or not respond.response_url:
        return
    try:
        respond(**notice.refused(error), response_type="ephemeral", replace_original=False)
    except (SlackApiError, OSError):
        return  # Slack shows its own error for the missing acknowledgement


def submission_not_recorded(submission: Submission, error: WorkflowError, ack: Ack) -> None:
    """Keep the dialog open with what was typed; nothing was stored, so it can be submitted again."""
    values: dict[str, Any] = submission.view.state.get("values") or {}
    block = next(iter(values), "")
    if block:
        ack(response_action="errors", errors={block: error.sentence})
