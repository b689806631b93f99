"""CSV files cell by cell: one cell changes, every other byte stays."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.csv_text import CsvText, formula_safe

VALUE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
TABLE = st.lists(st.lists(VALUE, min_size=3, max_size=3), min_size=1, max_size=6)


def written(rows: list[list[str]], delimiter: str, quoting: int, newline: str) -> str:
    """Return a CSV text as the standard library writes it; it leaves a bare CR bare beside LF ends."""
    if newline == "\n":
        rows = [[value.replace("\r", "") for value in row] for row in rows]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=newline).writerows(rows)  # pyright: ignore[reportArgumentType]
    return out.getvalue()


STYLES = st.tuples(
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n"]),
)


@given(rows=TABLE, style=STYLES, bom=st.sampled_from(["", "\ufeff"]))
def test_a_table_is_read_as_the_standard_library_reads_it(
    rows: list[list[str]], style: tuple[str, int, str], bom: str
) -> None:
    """Quotes, line breaks in cells, delimiters and byte order marks are understood."""
    text = bom + written([["id", "b", "c"], *rows], *style)
    read = CsvText(text)
    reader = csv.reader(io.StringIO(text.removeprefix(bom), newline=""), delimiter=style[0])
    assert [[cell.value for cell in record] for record in read.records] == [*reader][1:]


@given(rows=TABLE, style=STYLES, value=VALUE, data=st.data())
def test_a_change_touches_one_cell_only(
    rows: list[list[str]], style: tuple[str, int, str], value: str, data: st.DataObject
) -> None:
    """All bytes before and after the cell are as they were, and the cell reads as the new value."""
    before = CsvText(written([["id", "b", "c"], *rows], *style))
    at = data.draw(st.integers(0, len(rows) - 1))
    cell = before.records[at][data.draw(st.integers(0, 2))]
    text = before.changed(cell, value)
    assert text.startswith(before.text[: cell.start])
    assert text.endswith(before.text[cell.end :])
    changed = [[each.value for each in record] for record in CsvText(text).records]
    wanted = [[each.value for each in record] for record in before.records]
    wanted[at][before.records[at].index(cell)] = value
    assert changed == wanted


def test_quotes_in_the_middle_of_a_cell_are_just_quotes() -> None:
    """A pipe of 5" does not swallow the rest of the file."""
    text = CsvText('id,size,note\n1,5" pipe,ok\n2,"3"" pipe",ok\n')
    assert text.rows()[0] == {"id": "1", "size": '5" pipe', "note": "ok"}
    assert text.rows()[1]["size"] == '3" pipe'


def test_blank_lines_and_short_rows_are_read() -> None:
    """A hand-edited file has both."""
    text = CsvText("id,b,c\n\n1,x\n")
    assert text.rows() == [{"id": "1", "b": "x", "c": ""}]


@pytest.mark.parametrize(
    ("text", "words"), [("", "the file is empty"), ("a,b,a\n1,2,3\n", "two columns are called 'a'")]
)
def test_a_file_without_a_usable_header_is_refused(text: str, words: str) -> None:
    """The sentence says what to mend."""
    with pytest.raises(ValueError, match=words):
        CsvText(text)


@pytest.mark.parametrize(
    "value",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3*A1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\uff1d1+1",
    ],
)
def test_a_formula_becomes_text(value: str) -> None:
    """A spreadsheet shows it and does not run it."""
    assert formula_safe(value) == f"'{value}"


@pytest.mark.parametrize(
    "value", ["", "sent", "-12.50", "+351 912 345 678", "2,480.00", "-5%", "a=b", "'=1"]
)
def test_plain_values_stay_as_they_are(value: str) -> None:
    """Amounts and telephone numbers are not disfigured."""
    assert formula_safe(value) == value


@given(st.text(st.sampled_from("=+-@\t\r\n 1a.(\uff1d'"), max_size=6))
def test_no_cell_begins_like_a_formula_that_does_something(value: str) -> None:
    """What begins with a sign is a number without an operator inside."""
    safe = formula_safe(value)
    if re.match(r"[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]", safe):
        assert re.fullmatch(r"[+-]?[\d .,()/]*%?", safe)
        assert not re.search(r"\d[+\-]", safe)
