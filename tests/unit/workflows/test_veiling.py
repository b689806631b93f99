"""Another case's values are taken out of an example; what stays is how it was said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.lessons.veiling import telling, values_in, veiled

QUOTE = {
    "id": "Q-1043",
    "customer": "Bao & Co",
    "contact": "Jo Larkin",
    "guest": "Groß",
    "email": "orders@lark.example",
    "total": "2480.00",
    "currency": "USD",
    "sent_on": "2026-11-18",
    "status": "Open",
    "language": "en",
    "about": "two deck ovens",
    "address1": "12 High Street",
    "urgent": True,
    "nothing": None,
    "lines": [{"item": "OV-2"}, 7],
    "notes": "word " * 40,
}
VALUES = values_in({"quote": QUOTE}, own=("Alder Ovens",))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Dear Jo,", "Dear [contact],"),
        ("Dear JO LARKIN of bao & co,", "Dear [contact] of [customer],"),
        ("Bao said so.", "[customer] said so."),
        ("Dear Ms Groß, GROSS or gross", "Dear Ms [guest], [guest] or gross"),
        ("Quote Q-1043 over 2480.00 USD", "Quote [id] over [total] USD"),
        ("2,480.00 USD, 11 days ago", "[number] USD, [number] days ago"),
        ("for two deck ovens OV-2", "for [about] [item]"),
        ("to orders@lark.example or x@y.example", "to [email] or [e-mail address]"),
        ("at 12 High Street", "at [address]"),
        ("see https://x.example/a or www.b.example", "see [link] or [link]"),
        ("Are you open to it? Open.", "Are you open to it? [status]."),
        ("Shall we? Best regards, Alder Ovens", "Shall we? Best regards, Alder Ovens"),
    ],
)
def test_values_become_the_names_of_their_fields(text: str, left: str) -> None:
    """Whole values in any case, the words of a name as they are written, and every number."""
    assert veiled(text, VALUES) == left


def test_the_companys_own_name_is_no_customers() -> None:
    """It stands in every letter."""
    found = values_in({"from": "Alder Ovens", "to": "Lark Bakery"}, own=("alder ovens",))
    assert [value.text for value in found] == ["Lark Bakery"]


@pytest.mark.parametrize("text", ["Dear jo", "Dear Jo", "Dear JO"])
def test_a_name_a_record_writes_small_is_a_name_all_the_same(text: str) -> None:
    """People fill in forms as they like."""
    assert veiled(text, values_in({"first_name": "jo"})) == "Dear [first_name]"


def test_without_values_numbers_and_addresses_still_go() -> None:
    """They never are what is to be learnt. A bare list has no name for its values."""
    assert veiled("Call 555 123 or a@b.example", ()) == "Call [number] [number] or [e-mail address]"
    assert veiled("Dear Ann", values_in(["Ann"])) == "Dear [value]"


def test_what_no_other_letter_may_hold() -> None:
    """Names, ids, addresses, amounts and whole phrases; a date, a status, a short word may stand anywhere."""
    assert set(telling(VALUES)) == {
        "Bao & Co",
        "Jo Larkin",
        "Q-1043",
        "orders@lark.example",
        "2480.00",
        "two deck ovens",
        "OV-2",
        "12 High Street",
    }


def test_a_name_that_is_a_word_too_keeps_no_letter_from_being_written() -> None:
    """Will you? It is taken out of the example all the same."""
    values = values_in({"contact": "Will", "company": "May Ltd"})
    assert set(telling(values)) == {"May Ltd"}
    assert veiled("Dear Will,", values) == "Dear [contact],"


@given(st.dictionaries(st.sampled_from(["name", "id"]), st.text(max_size=40)), st.text())
def test_no_text_breaks_it_and_no_whole_value_stays(record: dict[str, str], text: str) -> None:
    """Whatever a record holds, its telling values are gone from a text that only held them."""
    values = values_in({**record})
    veiled(text, values)
    for value in telling(values):
        assert value not in veiled(f"so {value} it", values)
