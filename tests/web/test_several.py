"""Several processes on one PostgreSQL, each with a role: a press counts once whoever takes it, and others carry on."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from bot.roles import BadRoles
from bot.storage.audit_verify import verify
from tests.chaos.processes import wait_for
from tests.web.bridge import Bridge
from tests.web.installation import SALES, free_port
from tests.web.outsiders import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.program import Program
    from bot.sandbox.person import Person
    from tests.postgres import Cluster
    from tests.web.installation import Installation

pytestmark = pytest.mark.chaos

QUOTES = ("Q-1040", "Q-1042", "Q-1043", "Q-1044")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Return what ends everything a test has begun, the last first."""
    with ExitStack() as held:
        yield held


def _work_day(lee: Person, noa: Person) -> None:
    """Start every quote's follow-up, and have two people sign each at the same time."""
    with ThreadPoolExecutor(len(QUOTES)) as people:
        list(people.map(lambda q: lee.command("/playbook", f"quote-follow-up {q}", SALES), QUOTES))
    cards = [
        lee.wait_message(SALES, f"To sign: Send a follow-up for quote {q}", 20) for q in QUOTES
    ]
    with ThreadPoolExecutor(2) as people:
        for card in cards:
            for one in [people.submit(p.press, SALES, card["ts"], "approve") for p in (lee, noa)]:
                assert not one.result(15).error


def _all_sent(installation: Installation, lee: Person, programs: list[Program]) -> None:
    for quote in QUOTES:
        lee.wait_message(SALES, f"Done: Send a follow-up for quote {quote}", 90)
    letters = installation.mailbox.letters()
    assert len(letters) == len(QUOTES)
    assert len({letter.message_id for letter in letters}) == len(QUOTES)
    assert len(programs[0].foundation.lookup.runs()) == len(QUOTES)
    assert verify(programs[0].foundation.database).ok


def test_two_sockets_and_a_worker(
    installation: Installation, postgres_url: str, stack: ExitStack
) -> None:
    """Presses come in at either of two connections, every one twice; a third process does the work."""
    roles = ("socket", "socket", "worker")
    programs = [
        stack.enter_context(installation.program(role, DATABASE_URL=postgres_url)) for role in roles
    ]
    assert installation.slack.wait_connected(2, 20)
    installation.slack.faults.duplicate_envelopes(100)
    lee, noa = installation.slack.person("U01LEE"), installation.slack.person("U01NOA")
    _work_day(lee, noa)
    _all_sent(installation, lee, programs)


def test_two_web_servers_and_two_workers(
    installation: Installation, postgres_url: str, stack: ExitStack
) -> None:
    """A balancer spreads requests over two servers, and two workers share what follows."""
    over_http = {"DATABASE_URL": postgres_url, "SLACK_MODE": "http"}
    webs = [
        stack.enter_context(installation.program("web", WEB_PORT=str(free_port()), **over_http))
        for _ in range(2)
    ]
    workers = [stack.enter_context(installation.program("worker", **over_http)) for _ in range(2)]
    urls = [web.web.url for web in webs if web.web and web.web.wait_listening(10)]
    bridge = Bridge(installation.slack, urls).open()
    stack.callback(bridge.close)
    lee, noa = installation.slack.person("U01LEE"), installation.slack.person("U01NOA")
    _work_day(lee, noa)
    _all_sent(installation, lee, [*webs, *workers])
    assert set(bridge.answers) == {200}
    assert len(bridge.answers) >= 3 * len(QUOTES)


def test_a_database_that_hangs_makes_a_server_not_ready(
    installation: Installation, postgres_url: str, postgres: Cluster, stack: ExitStack
) -> None:
    """While PostgreSQL answers nobody, /readyz says so in time; afterwards it is ready again."""
    port = str(free_port())
    settings = {"DATABASE_URL": postgres_url, "SLACK_MODE": "http", "WEB_PORT": port}
    (web,) = [stack.enter_context(installation.program("web", **settings))]
    assert web.web
    assert web.web.wait_listening(10)
    address = web.web.url
    assert ask(address, "/readyz").status == 200
    postgres.pause()
    try:
        began = time.monotonic()
        assert ask(address, "/readyz").status == 503
        assert ask(address, "/healthz").status == 200
        assert time.monotonic() - began < 5
    finally:
        postgres.resume()
    wait_for(lambda: ask(address, "/readyz").status == 200, 30, "it is ready again", 0.2)


def test_a_file_is_not_shared_by_roles(installation: Installation) -> None:
    """SQLite is one process: splitting it up is refused, and the way out is named."""
    with pytest.raises(BadRoles, match="PostgreSQL"), installation.program("worker"):
        raise AssertionError
