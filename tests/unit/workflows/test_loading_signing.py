"""A playbook nobody could sign, or with a step nobody comes to, is refused before it runs."""

from __future__ import annotations

import pytest

from tests.unit.workflows.playbook_text import COMPANY, GOOD, problems
from workflows.company import Person

#: Noa of `abroad` is a guest and Ina of `gone` has left.
SPLIT = COMPANY.model_copy(
    update={
        "people": (
            *COMPANY.people,
            Person(id="U4", name="Ina", roles=("gone",), active=False),
            Person(id="U5", name="Eva", roles=("abroad",), guest=True),
            Person(id="U6", name="Max", roles=("sales", "finance")),
        )
    }
)
AMOUNT = 'amount: "{{ quote.total }}"\n    '


def told(approve: str, amount: str = AMOUNT, company: object = SPLIT) -> list[str]:
    """Return what is wrong with the good playbook when its letter is signed like this."""
    text = GOOD.replace("approve: {by: sales,", f"{amount}approve: {{{approve},")
    found = problems(text, company)  # type: ignore[arg-type] -- None as well
    assert all(each.frame and each.line > 20 for each in found)
    return [each.problem for each in found]


_GONE = "everybody who is gone is a guest or has left"
_ROWS = "above: [{amount: 9.00 USD, by: owner}, {amount: 9.00 USD, by: finance}]"


@pytest.mark.parametrize(
    ("approve", "problem"),
    [
        ("by: gone", f"{_GONE}, so nobody could ever sign"),
        ("by: sales, quorum: 3", "3 must sign, and only 2 could"),
        ("by: sales, above: [{amount: 9 USD, by: finance, quorum: 2}]", "2 must sign, and only 1 could"),
        ("by: sales, above: [{amount: 9 USD, by: gone}]", f"{_GONE}, so nobody could ever sign"),
        ("by: sales, escalate: gone", f"{_GONE}, so nobody could be asked when it is late"),
        ("by: sales, above: [{amount: 9 EUR, by: owner}]", "9.00 EUR can't be compared with amounts in USD"),
        (f"by: sales, {_ROWS}", "9.00 USD is not more than 9.00 USD, the row before"),
    ],
)  # fmt: skip
def test_an_approval_that_could_never_work_is_refused(approve: str, problem: str) -> None:
    """Each with its place, and once."""
    assert told(approve) == [problem]


def test_what_could_work_is_left_alone() -> None:
    """Nobody to pass it on to, rising rows, a record's own currency."""
    rows = "above: [{amount: 9.00 EUR, by: owner}, {amount: 10.00 EUR, by: [owner, finance], quorum: 2}]"
    assert told("by: [sales, gone], escalate: []") == []
    assert (
        told(f"by: sales, {rows}", 'amount: "{{ quote.total }} {{ quote.currency }}"\n    ') == []
    )
    assert told(f"by: sales, {rows}", 'amount: "{{ quote.total }} EUR"\n    ') == []


def test_all_of_it_is_said_at_once() -> None:
    """Nobody mends a file one mistake at a time."""
    found = told("by: gone, escalate: abroad, above: [{amount: 1.00 EUR, by: sales, quorum: 7}]")
    assert len(found) == 4


def test_a_run_goes_on_with_the_playbook_it_was_started_with() -> None:
    """People have left since, and what was no mistake then is none now."""
    assert told("by: gone, above: [{amount: 9.00 EUR, by: x}]", company=None) == []


_STEPS = GOOD.partition("steps:\n")[0] + "steps:\n"
_TELL = "  - tell: {}\n    text: Hello\n"
_DECIDE = "  - decide: {}\n    if: inputs.quote != '1'\n    then: {}\n    otherwise: {}\n"


def _lost(*steps: str) -> list[tuple[int, str]]:
    found = problems(_STEPS + "".join(steps))
    return [(each.line, each.problem) for each in found]


def test_a_step_that_every_way_goes_past_is_refused() -> None:
    """And what only it would lead to as well."""
    lost = _lost(
        _DECIDE.format("one", "three", "stop"),
        _TELL.format("two"),
        _TELL.format("three"),
    )
    assert lost == [(15, "no run ever comes to two")]
    assert _lost(_DECIDE.format("one", "stop", "stop"), _TELL.format("two"), _TELL.format("three")) == [
        (15, "no run ever comes to two"),
        (17, "no run ever comes to three"),
    ]  # fmt: skip


def test_a_step_that_some_way_leads_to_is_fine() -> None:
    """By name, as the next one, or because the decision itself was passed over."""
    assert (
        _lost(_DECIDE.format("one", "three", "next"), _TELL.format("two"), _TELL.format("three"))
        == []
    )
    passed = _DECIDE.format("one", "stop", "stop") + "    when: inputs.quote == '2'\n"
    assert _lost(passed, _TELL.format("two")) == []
    assert _lost(_DECIDE.format("one", "tree", "stop"), _TELL.format("three")) == [
        (13, "there is no step `tree`")
    ]
