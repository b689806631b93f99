"""The shipped agents: who they are, what they may draft, and what they are shown."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from pydantic import ValidationError

import agents
from agents import shown
from agents.frontmatter import split
from agents.roster import admitted, agent, roster
from agents.wording import version, wordings
from tests.agents.examples import QUOTE, report, request
from workflows.ports import NotDrafted

CHARTERS = Path(agents.__file__).parent / "charters"
TEXT = """---
name: helper
title: Helper
owner: owner
sla: soon
reads: []
sees: [id]
actions: [mail.send]
---
Be kind.
"""


def test_the_shipped_agents_are_these() -> None:
    """Three agents, each with its one thing to draft and an owner who answers for it."""
    drafts = {name: (one.actions, one.output, one.owner) for name, one in roster().items()}
    assert drafts == {
        "collections": (("mail.send",), "fields", "finance"),
        "kpi-analyst": (("summary",), "summary", "owner"),
        "sales-follow-up": (("mail.send",), "fields", "sales"),
    }


@pytest.mark.parametrize("name", ["collections", "kpi-analyst", "sales-follow-up"])
def test_a_charter_is_its_file(name: str) -> None:
    """The hash is over the very bytes of the file, and the file is called like the agent."""
    one = roster()[name]
    file = CHARTERS / f"{name}.md"
    assert one.charter_hash == hashlib.sha256(file.read_bytes()).hexdigest()
    assert one.name == name
    assert file.read_text(encoding="utf-8").rstrip().endswith(one.charter)
    assert "{{" not in one.charter


def test_who_is_not_on_the_roster_drafts_nothing() -> None:
    """The refusal says who there is."""
    result = admitted(request(agent="nobody"))
    assert isinstance(result, NotDrafted)
    assert result.kind == "refused"
    assert "Name one of collections, kpi-analyst, sales-follow-up" in result.problem


def test_an_action_that_is_not_the_agents_is_refused() -> None:
    """An agent drafts its listed actions alone."""
    result = admitted(request(action="stripe.refund"))
    assert isinstance(result, NotDrafted)
    assert result.problem.startswith(
        "Sales follow-up may not draft 'stripe.refund', only mail.send."
    )
    assert admitted(request()) is roster()["sales-follow-up"]


def test_a_charter_is_read_strictly() -> None:
    """An unknown setting is a mistake, not a silent wish."""
    assert agent(TEXT, "helper.md").charter == "Be kind."
    assert agent(TEXT.replace("\n", "\r\n"), "helper.md").charter == "Be kind."
    with pytest.raises(ValidationError, match="tols"):
        agent(TEXT.replace("reads", "tols"), "helper.md")


@pytest.mark.parametrize(
    "text",
    ["Be kind.", "---\nname: x\n", "x\n---\nname: x\n---\n", "---\n- a\n---\nx", "---\n\n---\nx"],
)
def test_a_file_without_settings_is_named(text: str) -> None:
    """The error says which file and what is missing."""
    with pytest.raises(ValueError, match=r"^helper\.md"):
        split(text, "helper.md")


def test_templates_have_a_version_that_follows_their_text() -> None:
    """Agents have their own templates, and so their own version; no templates have one too."""
    assert [one.name for one in wordings("collections")] == ["firm", "friendly"]
    assert wordings("kpi-analyst") == ()
    assert len({version(name) for name in roster()}) == 3
    assert all(len(version(name)) == 12 for name in roster())


def test_a_new_column_reaches_no_agent() -> None:
    """Only fields the charter lists are shown, at any depth, in rows and in wrapped records."""
    one = roster()["sales-follow-up"]
    row = {"id": "Q-1", "secret": "s"}
    asked = request(
        records={
            "quote": {**QUOTE, "nested": {**row}, "tags": ["vip"], "empty": {"secret": 1}},
            "list": [row, row],
            "found": {"rows": [row, "loose", {"secret": 2}], "count": 2},
            "word": "yes",
        }
    )
    seen = shown.records(asked, one)
    listed = {name: value for name, value in QUOTE.items() if name in one.sees}
    assert seen == {
        "quote": {**listed, "nested": {"id": "Q-1"}},
        "list": [{"id": "Q-1"}] * 2,
        "found": {"rows": [{"id": "Q-1"}]},
        "word": "yes",
    }
    assert "email" not in one.sees


def test_the_analyst_sees_the_report() -> None:
    """The numbers of the week, their anomalies and the report's own sentence."""
    seen = shown.records(report(actions=[{"label": "x"}]), roster()["kpi-analyst"])
    assert seen["report"].keys() == {"week", "currency", "metrics", "text_summary"}  # type: ignore[union-attr] -- JSON


def test_a_record_without_words_is_no_evidence() -> None:
    """Nothing read, nothing claimed."""
    assert shown.evidence(request(records={}), roster()["sales-follow-up"]) == ()
