"""The one visible place where listeners meet Slack: parse once, one call, commit, then acknowledge.

No exception leaves a listener: what could not be stored is not acknowledged, and the person is told so.
"""

from __future__ import annotations

import logging
import re
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from slack_bolt import App, BoltRequest, BoltResponse

from blocks import notice
from bot.bound import bound
from bot.crash import Boundary, here
from bot.deadline import within
from handlers import actions, commands, events, replies, shortcuts, views
from handlers.back import Back
from handlers.desk import DEADLINE
from handlers.payloads import ButtonPress, Happening, Shortcut, SlashCommand, Submission
from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from slack_bolt import Ack, Respond
    from slack_sdk import WebClient

    from blocks.ids import ActionId, CallbackId
    from handlers.desk import Desk

_log = logging.getLogger(__name__)

_UNKNOWN = (
    "This is of a kind that is not known any more. Nothing was done; look at the newest card."
)


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
        app.event(event_type)(_on_event(desk))
    app.action(_other_than(actions.ON))(_on_unknown_action)
    app.view(_other_than(views.ON))(_on_unknown_view)


def _other_than(known: Iterable[str]) -> re.Pattern[str]:
    """Match the buttons and dialogs of older versions: Slack keeps them for as long as it keeps the message.

    It must not match the known ones: Bolt asks the next listener when one does not acknowledge.
    """
    return re.compile(rf"^(?!(?:{'|'.join(known)})(?::|$))")


def _keeping(desk: Desk) -> Callable[..., BoltResponse | None]:
    """Return a middleware that stores each event before Bolt acknowledges it, and drops doubles."""

    def keep(req: BoltRequest, next: Callable[[], BoltResponse]) -> BoltResponse | None:  # noqa: A002 -- Bolt passes it by this name
        happening = _happening(req.body)
        if happening is None or not happening.event_id:
            return next()
        if not desk.inbox.store_event(happening.event_id, req.body, DEADLINE):
            return BoltResponse(status=200)
        here(Boundary.KEPT)
        return next()

    return keep


def _happening(body: dict[str, Any]) -> Happening | None:
    """Read an event we listen for; None for every other payload."""
    try:
        happening = Happening.of(body)
    except ValidationError:
        return None
    return happening if happening.type in events.ON else None


def _on_action(desk: Desk, action_id: ActionId) -> Callable[..., None]:
    def listen(ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        back = Back.of(body, ack, client, respond)
        careful = _careful(back.refuse, lambda error: back.say(notice.refused(error)))
        with bound(press=action_id), careful:
            press = ButtonPress.model_validate(body)
            with within(DEADLINE):
                reply = actions.ON[action_id](desk, press)
            replies.after_press(desk, reply, back)
            _adopt(desk, press)

    return listen


def _adopt(desk: Desk, press: ButtonPress) -> None:
    """Take the message that was pressed on as a copy of its card; without it that copy is only drawn later."""
    draft_id, reading = press.card, desk.reading
    if not draft_id or reading.card_hash(draft_id, *press.place, press.action.block_id):
        return  # every other press: it is no card, or a message we know
    if reading.card_at(*press.place):
        return  # it stands in another draft's card, as it was before
    try:
        if reading.run_of_draft(draft_id):
            desk.adopt(f"draft:{draft_id}", *press.place)
    except NotRecorded:
        _log.warning("a copy of the card of draft %s could not be noted", draft_id)


def _on_command(desk: Desk, name: str) -> Callable[..., None]:
    def listen(ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        back = Back.of(body, ack, client, respond)
        careful = _careful(back.refuse, lambda error: back.say(notice.refused(error)))
        with bound(command=name), careful:
            command = SlashCommand.model_validate(body)
            with within(DEADLINE):
                reply = commands.ON[name](desk, command)
            replies.after_command(reply, back)

    return listen


def _on_view(desk: Desk, callback_id: CallbackId) -> Callable[..., None]:
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        def unstored(error: NotRecorded) -> None:
            replies.submission_not_recorded(Submission.model_validate(body), error, ack)

        careful = _careful(lambda words: replies.not_done(ack, words), unstored)
        with bound(press=callback_id), careful:
            submission = Submission.model_validate(body)
            with within(DEADLINE):
                reply = views.ON[callback_id](desk, submission)
            replies.after_submission(desk, submission, reply, ack)

    return listen


def _on_shortcut(desk: Desk, callback: str) -> Callable[..., None]:
    def listen(ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        back = Back.of(body, ack, client, respond)
        careful = _careful(back.refuse, lambda error: back.say(notice.refused(error)))
        with bound(press=callback), careful:
            shortcut = Shortcut.model_validate(body)
            with within(DEADLINE):
                reply = shortcuts.ON[callback](desk, shortcut)
            replies.after_press(desk, reply, back)

    return listen


def _on_event(desk: Desk) -> Callable[..., None]:
    def listen(body: dict[str, Any]) -> None:
        happened(desk, body)

    return listen


def happened(desk: Desk, body: dict[str, Any]) -> None:
    """Deal with a kept event; what can't be stored now is dealt with at the next start."""
    happening = Happening.of(body)
    try:
        events.ON[happening.type](desk, happening.event)
        desk.inbox.handled(happening.event_id)
    except NotRecorded:
        _log.warning("an event of type %s could not be stored now", happening.type)
    except Exception:  # noqa: BLE001 -- the outermost edge: one bad event must not keep the bot from starting
        _log.exception("an event of type %s could not be dealt with", happening.type)


def catch_up(desk: Desk) -> None:
    """Deal with the events a crash left behind."""
    for kept in desk.inbox.unhandled():
        if _happening(kept.body):
            happened(desk, kept.body)


def _on_unknown_action(ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
    Back.of(body, ack, client, respond).refuse(_UNKNOWN)


def _on_unknown_view(ack: Ack) -> None:
    replies.not_done(ack, _UNKNOWN)


@contextmanager
def _careful(
    refuse: Callable[[str], object], unstored: Callable[[NotRecorded], object]
) -> Generator[None]:
    """Let no exception out of a listener: each becomes a sentence only the person sees.

    `refuse` acknowledges and says why not; `unstored` only says it, since nothing was stored.
    """
    try:
        yield
    except NotRecorded as error:
        unstored(error)
    except ValueError as error:
        _log.warning("a payload was not understood (%s)", type(error).__name__)
        _log.debug("what was not understood", exc_info=error)
        refuse(_UNKNOWN)
    except Exception as error:  # noqa: BLE001 -- the outermost edge: the person is told, the log has the rest
        reference = secrets.token_hex(4)
        _log.error("a listener failed, reference %s", reference, exc_info=error)
        refuse(
            f"Something went wrong here (reference {reference}). Look at the card before you try again."
        )
