"""How long the command takes, how soon the bot is connected, and what it holds while nothing happens."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.company import wait_for
from benchmarks.figures import Figure, in_turn, seconds, skipped
from benchmarks.places import WORDS, Places, missing
from benchmarks.processes import memory, process
from bot.clock import SystemClock
from bot.demo import manifest, workspace_of
from bot.folder import CompanyFolder
from bot.sample import write_sample
from bot.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.figures import Asked

_STARTS = 7
_HELP, _READY, _MEGABYTES = 0.3, 2.0, 120
#: Seconds a process is left alone before it is looked at.
_SETTLED = 6.0
_SAYSO = str(Path(sys.executable).parent / "sayso")
#: What Sayso stands beside: a Bolt app on the same socket that does nothing.
_BOLT = """
import logging
import os
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
logging.getLogger("slack_bolt").setLevel(logging.ERROR)
client = WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
app = App(client=client)
SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start()
"""


def run(asked: Asked) -> Iterator[Figure]:
    """Yield the command's start, then for each database the bot's and its memory."""
    yield _helped()
    for kind in asked.databases:
        if why := missing(kind):
            yield skipped(f"start: ready on {WORDS[kind]}", why)
            continue
        with Places() as places:
            yield from _connected(places, kind)


def _helped() -> Figure:
    took, bare = (
        statistics.median(each)
        for each in in_turn(
            lambda _: _once([_SAYSO, "--help"]),
            lambda _: _once([sys.executable, "-c", "pass"]),
            rounds=_STARTS,
        )
    )
    return Figure(
        name="start: sayso --help",
        value=round(took, 3),
        unit="s",
        beside=f"a bare Python: {bare:.3f} s; {took / bare:.1f} times as long",
        target="< 0.3 s",
        met=took < _HELP,
    )


def _once(command: list[str]) -> float:
    return seconds(lambda: subprocess.run(command, check=True, capture_output=True))


def _connected(places: Places, kind: str) -> Iterator[Figure]:
    """Start the bot on the sample company, and the bare app, against a workspace on this machine."""
    home, url = places.home(), places.new(kind)
    write_sample(home, SystemClock().now().date())
    (script := home / "bare.py").write_text(_BOLT)
    sandbox = Sandbox(
        workspace_of(CompanyFolder(home).company()), SystemClock(), manifest()
    ).start()
    told = _environment(sandbox, home, url)
    rounds = [
        (
            _once_connected(sandbox, [_SAYSO, "run"], told),
            _once_connected(sandbox, [sys.executable, str(script)], told),
        )
        for _ in range(3)
    ]
    sandbox.stop()
    (took, held), (bare, bare_held) = (
        tuple(statistics.median(one[n] for one in each) for n in (0, 1))
        for each in zip(*rounds, strict=True)
    )
    yield Figure(
        name=f"start: connected to Slack on {WORDS[kind]}",
        value=round(took, 2),
        unit="s",
        beside=f"a Bolt app that does nothing: {bare:.2f} s",
        target=f"< {_READY:.0f} s",
        met=took < _READY,
    )
    yield Figure(
        name=f"memory: one node, idle, on {WORDS[kind]}",
        value=round(held),
        unit="MB",
        beside=f"a Bolt app that does nothing: {bare_held:.0f} MB",
        target=f"< {_MEGABYTES} MB",
        met=held < _MEGABYTES,
    )


def _environment(sandbox: Sandbox, home: Path, url: str) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "SAYSO_HOME": str(home),
        "DATABASE_URL": url,
        "SLACK_BOT_TOKEN": sandbox.workspace.bot_token,
        "SLACK_APP_TOKEN": sandbox.workspace.app_token,
        "SLACK_API_URL": sandbox.api_url,
        "SMTP_URL": "smtp+plain://127.0.0.1:9",
        "MAIL_FROM": "hello@bench.example",
        "LOG_LEVEL": "ERROR",
    }


def _once_connected(
    sandbox: Sandbox, command: list[str], told: dict[str, str]
) -> tuple[float, float]:
    """Start a process; return the seconds until it was connected, and its megabytes once it is left alone."""
    wait_for(lambda: not sandbox.connected, 20, "the one before is gone")
    before = time.perf_counter()
    with process(command, told) as started:
        wait_for(lambda: sandbox.connected, 30, f"{command[0]} is connected")
        took = time.perf_counter() - before
        time.sleep(_SETTLED)
        return took, memory(started.pid)
