"""What every store must do about what people stated of pieces of work."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.fakes.clock import MONDAY
from workflows.action import Money
from workflows.delegation.inventory import Assessment
from workflows.delegation.matrix import Scores
from workflows.delegation.worth import Effort, Numbers
from workflows.text import Untrusted

if TYPE_CHECKING:
    from workflows.ports import Store

BOOK, WORK = "playbook:follow-up", f"work:{'a' * 16}"


def _stated(entry: str = WORK, n: int = 1, **more: Any) -> Assessment:
    values: dict[str, Any] = {
        "entry": entry,
        "n": n,
        "title": Untrusted("Answer <mails> 📬"),
        "owner": "U-ANA",
        "scores": Scores(repeatability=3, risk=2, data=4, judgement=1, time=5),
        "effort": Effort(
            minutes=25,
            times=12,
            per="work day",
            calls=120,
            delay=Money(minor=20_000, currency="USD"),
            own=Numbers(answered=82, job=Money(minor=45_000, currency="USD")),
        ),
        "level": 3,
        "reasons": ("Because.",),
        "by": "U-ANA",
        "at": MONDAY,
    }
    return Assessment(**{**values, **more})


def test_what_was_stated_comes_back_whole(store: Store) -> None:
    """Every number and word, from the transaction that wrote it and from a look."""
    with store.transaction() as tx:
        assert tx.assessment(WORK) is None
        assert tx.assess(_stated())
        assert tx.assessment(WORK) == _stated()
    with store.looking() as look:
        assert look.assessment(WORK) == _stated()
        assert look.assessments() == [_stated()]


def test_the_newest_version_of_each_entry_counts(store: Store) -> None:
    """By entry, and by its number, whatever the clocks said."""
    newer = _stated(n=2, title=Untrusted("Answer mails"), at=MONDAY - timedelta(hours=1))
    with store.transaction() as tx:
        for one in (_stated(), newer, _stated(BOOK)):
            assert tx.assess(one)
    with store.looking() as look:
        assert look.assessment(WORK) == newer
        assert look.assessments() == [_stated(BOOK), newer]


def test_a_version_is_written_once(store: Store) -> None:
    """The second of two who changed the same one is told, and nothing of theirs is kept."""
    with store.transaction() as tx:
        assert tx.assess(_stated())
    with store.transaction() as tx:
        assert not tx.assess(_stated(owner="U-BEN", title=Untrusted("Other")))
        assert tx.assessment(WORK) == _stated()


def test_what_was_taken_off_is_known_and_not_listed(store: Store) -> None:
    """Its number goes on counting."""
    with store.transaction() as tx:
        tx.assess(_stated())
        tx.assess(_stated(n=2, listed=False))
    with store.looking() as look:
        assert look.assessment(WORK) == _stated(n=2, listed=False)
        assert look.assessments() == []
