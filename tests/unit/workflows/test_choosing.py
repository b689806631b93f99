"""Who may choose which version of a playbook is active, what comes of it, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.workflows.builders import (
    ADA,
    ANA,
    BEN,
    CEM,
    COMPANY,
    EVE,
    GIL,
    INA,
    OLGA,
    House,
    house,
    mailing,
    playbook,
    refunding,
)
from workflows.answers import FieldErrors, Recorded, Refused
from workflows.commands import (
    Activate,
    Complain,
    Dismiss,
    Install,
    Propose,
    RollBack,
    StartRun,
    Suggest,
)
from workflows.errors import (
    AlreadyDecided,
    NotAllowed,
    NothingBefore,
    OldProposal,
    PlaybookError,
    Refusal,
    StaleForm,
    StaleProposal,
    Stranger,
    UnknownProposal,
    Unusable,
)
from workflows.events import Event
from workflows.run import OPERATOR, SYSTEM, TIMER, Actor
from workflows.versions.version import SHOWN, Active, Proposal, choosers, owners

if TYPE_CHECKING:
    from workflows.answers import Answer
    from workflows.playbook import Playbook

BOOK = playbook(mailing())
WIDER = playbook(mailing(), refunding())
TIGHTER = playbook(mailing(approve={"by": "sales", "hold": "120 seconds"}))
SAME = playbook(mailing(), title="Ask again")


@pytest.fixture
def at() -> House:
    """Return a company that has begun with one playbook."""
    built = house()
    built.engine.handle(Install(actor=SYSTEM, books=(BOOK,)))
    return built


def propose(at: House, book: Playbook) -> Proposal | None:
    """Let the folder say this, and return the newest proposal."""
    at.clock.pass_by(seconds=1)
    at.engine.handle(Propose(actor=SYSTEM, playbook=book.playbook, version=book.version, book=book))
    with at.store.looking() as look:
        return look.newest_proposal(book.playbook)


def proposed(at: House, book: Playbook) -> Proposal:
    """Return a proposal that waits."""
    found = propose(at, book)
    assert found
    assert found.state == "open"
    return found


def active(at: House) -> Active:
    return at.store.rows.actives["follow-up"]


def press(
    at: House, who: Actor, kind: type[Activate | Dismiss], on: Proposal, **more: Any
) -> Answer:
    """Press a button of the card as it is shown now."""
    shown: dict[str, Any] = {
        "proposal_id": on.id,
        "version": on.version[:SHOWN],
        "active": active(at).version[:SHOWN],
    }
    return at.engine.handle(kind(actor=who, **{**shown, **more}))


def back(at: House, who: Actor, **more: Any) -> Answer:
    """Press the button that returns to the version before."""
    now = active(at)
    shown: dict[str, Any] = {"active": now.version[:SHOWN], "to": now.before[:SHOWN]}
    return at.engine.handle(RollBack(actor=who, playbook="follow-up", **{**shown, **more}))


def refusal(answer: Answer) -> type[Refusal]:
    assert isinstance(answer, Refused), answer
    return type(answer.error)


def events(at: House) -> list[Event]:
    return [entry.event for entry in at.store.entries if entry.chain == "playbook:follow-up"]


# --- What the folder says ---


def test_the_first_contents_are_active_and_on_the_record(at: House) -> None:
    """Nobody signs them, and nothing is posted."""
    assert active(at).version == BOOK.version
    assert active(at).by == ""
    assert events(at) == [Event.PLAYBOOK_INSTALLED]
    assert not at.store.rows.posts


def test_they_are_taken_once(at: House) -> None:
    """A second start installs nothing, also where another process was first."""
    at.engine.handle(Install(actor=SYSTEM, books=(WIDER,)))
    assert active(at).version == BOOK.version
    fresh = house()
    made = proposed(fresh, BOOK)
    fresh.engine.handle(Install(actor=SYSTEM, books=(BOOK,)))
    assert not fresh.store.rows.actives
    assert made.base == ""


def test_a_changed_file_is_a_proposal_in_the_channel_of_the_playbook(at: House) -> None:
    """It says what would be different, and changes nothing."""
    made = proposed(at, WIDER)
    assert made.base == BOOK.version
    assert set(at.store.rows.posts) == {(f"proposal:{made.id}", "C-SALES")}
    assert at.store.entries[-1].event == Event.PLAYBOOK_PROPOSED
    assert "wider: new step refund" in str(at.store.entries[-1].body["changes"])
    assert active(at).version == BOOK.version


def test_without_a_channel_each_owner_gets_it(at: House) -> None:
    """In a direct message; guests and those who left are no owners."""
    quiet = playbook(mailing(), channel="")
    at.shelf.put(quiet)
    made = proposed(at, WIDER)
    to = {channel for subject, channel in at.store.rows.posts if made.id in subject}
    assert to == {"U-ANA", "U-BEN"}


def test_the_same_file_is_proposed_once(at: House) -> None:
    """However often it is looked at, and after it was put off or activated and left again."""
    made = proposed(at, WIDER)
    assert propose(at, WIDER) == made
    press(at, ANA, Dismiss, made)
    assert (found := propose(at, WIDER))
    assert (found.id, found.state) == (made.id, "dismissed")
    press(at, ANA, Activate, made, state="dismissed")
    back(at, ANA)
    assert (found := propose(at, WIDER))
    assert (found.id, found.state) == (made.id, "activated")
    assert len(at.store.rows.proposals) == 1


def test_another_change_takes_the_place_of_the_one_that_waits(at: House) -> None:
    """Only the newest can be decided."""
    old = proposed(at, WIDER)
    new = proposed(at, SAME)
    assert at.store.rows.proposals[old.id].state == "withdrawn"
    assert events(at)[-2:] == [Event.PLAYBOOK_WITHDRAWN, Event.PLAYBOOK_PROPOSED]
    assert refusal(press(at, ANA, Activate, old)) is OldProposal
    assert f"proposal:{old.id}" in at.store.rows.redrawn
    assert isinstance(press(at, ANA, Activate, new), Recorded)


def test_a_file_that_is_as_it_was_takes_its_proposal_back(at: House) -> None:
    """What is active needs no press; a later change is a new proposal."""
    first = proposed(at, WIDER)
    propose(at, BOOK)
    assert at.store.rows.proposals[first.id].state == "withdrawn"
    propose(at, BOOK)
    assert events(at).count(Event.PLAYBOOK_WITHDRAWN) == 1
    assert proposed(at, WIDER).id != first.id


def test_a_file_that_is_as_it_was_leaves_what_was_put_off(at: House) -> None:
    """There is nothing to take back."""
    made = proposed(at, WIDER)
    press(at, ANA, Dismiss, made)
    propose(at, BOOK)
    assert at.store.rows.proposals[made.id].state == "dismissed"


def test_a_file_that_cannot_be_read_is_told_to_the_owners(at: House) -> None:
    """Once, each in a direct message; for a file nobody knows it is the company's owner."""
    for name in ("follow-up", "follow-up", "new-one"):
        key = f"unreadable:{name}"
        at.engine.handle(
            Complain(actor=SYSTEM, key=key, playbook=name, version=name, problem="line 6")
        )
    posts = at.store.rows.posts
    assert {channel for _, channel in posts} == {"U-ANA", "U-BEN", "U-OLGA"}
    assert "Follow up goes on as it was" in str(posts["unreadable:follow-up", "U-ANA"].body)
    assert "goes on" not in str(posts["unreadable:new-one", "U-OLGA"].body)
    said = [e for e in at.store.entries if e.event == Event.PLAYBOOK_UNREADABLE]
    assert len(said) == 2


# --- Who may ---


@pytest.mark.parametrize(
    ("book", "who", "error"),
    [
        (WIDER, ANA, None),
        (WIDER, BEN, None),
        (WIDER, OLGA, None),
        (WIDER, ADA, NotAllowed),
        (WIDER, CEM, NotAllowed),
        (WIDER, GIL, NotAllowed),
        (WIDER, INA, NotAllowed),
        (WIDER, EVE, Stranger),
        (WIDER, OPERATOR, Stranger),
        (WIDER, TIMER, Stranger),
        (TIGHTER, ANA, None),
        (TIGHTER, ADA, None),
        (TIGHTER, CEM, NotAllowed),
        (SAME, ADA, None),
        (SAME, GIL, NotAllowed),
    ],
)
def test_wider_powers_need_an_owner_and_others_an_admin(
    at: House, book: Playbook, who: Actor, error: type[Refusal] | None
) -> None:
    """Each role on each side; a refusal is on the record and changes nothing."""
    made = proposed(at, book)
    answer = press(at, who, Activate, made)
    if error is None:
        assert isinstance(answer, Recorded)
        assert active(at) == Active(
            playbook="follow-up",
            version=book.version,
            before=BOOK.version,
            by=who.id,
            filed=book.version,
            at=at.clock.now(),
        )
        return
    assert refusal(answer) is error
    assert active(at).version == BOOK.version
    entry = at.store.entries[-1]
    assert (entry.event, entry.object) == (Event.PRESS_REFUSED, f"proposal:{made.id}")


def test_the_refusal_says_who_can(at: House) -> None:
    """By name."""
    answer = press(at, ADA, Activate, proposed(at, WIDER))
    assert isinstance(answer, Refused)
    assert "wider powers needs Ana or Ben or Olga" in answer.error.sentence
    assert "Choosing a playbook's version needs" in str(
        getattr(press(at, CEM, Dismiss, proposed(at, SAME)), "error", "")
    )


@pytest.mark.parametrize(
    ("who", "error"),
    [(ANA, None), (OLGA, None), (ADA, None), (CEM, NotAllowed), (EVE, Stranger)],
)
def test_not_now_is_open_to_admins_too(at: House, who: Actor, error: type[Refusal] | None) -> None:
    """It gives nobody more."""
    made = proposed(at, WIDER)
    answer = press(at, who, Dismiss, made)
    assert (error is None) is isinstance(answer, Recorded)
    state = at.store.rows.proposals[made.id].state
    assert state == ("dismissed" if error is None else "open")
    assert active(at).version == BOOK.version


def test_the_owner_is_the_one_of_the_active_version(at: House) -> None:
    """A file can't name an owner who would then say yes to it."""
    stolen = playbook(mailing(), refunding(), owner="finance")
    made = proposed(at, stolen)
    assert refusal(press(at, CEM, Activate, made)) is NotAllowed
    assert isinstance(press(at, ANA, Activate, made), Recorded)
    assert refusal(press(at, ANA, Activate, proposed(at, WIDER))) is NotAllowed


def test_a_new_playbook_needs_the_companys_owner(at: House) -> None:
    """Whatever it calls its owner; admins are no help."""
    new = playbook(mailing(), playbook="second")
    made = propose(at, new)
    assert made
    assert ("proposal:" + made.id, "U-OLGA") in at.store.rows.posts
    for who in (ANA, ADA):
        assert refusal(press(at, who, Activate, made, active="")) is NotAllowed
    assert isinstance(press(at, OLGA, Activate, made, active=""), Recorded)
    assert at.store.rows.actives["second"].before == ""
    nothing = RollBack(actor=OLGA, playbook="second", active=new.version[:SHOWN], to="")
    assert refusal(at.engine.handle(nothing)) is NothingBefore


def test_an_owner_nobody_is_means_the_companys_owner() -> None:
    """Somebody must be able to say yes."""
    gone = playbook(mailing(), owner="U-INA")
    assert [person.id for person in owners(gone, COMPANY)] == ["U-OLGA"]
    assert [person.id for person in choosers(gone, COMPANY, ())] == ["U-OLGA", "U-ADA"]


# --- What was shown is what is activated ---


def test_a_start_takes_the_version_that_is_active_then(at: House) -> None:
    """Runs under way keep theirs."""
    before = at.engine.handle(StartRun(actor=ANA, key="one", playbook="follow-up"))
    press(at, ANA, Activate, proposed(at, WIDER))
    after = at.engine.handle(StartRun(actor=ANA, key="two", playbook="follow-up"))
    assert isinstance(before, Recorded)
    assert isinstance(after, Recorded)
    assert before.run
    assert after.run
    assert after.run.version == WIDER.version
    assert at.now(before.run).version == BOOK.version


@pytest.mark.parametrize("shown", [{"version": "0" * SHOWN}, {"active": "0" * SHOWN}])
def test_a_button_that_showed_something_else_is_refused(at: House, shown: dict[str, str]) -> None:
    """The proposed version and the one it was compared with, both."""
    assert refusal(press(at, ANA, Activate, proposed(at, WIDER), **shown)) is StaleProposal
    assert active(at).version == BOOK.version


def test_the_first_press_wins(at: House) -> None:
    """Whoever comes second, from the same card, hears who was first."""
    made = proposed(at, WIDER)
    press(at, BEN, Dismiss, made)
    late = press(at, ANA, Activate, made)
    assert isinstance(late, Refused)
    assert "already put off by Ben" in late.error.sentence
    assert isinstance(press(at, ANA, Activate, made, state="dismissed"), Recorded)
    again = press(at, BEN, Dismiss, made, active=BOOK.version[:SHOWN])
    assert refusal(again) is AlreadyDecided


def test_a_card_that_says_put_off_is_refused_while_it_is_open(at: House) -> None:
    """Nothing leads there, and nothing comes of it."""
    answer = press(at, ANA, Activate, proposed(at, WIDER), state="dismissed")
    assert refusal(answer) is AlreadyDecided


def test_a_proposal_nobody_knows_is_refused(at: House) -> None:
    """It may be another workspace's."""
    made = proposed(at, WIDER).model_copy(update={"id": "p-9"})
    assert refusal(press(at, ANA, Activate, made)) is UnknownProposal


# --- Back ---


def test_one_press_returns_and_one_press_returns_again(at: House) -> None:
    """The version before is then the one that was left."""
    made = proposed(at, WIDER)
    press(at, ANA, Activate, made)
    answer = back(at, ANA)
    assert isinstance(answer, Recorded)
    assert answer.sentence.startswith(f"Follow up is at version {BOOK.version[:SHOWN]} again")
    assert (active(at).version, active(at).before) == (BOOK.version, WIDER.version)
    assert f"proposal:{made.id}" in at.store.rows.redrawn
    assert at.store.entries[-1].event == Event.PLAYBOOK_RETURNED
    back(at, ANA)
    assert (active(at).version, active(at).before) == (WIDER.version, BOOK.version)


def test_an_admin_returns_to_tighter_powers_alone(at: House) -> None:
    """And may not give back what was taken away."""
    press(at, ANA, Activate, proposed(at, WIDER))
    assert isinstance(back(at, ADA), Recorded)
    assert refusal(back(at, ADA)) is NotAllowed
    assert refusal(back(at, EVE)) is Stranger


@pytest.mark.parametrize("shown", [{"active": "0" * SHOWN}, {"to": "0" * SHOWN}])
def test_a_way_back_that_showed_something_else_is_refused(at: House, shown: dict[str, str]) -> None:
    """Somebody returned meanwhile."""
    press(at, ANA, Activate, proposed(at, WIDER))
    assert refusal(back(at, ANA, **shown)) is StaleProposal


def test_there_is_no_way_back_from_the_first_version(at: House) -> None:
    """Nor from a playbook nobody knows."""
    assert refusal(back(at, ANA)) is NothingBefore
    unknown = RollBack(actor=ANA, playbook="nothing", active="", to="")
    assert refusal(at.engine.handle(unknown)) is NothingBefore


def test_without_a_proposal_there_is_nothing_to_draw_again(at: House) -> None:
    """A version that was activated before proposals were kept."""
    at.shelf.put(WIDER)
    with at.store.transaction() as tx:
        tx.activate(active(at).model_copy(update={"before": BOOK.version}))
    assert isinstance(back(at, ANA), Recorded)


def test_what_waits_is_compared_with_what_was_returned_to(at: House) -> None:
    """Its card is drawn again, and the old one refuses."""
    press(at, ANA, Activate, proposed(at, SAME))
    made = proposed(at, WIDER)
    assert made.base == SAME.version
    back(at, ANA)
    assert at.store.rows.proposals[made.id].base == BOOK.version
    stale = press(at, ANA, Activate, made, active=SAME.version[:SHOWN])
    assert refusal(stale) is StaleProposal


def test_returning_to_what_waits_decides_it(at: House) -> None:
    """The file was put back as it was before, then somebody pressed the other button."""
    press(at, ANA, Activate, proposed(at, WIDER))
    made = proposed(at, BOOK)
    back(at, ANA)
    decided = at.store.rows.proposals[made.id]
    assert (decided.state, decided.by) == ("activated", "U-ANA")


# --- What this program can't read ---


def _lost(at: House, version: str) -> None:
    """Let a version be one this program can't read any more."""
    _, lost = at.store.rows.documents[version]
    read = at.store.parse

    def parse(source: str) -> Playbook:
        if source == lost:
            raise PlaybookError(place="kept", problem="no such action")
        return read(source)

    at.store.parse = parse


def test_an_active_version_this_program_cannot_read_starts_nothing(at: House) -> None:
    """And hides no other playbook; only the company's owner may put another in its place."""
    made = proposed(at, SAME)
    _lost(at, BOOK.version)
    answer = at.engine.handle(StartRun(actor=ANA, key="one", playbook="follow-up"))
    assert refusal(answer) is Unusable
    assert refusal(press(at, ANA, Activate, made)) is NotAllowed
    assert isinstance(press(at, OLGA, Activate, made), Recorded)


def test_a_proposed_version_this_program_cannot_read_is_not_activated(at: House) -> None:
    """It could not be said what it changes."""
    made = proposed(at, WIDER)
    _lost(at, WIDER.version)
    assert refusal(press(at, ANA, Activate, made)) is Unusable


def test_a_version_before_this_program_cannot_read_is_not_returned_to(at: House) -> None:
    """Nor is it named."""
    press(at, ANA, Activate, proposed(at, WIDER))
    _lost(at, BOOK.version)
    assert refusal(back(at, ANA)) is Unusable


# --- What somebody filled in ---


def suggest(at: House, actor: Actor, book: Playbook, base: str | None = None) -> Answer:
    """Fill in a change of what was seen, which is what is active unless it is said."""
    at.clock.pass_by(seconds=1)
    seen = BOOK.version if base is None else base
    return at.engine.handle(
        Suggest(
            actor=actor,
            playbook=book.playbook,
            version=book.version,
            base=seen[:SHOWN],
            book=book,
        )
    )


def newest(at: House) -> Proposal:
    """Return the newest proposal."""
    with at.store.looking() as look:
        found = look.newest_proposal(BOOK.playbook)
    assert found
    return found


@pytest.mark.parametrize("who", [ANA, ADA, OLGA])
def test_owners_and_admins_fill_in_a_change_that_waits_like_a_files(at: House, who: Actor) -> None:
    """With their name on it; the owner who wrote it may activate it too."""
    assert isinstance(suggest(at, who, WIDER), Recorded)
    made = newest(at)
    assert (made.state, made.author, made.base) == ("open", who.id, BOOK.version)
    assert at.store.entries[-1].event == Event.PLAYBOOK_PROPOSED
    assert at.store.entries[-1].actor == who
    assert active(at).version == BOOK.version


@pytest.mark.parametrize("who", [CEM, GIL, EVE])
def test_others_are_told_whom_to_ask(at: House, who: Actor) -> None:
    """A proposal takes another's place and an owner's time, so not everybody makes one."""
    answer = suggest(at, who, TIGHTER)
    assert isinstance(answer, Refused)
    assert isinstance(answer.error, NotAllowed | Stranger)
    with at.store.looking() as look:
        assert look.newest_proposal(BOOK.playbook) is None


def test_a_file_that_did_not_change_never_goes_back_behind_a_form(at: House) -> None:
    """However often it is looked at, before and after it is activated; a file that does change is proposed."""
    suggest(at, OLGA, WIDER)
    made = newest(at)
    assert propose(at, BOOK) == made
    activate = Activate(
        actor=OLGA,
        proposal_id=made.id,
        version=made.version[:SHOWN],
        active=BOOK.version[:SHOWN],
    )
    assert isinstance(at.engine.handle(activate), Recorded)
    assert propose(at, BOOK) == newest(at)
    assert (newest(at).state, active(at).version) == ("activated", WIDER.version)
    changed = proposed(at, TIGHTER)
    assert (changed.state, changed.author, changed.base) == ("open", "", WIDER.version)


def test_a_form_takes_the_place_of_what_waits_and_goes_on_from_it(at: House) -> None:
    """Whoever filled in another text than the one that waits by now is told."""
    file = proposed(at, WIDER)
    late = suggest(at, OLGA, SAME)
    assert isinstance(late, Refused)
    assert isinstance(late.error, StaleForm)
    assert isinstance(suggest(at, OLGA, SAME, WIDER.version), Recorded)
    with at.store.looking() as look:
        before = look.proposal(file.id)
    assert before
    assert (before.state, newest(at).version) == ("withdrawn", SAME.version)


def test_a_file_that_says_again_what_is_active_takes_back_only_what_a_file_said(at: House) -> None:
    """What somebody filled in stays."""
    proposed(at, WIDER)
    suggest(at, OLGA, TIGHTER, WIDER.version)
    propose(at, BOOK)
    assert (newest(at).version, newest(at).state) == (TIGHTER.version, "open")


def test_filling_in_what_is_active_takes_back_what_waits(at: House) -> None:
    """Nothing is left to be activated."""
    suggest(at, OLGA, WIDER)
    answer = suggest(at, OLGA, BOOK, WIDER.version)
    assert isinstance(answer, Recorded)
    assert "That is what is active" in answer.sentence
    assert newest(at).state == "withdrawn"
    assert isinstance(suggest(at, OLGA, BOOK), Recorded)


def test_a_new_playbook_has_a_name_of_its_own(at: House) -> None:
    """It waits for the company's owner."""
    taken = suggest(at, OLGA, WIDER, "")
    assert isinstance(taken, FieldErrors)
    assert taken.errors.keys() == {"playbook"}
    fresh = playbook(mailing(), playbook="another")
    assert isinstance(suggest(at, ADA, fresh, ""), Recorded)
    with at.store.looking() as look:
        made = look.newest_proposal("another")
    assert made
    assert (made.base, made.author) == ("", ADA.id)


def test_what_was_put_off_before_files_were_kept_is_not_proposed_again(at: House) -> None:
    """After an upgrade nobody knows yet what a file said."""
    made = proposed(at, WIDER)
    dismiss = Dismiss(
        actor=OLGA, proposal_id=made.id, version=made.version[:SHOWN], active=BOOK.version[:SHOWN]
    )
    at.engine.handle(dismiss)
    at.store.rows.filed.clear()
    assert propose(at, WIDER) == newest(at)
    assert newest(at).state == "dismissed"
    assert at.store.rows.filed == {BOOK.playbook: WIDER.version}
