"""The company at work on either database, and each shipped playbook as a story with an end one can judge."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from bot.app import build, found, slack_client
from bot.folder import CompanyFolder
from bot.outside import connectors
from bot.settings import Settings
from bot.storage.audit_verify import verify
from handlers.register import catch_up
from tests.fakes.clock import FakeClock
from tests.slack import screen
from tests.slack.office import FINANCE, KPI, SALES, Office, Remembered
from workflows.errors import NotRecorded
from workflows.run import RunState

if TYPE_CHECKING:
    from pathlib import Path

    from bot.app import Program
    from tests.chaos.databases import Databases

Json = dict[str, Any]

IDA = "U01IDA"
#: Half a minute before the weekly numbers, in New York.
BEFORE_EIGHT = datetime(2026, 11, 23, 12, 59, 30, tzinfo=UTC)
#: Rounds of a minute after which a story goes round in a circle.
ROUNDS = 40


class OfficeOn(Office):
    """An office whose database is where the test says."""

    def __init__(self, home: Path, clock: FakeClock, database_url: str, **ports: Any) -> None:
        self.database_url = database_url
        super().__init__(home, clock, **ports)

    def _settings(self) -> Settings:
        return Settings(
            slack_bot_token=SecretStr("xoxb-1"),
            slack_app_token=SecretStr("xapp-1"),
            slack_api_url=f"{self._server.url}/api/",
            sayso_home=self.home,
            database_url=self.database_url,
        )

    def _built(self) -> Program:
        settings, folder = self._settings(), CompanyFolder(self.home)
        real = connectors(settings, folder, self.clock)
        chosen = [self.mail, *[one for one in real if one.name != "mail"]]
        foundation = found(settings, clock=self.clock, drafter=self._drafter, connectors=chosen)
        program = build(
            foundation, client=slack_client(settings), seconds=lambda: float(next(self._seconds))
        )
        self._listeners = Remembered()
        program.app.listener_runner.listener_executor = self._listeners
        foundation.watching.begin()
        program.schedules.keep()
        catch_up(program.desk)
        return program


@dataclass(frozen=True, kw_only=True)
class Story:
    """One shipped playbook, from what starts it to its end."""

    playbook: str
    channel: str
    #: What is typed to start it; empty when the calendar does.
    line: str = ""
    #: What an agent writes in it, when a model is asked.
    written: tuple[tuple[str, str], ...] = ()

    @property
    def clock(self) -> FakeClock:
        """The time it begins."""
        return FakeClock() if self.line else FakeClock(BEFORE_EIGHT)

    def work_through(self, office: Office) -> None:
        """Do what people and the bot do, each again when it could not be stored, as people and loops do."""
        for _ in range(ROUNDS):
            try:
                office.program.core.tick()
                office.settle()
                if self.is_over(office):
                    return
                self._act(office)
            except NotRecorded:
                continue
            finally:
                office.clock.pass_by(seconds=61)
        raise AssertionError(f"{self.playbook} is not over: {office.runs()}")

    def is_over(self, office: Office) -> bool:
        """Whether the run is done and the channel says so."""
        said = [card["text"] for card in office.posted(self.channel)]
        told = any("Done:" in words for words in said) if self.line else bool(said)
        return told and [run.state for run in office.runs()] == [RunState.DONE]

    def _act(self, office: Office) -> None:
        """Start it, or sign its draft: whatever is next for a person."""
        if not office.runs():
            self._start(office)
            return
        run = office.run()
        signs = [card for card in office.posted(self.channel) if "approve" in _actions(card)]
        if signs and run.draft and run.state is RunState.WAITING:
            company = office.foundation.folder.company()
            signer = company.members(run.draft.needs.by[0])[0].id
            office.dispatch(office.pressing(signer, signs[-1], "approve"))

    def _start(self, office: Office) -> None:
        """Type the line, and send the form if one opens."""
        if IDA in office.slack.dialogs:
            office.dispatch(office.submitting(IDA))
        elif self.line:
            office.dispatch(office.commanding(IDA, self.line, self.channel))

    def assert_well(self, office: Office) -> None:
        """One run, one letter where there is one to send, exactly what was signed; and the log agrees."""
        assert [run.state for run in office.runs()] == ["done"]
        assert len(office.mail.effects) == bool(self.line)
        assert not self.line or office.draft().state == "executed"
        assert verify(office.foundation.database).ok


def _actions(card: Json) -> list[str]:
    return [element["action_id"] for _, element in screen.elements(card)]


_LETTER = (("subject", "A question"), ("body", "Hello,\n\nis everything all right? Just reply."))
FOLLOW_UP = Story(
    playbook="quote-follow-up",
    channel=SALES,
    line="/playbook quote-follow-up Q-1043",
    written=_LETTER,
)
STORIES = (
    FOLLOW_UP,
    Story(
        playbook="payment-recovery",
        channel=FINANCE,
        line="/playbook payment-recovery",
        written=_LETTER,
    ),
    Story(
        playbook="weekly-kpi-report",
        channel=KPI,
        written=(("summary", "A week like the one before."),),
    ),
)


class Offices:
    """Opens one new office after the other, each with a company and a database of its own."""

    def __init__(self, sample: Path, folder: Path, databases: Databases) -> None:
        self._sample, self._folder, self._databases = sample, folder, databases
        self._open: list[OfficeOn] = []

    def open(self, story: Story, **ports: Any) -> OfficeOn:
        """Open an office on the morning of a story; the one before it is closed."""
        self.close()
        home = self._folder / f"{story.playbook}"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self._sample, home)
        self._open.append(OfficeOn(home, story.clock, self._databases.new(), **ports))
        return self._open[-1]

    def close(self) -> None:
        """Close the office; what it had wrong in Slack fails the test."""
        while self._open:
            office = self._open.pop()
            office.stop()
            self._databases.drop(office.database_url)
