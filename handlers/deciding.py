"""`/sayso deciding`: how one decides oneself; owners and admins also read what may help others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import deciding
from handlers.replies import Said
from handlers.seeing import stranger
from workflows.trust.deciding import MONTH

if TYPE_CHECKING:
    from handlers.desk import Desk
    from handlers.payloads import SlashCommand
    from handlers.replies import Reply


def show(desk: Desk, command: SlashCommand) -> Reply:
    """Show how the one who asks decides; nobody else is told."""
    if refused := stranger(desk, command.user_id):
        return refused
    company, since = desk.directory.company(), desk.clock.now() - MONTH
    asked = [command.user_id]
    if company.is_admin(command.user_id):
        others = sorted(company.people, key=lambda person: person.name)
        asked += [person.id for person in others if person.id != command.user_id]
    mine, *team = desk.reading.manners(asked, since)
    return Said(deciding.mine(mine, team))
