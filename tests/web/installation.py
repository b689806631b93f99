"""An installation: the local workspace, mail, a company, and as many processes of Sayso as a test wants."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import date
from threading import Event, Thread
from typing import TYPE_CHECKING

from bot.app import build, found
from bot.demo import manifest, workspace_of
from bot.folder import CompanyFolder
from bot.roles import roles_of
from bot.sample import write_sample
from bot.sandbox.mailbox import Mailbox
from bot.sandbox.records import Timings
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.chaos.clock import FastClock
from tests.chaos.processes import wait_for
from tests.web.outsiders import SECRET, ask

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from bot.program import Program

SALES = "#sales"


class Installation:
    """Everything around Sayso, and the settings that point at it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "company"
        write_sample(self.home, date(2026, 11, 23))
        playbook = self.home / "playbooks" / "quote-follow-up.yml"
        playbook.write_text(playbook.read_text().replace("hold: 60 seconds", "hold: 1 seconds"))
        self.mailbox = Mailbox(folder / "mail")
        self.mailbox.start()
        workspace = workspace_of(CompanyFolder(self.home).company())
        quick = Timings(ack=3.0, rate_limits=False, retries=(0.1, 0.2))
        clock = FastClock(time.time(), 1.0)
        self.slack = Sandbox(workspace, clock, manifest(), self.mailbox, timings=quick).start()

    def environment(self, **more: str) -> dict[str, str]:
        """Return the settings, as the environment has them."""
        workspace = self.slack.workspace
        return {
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": self.slack.api_url,
            "SAYSO_HOME": str(self.home),
            "SMTP_URL": f"smtp+plain://{self.mailbox.host}:{self.mailbox.port}",
            "MAIL_FROM": "Alder Ovens <hello@alder-ovens.example>",
            **more,
        }

    def settings(self, **more: str) -> Settings:
        """Return the settings, read."""
        return Settings.model_validate(
            {name.lower(): value for name, value in self.environment(**more).items()}
        )

    @contextmanager
    def program(self, *roles: str, **more: str) -> Generator[Program]:
        """Run Sayso in a thread."""
        settings = self.settings(**more)
        made = build(found(settings), roles=roles_of(settings, roles))
        stop = Event()
        thread = Thread(target=made.serve, args=(stop,), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            stop.set()
            thread.join(15)
            assert not thread.is_alive(), "the program does not end"

    def close(self) -> None:
        """End everything."""
        self.slack.stop()
        self.mailbox.stop()


class Process:
    """`sayso run` as a process of its own."""

    def __init__(self, installation: Installation, *arguments: str, **more: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = installation.environment(WEB_PORT=str(self.port), **more)
        command = "import sys; from bot.cli.main import main; sys.argv[0] = 'sayso'; main()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", command, "run", *arguments],
            env={**environment, "PYTHONPATH": ":".join(sys.path)},
            cwd=installation.home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def wait_ready(self) -> None:
        """Wait until it says that it could do its work."""
        wait_for(lambda: self.status("/readyz") == 200, 30, "it is ready", 0.05)

    def status(self, path: str) -> int:
        """Ask it something; 0 when nobody answers."""
        try:
            return ask(self.url, path).status
        except OSError:
            return 0

    def tell(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Tell it to stop, and go on."""
        self._process.send_signal(number)

    def end(self, *, calm: bool = True, seconds: float = 20) -> str:
        """Wait for its end; return what it said on standard error. It must have gone well, `calm` without an error."""
        said = self._process.communicate(timeout=seconds)[1].decode()
        assert self._process.returncode == 0, said[-5000:]
        assert not (calm and "Traceback" in said), said[-5000:]
        return said

    def kill(self) -> None:
        """End it at once, if it is still there."""
        self._process.kill()
        self._process.communicate()


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as asked:
        return int(asked.getsockname()[1])
