"""What every store must do about stages of playbooks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import draft, run
from tests.unit.workflows.history import MAKER
from workflows.action import Money
from workflows.trust.stages import Footing, Segment

if TYPE_CHECKING:
    from workflows.ports import Store


def _footing(**more: Any) -> Footing:
    values: dict[str, Any] = {"playbook": "follow-up", "stage": "assist", "since": MONDAY}
    return Footing(**{**values, **more})


def test_a_playbook_nobody_moved_stands_nowhere(store: Store) -> None:
    """Then its file says where it begins."""
    with store.looking() as look:
        assert look.footing("follow-up") is None
        assert look.footings() == []


def test_a_playbook_stands_at_one_stage(store: Store) -> None:
    """The newest takes the place of the one before, with all it was earned with."""
    later = _footing(
        stage="threshold",
        since=MONDAY + timedelta(days=30),
        by="U-ANA",
        why="41 of 41",
        version="v-2",
        makers=(MAKER,),
        examples=("e-1", "e-2"),
        evidence="e" * 64,
    )
    with store.transaction() as tx:
        tx.place(_footing())
        tx.place(_footing(playbook="another", stage="shadow"))
        tx.place(later)
        assert tx.footing("follow-up") == later
    with store.looking() as look:
        assert [each.playbook for each in look.footings()] == ["another", "follow-up"]
        assert look.footings()[1] == later


def test_a_stage_for_some_drafts_alone_names_them(store: Store) -> None:
    """Each as exactly as it was granted, until the whole takes their place."""
    amount = Money(minor=50_000, currency="USD")
    first = Segment(maker=MAKER, action="mail.send", under=amount, known=True)
    second = Segment(maker=MAKER.model_copy(update={"model": "m-2"}), action="pay.refund")
    some = _footing(stage="threshold", granted=(first, second))
    with store.transaction() as tx:
        tx.place(some)
        assert tx.footing("follow-up") == some
        tx.place(whole := _footing(stage="threshold"))
    with store.looking() as look:
        assert look.footing("follow-up") == whole
        assert look.footings() == [whole]


def test_where_the_newest_draft_came_from_is_known(store: Store) -> None:
    """The newest of the step, by the agent, for this very version: which model and prompt, with which examples."""
    with store.transaction() as tx:
        for n, model in (("1", "m-0"), ("2", "m-1")):
            author = draft().author.model_copy(update={"agent": "writer", "model": model})
            opened = MONDAY + timedelta(minutes=int(n))
            more: dict[str, Any] = {"author": author, "opened_at": opened, "learnt": (f"e-{n}",)}
            tx.add(run(id=f"r-{n}", draft=draft(id=f"d-{n}", run_id=f"r-{n}", **more)))
        its, step = run(), draft().step
        found = tx.origin(its.playbook, its.version, step, "writer")
        assert found
        assert (found.maker.agent, found.maker.model) == ("writer", "m-1")
        assert found.examples == ("e-2",)
        for other in (
            (its.playbook, "another", step, "writer"),
            ("another", its.version, step, "writer"),
            (its.playbook, its.version, "another", "writer"),
            (its.playbook, its.version, step, "nobody"),
        ):
            assert tx.origin(*other) is None
