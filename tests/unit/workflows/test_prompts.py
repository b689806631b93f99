"""An agent that does badly with its newest prompt writes with the last good one again, as far as edits changed it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import (
    ADA,
    ANA,
    AUTHOR,
    House,
    drafted,
    house,
    mailing,
    playbook,
    press,
    refunding,
)
from tests.unit.workflows.history import EASY, many
from workflows.answers import Recorded, Refused
from workflows.commands import (
    Activate,
    Demote,
    FallBack,
    Install,
    Promote,
    Propose,
    Reject,
    ReturnPrompt,
    StartRun,
    SwitchExample,
)
from workflows.errors import NotAllowed
from workflows.events import Event
from workflows.lessons import prompts
from workflows.lessons.examples import Example
from workflows.run import SYSTEM, Outcome
from workflows.trust.appraising import asked_for
from workflows.trust.stages import Maker
from workflows.versions.version import SHOWN

#: Four decisions are enough, and one of four that people did otherwise with is too many.
FEW = {**EASY, "at least": "4 drafts", "back when": {"over": "4 drafts"}}
BOOK = playbook(mailing(), rollout=FEW)
OLD, NEW = (Maker(agent="writer", model="m-1", prompt_version=name) for name in ("p-1", "p-2"))


@pytest.fixture
def at() -> House:
    """Return a company with one playbook, whose writer has learnt two edits."""
    built = house()
    built.engine.handle(Install(actor=SYSTEM, books=(BOOK,)))
    for name in ("e-1", "e-2"):
        teach(built, name)
    return built


def teach(at: House, name: str, **more: Any) -> None:
    values = {
        "id": name,
        "run_id": "r",
        "playbook": "follow-up",
        "step": "letter",
        "agent": "writer",
        "action": "mail.send",
        "before_n": 1,
        "after_n": 2,
        "fields": ("body",),
        "by": "U-ANA",
        "at": MONDAY,
    }
    with at.store.transaction() as tx:
        tx.teach(Example.model_validate({**values, **more}))


def write(at: House, count: int, maker: Maker, *learnt: str, good: bool = True) -> None:
    """Have so many letters written with these examples, and signed and sent or rejected."""
    made = {"model": maker.model, "prompt_version": maker.prompt_version}
    author = AUTHOR.model_copy(update=made)
    for _ in range(count):
        at.clock.pass_by(minutes=1)
        begun = at.engine.handle(StartRun(actor=ADA, playbook="follow-up"))
        assert isinstance(begun, Recorded)
        assert begun.run
        written = drafted().model_copy(update={"author": author, "learnt": learnt})
        at.report(begun.run, written)
        run = at.now(begun.run)
        if good:
            at.left(run, Outcome(status="done"))
        else:
            at.engine.handle(press(Reject, run, ANA, reason="wrong facts"))


def asked(at: House) -> list[Any]:
    """Return what the figures ask for."""
    with at.store.looking() as look:
        active = look.active("follow-up")
        assert active
        return asked_for(look, look.playbook(active.version), at.clock.now())


def returns(at: House) -> list[ReturnPrompt]:
    """Return the prompts that are asked back."""
    return [one for one in asked(at) if isinstance(one, ReturnPrompt)]


def states(at: House) -> list[str]:
    """Return how the examples are."""
    return [at.store.rows.examples[name].state for name in ("e-1", "e-2")]


def told(at: House) -> list[tuple[str, str]]:
    """Return where something was said of a prompt, and what."""
    posts = at.store.rows.posts.items()
    return [(each.channel, str(each.body["text"])) for (s, _), each in posts if "prompt:" in s]


def test_what_was_taken_in_since_the_last_good_prompt_is_switched_off_once(at: House) -> None:
    """Each on the record, told in the channel with the numbers of both; another look changes nothing."""
    write(at, 4, OLD, "e-1")
    write(at, 1, NEW, "e-1", "e-2")
    assert asked(at) == []
    write(at, 1, NEW, "e-1", "e-2", good=False)
    (back,) = asked(at)
    assert isinstance(back, ReturnPrompt)
    for _ in range(2):
        at.engine.handle(back)
    assert states(at) == ["on", "off"]
    entries = [e for e in at.store.entries if e.chain == "playbook:follow-up"][-2:]
    off, why = entries
    assert (off.event, off.object, off.actor) == (Event.EXAMPLE_SWITCHED, "draft:e-2", SYSTEM)
    assert off.head == {"to": "off", "agent": "writer", "why": "prompt"}
    assert (why.event, why.head["examples"]) == (Event.PROMPT_RETURNED, ["e-2"])
    assert (why.head["now"], why.head["then"]) == (NEW.model_dump(), OLD.model_dump())
    ((channel, text),) = told(at)
    assert channel == "C-SALES"
    assert "1 of the newest 2 drafts were overridden" in text
    assert "of 4 before, 0 were overridden and 0 in trouble" in text
    assert "without 1 edit again" in text


def test_it_is_off_again_by_nobody_but_a_person(at: House) -> None:
    """Its owner switched it on again: it stays on, and they are told that it goes badly."""
    write(at, 4, OLD)
    write(at, 1, NEW, "e-1", "e-2", good=False)
    (back,) = returns(at)
    at.engine.handle(back)
    assert "without 2 edits again" in told(at)[0][1]
    later = back.model_copy(update={"key": ""})
    at.engine.handle(later)
    assert len(told(at)) == 1
    at.engine.handle(SwitchExample(actor=ANA, example_id="e-2", to="on"))
    at.engine.handle(later)
    assert states(at) == ["off", "on"]
    assert at.store.entries[-1].event is Event.PROMPT_DOUBTED
    people = {channel: text for channel, text in told(at) if channel != "C-SALES"}
    assert [*people] == ["U-ANA", "U-BEN"]
    assert "switched on by hand and stays on" in people["U-ANA"]


def test_another_model_or_shipped_prompt_is_told_and_nothing_switched(at: House) -> None:
    """Once, to its owners, with the numbers and what writes."""
    write(at, 4, OLD, "e-1")
    write(at, 1, NEW, "e-1", good=False)
    (back,) = returns(at)
    for _ in range(2):
        at.engine.handle(back)
    assert states(at) == ["on", "on"]
    assert [e.event for e in at.store.entries].count(Event.PROMPT_DOUBTED) == 1
    assert [channel for channel, _ in told(at)] == ["U-ANA", "U-BEN"]
    text = told(at)[0][1]
    assert "(m-1, prompt p-2; before m-1, prompt p-1)" in text
    assert "nothing Sayso can switch back" in text


def test_the_prompt_before_must_have_done_well_on_enough(at: House) -> None:
    """Three are not enough, and one that did badly is no way out."""
    write(at, 3, OLD)
    write(at, 1, NEW, "e-1", good=False)
    assert returns(at) == []


def test_the_last_good_one_counts_over_those_of_a_few_drafts_between(at: House) -> None:
    """Each edit makes another prompt; what was learnt since the good one goes together."""
    write(at, 4, OLD)
    write(at, 1, NEW.model_copy(update={"prompt_version": "p-1a"}), "e-1")
    write(at, 1, NEW, "e-1", "e-2", good=False)
    (back,) = returns(at)
    assert back.then == OLD
    at.engine.handle(back)
    assert states(at) == ["off", "off"]


def test_after_it_nothing_goes_back_and_forth(at: House) -> None:
    """The good prompt is the newest again, and nothing came before it."""
    write(at, 4, OLD)
    write(at, 1, NEW, "e-1", good=False)
    at.engine.handle(returns(at)[0])
    write(at, 1, OLD)
    assert returns(at) == []
    write(at, 2, OLD, good=False)
    assert returns(at) == []


def test_a_model_that_stands_in_for_another_is_no_change() -> None:
    """The first one still writes most of them."""
    usual = many(9, maker=OLD, version=BOOK.version)
    hard = many(1, "rejected", first=20, maker=NEW, version=BOOK.version)
    after = many(2, first=30, maker=OLD, version=BOOK.version)
    newer = many(1, "rejected", first=40, maker=NEW, version=BOOK.version)
    drafts = [*reversed([*usual, *hard, *after, *newer])]
    assert [*prompts.back(BOOK, drafts)] == []
    assert len([*prompts.back(BOOK, [*reversed([*usual, *hard])])]) == 1


def test_a_prompt_is_judged_by_the_drafts_of_one_step_and_version() -> None:
    """What is good elsewhere is no prompt of its own."""
    good = many(4, maker=OLD, version=BOOK.version)
    bad = many(1, "rejected", first=9, maker=NEW, version=BOOK.version)
    assert len([*prompts.back(BOOK, [*bad, *reversed(good)])]) == 1
    for other in ({"step": "another"}, {"version": "v-9"}):
        moved = [one.model_copy(update=other) for one in reversed(good)]
        assert [*prompts.back(BOOK, [*bad, *moved])] == []


def test_nobody_else_asks_for_it(at: House) -> None:
    """A person switches examples in their own name."""
    write(at, 4, OLD)
    write(at, 1, NEW, "e-1", good=False)
    (back,) = returns(at)
    answer = at.engine.handle(back.model_copy(update={"actor": ANA, "key": ""}))
    assert isinstance(answer, Refused)
    assert isinstance(answer.error, NotAllowed)
    assert states(at) == ["on", "on"]


def test_of_a_playbook_that_is_gone_nothing_is_returned(at: House) -> None:
    """And of drafts that are gone nothing is known."""
    write(at, 4, OLD)
    write(at, 1, NEW, "e-1", good=False)
    (back,) = returns(at)
    at.store.rows.actives.clear()
    at.engine.handle(back.model_copy(update={"now_draft": "gone"}))
    assert states(at) == ["on", "on"]
    assert told(at) == []


def test_at_threshold_it_goes_back_to_people_and_to_the_good_prompt(at: House) -> None:
    """What is learnt there waits, so only what its owner took in can be to blame."""
    free = playbook(mailing(), level=4, rollout=FEW)
    at.shelf.put(free)
    write(at, 4, OLD, "e-1")
    at.engine.handle(Promote(actor=ANA, playbook="follow-up", to="threshold"))
    footing = at.store.rows.footings["follow-up"]
    assert (footing.examples, footing.makers) == (("e-1",), (OLD,))
    at.engine.handle(SwitchExample(actor=ANA, example_id="e-2", to="on"))
    write(at, 1, NEW, "e-1", "e-2", good=False)
    demote, back = asked(at)
    assert isinstance(demote, Demote)
    for command in (demote, back):
        at.engine.handle(command)
    assert states(at) == ["on", "off"]
    down = at.store.rows.footings["follow-up"]
    assert (down.stage, down.examples) == ("assist", ("e-1", "e-2"))


def test_taken_down_one_stage_it_stands_on_what_it_had_earned(at: House) -> None:
    """A model that came since has earned nothing by that."""
    free = playbook(mailing(), level=4, rollout=FEW)
    at.shelf.put(free)
    write(at, 4, OLD, "e-1")
    for to in ("threshold", "autonomous"):
        at.engine.handle(Promote(actor=ANA, playbook="follow-up", to=to))
    write(at, 1, NEW, "e-2")
    at.engine.handle(Demote(actor=ANA, playbook="follow-up", to="threshold"))
    down = at.store.rows.footings["follow-up"]
    assert (down.stage, down.makers, down.examples) == ("threshold", (OLD,), ("e-1",))
    write(at, 4, NEW, "e-2")
    at.engine.handle(Promote(actor=ANA, playbook="follow-up", to="threshold"))
    again = at.store.rows.footings["follow-up"]
    assert (again.makers, again.examples) == ((NEW,), ("e-2",))


# --- A version is not to blame for a prompt ---


def change(at: House, book: Any) -> None:
    """Let a changed file be activated."""
    at.engine.handle(Propose(actor=SYSTEM, playbook="follow-up", version=book.version, book=book))
    with at.store.looking() as look:
        found = look.newest_proposal("follow-up")
    assert found
    shown = {"version": book.version[:SHOWN], "active": BOOK.version[:SHOWN]}
    assert isinstance(
        at.engine.handle(Activate(actor=ANA, proposal_id=found.id, **shown)), Recorded
    )


def test_a_version_that_was_good_with_the_prompt_before_stays(at: House) -> None:
    """The edit goes, the version stays; also when the good prompt writes again."""
    write(at, 4, OLD)
    change(at, playbook(mailing(), rollout=FEW, title="Another title"))
    write(at, 4, OLD)
    write(at, 1, NEW, "e-1", good=False)
    (back,) = asked(at)
    assert isinstance(back, ReturnPrompt)
    at.engine.handle(back)
    write(at, 1, OLD)
    assert asked(at) == []


def test_a_version_that_is_bad_with_every_prompt_goes_back(at: House) -> None:
    """No prompt of it kept the bounds."""
    write(at, 4, OLD)
    change(at, playbook(mailing(), rollout=FEW, title="Another title"))
    write(at, 1, OLD, good=False)
    write(at, 1, NEW, "e-1", good=False)
    (back,) = asked(at)
    assert isinstance(back, FallBack)


def test_what_no_agent_writes_has_no_prompt(at: House) -> None:
    """Of such a playbook nothing is looked at for it."""
    book = playbook(refunding(), rollout=FEW)
    at.shelf.put(book)
    with at.store.looking() as look:
        assert asked_for(look, book, at.clock.now() + timedelta(days=1)) == []
