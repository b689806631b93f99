"""What a playbook must say before anything of it may ever go by itself."""

from __future__ import annotations

import pytest

from tests.unit.workflows.playbook_text import ACTIONS, COMPANY, GOOD, loaded, problems
from workflows.action import Risk
from workflows.company import Company
from workflows.playbook import DraftStep
from workflows.sop import sop

ALONE = "alone: {amount: 500.00 USD, count: 20}"
FREE = GOOD.replace("channel: sales", f"channel: sales\nlevel: 4\n{ALONE}")


def told(text: str, company: Company | None = COMPANY) -> list[str]:
    """Return what is wrong."""
    return [each.problem for each in problems(text, company)]


def test_what_is_about_employees_never_goes_by_itself() -> None:
    """The file says so before anybody relies on it."""
    found = told(
        FREE.replace("level: 4", "level: 4\nprivate: true").replace("channel: sales\n", "")
    )
    assert found == ["what is about employees never goes by itself, so level 4 leads nowhere"]


def test_level_4_needs_limits() -> None:
    """Both of them; a version that is kept from before can still be read."""
    text = GOOD.replace("channel: sales", "channel: sales\nlevel: 4")
    assert told(text) == ["level 4 needs limits within which things go by themselves"]
    assert told(text, None) == []
    assert told(FREE) == []


@pytest.mark.parametrize(
    "alone", ["{amount: 500.00 USD}", "{count: 20}", "{amount: 1 USD, count: -1}"]
)
def test_one_limit_is_not_enough(alone: str) -> None:
    """How much and how often."""
    assert told(FREE.replace(ALONE, f"alone: {alone}"))


def test_limits_below_level_4_mean_nothing() -> None:
    """And would look as if they did."""
    assert told(FREE.replace("level: 4", "level: 3")) == ["at level 3 nothing goes by itself"]


def test_limits_in_another_currency_are_noted() -> None:
    """Unless the step's own amount is in it."""
    text = FREE.replace("500.00 USD", "500.00 EUR")
    assert told(text) == ["500.00 EUR is not in USD, the company's currency"]
    assert (
        told(
            text.replace("    title: Send", '    amount: "{{ quote.total }} EUR"\n    title: Send')
        )
        == []
    )


@pytest.mark.parametrize("rule", ["alone", "audit later"])
def test_a_step_goes_by_itself_at_level_4_alone(rule: str) -> None:
    """With its limits."""
    step = f"approve: {{by: sales, rule: {rule},"
    assert told(GOOD.replace("approve: {by: sales,", step)) == ["at level 3 nothing goes by itself"]
    assert told(FREE.replace("approve: {by: sales,", step)) == []


@pytest.mark.parametrize("risk", [Risk.MONEY, Risk.LEGAL, Risk.EMPLOYEE])
def test_nothing_grave_goes_by_itself(risk: Risk) -> None:
    """Whatever its level."""
    spec = ACTIONS["mail.send"].model_copy(update={"risk": risk})
    text = FREE.replace("approve: {by: sales,", "approve: {by: sales, rule: alone,")
    found = [p.problem for p in problems(text, COMPANY, actions={**ACTIONS, "mail.send": spec})]
    assert f"mail.send is a {risk} action, and those never go by themselves" in found


@pytest.mark.parametrize("rule", ["each time", "draft only"])
def test_people_may_be_asked_at_any_level(rule: str) -> None:
    """That is always allowed."""
    assert told(GOOD.replace("approve: {by: sales,", f"approve: {{by: sales, rule: {rule},")) == []


def test_a_share_is_a_share() -> None:
    """Percent or a part of one, from nothing to all."""
    for written, share in (("90%", 0.9), ("0.5", 0.5), (" 5 % ", 0.05)):
        text = FREE.replace(
            "approve: {by: sales,", f'approve: {{by: sales, confidence: "{written}",'
        )
        step = loaded(text).step("letter")
        assert isinstance(step, DraftStep)
        assert step.approve.confidence == share
    for wrong in ("101%", "-1%", "many%", "2"):
        assert told(FREE.replace(ALONE, f'{ALONE}\nsample: "{wrong}"'))


def test_the_company_sees_some_first() -> None:
    """One of twenty unless it says otherwise, and never none."""
    assert COMPANY.sample == 0.05
    with pytest.raises(ValueError, match="sample"):
        Company.model_validate({**COMPANY.model_dump(by_alias=True), "sample": "0%"})


def test_the_procedure_says_what_goes_by_itself() -> None:
    """In words an owner can sign."""
    text = FREE.replace("approve: {by: sales,", "approve: {by: sales, rule: audit later,")
    book = loaded(text.replace(ALONE, f"{ALONE}\nsample: 10%\nrollout: {{start: shadow}}"))
    page = {each.title: each.lines for each in sop(book, stands="the stage assist").sections}
    assert page["Level"][1:] == (
        "It begins in shadow: it drafts silently, and people do the work as always",
        "By itself at most 20 a day, 500.00 USD in all",
        "Of what would go by itself a person sees 10 % first",
        "It stands at the stage assist",
    )
    assert any("then looked at within 2 work days" in line for line in page["Approval"])
    for rule, words in (("alone", "may go by itself once"), ("draft only", "nothing is sent")):
        said = sop(loaded(text.replace("audit later", rule))).sections
        assert any(words in line for each in said for line in each.lines)


def test_a_rollout_asks_for_what_can_be_had() -> None:
    """A baseline that ends before it began, and a share of nobody, are said at their place."""
    baseline = "{minutes: 5, errors: 1%, method: timed, n: 9, from: 2026-10-31, to: 2026-10-01}"
    said = told(f"{FREE}\nrollout: {{share: 0%, baseline: {baseline}}}\n")
    assert sorted(said) == ["a share of 0% is nobody", "the baseline ends before it began"]
