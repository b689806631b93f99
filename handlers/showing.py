"""Buttons that only show something: a run, a procedure, the audit log, what one can do here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import notice, sop
from handlers import delegating, looking
from handlers.replies import Said
from handlers.seeing import without
from workflows.trust.stages import said

if TYPE_CHECKING:
    from handlers.desk import Desk
    from handlers.payloads import ButtonPress
    from handlers.replies import Reply


def show_audit(desk: Desk, press: ButtonPress) -> Reply:
    """Show the newest entries of the audit log."""
    return looking.audit(desk, press.person, "")


def show_run(desk: Desk, press: ButtonPress) -> Reply:
    """Show where a run stands."""
    return looking.status(desk, press.person, press.action.chosen)


def show_sop(desk: Desk, press: ButtonPress) -> Reply:
    """Show a playbook as a one-page procedure."""
    if refused := without(desk, press.person, "see"):
        return refused
    playbook = desk.shelf.get(press.action.chosen)
    if playbook is None:
        return Said(notice.said("That playbook is not there any more."))
    waits, advised = looking.change_waits(desk, playbook), delegating.beside(desk, playbook)
    stands = said(desk.reading.footing(playbook.playbook), playbook.rollout.start)
    return Said(sop.sop(playbook, waits=waits, advised=advised, stands=stands))


def show_help(_desk: Desk, _press: ButtonPress) -> Reply:
    """Show what one can do here."""
    return Said(notice.helped())
