"""The shipped playbooks and the shipped agents fit each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import workflows
from agents.roster import roster

CATALOG = Path(workflows.__file__).parent / "catalog"
PLAYBOOKS = ("quote-follow-up", "payment-recovery", "weekly-kpi-report")


def _agent_steps(name: str) -> list[dict[str, Any]]:
    text = (CATALOG / f"{name}.yml").read_text(encoding="utf-8")
    return [step for step in YAML(typ="safe").load(text)["steps"] if "agent" in step]


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_a_shipped_playbook_names_agents_that_may_do_it(name: str) -> None:
    """Each agent step has an agent of the roster, an action it may draft, and the record it writes about."""
    steps = _agent_steps(name)
    assert steps
    for step in steps:
        agent = roster()[step["agent"]]
        assert step.get("action", "summary") in agent.actions
        assert agent.output == "summary" or agent.about in step["uses"]
