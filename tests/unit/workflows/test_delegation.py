"""The delegation matrix: the lowest level any answer allows, with its reasons."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.blocks import examples
from workflows.action import Risk
from workflows.delegation.matrix import (
    HIGHEST,
    LEVELS,
    LIMITS,
    MATRIX,
    Scores,
    classes_of,
    recommend,
)
from workflows.policy import NEVER_OWN

DOC = Path(__file__).parents[3] / "docs" / "delegate.md"
SCORES = st.builds(Scores, **{name: st.integers(1, 5) for name in MATRIX})
CLASSES = st.none() | st.frozensets(st.sampled_from(Risk))
BEST = Scores(repeatability=5, risk=1, data=5, judgement=1, time=5)


def _with(scores: Scores, name: str, value: int) -> Scores:
    return scores.model_copy(update={name: value})


@given(SCORES, CLASSES, st.sampled_from(["repeatability", "data", "time"]), st.integers(1, 5))
def test_more_of_what_helps_never_lowers_the_level(
    scores: Scores, classes: frozenset[Risk] | None, name: str, value: int
) -> None:
    """What repeats more, is better known, or saves more time is handed over as far or further."""
    low, high = sorted((getattr(scores, name), value))
    less, more = _with(scores, name, low), _with(scores, name, high)
    assert recommend(less, classes).level <= recommend(more, classes).level


@given(SCORES, CLASSES, st.sampled_from(["risk", "judgement"]), st.integers(1, 5))
def test_more_risk_or_judgement_never_raises_the_level(
    scores: Scores, classes: frozenset[Risk] | None, name: str, value: int
) -> None:
    """What is worse when it goes wrong, or needs a person more, is handed over as far or less far."""
    low, high = sorted((getattr(scores, name), value))
    less, more = _with(scores, name, low), _with(scores, name, high)
    assert recommend(less, classes).level >= recommend(more, classes).level


@given(SCORES, st.frozensets(st.sampled_from(Risk)), st.sampled_from(Risk))
def test_another_risk_class_never_raises_the_level(
    scores: Scores, classes: frozenset[Risk], more: Risk
) -> None:
    """A playbook that may do more is trusted as far or less far."""
    assert recommend(scores, classes | {more}).level <= recommend(scores, classes).level


@given(SCORES, st.frozensets(st.sampled_from(Risk)), st.sampled_from(sorted(NEVER_OWN)))
def test_money_legal_and_employee_never_go_above_level_3(
    scores: Scores, classes: frozenset[Risk], kept: Risk
) -> None:
    """Whatever is scored: a person signs."""
    assert recommend(scores, classes | {kept}).level <= 3


@given(SCORES, CLASSES)
def test_every_recommendation_says_why(scores: Scores, classes: frozenset[Risk] | None) -> None:
    """In sentences, the same ones for the same scores, and level 4 names its limits."""
    told = recommend(scores, classes)
    assert told == recommend(scores, classes)
    assert told.reasons
    assert all(reason.endswith(".") for reason in told.reasons)
    assert (told.missing == LIMITS) == (told.level == 4)


def test_the_best_scores_come_to_level_4_with_its_limits() -> None:
    """The amount and the count a day are named."""
    told = recommend(BEST, frozenset({Risk.CUSTOMER}))
    assert told.level == 4
    assert told.reasons == (
        "Nothing speaks against level 4: repeatability 5, risk 1, data readiness 5, judgement 1, time saved 5.",
    )
    assert "amount" in told.missing[0]
    assert "a day" in told.missing[1]


def test_the_reasons_are_those_that_hold_it_back_and_no_others() -> None:
    """Two rows allow level 2, and both are said; what would allow more is left out."""
    scores = Scores(repeatability=3, risk=5, data=2, judgement=3, time=5)
    told = recommend(scores, frozenset({Risk.MONEY}))
    assert told.level == 2
    risk, data = told.reasons
    assert risk.startswith(
        "Risk 5 of 5 (it can't be undone, or it breaks a law or somebody's trust)"
    )
    assert risk.endswith(": level 2 at most, since one mistake costs more than the time it saves.")
    assert data.startswith("Data readiness 2 of 5 (in mails and on paper, or often wrong)")
    assert told.further == (
        "A way to undo it, or smaller amounts",
        "What it needs to know in a system that Sayso reads, and somebody who keeps it current",
    )


@pytest.mark.parametrize("kept", sorted(HIGHEST))
def test_a_risk_class_that_holds_it_back_is_named(kept: Risk) -> None:
    """It is no score that keeps it at 3."""
    (reason,) = recommend(BEST, frozenset({kept})).reasons
    assert reason.endswith("a person always signs, so level 3 at most.")


def test_the_classes_that_are_kept_are_those_nobody_signs_for_themselves() -> None:
    """One list of what is never free, in two places."""
    assert HIGHEST.keys() == NEVER_OWN


def test_work_without_a_playbook_needs_one_before_it_is_signed() -> None:
    """At level 3 somebody has to be named who signs; a playbook names them already."""
    scores = _with(BEST, "time", 1)
    (signer,) = recommend(scores, None).missing
    assert "names who signs" in signer
    assert recommend(scores, frozenset()).missing == ()
    assert recommend(_with(BEST, "data", 1), None).missing == ()


def test_work_of_trust_is_only_prepared() -> None:
    """Feelings and negotiation get a brief for a person, never a draft."""
    told = recommend(_with(BEST, "judgement", 5), None)
    assert told.level == 1
    assert "it is about trust" in told.reasons[0]


def test_the_answers_fit_a_menu_of_slacks() -> None:
    """An option holds 75 characters; none is cut."""
    assert all(len(option) <= 75 for row in MATRIX.values() for option in row.options)
    assert MATRIX.keys() == Scores.model_fields.keys()


def test_the_classes_of_a_playbook_are_those_of_all_it_may_do() -> None:
    """What it only reads has none."""
    book = examples.playbook(allow=["mail.send", "table.find"])
    assert classes_of(book, {"mail.send": examples.SPEC}) == {Risk.CUSTOMER}


def test_the_table_in_the_docs_is_the_rule() -> None:
    """Every cell, for the manager who reads it."""
    rows = [
        line.split("|")[1:-1]
        for line in DOC.read_text(encoding="utf-8").splitlines()
        if "|" in line
    ]
    cells = {row[0].strip(): [cell.strip() for cell in row[1:6]] for row in rows if len(row) >= 6}
    for row in MATRIX.values():
        assert cells[row.label] == [str(level) for level in row.highest]
    assert LEVELS.keys() == {1, 2, 3, 4}
