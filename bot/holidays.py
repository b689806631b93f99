"""Public holidays, by country and region, from the `holidays` library."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from workflows.company import Holidays
    from workflows.customers import HolidaysOf

#: Years that are looked up: a run of last year may still wait, and nobody waits for longer than two.
_BEFORE, _AFTER = 1, 3


class Calendar:
    """Public holidays of customers' countries."""

    def holidays(self, country: str, region: str, first: date, last: date) -> Sequence[date] | None:
        """Return those between two days; None for a place there is not."""
        years = [_of(country, region, year) for year in range(first.year, last.year + 1)]
        known = [days for days in years if days is not None]
        return sorted(d for days in known for d in days if first <= d <= last) if known else None


@cache
def _of(country: str, region: str, year: int) -> frozenset[date] | None:
    """Return a year's; a year of a place is looked up once."""
    from holidays import country_holidays  # noqa: PLC0415 -- most companies ask for none

    try:
        return frozenset(country_holidays(country, region or None, years=year))
    except NotImplementedError:
        return None


def public(wanted: Holidays | HolidaysOf, year: int) -> frozenset[date]:
    """Return the public holidays around `year`; none without a country. Raises `ValueError` for an unknown place."""
    if not wanted.country:
        return frozenset()
    from holidays import country_holidays  # noqa: PLC0415 -- most commands need none

    years = range(year - _BEFORE, year + _AFTER)
    try:
        return frozenset(country_holidays(wanted.country, wanted.region or None, years=years))
    except NotImplementedError as error:
        place = f"{wanted.country}, {wanted.region}" if wanted.region else wanted.country
        msg = f"no holidays are known for {place!r}; write an ISO code, like PT or region CA of US"
        raise ValueError(msg) from error
