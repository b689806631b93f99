"""What the figures ask for by themselves: back to where people sign, to the version or the prompt before, a report.

Nothing is ever promoted here. What is asked for is decided by the engine like anything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.commands import Demote, FallBack, Report
from workflows.lessons import prompts
from workflows.playbook import DraftStep
from workflows.run import SYSTEM
from workflows.trust import evidence
from workflows.trust.criteria import passed, said_missing
from workflows.trust.figures import newest
from workflows.trust.stages import ALONE, ahead, stage_of
from workflows.versions.version import SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from workflows.commands import Command
    from workflows.playbook import Playbook
    from workflows.ports import Looking
    from workflows.trust.evidence import Past
    from workflows.trust.stages import Footing
    from workflows.versions.version import Active


def asked_for(look: Looking, book: Playbook, now: datetime) -> list[Command]:
    """Return what a playbook's figures ask for now. They are read only where something may come of it."""
    active, footing = look.active(book.playbook), look.footing(book.playbook)
    stage = stage_of(footing, book.rollout.start)
    may_rise = _may_rise(book, footing)
    if active is None or not (stage in ALONE or active.before or may_rise or _is_written(book)):
        return []
    past = evidence.past(look, book.playbook, now)
    worse: list[Command] = [*_back(book, footing, past), *_before(book, active, past)]
    # A prompt that was taken back is asked for again as long as it is the newest one, and keeps no other step waiting.
    rise = [] if worse or not may_rise else [*_report(book, footing, past, now)]
    return [*worse, *prompts.back(book, past.drafts), *rise]


def _report(book: Playbook, footing: Footing | None, past: Past, now: datetime) -> Iterator[Report]:
    """Show its owners what was earned, once for each standing."""
    known = evidence.track_record(book, footing, past, now)
    if known.lacking and not known.kinds:
        return
    since = footing.since.isoformat() if footing else ""
    key = f"trust:{book.playbook}:{known.to}:{since}{':some' if known.lacking else ''}"
    yield Report(actor=SYSTEM, key=key, playbook=book.playbook)


def _is_written(book: Playbook) -> bool:
    """Whether an agent writes something of it, so that its prompt may be to blame."""
    return any(isinstance(step, DraftStep) for step in book.steps)


def _may_rise(book: Playbook, footing: Footing | None) -> bool:
    """Whether nothing but figures stands before the next stage."""
    to = ahead(footing, book.rollout.start)
    return to is not None and not said_missing(book, to)


def _back(book: Playbook, footing: Footing | None, past: Past) -> Iterator[Command]:
    """Where people sign everything there is nothing to be taken back from. What was granted is judged alone."""
    if stage_of(footing, book.rollout.start) not in ALONE:
        return
    bounds, granted = book.rollout.back_when, footing.granted if footing else ()
    if why := passed(past.of_kinds(granted).latest(bounds.over), bounds):
        yield Demote(actor=SYSTEM, playbook=book.playbook, to="assist", why=why)


def _before(book: Playbook, active: Active, past: Past) -> Iterator[Command]:
    """Return to the version before where the active one passes a bound which that one kept, over enough drafts.

    After it, the version before is the one that did badly: nothing goes back and forth. What a prompt is to blame for
    is none of the version's.
    """
    if not active.before:
        return
    bounds = book.rollout.back_when
    now, then = prompts.blameless(book, past.of(active.version)), past.of(active.before)
    enough = len(newest(then.drafts, bounds.over)) >= bounds.over
    why = passed(now.latest(bounds.over), bounds)
    if why and enough and not passed(then.latest(bounds.over), bounds):
        to, name = active.before[:SHOWN], book.playbook
        key = f"fallback:{name}:{active.version[:SHOWN]}:{to}"
        yield FallBack(
            actor=SYSTEM, key=key, playbook=name, active=active.version[:SHOWN], to=to, why=why
        )
