"""What a run came to, in the few words a change of its playbook is judged by: who signs what, until when, the end."""

from __future__ import annotations

from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING

from workflows.action import Record

if TYPE_CHECKING:
    from workflows.past.standing import Standing
    from workflows.run import Draft


class Signing(Record):
    """One draft: what would be carried out, who signs it, until when, and what became of it."""

    step: str
    action: str
    #: In words: "one of sales".
    needs: str
    #: `2,480.00 USD`; empty without one.
    amount: str
    until: datetime
    state: str

    @property
    def words(self) -> str:
        """As a person reads it."""
        return f"{self.step}: {self.needs}" + (f", {self.amount}" if self.amount else "")


class Course(Record):
    """How a run went, or would have gone."""

    #: Why it would not start, in a sentence.
    refused: str = ""
    signings: tuple[Signing, ...] = ()
    state: str = ""
    step: str = ""
    #: What nobody can know of how it would have gone on.
    unknown: str = ""

    @property
    def words(self) -> str:
        """As a person reads it."""
        if self.refused:
            return f"refused: {self.refused}"
        return "; ".join([f"{self.state} at {self.step}", *(one.words for one in self.signings)])


def course(standing: Standing, unknown: str = "") -> Course:
    """Return how a run went that stands there."""
    run = standing.run
    drafts = sorted(standing.drafts.values(), key=lambda one: (one.opened_at, one.id))
    return Course(
        signings=tuple(_signing(one) for one in drafts),
        state=run.state.value if run else "",
        step=run.step if run else "",
        unknown=unknown,
    )


def _signing(draft: Draft) -> Signing:
    return Signing(
        step=draft.step,
        action=draft.action,
        needs=draft.needs.words,
        amount=str(draft.amount or ""),
        until=draft.expires_at,
        state=draft.state.value,
    )


def changes(was: Course, would: Course) -> tuple[str, ...]:
    """Say what would have been otherwise, the first thing first; nothing when it would have been the same."""
    if would.refused:
        return (f"would not start: {would.refused}",)
    found: list[str] = []
    for old, new in zip_longest(was.signings, would.signings):
        found += _signed(old, new, is_known=not would.unknown)
    stood, stands = (was.state, was.step), (would.state, would.step)
    if stands != stood and not would.unknown:
        found.append(f"would be {would.state} at {would.step} instead of {was.state} at {was.step}")
    if would.unknown and (found or stands != stood):
        found.append(f"can't be known further: {would.unknown}")
    return tuple(found)


def _signed(old: Signing | None, new: Signing | None, *, is_known: bool) -> list[str]:
    if new is None:
        return [f"asks for no signature at {old.step}"] if old and is_known else []
    if old is None or (old.step, old.action) != (new.step, new.action):
        return [f"asks {new.needs} to sign {new.step}"]
    found: list[str] = []
    if new.needs != old.needs:
        found.append(f"needs {new.needs} instead of {old.needs}")
    if new.amount != old.amount:
        found.append(f"is about {new.amount or 'no amount'} instead of {old.amount or 'none'}")
    if new.until != old.until:
        found.append(f"is due {new.until:%Y-%m-%d %H:%M} UTC instead of {old.until:%Y-%m-%d %H:%M}")
    if new.state != old.state and is_known:
        found.append(f"{new.step} would be {new.state} instead of {old.state}")
    return found
