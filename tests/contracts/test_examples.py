"""What every store keeps of the edits that are learnt from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import revision, taught

if TYPE_CHECKING:
    from workflows.ports import Store


def test_an_example_comes_back_with_its_texts(store: Store) -> None:
    """They are the revisions it names; what was known of the case comes with them."""
    example = taught(store)
    with store.looking() as look:
        assert look.example("d-1") == example
        assert look.example("d-2") is None
        (found,) = look.taught()
    assert found.example == example
    assert found.before == revision().payload
    assert found.after["body"] == "Other words"
    assert found.known == {
        "subject": "Lark Bakery",
        "inputs": {"quote": "Q-1"},
        "results": {"quote": {"contact": "Jo"}},
    }


def test_the_newest_come_first_of_all_or_of_one_agent(store: Store) -> None:
    """And only so many."""
    for n, agent in enumerate(["writer", "other", "writer"], 1):
        taught(store, n, agent)
    with store.looking() as look:
        assert [one.example.id for one in look.taught()] == ["d-3", "d-2", "d-1"]
        assert [one.example.id for one in look.taught("writer")] == ["d-3", "d-1"]
        assert [one.example.id for one in look.taught(limit=1)] == ["d-3"]
        assert look.taught("nobody") == []


def test_of_some_by_name_alone(store: Store) -> None:
    """However many are newer; none of these is none at all."""
    for n, agent in enumerate(["writer", "other", "writer"], 1):
        taught(store, n, agent)
    with store.looking() as look:
        assert [one.example.id for one in look.taught(among=("d-1", "d-2"))] == ["d-2", "d-1"]
        assert [one.example.id for one in look.taught("writer", 1, ("d-1", "d-2"))] == ["d-1"]
        assert look.taught("writer", among=()) == []


def test_switching_keeps_what_was_counted(store: Store) -> None:
    """Somebody switched it while a draft came back: neither is lost."""
    example = taught(store)
    off = {"state": "off", "changed_by": "U-BEN", "changed_at": MONDAY}
    with store.transaction() as tx:
        tx.showed(["d-1"])
        tx.showed([])
    with store.transaction() as tx:
        tx.teach(example.model_copy(update=off))
    with store.looking() as look:
        assert look.example("d-1") == example.model_copy(update={**off, "shown": 1})
        assert len(look.taught()) == 1


def test_one_that_was_removed_is_not_listed(store: Store) -> None:
    """It stays known, so that nothing brings it back."""
    example = taught(store)
    with store.transaction() as tx:
        tx.teach(example.model_copy(update={"state": "removed"}))
    with store.looking() as look:
        assert look.taught() == []
        found = look.example("d-1")
    assert found
    assert found.state == "removed"
