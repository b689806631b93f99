"""The server of one process: what watchers are told, what bytes of outsiders do, and how it ends."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from threading import Event
from typing import TYPE_CHECKING

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from slack_bolt import BoltRequest, BoltResponse

from bot.web.openapi import description
from bot.web.server import CannotListen, Web
from bot.web.signature import Signature
from bot.web.slack import LARGEST, SlackEndpoint
from tests.fakes.clock import FakeClock
from tests.web.outsiders import SECRET, ask, signed, tell
from tests.web.serving import served
from workflows.errors import NotRecorded
from workflows.ports import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOCK = FakeClock()
NOW = CLOCK.now().timestamp()
BROKEN = Finding(ok=False, what="The database", why="it does not answer", fix="Look at it.")


class FakeBot:
    """What a server asks and serves, set by hand."""

    def __init__(self) -> None:
        self.wrong: list[Finding] = []
        self.looks = 0
        self.began, self.may_end = Event(), Event()
        self.may_end.set()

    def look(self) -> list[Finding]:
        self.looks += 1
        self._pause()
        return self.wrong

    def dispatch(self, _request: BoltRequest) -> BoltResponse:
        self._pause()
        return BoltResponse(status=200, body="")

    def figures(self) -> bytes:
        if self.wrong:
            raise NotRecorded
        return b"sayso_up 1\n"

    def _pause(self) -> None:
        self.began.set()
        assert self.may_end.wait(20)

    def served_by(self) -> Web:
        """Return a server of this bot."""
        return Web(
            host="127.0.0.1",
            port=0,
            look=self.look,
            slack=SlackEndpoint(self.dispatch, Signature(SECRET, CLOCK)),
            metrics=self.figures,
            linger=0.5,
        )


@pytest.fixture
def bot() -> FakeBot:
    """Return a bot that is well."""
    return FakeBot()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Return the address of a server that runs for all the tests that only ask."""
    with served(FakeBot().served_by()) as address:
        yield address


def test_a_process_that_is_well_says_so(url: str) -> None:
    """It is alive, ready, and its figures can be read."""
    assert ask(url, "/healthz").status == 200
    assert (ask(url, "/readyz").status, ask(url, "/readyz").json) == (200, [])
    assert ask(url, "/metrics").body == b"sayso_up 1\n"


@pytest.mark.parametrize(
    "path", ["/", "/slack", "/slack/events/", "/readyz/", "/docs", "//", "/%2e"]
)
def test_there_is_nothing_else(url: str, path: str) -> None:
    """No other path answers, and none leads elsewhere."""
    assert ask(url, path).status == 404
    assert ask(url, path, b"").status == 404


def test_each_path_has_its_method(url: str) -> None:
    """Slack posts, watchers get."""
    assert ask(url, "/slack/events").status == 405
    for path in ("/healthz", "/readyz", "/metrics"):
        assert ask(url, path, b"").status == 405


def test_what_is_wrong_is_said(bot: FakeBot) -> None:
    """Not ready is 503, with what, why and the fix of each finding; alive it is all the same."""
    bot.wrong = [BROKEN]
    with served(bot.served_by()) as url:
        answer = ask(url, "/readyz")
        assert answer.status == 503
        (said,) = answer.json
        assert said == {"what": BROKEN.what, "why": BROKEN.why, "fix": BROKEN.fix}
        assert ask(url, "/healthz").status == 200
        assert ask(url, "/metrics").status == 503


def test_a_look_that_hangs_makes_nobody_hang(bot: FakeBot) -> None:
    """Everybody who asks is answered in time, and one look is under way however many ask."""
    bot.may_end.clear()
    with served(bot.served_by()) as url, ThreadPoolExecutor(3) as watchers:
        asked = [watchers.submit(ask, url, "/readyz") for _ in range(3)]
        assert bot.began.wait(10)
        assert ask(url, "/healthz").status == 200
        answers = [each.result(10) for each in asked]
        bot.may_end.set()
    assert [answer.status for answer in answers] == [503] * 3
    assert all("hangs" in answer.json[0]["why"] for answer in answers)
    assert bot.looks == 1


def test_while_it_stops_it_is_not_ready_and_presses_are_answered(bot: FakeBot) -> None:
    """From the stop on /readyz is 503; a press that had begun is answered, and then nobody listens."""
    stop = Event()
    bot.may_end.clear()
    with served(bot.served_by(), stop) as url, ThreadPoolExecutor(1) as person:
        press = person.submit(lambda: tell(url, {"type": "shortcut"}, NOW).status)
        assert bot.began.wait(10)
        stop.set()
        answer = ask(url, "/readyz")
        assert (answer.status, answer.json[0]["what"]) == (503, "This process is stopping")
        bot.may_end.set()
        assert press.result(10) == 200
    with pytest.raises(OSError, match="refused"):
        ask(url, "/healthz")


def test_an_address_that_is_taken_is_named(bot: FakeBot) -> None:
    """Somebody else listens there: the error says where, why, and what to change."""
    with served(bot.served_by()) as url:
        port = int(url.rpartition(":")[2])
        second = Web(host="127.0.0.1", port=port, look=list)
        with pytest.raises(CannotListen, match=f"127.0.0.1 port {port}.*WEB_PORT"):
            second.listen()


def _raw(url: str, *parts: bytes) -> bytes:
    """Send bytes as they are; return the first line of the answer, empty when there is none."""
    host, _, port = url.removeprefix("http://").partition(":")
    with closing(socket.create_connection((host, int(port)), timeout=10)) as line:
        with suppress(OSError):  # it may hang up while we still send
            for part in parts:
                line.sendall(part)
            line.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            return line.recv(4096).split(b"\r\n")[0]
    return b""


def _head(*headers: str) -> bytes:
    plausible = [f"{name}: {value}" for name, value in signed(b"", NOW).items()]
    lines = ["POST /slack/events HTTP/1.1", "Host: sayso", *plausible, *headers, "", ""]
    return "\r\n".join(lines).encode()


def test_a_long_body_is_refused_on_the_wire(url: str) -> None:
    """413 comes before the body was sent; in chunks it comes once there is too much."""
    assert b" 413 " in _raw(url, _head(f"Content-Length: {LARGEST + 1}"))
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    said = _raw(url, _head("Transfer-Encoding: chunked"), *[chunk] * 17)
    assert b" 413 " in said or not said  # the connection may be cut while we still send


@pytest.mark.parametrize(
    "head",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET\r\n\r\n",
        b"POST /slack/events HTTP/1.1\r\n\r\n",
        _head("Content-Length: x"),
        _head("Content-Length: -1"),
        _head("Content-Length: 1", "Content-Length: 2"),
        _head("Transfer-Encoding: gzip"),
        b"POST /slack/events HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 500_000,
    ],
)
def test_bytes_that_are_no_request_get_a_400(url: str, head: bytes) -> None:
    """What is not HTTP is said to be that, and the server goes on."""
    assert b" 400 " in _raw(url, head)
    assert ask(url, "/healthz").status == 200


@settings(max_examples=150, deadline=None)
@given(parts=st.lists(st.binary(max_size=200), max_size=3), headers=st.binary(max_size=100))
def test_no_bytes_on_the_wire_break_it(url: str, parts: list[bytes], headers: bytes) -> None:
    """Whatever is sent: a refusal or nothing, never an error of ours."""
    for sent in ([headers, *parts], [_head(f"X: {headers!r}"), *parts]):
        said = _raw(url, *sent)
        assert not said or said.split()[1] in {b"400", b"401", b"404", b"405", b"413"}


_schema = schemathesis.openapi.from_dict(description())


@settings(
    max_examples=150,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@_schema.parametrize()
def test_an_outsider_with_the_description_gets_nowhere(case: schemathesis.Case, url: str) -> None:
    """Requests made up from the description, right and wrong ones: each is answered as described, none as an error."""
    answer = case.call(base_url=url, timeout=10)
    assert answer.status_code in {200, 400, 401, 404, 405, 413}
    if case.path == "/slack/events":
        assert answer.status_code != 200
        assert answer.content == b"" or answer.status_code in {400, 404, 405}


def test_the_description_is_one() -> None:
    """It is JSON, and has every route there is."""
    assert set(json.loads(json.dumps(description()))["paths"]) == {
        *("/slack/events", "/healthz", "/readyz", "/metrics")
    }
