"""What company.yml must keep to beyond its schema: people who are listed, zones and actions that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from workflows.action import Money, Risk
from workflows.basis.reading import is_slack_group
from workflows.loading.problems import did_you_mean
from workflows.rights import RIGHTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflows.action import ActionSpec
    from workflows.company import Company, Person
    from workflows.limits import Limit
    from workflows.loading.positions import Path, Sheet


def check_company(sheet: Sheet, company: Company, actions: Mapping[str, ActionSpec] | None) -> None:
    """Write down who is named and not listed, and limits that would bite nothing."""
    _check_people(sheet, company)
    _check_places(sheet, company)
    _check_rotas(sheet, company)
    _check_rights(sheet, company)
    _check_asks(sheet, company)
    for n, limit in enumerate(company.limits):
        _check_limit(sheet, n, limit, company, actions)
    _check_numbers(sheet, company)


def _check_people(sheet: Sheet, company: Company) -> None:
    ids = [person.id for person in company.people]
    for n, person in enumerate(company.people):
        if person.id in ids[:n]:
            sheet.note(sheet.at(("people", n, "id")), f"{person.id} is listed twice")
        if person.zone and person.zone not in available_timezones():
            hint = did_you_mean(person.zone, available_timezones())
            sheet.note(sheet.at(("people", n, "zone")), f"{person.zone!r} is no time zone", hint)
        _check_absence(sheet, n, person, ids)
    if company.owner not in ids:
        problem = f"the owner `{company.owner}` is not among the people"
        sheet.note(sheet.at(("owner",)), problem, did_you_mean(company.owner, ids))
    if company.platform:
        _listed(sheet, ("platform",), company.platform, ids)
    for group, members in company.groups.items():
        for n, member in enumerate(members):
            if not is_slack_group(member):
                _listed(sheet, ("groups", group, n), member, ids)


def _listed(sheet: Sheet, path: Path, person: str, ids: list[str]) -> None:
    if person not in ids:
        problem = f"`{person}` is not among the people"
        sheet.note(sheet.at(path), problem, did_you_mean(person, ids))


def _check_places(sheet: Sheet, company: Company) -> None:
    for n, name in enumerate(company.private_channels):
        if name not in company.channels:
            hint = did_you_mean(name, company.channels)
            sheet.note(sheet.at(("private_channels", n)), f"there is no channel `{name}`", hint)


def _check_rotas(sheet: Sheet, company: Company) -> None:
    ids = [person.id for person in company.people]
    for name, rota in company.on_call.items():
        where: Path = ("on_call", name, "rota")
        for n, member in enumerate(rota.rota):
            _listed(sheet, where if len(rota.rota) == 1 else (*where, n), member, ids)


def _check_numbers(sheet: Sheet, company: Company) -> None:
    """Work is valued in one currency: an amount in another would never count."""
    for name, value in company.numbers:
        if isinstance(value, Money) and value.currency != company.currency:
            problem = f"this is in {value.currency}, and `currency` is {company.currency}"
            sheet.note(sheet.at(("numbers", name)), problem)


def _check_asks(sheet: Sheet, company: Company) -> None:
    known = {name for person in company.people for name in (person.id, *person.roles)}
    for name in company.asks.of:
        if name not in known:
            problem = f"nobody in {company.name} is `{name}`"
            sheet.note(sheet.at(("asks", "of", name)), problem, did_you_mean(name, known))


def _check_absence(sheet: Sheet, n: int, person: Person, ids: list[str]) -> None:
    if person.stand_in and (person.stand_in not in ids or person.stand_in == person.id):
        problem = f"`{person.stand_in}` is nobody else who works here"
        others = [each for each in ids if each != person.id]
        sheet.note(
            sheet.at(("people", n, "stand_in")), problem, did_you_mean(person.stand_in, others)
        )
    for k, absence in enumerate(person.away):
        if absence.last < absence.first:
            sheet.note(sheet.at(("people", n, "away", k, "to")), "is before `from`")


def _check_rights(sheet: Sheet, company: Company) -> None:
    for right in RIGHTS:
        names: tuple[str, ...] = getattr(company.rights, right) or ()
        for n, name in enumerate(names):
            if not (company.members(name) or company.unread(name)):
                path: Path = ("rights", right) if len(names) == 1 else ("rights", right, n)
                roles = {role for person in company.people for role in person.roles}
                hint = did_you_mean(name, {"owner", *roles, *company.groups})
                sheet.note(sheet.at(path), f"nobody in {company.name} is `{name}`", hint)


def _check_limit(
    sheet: Sheet, n: int, limit: Limit, company: Company, actions: Mapping[str, ActionSpec] | None
) -> None:
    names = [each.limit for each in company.limits]
    if limit.limit in names[:n]:
        sheet.note(sheet.at(("limits", n, "limit")), f"there is a limit `{limit.limit}` already")
    for k, name in enumerate(limit.by):
        if not (company.members(name) or company.unread(name)):
            path: Path = ("limits", n, "by") if len(limit.by) == 1 else ("limits", n, "by", k)
            roles = {role for person in company.people for role in person.roles}
            hint = did_you_mean(name, {"owner", *roles, *company.groups})
            sheet.note(sheet.at(path), f"nobody in {company.name} is `{name}`", hint)
    known = {*Risk, *(actions or ())}
    for k, name in enumerate(limit.on if actions is not None else ()):
        if name not in known:
            path = ("limits", n, "on") if len(limit.on) == 1 else ("limits", n, "on", k)
            problem = f"there is no action and no risk `{name}`"
            sheet.note(sheet.at(path), problem, did_you_mean(name, known))
