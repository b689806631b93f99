"""The card that offers a playbook's owners its next stage: for all of its drafts, or for some alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.versions.version import SHOWN

if TYPE_CHECKING:
    from workflows.commands import Promote
    from workflows.ports import Tx
    from workflows.trust.evidence import TrackRecord
    from workflows.trust.grants import Kind
    from workflows.trust.stages import Footing, Stage


def cards_of(playbook: str, to: Stage, footing: Footing | None) -> tuple[str, str]:
    """Return the subjects of the cards that offer a stage for some drafts, and for all.

    There is one of each for every time a playbook stands below it.
    """
    since = f"{footing.since:%Y%m%d}" if footing else "start"
    whole = f"trust:{playbook}:{to}:{since}"
    return f"{whole}:some", whole


def offers(tx: Tx, command: Promote) -> list[str]:
    """Return the subjects of the cards that offer what is asked for."""
    return [*cards_of(command.playbook, command.to, tx.footing(command.playbook))]


def is_same(shown: str, evidence: TrackRecord) -> bool:
    """Whether a hash, or its first characters, is that of this evidence."""
    return len(shown) >= SHOWN and evidence.hash.startswith(shown)


def offered(only: str, evidence: TrackRecord) -> Kind | None:
    """Return the kind of drafts of this key, of which the first characters are enough; None where it is not offered."""
    return next((one for one in evidence.kinds if one.key[:SHOWN] == only[:SHOWN]), None)
