"""What is drawn of a playbook: a changed version, what it has shown, a version that does badly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from blocks import proposal, trust
from blocks.values import ReturnValue
from bot.slack.outbox import Drawing
from workflows.delegation.inventory import advised, of_playbook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.storage.outbox import Message as Row
    from workflows.action import ActionSpec
    from workflows.delegation.inventory import Assessment
    from workflows.playbook import Playbook
    from workflows.ports import Clock, Directory
    from workflows.trust.evidence import TrackRecord
    from workflows.versions.version import Active, Proposal


class Looking(Protocol):
    """What is looked up to draw it."""

    def standing(self, name: str) -> Active | None:
        """Return which version of a playbook is active."""
        ...

    def version(self, version: str) -> Playbook | None:
        """Return a version of a playbook; None where this program can't read it."""
        ...

    def assessment(self, entry: str, /) -> Assessment | None:
        """Return what was stated last of a piece of work."""
        ...

    def proposal(self, proposal_id: str) -> Proposal | None:
        """Return a proposed version."""
        ...

    def track_record(self, book: Playbook, now: datetime) -> TrackRecord:
        """Return what a playbook has shown, and what is missing for its next stage."""
        ...


class Playbooks:
    """Draws what is said of a playbook."""

    def __init__(
        self,
        *,
        reading: Looking,
        directory: Directory,
        clock: Clock,
        actions: Mapping[str, ActionSpec],
    ) -> None:
        """Take what is looked at."""
        self._reading, self._directory = reading, directory
        self._clock, self._actions = clock, actions

    def proposal(self, _row: Row, proposal_id: str) -> Drawing:
        """Return the card of a changed version."""
        seen = self.change(proposal_id)
        return Drawing(message=proposal.card(seen) if seen else proposal.gone())

    def change(self, proposal_id: str) -> proposal.Shown | None:
        """Return what a proposed version would change; None where there is none that can be read."""
        found = self._reading.proposal(proposal_id)
        then = self._reading.version(found.version) if found else None
        if found is None or then is None:
            return None
        now = self._reading.version(found.base) if found.base else None
        active = self._reading.standing(found.playbook)
        company = self._directory.company()
        lines = self._raised(now, then)
        return proposal.shown(found, now, then, company, active.version if active else "", lines)

    def _raised(self, now: Playbook | None, then: Playbook) -> tuple[str, ...]:
        """Return what the matrix says of a version whose level is higher than before, or of a new playbook."""
        if now and now.level >= then.level:
            return ()
        stated = self._reading.assessment(of_playbook(then.playbook))
        if stated is None or not stated.listed:
            ask = f"Nobody has scored it: `/sayso delegate {then.playbook}`"
            return (ask,) if now else ()
        zone = self._directory.company().tz
        return advised(stated, then, self._actions, by=stated.by, zone=zone)

    def trust(self, _row: Row, name: str) -> Drawing:
        """Return the report of what a playbook has shown."""
        active = self._reading.standing(name.partition(":")[0])
        book = self._reading.version(active.version) if active else None
        if book is None:
            return Drawing(message=trust.gone())
        found = self._reading.track_record(book, self._clock.now())
        return Drawing(message=trust.report(book.title, found))

    def fallback(self, row: Row, name: str) -> Drawing:
        """Return what is said of a version that does badly; while it is active, with the way back."""
        playbook, now, before = name.split(":")
        back = ReturnValue(playbook=playbook, active=now, to=before)
        active = self._reading.standing(playbook)
        asks = active is not None and active.version.startswith(now)
        return Drawing(message=trust.fell_back(str(row.body.get("text", "")), back, ask=asks))
