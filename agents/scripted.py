"""A drafter for tests and benchmarks: says exactly what it was told to, in order, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents import shown
from workflows.commands import Drafted
from workflows.run import Authorship
from workflows.text import Untrusted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workflows.ports import DraftRequest, JsonObject, NotDrafted

    #: A whole result, or just the fields of a draft.
    Step = Drafted | NotDrafted | JsonObject


class ScriptedDrafter:
    """Hands out its steps first in, first out; `requests` keeps what was asked."""

    def __init__(self, steps: Iterable[Step]) -> None:
        """Take the results in the order they will be asked for; plain fields become a draft."""
        self._steps = list(steps)
        self.requests: list[DraftRequest] = []

    def draft(self, request: DraftRequest) -> Drafted | NotDrafted:
        """Return the next step. Raises `AssertionError` when there is none left."""
        self.requests.append(request)
        if not self._steps:
            msg = f"draft {len(self.requests)} was asked of {request.agent}, and the script has no such step"
            raise AssertionError(msg)
        step = self._steps.pop(0)
        return _drafted(request, step) if isinstance(step, dict) else step

    def assert_complete(self) -> None:
        """Raise `AssertionError` when steps are left that nobody asked for."""
        if self._steps:
            msg = f"{len(self._steps)} scripted step(s) were never asked for, the first: {self._steps[0]!r}"
            raise AssertionError(msg)


def _drafted(request: DraftRequest, fields: JsonObject) -> Drafted:
    return Drafted(
        fields=fields,
        why=Untrusted("as scripted"),
        evidence=request.facts,
        confidence=request.accepted,
        author=Authorship(
            agent=request.agent, model="scripted", prompt_version="", label="written by a script"
        ),
        context=shown.context_hash(request),
    )
