"""What a company switches on or off, for all of it or for one playbook. Whatever is not named is as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from workflows.action import Record

if TYPE_CHECKING:
    from workflows.company import Company
    from workflows.playbook import Playbook

Flag = Literal["learn_from_edits", "sign_together", "plain_words"]


class Flags(Record):
    """What is switched on (`true`) or off (`false`). In a playbook: for its runs, whatever the company says."""

    #: Whether agents are shown how people changed their earlier texts. Off unless it is switched on.
    learn_from_edits: bool | None = None
    #: Whether drafts that are alike may be signed in one dialog. On unless it is switched off.
    sign_together: bool | None = None
    #: Whether plain words in a card's thread decide. On unless it is switched off.
    plain_words: bool | None = None


#: How it comes, and what it is called.
FLAGS: dict[Flag, tuple[bool, str]] = {
    "learn_from_edits": (False, "Learning from edits"),
    "sign_together": (True, "Signing together"),
    "plain_words": (True, "Plain words in threads"),
}


def is_on(flag: Flag, company: Company, playbook: Playbook | None = None) -> bool:
    """Whether something is on: as the playbook says, else as the company does, else as it comes."""
    said = (playbook.flags if playbook else None, company.flags)
    chosen = [getattr(flags, flag) for flags in said if flags is not None]
    return next((each for each in chosen if each is not None), FLAGS[flag][0])
