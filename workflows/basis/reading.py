"""What Slack says of the people here: their accounts, their groups, who is away. A reading, and when it was taken.

company.yml says who is trusted; a reading only ever takes away from that. Who left, is a guest or belongs to another
organisation signs nothing whatever the file says, and a group of Slack's chooses among the people of the file.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from workflows.action import Record
from workflows.playbook import AskStep, DoStep, DraftStep, TaskStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workflows.company import Company
    from workflows.playbook import Playbook

#: A group's members count for this long after they were read.
FRESH = timedelta(minutes=5)
#: So long after the last reading people are still taken for what they were; after that nobody signs.
TRUSTED = timedelta(hours=24)
#: A pause of notifications as long as this is no night, it is an absence.
LONG_SNOOZE = timedelta(hours=14)
_GROUP = re.compile(r"@[a-z0-9][a-z0-9._-]{0,79}")
_WORD = re.compile(r"[^\W_]+")
#: Who are the members of a channel, said in so many words: a channel's name alone never names people.
IN_CHANNEL = "channel:"


class Account(Record):
    """What Slack says of the account of one person of company.yml. One that Slack does not know is not active."""

    id: str
    active: bool = True
    #: A guest, or somebody of another organisation.
    guest: bool = False
    zone: str = ""
    #: Why they are away, in words of theirs; empty while they are here.
    away: str = ""
    #: When that ends by itself; None: when they change it.
    back_at: datetime | None = None


class Members(Record):
    """Who of the people listed is in a group of Slack's, and when that was read."""

    at: datetime
    people: tuple[str, ...]


class Reading(Record):
    """One look at Slack, at the people company.yml lists and at nobody else."""

    #: When the accounts were asked for.
    at: datetime
    accounts: tuple[Account, ...] = ()
    #: When the list of user groups was asked for; None: it never could be read.
    groups_at: datetime | None = None
    #: By the name a playbook writes: `@finance-team`, `channel:finance`.
    groups: dict[str, Members] = {}
    #: Slack's word for what could not be read this time.
    problem: str = ""

    def account(self, person_id: str) -> Account | None:
        """Return what Slack says of a person; None when it was not asked about them yet."""
        return next((account for account in self.accounts if account.id == person_id), None)

    def members(self, name: str) -> tuple[str, ...]:
        """Return the people in a group of Slack's, however long ago that was read."""
        found = self.groups.get(name)
        return found.people if found else ()

    def read_at(self, name: str) -> datetime | None:
        """Return when the members of a group were read; None when they never were."""
        found = self.groups.get(name)
        if found:
            return found.at
        return None if name.startswith(IN_CHANNEL) else self.groups_at

    def is_fresh(self, at: datetime) -> bool:
        """Whether a press may go by it: accounts and groups are young, or groups can't be read here at all."""
        return at - min(self.at, self.groups_at or self.at) <= FRESH

    def covers(self, people: Iterable[str]) -> bool:
        """Whether Slack was asked about all of these."""
        return {account.id for account in self.accounts} >= set(people)

    def agrees(self, other: Reading) -> bool:
        """Whether both say the same, whenever they were taken."""
        mine = {name: found.people for name, found in self.groups.items()}
        theirs = {name: found.people for name, found in other.groups.items()}
        return (self.accounts, mine) == (other.accounts, theirs)


def is_slack_group(name: str) -> bool:
    """Whether a name means whoever Slack says: `@finance-team`, or `channel:finance`."""
    return bool(_GROUP.fullmatch(name)) or name.startswith(IN_CHANNEL)


def away_by_status(emoji: str, text: str, means: Mapping[str, str]) -> str:
    """Return why a status says that somebody is away, in the words `means` gives for it; empty when it does not.

    `means` names emojis (`:palm_tree:`) and whole words of the text, whatever their case.
    """
    words = f" {' '.join(_WORD.findall(text.casefold()))} "
    for sign, why in means.items():
        if sign == emoji or (sign[:1] != ":" and f" {sign.casefold()} " in words):
            return why
    return ""


def away_by_snooze(begins: datetime, ends: datetime, now: datetime) -> bool:
    """Whether somebody pauses notifications now for longer than a night."""
    return begins <= now < ends and ends - begins >= LONG_SNOOZE


def channels_named(company: Company, playbooks: Iterable[Playbook]) -> frozenset[str]:
    """Return the channels whose members somebody counts on: `channel:finance`."""
    named = {name for members in company.groups.values() for name in members}
    named |= {name for limit in company.limits for name in limit.by}
    for playbook in playbooks:
        named |= _names(playbook)
    return frozenset(name for name in named if name.startswith(IN_CHANNEL))


def _names(playbook: Playbook) -> set[str]:
    """Return every person, role or group a playbook names."""
    found = {playbook.owner}
    for step in playbook.steps:
        if isinstance(step, AskStep | TaskStep):
            found.add(step.who)
        elif isinstance(step, DraftStep | DoStep):
            above = [name for row in step.approve.above for name in row.by]
            found |= {*step.approve.by, *step.approve.escalate, *above}
    return found
