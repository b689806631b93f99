"""What can be switched off: everything, a playbook, an agent, a connector. How people write it, and what there is."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from workflows.errors import UnknownScope
from workflows.playbook import DraftStep, ReadStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workflows.playbook import Playbook
    from workflows.ports import Shelf

EVERYTHING = "everything"


def scope_of(written: str) -> str:
    """Return the scope of `everything`, `quote-follow-up` or `agent:collections`; nothing means everything."""
    named = written.strip()
    if not named or named == EVERYTHING:
        return EVERYTHING
    return named if ":" in named else f"playbook:{named}"


def there_is(scope: str, shelf: Shelf, actions: Iterable[str]) -> None:
    """Raise `UnknownScope` when nothing is called that: a slip of the pen must not look as if something had stopped."""
    connectors = {f"connector:{name.partition('.')[0]}" for name in actions}
    known = {EVERYTHING, *connectors, *(scope for book in shelf.books() for scope in _of(book))}
    if scope not in known:
        near = [_said(each) for each in get_close_matches(scope, sorted(known), n=1)]
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UnknownScope(scope=_said(scope), hint=hint)


def _said(scope: str) -> str:
    return scope.removeprefix("playbook:")


def _of(book: Playbook) -> Iterator[str]:
    yield f"playbook:{book.playbook}"
    for step in book.steps:
        if isinstance(step, DraftStep | ReadStep) and step.agent:
            yield f"agent:{step.agent}"
        if isinstance(step, ReadStep) and step.from_:
            yield f"connector:{step.from_.partition('.')[0]}"
