"""The installed command is told to stop at any moment: it is gone within ten seconds, and nothing is lost."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.demo import manifest, workspace_of
from bot.folder import CompanyFolder
from bot.sample import write_sample
from bot.sandbox.mailbox import Mailbox
from bot.sandbox.records import Timings
from bot.sandbox.server import Sandbox
from bot.storage.audit_verify import verify
from bot.storage.database import open_database
from tests.chaos.clock import FastClock, dice
from tests.chaos.outsider import rows
from tests.chaos.processes import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.sandbox.person import Person

#: Quotes one of sales may sign alone.
QUOTES = ("Q-1040", "Q-1042", "Q-1043", "Q-1044", "Q-1048")
SALES = "#sales"
#: Seconds within which the process is gone.
GONE = 10.0
STOPS = 3


class Bot:
    """`sayso run`, as a process of its own, on Slack and mail servers that outlive it."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.home, self._database = folder / "company", database_url
        write_sample(self.home, date(2026, 11, 23))
        playbook = self.home / "playbooks" / "quote-follow-up.yml"
        playbook.write_text(playbook.read_text().replace("hold: 60 seconds", "hold: 1 seconds"))
        self.mailbox = Mailbox(folder / "mail")
        self.mailbox.start()
        workspace = workspace_of(CompanyFolder(self.home).company())
        quick = Timings(ack=1.0, rate_limits=False)
        clock = FastClock(time.time(), 1.0)
        self.slack = Sandbox(workspace, clock, manifest(), self.mailbox, timings=quick).start()
        self._environment = {
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "SAYSO_HOME": str(self.home),
            "DATABASE_URL": database_url,
            "SMTP_URL": f"smtp+plain://{self.mailbox.host}:{self.mailbox.port}",
            "MAIL_FROM": "Alder Ovens <hello@alder-ovens.example>",
            "PYTHONPATH": ":".join(sys.path),
            "PYTHONFAULTHANDLER": "1",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the command, and wait until it is connected."""
        command = "import sys; from bot.cli.main import main; sys.argv[0] = 'sayso'; main()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", command, "run"],
            env=self._environment,
            cwd=self.home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert self.slack.wait_connected(1, 30)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Tell it to stop; return how many seconds it took, and fail if it complained."""
        assert self._process
        began = time.monotonic()
        self._process.send_signal(number)
        complaints = self._last_words()
        seconds, code = time.monotonic() - began, self._process.returncode
        self._process = None
        assert code == 0, complaints.decode()[-9000:]
        assert b"Traceback" not in complaints, complaints.decode()[-9000:]
        return seconds

    def _last_words(self) -> bytes:
        """Return what it said on standard error; one that hangs says where each of its threads is."""
        assert self._process
        try:
            return self._process.communicate(timeout=30)[1]
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGABRT)
            return self._process.communicate(timeout=10)[1]

    def started(self) -> list[str]:
        """Return the quotes there is a run for: who lost an answer looks before asking again."""
        found = rows(self._database, "select data from run")
        return [json.loads(row["data"])["inputs"]["quote"] for row in found]

    def verified(self) -> bool:
        """Whether the log is whole."""
        database = open_database(self._database)
        try:
            return verify(database).ok
        finally:
            database.close()

    def close(self) -> None:
        """End everything."""
        if self._process:
            self._process.kill()
            self._process.communicate()
        self.slack.stop()
        self.mailbox.stop()


@pytest.fixture
def bot(tmp_path: Path, database_url: str) -> Iterator[Bot]:
    """Return the command, not started yet."""
    made = Bot(tmp_path, database_url)
    yield made
    made.close()


def test_stopped_at_random_moments_it_is_gone_in_time_and_loses_nothing(
    bot: Bot, scale: float, seed: int
) -> None:
    """Again and again in the middle of its work; in the end each quote has exactly its one letter."""
    chance, lee = dice(seed, "stop"), bot.slack.person("U01LEE")
    exits: list[float] = []
    for _ in range(round(STOPS * scale)):
        bot.start()
        _act(bot, lee, time.monotonic() + chance.uniform(0, 2.5))
        exits.append(bot.stop())
    bot.start()
    wait_for(lambda: _act(bot, lee, time.monotonic() + 10), 60, "every quote is signed")
    wait_for(lambda: len(bot.mailbox.letters()) >= len(QUOTES), 30, "every letter left")
    wait_for(lambda: _read(lee).count("Done: ") >= len(QUOTES), 30, "every card says so")
    exits.append(bot.stop())
    assert max(exits) < GONE
    assert len(bot.mailbox.letters()) == len(QUOTES)
    assert len({letter.message_id for letter in bot.mailbox.letters()}) == len(QUOTES)
    assert bot.verified()


def _act(bot: Bot, lee: Person, until: float) -> bool:
    """Start what was not started and sign what was not signed; False when time is over before that is done."""
    while time.monotonic() < until:
        for quote in QUOTES:
            if time.monotonic() < until and quote not in bot.started():
                lee.command("/playbook", f"quote-follow-up {quote}", SALES)
        for message in lee.messages(SALES):
            if time.monotonic() < until and message["text"].startswith("To sign:"):
                lee.press(SALES, message["ts"], "approve")
        signed = len(re.findall("^(Signed|Done)", _read(lee), re.MULTILINE))
        if signed == len(QUOTES):
            return True
        time.sleep(0.05)
    return False


def _read(lee: Person) -> str:
    return "\n".join(str(m["text"]) for m in lee.messages(SALES))


def test_a_letter_on_its_way_is_waited_for(bot: Bot) -> None:
    """Told to stop while the mail server is slow, it waits for the answer and writes it down: no doubt is left."""
    lee = bot.slack.person("U01LEE")
    bot.start()
    bot.mailbox.fail(delay=4.0)
    lee.command("/playbook", "quote-follow-up Q-1043", SALES)
    card = lee.wait_message(SALES, "To sign: Send a follow-up for quote Q-1043", 20)
    lee.press(SALES, card["ts"], "approve")
    wait_for(lambda: not bot.mailbox._faults, 20, "the letter is on its way")
    assert bot.stop(signal.SIGINT) < GONE
    assert len(bot.mailbox.letters()) == 1
    bot.start()
    lee.wait_message(SALES, "Done: Send a follow-up for quote Q-1043", 20)
    assert bot.stop() < GONE
    assert len(bot.mailbox.letters()) == 1
