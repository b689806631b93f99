"""What is signed never changes: revisions and signatures are added, and a run has one draft that can leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import ANA, draft, revision, run, signature, written
from workflows.run import Actor, DraftState, Review
from workflows.text import Untrusted

if TYPE_CHECKING:
    from pathlib import Path

    from bot.storage.store import SqlStore
    from workflows.run import Draft


def _save(store: SqlStore, *drafts: Draft) -> None:
    for each in drafts:
        with store.transaction() as tx:
            if not tx.add(run(draft=each)):
                tx.save(run(draft=each), expected_fence=0)


def _count(store: SqlStore, table: str) -> int:
    with store.database.read() as connection:
        return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() or 0  # noqa: S608 -- fixed names


def test_only_what_is_new_of_a_draft_is_inserted(store: SqlStore) -> None:
    """Saving again writes no revision and no signature twice."""
    first = draft()
    second = first.model_copy(update={"revisions": (*first.revisions, revision(2, "New", ANA))})
    signed = second.model_copy(update={"signatures": (signature(second),)})
    _save(store, first, first, second, signed, signed)
    assert (_count(store, "revision"), _count(store, "signature")) == (2, 1)


def test_a_revision_that_was_written_can_not_become_another(store: SqlStore) -> None:
    """Not even by a mistake of ours: nothing of that save is kept."""
    _save(store, draft())
    forged = draft(revisions=(revision(1, "Send it all"),), state=DraftState.SIGNED)
    with pytest.raises(ValueError, match="can't become another"):
        _save(store, forged)
    with store.transaction() as tx:
        found = tx.run("r-1")
    assert found is not None
    assert found.draft == draft()


def test_a_payload_that_was_changed_in_the_file_is_not_read(path: Path, store: SqlStore) -> None:
    """Bytes that are not what was hashed are never signed or sent."""
    assert path.exists()
    _save(store, draft())
    with store.database.restructure() as connection:
        connection.execute(text("DROP TRIGGER revision_u"))
        connection.execute(text('UPDATE revision SET payload = \'{"to":"eve@example.com"}\''))
    with pytest.raises(ValueError, match="not the hash"), store.transaction() as tx:
        tx.run("r-1")


def test_the_text_that_was_hashed_is_the_text_that_is_kept(store: SqlStore) -> None:
    """RFC 8785, byte for byte."""
    _save(store, draft())
    with store.database.read() as connection:
        kept = connection.execute(text("SELECT payload FROM revision")).scalar()
    assert kept == '{"body":"Shall we go ahead?","to":"jo@example.com"}'


def test_a_run_has_one_draft_that_can_still_leave(store: SqlStore) -> None:
    """A second one is refused while the first is alive, and welcome after."""
    _save(store, draft())
    with pytest.raises(IntegrityError):
        _save(store, draft("d-2"))
    _save(store, draft(state=DraftState.REJECTED), draft("d-2"))


def test_hostile_text_in_a_run_is_kept_without_what_no_database_takes(store: SqlStore) -> None:
    """NUL and lone surrogates become U+FFFD; the press they came with is recorded."""
    strange = run(inputs={"note": "a\x00b\ud83d"}, results={"read": ["\ud83d"]})
    with store.transaction() as tx:
        tx.add(strange.model_copy(update={"draft": draft(why=Untrusted("since\x00\ud83d"))}))
    with store.transaction() as tx:
        found = tx.run("r-1")
    assert found is not None
    assert found.inputs == {"note": "a\ufffdb\ufffd"}
    assert found.results == {"read": ["\ufffd"]}
    assert found.draft is not None
    assert found.draft.why.raw == "since\ufffd\ufffd"


def test_acceptance_counts_what_went_out_as_it_was_written(store: SqlStore) -> None:
    """Edited ones and rejected ones count against the agent, undecided ones not at all."""
    written(store, 1)  # edited by a person
    states = [DraftState.EXECUTED, DraftState.REJECTED, DraftState.EXPIRED, DraftState.OPEN]
    with store.transaction() as tx:
        for n, state in enumerate(states, start=2):
            tx.add(run(f"r-{n}", draft=draft(f"d-{n}", f"r-{n}", state=state)))
    with store.transaction() as tx:
        found = tx.acceptance("writer", "mail.send")
        assert (found.accepted, found.total) == (1, 3)
        assert tx.acceptance("writer", "pay.refund").total == 0
        assert tx.acceptance("other", "mail.send").total == 0


@pytest.mark.parametrize(
    ("verdict", "counted"), [(None, (0, 0)), ("right", (0, 0)), ("wrong", (0, 1))]
)
def test_what_a_rule_signed_counts_only_against_it(
    store: SqlStore, verdict: Any, counted: tuple[int, int]
) -> None:
    """Else a rule would vouch for itself on every card: found right it counts for nothing, found wrong against."""
    looked = Review(due_at=MONDAY, next_at=None, verdict=verdict, by="U-ANA") if verdict else None
    sent = draft(state=DraftState.EXECUTED, signed_at=MONDAY, review=looked)
    signs = Actor(kind="system", id="rule:follow-up")
    _save(store, sent.model_copy(update={"signatures": (signature(sent, signs),)}))
    with store.transaction() as tx:
        found = tx.acceptance("writer", "mail.send")
    assert (found.accepted, found.total) == counted


def test_holding_back_and_sending_the_same_words_is_no_edit(store: SqlStore) -> None:
    """A new revision of the same bytes is still what the agent wrote."""
    same = draft(revisions=(revision(1), revision(2)), state=DraftState.EXECUTED)
    _save(store, same)
    with store.transaction() as tx:
        assert tx.acceptance("writer", "mail.send").accepted == 1
