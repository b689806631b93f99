"""Presses as Slack sends them, at a steady rate, whatever becomes of the ones before."""

from __future__ import annotations

import http.client
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import update

from benchmarks.company import CHANNEL, SECRET, SIGNER
from bot.clock import SystemClock
from bot.storage.tables import message
from bot.web.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.company import Office
    from workflows.commands import Approve

Json = dict[str, Any]

TEAM = "T0BENCH1"
#: Threads that press; enough that a press never waits for one.
_PEOPLE = 64
_HASH = 12


def body(press: Approve, answer_url: str) -> Json:
    """Return the payload of the button."""
    person = {"id": SIGNER.id, "username": "sam", "team_id": TEAM}
    return {
        "type": "block_actions",
        "user": person,
        "team": {"id": TEAM, "domain": "bench"},
        "api_app_id": "A0BENCH1",
        "trigger_id": f"trigger.{press.draft_id}",
        "response_url": answer_url,
        "container": {
            "type": "message",
            "message_ts": press.draft_id,
            "channel_id": CHANNEL,
            "is_ephemeral": False,
        },
        "channel": {"id": CHANNEL, "name": "sales"},
        "message": {"ts": press.draft_id, "type": "message", "text": "A letter to sign"},
        "actions": [
            {
                "type": "button",
                "action_id": "approve",
                "block_id": "buttons",
                "action_ts": "1795500000.000001",
                "value": f"{press.draft_id}.{press.revision}.{press.payload_hash[:_HASH]}",
            }
        ],
    }


def shown(ours: Office) -> None:
    """Let every card count as posted and up to date, as in a channel that has been quiet for a while."""
    seen = update(message).values(
        posted_in=message.c.channel,
        ts=message.c.id,
        shown=message.c.wanted,
        due_at=None,
    )
    with ours.foundation.database.write() as connection:
        connection.execute(seen)


def steadily(acts: Sequence[Callable[[], object]], per_second: float) -> list[float]:
    """Begin one act after another at this rate; return for each the seconds from when it was due to its answer.

    A late begin counts as waiting, as it does for a person: acts do not wait for each other.
    """
    taken = [0.0] * len(acts)
    with ThreadPoolExecutor(_PEOPLE) as people:
        began = time.perf_counter() + 0.1
        waiting = [
            people.submit(_act, acts[n], began + n / per_second, taken, n) for n in range(len(acts))
        ]
        for one in waiting:
            one.result()
    return taken


def _act(act: Callable[[], object], due: float, taken: list[float], n: int) -> None:
    time.sleep(max(due - time.perf_counter(), 0))
    act()
    taken[n] = time.perf_counter() - due


class Wire:
    """Sends signed requests to a bot's HTTP endpoint, as Slack does. Each thread keeps its connection."""

    def __init__(self, host: str, port: int) -> None:
        """Take the bot's address."""
        self._place = (host, port)
        self._signature = Signature(SECRET, SystemClock())
        self._mine = threading.local()

    def send(self, payload: str) -> None:
        """Send one interaction. Raises `RuntimeError` unless it is acknowledged."""
        form = urlencode({"payload": payload}).encode()
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": self._signature.sign(stamp, form),
        }
        connection = self._connection()
        connection.request("POST", "/slack/events", form, headers)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status != http.HTTPStatus.OK:
            msg = f"a press was answered {answer.status}: {told[:200]!r}"
            raise RuntimeError(msg)

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._mine, "connection"):
            self._mine.connection = http.client.HTTPConnection(*self._place, timeout=10)
        return self._mine.connection
