"""The n-th call fails, for every n: to the database, to Slack, to the model. A quote's follow-up still ends well."""

from __future__ import annotations

import shutil
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from agents.drafter import drafter
from bot.crash import Boundary, armed
from bot.storage.audit_verify import verify
from tests.agents.chat_server import ChatServer, Reply, completion, problem
from tests.chaos.clock import dice
from tests.fakes.clock import FakeClock
from tests.slack import screen
from tests.slack.conftest import home, office, opened, sample
from tests.slack.office import LEE, NOA, SALES, Office, request
from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from workflows.ports import Drafter, Ledger, ModelCall

__all__ = ["home", "office", "opened", "sample"]

Json = dict[str, Any]

#: Statements one quote's follow-up makes to fail at; a larger scale tries more of them.
TRIED = 20


class BadDisk:
    """Counts the statements of a database, and fails one of them as a bad disk does."""

    def __init__(self, office: Office) -> None:
        self.seen, self.fail_at = 0, 0
        event.listen(office.foundation.database.engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        self.seen += 1
        if self.seen == self.fail_at:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error


def _work_through(office: Office) -> None:
    """Do what people and the bot do, each again when it could not be stored, as people and loops do."""
    for _ in range(30):
        try:
            office.settle()
            if _over(office):
                return
            _ask(office)
        except NotRecorded:
            continue
        finally:
            office.clock.pass_by(seconds=61)
    raise AssertionError(office.run())


def _over(office: Office) -> bool:
    said = [card["text"] for card in office.posted(SALES)]
    return any("Done:" in words for words in said) and office.run().state == "done"


def _ask(office: Office) -> None:
    """Start the follow-up, or sign it: whatever is next for a person."""
    if not office.runs():
        office.dispatch(office.commanding(LEE, "/playbook quote-follow-up Q-1043"))
        return
    signs = [card for card in office.posted(SALES) if "approve" in _actions(card)]
    if signs and office.run().state == "waiting":
        office.dispatch(office.pressing(NOA, signs[-1], "approve"))


def _actions(card: Json) -> list[str]:
    return [element["action_id"] for _, element in screen.elements(card)]


def _assert_well(office: Office) -> None:
    """One run, one mail, exactly what was signed; and the log agrees."""
    assert [run.state for run in office.runs()] == ["done"]
    assert len(office.mail.effects) == 1
    assert office.draft().state == "executed"
    assert verify(office.foundation.database).ok


@pytest.fixture
def afresh(sample: Path, tmp_path: Path) -> Iterator[Callable[[], Office]]:
    """Return what opens one new office after the other, each with a company of its own."""
    offices: list[Office] = []

    def open_office() -> Office:
        home = shutil.copytree(sample, tmp_path / str(len(offices)))
        offices.append(Office(home, FakeClock()))
        return offices[-1]

    yield open_office
    for each in offices:
        each.stop()


def test_whichever_statement_of_the_database_fails_the_end_is_the_same(
    afresh: Callable[[], Office], scale: float, seed: int
) -> None:
    """A press is refused or repeated, a step taken again: in the end one letter has left."""
    first = afresh()
    counting = BadDisk(first)
    _work_through(first)
    statements = counting.seen
    _assert_well(first)
    for n in dice(seed, "statements").sample(
        range(statements), min(round(TRIED * scale), statements)
    ):
        again = afresh()
        disk = BadDisk(again)
        disk.fail_at = n + 1
        _work_through(again)
        disk.fail_at = 0
        _assert_well(again)


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
def test_whichever_call_of_slack_fails_the_end_is_the_same(
    afresh: Callable[[], Office], word: str
) -> None:
    """A card may come late or twice; the letter leaves once, and the card says so in the end."""
    first = _known(afresh())
    first.slack.errors = counting = BadWord()
    _work_through(first)
    assert counting.seen >= 3
    for n in range(1, counting.seen + 1):
        again = _known(afresh())
        again.slack.errors = BadWord(word, n)
        _work_through(again)
        _assert_well(again)


def _known(office: Office) -> Office:
    """Let the bot learn who it is, which it asks Slack once."""
    office.dispatch(office.commanding(LEE, "/sayso help"))
    return office


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
