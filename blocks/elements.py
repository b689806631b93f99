"""Blocks and elements as plain dicts: sections, context lines, buttons, options, inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.text import Block, Mrkdwn, begun, marked, plain, raw

if TYPE_CHECKING:
    from blocks.ids import ActionId
    from workflows.text import Untrusted

LABEL = 75
#: Characters of a view's title and of its buttons.
TITLE = 24
_OPTION_VALUE = 150
#: Options a menu can hold, and groups of them.
OPTIONS = 100
#: Characters of a label and a hint in a form; Slack takes 2,000, people don't.
_FORM_LABEL = 150
_FORM_HINT = 300


def section(block_id: str, text: Mrkdwn, *, accessory: Block | None = None) -> Block:
    """Return a paragraph of our own markup, shown whole, with at most one element at its right."""
    shown: Block = {"type": "section", "block_id": block_id, "text": marked(text), "expand": True}
    return shown if accessory is None else {**shown, "accessory": accessory}


def plain_section(block_id: str, text: str | Untrusted, *, accessory: Block | None = None) -> Block:
    """Return a paragraph of anybody's text without any markup, shown whole."""
    shown: Block = {"type": "section", "block_id": block_id, "text": plain(text), "expand": True}
    return shown if accessory is None else {**shown, "accessory": accessory}


def context(block_id: str, *parts: Mrkdwn | str | Untrusted) -> Block:
    """Return a small grey line; a part that isn't `Mrkdwn` is shown as plain text."""
    elements = [marked(part) if isinstance(part, Mrkdwn) else plain(part, 500) for part in parts]
    return {"type": "context", "block_id": block_id, "elements": elements[:10]}


def header(block_id: str, text: str | Untrusted) -> Block:
    """Return a large line."""
    return {"type": "header", "block_id": block_id, "text": plain(text, 150)}


def actions(block_id: str, *elements: Block) -> Block:
    """Return a row of buttons and menus."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(
    action: ActionId,
    text: str,
    value: str,
    *,
    about: str | Untrusted = "",
    primary: bool = False,
    suffix: str = "",
) -> Block:
    """Return a button; `about` names its object for screen readers.

    `suffix` keeps the action id unique where one block has several buttons of a kind.
    """
    element: Block = {
        "type": "button",
        "action_id": f"{action}:{suffix}" if suffix else str(action),
        "text": plain(text, LABEL),
        "value": value,
    }
    if about:
        element["accessibility_label"] = begun(f"{text} {raw(about)}", LABEL)
    if primary:
        element["style"] = "primary"
    return element


def confirmed(element: Block, *, title: str, text: str | Untrusted, yes: str) -> Block:
    """Return the element with a question before it counts; only for what can't be undone."""
    question = {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain("Not now", 30),
    }
    return {**element, "confirm": question}


def option(text: str | Untrusted, value: str, *, description: str | Untrusted = "") -> Block:
    """Return one choice of a menu or a group of radio buttons; the value is ours, never theirs."""
    chosen: Block = {"text": plain(text, LABEL), "value": value[:_OPTION_VALUE]}
    if description:
        chosen["description"] = plain(description, LABEL)
    return chosen


def overflow(action: ActionId, *options: Block) -> Block:
    """Return the three-dots menu, of at most five choices."""
    return {"type": "overflow", "action_id": str(action), "options": list(options[:5])}


def select(
    action: str, options: list[Block], *, initial: Block | None = None, hint: str = ""
) -> Block:
    """Return a menu of at most 100 options, searchable by typing."""
    element: Block = {"type": "static_select", "action_id": action, "options": options[:OPTIONS]}
    if initial is not None:
        element["initial_option"] = initial
    if hint:
        element["placeholder"] = plain(hint, 150)
    return element


def entry(
    block_id: str, label: str, element: Block, *, hint: str = "", optional: bool = False
) -> Block:
    """Return a labelled input of a form."""
    shown: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, _FORM_LABEL),
        "element": element,
        "optional": optional,
    }
    return {**shown, "hint": plain(hint, _FORM_HINT)} if hint else shown


def modal(
    callback: str,
    title: str,
    blocks: list[Block],
    *,
    metadata: str = "",
    submit: str = "",
    close: str = "Close",
) -> Block:
    """Return a modal view; `metadata` (at most 3,000 characters) comes back with the submission."""
    view: Block = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, TITLE),
        "close": plain(close, TITLE),
        "blocks": blocks,
    }
    if submit:
        view["submit"] = plain(submit, TITLE)
    if metadata:
        view["private_metadata"] = metadata
    return view


def message(text: Mrkdwn, blocks: list[Block]) -> Block:
    """Return a message: the sentence a phone shows, and the blocks."""
    return {"text": text, "blocks": blocks}
