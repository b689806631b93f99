from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from tests.unit.workflows.order_book import LONDON
from workflows.kpi.rows import BadRows
from workflows.kpi.table import ItemMapping, open_items

MAPPING = ItemMapping(
    id="id", amount="amount", opened_at="sent", closed_at="paid", due_at="due", status="status",
    open_when=("open", "sent"),
)  # fmt: skip
ROW = {
    "id": "INV-1",
    "amount": "2,480.00 USD",
    "sent": "2011-05-01",
    "paid": "",
    "due": "2011-05-15",
    "status": "Open",
}


def test_a_row_becomes_an_item_whose_due_day_lasts_until_its_end() -> None:
    """An invoice due on the 15th is overdue from the 16th on."""
    (item,) = open_items([ROW], MAPPING, LONDON, BadRows())
    assert (item.id, item.amount, item.closed_at) == ("INV-1", Decimal("2480.00"), None)
    assert item.opened_at == datetime(2011, 5, 1, tzinfo=LONDON)
    assert item.due_at == datetime(2011, 5, 16, tzinfo=LONDON)


def test_a_closed_item_without_a_day_counts_nowhere() -> None:
    """Nobody knows until when it was open, and it says so."""
    (item,) = open_items([ROW | {"status": "paid"}], MAPPING, LONDON, BadRows())
    assert (item.closed_at, item.closed_sometime) == (None, True)
    (dated,) = open_items(
        [ROW | {"status": "paid", "paid": "2011-05-20"}], MAPPING, LONDON, BadRows()
    )
    assert not dated.closed_sometime


def test_rows_that_cannot_be_read_are_counted_with_their_reason() -> None:
    """Each bad row says which column and what stood there."""
    bad = BadRows()
    wrong: list[dict[str, str | None]] = [
        *({"id": ""}, {"amount": "much"}, {"amount": "NaN"}),
        *({"due": "soon"}, {"sent": None}, {"amount": ""}),
    ]
    rows = [ROW | change for change in wrong]
    assert list(open_items(rows, MAPPING, LONDON, bad)) == []
    assert bad.count == 6
    assert [each.reason for each in bad.first] == [
        "id is empty",
        "amount 'much' is not an amount",
        "amount 'NaN' is not an amount",
        "due 'soon' is not a date",
        "sent is empty",
    ]


def test_a_table_without_amounts_counts_things() -> None:
    """Stock below its reorder point has no amount; its items are worth nothing and are still counted."""
    (item,) = open_items([ROW], ItemMapping(id="id", opened_at="sent"), LONDON, BadRows())
    assert (item.amount, item.due_at, item.closed_sometime) == (0, None, False)


def test_a_moment_with_an_offset_is_that_moment() -> None:
    """An export in UTC is not taken for local time."""
    (item,) = open_items([ROW | {"sent": "2011-05-01T23:30:00+00:00"}], MAPPING, LONDON, BadRows())
    assert item.opened_at.isoformat() == "2011-05-02T00:30:00+01:00"
