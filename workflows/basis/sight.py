"""What Slack said of the people, apart from when: that stays the same for hours, and is kept once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from workflows.action import Record
from workflows.basis.ground import KeptText
from workflows.basis.reading import Account, Members, Reading

if TYPE_CHECKING:
    from workflows.ports import JsonObject

#: The kind of document it is kept as.
KIND = "reading"


class Times(Record):
    """When a reading was taken, part by part."""

    at: datetime
    groups_at: datetime | None = None
    #: Groups that were read at another time than the accounts.
    groups: dict[str, datetime] = {}


class Sight(KeptText):
    """A reading without its times."""

    accounts: tuple[Account, ...] = ()
    groups: dict[str, tuple[str, ...]] = {}
    problem: str = ""

    def written(self) -> JsonObject:
        """Return what is kept: of most people that is an id and a zone."""
        return self.model_dump(mode="json", exclude={"edition"}, exclude_defaults=True)

    def at(self, times: Times) -> Reading:
        """Return the reading of these times."""
        return Reading(
            at=times.at,
            accounts=self.accounts,
            groups_at=times.groups_at,
            groups={
                name: Members(at=times.groups.get(name, times.at), people=people)
                for name, people in self.groups.items()
            },
            problem=self.problem,
        )


def sight_of(reading: Reading) -> Sight:
    """Return what a reading says."""
    groups = {name: found.people for name, found in reading.groups.items()}
    return Sight(accounts=reading.accounts, groups=groups, problem=reading.problem)


def times_of(reading: Reading) -> JsonObject:
    """Return when a reading was taken, as an entry carries it."""
    apart = {name: each.at for name, each in reading.groups.items() if each.at != reading.at}
    times = Times(at=reading.at, groups_at=reading.groups_at, groups=apart)
    return times.model_dump(mode="json", exclude_defaults=True)
