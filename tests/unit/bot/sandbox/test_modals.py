"""Triggers, modals, hashes and response URLs, through a real Bolt app."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from slack_bolt import Ack, App, Respond
from slack_sdk.errors import SlackApiError

from bot.sandbox.errors import NotOnScreen
from bot.sandbox.seen import text_of
from bot.sandbox.server import Sandbox
from tests.unit.bot.sandbox.conftest import PATIENT, QUICK

if TYPE_CHECKING:
    from slack_sdk import WebClient

Connect = Callable[[Sandbox, Callable[[App], None]], App]
Blocks = Callable[..., list[dict[str, Any]]]
View = Callable[..., dict[str, Any]]


class Bot:
    """A Bolt app whose command opens a modal, with the answers a test wants."""

    def __init__(self, modal: View) -> None:
        self.modal = modal
        self.errors: list[str] = []
        self.wait = 0.0
        self.answer: dict[str, Any] = {}
        self.submitted: list[dict[str, Any]] = []
        self.closed = threading.Event()
        self.opened = threading.Event()
        self.times = 1

    def listen(self, app: App) -> None:
        @app.command("/playbook")
        def command(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
            time.sleep(self.wait)
            for _ in range(self.times):
                try:
                    client.views_open(trigger_id=body["trigger_id"], view=self.modal())
                except SlackApiError as refused:
                    self.errors.append(str(refused.response["error"]))
            self.opened.set()
            ack()

        @app.view("form")
        def form(ack: Ack, body: dict[str, Any]) -> None:
            self.submitted.append(body)
            ack(**self.answer)

        @app.view_closed("form")
        def gone(ack: Ack) -> None:
            ack()
            self.closed.set()


@pytest.fixture
def bot(sandbox: Sandbox, connect: Connect, modal: View) -> Bot:
    made = Bot(modal)
    connect(sandbox, made.listen)
    return made


def test_a_modal_goes_there_and_back(sandbox: Sandbox, bot: Bot) -> None:
    """A command opens a modal; what was typed arrives as state values; the modal closes."""
    person = sandbox.person("U1")
    view = person.command("/playbook", "quote @Bo Chen").wait_view()
    assert view["hash"]
    sent = person.submit(view["id"], {"name": "Lark Bakery"})
    assert (sent.error, sent.field_errors) == ("", {})
    values = bot.submitted[0]["view"]["state"]["values"]
    assert values == {"who": {"name": {"type": "plain_text_input", "value": "Lark Bakery"}}}
    assert person.view is None


def test_an_empty_required_field_never_leaves_the_page(sandbox: Sandbox, bot: Bot) -> None:
    """Slack's client itself asks for what is missing."""
    person = sandbox.person("U1")
    person.command("/playbook").wait_view()
    assert person.submit().field_errors == {"who": "Please complete this required field."}
    assert bot.submitted == []


@pytest.mark.parametrize(
    ("timings", "wait", "times", "error"),
    [(QUICK, 0.2, 1, "expired_trigger_id"), (PATIENT, 0, 2, "exchanged_trigger_id")],
)
def test_a_trigger_opens_one_modal_and_not_for_long(
    sandbox: Sandbox, bot: Bot, wait: float, times: int, error: str
) -> None:
    """A late or second use of a trigger is refused."""
    bot.wait, bot.times = wait, times
    sandbox.person("U1").command("/playbook")
    assert bot.opened.wait(2)
    assert bot.errors == [error]


def test_errors_stay_beside_their_fields(sandbox: Sandbox, bot: Bot) -> None:
    """response_action errors leaves the modal open."""
    bot.answer = {"response_action": "errors", "errors": {"who": "No such customer."}}
    person = sandbox.person("U1")
    view = person.command("/playbook").wait_view()
    assert person.submit(entered={"name": "x"}).field_errors == {"who": "No such customer."}
    assert (person.view or {})["id"] == view["id"]


def test_a_modal_can_be_redrawn_stacked_and_cleared(
    sandbox: Sandbox, bot: Bot, modal: View
) -> None:
    """Update keeps the view's id, push lays one over it three deep, clear takes all away."""
    person = sandbox.person("U1")
    view = person.command("/playbook").wait_view()
    bot.answer = {"response_action": "update", "view": modal(private_metadata="2")}
    redrawn = person.submit(entered={"name": "x"}).wait_view()
    assert (redrawn["id"], redrawn["private_metadata"]) == (view["id"], "2")
    assert redrawn["hash"] != view["hash"]
    bot.answer = {"response_action": "push", "view": modal()}
    for _ in range(2):
        assert person.submit(entered={"name": "x"}).error == ""
    assert person.submit(entered={"name": "x"}).detail.startswith("push_limit_reached")
    bot.answer = {"response_action": "clear"}
    person.submit(entered={"name": "x"})
    assert person.view is None


def test_closing_tells_the_app_if_it_asked(sandbox: Sandbox, bot: Bot, modal: View) -> None:
    """notify_on_close makes closing a modal a payload."""
    bot.modal = lambda: modal(notify_on_close=True)
    person = sandbox.person("U1")
    person.command("/playbook").wait_view()
    person.close()
    assert bot.closed.wait(1)
    assert person.view is None


def test_a_stale_hash_conflicts(sandbox: Sandbox, bot: Bot, client: WebClient, modal: View) -> None:
    """Updating a view that changed since is refused; without a hash it goes through."""
    view = sandbox.person("U1").command("/playbook").wait_view()
    client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    with pytest.raises(SlackApiError) as caught:
        client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    assert caught.value.response["error"] == "hash_conflict"
    assert client.views_update(view_id=view["id"], view=modal())["ok"]
    sandbox.person("U1").close()
    with pytest.raises(SlackApiError) as gone:
        client.views_update(view_id=view["id"], view=modal())
    assert gone.value.response["error"] == "not_found"
    assert bot.errors == []


def test_the_home_is_published_against_its_hash(client: WebClient) -> None:
    """An out-of-date hash on a Home is refused too."""
    view = {"type": "home", "blocks": [{"type": "divider"}]}
    first = client.views_publish(user_id="U1", view=view)["view"]["hash"]
    client.views_publish(user_id="U1", view=view, hash=first)
    with pytest.raises(SlackApiError) as caught:
        client.views_publish(user_id="U1", view=view, hash=first)
    assert caught.value.response["error"] == "hash_conflict"


def test_a_view_that_is_too_large_or_wrong_is_refused(
    sandbox: Sandbox, client: WebClient, bot: Bot, modal: View
) -> None:
    """Size, kind and a form without a submit button are checked as Slack does."""
    view = sandbox.person("U1").command("/playbook").wait_view()

    def refusal(raw: dict[str, Any]) -> str:
        with pytest.raises(SlackApiError) as caught:
            client.views_update(view_id=view["id"], view=raw)
        return str(caught.value.response["error"])

    text = {"type": "mrkdwn", "text": "x" * 2900}
    assert refusal(modal(blocks=[{"type": "section", "text": text}] * 95)) == "view_too_large"
    assert refusal(modal(type="home")) == "invalid_arguments"
    assert refusal(modal(submit=None)) == "invalid_arguments"
    assert bot.errors == []


def test_respond_answers_privately_replaces_and_wears_out(
    sandbox: Sandbox, client: WebClient, connect: Connect, button: Blocks
) -> None:
    """A response URL adds an ephemeral, replaces the pressed message, and works five times."""
    given: list[Respond] = []

    def listen(app: App) -> None:
        @app.action("ok")
        def ok(ack: Ack, respond: Respond) -> None:
            ack()
            given.append(respond)
            respond("only you see this", replace_original=False)

    connect(sandbox, listen)
    ts = str(client.chat_postMessage(channel="C1", text="card", blocks=button())["ts"])
    person = sandbox.person("U1")
    seen = person.press("C1", ts, "ok")
    assert seen.wait_ephemeral("only you")["is_ephemeral"]
    given[0](text="done", replace_original=True)
    assert text_of(person.wait_message("C1", "done")["text"]) == ""
    assert [given[0]("again", replace_original=False).status_code for _ in range(4)] == [
        200
    ] * 3 + [404]


def test_a_press_in_an_ephemeral_brings_no_message(
    sandbox: Sandbox, client: WebClient, connect: Connect, button: Blocks
) -> None:
    """There is nothing to read back from an ephemeral, but it can be replaced."""
    bodies: list[dict[str, Any]] = []

    def listen(app: App) -> None:
        @app.action("ok")
        def ok(ack: Ack, respond: Respond, body: dict[str, Any]) -> None:
            bodies.append(body)
            respond(text="replaced", replace_original=True)
            ack()

    connect(sandbox, listen)
    sent = client.chat_postEphemeral(channel="C1", user="U1", text="q", blocks=button())
    person = sandbox.person("U1")
    person.press("C1", sent["message_ts"], "ok")
    assert bodies[0]["container"]["is_ephemeral"]
    assert "message" not in bodies[0]
    assert [m["text"] for m in person.messages("C1")] == ["replaced"]


def test_a_button_for_others_is_not_on_the_screen(
    sandbox: Sandbox, client: WebClient, button: Blocks
) -> None:
    """visible_to_user_ids hides a button from everyone else."""
    blocks = button(visible_to_user_ids=["U2"])
    ts = str(client.chat_postMessage(channel="C1", text="card", blocks=blocks)["ts"])
    with pytest.raises(NotOnScreen, match="nothing"):
        sandbox.person("U1").press("C1", ts, "ok")


def test_a_select_reports_the_option_and_the_state(
    sandbox: Sandbox, client: WebClient, connect: Connect
) -> None:
    """Choosing in a message sends the option chosen, and everything entered beside it."""
    got: list[dict[str, Any]] = []

    def listen(app: App) -> None:
        @app.action("pick")
        def pick(ack: Ack, body: dict[str, Any]) -> None:
            got.append(body)
            ack()

    connect(sandbox, listen)
    option = {"text": {"type": "plain_text", "text": "Friday"}, "value": "fri"}
    select = {"type": "static_select", "action_id": "pick", "options": [option]}
    date = {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-20"}
    blocks = [{"type": "actions", "block_id": "row", "elements": [select, date]}]
    ts = str(client.chat_postMessage(channel="C1", text="when?", blocks=blocks)["ts"])
    sandbox.person("U1").press("C1", ts, "pick", "fri")
    assert got[0]["actions"][0]["selected_option"] == option
    assert got[0]["state"]["values"]["row"] == {
        "pick": {"type": "static_select", "selected_option": option},
        "day": {"type": "datepicker", "selected_date": "2026-11-20"},
    }
