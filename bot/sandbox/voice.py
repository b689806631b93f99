"""Slash commands, shortcuts and plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import payloads, posts
from bot.sandbox.errors import NotOnScreen, SlackError
from bot.sandbox.eyes import Eyes
from bot.sandbox.handles import Reply
from bot.sandbox.respond import answer

if TYPE_CHECKING:
    from bot.sandbox.records import Json
    from bot.sandbox.seen import Seen


class Voice(Eyes):
    """A person who can write."""

    def command(self, command: str, text: str = "", channel: str = "@bot") -> Seen:
        """Send a slash command from a conversation."""
        place = self._inside(channel)
        known = {c["command"]: c for c in self._state.manifest.commands}
        if command not in known:
            msg = f"{command} is not a valid command."
            raise NotOnScreen(msg)
        if known[command].get("should_escape"):
            text = self.mentions(text)
        seen = self.look()
        handles: Json = {
            "trigger_id": self._parts.handles.trigger(self.id),
            "response_url": self._parts.handles.response_url(self.id, place.id, None),
        }
        said: Json = {"command": command, "text": text, "channel": place.id}
        body = payloads.command(self._state, self.id, said, handles)
        ack = self._parts.delivery.send("slash_commands", body)
        if ack.outcome != "acked":
            why = "operation_timeout" if ack.outcome == "late" else "dispatch_failed"
            seen.error, seen.detail = f'{command} failed with the error "{why}"', ack.outcome
            return seen
        return self._command_answer(seen, place.id, ack.payload)

    def _command_answer(self, seen: Seen, channel: str, reply: Json) -> Seen:
        if reply.get("text") or reply.get("blocks"):
            to = Reply(user=self.id, channel=channel, born=0.0)
            try:
                answer(self._state, to, reply)
            except SlackError as wrong:
                seen.error, seen.detail = "The app's answer could not be shown.", wrong.error
        return seen

    def shortcut(self, callback_id: str) -> Seen:
        """Run a global shortcut."""
        seen = self.look()
        trigger = self._parts.handles.trigger(self.id)
        body = payloads.shortcut(self._state, self.id, callback_id, trigger)
        return self._sent(seen, self._parts.delivery.send("interactive", body))

    def message_shortcut(self, callback_id: str, channel: str, ts: str) -> Seen:
        """Run a shortcut from the menu of a message."""
        place = self._inside(channel)
        message = self._state.message(place.id, ts)
        handles: Json = {
            "trigger_id": self._parts.handles.trigger(self.id),
            "response_url": self._parts.handles.response_url(self.id, place.id, message),
        }
        seen = self.look()
        target = (place.id, message)
        body = payloads.message_shortcut(self._state, self.id, callback_id, target, handles)
        return self._sent(seen, self._parts.delivery.send("interactive", body))

    def mentions(self, text: str) -> str:
        """Turn `@name` and `#name` into the ids Slack's client sends."""
        w = self._state.workspace
        names = {f"@{p.name}": f"<@{p.id}>" for p in self._state.people.values()}
        names |= {f"@{p.handle}": f"<@{p.id}>" for p in self._state.people.values()}
        names |= {f"@{w.bot_name}": f"<@{w.bot_user_id}>"}
        names |= {f"@{g.handle}": f"<!subteam^{g.id}>" for g in self._state.groups.values()}
        named = [c for c in self._state.channels.values() if c.name]
        names |= {f"#{c.name}": f"<#{c.id}|{c.name}>" for c in named}
        for name in sorted(names, key=len, reverse=True):
            text = text.replace(name, names[name])
        return text

    def say(self, channel: str, text: str, thread_ts: str = "") -> Seen:
        """Write a message; mentions of the app and of people are turned into ids."""
        place = self._inside(channel)
        seen = self.look()
        text = self.mentions(text)
        body: Json = {"text": text, **({"thread_ts": thread_ts} if thread_ts else {})}
        message = posts.post(self._state, place.id, posts.person_author(self._state, self.id), body)
        self.read(place.id)
        bot = self._state.workspace.bot_user_id
        if f"<@{bot}>" in text and not place.is_direct and bot in place.members:
            told = {"channel": place.id, "event_ts": message["ts"]}
            self._state.emit({**payloads.public(message), **told, "type": "app_mention"})
        return seen
