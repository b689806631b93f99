"""Acting as one person: everything people can do in Slack, by hand of a test or of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import payloads
from bot.sandbox.elements import BUTTONS, elements
from bot.sandbox.fingers import Fingers
from bot.sandbox.forms import Forms
from bot.sandbox.methods import users
from bot.sandbox.methods.chat import react
from bot.sandbox.methods.conversations import join
from bot.sandbox.seen import Seen, text_of
from bot.sandbox.voice import Voice

if TYPE_CHECKING:
    from bot.sandbox.records import Json


class Person(Fingers, Forms, Voice):
    """One person in front of Slack. Every act returns what they then see."""

    def open_home(self, tab: str = "home") -> Seen:
        """Open the app's Home tab (or its "messages")."""
        seen = self.look()
        home = self.home
        more = {"view": payloads.shown(home)} if home and tab == "home" else {}
        where: Json = {"channel": self.bot_dm(), "tab": tab, "event_ts": self._state.new_ts()}
        self._state.emit({"type": "app_home_opened", "user": self.id, **where, **more})
        return seen

    def open_dm(self, other: str = "") -> str:
        """Open the direct conversation with a person, or with the app; return its id."""
        if other and other != self._state.workspace.bot_user_id:
            return self._state.direct(self.id, other).id
        self.open_home("messages")
        return self.bot_dm()

    def join(self, channel: str) -> None:
        """Join a public channel."""
        join(self._state, self._state.channel(channel), self.id)

    def react(self, channel: str, ts: str, name: str) -> None:
        """Add a reaction to a message."""
        place = self._inside(channel)
        react(self._state, {"channel": place.id, "timestamp": ts, "name": name}, self.id)
        item: Json = {"type": "message", "channel": place.id, "ts": ts}
        who: Json = {"user": self.id, "reaction": name, "event_ts": self._state.new_ts()}
        self._state.emit({"type": "reaction_added", "item": item, **who})

    def set_status(self, **status: Any) -> None:  # noqa: ANN401 - text, number or flag
        """Set `status_text`, `status_emoji`, `away` or `snooze_until` (seconds since 1970)."""
        held = {**self._state.profiles.get(self.id, {}), **status}
        self._keep("profile", self._state.profiles, self.id, held)
        user = users.as_slack(self._state, self._state.person(self.id))
        self._state.emit({"type": "user_change", "user": user, "event_ts": self._state.new_ts()})


def labels(message: Json) -> list[str]:
    """Return the words on a message's buttons, for tests that read a card as people do."""
    found = elements(message.get("blocks") or [])
    return [text_of(e.get("text")) for _, e in found if e["type"] in BUTTONS]
