"""Runs, drafts and whole histories for tests of the tables."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.fakes.clock import MONDAY
from workflows.action import Risk
from workflows.events import Entry, Event
from workflows.lessons.examples import Example
from workflows.run import (
    SYSTEM,
    TIMER,
    Actor,
    ApprovalRule,
    Authorship,
    Draft,
    DraftState,
    Needs,
    Outcome,
    Place,
    Revision,
    Run,
    RunState,
    Signature,
    Task,
)
from workflows.text import Untrusted

if TYPE_CHECKING:
    from bot.storage.store import SqlStore
    from workflows.ports import Store

ANA, BEN = Actor.user("U-ANA"), Actor.user("U-BEN")
WRITER = Actor(kind="agent", id="writer")


def run(run_id: str = "r-1", **more: Any) -> Run:
    """Return a run that is due now."""
    values: dict[str, Any] = {
        "id": run_id,
        "ws": "local",
        "playbook": "follow-up",
        "version": "v-1",
        "step": "letter",
        "state": RunState.WORKING,
        "due_at": MONDAY,
        "subject": Untrusted("Lark Bakery"),
        "inputs": {"quote": "Q-1"},
        "started_by": ANA,
        "trigger": "command",
        "created_at": MONDAY,
        "place": Place(channel="C-SALES", thread_ts="1.5"),
    }
    return Run(**{**values, **more})


def revision(n: int = 1, body: str = "Shall we go ahead?", author: Actor = WRITER) -> Revision:
    """Return one version of a mail."""
    payload: dict[str, Any] = {"to": "jo@example.com", "body": body}
    return Revision(n=n, payload=payload, author=author, at=MONDAY)


def draft(draft_id: str = "d-1", run_id: str = "r-1", **more: Any) -> Draft:
    """Return an open draft of a mail."""
    values: dict[str, Any] = {
        "id": draft_id,
        "run_id": run_id,
        "step": "letter",
        "state": DraftState.OPEN,
        "action": "mail.send",
        "title": Untrusted("Write to Jo"),
        "risk": Risk.CUSTOMER,
        "rule": ApprovalRule(by=("sales",)),
        "needs": Needs(by=("sales",), quorum=1, words="one of sales"),
        "revisions": (revision(),),
        "author": Authorship(agent="writer", model="m", prompt_version="p", label="Written by m"),
        "opened_at": MONDAY,
        "expires_at": MONDAY + timedelta(hours=4),
    }
    return Draft(**{**values, **more})


def signature(of: Draft, who: Actor = BEN) -> Signature:
    """Return somebody's signature on the newest revision."""
    return Signature(n=of.revision, actor=who.id, payload_hash=of.current.payload_hash, at=MONDAY)


def task(task_id: str = "t-1", run_id: str = "r-1", **more: Any) -> Task:
    """Return an open task of Ana's."""
    return Task(
        id=task_id, run_id=run_id, step="ask", owner="U-ANA", title=Untrusted("Call Jo"), **more
    )


def entry(event: Event = Event.RUN_STARTED, chain: str = "run:r-1", **more: Any) -> Entry:
    """Return an audit entry of a run."""
    values: dict[str, Any] = {"event": event, "chain": chain, "actor": ANA, "object": chain}
    return Entry(**{**values, **more})


def _about(of: Draft, event: Event, actor: Actor, **head: Any) -> Entry:
    head = {"revision": of.revision, "payload_hash": of.current.payload_hash, **head}
    return entry(
        event,
        f"run:{of.run_id}",
        actor=actor,
        object=f"draft:{of.id}",
        head=head,
        body={"why": f"{event.value} of Lark Bakery"},
    )


def written(store: SqlStore, n: int = 1) -> Run:
    """Write a whole run: drafted, edited, signed by Ben, carried out, done; return it."""
    run_id, draft_id = f"r-{n}", f"d-{n}"
    begun = run(run_id)
    first = draft(draft_id, run_id)
    edited = first.model_copy(
        update={"revisions": (*first.revisions, revision(2, "Do we go ahead?", ANA))}
    )
    signed = edited.model_copy(update={"signatures": (signature(edited),)})
    sent = signed.model_copy(
        update={
            "state": DraftState.EXECUTED,
            "outcome": Outcome(status="done", receipt="250 ok"),
            "leaves_at": MONDAY,
        }
    )
    done = begun.model_copy(update={"state": RunState.DONE, "due_at": None, "draft": sent})
    with store.transaction() as tx:
        tx.add(begun)
        tx.append([entry(chain=f"run:{run_id}", body={"quote": f"Q-{n}"})], MONDAY)
        tx.save(begun.model_copy(update={"draft": first}), expected_fence=0)
        tx.append([_about(first, Event.DRAFT_OPENED, WRITER)], MONDAY)
        tx.save(begun.model_copy(update={"draft": edited}), expected_fence=0)
        tx.append([_about(edited, Event.DRAFT_EDITED, ANA)], MONDAY)
        tx.save(done, expected_fence=0)
        tx.append(
            [
                _about(signed, Event.DRAFT_SIGNED, BEN, missing=0),
                _about(signed, Event.DRAFT_LEAVING, TIMER),
                _about(signed, Event.DRAFT_EXECUTED, SYSTEM, outcome="done"),
                entry(Event.RUN_DONE, f"run:{run_id}", actor=SYSTEM),
            ],
            MONDAY,
        )
    return done


def example(n: int = 1, **more: Any) -> Example:
    """Return what Ana's edit of the nth draft teaches."""
    values: dict[str, Any] = {
        "id": f"d-{n}",
        "run_id": f"r-{n}",
        "playbook": "follow-up",
        "step": "letter",
        "agent": "writer",
        "action": "mail.send",
        "before_n": 1,
        "after_n": 2,
        "fields": ("body",),
        "by": ANA.id,
        "reason": "wrong tone",
        "at": MONDAY + timedelta(minutes=n),
    }
    return Example(**{**values, **more})


def taught(store: Store, n: int = 1, agent: str = "writer") -> Example:
    """Keep an edited draft and the example it became."""
    run_id, draft_id = f"r-{n}", f"d-{n}"
    edited = draft(draft_id, run_id, revisions=(revision(), revision(2, "Other words", ANA)))
    made = example(n, agent=agent)
    with store.transaction() as tx:
        begun = run(run_id, results={"quote": {"contact": "Jo"}})
        tx.add(begun)
        tx.save(begun.model_copy(update={"draft": edited}), expected_fence=0)
        tx.teach(made)
    return made
