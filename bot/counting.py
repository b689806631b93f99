"""Counts a week for the command line: the company's own order book, or any file with its own zone and currency."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from pydantic import SecretStr

from bot.clock import SystemClock
from bot.connectors.kpi import KpiConnector
from bot.folder import CompanyFolder
from bot.outside import SHIPPED_METRICS, orders_of
from bot.settings import read_settings
from workflows.company import Company
from workflows.errors import BadInput
from workflows.kpi.metrics_file import catalogue
from workflows.kpi.week import IsoWeek

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.settings import Settings
    from workflows.kpi.report import KpiReport


class _Given:
    """A directory of a company that is only its zone and currency."""

    def __init__(self, company: Company) -> None:
        self._company = company

    def company(self) -> Company:
        return self._company


def count(
    source: str,
    week: str,
    metrics: Path | None,
    *,
    zone: str,
    currency: str,
    progress: Callable[[int], None],
) -> KpiReport:
    """Return the report. Raises `BadInput`, `ConnectorError` or `CompanyError` in words for a person."""
    settings = read_settings()
    company = _company(settings, has_source=bool(source))
    if zone and zone not in available_timezones():
        raise BadInput(field="zone", problem=f"{zone!r} is no IANA time zone, like Europe/Lisbon.")
    company = company.model_copy(
        update={"zone": zone or company.zone, "currency": currency or company.currency}
    )
    own = settings.sayso_home / "metrics.yml"
    file = metrics or (own if own.exists() and not source else SHIPPED_METRICS)
    if not file.exists():
        raise BadInput(field="metrics", problem=f"there is no file {file}.")
    connector = KpiConnector(
        catalogue=catalogue(file.read_text(encoding="utf-8"), str(file)),
        orders=SecretStr(source) if source else orders_of(settings),
        directory=_Given(Company.model_validate(company.model_dump())),
        clock=SystemClock(),
    )
    wanted = IsoWeek.parse(week) if week else connector.last_week()
    return connector.count(wanted, progress)


def _company(settings: Settings, *, has_source: bool) -> Company:
    if has_source and not (settings.sayso_home / "company.yml").exists():
        return Company(name="", owner="", people=())
    return CompanyFolder(settings.sayso_home).company()
