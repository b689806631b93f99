"""Which version of a playbook is active, what was proposed, and who may choose. Values only.

A file that changed is a proposal. Runs keep the version they were started with; only starts ask what is active.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from workflows.action import Record
from workflows.answers import Recorded
from workflows.versions.changes import beginning, changes, is_wider

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workflows.answers import Answer
    from workflows.company import Company, Person
    from workflows.errors import PlaybookError
    from workflows.events import Entry
    from workflows.playbook import Playbook
    from workflows.ports import Post
    from workflows.versions.changes import Change

#: Characters of a version that a button carries and people see.
SHOWN = 12

ProposalState = Literal["open", "dismissed", "activated", "withdrawn"]


class Active(Record):
    """The version of a playbook that is started."""

    playbook: str
    version: str
    #: The version before; empty while there was none.
    before: str = ""
    #: Who chose it; empty for what stood in the folder when the company was first started.
    by: str = ""
    #: What its file said then, or has said since as it: set back to that, the file says nothing new. Empty: unknown.
    filed: str = ""
    at: datetime


class Proposal(Record):
    """A changed version: a file as it was found, or what somebody filled in."""

    id: str
    playbook: str
    version: str
    #: The active version it is compared with, or was when it was decided; empty for a new playbook.
    base: str = ""
    #: Who filled it in in Slack; empty for a file.
    author: str = ""
    state: ProposalState = "open"
    #: Who decided.
    by: str = ""
    found_at: datetime
    #: When it was decided, or let go.
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """A file that can't be used."""

    #: The name of its file, which is its playbook's as a rule.
    playbook: str
    #: SHA-256 of what stands in it.
    version: str
    error: PlaybookError


@dataclass(frozen=True, kw_only=True)
class Offered:
    """What stands in `playbooks/*.yml` at one look."""

    books: tuple[Playbook, ...]
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a choice of versions is decided on."""

    active: Active | None = None
    #: The active version read; None where there is none, or this program can't read it any more.
    now: Playbook | None = None
    #: The version that would be active; None where this program can't read it.
    then: Playbook | None = None
    #: The proposal that was pressed on.
    pressed: Proposal | None = None
    #: The newest proposal of the playbook.
    newest: Proposal | None = None
    #: The version the playbook's file said when any process last looked; empty where none ever did.
    filed: str = ""
    #: Nothing was ever active or proposed here.
    untouched: bool = False

    @property
    def version(self) -> str:
        """The active version; empty where there is none."""
        return self.active.version if self.active else ""

    @property
    def waiting(self) -> str:
        """The version a form goes on from."""
        return goes_on_from(self.active, self.newest)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What was decided about versions: rows to write, what goes on the record, what is to be shown."""

    answer: Answer = field(default_factory=Recorded)
    #: Playbooks whose text is to be kept.
    kept: tuple[Playbook, ...] = ()
    actives: tuple[Active, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    entries: tuple[Entry, ...] = ()
    posts: tuple[Post, ...] = ()
    #: What files said, by playbook.
    filed: tuple[tuple[str, str], ...] = ()
    redraw: tuple[str, ...] = ()


def compared(now: Playbook | None, then: Playbook) -> tuple[Change, ...]:
    """Return what would be different; without a version to compare with, everything that comes."""
    return changes(now, then) if now else beginning(then)


def owners(book: Playbook | None, company: Company) -> tuple[Person, ...]:
    """Return who is asked about a playbook: its owners who work here now, else the company's owner."""
    named = company.members(book.owner) if book else ()
    able = tuple(person for person in named if company.may_sign(person))
    return able or company.members("owner")


def goes_on_from(active: Active | None, newest: Proposal | None) -> str:
    """Return the version a form is filled with: the one that waits, else the active one; empty where there is none."""
    if newest and newest.state == "open":
        return newest.version
    return active.version if active else ""


def wideners(book: Playbook | None, company: Company) -> tuple[Person, ...]:
    """Return who may let a playbook do more: its owners and the company's."""
    return _able([*owners(book, company), *company.members("owner")], company)


def suggesters(book: Playbook | None, company: Company) -> tuple[Person, ...]:
    """Return who may fill in a change: a playbook's owners, the company's, and admins."""
    admins = [person for person in company.people if company.is_admin(person.id)]
    return _able([*wideners(book, company), *admins], company)


def choosers(
    book: Playbook | None, company: Company, found: tuple[Change, ...]
) -> tuple[Person, ...]:
    """Return who may make these changes: for wider powers the owners alone, for others every admin too."""
    if book and not is_wider(found):
        return suggesters(book, company)
    return wideners(book, company)


def _able(asked: Iterable[Person], company: Company) -> tuple[Person, ...]:
    return tuple({person.id: person for person in asked if company.may_sign(person)}.values())
