"""A rule for who is asked first that could never ask anybody is refused, at its line and column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.workflows.playbook_text import ACTIONS, COMPANY, GOOD, problems
from workflows.company import Person
from workflows.limits import Limit

if TYPE_CHECKING:
    from workflows.company import Company

#: Two are called Max; Ina of sales has left.
STAFF = COMPANY.model_copy(
    update={
        "people": (
            *COMPANY.people,
            Person(id="U4", name="Ina", roles=("gone",), active=False),
            Person(id="U5", name="Max", roles=("finance",)),
            Person(id="U6", name="Max", roles=("finance",)),
        ),
        "groups": {"board": ("U5", "@directors")},
    }
)
REACHING = {**ACTIONS, "mail.send": ACTIONS["mail.send"].model_copy(update={"reaches": "to"})}
HEAD, _, TAIL = GOOD.partition("    approve: {by: sales, edit: [body]}\n")
#: The column in which a rule begins.
OPEN = 11


def told(
    *rules: str,
    company: Company | None = STAFF,
    amount: str = 'amount: "{{ quote.total }}"',
    more: str = "by: sales",
    reaching: bool = True,
) -> list[tuple[int, int, str, str]]:
    """Return what is wrong when these rules say who is asked first: line of the rule from 1, column, problem, hint."""
    lines = "".join(f"        - {rule}\n" for rule in rules)
    approve = f"    {amount}\n    approve:\n      {more}\n      assign:\n{lines}"
    text = HEAD + approve + TAIL
    above = text.splitlines().index("      assign:") + 1
    found = problems(text, company, REACHING if reaching else ACTIONS)
    return [(each.line - above, each.col, each.problem, each.hint) for each in found]


def test_right_rules_are_left_alone() -> None:
    """Names of every kind, rules from few to many, and something to fall back on."""
    rules = (
        '{customer: "*@bigco.com", above: 5000.00 USD, to: Lee}',
        "{above: 5000.00 USD, channel: sales, to: sales}",
        '{above: 1000.00 USD, to: "U2"}',
        '{channel: ["#sales", C9ELSEWHERE], to: in turn}',
        '"{{ quote.owner }}"',
        "in turn",
    )
    assert told(*rules) == []
    assert told(*rules, company=None) == []


@pytest.mark.parametrize(
    ("rule", "column", "problem", "hint"),
    [
        ("Lea", 0, "nobody in Alder Ovens is `Lea`", "Did you mean Lee?"),
        ("{to: finanse}", 5, "nobody in Alder Ovens is `finanse`", "Did you mean finance?"),
        ("zzzzzz", 0, "nobody in Alder Ovens is `zzzzzz`", "Known here: Ana, Ina"),
        ("{to: Max}", 5, "2 people are called Max", "Write U5 or U6."),
        ("{to: finance}", 5, "nobody who is `finance` may sign this", "Those who sign are sales"),
        ("Noa", 0, "nobody who is `Noa` may sign this", "add Noa under `by`"),
        ("{to: owner}", 5, "nobody who is `owner` may sign this", "name one of them"),
        ("{above: 1000, to: Lee}", 8, "'1000' is not an amount and a currency", ""),
        ("{above: 1000.00, to: Lee}", 8, "is not an amount and a currency, like 250.00 USD", ""),
        ("{above: 9.00 EUR, to: Lee}", 8, "can't be compared with amounts in USD", "count as above"),
        ("{channel: sale, to: Lee}", 10, "there is no channel `sale`", "Did you mean sales?"),
        ("{channel: [sales, kpi], to: Lee}", 18, "there is no channel `kpi`", ""),
        ('"{{ qoute.owner }}"', 4, "nothing is called `qoute` here", "Did you mean quote?"),
        ('{to: "{{ qoute.owner }}"}', 9, "nothing is called `qoute`", "Did you mean quote?"),
        ("{to: channel:sale}", 5, "there is no channel `sale`", "Did you mean sales?"),
        ("{custmer: x, to: Lee}", 1, "there is no key `custmer` here", "Did you mean customer?"),
        ("{above: 9.00 USD}", 0, "`to` is missing", ""),
        ("{to: ''}", 5, "`to` is empty", ""),
        ("12", 0, "must be a block of lines", ""),
    ],
)  # fmt: skip
def test_a_rule_that_could_ask_nobody_is_refused(
    rule: str, column: int, problem: str, hint: str
) -> None:
    """With its place, what is wrong, and what may be meant."""
    ((line, col, said, advice),) = told(rule)
    assert (line, col) == (1, OPEN + column)
    assert problem in said
    assert hint in advice


def test_a_signer_nobody_knows_is_one_mistake() -> None:
    """Where `by` is misspelt, the rules that would be right are left alone."""
    found = told("Lee", "{above: 9.00 USD, to: sales}", more="by: salez")
    assert [said for _, _, said, _ in found] == ["nobody in Alder Ovens is `salez`"]


def test_rules_are_a_list() -> None:
    """One rule alone stands in a list too, so that there is one way to write it."""
    text = GOOD.replace("by: sales,", "by: sales, assign: {above: 9.00 USD, to: Lee},")
    (found,) = problems(text, STAFF)
    assert found.problem == "`assign` must be a list"


def test_a_rule_by_amount_needs_an_amount_and_one_by_customer_a_customer() -> None:
    """Else nothing it is for could ever come."""
    assert told("{above: 9.00 USD, to: Lee}", amount="facts: []")[0][2].endswith("no `amount`")
    ((_, col, said, hint),) = told('{customer: "*@bigco.com", to: Lee}', reaching=False)
    assert (col, said) == (
        OPEN + 11,
        "mail.send reaches nobody, so no customer is known here",
    )
    assert "customer: {id:" in hint
    record = '"{{ quote.total }} {{ quote.currency }}"'
    assert told("{above: 9.00 EUR, to: Lee}", amount=f"amount: {record}") == []


@pytest.mark.parametrize(
    ("to", "above", "fine"),
    [
        ("sales", "1000.00 USD", True),
        ("finance", "1000.00 USD", True),
        ("owner", "1000.00 USD", True),
        ("sales", "5000.00 USD", False),
        ("finance", "5000.00 USD", True),
        ("finance", "9000.00 USD", False),
        ("owner", "9999.00 USD", True),
    ],
)
def test_who_may_sign_depends_on_the_amount(to: str, above: str, fine: bool) -> None:  # noqa: FBT001 -- a column
    """Sales sign up to 5,000.00, finance up to 9,000.00, and the owner beyond."""
    rows = "above: [{amount: 5000.00 USD, by: finance}, {amount: 9000.00 USD, by: owner}]"
    found = told(f"{{above: {above}, to: {to}}}", more=f"by: sales\n      {rows}")
    assert [each[2] for each in found] == ([] if fine else [f"nobody who is `{to}` may sign this"])


def test_who_signs_beyond_a_limit_may_be_asked_first() -> None:
    """And somebody of a group of Slack's may, whose members are known only later."""
    limit = {"limit": "letters", "on": "mail.send", "per": "company", "in": "1 day", "count": 1}
    limited = STAFF.model_copy(update={"limits": (Limit.model_validate({**limit, "by": "owner"}),)})
    assert told("owner", company=limited) == []
    assert told("board") == []
    assert told("finance", more='by: "@directors"') == []
    assert told('"@directors"') == []


@pytest.mark.parametrize(
    ("before", "rule"),
    [
        ("in turn", "Lee"),
        ("in turn", "{above: 9.00 USD, to: Lee}"),
        ("Lee", "Lee"),
        ("{above: 9.00 USD, to: in turn}", "{above: 9.00 USD, channel: sales, to: Lee}"),
        ("{above: 9.00 USD, to: Lee}", "{above: 10.00 USD, to: sales}"),
        ("{channel: sales, to: in turn}", '{channel: "#sales", to: Lee}'),
        ("{channel: [sales, C99], to: in turn}", "{channel: C99, to: Lee}"),
        ('{customer: "*@b.com", to: in turn}', '{customer: ["jo@B.com", "a*@b.com"], to: Lee}'),
        ("{customer: x, to: Lee}", "{customer: x, channel: sales, to: Lee}"),
    ],
)
def test_a_rule_after_one_that_takes_all_of_its_drafts_is_refused(before: str, rule: str) -> None:
    """The first that is for a draft counts, so nobody would ever come to it."""
    ((line, col, said, hint),) = told(before, rule)
    assert (line, col) == (2, OPEN)
    assert said.startswith("is never come to, after the rule ")
    assert hint.startswith("The first that is for a draft counts")
    assert told(before, rule, company=None) == []


@pytest.mark.parametrize(
    ("before", "rule"),
    [
        ('"{{ quote.owner }}"', "{above: 9.00 USD, to: Lee}"),
        ('{above: 9.00 USD, to: "{{ quote.owner }}"}', "{above: 10.00 USD, to: Lee}"),
        ("{above: 10.00 USD, to: Lee}", "{above: 9.00 USD, to: sales}"),
        ("{above: 9.00 USD, to: Lee}", "{above: 9.00 USD, to: sales}"),
        ("{above: 9.00 USD, to: in turn}", "{channel: sales, to: Lee}"),
        ("{channel: sales, to: in turn}", "{channel: [sales, C99], to: Lee}"),
        ("{channel: sales, to: in turn}", "{above: 9.00 USD, to: Lee}"),
        ('{customer: "*@b.com", to: in turn}', '{customer: ["jo@b.com", "x@c.com"], to: Lee}'),
        ('{customer: "*@b.com", to: in turn}', "in turn"),
        ("Lee", "sales"),
    ],
)
def test_a_rule_that_may_still_be_come_to_is_left_alone(before: str, rule: str) -> None:
    """A record may name nobody, people may be away, and one rule may be for only some of another's drafts."""
    assert told(before, rule) == []


def test_amounts_of_two_currencies_hide_nothing() -> None:
    """What is above one of them need not be above the other."""
    record = 'amount: "{{ quote.total }} {{ quote.currency }}"'
    rules = ("{above: 9.00 USD, to: in turn}", "{above: 99.00 EUR, to: Lee}")
    assert told(*rules, amount=record) == []
