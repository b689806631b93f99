"""Makes Slack match the message rows. A row that wants another drawing than it shows is due; nothing is read back."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any, Protocol

from blocks import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bot.slack.gateway import Gateway, Sent
    from bot.storage.outbox import Message as Row

_log = logging.getLogger(__name__)

#: Seconds between two messages in one channel (Slack's rule), and between two redraws of anything in it.
PACE = 1.05
#: Tries with an unknown outcome before the row rests for a while.
REST = 60.0


class Rows(Protocol):
    """The store's side of the outbox."""

    def claim_messages(self, now: datetime, limit: int) -> Sequence[Row]:
        """Lease rows that want another drawing than they show, oldest first."""
        ...

    def shown(self, row: Row, *, ts: str, drawing: str, channel: str) -> object:
        """Keep what is on the screen now, unless a newer claim holds the row."""
        ...

    def later(self, row: Row, at: datetime, problem: str) -> None:
        """Look at the row again at that time."""
        ...

    def give_up(self, row: Row, problem: str) -> None:
        """Stop showing this row until somebody redraws it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """What a row looks like now: the message (or Home view), a plainer one, and what follows in its thread."""

    message: dict[str, Any]
    #: Sent when Slack refuses the first one's blocks.
    plainer: dict[str, Any] | None = None
    #: Further messages for the thread, posted once with the first drawing.
    replies: tuple[dict[str, Any], ...] = ()

    @property
    def hash(self) -> str:
        """Hash of exactly what is shown; it goes on the record with a signature."""
        shown = json.dumps(self.message, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(shown.encode(errors="replace")).hexdigest()


@dataclass
class _Pace:
    """When each channel may be spoken to again, on the monotonic clock."""

    free_at: dict[str, float] = field(default_factory=dict[str, float])

    def wait(self, channel: str) -> float:
        return max(0.0, self.free_at.get(channel, 0.0) - time.monotonic())

    def took(self, channel: str, seconds: float = PACE) -> None:
        self.free_at[channel] = time.monotonic() + seconds


class Outbox:
    """One thread of it per process is enough: Slack's limit is per channel, not per connection."""

    def __init__(
        self,
        *,
        rows: Rows,
        gateway: Gateway,
        draw: Callable[[Row], Drawing | None],
        now: Callable[[], datetime],
        alert: Callable[[str], None],
    ) -> None:
        """`draw` renders a row (None: nothing to show any more); `alert` tells the owner by another route."""
        self._rows, self._gateway, self._draw = rows, gateway, draw
        self._now, self._alert = now, alert
        self._pace = _Pace()
        self._poked = Event()

    def poke(self) -> None:
        """Say that a row may be due now."""
        self._poked.set()

    def serve(self, stop: Event, poll: float = 0.25) -> None:
        """Show what is due until `stop`."""
        while not stop.is_set():
            if not self._quietly():
                self._poked.wait(poll)
                self._poked.clear()

    def _quietly(self) -> int:
        try:
            return self.show_due()
        except Exception:  # noqa: BLE001 -- the outermost loop: rows stay due and are looked at again
            _log.exception("the outbox stumbled; what is due stays due")
            return 0

    def show_due(self, limit: int = 20) -> int:
        """Show due rows; return how many calls were made."""
        calls = 0
        for row in self._rows.claim_messages(self._now(), limit):
            calls += self._show(row)
        return calls

    def _show(self, row: Row) -> int:
        wait = self._pace.wait(row.channel)
        if wait > 0:
            self._postpone(row, wait, "paced")
            return 0
        drawing = self._drawn(row)
        if drawing is None or (drawing.hash == row.shown_hash and row.ts):
            self._rows.shown(row, ts=row.ts, drawing=row.shown_hash, channel=row.channel)
            return 0
        sent = self._send(row, drawing.message)
        if sent.how == "refused-blocks":
            _log.warning(
                "Slack refused the blocks of %s (%s); sending it plainer", row.subject, sent.error
            )
            sent = self._send(row, drawing.plainer or _text_only(drawing.message))
        if sent.how == "refused-blocks":
            sent = self._send(row, _text_only(drawing.message))
        self._settle(row, drawing, sent)
        return 1

    def _drawn(self, row: Row) -> Drawing | None:
        drawing = self._draw(row)
        problems = limits.check(drawing.message) if drawing else []
        if drawing is None or not problems:
            return drawing
        _log.error("a card of %s breaks Slack's limits: %s", row.subject, problems[0])
        return Drawing(message=drawing.plainer or _text_only(drawing.message))

    def _send(self, row: Row, message: dict[str, Any]) -> Sent:
        self._pace.took(row.channel)
        if row.subject.startswith("home:"):
            return self._gateway.publish(row.channel, message)
        if row.ts:
            return self._gateway.update(row.channel, row.ts, message)
        return self._gateway.post(row.channel, row.thread_ts, message)

    def _settle(self, row: Row, drawing: Drawing, sent: Sent) -> None:
        if sent.how == "ok":
            ts, channel = sent.ts or row.ts or "-", sent.channel or row.channel
            self._rows.shown(row, ts=ts, drawing=drawing.hash, channel=channel)
            if not row.ts:
                self._reply(channel, row.thread_ts or ts, drawing.replies)
        elif sent.how == "later":
            self._pace.took(row.channel, sent.wait)
            self._postpone(row, sent.wait, sent.error)
        elif sent.how == "permanent":
            self._rows.give_up(row, sent.error)
            self._alert(f"Slack would not show a message in {row.channel}: {sent.error}.")
        elif sent.how == "gone":
            self._settle(
                row, drawing, self._gateway.post(row.channel, row.thread_ts, drawing.message)
            )
        else:
            self._postpone(row, sent.wait or REST, sent.error)

    def _reply(self, channel: str, thread_ts: str, replies: Sequence[dict[str, Any]]) -> None:
        """Post what follows in the thread, at the channel's pace; a lost reply is only less detail."""
        for reply in replies:
            time.sleep(self._pace.wait(channel))
            self._pace.took(channel)
            sent = self._gateway.post(channel, thread_ts, reply)
            if sent.how != "ok":
                _log.warning("a reply in the thread was not shown: %s", sent.error)

    def _postpone(self, row: Row, seconds: float, problem: str) -> None:
        from datetime import timedelta  # noqa: PLC0415 -- one use

        self._rows.later(row, self._now() + timedelta(seconds=seconds), problem)


def _text_only(message: dict[str, Any]) -> dict[str, Any]:
    """Return the same message as its sentence alone; a Home view has no text and keeps one section."""
    if message.get("type") == "home":
        section = {
            "type": "section",
            "text": {"type": "plain_text", "text": "Type /sayso queue to see what waits for you."},
        }
        return {"type": "home", "blocks": [section]}
    return {"text": message.get("text", ""), "blocks": []}
