"""A small workspace, a real WebClient, and real Bolt apps over Socket Mode, all on loopback."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.sandbox.records import Channel, Group, Person, Timings, Workspace
from bot.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
EVENTS = [
    *("app_home_opened", "app_mention", "member_joined_channel", "message.im", "reaction_added"),
]
MANIFEST: dict[str, Any] = {
    "features": {
        "slash_commands": [
            {"command": "/playbook", "description": "Start a playbook", "should_escape": True}
        ],
        "shortcuts": [{"name": "Draft", "type": "message", "callback_id": "draft"}],
    },
    "settings": {"event_subscriptions": {"bot_events": EVENTS}},
}


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def move_to(self, when: datetime) -> None:
        self.at = when


def workspace() -> Workspace:
    people = [
        Person(
            id="U1", name="Ana Lopez", email="ana@shop.example", is_admin=True, tz="Europe/Madrid"
        ),
        Person(id="U2", name="Bo Chen", email="bo@shop.example"),
        Person(id="U3", name="Gone Away", deleted=True),
    ]
    channels = [
        Channel(id="C1", name="sales", members=("U1", "U2")),
        Channel(id="C2", name="quiet", members=("U1",), has_bot=False),
        Channel(id="G1", name="board", private=True, members=("U1",), has_bot=False),
    ]
    groups = [Group(id="S1", handle="finance", members=("U2",))]
    return Workspace.of(people, channels, groups=groups)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


#: For what is answered: a slow machine is no late answer.
PATIENT = Timings(ack=10, trigger=10, retries=(0.02, 0.02), rate_limits=False)
#: For what is late.
QUICK = replace(PATIENT, ack=0.25, trigger=0.15)


@pytest.fixture(scope="session")
def closing() -> Iterator[list[threading.Thread]]:
    """Threads in which workspaces stop, so that no test waits for the one before."""
    threads: list[threading.Thread] = []
    yield threads
    for thread in threads:
        thread.join(5)


@pytest.fixture
def open_sandbox(
    clock: FakeClock, closing: list[threading.Thread]
) -> Iterator[Callable[..., Sandbox]]:
    opened: list[Sandbox] = []

    def make(
        timings: Timings = PATIENT, manifest: dict[str, Any] | None = None, **more: Any
    ) -> Sandbox:
        made = Sandbox(workspace(), clock, manifest or MANIFEST, timings=timings, **more).start()
        opened.append(made)
        return made

    yield make
    closing += [threading.Thread(target=one.stop) for one in opened]
    for thread in closing[-len(opened) :] if opened else []:
        thread.start()


@pytest.fixture
def timings() -> Timings:
    """A test of what is late names its own."""
    return PATIENT


@pytest.fixture
def sandbox(open_sandbox: Callable[..., Sandbox], timings: Timings) -> Sandbox:
    return open_sandbox(timings=timings)


@pytest.fixture
def client(sandbox: Sandbox) -> WebClient:
    return client_of(sandbox)


def client_of(sandbox: Sandbox) -> WebClient:
    return WebClient(token=sandbox.workspace.bot_token, base_url=sandbox.api_url, retry_handlers=[])


@pytest.fixture
def new_client() -> Callable[[Sandbox], WebClient]:
    return client_of


def leave(sandbox: Sandbox, handler: SocketModeHandler) -> None:
    """Close a handler without the seconds its threads would sit in recv() and in their queue."""
    client = handler.client
    client.auto_reconnect_enabled = client.default_auto_reconnect_enabled = False
    sandbox.faults.cut()
    for _ in range(400):
        if not client.is_connected():
            break
        time.sleep(0.005)
    closing = threading.Thread(target=handler.close)
    closing.start()
    while closing.is_alive():
        client.enqueue_message("")
        closing.join(0.01)


@pytest.fixture
def connect() -> Iterator[Callable[..., App]]:
    """Return a function that connects one more real Bolt app to a workspace."""
    handlers: list[tuple[Sandbox, SocketModeHandler]] = []

    def make(sandbox: Sandbox, listen: Callable[[App], None]) -> App:
        app = App(client=client_of(sandbox))
        listen(app)
        handler = SocketModeHandler(app, sandbox.workspace.app_token)
        before = sandbox.connected
        handler.connect()
        handlers.append((sandbox, handler))
        assert sandbox.wait_connected(before + 1)
        return app

    yield make
    for sandbox, handler in handlers:
        leave(sandbox, handler)


@pytest.fixture
def button() -> Callable[..., list[dict[str, Any]]]:
    """Return a builder of blocks with one button."""

    def blocks(action_id: str = "ok", **more: Any) -> list[dict[str, Any]]:
        text = {"type": "plain_text", "text": "OK"}
        element = {"type": "button", "action_id": action_id, "text": text, "value": "7", **more}
        return [{"type": "actions", "block_id": "row", "elements": [element]}]

    return blocks


@pytest.fixture
def modal() -> Callable[..., dict[str, Any]]:
    """Return a builder of a modal with one input."""

    def view(callback_id: str = "form", **more: Any) -> dict[str, Any]:
        def plain(text: str) -> dict[str, str]:
            return {"type": "plain_text", "text": text}

        element = {"type": "plain_text_input", "action_id": "name"}
        block = {"type": "input", "block_id": "who", "label": plain("Name"), "element": element}
        head = {"type": "modal", "callback_id": callback_id, "title": plain("Form")}
        return {**head, "submit": plain("Send"), "blocks": [block], **more}

    return view
