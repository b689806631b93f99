"""The texts a run leaves outside the audit log, and how they are blanked: what was read, written, shown and answered.

Rows stay, with their states, numbers and hashes, so that counts and checks hold. What a person or a record said goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from bot.storage.fetch import Columns, many
from bot.storage.tables import document, draft, erasure, message, revision, run, seen, step, task
from bot.storage.upsert import unless_there
from workflows.commands import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import BindParameter, Table
    from sqlalchemy.engine import Connection

#: What stands where a text was.
ERASED = "(erased)"
#: The step of a run whose texts are gone: nothing can be drafted again from it.
NOWHERE = "erased"
#: Kinds of document that hold what people wrote or were shown, or who they are; a playbook names roles.
PERSONAL = ("context", "card", "company", "reading", "work")

_WS: BindParameter[str] = bindparam("its_ws")
_ID: BindParameter[str] = bindparam("its_id")


def _blank(table: Table, *columns: str) -> Any:  # noqa: ANN401 -- SQLAlchemy's update of any table
    named = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns}
    return update(table).where(table.c.ws == _WS, table.c.id == _ID).values(named)


_RUN_DATA = select(run.c.data).where(run.c.ws == _WS, run.c.id == _ID)
_RUN_STEP = select(run.c.step).where(run.c.ws == _WS, run.c.id == _ID)
_ERASED = select(erasure.c.name).where(
    erasure.c.ws == _WS, erasure.c.kind == "revision", erasure.c.name == _ID
)
_DRAFTS = select(draft.c.id).where(draft.c.ws == _WS, draft.c.run_id == _ID).order_by(draft.c.id)
_DRAFT_DATA = select(draft.c.data).where(draft.c.ws == _WS, draft.c.id == _ID)
_TASKS = select(task.c.id, task.c.data).where(task.c.ws == _WS, task.c.run_id == _ID)
_SAVE_RUN, _SAVE_DRAFT, _SAVE_TASK = (
    _blank(run, "step", "once", "data"),
    _blank(draft, "customer", "address", "data"),
    _blank(task, "data"),
)
_STEPS = (
    update(step)
    .where(step.c.ws == _WS, step.c.run_id == _ID)
    .values(outcome=bindparam("new_outcome", type_=step.c.outcome.type))
)
_REVISIONS = (
    update(revision).where(revision.c.ws == _WS, revision.c.draft_id == _ID).values(payload="")
)
_DOCUMENT = update(document).where(document.c.ws == _WS, document.c.hash == _ID).values(body="")
_CARDS = select(document.c.hash, document.c.body).where(
    document.c.ws == _WS, document.c.kind == "card", document.c.body != ""
)
# A subject is `draft:<id>`, and what belongs to it goes on with `:` or `#`.
_MESSAGES = (
    update(message)
    .where(
        message.c.ws == _WS,
        message.c.subject >= bindparam("from_subject"),
        message.c.subject < bindparam("to_subject"),
    )
    .values(
        body=bindparam("new_body", type_=message.c.body.type),
        wanted=message.c.wanted + 1,
        due_at=bindparam("now", type_=message.c.due_at.type),
    )
)
_ANSWERS = select(seen).where(seen.c.ws == _WS)
# Removed and added: the application's role can't change an answer that was kept.
_DROP_ANSWER, _ADD_ANSWER = delete(seen).where(seen.c.ws == _WS, seen.c.key == _ID), insert(seen)
_ALLOW = unless_there(erasure)

_RUN_BLANK: Columns = {"subject": ERASED, "inputs": {}, "results": {}, "sources": {}, "why": ""}
#: Kinds of message: those named after a run, and those named after a draft.
_OF_RUN, _OF_DRAFT = ("run", "tell", "kpi"), ("draft", "remind", "escalate", "look")


class Copies:
    """The texts of one workspace outside the log, inside one transaction."""

    def __init__(self, connection: Connection, ws: str, at: datetime) -> None:
        """Take the transaction's connection, the workspace, and the time messages are to be drawn again."""
        self._connection, self._ws, self._at = connection, ws, at

    def drafts_of(self, run_id: str) -> list[str]:
        """Return the ids of a run's drafts."""
        return [row["id"] for row in self._all(_DRAFTS, run_id)]

    def is_blank(self, run_id: str) -> bool:
        """Whether a run's texts were erased before."""
        return any(row["step"] == NOWHERE for row in self._all(_RUN_STEP, run_id))

    def is_erased(self, draft_id: str) -> bool:
        """Whether a draft's texts were erased before."""
        return bool(self._all(_ERASED, draft_id))

    def documents_of(self, drafts: Iterable[str]) -> list[str]:
        """Return the hashes of what the agents of these drafts were shown."""
        found = [row["data"]["context"] for name in drafts for row in self._all(_DRAFT_DATA, name)]
        return [context for context in found if context]

    def cards_of(self, drafts: Sequence[str]) -> list[str]:
        """Return the hashes of the cards that were shown of these drafts. It reads every card there is."""
        if not drafts:
            return []
        cards = self._connection.execute(_CARDS, {"its_ws": self._ws})
        return [card.hash for card in cards if any(name in card.body for name in drafts)]

    def allow(self, kind: str, names: Iterable[str], by_event: str) -> None:
        """Put on the record that these texts are erased, which lets them be blanked."""
        rows = [
            {"ws": self._ws, "kind": kind, "name": name, "by_event": by_event} for name in names
        ]
        if rows:
            self._connection.execute(_ALLOW, rows)

    def blank_run(self, run_id: str) -> None:
        """Blank what a run was started with, read and did; it can't be taken up again."""
        for row in self._all(_RUN_DATA, run_id):
            self._save(
                _SAVE_RUN,
                run_id,
                new_step=NOWHERE,
                new_once="",
                new_data={**row["data"], **_RUN_BLANK},
            )
        for row in self._all(_TASKS, run_id):
            self._save(_SAVE_TASK, row["id"], new_data=_without_words(row["data"], "title"))
        self._save(_STEPS, run_id, new_outcome={})
        self._redraw(f"{kind}:{run_id}" for kind in _OF_RUN)
        tasks = [row["id"] for row in self._all(_TASKS, run_id)]
        self._redraw(f"{kind}:{task}" for kind in ("task", "nudge") for task in tasks)

    def blank_draft(self, draft_id: str) -> None:
        """Blank what a draft said, in every revision; `allow` comes first."""
        for row in self._all(_DRAFT_DATA, draft_id):
            self._save(
                _SAVE_DRAFT, draft_id, new_customer="", new_address="", new_data=_draft(row["data"])
            )
        self._save(_REVISIONS, draft_id)
        self._redraw(f"{kind}:{draft_id}" for kind in _OF_DRAFT)

    def blank_document(self, hash_: str) -> None:
        """Blank a kept text; `allow` comes first."""
        self._save(_DOCUMENT, hash_)

    def blank_answers(self, runs: Iterable[str]) -> None:
        """Blank the sentences kept for doubles of commands about these runs; the doubles stay refused."""
        wanted = set(runs)
        for row in many(self._connection, _ANSWERS, {"its_ws": self._ws}):
            if row["reply"].get("run_id") in wanted:
                self._save(_DROP_ANSWER, row["key"])
                blank = {**row["reply"], "sentence": ERASED}
                self._connection.execute(_ADD_ANSWER, {**row, "reply": blank})

    def _redraw(self, subjects: Iterable[str]) -> None:
        wanted = [
            {
                "its_ws": self._ws,
                "from_subject": subject,
                "to_subject": f"{subject};",
                "new_body": {"text": ERASED},
                "now": self._at,
            }
            for subject in subjects
        ]
        if wanted:
            self._connection.execute(_MESSAGES, wanted)

    def _all(self, query: Any, name: str) -> list[Columns]:  # noqa: ANN401 -- any select
        return many(self._connection, query, {"its_ws": self._ws, "its_id": name})

    def _save(self, statement: Any, name: str, **new: object) -> None:  # noqa: ANN401 -- any update
        self._connection.execute(statement, {"its_ws": self._ws, "its_id": name, **new})


def _draft(written: Columns) -> Columns:
    """Return a draft's record without what anybody said; who, when, which rule and which receipt stay."""
    blank: Columns = {"title": ERASED, "why": "", "evidence": [], "compensation": None}
    came, silent, review = written.get("outcome"), written.get("silent"), written.get("review")
    sent = silent["sent"] if silent else None
    return {
        **_without_words(written, "title"),
        **blank,
        "confidence": {**written["confidence"], "gates": []},
        "comments": [{**said, "words": ERASED} for said in written.get("comments", [])],
        "wishes": [{**wish, "words": ERASED, "problem": ""} for wish in written.get("wishes", [])],
        "outcome": {**came, "message": "", "facts": {}} if came else came,
        "asked": "",
        "silent": {**silent, "sent": dict.fromkeys(sent, ERASED)} if silent and sent else silent,
        "review": {**review, "reason": ""} if review else review,
    }


def _without_words(written: Columns, title: str) -> Columns:
    """Return a task's or a draft's record without its title, options, answer, and what was said at its end."""
    ending = written.get("ending")
    # What somebody chose from the list says nothing of anybody; an answer, or what went wrong outside, may.
    reason = ending["reason"] if ending and ending["reason"] in REASONS else ""
    blank: Columns = {"options": [], "recommended": "", "because": "", "answer": ""}
    return {
        **written,
        **{name: value for name, value in blank.items() if name in written},
        title: ERASED,
        "ending": {**ending, "reason": reason, "comment": ""} if ending else ending,
    }
