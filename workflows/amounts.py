"""An amount as somebody types it: their separators are their own, its value is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workflows.action import Money

#: Thousands are grouped all in one way, and never by what stands before the cents.
_NUMBER = re.compile(
    r"(?P<sign>-?)(?:(?P<plain>0|[1-9][0-9]{0,11})"
    r"|(?P<first>[1-9][0-9]{0,2})(?P<by>[,.'\u2019 \u00a0\u202f])(?P<more>[0-9]{3}(?:(?P=by)[0-9]{3})*))"
    r"(?:(?P<point>[.,])(?P<cents>[0-9]{2}))?"
)
_CODE = re.compile(r"(?:(?P<before>[A-Z]{3}) ?)?(?P<number>[^A-Z]*?)(?: ?(?P<after>[A-Z]{3}))?")
_SPACE = re.compile(r"[ \t]+")


def is_same(typed: str, amount: Money) -> bool:
    """Whether what was typed is exactly this amount; a currency may stand on either side, or be left out."""
    whole = _CODE.fullmatch(_SPACE.sub(" ", typed.strip()).upper())
    number = _NUMBER.fullmatch(whole["number"]) if whole else None
    if whole is None or number is None:
        return False
    named = {code for code in (whole["before"], whole["after"]) if code}
    return named <= {amount.currency} and _minor(number) == amount.minor


def _minor(number: re.Match[str]) -> int | None:
    """Return the minor units; None where one sign would have to mean thousands and cents at once."""
    if number["point"] and number["by"] == number["point"]:
        return None
    more = re.sub(r"[^0-9]", "", number["more"] or "")
    minor = int(number["plain"] or number["first"] + more) * 100 + int(number["cents"] or 0)
    return -minor if number["sign"] else minor
