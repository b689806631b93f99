"""The tables of the database in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from workflows.delegation.inventory import Assessment
from workflows.events import Entry
from workflows.lessons.examples import Example
from workflows.ports import JsonObject, Kept, Post, StepState, Switch
from workflows.run import Draft, Run, Task
from workflows.trust.stages import Footing
from workflows.versions.version import Active, Proposal


@dataclass(frozen=True)
class Rows:
    """All tables. Records are frozen, so copying the containers is a snapshot."""

    runs: dict[str, Run] = field(default_factory=dict[str, Run])
    #: In the order they were opened.
    drafts: dict[str, Draft] = field(default_factory=dict[str, Draft])
    tasks: dict[str, Task] = field(default_factory=dict[str, Task])
    steps: dict[tuple[str, int], tuple[StepState, JsonObject]] = field(
        default_factory=dict[tuple[str, int], tuple[StepState, JsonObject]]
    )
    seen: dict[str, Kept] = field(default_factory=dict[str, Kept])
    posts: dict[tuple[str, str], Post] = field(default_factory=dict[tuple[str, str], Post])
    redrawn: list[str] = field(default_factory=list[str])
    entries: list[tuple[Entry, datetime]] = field(default_factory=list[tuple[Entry, datetime]])
    turns: dict[str, int] = field(default_factory=dict[str, int])
    #: When whom which message asked.
    asks: dict[tuple[str, str], datetime] = field(default_factory=dict[tuple[str, str], datetime])
    switches: dict[str, Switch] = field(default_factory=dict[str, Switch])
    #: Who wants no more messages, and who noted it.
    silent: dict[str, str] = field(default_factory=dict[str, str])
    documents: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    #: Playbook, what about, run.
    only_once: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    #: A run, and the hash of a text it stands on.
    stands: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    actives: dict[str, Active] = field(default_factory=dict[str, Active])
    proposals: dict[str, Proposal] = field(default_factory=dict[str, Proposal])
    #: In the order they were taught.
    examples: dict[str, Example] = field(default_factory=dict[str, Example])
    assessments: dict[tuple[str, int], Assessment] = field(
        default_factory=dict[tuple[str, int], Assessment]
    )
    filed: dict[str, str] = field(default_factory=dict[str, str])
    footings: dict[str, Footing] = field(default_factory=dict[str, Footing])

    def copied(self) -> Rows:
        """Return a snapshot that can be changed without changing this one."""
        return replace(self, **{name: table.copy() for name, table in vars(self).items()})

    def with_draft(self, run: Run | None, draft: Draft | None) -> Run | None:
        """Return the run carrying this draft."""
        return run.model_copy(update={"draft": draft}) if run else None

    def newest_draft(self, run_id: str) -> Draft | None:
        """Return the draft of a run that was opened last."""
        return next((d for d in reversed(self.drafts.values()) if d.run_id == run_id), None)
