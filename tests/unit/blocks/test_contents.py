"""What exactly will leave, whole or on pages; what an edit changed; forms there and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks import contents, diff, form, ids, values
from blocks.text import visible
from tests.unit.blocks.examples import ALL_TYPES, ANA, MAIL, SPEC, draft, edited
from workflows.action import Field

VALUES: dict[str, Any] = {
    "note": "a note",
    "body": "one\ntwo",
    "to": "jo@x.example",
    "count": 1234,
    "amount": "2480.00 USD",
    "day": "2026-11-23",
    "way": "courier",
    "who": ANA,
    "rush": False,
}


def test_recipients_and_amounts_come_first_and_long_text_last() -> None:
    """The order is the same whatever the order of the payload."""
    names = [part.name for part in contents.parts(VALUES, ALL_TYPES)]
    assert names == ["to", "who", "amount", "note", "count", "day", "way", "rush", "body"]


def test_values_read_as_people_write_them() -> None:
    """Money has separators, a date its weekday, yes and no are words."""
    shown = {part.name: part.text for part in contents.parts(VALUES, ALL_TYPES)}
    assert shown["amount"] == "2,480.00 USD"
    assert shown["day"] == "2026-11-23 (Monday)"
    assert shown["rush"] == "no"
    assert contents.value_words(Field(name="rush", type="boolean"), value=True) == "yes"
    assert contents.value_words(Field(name="x"), ["a", "b"]) == "a, b"
    assert contents.value_words(Field(name="x"), {"a": [1]}) == '{"a": [1]}'
    assert contents.value_words(Field(name="x", type="money"), "a lot") == "a lot"
    assert contents.value_words(Field(name="x", type="date"), "soon") == "soon"


def test_fields_nobody_declared_are_shown_too() -> None:
    """A payload hides nothing behind an unknown name; what no action knows and is empty is not shown."""
    shown = contents.parts({**MAIL, "bcc": "spy@x.example", "cc": "", "reply": None}, SPEC)
    assert [part.name for part in shown] == ["to", "bcc", "subject", "body"]
    assert [part.name for part in contents.parts(MAIL, None)] == ["to", "subject", "body"]


def test_a_field_that_is_cleared_is_shown_as_such() -> None:
    """Who signs an update that empties a cell has to see it."""
    (_, *rest) = contents.parts({**MAIL, "subject": ""}, SPEC)
    assert [part.text for part in rest if part.name == "subject"] == ["—"]


@pytest.mark.parametrize(
    ("changes", "whole"),
    [
        ({}, True),
        ({"body": "x" * 1000}, True),
        ({"body": "x" * 1001}, False),
        ({"body": "\n" * 14}, False),
        ({"body": "x\n" * 13}, True),
        ({"body": "\u202e" * 126}, False),
        ({"subject": "x" * 150}, True),
        ({"subject": "x" * 151}, False),
        ({f"extra{n}": "x" for n in range(4)}, True),
        ({f"extra{n}": "x" for n in range(5)}, False),
    ],
)
def test_a_card_shows_all_or_says_that_it_does_not(changes: dict[str, Any], whole: bool) -> None:  # noqa: FBT001 -- a column of the table
    """What is longer than a card is read on pages."""
    assert contents.is_whole(contents.parts({**MAIL, **changes}, SPEC)) is whole


@settings(max_examples=40, deadline=None)
@given(
    st.text(min_size=1, max_size=400).map(lambda text: text * 20),
    st.text(min_size=1, max_size=100),
)
def test_the_pages_put_together_are_the_payload(body: str, subject: str) -> None:
    """Not a character is lost or doubled between pages."""
    parts = contents.parts({"subject": subject, "body": body}, SPEC)
    pages = contents.pages(parts)
    for name, value in (("subject", subject), ("body", body)):
        pieces = [piece.text for page in pages for piece in page if piece.name == name]
        assert "".join(pieces) == visible(value)
    assert all(sum(len(piece.text) for piece in page) <= contents.PAGE for page in pages)


def test_pages_break_after_white_space() -> None:
    """A word is not torn where there is a space to break at."""
    first = contents.pages(contents.parts({"body": "word " * 1000}, SPEC))[0]
    assert first[-1].text.endswith("word ")


def test_a_page_without_room_gives_way_to_the_next() -> None:
    """A field that comes when the page is full begins on a new one."""
    many = {f"field{n}": "x" * 245 for n in range(12)}
    pages = contents.pages(contents.parts(many, None))
    assert [len(page) for page in pages] == [10, 3]
    assert pages[1][0].name == pages[0][-1].name


def test_nothing_to_send_is_one_empty_page() -> None:
    """An action without fields has nothing to read."""
    assert contents.pages(()) == [[]]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_diff_holds_both_texts(old: str, new: str) -> None:
    """What stayed and went is the old text, what stayed and came is the new one."""
    changes = diff.words(old, new)
    assert "".join(c.text for c in changes if c.kind != "new") == old
    assert "".join(c.text for c in changes if c.kind != "old") == new


def test_a_diff_is_word_by_word() -> None:
    """Only the changed words are struck and bold."""
    changes = diff.words("pay 48 USD today", "pay 84 USD today")
    assert [(c.kind, c.text) for c in changes] == [
        ("same", "pay "),
        ("old", "48"),
        ("new", "84"),
        ("same", " USD today"),
    ]
    shown = diff.elements(changes)
    assert shown[1] == {"type": "text", "text": "48", "style": {"strike": True}}
    assert shown[2] == {"type": "text", "text": " "}
    assert shown[3] == {"type": "text", "text": "84", "style": {"bold": True}}


def test_a_changed_address_is_struck_whole() -> None:
    """Whoever signs reads the old address and the new one, not a mixture of both."""
    changes = diff.words("pat@marlows-diner.example", "lin@bao-and-co.example")
    assert [(c.kind, c.text) for c in changes] == [
        ("old", "pat@marlows-diner.example"),
        ("new", "lin@bao-and-co.example"),
    ]
    changes = diff.words("Write to pat@old.example.", "Write to pat@new.example.")
    assert [c.text for c in changes] == ["Write to ", "pat@old.example", "pat@new.example", "."]


def test_a_changed_phrase_stays_together() -> None:
    """Words with only spaces between them are struck together and stand together; line breaks part them."""
    changes = diff.words("Kind regards,\nLee", "Warm wishes,\nLee Park")
    assert [(c.kind, c.text) for c in changes] == [
        ("old", "Kind regards"),
        ("new", "Warm wishes"),
        ("same", ",\nLee"),
        ("new", " Park"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ("w " * 900 + "\nlast", "w " * 900 + "\nlast one", ["same", "old", "new"]),
        ("a\n" * 900, "b\n" * 900, ["old", "new"]),
        ("a\n" * 900, "", ["old"]),
        ("", "b\n" * 1800, ["new"]),
    ],
)
def test_long_texts_are_compared_by_line_or_whole(old: str, new: str, kinds: list[str]) -> None:
    """Comparing stays quick however long the texts are."""
    assert [change.kind for change in diff.words(old, new)] == kinds


def test_a_long_diff_is_shortened_around_what_changed() -> None:
    """Unchanged stretches give way first, and a card shows at most 600 characters."""
    changes = diff.words(f"{'same ' * 50}old", f"{'same ' * 50}new")
    assert diff.elements(changes)[0]["text"] == "… same same same same "
    shown = diff.elements([diff.Change(kind="new", text="x" * 700), *changes])
    assert sum(len(element["text"]) for element in shown) <= diff.SHOWN
    assert diff.elements([]) == [{"type": "text", "text": "—"}]


def test_changed_fields_are_named_added_and_removed_ones_too() -> None:
    """One paragraph per changed field, none for the others."""
    after = edited(draft(), subject="Quote Q-1043", to="", note="new")
    found = diff.changed(*after.revisions, SPEC)
    labels = [paragraph["elements"][0]["text"] for paragraph in found]
    assert labels == ["To ", "Subject ", "Note "]


def _state(blocks: list[dict[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what Slack sends back for a form submitted as it was opened."""
    state: dict[str, dict[str, dict[str, Any]]] = {}
    for block in blocks:
        element = block["element"]
        held = {
            "value": element.get("initial_value"),
            "selected_date": element.get("initial_date"),
            "selected_user": element.get("initial_user"),
            "selected_option": element.get("initial_option"),
        }
        state[block["block_id"]] = {element["action_id"]: held}
    return state


def test_a_form_submitted_as_opened_gives_its_values_back() -> None:
    """Every type of field survives the way to Slack and back; money comes with separators."""
    back = form.read(ALL_TYPES.fields, _state(form.inputs(ALL_TYPES.fields, VALUES)))
    assert back == {**VALUES, "amount": "2,480.00 USD"}


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=300).map(lambda text: text * 30))
def test_long_text_goes_through_several_inputs_and_back(body: str) -> None:
    """A text longer than one input takes is edited in pieces and put together again."""
    fields = (Field(name="body", type="long_text"),)
    blocks = form.inputs(fields, {"body": body})
    assert form.read(fields, _state(blocks)) == {"body": body or None}


def test_an_empty_form_gives_nothing_and_defaults_fill_it() -> None:
    """What nobody typed is None; a default stands in its input."""
    fields = (Field(name="n", type="integer", default=2), Field(name="x", required=False))
    blocks = form.inputs(fields, {})
    assert form.read(fields, _state(blocks)) == {"n": 2, "x": None}
    assert [block["optional"] for block in blocks] == [False, True]


def test_a_field_that_was_not_in_the_form_is_not_changed() -> None:
    """Nobody saw it, so nobody emptied it."""
    fields = (Field(name="subject"), Field(name="body", type="long_text"))
    state = _state(form.inputs(fields[:1], {"subject": "Hello"}))
    assert form.read(fields, state) == {"subject": "Hello"}


def test_values_that_do_not_fit_their_input_are_not_put_into_it() -> None:
    """Slack would refuse the whole form for one date that is none."""
    wrong = {**VALUES, "day": "soon", "count": "many", "who": "@ana", "way": "pigeon", "to": "a\nb"}
    blocks = form.inputs(ALL_TYPES.fields, wrong)
    keys = {"initial_date", "initial_user", "initial_option"}
    filled = {b["block_id"] for b in blocks if keys & set(b["element"])}
    assert filled == {form.input_id("rush")}


def test_what_slack_sends_for_a_menu_is_a_position() -> None:
    """A value that is no position of the menu is taken as it came, for the rules to refuse."""
    choice = Field(name="way", type="choice", options=("post", "courier"))
    many = Field(name="way", type="choice", options=tuple(str(n) for n in range(101)))
    state = {form.input_id("way"): {"input": {"selected_option": {"value": "9"}}}}
    assert form.read([choice], state) == {"way": "9"}
    typed = {form.input_id("way"): {"input": {"value": "7"}}}
    assert form.read([many], typed) == {"way": "7"}
    assert form.inputs([many], {"way": "7"})[0]["element"]["type"] == "plain_text_input"
    number = {form.input_id("n"): {"input": {"value": "many"}}}
    assert form.read([Field(name="n", type="integer")], number) == {"n": "many"}


def test_problems_are_shown_under_their_input() -> None:
    """An error by field becomes an error by block."""
    assert form.errors({"to": "is missing"}) == {"input:to:0": "This is missing."}


def test_a_button_value_goes_there_and_back() -> None:
    """Draft, revision and the start of the hash, and nothing else."""
    value = values.button_value("0199-draft", 2, "ab" * 32)
    assert value == "0199-draft.2.abababababab"
    assert str(values.ButtonValue.parse(value)) == value
    assert values.untagged(values.tagged("why", value)) == ("why", values.ButtonValue.parse(value))


@pytest.mark.parametrize(
    "forged", ["", "x", "d.0.abababababab", "d.1.ABABABABABAB", "d.1.ab", "d d.1.abababababab"]
)
def test_a_forged_button_value_is_refused(forged: str) -> None:
    """What we did not write is not read."""
    with pytest.raises(ValueError, match="button"):
        values.ButtonValue.parse(forged)


def test_block_ids_change_with_the_revision_and_fit() -> None:
    """Slack draws a part anew only under a new id."""
    assert ids.block_id(ids.BlockId.BODY, "d", 1) != ids.block_id(ids.BlockId.BODY, "d", 2)
    assert len(ids.block_id(ids.BlockId.ROW, "x" * 400)) == 255
