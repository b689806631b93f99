"""A signed draft for tests of whatever carries one out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workflows.action import Risk
from workflows.run import (
    Actor,
    ApprovalRule,
    Authorship,
    Draft,
    DraftState,
    Needs,
    Revision,
    Signature,
    SignedDraft,
)
from workflows.text import Untrusted

if TYPE_CHECKING:
    from pydantic import JsonValue

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def signed(action: str, payload: dict[str, JsonValue], draft_id: str = "d-1") -> SignedDraft:
    """Return `payload` as Ana signed it, in the state in which a worker carries it out."""
    revision = Revision(n=1, payload=payload, author=Actor(kind="agent", id="sales"), at=NOON)
    signature = Signature(n=1, actor="U01ANA", payload_hash=revision.payload_hash, at=NOON)
    draft = Draft(
        id=draft_id,
        run_id="r-1",
        step="send",
        state=DraftState.EXECUTING,
        action=action,
        title=Untrusted("Do it"),
        risk=Risk.CUSTOMER,
        rule=ApprovalRule(by=("sales",)),
        needs=Needs(by=("U01ANA",), quorum=1, words="one of sales"),
        revisions=(revision,),
        signatures=(signature,),
        author=Authorship(agent="sales", model="scripted", prompt_version="1", label="scripted"),
        opened_at=NOON,
        expires_at=NOON,
    )
    return SignedDraft.of(draft)
