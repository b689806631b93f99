"""What every store must tell of what became of drafts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import BEN, draft, revision, run, signature
from workflows.action import Money
from workflows.events import Entry, Event
from workflows.limits import Ask
from workflows.run import SYSTEM, DraftState, Ending, RunState
from workflows.trust.decided import FailedRun, decided

if TYPE_CHECKING:
    from workflows.ports import Store


def test_what_became_of_drafts_is_read_as_it_was_counted(store: Store) -> None:
    """Every state and mark comes back as the rule over the whole draft says it, the newest first."""
    edited = draft(revisions=(revision(), revision(2, "Do we go?")))
    ending = Ending(by=BEN, at=MONDAY, reason="wrong facts")
    made = [
        edited.model_copy(
            update={
                "state": DraftState.EXECUTED,
                "signed_at": MONDAY,
                "signatures": (signature(edited),),
                "amount": Money(minor=-36_000, currency="USD"),
                "known": True,
                "leaves_at": MONDAY,
                "customer": "c-1",
            }
        ),
        draft(state=DraftState.REJECTED, ending=ending),
        draft(state=DraftState.FAILED, signed_at=MONDAY, undone_at=MONDAY),
        draft(),
    ]
    runs = []
    with store.transaction() as tx:
        for n, each in enumerate(made):
            opened = {"opened_at": MONDAY + timedelta(minutes=n)}
            its = {**opened, "id": f"d-{n}", "run_id": f"r-{n}"}
            runs.append(run(f"r-{n}", draft=each.model_copy(update=its)))
            tx.add(runs[-1])
        tx.add(run("r-9", playbook="another", draft=draft("d-9", "r-9", opened_at=MONDAY)))
    wanted = [decided(each.draft, each) for each in reversed(runs) if each.draft]
    with store.looking() as look:
        assert [*look.decided("follow-up", MONDAY, 9)] == wanted
        assert [*look.decided("follow-up", MONDAY + timedelta(minutes=2), 9)] == wanted[:2]
        assert [*look.decided("follow-up", MONDAY, 1)] == wanted[:1]
        assert len(look.drafted_by("writer", MONDAY, 9)) == 5
        assert len(look.drafted_by("another", MONDAY, 9)) == 0
        assert look.first_draft("follow-up") == MONDAY
        assert look.first_draft("nothing") is None
    with store.transaction() as tx:
        assert tx.tell(Ask(kind="known", customer="c-1")).count == 1
        assert tx.tell(Ask(kind="known", customer="c-2")).count == 0


def test_runs_that_could_not_go_on_are_told_once_each(store: Store) -> None:
    """Whatever became of them since, the last time counts; the newest first, of this playbook and no other."""
    runs = [run(f"r-{n}", version=f"v-{n}", state=RunState.DONE) for n in range(3)]
    with store.transaction() as tx:
        for each in (*runs, run("r-9", playbook="another", state=RunState.FAILED)):
            tx.add(each)
        for minutes, name in ((-9, "r-2"), (0, "r-0"), (1, "r-1"), (2, "r-0"), (3, "r-9")):
            stopped = Entry(
                event=Event.RUN_FAILED, chain=f"run:{name}", actor=SYSTEM, object=f"run:{name}"
            )
            woken = stopped.model_copy(update={"event": Event.RUN_WOKEN})
            tx.append([stopped, woken], MONDAY + timedelta(minutes=minutes))
    wanted = [
        FailedRun(run_id="r-0", version="v-0", at=MONDAY + timedelta(minutes=2)),
        FailedRun(run_id="r-1", version="v-1", at=MONDAY + timedelta(minutes=1)),
    ]
    with store.looking() as look:
        assert [*look.failed_runs("follow-up", MONDAY, 9)] == wanted
        assert [*look.failed_runs("follow-up", MONDAY, 1)] == wanted[:1]
        assert [*look.failed_runs("nothing", MONDAY, 9)] == []
