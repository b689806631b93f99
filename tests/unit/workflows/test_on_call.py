"""Who is on call: always exactly one, week by week on the company's clock, whoever is away."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import COMPANY
from workflows.company import Absence, Company
from workflows.urgent.on_call import Rota, line, rota_of

ZONES = ("Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "UTC", "Africa/Cairo")
IDS = ("U-ANA", "U-BEN", "U-CEM")
MADRID = ZoneInfo("Europe/Madrid")
times = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 -- hypothesis wants it bare and adds the zone
    max_value=datetime(2035, 1, 1),  # noqa: DTZ001 -- as above
    timezones=st.just(UTC),
)
rotas = st.builds(
    lambda n, day, hour, first: Rota.model_validate(
        {"rota": IDS[:n], "hand_over": f"{day} {hour:02d}:30", "from": first}
    ),
    st.integers(1, 3),
    st.sampled_from(("mon", "wed", "sun")),
    st.integers(0, 23),
    st.dates(date(2019, 1, 1), date(2036, 1, 1)),
)


def company(rota: Rota, *away: str) -> Company:
    """Return the company with this rota, and who of it is away all the while."""
    always = (Absence.model_validate({"from": date(2000, 1, 1), "to": date(2050, 1, 1)}),)
    people = tuple(
        person.model_copy(update={"away": always if person.name in away else ()})
        for person in COMPANY.people
    )
    return COMPANY.model_copy(update={"on_call": {"sales": rota}, "people": people})


@given(rotas, times, st.sampled_from(ZONES))
def test_there_is_always_exactly_one_and_each_has_a_whole_week(
    rota: Rota, at: datetime, zone: str
) -> None:
    """At any moment, in any zone: seven days later on the wall clock it is the next one's turn."""
    tz = ZoneInfo(zone)
    turn = rota.turn(at, tz)
    assert 0 <= turn < len(rota.rota)
    local = at.astimezone(tz)
    later = (local.replace(tzinfo=None, fold=0) + timedelta(days=7)).replace(tzinfo=tz)
    skew = timedelta(hours=3)  # a wall time may be skipped or be there twice
    near = {rota.turn(later.astimezone(UTC) + by, tz) for by in (-skew, timedelta(0), skew)}
    assert (turn + 1) % len(rota.rota) in near


@given(rotas, times, st.sampled_from(ZONES))
def test_it_changes_hands_only_at_the_hand_over(rota: Rota, at: datetime, zone: str) -> None:
    """Hour by hour for eight days: in each hour in which it becomes another's week there was the hand-over."""
    tz = ZoneInfo(zone)
    day, _, written = rota.hand_over.partition(" ")
    hours = [at + timedelta(hours=n) for n in range(8 * 24 + 1)]
    changed = [(a, b) for a, b in pairwise(hours) if rota.turn(a, tz) != rota.turn(b, tz)]
    assert bool(changed) == (len(rota.rota) > 1)
    for before, after in changed:
        days = {one.astimezone(tz).date() for one in (before, after)}
        named = [each for each in days if f"{each:%a}".lower() == day]
        handed = [datetime.combine(each, time.fromisoformat(written), tz) for each in named]
        assert any(before < one.astimezone(UTC) <= after for one in handed)


@given(rotas, times, st.frozensets(st.sampled_from(("Ana", "Ben", "Cem"))))
def test_the_line_always_ends_with_the_owner_and_passes_over_who_is_away(
    rota: Rota, at: datetime, gone: frozenset[str]
) -> None:
    """Nobody stands in it twice; whoever is left out is named with the reason."""
    here = company(rota, *gone)
    found = line(here, "sales", at)
    away = {f"U-{name.upper()}" for name in gone}
    assert found.people[-1] == "U-OLGA"
    assert len({*found.people}) == len(found.people)
    assert {one.person for one in found.skipped} == away & {*rota.rota}
    assert {*found.people} == ({*rota.rota} - away) | {"U-OLGA"}
    assert all("until 01 Jan" in one.why for one in found.skipped)


def test_the_week_of_the_first_is_the_one_it_says() -> None:
    """`from` names a day of it; the hand-over is on the wall clock, in winter as in summer."""
    rota = Rota.model_validate({"rota": IDS, "from": date(2026, 11, 25), "hand_over": "Mon 09:00"})
    nine = datetime(2026, 11, 23, 9, tzinfo=MADRID)
    assert rota.turn(nine, MADRID) == 0
    assert rota.turn(nine - timedelta(seconds=1), MADRID) == 2
    summer = datetime(2027, 3, 29, 9, tzinfo=MADRID)  # the clocks went forward on the Sunday
    assert (rota.turn(summer - timedelta(seconds=1), MADRID), rota.turn(summer, MADRID)) == (2, 0)


def test_somebody_who_left_is_passed_over_and_a_rota_that_is_gone_is_the_owners() -> None:
    """Ina is not here any more; nobody calls a rota that company.yml does not have."""
    rota = Rota.model_validate(
        {"rota": ["U-INA", "U-STRANGER", "U-ANA"], "from": date(2026, 11, 23)}
    )
    found = line(company(rota), "sales", MONDAY)
    assert found.first == "U-ANA"
    assert {one.why for one in found.skipped} == {"no longer works here"}
    assert line(COMPANY, "sales", MONDAY).people == ("U-OLGA",)
    assert rota_of(COMPANY, "sales").rota == ("U-OLGA",)


@pytest.mark.parametrize("written", ["monday 09:00", "mon", "mon 25:00", "09:00"])
def test_a_hand_over_is_a_day_and_a_time(written: str) -> None:
    """Anything else is refused when the file is read."""
    with pytest.raises(ValidationError, match="like mon 09:00"):
        Rota(rota=IDS, hand_over=written)
