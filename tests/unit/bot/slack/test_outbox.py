"""A card that can be signed is kept before anybody can see it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from blocks import card, modal
from bot.slack.gateway import Sent
from bot.slack.outbox import Drawing, Outbox
from bot.storage.outbox import Message
from tests.fakes.clock import MONDAY
from tests.unit.blocks import examples
from workflows.errors import NotRecorded
from workflows.run import DraftState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.slack.gateway import Gateway

Json = dict[str, Any]

OPEN = card.card(examples.draft(), examples.SPEC)


@dataclass
class FakeRows:
    """One row that is due."""

    row: Message
    drawn: list[str] = field(default_factory=list[str])

    def claim_messages(self, now: datetime, limit: int) -> Sequence[Message]:
        assert now <= MONDAY
        return [self.row][:limit]

    def shown(self, row: Message, **shown: Any) -> None:
        assert row is self.row
        self.drawn.append(shown["drawing"])

    def later(self, row: Message, at: datetime, problem: str) -> None:
        raise AssertionError((row, at, problem))

    def give_up(self, row: Message, problem: str) -> None:
        raise AssertionError((row, problem))

    def take_up(self, now: datetime) -> None:
        raise AssertionError(now)


class Bench:
    """An outbox with one row, and what came of it in its order."""

    def __init__(self, message: Json, subject: str, *, fails: bool = False) -> None:
        row = Message(id="m-1", subject=subject, channel="C1", wanted=1, shown=0, fence=1)
        self.rows, self.happened, self._fails = FakeRows(row), list[tuple[str, str]](), fails
        self.drawing = Drawing(message=message)
        self.outbox = Outbox(
            rows=self.rows,
            gateway=cast("Gateway", self),
            draw=lambda _: self.drawing,
            now=lambda: MONDAY,
            alert=lambda _: None,
            keep=self._keep,
            seconds=lambda: 0.0,
        )

    def _keep(self, text: str, hash_: str) -> None:
        if self._fails:
            raise NotRecorded
        assert hashlib.sha256(text.encode()).hexdigest() == hash_
        self.happened.append(("kept", text))

    def post(self, channel: str, thread_ts: str, message: Json) -> Sent:
        assert (channel, thread_ts) == ("C1", "")
        self.happened.append(("posted", json.dumps(message)))
        return Sent(how="ok", ts="1.5", channel="C1")


def test_a_card_is_kept_and_then_posted() -> None:
    """What is kept is exactly what is posted, and the row names it."""
    bench = Bench(OPEN, "draft:d-1")
    bench.outbox.show_due()
    (kept, text), (posted, message) = bench.happened
    assert (kept, posted) == ("kept", "posted")
    assert json.loads(text) == json.loads(message)
    assert bench.rows.drawn == [bench.drawing.hash]


def test_a_card_that_can_not_be_kept_is_not_shown() -> None:
    """There is nothing to press without evidence of what was pressed on."""
    bench = Bench(OPEN, "draft:d-1", fails=True)
    with pytest.raises(NotRecorded):
        bench.outbox.show_due()
    assert bench.happened == []


def test_what_nobody_can_decide_on_is_not_kept() -> None:
    """A card that was decided, and every other message."""
    draft = examples.draft()
    state = examples.decided(DraftState.REJECTED, draft.current, "no")
    done = draft.model_copy(update={"state": DraftState.REJECTED, **state})
    for message, subject in (
        (card.card(done, examples.SPEC), "draft:d-1"),
        ({"text": "hello"}, "draft:d-1"),
        (OPEN, "tell:r-1:x"),
    ):
        bench = Bench(message, subject)
        bench.outbox.show_due()
        assert [what for what, _ in bench.happened] == ["posted"]


def test_two_drawings_have_one_hash_if_they_look_the_same() -> None:
    """Whatever the order of their keys; anything else changes it."""
    turned = dict(reversed(OPEN.items()))
    assert Drawing(message=turned).hash == Drawing(message=OPEN).hash
    other = card.card(examples.draft(), examples.SPEC, card.Setting(solo=True))
    assert Drawing(message=other).hash != Drawing(message=OPEN).hash


def test_what_no_database_can_keep_is_hashed_as_it_is_kept() -> None:
    """A lone surrogate or a NUL in a drawing must not keep it from being shown."""
    drawing = Drawing(message={"text": "a\ud83d\x00b"})
    assert json.loads(drawing.text) == {"text": "a\ufffd\ufffdb"}


def test_a_long_text_that_is_reviewed_first_is_kept_too() -> None:
    """It has no Approve, and still Edit and Reject."""
    long = examples.draft({"to": "jo@x.example", "subject": "x", "body": "word " * 2_000})
    assert Drawing(message=card.card(long, examples.SPEC)).is_signable
    assert not Drawing(message=modal.said("no")).is_signable
