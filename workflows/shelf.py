"""The playbooks that can be started: the active version of each, as one look at the database finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.errors import Altered, PlaybookError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflows.playbook import Playbook
    from workflows.ports import Looking


class LookedUp:
    """The `Shelf` port over one look."""

    def __init__(self, look: Looking) -> None:
        """Take the look."""
        self._look = look

    def get(self, name: str) -> Playbook | None:
        """Return the active version of a playbook; None where there is none that can be used."""
        active = self._look.active(name)
        return read(self._look, active.version) if active else None

    def books(self) -> Sequence[Playbook]:
        """Return the active version of every playbook that can be used, by name."""
        found = [read(self._look, active.version) for active in self._look.actives()]
        return [book for book in found if book]


def read(look: Looking, version: str) -> Playbook | None:
    """Return a version, or None where this program can't read it: one bad playbook must not hide the others."""
    try:
        return look.playbook(version)
    except (PlaybookError, Altered):
        return None


def closest(name: str, names: Sequence[str]) -> str:
    """Return a question after the nearest name, where there is one near."""
    from difflib import get_close_matches  # noqa: PLC0415 -- only on the way to a refusal

    near = get_close_matches(name, names, n=1)
    return f" Did you mean {near[0]}?" if near else ""
