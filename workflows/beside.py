"""Other runs about the same, in the transaction of one: who they are, who makes way, who is next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.commands import MakeWay, Redraft, Retry, StartRun
from workflows.machine import decide, once_of
from workflows.run import RunState

if TYPE_CHECKING:
    from workflows.commands import Command
    from workflows.playbook import Playbook
    from workflows.ports import Tx
    from workflows.run import Run
    from workflows.turn import Decision, Facts, Other


def with_others(
    tx: Tx, run: Run | None, playbook: Playbook, command: Command, facts: Facts
) -> Facts:
    """Return the facts; for what would begin, with the other runs about the same. None of them begins meanwhile."""
    once = _about(run, playbook, command)
    if not once:
        return facts
    others = [o for o in tx.others(playbook.playbook, once) if run is None or o.id != run.id]
    if _restarts(playbook, command):
        others = [_held(tx, other) for other in others]
    return facts.model_copy(update={"others": tuple(others)})


def _about(run: Run | None, playbook: Playbook, command: Command) -> str:
    if isinstance(command, StartRun):
        return once_of(playbook, command)
    if run is None:
        return ""
    # One that is under way goes nowhere: who starts another may be waiting for its row.
    again = isinstance(command, Redraft | Retry) and run.state.ended
    return run.once if again or not run.step else ""


def _restarts(playbook: Playbook, command: Command) -> bool:
    return isinstance(command, StartRun) and playbook.mode == "restart"


def _held(tx: Tx, other: Other) -> Other:
    """Look again at an open one, and keep it as it is: it may have come to its end just now.

    One that waits to undo what has left had come to its end: nothing takes the place of that.
    """
    run = None if other.ended else tx.run(other.id)
    return other.model_copy(update={"ended": run is None or run.state.ended or _undoes(run)})


def _undoes(run: Run) -> bool:
    waits = run.state in {RunState.WAITING, RunState.HOLDING}
    return waits and run.draft is not None and run.draft.undoes != ""


def ways(
    tx: Tx, playbook: Playbook, command: Command, decision: Decision, facts: Facts
) -> list[tuple[Run, Decision]]:
    """Return the open runs whose place a new one takes, each with its end.

    It was decided to start it. Raises the refusal of one that can't be stopped any more, and then nothing is saved.
    """
    if decision.run is None or not _restarts(playbook, command):
        return []
    older = [run for other in facts.open_others if (run := tx.run(other.id))]
    way = {"actor": command.actor, "for_run": decision.run.id}
    asked = [(run, MakeWay.model_validate({**way, "run_id": run.id})) for run in older]
    return [(run, decide(run, tx.playbook(run.version), make, facts)) for run, make in asked]


def pass_on(tx: Tx, playbook: Playbook, decision: Decision, facts: Facts) -> None:
    """Let the one that waited longest look whether it is its turn, when a run is over."""
    run = decision.run
    if playbook.mode == "queued" and run and run.once and run.state.ended:
        tx.wake_queued(run.playbook, run.once, facts.at)
