"""People press at a steady pace while the whole bot works: what each press took, and what the process grew to."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from agents.scripted import ScriptedDrafter
from blocks.values import button_value
from bot.app import build, found, slack_client
from bot.roles import Role
from bot.settings import Settings
from tests.chaos.clock import FastClock, dice
from tests.fakes.connector import FakeConnector
from tests.slack.office import request
from tests.slack.workspace import TEAM

if TYPE_CHECKING:
    from random import Random

    from bot.app import Program
    from workflows.run import Draft

Json = dict[str, Any]

CHANNELS, PEOPLE = 10, 8
_PLAYBOOK = """\
playbook: note-{n}
title: Send a note
goal: A note arrives once.
owner: sales
channel: c{n}
inputs:
  to: {{type: text, label: To, default: jo}}
subject: "{{{{ inputs.to }}}}"
allow: by-lookup.send
steps:
  - do: send
    action: by-lookup.send
    with: {{to: "{{{{ inputs.to }}}}", note: Hello}}
    title: "Send a note to {{{{ inputs.to }}}}"
    approve: {{by: sales, within: 4 hours, hold: 1 seconds, edit: [note]}}
"""
#: Of a hundred presses: runs started, drafts signed or rejected, presses that come too late or twice, and so on.
_MIX = {"start": 6, "approve": 8, "reject": 1, "late": 45, "again": 20, "stranger": 5, "queue": 15}


def write_company(home: Path) -> Path:
    """Write a company with eight people of sales and ten channels; return the folder."""
    (home / "playbooks").mkdir(parents=True)
    people = "".join(
        f"  - {{id: U-{n}, name: Person {n}, roles: [sales]}}\n" for n in range(PEOPLE)
    )
    channels = ", ".join(f"c{n}: C-{n}" for n in range(CHANNELS))
    (home / "company.yml").write_text(
        "name: Load and Co\nzone: Europe/Madrid\ncurrency: EUR\nowner: U-OWNER\npeople:\n"
        f"  - {{id: U-OWNER, name: Olga Ott}}\n{people}channels: {{{channels}}}\n"
    )
    for n in range(CHANNELS):
        (home / "playbooks" / f"note-{n}.yml").write_text(_PLAYBOOK.format(n=n))
    return home


@dataclass(frozen=True, kw_only=True)
class Load:
    """How much is pressed, for how long, on what."""

    home: str
    database: str
    slack: str
    seed: int
    #: Presses a second, and seconds.
    pace: float
    seconds: float

    @property
    def told(self) -> Path:
        """Where the process writes what it measured."""
        return Path(self.home) / "measured.json"


@dataclass
class Crowd:
    """Everybody who presses, against one program."""

    program: Program
    load: Load
    chance: Random
    seconds: list[float] = field(default_factory=list[float])
    kinds: Counter[str] = field(default_factory=Counter[str])
    unanswered: int = 0
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _open: list[Draft] = field(default_factory=list["Draft"])
    _sent: deque[Json] = field(default_factory=lambda: deque[Json](maxlen=200))

    def look(self) -> None:
        """Look what can be signed; the oldest ones were signed already by the next look."""
        runs = self.program.foundation.lookup.open_runs(limit=200)
        self._open = [run.draft for run in runs if run.draft]

    def press(self) -> None:
        """Deliver one press, and write down how long it took until it was acknowledged."""
        kind = self.chance.choices(list(_MIX), weights=list(_MIX.values()))[0]
        body = self._body(kind)
        began = time.monotonic()
        reply = self.program.app.dispatch(request(body))
        self.seconds.append(time.monotonic() - began)
        self.kinds[kind] += 1
        self.unanswered += reply.status != 200
        self._sent.append(body)

    def _body(self, kind: str) -> Json:
        if kind == "queue":
            return self._command("/sayso", "queue")
        if kind == "start" or not self._open:
            n = next(self._numbers)
            return self._command("/playbook", f"note-{n % CHANNELS} p{n}")
        if kind == "again" and self._sent:
            return json.loads(json.dumps(self.chance.choice(self._sent)))
        draft = self._open[0] if kind == "late" else self.chance.choice(self._open)
        person = "U-NOBODY" if kind == "stranger" else f"U-{self.chance.randrange(PEOPLE)}"
        return self._press(person, draft)

    def _command(self, command: str, text: str) -> Json:
        return {
            "command": command,
            "text": text,
            "user_id": "U-OWNER",
            "team_id": TEAM,
            "channel_id": "C-0",
            "trigger_id": f"t{next(self._numbers)}",
            "response_url": f"{self.load.slack}/respond/load",
        }

    def _press(self, person: str, draft: Draft) -> Json:
        hash_ = draft.current.payload_hash
        return {
            "type": "block_actions",
            "user": {"id": person, "username": person.lower(), "team_id": TEAM},
            "team": {"id": TEAM},
            "trigger_id": f"t{next(self._numbers)}",
            "api_app_id": "A01",
            "actions": [
                {
                    "type": "button",
                    "action_id": "approve",
                    "block_id": f"buttons:{draft.id}:1:open:0",
                    "action_ts": f"{time.time():.6f}",
                    "value": button_value(draft.id, draft.revision, hash_),
                }
            ],
            "container": {"type": "message", "message_ts": "1.1", "channel_id": "C-0"},
            "channel": {"id": "C-0", "name": "any"},
            "response_url": f"{self.load.slack}/respond/load",
        }


def bear(load: Load) -> None:
    """Run the bot, press for as long as is asked, and write down what was measured."""
    logging.disable(logging.WARNING)  # a press that is refused in time is what Bolt warns of
    program, stop = _program(load), threading.Event()
    serving = threading.Thread(target=program.serve, args=(stop,))
    serving.start()
    crowd = Crowd(program=program, load=load, chance=dice(load.seed, "load"))
    grown = _keep_pace(crowd)
    stop.set()
    serving.join(20)
    measured = {
        "seconds": sorted(crowd.seconds),
        "kinds": crowd.kinds,
        "unanswered": crowd.unanswered,
        "kilobytes": grown,
        "hangs": serving.is_alive(),
    }
    load.told.write_text(json.dumps(measured))


def _program(load: Load) -> Program:
    settings = Settings(
        slack_bot_token=SecretStr("xoxb-1"),
        slack_app_token=SecretStr("xapp-1"),
        slack_api_url=f"{load.slack}/api/",
        sayso_home=Path(load.home),
        database_url=load.database,
    )
    foundation = found(
        settings,
        clock=FastClock(time.time(), 1.0),
        drafter=ScriptedDrafter([]),
        connectors=[FakeConnector("by-lookup", journal=Path(load.home) / "effects.jsonl")],
    )
    return build(foundation, roles=frozenset({Role.WORKER}), client=slack_client(settings))


def _keep_pace(crowd: Crowd) -> list[int]:
    """Press at the pace that is asked, also when answers come late; return the process's size once a second."""
    load, grown = crowd.load, list[int]()
    began = time.monotonic()
    with ThreadPoolExecutor(32) as people:
        for n in range(round(load.pace * load.seconds)):
            if n % round(load.pace) == 0:
                crowd.look()
                grown.append(_kilobytes())
            time.sleep(max(0.0, began + n / load.pace - time.monotonic()))  # the pace
            people.submit(crowd.press).add_done_callback(lambda done: done.result())
    return grown


def _kilobytes() -> int:
    """Return how much memory the process has in use."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024
