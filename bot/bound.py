"""What the log's records of this thread are about. Light enough for every module to import."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

#: The names a record may carry, in the order they are written.
NAMES = ("ws", "run", "draft", "command", "press")

_ABOUT: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))


@contextmanager
def bound(
    *, ws: str = "", run: str = "", draft: str = "", command: str = "", press: str = ""
) -> Generator[None]:
    """Say on every record written inside, in this thread, what it is about; what is empty stays as it was."""
    said = {"ws": ws, "run": run, "draft": draft, "command": command, "press": press}
    token = _ABOUT.set({**_ABOUT.get(), **{name: value for name, value in said.items() if value}})
    try:
        yield
    finally:
        _ABOUT.reset(token)


def about() -> Mapping[str, str]:
    """Return what is bound here and now, by name."""
    return _ABOUT.get()
