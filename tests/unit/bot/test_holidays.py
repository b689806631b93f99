"""Public holidays come from a library; an unknown place is refused in words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.folder import CompanyFolder
from bot.holidays import public
from bot.sample import write_sample
from workflows.company import Holidays
from workflows.errors import CompanyError

if TYPE_CHECKING:
    from pathlib import Path


def test_the_holidays_of_a_country_are_known() -> None:
    """Also the ones that move."""
    days = public(Holidays(country="US"), 2026)
    assert {date(2026, 11, 26), date(2025, 12, 25), date(2028, 7, 4)} <= days
    assert date(2026, 11, 25) not in days


def test_a_region_has_its_own() -> None:
    """Bavaria keeps Epiphany, Germany as a whole doesn't."""
    epiphany = date(2026, 1, 6)
    assert epiphany in public(Holidays(country="DE", region="BY"), 2026)
    assert epiphany not in public(Holidays(country="DE"), 2026)


def test_without_a_country_there_are_none() -> None:
    """Only the days the company names itself."""
    assert public(Holidays(), 2026) == frozenset()


def folder_with(home: Path, more: str) -> CompanyFolder:
    """Return the sample's folder with a line more in its company.yml."""
    write_sample(home, date(2026, 11, 23))
    file = home / "company.yml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{more}\n", encoding="utf-8")
    return CompanyFolder(home)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ("holidays: {country: XX}", "holidays"),
        ("holidays: {country: US, region: QQ}", "holidays"),
        ("customers: {holidays: {country: Atlantis}}", "customers: holidays"),
    ],
)
def test_an_unknown_place_is_refused(tmp_path: Path, wrong: str, place: str) -> None:
    """With what was written, and the file: a mistyped country would let letters go on every holiday."""
    with pytest.raises(CompanyError, match=rf"company\.yml: {place}: no holidays are known"):
        folder_with(tmp_path / "company", wrong)


def test_a_company_is_closed_on_them(tmp_path: Path) -> None:
    """The country's and its own."""
    folder = folder_with(tmp_path / "company", "holidays: {country: US, days: [2026-12-24]}")
    assert {date(2026, 12, 24), date(2026, 12, 25)} <= folder.company().door.closed
