"""What may leave without a person's signature, and why not. One check a function; the first that objects is said.

Three locks, one behind the other: the file (level 4, its day's limits, the step's rule: its owner activated them), the
stage (earned by evidence, a person promoted it), and this very draft. Where one is shut, people sign as always.
"""

from __future__ import annotations

import hashlib
from datetime import UTC
from typing import TYPE_CHECKING

from workflows import limits, privacy
from workflows.action import Record
from workflows.limits import Ask, Told
from workflows.trust.calibration import ENOUGH
from workflows.trust.figures import percent
from workflows.trust.segments import of_draft
from workflows.trust.stages import (
    ALONE,
    ALONE_RULES,
    BY_RULE,
    NEVER_ALONE,
    Maker,
    ceiling,
    is_granted,
    listed,
    stage_of,
    stricter,
)
from workflows.worktime import day_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.playbook import Alone
    from workflows.run import Draft
    from workflows.trust.stages import Stage
    from workflows.turn import Turn


class Verdict(Record):
    """Whether a draft goes by itself, on what grounds; if not, why a person is asked, empty where they always are."""

    goes: bool
    why: str = ""
    words: str = ""
    cites: tuple[str, ...] = ()


def stage(turn: Turn) -> Stage:
    """Return the stage that counts: where the playbook stands, and no freer than its level allows."""
    stands = stage_of(turn.facts.footing, turn.playbook.rollout.start)
    return stricter(stands, ceiling(turn.playbook.level))


def verdict(turn: Turn, draft: Draft) -> Verdict:
    """Decide whether a draft that opens goes by itself. It may ask what was counted, last of all."""
    if draft.rule.kind not in ALONE_RULES or draft.stage not in ALONE:
        return Verdict(goes=False)
    for objection in _OBJECTIONS:
        if why := objection(turn, draft):
            return Verdict(goes=False, why=why)
    return _within_day(turn, draft)


def lost(turn: Turn, draft: Draft) -> str:
    """Return why what a rule signed may not leave any more; empty for what people signed, and while it may."""
    if not draft.ruled:
        return ""
    stands = stage(turn)
    if stricter(stands, draft.stage) != draft.stage:
        return f"the playbook was taken back to {stands} meanwhile"
    return next((why for objects in _LASTING if (why := objects(turn, draft))), "")


def signer(playbook: str) -> str:
    """Return whose signature it is that a rule of this playbook gives."""
    return f"{BY_RULE}{playbook}"


def is_sampled(draft_id: str, share: float) -> bool:
    """Whether a person sees this one first. Its id is drawn after it was written, so no agent can know."""
    return _is_drawn(f"sample:{draft_id}", share)


def _never(turn: Turn, draft: Draft) -> str:
    spec = turn.facts.actions.get(draft.action)
    for risk in (draft.risk, spec.risk if spec else draft.risk):
        if risk in NEVER_ALONE:
            return f"{risk} never goes by itself"
    about_employees = privacy.is_private(turn.playbook, turn.facts.actions)
    return "what is about employees never goes by itself" if about_employees else ""


def _emergency(turn: Turn, _draft: Draft) -> str:
    """What follows an emergency a person answers for, also once somebody has dealt with it."""
    paths = turn.playbook.exceptions
    taken = any(paths[n - 1].on == "emergency" for n in turn.run.exceptions)
    return "there was an emergency in this run" if taken else ""


def _more_than_one(_turn: Turn, draft: Draft) -> str:
    """Beyond a threshold or a limit people sign."""
    needs = draft.needs
    return needs.words if needs.quorum != 1 or needs.cites else ""


def _used_up(turn: Turn, draft: Draft) -> str:
    """A limit for each signer holds for a rule as for a person."""
    limit = limits.used_up(turn, draft, signer(turn.run.playbook))
    return f"beyond the limit, {limit.words}" if limit else ""


def _gates(_turn: Turn, draft: Draft) -> str:
    return f"look twice: {draft.confidence.gates[0]}" if draft.confidence.gates else ""


def _not_the_same(turn: Turn, draft: Draft) -> str:
    """What was earned with one version, model and prompt is not earned with another, nor kept when that is given up."""
    footing, author, active = turn.facts.footing, draft.author, turn.facts.active
    if active and active != turn.run.version:
        return "another version of the playbook is active by now"
    if footing is None or footing.version != turn.run.version:
        return "this version of the playbook has not earned it yet"
    fixed = author.model == "none"
    if fixed or Maker.of(author) in footing.makers:
        return ""
    return f"{author.agent} writes with another model or prompt than it was earned with"


def _not_granted(turn: Turn, draft: Draft) -> str:
    """What was granted for some drafts alone lets no others go."""
    footing = turn.facts.footing
    if footing is None or is_granted(footing.granted, of_draft(draft)):
        return ""
    return f"by itself only {listed(footing.granted)}"


def _not_among(turn: Turn, draft: Draft) -> str:
    """Only whom the rollout names is reached by itself."""
    rollout = turn.playbook.rollout
    if rollout.audience == "known customers" and not draft.known:
        return "by itself only for customers something was carried out for before"
    about = draft.customer or turn.run.subject.raw
    if rollout.share is not None and not is_among(turn.run.playbook, about, rollout.share):
        return f"by itself only for {percent(rollout.share, 2)} of customers so far"
    return ""


def is_among(playbook: str, about: str, share: float) -> bool:
    """Whether somebody is of the share; always the same ones, and with a larger share they still are."""
    return _is_drawn(f"share:{playbook}:{about}", share)


def _is_drawn(name: str, share: float) -> bool:
    """Whether a name is of the share, from 0 to 1: the same one always, and with a larger share still."""
    drawn = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(drawn[:8]) < share * 2**64


def _not_sure(turn: Turn, draft: Draft) -> str:
    """At the stage `threshold` enough of what was like it went out unchanged."""
    if draft.stage != "threshold":
        return ""
    known, wanted = turn.acceptance(draft), draft.rule.confidence
    if known.n < ENOUGH:
        return f"{known.n} of {ENOUGH} decisions on such drafts are known"
    if known.bound < wanted:
        sure = f"at least {percent(known.bound)} of such drafts go out unchanged"
        return f"{sure}, and {percent(wanted, 2)} must"
    return ""


def _sampled(turn: Turn, draft: Draft) -> str:
    share = max(turn.facts.company.sample, turn.playbook.sample)
    return "sampled: a person sees some of them first" if is_sampled(draft.id, share) else ""


_OBJECTIONS: tuple[Callable[[Turn, Draft], str], ...] = (
    _never,
    _emergency,
    _more_than_one,
    _gates,
    _not_the_same,
    _not_granted,
    _not_among,
    _not_sure,
    _sampled,
    _used_up,
)
#: What is looked at again just before it leaves: a night, a pause or five tries may lie between. Thresholds and limits
#: are asked again for whoever signed. Not again: how sure such drafts are (each decision elsewhere moves it up and
#: down, and a rate that falls too low takes the stage), the sample (drawn once) and the day's limits (it is counted on
#: the day it was signed).
_LASTING: tuple[Callable[[Turn, Draft], str], ...] = (
    _never,
    _emergency,
    _gates,
    _not_the_same,
    _not_granted,
    _not_among,
    _used_up,
)


def _within_day(turn: Turn, draft: Draft) -> Verdict:
    """Count what went by itself today, nobody else of this playbook meanwhile. What can't be compared is beyond."""
    bounds = turn.playbook.alone
    if bounds is None:
        return Verdict(
            goes=False, why="the playbook says no limits within which it may go by itself"
        )
    told = turn.told(
        Ask(
            person=signer(turn.run.playbook),
            actions=tuple(sorted(turn.facts.actions)),
            since=day_of(turn.at, turn.facts.company.tz).astimezone(UTC),
            besides=draft.id,
        )
    )
    if told.count + 1 > bounds.count:
        return Verdict(goes=False, why=f"the day's {bounds.count} by itself are used up")
    if _is_too_much(told, draft, bounds):
        return Verdict(goes=False, why=f"beyond {bounds.amount} a day by itself")
    return Verdict(
        goes=True,
        words=f"{draft.rule.kind}, stage {draft.stage}, {told.count + 1} of {bounds.count} today",
        cites=(
            f"stage:{draft.stage}",
            f"rule:{draft.rule.kind}",
            f"alone:{bounds.count}/{bounds.amount}",
        ),
    )


def _is_too_much(told: Told, draft: Draft, bounds: Alone) -> bool:
    amounts = [*told.sums, *([draft.amount] if draft.amount else [])]
    if any(each.currency != bounds.amount.currency for each in amounts):
        return True
    return sum(abs(each.minor) for each in amounts) > bounds.amount.minor
