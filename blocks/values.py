"""What buttons and dialogs carry back, as one short text that is read strictly.

Those of a draft carry it, the revision they show and the start of that revision's payload hash, and
nothing else: what will be done is in the database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from workflows.run import Draft

#: Characters of the payload hash a button carries.
HASH_LENGTH = 12
#: Work that is not on the inventory yet.
NEW_WORK = "work:new"
_PROPOSAL = re.compile(r"([^.\s]{1,64})\.([0-9a-f]{12})\.([0-9a-f]{12}|)\.(open|dismissed)")
_WORK = re.compile(r"((?:playbook:[a-z][a-z0-9-]{1,60})|work:[0-9a-f]{16}|work:new)\.([0-9]{1,6})")
_RETURN = re.compile(r"([a-z][a-z0-9-]{1,60})\.([0-9a-f]{12})\.([0-9a-f]{12})")
_URGENT = re.compile(r"([^|\s]{1,64})\|([0-9T:.+Z-]{1,40})")
_TRUST = re.compile(
    r"([a-z][a-z0-9-]{1,60})\.([a-z]{1,20})\.([a-z]{1,20})\.([0-9a-f]{12})(?:\.([0-9a-f]{12}))?"
)
_VALUE = re.compile(r"([^.\s]{1,64})\.([1-9]\d{0,6})\.([0-9a-f]{12})")


@dataclass(frozen=True, kw_only=True)
class ButtonValue:
    """What a button of a card carries back: which draft, which revision, and what it showed."""

    draft_id: str
    revision: int
    #: The first `HASH_LENGTH` hexadecimal characters of the payload hash.
    hash: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `draft.revision.hash`. Raises `ValueError` for anything else."""
        match = _matched(_VALUE, text, "a card's button")
        return cls(draft_id=match[1], revision=int(match[2]), hash=match[3])

    def __str__(self) -> str:
        """Write `draft.revision.hash`."""
        return f"{self.draft_id}.{self.revision}.{self.hash}"


@dataclass(frozen=True, kw_only=True)
class ProposalValue:
    """What a button of a changed playbook carries back: which proposal, and what it was shown compared with."""

    proposal_id: str
    #: The first characters of the proposed version and of the active one, empty for a new playbook.
    version: str
    active: str
    state: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `proposal.version.active.state`. Raises `ValueError` for anything else."""
        match = _matched(_PROPOSAL, text, "a changed playbook's button")
        return cls(proposal_id=match[1], version=match[2], active=match[3], state=match[4])

    def __str__(self) -> str:
        """Write `proposal.version.active.state`."""
        return f"{self.proposal_id}.{self.version}.{self.active}.{self.state}"


@dataclass(frozen=True, kw_only=True)
class UrgentValue:
    """What the buttons of an emergency carry back: of which run, and when it was found."""

    run_id: str
    #: ISO 8601.
    found: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `run|found`. Raises `ValueError` for anything else."""
        match = _matched(_URGENT, text, "an emergency's button")
        return cls(run_id=match[1], found=match[2])

    def __str__(self) -> str:
        """Write `run|found`."""
        return f"{self.run_id}|{self.found}"


@dataclass(frozen=True, kw_only=True)
class ReturnValue:
    """What the button carries back that returns a playbook to the version before."""

    playbook: str
    #: The first characters of the active version and of the one before.
    active: str
    to: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `playbook.active.to`. Raises `ValueError` for anything else."""
        match = _matched(_RETURN, text, "a button that returns to a version")
        return cls(playbook=match[1], active=match[2], to=match[3])

    def __str__(self) -> str:
        """Write `playbook.active.to`."""
        return f"{self.playbook}.{self.active}.{self.to}"


@dataclass(frozen=True, kw_only=True)
class WorkValue:
    """What a button or form carries back of a piece of work: which, and the version it showed; 0 for none."""

    entry: str
    n: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `entry.n`. Raises `ValueError` for anything else."""
        match = _matched(_WORK, text, "a piece of work's button")
        return cls(entry=match[1], n=int(match[2]))

    def __str__(self) -> str:
        """Write `entry.n`."""
        return f"{self.entry}.{self.n}"


@dataclass(frozen=True, kw_only=True)
class TrustValue:
    """What a button of a playbook's report carries back: from which stage to which, on which evidence."""

    playbook: str
    seen: str
    to: str
    #: The first characters of the hash of what was shown.
    evidence: str
    #: Those of the key of the one kind of drafts it is about; empty for all of them.
    only: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `playbook.seen.to.evidence` with or without `.only`. Raises `ValueError` for anything else."""
        match = _matched(_TRUST, text, "the button of a report")
        only = match[5] or ""
        return cls(playbook=match[1], seen=match[2], to=match[3], evidence=match[4], only=only)

    def __str__(self) -> str:
        """Write what `parse` reads."""
        of = f".{self.only}" if self.only else ""
        return f"{self.playbook}.{self.seen}.{self.to}.{self.evidence}{of}"


def _matched(pattern: re.Pattern[str], text: str, whose: str) -> re.Match[str]:
    match = pattern.fullmatch(text)
    if match is None:
        msg = f"this is not the value of {whose}"
        raise ValueError(msg)
    return match


def button_value(draft_id: str, revision: int, payload_hash: str) -> str:
    """Return the value of a card's button. Raises `ValueError` where `ButtonValue.parse` would."""
    value = f"{draft_id}.{revision}.{payload_hash[:HASH_LENGTH]}"
    return str(ButtonValue.parse(value))


def value_of(draft: Draft) -> str:
    """Return what the buttons and dialogs of a draft carry: which one, and exactly what they show of it."""
    return button_value(draft.id, draft.revision, draft.current.payload_hash)


def tagged(tag: str, value: str) -> str:
    """Return a button value with one word in front: the menu choice, the page to turn to."""
    return f"{tag}:{value}"


def untagged(text: str) -> tuple[str, ButtonValue]:
    """Read what `tagged` wrote. Raises `ValueError` for anything else."""
    tag, _, value = text.partition(":")
    return tag, ButtonValue.parse(value)
