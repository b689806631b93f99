"""The card of a draft nobody is shown: do it as always, then say what you sent; and both, side by side, afterwards.

Until somebody has said, nothing of the draft's text stands anywhere on it: it must not lead anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import elements, form, rich, standing
from blocks.ids import ActionId, BlockId, CallbackId, block_id
from blocks.text import Block, joined, moment, mrkdwn, people, sentence
from blocks.values import value_of
from workflows.text import Untrusted

if TYPE_CHECKING:
    from workflows.action import ActionSpec, Field
    from workflows.run import Draft, Likeness, Silent

_TITLE = 300
#: Characters of each of two texts that stand beside each other.
_BESIDE = 700
_FIELDS = 10


def card(draft: Draft) -> Block:
    """Return what people see while it waits: what to do, for whom first, until when, and one button."""
    first = mrkdwn("For {} first", people(draft.assigned)) if draft.assigned else mrkdwn("")
    who = mrkdwn("for {}", people(draft.needs.words))
    until = mrkdwn("can be recorded until {}", moment(draft.expires_at))
    value = value_of(draft)
    record = elements.button(
        ActionId.RECORD_SENT, "Record what I sent", value, about=draft.title, primary=True
    )
    blocks = [
        _lead(draft, "Do this as you always do: "),
        elements.context(
            standing.named(draft, BlockId.NOTE),
            joined([first, who, until]),
            "Sayso is learning in shadow: it sends nothing, and shows its own draft afterwards",
        ),
        elements.actions(standing.named(draft, BlockId.BUTTONS), record),
    ]
    words = sentence("Do this as you always do: {}. Then say what you sent.", draft.title)
    return elements.message(words, blocks)


def kept(draft: Draft, silent: Silent) -> Block:
    """Return what became of it: both texts, field by field, and how alike they are."""
    blocks = [_lead(draft, ""), *_beside(draft, silent)]
    blocks.append(elements.context(standing.named(draft, BlockId.STATE), _closed(draft, silent)))
    return elements.message(
        sentence("Closed, nothing was sent from here: {}.", draft.title), blocks
    )


def _lead(draft: Draft, words: str) -> Block:
    title = rich.text(draft.title, bold=True, limit=_TITLE)
    lead = [rich.text(words)] if words else []
    then = [rich.text(". Then say what you sent.")] if words else []
    return rich.block(standing.named(draft, BlockId.TITLE), rich.section(*lead, title, *then))


def _beside(draft: Draft, silent: Silent) -> list[Block]:
    if silent.sent is None:
        return []
    payload = draft.current.payload
    lines: list[Block] = []
    for each in silent.likeness[:_FIELDS]:
        how = "the same" if each.same else _alike(each)
        lines.append(rich.section(rich.text(f"{each.name}  ", bold=True), rich.text(how)))
        if not each.same:
            lines.append(_quoted("Sayso", payload.get(each.name)))
            lines.append(_quoted("Sent", silent.sent.get(each.name)))
    return [rich.block(standing.named(draft, BlockId.DIFF), *lines)] if lines else []


def _alike(each: Likeness) -> str:
    return f"{each.percent} % of the words alike" if each.percent else "different"


def _quoted(whose: str, value: object) -> Block:
    text = Untrusted(str(value or "nothing"))
    return rich.quote(rich.text(f"{whose}: ", bold=True), *rich.runs(text, limit=_BESIDE))


def _closed(draft: Draft, silent: Silent) -> str:
    if silent.sent is None:
        return (
            f"Shadow · {draft.ending.reason if draft.ending else 'closed'} · nothing left from here"
        )
    same = "they agree" if silent.agrees else "they differ"
    return f"Shadow · a person sent it; beside Sayso's draft {same} · nothing left from here"


def asked(draft: Draft, spec: ActionSpec) -> Block:
    """Return the form in which people say what they sent: its open fields, empty, or that nothing was needed."""
    names = draft.silent.fields if draft.silent else ()
    fields = [_optional(field) for field in spec.fields if field.name in names]
    choice = elements.option("Nothing was needed", "yes", description="Then the run ends here")
    element = {"type": "checkboxes", "action_id": str(ActionId.INPUT), "options": [choice]}
    title = rich.section(*rich.runs(draft.title, limit=_TITLE))
    return elements.modal(
        CallbackId.RECORD,
        "Record what I sent",
        [
            rich.block(block_id(BlockId.TITLE, draft.id), title),
            *form.inputs(fields, {}),
            elements.entry(BlockId.NEEDED, "Or", element, optional=True),
        ],
        metadata=value_of(draft),
        submit="Record",
        close="Cancel",
    )


def _optional(field: Field) -> Field:
    """Return the field as one that may stay empty: what people send is not always whole."""
    return field.model_copy(update={"required": False, "default": None})
