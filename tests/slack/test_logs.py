"""Story: somebody switches DEBUG on to look closer. The log then tells everything but the secrets."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

import pytest

from agents.drafter import drafter
from bot.connectors.mail import SEND
from bot.logs import Form, configure
from bot.redaction import GONE
from tests.agents.chat_server import ChatServer, problem
from tests.agents.examples import FakeLedger
from tests.fakes.clock import FakeClock
from tests.fakes.connector import FakeConnector
from tests.slack.office import LEE, NOA, SALES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.slack.office import Office
    from workflows.run import Outcome, SignedDraft

MODEL_KEY = "sk-canary-of-the-model-0001"
MAIL_PASSWORD = "canary of the mail server"
#: Secrets nobody configured: known by their shape alone.
IN_THE_BODY = {
    "token": "canaryOfTheLegacyToken",
    "webhook": "https://hooks.slack.com/services/T01/B02/canaryOfTheHook",
    "user_token": "xoxp-1-canary-of-the-user",
    "jwt": "eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOiJqd3QifQ.canaryOfTheJwt",
    "database": "postgresql://sayso:canaryOfTheRole@db.example/sayso",
}
CANARIES = (
    *(MODEL_KEY, MAIL_PASSWORD, "xoxb-1", "xapp-1", "canaryOfTheLegacyToken", "canaryOfTheHook"),
    *("canary-of-the-user", "canaryOfTheJwt", "canaryOfTheRole"),
)


class LeakyMail(FakeConnector):
    """A connector that tells all it knows, and whose failure quotes its own password, as some libraries' do."""

    def execute(self, signed: SignedDraft) -> Outcome:
        log = logging.getLogger("some.library")
        log.debug("request %s", {"Authorization": "Bearer xoxb-1", **IN_THE_BODY})
        log.debug("request %s", json.dumps(json.dumps({"app_token": "xapp-1", **IN_THE_BODY})))
        log.debug("request %s", urlencode({"payload": json.dumps(IN_THE_BODY), "key": MODEL_KEY}))
        error = ConnectionError(f"535 refused {MAIL_PASSWORD}")
        log.error("mail was refused", exc_info=error)
        return super().execute(signed)


@pytest.fixture(params=["text", "json"])
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Log everything at DEBUG, with the cap on talkative libraries lifted as well."""
    stream, form = io.StringIO(), cast("Form", request.param)
    known = [MODEL_KEY, MAIL_PASSWORD, "xoxb-1", "xapp-1"]
    undo = configure("DEBUG", form, secrets=known, chatty=(), stream=stream)
    yield stream
    undo()


@pytest.fixture
def model() -> Iterator[ChatServer]:
    """Return a model server that refuses the key, and says it."""
    with ChatServer() as server:
        server.says(problem(401, "invalid_api_key", f"Incorrect API key provided: {MODEL_KEY}"))
        yield server


@pytest.fixture
def watched(opened: Callable[..., Office], model: ChatServer) -> Office:
    """Return the company at work, with a model and a mail server that give their secrets away."""
    writer = drafter(
        api_key=MODEL_KEY,
        base_url=model.url,
        model="small",
        strong_model=None,
        ledger=FakeLedger(),
        clock=FakeClock(),
        timeout=5.0,
    )
    return opened(drafter=writer, mail=LeakyMail("mail", action=SEND))


def _a_day(office: Office) -> None:
    """Start a run, press on its card twice, let the mail leave, open the Home tab."""
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    card = office.newest(SALES)
    press: dict[str, Any] = {**office.pressing(NOA, card, "approve"), **IN_THE_BODY}
    assert office.dispatch(press).acked
    office.dispatch({**office.pressing(LEE, card, "approve"), **IN_THE_BODY})
    office.dispatch({**office.pressing(LEE, card, "approve"), "user": IN_THE_BODY})
    office.pass_by(seconds=61)
    office.open_home(LEE)


def test_a_days_log_at_debug_holds_no_secret(log: io.StringIO, watched: Office) -> None:
    """Tokens, keys, passwords, hooks: none is in what anybody logged, in either form."""
    _a_day(watched)
    said = log.getvalue()
    assert watched.mail.effects, "the mail left"
    for told in ("slack_bolt", "slack_sdk.web", "openai", "mail was refused", GONE, "Q-1043"):
        assert told in said
    for canary in CANARIES:
        assert canary not in said, canary
    if said.startswith("{"):
        assert all(json.loads(line)["level"] for line in said.splitlines())


def test_the_same_day_unredacted_would_tell_them_all(
    caplog: pytest.LogCaptureFixture, watched: Office
) -> None:
    """The day really says its secrets; else the test above would prove nothing."""
    with caplog.at_level(logging.DEBUG):
        _a_day(watched)
    assert [canary for canary in CANARIES if canary not in caplog.text] == []
