"""`sayso demo` as a person runs it: one command, a page, Ctrl+C, and again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

#: Seconds until the page is up, and until Ctrl+C has ended it.
START, STOP = 30, 10
LEAD, SALES = "U01LEE", "C01SALES"


@dataclass(kw_only=True)
class Running:
    """A demo in a process of its own."""

    process: subprocess.Popen[str]
    url: str
    complaints: list[str]

    def get(self, path: str) -> str:
        with urlopen(f"{self.url}{path}", timeout=5) as answer:  # noqa: S310 -- the page at 127.0.0.1
            return str(answer.read().decode())

    def act(self, what: str, **more: str) -> None:
        """Do one thing as the sales lead, as the page does it."""
        body = json.dumps({"as": LEAD, "do": what, **more}).encode()
        headers = {"Content-Type": "application/json", "Origin": self.url}
        with urlopen(Request(f"{self.url}/ui/act", body, headers), timeout=10) as answer:  # noqa: S310 -- as above
            assert not json.loads(answer.read())["error"]

    def messages(self) -> list[dict[str, Any]]:
        """Return what the sales lead sees in #sales."""
        screen = json.loads(self.get(f"/ui/state?as={LEAD}&channel={SALES}"))
        return list(screen["messages"])

    def interrupt(self) -> int:
        """Press Ctrl+C; return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP)


def read_url(process: subprocess.Popen[str], complaints: list[str]) -> str:
    """Return the address the command prints."""
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    code = process.wait(STOP)
    pytest.fail(f"The demo ended with {code} and never said where it is:\n{''.join(complaints)}")


@contextmanager
def demo(folder: Path) -> Generator[Running]:
    """Run the installed command; what is left of it is ended."""
    named = os.environ.get("SAYSO_TEST_COMMAND")  # noqa: TID251 -- the run says which installation it tries
    command = named or str(Path(sys.executable).parent / "sayso")
    process = subprocess.Popen(
        [command, "demo", "--no-open", "--port", "0", "--data", "data"],
        cwd=folder,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    complaints: list[str] = []
    listening = Thread(target=lambda: complaints.extend(process.stderr or ()), daemon=True)
    listening.start()
    try:
        url = read_url(process, complaints)
        yield Running(process=process, url=url, complaints=complaints)
    finally:
        process.kill()
        process.wait(STOP)
        listening.join(STOP)
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()


def until(wanted: Callable[[], bool], seconds: float = 15) -> bool:
    """Look again and again until it is so; False when it never was."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if wanted():
            return True
        time.sleep(0.1)
    return False


def test_one_command_serves_the_page_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    """It prints its address, shows the page of the sample company, and Ctrl+C ends it well within 10 s."""
    with demo(tmp_path) as running:
        assert '<div id="root">' in running.get("/")
        assert json.loads(running.get(f"/ui/state?as={LEAD}&channel="))["team"] == "Alder Ovens"
        assert running.interrupt() == 0
    assert running.complaints == []


def test_a_restart_keeps_the_card_and_the_queue(tmp_path: Path) -> None:
    """What waited before Ctrl+C waits after it, on the same message, and is signed there."""
    with demo(tmp_path) as running:
        running.act("command", command="/playbook", text="quote-follow-up Q-1043", channel=SALES)
        assert until(lambda: any("Lark Bakery" in one["text"] for one in running.messages()))
        (before,) = [one for one in running.messages() if "Lark Bakery" in one["text"]]
        assert running.interrupt() == 0
    with demo(tmp_path) as running:
        (after,) = [one for one in running.messages() if "Lark Bakery" in one["text"]]
        assert after["ts"] == before["ts"]
        running.act("command", command="/sayso", text="queue", channel=SALES)
        assert until(lambda: "1 waits for you" in json.dumps(running.messages()))
        running.act("press", channel=SALES, ts=after["ts"], action_id="approve")
        assert until(lambda: "leaves at" in json.dumps(running.messages()))
        assert running.interrupt() == 0


def test_a_page_left_open_does_not_hold_the_command_up(tmp_path: Path) -> None:
    """With a browser still listening, Ctrl+C ends the command as quickly and without complaints."""
    with demo(tmp_path) as running, urlopen(f"{running.url}/ui/stream", timeout=5) as stream:  # noqa: S310 -- as above
        assert stream.readline().startswith(b"data")
        assert running.interrupt() == 0
    assert running.complaints == []
