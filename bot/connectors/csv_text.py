"""A CSV text, cell by cell with its place, so that one cell changes and every other byte stays."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

_BOM = "\ufeff"
#: What Excel and its relatives write between cells, by region.
_DELIMITERS = (",", ";", "\t", "|")
#: A cell that begins so is run as a formula by a spreadsheet, spaces and full-width forms included.
_FORMULA = re.compile(r"[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n\0]")
#: Amounts and telephone numbers begin with a sign too, and can do nothing.
_NUMBER = re.compile(r"[+-]?\(?\d[\d .,()/]*%?")


class Cell(NamedTuple):
    """A cell's value and the place of its raw text, quotes included."""

    value: str
    start: int
    end: int


class CsvText:
    """A whole CSV text: header, records, and where each cell stands."""

    def __init__(self, text: str) -> None:
        """Split it. Raises `ValueError` in words when it has no usable header."""
        self.text = text
        self.delimiter = _delimiter(text)
        records = _records(text, self.delimiter)
        if not records:
            msg = "the file is empty; its first line must name the columns"
            raise ValueError(msg)
        self.header = tuple(cell.value.strip() for cell in records[0])
        self.records = records[1:]
        twice = [name for name, count in Counter(self.header).items() if count > 1 and name]
        if twice:
            msg = f"two columns are called {twice[0]!r}; rename one"
            raise ValueError(msg)

    def rows(self) -> list[dict[str, str]]:
        """Return every record by column name; a short record has empty cells."""
        return [self.row(record) for record in self.records]

    def row(self, record: list[Cell]) -> dict[str, str]:
        """Return one record by column name."""
        values = [cell.value for cell in record[: len(self.header)]]
        values += [""] * (len(self.header) - len(values))
        return dict(zip(self.header, values, strict=True))

    def changed(self, cell: Cell, value: str) -> str:
        """Return the text with one cell's value replaced, quoted as it was or as it must be."""
        raw = self.text[cell.start : cell.end]
        return (
            self.text[: cell.start] + self._raw(value, raw.startswith('"')) + self.text[cell.end :]
        )

    def _raw(self, value: str, quoted: bool) -> str:  # noqa: FBT001 -- how the neighbour bytes look
        needs = any(char in value for char in (self.delimiter, '"', "\r", "\n"))
        if quoted or needs or value != value.strip():
            return '"' + value.replace('"', '""') + '"'
        return value


def formula_safe(value: str) -> str:
    """Return `value`, behind an apostrophe when a spreadsheet would run it; plain numbers stay."""
    if _FORMULA.match(value) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def _delimiter(text: str) -> str:
    first = re.sub(r'"[^"]*"', "", text.removeprefix(_BOM)).split("\n", 1)[0]
    return max(_DELIMITERS, key=first.count)


def _records(text: str, delimiter: str) -> list[list[Cell]]:
    plain = rf"[^{re.escape(delimiter)}\r\n]*"
    cell = re.compile(rf'("[^"]*(?:""[^"]*)*"(?!")){plain}|{plain}')
    position = len(_BOM) if text.startswith(_BOM) else 0
    records: list[list[Cell]] = []
    record: list[Cell] = []
    while position < len(text):
        match = cell.match(text, position)
        assert match is not None  # noqa: S101 -- the second branch matches the empty text
        record.append(Cell(_value(match), match.start(), match.end()))
        position = match.end()
        if text.startswith(delimiter, position):
            position += 1
            if position == len(text):
                record.append(Cell("", position, position))
            continue
        position += 2 if text.startswith("\r\n", position) else 1
        records.append(record)
        record = []
    records += [record] if record else []
    return [each for each in records if len(each) > 1 or each[0].end > each[0].start]


def _value(match: re.Match[str]) -> str:
    quoted = match[1]
    if quoted is None:
        return match[0]
    return quoted[1:-1].replace('""', '"') + match[0][len(quoted) :]
