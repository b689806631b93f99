"""The n-th call fails, for every n: to the database, to Slack, to the model. Each shipped playbook still ends well."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import event

from agents.drafter import drafter
from bot.crash import Boundary, armed
from bot.storage.audit_verify import verify
from tests.agents.chat_server import ChatServer, Reply, completion, problem
from tests.chaos.clock import dice
from tests.chaos.databases import Files
from tests.chaos.office import STORIES, Offices, Story
from tests.fakes.clock import FakeClock
from tests.slack import screen
from tests.slack.conftest import home, office, opened, sample
from tests.slack.office import LEE, SALES, Office, request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.chaos.databases import Databases
    from workflows.ports import Drafter, Ledger, ModelCall

__all__ = ["home", "office", "opened", "sample"]

#: Statements of each playbook that are made to fail, spread over all of them; a larger scale tries more.
TRIED = {"sqlite": 15, "postgresql": 8}
each_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.playbook)


@pytest.fixture
def offices(sample: Path, tmp_path: Path, databases: Databases) -> Iterator[Offices]:
    """Return what opens one new office after the other."""
    made = Offices(sample, tmp_path, databases)
    yield made
    made.close()


@pytest.fixture
def offices_on_files(sample: Path, tmp_path: Path) -> Iterator[Offices]:
    """Return the same on SQLite alone, for faults that have nothing to do with the database."""
    made = Offices(sample, tmp_path, Files(tmp_path))
    yield made
    made.close()


class BadDisk:
    """Counts the statements of a database, and fails one of them as a bad disk does."""

    def __init__(self, office: Office, fail_at: int = 0) -> None:
        self.seen, self._fail_at = 0, fail_at
        database = office.foundation.database
        self._is_sqlite = database.dialect == "sqlite"
        event.listen(database.engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        self.seen += 1
        if self.seen == self._fail_at:
            raise self._error()

    def _error(self) -> Exception:
        if not self._is_sqlite:
            return psycopg.errors.IoError("could not read block 7")
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR
        return error


@each_story
def test_whichever_statement_of_the_database_fails_the_end_is_the_same(
    story: Story, offices: Offices, databases: Databases, scale: float, seed: int
) -> None:
    """A press is refused or repeated, a step taken again: in the end what was signed has left once."""
    first = offices.open(story)
    counting = BadDisk(first)
    story.work_through(first)
    statements, wanted = counting.seen, round(TRIED[databases.kind] * scale)
    story.assert_well(first)
    every = range(1, statements + 1)
    for n in dice(seed, story.playbook).sample(every, min(wanted, statements)):
        again = offices.open(story)
        disk = BadDisk(again, n)
        story.work_through(again)
        assert disk.seen >= n
        story.assert_well(again)


class BadWord(dict[str, list[str]]):
    """Slack's planned errors, by method: the n-th call of any method gets this word instead of its answer."""

    def __init__(self, word: str = "", fail_at: int = 0) -> None:
        super().__init__()
        self.seen, self._word, self._fail_at = 0, word, fail_at
        self._planned: list[str] = []

    def __getitem__(self, method: str) -> list[str]:
        """Count a call; the planned word is taken out by the workspace."""
        if not self._planned:
            self.seen += 1
            self._planned = [self._word] if self.seen == self._fail_at else []
        return self._planned


@pytest.mark.parametrize("word", ["internal_error", "ratelimited", "message_not_found"])
@each_story
def test_whichever_call_of_slack_fails_the_end_is_the_same(
    story: Story, word: str, offices: Offices
) -> None:
    """A card may come late or twice; the letter leaves once, and the card says so in the end."""
    first = _known(offices.open(story))
    first.slack.errors = counting = BadWord()
    story.work_through(first)
    assert counting.seen >= 1
    for n in range(1, counting.seen + 1):
        again = _known(offices.open(story))
        again.slack.errors = BadWord(word, n)
        story.work_through(again)
        story.assert_well(again)


def _known(office: Office) -> Office:
    """Let the bot learn who it is, which it asks Slack once."""
    office.dispatch(office.commanding(LEE, "/sayso help"))
    return office


class BadModel:
    """Answers well, but for the n-th question (and all after it, if it stays down)."""

    def __init__(self, story: Story, fault: Reply, fail_at: int, *, stays: bool) -> None:
        text = json.dumps({"fields": dict(story.written), "why": "It is time."})
        self._good, self._fault = completion(text), fault
        self._fail_at, self._stays = fail_at, stays
        self.seen = 0

    def __call__(self, _asked: dict[str, Any]) -> Reply:
        """Answer one question."""
        self.seen += 1
        fails = self.seen == self._fail_at or (self._stays and self.seen > self._fail_at > 0)
        return self._fault if fails else self._good


MODEL_FAULTS = {
    "server error": problem(500),
    "unknown form": problem(400, "invalid_request"),
    "rubbish": completion("I would love to help with that!"),
    "cut": Reply(body=completion("{}").body, cut=20),
}


@pytest.mark.parametrize("lasting", ["once", "from then on"])
@pytest.mark.parametrize("fault", MODEL_FAULTS)
@each_story
def test_whichever_call_of_the_model_fails_the_end_is_the_same(
    story: Story, fault: str, lasting: str, offices_on_files: Offices, model: ChatServer
) -> None:
    """It is asked again, or a template stands in; what was signed leaves once and nothing else."""
    n, calls = 0, 1
    while n <= calls:
        model.follows(rule := BadModel(story, MODEL_FAULTS[fault], n, stays=lasting != "once"))
        office = offices_on_files.open(story, drafter=_drafter(model, Purse()))
        story.work_through(office)
        story.assert_well(office)
        calls = max(calls, rule.seen) if n == 0 else calls
        assert rule.seen >= max(n, 1)
        n += 1


@pytest.mark.parametrize("word", ["internal_error", "ratelimited"])
def test_a_press_is_not_swallowed_because_slack_did_not_say_who_the_bot_is(
    office: Office, word: str
) -> None:
    """What was acknowledged is recorded, also when Slack stumbles over the bot's first question."""
    office.slack.errors["auth.test"] = [word]
    body = office.commanding(LEE, "/playbook quote-follow-up Q-1043")
    acked = office.program.app.dispatch(request(body)).status == 200
    office.settle()
    assert acked == bool(office.runs())


class Purse:
    """The `Ledger` port of somebody with money to spend; keeps what each attempt came to."""

    def __init__(self) -> None:
        self.calls: list[ModelCall] = []

    def reserve(self, _playbook: str, _micros: int) -> str | None:
        return "reserved"

    def settle(self, _reservation: str, call: ModelCall) -> None:
        self.calls.append(call)


@pytest.fixture
def model() -> Iterator[ChatServer]:
    """Return a model's server."""
    with ChatServer() as server:
        yield server


RUBBISH = {
    "no JSON": completion("I would love to help with that!"),
    "other fields": completion('{"recipient": "eve@evil.example"}'),
    "nothing": completion(""),
    "refusal": completion(None, refusal="I can't do that."),
    "two hundred kB": completion("x" * 200_000),
    "NUL": completion('{"subject": "\\u0000", "body": "\\ud800"}'),
    "no completion": Reply(body=b"<html>busy</html>"),
    "cut": Reply(body=completion("{}").body, cut=20),
    "429": problem(429),
    "500": problem(500),
}


@pytest.mark.parametrize("answer", RUBBISH)
def test_a_model_that_talks_rubbish_ends_in_a_card_or_a_reason_in_slack(
    opened: Callable[..., Office], model: ChatServer, answer: str
) -> None:
    """Nothing crashes and nothing leaves: either the card says what wrote it instead, or the run says why it stands."""
    model.says(RUBBISH[answer])
    purse = Purse()
    office = opened(drafter=_drafter(model, purse))
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    for _ in range(3):
        office.pass_by(minutes=3)
    assert len(model.asked) >= 1
    run, shown = office.run(), screen.words(office.newest(SALES))
    assert office.mail.effects == []
    if run.state == "waiting":
        assert "written from template" in shown
        assert run.draft
        assert run.draft.author.model.startswith("offline")
    else:
        assert run.state == "failed"
        assert run.why in shown
    assert verify(office.foundation.database).ok


def _drafter(model: ChatServer, purse: Ledger) -> Drafter:
    return drafter(
        api_key="sk-test",
        base_url=model.url,
        model="gpt-6-luna",
        strong_model="",
        ledger=purse,
        clock=FakeClock(),
        timeout=2.0,
    )


def test_a_death_after_an_event_was_kept_is_made_up_for_at_the_next_start(
    office: Office,
) -> None:
    """Slack will not bring an acknowledged event again, so the next start deals with what the last one kept."""

    class Died(BaseException):
        """The process is gone."""

    def die(boundary: Boundary) -> None:
        if boundary is Boundary.KEPT:
            raise Died

    opened = {"type": "app_home_opened", "user": LEE, "tab": "home"}
    body = {"type": "event_callback", "team_id": "T01", "event_id": "Ev1", "event": opened}
    armed.append(die)
    try:
        with pytest.raises(Died):
            office.deliver(body)
    finally:
        armed.remove(die)
    assert len(office.unhandled()) == 1
    assert LEE not in office.slack.homes
    office.restart()
    office.settle()
    assert office.unhandled() == []
    assert office.slack.homes[LEE]["type"] == "home"
