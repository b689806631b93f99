"""What somebody wants erased, found: a run, a draft, or everything that holds certain words or an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Text, bindparam, select, type_coerce

from bot.storage.audit_search import holds, spellings
from bot.storage.copies import PERSONAL
from bot.storage.tables import (
    LIVE,
    audit_event,
    audit_payload,
    document,
    draft,
    inbox,
    revision,
    run,
    step,
    task,
)
from workflows.action import Record
from workflows.errors import BadInput, UnknownRun
from workflows.events import Event
from workflows.run import DraftState, RunState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import BindParameter, ColumnElement, Select
    from sqlalchemy.engine import Connection

#: Kinds of entry that say what was erased and why; they stay as long as the log does.
KEPT = (Event.PAYLOAD_REDACTED.value, Event.PAYLOAD_EXPIRED.value)
#: So many runs that are still under way are named when they stand in the way.
_NAMED = 3
_MINE: BindParameter[str] = bindparam("ws")
#: States of a draft whose text is still needed; an agent that writes it again was shown it.
_NEEDED = (*LIVE, DraftState.REWRITING.value, DraftState.SHADOW.value)
#: States of a run in which nothing can happen to it any more.
ENDED = tuple(state.value for state in RunState if state.ended)
_STATE = select(run.c.state).where(run.c.ws == _MINE, run.c.id == bindparam("id"))
_DRAFT = select(draft.c.state).where(draft.c.ws == _MINE, draft.c.id == bindparam("id"))


def _json(column: ColumnElement[object]) -> ColumnElement[str]:
    """Return a JSON column as the text it is kept as."""
    return type_coerce(column, Text())


_BODIES = (
    select(audit_event.c.id, audit_event.c.chain)
    .join(audit_payload, audit_payload.c.event_id == audit_event.c.id)
    .where(audit_event.c.ws == _MINE, audit_event.c.event.not_in(KEPT))
)
_OF_DRAFT = select(draft.c.run_id).where(draft.c.ws == _MINE)
#: The texts of a run outside the log: which run, and the column its words stand in.
_TEXTS: tuple[tuple[Select[str], ColumnElement[str]], ...] = (
    (select(run.c.id).where(run.c.ws == _MINE), _json(run.c.data)),
    (_OF_DRAFT, _json(draft.c.data)),
    (_OF_DRAFT.join(revision, revision.c.draft_id == draft.c.id), revision.c.payload),
    (select(task.c.run_id).where(task.c.ws == _MINE), _json(task.c.data)),
    (select(step.c.run_id).where(step.c.ws == _MINE), _json(step.c.outcome)),
)
_DOCUMENTS = select(document.c.hash).where(document.c.ws == _MINE, document.c.kind.in_(PERSONAL))
_EVENTS = select(inbox.c.event_id).where(inbox.c.ws == _MINE, inbox.c.handled_at.is_not(None))


class Choice(Record):
    """What to erase. One of the first three, or addresses; words and addresses match whatever their case."""

    run: str = ""
    draft: str = ""
    text: str = ""
    subjects: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """What is looked for in texts."""
        return tuple(each for each in (self.text, *self.subjects) if each)


class Chosen(Record):
    """What was found to erase. A run stands for all that belongs to it."""

    runs: tuple[str, ...] = ()
    #: Drafts whose run is not erased with them.
    drafts: tuple[str, ...] = ()
    #: Entries outside the chain of any of these runs.
    entries: tuple[str, ...] = ()
    #: Kept texts, by hash.
    documents: tuple[str, ...] = ()
    #: Slack events that were dealt with, by id.
    events: tuple[str, ...] = ()


def find(connection: Connection, ws: str, choice: Choice) -> Chosen:
    """Return what a choice means. It reads every text when it is by words.

    Raises `UnknownRun`, and `BadInput` for an empty choice, an unknown draft, or what is still under way.
    """
    if choice.run:
        return _alone(connection, ws, choice.run)
    if choice.draft:
        state = connection.execute(_DRAFT, {"ws": ws, "id": choice.draft}).scalar_one_or_none()
        if state is None:
            raise BadInput(field="--draft", problem=f"there is no draft {choice.draft}.")
        if state in _NEEDED:
            raise _under_way(f"draft {choice.draft}", str(state))
        return Chosen(drafts=(choice.draft,))
    if not choice.words:
        problem = "say what to erase: --run, --draft, --text or --subject."
        raise BadInput(field="sayso audit erase", problem=problem)
    return _holding(connection, ws, choice.words)


def _alone(connection: Connection, ws: str, run_id: str) -> Chosen:
    if connection.execute(_STATE, {"ws": ws, "id": run_id}).first() is None:
        raise UnknownRun(run=run_id)
    refuse_live(connection, ws, [run_id])
    return Chosen(runs=(run_id,))


def refuse_live(
    connection: Connection, ws: str, runs: Iterable[str], *, lock: bool = False
) -> None:
    """Raise `BadInput` when one of these runs is not over. `lock` keeps them as they are until commit."""
    query = _STATE.with_for_update() if lock else _STATE
    live: dict[str, str] = {}
    for run_id in sorted(runs):
        state = connection.execute(query, {"ws": ws, "id": run_id}).scalar_one_or_none()
        if state is not None and state not in ENDED:
            live[run_id] = str(state)
    if live:
        named = ", ".join(list(live)[:_NAMED])
        more = f" and {len(live) - _NAMED} more" if len(live) > _NAMED else ""
        raise _under_way(f"run {named}{more}", next(iter(live.values())))


def _under_way(what: str, state: str) -> BadInput:
    problem = f"{what} is still under way ({state}). Finish or cancel it first; nothing was erased."
    return BadInput(field="sayso audit erase", problem=problem)


def _holding(connection: Connection, ws: str, words: tuple[str, ...]) -> Chosen:
    patterns = tuple(dict.fromkeys(p for each in words for p in spellings(each)))
    count, values = len(patterns), {f"words_{n}": pattern for n, pattern in enumerate(patterns)}

    def found(query: Select[str], column: ColumnElement[str]) -> list[str]:
        matching = query.where(holds(column, count))
        return sorted(set(connection.execute(matching, {"ws": ws, **values}).scalars()))

    bodies = _BODIES.where(holds(audit_payload.c.body, count))
    entries = connection.execute(bodies, {"ws": ws, **values}).all()
    runs = {row.chain.removeprefix("run:") for row in entries if row.chain.startswith("run:")}
    for query, column in _TEXTS:
        runs.update(found(query, column))
    refuse_live(connection, ws, runs)
    return Chosen(
        runs=tuple(sorted(runs)),
        entries=tuple(row.id for row in entries if not row.chain.startswith("run:")),
        documents=tuple(found(_DOCUMENTS, document.c.body)),
        events=tuple(found(_EVENTS, _json(inbox.c.body))),
    )
