"""What a draft teaches once it was carried out: how somebody changed what the agent had written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.commands import SwitchExample
from workflows.events import Event
from workflows.flags import is_on
from workflows.lessons.examples import Example
from workflows.playbook import DraftStep
from workflows.trust.stages import waits

if TYPE_CHECKING:
    from workflows.run import Draft, Revision
    from workflows.turn import Turn


def learn(turn: Turn) -> None:
    """Keep the edit of a draft that was signed and carried out as an example, where that is switched on.

    What was rejected, withdrawn or never signed teaches nothing, and neither does anything a customer wrote.
    """
    draft, step = turn.draft, turn.playbook.step(turn.draft.step)
    if not isinstance(step, DraftStep) or draft.undoes:
        return
    if not is_on("learn_from_edits", turn.facts.company, turn.playbook):
        return
    before, after = _written(draft.revisions), _edited(draft)
    fields = tuple(name for name in step.writes if _changed(name, before, after))
    if after.author.kind != "user" or not fields:
        return
    turn.example = Example(
        id=draft.id,
        run_id=turn.run.id,
        playbook=turn.run.playbook,
        step=draft.step,
        agent=draft.author.agent,
        action=draft.action,
        before_n=before.n,
        after_n=after.n,
        fields=fields,
        by=after.author.id,
        reason=draft.edited_for.get(after.n, ""),
        at=turn.at,
    )
    turn.record(
        Event.DRAFT_LEARNT,
        head={
            "agent": draft.author.agent,
            "from": before.n,
            "revision": after.n,
            "fields": [*fields],
            "reason": turn.example.reason,
            **({"waits": stage} if (stage := waits(turn.example, turn.facts.footing)) else {}),
        },
    )


def unlearn(turn: Turn) -> None:
    """Take back what a draft taught, if it did: what was undone is no example."""
    off = SwitchExample(actor=turn.command.actor, example_id=turn.draft.id, to="off")
    turn.unlearns.append(off)


def _written(revisions: tuple[Revision, ...]) -> Revision:
    """Return what the agent wrote last; the first revision always is an agent's."""
    return next((each for each in reversed(revisions) if each.author.kind == "agent"), revisions[0])


def _edited(draft: Draft) -> Revision:
    """Return the revision in which what left was first written so: held back, it comes again under another name."""
    return next(each for each in draft.revisions if each.payload_hash == draft.current.payload_hash)


def _changed(name: str, before: Revision, after: Revision) -> bool:
    """Whether a text was changed. Only texts teach: where it goes and how much come from records."""
    texts = before.payload.get(name), after.payload.get(name)
    return all(isinstance(text, str) for text in texts) and texts[0] != texts[1]
