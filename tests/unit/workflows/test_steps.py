from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import (
    ADA,
    ANA,
    COMPANY,
    draft,
    drafted,
    facts,
    found,
    mailing,
    playbook,
    reading,
    refunding,
    run,
    usd,
)
from workflows import steps
from workflows.commands import Answer, Approve, Executed, Signal
from workflows.events import Event
from workflows.run import SYSTEM, DraftState, Outcome, Place, RunState
from workflows.turn import Turn

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House

ASKING = {"ask": "how", "who": "sales", "title": "How?", "options": ["call", "write"]}
DOING = {"task": "box", "who": "owner", "title": "Pack the box", "within": "2 days"}
WAITING = {"wait": "reply", "for": "3 days", "signal": "answered"}
TELLING = {"tell": "news", "text": "About {{ inputs.quote }}"}


def test_a_read_step_waits_for_a_worker_at_once(house: House) -> None:
    """It is due now, as the first work step."""
    begun = house.start(playbook(reading()))
    assert (begun.state, begun.step, begun.seq, begun.due_at) == ("working", "quote", 1, MONDAY)


def test_what_was_read_can_be_used_by_later_steps(house: House) -> None:
    """Under the step's name; a dash reads as an underscore."""
    book = playbook(reading("the-quote"), {"tell": "news", "text": "It is {{ the_quote.status }}"})
    begun = house.start(book)
    house.report(begun, found())
    now = house.now(begun)
    assert now.results == {"the-quote": {"id": "Q-1", "status": "sent"}}
    assert now.sources == {"the-quote": "table.quotes/Q-1"}
    post = house.store.rows.posts[f"tell:{begun.id}:news", "C-SALES"]
    assert post.body == {"text": "It is sent"}
    assert (now.state, now.due_at) == ("done", None)


@pytest.mark.parametrize("value", ["", None])
def test_a_run_stops_where_a_required_field_is_missing(house: House, value: Any) -> None:
    """And says in the record's own words what to fill in."""
    begun = house.start(playbook(reading(require=["status", "email"])))
    house.report(begun, found(email=value))
    now = house.now(begun)
    assert now.state == "cancelled"
    assert now.why == "table.quotes/Q-1 has no email; fill it in and start again."
    assert (f"run:{begun.id}", "C-SALES") in house.store.rows.posts


def test_a_record_that_is_no_object_lacks_every_field() -> None:
    """A list or a text has no fields to require."""
    step: Any = playbook(reading(require=["a", "b"])).steps[0]
    assert steps.missing_fields(step, ["a"]) == ["a", "b"]
    assert steps.missing_fields(step, {"a": 0, "b": False}) == []


def test_a_draft_opens_with_everything_its_card_says(house: House) -> None:
    """What is proposed, by what rule, until when; the first revision is the agent's."""
    step = mailing(
        title="Write about {{ inputs.quote }}",
        amount="600.00",
        facts=["Quote {{ inputs.quote }} waits"],
        approve={
            "by": "sales",
            "above": [{"amount": "500.00 USD", "by": ["finance", "owner"], "quorum": 2}],
            "within": "2 hours",
            "hold": "30 seconds",
            "edit": "subject",
        },
    )
    now = house.drafted(playbook(step))
    of = now.draft
    assert of is not None
    assert (of.state, of.action, of.title.raw) == ("open", "mail.send", "Write about Q-1")
    assert (of.risk, of.amount) == ("customer", usd("600"))
    assert of.needs.words == "two of finance or owner (above 500.00 USD)"
    assert (of.rule.within.count, of.rule.hold, of.rule.edit) == (7200, 30, ("subject",))
    assert of.current.payload["to"] == "jo@example.com"
    assert (of.current.author.kind, of.current.author.id) == ("agent", "writer")
    assert of.evidence[0].fact.raw == "Quote Q-1 waits"
    assert of.expires_at - of.opened_at == timedelta(hours=2)
    assert (now.state, now.due_at) == ("waiting", of.remind_at)
    assert now.why == f"waits for a signature: {of.needs.words}"
    opened = house.store.entries[-1]
    assert opened.event is Event.DRAFT_OPENED
    assert opened.object == f"draft:{of.id}"
    assert opened.head["payload_hash"] == of.current.payload_hash
    assert opened.head["policies"] == ["above:500.00 USD"]


def test_a_fact_cites_the_record_it_was_read_from(house: House) -> None:
    """What the agent cites itself comes first; else the playbook's facts and their source."""
    book = playbook(reading(), mailing(facts=["It is {{ quote.status }}"]))
    begun = house.start(book)
    house.report(begun, found())
    house.report(begun, drafted())
    of = house.now(begun).draft
    assert of is not None
    assert [(e.fact.raw, e.source) for e in of.evidence] == [("It is sent", "table.quotes/Q-1")]


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("", None),
        ("12.50", usd("12.50")),
        ("{{ inputs.total }}", usd("2480")),
        ("12.50 EUR", "12.50 EUR"),
    ],
)
def test_the_amount_of_a_step_is_read_in_the_companys_currency(
    house: House, amount: str, expected: Any
) -> None:
    """Unless it says another."""
    book = playbook(mailing(amount=amount), inputs={"total": {"default": "2,480.00"}, "quote": {}})
    begun = house.start(book, inputs={"quote": "Q-1"})
    house.report(begun, drafted())
    of = house.now(begun).draft
    assert of is not None
    assert str(of.amount) == str(expected)


@pytest.mark.parametrize("amount", ["{{ inputs.quote }}", "2480.5", "24,80 EUR", "10 usd"])
def test_an_amount_that_is_none_parks_the_run(house: House, amount: str) -> None:
    """Thresholds are never skipped because an amount could not be read."""
    now = house.drafted(playbook(mailing(amount=amount)))
    assert (now.state, now.draft) == ("failed", None)
    assert "an amount is like 2,480.00 USD" in now.why


def test_an_agent_that_writes_a_field_it_may_not_write_is_refused(house: House) -> None:
    """Recipients come from records: nothing opens, and what it wrote is on the record."""
    now = house.drafted(playbook(mailing()), to="eve@example.com")
    assert (now.state, now.draft) == ("failed", None)
    assert now.why == "writer wrote something that can't be used: to is not the agent's to write."
    (refused,) = [e for e in house.store.entries if e.event is Event.DRAFT_REFUSED]
    assert refused.body["fields"] == {
        "subject": "Your quote",
        "body": "Shall we go ahead?",
        "to": "eve@example.com",
    }


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"bcc": "eve@example.com"}, "bcc is not the agent's to write"),
        ({"subject": ""}, "subject is missing"),
        ({"subject": "a\nBcc: eve@example.com"}, "subject must be a single line"),
        ({"body": "\ud800"}, "body has a character that can't be kept; type it again by hand"),
    ],
)
def test_a_draft_that_does_not_fit_its_action_is_refused(
    house: House, fields: Any, why: str
) -> None:
    """The run parks with the reason and a person takes over."""
    now = house.drafted(playbook(mailing()), **fields)
    assert now.state == "failed"
    assert why in now.why


def test_an_action_nobody_carries_out_any_more_is_refused(house: House) -> None:
    """The connector was removed while the agent wrote."""
    now = house.drafted(playbook(mailing(action="fax.send")))
    assert now.state == "failed"
    assert "fax.send is not known here" in now.why


def test_a_do_step_opens_its_fixed_payload_for_signing(house: House) -> None:
    """No agent wrote it, and the card says so."""
    now = house.start(playbook(refunding()))
    assert now.draft is not None
    assert now.draft.author.label == "Fixed by the playbook; no agent wrote any of it"
    assert now.draft.current.payload == {"invoice": "I-1", "amount": "100.00 USD"}
    assert (now.state, now.draft.risk, now.draft.amount) == ("waiting", "money", usd("100"))


def test_a_do_step_whose_payload_does_not_fit_parks_the_run(house: House) -> None:
    """Nothing opens that could not be carried out."""
    now = house.start(playbook({**refunding(), "with": {"invoice": "I-1", "amount": "100"}}))
    assert (now.state, now.draft) == ("failed", None)
    assert now.why == "amount must be an amount and a currency, like 250.00 USD"


def test_an_ask_waits_for_its_answer(house: House) -> None:
    """For the first of those asked, with the options, until it is due."""
    begun = house.start(playbook({**ASKING, "recommended": "call"}, mailing(when='how == "write"')))
    task = begun.task
    assert task is not None
    assert (task.owner, task.options, task.recommended) == ("U-ANA", ("call", "write"), "call")
    assert task.due_at == MONDAY + timedelta(days=1)
    assert (begun.state, begun.why) == ("waiting", "waits for Ana")
    assert (f"task:{task.id}", "C-SALES") in house.store.rows.posts
    house.engine.handle(Answer(actor=ANA, task_id=task.id, choice="write"))
    now = house.now(begun)
    assert (now.step, now.state, now.results) == ("letter", "working", {"how": "write"})


def test_a_task_goes_to_current_staff_only(house: House) -> None:
    """Somebody who left or a guest would never close it."""
    house.directory.now = COMPANY.model_copy(update={"people": COMPANY.people[::-1]})
    begun = house.start(playbook(ASKING))
    assert begun.task is not None
    assert begun.task.owner == "U-BEN"


@pytest.mark.parametrize("who", ["legal", "U-GIL", "U-INA"])
def test_a_task_for_nobody_parks_the_run(house: House, who: str) -> None:
    """It says what is missing."""
    now = house.start(playbook({**DOING, "who": who}))
    assert now.state == "failed"
    assert now.why == f"Nobody is {who}, so nobody can be asked. Add them to company.yml."


def test_a_wait_goes_on_when_its_time_has_come(house: House) -> None:
    """Without a signal its value is empty."""
    begun = house.start(playbook(WAITING, TELLING))
    assert (begun.state, begun.due_at) == ("waiting", MONDAY + timedelta(days=3))
    assert begun.why == "waits until 2026-11-26 09:00 UTC"
    house.wake(begun)
    now = house.now(begun)
    assert (now.state, now.results) == ("done", {"reply": None})


def test_a_wait_goes_on_when_its_signal_is_seen(house: House) -> None:
    """And keeps what the signal said."""
    begun = house.start(playbook(WAITING, TELLING))
    house.engine.handle(Signal(actor=SYSTEM, run_id=begun.id, name="answered", value={"yes": 1}))
    now = house.now(begun)
    assert (now.state, now.results) == ("done", {"reply": {"yes": 1}})


@pytest.mark.parametrize(
    ("status", "step", "state", "why"),
    [("sent", "letter", "working", ""), ("lost", "fresh", "cancelled", "Quote Q-1 is lost.")],
)
def test_a_decision_goes_one_way_or_the_other(
    house: House, status: str, step: str, state: str, why: str
) -> None:
    """And the way it went is on the record."""
    decide = {
        "decide": "fresh",
        "if": 'quote.status == "sent"',
        "then": "letter",
        "say": "Quote {{ quote.id }} is {{ quote.status }}.",
    }
    begun = house.start(playbook(reading(), decide, TELLING, mailing()))
    house.report(begun, found(status=status))
    now = house.now(begun)
    assert (now.step, now.state, now.why) == (step, state, why)
    decided = next(e for e in house.store.entries if e.event is Event.STEP_DECIDED)
    assert decided.head["yes"] == (status == "sent")


@pytest.mark.parametrize(("then", "why"), [("stop", "fresh: yes"), ("next", "")])
def test_a_decision_may_stop_or_go_on(house: House, then: str, why: str) -> None:
    """Without words of its own it says what it decided."""
    decide = {"decide": "fresh", "if": "true", "then": then, "say": "never said on yes"}
    now = house.start(playbook(decide, TELLING))
    assert (now.state, now.why) == ("cancelled" if then == "stop" else "done", why)


def test_a_no_without_words_says_what_was_decided(house: House) -> None:
    """The line under the run is never empty."""
    now = house.start(playbook({"decide": "fresh", "if": "false"}, TELLING))
    assert (now.state, now.why) == ("cancelled", "fresh: no")


def test_steps_that_go_round_in_a_circle_park_the_run(house: House) -> None:
    """A playbook can't keep the engine busy for ever."""
    back = {"decide": "again", "if": "true", "then": "news"}
    now = house.start(playbook(TELLING, back))
    assert now.state == "failed"
    assert now.why == "The steps go round in a circle at news: nothing waits in between."


def test_a_circle_with_a_wait_in_it_goes_round(house: House) -> None:
    """Looking again every three days is a fine playbook."""
    back = {"decide": "again", "if": "true", "then": "reply"}
    begun = house.start(playbook(WAITING, back))
    for _ in range(3):
        house.wake(begun)
        assert (house.now(begun).state, house.now(begun).step) == ("waiting", "reply")


def test_a_step_whose_condition_does_not_hold_is_passed_over(house: House) -> None:
    """The last one passed over ends the run well."""
    now = house.start(playbook(reading(when="false"), mailing(when="1 > 2")))
    assert (now.state, now.step, now.seq) == ("done", "letter", 0)


def test_a_report_is_posted_into_the_channel_it_names(house: House) -> None:
    """Under the run's own subject, so that it is drawn from its numbers."""
    now = house.start(playbook({"tell": "kpi", "report": "week", "channel": "kpi"}))
    post = house.store.rows.posts[f"kpi:{now.id}", "C-KPI"]
    assert (post.body, post.thread_ts) == ({"report": "week"}, "")


def test_what_is_told_goes_where_the_run_lives(house: House) -> None:
    """Into the thread it was started in; without any place nothing is posted."""
    thread = Place(channel="C-ELSE", thread_ts="1.2")
    now = house.start(playbook(TELLING), place=thread)
    assert house.store.rows.posts[f"tell:{now.id}:news", "C-ELSE"].thread_ts == "1.2"
    nowhere = house.start(playbook(TELLING, channel=""))
    assert nowhere.state == "done"
    assert not [subject for subject, _ in house.store.rows.posts if nowhere.id in subject]


def test_a_start_step_starts_another_playbook_in_the_same_transaction(house: House) -> None:
    """With inputs from this run, and on the child's own record."""
    house.shelf.put(playbook(mailing(), playbook="welcome"))
    start = {"start": "then", "playbook": "welcome", "with": {"quote": "{{ inputs.quote }}-b"}}
    parent = house.start(playbook(start, TELLING))
    child = next(r for r in house.store.rows.runs.values() if r.playbook == "welcome")
    assert (parent.state, child.state) == ("done", "working")
    assert (child.inputs, child.trigger) == ({"quote": "Q-1-b"}, f"run:{parent.id}")
    assert (child.started_by, child.place) == (SYSTEM, parent.place)


def test_an_undo_ends_the_run_again_without_repeating_later_steps() -> None:
    """What follows the original step has been done."""
    undoing = drafted_undo()
    turn = Turn(
        undoing, playbook(mailing(), TELLING), Signal(actor=SYSTEM, run_id="r-1", name="x"), facts()
    )
    steps.advance(turn)
    assert turn.run.state == "done"
    assert turn.posts == []


def drafted_undo() -> Any:
    """Return a run whose compensating draft was carried out."""
    return run(RunState.WORKING, draft=draft(DraftState.EXECUTED, id="d-2", undoes="d-1"))


def test_an_unknown_step_is_a_mistake_of_the_loader() -> None:
    """A file that names one is refused when it is read."""
    book = playbook({"decide": "fresh", "if": "true", "then": "nowhere"})
    turn = Turn(run(), book, Signal(actor=SYSTEM, run_id="r-1", name="x"), facts())
    with pytest.raises(LookupError, match="follow-up has no step nowhere"):
        steps.begin(turn)


def test_a_turn_without_a_draft_has_none_to_offer() -> None:
    """A rule that reads it stands in a row that has one."""
    turn = Turn(run(), playbook(mailing()), Signal(actor=SYSTEM, run_id="r-1", name="x"), facts())
    with pytest.raises(LookupError, match="run r-1 has no draft"):
        _ = turn.draft


def test_two_draft_steps_are_two_drafts_one_after_the_other(house: House) -> None:
    """The second opens when the first was carried out."""
    begun = house.drafted(playbook(mailing(), mailing("second")))
    first = begun.draft
    house.left(begun, Outcome(status="done"))
    house.report(begun, drafted(subject="Again"))
    second = house.now(begun).draft
    assert first is not None
    assert second is not None
    assert (second.step, second.state) == ("second", "open")
    assert second.id != first.id
    assert house.store.rows.drafts[first.id].state == "executed"
    house.engine.handle(
        Approve(actor=ANA, draft_id=second.id, revision=1, payload_hash=second.current.payload_hash)
    )
    house.wake(begun)
    house.report(begun, Executed(outcome=Outcome(status="done")))
    assert house.now(begun).state == "done"
    assert house.now(begun).started_by == ADA
