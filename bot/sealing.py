"""The audit log's own work: sealing it, having it witnessed, and letting go of what was kept long enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import TimeIds
from bot.jobs.sequencing import Sequencer
from bot.outside import mail_settings
from bot.settings import secret
from bot.storage.audit_key import known_keys, own_key
from bot.storage.checkpoints import Seals
from bot.storage.erasing import Eraser
from bot.storage.retention import Expiry, Retention
from bot.witness import FileWitness, Witnesses, witnesses_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.program import Foundation
    from bot.settings import Settings
    from bot.witness import Witness


@dataclass(frozen=True, kw_only=True)
class Sealing:
    """What seals the log of a workspace, and who keeps copies."""

    sequencer: Sequencer
    witnesses: Witnesses
    #: What the clock drives.
    ticks: tuple[Callable[[], None], ...]


def sealing_of(foundation: Foundation) -> Sealing:
    """Put it together. Raises `WorkflowError` when the key or a witness can't be used."""
    settings, database, clock = foundation.settings, foundation.database, foundation.clock
    file = settings.audit_key_file
    signer, known = own_key(file), known_keys(file)
    witnesses = Witnesses(_all_witnesses(settings), settings.witness_folder, clock)
    sequencer = Sequencer(Seals(database, signer=signer, known=known), clock, witnesses.offer)
    retention = Retention(
        bodies_days=settings.audit_bodies_days, money_days=settings.audit_money_days
    )
    expiry = Expiry(Eraser(database, clock, TimeIds()), database, clock, retention)
    return Sealing(sequencer=sequencer, witnesses=witnesses, ticks=(sequencer.tick, expiry.tick))


def _all_witnesses(settings: Settings) -> list[Witness]:
    mail = mail_settings(settings) if settings.smtp_url and settings.mail_from else None
    return [
        FileWitness(settings.checkpoints_file),
        *witnesses_of(secret(settings.audit_witness), mail),
    ]
