"""What is decided on now: the company, and what Slack said last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.basis.ground import Ground
from workflows.basis.sight import Sight, sight_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflows.action import ActionSpec
    from workflows.basis.reading import Reading
    from workflows.company import Company
    from workflows.ports import Tx


class Basis:
    """The ground and the sight of this moment: the same ones, with their hashes, as long as nothing changed."""

    def __init__(self, actions: Mapping[str, ActionSpec], program: str) -> None:
        """Take what can be carried out, and the version of the rules."""
        self._actions, self._program = tuple(actions.values()), program
        self._ground: Ground | None = None
        self._sight: tuple[Reading, Sight] | None = None

    def ground(self, tx: Tx, company: Company) -> Ground:
        """Return the ground."""
        found = self._ground
        if found is None or found.company is not company:
            found = Ground(company=company, actions=self._actions, program=self._program)
        self._ground = found = found.unerased(tx)
        return found

    def sight(self, tx: Tx, reading: Reading | None) -> Sight | None:
        """Return the sight; None while Slack was not asked."""
        if reading is None:
            return None
        known = self._sight
        found = known[1] if known and known[0] is reading else sight_of(reading)
        found = found.unerased(tx)
        self._sight = reading, found
        return found
