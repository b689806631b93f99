"""Which card stands in a message, by the hash of its bytes, and those bytes again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from bot.storage.cards import Cards
from bot.storage.database import open_database
from bot.storage.outbox import OutboxRows
from bot.storage.store import SqlStore
from tests.fakes.clock import MONDAY, FakeClock
from tests.fakes.ids import FakeIds
from workflows.playbook import Playbook
from workflows.ports import Post
from workflows.text import canonical

if TYPE_CHECKING:
    from bot.storage.database import Database

BLOCK = "buttons:d-1:1:open:0"
TEXT = canonical({"text": "Open: Write to Jo.", "blocks": [{"block_id": BLOCK}]}).decode()
HASH = hashlib.sha256(TEXT.encode()).hexdigest()


@pytest.fixture
def cards(store: SqlStore) -> Cards:
    """Return the cards of a workspace that shows one in #sales."""
    made = Cards(store)
    made.keep(TEXT, HASH)
    with store.transaction() as tx:
        tx.post([Post(subject="draft:d-1", channel="U-ANA")], MONDAY)
    rows = OutboxRows(store)
    (row,) = rows.claim_messages(MONDAY, 10)
    rows.shown(row, ts="17.1", drawing=HASH, channel="D-ANA")
    return made


@pytest.mark.parametrize("channel", ["D-ANA", "U-ANA"])
def test_a_message_shows_what_was_shown_there_last(cards: Cards, channel: str) -> None:
    """A direct message is found by its own id and by the person's."""
    assert cards.shown("d-1", channel, "17.1", BLOCK) == HASH


@pytest.mark.parametrize(
    "where",
    [
        ("d-2", "D-ANA", "17.1", BLOCK),
        ("d-1", "C-OTHER", "17.1", BLOCK),
        ("d-1", "D-ANA", "17.2", BLOCK),
        ("d-1", "D-ANA", "17.1", "buttons:d-1:2:open:0"),
        ("d-1", "D-ANA", "17.1", "buttons:d-1:1:open:1"),
        ("d-1", "D-ANA", "17.1", '"}'),
    ],
)
def test_what_is_not_known_has_no_hash(cards: Cards, where: tuple[str, str, str, str]) -> None:
    """Another draft, channel or message, and a version of the card that stands there no more."""
    assert cards.shown(*where) == ""


def test_a_kept_card_is_its_own_proof(cards: Cards) -> None:
    """Whoever has the text can hash it; nothing is found under another hash."""
    text = cards.text(HASH)
    assert text is not None
    assert hashlib.sha256(text.encode()).hexdigest() == HASH
    assert cards.text("0" * 64) is None


def test_a_document_of_another_kind_is_no_card(cards: Cards, store: SqlStore) -> None:
    """A playbook is kept by its hash as well."""
    with store.transaction() as tx:
        tx.keep("playbook", "{}", "1" * 64)
    assert cards.text("1" * 64) is None


def test_a_card_that_was_not_kept_is_still_named(cards: Cards, store: SqlStore) -> None:
    """A message of before cards were kept: its hash is what is known of it."""
    with store.transaction() as tx:
        tx.post([Post(subject="draft:d-2", channel="C-SALES")], MONDAY)
    rows = OutboxRows(store)
    (row,) = rows.claim_messages(MONDAY, 10)
    rows.shown(row, ts="18.1", drawing="e" * 64, channel="C-SALES")
    assert cards.shown("d-2", "C-SALES", "18.1", BLOCK) == "e" * 64


def test_another_workspace_sees_none_of_it(cards: Cards, database: Database) -> None:
    """Neither which card stands where, nor its text."""
    assert cards.text(HASH)
    url = database.engine.url.render_as_string(hide_password=False)
    elsewhere = open_database(url, "other")
    other = SqlStore(
        elsewhere,
        wake=lambda *_: None,
        clock=FakeClock(),
        ids=FakeIds(),
        load=Playbook.model_validate_json,
        ws="other",
    )
    assert Cards(other).shown("d-1", "D-ANA", "17.1", BLOCK) == ""
    assert Cards(other).text(HASH) is None
    elsewhere.close()
