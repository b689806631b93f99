"""What every store must do, the fake in memory and each real database alike."""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import ANA, BEN, draft, entry, revision, run, signature, task
from workflows.action import Money
from workflows.errors import NotRecorded, Stale
from workflows.events import Event
from workflows.limits import Ask, Card, Guest
from workflows.ports import Asked, Kept, Post
from workflows.run import DraftState, Ending, RunState

if TYPE_CHECKING:
    from workflows.ports import Store
    from workflows.run import Run


def _saved(store: Store, *versions: Run) -> Run | None:
    """Save a run's versions one after the other and read it back."""
    with store.transaction() as tx:
        tx.add(versions[0])
    for version in versions[1:]:
        with store.transaction() as tx:
            tx.save(version, expected_fence=version.fence)
    with store.transaction() as tx:
        return tx.run(versions[0].id)


def test_a_run_comes_back_as_it_was_saved(store: Store) -> None:
    """Every field, the nested ones too."""
    begun = run(
        results={"read": {"total": "2,480.00 USD", "lines": [1, 2.5, None, True]}},
        sources={"read": "table.quotes/Q-1"},
        why="waits for a signature",
    )
    assert _saved(store, begun) == begun


def test_a_run_that_waits_for_nobody_has_no_due_time(store: Store) -> None:
    """None and a time are told apart."""
    assert _saved(store, run(due_at=None)) == run(due_at=None)


def test_a_draft_and_a_task_come_back_with_their_run(store: Store) -> None:
    """Revisions, signatures and all."""
    whole = draft(revisions=(revision(), revision(2, "Other words", ANA)))
    signed = whole.model_copy(update={"signatures": (signature(whole), signature(whole, ANA))})
    complete = run(draft=signed, task=task(due_at=MONDAY, options=("yes", "no")))
    found = _saved(store, run(), complete)
    assert found is not None
    assert found.task == complete.task
    assert found.draft is not None
    assert found.draft.revisions == signed.revisions
    assert set(found.draft.signatures) == set(signed.signatures)
    assert found.draft.model_copy(update={"signatures": ()}) == whole


def test_the_same_id_is_added_once(store: Store) -> None:
    """One trigger starts one run."""
    with store.transaction() as tx:
        assert tx.add(run())
        assert not tx.add(run(step="other"))
    with store.transaction() as tx:
        assert tx.run("r-1") == run()


def test_nothing_is_known_of_slack_before_it_was_asked(store: Store) -> None:
    """Then the file alone is believed."""
    with store.transaction() as tx:
        assert tx.reading() is None
    with store.looking() as view:
        assert view.reading() is None


def test_a_run_nobody_knows_is_none(store: Store) -> None:
    """So are the runs of unknown drafts and tasks."""
    with store.transaction() as tx:
        assert tx.run("r-9") is None
        assert tx.run_of_draft("d-9") is None
        assert tx.run_of_task("t-9") is None


def test_a_late_worker_saves_nothing(store: Store) -> None:
    """Whoever lost the run to a newer claim is refused, and all of their transaction is undone."""
    with store.transaction() as tx:
        tx.add(run(fence=2))

    def late() -> None:
        with store.transaction() as tx:
            tx.switch("everything", "U-ANA", MONDAY)
            tx.save(run(fence=1, step="late"), expected_fence=1)

    with pytest.raises(Stale):
        late()
    with store.transaction() as tx:
        assert tx.run("r-1") == run(fence=2)
        assert list(tx.switches()) == []


def test_a_save_can_raise_the_fence(store: Store) -> None:
    """Then whoever held the old one is out."""
    with store.transaction() as tx:
        tx.add(run())
        tx.save(run(fence=1), expected_fence=0)
    with pytest.raises(Stale), store.transaction() as tx:
        tx.save(run(fence=1), expected_fence=0)


def test_a_run_carries_its_newest_draft_unless_asked_for_another(store: Store) -> None:
    """A press on an old card finds the old draft."""
    old = draft("d-1", state=DraftState.REJECTED, ending=Ending(by=BEN, at=MONDAY))
    new = draft("d-2", opened_at=MONDAY + timedelta(hours=1))
    found = _saved(store, run(draft=old), run(draft=new))
    assert found is not None
    assert found.draft == new
    with store.transaction() as tx:
        asked = tx.run_of_draft("d-1")
    assert asked is not None
    assert asked.draft == old
    assert asked.model_copy(update={"draft": None}) == found.model_copy(update={"draft": None})


def test_a_draft_can_end_and_the_next_one_open_in_one_transaction(store: Store) -> None:
    """The ended one is saved first, then the run with the new one; so are tasks."""
    with store.transaction() as tx:
        tx.add(run(draft=draft("d-1", state=DraftState.EXECUTING), task=task("t-1")))
    ended = draft("d-1", state=DraftState.EXECUTED)
    opened = draft("d-2", opened_at=MONDAY + timedelta(hours=1))
    closed = task("t-1", state="done", answer="yes")
    with store.transaction() as tx:
        tx.save(run(draft=ended, task=closed), expected_fence=0)
        tx.save(run(draft=opened, task=task("t-2")), expected_fence=0)
    with store.transaction() as tx:
        newest, older, by_task = tx.run("r-1"), tx.run_of_draft("d-1"), tx.run_of_task("t-1")
    assert newest is not None
    assert older is not None
    assert by_task is not None
    assert (newest.draft, newest.task) == (opened, task("t-2"))
    assert older.draft == ended


def test_a_task_leads_to_its_run(store: Store) -> None:
    """Closing it finds the run that waits."""
    _saved(store, run(task=task()))
    with store.transaction() as tx:
        found = tx.run_of_task("t-1")
    assert found is not None
    assert (found.id, found.task) == ("r-1", task())


def test_a_command_is_remembered_by_its_key(store: Store) -> None:
    """Its duplicate gets the same answer, also after a restart."""
    kept = Kept(
        kind="refused", sentence="This was already approved by Ana.", code="already-decided"
    )
    with store.transaction() as tx:
        assert tx.seen("press-1") is None
        tx.remember("press-1", kept, MONDAY)
        assert tx.seen("press-1") == kept
    with store.transaction() as tx:
        assert tx.seen("press-1") == kept
        assert tx.seen("press-2") is None


def test_a_switch_is_off_until_it_is_on_again(store: Store) -> None:
    """Each scope by itself."""
    with store.transaction() as tx:
        tx.switch("everything", "U-ANA", MONDAY)
        tx.switch("playbook:follow-up", "U-BEN", MONDAY)
        tx.switch("everything", None, MONDAY)
        tx.switch("connector:mail", None, MONDAY)
    with store.transaction() as tx:
        assert [(each.scope, each.by, each.at) for each in tx.switches()] == [
            ("playbook:follow-up", "U-BEN", MONDAY)
        ]


def test_pausing_twice_is_pausing_once(store: Store) -> None:
    """The one who did it last is named, and one resume is enough."""
    with store.transaction() as tx:
        tx.switch("everything", "U-ANA", MONDAY)
        tx.switch("everything", "U-BEN", MONDAY)
        assert [each.by for each in tx.switches()] == ["U-BEN"]
        tx.switch("everything", None, MONDAY)
        assert list(tx.switches()) == []


def test_a_playbook_is_kept_as_it_was_when_a_run_was_pinned_to_it(store: Store) -> None:
    """The first text under a hash stays."""
    text = (
        '{"playbook":"follow-up","title":"T","goal":"G","owner":"sales","subject":"s",'
        '"allow":[],"steps":[{"wait":"w","for":"1 hour"}]}'
    )
    version = hashlib.sha256(text.encode()).hexdigest()
    with store.transaction() as tx:
        tx.keep("playbook", text, version)
        tx.keep("playbook", text, version)
    with store.transaction() as tx:
        assert tx.playbook(version).title == "T"


def test_nothing_of_a_failed_transaction_is_kept(store: Store) -> None:
    """Run, entries, posts and answers go together."""

    def interrupted() -> None:
        with store.transaction() as tx:
            tx.add(run(draft=draft(), task=task()))
            tx.append([entry()], MONDAY)
            tx.post([Post(subject="run:r-1", channel="C")], MONDAY)
            tx.remember("press-1", Kept(kind="recorded"), MONDAY)
            tx.finish("r-1", 1, "done", {})
            raise KeyError

    with pytest.raises(KeyError):
        interrupted()
    with store.transaction() as tx:
        assert tx.run("r-1") is None
        assert tx.run_of_draft("d-1") is None
        assert tx.seen("press-1") is None


def test_messages_and_entries_are_taken(store: Store) -> None:
    """The same post twice, and a redraw of what was never posted, are no mistake."""
    with store.transaction() as tx:
        tx.post(
            [Post(subject="run:r-1", channel="C", thread_ts="1.5", body={"text": "hi"})], MONDAY
        )
        tx.post([Post(subject="run:r-1", channel="C")], MONDAY)
        tx.redraw(["run:r-1", "home", "draft:d-9"], MONDAY)
        tx.append([entry(), entry(Event.RUN_DONE)], MONDAY)


def test_turns_are_counted_one_after_the_other(store: Store) -> None:
    """Four drafts that open at once are four people's turns."""
    seen: list[int] = []

    def take() -> None:
        with store.transaction() as tx:
            seen.append(tx.tell(Ask(kind="turns", turn="letter")).count)
            tx.take_turn("letter")

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [0, 1, 2, 3]
    with store.transaction() as tx:
        assert tx.tell(Ask(kind="turns", turn="letter")).count == 4
        assert tx.tell(Ask(kind="turns", turn="other")).count == 0


def test_who_was_asked_is_counted_since(store: Store) -> None:
    """A message asks somebody once, and a digest is told apart; the order of those asked for is kept."""
    card, digest = Asked(subject="draft:1", person=ANA.id), Asked(subject="digest:x", person=ANA.id)
    with store.transaction() as tx:
        tx.note_asks([], MONDAY)
        tx.note_asks([card, digest, card], MONDAY)
        tx.note_asks([card, Asked(subject="draft:1", person=BEN.id)], MONDAY + timedelta(hours=1))
    people = ("U-NOBODY", BEN.id, ANA.id)
    with store.transaction() as tx:
        assert tx.tell(Ask(kind="asks", people=people, since=MONDAY)).each == (0, 1, 2)
        assert tx.tell(Ask(kind="digests", people=people, since=MONDAY)).each == (0, 0, 1)
        later = MONDAY + timedelta(minutes=1)
        assert tx.tell(Ask(kind="asks", people=people, since=later)).each == (0, 1, 0)


def test_a_card_to_the_same_customer_is_found(store: Store) -> None:
    """What is open, reaches them and is a message in that channel; and how many stand in it already."""
    about = {"customer": "one", "address": "one-mail"}
    ask = Ask(kind="beside", customer="one", channel="C-1", besides="d-9")
    with store.transaction() as tx:
        assert tx.tell(ask).cards == ()
        for n, more in enumerate([about, about, {**about, "shown_in": "d-1"}, {"customer": "one"}]):
            at = {"id": f"d-{n}", "run_id": f"r-{n}", "opened_at": MONDAY + timedelta(minutes=n)}
            tx.add(run(id=f"r-{n}", draft=draft(**{**at, **more})))
        assert tx.tell(ask).cards == (), "none is a message"
        tx.post([Post(subject=f"draft:d-{n}", channel="C-1") for n in (1, 3)], MONDAY)
    with store.transaction() as tx:
        assert tx.tell(ask).cards == (Card(draft="d-1", by=("sales",), others=1),)
        assert tx.tell(ask.model_copy(update={"besides": "d-1"})).cards == ()
        assert tx.tell(ask.model_copy(update={"channel": "C-2"})).cards == ()
        assert tx.tell(ask.model_copy(update={"customer": "two"})).cards == ()
        (guest,) = tx.tell(Ask(kind="guests", host="d-1")).guests
        assert guest == Guest(draft="d-2", channel="C-1")
        assert tx.tell(Ask(kind="guests", host="d-3")).guests == ()
    whose = draft(id="d-1", run_id="r-1", opened_at=MONDAY, assigned=BEN.id, **about)
    with store.transaction() as tx:
        tx.save(run(id="r-1", draft=whose), expected_fence=0)
        assert [card.by for card in tx.tell(ask).cards] == [(BEN.id,)]
    with store.transaction() as tx:
        signed = whose.model_copy(update={"state": DraftState.HOLDING})
        tx.save(run(id="r-1", draft=signed), expected_fence=0)
        assert tx.tell(ask).cards == ()


@pytest.mark.parametrize("alone", ["a correction", "several messages"])
def test_a_card_that_stands_alone_is_found_for_none(store: Store, alone: str) -> None:
    """What undoes another draft, and a card that is a message to each of several people."""
    about = {"customer": "one", "address": "one-mail"}
    undoes = "d-0" if alone == "a correction" else ""
    places = ["U-ANA"] if alone == "a correction" else ["U-ANA", "U-BEN"]
    with store.transaction() as tx:
        tx.add(run(id="r-1", draft=draft(id="d-1", run_id="r-1", undoes=undoes, **about)))
        tx.post([Post(subject="draft:d-1", channel=channel) for channel in places], MONDAY)
    with store.transaction() as tx:
        ask = Ask(kind="beside", customer="one", channel="U-ANA", besides="d-9")
        assert tx.tell(ask).cards == ()


def test_an_agent_nobody_judged_yet_has_no_rate(store: Store) -> None:
    """Zero of zero, never a guess."""
    with store.transaction() as tx:
        assert tx.acceptance("writer", "mail.send").total == 0


def test_of_two_who_save_at_once_one_wins(store: Store) -> None:
    """Both decided on the same state; the second is told, nothing is overwritten."""
    with store.transaction() as tx:
        tx.add(run())
    ready = threading.Barrier(2)
    outcomes: list[str] = []

    def press(person: str) -> None:
        ready.wait(10)
        try:
            with store.transaction() as tx:
                tx.save(run(fence=1, why=person), expected_fence=0)
        except Stale:
            outcomes.append("stale")
        else:
            outcomes.append(person)

    threads = [threading.Thread(target=press, args=(person,)) for person in ("ana", "ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert outcomes.count("stale") == 1
    with store.transaction() as tx:
        saved = tx.run("r-1")
    assert saved is not None
    assert [saved.why] == [who for who in outcomes if who != "stale"]


def test_a_decision_made_while_a_step_commits_is_not_lost(store: Store) -> None:
    """Each transaction sees the other's, whole: the wake-up that was asked for is still asked for."""
    with store.transaction() as tx:
        tx.add(run(state=RunState.WAITING, due_at=None))
    inside = threading.Event()
    outcome: list[str] = []

    def decide() -> None:
        inside.wait(10)
        with store.transaction() as tx:
            seen = tx.run("r-1")
            assert seen is not None
            outcome.append(seen.why)
            tx.save(seen.model_copy(update={"due_at": MONDAY}), expected_fence=seen.fence)

    other = threading.Thread(target=decide)
    other.start()
    with store.transaction() as tx:
        mine = tx.run("r-1")
        assert mine is not None
        inside.set()
        tx.save(mine.model_copy(update={"why": "step done"}), expected_fence=mine.fence)
    other.join(10)
    with store.transaction() as tx:
        after = tx.run("r-1")
    assert outcome == ["step done"]
    assert after is not None
    assert (after.due_at, after.why) == (MONDAY, "step done")


def test_whoever_can_not_have_the_database_in_time_is_told(store: Store) -> None:
    """Bounded waiting, and nothing was done."""
    with store.transaction() as tx:
        tx.add(run())
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with store.transaction() as tx:
            tx.run("r-1")
            held.set()
            release.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    with pytest.raises(NotRecorded), store.transaction(deadline=0.05) as tx:
        pytest.fail(f"two transactions at once: {tx.run('r-1')}")
    release.set()
    holder.join(10)


def test_runs_about_the_same_are_found(store: Store) -> None:
    """Of one playbook and one key, oldest first, ended ones too; one that failed before its draft is marked."""
    later = MONDAY + timedelta(hours=1)
    first = run(id="r-1", once="Q-1", state=RunState.FAILED, due_at=None)
    second = run(id="r-2", once="Q-1", created_at=later)
    beside = run(id="r-4", once="Q-2")
    unnamed = run(id="r-5")
    drafted = run(id="r-6", once="Q-3", state=RunState.FAILED, draft=draft("d-6", run_id="r-6"))
    with store.transaction() as tx:
        for each in (second, first, beside, unnamed, drafted):
            tx.add(each)
    with store.transaction() as tx:
        found = tx.others(first.playbook, "Q-1")
        assert [(other.id, other.ended, other.in_vain) for other in found] == [
            ("r-1", True, True),
            ("r-2", False, False),
        ]
        assert found[1].created_at == later
        assert [other.in_vain for other in tx.others(first.playbook, "Q-3")] == [False]
        assert list(tx.others("another", "Q-1")) == []


def _counting(store: Store) -> None:
    """Save four signed refunds: 3.00, 4.00 and 5.00 USD for `one`, 6.00 EUR for `two`, a day apart."""
    for n, (customer, minor, currency) in enumerate(
        (("one", 300, "USD"), ("one", 400, "USD"), ("one", 500, "USD"), ("two", 600, "EUR"))
    ):
        made = draft(
            id=f"d-{n}",
            run_id=f"r-{n}",
            state=DraftState.EXECUTED,
            customer=customer,
            address=f"{customer}-mail",
            amount=Money(minor=minor, currency=currency),
            signed_at=MONDAY + timedelta(days=n),
        )
        by = (signature(made, ANA if n % 2 else BEN),)
        of_run = run(id=f"r-{n}", playbook=f"p-{n % 2}", state=RunState.DONE)
        _saved(
            store, of_run.model_copy(update={"draft": made.model_copy(update={"signatures": by})})
        )


def _told(store: Store, **more: Any) -> tuple[int, dict[str, int]]:
    """Count the refunds by `more`."""
    ask = Ask.model_validate({"actions": ("mail.send",), "since": MONDAY, **more})
    with store.transaction() as tx:
        told = tx.tell(ask)
    return told.count, {money.currency: money.minor for money in told.sums}


def test_what_was_signed_is_counted_by_whom_it_is_for(store: Store) -> None:
    """Everybody's, a customer's, a person's, a playbook's; within the time, before another, and without itself."""
    _counting(store)
    assert _told(store) == (4, {"USD": 1200, "EUR": 600})
    assert _told(store, customer="one") == (3, {"USD": 1200})
    assert _told(store, customer="nobody") == (0, {})
    assert _told(store, person=ANA.id) == (2, {"USD": 400, "EUR": 600})
    assert _told(store, playbook="p-0") == (2, {"USD": 800})
    assert _told(store, since=MONDAY + timedelta(days=1)) == (3, {"USD": 900, "EUR": 600})
    assert _told(store, before=MONDAY + timedelta(days=1)) == (1, {"USD": 300})
    assert _told(store, besides="d-2") == (3, {"USD": 700, "EUR": 600})
    assert _told(store, actions=("bank.refund",)) == (0, {})


@pytest.mark.parametrize("state", DraftState)
def test_only_what_has_left_or_will_is_counted(store: Store, state: DraftState) -> None:
    """A draft that waits, or came to nothing, takes nothing from a limit."""
    made = draft(state=state, signed_at=MONDAY, amount=Money(minor=100, currency="USD"))
    _saved(store, run(draft=made))
    goes = {
        DraftState.SIGNED,
        DraftState.HOLDING,
        DraftState.EXECUTING,
        DraftState.EXECUTED,
        DraftState.UNCERTAIN,
    }
    assert _told(store)[0] == int(state in goes)


def test_who_wants_no_messages_is_noted_once(store: Store) -> None:
    """And forgotten once; the second time nothing changes."""
    silent = Ask(kind="silent", customer="one")
    with store.transaction() as tx:
        assert tx.tell(silent).count == 0
        assert tx.silence("one", ANA.id, MONDAY)
        assert not tx.silence("one", BEN.id, MONDAY)
        assert tx.tell(silent).count == 1
        assert tx.tell(Ask(kind="silent", customer="two")).count == 0
    with store.transaction() as tx:
        assert tx.unsilence("one")
        assert not tx.unsilence("one")
        assert tx.tell(silent).count == 0


@pytest.mark.parametrize("key", ["one", "one-mail"])
@pytest.mark.parametrize("state", DraftState)
def test_what_waits_for_a_customer_is_woken(store: Store, state: DraftState, key: str) -> None:
    """By the customer or by the address; only what has not left yet, and nobody else's."""
    waits = RunState.HOLDING if state is DraftState.HOLDING else RunState.WAITING
    for n, customer in (("1", "one"), ("2", "two"), ("3", "")):
        made = draft(
            id=f"d-{n}",
            run_id=f"r-{n}",
            state=state,
            customer=customer,
            address=f"{customer}-mail" if customer else "",
        )
        _saved(store, run(id=f"r-{n}", state=waits, due_at=None, draft=made))
    with store.transaction() as tx:
        tx.wake_about(key, MONDAY)
        due = {n: found.due_at for n in "123" if (found := tx.run(f"r-{n}"))}
    wakes = state in {DraftState.OPEN, DraftState.HOLDING}
    assert due == {"1": MONDAY if wakes else None, "2": None, "3": None}


def test_the_run_that_waited_longest_is_woken(store: Store) -> None:
    """Of those queued about the same, and no other; who is next is known whatever became of the others."""
    waits: dict[str, Any] = {"once": "Q-1", "step": "", "due_at": None, "state": RunState.WAITING}
    begun = run(id="r-1", once="Q-1", due_at=None)
    second = run(id="r-2", created_at=MONDAY + timedelta(minutes=1), **waits)
    third = run(id="r-3", created_at=MONDAY + timedelta(minutes=2), **waits)
    ended = run(id="r-0", **{**waits, "state": RunState.CANCELLED})
    with store.transaction() as tx:
        for each in (third, second, begun, ended):
            tx.add(each)
    with store.transaction() as tx:
        others = tx.others(begun.playbook, "Q-1")
        assert {other.id: other.begun for other in others} == {
            "r-0": True, "r-1": True, "r-2": False, "r-3": False,
        }  # fmt: skip
        tx.wake_queued(begun.playbook, "Q-1", MONDAY)
        tx.wake_queued(begun.playbook, "Q-2", MONDAY)
        tx.wake_queued("another", "Q-1", MONDAY)
    with store.transaction() as tx:
        due = {name: tx.run(name) for name in ("r-0", "r-1", "r-2", "r-3")}
        assert [name for name, one in due.items() if one and one.due_at] == ["r-2"]
        tx.wake_held(MONDAY)
        third_now = tx.run("r-3")
        assert third_now
        assert third_now.due_at == MONDAY


def test_what_is_done_once_is_known_by_what_it_is_about(store: Store) -> None:
    """Noted with its start; another playbook, and another subject, are others."""
    begun = run(once="Q-7")
    with store.transaction() as tx:
        tx.add(begun)
        tx.never_again(begun)
        tx.never_again(begun)
    with store.transaction() as tx:
        assert [other.id for other in tx.others(begun.playbook, "Q-7")] == [begun.id]
        assert list(tx.others("another", "Q-7")) == list(tx.others(begun.playbook, "Q-8")) == []


def test_a_kept_text_is_not_erased(store: Store) -> None:
    """Nor is one that nobody kept; that a run stands on it is noted as often as it is said."""
    with store.transaction() as tx:
        tx.add(run())
        hash_ = hashlib.sha256(b"{}").hexdigest()
        tx.keep("reading", "{}", hash_)
        for _ in range(2):
            tx.stand("r-1", hash_)
        assert not tx.is_erased(hash_)
        assert not tx.is_erased("nothing")


def test_what_was_not_tried_has_not_failed(store: Store) -> None:
    """Nobody may take it for something that is surely here."""
    with store.transaction() as tx:
        tx.add(run(draft=draft("d-1", state=DraftState.EXECUTING)))
        assert tx.tell(Ask(kind="failed", work="draft:d-1:1")).count == 0
