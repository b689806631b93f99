"""A message row wants another drawing than it shows until it shows it; nothing is drawn by two at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.storage.outbox import OutboxRows
from tests.fakes.clock import MONDAY, FakeClock
from workflows.ports import Post

if TYPE_CHECKING:
    from bot.storage.store import SqlStore

CARD = Post(subject="draft:d-1", channel="C-SALES", thread_ts="1.5", body={"text": "hi"})


@pytest.fixture
def rows(store: SqlStore) -> OutboxRows:
    """Return the message rows."""
    return OutboxRows(store)


def _post(store: SqlStore, *posts: Post) -> None:
    with store.transaction() as tx:
        tx.post(posts, MONDAY)


def _redraw(store: SqlStore, *subjects: str) -> None:
    with store.transaction() as tx:
        tx.redraw(subjects, MONDAY)


def test_a_post_is_due_at_once_and_claimed_by_one(store: SqlStore, rows: OutboxRows) -> None:
    """It carries all that is needed to show it."""
    _post(store, CARD)
    (row,) = rows.claim_messages(MONDAY, 10)
    assert (row.subject, row.channel, row.thread_ts, row.body) == (
        "draft:d-1",
        "C-SALES",
        "1.5",
        {"text": "hi"},
    )
    assert (row.ts, row.wanted, row.shown, row.fence) == ("", 1, 0, 1)
    assert rows.claim_messages(MONDAY, 10) == []


def test_what_is_shown_rests(store: SqlStore, rows: OutboxRows) -> None:
    """Until somebody wants it redrawn; then Slack's own name for it is known."""
    _post(store, CARD)
    (row,) = rows.claim_messages(MONDAY, 10)
    rows.shown(row, ts="17.1", drawing="hash-1", channel="C-SALES")
    assert rows.claim_messages(MONDAY + timedelta(days=1), 10) == []
    _redraw(store, "draft:d-1")
    (again,) = rows.claim_messages(MONDAY, 10)
    assert (again.ts, again.shown_hash, again.wanted, again.shown) == ("17.1", "hash-1", 2, 1)


def test_a_redraw_asked_for_while_it_is_drawn_is_drawn_after(
    store: SqlStore, rows: OutboxRows
) -> None:
    """The lease stays, so no second message is posted; the newer drawing follows."""
    _post(store, CARD)
    (row,) = rows.claim_messages(MONDAY, 10)
    _redraw(store, "draft:d-1")
    assert rows.claim_messages(MONDAY, 10) == []
    rows.shown(row, ts="17.1", drawing="hash-1", channel="C-SALES")
    (again,) = rows.claim_messages(MONDAY, 10)
    assert (again.ts, again.wanted, again.shown) == ("17.1", 2, 1)


def test_a_report_of_an_old_claim_changes_nothing(store: SqlStore, rows: OutboxRows) -> None:
    """Whoever stalled longer than their lease has lost the row."""
    _post(store, CARD)
    (late,) = rows.claim_messages(MONDAY, 10)
    (now,) = rows.claim_messages(MONDAY + timedelta(seconds=61), 10)
    rows.shown(late, ts="17.1", drawing="old", channel="C-SALES")
    rows.give_up(late, "late")
    rows.later(late, MONDAY, "late")
    (kept,) = rows.messages_of("draft:d-1")
    assert (kept.ts, kept.fence, kept.problem) == ("", now.fence, "")
    assert kept.due_at == MONDAY + timedelta(seconds=121)


def test_a_row_put_off_is_looked_at_again_then(store: SqlStore, rows: OutboxRows) -> None:
    """Slack said when; why is kept. A redraw in between does not hurry it."""
    _post(store, CARD)
    (row,) = rows.claim_messages(MONDAY, 10)
    rows.later(row, MONDAY + timedelta(seconds=30), "ratelimited")
    _redraw(store, "draft:d-1")
    assert rows.messages_of("draft:d-1")[0].problem == "ratelimited"
    assert rows.claim_messages(MONDAY + timedelta(seconds=29), 10) == []
    assert len(rows.claim_messages(MONDAY + timedelta(seconds=30), 10)) == 1


def test_a_row_given_up_rests_until_it_is_redrawn(store: SqlStore, rows: OutboxRows) -> None:
    """A channel that is gone is not tried for ever."""
    _post(store, CARD)
    (row,) = rows.claim_messages(MONDAY, 10)
    rows.give_up(row, "channel_not_found")
    assert rows.claim_messages(MONDAY + timedelta(days=9), 10) == []
    _redraw(store, "draft:d-1")
    assert len(rows.claim_messages(MONDAY, 10)) == 1


def test_the_same_post_twice_is_one_message_with_the_newer_words(
    store: SqlStore, rows: OutboxRows
) -> None:
    """One message per subject and channel."""
    _post(store, CARD, CARD.model_copy(update={"body": {"text": "newer"}}))
    (row,) = rows.claim_messages(MONDAY, 10)
    assert (row.wanted, row.body) == (2, {"text": "newer"})
    _post(store, CARD.model_copy(update={"channel": "C-OTHER"}))
    assert {each.channel for each in rows.messages_of("draft:d-1")} == {"C-SALES", "C-OTHER"}


def test_home_means_everybodys_and_nobody_elses(store: SqlStore, rows: OutboxRows) -> None:
    """One word redraws every App Home."""
    subjects = ("home:U1", "home:U2", "homeless:1", "run:home", "draft:d-1")
    _post(store, *(Post(subject=each, channel="C") for each in subjects))
    _redraw(store, "home")
    wanted = {each: rows.messages_of(each)[0].wanted for each in subjects}
    assert wanted == {"home:U1": 2, "home:U2": 2, "homeless:1": 1, "run:home": 1, "draft:d-1": 1}


def test_a_message_to_a_person_is_updated_where_slack_put_it(
    store: SqlStore, rows: OutboxRows
) -> None:
    """Posting to a person opens a DM with an id of its own."""
    _post(store, Post(subject="task:t-1", channel="U-ANA"))
    (row,) = rows.claim_messages(MONDAY, 10)
    rows.shown(row, ts="17.1", drawing="h", channel="D-77")
    assert rows.messages_of("task:t-1")[0].channel == "D-77"
    _post(store, Post(subject="task:t-1", channel="U-ANA"))
    assert len(rows.messages_of("task:t-1")) == 1


def test_a_copy_found_in_slack_is_drawn_with_the_rest(store: SqlStore, rows: OutboxRows) -> None:
    """After an unknown outcome a card may be there twice; both then show the same."""
    _post(store, CARD)
    (row,) = rows.claim_messages(MONDAY, 10)
    rows.shown(row, ts="17.1", drawing="h", channel="C-SALES")
    for ts in ("17.1", "16.9", "16.9"):
        rows.adopt("draft:d-1", "C-SALES", ts)
    assert sorted(each.ts for each in rows.messages_of("draft:d-1")) == ["16.9", "17.1"]
    (copy,) = rows.claim_messages(MONDAY, 10)
    assert (copy.ts, copy.channel) == ("16.9", "C-SALES")
    rows.shown(copy, ts="16.9", drawing="h", channel="C-SALES")
    _redraw(store, "draft:d-1")
    assert len(rows.claim_messages(MONDAY, 10)) == 2


def test_no_more_than_asked_for_are_claimed_longest_due_first(
    store: SqlStore, rows: OutboxRows, clock: FakeClock
) -> None:
    """A burst is worked off in order."""
    for n in range(3):
        clock.pass_by(seconds=1)
        with store.transaction() as tx:
            tx.post([Post(subject=f"run:{n}", channel="C")], clock.now())
    assert [each.subject for each in rows.claim_messages(clock.now(), 2)] == ["run:0", "run:1"]
    assert [each.subject for each in rows.claim_messages(clock.now(), 2)] == ["run:2"]
