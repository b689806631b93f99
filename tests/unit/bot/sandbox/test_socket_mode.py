"""Socket Mode as real Bolt apps meet it: deadlines, retries, several sockets, reconnects."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect as dial

from bot.sandbox.records import Timings
from bot.sandbox.server import Sandbox
from tests.unit.bot.sandbox.conftest import QUICK

Connect = Callable[[Sandbox, Callable[[App], None]], App]
Blocks = Callable[..., list[dict[str, Any]]]


def post(client: WebClient, blocks: list[dict[str, Any]]) -> str:
    return str(client.chat_postMessage(channel="C1", text="card", blocks=blocks)["ts"])


def test_a_press_reaches_the_listener_with_what_slack_sends(
    sandbox: Sandbox, client: WebClient, connect: Connect, button: Blocks
) -> None:
    """The payload names who pressed what, on which message, and hands over both ways back."""
    got: list[dict[str, Any]] = []

    def listen(app: App) -> None:
        @app.action("ok")
        def ok(ack: Ack, body: dict[str, Any]) -> None:
            got.append(body)
            ack()

    connect(sandbox, listen)
    ts = post(client, button())
    assert sandbox.person("U1").press("C1", ts, "ok").error == ""
    body = got[0]
    assert body["user"] == {
        "id": "U1",
        "username": "ana.lopez",
        "name": "ana.lopez",
        "team_id": sandbox.workspace.team_id,
    }
    assert body["container"]["message_ts"] == ts
    assert body["channel"] == {"id": "C1", "name": "sales"}
    assert body["message"]["blocks"][0]["block_id"] == "row"
    action = body["actions"][0]
    assert (action["action_id"], action["value"], action["block_id"]) == ("ok", "7", "row")
    assert body["trigger_id"]
    assert body["response_url"].startswith(sandbox.url)
    assert body["state"] == {"values": {}}


@pytest.mark.parametrize("timings", [QUICK])
def test_a_late_answer_shows_as_an_error(
    sandbox: Sandbox, client: WebClient, connect: Connect, button: Blocks
) -> None:
    """An app that does not acknowledge in time leaves the person with Slack's own sentence."""
    release = threading.Event()

    def listen(app: App) -> None:
        @app.action("ok")
        def ok(ack: Ack) -> None:
            release.wait(2)
            ack()

        @app.command("/playbook")
        def command(ack: Ack) -> None:
            release.wait(2)
            ack()

    connect(sandbox, listen)
    person = sandbox.person("U1")
    assert (
        person.press("C1", post(client, button()), "ok").error == "sayso didn't respond. Try again?"
    )
    assert "operation_timeout" in person.command("/playbook").error
    release.set()


def test_without_an_app_commands_and_presses_fail(
    sandbox: Sandbox, client: WebClient, button: Blocks
) -> None:
    """Nobody connected: the person sees it at once."""
    person = sandbox.person("U1")
    assert "dispatch_failed" in person.command("/playbook").error
    assert person.press("C1", post(client, button()), "ok").detail == "nobody"


def test_one_of_several_sockets_gets_each_press(
    sandbox: Sandbox, client: WebClient, connect: Connect, button: Blocks
) -> None:
    """Two apps connected: each press reaches exactly one of them, and both are used."""
    got: list[str] = []

    def listener(name: str) -> Callable[[App], None]:
        def listen(app: App) -> None:
            @app.action("ok")
            def ok(ack: Ack) -> None:
                got.append(name)
                ack()

        return listen

    connect(sandbox, listener("a"))
    connect(sandbox, listener("b"))
    ts = post(client, button())
    for _ in range(4):
        sandbox.person("U1").press("C1", ts, "ok")
    assert len(got) == 4
    assert set(got) == {"a", "b"}


@pytest.mark.parametrize("timings", [QUICK])
def test_an_event_is_delivered_again_until_acknowledged(sandbox: Sandbox, connect: Connect) -> None:
    """Lost acknowledgements make Slack repeat an event under the same id; presses are not repeated."""
    seen: list[tuple[str, list[str]]] = []
    enough = threading.Event()

    def listen(app: App) -> None:
        @app.middleware
        def note(body: dict[str, Any], req: Any, next: Callable[[], Any]) -> None:  # noqa: A002
            if body.get("type") == "event_callback":
                seen.append((body["event_id"], req.headers.get("x-slack-retry-num", [])))
                if len(seen) == 3:
                    enough.set()
            next()

        @app.event("app_home_opened")
        def opened() -> None:
            pass

    connect(sandbox, listen)
    sandbox.faults.drop_acks(2)
    sandbox.person("U1").open_home()
    assert enough.wait(3)
    assert len({event_id for event_id, _ in seen}) == 1
    assert [retry for _, retry in seen][1:] == [["1"], ["2"]]


def test_an_event_waits_for_an_app_that_comes_back(
    open_sandbox: Callable[..., Sandbox], connect: Connect
) -> None:
    """An event that nobody could take is delivered once someone connects."""
    sandbox = open_sandbox(timings=Timings(ack=0.5, retries=(0.0, 0.3, 0.3)))
    got = threading.Event()

    def listen(app: App) -> None:
        @app.event("app_mention")
        def mentioned() -> None:
            got.set()

    sandbox.person("U1").say("C1", "@sayso are you there?")
    connect(sandbox, listen)
    assert got.wait(3)


def test_a_doubled_envelope_runs_the_listener_twice(
    sandbox: Sandbox, client: WebClient, connect: Connect, button: Blocks
) -> None:
    """Slack may deliver a press twice, and nothing between it and the listener hides that."""
    twice = threading.Semaphore(0)

    def listen(app: App) -> None:
        @app.action("ok")
        def ok(ack: Ack) -> None:
            ack()
            twice.release()

    connect(sandbox, listen)
    sandbox.faults.duplicate_envelopes()
    sandbox.person("U1").press("C1", post(client, button()), "ok")
    assert twice.acquire(timeout=2)
    assert twice.acquire(timeout=2)


def test_a_disconnect_makes_the_app_reconnect(
    sandbox: Sandbox, client: WebClient, connect: Connect, button: Blocks
) -> None:
    """Asked to refresh, Bolt opens a new socket and presses go on working."""
    reached = threading.Event()

    def listen(app: App) -> None:
        @app.action("ok")
        def ok(ack: Ack) -> None:
            ack()
            reached.set()

    connect(sandbox, listen)
    before = len(sandbox.calls("apps.connections.open"))
    sandbox.faults.disconnect("refresh_requested")
    opened = sandbox.state.wait(lambda: len(sandbox.calls("apps.connections.open")) > before, 3)
    assert opened
    ts = post(client, button())
    assert any(sandbox.person("U1").press("C1", ts, "ok").error == "" for _ in range(10))
    assert reached.wait(1)


def test_events_are_sent_only_if_the_manifest_asks(
    open_sandbox: Callable[..., Sandbox], connect: Connect
) -> None:
    """An app that did not subscribe to mentions hears of none."""
    heard: list[str] = []
    came = threading.Event()
    manifest = {"settings": {"event_subscriptions": {"bot_events": ["message.im"]}}}
    sandbox = open_sandbox(manifest=manifest)

    def listen(app: App) -> None:
        @app.middleware
        def note(body: dict[str, Any], next: Callable[[], Any]) -> None:  # noqa: A002
            heard.append(body["event"]["type"])
            came.set()
            next()

        @app.event("message")
        def message() -> None:
            pass

    connect(sandbox, listen)
    person = sandbox.person("U1")
    person.say("C1", "@sayso hello")
    person.say("@bot", "hello in private")
    assert came.wait(2)
    assert heard == ["message"]


def test_at_most_ten_sockets(sandbox: Sandbox) -> None:
    """An eleventh socket is told there are too many, and a ticket opens only one."""
    opener = WebClient(token=sandbox.workspace.app_token, base_url=sandbox.api_url)
    with ExitStack() as stack:
        for number in range(11):
            url = opener.apps_connections_open(app_token=sandbox.workspace.app_token)["url"]
            first = json.loads(stack.enter_context(dial(url)).recv(timeout=2))
            assert first["type"] == ("hello" if number < 10 else "disconnect")
        assert first["reason"] == "too_many_websockets"
        with pytest.raises(InvalidStatus):
            dial(url)
