"""What a worker says of a try that came to nothing: whether it is known that nothing of it ever happened."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from agents.scripted import ScriptedDrafter
from bot.connectors.registry import Connectors
from bot.jobs.performer import POISON, Performer
from tests.fakes.connector import FakeConnector
from tests.unit.workflows.builders import ANA, House, drafted, mailing, playbook, press
from tests.unit.workflows.builders import MAIL as SEND
from workflows.commands import Approve, Executed, Failed, Held, Later, Pause, StepDone
from workflows.run import Actor

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from tests.fakes.connector import Fault
    from workflows.run import Run

OLGA = Actor.user("U-OLGA")
Kind = Any


def leaving(house: House) -> Run:
    """Return a run whose letter is to be carried out, as a worker claimed it."""
    run = house.drafted(playbook(mailing()))
    house.engine.handle(press(Approve, run, ANA))
    house.wake(run)
    return house.claim(run)


def performed(
    house: House,
    run: Run,
    faults: Iterable[Fault | None] = (),
    kind: Literal["key", "lookup", "none"] = "lookup",
    *,
    begun_before: bool = False,
    seconds: float = 60,
) -> Any:
    """Carry it out and return the result."""
    mail = FakeConnector("mail", action=SEND, idempotency=kind, faults=faults)
    performer = Performer(
        store=house.store,
        clock=house.clock,
        directory=house.directory,
        drafter=ScriptedDrafter([]),
        outside=Connectors([mail]),
    )
    until = house.clock.at + timedelta(seconds=seconds)
    done = performer.perform(run, begun_before=begun_before, until=until)
    assert isinstance(done, StepDone)
    return done.result


@pytest.mark.parametrize(
    ("kind", "fault", "begun_before", "stayed"),
    [
        ("key", "fail", False, True),
        ("lookup", "fail", False, True),
        ("none", "fail", False, True),
        # Looked up before it was tried again, and there was no trace of the earlier one.
        ("lookup", "fail", True, True),
        # Nobody looked: the earlier one may have happened, whatever is said of this one.
        ("key", "fail", True, False),
        # The answer of this one was lost.
        ("key", "lose", False, False),
        ("key", "drop", False, False),
        # There is no trace of it yet; it may be on its way.
        ("lookup", "lose", False, False),
    ],
)
def test_only_what_is_known_stayed(
    house: House, kind: Kind, fault: Any, *, begun_before: bool, stayed: bool
) -> None:
    """The connector's own word, and no try before it in doubt."""
    result = performed(house, leaving(house), [fault], kind, begun_before=begun_before)
    assert isinstance(result, Executed)
    assert (result.outcome.status, result.stayed) == ("retryable", stayed)


@pytest.mark.parametrize("begun_before", [True, False])
def test_too_late_to_begin_leaves_the_doubt(house: House, *, begun_before: bool) -> None:
    """What was begun before is so still."""
    result = performed(house, leaving(house), begun_before=begun_before, seconds=5)
    assert isinstance(result, Later)
    assert result.begun is begun_before


@pytest.mark.parametrize("begun_before", [True, False])
def test_paused_before_it_was_begun_it_stayed(house: House, *, begun_before: bool) -> None:
    """Unless a worker had begun it and never reported."""
    run = leaving(house)
    house.engine.handle(Pause(actor=OLGA, scope="everything"))
    result = performed(house, run, begun_before=begun_before)
    assert isinstance(result, Held)
    assert (result.begun, result.stayed) == (begun_before, not begun_before)


def test_a_paused_draft_step_has_nothing_to_stay(house: House) -> None:
    """Nothing was about to leave."""
    run = house.start(playbook(mailing()))
    house.engine.handle(Pause(actor=OLGA, scope="everything"))
    result = performed(house, house.claim(run))
    assert isinstance(result, Held)
    assert not result.stayed
    house.report(run, drafted())


@pytest.mark.parametrize(("begun_before", "kind"), [(True, Executed), (False, Failed)])
def test_given_up_it_failed_or_nobody_knows(
    house: House, kind: Kind, *, begun_before: bool
) -> None:
    """What may have left is never called failed."""
    run = leaving(house).model_copy(update={"attempts": POISON + 1, "why": "Busy."})
    result = performed(house, run, begun_before=begun_before)
    assert isinstance(result, kind)
    if isinstance(result, Executed):
        assert (result.outcome.status, result.stayed) == ("unknown", False)
