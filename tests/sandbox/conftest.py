"""The local workspace with a real Bolt app under it and real Chromium in front of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from slack_bolt import Ack, App, Respond
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.sandbox.mailbox import Mailbox
from bot.sandbox.records import Channel, Group, Person, Timings, Workspace
from bot.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

MANIFEST: dict[str, Any] = {
    "features": {
        "slash_commands": [
            {
                "command": "/playbook",
                "description": "Start a playbook",
                "usage_hint": "[name | help]",
            },
            {
                "command": "/sayso",
                "description": "What waits for me",
                "usage_hint": "[help | queue]",
            },
        ],
        "shortcuts": [{"name": "Draft an action", "type": "message", "callback_id": "draft"}],
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "app_mention", "message.im"]}
    },
}


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def move_to(self, when: datetime) -> None:
        self.at = when


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(action_id: str, text: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": action_id,
        "text": plain(text),
        "value": "q-1043",
        **more,
    }


def card() -> list[dict[str, Any]]:
    """Return a draft card of the kind people sign."""
    quote = {
        "type": "text",
        "text": "Hi Jo, just checking in on the quote for the two ovens. <!channel> *ok*",
    }
    fields = [mrkdwn("*To*\norders@lark-bakery.example"), mrkdwn("*Subject*\nYour quote Q-1043")]
    more = [
        {"text": plain("Request changes"), "value": "changes"},
        {"text": plain("Why this?"), "value": "why"},
    ]
    due = "<!date^1794501000^{date_short_pretty} at {time}|16:30>"
    return [
        {"type": "section", "text": mrkdwn("*Send a follow-up for quote Q-1043 to Lark Bakery*")},
        {
            "type": "context",
            "elements": [mrkdwn("Money shown: 2,480.00 USD · Customer · can be held back 60 s")],
        },
        {"type": "section", "fields": fields},
        {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [quote]}]},
        {
            "type": "section",
            "text": mrkdwn(
                "*Why* Sent 3 working days ago, no answer; asked about `delivery` on 12 Nov"
            ),
        },
        {"type": "context", "elements": [mrkdwn(f"<@U1> or <@U2> can sign · due {due}")]},
        {
            "type": "actions",
            "block_id": "decide-1",
            "elements": [
                button(
                    "approve",
                    "Approve",
                    style="primary",
                    accessibility_label="Approve follow-up for Q-1043",
                ),
                button("edit", "Edit"),
                button(
                    "reject",
                    "Reject",
                    confirm={
                        "title": plain("Reject this?"),
                        "text": mrkdwn("Nothing is sent."),
                        "confirm": plain("Reject"),
                        "deny": plain("Keep"),
                    },
                ),
                {"type": "overflow", "action_id": "more", "options": more},
            ],
        },
    ]


def numbers() -> list[dict[str, Any]]:
    """Return a report with a table and a chart."""
    days = ["Mon", "Tue", "Wed", "Thu", "Fri"]

    def row(name: str, now: int, before: int) -> list[dict[str, Any]]:
        cells = [{"type": "raw_number", "value": n, "text": f"{n:,}"} for n in (now, before)]
        return [{"type": "raw_text", "text": name}, *cells]

    head = [{"type": "raw_text", "text": t} for t in ("Metric", "This week", "Last week")]
    rows = [row("Revenue", 12480, 15020), row("Orders", 311, 322), row("Refunds", 9, 4)]
    line = [
        {"label": d, "value": v} for d, v in zip(days, (2100, 2600, 1900, 2980, 2900), strict=True)
    ]
    usual = [
        {"label": d, "value": v} for d, v in zip(days, (2900, 2950, 3000, 3050, 3100), strict=True)
    ]
    chart = {
        "type": "line",
        "series": [{"name": "Revenue", "data": line}, {"name": "Usual", "data": usual}],
        "axis_config": {"categories": days, "x_label": "Day", "y_label": "USD"},
    }
    bars = {**chart, "type": "bar"}
    return [
        {"type": "header", "text": plain("Week 46: revenue fell 17 %")},
        {
            "type": "section",
            "text": mrkdwn("Revenue was *12,480 USD*, below its usual range, since Wednesday."),
        },
        {"type": "data_table", "caption": "Key figures", "rows": [head, *rows]},
        {"type": "data_visualization", "title": "Revenue by day", "chart": chart},
        {"type": "data_visualization", "title": "The same as bars", "chart": bars},
    ]


def form() -> dict[str, Any]:
    """Return a modal with an input of each common kind."""

    def field(block_id: str, label: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
        named = {"action_id": block_id, **element}
        return {
            "type": "input",
            "block_id": block_id,
            "label": plain(label),
            "element": named,
            **more,
        }

    options = [{"text": plain(t), "value": t.lower()} for t in ("Friendly", "Firm", "Formal")]
    return {
        "type": "modal",
        "callback_id": "start",
        "title": plain("Quote follow-up"),
        "submit": plain("Start"),
        "notify_on_close": True,
        "blocks": [
            {
                "type": "section",
                "text": mrkdwn("Writes to a customer who has not answered a quote."),
            },
            field("customer", "Customer", {"type": "plain_text_input"}),
            field("note", "Note", {"type": "plain_text_input", "multiline": True}, optional=True),
            field("amount", "Amount", {"type": "number_input", "is_decimal_allowed": True}),
            field("day", "Quote sent on", {"type": "datepicker", "initial_date": "2026-11-09"}),
            field("tone", "Tone", {"type": "static_select", "options": options}),
            field("owner", "Owner", {"type": "users_select", "initial_user": "U1"}),
            field(
                "how",
                "Channel",
                {"type": "radio_buttons", "options": options[:2], "initial_option": options[0]},
            ),
            field("also", "Also", {"type": "checkboxes", "options": options[1:]}, optional=True),
        ],
    }


def home(user: str) -> dict[str, Any]:
    """Return an App Home with a queue."""
    rows: list[dict[str, Any]] = []
    for number in (1043, 1051):
        text = mrkdwn(f"*Customer* · Follow-up for Q-{number}\nLark Bakery · due today 16:30")
        actions = [
            button("open", "Open", value=str(number)),
            button("approve", "Approve", value=str(number)),
        ]
        rows += [
            {"type": "section", "text": text},
            {"type": "actions", "block_id": f"r{number}", "elements": actions},
            {"type": "divider"},
        ]
    who = mrkdwn(f"4 wait for you, <@{user}> · oldest 2 h · 1 is urgent")
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain("Your queue")},
            {"type": "context", "elements": [who]},
            *rows,
        ],
    }


def listen(app: App) -> None:
    """Register the listeners of a small bot."""
    listen_to_forms(app)
    listen_to_presses(app)
    listen_to_events(app)


def listen_to_forms(app: App) -> None:

    @app.command("/playbook")
    def playbook(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=form())
        ack()

    @app.command("/sayso")
    def sayso(ack: Ack) -> None:
        ack("Four things you can do here: *queue*, *status*, *help*, *switches*.")

    @app.view("start")
    def start(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        values = body["view"]["state"]["values"]
        if values["customer"]["customer"]["value"] == "Nobody":
            ack(
                response_action="errors", errors={"customer": "There is no customer called Nobody."}
            )
            return
        ack()
        client.chat_postMessage(
            channel="C1", text="Started: " + str(values["customer"]["customer"]["value"])
        )

    @app.view_closed("start")
    def closed(ack: Ack) -> None:
        ack()


def listen_to_presses(app: App) -> None:
    @app.action("approve")
    def approve(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        if "message" in body:
            client.chat_update(
                channel=body["channel"]["id"],
                ts=body["message"]["ts"],
                text="Signed",
                blocks=[
                    *card()[:4],
                    {"type": "context", "elements": [mrkdwn(f"Signed by <@{body['user']['id']}>")]},
                ],
            )

    @app.action("reject")
    def reject(ack: Ack, respond: Respond) -> None:
        respond("Refunds over 200 need one of @finance.", replace_original=False)
        ack()

    @app.action("more")
    def more(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        picked = body["actions"][0]["selected_option"]["value"]
        client.chat_postMessage(
            channel="C1", thread_ts=body["message"]["ts"], text=f"You asked: {picked}"
        )


def listen_to_events(app: App) -> None:
    @app.event("app_home_opened")
    def opened(event: dict[str, Any], client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view=home(event["user"]))

    @app.event("app_mention")
    def mentioned() -> None:
        pass

    @app.event("message")
    def message(event: dict[str, Any], client: WebClient) -> None:
        if event.get("bot_id") is None and event.get("subtype") is None:
            client.chat_postMessage(channel=event["channel"], text="I heard you.")


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    made = Mailbox()
    made.start()
    yield made
    made.close()


@pytest.fixture(scope="module")
def sandbox(mailbox: Mailbox) -> Iterator[Sandbox]:
    people = [
        Person(
            id="U1",
            name="Ana Lopez",
            title="Owner",
            is_admin=True,
            colour="#2f6f4f",
            tz="Europe/Madrid",
        ),
        Person(id="U2", name="Bo Chen", title="Sales", colour="#8a4b08", tz="Europe/Madrid"),
        Person(id="U3", name="Dana Fox", title="Books", colour="#1f4e79"),
    ]
    channels = [
        Channel(id="C1", name="sales", members=("U1", "U2"), topic="Quotes and follow-ups"),
        Channel(id="C2", name="operations", members=("U1", "U2", "U3")),
        Channel(id="G1", name="leadership", private=True, members=("U1",)),
    ]
    groups = [Group(id="S1", handle="finance", members=("U3",))]
    workspace = Workspace.of(people, channels, groups=groups)
    made = Sandbox(
        workspace, FakeClock(), MANIFEST, mailbox, timings=Timings(rate_limits=False)
    ).start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def client(sandbox: Sandbox) -> WebClient:
    return WebClient(token=sandbox.workspace.bot_token, base_url=sandbox.api_url)


@pytest.fixture(scope="module")
def bot(sandbox: Sandbox, client: WebClient) -> Iterator[SocketModeHandler]:
    app = App(client=client)
    listen(app)
    handler = SocketModeHandler(app, sandbox.workspace.app_token)
    handler.connect()
    assert sandbox.wait_connected()
    yield handler
    handler.close()


@pytest.fixture
def page(browser: Browser, sandbox: Sandbox, bot: SocketModeHandler) -> Iterator[Page]:
    """Return a page as Ana; a console error or a call elsewhere fails the test."""
    assert bot is not None
    wrong: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    opened.set_default_timeout(5000)
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("request", lambda r: None if r.url.startswith(sandbox.url) else wrong.append(r.url))
    opened.goto(f"{sandbox.url}/#as=U1&at=C1")
    yield opened
    context.close()
    assert [one for one in wrong if not one.startswith("data:")] == []
