"""Whatever a model sends: a draft or a reason, never a crash; few tries, kept budget, everything on the record."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.prices import Rate
from tests.agents.chat_server import Reply, completion
from tests.agents.examples import FakeLedger, request
from tests.agents.outputs import OUTPUTS, Output
from workflows.commands import Drafted
from workflows.ports import NotDrafted

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.chat import ChatDrafter
    from tests.agents.chat_server import ChatServer

#: Dollars per million tokens, so that a few calls use up a small budget.
RATES = {"small": Rate(Decimal(1), Decimal(4)), "strong": Rate(Decimal(2), Decimal(8))}
#: Calls of one draft whatever happens: the agent's own bound.
MOST_CALLS = 12


def _recorded(server: ChatServer, ledger: FakeLedger) -> None:
    assert len(server.asked) == len(ledger.calls)
    assert not ledger.open
    assert ledger.spent <= ledger.budget


@pytest.mark.parametrize("name", OUTPUTS)
def test_whatever_a_model_sends_ends_in_a_draft_or_a_reason(
    name: str, server: ChatServer, ledger: FakeLedger, drafter: Callable[..., ChatDrafter]
) -> None:
    """Each of these answers gives a labelled draft, in few tries, and each try is on the record."""
    output: Output = OUTPUTS[name]
    server.says(*output.replies)
    result = drafter().draft(request())
    assert isinstance(result, Drafted), result
    assert result.author.label.startswith(output.label), result.author.label
    assert len(server.asked) == output.calls
    _recorded(server, ledger)
    assert set(result.fields) == {"subject", "body"}
    assert result.author.model.startswith("offline/") == (
        "; written from template" in result.author.label
    )


def test_the_table_is_wide() -> None:
    """At least sixty different outputs are tried."""
    assert len(OUTPUTS) >= 60


def test_every_raw_answer_is_on_the_record(
    server: ChatServer, ledger: FakeLedger, drafter: Callable[..., ChatDrafter]
) -> None:
    """The words of a useless answer, an error and a good one can all be read later."""
    replies = (
        completion("no JSON, marker-1"),
        Reply(status=500, body=b"marker-2"),
        OUTPUTS["good"].replies[0],
    )
    server.says(*replies)
    drafter().draft(request())
    assert [call.outcome for call in ledger.calls] == ["invalid", "http-500", "written"]
    assert [call.attempt for call in ledger.calls] == [1, 2, 3]
    assert "marker-1" in ledger.calls[0].answer.raw
    assert "marker-2" in ledger.calls[1].answer.raw
    assert (
        json.loads(ledger.calls[2].answer.raw)["model"]
        == ledger.calls[2].model
        == "test-model-2026"
    )


CONTENT = st.one_of(
    st.text(st.characters(), max_size=200),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(st.characters(), max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["fields", "why", "subject", "body", "to"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    ).map(json.dumps),
    st.dictionaries(
        st.sampled_from(["subject", "body"]), st.text(st.characters(), max_size=80)
    ).map(lambda fields: json.dumps({"fields": fields, "why": "so"})),
)
REPLY = st.one_of(
    st.sampled_from(
        [
            reply
            for output in OUTPUTS.values()
            for reply in output.replies
            if len(reply.body) < 50_000
        ]
    ),
    CONTENT.map(completion),
    st.binary(max_size=60).map(lambda body: Reply(body=body)),
    st.builds(
        Reply,
        status=st.sampled_from([400, 404, 418, 422, 429, 500, 503]),
        body=st.binary(max_size=30),
    ),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    replies=st.lists(REPLY, min_size=1, max_size=14),
    budget=st.integers(0, 90_000),
    strong=st.sampled_from(["", "strong"]),
)
def test_no_sequence_of_answers_breaks_the_bounds(
    replies: list[Reply],
    budget: int,
    strong: str,
    server: ChatServer,
    drafter: Callable[..., ChatDrafter],
) -> None:
    """In any order and with any budget: no exception, at most twelve calls, all of them booked."""
    ledger = FakeLedger(budget)
    server.says(*replies)
    result = drafter(ledger=ledger, strong_model=strong, rates=RATES).draft(request())
    assert isinstance(result, Drafted | NotDrafted)
    assert len(server.asked) <= MOST_CALLS
    _recorded(server, ledger)
