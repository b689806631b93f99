"""A menu of playbooks, wherever one is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import elements
from blocks.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blocks.ids import ActionId
    from blocks.text import Block
    from workflows.playbook import Playbook

_HINT = "Type to search"
_PLACEHOLDER = 150


def menu(action: ActionId, books: Sequence[Playbook]) -> Block:
    """Return a searchable menu, by title; more than 100 playbooks come in groups, by their first letters."""
    options = [
        elements.option(book.title, book.playbook, description=book.goal)
        for book in sorted(books, key=lambda book: book.title.casefold())
    ]
    most = elements.OPTIONS
    if len(options) <= most:
        return elements.select(str(action), options, hint=_HINT)
    chunks = [options[at : at + most] for at in range(0, len(options), most)]
    groups = [
        {"label": plain(f"From {chunk[0]['text']['text']}", elements.LABEL), "options": chunk}
        for chunk in chunks[:most]
    ]
    element: Block = {"type": "static_select", "action_id": str(action), "option_groups": groups}
    return {**element, "placeholder": plain(_HINT, _PLACEHOLDER)}
