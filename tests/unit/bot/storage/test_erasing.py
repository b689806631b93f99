"""Somebody asks to be forgotten: what was written about them goes, that it was written stays."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from blocks import card, limits
from bot.storage.audit_erased import digest_of
from bot.storage.audit_search import Filters, search
from bot.storage.audit_verify import verify
from bot.storage.choosing import Choice
from bot.storage.copies import ERASED
from bot.storage.erasing import Asked, Erased, Eraser, forget_bytes, must_not_tell
from bot.storage.queue import Queue
from bot.storage.tables import audit_redaction, metadata
from tests.fakes.clock import MONDAY
from tests.unit.blocks.examples import assessment
from tests.unit.bot.storage.personal import ADDRESS, letter_to, words_of
from tests.unit.bot.storage.records import ANA, entry
from workflows.errors import BadInput, UnknownRun
from workflows.events import Event
from workflows.run import DraftState, RunState

if TYPE_CHECKING:
    from pathlib import Path

    from bot.storage.database import Database
    from bot.storage.store import SqlStore

ON_REQUEST = Asked(
    by=ANA, event=Event.PAYLOAD_REDACTED, ground="request", reason="Article 17, ticket 9"
)


@pytest.fixture
def eraser(store: SqlStore) -> Eraser:
    """Return what erases in this test's workspace."""
    return Eraser(store.database, store.clock, store.ids)


def _erase(eraser: Eraser, **choice: object) -> Erased:
    return eraser.erase(eraser.find(Choice.model_validate(choice)), ON_REQUEST)


def _everything(database: Database) -> str:
    """Return every text of every table."""
    with database.read() as connection:
        rows = [
            row
            for table in metadata.sorted_tables
            for row in connection.execute(select(text("*")).select_from(table))
        ]
    return "\n".join(str(value) for row in rows for value in row)


def _left(database: Database, who: str) -> list[str]:
    kept = _everything(database)
    return [words for words in words_of(who) if words in kept]


@pytest.mark.parametrize("how", ["run", "subjects", "text"])
def test_a_person_is_gone_from_every_table_and_the_log_verifies(
    store: SqlStore, eraser: Eraser, how: str
) -> None:
    """By run, address or words: bodies, letters, cards, context, messages, answers; others stay."""
    about, other = letter_to(store, "zephyrine"), letter_to(store, "bartholomew")
    assert len(_left(store.database, "zephyrine")) == 3
    choice = {
        "run": {"run": about.id},
        "subjects": {"subjects": (ADDRESS.format(who="ZEPHYRINE"),)},
        "text": {"text": "zephyrine"},
    }
    done = _erase(eraser, **choice[how])
    assert (done.runs, done.drafts, done.entries, done.documents) == (1, 1, 4, 2)
    kept = [
        words for words in _left(store.database, "zephyrine") if how != "run" or "@" not in words
    ]
    assert kept == []
    assert len(_left(store.database, "bartholomew")) == 3
    assert Queue(store).run(other.id) == other
    assert verify(store.database).ok


def test_by_a_run_alone_nothing_but_a_slack_event_is_left(store: SqlStore, eraser: Eraser) -> None:
    """Events as they came in belong to no run; they go by words, or after seven days by themselves."""
    about = letter_to(store, "zephyrine")
    assert _erase(eraser, run=about.id).events == 0
    assert _erase(eraser, subjects=(ADDRESS.format(who="zephyrine"),)).events == 1
    assert _left(store.database, "zephyrine") == []


def test_no_byte_of_it_stays_in_the_file(store: SqlStore, eraser: Eraser, path: Path) -> None:
    """Neither in freed pages nor in the log of writes: no six characters in a row of what was erased."""
    people = [f"p{n:03d}phyrine{n:03d}" for n in range(60)]
    for who in people:
        letter_to(store, who)
    for who in people[::3]:
        assert _erase(eraser, text=who).is_gone
    there = path.read_bytes() + path.with_name("sayso.db-wal").read_bytes()
    for who in people[::3]:
        assert who.encode() not in there
        assert who.title().encode() not in there
    assert people[1].encode() in there


def test_an_erasure_is_an_entry_that_says_how_much_and_why(store: SqlStore, eraser: Eraser) -> None:
    """Who, on what ground, and a digest of exactly the bodies that went; the words themselves are not in it."""
    about = letter_to(store, "zephyrine")
    done = _erase(eraser, text="zephyrine")
    (told,) = search(store.database, Filters(event="redacted"))
    assert (told.id, told.actor, told.chain) == (done.by_event, "user:U-ANA", "ws:local")
    assert told.object == f"run:{about.id}"
    assert told.body is not None
    assert told.body["reason"] == "Article 17, ticket 9"
    with store.database.read() as connection:
        rows = connection.execute(select(audit_redaction)).all()
    assert {row.by_event for row in rows} == {done.by_event}
    assert told.head["entries"] == len(rows) == 4
    assert told.head["entries_digest"] == digest_of(row.event_id for row in rows)


def test_headers_and_hashes_stay(store: SqlStore, eraser: Eraser) -> None:
    """That there was a letter, who rejected it and when is still found; what it said is not."""
    about = letter_to(store, "zephyrine")
    before = search(store.database, Filters(run=about.id))
    _erase(eraser, run=about.id)
    after = search(store.database, Filters(run=about.id))
    assert [(e.hash, e.event, e.actor) for e in after] == [
        (e.hash, e.event, e.actor) for e in before
    ]
    assert {e.body for e in after if e.body is not None} == set()


def test_an_erased_run_is_still_shown_and_can_not_be_taken_up_again(
    store: SqlStore, eraser: Eraser
) -> None:
    """Its state, people and hashes are there; its letter says that it was erased; no step of it can go on."""
    about = letter_to(store, "zephyrine")
    _erase(eraser, run=about.id)
    shown = Queue(store).run(about.id)
    assert shown is not None
    assert shown.draft is not None
    assert about.draft is not None
    assert (shown.subject.raw, shown.state, shown.step) == (ERASED, RunState.FAILED, "erased")
    assert shown.draft.current.payload == {"erased": "The text of revision 2 was erased."}
    assert shown.draft.current.payload_hash == about.draft.current.payload_hash
    assert shown.draft.ending is not None
    assert shown.draft.ending.by == about.draft.ending.by  # pyright: ignore[reportOptionalMemberAccess] -- as written
    assert shown.draft.compensation is None


def test_the_card_of_an_erased_draft_can_be_drawn(store: SqlStore, eraser: Eraser) -> None:
    """Who rejected it and why is on it; its text is not, and Slack takes it."""
    about = letter_to(store, "zephyrine")
    _erase(eraser, run=about.id)
    shown = Queue(store).run(about.id)
    assert shown is not None
    assert shown.draft is not None
    drawn = card.card(shown.draft, None)
    assert limits.check(drawn) == []
    assert "was erased" in json.dumps(drawn)
    assert "wrong tone" in json.dumps(drawn)


def test_what_slack_shows_of_it_is_drawn_again(store: SqlStore, eraser: Eraser) -> None:
    """Each message of the run and its drafts becomes due, with nothing in it."""
    about = letter_to(store, "zephyrine")
    other = letter_to(store, "bartholomew")
    with store.transaction() as tx:
        tx.connection.execute(text("UPDATE message SET due_at = NULL, shown = wanted"))
    _erase(eraser, run=about.id)
    with store.database.read() as connection:
        due = connection.execute(text("SELECT subject, body FROM message WHERE due_at IS NOT NULL"))
        rows = {row.subject: row.body for row in due}
    assert set(rows) == {f"tell:{about.id}:said", f"draft:{about.draft.id}"}  # pyright: ignore[reportOptionalMemberAccess] -- as written
    assert all(ERASED in body for body in rows.values())
    assert other.id not in str(rows)


def test_a_draft_alone_is_erased_without_its_run(store: SqlStore, eraser: Eraser) -> None:
    """The run keeps what it was started with; the letter is gone."""
    about = letter_to(store, "zephyrine")
    assert about.draft
    done = _erase(eraser, draft=about.draft.id)
    assert (done.runs, done.drafts, done.entries) == (0, 1, 3)
    shown = Queue(store).run(about.id)
    assert shown is not None
    assert shown.subject == about.subject
    assert shown.draft is not None
    assert shown.draft.title.raw == ERASED
    assert verify(store.database).ok


@pytest.mark.parametrize("state", ["failed", "withdrawn"])
def test_why_something_ended_is_gone_where_it_may_name_somebody(
    store: SqlStore, eraser: Eraser, state: str
) -> None:
    """A mail server answers with the address; a task's answer is whatever was on its button."""
    about = letter_to(store, "zephyrine")
    draft, task = about.draft, about.task
    assert draft
    assert draft.ending
    assert task
    named = draft.ending.model_copy(update={"reason": "no such zephyrine@quillfeather.example"})
    failed = draft.model_copy(update={"state": DraftState(state), "ending": named})
    done = task.model_copy(update={"ending": named})
    with store.transaction() as tx:
        changed = about.model_copy(update={"draft": failed, "task": done})
        tx.save(changed, expected_fence=about.fence)
    _erase(eraser, subjects=(ADDRESS.format(who="zephyrine"),))
    assert _left(store.database, "zephyrine") == []


def test_a_reason_from_the_list_stays(store: SqlStore, eraser: Eraser) -> None:
    """It is what rejections are counted by."""
    about = letter_to(store, "zephyrine")
    _erase(eraser, run=about.id)
    shown = Queue(store).run(about.id)
    assert shown
    assert shown.draft
    assert shown.draft.ending
    assert shown.draft.ending.reason == "wrong tone"


def test_a_draft_that_is_written_again_is_under_way(store: SqlStore, eraser: Eraser) -> None:
    """What the agent brings back is put beside the text it was shown."""
    about = letter_to(store, "zephyrine")
    assert about.draft
    with store.transaction() as tx:
        tx.connection.execute(text("UPDATE draft SET state = 'rewriting'"))
    with pytest.raises(BadInput, match="still under way"):
        _erase(eraser, draft=about.draft.id)


@pytest.mark.parametrize("how", ["run", "draft", "text"])
def test_what_is_under_way_is_refused(store: SqlStore, eraser: Eraser, how: str) -> None:
    """A letter that waits to be signed must be readable; nothing is erased."""
    letter_to(store, "zephyrine")
    live = letter_to(store, "zephyrina", RunState.WAITING)
    assert live.draft
    with store.transaction() as tx:
        tx.connection.execute(
            text("UPDATE draft SET state = 'open' WHERE id = :id"), {"id": live.draft.id}
        )
    choice = {
        "run": {"run": live.id},
        "draft": {"draft": live.draft.id},
        "text": {"text": "zephyrin"},
    }
    with pytest.raises(BadInput, match=r"Finish or cancel it first; nothing was erased"):
        _erase(eraser, **choice[how])
    assert len(_left(store.database, "zephyrine")) == 3


def test_a_run_taken_up_again_meanwhile_is_refused(store: SqlStore, eraser: Eraser) -> None:
    """What counts is the state in the transaction that erases."""
    about = letter_to(store, "zephyrine")
    chosen = eraser.find(Choice(run=about.id))
    with store.transaction() as tx:
        tx.connection.execute(text("UPDATE run SET state = 'working'"))
    with pytest.raises(BadInput, match="still under way"):
        eraser.erase(chosen, ON_REQUEST)
    assert len(_left(store.database, "zephyrine")) == 3


def test_erasing_twice_writes_one_entry(store: SqlStore, eraser: Eraser) -> None:
    """The second time there is nothing left to erase, and nothing to put on the record."""
    about = letter_to(store, "zephyrine")
    assert not _erase(eraser, run=about.id).is_empty
    assert _erase(eraser, run=about.id).is_empty
    assert len(search(store.database, Filters(event="redacted"))) == 1


def test_what_came_after_an_erasure_is_erased_by_the_next(store: SqlStore, eraser: Eraser) -> None:
    """A refused press on an erased run writes a body again."""
    about = letter_to(store, "zephyrine")
    _erase(eraser, run=about.id)
    late = entry(
        Event.PRESS_REFUSED, f"run:{about.id}", body={"sentence": "Zephyrine Quillfeather"}
    )
    with store.transaction() as tx:
        tx.append([late], MONDAY)
    done = _erase(eraser, run=about.id)
    assert (done.runs, done.entries) == (0, 1)
    assert verify(store.database).ok


def test_entries_outside_of_runs_go_alone(store: SqlStore, eraser: Eraser) -> None:
    """A refused start belongs to no run; it is found by its words, whatever their case."""
    with store.transaction() as tx:
        tx.append([entry(Event.PRESS_REFUSED, "ws:local", body={"for": "ÉLODIE"})], MONDAY)
    done = _erase(eraser, text="élodie")
    assert (done.entries, done.runs) == (1, 0)
    assert "ÉLODIE" not in _everything(store.database)


def test_counting_changes_nothing(store: SqlStore, eraser: Eraser) -> None:
    """A dry run tells the same numbers and leaves every byte."""
    about = letter_to(store, "zephyrine")
    before = _everything(store.database)
    would = eraser.count(eraser.find(Choice(run=about.id)))
    assert _everything(store.database) == before
    done = _erase(eraser, run=about.id)
    assert would == done.model_copy(update={"by_event": "", "is_gone": True})


def test_what_does_not_exist_is_said(eraser: Eraser) -> None:
    """An unknown run, an unknown draft, and no choice at all."""
    with pytest.raises(UnknownRun):
        eraser.find(Choice(run="nobody's"))
    with pytest.raises(BadInput, match="there is no draft nobody's"):
        eraser.find(Choice(draft="nobody's"))
    with pytest.raises(BadInput, match="say what to erase"):
        eraser.find(Choice())
    assert eraser.find(Choice(text="nobody")).runs == ()


@pytest.mark.parametrize("reason", ["", "  ", "asked by ZEPHYRINE herself"])
def test_a_reason_must_not_hold_what_is_forgotten(reason: str) -> None:
    """The reason stays for as long as the log."""
    with pytest.raises(BadInput):
        must_not_tell(reason, Choice(text="zephyrine"))


def test_while_somebody_reads_old_bytes_are_told_to_be_there(store: SqlStore, path: Path) -> None:
    """The log of writes can't be emptied under a reader; that is said and not hidden."""
    letter_to(store, "zephyrine")
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM run").fetchone()
        letter_to(store, "bartholomew")
        assert not forget_bytes(store.database)
        reader.execute("COMMIT")
    assert forget_bytes(store.database)


def test_another_workspace_keeps_its_own(store: SqlStore) -> None:
    """The same words of another company in the same file."""
    letter_to(store, "zephyrine")
    stranger = Eraser(store.database, store.clock, store.ids, ws="T-OTHER")
    assert stranger.find(Choice(text="zephyrine")).runs == ()


def test_what_work_is_called_is_erased_and_its_scores_stay(store: SqlStore, eraser: Eraser) -> None:
    """A title may name somebody; the inventory goes on without it, in the table and in the log."""
    named, other = assessment("Call zephyrine back", 1), assessment("Answer mails", 2)
    with store.transaction() as tx:
        for one in (named, other):
            tx.assess(one)
        tx.append([entry(chain="ws:local", body={"title": named.title.raw})], MONDAY)
    done = _erase(eraser, text="Zephyrine")
    assert (done.entries, done.documents) == (1, 1)
    assert "zephyrine" not in _everything(store.database)
    with store.looking() as look:
        titles = {one.entry: one.title.raw for one in look.assessments()}
        assert titles == {named.entry: ERASED, other.entry: "Answer mails"}
        kept = look.assessment(named.entry)
    assert kept
    assert kept.scores == named.scores
