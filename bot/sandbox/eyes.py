"""What one person has in front of them, and what comes of their acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import NotOnScreen
from bot.sandbox.seen import Seen, text_of

if TYPE_CHECKING:
    from bot.sandbox.delivery import Ack
    from bot.sandbox.parts import Parts
    from bot.sandbox.records import Channel, Json


class Eyes:
    """What is on the screen in front of one person."""

    def __init__(self, parts: Parts, user: str) -> None:
        """Sit down as `user`; raises `user_not_found`."""
        self._parts = parts
        self._state = parts.state
        self.id = parts.state.person(user).id

    @property
    def view(self) -> Json | None:
        """The modal in front, if any."""
        with self._state.lock:
            stack = self._state.stacks.get(self.id)
            return stack[-1] if stack else None

    @property
    def home(self) -> Json | None:
        """The App Home, once the app published one."""
        return self._state.homes.get(self.id)

    def messages(self, channel: str) -> list[Json]:
        """Everything this person sees in a conversation, threads and ephemerals too, oldest first."""
        place = self._inside(channel)
        with self._state.lock:
            held = list(self._state.messages[place.id].values())
            held += [m for m in self._state.ephemerals.get(self.id, []) if m["channel"] == place.id]
        return sorted(held, key=lambda m: m["ts"])

    def look(self) -> Seen:
        """Return what will be seen from now on, without doing anything."""
        return Seen(self._state, self.id, self._state.new_ts())

    def bot_dm(self) -> str:
        """Return the id of the direct conversation with the app."""
        return self._state.bot_direct(self.id).id

    def wait_message(self, channel: str, containing: str, seconds: float = 5.0) -> Json:
        """Return the newest message of a conversation with these words, waiting for it."""

        def found() -> list[Json]:
            return [m for m in self.messages(channel) if containing in text_of(m)]

        if not self._state.wait(found, seconds):
            held = [text_of(m) for m in self.messages(channel)][-5:]
            msg = f"No message with {containing!r} in {channel} within {seconds} s; last: {held}."
            raise NotOnScreen(msg)
        return found()[-1]

    def _inside(self, channel: str) -> Channel:
        named = {f"#{c.name}": c.id for c in self._state.channels.values() if c.name}
        if channel in ("@bot", "bot"):
            channel = self.bot_dm()
        place = self._state.channel(named.get(channel, channel))
        if self.id not in place.members:
            msg = f"{self.id} is not in {channel}."
            raise NotOnScreen(msg)
        return place

    def _sent(self, seen: Seen, ack: Ack) -> Seen:
        if ack.outcome != "acked":
            seen.error = f"{self._state.workspace.bot_name} didn't respond. Try again?"
            seen.detail = ack.outcome
        return seen

    def read(self, channel: str) -> None:
        """Mark a conversation as read up to now."""
        held = self._state.messages.get(channel, {})
        self._keep(
            "read", self._state.reads, f"{self.id}:{channel}", {"ts": max(held, default="0")}
        )

    def _keep(self, kind: str, shelf: dict[str, Json], key: str, body: Json) -> None:
        with self._state.lock:
            if shelf.get(key) != body:
                shelf[key] = body
                self._state.store.put(kind, key, body)
                self._state.changed()
