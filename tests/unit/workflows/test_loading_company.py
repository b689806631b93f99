from __future__ import annotations

import pytest

from tests.unit.workflows.playbook_text import ACTIONS
from workflows.action import Record
from workflows.company import Hours
from workflows.errors import CompanyError
from workflows.loading import UnreadableFile, load, load_company

GOOD = """\
name: Alder Ovens
zone: America/New_York
owner: U1
people:
  - {id: U1, name: Ana, roles: [admin]}
  - {id: U2, name: Lee, zone: Europe/Lisbon}
groups:
  board: [U1, U2]
channels: {sales: C1}
"""


def test_a_company_loads() -> None:
    """People, groups and channels are there."""
    company = load_company(GOOD, "company.yml")
    assert [person.name for person in company.members("board")] == ["Ana", "Lee"]
    assert company.channel("#sales") == "C1"


@pytest.mark.parametrize(
    ("right", "wrong", "place", "problem", "hint"),
    [
        ("owner: U1", "owner: U2x", (3, 8), "the owner `U2x` is not among the people", "U2?"),
        ("[U1, U2]", "[U1, U3]", (8, 15), "`U3` is not among the people", ""),
        ("id: U2", "id: U1", (6, 10), "U1 is listed twice", ""),
        ("Europe/Lisbon", "Europe/Lisbn", (6, 31), "no time zone", "Europe/Lisbon?"),
        ("America/New_York", "New York", (2, 7), "is not an IANA time zone", ""),
        ("name: Lee", "nam: Lee", (6, 14), "there is no key `nam` here", "name?"),
        ("{sales: C1}", "[sales]", (9, 11), "`channels` must be a block", ""),
        ("roles: [admin]", "roles: admin", (5, 32), "`roles` must be a list", ""),
        ("name: Alder Ovens\n", "", (1, 1), "`name` is missing", ""),
        (
            "owner: U1",
            "owner: U1\nflags: {learn_from_edit: true}",
            (4, 9),
            "there is no key `learn_from_edit` here",
            "learn_from_edits?",
        ),
        (
            "owner: U1",
            "owner: U1\nasks: {of: {amdin: 9}}",
            (4, 20),
            "nobody in Alder Ovens is `amdin`",
            "admin?",
        ),
    ],
)
def test_a_mistake_in_the_company_is_said_at_its_place(
    right: str, wrong: str, place: tuple[int, int], problem: str, hint: str
) -> None:
    """Who is named and not listed is found before somebody waits for them."""
    assert right in GOOD
    with pytest.raises(UnreadableFile) as caught:
        load_company(GOOD.replace(right, wrong, 1), "company.yml")
    found = [each for each in caught.value.problems if problem in each.problem]
    assert [(each.line, each.col) for each in found] == [place]
    assert hint in found[0].hint
    assert isinstance(caught.value, CompanyError)


def test_numbers_are_in_the_currency_of_the_company() -> None:
    """Whoever writes another one is told, before nothing is counted."""
    text = GOOD + "numbers: {hour: 38.00 USD, answered: 82%, job: 450.00 EUR}\n"
    with pytest.raises(UnreadableFile) as caught:
        load_company(text, "company.yml")
    (found,) = caught.value.problems
    assert (found.line, found.problem) == (10, "this is in EUR, and `currency` is USD")
    company = load_company(text.replace("EUR", "USD"), "company.yml")
    assert company.numbers.answered == 82


LIMITS = (
    GOOD
    + """\
platform: U2
limits:
  - {limit: refunds, on: [bank.refund, customer], per: customer, in: 7 days, amount: 50.00 USD, by: [board, U1]}
  - {limit: letters, on: mail.send, per: person, in: 1 day, count: 3, by: admin}
"""
)


def test_limits_are_read_and_name_what_there_is() -> None:
    """By action or by risk; who signs beyond them are people, roles or groups."""
    company = load_company(LIMITS, "company.yml", ACTIONS)
    assert [limit.words for limit in company.limits] == [
        "refunds: 50.00 USD in 7 days",
        "letters: 3 in 1 day",
    ]
    assert company.keeper == "U2"
    assert load_company(GOOD, "company.yml").keeper == "U1"


@pytest.mark.parametrize(
    ("right", "wrong", "problem", "hint"),
    [
        ("on: mail.send", "on: mail.sned", "no action and no risk `mail.sned`", "mail.send?"),
        ("[bank.refund, customer]", "[bank.refund, custmer]", "risk `custmer`", "customer?"),
        ("by: admin", "by: admn", "nobody in Alder Ovens is `admn`", "admin?"),
        ("by: [board, U1]", "by: [board, U7]", "nobody in Alder Ovens is `U7`", ""),
        ("limit: letters", "limit: refunds", "there is a limit `refunds` already", ""),
        ("platform: U2", "platform: U7", "`U7` is not among the people", ""),
        ("in: 1 day, count: 3", "count: 3", "says `in`", ""),
    ],
)
def test_a_limit_that_would_bite_nothing_is_refused(
    right: str, wrong: str, problem: str, hint: str
) -> None:
    """A slip of the pen must not leave a company without the limit it thinks it has."""
    assert right in LIMITS
    with pytest.raises(UnreadableFile) as caught:
        load_company(LIMITS.replace(right, wrong, 1), "company.yml", ACTIONS)
    found = [each for each in caught.value.problems if problem in each.problem]
    assert len(found) == 1, caught.value.problems
    assert hint in found[0].hint


def test_any_record_can_be_loaded() -> None:
    """Other settings files get the same places and hints."""
    assert load("days: mon-sat", "hours.yml", Hours).days == "mon-sat"
    with pytest.raises(UnreadableFile, match=r"hours\.yml:1:1: there is no key `day` here"):
        load("day: mon", "hours.yml", Hours)


def test_a_long_line_is_cut_around_the_caret() -> None:
    """The frame of a very long line still shows the word, and the caret is under it."""

    class Long(Record):
        first: str
        second: int

    with pytest.raises(UnreadableFile) as caught:
        load("{first: " + "x" * 200 + ", second: much}", "long.yml", Long)
    (problem,) = caught.value.problems
    _, line, caret = ["", *problem.frame.split("\n")]
    assert line[caret.index("^") :].startswith("much")
    assert len(line) < 120
