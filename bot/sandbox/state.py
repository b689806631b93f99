"""All that the workspace holds, behind one lock, with one bell that rings on every change."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.sandbox.errors import SlackError
from bot.sandbox.records import Channel, Clock, Group, Json, Manifest, Person, Timings, Workspace
from bot.sandbox.store import Store

if TYPE_CHECKING:
    from pathlib import Path

Check = Callable[[list[Json], str], list[str]]

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def accept_all(_blocks: list[Json], _surface: str) -> list[str]:
    """Find nothing wrong with any block."""
    return []


def new_id(prefix: str) -> str:
    """Make an id of Slack's shape: a letter and ten capitals or digits."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(10))


class State:
    """Channels, messages, views and files. Take `lock` before reading more than one thing."""

    def __init__(
        self,
        workspace: Workspace,
        clock: Clock,
        manifest: Manifest,
        timings: Timings,
        folder: Path | None,
    ) -> None:
        """Read back what `folder` holds, else begin from the workspace's own record."""
        self.workspace = workspace
        self.clock = clock
        self.manifest = manifest
        self.timings = timings
        self.folder = folder
        self.check: Check = accept_all
        self.url = ""
        self.lock = threading.RLock()
        self.bell = threading.Condition(self.lock)
        self.version = 0
        self.listeners: list[Callable[[], None]] = []
        #: Set by the server: sends one event to the app if its manifest asks for it.
        self.emit: Callable[[Json], None] = lambda _event: None
        self.store = Store(folder)
        self.people: dict[str, Person] = {p.id: p for p in workspace.people}
        self.groups: dict[str, Group] = {g.id: g for g in workspace.groups}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, dict[str, Json]] = {}
        self.ephemerals: dict[str, list[Json]] = {}
        self.stacks: dict[str, list[Json]] = {}
        self.homes: dict[str, Json] = {}
        self.files: dict[str, Json] = {}
        self.uploads: dict[str, bytes] = {}
        self.reads: dict[str, Json] = {}
        self.profiles: dict[str, Json] = {}
        self.entered: dict[tuple[str, str], Json] = {}
        self.threads: dict[str, Json] = {}
        self._last_ts = 0
        self._load()

    def _load(self) -> None:
        kept = self.store.all("channel")
        for body in kept.values():
            read: Json = {**body, "members": tuple(body["members"])}
            self._hold(Channel(**read))
        for seed in self.workspace.channels:
            if seed.id not in self.channels:
                bot = (self.workspace.bot_user_id,) if seed.has_bot else ()
                members = tuple(dict.fromkeys((*seed.members, *bot)))
                self.save_channel(replace(seed, members=members))
        for key, message in self.store.all("message").items():
            channel, ts = key.split(":")
            self.messages[channel][ts] = message
            self._last_ts = max(self._last_ts, micro(ts))
        self.homes = self.store.all("home")
        self.files = self.store.all("file")
        self.reads = self.store.all("read")
        self.profiles = self.store.all("profile")

    def _hold(self, channel: Channel) -> None:
        self.channels[channel.id] = channel
        self.messages.setdefault(channel.id, {})

    def save_channel(self, channel: Channel) -> None:
        """Keep a new or changed conversation."""
        self._hold(channel)
        self.store.put("channel", channel.id, asdict(channel))
        self.changed()

    def save_message(self, channel: str, message: Json) -> None:
        """Keep a new or changed message."""
        self.messages[channel][message["ts"]] = message
        self.store.put("message", f"{channel}:{message['ts']}", message)
        self.changed()

    def changed(self) -> None:
        """Ring the bell: something a person could see is different now."""
        with self.lock:
            self.version += 1
            self.bell.notify_all()
        for listener in tuple(self.listeners):
            listener()

    def new_ts(self) -> str:
        """Make a timestamp from the clock that is later than every one before, wherever the clock went."""
        with self.lock:
            now = int(self.clock.now().astimezone(UTC).timestamp() * 1_000_000)
            self._last_ts = max(now, self._last_ts + 1)
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def wait(self, ready: Callable[[], object], seconds: float) -> bool:
        """Block until `ready()` is true or `seconds` of real time passed; say which."""
        until = time.monotonic() + seconds
        with self.bell:
            while not ready():
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self.bell.wait(left)
            return True

    def channel(self, channel: str) -> Channel:
        """Return a conversation by id, or raise `channel_not_found`."""
        found = self.channels.get(channel)
        if found is None:
            raise SlackError(error="channel_not_found")
        return found

    def person(self, user: str) -> Person:
        """Return a person by id, or raise `user_not_found`."""
        found = self.people.get(user)
        if found is None:
            raise SlackError(error="user_not_found")
        return found

    def direct(self, *users: str) -> Channel:
        """Return the conversation between exactly these ids, opening it if need be."""
        with self.lock:
            wanted = tuple(sorted(set(users)))
            for channel in self.channels.values():
                if channel.is_direct and tuple(sorted(channel.members)) == wanted:
                    return channel
            kind, prefix = ("im", "D") if len(wanted) <= 2 else ("mpim", "G")  # noqa: PLR2004 - a pair
            opened = Channel(id=new_id(prefix), kind=kind, private=True, members=wanted)
            self.save_channel(opened)
            return opened

    def bot_direct(self, user: str) -> Channel:
        """Return the direct conversation between the app and a person."""
        return self.direct(user, self.workspace.bot_user_id)

    def message(self, channel: str, ts: str) -> Json:
        """Return a message, or raise `message_not_found`."""
        found = self.messages.get(channel, {}).get(ts)
        if found is None:
            raise SlackError(error="message_not_found")
        return found


def micro(ts: str) -> int:
    """Turn a message timestamp into microseconds since 1970."""
    seconds, _, rest = ts.partition(".")
    return int(seconds) * 1_000_000 + int(rest or 0)


def when(ts: str) -> datetime:
    """Turn a message timestamp into an aware datetime in UTC."""
    return datetime.fromtimestamp(micro(ts) / 1_000_000, UTC)
