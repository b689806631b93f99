"""What gets in over HTTP: what Slack signed, just now, and no byte of anybody else."""

from __future__ import annotations

import json
import string
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_bolt import BoltRequest, BoltResponse

from bot.web.health import Health
from bot.web.server import Web, application
from bot.web.signature import WINDOW, Signature
from bot.web.slack import LARGEST, SlackEndpoint
from tests.fakes.clock import FakeClock
from tests.web.outsiders import SECRET, call, signed, tell, written
from tests.web.serving import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp

Json = dict[str, Any]

CLOCK = FakeClock()
NOW = CLOCK.now().timestamp()
EVENTS = "/slack/events"
PRESS: Json = {"type": "block_actions", "actions": [{"action_id": "approve"}]}
FORM = "application/x-www-form-urlencoded"


class FakeApp:
    """Takes what was let in, and acknowledges it."""

    def __init__(self, status: int = 200) -> None:
        self.taken: list[BoltRequest] = []
        self._status = status

    def dispatch(self, request: BoltRequest) -> BoltResponse:
        self.taken.append(request)
        return BoltResponse(status=self._status, body="")


@pytest.fixture
def app() -> FakeApp:
    """Return what stands behind the endpoint."""
    return FakeApp()


@pytest.fixture
def door(app: FakeApp) -> Iterator[ASGIApp]:
    """Return the routes, with a fake app behind them."""
    slack = SlackEndpoint(app.dispatch, Signature(SECRET, CLOCK))
    health = Health(list, None, lambda: False)
    yield application(health, slack)
    slack.close()
    health.close()


def post(door: ASGIApp, body: bytes, headers: dict[str, str]) -> int:
    """Send a body with headers; return the status."""
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    return call(door, EVENTS, [body], raw).status


def test_slacks_own_example_is_signed_the_same() -> None:
    """The signature is that of the worked example in Slack's documents."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121"
        b".803a0bc887a14d10d2c447fce8b6703c"
    )
    known = Signature("8f742231b10e8888abcd99yyyzzz85a5", CLOCK)
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert known.sign("1531420618", body) == expected


def test_what_slack_signed_gets_in(door: ASGIApp, app: FakeApp) -> None:
    """A press arrives whole, with what Slack says about retries."""
    body, kind = written({**PRESS, "user": {"id": "U1"}})
    headers = {"Content-Type": kind, "X-Slack-Retry-Num": "1", **signed(body, NOW)}
    assert post(door, body, headers) == 200
    (taken,) = app.taken
    assert taken.body["user"] == {"id": "U1"}
    assert taken.headers["x-slack-retry-num"] == ["1"]


def test_headers_nobody_signed_decide_nothing(door: ASGIApp, app: FakeApp) -> None:
    """Bolt has headers that change what it does; the signature covers none, so none is handed on."""
    body, kind = written(PRESS)
    headers = {"Content-Type": kind, "X-Slack-Bolt-Lazy-Only": "1", **signed(body, NOW)}
    assert post(door, body, headers) == 200
    assert set(app.taken[0].headers) == {"content-type"}
    assert not app.taken[0].lazy_only


BODY = b'{"type": "event_callback", "event_id": "Ev1", "event": {"type": "x"}}'


@pytest.mark.parametrize(
    "changed",
    [
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0="},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": "v0=\u00e9\u00ff"},
        {"X-Slack-Signature": "v1=" + "0" * 64},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "now"},
        {"X-Slack-Request-Timestamp": "-1"},
        {"X-Slack-Request-Timestamp": "\u00b2"},
        {"X-Slack-Request-Timestamp": "1e9"},
        {"X-Slack-Request-Timestamp": "9" * 400},
        {"X-Slack-Request-Timestamp": f" {int(NOW)}"},
        {"X-Slack-Request-Timestamp": str(int(NOW) + 1)},
        signed(BODY, NOW, "another secret"),
        signed(BODY + b" ", NOW),
        signed(BODY, NOW - WINDOW - 1),
        signed(BODY, NOW + WINDOW + 1),
    ],
)
def test_anything_else_is_turned_away(door: ASGIApp, app: FakeApp, changed: Json) -> None:
    """Wrong, missing, old, early, unreadable: 401 with nothing in it, and nobody sees the request."""
    raw = {**signed(BODY, NOW), **changed}
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in raw.items()]
    answer = call(door, EVENTS, [BODY], headers)
    assert (answer.status, answer.body) == (401, b"")
    assert app.taken == []


@pytest.mark.parametrize("age", [-WINDOW, 0, WINDOW])
def test_five_minutes_are_in_time(door: ASGIApp, age: int) -> None:
    """A request may be five minutes old, or ahead."""
    assert post(door, BODY, signed(BODY, NOW - age)) == 200


def test_a_header_said_twice_is_no_way_in(door: ASGIApp, app: FakeApp) -> None:
    """The right signature beside a wrong one does not help, whichever is read."""
    good = [(n.lower().encode(), v.encode()) for n, v in signed(BODY, NOW).items()]
    wrong = [(b"x-slack-signature", b"v0=" + b"0" * 64)]
    assert call(door, EVENTS, [BODY], [*wrong, *good]).status == 401
    other = signed(b"{}", NOW)
    forged = [(n.lower().encode(), v.encode()) for n, v in other.items()]
    assert call(door, EVENTS, [BODY], [*forged, *good]).status == 401
    assert app.taken == []


def test_an_empty_secret_is_refused() -> None:
    """Without a secret anybody could sign."""
    with pytest.raises(ValueError, match="empty"):
        Signature("", CLOCK)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"{",
        b"[1]",
        b'{"type"',
        b"\xff\xfe",
        b"payload=",
        b"payload=%7B",
        b"payload=null",
        b"payload=[]",
        b"payload=5",
        b'{"team": 5, "type": "block_actions"}',
        b'{"authorizations": 7}',
        b'{"response_urls": [1]}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
    ],
)
def test_signed_nonsense_is_a_bad_request(door: ASGIApp, app: FakeApp, body: bytes) -> None:
    """What Slack signed and nobody can read is answered 400, and nothing is done."""
    headers = {"Content-Type": "application/json", **signed(body, NOW)}
    if body.startswith(b"payload"):
        headers["Content-Type"] = FORM
    assert post(door, body, headers) == 400
    assert app.taken == []


def test_a_body_too_long_is_not_read_to_its_end(door: ASGIApp) -> None:
    """An announced length is believed; without one, reading ends at the limit."""
    plausible = signed(b"", NOW)
    asked = 0

    def endless() -> Iterator[bytes]:
        nonlocal asked
        while True:
            asked += 1
            yield b"x" * 100_000

    headers = [(name.lower().encode(), value.encode()) for name, value in plausible.items()]
    assert call(door, EVENTS, endless(), headers).status == 413
    assert asked <= LARGEST / 100_000 + 2
    announced = [*headers, (b"content-length", str(LARGEST + 1).encode())]
    asked = 0
    assert call(door, EVENTS, endless(), announced).status == 413
    assert asked == 0


def test_a_body_of_a_million_bytes_gets_in(door: ASGIApp, app: FakeApp) -> None:
    """The largest dialog there may be is let in."""
    text = json.dumps({"type": "shortcut", "text": ""}).encode()
    body = text.replace(b'""', b'"' + b"x" * (LARGEST - len(text)) + b'"')
    assert len(body) == LARGEST
    assert post(door, body, signed(body, NOW)) == 200
    assert len(app.taken) == 1


_plausible = st.one_of(
    st.binary(max_size=80),
    st.text(string.printable, max_size=80).map(str.encode),
    st.sampled_from([b"v0=", b"v0=" + b"0" * 64, str(int(NOW)).encode(), b"9" * 30, b"\xff", b""]),
)
_headers = st.lists(
    st.tuples(
        st.sampled_from(
            [
                b"x-slack-signature",
                b"x-slack-request-timestamp",
                b"content-type",
                b"content-length",
                b"transfer-encoding",
                b"x-slack-retry-num",
                b"x-anything",
            ]
        ),
        _plausible,
    ),
    max_size=8,
)


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.binary(max_size=400), headers=_headers, stamp=st.sampled_from([NOW, 0.0]))
def test_no_bytes_of_an_outsider_get_in_or_break_anything(
    door: ASGIApp, app: FakeApp, body: bytes, headers: list[tuple[bytes, bytes]], stamp: float
) -> None:
    """Whatever is sent without the secret: turned away, never an error of ours, and never seen by the bot."""
    now = [(b"x-slack-request-timestamp", str(int(stamp)).encode())]
    assert call(door, EVENTS, [body], [*now, *headers]).status in {401, 413}
    assert app.taken == []


_names = st.sampled_from(
    [
        *("type", "team", "user", "event", "event_id", "view", "actions", "authorizations"),
        *("response_urls", "channel", "enterprise", "command", "is_ext_shared_channel", "message"),
        *("assistant_thread", "item", "function_data", "id", "ssl_check", "previous_message"),
    ]
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=6),
    max_leaves=20,
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(payload=_json, kind=st.sampled_from(["application/json", FORM]))
def test_signed_payloads_of_any_shape_are_taken_or_refused(
    door: ASGIApp, payload: object, kind: str
) -> None:
    """A payload whose parts have the wrong types never becomes an error of ours."""
    text = json.dumps(payload)
    body = urlencode({"payload": text}).encode() if kind == FORM else text.encode()
    assert post(door, body, {"Content-Type": kind, **signed(body, NOW)}) in {200, 400}


@pytest.mark.parametrize("status", [200, 404, 500])
def test_the_answer_is_the_apps_own(status: int) -> None:
    """What was not recorded is not acknowledged: the status is the one the app gave."""
    slack = SlackEndpoint(FakeApp(status).dispatch, Signature(SECRET, CLOCK))
    health = Health(list, None, lambda: False)
    assert post(application(health, slack), BODY, signed(BODY, NOW)) == status
    slack.close()
    health.close()


def test_presses_are_dealt_with_at_the_same_time() -> None:
    """Sixteen presses meet inside: none of them could end if one had to wait for another."""
    together = Barrier(16, timeout=10)

    def meet(_request: BoltRequest) -> BoltResponse:
        together.wait()
        return BoltResponse(status=200, body="")

    slack = SlackEndpoint(meet, Signature(SECRET, CLOCK))
    web = Web(host="127.0.0.1", port=0, look=list, slack=slack, linger=0)
    with served(web) as url:
        answers = _at_once(16, lambda: tell(url, PRESS, NOW).status)
    assert answers == [200] * 16


def _at_once(many: int, act: Callable[[], int]) -> list[int]:
    with ThreadPoolExecutor(many) as people:
        return [one.result(20) for one in [people.submit(act) for _ in range(many)]]
