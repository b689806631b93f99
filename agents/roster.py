"""Who may draft what. An agent that is not on the roster does nothing, and none drafts beyond its list."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

from pydantic import Field as Setting

from agents.frontmatter import split
from workflows.action import Record
from workflows.ports import NotDrafted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflows.ports import DraftRequest


class Agent(Record):
    """A role with a charter: what it is shown, what it may draft, what it may cost."""

    name: str
    title: str
    #: The role that answers for it.
    owner: str
    #: Its service level, in words: "a draft within two minutes".
    sla: str
    #: Full names of the reads whose records it may be shown: `table.find`.
    reads: tuple[str, ...]
    #: Fields of those records it is shown; a column that is not listed never reaches a model.
    sees: tuple[str, ...]
    #: Actions it may draft; `summary` is text that is read and carried out by nobody.
    actions: tuple[str, ...]
    output: Literal["fields", "summary"] = "fields"
    #: Name of the record its work is about, when several are read.
    about: str = ""
    #: `strong` starts with the stronger model, where one is set.
    tier: Literal["small", "strong"] = "small"
    #: Most calls to a model for one draft, retries counted.
    max_calls: int = Setting(default=12, ge=1)
    #: Most that one draft may cost, in millionths of a US dollar.
    max_cost_micros: int = Setting(default=200_000, ge=0)
    #: Its instructions.
    charter: str
    #: SHA-256 of the charter file.
    charter_hash: str


def agent(text: str, file: str) -> Agent:
    """Return the agent a charter file describes. Raises `ValueError` when the file is wrong."""
    settings, charter = split(text, file)
    hashed = hashlib.sha256(text.encode()).hexdigest()
    return Agent.model_validate({**settings, "charter": charter, "charter_hash": hashed})


@cache
def roster() -> Mapping[str, Agent]:
    """Return the shipped agents by name, read once."""
    folder = resources.files("agents") / "charters"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".md")), key=lambda f: f.name)
    read = [agent(file.read_text(encoding="utf-8"), file.name) for file in files]
    return {one.name: one for one in read}


def admitted(request: DraftRequest) -> Agent | NotDrafted:
    """Return the agent that may draft this request, or the refusal in words."""
    known = roster()
    one = known.get(request.agent)
    if one is None:
        return _refused(
            f"There is no agent called {request.agent!r} on the roster, so nothing was drafted. "
            f"Name one of {', '.join(sorted(known))} in the playbook."
        )
    if request.action not in one.actions:
        return _refused(
            f"{one.title} may not draft {request.action!r}, only {', '.join(one.actions)}. "
            f"Nothing was drafted; give the step to another agent or to a person."
        )
    return one


def _refused(problem: str) -> NotDrafted:
    return NotDrafted(kind="refused", problem=problem)
