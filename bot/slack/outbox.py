"""Makes Slack match the message rows. A row that wants another drawing than it shows is due; nothing is read back."""

from __future__ import annotations

import hashlib
import logging
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING, Any, Protocol, cast

from blocks import limits
from blocks.ids import ActionId
from bot.crash import Boundary, here
from workflows.errors import NotRecorded
from workflows.ports import Post
from workflows.text import canonical, normalised

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bot.slack.gateway import Gateway, Sent
    from bot.storage.outbox import Message as Row

_log = logging.getLogger(__name__)

#: Seconds between two messages in one channel (Slack's rule), and between two redraws of anything in it.
PACE = 1.05
#: Why a row waits that is only waiting for its turn.
PACED = "paced"
#: After an unknown outcome a row waits this long, twice as long each time, at most so long.
FIRST_REST, REST = 2.0, 60.0
#: What must be left of a row's lease to begin showing it: the longest a call to Slack may take, and some.
CALL = timedelta(seconds=15)
#: Buttons a decision is pressed with; what they stood on is kept.
_DECIDING = frozenset({ActionId.APPROVE, ActionId.EDIT, ActionId.REJECT})


class Rows(Protocol):
    """The store's side of the outbox."""

    def claim_messages(self, now: datetime, limit: int) -> Sequence[Row]:
        """Lease rows that want another drawing than they show, oldest first."""
        ...

    def shown(
        self, row: Row, *, ts: str, drawing: str, channel: str, replies: Sequence[Post] = ()
    ) -> object:
        """Keep what is on the screen now and what is to follow, unless a newer claim holds the row."""
        ...

    def later(self, row: Row, at: datetime, problem: str) -> None:
        """Look at the row again at that time."""
        ...

    def give_up(self, row: Row, problem: str) -> None:
        """Stop showing this row until somebody redraws it or the program starts again."""
        ...

    def take_up(self, now: datetime) -> object:
        """Make the rows that were given up due again."""
        ...


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """What a row looks like now: the message (or Home view), a plainer one, and what follows in its thread."""

    message: dict[str, Any]
    #: Sent when Slack refuses the first one's blocks.
    plainer: dict[str, Any] | None = None
    #: Further messages for its thread; each becomes a row, `<subject>#<n>`, once this one is shown.
    replies: tuple[dict[str, Any], ...] = ()

    @property
    def text(self) -> str:
        """Exactly what is shown, as its RFC 8785 text: anybody who has it can hash it again."""
        return canonical(normalised(self.message)).decode()

    @property
    def hash(self) -> str:
        """SHA-256 of `text`; it goes on the record with a signature."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def is_signable(self) -> bool:
        """Whether a decision can be pressed on it."""
        blocks = cast("list[dict[str, Any]]", self.message.get("blocks") or [])
        drawn = [each for block in blocks for each in block.get("elements") or ()]
        return any(each.get("action_id") in _DECIDING for each in drawn)


@dataclass
class _Pace:
    """When each channel may be spoken to again, on the monotonic clock, and until when turns are given out."""

    seconds: Callable[[], float]
    free_at: dict[str, float] = field(default_factory=dict[str, float])
    given: dict[str, float] = field(default_factory=dict[str, float])

    def wait(self, channel: str) -> float:
        """Return the seconds until the channel may be spoken to; not above 0 when it may be now."""
        return self.free_at.get(channel, 0.0) - self.seconds()

    def turn(self, channel: str) -> float:
        """Give out the next turn in a channel's queue; return the seconds until then."""
        after = max(self.given.get(channel, 0.0) + PACE, self.free_at.get(channel, 0.0))
        self.given[channel] = max(after, self.seconds())
        return self.given[channel] - self.seconds()

    def took(self, channel: str, seconds: float = PACE) -> None:
        """Note that the channel was spoken to, or asks for so many seconds of rest."""
        self.free_at[channel] = max(self.free_at.get(channel, 0.0), self.seconds() + seconds)


def _forget(_text: str, _hash: str) -> None:
    """Keep nothing: for an outbox whose cards nobody signs."""


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
        keep: Callable[[str, str], object] = _forget,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """`draw` renders a row (None: nothing to show any more); `alert` tells the owner by another route.

        `keep` takes the text of a card that can be signed, and its hash, before anybody can see it.
        `seconds` is a clock that never goes back; the pace is kept by it.
        """
        self._rows, self._gateway, self._draw = rows, gateway, draw
        self._now, self._alert, self._keep = now, alert, keep
        self._pace = _Pace(seconds)
        self._poked, self._stop = Event(), Event()
        #: Unknown outcomes in a row, by row.
        self._tries: Counter[str] = Counter()
        #: Problems the owner was told of.
        self._told: set[str] = set()

    def poke(self) -> None:
        """Say that a row may be due now."""
        self._poked.set()

    def serve(self, stop: Event, poll: float = 0.25) -> None:
        """Show what is due until `stop`; what was given up is tried once more at the start."""
        self._stop = stop
        while not stop.is_set() and not self._quietly(self._take_up):
            stop.wait(poll)
        while not stop.is_set():
            if not self._quietly(self.show_due):
                self._poked.wait(poll)
                self._poked.clear()

    def _take_up(self) -> int:
        self._rows.take_up(self._now())
        return 1

    def _quietly(self, act: Callable[[], int]) -> int:
        try:
            return act()
        except Exception:  # noqa: BLE001 -- the outermost loop: rows stay due and are looked at again
            _log.exception("the outbox stumbled; what is due stays due")
            return 0

    def show_due(self, limit: int = 20) -> int:
        """Show due rows; return how many calls were made."""
        calls = 0
        held: set[str] = set()  # one that waits lets nobody pass in its channel
        for row in self._rows.claim_messages(self._now(), limit):
            if self._stop.is_set() or self._too_late(row):
                self._rows.later(row, self._now(), row.problem)
            elif self._pace.wait(row.channel) > 0 or row.channel in held:
                held.add(row.channel)
                self._postpone(row, self._turn(row), PACED)
            else:
                calls += self._carefully(row)
        return calls

    def _turn(self, row: Row) -> float:
        """A row queues once; when its turn comes a little early it waits for that little, not at the end again."""
        if row.problem == PACED:
            return max(self._pace.wait(row.channel), 0.0)
        return self._pace.turn(row.channel)

    def _too_late(self, row: Row) -> bool:
        """Whether somebody else might be given the row while it is being shown."""
        return row.due_at is not None and self._now() > row.due_at - CALL

    def _carefully(self, row: Row) -> int:
        """Show one row. One that can't be drawn must not keep the ones after it from being shown."""
        try:
            return self._show(row)
        except NotRecorded:
            raise
        except Exception:  # noqa: BLE001 -- whatever is wrong with this row, the next ones are shown
            _log.exception("%s could not be shown; it is tried again", row.subject)
            self._postpone(row, self._rest(row), "it could not be drawn")
            return 0

    def _rest(self, row: Row) -> float:
        self._tries[row.id] += 1
        return min(FIRST_REST * 2.0 ** (self._tries[row.id] - 1), REST)

    def _show(self, row: Row) -> int:
        drawing = self._drawn(row)
        if drawing is None or (drawing.hash == row.shown_hash and row.ts):
            self._rows.shown(row, ts=row.ts, drawing=row.shown_hash, channel=row.channel)
            return 0
        if row.subject.startswith("draft:") and drawing.is_signable:
            self._keep(drawing.text, drawing.hash)
        sent = self._send(row, drawing.message)
        here(Boundary.SENT)
        for plainer in (drawing.plainer, _text_only(drawing.message)):
            if sent.how == "refused-blocks" and plainer:
                _log.warning("Slack refused the blocks of %s; sending it plainer", row.subject)
                # What is kept is what was shown: the next change tries the whole card again.
                drawing = replace(drawing, message=plainer)
                sent = self._send(row, plainer)
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
            self._kept(row, drawing, sent)
        elif sent.how == "later":
            self._pace.took(row.channel, sent.wait)
            self._postpone(row, sent.wait, sent.error)
        elif sent.how in {"permanent", "refused-blocks"}:
            self._rows.give_up(row, sent.error)
            self._tell(f"Slack would not show a message in {row.channel}: {sent.error}.")
        elif sent.how == "gone":
            again = self._gateway.post(row.channel, row.thread_ts, drawing.message)
            self._settle(row, drawing, again)
        else:
            self._postpone(row, self._rest(row), sent.error)

    def _kept(self, row: Row, drawing: Drawing, sent: Sent) -> None:
        ts, channel = sent.ts or row.ts or "-", sent.channel or row.channel
        follow = () if row.ts else self._replies(row, drawing, channel, row.thread_ts or ts)
        self._rows.shown(row, ts=ts, drawing=drawing.hash, channel=channel, replies=follow)
        self._tries.pop(row.id, None)

    def _replies(self, row: Row, drawing: Drawing, channel: str, thread_ts: str) -> list[Post]:
        return [
            Post(subject=f"{row.subject}#{n}", channel=channel, thread_ts=thread_ts, body=row.body)
            for n in range(len(drawing.replies))
        ]

    def _tell(self, problem: str) -> None:
        """Alert the owner, once for each problem: a thousand rows can have the same one."""
        if problem not in self._told:
            self._told.add(problem)
            self._alert(problem)

    def _postpone(self, row: Row, seconds: float, problem: str) -> None:
        self._rows.later(row, self._now() + timedelta(seconds=seconds), problem)


def _text_only(message: dict[str, Any]) -> dict[str, Any]:
    """Return the same message as its sentence and where the rest is; a Home view has no text and keeps one section."""
    if message.get("type") == "home":
        section = {
            "type": "section",
            "text": {"type": "plain_text", "text": "Type /sayso queue to see what waits for you."},
        }
        return {"type": "home", "blocks": [section]}
    words = str(message.get("text", ""))
    if message.get("blocks"):
        words = f"{words} (It can't be shown whole here; /sayso queue has what waits for you.)"
    return {"text": words, "blocks": []}
