from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.order_book import counted, line, steady
from workflows.kpi.anomaly import last_seen, level, usual

if TYPE_CHECKING:
    import random

WEEK = "2011-W20"
TUESDAY = date(2011, 5, 17)
_COUNTS = st.lists(st.integers(1, 10_000).map(Fraction), min_size=4, max_size=8)


def test_three_values_are_not_enough_to_say_anything() -> None:
    """With fewer than four like days there is no usual range and no alert."""
    assert usual([Fraction(70)] * 3) is None
    assert usual([Fraction(70)] * 3 + [Fraction(0)]) is None
    assert usual([Fraction(70)] * 4) is not None


def test_a_calm_history_still_allows_fifteen_per_cent() -> None:
    """The deviation has a floor, so eight equal days don't make a ninth with one order more an alert."""
    reach = usual([Fraction(100)] * 8)
    assert reach is not None
    assert reach.log_deviation == 0.15
    assert level(reach.z(Fraction(101))) is None
    # 3 and 3.5 deviations of 0.15 on the logarithm: factors of 1.57 and 1.69.
    assert level(reach.z(Fraction(158))) == "watch"
    assert level(reach.z(Fraction(170))) == "alert"
    assert level(reach.z(Fraction(58))) == "alert"


def test_the_deviation_is_the_scaled_median_of_distances() -> None:
    """Worked by hand: logs at 0, 1, 2, 3, 10 have median 2 and distances 2, 1, 0, 1, 8 with median 1."""
    reach = usual([Fraction(math.exp(each)) for each in (0, 1, 2, 3, 10)])
    assert reach is not None
    assert math.isclose(reach.log_middle, 2)
    assert math.isclose(reach.log_deviation, 1.4826)
    assert math.isclose(float(reach.high), math.exp(2 + 2 * 1.4826), rel_tol=1e-9)


@given(_COUNTS, st.randoms())
def test_the_order_of_history_does_not_matter(history: list[Fraction], dice: random.Random) -> None:
    """The same days in another order are the same usual range."""
    shuffled = dice.sample(history, len(history))
    assert usual(history) == usual(shuffled)


@given(_COUNTS, st.integers(2, 1000))
def test_the_currency_unit_does_not_matter(history: list[Fraction], factor: int) -> None:
    """Counting in cents moves no value nearer to or further from usual."""
    plain, scaled = usual(history), usual([each * factor for each in history])
    assert plain is not None
    assert scaled is not None
    z, same = plain.z(Fraction(77)), scaled.z(Fraction(77 * factor))
    assert math.isclose(z, same, rel_tol=1e-6, abs_tol=1e-6)


def test_last_seen_is_the_latest_day_as_far_out_on_the_same_side() -> None:
    """A high day before is no precedent for a low one."""
    known = {date(2011, 1, n): Fraction(v) for n, v in ((1, 30), (2, 200), (3, 60), (4, 70))}
    assert last_seen(Fraction(38), Fraction(70), known) == date(2011, 1, 1)
    assert last_seen(Fraction(150), Fraction(70), known) == date(2011, 1, 2)
    assert last_seen(Fraction(10), Fraction(70), known) is None


def _fallen(orders: int) -> list[object]:
    rows = [row for row in steady(orders=70) if row.at.date() != TUESDAY]
    rows += [line(TUESDAY, invoice=f"T{n}", customer=f"C{n % 7}") for n in range(orders)]
    return sorted(rows, key=lambda row: row.at)


def test_a_fall_is_said_in_words_with_its_range() -> None:
    """The sentence names the day, the value, what is usual, and that it was never so low."""
    said = counted(_fallen(38), WEEK)
    fall = next(a for a in said.anomalies if a.metric == "orders" and a.period == "day")
    assert fall.words == (
        "Orders on Tue 17 May: 38. Usual for a Tuesday: 70 (range 52 to 94). "
        "45.7% below, not seen before."
    )
    assert (fall.level, fall.good, fall.compared_with) == ("alert", False, 8)
    assert (fall.owner, fall.due_on) == ("sales", date(2011, 5, 27))
    assert said.text_summary.endswith("look first at orders.")


def test_a_day_is_compared_with_its_own_weekday_only() -> None:
    """A quiet Sunday is no anomaly beside busy weekdays when Sundays are always quiet."""
    rows = [row for row in steady(orders=70) if row.at.weekday() != 6]
    rows += [
        line(date(2011, 5, 22) - timedelta(weeks=week), invoice=f"S{week}-{n}")
        for week in range(10)
        for n in range(15)
    ]
    assert counted(sorted(rows, key=lambda row: row.at), WEEK).anomalies == ()


def test_an_unusual_day_seen_before_names_that_day() -> None:
    """The latest Tuesday as low is named."""
    before = TUESDAY - timedelta(weeks=5)
    rows = [row for row in _fallen(38) if row.at.date() != before]
    rows += [line(before, invoice=f"B{n}") for n in range(30)]
    said = counted(sorted(rows, key=lambda row: row.at), WEEK)
    fall = next(a for a in said.anomalies if a.metric == "orders" and a.period == "day")
    assert fall.last_seen == before
    assert fall.words.endswith("below, last seen 12 Apr 2011.")


def test_a_gap_below_the_least_is_not_worth_a_word() -> None:
    """Orders fall from 8 to 4: far on the logarithm, but four orders are under the declared five."""
    rows = [row for row in steady(orders=8) if row.at.date() != TUESDAY]
    rows += [line(TUESDAY, invoice=f"T{n}") for n in range(4)]
    assert counted(sorted(rows, key=lambda row: row.at), WEEK).anomalies == ()


def test_with_little_history_there_is_no_alert() -> None:
    """Three weeks of data judge nothing, however far the fall."""
    rows = [row for row in _fallen(3) if row.at.date() >= date(2011, 5, 2)]
    said = counted(rows, WEEK)
    assert said.anomalies == ()
    assert said.metric("orders").usual_low is None


def test_one_order_far_larger_raises_order_value_and_names_the_customer() -> None:
    """The gap is split by arithmetic: the customer, the share, and the invoice to look at."""
    big = line(TUESDAY, invoice="BIG", customer="C99", quantity=Decimal(9000))
    rows = sorted([*steady(), big], key=lambda row: row.at)
    said = counted(rows, WEEK)
    rise = next(a for a in said.anomalies if a.metric == "order_value" and a.period == "day")
    part = next(each for each in rise.contributions if each.dimension == "customer")
    assert (part.key.raw, part.label.raw) == ("C99", "C99")
    assert [record.raw for record in part.evidence] == ["BIG"]
    assert part.value == 4_500_000
    assert part.usual == 0
    assert part.share_percent == 100
    assert rise.good
