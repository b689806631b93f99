"""What people see and press in the local workspace's page, in real Chromium."""

from __future__ import annotations

import re
import smtplib
from dataclasses import replace
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from slack_bolt.adapter.socket_mode import SocketModeHandler
    from slack_sdk import WebClient

    from bot.sandbox.mailbox import Mailbox
    from bot.sandbox.server import Sandbox

pytestmark = pytest.mark.browser


def text(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def post(client: WebClient, channel: str = "C1", **more: Any) -> str:
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Follow-up* for <@U2> &lt;ok&gt;"}},
        {
            "type": "actions",
            "block_id": "decide",
            "elements": [
                {
                    "type": "button",
                    "action_id": "approve",
                    "text": text("Approve"),
                    "style": "primary",
                },
                {
                    "type": "button",
                    "action_id": "reject",
                    "text": text("Reject"),
                    "confirm": {
                        "title": text("Reject this?"),
                        "text": text("Nothing is sent."),
                        "confirm": text("Yes, reject"),
                    },
                },
                {
                    "type": "overflow",
                    "action_id": "more",
                    "options": [{"text": text("Why this?"), "value": "why"}],
                },
            ],
        },
    ]
    return str(client.chat_postMessage(channel=channel, text="card", blocks=blocks, **more)["ts"])


def row(page: Page, ts: str) -> Any:
    return page.locator(f'[data-ts="{ts}"]').first


def test_a_press_changes_the_card_for_everyone(page: Page, client: WebClient) -> None:
    """A card shows at once, a press is answered, and the buttons are gone."""
    card = row(page, post(client))
    expect(card).to_contain_text("Follow-up for @Bo Chen <ok>")
    card.get_by_role("button", name="Approve").click()
    expect(card).to_contain_text("Signed by @Ana Lopez")
    expect(card.get_by_role("button", name="Approve")).to_have_count(0)


def test_a_confirm_asks_before_and_the_answer_is_private(page: Page, client: WebClient) -> None:
    """Only after the question is anything sent; what comes back is visible to this person only."""
    card = row(page, post(client))
    card.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("dialog", name="Reject this?")).to_be_visible()
    page.get_by_role("button", name="Yes, reject").click()
    private = page.locator(".ephemeral").last
    expect(private).to_contain_text("Only visible to you")
    expect(private).to_contain_text("Refunds over 200")


def test_an_overflow_menu_answers_in_the_thread(page: Page, client: WebClient) -> None:
    """A choice from the menu is one press, and its answer opens as a thread."""
    card = row(page, post(client))
    card.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Why this?").click()
    card.get_by_role("button", name=re.compile("1 reply")).click()
    thread = page.get_by_test_id("thread")
    expect(thread).to_contain_text("You asked: why")
    thread.get_by_test_id("reply").fill("Thanks")
    page.keyboard.press("Enter")
    expect(thread.get_by_test_id("message").last).to_contain_text("Thanks")


def test_a_command_completes_and_opens_a_form_that_is_sent(page: Page) -> None:
    """Slash completion, required fields, the app's own errors, then a message in the channel."""
    box = page.get_by_test_id("composer")
    box.fill("/play")
    expect(page.get_by_role("option", name="/playbook")).to_contain_text("Start a playbook")
    page.keyboard.press("Tab")
    expect(box).to_have_value("/playbook ")
    page.keyboard.press("Enter")
    modal = page.get_by_test_id("modal")
    expect(modal.get_by_role("heading")).to_contain_text("Quote follow-up")
    modal.get_by_test_id("submit").click()
    expect(modal.get_by_text("Please complete this required field.")).to_have_count(3)
    modal.get_by_label("Customer").fill("Nobody")
    modal.get_by_label("Amount").fill("12.50")
    modal.get_by_label("Tone").select_option("firm")
    modal.get_by_test_id("submit").click()
    expect(modal.get_by_text("There is no customer called Nobody.")).to_be_visible()
    modal.get_by_label("Customer").fill("Lark Bakery")
    modal.get_by_test_id("submit").click()
    expect(modal).to_have_count(0)
    expect(page.get_by_test_id("message").last).to_contain_text("Started: Lark Bakery")


def test_escape_closes_a_form(page: Page, sandbox: Sandbox) -> None:
    """Escape is the same as the cross: the modal closes for the workspace too."""
    page.get_by_test_id("composer").fill("/playbook ")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("modal")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("modal")).to_have_count(0)
    assert sandbox.person("U1").view is None


def test_an_unread_channel_and_a_message_for_me_are_marked(page: Page, client: WebClient) -> None:
    """A channel with news is bold; a direct message carries its count until it is read."""
    client.chat_postMessage(channel="C2", text="news")
    expect(page.get_by_test_id("open-C2")).to_have_class(re.compile("unread"))
    sent = client.chat_postMessage(channel="U1", text="for you")
    mine = page.get_by_test_id(f"open-{sent['channel']}")
    expect(mine.locator(".badge")).to_be_visible()
    mine.click()
    expect(page.get_by_test_id("message").last).to_contain_text("for you")
    expect(mine.locator(".badge")).to_have_count(0)


def test_each_person_has_their_own_screen(page: Page, client: WebClient) -> None:
    """Switching person changes what can be seen."""
    client.chat_postEphemeral(channel="C1", user="U1", text="just Ana")
    expect(page.get_by_text("just Ana")).to_be_visible()
    page.get_by_test_id("person").select_option("U2")
    expect(page.get_by_test_id("open-G1")).to_have_count(0)
    expect(page.get_by_text("just Ana")).to_have_count(0)


def test_the_home_is_drawn_when_it_is_opened(page: Page) -> None:
    """Opening Home makes the app publish it, with buttons that work there too."""
    page.get_by_test_id("open-home").click()
    home = page.get_by_test_id("home")
    expect(home).to_contain_text("4 wait for you, @Ana Lopez")
    expect(home.get_by_role("button", name="Approve")).to_have_count(2)
    home.get_by_role("button", name="Approve").first.click()
    expect(page.get_by_test_id("toast")).to_have_count(0)


def test_tables_sort_and_charts_are_drawn(page: Page, client: WebClient) -> None:
    """A native table sorts by a press on its head; a chart is a picture with a name and a table."""
    head = [{"type": "raw_text", "text": name} for name in ("Metric", "Value")]

    def line(name: str, value: int) -> list[dict[str, Any]]:
        return [
            {"type": "raw_text", "text": name},
            {"type": "raw_number", "value": value, "text": str(value)},
        ]

    points = [{"label": "Mon", "value": 3}, {"label": "Tue", "value": 11}]
    chart = {
        "type": "bar",
        "series": [{"name": "Calls", "data": points}],
        "axis_config": {"categories": ["Mon", "Tue"]},
    }
    blocks = [
        {
            "type": "data_table",
            "caption": "Key figures",
            "rows": [head, line("Orders", 20), line("Refunds", 3)],
        },
        {"type": "data_visualization", "title": "Calls a day", "chart": chart},
    ]
    ts = str(client.chat_postMessage(channel="C1", text="numbers", blocks=blocks)["ts"])
    message = row(page, ts)
    message.get_by_role("button", name="Value").click()
    expect(message.locator("tbody th").first).to_have_text("Refunds")
    picture = message.get_by_role("img", name="Calls a day: bar chart")
    expect(picture.locator("rect")).to_have_count(2)
    message.get_by_role("button", name="Show as table").click()
    expect(message.locator(".chart td").last).to_have_text("11")


def test_the_clock_moves_by_its_buttons(page: Page) -> None:
    """Next Monday is 08:00 where this person lives."""
    page.get_by_role("button", name="Next Monday 08:00").click()
    expect(page.get_by_test_id("clock")).to_contain_text("Mon, 16 Nov 2026, 08:00")
    page.get_by_role("button", name="+1 hour").click()
    expect(page.get_by_test_id("clock")).to_contain_text("09:00")


def test_mail_that_left_can_be_read(page: Page, mailbox: Mailbox) -> None:
    """What arrived by SMTP shows in the Mailbox, headers and all."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shop@a.example", "jo@b.example", "Your quote"
    mail.set_content("Just checking in.")
    page.get_by_test_id("open-mailbox").click()
    with smtplib.SMTP(mailbox.host, mailbox.port) as smtp:
        smtp.send_message(mail)
    box = page.get_by_test_id("mailbox")
    expect(box.get_by_role("article")).to_contain_text("Just checking in.")
    box.get_by_text("All headers").click()
    expect(box.get_by_role("cell", name="jo@b.example").first).to_be_visible()


def test_slacks_own_error_shows_when_the_app_is_silent(
    page: Page, client: WebClient, sandbox: Sandbox
) -> None:
    """A press nobody acknowledges ends in Slack's sentence, not in silence."""
    card = row(page, post(client))
    usual = sandbox.state.timings
    sandbox.state.timings = replace(usual, ack=0.2)
    sandbox.faults.drop_acks()
    card.get_by_role("button", name="Approve").click()
    expect(page.get_by_test_id("toast")).to_contain_text("sayso didn't respond")
    sandbox.state.timings = usual


def test_the_page_fits_a_phone(page: Page, client: WebClient) -> None:
    """At 360 px nothing is wider than the screen, and the channels are behind one button."""
    post(client)
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.get_by_test_id("person")).not_to_be_visible()
    page.get_by_label("Show channels").click()
    page.get_by_test_id("open-C2").click()
    expect(page.get_by_role("heading", name="operations")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_hostile_text_stays_text(page: Page, client: WebClient) -> None:
    """Markup, scripts and links to other schemes in a message are shown, never run."""
    hostile = "<javascript:alert(1)|click> <img src=x onerror=alert(1)> <script>alert(1)</script>"
    block = {"type": "section", "text": {"type": "mrkdwn", "text": hostile}}
    message = row(page, str(client.chat_postMessage(channel="C1", text="x", blocks=[block])["ts"]))
    expect(message).to_contain_text("click")
    assert message.locator("a, img, script").count() == 0


def test_the_connection_of_the_app_shows(
    page: Page, bot: SocketModeHandler, sandbox: Sandbox
) -> None:
    """Who looks at the page sees whether the app is there."""
    state = page.get_by_test_id("connection")
    expect(state).to_have_text("sayso is connected")
    bot.client.auto_reconnect_enabled = bot.client.default_auto_reconnect_enabled = False
    sandbox.faults.cut()
    expect(state).to_have_text("sayso is not connected")
