"""The small parts: rates, clock buttons, the reading of screens, the page's own door."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.errors import RateLimited
from bot.sandbox.page_api import moved
from bot.sandbox.rates import Rates
from bot.sandbox.seen import text_of

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from bot.sandbox.server import Sandbox


def test_a_channel_gets_a_burst_then_one_a_second() -> None:
    """Five at once pass, the sixth waits a second, and a minute later five pass again."""
    now = [0.0]
    rates = Rates(lambda: now[0])
    for _ in range(5):
        rates.count("chat.postMessage", "C1")
    with pytest.raises(RateLimited) as caught:
        rates.count("chat.postMessage", "C1")
    assert caught.value.retry_after == 1
    now[0] += 60
    for _ in range(5):
        rates.count("chat.postMessage", "C1")


def test_other_methods_have_tiers() -> None:
    """chat.update takes fifty a minute over all channels."""
    rates = Rates(lambda: 0.0)
    for number in range(50):
        rates.count("chat.update", f"C{number}")
    with pytest.raises(RateLimited):
        rates.count("chat.update", "C1")


@pytest.mark.parametrize(
    ("now", "to"),
    [
        ("2026-11-12T10:00+00:00", "2026-11-16T08:00-05:00"),
        ("2026-11-16T12:59+00:00", "2026-11-16T08:00-05:00"),
        ("2026-11-16T13:00+00:00", "2026-11-23T08:00-05:00"),
        ("2026-10-29T12:00+00:00", "2026-11-02T08:00-05:00"),
    ],
    ids=["thursday", "monday before eight", "monday at eight", "over the end of summer time"],
)
def test_next_monday_is_eight_oclock_where_the_person_lives(now: str, to: str) -> None:
    """The button means the wall clock, also over a change of the hour."""
    zone = ZoneInfo("America/New_York")
    assert moved(datetime.fromisoformat(now), "monday", zone) == datetime.fromisoformat(to)


def test_an_hour_and_a_day() -> None:
    """The other buttons move by what they say."""
    now = datetime(2026, 11, 12, 10, 0, tzinfo=UTC)
    assert moved(now, "hour", ZoneInfo("Etc/UTC")).hour == 11
    assert moved(now, "day", ZoneInfo("Etc/UTC")).day == 13


def test_all_words_of_a_block_can_be_read() -> None:
    """Tests read cards by their words: texts, captions, alternatives, cells."""
    block = {
        "type": "data_table",
        "caption": "Key",
        "rows": [[{"type": "raw_text", "text": "Orders"}, {"type": "raw_number", "value": 3}]],
    }
    picture = {"type": "image", "alt_text": "chart", "image_url": "https://x.example/no"}
    assert text_of([block, picture]) == "Key\nOrders\n3\nchart"


def act(sandbox: Sandbox, **body: Any) -> dict[str, Any]:
    asked = Request(  # noqa: S310 - loopback
        f"{sandbox.url}/ui/act",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Origin": sandbox.url},
    )
    with urlopen(asked) as answer:  # noqa: S310 - loopback
        return json.loads(answer.read())


def test_the_page_acts_as_a_person(sandbox: Sandbox, client: WebClient) -> None:
    """What the page posts is done, and what can't be done is said."""
    assert act(sandbox, **{"as": "U1"}, do="say", channel="C1", text="hello")["error"] == ""
    assert sandbox.person("U2").messages("C1")[-1]["text"] == "hello"
    assert "unknown" in act(sandbox, **{"as": "U1"}, do="dance")["error"]
    assert (
        act(sandbox, **{"as": "U9"}, do="say", channel="C1", text="x")["error"] == "user_not_found"
    )
    assert "is not in" in act(sandbox, **{"as": "U2"}, do="say", channel="G1", text="x")["error"]
    private = sandbox.person("U1").bot_dm()
    client.chat_postMessage(channel=private, text="for Ana")
    with urlopen(f"{sandbox.url}/ui/state?as=U1&channel={private}") as answer:  # noqa: S310 - loopback
        seen = json.loads(answer.read())
    assert [m["text"] for m in seen["messages"]] == ["for Ana"]
    assert next(c for c in seen["channels"] if c["id"] == private)["unread"] == 1
