"""The buttons of a changed playbook: activate it, leave it, look at it, return to the version before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import notice, proposal
from blocks.ids import ActionId
from blocks.values import ProposalValue, ReturnValue
from handlers import looking
from handlers.desk import DEADLINE
from handlers.replies import Opened, Said
from handlers.seeing import without
from workflows.answers import Refused
from workflows.commands import Activate, Dismiss, RollBack
from workflows.errors import UnknownProposal
from workflows.run import Actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.desk import Desk
    from handlers.payloads import ButtonPress
    from handlers.replies import Reply


def activate(desk: Desk, press: ButtonPress) -> Reply:
    """Activate the version the card showed."""
    return _choose(desk, press, Activate, "Activated. Runs under way keep their version.")


def dismiss(desk: Desk, press: ButtonPress) -> Reply:
    """Leave the active version as it is."""
    return _choose(desk, press, Dismiss, "The active version stays as it is.")


def _choose(desk: Desk, press: ButtonPress, kind: type[Activate | Dismiss], done: str) -> Reply:
    shown = ProposalValue.parse(press.action.chosen)
    command = kind.model_validate(
        {"actor": Actor.user(press.person), "key": press.key, **vars(shown)}
    )
    answer = desk.engine.handle(command, DEADLINE)
    # The card tells by itself; a dialog would go on showing what was pressed.
    return answer if press.place[1] else looking.closed(answer, done)


def roll_back(desk: Desk, press: ButtonPress) -> Reply:
    """Return to the version before."""
    shown = ReturnValue.parse(press.action.chosen)
    command = RollBack.model_validate(
        {"actor": Actor.user(press.person), "key": press.key, **vars(shown)}
    )
    return desk.engine.handle(command, DEADLINE)


def show_change(desk: Desk, press: ButtonPress) -> Reply:
    """Open what would be different."""
    if refused := without(desk, press.person, "see"):
        return refused
    seen = desk.change(press.action.chosen)
    return Opened(proposal.dialog(seen)) if seen else Refused(error=UnknownProposal())


def show_text(desk: Desk, press: ButtonPress) -> Reply:
    """Open the whole procedure as it would be."""
    if refused := without(desk, press.person, "see"):
        return refused
    found = desk.reading.proposal(press.action.chosen)
    then = desk.reading.version(found.version) if found else None
    if then is None:
        return Said(notice.said("This version can't be read here any more."))
    return Opened(proposal.text(then))


#: The buttons of a changed playbook, and what each does.
ON: dict[ActionId, Callable[[Desk, ButtonPress], Reply]] = {
    ActionId.SHOW_CHANGE: show_change,
    ActionId.SHOW_TEXT: show_text,
    ActionId.ACTIVATE: activate,
    ActionId.DISMISS: dismiss,
    ActionId.ROLL_BACK: roll_back,
}
