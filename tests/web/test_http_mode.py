"""Slack over HTTP, whole: signed requests to the real server, presses that count, and retries that do not."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from bot.storage.audit_verify import verify
from tests.chaos.processes import wait_for
from tests.web.bridge import Bridge
from tests.web.installation import SALES, free_port
from tests.web.outsiders import ask, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.program import Program
    from bot.sandbox.person import Person
    from tests.web.installation import Installation

TEAM = "T01ALDER"


@pytest.fixture
def bot(installation: Installation) -> Iterator[Program]:
    """Return the bot, reached over HTTP."""
    port = str(free_port())
    with installation.program(SLACK_MODE="http", WEB_PORT=port) as program:
        assert program.web
        assert program.web.wait_listening(10)
        yield program


@pytest.fixture
def bridge(installation: Installation, bot: Program) -> Iterator[Bridge]:
    """Return Slack's edge, sending to the bot."""
    assert bot.web
    made = Bridge(installation.slack, [bot.web.url]).open()
    yield made
    made.close()


@pytest.fixture
def lee(installation: Installation, bridge: Bridge) -> Person:
    """Return Lee of sales, in front of Slack."""
    assert bridge
    return installation.slack.person("U01LEE")


def test_a_follow_up_is_started_signed_and_sent(
    installation: Installation, bot: Program, lee: Person, bridge: Bridge
) -> None:
    """Command, press and dialog come over HTTP; the letter leaves once."""
    assert bot.web
    assert ask(bot.web.url, "/readyz").json == []
    lee.command("/playbook", "quote-follow-up Q-1043", SALES)
    card = lee.wait_message(SALES, "To sign: Send a follow-up for quote Q-1043", 15)
    assert not lee.press(SALES, card["ts"], "approve").error
    lee.wait_message(SALES, "Done: Send a follow-up for quote Q-1043", 15)
    assert len(installation.mailbox.letters()) == 1
    assert set(bridge.answers) == {200}
    assert verify(bot.foundation.database).ok


def test_a_press_is_recorded_before_it_is_acknowledged(bot: Program, lee: Person) -> None:
    """When Slack has its answer, the database has the signature."""
    lee.command("/playbook", "quote-follow-up Q-1043", SALES)
    card = lee.wait_message(SALES, "To sign: Send a follow-up for quote Q-1043", 15)
    assert not lee.press(SALES, card["ts"], "approve").error
    signed = bot.foundation.lookup.logged(about="user:U01LEE")
    assert "run:draft:signed" in [one.entry.event for one in signed]


def test_two_who_press_at_once_sign_once(installation: Installation, lee: Person) -> None:
    """Two requests at the same moment: one signs, the other is told who did."""
    noa = installation.slack.person("U01NOA")
    lee.command("/playbook", "quote-follow-up Q-1043", SALES)
    card = lee.wait_message(SALES, "To sign: Send a follow-up for quote Q-1043", 15)
    with ThreadPoolExecutor(2) as people:
        both = [people.submit(one.press, SALES, card["ts"], "approve") for one in (lee, noa)]
        seen = [one.result(15) for one in both]
    wait_for(lambda: any("already approved by" in one.text for one in seen), 5, "the loser is told")
    lee.wait_message(SALES, "Done: Send a follow-up for quote Q-1043", 15)
    assert len(installation.mailbox.letters()) == 1


def test_slacks_retries_count_once(installation: Installation, bot: Program) -> None:
    """The same event and the same command again, as Slack sends them when our answer was lost."""
    assert bot.web
    event = {
        "type": "event_callback",
        "team_id": TEAM,
        "event_id": "Ev0RETRIED",
        "event": {"type": "app_home_opened", "user": "U01LEE", "tab": "home"},
    }
    command = {
        "command": "/playbook",
        "text": "quote-follow-up Q-1043",
        "user_id": "U01LEE",
        "team_id": TEAM,
        "channel_id": "C01SALES",
        "trigger_id": "1.2.3",
    }
    answers: list[int] = []
    for retry in ("0", "1", "2"):
        told = {"X-Slack-Retry-Num": retry, "X-Slack-Retry-Reason": "http_timeout"}
        assert tell(bot.web.url, event, time.time(), **told).status == 200
        answers.append(tell(bot.web.url, command, time.time(), **told).status)
    # What could not be recorded in its two seconds is not acknowledged, and Slack sends it again.
    assert answers[-1] == 200
    assert set(answers) <= {200, 404}
    assert len(bot.foundation.lookup.runs()) == 1
    wait_for(lambda: not bot.desk.inbox.unhandled(), 10, "the event was dealt with")
    entries = bot.foundation.lookup.logged(about="user:U01LEE")
    assert [one.entry.event for one in entries].count("run:run:started") == 1
    wait_for(lambda: installation.slack.calls("views.publish"), 10, "the Home tab was drawn")


def test_slack_may_look_whether_we_are_there(bot: Program) -> None:
    """The URL that is entered in Slack's form proves itself; anybody else's challenge is not answered."""
    assert bot.web
    asked = {"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"}
    answer = tell(bot.web.url, asked, time.time())
    assert (answer.status, answer.json) == (200, {"challenge": "3eZbrw1a"})
    assert tell(bot.web.url, asked, time.time() - 400).status == 401


NONSENSE: tuple[dict[str, object], ...] = (
    {"type": "block_actions"},
    {"type": "block_actions", "actions": [{}], "user": "U"},
    {"type": "block_actions", "actions": {"a": 1}, "user": {"id": 1}},
    {"type": "view_submission", "view": []},
    {"type": "view_submission", "view": {"callback_id": 5, "state": 3}},
    {"type": "view_submission", "view": {"state": 3}},
    {"type": "event_callback", "event": "x"},
    {"type": "event_callback", "event": {"type": ["a"]}, "event_id": {}},
    {"type": "event_callback", "event": {"type": "unheard_of"}, "event_id": "Ev9"},
    {"type": "shortcut", "callback_id": []},
    {"type": "unheard_of"},
    {"command": "/nothing", "text": "x"},
)


def test_signed_nonsense_is_not_acknowledged(bot: Program) -> None:
    """Slack's key on what nobody knows: nothing is recorded, and nothing breaks."""
    assert bot.web
    for payload in NONSENSE:
        assert tell(bot.web.url, payload, time.time()).status in {400, 404}, payload
    assert bot.foundation.lookup.runs() == []
    assert ask(bot.web.url, "/readyz").status == 200
