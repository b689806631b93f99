"""What an agent is shown of the records: the columns its charter lists, and nothing that was added since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.run import Evidence
from workflows.text import Untrusted, canonical, digest

if TYPE_CHECKING:
    from pydantic import JsonValue

    from agents.roster import Agent
    from workflows.ports import DraftRequest, JsonObject

#: Characters of one line of evidence on a card.
_LONGEST = 300


def records(request: DraftRequest, agent: Agent) -> JsonObject:
    """Return the request's records, by step name, with only the fields the charter lists."""
    return {name: _listed(value, agent.sees) for name, value in sorted(request.records.items())}


def _listed(value: JsonValue, sees: tuple[str, ...]) -> JsonValue:
    if isinstance(value, list):
        return [_listed(item, sees) for item in value]
    if not isinstance(value, dict):
        return value
    kept: JsonObject = {}
    for name, part in value.items():
        if name in sees:
            kept[name] = part
        elif isinstance(part, (dict, list)) and (inner := _columns(part, sees)):
            kept[name] = inner
    return kept


def _columns(part: JsonValue, sees: tuple[str, ...]) -> JsonValue:
    """Look for records further in; a bare list of values under an unlisted name stays hidden."""
    if isinstance(part, dict):
        return _listed(part, sees)
    rows = part if isinstance(part, list) else []
    return [kept for row in rows if isinstance(row, dict) and (kept := _listed(row, sees))]


def record(request: DraftRequest, agent: Agent) -> JsonObject:
    """Return the one record the draft is about: the charter's, else the first that was read; empty if none."""
    rows = {name: _row(value, request.fixed) for name, value in sorted(request.records.items())}
    filled = [row for row in rows.values() if row]
    whole = rows.get(agent.about) or (filled[0] if filled else {})
    listed = _listed(whole, agent.sees)
    return listed if isinstance(listed, dict) else {}


def _row(value: JsonValue, fixed: JsonObject) -> JsonObject:
    """Return a record; out of a list, the only row or the first that shares a text with what is fixed."""
    if isinstance(value, dict):
        rows = value.get("rows")
        return _row(rows, fixed) if isinstance(rows, list) else value
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    known = {text for text in fixed.values() if isinstance(text, str) and text}
    shared = [
        row for row in rows if known & {text for text in row.values() if isinstance(text, str)}
    ]
    return (shared or (rows if len(rows) == 1 else [{}]))[0]


def source(request: DraftRequest, agent: Agent) -> str:
    """Return where the record the draft is about was read: `table.quotes/Q-1043`."""
    sources = request.sources
    return sources.get(agent.about) or next(
        iter(dict(sorted(sources.items())).values()), "the records"
    )


def context_text(request: DraftRequest) -> str:
    """Return the canonical JSON of everything the agent was given, to be kept under `context_hash`."""
    return canonical(request.model_dump(mode="json")).decode()


def context_hash(request: DraftRequest) -> str:
    """Return the SHA-256 of `context_text`, as 64 hexadecimal characters."""
    return digest(request.model_dump(mode="json"))


def evidence(request: DraftRequest, agent: Agent) -> tuple[Evidence, ...]:
    """Return the plain fields of the record the draft is about, in the record's own words."""
    whole = record(request, agent)
    plain = {
        name: value
        for name, value in whole.items()
        if isinstance(value, (str, int, float)) and value
    }
    words = ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in plain.items())
    return (
        (Evidence(fact=Untrusted(words[:_LONGEST]), source=source(request, agent)),)
        if words
        else ()
    )
