"""The demo: a company's own configuration in the local workspace. The bot in it is the product, unchanged."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import formataddr
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, cast

from pydantic import SecretStr
from ruamel.yaml import YAML

from blocks import limits
from bot.app import Program, build, found
from bot.clock import MovableClock
from bot.folder import CompanyFolder
from bot.outside import connectors
from bot.sandbox.mailbox import Mailbox
from bot.sandbox.records import Channel, Group, Person, Timings, Workspace
from bot.sandbox.server import Sandbox
from bot.settings import Settings, repository_file
from workflows.errors import WorkflowError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from blocks.limits import Surface
    from workflows.company import Company
    from workflows.ports import Drafter

#: Colours of people's avatars, by turns.
_COLOURS = ("#1f6f5c", "#7a3e9d", "#b4532a", "#2a5db0", "#8a6d1d", "#a8325e", "#38761d", "#5b4b8a")


class CannotServe(WorkflowError):
    """The local workspace can't be served on port {port}: {reason}. Let it pick one with sayso demo --port 0."""


class Demo:
    """The local workspace, a mailbox and the bot, all on 127.0.0.1. What happens is kept in `data`."""

    def __init__(
        self,
        home: Path,
        data: Path,
        *,
        port: int = 0,
        drafter: Drafter | None = None,
        timings: Timings | None = None,
    ) -> None:
        """Take the company's folder, and where the workspace, the mail and the database are kept."""
        self._data = data
        data.mkdir(parents=True, exist_ok=True)
        self.clock = _KeptClock(data / "clock.json")
        self.mailbox = Mailbox(data / "mail")
        company = CompanyFolder(home).company()
        self.sandbox = Sandbox(
            workspace_of(company),
            self.clock,
            manifest(),
            self.mailbox,
            port=port,
            data_dir=data / "workspace",
            check=_problems,
            timings=timings,
        )
        self._home, self._drafter = home, drafter
        self._stop = Event()
        self._thread: Thread | None = None
        self.program: Program | None = None

    @property
    def url(self) -> str:
        """Address of the page."""
        return self.sandbox.url

    def start(self) -> Demo:
        """Start workspace, mailbox and bot; return once the bot is connected."""
        self.mailbox.start()
        self.sandbox.start()
        self.start_bot()
        return self

    def start_bot(self) -> None:
        """Start the bot alone, as after it was off."""
        self._stop = Event()
        settings = self._settings()
        folder = CompanyFolder(self._home)
        foundation = found(
            settings,
            clock=self.clock,
            drafter=self._drafter,
            connectors=connectors(settings, folder, self.clock, self.mailbox.find),
        )
        self.program = program = build(foundation)
        self._thread = Thread(target=program.serve, args=(self._stop,), name="bot", daemon=True)
        self._thread.start()
        self.sandbox.wait_connected()

    def stop_bot(self) -> None:
        """Stop the bot alone; the workspace goes on, and shows that it is away."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=10)
        self._thread = self.program = None

    def stop(self) -> None:
        """Stop everything; what happened is kept."""
        self.stop_bot()
        self.sandbox.stop()
        self.mailbox.stop()

    def _settings(self) -> Settings:
        """The product's own settings, pointed at this machine. A model key in the environment is used."""
        workspace = self.sandbox.workspace
        return Settings(
            slack_bot_token=SecretStr(workspace.bot_token),
            slack_app_token=SecretStr(workspace.app_token),
            slack_api_url=self.sandbox.api_url,
            database_url=f"sqlite:///{self._data / 'sayso.db'}",
            sayso_home=self._home,
            smtp_url=SecretStr(f"smtp+plain://{self.mailbox.host}:{self.mailbox.port}"),
            mail_from=sender_of(CompanyFolder(self._home).company()),
            tables_url=None,
            orders_source=None,
        )


class _KeptClock(MovableClock):
    """A movable clock that goes on from where it was when the demo was stopped."""

    def __init__(self, file: Path) -> None:
        self._file = file
        ahead = json.loads(file.read_text())["ahead_seconds"] if file.exists() else 0.0
        super().__init__(timedelta(seconds=ahead))

    def move_to(self, moment: datetime) -> None:
        super().move_to(moment)
        self._file.write_text(json.dumps({"ahead_seconds": self.ahead.total_seconds()}))


def sender_of(company: Company) -> str:
    """Return who letters are from: the company, at its owner's domain."""
    owner = company.person(company.owner)
    domain = owner.email.partition("@")[2] if owner else ""
    return formataddr((company.name, f"hello@{domain or 'company.example'}"))


def manifest() -> dict[str, object]:
    """Return what Slack is told about Sayso, as parsed."""
    text = repository_file("manifest.yml").read_text(encoding="utf-8")
    return YAML(typ="safe").load(text)


def workspace_of(company: Company) -> Workspace:
    """Return the company as a local workspace: its people, its channels, everybody in each."""
    people = [
        Person(
            id=person.id,
            name=person.name,
            title=person.title,
            email=person.email,
            tz=person.zone or company.zone,
            is_admin=company.is_admin(person.id),
            is_guest=person.guest,
            deleted=not person.active,
            colour=_COLOURS[at % len(_COLOURS)],
        )
        for at, person in enumerate(company.people)
    ]
    everybody = tuple(person.id for person in people)
    channels = [
        Channel(id=channel_id, name=name, members=everybody)
        for name, channel_id in company.channels.items()
    ]
    groups = [
        Group(id=f"S0{name.upper()}", handle=name, name=name, members=members)
        for name, members in company.groups.items()
    ]
    return Workspace(
        people=tuple(people), channels=tuple(channels), groups=tuple(groups), name=company.name
    )


def _problems(blocks: list[dict[str, Any]], surface: str) -> list[str]:
    """Return what our own checker says of blocks on a surface."""
    found = limits.check_blocks(blocks, cast("Surface", surface))
    return [f"{problem.pointer}: {problem.message}" for problem in found]
