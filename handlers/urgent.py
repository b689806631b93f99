"""The buttons of what may be an emergency: it is one, it is none, I have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.ids import ActionId
from blocks.values import UrgentValue
from handlers.desk import DEADLINE
from workflows.commands import Acknowledge, Confirm, StandDown
from workflows.run import Actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.desk import Desk
    from handlers.payloads import ButtonPress
    from handlers.replies import Reply
    from workflows.commands import OnUrgent


def confirm(desk: Desk, press: ButtonPress) -> Reply:
    """Say that it is an emergency."""
    return _say(desk, press, Confirm)


def stand_down(desk: Desk, press: ButtonPress) -> Reply:
    """Say that it is none."""
    return _say(desk, press, StandDown)


def acknowledge(desk: Desk, press: ButtonPress) -> Reply:
    """Take it."""
    return _say(desk, press, Acknowledge)


def _say(desk: Desk, press: ButtonPress, kind: type[OnUrgent]) -> Reply:
    named = UrgentValue.parse(press.action.chosen)
    about = {"actor": Actor.user(press.person), "key": press.key}
    return desk.engine.handle(kind.model_validate({**about, **vars(named)}), DEADLINE)


#: The buttons of an emergency, and what each does.
ON: dict[ActionId, Callable[[Desk, ButtonPress], Reply]] = {
    ActionId.URGENT_YES: confirm,
    ActionId.URGENT_NO: stand_down,
    ActionId.HAVE_IT: acknowledge,
}
