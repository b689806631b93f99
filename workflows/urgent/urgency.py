"""What may be an emergency: what came in, who was asked or paged, who has it. Frozen, like the run it belongs to."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from workflows.action import Record
from workflows.text import Untrusted

#: Where it was found: in the inputs, in what was read, in the signal a step waited for, in a customer's reply.
Came = Literal["start", "read", "signal", "reply"]


class Page(Record):
    """Somebody was asked whether it is an emergency, or paged for one."""

    person: str
    at: datetime
    kind: Literal["asked", "paging"]
    #: The how manieth time the line is gone through, from 1.
    round: int


class Urgent(Record):
    """A run's emergency, as far as it has come."""

    #: The exception of the playbook that found it, by its place from 1, and the word it found.
    n: int
    word: str = ""
    why: str
    #: The text it was found in.
    passage: Untrusted = Untrusted("")
    came: Came
    rota: str
    #: `asked`: somebody has to say whether it is one. `paging`: it is, and somebody has to take it. `taken`: somebody
    #: has, as a task. `over`: closed, or it was none.
    state: Literal["asked", "paging", "taken", "over"] = "asked"
    since: datetime
    pages: tuple[Page, ...] = ()
    round: int = 1
    #: When the next in line is asked; None when nobody is any more.
    next_at: datetime | None = None
    #: Who said last what it is or took it, when, and what that was, in words.
    by: str = ""
    at: datetime | None = None
    said: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer."""
        return self.state in {"asked", "paging"}

    @property
    def person(self) -> str:
        """Who was asked or paged last."""
        return self.pages[-1].person

    @property
    def key(self) -> str:
        """What an exception found, so that it is not asked about twice."""
        return f"{self.n}:{self.word}"
