"""Whatever arrives as a payload: understood or refused, acknowledged, and never a decision nobody made."""

from __future__ import annotations

import copy
import random
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_bolt import BoltRequest

from blocks.ids import CallbackId
from blocks.values import ButtonValue, untagged
from handlers.back import Back
from handlers.payloads import ButtonPress, Happening, Shortcut, SlashCommand, Submission
from tests.slack.office import NOA
from tests.unit.handlers.desks import Phone
from workflows.run import DraftState

if TYPE_CHECKING:
    from tests.slack.office import Office

Json = dict[str, Any]

KINDS = (ButtonPress, Submission, SlashCommand, Shortcut, Happening)
#: The names Slack uses, so that random payloads are nearly right.
NAMES = st.sampled_from(
    ["user", "id", "team", "channel", "container", "message", "message_ts", "ts", "thread_ts",
     "channel_id", "view", "state", "values", "hash", "callback_id", "private_metadata", "actions",
     "action_id", "action_ts", "block_id", "value", "selected_option", "trigger_id", "command", "text",
     "user_id", "event", "event_id", "type", "is_ephemeral"]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
VALUES = st.sampled_from(
    ["approve", "draft-1.1.0123456789ab", "why:draft-1.1.0123456789ab", "U01NOA", "1.5", "2:x", ":"]
)
ANY = st.recursive(
    LEAVES | VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=25,
)
BODIES = st.dictionaries(NAMES, ANY, max_size=10)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(KINDS), BODIES)
def test_any_json_is_understood_or_refused(kind: Any, body: Json) -> None:
    """A `ValueError` is a refusal; everything a listener asks of what was understood has an answer."""
    try:
        read = kind.model_validate(body)
    except ValueError:
        return
    assert isinstance(read.key if hasattr(read, "key") else "", str)
    if isinstance(read, ButtonPress):
        assert all(isinstance(part, str) for part in (*read.place, read.thread_ts, read.card))
        for ask in ("value", "tagged"):
            try:
                getattr(read, ask)
            except ValueError:
                continue


@settings(max_examples=100, deadline=None)
@given(BODIES)
def test_any_payload_can_be_answered(body: Json) -> None:
    """The ways back are found in a payload of any shape, since even a broken one is acknowledged."""
    phone: Any = Phone()
    Back.of(body, phone.ack, phone, phone).refuse("no")
    assert phone.acks == [{}]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=90) | st.from_regex(r"[a-z0-9-]{1,70}\.[0-9]{0,9}\.[0-9a-g]{10,13}"))
def test_a_buttons_value_is_ours_or_none(text: str) -> None:
    """What is read is written back the same; nothing else is read."""
    for read in (ButtonValue.parse, lambda value: untagged(f"tag:{value}")[1]):
        try:
            found = read(text)
        except ValueError:
            continue
        assert str(found) == text


def _spoilt(body: Json, seed: int) -> Json:
    """Return a payload with a few of its parts taken out or exchanged for something of another kind."""
    chance = random.Random(seed)  # noqa: S311 -- repeatable, not secret
    spoilt = copy.deepcopy(body)
    for _ in range(chance.randint(1, 3)):
        part: Any = spoilt
        while True:
            keys = list(part) if isinstance(part, dict) else list(range(len(part)))
            key = chance.choice(keys)
            if isinstance(part[key], dict | list) and part[key] and chance.random() < 0.8:
                part = part[key]
                continue
            part[key] = chance.choice([None, [], {}, 7, "x" * 300, "edit", True, ["a"], {"id": 1}])
            break
    return spoilt


@pytest.mark.parametrize("kind", ["press", "dialog"])
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 10**6))
def test_a_spoilt_payload_decides_nothing_by_accident(
    office: Office, card: Json, kind: str, seed: int
) -> None:
    """Through the whole app: no exception leaves it, and what could not decide when whole can't when spoilt.

    What Bolt itself can't read reaches no listener of ours: over HTTP it is a 400, or Bolt answers 500.
    """
    body = _spoilt(_press(office, card) if kind == "press" else _dialog(office, card), seed)
    with suppress(TypeError, AttributeError, ValueError):
        asked = BoltRequest(body=body, mode="socket_mode")
        assert office.program.app.dispatch(asked).status in {200, 404, 500}
    draft = office.draft()
    assert (draft.state, draft.revision, draft.signatures) == (DraftState.OPEN, 1, ())


def _press(office: Office, card: Json) -> Json:
    """Return a press that only opens a form."""
    return office.pressing(NOA, card, "edit")


def _dialog(office: Office, card: Json) -> Json:
    """Return a submitted form about other bytes than the card's."""
    draft_id = office.draft().id
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": CallbackId.REJECT,
        "hash": "h",
        "blocks": [],
    }
    held = {"own_words": {"input": {"type": "plain_text_input", "value": "No"}}}
    view |= {"private_metadata": f"{draft_id}.1.{'0' * 12}", "state": {"values": held}}
    assert card
    return {"type": "view_submission", **office.head(NOA), "view": view}
