from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.unit.workflows.order_book import LONDON, NOW, PLACE, counted, line, shipped, steady
from workflows.errors import BadInput, ConnectorError
from workflows.kpi.actions import ActionRule
from workflows.kpi.board import Board
from workflows.kpi.counting import report
from workflows.kpi.report import KpiReport
from workflows.kpi.rows import BadRows, Measure, OpenItem, Source
from workflows.kpi.text import TABLE_ROWS, table, to_plain_text
from workflows.kpi.week import IsoWeek

WEEK = "2011-W20"


def test_a_week_without_rows_is_missing_and_never_zero() -> None:
    """No trade at all gives no number, and says why."""
    orders = counted(steady(until="2011-05-08"), WEEK).metric("orders")
    assert (orders.value, orders.status) == (None, "missing")
    assert orders.missing == "no rows for this week (Order book)"
    assert orders.text == "missing"


def test_a_source_that_is_not_connected_is_missing() -> None:
    """A metric whose source nobody connected says so, and so does what is divided by it."""
    said = counted(steady(), WEEK)
    assert said.metric("ad_spend").missing == "no source connected (Advertising accounts)"
    assert said.metric("conversion").missing == "no source connected (Website visits)"
    assert said.metric("conversion").value is None


def test_a_source_that_fails_is_missing_with_its_reason() -> None:
    """A source that breaks off half-way leaves no half numbers behind."""

    def broken():  # noqa: ANN202 -- a generator of rows that stops early
        yield steady()[0]
        raise ConnectorError(
            connector="orders", verb="read the orders", reason="it broke off", next_step="Again."
        )

    said = counted(broken(), WEEK)
    assert said.metric("revenue").value is None
    assert "it broke off" in said.metric("revenue").missing
    assert said.sources[0].error == said.metric("revenue").missing


def test_a_week_with_trade_but_no_refund_has_zero_refunds() -> None:
    """Zero is said where it was counted."""
    refunds = counted(steady(), WEEK).metric("refunds")
    assert (refunds.value, refunds.missing) == (0, "")


def test_a_week_that_has_not_begun_is_said_so() -> None:
    """A week in the future has no numbers and names its first day."""
    said = counted(steady(), "2011-W30")
    assert not said.complete
    assert said.incomplete == "the week has not begun; it starts on Mon 25 Jul"


def test_a_running_week_is_not_compared() -> None:
    """A part of a week never stands beside a whole one."""
    rows = [row for row in steady() if row.at.date() <= date(2011, 5, 18)]
    said = counted(rows, WEEK, now=datetime(2011, 5, 18, 20, tzinfo=UTC))
    orders = said.metric("orders")
    assert said.incomplete == "the week is still running"
    assert (orders.value, orders.change_percent, orders.status) == (60, None, "watch")
    assert "so far" in said.text_summary


def test_data_that_end_inside_the_week_are_not_complete() -> None:
    """Rows that stop on Wednesday are no whole week, however late it is."""
    rows = [row for row in steady() if row.at.date() <= date(2011, 5, 18)]
    said = counted(rows, WEEK)
    assert said.incomplete == "the source ends on 2011-05-18"
    assert said.metric("orders").change_percent is None


def test_data_that_end_on_the_last_trading_day_are_complete() -> None:
    """A shop that never trades on Sunday has a whole week on Saturday's data."""
    rows = [row for row in steady() if row.at.weekday() < 5]
    assert counted(rows, WEEK).complete


def test_a_partial_first_week_is_not_compared_with() -> None:
    """A book that begins on a Thursday has no week before the first whole one."""
    rows = [row for row in steady(weeks=2) if row.at.date() >= date(2011, 5, 12)]
    orders = counted(rows, WEEK).metric("orders")
    assert (orders.last_week, orders.change_percent, orders.median_4w) == (None, None, None)
    assert orders.note == "no per cent against last week: the source begins on 2011-05-12"


def test_a_small_base_gets_no_per_cent() -> None:
    """Nine orders last week are a number, but no base for a per cent; ten are."""
    nine = steady(weeks=1) + [line("2011-05-09", invoice=f"N{n}") for n in range(9)]
    orders = counted(nine, WEEK).metric("orders")
    assert (orders.last_week, orders.change_percent) == (9, None)
    assert orders.note == "no per cent against last week: it rests on 9 records"
    ten = [*nine, line("2011-05-09", invoice="N9")]
    assert counted(ten, WEEK).metric("orders").change_percent == Decimal("1100.0")


def test_the_median_is_of_the_weeks_that_have_numbers() -> None:
    """A closed week is left out of the four-week median and is counted as left out."""
    closed = IsoWeek.parse("2011-W18").days
    rows = [row for row in steady() if row.at.date() not in closed]
    orders = counted(rows, WEEK).metric("orders")
    assert (orders.median_4w, orders.weeks_in_median) == (120, 3)


def test_an_order_at_midnight_counts_for_its_local_day() -> None:
    """Sunday 23:30 UTC in summer is Monday in London, so it counts for the next week."""
    late = line("2011-05-15", invoice="LATE", at=datetime(2011, 5, 15, 23, 30, tzinfo=UTC))
    rows = sorted([*steady(), late], key=lambda row: row.at)
    assert counted(rows, WEEK).metric("orders").value == 121


def test_free_goods_and_stock_lines_are_no_orders() -> None:
    """A gift at price 0 and a stock correction add neither orders nor units; money left out is told."""
    extra = [
        line("2011-05-17", invoice="G1", unit_price=Decimal(0)),
        line("2011-05-17", invoice="G2", quantity=Decimal(-40), unit_price=Decimal(0)),
        line("2011-05-17", invoice="G3", quantity=Decimal(1), unit_price=Decimal("-99.50")),
    ]
    said = counted([*steady(), *extra], WEEK)
    assert (said.metric("orders").value, said.metric("units").value) == (120, 240)
    assert "Order book: 3 adjustments of -99.50 GBP in all are not counted." in said.changes


def test_a_day_without_trade_has_no_numbers() -> None:
    """Refunds booked on a Saturday count for the week, but make no Saturday to compare with."""
    saturday = line("2011-05-21", invoice="C1", quantity=Decimal(-1))
    rows = sorted([*steady(), saturday], key=lambda row: row.at)
    sources = {"orders": Source(name="o.csv", read_at=NOW, rows=rows)}
    board = Board(sources, shipped(), IsoWeek.parse(WEEK), LONDON, NOW)
    assert board.week("refunds", IsoWeek.parse(WEEK)).value == 5
    assert board.day("refunds", date(2011, 5, 21)) is None
    assert board.day("refunds", date(2011, 5, 20)) == 0


def test_a_usual_trading_day_without_rows_is_told_and_no_alert() -> None:
    """A silent Tuesday is a question about the data, not a fall of 100 per cent."""
    rows = [row for row in steady() if row.at.date() != date(2011, 5, 17)]
    said = counted(rows, WEEK)
    assert said.anomalies == ()
    assert said.changes == (
        "Order book: nothing on Tue 17 May, although a Tuesday usually has some.",
    )


def test_rows_that_could_not_be_read_are_told() -> None:
    """The report carries the count, the first places and the reasons."""
    bad = BadRows()
    bad.add(12, "Quantity 'x' is not a number")
    orders = Source(name="o.csv", read_at=NOW, rows=steady(), bad=bad)
    said = report({"orders": orders}, shipped(), IsoWeek.parse(WEEK), PLACE, NOW)
    assert said.sources[0].first_bad[0].reason == "Quantity 'x' is not a number"
    assert said.changes == (
        "Order book: 1 rows could not be read and are left out; the first is line 12.",
    )


def _invoice(name: str, opened: str, due: str, closed: str = "") -> OpenItem:
    def at(day: str) -> datetime:
        return datetime.fromisoformat(day).replace(tzinfo=LONDON)

    return OpenItem(
        id=name,
        amount=Decimal("120.10"),
        opened_at=at(opened),
        due_at=at(due),
        closed_at=at(closed) if closed else None,
    )


def test_open_items_are_counted_as_they_stood_at_the_end_of_the_week() -> None:
    """What was paid on Monday was overdue on Sunday; what fell due later was not."""
    items = [
        _invoice("I1", "2011-04-01", "2011-05-01"),
        _invoice("I2", "2011-04-01", "2011-05-10", "2011-05-24"),
        _invoice("I3", "2011-04-01", "2011-05-10", "2011-05-12"),
        _invoice("I4", "2011-05-01", "2011-05-30"),
        _invoice("I5", "2011-04-01", "2011-05-10", "2011-05-24"),
    ]
    invoices = Source(name="invoices", read_at=NOW, rows=items)
    said = counted(steady(), WEEK, more={"invoices": invoices})
    overdue = said.metric("overdue_invoices")
    assert (overdue.value, overdue.last_week, overdue.target, overdue.target_met) == (
        3,
        3,
        0,
        False,
    )
    assert overdue.status == "watch"
    assert said.metric("overdue_amount").value == 36_030
    action = said.actions[0]
    assert (action.playbook, action.reason) == ("payment-recovery", "3 invoices are overdue.")


def test_items_closed_on_no_known_day_make_the_past_unknown() -> None:
    """What is open now is counted; what was open a week earlier nobody can say, so nothing is compared."""
    opened = datetime(2011, 4, 1, tzinfo=LONDON)
    items = [
        OpenItem(id="Q1", amount=Decimal(300), opened_at=opened),
        OpenItem(id="Q2", amount=Decimal(900), opened_at=opened, closed_sometime=True),
    ]
    monday = datetime(2011, 5, 23, 7, tzinfo=UTC)
    quotes = Source(name="quotes", read_at=monday, rows=items)
    said = counted(steady(), WEEK, monday, {"quotes": quotes}).metric("open_quotes")
    assert (said.value, said.last_week, said.change_percent) == (30_000, None, None)
    assert "1 items were closed on no known day" in said.note


def test_items_read_before_the_week_was_over_are_not_complete() -> None:
    """A table read on Friday does not speak for Sunday."""
    friday = datetime(2011, 5, 20, 16, tzinfo=UTC)
    items = [_invoice("I1", "2011-04-01", "2011-05-01")]
    said = counted(steady(), WEEK, more={"invoices": Source(name="i", read_at=friday, rows=items)})
    assert said.metric("overdue_invoices").note == "the source was read on 2011-05-20"


def test_measures_make_traffic_spend_and_conversion() -> None:
    """Numbers others counted join in, and a ratio can span two sources."""
    visits = [
        Measure(id=f"V{n}", at=row.at, value=Decimal(100), label="search")
        for n, row in enumerate(steady(orders=1))
    ]
    said = counted(steady(), WEEK, more={"visits": Source(name="web", read_at=NOW, rows=visits)})
    assert said.metric("traffic").value == 600
    assert said.metric("conversion").value == Decimal("0.2000")
    assert said.metric("conversion").text == "20.0%"


def test_the_same_week_a_year_earlier_is_shown_when_it_is_there() -> None:
    """A book of more than a year has last year's week beside this one."""
    said = counted([*steady(until="2010-05-23"), *steady()], WEEK)
    assert said.metric("orders").last_year == 120
    assert said.series[1].points[-1].last_year == 120


def test_the_chart_has_gaps_where_there_is_no_number() -> None:
    """Eight weeks, oldest first, and None before the book begins."""
    points = counted(steady(weeks=3), WEEK).series[1].points
    assert [point.week for point in points][-1] == WEEK
    assert [point.value for point in points] == [None] * 5 + [120] * 3


def test_a_report_is_plain_json_both_ways() -> None:
    """What is stored and read again is the same report, without a float in it."""
    said = counted([*steady(), *steady(orders=70)[-70:]], WEEK)
    again = KpiReport.model_validate_json(said.model_dump_json())
    assert again == said


def test_the_same_rows_give_the_same_report() -> None:
    """Nothing hangs on the order of a set or the hour of the machine."""
    assert counted(steady(), WEEK).model_dump_json() == counted(steady(), WEEK).model_dump_json()


def test_rows_of_the_wrong_kind_are_refused() -> None:
    """A source wired to the wrong reader is a mistake of the program and says so."""
    source = Source(name="x", read_at=NOW, rows=steady(weeks=1))
    with pytest.raises(TypeError, match="expects Measure"):
        report({"visits": source}, shipped(), IsoWeek.parse(WEEK), PLACE, NOW)


def test_an_unknown_source_is_refused() -> None:
    """A misspelt source does not vanish."""
    source = Source(name="x", read_at=NOW, rows=())
    with pytest.raises(BadInput, match="Did you mean orders"):
        report({"order": source}, shipped(), IsoWeek.parse(WEEK), PLACE, NOW)


def test_the_table_is_worst_first_and_at_most_ten_rows() -> None:
    """What needs a person stands at the top; what is missing at the end."""
    fallen = [row for row in steady() if row.at.date() != date(2011, 5, 17)]
    fallen += [line("2011-05-17", invoice="ONLY")]
    said = counted(fallen, WEEK)
    rows = table(said)
    assert len(rows) == TABLE_ROWS + 1
    assert rows[1][0] == "Orders"
    assert said.metrics[0].status == "alert"
    assert said.metrics[-1].status == "missing"


def test_plain_text_says_it_all() -> None:
    """The terminal shows every metric, the missing ones with their reason, and the sources' age."""
    text = to_plain_text(counted(steady(), WEEK, now=datetime(2011, 5, 23, 7, tzinfo=UTC)))
    assert text.startswith("Week 20 · Mon 16 May to Sun 22 May 2011 (Europe/London, GBP)")
    assert "[missing] Ad spend: no source connected (Advertising accounts)" in text
    assert "Order book orders.csv, 0 min old, 1,200 rows" in text
    assert "Revenue in week 20 of 2011 was 1,200.00 GBP, as last week." in text


def test_plain_text_explains_an_anomaly_and_names_what_to_do() -> None:
    """The gap's parts with their records, the owner and the day, what changed, what is next."""
    rows = [row for row in steady(orders=70) if row.at.date() != date(2011, 5, 17)]
    left = ["C0", "C5", "C6"] * 10 + ["C4"] * 5
    rows += [line("2011-05-17", invoice=f"T{n}", customer=who) for n, who in enumerate(left)]
    rows = sorted(rows, key=lambda row: row.at)
    text = to_plain_text(counted(rows, WEEK, changes=("New price list since 14 May.",)))
    assert "Alert: Orders on Tue 17 May: 35. Usual for a Tuesday: 70" in text
    assert "28.6% of the gap: customer C1, 0 against usually 10 (records 50510001," in text
    assert "  Owner sales, until Fri 27 May" in text
    assert "What changed\n  New price list since 14 May." in text
    assert "Next\n  Look into the fall in orders: 385 orders, below their usual range." in text


def test_plain_text_says_when_a_week_is_not_complete() -> None:
    """A missing week is said before any number, and there is no date to be complete until."""
    text = to_plain_text(counted([], WEEK))
    assert "Revenue in week 20 of 2011 is missing: no rows for this week (Order book)." in text
    assert "Not complete: no rows for this week (Order book)." in text
    assert "No data · Order book orders.csv" in text


def test_a_rule_about_a_number_that_is_not_there_does_not_hold() -> None:
    """`change < -10.0` is not true of a metric that could not be compared."""
    rule = ActionRule(
        metric="orders", when="change < -10.0", label="L", playbook="p", reason="{{ week }}"
    )
    orders = counted(steady(weeks=1), WEEK).metric("orders")
    assert not rule.holds(orders, worse=True)
    fallen = orders.model_copy(update={"change_percent": Decimal("-12.5")})
    assert rule.holds(fallen, worse=True)


def test_a_metric_the_catalogue_does_not_have_is_no_metric() -> None:
    """Asking a report for an unknown key is an error, not an empty number."""
    with pytest.raises(KeyError):
        counted(steady(), WEEK).metric("profit")


def test_a_refund_rule_offers_its_playbook_with_inputs_filled_in() -> None:
    """An unusual refund day brings a button whose inputs name the amount and the week."""
    rows = steady()
    for weeks in range(10):
        day = date(2011, 5, 17) - timedelta(weeks=weeks)
        price = Decimal(500) if weeks == 0 else Decimal(20)
        rows.append(line(day, invoice=f"C{weeks}", quantity=Decimal(-1), unit_price=price))
    said = counted(sorted(rows, key=lambda row: row.at), WEEK)
    action = next(each for each in said.actions if each.metric == "refunds")
    assert action.inputs == {"title": "Find out why refunds were 500.00 GBP in 2011-W20"}
