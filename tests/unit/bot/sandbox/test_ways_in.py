"""Commands, shortcuts, mentions, Home and searches, as a real Bolt app receives them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.errors import NotOnScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import Ack, App
    from slack_sdk import WebClient

    from bot.sandbox.server import Sandbox

    Connect = Callable[[Sandbox, Callable[[App], None]], App]


class Heard:
    """A Bolt app that keeps every body it gets and acknowledges with what a test wants."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.came = threading.Semaphore(0)

    def keep(self, ack: Ack, body: dict[str, Any]) -> None:
        self.bodies.append(body)
        self.came.release()
        ack()

    def listen(self, app: App) -> None:
        for register, name in (
            (app.shortcut, "draft"),
            (app.action, "go"),
            (app.event, "app_mention"),
        ):
            register(name)(self.keep)
        app.event("member_joined_channel")(self.keep)
        app.event("app_home_opened")(self.keep)

        @app.command("/playbook")
        def command(ack: Ack, body: dict[str, Any]) -> None:
            self.bodies.append(body)
            ack("Four things you can do.")

        @app.options("find")
        def options(ack: Ack, body: dict[str, Any]) -> None:
            text = {"type": "plain_text", "text": f"Found {body['value']}"}
            ack(options=[{"text": text, "value": "1"}])


@pytest.fixture
def heard(sandbox: Sandbox, connect: Connect) -> Heard:
    made = Heard()
    connect(sandbox, made.listen)
    return made


def test_a_commands_answer_is_private_and_names_become_ids(sandbox: Sandbox, heard: Heard) -> None:
    """should_escape turns names into ids; the answer shows to the person alone."""
    person = sandbox.person("U1")
    seen = person.command("/playbook", "quote for @Bo Chen in #sales", "#sales")
    assert seen.wait_ephemeral()["text"] == "Four things you can do."
    body = heard.bodies[0]
    assert body["text"] == "quote for <@U2> in <#C1|sales>"
    assert (body["channel_name"], body["user_name"]) == ("sales", "ana.lopez")
    assert sandbox.person("U2").messages("C1") == []
    with pytest.raises(NotOnScreen, match="not a valid command"):
        person.command("/unknown")


def test_a_message_shortcut_brings_the_message(
    sandbox: Sandbox, heard: Heard, client: WebClient
) -> None:
    """The app gets the message it was run on, and both ways back."""
    ts = str(client.chat_postMessage(channel="C1", text="please draft")["ts"])
    assert sandbox.person("U1").message_shortcut("draft", "C1", ts).error == ""
    body = heard.bodies[0]
    assert (body["type"], body["message"]["text"]) == ("message_action", "please draft")
    assert sandbox.person("U1").shortcut("draft").error == ""
    assert heard.bodies[1]["type"] == "shortcut"


def test_a_mention_is_told_where_the_bot_is(sandbox: Sandbox, heard: Heard) -> None:
    """A mention in a thread says so; one in a channel without the bot is not told."""
    person = sandbox.person("U1")
    person.say("#quiet", "@sayso anyone?")
    root = person.say("C1", "topic").messages[0]["ts"]
    person.say("C1", "@sayso what is happening?", root)
    assert heard.came.acquire(timeout=2)
    event = heard.bodies[0]["event"]
    assert (event["type"], event["channel"], event["thread_ts"]) == ("app_mention", "C1", root)
    assert event["text"] == f"<@{sandbox.workspace.bot_user_id}> what is happening?"


def test_home_is_opened_and_pressed(sandbox: Sandbox, heard: Heard, client: WebClient) -> None:
    """Rows that share an action id are told apart by their value; the payload brings the view."""
    text = {"type": "plain_text", "text": "Go"}
    rows = [
        {
            "type": "actions",
            "block_id": v,
            "elements": [{"type": "button", "action_id": "go", "text": text, "value": v}],
        }
        for v in ("a", "b")
    ]
    client.views_publish(
        user_id="U1", view={"type": "home", "private_metadata": "m", "blocks": rows}
    )
    person = sandbox.person("U1")
    person.open_home()
    assert heard.came.acquire(timeout=2)
    assert heard.bodies[0]["event"]["view"]["private_metadata"] == "m"
    with pytest.raises(NotOnScreen, match="2 times"):
        person.press_home("go")
    person.press_home("go", "b")
    body = heard.bodies[1]
    assert body["container"] == {"type": "view", "view_id": (person.home or {})["id"]}
    assert (body["actions"][0]["value"], body["view"]["type"]) == ("b", "home")
    assert "channel" not in body


def test_an_external_select_asks_the_app(sandbox: Sandbox, heard: Heard, client: WebClient) -> None:
    """What is typed goes to the app, and its options come back."""
    select = {"type": "external_select", "action_id": "find", "min_query_length": 1}
    blocks = [{"type": "actions", "block_id": "b", "elements": [select]}]
    client.views_publish(user_id="U1", view={"type": "home", "blocks": blocks})
    person = sandbox.person("U1")
    home = person.home or {}
    source = {"view": home, "container": {"type": "view", "view_id": home["id"]}}
    seen = person.suggest(home["blocks"], "find", "lark", source)
    assert [option["text"]["text"] for option in seen.options] == ["Found lark"]
    assert heard.bodies == []


def test_joining_is_told(sandbox: Sandbox, heard: Heard) -> None:
    """The app hears who joined a channel."""
    sandbox.person("U2").join("C2")
    assert heard.came.acquire(timeout=2)
    assert heard.bodies[0]["event"]["user"] == "U2"
