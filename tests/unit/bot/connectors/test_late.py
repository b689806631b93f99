"""Ranking overdue invoices by how their customers paid before."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.late import UNKNOWN_BASE, Columns, Invoice, invoice, ranked, shares

TODAY = date(2026, 11, 23)


def row(number: str, customer: str, due: str, paid: str = "", **more: str) -> Invoice:
    """Return one invoice as a table row holds it."""
    cells = {"id": number, "customer": customer, "due_on": due, "paid_on": paid, "amount": "100"}
    made = invoice({**cells, **more}, Columns())
    assert made
    return made


def history(customer: str, late: int, on_time: int) -> list[Invoice]:
    """Return settled invoices of one customer."""
    paid = ["2026-02-20"] * late + ["2026-01-20"] * on_time
    return [row(f"{customer}-{n}", customer, "2026-02-01", day) for n, day in enumerate(paid)]


def test_the_words_count_what_the_share_counts() -> None:
    """The evidence line is the arithmetic's own numbers."""
    known = history("Lark", 7, 2) + history("Finch", 0, 9)
    share = shares(known, TODAY)["Lark"]
    assert share.words == "late on 7 of 9 invoices"
    assert share.value == pytest.approx((7 + 4 * 7 / 18) / (9 + 4))


def test_a_customer_without_history_gets_the_base_rate() -> None:
    """Nothing known of a customer means what is known of everybody."""
    known = [*history("Lark", 1, 3), row("n", "New", "2026-11-01")]
    new = shares(known, TODAY)["New"]
    assert new.value == pytest.approx(0.25)
    assert new.words == "no invoice settled yet"
    assert shares([row("n", "New", "2026-11-01")], TODAY)["New"].value == UNKNOWN_BASE


def test_a_payment_after_today_is_not_known_yet() -> None:
    """A date in the future, as a bank file may hold, is no history."""
    known = [row("1", "Lark", "2026-11-01", "2026-12-24")]
    assert shares(known, TODAY)["Lark"].settled == 0


def test_the_usual_late_payer_comes_first_then_the_larger_amount_then_the_older() -> None:
    """The order a collector should call in."""
    unpaid = [
        row("a", "Finch", "2026-11-01", amount="9,000.00"),
        row("b", "Lark", "2026-11-10", amount="100.00"),
        row("c", "Lark", "2026-11-10", amount="1,200.00"),
        row("d", "Lark", "2026-11-02", amount="100.00"),
    ]
    order = ranked([*history("Lark", 5, 0), *history("Finch", 0, 5), *unpaid], TODAY)
    assert [each["id"] for each in order] == ["c", "d", "b", "a"]
    assert order[0]["late_words"] == "late on 5 of 5 invoices"
    assert order[0]["days_overdue"] == 13


@pytest.mark.parametrize(
    "other",
    [
        row("p", "Lark", "2026-11-01", "2026-11-20"),
        row("t", "Lark", "2026-11-23"),
        row("v", "Lark", "2026-11-01", status="Void"),
        row("q", "Lark", "2026-11-01", status="paid"),
    ],
)
def test_what_is_not_owed_or_not_due_is_not_ranked(other: Invoice) -> None:
    """Paid, closed and not yet overdue invoices stay out; today is not overdue."""
    assert ranked([other], TODAY) == []


def test_an_invoice_without_due_date_is_never_overdue() -> None:
    """It is left out, it does not stop the ranking."""
    assert invoice({"customer": "Lark", "due_on": "", "amount": "1"}, Columns()) is None


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"due_on": "01/11/2026"}, "due_on is '01/11/2026', which is not a date"),
        ({"due_on": "2026-11-01", "paid_on": "yes"}, "paid_on is 'yes'"),
        ({"due_on": "2026-11-01", "amount": "lots"}, "amount is 'lots'"),
        ({"due_on": "2026-11-01", "amount": "NaN"}, "amount is 'NaN'"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(cells: dict[str, str], words: str) -> None:
    """The sentence names the column and what stands in it."""
    with pytest.raises(ValueError, match="which is not") as problem:
        invoice({**cells}, Columns())
    assert words in str(problem.value)


@given(late=st.integers(0, 50), on_time=st.integers(0, 50), others=st.integers(0, 50))
def test_a_share_is_between_what_was_seen_and_the_base_rate(
    late: int, on_time: int, others: int
) -> None:
    """Smoothing pulls towards everybody's rate and never past it."""
    known = [*history("Lark", late, on_time), *history("Finch", others, 3)]
    share = shares([*known, row("x", "Lark", "2026-11-01")], TODAY)["Lark"]
    base = (late + others) / (late + on_time + others + 3)
    seen = late / (late + on_time) if late + on_time else base
    assert min(seen, base) - 1e-9 <= share.value <= max(seen, base) + 1e-9
