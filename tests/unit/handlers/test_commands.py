"""Words behind a slash command become inputs, scopes and runs."""

from __future__ import annotations

from typing import Any

import pytest

from handlers import commands, starting
from handlers.payloads import SlashCommand, Submission
from handlers.replies import Opened, Said
from tests.unit.blocks import examples
from tests.unit.handlers.desks import ANA, STRANGER, FakeReading, Room
from workflows.answers import Refused
from workflows.commands import CancelRun, Pause, Resume, StartRun
from workflows.errors import Stranger

BOOK = examples.playbook(
    inputs={"quote": {"type": "text"}, "max": {"type": "text", "default": "2"}}
)
EMPTY = examples.playbook(playbook="no-inputs", inputs={})


def _typed(room: Room, line: str) -> Any:
    command, _, text = line.partition(" ")
    body = {"command": command, "text": text, "user_id": ANA, "channel_id": "C1"}
    return commands.ON[command](room.desk, SlashCommand.model_validate(body))


def _room() -> Room:
    return Room(books=(BOOK, EMPTY), reading=FakeReading(examples.run()))


@pytest.mark.parametrize(
    ("words", "inputs"),
    [
        ("Q-1", {"quote": "Q-1", "max": "2"}),
        ("Lark Bakery", {"quote": "Lark Bakery", "max": "2"}),
        ("quote=Q-2 max=5", {"quote": "Q-2", "max": "5"}),
        ("Q-3 max=a=b", {"quote": "Q-3", "max": "a=b"}),
    ],
)
def test_words_fill_the_first_input_and_named_ones_their_own(words: str, inputs: Any) -> None:
    """`/playbook name anything key=value`."""
    room = _room()
    _typed(room, f"/playbook quote-follow-up {words}")
    (command,) = room.engine.commands
    assert isinstance(command, StartRun)
    assert command.inputs == inputs
    assert command.place
    assert command.place.channel == "C1"


def test_a_playbook_without_inputs_starts_at_once() -> None:
    """There is nothing to ask."""
    room = _room()
    _typed(room, "/playbook no-inputs")
    (command,) = room.engine.commands
    assert isinstance(command, StartRun)
    assert command.inputs == {}


def test_words_for_a_playbook_without_inputs_are_not_lost_silently() -> None:
    """There is no first input to hold them; the run starts with what it knows."""
    room = _room()
    _typed(room, "/playbook no-inputs hello")
    (command,) = room.engine.commands
    assert isinstance(command, StartRun)
    assert command.inputs == {}


def test_help_behind_playbook_opens_the_picker() -> None:
    """As Slack's guidelines ask."""
    assert isinstance(_typed(_room(), "/playbook help"), Opened)


@pytest.mark.parametrize(
    ("line", "kind", "scope"),
    [
        ("/sayso pause", Pause, "everything"),
        ("/sayso pause everything", Pause, "everything"),
        ("/sayso pause quote-follow-up", Pause, "playbook:quote-follow-up"),
        ("/sayso pause agent:writer", Pause, "agent:writer"),
        ("/sayso resume gone-playbook", Resume, "playbook:gone-playbook"),
    ],
)
def test_a_name_alone_is_a_playbook(line: str, kind: Any, scope: str) -> None:
    """Everything else says what it is; what was taken away can still be resumed."""
    room = _room()
    _typed(room, line)
    (command,) = room.engine.commands
    assert isinstance(command, kind)
    assert command.model_dump()["scope"] == scope


def test_a_name_alone_opens_the_form() -> None:
    """There is something to fill in."""
    shown = _typed(_room(), "/playbook quote-follow-up")
    assert isinstance(shown, Opened)
    assert shown.view["private_metadata"] == "C1|quote-follow-up"


def test_a_playbook_nobody_has_is_refused_with_the_likely_one() -> None:
    """Or with none, where nothing is near."""
    for name, hint in (("quote-folow-up", "Did you mean quote-follow-up?"), ("zzz", "")):
        refused = _typed(_room(), f"/playbook {name}")
        assert isinstance(refused, Refused)
        assert hint in refused.error.sentence


def test_a_stranger_is_refused_before_anything_is_looked_up() -> None:
    """Not even the names of playbooks are told."""
    body = {"command": "/playbook", "text": "zzz", "user_id": STRANGER}
    refused = commands.playbook(_room().desk, SlashCommand.model_validate(body))
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, Stranger)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/sayso", "Sayso: agents draft"),
        ("/sayso ?", "Sayso: agents draft"),
        ("/sayso quue", "/sayso quue is no command"),
        ("/sayso zzzz", "/sayso zzzz is no command"),
        ("/sayso queue", "Nothing waits for you."),
        ("/sayso status", "Nothing waits for you."),
        ("/sayso status 0199-run", "quote-follow-up for Lark Bakery"),
        ("/sayso audit someone", "has nothing about someone"),
        ("/sayso learnt", "what everybody learnt"),
        ("/sayso learnt collections", "what collections learnt"),
        ("/sayso cancel", "Say which run"),
    ],
)
def test_looking_around_asks_the_engine_nothing(line: str, words: str) -> None:
    """It is answered from what is there."""
    room = _room()
    shown = _typed(room, line)
    assert isinstance(shown, Said)
    assert words in shown.message["text"]
    assert room.engine.commands == []


@pytest.mark.parametrize(("line", "inputs"), [("kpi", {}), ("kpi 2026-W40", {"week": "2026-W40"})])
def test_the_numbers_of_a_week_are_a_run(line: str, inputs: Any) -> None:
    """Last week's, or another one's."""
    room = Room(books=(examples.playbook(playbook="weekly-kpi-report"),))
    _typed(room, f"/sayso {line}")
    (command,) = room.engine.commands
    assert isinstance(command, StartRun)
    assert command.inputs == inputs


def test_cancel_takes_what_was_typed_when_no_run_is_found() -> None:
    """The engine then says that there is none, on the record."""
    room = _room()
    _typed(room, "/sayso cancel 0199-run")
    _typed(room, "/sayso cancel gone")
    assert [one.run_id for one in room.engine.commands if isinstance(one, CancelRun)] == [
        "0199-run",
        "gone",
    ]


def test_a_form_opened_from_the_shortcut_has_no_channel() -> None:
    """Then the run lives in its playbook's channel, or nowhere."""
    for metadata, place in (("|quote-follow-up", None), ("C1|quote-follow-up", "C1")):
        room = _room()
        body = {"user": {"id": ANA}, "view": {"private_metadata": metadata}}
        starting.start(room.desk, Submission.model_validate(body))
        (command,) = room.engine.commands
        assert isinstance(command, StartRun)
        assert (command.place.channel if command.place else None) == place
