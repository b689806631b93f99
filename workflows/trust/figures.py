"""What the drafts of a playbook came to, counted. Shares are from 0 to 1; what nobody decided is in none of them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, get_args

from workflows.action import Record
from workflows.trust.decided import BY_PEOPLE, IN_THE_OPEN, End

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence
    from datetime import datetime
    from typing import TypeVar

    from workflows.trust.decided import Decided, FailedRun

    Key = TypeVar("Key", bound=Hashable)


#: Drafts are looked back at so far.
LOOKED_BACK = timedelta(days=180)


class Figures(Record):
    """Drafts by what became of them."""

    opened: int = 0
    #: Sent as written, with a small edit, with a larger one.
    unchanged: int = 0
    touched: int = 0
    edited: int = 0
    rejected: int = 0
    taken: int = 0
    expired: int = 0
    withdrawn: int = 0
    #: Sent by a rule: those nobody has said more of, those somebody then found right, and those found wrong.
    alone: int = 0
    right: int = 0
    wrong: int = 0
    #: Silent drafts that were the same as what people sent, others, and those nobody said anything of.
    agreed: int = 0
    differed: int = 0
    silent: int = 0
    #: Of those sent: held back or undone, and those that could not be carried out, were in doubt or found wrong.
    undone: int = 0
    trouble: int = 0
    #: Runs that could not go on, without those whose draft is in trouble already.
    failed: int = 0
    #: Sent as written or nearly, and stayed so.
    good: int = 0
    #: People did otherwise: rejected, taken over, held back, undone.
    overrides: int = 0
    #: How often each reason was given for a rejection, the most frequent first.
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def decided(self) -> int:
        """How many somebody decided."""
        return self.sent + self.rejected + self.taken + self.wrong

    @property
    def by_rule(self) -> int:
        """How many a rule signed."""
        return self.alone + self.right + self.wrong

    @property
    def in_the_open(self) -> int:
        """How many came to something in the open, whoever decided it."""
        return self.decided + self.alone + self.right

    @property
    def errors(self) -> int:
        """Drafts in trouble, and runs that could not go on."""
        return self.trouble + self.failed

    @property
    def compared(self) -> int:
        """How many silent drafts there is something to compare with."""
        return self.agreed + self.differed

    @property
    def sent(self) -> int:
        """How many were signed."""
        return self.unchanged + self.touched + self.edited

    @property
    def success(self) -> float:
        """The decision success rate: of those decided, the ones sent as written or nearly, and that stayed so."""
        return share(self.good, self.decided)


def percent(part: float, places: int = 1) -> str:
    """Return a share as a person reads it, rounded down to so many places: `94.9 %` never becomes 95."""
    step = 10**places
    return f"{int(part * 100 * step + 1e-9) / step:g} %"


def share(part: int, whole: int) -> float:
    """Return part of whole, from 0 to 1; nothing of nothing is 0."""
    return part / whole if whole else 0.0


def figures(drafts: Iterable[Decided]) -> Figures:
    """Count them."""
    found = [*drafts]
    ends = Counter(one.end for one in found)
    people = [one for one in found if one.end in BY_PEOPLE]
    known = [one for one in found if one.end in IN_THE_OPEN]
    reasons = Counter(one.reason for one in found if one.end == "rejected" and one.reason)
    return Figures(
        opened=len(found),
        **{name: ends[name] for name in get_args(End)},
        undone=sum(one.undone_at is not None for one in found),
        trouble=sum(one.trouble for one in known),
        good=sum(one.is_good for one in people),
        overrides=sum(one.is_override for one in known),
        reasons=tuple(sorted(reasons.items(), key=lambda each: (-each[1], each[0]))),
    )


def by(drafts: Iterable[Decided], key: Callable[[Decided], Key]) -> dict[Key, Figures]:
    """Count them apart by version, agent, action, step or whatever `key` says."""
    groups: dict[Key, list[Decided]] = {}
    for one in drafts:
        groups.setdefault(key(one), []).append(one)
    return {name: figures(group) for name, group in groups.items()}


def newest(drafts: Iterable[Decided], count: int) -> list[Decided]:
    """Return those in the open of which something became last, at most `count`, the newest first."""
    known = [one for one in drafts if one.end in IN_THE_OPEN]
    return sorted(known, key=lambda one: (one.changed_at, one.draft_id), reverse=True)[:count]


def unshared(failed: Iterable[FailedRun], drafts: Iterable[Decided]) -> list[FailedRun]:
    """Return the runs whose failing is counted with none of these drafts: one fault is one error.

    What makes up for another draft is itself counted nowhere.
    """
    counted = {one.run_id for one in drafts if one.trouble and one.end in IN_THE_OPEN}
    return [one for one in failed if one.run_id not in counted]


def latest(drafts: Sequence[Decided], failed: Iterable[FailedRun], count: int) -> Figures:
    """Count the newest `count` drafts in the open, and the errors among as many drafts and failed runs together.

    So runs that fail crowd no override out, and no error is measured against more than `count`.
    """
    known = newest(drafts, count)
    tried = [(one.changed_at, one.run_id, one.trouble, False) for one in known]
    tried += [(one.at, one.run_id, False, True) for one in unshared(failed, drafts)]
    last = sorted(tried, reverse=True)[:count]
    errors = {"trouble": sum(one[2] for one in last), "failed": sum(one[3] for one in last)}
    return figures(known).model_copy(update=errors)


def since(drafts: Iterable[Decided], at: datetime) -> list[Decided]:
    """Return those that were opened at `at` or later."""
    return [one for one in drafts if one.opened_at >= at]
