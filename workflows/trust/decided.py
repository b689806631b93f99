"""What became of a draft, as figures count it: how people decided, how long that took, what came after."""

from __future__ import annotations

from datetime import datetime
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

from workflows.action import Money, Record
from workflows.commands import REASONS
from workflows.run import DraftState
from workflows.trust.stages import BY_RULE, Maker

if TYPE_CHECKING:
    from workflows.ports import JsonObject
    from workflows.run import Draft, Run

#: How people left a draft: sent as it was written, with a small edit, with a larger one; or not sent.
#: `alone` was signed by a rule and nobody has said more; `right` and `wrong` are what somebody then said. In shadow a
#: draft `agreed` with what people sent, `differed` from it, or stayed `silent`.
End = Literal[
    "unchanged",
    "touched",
    "edited",
    "rejected",
    "taken",
    "expired",
    "withdrawn",
    "alone",
    "right",
    "wrong",
    "agreed",
    "differed",
    "silent",
]
#: Sent as it was written, or nearly.
ACCEPTED = frozenset({"unchanged", "touched"})
SENT = frozenset({*ACCEPTED, "edited"})
#: What somebody decided before anything left.
BY_PEOPLE = frozenset({*SENT, "rejected", "taken"})
#: What a rule signed, whatever somebody said of it afterwards.
RULED = frozenset({"alone", "right", "wrong"})
#: What trust is counted over. What a rule sent can only lower it: were *right* a yes, a rule would vouch for itself.
WEIGHED = frozenset({*BY_PEOPLE, "wrong"})
#: What came to something in the open, whoever decided it.
IN_THE_OPEN = frozenset({*BY_PEOPLE, *RULED})
#: An edit is small up to this share of its words, when no number, address or link in it is another.
SMALL = 0.1
#: Texts of more words are not compared word by word: such an edit counts as a larger one.
_WORDS = 800


class Decided(Record):
    """One draft as people left it, without its texts."""

    draft_id: str
    run_id: str
    playbook: str
    #: The playbook version of its run.
    version: str
    step: str
    action: str
    #: The agent, the model and the prompt that wrote it.
    maker: Maker
    amount: Money | None = None
    #: Something was carried out for its customer before.
    known: bool = False
    #: Empty while it waits.
    end: End | Literal[""] = ""
    #: Why it was rejected.
    reason: str = ""
    opened_at: datetime
    at: datetime | None = None
    #: Who signed last, rejected it, took it over or looked at it.
    by: str = ""
    #: When what was signed was held back or undone last.
    undone_at: datetime | None = None
    #: It could not be carried out, nobody knew whether it was, or it went by itself and was wrong.
    trouble: bool = False
    #: Characters of what was decided about.
    length: int = 0

    @property
    def is_good(self) -> bool:
        """Whether it was sent as it was written or nearly, and stayed so."""
        return self.end in ACCEPTED and not (self.undone_at or self.trouble)

    @property
    def is_override(self) -> bool:
        """Whether people did otherwise than it said: not sent, done by themselves, or taken back."""
        return self.end in {"rejected", "taken", "wrong"} or self.undone_at is not None

    @property
    def changed_at(self) -> datetime:
        """When something became of it last."""
        return max(each for each in (self.opened_at, self.at, self.undone_at) if each)


class FailedRun(Record):
    """A run that could not go on, before or after its draft, also where somebody tried it again since."""

    run_id: str
    #: The playbook version it was of.
    version: str
    #: When, the last time.
    at: datetime


def decided(draft: Draft, run: Run) -> Decided:
    """Return what became of a draft of a run."""
    said = draft.ending.reason if draft.ending else ""
    return Decided(
        draft_id=draft.id,
        run_id=run.id,
        playbook=run.playbook,
        version=run.version,
        step=draft.step,
        action=draft.action,
        maker=Maker.of(draft.author),
        amount=draft.amount,
        known=draft.known,
        end=_end(draft),
        # One of the list: what else somebody said is no figure, and may be erased.
        reason=(said if said in REASONS else "other") if draft.state is DraftState.REJECTED else "",
        opened_at=draft.opened_at,
        at=_at(draft),
        by=_by(draft),
        undone_at=draft.undone_at,
        trouble=_is_trouble(draft),
        length=sum(len(str(value)) for value in draft.current.payload.values()),
    )


_ENDS: dict[DraftState, End] = {
    DraftState.REJECTED: "rejected",
    DraftState.TAKEN: "taken",
    DraftState.EXPIRED: "expired",
    DraftState.WITHDRAWN: "withdrawn",
}


def _end(draft: Draft) -> End | Literal[""]:
    """Return how people left a draft. One that makes up for another is no agent's and counts for nothing."""
    if draft.undoes:
        return ""
    if draft.state in _ENDS:
        return _ENDS[draft.state]
    if draft.state is DraftState.KEPT:
        return _likeness(draft)
    return _signed(draft) if draft.signed_at else ""


def _signed(draft: Draft) -> End:
    if _is_by_rule(draft):
        return (draft.review and draft.review.verdict) or "alone"
    first, last = draft.revisions[0], draft.current
    if first.payload_hash == last.payload_hash:
        return "unchanged"
    return "touched" if is_small(first.payload, last.payload) else "edited"


def _likeness(draft: Draft) -> End:
    if draft.silent is None or draft.silent.sent is None:
        return "silent"
    return "agreed" if draft.silent.agrees else "differed"


def _is_by_rule(draft: Draft) -> bool:
    return bool(draft.signers) and draft.signers[-1].startswith(BY_RULE)


def _at(draft: Draft) -> datetime | None:
    """Return when it was decided, or looked at after; None while it waits."""
    if draft.review and draft.review.at:
        return draft.review.at
    ended = draft.state in {*_ENDS, DraftState.KEPT}
    return draft.ending.at if ended and draft.ending else draft.signed_at


def _by(draft: Draft) -> str:
    """Return who rejected it, took it over, signed it last or looked at it; empty while it waits."""
    if draft.state in {*_ENDS, DraftState.KEPT} and draft.ending:
        return draft.ending.by.id
    if draft.review and draft.review.by:
        return draft.review.by
    return draft.signers[-1] if draft.signed_at and draft.signers else ""


def _is_trouble(draft: Draft) -> bool:
    """Whether it was signed and could not be carried out, or a person had to say whether it was."""
    if draft.review and draft.review.verdict == "wrong":
        return True
    in_doubt = draft.state is DraftState.EXECUTED and draft.ending is not None
    return draft.state in {DraftState.FAILED, DraftState.UNCERTAIN} or in_doubt


def is_small(before: JsonObject, after: JsonObject) -> bool:
    """Whether an edit only smoothed words: no other fields, no number, address or link changed, few words."""
    changed = [name for name in {*before, *after} if before.get(name) != after.get(name)]
    return all(_is_smooth(before.get(name), after.get(name)) for name in changed)


def _is_smooth(before: object, after: object) -> bool:
    if not isinstance(before, str) or not isinstance(after, str):
        return False
    old, new = before.split(), after.split()
    if max(len(old), len(new)) > _WORDS or _exact(old) != _exact(new):
        return False
    return SequenceMatcher(None, old, new, autojunk=False).ratio() >= 1 - SMALL


def _exact(words: list[str]) -> list[str]:
    """Return the words in which every character counts."""
    marks = ("@", "://", "www.")
    return [w for w in words if any(c.isdigit() for c in w) or any(m in w for m in marks)]
