"""Sending and closing modals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import modals, payloads
from bot.sandbox.elements import unfinished, values
from bot.sandbox.errors import NotOnScreen, SlackError
from bot.sandbox.eyes import Eyes

if TYPE_CHECKING:
    from bot.sandbox.records import Json
    from bot.sandbox.seen import Seen

_TROUBLE = "We had some trouble connecting. Try again?"


class Forms(Eyes):
    """A person who can send or close the modal in front of them."""

    def submit(self, view_id: str = "", entered: Json | None = None) -> Seen:
        """Send the modal in front. `entered` maps action ids (or block ids to action ids) to values."""
        view = self.view
        if view is None or view_id not in ("", view["id"]):
            msg = f"The modal {view_id} is not in front of {self.id}."
            raise NotOnScreen(msg)
        filled = values(view["blocks"], entered or {})
        seen = self.look()
        seen.field_errors = unfinished(view["blocks"], filled)
        if seen.field_errors:
            return seen
        trigger = self._parts.handles.trigger(self.id, view["id"])
        sent = payloads.shown(view, filled)
        body = payloads.submission(self._state, self.id, sent, trigger)
        ack = self._parts.delivery.send("interactive", body)
        if ack.outcome != "acked":
            seen.error, seen.detail = _TROUBLE, ack.outcome
            return seen
        return self._answered(seen, view, ack.payload)

    def _answered(self, seen: Seen, view: Json, reply: Json) -> Seen:
        try:
            self._apply(seen, view, reply)
        except SlackError as wrong:
            told: Json = wrong.body.get("response_metadata") or {}
            seen.error, seen.detail = _TROUBLE, f"{wrong.error}: {told.get('messages', '')}"
        return seen

    def _apply(self, seen: Seen, view: Json, reply: Json) -> None:
        kind: Any = reply.get("response_action")
        if kind == "errors":
            seen.field_errors = dict(reply.get("errors") or {})
        elif kind == "update":
            fresh = modals.built(self._state, reply.get("view"), "modal")
            modals.replace_on(self._state, view, fresh)
        elif kind == "push":
            modals.push_on(
                self._state, self.id, modals.built(self._state, reply.get("view"), "modal")
            )
        else:
            modals.close_modal(self._state, self.id, view["id"], everything=kind == "clear")

    def close(self, *, everything: bool = False) -> Seen:
        """Close the modal in front, or all of them."""
        seen = self.look()
        view = self.view
        if view is None:
            return seen
        everything = everything or bool(view["clear_on_close"])
        for gone in reversed(
            modals.close_modal(self._state, self.id, view["id"], everything=everything)
        ):
            if gone["notify_on_close"]:
                body = payloads.closed(self._state, self.id, gone, cleared=everything)
                self._parts.delivery.send("interactive", body)
        return seen
