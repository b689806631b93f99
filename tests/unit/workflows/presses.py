"""Presses on the newest card of a run, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.workflows.builders import press
from workflows.answers import Recorded, Refused

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.commands import OnDraft
    from workflows.errors import Refusal
    from workflows.run import Draft, Run


def of(run: Run) -> Draft:
    """Return the run's draft."""
    assert run.draft is not None
    return run.draft


def pressed(house: House, kind: type[OnDraft], run: Run, who: Any, **more: Any) -> Run:
    """Press on the newest card; it is accepted. Return the run as it stands."""
    reply = house.engine.handle(press(kind, house.now(run), who, **more))
    assert isinstance(reply, Recorded), reply
    return house.now(run)


def refused(
    house: House, error: type[Refusal], kind: type[OnDraft], run: Run, who: Any, **more: Any
) -> str:
    """Press on the newest card; it is refused. Return the sentence."""
    before = house.now(run)
    reply = house.engine.handle(press(kind, before, who, **more))
    assert isinstance(reply, Refused), reply
    assert isinstance(reply.error, error)
    assert house.now(run) == before
    return reply.error.sentence
