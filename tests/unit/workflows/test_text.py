from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from workflows.action import Record
from workflows.text import Untrusted, canonical, digest, normalised, unstorable

#: Any code point at all, lone surrogates and controls among them.
HOSTILE = st.text(alphabet=st.characters(exclude_categories=()))
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | HOSTILE
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(HOSTILE, inner), max_leaves=10
)


class Letter(Record):
    body: Untrusted


@pytest.mark.parametrize("write", [str, "{}".format, "{:>20}".format, "%s".__mod__, "a".__add__])
def test_untrusted_text_never_formats(write: Any) -> None:
    """Text of a customer can't slip into a sentence or a log line unseen."""
    with pytest.raises(TypeError):
        write(Untrusted("<!channel>"))


def test_untrusted_text_says_what_to_do_instead() -> None:
    """Whoever formats it by mistake reads how it is rendered."""
    with pytest.raises(TypeError, match=r"blocks\.text or take \.raw"):
        str(Untrusted("hello"))


def test_untrusted_text_goes_into_a_record_and_out_as_a_plain_string() -> None:
    """A record with text of a customer is plain JSON and reads back the same."""
    letter = Letter(body=Untrusted("Hi"))
    assert letter.model_dump(mode="json") == {"body": "Hi"}
    assert Letter.model_validate_json(letter.model_dump_json()) == letter
    assert Letter.model_validate({"body": "Hi"}) == letter


@pytest.mark.parametrize("value", [3, None, ["Hi"], b"\xff"])
def test_untrusted_text_is_read_from_text_only(value: object) -> None:
    """What is no text does not become text."""
    with pytest.raises(ValueError, match="body"):
        Letter.model_validate({"body": value})


@given(HOSTILE)
def test_any_untrusted_text_can_be_saved(text: str) -> None:
    """No text of a customer can keep the record it stands in from being written."""
    saved = Letter(body=Untrusted(text)).model_dump_json()
    assert "\x00" not in json.loads(saved)["body"]


def test_untrusted_text_keeps_what_can_be_saved() -> None:
    """Only what no JSON carries is replaced, visibly."""
    assert Untrusted("a\tb\r\n\u202ec").raw == "a\tb\r\n\u202ec"
    assert Untrusted("a\x00b\ud800c").raw == "a\ufffdb\ufffdc"


@given(JSON)
def test_anything_can_be_hashed_once_normalised(value: Any) -> None:
    """Hostile text from a model or a record can't keep an audit entry from being written."""
    clean = normalised(value)
    assert json.loads(canonical(clean)) == clean
    assert normalised(clean) == clean


@given(HOSTILE)
def test_unstorable_is_what_normalising_changes(text: str) -> None:
    """The question and the cure agree."""
    assert unstorable(text) == (normalised(text) != text)


def test_normalising_replaces_unstorable_characters_in_keys_and_values() -> None:
    """Each is replaced by the replacement character; tab, newline and the rest stay."""
    value: Any = {"a\x00": ["b\ud800", 1, True, None, 1.5], "tab\t": "line\n"}
    assert normalised(value) == {"a\ufffd": ["b\ufffd", 1, True, None, 1.5], "tab\t": "line\n"}


@given(st.dictionaries(st.text(max_size=4), st.integers(-9, 9)))
def test_hashes_do_not_depend_on_the_order_of_keys(value: Any) -> None:
    """The same payload has the same hash however it was put together."""
    backwards = dict(reversed(value.items()))
    assert canonical(backwards) == canonical(value)
    assert digest(backwards) == digest(value)


def test_hashes_tell_different_values_apart() -> None:
    """A number is not its text, and absent is not null."""
    values: tuple[Any, ...] = ({}, {"a": None}, {"a": 1}, {"a": "1"}, {"a": [1]}, [1], "", None)
    assert len({digest(value) for value in values}) == len(values)


def test_the_digest_is_of_the_rfc_8785_bytes() -> None:
    """Anyone can compute it again with another tool."""
    assert canonical({"b": 1.0, "a": "é"}) == '{"a":"é","b":1}'.encode()
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, "\ud800"])
def test_what_json_cannot_carry_exactly_is_not_hashed(value: float | str) -> None:
    """Such a value is refused rather than signed as something else."""
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical(value)
