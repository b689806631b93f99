"""Our own reading of Slack, with the local workspace as Slack: the same answers to the same questions."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from bot.slack.gateway import Gateway
from bot.slack.people import Unanswered, read
from workflows.company import Company, Person

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import App
    from slack_sdk import WebClient

    from bot.sandbox.server import Sandbox
    from workflows.basis.reading import Reading

COMPANY = Company(
    name="Shop",
    owner="U1",
    people=tuple(Person(id=f"U{n}", name=f"Somebody {n}") for n in (1, 2, 3, 4)),
    channels={"sales": "C1", "board": "G1"},
)


def asked(client: WebClient, clock: Any, *channels: str, before: Reading | None = None) -> Reading:
    """Ask the local workspace about the company's people."""
    return read(Gateway(client), COMPANY, channels, clock.now(), before)


def test_the_local_workspace_says_who_is_there(client: WebClient, clock: Any) -> None:
    """Two who are, one who left, one nobody knows; zones and groups."""
    found = asked(client, clock, "channel:sales")
    assert [one.active for one in found.accounts] == [True, True, False, False]
    assert found.accounts[0].zone == "Europe/Madrid"
    assert found.members("@finance") == ("U2",)
    assert found.members("channel:sales") == ("U1", "U2")
    assert (found.at, found.groups_at, found.problem) == (clock.now(), clock.now(), "")


def test_a_status_set_on_the_page_is_read(client: WebClient, sandbox: Sandbox, clock: Any) -> None:
    """With the time it ends, and a pause of notifications as long as a weekend."""
    ends = int(clock.now().timestamp()) + 3600
    status = {"status_emoji": ":palm_tree:", "status_text": "Vacationing"}
    sandbox.person("U1").set_status(**status, status_expiration=ends)
    sandbox.person("U2").set_status(snooze_until=ends + 48 * 3600)
    one, two, *_ = asked(client, clock).accounts
    assert one.away == "on vacation"
    assert one.back_at
    assert one.back_at.timestamp() == ends
    assert two.away == "not to be disturbed"


def test_a_channel_it_is_not_in_leaves_the_rest_known(client: WebClient, clock: Any) -> None:
    """What was read of it before stays, with its age; a group that fails does not hide it."""
    before = asked(client, clock, "channel:sales")
    found = asked(client, clock, "channel:board", "channel:sales", before=before)
    assert found.problem
    assert found.read_at("channel:board") is None
    assert found.members("channel:sales") == ("U1", "U2")


def test_groups_that_can_not_be_read_stay_with_their_age(
    client: WebClient, sandbox: Sandbox, clock: Any
) -> None:
    """So that nobody signs as one of them once it is too high."""
    before = asked(client, clock, "channel:sales")
    sandbox.faults.fail("usergroups.list", error="plan_upgrade_required")
    sandbox.faults.fail("conversations.members", error="channel_not_found")
    clock.move_to(clock.now().replace(minute=30))
    found = asked(client, clock, "channel:sales", before=before)
    assert found.problem == "channel_not_found"
    assert found.at == clock.now()
    assert found.groups == before.groups
    assert found.groups_at == before.groups_at


def test_people_of_another_workspace_are_guests(client: WebClient, clock: Any) -> None:
    """Where company.yml says which workspace is its own."""
    ours = COMPANY.model_copy(update={"ws": "T0LOCAL001"})
    theirs = COMPANY.model_copy(update={"ws": "T0ELSEWHERE"})
    gateway = Gateway(client)
    assert not read(gateway, ours, (), clock.now(), None).accounts[0].guest
    assert read(gateway, theirs, (), clock.now(), None).accounts[0].guest


def test_slack_that_says_nothing_is_silent(client: WebClient, sandbox: Sandbox, clock: Any) -> None:
    """Half a list is none; the seconds to wait are those it says."""
    sandbox.faults.rate_limit("users.list", retry_after=30)
    with pytest.raises(Unanswered) as silent:
        asked(client, clock)
    assert (silent.value.word, silent.value.wait) == ("ratelimited", 30.0)
    sandbox.faults.fail("dnd.teamInfo", error="missing_scope")
    assert not [one for one in asked(client, clock).accounts if one.away]


def test_a_status_is_told_to_the_app(
    open_sandbox: Callable[..., Sandbox], connect: Callable[..., App]
) -> None:
    """If its manifest asks for it; with the whole user, as Slack does."""
    events = {"settings": {"event_subscriptions": {"bot_events": ["user_change"]}}}
    sandbox = open_sandbox(manifest=events)
    told: list[dict[str, Any]] = []
    came = threading.Event()

    def listen(app: App) -> None:
        @app.event("user_change")
        def changed(event: dict[str, Any]) -> None:
            told.append(event)
            came.set()

    connect(sandbox, listen)
    sandbox.person("U2").set_status(status_emoji=":palm_tree:")
    assert came.wait(20)
    assert told[0]["user"]["id"] == "U2"
    assert told[0]["user"]["profile"]["status_emoji"] == ":palm_tree:"
