from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import (
    ACTIONS,
    ANA,
    COMPANY,
    draft,
    mailing,
    playbook,
    reading,
    run,
)
from workflows.playbook import DraftStep, ReadStep
from workflows.ports import DraftRequest
from workflows.requests import SUMMARY, draft_request
from workflows.run import Confidence, DraftState, Ending
from workflows.text import Untrusted

QUOTE = {"id": "Q-1", "status": "sent"}
READ: dict[str, Any] = {
    "results": {"quote": QUOTE, "the-notes": "call back"},
    "sources": {"quote": "table.quotes/Q-1"},
}


def request(step: dict[str, Any], at: datetime = MONDAY, **of: Any) -> DraftRequest:
    """Return what the agent of this step is asked."""
    book = playbook(reading(), step)
    asked = book.steps[1]
    assert isinstance(asked, DraftStep | ReadStep)
    return draft_request(
        run(**{**READ, **of}),
        book,
        asked,
        company=COMPANY,
        now=at,
        actions=ACTIONS,
        accepted=Confidence(accepted=3, total=4),
    )


def test_an_agent_is_asked_for_the_open_fields_of_one_action() -> None:
    """It sees what is fixed and what was read, with where that came from."""
    asked = request(mailing(facts=["It is {{ quote.status }}"]))
    assert (asked.agent, asked.action) == ("writer", "mail.send")
    assert [field.name for field in asked.writes] == ["subject", "body"]
    assert asked.fixed == {"to": "jo@example.com"}
    assert asked.records == READ["results"]
    assert asked.sources == {"quote": "table.quotes/Q-1"}
    assert [(e.fact.raw, e.source) for e in asked.facts] == [("It is sent", "table.quotes/Q-1")]
    assert (asked.company, asked.currency) == ("Northwind", "USD")
    assert (asked.run_id, asked.playbook, asked.rejected) == ("r-1", "follow-up", "")
    assert asked.accepted.total == 4


def test_an_agent_sees_only_the_records_its_step_uses() -> None:
    """Nothing else of the run goes to a model."""
    asked = request(mailing(uses="quote"))
    assert asked.records == {"quote": QUOTE}
    assert asked.sources == {"quote": "table.quotes/Q-1"}


def test_a_summary_is_asked_for_without_an_action() -> None:
    """One field, and nothing fixed."""
    asked = request({"read": "summary", "agent": "writer", "uses": ["the-notes"]})
    assert (asked.action, asked.writes, asked.facts) == ("summary", (SUMMARY,), ())
    assert asked.records == {"the-notes": "call back"}
    assert asked.sources == {}


def test_a_fact_without_a_record_has_no_source() -> None:
    """It is not ascribed to anything."""
    assert request(mailing(facts=["Soon"]), sources={}).facts[0].source == ""


@pytest.mark.parametrize(("hour", "today"), [(22, "2026-11-23"), (23, "2026-11-24")])
def test_today_is_the_companys_today(hour: int, today: str) -> None:
    """Madrid is an hour ahead."""
    assert request(mailing(), datetime(2026, 11, 23, hour, 30, tzinfo=UTC)).today == today


@pytest.mark.parametrize(
    ("reason", "comment", "said"),
    [
        ("wrong tone", "warmer, please", "wrong tone: warmer, please"),
        ("wrong tone", "", "wrong tone"),
    ],
)
def test_an_agent_is_told_why_its_draft_was_rejected(reason: str, comment: str, said: str) -> None:
    """So that the next one is better."""
    ending = Ending(by=ANA, at=MONDAY, reason=reason, comment=Untrusted(comment))
    rejected = draft(DraftState.REJECTED, ending=ending)
    assert request(mailing(), draft=rejected).rejected == said


def test_an_expired_draft_was_not_rejected() -> None:
    """Silence says nothing about the text."""
    ending = Ending(by=ANA, at=MONDAY, reason="nobody signed in time")
    assert request(mailing(), draft=draft(DraftState.EXPIRED, ending=ending)).rejected == ""


def test_a_request_can_be_kept_and_read_again() -> None:
    """Everything an agent was shown is plain JSON."""
    asked = request(mailing(facts=["It is {{ quote.status }}"]))
    assert DraftRequest.model_validate_json(asked.model_dump_json()) == asked
