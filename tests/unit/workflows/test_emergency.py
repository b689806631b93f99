"""Words of an emergency: whole, whatever their case and accents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.urgent.words import first_found, spelled

LETTERS = st.text(alphabet="abcdefgáéñöçåABCÉÑ0123456789", min_size=1, max_size=8)
PHRASES = st.lists(LETTERS, min_size=1, max_size=3)
#: What parts words.
GAPS = st.text(alphabet=" \n\t.,;:!?-\u2013\u2014_/()'\"\u2019\u2026", min_size=1, max_size=3)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("gas leak", "There is a GAS-LEAK in the kitchen!"),
        ("fuga de gas", "¡FUGA de GÁS!"),
        ("strasse", "in der Straße"),
        ("fire", "fire"),
        ("ﬁre", "there is a FIRE"),
        ("can't breathe", "He can\u2019t breathe."),
    ],
)
def test_a_word_is_found_however_it_is_written(word: str, text: str) -> None:
    """Capitals, accents, hyphens, quotes, ligatures."""
    assert first_found(["nothing", word], {"deep": [1, {"in": text}]}) == word


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("fire", "the fireplace"),
        ("fire", "cease-fires"),
        ("gas leak", "gas, no leak"),
        ("gas leak", "leak gas"),
        ("!", "help!"),
        ("fire", ""),
    ],
)
def test_part_of_a_word_is_another_word(word: str, text: str) -> None:
    """A quote for a fireplace is no fire."""
    assert first_found([word], [text]) == ""


def test_words_of_two_texts_are_not_one_phrase() -> None:
    """The subject ends with gas, the body begins with leak."""
    assert first_found(["gas leak"], ["Gas", "leak"]) == ""
    assert first_found(["fire"], {"fire": "is the name of the field"}) == ""


@given(phrase=PHRASES, before=GAPS, after=GAPS, gap=GAPS, other=LETTERS)
def test_a_phrase_between_gaps_is_found(
    phrase: list[str], before: str, after: str, gap: str, other: str
) -> None:
    """Wherever it stands, in either case."""
    text = f"{other}{before}{gap.join(phrase)}{after}{other}"
    assert first_found([" ".join(phrase)], text.upper())
    assert first_found([" ".join(phrase).upper()], text)


@given(word=LETTERS, more=st.text(alphabet="abcéñ019", min_size=1, max_size=4))
def test_a_word_with_more_to_it_is_not_found(word: str, more: str) -> None:
    """Before it or after it."""
    assert first_found([word], f"{more}{word}") == ""
    assert first_found([word], f"{word}{more}") == ""


@given(text=st.text(max_size=60))
def test_spelling_what_is_spelled_changes_nothing(text: str) -> None:
    """And it never fails, whatever the characters."""
    once = spelled(text)
    assert spelled(" ".join(once)) == once
