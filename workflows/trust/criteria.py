"""What a playbook, or some of its drafts, would still have to show for a stage, in words with their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.trust.figures import percent
from workflows.trust.stages import ALONE, ceiling, stricter

if TYPE_CHECKING:
    from workflows.playbook import Playbook
    from workflows.trust.evidence import TrackRecord
    from workflows.trust.figures import Figures
    from workflows.trust.rollout import Back, Rollout
    from workflows.trust.stages import Stage


def lacking(book: Playbook, found: TrackRecord) -> tuple[str, ...]:
    """Return what is missing for the next stage, each as a clause with its numbers."""
    if found.to is None:
        return ("there is no stage after this one",)
    confirmed = found.to == found.stage and not found.granted
    missing = said_missing(book, found.to)
    if not confirmed:
        missing += days_missing(book.rollout, found)
    if found.to not in ALONE:
        few = _few(
            found.figures.compared,
            book.rollout.at_least,
            "drafts compared with what people sent",
        )
        return () if confirmed else (*missing, *few)
    return (*missing, *shown_missing(book.rollout, found.figures, found.newest))


def said_missing(book: Playbook, to: Stage) -> list[str]:
    """Return what its file would have to say."""
    missing = beyond_level(book, to)
    if not book.rollout.baseline:
        missing.append("no baseline says how the work went before")
    if to in ALONE and not book.rollout.is_narrowed:
        missing.append("no audience or share says for whom it may go by itself")
    return missing


def beyond_level(book: Playbook, to: Stage) -> list[str]:
    """Return that a stage is freer than the level in its file allows, where it is."""
    most = ceiling(book.level)
    if stricter(to, most) == to:
        return []
    return [f"its file says level {book.level}, which allows {most} at most"]


def shown_missing(rollout: Rollout, counted: Figures, last: Figures) -> list[str]:
    """Return what its drafts, or some of them, would have to show before they go by themselves."""
    missing = _few(counted.decided, rollout.at_least, "drafts decided")
    if counted.decided and counted.success < rollout.success:
        missing.append(_unsure(counted, rollout.success))
    if why := passed(last, rollout.back_when):
        missing.append(why)
    return missing


def days_missing(rollout: Rollout, found: TrackRecord) -> list[str]:
    """Return the days that are missing: in shadow, or with people signing as long and longer."""
    if found.stage == "shadow":
        return _short(found.days, rollout.shadow, "in shadow")
    whole = rollout.shadow + rollout.levels
    return [
        *_short(found.days, rollout.levels, f"at {found.stage}"),
        *_short(found.age, whole, "since its first draft"),
    ]


def _short(days: float, needed: float, where: str) -> list[str]:
    asked = needed / 86400
    return [f"{int(days)} of {asked:g} days {where}"] if days < asked else []


def _few(count: int, needed: int, what: str) -> list[str]:
    return [f"{count} of {needed} {what}"] if count < needed else []


def _unsure(found: Figures, needed: float) -> str:
    done = f"{found.good} of {found.decided} decisions were good ({percent(found.success)})"
    return f"{done}, {percent(needed)} are needed"


def passed(found: Figures, back: Back) -> str:
    """Return which bound the newest drafts pass, in words; empty when they keep to all of them.

    It is the number that counts, so that a few bad ones send it back before there are many.
    """
    drafts = found.in_the_open
    tried, error = f"{drafts} drafts", "in trouble"
    if found.failed:
        tried = f"{min(drafts + found.failed, back.over)} drafts and runs"
        error = f"errors ({found.trouble} in trouble, {found.failed} could not go on)"
    for count, bound, looked, what in (
        (found.overrides, back.overrides, f"{drafts} drafts", "overridden"),
        (found.errors, back.errors, tried, error),
    ):
        if count > bound * back.over:
            of = f"{count} of the newest {looked} were {what}"
            return f"{of}; the bound is {percent(bound)} of {back.over}"
    return ""
