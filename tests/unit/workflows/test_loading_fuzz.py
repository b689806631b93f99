from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue  # noqa: TC002 -- hypothesis reads the annotations

from tests.unit.workflows.playbook_text import COMPANY, GOOD, loaded
from workflows.company import Company
from workflows.loading import UnreadableFile, load_company
from workflows.playbook import Playbook

LINES = GOOD.splitlines(keepends=True)
#: Words that mean something to YAML, to the schema or to an expression.
_MARKS = "[ ] { } : &a *a !!x ' \" {{ }} {% null true -1 1e999 0x .inf steps: <<: 2026-11-23 é 🙂"
_LONG = ("9" * 30 + " days", "9" * 400 + " days", "9" * 400 + " USD")
WORDS = st.sampled_from(
    [*_MARKS.split(), "- ", "|\n", "\t", "? ", "read: a", "\ud800", "\x00", "\u2028", *_LONG]
)
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _said(text: str) -> None:
    """Load; what comes is a playbook or an error whose places lie within the file."""
    lines = max(len(text.splitlines()), 1)
    try:
        playbook = loaded(text)
    except UnreadableFile as error:
        places = [(each.line, each.col) for each in error.problems]
        said = str(error)
    else:
        places, said = [(1, 1)], playbook.title
    assert places
    assert said
    assert all(1 <= line <= lines + 1 and col >= 1 for line, col in places)


@FUZZ
@given(st.text(max_size=200))
def test_any_text_is_a_playbook_or_an_error(text: str) -> None:
    """No file makes anything else happen."""
    _said(text)


@FUZZ
@given(st.integers(0, len(GOOD)), st.integers(0, 12), WORDS | st.text(max_size=8))
def test_a_spoilt_playbook_is_a_playbook_or_an_error(at: int, cut: int, put: str) -> None:
    """A slip of the hand anywhere is said, never thrown."""
    _said(GOOD[:at] + put + GOOD[at + cut :])


@FUZZ
@given(st.lists(st.sampled_from(LINES), max_size=40))
def test_shuffled_lines_are_a_playbook_or_an_error(lines: list[str]) -> None:
    """Lines copied to the wrong place are said, never thrown."""
    _said("".join(lines))


@FUZZ
@given(
    st.dictionaries(
        st.sampled_from([*Playbook.model_fields, "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda deeper: (
                st.lists(deeper, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["read", "draft", "with", "wait", "for", "approve", "by", "type", "cron"]
                    ),
                    deeper,
                    max_size=3,
                )
            ),
            max_leaves=8,
        ),
        max_size=8,
    )
)
def test_any_shape_is_a_playbook_or_an_error(value: dict[str, JsonValue]) -> None:
    """Any value in any place is said, never thrown."""
    _said(_yaml(value))


@FUZZ
@given(st.integers(0, 120), st.integers(0, 6), WORDS)
def test_a_spoilt_company_is_a_company_or_an_error(at: int, cut: int, put: str) -> None:
    """The same holds for company.yml."""
    good = _yaml(COMPANY.model_dump(mode="json"))
    text = good[:at] + put + good[at + cut :]
    with suppress(UnreadableFile):
        assert isinstance(load_company(text, "company.yml"), Company)


@pytest.mark.parametrize("many", ["9" * 30, "9" * 400, "9" * 5_000])
@pytest.mark.parametrize(
    "put", ["within: {} days", "hold: {} weeks", "quorum: {}", "above: [{{amount: {} USD, by: x}}]"]
)
def test_numbers_beyond_all_bounds_are_an_error(put: str, many: str) -> None:
    """A number nobody means is said, never thrown."""
    _said(GOOD.replace("edit: [body]", put.format(many)))


def _yaml(value: JsonValue) -> str:
    """Write a value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_yaml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_yaml(item) for item in value) + "]"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value)
