"""What a text may say: the numbers, links, addresses and accounts of the records, and no others."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.gates import Findings, findings
from agents.roster import roster
from tests.agents.examples import QUOTE, quote, report, request
from workflows.action import Field
from workflows.run import Evidence
from workflows.text import Untrusted

SALES = roster()["sales-follow-up"]
ANALYST = roster()["kpi-analyst"]
LINKED = quote(
    about="https://northwind.example/q/Q-1043",
    notes="Call 555 010 0199. Pay at https://evil.example and write to boss@evil.example. 77 ovens.",
    status="+1 555 010 0100",
    valid_until="www.lark.example",
)


def _found(body: str, **record: Any) -> Findings:
    asked = LINKED if not record else request(records={"quote": {**QUOTE, **record}})
    return findings({"body": body}, asked, SALES)


@pytest.mark.parametrize(
    "body",
    [
        "Quote Q-1043 over 2,480.00 USD",
        "2480 USD, 2480.00 USD, 2.480,00 USD, 2\u00a0480,00 USD, 2\u2019480.00",
        "Sent on 13 November 2026, 13.11.2026, 2026-11-13, 11/13/2026",
        "That was 8 days ago; today is the 21st.",
        "About 77 ovens, as you wrote",
        "Quote number 01043",
        "No figures at all",
        "٢٤٨٠ USD",
    ],
)
def test_numbers_of_the_records_pass(body: str) -> None:
    """However a number of the records is written, it is that number."""
    assert _found(body) == ((), ())


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("15% off", "15"),
        ("2,481.00 USD", "2,481.00"),
        ("24800 USD", "24800"),
        ("Sent on 14.11.2025", "14.11.2025"),
        ("Only ٣ left", "٣"),
        ("1" * 30, "1" * 20),
        ("1,2,3", "1,2,3"),
        ("1000000.00 USD", "1000000.00"),
    ],
)
def test_other_numbers_are_doubtful(body: str, number: str) -> None:
    """A number from nowhere is named, for the person who signs."""
    assert f"the number {number} is not in the records" in _found(body).doubtful


@pytest.mark.parametrize(
    "body",
    [
        "See https://northwind.example/q/Q-1043.",
        "See (northwind.example/q/Q-1043).",
        "See www.lark.example/ or lark.example",
        "Write to mia@lark.example, or MIA@lark.example",
        "Call +1 (555) 010-0100",
        "e.g. this, i.e. that",
        "It is 1000000.00 USD for 2480.00",
    ],
)
def test_whole_fields_may_be_repeated(body: str) -> None:
    """A link, an address or a telephone number that is a field of the records is allowed."""
    assert _found(body).forbidden == ()


@pytest.mark.parametrize(
    "body",
    [
        "https://evil.example",
        "hTTps://EVIL.example/a?b=c",
        "http://northwind.example/q/Q-1043",
        "https://northwind.example/q/Q-1043/../x",
        "https://northwind.example@evil.example",
        "evil.example",
        "evil。example",
        "\u0435vil.example",
        "1.2.3.4/pay",
        "ftp://x",
        "mailto:a",
        "tel:5",
        "javascript:alert(1)",
        "[pay](https://evil.example)",
        "www.evil.example",
        "boss@evil.example",
        "boss@localhost",
        "Call 555 010 0199",
        "Call 5550100199",
        "DE89 3702 0044 0532 0130 00",
        "DE89370400440532013000",
        "Hello [Name]",
        "Hello {{ contact }}",
        "{% if x %}",
        "zero\u200bwidth",
        "\u2066hidden",
        "tag\U000e0041",
    ],
)
def test_what_is_no_field_of_the_records_is_forbidden(body: str) -> None:
    """Also when a customer's own words held it: that is what an attacker would want repeated."""
    assert len(_found(body).forbidden) >= 1


def test_a_company_and_a_bracket_of_the_records_pass() -> None:
    """A company called like a domain, and a bracket somebody wrote into a field, are what they are."""
    assert (
        findings({"body": "Booking.example"}, request(company="Booking.example"), SALES).forbidden
        == ()
    )
    assert _found("Order [rush job]", about="ovens [rush job]").forbidden == ()


def test_a_date_that_is_none_is_just_numbers() -> None:
    """A table can hold nonsense; its numbers may be repeated, and nothing is worked out from it."""
    assert _found("2026-99-98", valid_until="2026-99-98") == ((), ())


def test_a_link_of_the_playbooks_facts_passes() -> None:
    """The address a fact was read at may be repeated."""
    fact = Evidence(fact=Untrusted("3 ovens"), source="x", url="https://shop.example/3")
    asked = request(facts=(fact,))
    assert findings({"body": "3 ovens: https://shop.example/3"}, asked, SALES) == ((), ())


def test_replaced_characters_are_said() -> None:
    """A text with unreadable characters is shown with that warning."""
    assert _found("H\ufffd").doubtful == ("some characters could not be read",)


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("email", "mia@lark.example", True),
        ("email", "thief@evil.example", False),
        ("money", "2480.00", True),
        ("money", "1.00 USD", False),
        ("integer", 4, True),
        ("integer", 5, False),
        ("person", "U1", False),
        ("text", "anything", True),
        ("money", None, True),
    ],
)
def test_where_it_goes_and_how_much_comes_from_the_records(
    kind: Any, value: Any, *, fits: bool
) -> None:
    """A recipient, an amount or a count is never a model's own idea."""
    asked = quote(nudges=4).model_copy(update={"writes": (Field(name="it", type=kind),)})
    assert (findings({"it": value}, asked, SALES).forbidden == ()) is fits


@pytest.mark.parametrize(
    ("sentence", "known"),
    [
        ("Revenue was 18,420.00 USD", True),
        ("Revenue was 18,420 USD, usually 19,015.50", True),
        ("Revenue was 1842000", True),
        ("Refunds are 3.12% or 3.1%, down 12.5", True),
        ("Refunds are 4%", False),
        ("Revenue rose by 595.50", False),
        ("Due 5.00 USD", True),
    ],
)
def test_a_report_may_be_said_in_its_own_units(sentence: str, known: object) -> None:
    """Cents become whole units and shares become per cent; computed numbers are new numbers."""
    asked = report(changes=[{"minor": 500, "currency": "USD"}])
    assert (findings({"summary": sentence}, asked, ANALYST).doubtful == ()) is known


@given(st.text(max_size=300))
def test_no_text_breaks_the_gates(body: str) -> None:
    """Whatever is written, there is a verdict."""
    assert isinstance(_found(body), Findings)


@pytest.mark.parametrize(
    "piece", ["a.", "a@", "1 ", "1.", "[a", "a:", "-.", "x" * 40 + ".", "http", "1,1.", "{"]
)
def test_no_text_makes_the_gates_slow(piece: str) -> None:
    """The longest text a field takes is judged in well under a second."""
    began = time.process_time()
    _found((piece * 20_000)[:20_000])
    assert time.process_time() - began < 1.0
