"""The names Slack sends back: action, callback and block ids, and the value a button carries.

A button carries the draft, the revision it shows and the start of that revision's payload hash, and
nothing else: what will be done is in the database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

#: Characters of the payload hash a button carries.
HASH_LENGTH = 12
_PROPOSAL = re.compile(r"([^.\s]{1,64})\.([0-9a-f]{12})\.([0-9a-f]{12}|)\.(open|dismissed)")
_WORK = re.compile(r"((?:playbook:[a-z][a-z0-9-]{1,60})|work:[0-9a-f]{16}|work:new)\.([0-9]{1,6})")
_RETURN = re.compile(r"([a-z][a-z0-9-]{1,60})\.([0-9a-f]{12})\.([0-9a-f]{12})")
_URGENT = re.compile(r"([^|\s]{1,64})\|([0-9T:.+Z-]{1,40})")
_TRUST = re.compile(
    r"([a-z][a-z0-9-]{1,60})\.([a-z]{1,20})\.([a-z]{1,20})\.([0-9a-f]{12})(?:\.([0-9a-f]{12}))?"
)
_VALUE = re.compile(r"([^.\s]{1,64})\.([1-9]\d{0,6})\.([0-9a-f]{12})")


class ActionId(StrEnum):
    """What was pressed or chosen."""

    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    REVIEW = "review"
    REVIEW_PAGE = "review_page"
    MORE = "more"
    UNDO = "undo"
    UNDO_DONE = "undo_done"
    REPLIED = "replied"
    DRAFT_AGAIN = "draft_again"
    ARRIVED = "arrived"
    SEND_AGAIN = "send_again"
    REASON = "reason"
    OPEN = "open"
    CLAIM_NEXT = "claim_next"
    TOGETHER = "together"
    ONLY_THIS = "only_this"
    HOME_PAGE = "home_page"
    TASK_DONE = "task_done"
    TASK_MORE = "task_more"
    ANSWER = "answer"
    PICK = "pick"
    START = "start"
    START_NEXT = "start_next"
    SHOW_QUEUE = "show_queue"
    SHOW_RUN = "show_run"
    SHOW_SOP = "show_sop"
    SHOW_AUDIT = "show_audit"
    SHOW_HELP = "show_help"
    SHOW_CHANGE = "show_change"
    SHOW_TEXT = "show_text"
    ACTIVATE = "activate"
    DISMISS = "dismiss"
    ROLL_BACK = "roll_back"
    CHANGE_PLAYBOOK = "change_playbook"
    NEW_PLAYBOOK = "new_playbook"
    SHOW_CHECKLIST = "show_checklist"
    RECORD_SENT = "record_sent"
    LOOKS_RIGHT = "looks_right"
    LOOKS_WRONG = "looks_wrong"
    PROMOTE = "promote"
    HOLD_OFF = "hold_off"
    SWITCH = "switch"
    EXAMPLE = "example"
    DELEGATE = "delegate"
    DELEGATE_WHICH = "delegate_which"
    INVENTORY = "inventory"
    UNLIST = "unlist"
    RETRY = "retry"
    URGENT_YES = "urgent_yes"
    URGENT_NO = "urgent_no"
    HAVE_IT = "have_it"
    FOLLOW_UP = "follow_up"
    INPUT = "input"
    SIGN_TOO = "sign_too"


class More(StrEnum):
    """The choices behind the three dots of a card; an overflow menu holds at most five."""

    CHANGE = "change"
    COMMENT = "comment"
    CLAIM = "claim"
    TAKE = "take"
    WHY = "why"


class TaskMore(StrEnum):
    """The choices behind the three dots of a task."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    HAND_OVER = "hand_over"


class CallbackId(StrEnum):
    """Which modal or Home tab was submitted or closed."""

    EDIT = "edit"
    REJECT = "reject"
    CHANGE = "change"
    SIGN = "sign"
    TAKE = "take"
    REVIEW = "review"
    TOGETHER = "together"
    PICK = "pick"
    START = "start"
    HAND_OVER = "hand_over"
    DELEGATE = "delegate"
    DELEGATE_WHICH = "delegate_which"
    CHANGE_PART = "change_part"
    CHANGE_FORM = "change_form"
    NEW_FROM = "new_from"
    NEW_FORM = "new_form"
    FOLLOW_UP = "follow_up"
    RECORD = "record"
    WRONG = "wrong"
    HOME = "home"
    NOTICE = "notice"


class BlockId(StrEnum):
    """The parts of a message or view; `block_id` adds what makes them unique."""

    TITLE = "title"
    FACTS = "facts"
    BODY = "body"
    DIFF = "diff"
    WHY = "why"
    NOTE = "note"
    STATE = "state"
    BUTTONS = "buttons"
    INPUT = "input"
    REASON = "reason"
    OWN_WORDS = "own_words"
    SIGN_TOO = "sign_too"
    NEEDED = "needed"
    ROW = "row"
    TICK = "tick"
    PAGES = "pages"
    TABLE = "table"
    CHART = "chart"
    NEXT = "next"
    PLAYBOOK = "playbook"
    PERSON = "person"
    STEPS = "steps"
    FOOTER = "footer"


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


#: Work that is not on the inventory yet.
NEW_WORK = "work:new"


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


def tagged(tag: str, value: str) -> str:
    """Return a button value with one word in front: the menu choice, the page to turn to."""
    return f"{tag}:{value}"


def untagged(text: str) -> tuple[str, ButtonValue]:
    """Read what `tagged` wrote. Raises `ValueError` for anything else."""
    tag, _, value = text.partition(":")
    return tag, ButtonValue.parse(value)


def block_id(part: BlockId, *keys: str | int) -> str:
    """Return `part:key:key`, unique in a message and new for each version of it.

    Slack keeps what it drew for a `block_id` it has seen, so the keys of a card hold the revision
    and the state.
    """
    return ":".join([part, *[str(key) for key in keys]])[:255]
