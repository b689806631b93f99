"""The playbooks of App Home: what each may do, what it did this week, what its owner can do about its versions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from blocks import home
from workflows.delegation.matrix import classes_of, recommend
from workflows.trust.stages import standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from bot.storage.queue import Week
    from workflows.action import ActionSpec
    from workflows.delegation.inventory import Assessment
    from workflows.playbook import Playbook
    from workflows.ports import Clock, Directory, Shelf
    from workflows.trust.stages import Footing
    from workflows.versions.version import Active, Proposal


class Looking(Protocol):
    """What is looked up for it."""

    def standing(self, name: str) -> Active | None:
        """Return which version of a playbook is active."""
        ...

    def newest_proposal(self, playbook: str) -> Proposal | None:
        """Return the newest proposed version of a playbook."""
        ...

    def assessments(self) -> Sequence[Assessment]:
        """Return what was stated last of each piece of work on the inventory."""
        ...

    def footings(self) -> Sequence[Footing]:
        """Return the stage of every playbook that was moved."""
        ...

    def this_week(self, now: datetime, zone: ZoneInfo) -> Mapping[str, Week]:
        """Count each playbook's drafts since the company's Monday."""
        ...


class Owned:
    """Tells of playbooks, to everybody or to who owns them."""

    def __init__(
        self,
        *,
        reading: Looking,
        directory: Directory,
        shelf: Shelf,
        clock: Clock,
        actions: Mapping[str, ActionSpec],
    ) -> None:
        """Take what is looked at."""
        self._actions = actions
        self._reading, self._directory, self._shelf, self._clock = reading, directory, shelf, clock

    def all(self) -> list[home.Owned]:
        """Return every playbook, with who owns it."""
        return self._told(self._shelf.books())

    def of(self, person: str) -> list[home.Owned]:
        """Return the playbooks somebody owns, with what they can do about their versions."""
        company = self._directory.company()
        mine = [
            book
            for book in self._shelf.books()
            if person in {owner.id for owner in company.members(book.owner)}
        ]
        return [self._with_versions(replace(one, owner="")) for one in self._told(mine)]

    def _with_versions(self, one: home.Owned) -> home.Owned:
        active, newest = self._reading.standing(one.name), self._reading.newest_proposal(one.name)
        return replace(
            one,
            proposal=newest.id if newest and newest.state == "open" else "",
            before=active.before if active and active.version == one.version else "",
        )

    def _told(self, books: Sequence[Playbook]) -> list[home.Owned]:
        weeks = self._reading.this_week(self._clock.now(), self._directory.company().tz)
        stated = {one.playbook: one for one in self._reading.assessments()}
        stands = {footing.playbook: footing for footing in self._reading.footings()}
        found: list[home.Owned] = []
        for book in books:
            name, week = book.playbook, weeks.get(book.playbook)
            one = home.Owned(
                name=name,
                title=book.title,
                version=book.version,
                level=book.level,
                owner=book.owner,
                stage=standing(stands.get(name), book.rollout.start),
            )
            one = replace(one, **week.model_dump()) if week else one
            found.append(self._advised(one, book, stated[name]) if name in stated else one)
        return found

    def _advised(self, one: home.Owned, book: Playbook, stated: Assessment) -> home.Owned:
        """Add what the delegation matrix recommends."""
        told = recommend(stated.scores, classes_of(book, self._actions))
        by = self._directory.company().name_of(stated.by)
        return replace(one, recommended=told.level, scored_by=by)
