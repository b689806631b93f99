from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.expressions import Condition, ExpressionError, Template, render_payload, texts_in

if TYPE_CHECKING:
    from pydantic import JsonValue

VALUES: dict[str, JsonValue] = {
    "inputs": {"quote": "Q-1", "note": ""},
    "quote": {"total": 2480.5, "items": [1, True], "none": None, "text": "7.20", "open": False},
    "ranked": [{"id": "INV-1"}],
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("quote.total > 2000", True),
        ("quote.total > 2000.0 && inputs.quote == 'Q-1'", True),
        ("size(ranked) > 0", True),
        ("has(quote.gone)", False),
        ("!has(quote.gone) || quote.gone > 1", True),
        ("double(quote.text) < 7.0", False),
        ("quote.none == null", True),
        ("inputs.quote in ['Q-1', 'Q-2']", True),
        ("inputs.note == '.all('", False),
        ("quote.open", False),
    ],
)
def test_a_condition_holds_or_not(text: str, holds: bool) -> None:  # noqa: FBT001 -- a table of examples
    """Names, comparison, and, or, not, in: nothing more is needed."""
    assert Condition(text).holds(VALUES) is holds


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("quote.gone > 1", "gone is not there"),
        ("nothing > 1", "nothing is called nothing"),
        ("quote.total", "gives 2480.5, and a condition must give true or false"),
        ("quote.text > 5", "things of different kinds"),
        ("1 / 0 == 1", "divides by zero"),
        ("int(quote.text) > 1", "can't be worked out"),
        ("9223372036854775807 + 1 > 0", "can't be worked out"),
    ],
)
def test_a_condition_that_cannot_be_answered_says_why(text: str, problem: str) -> None:
    """An undefined name is a mistake, never a no."""
    with pytest.raises(ExpressionError, match=problem):
        Condition(text).holds(VALUES)


@pytest.mark.parametrize(
    ("text", "problem", "column"),
    [
        ("quote.total >", "it ends too early", 14),
        ("", "it ends too early", 1),
        ("quote.items.all(x, x > 0)", "goes through a list", 13),
        ("quote.items.map(x, x)[0] == 1", "goes through a list", 13),
        ("shell('rm') == 1", "shell.. is not known here", 0),
        ("a && " * 200 + "b", "at most 500 fit", 0),
        ("(" * 240, "too many brackets", 97),
    ],
)
def test_a_condition_that_cannot_be_read_is_refused(text: str, problem: str, column: int) -> None:
    """Whatever could loop or call code does not compile, and the column is known where it can be."""
    with pytest.raises(ExpressionError, match=problem) as caught:
        Condition(text)
    assert caught.value.column == column


def test_a_condition_knows_what_it_reads() -> None:
    """Names and dotted paths are known without running it; quoted text is no name."""
    condition = Condition("inputs.quote == 'a.b' && quote.text.startsWith('x') && has(quote.gone)")
    assert condition.names() == {"inputs", "quote"}
    assert condition.paths() == {"inputs.quote", "quote.text", "quote.gone"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain {text}", "plain {text}"),
        ("{{ inputs.quote }}!", "Q-1!"),
        ("{{ quote.total | money('USD') }}", "2,480.50 USD"),
        ("{{ quote.total | round }} {{ quote.text | round(1) }}", "2480 7.2"),
        ("{{ inputs.quote | lower }}{{ 'x' | upper }}{{ ' y ' | trim }}", "q-1Xy"),
        ("{{ quote.gone | default('none') }}", "none"),
        ("{{ gone | default('none') }}", "none"),
        ("{{ inputs.note | default('empty') }}", "empty"),
        ("{{ inputs.note or ranked[0].id }}", "INV-1"),
        ("{{ ranked[7].id | default('nobody') }}", "nobody"),
        ("{{ quote.items }}, {{ quote.none }}, {{ quote.open }}", "1, yes, , no"),
        ("<b>{{ inputs.quote ~ '&' }}</b>", "<b>Q-1&</b>"),
    ],
)
def test_a_template_inserts_values(text: str, shown: str) -> None:
    """Values are written as people write them, and nothing is escaped here: rendering does that."""
    assert Template(text).render(VALUES) == shown


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{{ quote.gone }}", "gone is not there"),
        ("{{ gone.gone }}", "'gone' is not there"),
        ("{{ ranked[3] }}", "there is no item 3"),
        ("{{ quote.__class__ }}", "__class__ is not there"),
        ("{{ inputs.quote.upper }}", "upper is not there"),
        ("a {{ quote }}", "whole record"),
        ("{{ 'x' | money }}", "'x' is not a number"),
        ("{{ '1e999' | round }}", "is not a number"),
    ],
)
def test_a_template_without_its_value_says_which(text: str, problem: str) -> None:
    """A gap in a letter is never filled with nothing, and no attribute of a value can be reached."""
    with pytest.raises(ExpressionError, match=problem):
        Template(text).render(VALUES)
    with pytest.raises(ExpressionError, match=problem):
        Template(f"{text} ").value(VALUES)


def test_a_single_value_that_is_not_there_is_said_too() -> None:
    """A payload field made of one value is never filled with nothing."""
    for text in ("{{ quote.gone }}", "{{ gone }}", "{{ 'x' | money }}"):
        with pytest.raises(ExpressionError):
            Template(text).value(VALUES)
    assert Template("{{ quote.total }}").value({**VALUES, "self": 1}) == 2480.5


@pytest.mark.parametrize(
    "text",
    [
        "{% for x in y %}{% endfor %}",
        "{# note #}",
        "{{ 'x' * 9 }}",
        "{{ range(9) }}",
        "{{ x() }}",
        "{{ x if y }}",
        "{{ [x] }}",
        "{{ x | join }}",
        "{{ x is defined }}",
        "{{ x",
        "{{ }}",
        "{{ " + "(" * 2_000 + " }}",
        "x" * 10_001,
    ],
)
def test_a_template_only_inserts(text: str) -> None:
    """No loop, no call, no arithmetic, no foreign filter: it is refused when it is read."""
    with pytest.raises(ExpressionError):
        Template(text)


def test_a_payload_keeps_the_kinds_of_its_values() -> None:
    """A text that is exactly one value keeps its kind; what is no text stays as it is."""
    payload: dict[str, JsonValue] = {
        "total": "{{ quote.total }}",
        "text": " {{ quote.total }} USD",
        "items": ["{{ quote.items }}", 5, None],
        "block": {"id": "{{- ranked[0].id -}}", "yes": True},
    }
    assert render_payload(payload, VALUES) == {
        "total": 2480.5,
        "text": " 2480.5 USD",
        "items": [[1, True], 5, None],
        "block": {"id": "INV-1", "yes": True},
    }
    assert sorted(texts_in(payload)) == sorted(
        ["{{ quote.total }}", " {{ quote.total }} USD", "{{ quote.items }}", "{{- ranked[0].id -}}"]
    )


def test_a_template_knows_what_it_inserts() -> None:
    """Paths are known without rendering, also inside filters and fallbacks."""
    template = Template("{{ inputs.a | default(quote.b) }} {{ ranked[0].id or quote['c'] }}")
    assert template.names() == {"inputs", "quote", "ranked"}
    assert template.paths() == {"inputs.a", "quote.b", "ranked.id", "quote"}


@given(
    st.text(max_size=60), st.dictionaries(st.sampled_from(["a", "b"]), st.integers() | st.text())
)
def test_no_text_does_anything_but_render_or_refuse(
    text: str, values: dict[str, JsonValue]
) -> None:
    """Whatever is written, the answer is a text or a sentence."""
    for wrapped in (text, f"{{{{ {text} }}}}"):
        try:
            assert isinstance(Template(wrapped).render(values), str)
            Template(wrapped).value(values)
        except ExpressionError:
            continue


@given(
    st.text(max_size=40), st.dictionaries(st.sampled_from(["a", "b"]), st.integers() | st.text())
)
def test_no_condition_does_anything_but_hold_or_refuse(
    text: str, values: dict[str, JsonValue]
) -> None:
    """Whatever is written, the answer is yes, no or a sentence."""
    for tried in (text, f"a == {text}", f"{text} > b"):
        try:
            assert isinstance(Condition(tried).holds(values), bool)
        except ExpressionError:
            continue
