"""Every surface there is, and the right it needs: what shows something asks first, and everything else only asks.

A new button, dialog, verb, shortcut or list of Home has to be put into one of these tables, or the first test fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from blocks.history import Logged
from blocks.ids import ActionId, CallbackId, More, TaskMore
from blocks.listing import View
from blocks.values import UrgentValue, value_of
from handlers import actions, commands, events, incidents, looking, seeing, shortcuts, views
from handlers.payloads import ButtonPress, Shortcut, SlashCommand, Submission
from handlers.replies import Opened, Said, Turned
from tests.unit.blocks import examples
from tests.unit.handlers.desks import ANA, FakeReading, Room
from workflows.answers import Recorded, Refused
from workflows.commands import Acknowledge, Confirm, StandDown, StartRun
from workflows.company import Company, Person
from workflows.errors import NotAllowed
from workflows.events import Entry, Event
from workflows.own_playbooks import FOLLOW_UP, follow_up_fields
from workflows.rights import Rights
from workflows.run import Actor
from workflows.versions.version import Proposal

if TYPE_CHECKING:
    from workflows.commands import Command
    from workflows.run import Run

BOSS, LEE = "U01BOSS", "U01LEE"
PEOPLE = (
    Person(id=BOSS, name="Boss"),
    Person(id=ANA, name="Ana", roles=("sales",)),
    Person(id=LEE, name="Lee", roles=("office",)),
)
#: Only the owner has any right beside those a playbook gives.
NONE = Company(
    name="Lark",
    owner=BOSS,
    people=PEOPLE,
    rights=Rights(start=(BOSS,), see=(BOSS,), sign=(BOSS,), audit=(BOSS,), settings=(BOSS,)),
)
DRAFT = examples.draft()
RUN = examples.run().model_copy(update={"draft": DRAFT, "task": examples.task()})
VALUE = value_of(DRAFT)
PROPOSAL = Proposal(id="p-1", playbook="p", version="a" * 64, found_at=examples.NOW)

#: What a surface needs: a right; `run`: that one may see that run; `engine`: it is one command, and the engine decides;
#: `own`: it shows what is one's own; `owner`: the playbook's owners and admins may; `any`: it says nothing of anybody.
ON_ACTION: dict[ActionId, str] = {
    **dict.fromkeys((ActionId.PICK, ActionId.START), "start"),
    **dict.fromkeys((ActionId.SHOW_SOP, ActionId.SHOW_CHANGE, ActionId.SHOW_TEXT), "see"),
    **dict.fromkeys(
        (
            *(ActionId.SHOW_CHECKLIST, ActionId.INVENTORY),
            *(ActionId.DELEGATE, ActionId.DELEGATE_WHICH),
        ),
        "see",
    ),
    **dict.fromkeys((ActionId.CHANGE_PLAYBOOK, ActionId.NEW_PLAYBOOK), "owner"),
    ActionId.SHOW_AUDIT: "audit",
    **dict.fromkeys(
        (
            *(ActionId.REVIEW, ActionId.REVIEW_PAGE, ActionId.OPEN, ActionId.MORE),
            *(ActionId.SHOW_RUN, ActionId.TASK_MORE, ActionId.FOLLOW_UP),
        ),
        "run",
    ),
    **dict.fromkeys(
        (ActionId.SHOW_QUEUE, ActionId.CLAIM_NEXT, ActionId.TOGETHER, ActionId.HOME_PAGE), "own"
    ),
    **dict.fromkeys((ActionId.SHOW_HELP, ActionId.INPUT, ActionId.SIGN_TOO), "any"),
    **dict.fromkeys(
        (
            *(ActionId.APPROVE, ActionId.EDIT, ActionId.REJECT, ActionId.REASON, ActionId.UNDO),
            *(ActionId.UNDO_DONE, ActionId.REPLIED, ActionId.DRAFT_AGAIN, ActionId.ARRIVED),
            *(ActionId.SEND_AGAIN, ActionId.ANSWER, ActionId.TASK_DONE, ActionId.START_NEXT),
            *(ActionId.ACTIVATE, ActionId.DISMISS, ActionId.ROLL_BACK, ActionId.SWITCH),
            *(
                ActionId.EXAMPLE,
                ActionId.RETRY,
                ActionId.URGENT_YES,
                ActionId.URGENT_NO,
                ActionId.HAVE_IT,
                ActionId.UNLIST,
                ActionId.ONLY_THIS,
                ActionId.LOOKS_RIGHT,
                ActionId.LOOKS_WRONG,
                ActionId.RECORD_SENT,
                ActionId.PROMOTE,
                ActionId.HOLD_OFF,
            ),
        ),
        "engine",
    ),
}
ON_VIEW: dict[CallbackId, str] = {
    **dict.fromkeys(views.ON, "engine"),
    CallbackId.PICK: "start",
}
ON_VERB: dict[str, str] = {
    **dict.fromkeys(commands.ON_SAYSO, "engine"),
    "help": "any",
    "queue": "own",
    "status": "run",
    "audit": "audit",
    **dict.fromkeys(("learnt", "delegate", "inventory", "stage", "trust"), "see"),
    **dict.fromkeys(("change", "new"), "owner"),
}
ON_LIST: dict[View, str] = {
    **dict.fromkeys((View.MINE, View.TASKS, View.LOOK, View.DECIDING), "own"),
    **dict.fromkeys((View.TEAM, View.LATE, View.RUNS, View.PLAYBOOKS, View.LEARNT), "see"),
    View.SWITCHES: "settings",
}


def test_every_surface_says_which_right_it_needs() -> None:
    """A new one can't be forgotten."""
    assert ON_ACTION.keys() == actions.ON.keys()
    assert ON_VIEW.keys() == views.ON.keys()
    assert ON_VERB.keys() == commands.ON_SAYSO.keys()
    assert ON_LIST.keys() == set(View)
    assert (set(commands.ON), set(shortcuts.ON)) == (
        {"/playbook", "/sayso"},
        {"start_playbook"},
    )
    assert set(events.ON) >= {"app_home_opened", "app_mention"}


#: What each button carries, where that is not a draft's.
CHOSEN: dict[ActionId, str] = {
    ActionId.PICK: "quote-follow-up",
    ActionId.REVIEW_PAGE: f"1:{VALUE}",
    ActionId.MORE: f"{More.WHY}:{VALUE}",
    ActionId.SHOW_RUN: RUN.id,
    ActionId.FOLLOW_UP: RUN.id,
    ActionId.TASK_MORE: f"{TaskMore.HAND_OVER}:{examples.task().id}",
    ActionId.SHOW_CHANGE: PROPOSAL.id,
    ActionId.SHOW_TEXT: PROPOSAL.id,
    ActionId.SHOW_SOP: examples.playbook().playbook,
    ActionId.SHOW_CHECKLIST: examples.playbook().playbook,
    ActionId.INVENTORY: "1",
    ActionId.DELEGATE: "playbook:quote-follow-up.0",
}


def room(run: Run = RUN, **more: Any) -> Room:
    """Return a room in which nobody but the owner has any right."""
    reading = FakeReading(run, proposed=PROPOSAL, **more)
    return Room(reading=reading, company=NONE, books=(examples.playbook(),))


def press(who: str, action: ActionId, value: str = "") -> ButtonPress:
    """Return somebody's press."""
    chosen = value or CHOSEN.get(action, VALUE)
    act = {"action_id": str(action), "selected_option": {"value": chosen}, "value": chosen}
    body = {"user": {"id": who}, "channel": {"id": "C1"}, "container": {"message_ts": "1.5"}}
    return ButtonPress.model_validate({**body, "actions": [act]})


@pytest.mark.parametrize(
    "action", [action for action, needs in ON_ACTION.items() if needs in {"start", "see", "audit"}]
)
def test_a_button_that_shows_something_needs_its_right(action: ActionId) -> None:
    """Refused in words with who may; nothing was asked of the engine."""
    here = room()
    refused = actions.ON[action](here.desk, press(LEE, action))
    assert isinstance(refused, Refused)
    assert refused.error.sentence.endswith("Boss can.")
    assert here.engine.commands == []
    assert isinstance(actions.ON[action](here.desk, press(BOSS, action)), Opened | Said)


@pytest.mark.parametrize(
    "action", [action for action, needs in ON_ACTION.items() if needs == "run"]
)
def test_a_button_that_shows_a_run_is_for_those_who_may_see_it(action: ActionId) -> None:
    """Whoever began it, or has its task, may without any right; about employees others never may."""
    shown = actions.ON[action](room().desk, press(LEE, action))
    assert isinstance(shown, Refused)
    assert "Looking at what is not yours needs" in shown.error.sentence
    mine = RUN.model_copy(update={"started_by": Actor.user(LEE)})
    shown = actions.ON[action](room(mine).desk, press(LEE, action))
    assert isinstance(shown, Opened | Said | Turned)
    private = actions.ON[action](room(private=True).desk, press(LEE, action))
    assert isinstance(private, Refused)
    assert "since it is about employees" in private.error.sentence


@pytest.mark.parametrize("verb", [verb for verb, needs in ON_VERB.items() if needs != "engine"])
def test_a_verb_that_shows_something_needs_its_right(verb: str) -> None:
    """Typed words are no way around."""
    said = SlashCommand.model_validate(
        {"command": "/sayso", "text": f"{verb} {RUN.id}", "user_id": LEE, "channel_id": "C1"}
    )
    here = room()
    answer = commands.ON["/sayso"](here.desk, said)
    is_refused = isinstance(answer, Refused) and isinstance(answer.error, NotAllowed)
    assert is_refused is (ON_VERB[verb] in {"run", "audit", "see", "owner"})
    assert here.engine.commands == []


@pytest.mark.parametrize("text", ["", "nothing-like-it", "quote-follow-up"])
def test_playbook_needs_the_right_to_start(text: str) -> None:
    """For the picker, for a name that is none, and for a form."""
    said = SlashCommand.model_validate(
        {"command": "/playbook", "text": text, "user_id": LEE, "channel_id": "C1"}
    )
    answer = commands.ON["/playbook"](room().desk, said)
    assert isinstance(answer, Refused)
    assert answer.error.sentence.startswith("Starting a playbook needs")


def test_the_shortcut_and_the_picker_need_the_right_to_start() -> None:
    """They open the same."""
    short = Shortcut.model_validate({"user": {"id": LEE}, "callback_id": "start_playbook"})
    assert isinstance(shortcuts.ON["start_playbook"](room().desk, short), Refused)
    view = {"id": "V1", "callback_id": "pick", "state": {"values": {}}}
    picked = Submission.model_validate({"user": {"id": LEE}, "view": view})
    assert isinstance(views.ON[CallbackId.PICK](room().desk, picked), Refused)


def logged(chain: str) -> Logged:
    """Return an entry of a chain."""
    entry = Entry(event=Event.RUN_STARTED, chain=chain, actor=Actor.user(ANA), object=chain)
    return Logged(at=examples.NOW, entry=entry)


def test_the_log_leaves_out_what_is_about_employees() -> None:
    """For those it does not concern; what is no run's, and what is gone, stays."""
    log = [logged(f"run:{RUN.id}"), logged("run:gone"), logged("ws:local")]
    open_ = Company(name="Lark", owner=BOSS, people=PEOPLE)
    here = Room(reading=FakeReading(RUN, private=True, log=log), company=open_)
    found = seeing.of_the_log(here.desk, LEE, log)
    assert [one.entry.chain for one in found] == ["run:gone", "ws:local"]
    assert len(seeing.of_the_log(here.desk, BOSS, log)) == 3
    here.reading.private = False
    assert len(seeing.of_the_log(here.desk, LEE, log)) == 3


def test_a_run_whose_playbook_nobody_can_read_is_shown_to_admins_alone() -> None:
    """Nobody can tell what it is about."""
    here = room(private=None)
    assert isinstance(looking.status(here.desk, LEE, RUN.id), Refused)
    assert seeing.may_see(here.desk, BOSS, RUN)


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (ActionId.URGENT_YES, Confirm),
        (ActionId.URGENT_NO, StandDown),
        (ActionId.HAVE_IT, Acknowledge),
    ],
)
def test_a_button_of_an_emergency_is_one_command(action: ActionId, kind: type[Command]) -> None:
    """With the run and when it was found."""
    here = room()
    named = str(UrgentValue(run_id="r-1", found=examples.NOW.isoformat()))
    assert actions.ON[action](here.desk, press(ANA, action, named)) == Recorded()
    (command,) = here.engine.commands
    assert isinstance(command, kind)
    assert (command.actor.id, command.key != "") == (ANA, True)


def test_an_action_after_an_incident_is_one_command() -> None:
    """Who does it must be listed; what was left empty is the playbook's default."""
    here = room()
    view = {"id": "V1", "callback_id": "follow_up", "private_metadata": "C1|1.5|r-1"}
    names = {"what": "Look", "who": ANA, "due": "2026-11-27"}
    keys = {"what": "value", "who": "selected_user", "due": "selected_date"}
    values = {
        f"input:{field.name}:0": {"input": {keys.get(field.name, "value"): names.get(field.name)}}
        for field in follow_up_fields()
    }
    sent = Submission.model_validate(
        {"user": {"id": LEE}, "view": {**view, "state": {"values": values}}}
    )
    answer = incidents.add(here.desk, sent)
    assert isinstance(answer, Recorded)
    assert answer.sentence.startswith("Added.")
    (command,) = here.engine.commands
    assert isinstance(command, StartRun)
    assert (command.playbook, command.trigger) == (FOLLOW_UP, "run:r-1")
    assert command.inputs == {**names, "run": "r-1"}
    assert command.place
    assert (command.place.channel, command.place.thread_ts) == ("C1", "1.5")
