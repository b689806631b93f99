"""Scoring work and the inventory, from any surface: the form, what is recommended, the list. Staff only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import delegation, form, inventory
from blocks.ids import ActionId, BlockId, CallbackId
from blocks.values import NEW_WORK, WorkValue
from handlers import looking
from handlers.desk import DEADLINE
from handlers.replies import Opened, Turned
from handlers.seeing import without
from workflows.answers import Recorded, Refused
from workflows.commands import Assess, Unlist
from workflows.delegation import stating
from workflows.delegation.inventory import Inventory, advised, of_playbook, of_work, ranked
from workflows.delegation.inventory import inventory as ranking
from workflows.errors import UnknownPlaybook, UnknownWork
from workflows.run import Actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.desk import Desk
    from handlers.payloads import ButtonPress, SlashCommand, Submission
    from handlers.replies import Reply
    from workflows.playbook import Playbook


# --- The form ---


def asked(desk: Desk, person: str, entry: str) -> Reply:
    """Open the form about a piece of work, as it was filled in last; whoever opens it for new work owns it first."""
    if refused := without(desk, person, "see"):
        return refused
    is_new, book = entry == NEW_WORK, _book(desk, entry)
    newest = None if is_new else desk.reading.assessment(entry)
    is_work = newest is not None and newest.listed and not newest.playbook
    if not (is_new or book or is_work):
        return _unknown(entry)
    fields = stating.fields(entry, desk.directory.company())
    values = stating.values(newest) if newest else {"owner": person}
    value = WorkValue(entry=entry, n=newest.n if newest else 0)
    return Opened(delegation.asked(value, book.title if book else "", fields, values))


def _book(desk: Desk, entry: str) -> Playbook | None:
    kind, _, name = entry.partition(":")
    return desk.shelf.get(name) if kind == "playbook" else None


def _unknown(entry: str) -> Refused:
    kind, _, name = entry.partition(":")
    unknown = UnknownPlaybook(name=name, hint="") if kind == "playbook" else UnknownWork()
    return Refused(error=unknown)


def which(desk: Desk, person: str) -> Reply:
    """Ask which playbook is meant."""
    return without(desk, person, "see") or Opened(delegation.which(desk.shelf.books()))


def chosen(desk: Desk, submission: Submission) -> Reply:
    """Show the form of the playbook that was picked."""
    name = submission.view.chosen(BlockId.PLAYBOOK, ActionId.INPUT)
    return asked(desk, submission.person, of_playbook(name))


def submitted(desk: Desk, submission: Submission) -> Reply:
    """Keep what was stated, and show what is recommended."""
    shown = WorkValue.parse(submission.view.private_metadata)
    company = desk.directory.company()
    fields = stating.fields(shown.entry, company)
    typed = form.read(fields, submission.view.inputs)
    entry = of_work(submission.key) if shown.entry == NEW_WORK else shown.entry
    answer = desk.engine.handle(
        Assess(
            actor=Actor.user(submission.person),
            key=submission.key,
            entry=entry,
            base=shown.n,
            values={name: value for name, value in typed.items() if value is not None},
        ),
        DEADLINE,
    )
    kept = desk.reading.assessment(entry) if isinstance(answer, Recorded) else None
    if kept is None:
        return answer
    book = _book(desk, entry)
    row = ranked(kept, book, desk.actions, company)
    return Turned(delegation.told(row, book.level if book else None))


# --- The list ---


def listed(desk: Desk, person: str, page: int = 1) -> Reply:
    """Open a page of the inventory."""
    return without(desk, person, "see") or Opened(inventory.inventory(_inventory(desk), page))


def _inventory(desk: Desk) -> Inventory:
    company = desk.directory.company()
    return ranking(desk.reading.assessments(), desk.shelf.books(), desk.actions, company)


def beside(desk: Desk, playbook: Playbook) -> tuple[str, ...]:
    """Return what the matrix recommends for a playbook, in lines beside its level; nothing where nobody scored it."""
    one = desk.reading.assessment(of_playbook(playbook.playbook))
    zone = desk.directory.company().tz
    return advised(one, playbook, desk.actions, by=one.by if one else "", zone=zone)


# --- Presses and commands ---


def press(desk: Desk, press: ButtonPress) -> Reply:
    """Open the form."""
    return asked(desk, press.person, WorkValue.parse(press.action.chosen).entry)


def press_which(desk: Desk, press: ButtonPress) -> Reply:
    """Ask which playbook."""
    return which(desk, press.person)


def press_inventory(desk: Desk, press: ButtonPress) -> Reply:
    """Open the inventory, or turn to a page of it."""
    return listed(desk, press.person, int(press.action.chosen))


def unlist(desk: Desk, press: ButtonPress) -> Reply:
    """Take a piece of work off, and show the page again."""
    shown = WorkValue.parse(press.action.chosen)
    command = Unlist(actor=Actor.user(press.person), key=press.key, entry=shown.entry, base=shown.n)
    answer = desk.engine.handle(command, DEADLINE)
    if not isinstance(answer, Recorded):
        return answer
    page = press.view.private_metadata
    return Turned(inventory.inventory(_inventory(desk), int(page) if page.isdecimal() else 1))


def delegate(desk: Desk, command: SlashCommand) -> Reply:
    """`/sayso delegate [playbook]`: the form; without a name, which one."""
    if not command.given:
        return which(desk, command.user_id)
    name = command.given[0]
    if desk.shelf.get(name) is None:
        return without(desk, command.user_id, "see") or looking.no_such_playbook(desk, name)
    return asked(desk, command.user_id, of_playbook(name))


def inventory_of(desk: Desk, command: SlashCommand) -> Reply:
    """`/sayso inventory`: the list."""
    return listed(desk, command.user_id)


ON: dict[ActionId, Callable[[Desk, ButtonPress], Reply]] = {
    ActionId.DELEGATE: press,
    ActionId.DELEGATE_WHICH: press_which,
    ActionId.INVENTORY: press_inventory,
    ActionId.UNLIST: unlist,
}
SUBMITTED: dict[CallbackId, Callable[[Desk, Submission], Reply]] = {
    CallbackId.DELEGATE: submitted,
    CallbackId.DELEGATE_WHICH: chosen,
}
