"""What people and the agent did to an open draft so far: what changed and for whom, who signed with which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import diff, elements, rich, standing
from blocks.ids import BlockId
from blocks.text import Block, moment, mrkdwn, person

if TYPE_CHECKING:
    from workflows.action import ActionSpec
    from workflows.run import Draft, Revision

_WHY = 300
_FACT = 150


def changes(draft: Draft, spec: ActionSpec | None) -> list[Block]:
    """Return who made this revision and what changed, from the second revision on."""
    if len(draft.revisions) < 2:  # noqa: PLR2004 -- a first revision has nothing to be compared with
        return []
    before, now = draft.revisions[-2:]
    found = diff.changed(before, now, spec)
    head = rich.section(*_by(draft, now, changed=bool(found)))
    verdict = [rich.section(*_verdict(draft))] if draft.needed else []
    return [rich.block(standing.named(draft, BlockId.DIFF), head, *found, *verdict)]


def _by(draft: Draft, now: Revision, *, changed: bool) -> list[Block]:
    number = rich.text(f"Revision {now.n}, ", italic=True)
    if not changed:
        return [number, rich.text("held back: earlier signatures count no more", italic=True)]
    wish = next((each for each in draft.wishes if each.made == now.n), None)
    if wish is None:
        reason = draft.edited_for.get(now.n, "")
        why = [rich.text(f": {reason}", italic=True)] if reason else []
        return [number, rich.text("edited by ", italic=True), standing.who(now.author), *why]
    asked = [standing.who(wish.by), rich.text(": "), *rich.runs(wish.words, limit=_FACT)]
    return [number, rich.text("written again for ", italic=True), *asked]


def _verdict(draft: Draft) -> list[Block]:
    """Return what the policy said of the changed text, where that is not what it said before."""
    now, before = rich.coded(draft.needs.words, _FACT), rich.coded(draft.needed, _FACT)
    return [rich.text("Now needs ", bold=True), *now, rich.text("; before, "), *before]


def not_again(draft: Draft) -> list[Block]:
    """Return why the agent's last try came to nothing, as long as the text is the one it was about."""
    wish = draft.wishes[-1] if draft.wishes else None
    if wish is None or not wish.problem or wish.about != draft.revision:
        return []
    line = [rich.text("Not written again: ", bold=True), *rich.runs(wish.problem, limit=_WHY)]
    line += [rich.text(". "), standing.who(wish.by), rich.text(" asked: ")]
    return [
        rich.block(
            standing.named(draft, BlockId.STATE),
            rich.section(*line, *rich.runs(wish.words, limit=_FACT)),
        )
    ]


def said(draft: Draft) -> list[Block]:
    """Return what was said with the signatures so far, and who is looking at it."""
    quotes = standing.comments(draft)
    found = [rich.block(standing.named(draft, BlockId.ROW, "said"), *quotes)] if quotes else []
    if claim := draft.claim:
        words = mrkdwn(
            "{} is looking at it until {}", person(claim.by), moment(claim.until, "{time}")
        )
        found.append(elements.context(standing.named(draft, BlockId.NOTE, "claim"), words))
    return found
