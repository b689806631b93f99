"""Whether a playbook has the controls that its kind of work needs. A few kinds are seen in its steps, others said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.playbook import AskStep, DoStep, DraftStep, ReadStep, TaskStep, WaitStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workflows.loading.inspection import Inspection
    from workflows.loading.positions import Path
    from workflows.playbook import PlaybookKind

#: Types of fields an agent may write into a record: what stands in it, never which one it is.
_CONTENT = frozenset({"long_text"})
_REPLIED = "- {on: replied, then: stop}"


def check_controls(it: Inspection) -> None:
    """Write down which controls are missing, at the line that makes them needed.

    Not where something is wrong already: what is missing may be what can't be read.
    """
    if it.sheet.problems:
        return
    _customers(it)
    _records(it)
    _emergencies(it)
    found = _follow_up(it)
    if found is not None:
        _followed_up(it, found)
    if (where := _said(it, "leads")) is not None:
        _leads(it, where)


def _said(it: Inspection, kind: PlaybookKind) -> Path | None:
    """Return where the playbook says that it is of this kind."""
    kinds = it.playbook.kind
    return ("kind", kinds.index(kind)) if kind in kinds else None


def _signed(it: Inspection) -> Iterator[tuple[int, DraftStep | DoStep]]:
    """Return the steps that carry something out, with their positions."""
    for n, step in enumerate(it.playbook.steps):
        if isinstance(step, DraftStep | DoStep) and step.action in it.actions:
            yield n, step


def _letters(it: Inspection) -> list[tuple[int, DraftStep | DoStep]]:
    """Return the steps that reach a customer."""
    return [(n, step) for n, step in _signed(it) if it.actions[step.action].reaches]


def _on(it: Inspection, *names: str) -> bool:
    return any(path.on in names for path in it.playbook.exceptions)


# --- Talking to customers ---


def _customers(it: Inspection) -> None:
    """Somebody is asked before a letter expires unseen."""
    for n, step in _letters(it):
        if not step.approve.escalate and not _on(it, "late", "replied"):
            problem = f"{step.action} reaches a customer, and nobody is asked when nobody signs"
            hint = f"Name somebody under `escalate`, or add under exceptions: {_REPLIED.replace('replied', 'late')}"
            it.note(("steps", n, "approve", "escalate"), problem, hint)


# --- Following up ---


def _follow_up(it: Inspection) -> Path | None:
    """Return what makes it one: it says so, a letter after a wait, or a second letter."""
    said = _said(it, "follow-up")
    if said is not None:
        return said
    letters = [n for n, _ in _letters(it)]
    waits = [n for n, step in enumerate(it.playbook.steps) if isinstance(step, WaitStep)]
    if waits and letters and letters[-1] > waits[0]:
        after = next(n for n in letters if n > waits[0])
        return ("steps", after, it.kind(after))
    return None


def _followed_up(it: Inspection, where: Path) -> None:
    """Their daytime, no letter that is out of date, an end when they answer, and never twice at a time."""
    book = it.playbook
    what = "a playbook that writes to a customer again"
    if book.customer is None or not book.customer.zone:
        hint = 'Write customer: {id: "{{ quote.email }}", zone: "{{ quote.zone }}"}.'
        it.note(where, f"{what} needs to know whose daytime counts: `customer` with a `zone`", hint)
    if not _on(it, "replied"):
        hint = f"Add under exceptions: {_REPLIED}"
        it.note(where, f"{what} needs to end when they answer: an exception `replied`", hint)
    if book.mode == "parallel" and not book.once_per:
        hint = "Write mode: single, or once_per."
        it.note(where, f"{what} must not do so twice at a time: `mode` or `once_per`", hint)
    for n, step in _letters(it):
        if not step.still:
            problem = f"{what} needs `still`: what must hold when the letter leaves"
            it.note(("steps", n, it.kind(n)), problem, 'Like still: quote.status == "sent".')


# --- Records of leads ---


def _leads(it: Inspection, where: Path) -> None:
    book = it.playbook
    if not any(isinstance(step, ReadStep) and step.require for step in book.steps):
        hint = "Write require: [name, email] at the step that reads it."
        it.note(where, "records of leads need fields that must be there: `require`", hint)
    if book.mode == "parallel" and not book.once_per:
        hint = 'Write once_per: "{{ inputs.email }}", or mode: single.'
        it.note(where, "records of leads must not be made twice: `once_per` or `mode`", hint)
    tagged = any("source" in step.with_ for _, step in _signed(it))
    if "source" not in it.inputs and not tagged:
        hint = "Ask for it: inputs: {source: {type: text}}."
        it.note(where, "records of leads need to say where they come from: an input `source`", hint)
    if not _on(it, "failed"):
        hint = "Add under exceptions: - {on: failed, then: call}, with a task `call` set aside."
        problem = "records of leads need somebody to be told when one can't be delivered: `failed`"
        it.note(where, problem, hint)


# --- Changing records outside ---


def _records(it: Inspection) -> None:
    """Which record and which field it is stands in the file, and there is a way back."""
    crm = _said(it, "crm") is not None
    for n, step in _signed(it):
        spec = it.actions[step.action]
        if spec.reaches or not (crm or _changes_records(it, step)):
            continue
        if not spec.undo:
            problem = f"{step.action} changes a record and can't be undone, so there is no way back"
            it.note(("steps", n, "action"), problem, "Use an action that can be, or a task.")
        types = {field.name: field.type for field in spec.fields}
        for k, name in enumerate(step.writes if isinstance(step, DraftStep) else ()):
            if types.get(name, "long_text") not in _CONTENT:
                problem = f"which record is changed must stand in the file: `{name}` under `with`"
                it.note(("steps", n, "writes", k), problem, "An agent writes what stands in it.")


def _changes_records(it: Inspection, step: DraftStep | DoStep) -> bool:
    """Whether an action names a record by its `id` and changes it."""
    return any(field.name == "id" for field in it.actions[step.action].fields)


# --- Urgent work ---


def _emergencies(it: Inspection) -> None:
    """A person looks: an emergency leads to somebody, and never only to an end."""
    for n, path in enumerate(it.playbook.exceptions):
        if path.on == "emergency" and not isinstance(
            it.playbook.step(path.then), AskStep | TaskStep
        ):
            problem = "in an emergency a person must confirm: lead to a `task` or an `ask`"
            it.note(("exceptions", n, "then"), problem, "Like then: call, a task set aside.")
    said = _said(it, "urgent")
    if said is not None and not _on(it, "emergency"):
        hint = "Add under exceptions: - {on: emergency, words: [gas leak, fire], then: call}"
        it.note(said, "urgent work needs the words it is known by: an exception `emergency`", hint)
