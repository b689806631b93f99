"""`/sayso trust` and its buttons: what a playbook has shown, promote it, or leave it for now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import notice, trust
from blocks.ids import ActionId
from blocks.values import TrustValue
from handlers import looking
from handlers.desk import DEADLINE
from handlers.replies import Said
from handlers.seeing import without
from workflows.commands import HoldOff, Promote
from workflows.run import Actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.desk import Desk
    from handlers.payloads import ButtonPress, SlashCommand
    from handlers.replies import Reply


def show(desk: Desk, command: SlashCommand) -> Reply:
    """Show what a playbook has shown, and what is missing for its next stage."""
    if refused := without(desk, command.user_id, "see"):
        return refused
    if not command.given:
        return Said(notice.said("Say which playbook: /sayso trust quote-follow-up"))
    name = command.given[0]
    book = desk.shelf.get(name)
    if book is None:
        return looking.no_such_playbook(desk, name)
    return Said(trust.report(book.title, desk.reading.track_record(book, desk.clock.now())))


def promote(desk: Desk, press: ButtonPress) -> Reply:
    """Promote it on the numbers that were shown."""
    shown = TrustValue.parse(press.action.chosen)
    about = {"actor": Actor.user(press.person), "key": press.key, **vars(shown)}
    return desk.engine.handle(Promote.model_validate(about), DEADLINE)


def hold_off(desk: Desk, press: ButtonPress) -> Reply:
    """Leave it at its stage for now."""
    shown = TrustValue.parse(press.action.chosen)
    actor = Actor.user(press.person)
    command = HoldOff(actor=actor, key=press.key, playbook=shown.playbook, evidence=shown.evidence)
    return desk.engine.handle(command, DEADLINE)


#: The buttons of the report, and what each does.
ON: dict[ActionId, Callable[[Desk, ButtonPress], Reply]] = {
    ActionId.PROMOTE: promote,
    ActionId.HOLD_OFF: hold_off,
}
