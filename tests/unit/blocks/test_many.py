"""The dialog of drafts that are alike."""

from __future__ import annotations

from dataclasses import replace

from blocks import limits, many
from tests.unit.blocks.examples import HOSTILE
from tests.unit.blocks.test_card import buttons, shown
from tests.unit.blocks.test_screens import waiting


def test_three_alike_are_worth_a_dialog() -> None:
    """Two are not, others are in groups of their own, and no more than may be signed together are in it."""
    alike = [replace(one, alike="a") for one in waiting(5)]
    other = [replace(one, alike="b") for one in waiting(2)]
    found = many.groups([*alike, *other, *waiting(9)], most=4)
    assert {name: len(those) for name, those in found.items()} == {"a": 4}
    assert many.button(many.groups(other, most=9)) == []
    assert many.button(found)[0]["text"]["text"] == "Sign 4 alike …"


def test_all_that_would_leave_stands_there() -> None:
    """Twenty of them fit a dialog; one too long to be shown whole is not among them."""
    body = "word " * 200
    those = [replace(one, alike="a") for one in waiting(20, {"to": "jo@x.example", "body": body})]
    built = many.dialog(those)
    assert limits.check(built) == []
    assert shown(built).count(body.strip()) == 20
    longer = waiting(3, {"to": "jo@x.example", "body": "word " * 400})
    assert many.groups([replace(one, alike="a") for one in longer], most=9) == {}


def test_hostile_words_are_only_words() -> None:
    """Whatever an agent wrote, a dialog is still one."""
    for words in HOSTILE:
        those = [replace(one, alike="a") for one in waiting(3, {"to": words, "body": words})]
        assert limits.check(many.dialog(those)) == []
        assert buttons({"blocks": many.button({"a": those})}) == ["together"]
