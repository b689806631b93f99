"""`/playbook` and `/sayso`: words to one command, or to something to look at. A mistake gets a helpful answer."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from blocks import notice
from handlers import deciding, delegating, looking, ownerform, promoting, trust
from handlers.desk import DEADLINE
from handlers.replies import Opened, Said
from handlers.seeing import without
from workflows.answers import Refused
from workflows.commands import (
    AllowContact,
    CancelRun,
    Pause,
    Resume,
    Signal,
    StartRun,
    StopContact,
)
from workflows.errors import UnknownPlaybook
from workflows.run import Actor, Place
from workflows.scopes import scope_of
from workflows.signals import REPLIED

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.desk import Desk
    from handlers.payloads import SlashCommand
    from handlers.replies import Reply
    from workflows.playbook import Playbook
    from workflows.ports import JsonObject

KPI_PLAYBOOK = "weekly-kpi-report"
#: No address is longer.
_ADDRESS = 254


def playbook(desk: Desk, command: SlashCommand) -> Reply:
    """Start a playbook: without a name the picker, with missing inputs its form, else at once."""
    if not command.words or command.words == ["help"]:
        return looking.picker(desk, command.user_id, command.channel_id)
    name, given = command.words[0], command.words[1:]
    found = desk.shelf.get(name)
    if found is None:
        return without(desk, command.user_id, "start") or looking.no_such_playbook(desk, name)
    inputs = _inputs(found, given)
    if given == ["checklist"]:
        return ownerform.checklist(desk, command.user_id, name)
    if any(field.problem(inputs.get(field.name)) for field in found.inputs) or (
        not given and found.inputs
    ):
        view = looking.form(desk, found, f"{command.channel_id}|{name}", inputs)
        return without(desk, command.user_id, "start") or Opened(view)
    return start(desk, command, found, inputs)


def _inputs(playbook: Playbook, given: list[str]) -> JsonObject:
    """Read `name=value` words; the others together fill the first input."""
    named = dict(word.split("=", 1) for word in given if "=" in word)
    rest = " ".join(word for word in given if "=" not in word)
    defaults: JsonObject = {
        field.name: field.default for field in playbook.inputs if field.default is not None
    }
    first: JsonObject = {playbook.inputs[0].name: rest} if rest and playbook.inputs else {}
    return {**defaults, **first, **named}


def start(desk: Desk, command: SlashCommand, found: Playbook, inputs: JsonObject) -> Reply:
    """Start a run where the command was typed."""
    answer = desk.engine.handle(
        StartRun.model_validate(
            {
                "actor": Actor.user(command.user_id),
                "key": command.key,
                "playbook": found.playbook,
                "inputs": inputs,
                "place": Place(channel=command.channel_id),
            }
        ),
        DEADLINE,
    )
    return looking.started(answer, where(desk, found))


def where(desk: Desk, found: Playbook) -> str:
    """Say where the cards of a playbook appear."""
    channel = desk.directory.company().channel(found.channel)
    place = f"in #{found.channel.lstrip('#')}" if channel else "here"
    return f"{found.title}: working on it. What comes of it appears {place}."


def _help(_desk: Desk, command: SlashCommand) -> Reply:
    unknown = command.words[0] if command.words and command.words[0] not in {"help", "?"} else ""
    near = get_close_matches(unknown, ON_SAYSO, n=1) if unknown else []
    return Said(notice.helped(unknown, near[0] if near else ""))


def _queue(desk: Desk, command: SlashCommand) -> Reply:
    return looking.queued(desk, command.user_id)


def _status(desk: Desk, command: SlashCommand) -> Reply:
    if command.given:
        return looking.status(desk, command.user_id, command.given[0])
    return _queue(desk, command)


def _audit(desk: Desk, command: SlashCommand) -> Reply:
    return looking.audit(desk, command.user_id, " ".join(command.given))


def _kpi(desk: Desk, command: SlashCommand) -> Reply:
    found = desk.shelf.get(KPI_PLAYBOOK)
    if found is None:
        return Refused(error=UnknownPlaybook(name=KPI_PLAYBOOK, hint=""))
    week = {"week": command.given[0]} if command.given else {}
    return start(desk, command, found, {**week})


def _pause(desk: Desk, command: SlashCommand) -> Reply:
    return _switch(desk, command, Pause)


def _resume(desk: Desk, command: SlashCommand) -> Reply:
    return _switch(desk, command, Resume)


def _switch(desk: Desk, command: SlashCommand, kind: type[Pause | Resume]) -> Reply:
    scope = scope_of(" ".join(command.given))
    actor = Actor.user(command.user_id)
    return desk.engine.handle(kind(actor=actor, key=command.key, scope=scope), DEADLINE)


def _cancel(desk: Desk, command: SlashCommand) -> Reply:
    if not command.given:
        return Said(notice.said("Say which run: /sayso cancel RUN. /sayso queue lists them."))
    actor = Actor.user(command.user_id)
    run_id = _run_id(desk, command)
    return desk.engine.handle(CancelRun(actor=actor, key=command.key, run_id=run_id), DEADLINE)


def _no_contact(desk: Desk, command: SlashCommand) -> Reply:
    return _contact(desk, command, StopContact)


def _may_contact(desk: Desk, command: SlashCommand) -> Reply:
    return _contact(desk, command, AllowContact)


def _contact(desk: Desk, command: SlashCommand, kind: type[StopContact | AllowContact]) -> Reply:
    address = _address(" ".join(command.given))
    if not address:
        verb = command.words[0]
        return Said(notice.said(f"Say whose address: /sayso {verb} jo@example.com"))
    actor = Actor.user(command.user_id)
    return desk.engine.handle(kind(actor=actor, key=command.key, address=address), DEADLINE)


def _address(written: str) -> str:
    """Return an address as it was typed: Slack makes a link of it."""
    link = written.removeprefix("<mailto:")
    return (link.partition("|")[0] if link != written else written).strip(" <>")[:_ADDRESS]


def _learnt(desk: Desk, command: SlashCommand) -> Reply:
    return looking.learnt(desk, command.user_id, command.given[0] if command.given else "")


def _replied(desk: Desk, command: SlashCommand) -> Reply:
    if not command.given:
        return Said(notice.said("Say to which: /sayso replied RUN. A quote's number will do."))
    actor, run_id = Actor.user(command.user_id), _run_id(desk, command)
    signal = Signal(actor=actor, key=command.key, run_id=run_id, name=REPLIED)
    return desk.engine.handle(signal, DEADLINE)


def _change(desk: Desk, command: SlashCommand) -> Reply:
    if not command.given:
        return Said(notice.said("Say which: /sayso change quote-follow-up. /playbook lists them."))
    name = command.given[0]
    if desk.shelf.get(name) is None and desk.reading.newest_proposal(name) is None:
        return without(desk, command.user_id, "see") or looking.no_such_playbook(desk, name)
    return ownerform.opened(desk, command.user_id, name)


def _new(desk: Desk, command: SlashCommand) -> Reply:
    return ownerform.begun(desk, command.user_id, " ".join(command.given))


def _run_id(desk: Desk, command: SlashCommand) -> str:
    """Return the id of the run that was named; what names none is given on, and refused by its name."""
    named = " ".join(command.given)
    run = desk.reading.run(named)
    return run.id if run else named


#: What may stand behind `/sayso`. Everything a button does has a command.
ON_SAYSO: dict[str, Callable[[Desk, SlashCommand], Reply]] = {
    "help": _help,
    "queue": _queue,
    "status": _status,
    "audit": _audit,
    "kpi": _kpi,
    "pause": _pause,
    "resume": _resume,
    "cancel": _cancel,
    "nocontact": _no_contact,
    "contact": _may_contact,
    "replied": _replied,
    "learnt": _learnt,
    "delegate": delegating.delegate,
    "inventory": delegating.inventory_of,
    "change": _change,
    "new": _new,
    "stage": trust.stage,
    "trust": promoting.show,
    "deciding": deciding.show,
}


def sayso(desk: Desk, command: SlashCommand) -> Reply:
    """Find the verb and do it; anything else gets help that guesses what was meant."""
    verb = command.words[0].lower() if command.words else "help"
    return ON_SAYSO.get(verb, _help)(desk, command)


#: Every slash command there is; a convention test holds it equal to manifest.yml.
ON: dict[str, Callable[[Desk, SlashCommand], Reply]] = {"/playbook": playbook, "/sayso": sayso}
