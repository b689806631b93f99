"""A Slack small enough to read: the Web API over loopback HTTP, and what each person has in front of them."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from blocks import limits

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]

BOT = "U00SAYSO"
TEAM = "T01"


class SlackError(Exception):
    """Slack's word for what is wrong."""


@dataclass
class Workspace:
    """Messages, dialogs and Home tabs as Slack keeps them. Blocks that break a limit are refused, as Slack does."""

    #: Channel to timestamp to message.
    messages: dict[str, dict[str, Json]] = field(
        default_factory=lambda: defaultdict(dict[str, Json])
    )
    #: What only one person sees, oldest first.
    whispers: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list[Json]))
    #: The dialog in front of a person.
    dialogs: dict[str, Json] = field(default_factory=dict[str, Json])
    homes: dict[str, Json] = field(default_factory=dict[str, Json])
    #: Every call: method and arguments.
    calls: list[tuple[str, Json]] = field(default_factory=list[tuple[str, Json]])
    #: Slack's next answers to a method, instead of doing it.
    errors: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list[str]))
    #: What our blocks had wrong; no test leaves anything here.
    refused: list[str] = field(default_factory=list[str])
    #: Trigger id to person; each opens one dialog.
    triggers: dict[str, str] = field(default_factory=dict[str, str])
    #: Key of a response URL to person and channel.
    replies: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    #: Everybody by id: what Slack says of them besides. Empty: this workspace does not say.
    people: dict[str, Json] = field(default_factory=dict[str, Json])
    #: User groups by handle, and channels by id: who is in them.
    groups: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    members: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    #: When notifications are paused, by person: from and to, in seconds.
    snoozes: dict[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])
    #: Set once somebody's Home tab was drawn.
    drawn: threading.Event = field(default_factory=threading.Event)
    _numbers: Any = field(default_factory=lambda: count(1))

    def new_ts(self) -> str:
        return f"1795500000.{next(self._numbers):06d}"

    def new_id(self, letter: str) -> str:
        return f"{letter}{next(self._numbers):08d}"

    def answer(self, method: str, arguments: Json) -> Json:
        """Do one call as Slack would."""
        self.calls.append((method, arguments))
        act: Callable[[Json], Json] = getattr(self, "_" + method.replace(".", "_"), self._unknown)
        planned = self.errors[method]
        try:
            return {"ok": True, **(self._planned(planned) if planned else act(arguments))}
        except SlackError as error:
            return {"ok": False, "error": str(error)}

    def _planned(self, planned: list[str]) -> Json:
        raise SlackError(planned.pop(0))

    def _unknown(self, _: Json) -> Json:
        raise SlackError("unknown_method")

    def whisper(self, key: str, body: Json) -> None:
        """Take what came by a response URL."""
        person, channel = self.replies[key]
        self._sound(body, "invalid_blocks")
        self.whispers[person].append({**body, "channel": channel, "ts": self.new_ts()})

    def _sound(self, payload: Json, word: str) -> None:
        found = [f"{one.pointer}: {one.message}" for one in limits.check(payload)]
        self.refused += found
        if found:
            raise SlackError(word)

    def _auth_test(self, _: Json) -> Json:
        return {"user_id": BOT, "bot_id": "B01", "team_id": TEAM, "team": "Alder", "user": "sayso"}

    def _users_list(self, given: Json) -> Json:
        if not self.people:
            raise SlackError("missing_scope")
        users = [{"id": person, **more} for person, more in self.people.items()]
        return self._page("members", users, given)

    def _page(self, key: str, found: list[Any], given: Json) -> Json:
        """Return a page of three at most: whoever reads one page only misses somebody."""
        at = int(given.get("cursor") or 0)
        following = str(at + 3) if at + 3 < len(found) else ""
        return {key: found[at : at + 3], "response_metadata": {"next_cursor": following}}

    def _usergroups_list(self, given: Json) -> Json:
        assert given["include_users"] == "true"
        groups = [{"handle": name, "users": who} for name, who in self.groups.items()]
        return {"usergroups": [*groups, {"handle": "old", "users": [BOT], "date_delete": 1}]}

    def _conversations_members(self, given: Json) -> Json:
        if given["channel"] not in self.members:
            raise SlackError("channel_not_found")
        return self._page("members", self.members[given["channel"]], given)

    def _dnd_teamInfo(self, given: Json) -> Json:  # noqa: N802 -- Slack's name
        found: Json = {}
        for person in given["users"].split(","):
            begins, ends = self.snoozes.get(person, (1, 1))
            told = {"next_dnd_start_ts": begins, "next_dnd_end_ts": ends}
            found[person] = {"dnd_enabled": person in self.snoozes, **told}
        return {"users": found}

    def _conversations_open(self, given: Json) -> Json:
        return {"channel": {"id": f"D0{given['users']}"}}

    def _chat_postMessage(self, given: Json) -> Json:  # noqa: N802 -- Slack's name
        self._sound({"text": given.get("text"), "blocks": given.get("blocks")}, "invalid_blocks")
        ts = self.new_ts()
        self.messages[given["channel"]][ts] = {**given, "ts": ts}
        return {"ts": ts, "channel": given["channel"]}

    def _chat_postEphemeral(self, given: Json) -> Json:  # noqa: N802 -- Slack's name
        self._sound({"text": given.get("text"), "blocks": given.get("blocks")}, "invalid_blocks")
        self.whispers[given["user"]].append({**given, "ts": self.new_ts()})
        return {"message_ts": self.new_ts()}

    def _chat_update(self, given: Json) -> Json:
        held = self.messages[given["channel"]].get(given["ts"])
        if held is None:
            raise SlackError("message_not_found")
        self._sound({"text": given.get("text"), "blocks": given.get("blocks")}, "invalid_blocks")
        self.messages[given["channel"]][given["ts"]] = {**held, **given}
        return {"ts": given["ts"], "channel": given["channel"]}

    def _views_open(self, given: Json) -> Json:
        person = self.triggers.pop(str(given.get("trigger_id")), "")
        if not person:
            raise SlackError("expired_trigger_id")
        self._sound(given["view"], "invalid_arguments")
        self.dialogs[person] = {**given["view"], "id": self.new_id("V"), "hash": self.new_ts()}
        return {"view": self.dialogs[person]}

    def _views_update(self, given: Json) -> Json:
        for person, held in self.dialogs.items():
            if held["id"] == given["view_id"]:
                self.dialogs[person] = self.redrawn(held, given["view"])
                return {"view": self.dialogs[person]}
        raise SlackError("not_found")

    def redrawn(self, held: Json, view: Json) -> Json:
        """Return a dialog in another's place."""
        self._sound(view, "invalid_arguments")
        return {**view, "id": held["id"], "hash": self.new_ts()}

    def _views_publish(self, given: Json) -> Json:
        self._sound(given["view"], "invalid_arguments")
        self.homes[given["user_id"]] = {**given["view"], "id": self.new_id("V"), "hash": "h"}
        self.drawn.set()
        return {}


class Server:
    """Serves a workspace on 127.0.0.1."""

    def __init__(self, workspace: Workspace) -> None:
        handler = type("Handler", (_Handler,), {"workspace": workspace})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        poll = {"poll_interval": 0.01}
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs=poll, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    workspace: Workspace

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind, _, name = self.path.strip("/").partition("/")
        if kind == "api":
            self._send(self.workspace.answer(name, self._arguments(raw)))
        else:
            self.workspace.whisper(name, json.loads(raw))
            self._send({"ok": True})

    def _arguments(self, raw: bytes) -> Json:
        if "json" in str(self.headers.get("Content-Type")):
            return json.loads(raw or b"{}")
        found: Json = dict(parse_qsl(raw.decode()))
        return {k: json.loads(v) if k in {"view", "blocks"} else v for k, v in found.items()}

    def _send(self, body: Json) -> None:
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 -- its name in http.server
        """Stay quiet."""
