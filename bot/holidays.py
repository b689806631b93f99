"""Public holidays, by country and region, from the `holidays` library."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from workflows.company import Holidays

#: Years that are looked up: a run of last year may still wait, and nobody waits for longer than two.
_BEFORE, _AFTER = 1, 3


def public(wanted: Holidays, year: int) -> frozenset[date]:
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
