"""The ways back to a person who acted: the acknowledgement, a sentence only they see, a dialog."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from slack_sdk.errors import SlackApiError

from blocks import modal, notice

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import Ack, Respond
    from slack_sdk import WebClient

    from workflows.text import Untrusted

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Back:
    """What one payload offers for an answer. Slack's refusals end here: a decision stands whatever is shown."""

    ack: Ack
    respond: Respond
    client: WebClient
    person: str = ""
    trigger_id: str = ""
    #: The dialog or Home tab that was pressed in, if it was one.
    view_id: str = ""
    view_type: str = ""

    @classmethod
    def of(cls, body: dict[str, Any], ack: Ack, client: WebClient, respond: Respond) -> Back:
        """Read it from a payload of any shape, so that even a broken one can be answered."""
        view, user = _part(body, "view"), _part(body, "user")
        return cls(
            ack=ack,
            respond=respond,
            client=client,
            person=str(user.get("id") or body.get("user_id") or ""),
            trigger_id=str(body.get("trigger_id") or ""),
            view_id=str(view.get("id") or ""),
            view_type=str(view.get("type") or ""),
        )

    def say(self, message: dict[str, Any]) -> None:
        """Show a message to this person only: beside what they pressed, or in a dialog where there is no such place."""
        if self.respond.response_url:
            _tried(
                lambda: self.respond(**message, response_type="ephemeral", replace_original=False)
            )
        else:
            self.open(modal.shown(message))

    def open(self, view: dict[str, Any]) -> str:
        """Open a dialog, in place of the one that was pressed in; return what is wrong when Slack did not."""
        if self.view_type == "modal":
            return _tried(lambda: self.client.views_update(view_id=self.view_id, view=view))
        return _tried(lambda: self.client.views_open(trigger_id=self.trigger_id, view=view))

    def turn(self, view: dict[str, Any]) -> None:
        """Show a view in place of the one that was pressed in; one that was closed meanwhile stays closed."""
        if self.view_type == "home":
            _tried(lambda: self.client.views_publish(user_id=self.person, view=view))
        else:
            _tried(lambda: self.client.views_update(view_id=self.view_id, view=view))

    def refuse(self, words: str | Untrusted) -> None:
        """Acknowledge what can't be done, and say so."""
        self.ack()
        self.say(notice.said(words))


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    part = body.get(name)
    return cast("dict[str, Any]", part) if isinstance(part, dict) else {}


def _tried(call: Callable[[], object]) -> str:
    """Call Slack; return its word for what went wrong, or nothing."""
    try:
        call()
    except SlackApiError as error:
        word = str(cast("Any", error.response).get("error") or "no reason given")
    except (OSError, ValueError) as error:  # no connection, no answer, an answer that is not JSON
        word = type(error).__name__
    else:
        return ""
    _log.warning("Slack did not show an answer: %s", word)
    return word
