"""What every store must do about versions of playbooks."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.fakes.clock import MONDAY
from workflows.versions.version import Active, Proposal

if TYPE_CHECKING:
    from workflows.ports import Store


def _active(version: str = "v-1", **more: Any) -> Active:
    return Active(**{"playbook": "follow-up", "version": version, "at": MONDAY, **more})


def _proposal(name: str = "p-1", **more: Any) -> Proposal:
    values: dict[str, Any] = {"id": name, "playbook": "follow-up", "version": "v-2", "base": "v-1"}
    return Proposal(**{**values, "found_at": MONDAY, **more})


def test_a_store_is_untouched_until_something_is_active_or_proposed(store: Store) -> None:
    """A start of an untouched company takes its folder as it is; no other start does."""
    with store.transaction() as tx:
        assert tx.choose_alone()
        assert tx.actives() == []
        assert tx.active("follow-up") is None
        assert tx.newest_proposal("follow-up") is None
        assert tx.proposal("p-1") is None
        tx.propose(_proposal())
    with store.transaction() as tx:
        assert not tx.choose_alone()


def test_one_version_of_a_playbook_is_active(store: Store) -> None:
    """The next takes its place, with who chose it and which was before."""
    chosen = _active("v-2", before="v-1", by="U-ANA", filed="v-1", at=MONDAY + timedelta(hours=1))
    with store.transaction() as tx:
        tx.activate(_active())
        tx.activate(_active(playbook="another"))
        tx.activate(chosen)
        assert tx.active("follow-up") == chosen
        assert [each.playbook for each in tx.actives()] == ["another", "follow-up"]
        assert not tx.choose_alone()
    with store.looking() as look:
        assert look.active("follow-up") == chosen
        assert look.actives()[1] == chosen


def test_a_proposal_comes_back_as_it_was_decided(store: Store) -> None:
    """Its row is written again, not added to."""
    decided = _proposal(state="dismissed", by="U-ANA", at=MONDAY + timedelta(hours=1))
    with store.transaction() as tx:
        tx.propose(_proposal())
        tx.propose(decided)
    with store.looking() as look:
        assert look.proposal("p-1") == decided
        assert look.newest_proposal("follow-up") == decided


def test_the_newest_proposal_is_the_one_found_last(store: Store) -> None:
    """By the time it was found: machines do not draw their ids in one order."""
    later = _proposal("p-0", found_at=MONDAY + timedelta(seconds=1))
    with store.transaction() as tx:
        tx.propose(later)
        tx.propose(_proposal())
        tx.propose(_proposal("p-9", playbook="another", found_at=MONDAY + timedelta(days=1)))
        assert tx.newest_proposal("follow-up") == later


def test_two_who_choose_do_so_one_after_the_other(store: Store) -> None:
    """The second sees what the first wrote, in whatever process it is."""
    order = list[str]()
    begun = threading.Event()

    def second() -> None:
        begun.wait(10)
        with store.transaction() as tx:
            tx.choose_alone()
            found = tx.active("follow-up")
            order.append(found.version if found else "nothing")

    thread = threading.Thread(target=second)
    thread.start()
    with store.transaction() as tx:
        tx.choose_alone()
        begun.set()
        thread.join(0.2)
        order.append("first")
        tx.activate(_active("v-2"))
    thread.join(10)
    assert order == ["first", "v-2"]


def test_what_a_file_said_is_kept_for_every_process(store: Store) -> None:
    """The newest counts, for each playbook."""
    with store.transaction() as tx:
        assert tx.filed("follow-up") == ""
        tx.file("follow-up", "v-1", MONDAY)
        tx.file("another", "v-9", MONDAY)
        tx.file("follow-up", "v-2", MONDAY + timedelta(hours=1))
        assert tx.filed("follow-up") == "v-2"
    with store.looking() as look:
        assert (look.filed("follow-up"), look.filed("another")) == ("v-2", "v-9")


def test_who_filled_a_proposal_in_is_kept(store: Store) -> None:
    """A file's has nobody."""
    made = _proposal(author="U-ANA")
    with store.transaction() as tx:
        tx.propose(made)
    with store.looking() as look:
        assert look.proposal("p-1") == made
