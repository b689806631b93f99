"""Finds every number a sentence states: figures, words, percentages, money, dates, weeks, times, record ids."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: `times` is a multiple or a step in points (3x, doubled); `unclear` is a figure like 1.080,50.
SaidKind = Literal[
    "plain", "money", "percent", "times", "unclear", "record", "day", "month", "week", "time"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One number as it was said."""

    kind: SaidKind
    #: As it stood in the sentence.
    text: str
    #: The number before its scale: 1.2 of `1.2k`. Dates, weeks and times have none.
    value: Decimal | None = None
    #: 1,000 for `k`, 1,000,000 for `m`.
    scale: int = 1
    #: -1 or 1 where a sign or a word beside it (`up`, `fell by`) says so; 0 where nothing does.
    direction: int = 0
    #: A currency sign or code; empty when none was said.
    currency: str = ""
    #: Year, month, day; or year, week; or hour, minute. 0 is a part not said.
    parts: tuple[int, ...] = ()

    @property
    def decimals(self) -> int:
        """How many decimals were said; the payload is rounded to as many before comparing."""
        exponent = self.value.as_tuple().exponent if self.value is not None else 0
        return max(0, -exponent) if isinstance(exponent, int) else 0


_MONTHS = "January February March April May June July August September October November December"
_MONTH_AT = {name[:3]: n for n, name in enumerate(_MONTHS.split(), start=1)}
_MONTH = (
    "(?P<month>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS.split()) + r")\b\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|[nr]d|th)?"
_YEAR = r"(?:,?\s+(?P<year>\d{4})\b)?"
#: `one` is not among them: it is a pronoun far more often than a count.
_WORDS = {
    "zero": 0,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "dozen": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
}
_MULTIPLES = r"doubl\w+|doubles?|tripl\w+|quadrupl\w+|halv\w+|half|twice|thrice|\w+fold|tenfold"
_UP = "up|rose|rises|grew|grows|gained|increased|increase of|higher|above|more|over"
_DOWN = "down|fell|falls|dropped|drops|declined|decreased|decrease of|lower|below|less|under"
_BEFORE = re.compile(
    rf"(?:\b(?P<up>{_UP})|\b(?P<down>{_DOWN}))(?:\s+by)?(?:\s+about)?\s*$", re.IGNORECASE
)
_AFTER = re.compile(
    r"\s*(?:(?P<up>up|higher|above|more)|(?P<down>down|lower|below|less))\b", re.IGNORECASE
)
_SYMBOLS = "£$€¥"
_CODES = "USD|EUR|GBP|CHF|JPY|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|INR|CNY|BRL|MXN|SGD|HKD"
#: Anything that looks like a figure, and the only ways to write one that can't be misread.
_FIGURE = r"\d(?:[\d.,]*\d)?|\.\d+"
_WELL_FORMED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+")
_SCALES = {
    "k": 10**3,
    "thousand": 10**3,
    "m": 10**6,
    "mn": 10**6,
    "million": 10**6,
    "bn": 10**9,
    "billion": 10**9,
}
_NUMBER = re.compile(
    rf"(?P<sign>(?<![\w.,)])[-+\u2212])?(?P<before>[{_SYMBOLS}]|\b(?:{_CODES})\s)?\s?(?P<figure>{_FIGURE})"
    r"(?:\s?(?P<scale>k|K|mn?|M|bn|thousand|million|billion)\b)?"
    r"\s?(?:(?P<times>[x\u00d7](?!\w)|times\b|-?fold\b|percentage\s+points?|per\s?cent\s+points?|pp\b)"
    rf"|(?P<percent>%|per\s?cents?\b)|(?P<after>[{_SYMBOLS}]|(?:{_CODES})\b))?"
)
_RECORDS = re.compile(
    r"\b(?:invoices?|orders?|products?|items?|customers?|records?|skus?|no\.|number)\s+#?"
    r"(?P<ids>\d+(?:(?:,\s+|\s+and\s+|,\s+and\s+)\d+)*)(?![\d.,%]*\d)(?!\s?%)",
    re.IGNORECASE,
)


def numbers_in(sentence: str) -> tuple[Said, ...]:
    """Return every number a sentence states, in no particular order.

    A figure inside a word counts too (`B-220` says 220), so an invented article number is found. `one` is
    taken for a pronoun.
    """
    text = unicodedata.normalize(
        "NFKC", re.sub(r"(?<=\d)[\u00a0\u202f\u2009'\u2019](?=\d{3})", ",", sentence)
    )
    found: list[Said] = []
    for pattern, read in _READERS:
        # What has been read is blanked out, so that the 12 of "12 Aug" is no count as well.
        for match in pattern.finditer(text):
            found += read(match)
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return tuple(found)


def _day(match: re.Match[str]) -> Iterator[Said]:
    parts = match.groupdict()
    year, month = int(parts.get("year") or 0), _month(parts["month"])
    for name in ("first", "day"):
        if parts.get(name):
            yield Said(kind="day", text=match[0], parts=(year, month, int(parts[name])))


def _month_of_year(match: re.Match[str]) -> Iterator[Said]:
    yield Said(kind="month", text=match[0], parts=(int(match["year"]), _month(match["month"])))


def _month(word: str) -> int:
    return int(word) if word.isdecimal() else _MONTH_AT[word[:3]]


def _week(match: re.Match[str]) -> Iterator[Said]:
    parts = match.groupdict()
    yield Said(kind="week", text=match[0], parts=(int(parts.get("year") or 0), int(parts["week"])))


def _time(match: re.Match[str]) -> Iterator[Said]:
    yield Said(kind="time", text=match[0], parts=(int(match["hour"]), int(match["minute"])))


def _records(match: re.Match[str]) -> Iterator[Said]:
    for record in re.findall(r"\d+", match["ids"]):
        yield Said(kind="record", text=record, value=Decimal(record))


def _nothing(_match: re.Match[str]) -> Iterator[Said]:
    yield from ()


def _multiple(match: re.Match[str]) -> Iterator[Said]:
    yield Said(kind="times", text=match[0])


def _word(match: re.Match[str]) -> Iterator[Said]:
    yield Said(kind="plain", text=match[0], value=Decimal(_WORDS[match[0].lower()]))


def _number(match: re.Match[str]) -> Iterator[Said]:
    if not _WELL_FORMED.fullmatch(match["figure"]):
        yield Said(kind="unclear", text=match[0].strip())
        return
    kind = _kind(match)
    yield Said(
        kind=kind,
        text=match[0].strip(),
        value=Decimal(match["figure"].replace(",", "")),
        scale=_SCALES[match["scale"].lower()] if match["scale"] else 1,
        direction=_direction(match, kind),
        currency=(match["before"] or match["after"] or "").strip(),
    )


def _kind(match: re.Match[str]) -> SaidKind:
    if match["percent"]:
        return "percent"
    if match["times"]:
        return "times"
    return "money" if match["before"] or match["after"] else "plain"


def _direction(match: re.Match[str], kind: SaidKind) -> int:
    if match["sign"]:
        return 1 if match["sign"] == "+" else -1
    if kind != "percent":
        # "Fell by 12 orders" states a difference, which no payload holds; "above 60" states a bound.
        return 0
    beside = _BEFORE.search(match.string[: match.start()]) or _AFTER.match(
        match.string[match.end() :]
    )
    if beside is None:
        return 0
    return 1 if beside["up"] else -1


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Iterator[Said]]], ...] = (
    (re.compile(r"\b(?:4|four)-week\b", re.IGNORECASE), _nothing),
    (re.compile(r"\b(?P<year>\d{4})-W(?P<week>\d{1,2})\b"), _week),
    (
        re.compile(
            r"\b(?:[Ww]eek\s+|W)(?P<week>\d{1,2})\b(?:\s+of\s+(?P<year>\d{4})\b)?(?![.,]\d)"
        ),
        _week,
    ),
    (re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b"), _day),
    (re.compile(rf"\b(?P<first>\d{{1,2}})\s*(?:to|\u2013|-)\s*{_DAY}\s+{_MONTH}{_YEAR}"), _day),
    (re.compile(rf"(?<![\d.,]){_DAY}\s+(?:of\s+)?{_MONTH}{_YEAR}"), _day),
    (re.compile(rf"\b{_MONTH}\s+{_DAY}\b(?!\d){_YEAR}"), _day),
    (re.compile(rf"\b{_MONTH}\s+(?P<year>\d{{4}})\b"), _month_of_year),
    (re.compile(r"\b(?P<hour>\d{1,2}):(?P<minute>\d{2})\b"), _time),
    (_RECORDS, _records),
    (_NUMBER, _number),
    (re.compile(rf"\b(?:{_MULTIPLES})\b", re.IGNORECASE), _multiple),
    (re.compile(rf"\b(?:{'|'.join(_WORDS)})s?\b", re.IGNORECASE), _word),
)
