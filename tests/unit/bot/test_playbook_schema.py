"""The JSON Schema of playbooks: editors accept what the loader accepts, and mark what has another form."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from bot.reference.schema import playbook_schema
from tests.unit.workflows.test_sop import EVERYTHING

Json = dict[str, Any]
SCHEMA = playbook_schema()
EDITOR = Draft202012Validator(SCHEMA)
SHIPPED = ("quote-follow-up", "payment-recovery", "weekly-kpi-report")


def read(text: str) -> Json:
    """Return what a YAML 1.2 text holds."""
    return YAML(typ="safe", pure=True).load(text)


def shipped(name: str) -> Json:
    """Return a playbook that ships."""
    file = resources.files("workflows") / "catalog" / f"{name}.yml"
    return read(file.read_text(encoding="utf-8"))


def test_it_is_a_schema() -> None:
    """Of the dialect it names."""
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_is_accepted(name: str) -> None:
    """Each shipped playbook has the form."""
    assert [error.message for error in EDITOR.iter_errors(shipped(name))] == []


def test_every_kind_of_step_is_accepted() -> None:
    """Also those the shipped ones don't use."""
    assert [error.message for error in EDITOR.iter_errors(read(EVERYTHING))] == []


def _broken(change: str) -> Json:
    book = shipped("quote-follow-up")
    letter = next(step for step in book["steps"] if "draft" in step)
    changes: dict[str, Any] = {
        "unknown key": lambda: book.update(titel="x"),
        "level": lambda: book.update(level="three"),
        "two kinds": lambda: letter.update(ask="which"),
        "nobody": lambda: letter["approve"].pop("by"),
        "mode": lambda: book.update(mode="twice"),
        "input": lambda: book["inputs"]["quote"].update(type="txt"),
        "no steps": lambda: book.update(steps=[]),
    }
    changes[change]()
    return book


@pytest.mark.parametrize(
    "change", ["unknown key", "level", "two kinds", "nobody", "mode", "input", "no steps"]
)
def test_another_form_is_marked(change: str) -> None:
    """A slip of the pen is seen while it is typed."""
    assert list(EDITOR.iter_errors(_broken(change)))


def test_every_key_is_explained() -> None:
    """An editor shows what a key means."""
    for part in (SCHEMA, *SCHEMA["$defs"].values()):
        for name, rule in (part.get("properties") or {}).items():
            if part.get("title") not in {"Money", "Span"}:
                assert rule.get("description"), name


_RULE = {"customer": ["*@bigco.com"], "above": "9.00 USD", "channel": "sales", "to": "Lee"}


@pytest.mark.parametrize(
    ("assign", "right"),
    [
        ("in turn", True),
        (["{{ quote.owner }}", _RULE, "in turn"], True),
        ([{"above": "9.00 USD"}], False),
        ([{"to": "Lee", "custmer": "x"}], False),
        ([12], False),
    ],
)
def test_who_is_asked_first_has_a_form(assign: Any, right: bool) -> None:  # noqa: FBT001 -- a column
    """A text, or a list of texts and rules."""
    book = shipped("quote-follow-up")
    letter = next(step for step in book["steps"] if "draft" in step)
    letter["approve"]["assign"] = assign
    assert (list(EDITOR.iter_errors(book)) == []) == right


def test_what_is_never_written_is_not_offered() -> None:
    """The version is the hash of the text."""
    assert not {"version", "source"} & SCHEMA["properties"].keys()
