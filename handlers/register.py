"""The one visible place where listeners meet Slack: parse once, one call, commit, then acknowledge.

No exception leaves a listener: what could not be stored is not acknowledged, and the person is told so.
"""

from __future__ import annotations

import logging
import re
import secrets
from typing import TYPE_CHECKING, Any

from slack_bolt import App, BoltRequest, BoltResponse
from slack_sdk.errors import SlackApiError

from blocks import notice
from handlers import actions, commands, events, replies, shortcuts, views
from handlers.desk import DEADLINE
from handlers.payloads import ButtonPress, Happening, Shortcut, SlashCommand, Submission
from workflows.errors import NotRecorded
from workflows.text import Untrusted

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import Ack, Respond
    from slack_sdk import WebClient

    from blocks.ids import ActionId, CallbackId
    from handlers.desk import Desk

_log = logging.getLogger(__name__)


def register(app: App, desk: Desk) -> None:
    """Register every listener of Sayso on `app`."""
    app.use(_keeping(desk))
    for action_id in actions.ON:
        app.action(re.compile(rf"^{action_id}(:.*)?$"))(_on_action(desk, action_id))
    for name in commands.ON:
        app.command(name)(_on_command(desk, name))
    for callback_id in views.ON:
        app.view(callback_id)(_on_view(desk, callback_id))
    for callback in shortcuts.ON:
        app.shortcut(callback)(_on_shortcut(desk, callback))
    for event_type in events.ON:
        app.event(event_type)(_on_event(desk, event_type))


def _keeping(desk: Desk) -> Callable[..., BoltResponse | None]:
    """Return a middleware that stores each event before Bolt acknowledges it, and drops doubles."""

    def keep(req: BoltRequest, next: Callable[[], BoltResponse]) -> BoltResponse | None:  # noqa: A002 -- Bolt passes it by this name
        happening = Happening.of(req.body)
        if happening.event_id and not desk.inbox.store_event(
            happening.event_id, req.body, DEADLINE
        ):
            return BoltResponse(status=200)
        return next()

    return keep


def _on_action(desk: Desk, action_id: ActionId) -> Callable[..., None]:
    def listen(ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        with _careful(respond):
            press = ButtonPress.model_validate(body)
            channel, ts = press.place
            reply = actions.ON[action_id](desk, press)
            replies.after_press(desk, press, reply, ack, client, respond)
            if ts and press.action.value.count(".") == 2:  # noqa: PLR2004 -- a card's button
                desk.adopt(f"draft:{press.value.draft_id}", channel, ts)

    return listen


def _on_command(desk: Desk, name: str) -> Callable[..., None]:
    def listen(ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        with _careful(respond):
            command = SlashCommand.model_validate(body)
            replies.after_command(command, commands.ON[name](desk, command), ack, client)

    return listen


def _on_view(desk: Desk, callback_id: CallbackId) -> Callable[..., None]:
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        submission = Submission.model_validate(body)
        try:
            reply = views.ON[callback_id](desk, submission)
        except NotRecorded as error:
            replies.submission_not_recorded(submission, error, ack)
            return
        replies.after_submission(reply, ack)

    return listen


def _on_shortcut(desk: Desk, callback: str) -> Callable[..., None]:
    def listen(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        shortcut = Shortcut.model_validate(body)
        reply = shortcuts.ON[callback](desk, shortcut)
        if isinstance(reply, replies.Opened):
            client.views_open(trigger_id=shortcut.trigger_id, view=reply.view)
        ack()

    return listen


def _on_event(desk: Desk, event_type: str) -> Callable[..., None]:
    def listen(body: dict[str, Any]) -> None:
        happened(desk, event_type, body)

    return listen


def happened(desk: Desk, event_type: str, body: dict[str, Any]) -> None:
    """Deal with a kept event; what can't be stored now is dealt with at the next start."""
    happening = Happening.of(body)
    try:
        events.ON[event_type](desk, happening.event)
        desk.inbox.handled(happening.event_id)
    except NotRecorded:
        _log.warning("an event of type %s could not be stored now", event_type)


class _careful:  # noqa: N801 -- a context manager read as a word
    """Lets no exception out of a listener: each becomes a sentence only the person sees."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        match error:
            case None:
                return False
            case NotRecorded():
                replies.not_recorded(error, self._respond)
            case SlackApiError():
                _log.warning("Slack refused an answer: %s", error.response.get("error"))
            case ValueError():
                self._say("This button is of a kind that is not known any more. Nothing was done.")
            case Exception():
                reference = secrets.token_hex(4)
                _log.error("a listener failed, reference %s", reference, exc_info=error)
                self._say(
                    f"Something went wrong here (reference {reference}). Look at the card before you try again."
                )
            case _:
                return False
        return True

    def _say(self, words: str) -> None:
        if self._respond.response_url:
            message = notice.said(Untrusted(words))
            self._respond(**message, response_type="ephemeral", replace_original=False)
