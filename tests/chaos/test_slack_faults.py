"""Slack refuses, stalls and loses answers: each message arrives, at Slack's pace, and nobody is stormed."""

from __future__ import annotations

import logging
import threading
from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk import WebClient

from bot.sandbox.records import Channel, Person, Timings, Workspace
from bot.sandbox.server import Sandbox
from bot.slack.gateway import Gateway, Sent
from bot.slack.outbox import Drawing, Outbox
from bot.storage.database import open_database
from bot.storage.outbox import OutboxRows
from bot.storage.schema import upgrade
from bot.storage.store import SqlStore
from tests.chaos.clock import dice
from tests.chaos.processes import wait_for
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from workflows.playbook import Playbook
from workflows.ports import Post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.storage.outbox import Message

CHANNELS = 50
POST = "chat.postMessage"


class Watching(Gateway):
    """The real gateway; notes when it posted into each channel, by the clock that paces."""

    def __init__(self, client: WebClient, seconds: Callable[[], float]) -> None:
        super().__init__(client)
        self._seconds = seconds
        self.at: dict[str, list[float]] = defaultdict(list)

    def post(self, channel: str, thread_ts: str, message: dict[str, Any]) -> Sent:
        self.at[channel].append(self._seconds())
        return super().post(channel, thread_ts, message)


class Wall:
    """An outbox with real rows, a real client and a Slack one can break."""

    def __init__(self, path: Path) -> None:
        channels = [Channel(id=f"C{n}", name=f"c{n}", members=("U1",)) for n in range(CHANNELS)]
        workspace = Workspace.of([Person(id="U1", name="Ana")], channels)
        self.clock = FakeClock()
        quick = Timings(rate_limits=False)
        self.slack = Sandbox(workspace, self.clock, {}, timings=quick).start()
        self._database = open_database(f"sqlite:///{path}")
        upgrade(self._database)
        self._store = SqlStore(
            self._database,
            wake=lambda *_: None,
            clock=self.clock,
            ids=FakeIds(),
            load=Playbook.model_validate_json,
        )
        self.rows = OutboxRows(self._store)
        self.client = WebClient(
            token=workspace.bot_token, base_url=self.slack.api_url, retry_handlers=[]
        )
        self.gateway = Watching(self.client, self.seconds)
        self.alerts: list[str] = []
        self.outbox = self._outbox()

    def _outbox(self) -> Outbox:
        return Outbox(
            rows=self.rows,
            gateway=self.gateway,
            draw=_drawn,
            now=self.clock.now,
            alert=self.alerts.append,
            seconds=self.seconds,
        )

    def seconds(self) -> float:
        """The clock that paces: it moves only when a test moves it."""
        return self.clock.at.timestamp()

    def restart(self, messages: int) -> None:
        """Begin anew, as a process does, and stop once so many messages stand there."""
        self.outbox, stop = self._outbox(), threading.Event()
        serving = threading.Thread(target=self.outbox.serve, args=(stop, 0.01))
        serving.start()
        wait_for(lambda: self.arrived().total() >= messages, 10, "everything is shown")
        stop.set()
        self.outbox.poke()
        serving.join(5)

    def post(self, times: int) -> None:
        """Want so many messages, over all the channels."""
        posts = [Post(subject=f"tell:{n}", channel=f"C{n % CHANNELS}") for n in range(times)]
        with self._store.transaction() as tx:
            tx.post(posts, self.clock.now())

    def redraw(self, subject: str) -> None:
        """Ask for a message to be drawn again, as every change of its record does."""
        with self._store.transaction() as tx:
            tx.redraw([subject], self.clock.now())

    def work(self, rounds: int = 3000) -> None:
        """Show what is due, letting a second go by whenever nothing is; until all is shown or given up."""
        for _ in range(rounds):
            if not self.outbox.show_due():
                self.clock.pass_by(seconds=0.5)
                if not self.wanting():
                    return
        raise AssertionError("the outbox never comes to rest")

    def wanting(self) -> list[str]:
        """Return the messages that are due, now or later."""
        with self._database.read() as connection:
            sql = "select subject from message where due_at is not null"
            return list(connection.exec_driver_sql(sql).scalars())

    def arrived(self) -> Counter[str]:
        """Count what really stands in the channels, by its text."""
        found = [m for held in self.slack.state.messages.values() for m in held.values()]
        return Counter(message["text"] for message in found)

    def stop(self) -> None:
        self.slack.stop()
        self._database.close()


def _drawn(row: Message) -> Drawing:
    text = {"type": "plain_text", "text": row.subject}
    return Drawing(message={"text": row.subject, "blocks": [{"type": "section", "text": text}]})


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Keep the SDK's own complaints about a broken Slack out of a failure's report."""
    caplog.set_level(logging.CRITICAL, "slack_sdk")


@pytest.fixture
def wall(tmp_path: Path) -> Iterator[Wall]:
    """Return an empty wall."""
    made = Wall(tmp_path / "sayso.db")
    yield made
    made.stop()


def test_a_thousand_messages_pass_a_slack_that_is_too_busy_for_a_fifth_of_them(
    wall: Wall, scale: float, seed: int
) -> None:
    """Each arrives once, no channel gets two within a second, and no call is wasted but on a busy Slack."""
    messages, chance = round(1000 * scale), dice(seed, "429")
    taken = busy = 0
    while taken < messages:
        if chance.random() > 0.2:
            taken += 1
            wall.slack.faults.fail(POST)  # nothing goes wrong with this one
            continue
        busy += 1
        if chance.random() < 0.5:
            wall.slack.faults.rate_limit(POST, retry_after=chance.randint(1, 5))
        else:
            wall.slack.faults.fail(POST, http_status=429)
    wall.post(messages)
    wall.work()
    assert set(wall.arrived().values()) == {1}
    assert len(wall.arrived()) == messages
    calls = len(wall.slack.calls(POST))
    print(f"{calls} calls for {messages} messages")  # noqa: T201 -- shown with -s
    assert calls == messages + busy
    gaps = [b - a for at in wall.gateway.at.values() for a, b in pairwise(at)]
    assert min(gaps) >= 1.0


@pytest.mark.parametrize(
    "fault",
    [
        {"http_status": 500},
        {"http_status": 503},
        {"drop": "request"},
        {"error": "fatal_error"},
        {"error": "internal_error"},
    ],
    ids=str,
)
def test_what_slack_did_not_do_is_tried_again_and_arrives_once(
    wall: Wall, fault: dict[str, Any]
) -> None:
    """An error on Slack's side delays a message and nothing else."""
    wall.post(60)
    wall.slack.faults.fail(POST, times=15, **fault)
    wall.work()
    assert set(wall.arrived().values()) == {1}
    assert len(wall.arrived()) == 60
    assert len(wall.slack.calls(POST)) == 75
    assert wall.alerts == []


@pytest.mark.parametrize("fault", [{"drop": "reply"}, {"delay": 6.0}], ids=str)
def test_a_message_whose_answer_was_lost_stands_there_and_at_most_one_copy(
    wall: Wall, fault: dict[str, Any]
) -> None:
    """Slack took it and nobody heard: it is posted once more, since a card too many is better than none."""
    wall.client.timeout = 3
    wall.post(20)
    wall.slack.faults.fail(POST, times=2, **fault)
    wall.work()
    wait_for(lambda: wall.arrived().total() >= 22, 10, "what Slack was slow with")
    assert sorted(wall.arrived().values()) == [1] * 18 + [2] * 2


def test_while_slack_is_down_nobody_is_stormed(wall: Wall) -> None:
    """Ten minutes of errors cost a message a dozen tries, not hundreds."""
    wall.post(20)
    wall.slack.faults.fail(POST, http_status=500, times=10_000)
    for _ in range(1200):
        wall.outbox.show_due()
        wall.clock.pass_by(seconds=0.5)
    assert len(wall.slack.calls(POST)) / 20 <= 16
    wall.slack.faults.clear()
    wall.work()
    assert set(wall.arrived().values()) == {1}


def test_a_message_refused_for_good_is_tried_once_and_the_owner_is_told_once(wall: Wall) -> None:
    """A channel that is gone keeps nothing else from being shown."""
    wall.post(100)
    del wall.slack.state.channels["C7"]
    wall.work()
    assert len(wall.arrived()) == 98
    assert len(wall.slack.calls(POST)) == 100
    assert wall.alerts == ["Slack would not show a message in C7: channel_not_found."]


def test_a_revoked_token_stops_after_one_try_each_and_is_taken_up_at_the_next_start(
    wall: Wall,
) -> None:
    """No message is lost over a token: once there is a good one again and Sayso is started, each is shown."""
    wall.post(30)
    wall.slack.faults.revoke_token()
    wall.work()
    assert len(wall.slack.calls(POST)) == 30
    assert all("token_revoked" in words for words in wall.alerts)
    wall.slack.faults.restore_token()
    wall.work()
    assert wall.arrived() == Counter()
    wall.clock.pass_by(seconds=5)
    wall.restart(30)
    assert set(wall.arrived().values()) == {1}
    assert len(wall.arrived()) == 30


def test_blocks_that_slack_refuses_are_sent_as_their_text_or_given_up(wall: Wall) -> None:
    """Nobody waits for a card because of its looks; what Slack refuses as text too is given up, and told."""
    wall.post(2)
    wall.slack.faults.fail(POST, error="invalid_blocks", times=3)
    wall.work()
    assert wall.arrived().total() == 1
    assert len(wall.slack.calls(POST)) == 4
    assert len(wall.alerts) == 1


def test_a_card_that_was_refused_once_is_whole_after_its_next_change(wall: Wall) -> None:
    """The plain line stands in for the card only until there is something new to show."""
    wall.post(1)
    wall.slack.faults.fail(POST, error="invalid_blocks")
    wall.work()
    (stand_in,) = wall.arrived()
    assert "/sayso queue" in stand_in
    wall.redraw("tell:0")
    wall.work()
    assert wall.arrived() == Counter(["tell:0"])


def test_one_that_cannot_be_drawn_keeps_no_other_from_being_shown(wall: Wall) -> None:
    """A broken record is tried again later; its neighbours are shown at once."""

    def draw(row: Message) -> Drawing:
        if row.subject == "tell:3":
            raise ValueError(row.subject)
        return _drawn(row)

    wall.post(10)
    wall.outbox._draw = draw
    for _ in range(20):
        wall.outbox.show_due()
    assert len(wall.arrived()) == 9
    assert wall.wanting() == ["tell:3"]
