from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.order_book import LONDON, line, shipped
from workflows.kpi.book import FlowBook
from workflows.kpi.contribution import Gap, parts, split
from workflows.kpi.week import IsoWeek

DAY = date(2011, 5, 17)
BEFORE = tuple(DAY - timedelta(weeks=n) for n in range(1, 5))


def _book(sold: dict[date, dict[str, int]]) -> FlowBook:
    """Return a book with, for each day, so many pieces of each product, each in an invoice of its own."""
    metrics = {key: shipped().metrics[key] for key in ("sales", "orders")}
    book = FlowBook(metrics, IsoWeek.of(DAY), LONDON)
    book.read(
        line(day, product=name, invoice=f"{name}-{day:%d%m}", quantity=Decimal(pieces))
        for day, products in sold.items()
        for name, pieces in products.items()
    )
    return book


def _gap(*, up: bool) -> Gap:
    return Gap(key="sales", now=(DAY,), before=tuple((day,) for day in BEFORE), up=up)


def test_the_product_that_fell_carries_the_gap() -> None:
    """A sold 10 of the usual 50 and B held: A is the whole of it, with the latest usual record."""
    book = _book({day: {"A": 50, "B": 50} for day in BEFORE} | {DAY: {"A": 10, "B": 50}})
    (part,) = parts(book, _gap(up=False), "product")
    assert (part.key, part.value, part.usual, part.share) == ("A", 50, 250, 1)
    assert part.evidence == ("A-1705",)


def test_what_vanished_shows_its_latest_usual_record() -> None:
    """A product with no line on the day still has a record to look at: the week before."""
    book = _book({day: {"A": 50, "B": 50} for day in BEFORE} | {DAY: {"B": 50}})
    (part,) = parts(book, _gap(up=False), "product")
    assert part.value == 0
    assert part.evidence == ("A-1005",)


def test_an_even_fall_names_nobody() -> None:
    """When everything halves, no part carries more than its usual share."""
    book = _book({day: {"A": 90, "B": 10} for day in BEFORE} | {DAY: {"A": 45, "B": 5}})
    assert parts(book, _gap(up=False), "product") == []


def test_a_gap_the_other_way_explains_nothing() -> None:
    """When the mean moved against the median, no part is blamed."""
    book = _book({day: {"A": 50, "B": 50} for day in BEFORE} | {DAY: {"A": 80, "B": 50}})
    assert parts(book, _gap(up=False), "product") == []
    assert [part.key for part in parts(book, _gap(up=True), "product")] == ["A"]


@given(
    st.lists(
        st.dictionaries(st.sampled_from("ABCDEF"), st.integers(1, 500), min_size=1),
        min_size=5,
        max_size=5,
    )
)
def test_the_parts_of_a_sum_add_up_to_the_whole(days: list[dict[str, int]]) -> None:
    """Over any dimension, the parts of a sum are the sum: nothing is lost and nothing counted twice."""
    book = _book(dict(zip((DAY, *BEFORE), days, strict=True)))
    whole = sum(days[0].values()) * Fraction(5)
    for dimension in ("product", "customer", "country"):
        assert sum(split(book, "sales", (DAY,), dimension).values()) == whole
