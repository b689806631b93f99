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
    SWITCH = "switch"
    RETRY = "retry"
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
    PICK = "pick"
    START = "start"
    HAND_OVER = "hand_over"
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
    ROW = "row"
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
        match = _VALUE.fullmatch(text)
        if match is None:
            msg = "this is not the value of a card's button"
            raise ValueError(msg)
        return cls(draft_id=match[1], revision=int(match[2]), hash=match[3])

    def __str__(self) -> str:
        """Write `draft.revision.hash`."""
        return f"{self.draft_id}.{self.revision}.{self.hash}"


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
