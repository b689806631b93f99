from __future__ import annotations

import copy
import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import ANA, BEN, CEM, draft, run, signature, signed
from workflows.errors import NotSigned
from workflows.run import (
    Actor,
    Draft,
    DraftState,
    Needs,
    Revision,
    Run,
    RunState,
    SignedDraft,
)
from workflows.text import canonical, digest

LEAVING = draft(DraftState.EXECUTING)
TWO = Needs(by=("sales",), quorum=2, words="two of sales")


def test_a_signed_draft_carries_exactly_the_bytes_that_were_signed() -> None:
    """Each field comes from the draft; the bytes are those of the newest revision."""
    late = signature(LEAVING, BEN, MONDAY + timedelta(minutes=3))
    of = LEAVING.model_copy(update={"needs": TWO, "signatures": (signature(LEAVING, ANA), late)})
    leaving = SignedDraft.of(of)
    assert leaving.draft_id == "d-1"
    assert leaving.action == "mail.send"
    assert leaving.key == "draft:d-1:1"
    assert leaving.body == canonical(of.current.payload)
    assert leaving.payload_hash == digest(of.current.payload)
    assert leaving.signers == ("U-ANA", "U-BEN")
    assert leaving.at == late.at


def test_a_signed_draft_has_no_other_way_in() -> None:
    """Nobody makes one by hand, and nobody changes one."""
    with pytest.raises(NotSigned):
        SignedDraft()
    leaving = SignedDraft.of(signed(LEAVING, ANA))
    with pytest.raises(TypeError):
        dataclasses.replace(leaving, body=b"{}")
    for name in ("body", "key", "action", "signers"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(leaving, name, b"{}")
    assert copy.copy(leaving) == leaving


@pytest.mark.parametrize("state", [state for state in DraftState if state != "executing"])
def test_a_draft_that_is_not_leaving_is_not_carried_out(state: DraftState) -> None:
    """Enough signatures are not enough: its hold must be over and its facts still true."""
    with pytest.raises(NotSigned):
        SignedDraft.of(signed(draft(state), ANA))


def _revised(of: Draft) -> Draft:
    changed = Revision(n=2, payload={"to": "eve@example.com"}, author=BEN, at=MONDAY)
    return of.model_copy(update={"revisions": (*of.revisions, changed)})


def _forged(of: Draft) -> Draft:
    other = of.current.model_copy(update={"payload": {"to": "eve@example.com"}})
    return of.model_copy(update={"revisions": (other,)})


def _resigned(of: Draft, **changes: Any) -> Draft:
    return of.model_copy(
        update={"signatures": tuple(s.model_copy(update=changes) for s in of.signatures)}
    )


@pytest.mark.parametrize(
    "unsigned",
    [
        LEAVING,
        signed(LEAVING, ANA).model_copy(update={"needs": TWO}),
        signed(LEAVING, ANA, ANA).model_copy(update={"needs": TWO}),
        signed(LEAVING, ANA).model_copy(update={"needs": TWO.model_copy(update={"quorum": 0})}),
        signed(LEAVING).model_copy(update={"needs": TWO.model_copy(update={"quorum": 0})}),
        signed(LEAVING).model_copy(update={"needs": TWO.model_copy(update={"quorum": -1})}),
        _revised(signed(LEAVING, ANA)),
        _forged(signed(LEAVING, ANA)),
        _resigned(signed(LEAVING, ANA), payload_hash=digest({})),
        _resigned(signed(LEAVING, ANA), n=2),
    ],
    ids=[
        "nobody",
        "one of two",
        "the same one twice",
        "a quorum of none, signed",
        "a quorum of none",
        "a quorum below none",
        "changed since",
        "other bytes under the signed hash",
        "a signature on another hash",
        "a signature on another revision",
    ],
)
def test_bytes_without_their_signatures_never_leave(unsigned: Draft) -> None:
    """Whatever the row says, the executor's own check refuses."""
    with pytest.raises(NotSigned):
        SignedDraft.of(unsigned)


def test_the_hash_of_a_revision_always_fits_its_payload() -> None:
    """A wrong hash does not construct; a right or absent one does."""
    payload: dict[str, Any] = {"to": "jo@example.com"}
    good = Revision(n=1, payload=payload, author=ANA, at=MONDAY)
    assert good.payload_hash == digest(payload)
    assert Revision.model_validate(good.model_dump()) == good
    with pytest.raises(ValidationError, match="payload_hash is not the hash of this payload"):
        Revision(n=1, payload=payload, author=ANA, at=MONDAY, payload_hash=digest({}))


def test_signers_are_distinct_people_on_the_newest_bytes() -> None:
    """In the order they signed, without those who signed something else."""
    of = signed(LEAVING, BEN, ANA, BEN)
    assert of.signers == ("U-BEN", "U-ANA")
    assert _revised(of).signers == ()


def test_the_key_of_an_execution_is_draft_and_revision() -> None:
    """A retry of the same bytes keeps it; other bytes have another."""
    assert LEAVING.key == "draft:d-1:1"
    assert _revised(LEAVING).key == "draft:d-1:2"
    assert _revised(LEAVING).revision == 2


@pytest.mark.parametrize("state", list(RunState))
def test_three_states_of_a_run_are_ends(state: RunState) -> None:
    """Nothing can happen after them by itself."""
    assert state.ended == (state in {"done", "failed", "cancelled"})


@given(st.sampled_from(DraftState), st.sampled_from(RunState))
def test_records_survive_their_json(of: DraftState, at: RunState) -> None:
    """A run is stored as JSON and read back the same."""
    whole = run(at, draft=signed(draft(of), ANA, CEM))
    assert Run.model_validate_json(whole.model_dump_json()) == whole


def test_actors_are_told_apart_by_kind() -> None:
    """An agent that goes by a person's id is not that person."""
    assert Actor.user("U-ANA") == ANA
    assert Actor(kind="agent", id="U-ANA") != ANA
