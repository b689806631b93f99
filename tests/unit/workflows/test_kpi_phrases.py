from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.order_book import counted, line, steady
from workflows.kpi.numbers import spoken
from workflows.kpi.phrases import kept_sentences, payload, phrase_is_supported
from workflows.kpi.said import numbers_in

if TYPE_CHECKING:
    from workflows.kpi.report import KpiReport

TUESDAY = date(2011, 5, 17)


@cache
def _report() -> KpiReport:
    """Return a week of 108 orders after weeks of 120, with a Tuesday of 8 instead of 20."""
    rows = [row for row in steady() if row.at.date() != TUESDAY]
    rows += [
        line(TUESDAY, invoice=f"5551{n}", product="SKU 9", title="TIN OF 12") for n in range(8)
    ]
    return counted(sorted(rows, key=lambda row: row.at), "2011-W20")


@pytest.mark.parametrize(
    "sentence",
    [
        "A good week without any number.",
        "Revenue was 1,080.00 GBP, down 10% on last week.",
        "Revenue was £1,080, 10 per cent less than the week before.",
        "Revenue was about 1.1k GBP.",
        "We had 108 orders; the 4-week median is 120.",
        "Orders on Tuesday 17 May were 8, usually 20, 60% below.",
        "On 2011-05-17 there were eight orders.",
        "In week 20 of 2011 orders fell by 10%.",
        "Look at TIN OF 12 (SKU 9) and invoice 50510007.",
        "Data are complete until 22 May 2011, 12:00.",
        "May 17 was the odd day.",
    ],
)  # fmt: skip
def test_a_sentence_of_the_reports_own_numbers_is_kept(sentence: str) -> None:
    """Whatever way a number of the report is written, it is recognised."""
    assert phrase_is_supported(sentence, _report())


@pytest.mark.parametrize(
    "sentence",
    [
        "Revenue was 1,081.00 GBP.",
        "Revenue was 1,080.00 USD.",
        "Revenue was $1,080.",
        "Revenue was 1.3k GBP.",
        "Revenue went up 10% on last week.",
        "Revenue was 10% higher.",
        "Revenue moved by +10%.",
        "Revenue fell 11%.",
        "Revenue fell by 108%.",
        "Revenue fell by 10 percentage points.",
        "Orders doubled.",
        "Orders were 3x the usual.",
        "Half the orders were late.",
        "We had a hundred orders.",
        "We had 109 orders.",
        "We had \uff11\uff10\uff19 orders.",
        "We had 1O8 or rather 107 orders.",
        "We had 1080,5 orders.",
        "Orders fell on 18 May.",
        "Week 31 was better than this.",
        "Data are complete until 12:01.",
        "Look at B-221.",
        "Look at invoice 99999.",
        "There were 0 visits.",
        "Visits were zero this week.",
        "Ad spend was 0.00 GBP.",
        "In June 2011 it was calm.",
    ],
)  # fmt: skip
def test_a_sentence_with_any_other_number_is_dropped(sentence: str) -> None:
    """A wrong figure, unit, direction, date or record, or a zero for what is missing, is not said."""
    assert not phrase_is_supported(sentence, _report())


def test_only_the_wrong_sentences_are_dropped() -> None:
    """A decimal point ends no sentence; the rest of the text stays in its order."""
    text = "Revenue was 1,080.00 GBP. Orders tripled! We had 108 orders (10.0% fewer). Profit was 5.43."
    checked = kept_sentences(text, _report())
    assert checked.kept == ("Revenue was 1,080.00 GBP.", "We had 108 orders (10.0% fewer).")
    assert checked.dropped == ("Orders tripled!", "Profit was 5.43.")


def test_the_reports_own_sentences_are_supported() -> None:
    """What the arithmetic says of itself passes its own check."""
    report = _report()
    said = [report.text_summary, *(each.words for each in report.anomalies), *report.changes]
    assert report.anomalies
    assert all(phrase_is_supported(each, report) for each in said)


def test_a_product_named_like_a_claim_carries_no_claim() -> None:
    """A name with a per cent in it is not taken out of the sentence before it is read."""
    rows = [*steady(), line("2011-05-20", product="up 500%", quantity=Decimal(5000))]
    report = counted(sorted(rows, key=lambda row: row.at), "2011-W20")
    assert "up 500%" in payload(report).names
    assert not phrase_is_supported("Revenue is up 500%.", report)


def test_numbers_of_what_changed_may_be_said() -> None:
    """A change somebody told the report about is part of it: its price, its per cent, its day."""
    report = counted(
        steady(), "2011-W20", changes=("Prices of 3,000 articles up 4% since 2 April.",)
    )
    assert phrase_is_supported("Since 2 April 3,000 prices are 4% up.".replace(" up", ""), report)
    assert not phrase_is_supported("Since 3 April prices changed.", report)


@given(st.data())
def test_every_metric_is_supported_as_it_is_written(data: st.DataObject) -> None:
    """Any number of any metric, as the report writes it, is one of the report's."""
    metric = data.draw(st.sampled_from([m for m in _report().metrics if m.value is not None]))
    values = [metric.value, metric.last_week, metric.median_4w, metric.usual_low, metric.usual_high]
    value = data.draw(st.sampled_from([each for each in values if each is not None]))
    text = spoken(value, metric.unit, "GBP")
    assert phrase_is_supported(f"{metric.title} came to {text}.", _report())


@given(
    st.decimals(0, 10**7, places=2), st.sampled_from(["{:,} GBP", "{} orders", "£{:,}", "{:.0f}"])
)
def test_a_number_that_is_nowhere_near_is_never_supported(number: Decimal, form: str) -> None:
    """Whatever is not within one unit of a number of the report is dropped in every form."""
    known = payload(_report())
    apart = min(abs(number - abs(value)) for value in known.money | known.plain)
    if apart > 1:
        assert not phrase_is_supported(f"It was {form.format(number)}.", _report())


@given(
    st.decimals(0, 10**7, places=2),
    st.sampled_from(["{:,}", "{}", "about {:,} GBP", "({})", "{}."]),
)
def test_a_number_is_found_in_every_form(number: Decimal, form: str) -> None:
    """Separators, brackets, currency and a full stop hide no number."""
    (said,) = numbers_in(f"It was {form.format(number)}")
    assert said.value == number


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    """Whatever a model writes, the check gives an answer."""
    kept_sentences(text, _report())
