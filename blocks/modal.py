"""The dialogs: edit, reject, full text, picking and starting a playbook. Closing does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import contents, elements, form, picker, rich, sop
from blocks.ids import ActionId, BlockId, CallbackId, block_id
from blocks.text import Block, mrkdwn
from blocks.values import tagged, value_of
from workflows.commands import NO_MESSAGES, REASONS
from workflows.policy import SIGNING_LEVEL
from workflows.run import Draft, DraftState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import JsonValue

    from blocks.contents import Part
    from workflows.action import ActionSpec, Field
    from workflows.playbook import Playbook
    from workflows.run import Task

_HASH_SHOWN = 16
_REASON = 1000
_RECENT = 5
#: Bytes of text one dialog can hold for editing; Slack takes 250 kB for all of a view.
_EDITABLE = 160_000


def edit(draft: Draft, spec: ActionSpec) -> Block:
    """Return the edit form: the fields people may change as inputs, the others to read."""
    fields = _editable(draft, spec)
    names = {field.name for field in fields}
    parts = contents.parts(draft.current.payload, spec)
    shown = [part for part in parts if part.name not in names]
    blocks = _fixed(draft, shown)
    blocks += form.inputs(fields, draft.current.payload)
    if fields:
        blocks += [_edited_for(), _sign_too(draft)]
    else:
        blocks.append(_nothing_to_edit(draft))
    return elements.modal(
        CallbackId.EDIT,
        "Edit the draft",
        blocks,
        metadata=value_of(draft),
        submit="Save" if fields else "",
        close="Cancel",
    )


def _editable(draft: Draft, spec: ActionSpec) -> list[Field]:
    """Return the fields that may be changed here; what a dialog can't hold stays out of it."""
    room = _EDITABLE
    found: list[Field] = []
    for field in spec.fields:
        size = len(str(draft.current.payload.get(field.name) or "").encode("utf-8", "replace"))
        if field.name in draft.rule.edit and size <= room:
            found.append(field)
            room -= size
    return found


def _fixed(draft: Draft, shown: list[Part]) -> list[Block]:
    """Return the fields that stay as they are, long ones only begun."""
    if not shown:
        return []
    lines = [
        rich.section(rich.text(f"{part.label}  ", bold=True), *part.elements(contents.PREVIEW))
        for part in shown[:10]
    ]
    return [rich.block(block_id(BlockId.FACTS, draft.id, draft.revision), *lines)]


def _nothing_to_edit(draft: Draft) -> Block:
    words = mrkdwn("Nothing in this draft may be edited. Reject it with a reason instead.")
    return elements.section(block_id(BlockId.NOTE, draft.id, draft.revision), words)


def _edited_for() -> Block:
    reasons = [reason for reason in REASONS if reason != NO_MESSAGES]
    options = [elements.option(reason.capitalize(), reason) for reason in reasons]
    element: Block = {
        "type": "radio_buttons",
        "action_id": str(ActionId.INPUT),
        "options": options,
    }
    hint = "One tap, if you like: it goes on the record with the edit."
    return elements.entry(
        BlockId.REASON, "What was wrong with it?", element, hint=hint, optional=True
    )


def _sign_too(draft: Draft) -> Block:
    choice = elements.option("Sign it too", "yes", description="Saves your edit, then signs it")
    element = {"type": "checkboxes", "action_id": str(ActionId.SIGN_TOO), "options": [choice]}
    label = f"After revision {draft.revision + 1} is saved"
    return elements.entry(BlockId.SIGN_TOO, label, element, optional=True)


def reject(draft: Draft) -> Block:
    """Return the reasons, each one tap, and a field for other words."""
    value = value_of(draft)
    buttons = [
        elements.button(ActionId.REASON, reason.capitalize(), value, suffix=str(at))
        for at, reason in enumerate(REASONS[:-1])
        if draft.address or reason != NO_MESSAGES
    ]
    words = {
        "type": "plain_text_input",
        "action_id": str(ActionId.INPUT),
        "multiline": True,
        "max_length": _REASON,
    }
    hint = "The agent reads this when it drafts again."
    note = "One tap rejects with this reason:"
    if draft.address:
        note = "One tap rejects with this reason. _No more messages_ holds for every playbook:"
    blocks = [
        rich.block(
            block_id(BlockId.TITLE, draft.id), rich.section(*rich.runs(draft.title, limit=300))
        ),
        elements.section(BlockId.NOTE, mrkdwn(note)),
        elements.actions(BlockId.REASON, *buttons),
        elements.entry(BlockId.OWN_WORDS, "Or in your own words", words, hint=hint),
    ]
    return elements.modal(
        CallbackId.REJECT,
        "Reject the draft",
        blocks,
        metadata=value,
        submit="Reject",
        close="Cancel",
    )


def review(draft: Draft, spec: ActionSpec | None, page: int = 1, *, level: int = 3) -> Block:
    """Return one page of the full text; the last page of an open draft can be signed.

    `page` counts from 1; a page that doesn't exist is the nearest one that does. Below playbook level 3
    a draft can be read and copied, not signed.
    """
    shown = contents.parts(draft.current.payload, spec)
    pages = contents.pages(shown)
    page = min(max(page, 1), len(pages))
    last = page == len(pages)
    may_sign = draft.state is DraftState.OPEN and level >= SIGNING_LEVEL
    blocks = [
        rich.block(
            block_id(BlockId.TITLE, draft.id, page),
            rich.section(*rich.runs(draft.title, limit=300)),
        ),
        elements.context(
            block_id(BlockId.NOTE, draft.id, page), _measure(draft, shown, page, len(pages))
        ),
        *[_piece(draft, part, page, at) for at, part in enumerate(pages[page - 1])],
    ]
    if len(pages) > 1:
        blocks.append(_turning(draft, page, len(pages)))
    return elements.modal(
        CallbackId.REVIEW,
        f"Full text {page} of {len(pages)}"[: elements.TITLE],
        blocks,
        metadata=value_of(draft),
        submit="Approve" if last and may_sign else "",
    )


def _measure(draft: Draft, shown: tuple[Part, ...], page: int, on: int) -> str:
    count, hashed = contents.length(shown), draft.current.payload_hash[:_HASH_SHOWN]
    size = f"{count:,} characters · revision {draft.revision}"
    return f"Page {page} of {on} · {size} · SHA-256 {hashed}…"


def _piece(draft: Draft, part: Part, page: int, at: int) -> Block:
    label = rich.section(rich.text(part.label, bold=True))
    return rich.block(
        block_id(BlockId.BODY, draft.id, page, at), label, rich.quote(*part.elements())
    )


def _turning(draft: Draft, page: int, on: int) -> Block:
    value = value_of(draft)
    steps = [("Back", page - 1), ("Next", page + 1)]
    buttons = [
        elements.button(ActionId.REVIEW_PAGE, text, tagged(str(to), value), suffix=text.lower())
        for text, to in steps
        if 1 <= to <= on
    ]
    return elements.actions(block_id(BlockId.PAGES, draft.id, page), *buttons)


def pick(playbooks: Sequence[Playbook], recent: Sequence[str] = (), metadata: str = "") -> Block:
    """Return the picker: the last ones used as buttons, all of them in a menu one can type into."""
    if not playbooks:
        words = mrkdwn("There is no playbook to start yet. Put one into the playbooks folder.")
        return elements.modal(
            CallbackId.PICK, "Start a playbook", [elements.section(BlockId.NOTE, words)]
        )
    titles = {playbook.playbook: playbook.title for playbook in playbooks}
    buttons = [
        elements.button(ActionId.PICK, titles[name], name, about="a new run", suffix=str(at))
        for at, name in enumerate(dict.fromkeys(name for name in recent if name in titles))
    ]
    blocks = [elements.actions(BlockId.NEXT, *buttons[:_RECENT])] if buttons else []
    blocks.append(
        elements.entry(BlockId.PLAYBOOK, "Playbook", picker.menu(ActionId.PICK, playbooks))
    )
    return elements.modal(
        CallbackId.PICK,
        "Start a playbook",
        blocks,
        metadata=metadata,
        submit="Next",
        close="Cancel",
    )


def start(
    playbook: Playbook,
    values: dict[str, JsonValue] | None = None,
    metadata: str = "",
    *,
    waits: bool = False,
) -> Block:
    """Return the procedure in one glance and the form of its inputs, above Start.

    `waits` says that a changed version is proposed: what is started is still the one that is shown.
    """
    noted = [sop.waiting(playbook)] if waits else []
    blocks = [*sop.glance(playbook), *noted, *form.inputs(playbook.inputs, values or {})]
    return elements.modal(
        CallbackId.START,
        shorten_title(playbook.title),
        blocks,
        metadata=metadata,
        submit="Start",
        close="Cancel",
    )


def shorten_title(title: str) -> str:
    """Return a title that fits a dialog's head (24 characters), cut between words if it can be."""
    if len(title) <= elements.TITLE:
        return title
    return title[: elements.TITLE - 1].rsplit(" ", 1)[0] + "…"


def shown(message: Block) -> Block:
    """Return a message as a dialog, for who asked where no message can be shown to them alone."""
    return elements.modal(CallbackId.NOTICE, "Sayso", message["blocks"])


def hand_over(task: Task) -> Block:
    """Return the dialog that asks who takes a task over."""
    chooser: Block = {"type": "users_select", "action_id": str(ActionId.INPUT)}
    title = rich.block(
        block_id(BlockId.TITLE, task.id), rich.section(*rich.runs(task.title, limit=300))
    )
    hint = "They are told, and have as much time left as there is."
    blocks = [title, elements.entry(BlockId.PERSON, "Who takes it over?", chooser, hint=hint)]
    return elements.modal(
        CallbackId.HAND_OVER,
        "Hand over the task",
        blocks,
        metadata=task.id,
        submit="Hand over",
        close="Cancel",
    )


def said(sentence: str, *, title: str = "Done") -> Block:
    """Return a dialog that says one sentence, such as what came of a button in a dialog."""
    return elements.modal(
        CallbackId.NOTICE, title, [elements.plain_section(BlockId.NOTE, sentence)]
    )
