"""The form a model fills in, and what it takes for an answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import wire
from agents.answer import answer, first_object
from agents.roster import roster
from agents.verdict import Flawed, Written, verdict
from tests.agents.chat_server import completion
from tests.agents.examples import MAIL, request
from workflows.action import Field
from workflows.requests import SUMMARY

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL = (
    Field(name="subject", max=200, hint="Short."),
    Field(name="body", type="long_text"),
    Field(name="to", type="email"),
    Field(name="count", type="integer", max=9),
    Field(name="amount", type="money"),
    Field(name="on", type="date"),
    Field(name="tone", type="choice", options=("friendly", "firm")),
    Field(name="who", type="person"),
    Field(name="urgent", type="boolean"),
    Field(name="note", required=False),
    Field(name="json", type="choice", required=False, options=("a",)),
    Field(name="_private", required=False),
)
GOOD: dict[str, Any] = {
    "subject": "Hi",
    "body": "One\ntwo",
    "to": "a@b.example",
    "count": 3,
    "amount": "2.00 USD",
    "on": "2026-11-21",
    "tone": "firm",
    "who": "U1",
    "urgent": False,
    "note": None,
    "json": None,
    "_private": None,
}


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    parts = list(cast("dict[str, Any]", schema).values()) if isinstance(schema, dict) else schema
    if isinstance(schema, dict):
        yield schema
    for part in parts:
        if isinstance(part, dict | list):
            yield from _parts(part)


@pytest.mark.parametrize("writes", [ALL, MAIL, (SUMMARY,)])
def test_the_schema_is_within_the_strict_subset(writes: tuple[Field, ...]) -> None:
    """Every object closes, every property is required, and no construct a strict server refuses occurs."""
    schema = wire.schema(writes)
    forbidden = {
        "default",
        "oneOf",
        "prefixItems",
        "uniqueItems",
        "$ref",
        "$defs",
        "pattern",
        "maxLength",
    }
    for part in _parts(schema):
        assert not forbidden & part.keys()
        if part.get("type") == "object":
            assert part["additionalProperties"] is False
            assert part["required"] == list(part["properties"])
    assert [field.name for field in writes] == schema["properties"]["fields"]["required"]  # type: ignore[index,call-overload] -- JSON
    assert "description" in json.dumps(schema)


def test_a_filled_form_is_read() -> None:
    """Empty optional fields are left out, the reason becomes one line of at most 300 characters."""
    fields, why = wire.read({"fields": GOOD, "why": " so\n it is " + "x" * 400}, ALL)
    assert fields == {name: value for name, value in GOOD.items() if value is not None}
    assert why.startswith("so it is x")
    assert len(why) == 300


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"count": "3"}, "fields.count: Input should be a valid integer"),
        ({"count": 3.0}, "fields.count"),
        ({"count": True}, "fields.count"),
        ({"count": 10}, "count must be at most 9"),
        ({"urgent": "no"}, "fields.urgent"),
        ({"on": 20261121}, "fields.on"),
        ({"on": "soon"}, "on must be a date"),
        ({"tone": "rude"}, "fields.tone"),
        ({"subject": "a\nb"}, "subject must be a single line"),
        ({"subject": ""}, "subject is missing"),
        ({"to": "a b"}, "to must be one e-mail address"),
        ({"bcc": "x@y.example"}, "fields.bcc: Extra inputs are not permitted"),
    ],
)
def test_anything_else_is_a_misfit(changes: dict[str, Any], problem: str) -> None:
    """Types are exact, unknown fields are refused, and each problem is a sentence."""
    with pytest.raises(wire.Misfit) as misfit:
        wire.read({"fields": {**GOOD, **changes}, "why": ""}, ALL)
    assert problem in str(misfit.value)
    assert "x@y.example" not in str(misfit.value)


def test_problems_are_few_and_short() -> None:
    """A thousand invented keys make no thousand lines."""
    invented = {f"{n}" + "k" * 500: 1 for n in range(1_000)}
    with pytest.raises(wire.Misfit) as misfit:
        wire.read({"fields": {**GOOD, **invented}, "why": ""}, ALL)
    assert len(misfit.value.problems) == 20
    assert max(map(len, misfit.value.problems)) < 150


def test_unstorable_characters_are_replaced_and_line_ends_are_newlines() -> None:
    """What no database takes is visible as a replacement; a carriage return is a line end."""
    fields, _ = wire.read(
        {"fields": {"subject": "a\x00b\ud800", "body": "1\r\n2\r3"}, "why": ""}, MAIL
    )
    assert fields == {"subject": "a\ufffdb\ufffd", "body": "1\n2\n3"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}', {"a": 1}),
        ('{"a": "</think>"}', {"a": "</think>"}),
        ('<think>{"a": 0}</think> {"a": 1}', {"a": 1}),
        ('x {"a": {"b": 1}} {"c": 2}', {"a": {"b": 1}}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ("{" * 100 + '"a": 1}', None),
        ("[1]", None),
        ('"{}"', {}),
        ("", None),
        ("{" * 49 + '{"a": 1}', {"a": 1}),
    ],
)
def test_the_first_object_is_found(text: str, found: object) -> None:
    """After thoughts, words and fences; nested objects count as part of the outer one."""
    assert first_object(text) == found


def test_an_object_after_too_many_braces_is_not_looked_for() -> None:
    """The search ends after fifty places, so that no answer makes it long."""
    assert first_object("{ " * 51 + '{"a": 1}') is None


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELD = st.sampled_from(
    ["fields", "why", "subject", "body", "choices", "message", "content", "usage"]
)


@given(
    JSONS | st.dictionaries(FIELD, JSONS | st.dictionaries(FIELD, JSONS, max_size=3), max_size=4)
)
def test_no_content_breaks_the_verdict(value: object) -> None:
    """Any JSON in place of an answer is judged, and only a fitting one is written."""
    asked, agent = request(), roster()["sales-follow-up"]
    for raw in (
        json.dumps(value),
        completion(value).body.decode(),
        completion(json.dumps(value)).body.decode(),
    ):
        found = answer(raw)
        if found is not None:
            judged = verdict(found, asked, agent)
            assert isinstance(judged, Flawed) or set(judged.fields) == {"subject", "body"}


@given(st.text(st.characters(), max_size=200), st.text(st.characters(), max_size=200))
def test_any_text_in_the_right_form_is_judged(subject: str, body: str) -> None:
    """A well-formed draft is written or flawed; what is written fits the action and can be stored."""
    raw = completion(
        json.dumps({"fields": {"subject": subject, "body": body}, "why": subject})
    ).body.decode()
    found = answer(raw)
    assert found is not None
    judged = verdict(found, request(), roster()["sales-follow-up"])
    if isinstance(judged, Written):
        judged.model_dump_json().encode()
        assert all(field.problem(judged.fields[field.name]) is None for field in MAIL)
