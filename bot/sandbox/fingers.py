"""Pressing and choosing: on messages, in modals, in the App Home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import payloads
from bot.sandbox.elements import SLOTS, elements, values
from bot.sandbox.errors import NotOnScreen
from bot.sandbox.eyes import Eyes

if TYPE_CHECKING:
    from bot.sandbox.records import Json
    from bot.sandbox.seen import Seen


class Fingers(Eyes):
    """A person who can press what is in front of them."""

    def press(
        self, channel: str, ts: str, action_id: str, value: object = None, block_id: str = ""
    ) -> Seen:
        """Press a button, or choose `value` in a select, on a message this person sees.

        `value` also tells apart buttons that share an action id.
        """
        place = self._inside(channel)
        message = next((m for m in self.messages(place.id) if m["ts"] == ts), None)
        if message is None:
            msg = f"There is no message {ts} in {channel} for {self.id}."
            raise NotOnScreen(msg)
        block, element = self._find(message.get("blocks") or [], action_id, value, block_id)
        entered = self._entered(place.id, ts, block, element, value)
        seen = self.look()
        at = self._state.new_ts()
        # A message that opened a thread stands in the channel, and so do the answers to it.
        thread = message.get("thread_ts", "")
        thread = "" if thread == ts else thread
        more: Json = {
            "actions": [payloads.action(block, element, value, at)],
            "state": {"values": values(message["blocks"], entered)},
            "trigger_id": self._parts.handles.trigger(self.id),
            "response_url": self._parts.handles.response_url(self.id, place.id, message, thread),
        }
        body = payloads.message_press(self._state, self.id, place.id, message, more)
        return self._sent(seen, self._parts.delivery.send("interactive", body))

    def fill(self, channel: str, ts: str, entered: Json) -> None:
        """Type into the inputs of a message, without pressing anything yet."""
        key = (self.id, f"{self._inside(channel).id}:{ts}")
        with self._state.lock:
            self._state.entered[key] = {**self._state.entered.get(key, {}), **entered}

    def _entered(self, channel: str, ts: str, block: Json, element: Json, value: object) -> Json:
        if element["type"] in SLOTS:
            self.fill(channel, ts, {block["block_id"]: {element["action_id"]: value}})
        return self._state.entered.get((self.id, f"{channel}:{ts}"), {})

    def _find(
        self, blocks: list[Json], action_id: str, value: object, block_id: str
    ) -> tuple[Json, Json]:
        shown = [
            (b, e)
            for b, e in elements(blocks)
            if self.id in e.get("visible_to_user_ids", [self.id])
        ]
        found = [(b, e) for b, e in shown if e.get("action_id") == action_id]
        if block_id:
            found = [(b, e) for b, e in found if b["block_id"] == block_id]
        if len(found) > 1 and value is not None:
            found = [(b, e) for b, e in found if e.get("value", value) == value]
        if not found:
            there = ", ".join(sorted({str(e.get("action_id")) for _, e in shown})) or "nothing"
            msg = f"There is no {action_id!r} to press; there is {there}."
            raise NotOnScreen(msg)
        if len(found) > 1:
            msg = f"There are {len(found)} times {action_id!r}; say which by value or block_id."
            raise NotOnScreen(msg)
        return found[0]

    def press_home(self, action_id: str, value: object = None, block_id: str = "") -> Seen:
        """Press or choose something in the App Home."""
        home = self.home
        if home is None:
            msg = f"The app has published no Home for {self.id}."
            raise NotOnScreen(msg)
        return self._press_view(home, action_id, value, block_id, {})

    def press_view(
        self, action_id: str, value: object = None, block_id: str = "", entered: Json | None = None
    ) -> Seen:
        """Press or choose something in the modal in front, with what was typed so far."""
        view = self.view
        if view is None:
            msg = f"There is no modal in front of {self.id}."
            raise NotOnScreen(msg)
        return self._press_view(view, action_id, value, block_id, entered or {})

    def _press_view(
        self, view: Json, action_id: str, value: object, block_id: str, entered: Json
    ) -> Seen:
        block, element = self._find(view["blocks"], action_id, value, block_id)
        if element["type"] in SLOTS:
            entered = {**entered, block["block_id"]: {element["action_id"]: value}}
        seen = self.look()
        filled = values(view["blocks"], entered)
        more: Json = {
            "actions": [payloads.action(block, element, value, self._state.new_ts())],
            "trigger_id": self._parts.handles.trigger(self.id, view["id"]),
        }
        shown = payloads.shown(view, filled)
        body = payloads.view_press(self._state, self.id, shown, more)
        return self._sent(seen, self._parts.delivery.send("interactive", body))

    def suggest(self, blocks: list[Json], action_id: str, typed: str, source: Json) -> Seen:
        """Type into an external select and get the options the app offers."""
        block, _ = self._find(blocks, action_id, None, "")
        asked: Json = {"action_id": action_id, "block_id": block["block_id"], "value": typed}
        seen = self.look()
        body = payloads.suggestion(self._state, self.id, source, asked)
        ack = self._parts.delivery.send("interactive", body)
        groups: list[Json] = ack.payload.get("option_groups") or []
        grouped = [option for group in groups for option in group["options"]]
        seen.options = [*(ack.payload.get("options") or []), *grouped]
        return self._sent(seen, ack)
