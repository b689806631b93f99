"""Rules by customer, amount and channel say who is asked first; the first that means somebody here counts."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import (
    ACTIONS,
    ADA,
    ANA,
    BEN,
    CEM,
    COMPANY,
    DORA,
    OLGA,
    PEOPLE,
    House,
    drafted,
    found,
    house,
    mailing,
    playbook,
    reading,
    refunding,
)
from workflows.assigning import is_like
from workflows.basis.reading import Account, Reading
from workflows.customers import plain
from workflows.playbook import Approve
from workflows.rights import Rights
from workflows.run import Actor, Place

REACHING = {**ACTIONS, "mail.send": ACTIONS["mail.send"].model_copy(update={"reaches": "to"})}
#: Five who could sign: Ana, Ben, Cem, Dora and the owner, Olga.
EVERYBODY = ["sales", "finance", "owner"]
OWNER = "{{ quote.owner }}"


def first(
    assign: Any, at: House | None = None, place: Place | None = None, who: Actor = ADA, **said: Any
) -> str:
    """Return who is asked first for a letter of 1,500.00 USD to Jo of Big Co, unless the record says otherwise."""
    here = at or house(REACHING)
    letter = mailing(
        approve={"by": EVERYBODY, "assign": assign},
        amount="{{ quote.total }}",
        uses=["quote"],
        **{"with": {"to": "{{ quote.email }}"}},
    )
    about = {"customer": {"id": "{{ quote.customer }}"}} if "customer" in said else {}
    book = playbook(reading(), letter, channel="", **about)
    run = here.start(book, who, place=place)
    record = {"total": "1500.00 USD", "email": "jo@bigco.com", "owner": "", **said}
    here.report(run, found(**record))
    here.report(here.now(run), drafted())
    draft = here.now(run).draft
    assert draft
    return draft.assigned


def staffed(**more: Any) -> House:
    """Return a house whose company has these in the place of its own."""
    here = house(REACHING)
    here.directory.now = COMPANY.model_copy(update=more)
    return here


def without(*away: Actor) -> House:
    """Return a house where these are on vacation."""
    here = house(REACHING)
    off = tuple(Account(id=one.id, away="on vacation") for one in away)
    here.store.read = Reading(at=MONDAY, accounts=off)
    return here


SALES, KPI = Place(channel="C-SALES"), Place(channel="C-KPI", thread_ts="1.2")


@pytest.mark.parametrize(
    ("rule", "fits", "does_not"),
    [
        ({"customer": "*@bigco.com"}, {"email": "Jo@BigCo.com"}, {"email": "jo@bigco.company.com"}),
        ({"customer": "jo@*"}, {"email": "jo@lark.com"}, {"email": "al@jo.com"}),
        ({"customer": ["a@b.com", "*@bigco.com"]}, {"email": "a@b.com"}, {"email": "b@b.com"}),
        ({"customer": "Lark  bakery"}, {"customer": " lark Bakery"}, {"customer": "Lark"}),
        ({"customer": "K-[1]?"}, {"customer": "k-[1]?"}, {"customer": "K-12"}),
        ({"above": "1000.00 USD"}, {"total": "1000.01 USD"}, {"total": "1000.00 USD"}),
        ({"above": "1000.00 USD"}, {"total": "1.00 EUR"}, {"total": "999.99 USD"}),
        ({"channel": "sales"}, {"place": SALES}, {"place": KPI}),
        ({"channel": "#kpi"}, {"place": KPI}, {"place": SALES}),
        ({"channel": ["C-SALES", "kpi"]}, {"place": SALES}, {"place": Place(channel="D-ADA")}),
        ({"channel": "sales"}, {"place": SALES}, {}),
        (
            {"customer": "*@bigco.com", "above": "2000.00 USD", "channel": "kpi"},
            {"total": "2000.01 USD", "place": KPI},
            {"total": "2000.01 USD", "place": SALES},
        ),
    ],
)
def test_a_rule_is_for_what_it_says(
    rule: dict[str, Any], fits: dict[str, Any], does_not: dict[str, Any]
) -> None:
    """By customer, by amount, by channel, or all of them together; what it is not for is left to the next."""
    rules = [{**rule, "to": "Dora"}, "in turn"]
    assert first(rules, **fits) == DORA.id
    assert first(rules, **does_not) == ANA.id


@pytest.mark.parametrize(
    ("to", "asked"),
    [
        ("Cem", CEM),
        ("U-CEM", CEM),
        ("owner", OLGA),
        ("finance", CEM),
        ("closers", BEN),
        ("in turn", ANA),
        (OWNER, DORA),
    ],
)
def test_whom_a_rule_means(to: str, asked: Actor) -> None:
    """A name, a Slack id, a role, a group, a record's field, or everybody who could sign."""
    assert first([{"above": "1.00 USD", "to": to}], owner="Dora") == asked.id
    assert first(to, owner="Dora") == asked.id


def test_of_a_role_each_is_asked_in_turn_apart_from_the_others() -> None:
    """What goes to finance takes nobody else's turn."""
    here = house(REACHING)
    rules = [{"above": "1000.00 USD", "to": "finance"}, "in turn"]
    large = [first(rules, here) for _ in range(3)]
    small = [first(rules, here, total="5.00 USD") for _ in range(3)]
    assert large == [CEM.id, DORA.id, CEM.id]
    assert small == [ANA.id, BEN.id, CEM.id]
    assert here.store.rows.turns == {"follow-up:letter:finance": 3, "follow-up:letter": 3}


def test_what_nobody_is_meant_by_is_left_to_the_next() -> None:
    """A record that names nobody, a role that is away, somebody who could not sign."""
    assert first([OWNER, "in turn"], owner="somebody") == ANA.id
    assert first([{"to": "finance"}, "Ben"], without(CEM, DORA)) == BEN.id
    assert first(["Ada", "Gil", {"to": "Ina"}, "Dora"]) == DORA.id
    assert first([OWNER, {"above": "9000.00 USD", "to": "Cem"}]) == ""


def test_a_name_is_whole_or_a_first_name_that_one_person_has() -> None:
    """Who is meant by a name that two have, nobody can tell."""
    named = ("Ana Ruiz", "Ben Bo", "Cem Ana", "Dora Bo")
    people = [
        one.model_copy(update={"name": name}) for one, name in zip(PEOPLE, named, strict=False)
    ]
    here = staffed(people=(*people, *PEOPLE[4:]))
    assert first("dora", here) == DORA.id
    assert first("Cem ana", here) == CEM.id
    assert first("Ana", here) == ANA.id
    twice = (*people[:3], people[3].model_copy(update={"name": "Ben Li"}), *PEOPLE[4:])
    assert first("Ben", staffed(people=twice)) == ""


def test_who_stands_in_is_asked_instead() -> None:
    """One person by name, by role or by record; where nobody stands in, the next rule counts."""
    cover = PEOPLE[2].model_copy(update={"stand_in": OLGA.id})
    here = without(CEM)
    here.directory.now = COMPANY.model_copy(update={"people": (*PEOPLE[:2], cover, *PEOPLE[3:])})
    assert first(["Cem", "Ben"], here) == OLGA.id
    assert first(["Cem", "Ben"], without(CEM)) == BEN.id
    assert first(["owner", "Ben"], without(OLGA)) == BEN.id


def test_who_has_no_right_to_sign_is_never_asked_first() -> None:
    """Ana and Ben are of sales, and here only finance signs; nor does the one who stands in."""
    here = staffed(rights=Rights(sign=("finance",)))
    assert first("in turn", here) == CEM.id
    assert first(["Ben", "in turn"], here) == DORA.id


def test_nobody_stands_in_for_their_own_money() -> None:
    """Dora started the refund, so that she can't sign it in the place of Cem."""
    here = without(CEM)
    cover = PEOPLE[2].model_copy(update={"stand_in": DORA.id})
    here.directory.now = COMPANY.model_copy(update={"people": (*PEOPLE[:2], cover, *PEOPLE[3:])})
    book = playbook(refunding(approve={"by": ["finance", "owner"], "assign": ["Cem", "owner"]}))
    draft = here.now(here.start(book, DORA)).draft
    assert draft
    assert draft.assigned == OLGA.id


def test_without_an_amount_nothing_is_above() -> None:
    """A letter nobody prices is not for the rule of large ones."""
    here = house(REACHING)
    rules = [{"above": "0.00 USD", "to": "Dora"}, "Ben"]
    run = here.drafted(playbook(mailing(approve={"by": EVERYBODY, "assign": rules})))
    assert run.draft
    assert run.draft.assigned == BEN.id


# --- Any rules, in any company ---

_PATTERNS = ("*@bigco.com", "jo@*", "*", "jo@lark.com", "nobody")
_RULES = st.fixed_dictionaries(
    {"to": st.sampled_from(["Cem", "finance", "sales", "owner", "in turn", OWNER, "Ada"])},
    optional={
        "customer": st.lists(st.sampled_from(_PATTERNS), min_size=1, max_size=2),
        "above": st.sampled_from(["100.00 USD", "1500.00 USD", "50.00 EUR"]),
        "channel": st.sampled_from(["sales", "kpi"]),
    },
)
_ABLE = {"Cem": [CEM], "finance": [CEM, DORA], "sales": [ANA, BEN], "owner": [OLGA], "Ada": []}


def _meant(to: str, owner: str, away: set[str]) -> str:
    """Return whom a rule means on its first draft, by another way than the engine's."""
    if to == "in turn":
        named = [ANA, BEN, CEM, DORA, OLGA]
    elif to == OWNER:
        named = [ANA] if owner == "Ana" else []
    else:
        named = _ABLE[to]
    return next((one.id for one in named if one.id not in away), "")


def _fits(rule: dict[str, Any], email: str, cents: int, place: Place | None) -> bool:
    bounds = {"100.00 USD": 10_000, "1500.00 USD": 150_000, "50.00 EUR": -1}
    return (
        ("customer" not in rule or any(fnmatchcase(email, like) for like in rule["customer"]))
        and ("above" not in rule or cents > bounds[rule["above"]])
        and (
            "channel" not in rule
            or (place is not None and place.channel == f"C-{rule['channel'].upper()}")
        )
    )


@settings(max_examples=100, deadline=None)
@given(
    rules=st.lists(_RULES, min_size=1, max_size=4),
    email=st.sampled_from(["jo@bigco.com", "al@bigco.com", "jo@lark.com"]),
    cents=st.sampled_from([5, 10_000, 10_001, 150_001]),
    place=st.sampled_from([None, SALES, KPI]),
    owner=st.sampled_from(["Ana", "", "Ina"]),
    away=st.sets(st.sampled_from([ANA, CEM, DORA, OLGA]), max_size=3),
)
def test_the_first_rule_that_means_somebody_here_counts(
    rules: list[dict[str, Any]],
    email: str,
    cents: int,
    place: Place | None,
    owner: str,
    away: set[Actor],
) -> None:
    """Whatever the rules, the record and who is away: the list is tried in its order, and never the owner for want."""
    gone = {one.id for one in away}
    fitting = [rule for rule in rules if _fits(rule, email, cents, place)]
    meant = [_meant(rule["to"], owner, gone) for rule in fitting]
    total = f"{cents // 100}.{cents % 100:02d} USD"
    asked = first(rules, without(*away), place, email=email, total=total, owner=owner)
    assert asked == next((one for one in meant if one), "")


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_nothing_but_the_star_stands_for_anything(before: str, between: str, after: str) -> None:
    """Brackets and question marks of a name mean themselves."""
    name = plain(before + between + after)
    assert is_like(name, name)
    star = plain(before).replace("*", "") + "*" + plain(after).replace("*", "")
    inner = star.replace("*", "x" + between.replace("*", ""))
    assert is_like(inner, star)


@pytest.mark.parametrize(
    ("written", "rules"),
    [
        ("in turn", 1),
        (OWNER, 1),
        ("", 0),
        ([], 0),
        ([OWNER, {"above": "9.00 USD", "to": "finance"}, "in turn"], 3),
    ],
)
def test_every_form_is_read_as_a_list_of_rules(written: Any, rules: int) -> None:
    """So whatever looks at them has one form to know."""
    approve = Approve.model_validate({"by": "sales", "assign": written})
    assert len(approve.assign) == rules
    assert [rule.always for rule in approve.assign] == [n != 1 for n in range(rules)]
