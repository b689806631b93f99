from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import pytest

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import (
    ADA,
    ANA,
    BEN,
    CORRECTION,
    EVE,
    done,
    draft,
    drafted,
    due,
    facts,
    mailing,
    playbook,
    press,
    run,
    signed,
)
from workflows.answers import Recorded, Show
from workflows.asks.telling import Telling
from workflows.commands import (
    Acknowledge,
    Answer,
    Approve,
    CancelRun,
    Command,
    Confirm,
    Executed,
    MakeWay,
    OnCustomer,
    OnDraft,
    OnProposal,
    OnTask,
    OnUrgent,
    OnWork,
    OpenEdit,
    OpenReject,
    Pause,
    Reassign,
    Redraft,
    Reject,
    Resume,
    Retry,
    ReturnPrompt,
    Signal,
    Snooze,
    StandDown,
    StartRun,
    SwitchExample,
    Undo,
)
from workflows.errors import (
    AlreadyDecided,
    BeingRewritten,
    NotAllowed,
    NotOpen,
    Refusal,
    Stale,
    StillLeaving,
    Stranger,
    TooLateToUndo,
)
from workflows.events import Event
from workflows.machine import ON_DRAFT, ON_RUN, decide
from workflows.run import (
    SYSTEM,
    DraftState,
    Ending,
    Outcome,
    Place,
    Review,
    Run,
    RunState,
    Silent,
    Task,
    Wish,
)
from workflows.text import Untrusted
from workflows.trust.staging import Staging
from workflows.urgent.urgency import Page, Urgent
from workflows.versions.choosing import Choosing

if TYPE_CHECKING:
    from workflows.turn import Decision

BOOK = playbook(
    mailing(),
    {"wait": "reply", "for": "3 days", "signal": "answered"},
    {"ask": "how", "who": "sales", "title": "How?", "options": ["call", "write"]},
    exceptions=[{"on": "replied", "say": "Jo has replied"}],
)
#: Ben was first, at 09:40 UTC; people in Madrid read 10:40.
EARLIER = MONDAY.replace(minute=40)

#: What each state of a draft makes of each command. A word is the state it comes to; the rest:
#: `=` it stays as it is, `new` another draft opens, `work` the agent writes again,
#: `open!` refused since nothing was decided, `again!` since the agent is writing it again,
#: `first!` refused by naming who was first, `late!` it left, `silent!` it is kept in shadow.
DRAFTS = """
           OpenSign Approve OpenEdit Edit   OpenReject Reject   Redraft Undo   Resolve
open       =        holding =        =      =          rejected open!   open!  open!
rewriting  again!   again!  again!   again! =          rejected again!  again! again!
signed     first!   first!  first!   first! first!     first!   first!  late!  first!
holding    first!   first!  first!   first! first!     first!   first!  open   first!
executing  first!   first!  first!   first! first!     first!   first!  late!  first!
executed   first!   first!  first!   first! first!     first!   first!  new    first!
rejected   first!   first!  first!   first! first!     first!   work    first! first!
taken      first!   first!  first!   first! first!     first!   first!  first! first!
withdrawn  first!   first!  first!   first! first!     first!   work    first! first!
expired    first!   first!  first!   first! first!     first!   work    first! first!
uncertain  first!   first!  first!   first! first!     first!   first!  first! executing
failed     first!   first!  first!   first! first!     first!   work    first! first!
shadow     silent!  silent! silent!  silent! silent!   silent!  silent! silent! silent!
kept       first!   first!  first!   first! first!     first!   first!  first! first!
"""

#: And of the commands by which people share the work.
TOGETHER = """
           Claim  TakeOver OpenChange RequestChange
open       =      taken    =          rewriting
rewriting  again! taken    again!     again!
signed     first! first!   first!     first!
holding    first! first!   first!     first!
executing  first! first!   first!     first!
executed   first! first!   first!     first!
rejected   first! first!   first!     first!
taken      first! first!   first!     first!
withdrawn  first! first!   first!     first!
expired    first! first!   first!     first!
uncertain  first! first!   first!     first!
failed     first! first!   first!     first!
shadow     silent! silent! silent!    silent!
kept       first! first!   first!     first!
"""

#: And of those about what nobody was asked to sign.
APART = """
           OpenRecord RecordSent OpenWrong Judge  ReviewDue
open       open!      open!      open!     open!  stale!
rewriting  again!     again!     again!    again! stale!
signed     first!     first!     first!    first! stale!
holding    first!     first!     first!    first! stale!
executing  first!     first!     first!    first! stale!
executed   first!     first!     =         =      =
rejected   first!     first!     first!    first! stale!
taken      first!     first!     first!    first! stale!
withdrawn  first!     first!     first!    first! stale!
expired    first!     first!     first!    first! stale!
uncertain  first!     first!     first!    first! stale!
failed     first!     first!     first!    first! stale!
shadow     =          kept       silent!   silent! stale!
kept       first!     first!     first!    first! stale!
"""

#: What each state of a run makes of each command: `stale!` dropped, `over!` refused in words,
#: `closed!` refused since the task is not to be answered any more, `away!` since it can't be stopped any more.
RUNS = """
           StepDone Due     Signal    Answer  Reassign Snooze  CancelRun Retry   MakeWay
working    waiting  stale!  cancelled closed! closed!  closed! cancelled over!   cancelled
waiting    stale!   waiting cancelled done    waiting  waiting cancelled over!   cancelled
holding    stale!   working cancelled closed! closed!  closed! cancelled over!   cancelled
uncertain  stale!   stale!  uncertain closed! closed!  closed! over!     over!   away!
done       stale!   stale!  over!     closed! closed!  closed! over!     over!   away!
failed     stale!   stale!  over!     closed! closed!  closed! over!     working away!
cancelled  stale!   stale!  over!     closed! closed!  closed! over!     over!   away!
"""

#: And of what is said of an emergency, where there is one.
URGENT = """
           Confirm   StandDown Acknowledge
working    over!     over!     over!
waiting    waiting   cancelled waiting
holding    over!     over!     over!
uncertain  over!     over!     over!
done       over!     over!     over!
failed     over!     over!     over!
cancelled  over!     over!     over!
"""

ON_TASK = ("Answer", "Reassign", "Snooze")
#: Commands that are about no draft and no run that exists.
_ALONE = {StartRun, Pause, Resume, OnCustomer, OnProposal, OnWork, SwitchExample, ReturnPrompt}
ELSEWHERE = {*_ALONE, *get_args(Choosing), *get_args(Staging), *get_args(Telling)}
#: Where the run stands while its draft is in a state.
RUN_OF = {
    DraftState.OPEN: RunState.WAITING,
    DraftState.REWRITING: RunState.WORKING,
    DraftState.SIGNED: RunState.WAITING,
    DraftState.HOLDING: RunState.HOLDING,
    DraftState.EXECUTING: RunState.WORKING,
    DraftState.EXECUTED: RunState.DONE,
    DraftState.REJECTED: RunState.CANCELLED,
    DraftState.TAKEN: RunState.WAITING,
    DraftState.WITHDRAWN: RunState.CANCELLED,
    DraftState.EXPIRED: RunState.CANCELLED,
    DraftState.UNCERTAIN: RunState.UNCERTAIN,
    DraftState.FAILED: RunState.FAILED,
    DraftState.SHADOW: RunState.WAITING,
    DraftState.KEPT: RunState.DONE,
}
ENDED = {
    DraftState.REJECTED,
    DraftState.TAKEN,
    DraftState.WITHDRAWN,
    DraftState.EXPIRED,
    DraftState.FAILED,
    DraftState.KEPT,
}
WORDS: dict[str, dict[str, Any]] = {
    "Edit": {"changes": {"subject": "Another"}},
    "Reject": {"reason": "wrong tone"},
    "RequestChange": {"wish": "shorter"},
    "Resolve": {"happened": False},
    "Judge": {"right": False},
    "RecordSent": {"sent": {"subject": "Mine"}},
}


def cells(grid: str) -> dict[tuple[str, str], str]:
    """Read a table: (command, state) to what is expected."""
    heads, *rows = (line.split() for line in grid.strip().splitlines())
    return {(head, row[0]): cell for row in rows for head, cell in zip(heads, row[1:], strict=True)}


def decided_draft(state: DraftState) -> Run:
    """Return a run whose draft Ben decided, if anybody did."""
    of = draft(
        state,
        rule=draft().rule.model_copy(update={"edit": ("subject",)}),
        compensation=CORRECTION,
        leaves_at=EARLIER,
        silent=Silent(fields=("subject",)),
        review=Review(due_at=EARLIER, next_at=EARLIER) if state is DraftState.EXECUTED else None,
    )
    if state is DraftState.SHADOW:
        return run(RUN_OF[state], draft=of)
    if state is DraftState.REWRITING:
        asked = Wish(by=BEN, at=EARLIER, words=Untrusted("shorter"), about=1)
        of = of.model_copy(update={"wishes": (asked,)})
    elif state is not DraftState.OPEN:
        of = signed(of, BEN)
        late = tuple(s.model_copy(update={"at": EARLIER}) for s in of.signatures)
        of = of.model_copy(update={"signatures": late})
    if state in ENDED:
        of = of.model_copy(update={"ending": Ending(by=BEN, at=EARLIER, reason="wrong tone")})
    return run(RUN_OF[state], draft=of)


def complete(refusal: Refusal) -> bool:
    """Whether the sentence a person reads has nothing left to fill in."""
    sentence = refusal.sentence
    return sentence.endswith(".") and not set("{}") & set(sentence) and "None" not in sentence


def test_the_tables_of_this_test_are_whole() -> None:
    """A new state or command must be thought about here."""
    on_draft = {
        (command.__name__, state.value)
        for command in OnDraft.__subclasses__()
        for state in DraftState
    }
    parts = {OnDraft, OnTask, OnUrgent}
    below = {*OnTask.__subclasses__(), *OnUrgent.__subclasses__()}
    others = {*Command.__subclasses__(), *below} - ELSEWHERE - parts
    on_run = {(command.__name__, state.value) for command in others for state in RunState}
    assert cells(DRAFTS).keys() | cells(TOGETHER).keys() | cells(APART).keys() == on_draft
    assert cells(RUNS).keys() | cells(URGENT).keys() == on_run
    assert RUN_OF.keys() == set(DraftState)


@pytest.mark.parametrize(
    ("grids", "table"),
    [((DRAFTS, TOGETHER, APART), ON_DRAFT), ((RUNS, URGENT), ON_RUN)],
    ids=["drafts", "runs"],
)
def test_the_machine_has_a_row_exactly_where_something_happens(
    grids: tuple[str, ...], table: dict[tuple[type[Command], Any], object]
) -> None:
    """What the table of the machine lists is what this test expects to be accepted."""
    rows = {(command.__name__, state.value) for command, state in table}
    expected = [cell for grid in grids for cell in cells(grid).items()]
    assert rows == {cell for cell, what in expected if not what.endswith("!")}


@pytest.mark.parametrize(
    ("kind", "state", "expected"),
    [
        (kind, state, expected)
        for (kind, state), expected in (cells(DRAFTS) | cells(TOGETHER) | cells(APART)).items()
    ],
)
def test_every_command_on_a_draft_in_every_state(kind: str, state: str, expected: str) -> None:
    """Listed rows do what the table says; everything else is refused in a whole sentence."""
    before = decided_draft(DraftState(state))
    commands = {each.__name__: each for each in OnDraft.__subclasses__()}
    command = press(commands[kind], before, ANA, **WORDS.get(kind, {}))
    if expected.endswith("!"):
        with pytest.raises(Refusal) as refused:
            decide(before, BOOK, command, facts())
        _is_refused_well(refused.value, expected)
        return
    after = decide(before, BOOK, command, facts())
    assert after.entries
    assert after.run is not None
    assert after.run.draft is not None
    now = after.run.draft
    if expected == "new":
        assert (now.state, now.undoes, now.action) == ("open", "d-1", "mail.send")
    elif expected == "work":
        assert (after.run.state, now.state) == ("working", state)
    else:
        assert now.state == (state if expected == "=" else expected)


def _is_refused_well(refusal: Refusal, expected: str) -> None:
    assert complete(refusal), refusal.sentence
    if expected == "first!":
        assert isinstance(refusal, AlreadyDecided)
        assert " by Ben at 10:40. " in refusal.sentence
    elif expected == "again!":
        assert isinstance(refusal, BeingRewritten)
        assert "as Ben asked at 10:40" in refusal.sentence
    elif expected == "late!":
        assert isinstance(refusal, TooLateToUndo)
    elif expected == "stale!":
        assert isinstance(refusal, Stale)
    elif expected == "silent!":
        assert isinstance(refusal, NotAllowed)
        assert "do it as always" in refusal.sentence
    else:
        assert isinstance(refusal, NotAllowed)
        assert "this one is still open" in refusal.sentence


FOUND = Urgent(
    n=1,
    why="a fire",
    came="reply",
    rota="sales",
    since=MONDAY,
    pages=(Page(person="U-ANA", at=MONDAY, kind="asked", round=1),),
)


def waiting_run(kind: str, state: RunState) -> Run:
    """Return a run in `state`, at a step where `kind` would mean something."""
    step = {"Due": "reply", **dict.fromkeys(ON_TASK, "how")}.get(kind, "letter")
    task = Task(
        id="t-1",
        run_id="r-1",
        step="how",
        owner="U-ANA",
        title=Untrusted("How?"),
        options=("call", "write"),
    )
    if state in {RunState.HOLDING, RunState.UNCERTAIN}:
        held = signed(draft(DraftState(state), leaves_at=EARLIER), BEN)
        return run(state, step="letter", draft=held, task=task)
    return run(state, step=step, task=task, why="somebody said so")


@pytest.mark.parametrize(
    ("kind", "state", "expected"),
    [
        (kind, state, expected)
        for (kind, state), expected in {**cells(RUNS), **cells(URGENT)}.items()
    ],
)
def test_every_command_on_a_run_in_every_state(kind: str, state: str, expected: str) -> None:
    """Listed rows do what the table says; everything else is refused in a whole sentence."""
    before = waiting_run(kind, RunState(state))
    if kind in ON_TASK and state != "waiting":
        before = before.model_copy(update={"task": None})
    if (kind, state) in cells(URGENT):
        before = before.model_copy(update={"urgent": FOUND if state == "waiting" else None})
    command: Command = {
        "StepDone": done(before, drafted()),
        "Due": due(before),
        "Signal": Signal(actor=SYSTEM, run_id="r-1", name="replied"),
        "Answer": Answer(actor=ANA, task_id="t-1", choice="call"),
        "Reassign": Reassign(actor=ANA, task_id="t-1", to="U-BEN"),
        "Snooze": Snooze(actor=ANA, task_id="t-1", wait="1 work day"),
        "CancelRun": CancelRun(actor=ANA, run_id="r-1"),
        "Retry": Retry(actor=ANA, run_id="r-1"),
        "MakeWay": MakeWay(actor=ANA, run_id="r-1", for_run="r-2"),
        "Confirm": Confirm(actor=ANA, run_id="r-1", found=MONDAY.isoformat()),
        "StandDown": StandDown(actor=ANA, run_id="r-1", found=MONDAY.isoformat()),
        "Acknowledge": Acknowledge(actor=ANA, run_id="r-1", found=MONDAY.isoformat()),
    }[kind]
    if not expected.endswith("!"):
        after = decide(before, BOOK, command, facts())
        assert after.run is not None
        assert (after.run.state, bool(after.entries)) == (expected, True)
        return
    with pytest.raises(Refusal) as refused:
        decide(before, BOOK, command, facts())
    kinds = {"stale!": Stale, "over!": NotOpen, "closed!": NotOpen, "away!": StillLeaving}
    assert isinstance(refused.value, kinds[expected])
    assert complete(refused.value)


def test_a_run_that_is_over_says_why() -> None:
    """Whoever comes late reads what became of it."""
    with pytest.raises(NotOpen, match=r"This is failed \(the mail server is gone\) and can no"):
        cancel(run(RunState.FAILED, why="the mail server is gone"))
    with pytest.raises(NotOpen, match=r"This is done and can no longer be changed\."):
        cancel(run(RunState.DONE))


def cancel(before: Run) -> Decision:
    """Have Ana stop a run."""
    return decide(before, BOOK, CancelRun(actor=ANA, run_id="r-1"), facts())


def test_cancelling_a_run_somebody_ended_says_who() -> None:
    """The loser of a race learns who won."""
    with pytest.raises(AlreadyDecided, match=r"rejected by Ben at 10:40"):
        cancel(decided_draft(DraftState.REJECTED))
    stopped = cancel(run(RunState.WORKING)).run
    assert stopped is not None
    with pytest.raises(NotOpen, match=r"cancelled \(stopped by Ana\)"):
        cancel(stopped)


def test_answering_a_closed_task_says_who_closed_it() -> None:
    """Two people at one button: the second learns who was first."""
    answer = Answer(actor=ANA, task_id="t-1", choice="call")
    first = decide(waiting_run("Answer", RunState.WAITING), BOOK, answer, facts()).run
    assert first is not None
    late = facts(at=MONDAY.replace(hour=11))
    with pytest.raises(AlreadyDecided, match=r"already closed by Ana at 11:00"):
        decide(first, BOOK, answer, late)


@pytest.mark.parametrize("kind", OnDraft.__subclasses__())
@pytest.mark.parametrize("state", list(DraftState))
def test_a_stranger_learns_nothing_of_a_draft_in_any_state(
    kind: type[OnDraft], state: DraftState
) -> None:
    """Not even who decided it."""
    before = decided_draft(state)
    with pytest.raises(Stranger) as refused:
        decide(before, BOOK, press(kind, before, EVE, **WORDS.get(kind.__name__, {})), facts())
    assert "Ben" not in refused.value.sentence


@pytest.mark.parametrize("changed", [{"seq": 2}, {"fence": 7}])
def test_a_report_by_an_older_worker_is_dropped(changed: dict[str, int]) -> None:
    """Only the newest claim of the newest step may report."""
    before = waiting_run("StepDone", RunState.WORKING)
    late = done(before, drafted()).model_copy(update=changed)
    with pytest.raises(Stale):
        decide(before, BOOK, late, facts())
    waiting = waiting_run("Due", RunState.WAITING)
    with pytest.raises(Stale):
        decide(waiting, BOOK, due(waiting).model_copy(update=changed), facts())


def test_a_command_about_no_run_is_dropped() -> None:
    """The engine says it better; the machine just refuses."""
    with pytest.raises(Stale):
        decide(None, BOOK, CancelRun(actor=ANA, run_id="r-9"), facts())


COMMANDS = (
    (None, StartRun(actor=ADA, playbook="follow-up")),
    (decided_draft(DraftState.OPEN), press(Approve, decided_draft(DraftState.OPEN), ANA)),
    (
        decided_draft(DraftState.OPEN),
        press(Reject, decided_draft(DraftState.OPEN), ANA, reason="other"),
    ),
    (decided_draft(DraftState.HOLDING), press(Undo, decided_draft(DraftState.HOLDING), ANA)),
    (run(RunState.WORKING), done(run(RunState.WORKING), drafted())),
)


@pytest.mark.parametrize(("before", "command"), COMMANDS)
def test_the_same_run_command_and_facts_give_the_same_decision(
    before: Run | None, command: Command
) -> None:
    """A run can be replayed from its entries."""
    known = facts()
    once, again = decide(before, BOOK, command, known), decide(before, BOOK, command, known)
    assert once == again
    assert once.entries == again.entries
    asked: Any = once.entries[0].body["command"]
    assert asked["kind"] == type(command).__name__
    assert once.entries[0].body["facts"] == known.on_record()


def test_a_mistake_in_an_expression_parks_the_run_and_keeps_what_happened() -> None:
    """The letter left; the next step can't be worked out: both are on the record."""
    book = playbook(mailing(), {"decide": "next", "if": "letter.opened == 1", "then": "stop"})
    left = signed(draft(DraftState.EXECUTING), BEN)
    before = run(RunState.WORKING, draft=left, place=Place(channel="C-SALES"))
    outcome = Outcome(status="done", receipt="<1@mail>")
    after = decide(before, book, done(before, Executed(outcome=outcome)), facts())
    assert after.run is not None
    assert after.run.draft is not None
    assert (after.run.state, after.run.draft.state) == ("failed", "executed")
    assert "nothing is called letter" in after.run.why
    assert [e.event for e in after.entries] == [Event.DRAFT_EXECUTED, Event.RUN_FAILED]
    assert after.finish is not None
    assert after.finish.state == "done"
    assert after.posts[-1].subject == "run:r-1"


def test_a_mistake_in_a_rendered_text_fails_the_step() -> None:
    """The step row says so too, so that it is not in doubt."""
    book = playbook(mailing(title="Write to {{ nobody }}"))
    before = run(RunState.WORKING, place=Place(channel="C-SALES"))
    after = decide(before, book, done(before, drafted()), facts())
    assert after.run is not None
    assert after.run.state == "failed"
    assert isinstance(after.answer, Recorded)
    assert "nobody" in after.answer.sentence


def test_the_step_row_is_failed_when_the_result_can_not_be_used() -> None:
    """An intent without outcome would look like an effect in doubt."""
    book = playbook({**mailing(), "with": {"to": "{{ quote.email }}"}})
    before = run(RunState.WORKING, seq=4)
    after = decide(before, book, done(before, drafted()), facts())
    assert after.finish is not None
    assert (after.finish.seq, after.finish.state) == (4, "failed")


def test_a_held_draft_whose_condition_is_wrong_is_withdrawn() -> None:
    """It does not leave, and it does not stay held for ever."""
    book = playbook(mailing(still="quote.status == 'sent'"))
    before = run(RunState.HOLDING, draft=signed(draft(DraftState.HOLDING), BEN))
    after = decide(before, book, due(before), facts())
    assert after.run is not None
    assert after.run.draft is not None
    assert after.run.draft.ending is not None
    assert (after.run.state, after.run.draft.state) == ("failed", "withdrawn")
    assert "nothing is called quote" in after.run.draft.ending.reason
    again = decide(after.run, book, press(Redraft, after.run, ANA), facts()).run
    assert again is not None
    assert again.state == "working"


def test_a_wait_that_was_ended_by_a_person_is_not_ended_again_by_its_timer() -> None:
    """The worker was sent to let the held draft leave; Ana held it back; its wake-up comes too late."""
    held = run(RunState.HOLDING, draft=signed(draft(DraftState.HOLDING), BEN), fence=3)
    wake = due(held)
    open_again = decide(held, BOOK, press(Undo, held, ANA), facts()).run
    assert open_again is not None
    with pytest.raises(Stale):
        decide(open_again, BOOK, wake, facts())


def test_an_expiry_does_not_end_the_hold_of_a_draft_signed_meanwhile() -> None:
    """The worker was sent to expire it; Ana signed; it is held for its full time."""
    waits = run(RunState.WAITING, draft=draft(), fence=3)
    wake = due(waits)
    held = decide(waits, BOOK, press(Approve, waits, ANA), facts()).run
    assert held is not None
    with pytest.raises(Stale):
        decide(held, BOOK, wake, facts())


def test_every_message_of_a_run_is_drawn_again() -> None:
    """Its card, its task, its own line and people's Home."""
    before = waiting_run("Answer", RunState.WAITING).model_copy(update={"draft": draft()})
    after = decide(before, BOOK, CancelRun(actor=ANA, run_id="r-1"), facts())
    drafts = ("draft:d-1", "remind:d-1", "escalate:d-1", "look:d-1")
    assert after.redraw == ("run:r-1", "home", *drafts, "task:t-1", "nudge:t-1")


def test_a_form_is_shown_with_the_run_it_is_about() -> None:
    """The answer says which view; that it was shown is on the record."""
    before = decided_draft(DraftState.OPEN)
    views: tuple[tuple[type[OnDraft], Any], ...] = ((OpenEdit, "edit"), (OpenReject, "reject"))
    for kind, view in views:
        decision = decide(before, BOOK, press(kind, before, ANA), facts())
        assert decision.answer == Show(view=view, run=before)
        assert decision.entries[0].event is Event.DRAFT_SHOWN
        assert decision.entries[0].head["view"] == view
