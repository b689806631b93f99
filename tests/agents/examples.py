"""Requests as the engine makes them, and a budget kept by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflows.action import Field
from workflows.ports import DraftRequest
from workflows.requests import SUMMARY

if TYPE_CHECKING:
    from workflows.ports import ModelCall

MAIL = (Field(name="subject", max=200), Field(name="body", type="long_text", max=5_000))
QUOTE: dict[str, Any] = {
    "id": "Q-1043",
    "customer": "Lark Bakery",
    "contact": "Mia Lark",
    "email": "mia@lark.example",
    "total": "2480.00",
    "currency": "USD",
    "sent_on": "2026-11-13",
    "status": "sent",
    "about": "two deck ovens",
    "notes": "Asked about delivery before Christmas.",
    "margin": "31 %",
}
INVOICE: dict[str, Any] = {
    "id": "INV-207",
    "customer": "Quay Hotel",
    "contact": "Jon Quay",
    "email": "jon@quay.example",
    "amount": "1250.50",
    "currency": "USD",
    "issued_on": "2026-10-01",
    "due_on": "2026-11-14",
    "status": "open",
    "late_words": "late on 7 of 9 invoices",
}
REPORT: dict[str, Any] = {
    "week": "2026-W47",
    "currency": "USD",
    "metrics": [
        {
            "key": "revenue",
            "unit": "money",
            "value": 1842000,
            "text": "18,420.00 USD",
            "median_4w": 1901550,
        },
        {"key": "refund_rate", "unit": "ratio", "value": "0.0312", "change_percent": "-12.5"},
    ],
    "text_summary": "Refunds were 1,204.00 USD, about twice the usual 610.00 USD.",
}


def request(**changes: Any) -> DraftRequest:
    """A follow-up for a quote, unless changed."""
    plain: dict[str, Any] = {
        "agent": "sales-follow-up",
        "playbook": "quote-follow-up",
        "version": "v1",
        "run_id": "run-1",
        "action": "mail.send",
        "writes": MAIL,
        "fixed": {"to": "mia@lark.example"},
        "records": {"quote": QUOTE},
        "sources": {"quote": "table.quotes/Q-1043"},
        "company": "Northwind Ovens",
        "currency": "USD",
        "today": "2026-11-21",
    }
    return DraftRequest.model_validate({**plain, **changes})


def quote(**columns: Any) -> DraftRequest:
    """A follow-up for a quote with these columns."""
    return request(records={"quote": {**QUOTE, **columns}})


def invoice(**columns: Any) -> DraftRequest:
    """A reminder for an invoice with these columns."""
    return request(
        agent="collections",
        playbook="payment-recovery",
        fixed={"to": "jon@quay.example"},
        records={"invoice": {**INVOICE, **columns}},
        sources={"invoice": "table.invoices/INV-207"},
    )


def report(**parts: Any) -> DraftRequest:
    """A summary of a week's numbers."""
    return request(
        agent="kpi-analyst",
        playbook="weekly-kpi-report",
        action="summary",
        writes=(SUMMARY,),
        fixed={},
        records={"report": {**REPORT, **parts}},
        sources={"report": "kpi.week/2026-W47"},
    )


class FakeLedger:
    """The `Ledger` port with one purse for all; `calls` is what was put on the record."""

    def __init__(self, budget: int = 1_000_000_000) -> None:
        self.budget, self.spent = budget, 0
        self.open: dict[str, int] = {}
        self.worst: list[int] = []
        self.calls: list[ModelCall] = []

    def reserve(self, playbook: str, micros: int) -> str | None:
        if self.spent + sum(self.open.values()) + micros > self.budget:
            return None
        name = f"{playbook}-{len(self.calls) + len(self.open)}"
        self.open[name] = micros
        self.worst.append(micros)
        return name

    def settle(self, reservation: str, call: ModelCall) -> None:
        del self.open[reservation]
        self.spent += call.cost_micros
        self.calls.append(call)
