"""A run that left somebody's words in every place that keeps any."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bot.storage.inbox import Inbox
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import ANA, BEN, WRITER, draft, entry, run, task
from workflows.events import Event
from workflows.ports import Kept, Post
from workflows.run import (
    Compensation,
    DraftState,
    Ending,
    Evidence,
    Outcome,
    Review,
    Revision,
    RunState,
    Silent,
)
from workflows.text import Untrusted

if TYPE_CHECKING:
    from bot.storage.store import SqlStore
    from workflows.run import Draft, Run

ADDRESS = "{who}@quillfeather.example"


def words_of(who: str) -> tuple[str, ...]:
    """Return what must be gone once this person is erased."""
    return (ADDRESS.format(who=who), f"Dear {who.title()}", f"{who.title()} Quillfeather")


def letter_to(store: SqlStore, who: str, state: RunState = RunState.FAILED) -> Run:
    """Write a run about a person that was drafted, edited, rejected and told of; return it."""
    address, greeting, name = words_of(who)
    run_id, draft_id = store.ids.new(), store.ids.new()
    begun = run(
        run_id,
        subject=Untrusted(name),
        inputs={"to": address},
        results={"quote": {"customer": name}},
        sources={"quote": f"table.quotes/{name}"},
        why=f"waits for {name}",
        task=task(store.ids.new(), run_id, options=(name,), answer=name),
    )
    written = _rejected(draft_id, run_id, who)
    with store.transaction() as tx:
        tx.add(begun)
        tx.append([entry(chain=f"run:{run_id}", body={"subject": name, "to": address})], MONDAY)
        tx.keep("context", *_hashed(f'{{"facts":"{name}, {address}","run":"{run_id}"}}'))
        tx.keep("card", *_hashed(f'{{"text":"{greeting}","value":"{draft_id}.1.abc"}}'))
        ended = begun.model_copy(
            update={"draft": written, "state": state, "due_at": None, "why": f"{name} said no"}
        )
        tx.save(ended, expected_fence=0)
        tx.append(_told(written), MONDAY)
        tx.post(
            [Post(subject=f"tell:{run_id}:said", channel="C1", body={"text": greeting})], MONDAY
        )
        tx.post([Post(subject=f"draft:{draft_id}", channel="C1")], MONDAY)
        tx.remember(
            f"press-{run_id}", Kept(kind="recorded", run_id=run_id, sentence=greeting), MONDAY
        )
    inbox = Inbox(store)
    inbox.store_event(f"Ev-{run_id}", {"text": f"please write to {address}"})
    inbox.handled(f"Ev-{run_id}")
    return ended


def _hashed(text: str) -> tuple[str, str]:
    return text, hashlib.sha256(text.encode()).hexdigest()


def _rejected(draft_id: str, run_id: str, who: str) -> Draft:
    address, greeting, name = words_of(who)
    first, second = (
        Revision(
            n=n, payload={"to": address, "body": f"{greeting}, {more}"}, author=author, at=MONDAY
        )
        for n, author, more in ((1, WRITER, "how are you?"), (2, ANA, "good morning."))
    )
    return draft(
        draft_id,
        run_id,
        state=DraftState.REJECTED,
        title=Untrusted(f"Write to {name}"),
        why=Untrusted(f"{name} asked"),
        evidence=(Evidence(fact=Untrusted(f"asked by {name}"), source="table.quotes/1"),),
        revisions=(first, second),
        context=_hashed(f'{{"facts":"{name}, {address}","run":"{run_id}"}}')[1],
        ending=Ending(by=BEN, at=MONDAY, reason="wrong tone", comment=Untrusted(f"not to {name}")),
        asked=f"{name} is new",
        silent=Silent(fields=("body",), sent={"body": f"{greeting}, hello"}),
        review=Review(due_at=MONDAY, next_at=None, verdict="wrong", reason=f"not {name}"),
        outcome=Outcome(status="rejected", message=f"no such {address}", facts={"was": name}),
        compensation=Compensation(
            action="mail.send", payload={"to": address}, title=Untrusted(name)
        ),
    )


def _told(of: Draft) -> list:
    about = {"chain": f"run:{of.run_id}", "object": f"draft:{of.id}"}
    written = [
        entry(
            event,
            **about,
            actor=each.author,
            head={"revision": each.n, "payload_hash": each.payload_hash, "context": of.context},
            body={"payload": each.payload, "title": of.title.raw},
        )
        for event, each in zip((Event.DRAFT_OPENED, Event.DRAFT_EDITED), of.revisions, strict=True)
    ]
    ended = entry(Event.DRAFT_REJECTED, **about, actor=BEN, body={"comment": of.ending.comment.raw})
    return [*written, ended]
