"""The post-mortem of a run that could not go on: how often it happened before, in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blocks import incident
from tests.unit.blocks import examples
from tests.unit.blocks.test_card import shown
from workflows.urgent.incidents import Incident


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (1, "second"),
        (2, "third"),
        (3, "4th"),
        (10, "11th"),
        (20, "21st"),
        (21, "22nd"),
        (22, "23rd"),
    ],
)
def test_an_incident_says_the_how_manieth_it_is(before: int, words: str) -> None:
    """As people say it, also where a playbook fails every day."""
    now = examples.NOW
    drawn = incident.incident(
        incident.Incident(
            run=examples.run(),
            at=now,
            step="letter",
            why="the mailbox did not answer",
            keeper="U01ANA",
            owner="sales",
            repeats=[
                Incident(run=f"0199-{n}", at=now - timedelta(days=before - n))
                for n in range(before)
            ],
        )
    )
    assert f"{words} time since " in shown(drawn)
