"""What Slack is told, what people can press and what is listened for are the same things."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from ruamel.yaml import YAML

from blocks import (
    asking,
    beside,
    card,
    home,
    incident,
    kpi,
    learnt,
    listing,
    looked,
    many,
    modal,
    notice,
    ownerform,
    queue,
    silent,
    sop,
    telling,
    trust,
    urgent,
)
from blocks.ids import ActionId, CallbackId
from blocks.kit.problem import walk
from bot.settings import repository_file
from handlers import actions, commands, events, shortcuts, views
from tests.unit.blocks import examples
from tests.unit.blocks.test_hostile import everything
from tests.unit.blocks.test_learnt import shown_example
from tests.unit.blocks.test_screens import waiting
from tests.unit.workflows.playbook_text import GOOD, loaded
from workflows.own_playbooks import follow_up_fields
from workflows.run import DraftState, Review, Silent
from workflows.versions.ownerform import fresh, parts

Json = dict[str, Any]

#: Listeners of buttons that no screen draws, and why they are kept.
NOT_DRAWN: dict[str, str] = {}
#: Views that nobody submits, and why.
NOT_SUBMITTED = {
    CallbackId.HOME: "a Home tab has no submit button",
    CallbackId.NOTICE: "it only says something",
}


def _manifest() -> Json:
    text = repository_file("manifest.yml").read_text(encoding="utf-8")
    return YAML(typ="safe").load(text)


def _screens() -> list[Json]:
    """Return every message and view there is, in enough states to have every button."""
    asked = examples.task(options=("a", "b"))
    rows = [*waiting(30), *waiting(1, state=DraftState.UNCERTAIN)]
    owned = home.Owned(
        name="p", title="P", version="a" * 64, level=3, proposal="p-1", before="b" * 64
    )
    shown = home.Home(
        now=examples.NOW + timedelta(hours=1), waiting=rows, tasks=[asked], owned=[owned]
    )
    held = examples.draft(state=DraftState.HOLDING)
    alike = [replace(one, alike="p:letter:mail.send") for one in waiting(3)]
    quiet = examples.draft(state=DraftState.SHADOW, silent=Silent(fields=("subject", "body")))
    gone = examples.draft(
        state=DraftState.EXECUTED, review=Review(due_at=examples.NOW, next_at=examples.NOW)
    )
    long = examples.draft({"to": "jo@x.example", "subject": "x", "body": "word " * 2_000})
    return [
        *everything("x"),
        *[home.home(shown), home.home(home.Home(now=examples.NOW, waiting=rows, page=2))],
        card.card(long, examples.SPEC),
        home.home(home.Home(now=examples.NOW, waiting=alike)),
        many.dialog(alike),
        beside.with_others(card.card(long, examples.SPEC), long, alike),
        telling.digest(alike, examples.NOW, 12),
        telling.returned([held], examples.NOW),
        card.card(held, examples.SPEC, card.Setting(replies=True)),
        card.card(quiet, examples.SPEC),
        card.card(gone, examples.SPEC),
        *[silent.asked(quiet, examples.SPEC), looked.wrong(gone)],
        *[modal.review(long, examples.SPEC, page) for page in (1, 2, 3)],
        modal.hand_over(asked),
        *[asking.change(long), asking.take_over(long), asking.sign(long, examples.SPEC)],
        *[queue.queue(rows, examples.NOW), notice.task(asked), notice.helped()],
        kpi.kpi(examples.report(), "0199-run"),
        learnt.learnt([shown_example()], []),
        trust.report("P", examples.track_record(kinds=(examples.kind(),))),
        urgent.urgent(examples.emergency()),
        incident.follow_up(follow_up_fields(), "C1|1.5|0199-run"),
        *_owner_form(),
    ]


def _owner_form() -> list[Json]:
    """Return the owner's form, from the choice of what is to change to a new playbook."""
    book = loaded(GOOD)
    found = parts(book.source)
    playbooks = listing.Place(view=listing.View.PLAYBOOKS)
    return [
        ownerform.parts(book, found, waits=True),
        *[ownerform.fields(book, one, "quote-follow-up|0123456789ab|head") for one in found],
        ownerform.shipped([book]),
        ownerform.new(book, fresh(book.source)),
        listing.listing(playbooks, [], set(listing.View)),
        sop.checklist(book),
    ]


def _drawn() -> set[str]:
    ids = [
        str(part["action_id"])
        for screen in _screens()
        for part in walk(screen)
        if "action_id" in part
    ]
    return {each.partition(":")[0] for each in ids}


def test_every_button_that_can_be_drawn_has_a_listener() -> None:
    """Nothing can be pressed that nobody hears."""
    assert _drawn() <= {str(each) for each in actions.ON}


def test_every_listener_has_a_button() -> None:
    """What no screen draws is listed with its reason, or goes."""
    assert {str(each) for each in actions.ON} - _drawn() == NOT_DRAWN.keys()


def test_every_action_id_is_listened_for() -> None:
    """The names are the listeners."""
    assert set(ActionId) == set(actions.ON)


def test_no_name_of_a_button_begins_like_another_with_a_colon() -> None:
    """What stands behind a colon only keeps a button apart from its neighbours."""
    assert not [each for each in ActionId if ":" in each]


def test_every_dialog_that_can_be_submitted_has_a_listener() -> None:
    """And every listener has a dialog."""
    submitted = {screen["callback_id"] for screen in _screens() if "submit" in screen}
    assert submitted == {str(each) for each in views.ON}
    assert set(CallbackId) - set(views.ON) == NOT_SUBMITTED.keys()


def test_the_manifest_names_the_commands_there_are() -> None:
    """A command Slack does not know can't be typed, one we don't know is not answered."""
    told = {each["command"] for each in _manifest()["features"]["slash_commands"]}
    assert told == commands.ON.keys()


def test_the_usage_hint_names_the_verbs_there_are() -> None:
    """What Slack shows while somebody types is what is understood."""
    hints = {
        each["command"]: each["usage_hint"] for each in _manifest()["features"]["slash_commands"]
    }
    assert set(re.findall(r"[a-z]+", hints["/sayso"])) == commands.ON_SAYSO.keys()


def test_the_manifest_names_the_shortcuts_and_events_there_are() -> None:
    """Neither more nor fewer."""
    manifest = _manifest()
    assert {
        each["callback_id"] for each in manifest["features"]["shortcuts"]
    } == shortcuts.ON.keys()
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == events.ON.keys()


#: Where in the manifest, and how long it may be there (Slack's schema 1.0.0).
LENGTHS = {
    "display_information.name": (1, 35),
    "display_information.description": (1, 140),
    "display_information.long_description": (175, 4000),
    "display_information.background_color": (4, 7),
    "features.bot_user.display_name": (1, 80),
    "features.slash_commands.*": (0, 50),
    "features.slash_commands.command": (2, 32),
    "features.slash_commands.description": (1, 2000),
    "features.slash_commands.usage_hint": (0, 1000),
    "features.shortcuts.*": (0, 10),
    "features.shortcuts.name": (1, 24),
    "features.shortcuts.callback_id": (1, 255),
    "features.shortcuts.description": (1, 150),
    "oauth_config.scopes.bot.*": (1, 255),
    "settings.event_subscriptions.bot_events.*": (0, 100),
}


def _too_long(manifest: Json) -> list[str]:
    """Return every place of a manifest that breaks one of Slack's lengths."""
    return [
        f"{place}: {size}"
        for place, (least, most) in LENGTHS.items()
        for size in _sizes(manifest, place.split("."))
        if not least <= size <= most
    ]


def _sizes(part: Any, path: list[str]) -> list[int]:
    if path == ["*"]:
        return [len(part)]
    if isinstance(part, list):
        return [size for one in cast("list[Any]", part) for size in _sizes(one, path)]
    if not path:
        return [len(part)]
    return _sizes(part[path[0]], path[1:]) if path[0] in part else []


def test_the_manifest_keeps_slacks_limits() -> None:
    """Slack takes it as it is."""
    manifest = _manifest()
    assert _too_long(manifest) == []
    assert manifest["_metadata"]["major_version"] in {1, 2}
    assert all(each["command"].startswith("/") for each in manifest["features"]["slash_commands"])
    assert {each["type"] for each in manifest["features"]["shortcuts"]} <= {"global", "message"}
    assert re.fullmatch(r"#[0-9a-f]{3,6}", manifest["display_information"]["background_color"])
    assert manifest["settings"]["interactivity"]["is_enabled"] is True
    assert manifest["settings"]["socket_mode_enabled"] is True


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("display_information", "name"), "x" * 36),
        (("display_information", "long_description"), "too short"),
        (("features", "shortcuts"), [{"name": "x" * 25, "callback_id": "c", "description": "d"}]),
        (("features", "slash_commands"), [{"command": "/" + "x" * 40, "description": "d"}]),
        (("settings", "event_subscriptions"), {"bot_events": ["e"] * 101}),
    ],
)
def test_a_manifest_that_breaks_a_limit_is_found(place: tuple[str, str], value: Any) -> None:
    """The checker checks."""
    manifest = _manifest()
    manifest[place[0]] = {**manifest[place[0]], place[1]: value}
    assert len(_too_long(manifest)) == 1


def test_text_of_commands_arrives_escaped() -> None:
    """People and channels come as ids, whatever they are called."""
    assert all(each["should_escape"] for each in _manifest()["features"]["slash_commands"])
