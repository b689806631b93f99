from __future__ import annotations

from typing import Any

import pytest

from tests.unit.workflows.builders import (
    ADA,
    ANA,
    BEN,
    CEM,
    COMPANY,
    DORA,
    EVE,
    GIL,
    INA,
    MONDAY,
    OLGA,
    draft,
    run,
    signature,
    signed,
    usd,
)
from workflows import policy
from workflows.action import Money, Risk
from workflows.errors import AlreadySigned, NotAllowed, OwnDraft, Refusal, Stranger
from workflows.run import Actor, ApprovalRule, Draft, Needs, Revision, Threshold

EVERYBODY = (ANA, BEN, CEM, DORA, OLGA, ADA, GIL, INA, EVE)
RULE = ApprovalRule(
    by=("sales",),
    above=(
        Threshold(amount=usd("500"), by=("finance",)),
        Threshold(amount=usd("5000"), by=("finance", "owner"), quorum=2),
    ),
)


def needing(*by: str, quorum: int = 1, **more: Any) -> Draft:
    """Return an open draft that these must sign."""
    return draft(needs=Needs(by=by, quorum=quorum, words=f"{quorum} of {by}"), **more)


def may_sign(of: Draft, who: Actor, *, level: int = 3, **more: Any) -> str:
    """Ask the policy for a run that Ada started."""
    return policy.may_sign(run(**more), of, who, COMPANY, level, MONDAY)


@pytest.mark.parametrize(
    ("by", "allowed"),
    [
        (("U-ANA",), [ANA]),
        (("sales",), [ANA, BEN]),
        (("finance",), [CEM, DORA]),
        (("closers",), [BEN, CEM]),
        (("owner",), [OLGA]),
        (("sales", "owner"), [ANA, BEN, OLGA]),
        (("U-GIL",), []),
        (("U-INA",), []),
        (("U-EVE",), []),
        (("nobody",), []),
        ((), []),
    ],
)
def test_only_the_approver_set_may_sign(by: tuple[str, ...], allowed: list[Actor]) -> None:
    """Person, role, group or owner: guests, those who left, strangers and unknown names never sign."""
    of = needing(*by)
    for who in EVERYBODY:
        if who in allowed:
            assert may_sign(of, who) in {"", "self"}
        else:
            with pytest.raises((NotAllowed, Stranger)):
                may_sign(of, who)


@pytest.mark.parametrize("kind", ["agent", "system", "timer"])
def test_nobody_but_a_person_signs(kind: Any) -> None:
    """An agent that goes by a person's id is a stranger."""
    with pytest.raises(Stranger):
        may_sign(needing("sales"), Actor(kind=kind, id="U-ANA"))


def test_a_stranger_learns_only_who_may_add_them() -> None:
    """Neither names nor the content of the draft are given away."""
    with pytest.raises(Stranger) as refused:
        may_sign(needing("sales"), EVE)
    assert refused.value.sentence == (
        "Only people of Northwind who are listed in company.yml can do this."
        " Ask the owner to add you."
    )


def test_a_refusal_names_those_who_can_sign() -> None:
    """Whoever may not sign knows whom to ask."""
    with pytest.raises(
        NotAllowed, match=r"Signing customer actions like this needs .* Cem, Dora can\."
    ):
        may_sign(needing("finance"), ANA)
    with pytest.raises(NotAllowed, match="nobody is in that group; tell the owner"):
        may_sign(needing("legal"), ANA)


@pytest.mark.parametrize(
    ("amount", "by", "quorum", "words"),
    [
        (None, ("sales",), 1, "one of sales"),
        (usd("0"), ("sales",), 1, "one of sales"),
        (usd("500.00"), ("sales",), 1, "one of sales"),
        (usd("500.01"), ("finance",), 1, "one of finance (above 500.00 USD)"),
        (usd("5000.00"), ("finance",), 1, "one of finance (above 500.00 USD)"),
        (usd("5000.01"), ("finance", "owner"), 2, "two of finance or owner (above 5,000.00 USD)"),
        (
            Money(minor=-50_001, currency="USD"),
            ("finance",),
            1,
            "one of finance (above 500.00 USD)",
        ),
        (
            Money(minor=1, currency="EUR"),
            ("finance", "owner"),
            2,
            "two of finance or owner (above 5,000.00 USD)",
        ),
    ],
)
def test_the_highest_threshold_passed_says_who_signs(
    amount: Money | None, by: tuple[str, ...], quorum: int, words: str
) -> None:
    """Exactly the amount is still below; another currency can't be compared and is strict."""
    needs = policy.needs(RULE, amount)
    assert (needs.by, needs.quorum, needs.words) == (by, quorum, words)
    assert needs.cites == ((f"above:{words.split('above ')[1][:-1]}",) if "above" in words else ())


def test_thresholds_count_in_any_order() -> None:
    """The file may list the higher one first."""
    backwards = RULE.model_copy(update={"above": RULE.above[::-1]})
    assert policy.needs(backwards, usd("6000")) == policy.needs(RULE, usd("6000"))


def test_a_large_quorum_is_written_in_figures() -> None:
    """Up to five in words."""
    assert policy.needs(ApprovalRule(by=("sales",), quorum=5), None).words == "five of sales"
    assert policy.needs(ApprovalRule(by=("sales",), quorum=6), None).words == "6 of sales"


def test_the_same_person_does_not_sign_twice() -> None:
    """Two signatures are of two people."""
    of = signed(needing("sales", "finance", quorum=3), ANA)
    with pytest.raises(AlreadySigned, match="it still needs 2 more of"):
        may_sign(of, ANA)
    assert may_sign(of, BEN) == ""


def test_somebody_in_two_groups_is_one_signer() -> None:
    """Ben is of sales and a closer, and counts once."""
    assert [p.id for p in policy.signers(needing("sales", "closers"), COMPANY, MONDAY)] == [
        "U-ANA",
        "U-BEN",
        "U-CEM",
    ]


def test_a_signature_on_an_older_revision_does_not_bar_signing_again() -> None:
    """What Ana signed was changed since, so she may sign the new text."""
    first = needing("sales")
    old = signature(first, ANA)
    changed = Revision(n=2, payload={"to": "jo@example.com"}, author=BEN, at=first.opened_at)
    again = first.model_copy(
        update={"revisions": (*first.revisions, changed), "signatures": (old,)}
    )
    assert may_sign(again, ANA) == ""


BARRED = {Risk.MONEY, Risk.LEGAL, Risk.EMPLOYEE}


@pytest.mark.parametrize("risk", list(Risk))
@pytest.mark.parametrize("relation", ["started", "wrote"])
@pytest.mark.parametrize("solo", [False, True])
def test_signing_for_oneself(risk: Risk, relation: str, *, solo: bool) -> None:
    """Barred for money, legal and employee actions unless the company is one person; marked elsewhere."""
    of = needing("sales", risk=risk)
    starter = ANA if relation == "started" else BEN
    if relation == "wrote":
        mine = Revision(n=2, payload={"to": "x@example.com"}, author=ANA, at=of.opened_at)
        of = of.model_copy(update={"revisions": (*of.revisions, mine)})
    company = COMPANY.model_copy(update={"solo": solo})
    if risk in BARRED and not solo:
        with pytest.raises(OwnDraft, match=r"Ben can sign it") as refused:
            policy.may_sign(run(started_by=starter), of, ANA, company, 3, MONDAY)
        assert {"started": "started this run", "wrote": "wrote this revision"}[
            relation
        ] in refused.value.sentence
    else:
        assert policy.may_sign(run(started_by=starter), of, ANA, company, 3, MONDAY) == "self"


def test_every_risk_class_has_a_rule_for_signing_for_oneself() -> None:
    """A new class must be thought about here."""
    allowed = {Risk.READ, Risk.INTERNAL, Risk.CUSTOMER, Risk.PUBLIC, Risk.INVENTORY}
    assert allowed | policy.NEVER_OWN == set(Risk)
    assert policy.NEVER_OWN == BARRED


def test_somebody_alone_is_told_that_nobody_else_can_sign() -> None:
    """The way out of a dead end is said."""
    with pytest.raises(OwnDraft, match="Nobody else can sign it"):
        may_sign(needing("owner", risk=Risk.MONEY), OLGA, started_by=OLGA)


@pytest.mark.parametrize("level", [1, 2])
def test_below_level_three_nothing_can_be_signed(level: int) -> None:
    """Such a playbook reads or drafts only, and the card says what to do with the text."""
    with pytest.raises(NotAllowed, match=f"this one is at level {level} and only drafts"):
        may_sign(needing("sales"), ANA, level=level)


@pytest.mark.parametrize("level", [3, 4])
def test_from_level_three_a_person_signs(level: int) -> None:
    """The signature is what lets it leave."""
    assert may_sign(needing("sales"), ANA, level=level) == ""


@pytest.mark.parametrize(
    ("who", "error"),
    [
        (ANA, None),
        (BEN, None),
        (ADA, None),
        (CEM, NotAllowed),
        (OLGA, NotAllowed),
        (GIL, NotAllowed),
        (INA, NotAllowed),
        (EVE, Stranger),
    ],
)
def test_signers_and_the_starter_may_edit_and_reject(
    who: Actor, error: type[Refusal] | None
) -> None:
    """Ada started the run; she may change her mind though she may not sign."""
    if error is None:
        policy.may_decide(run(), needing("sales"), who, COMPANY, MONDAY)
    else:
        with pytest.raises(error):
            policy.may_decide(run(), needing("sales"), who, COMPANY, MONDAY)


def test_a_starter_who_became_a_guest_may_not_decide_any_more() -> None:
    """Rights are those of today."""
    with pytest.raises(NotAllowed):
        policy.may_decide(run(started_by=GIL), needing("finance"), GIL, COMPANY, MONDAY)


@pytest.mark.parametrize(
    ("who", "error"), [(ANA, None), (GIL, NotAllowed), (INA, NotAllowed), (EVE, Stranger)]
)
def test_only_current_staff_start_and_stop_runs(who: Actor, error: type[Refusal] | None) -> None:
    """Guests, those who left and strangers are refused."""
    if error is None:
        policy.may_take_part(who, COMPANY)
    else:
        with pytest.raises(error):
            policy.may_take_part(who, COMPANY)
