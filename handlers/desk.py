"""What every listener may use: the one door, and things to look at. Nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from blocks.history import Logged
    from blocks.listing import Place
    from blocks.proposal import Shown
    from blocks.queue import Waiting
    from workflows.action import ActionSpec
    from workflows.delegation.inventory import Assessment
    from workflows.playbook import Playbook
    from workflows.ports import Clock, Directory, Door, Shelf
    from workflows.run import Run
    from workflows.trust.deciding import Manner
    from workflows.trust.evidence import TrackRecord
    from workflows.trust.stages import Footing
    from workflows.versions.version import Active, Proposal

#: Seconds a press may wait for the database, of the three Slack gives.
DEADLINE = 2.0


class Reading(Protocol):
    """What can be looked up without changing anything."""

    def run(self, run_id: str) -> Run | None:
        """Return a run by its id, or by the beginning of it when that is unique."""
        ...

    def run_of_draft(self, draft_id: str) -> Run | None:
        """Return the run a draft belongs to, carrying that draft."""
        ...

    def run_of_task(self, task_id: str) -> Run | None:
        """Return the run a task belongs to."""
        ...

    def playbook(self, version: str) -> Playbook:
        """Return a playbook as it was when runs were pinned to it."""
        ...

    def version(self, version: str) -> Playbook | None:
        """Return a version of a playbook; None where this program can't read it."""
        ...

    def proposal(self, proposal_id: str) -> Proposal | None:
        """Return a proposed version."""
        ...

    def standing(self, name: str) -> Active | None:
        """Return which version of a playbook is active."""
        ...

    def newest_proposal(self, playbook: str) -> Proposal | None:
        """Return the newest proposed version of a playbook."""
        ...

    def assessment(self, entry: str) -> Assessment | None:
        """Return what was stated last of a piece of work, also where it was taken off the inventory."""
        ...

    def assessments(self) -> Sequence[Assessment]:
        """Return what was stated last of each piece of work on the inventory."""
        ...

    def footing(self, playbook: str) -> Footing | None:
        """Return the stage a playbook was moved to."""
        ...

    def manners(self, people: Sequence[str], since: datetime) -> Sequence[Manner]:
        """Return how each of these decided since then."""
        ...

    def track_record(self, book: Playbook, now: datetime) -> TrackRecord:
        """Return what a playbook has shown, and what is missing for its next stage."""
        ...

    def logged(self, *, about: str = "", limit: int = 50) -> Sequence[Logged]:
        """Return the newest audit entries about a run, a draft or a person, oldest first."""
        ...

    def recent(self, person: str) -> Sequence[str]:
        """Return the playbooks this person started last, newest first."""
        ...

    def in_thread(self, channel: str, thread_ts: str) -> Sequence[Run]:
        """Return the run whose card opened the thread; else those whose open drafts live in it."""
        ...

    def card_at(self, channel: str, ts: str) -> str:
        """Return the draft whose card a message is; empty for any other message."""
        ...

    def card_hash(self, draft_id: str, channel: str, ts: str, block_id: str) -> str:
        """Return the hash of what the message of a draft's card shows; empty when that is not known."""
        ...


class Texts(Protocol):
    """Where what was filled in is read as a playbook."""

    def read(self, name: str, text: str) -> Playbook:
        """Read a text as the file of this name would be. Raises `PlaybookError` with everything that is wrong."""
        ...

    def shipped(self) -> Sequence[Playbook]:
        """Return the playbooks that ship, by name."""
        ...


class Incoming(Protocol):
    """A kept event."""

    @property
    def body(self) -> dict[str, Any]:
        """The event as Slack sent it."""
        ...


class Events(Protocol):
    """Where events are kept before they are acknowledged."""

    def store_event(
        self, event_id: str, body: dict[str, Any], deadline: float | None = None
    ) -> bool:
        """Keep an event; False when it was kept before. Raises `NotRecorded`."""
        ...

    def handled(self, event_id: str) -> None:
        """Note that an event was dealt with."""
        ...

    def unhandled(self) -> Sequence[Incoming]:
        """Return the kept events nobody has dealt with, oldest first."""
        ...


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The ports of the listeners."""

    engine: Door
    shelf: Shelf
    directory: Directory
    reading: Reading
    clock: Clock
    actions: Mapping[str, ActionSpec]
    texts: Texts
    #: Has Slack asked again soon about these people; None: about its groups.
    people_changed: Callable[[Collection[str] | None], object]
    #: What waits for somebody, most pressing first.
    waiting: Callable[[str], list[Waiting]]
    #: What a proposed version would change; None where there is none that can be read.
    change: Callable[[str], Shown | None]
    #: What agents (or one) learnt from edits, as somebody may see it.
    learnt: Callable[[str, str], dict[str, Any]]
    #: Draws somebody's App Home, at a place of it.
    home: Callable[[str, Place], dict[str, Any]]
    #: Keeps somebody's App Home up to date from now on, at a place of it; nothing is its beginning.
    watch_home: Callable[[str, str], None]
    inbox: Events
    #: Shows a message to one person alone: channel, person, thread or none, message.
    whisper: Callable[[str, str, str, dict[str, Any]], object]
    #: Notes that a message shows a subject too, so that every copy is drawn again.
    adopt: Callable[[str, str, str], object]
