"""Story: somebody changes a playbook's file; its owner sees in words what would be different, and says yes or no."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from bot.storage.timetable import Timetable
from tests.slack import screen
from tests.slack.office import ANA, IDA, KIM, LEE, NOA, SALES, STRANGER, doubled
from workflows.commands import StartRun
from workflows.errors import PlaybookError
from workflows.run import TIMER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]
FOLLOW_UP = "quote-follow-up"
WEEKLY = "weekly-kpi-report"
#: One change of each kind: more may be written to, fewer decide, only words.
WIDER = ("hold: 60 seconds", "hold: 30 seconds")
TIGHTER = ("hold: 60 seconds", "hold: 120 seconds")
WORDS = ("title: Follow up a quote", "title: Ask about a quote")


@dataclass(frozen=True)
class Desk:
    """The folder of playbooks, and the bot that looks at it."""

    office: Office

    def file(self, playbook: str = FOLLOW_UP) -> Path:
        return self.office.home / "playbooks" / f"{playbook}.yml"

    def change(self, *swaps: tuple[str, str], playbook: str = FOLLOW_UP) -> None:
        """Change a playbook's file, and let the bot notice."""
        text = self.file(playbook).read_text()
        for old, new in swaps:
            assert old in text, old
            text = text.replace(old, new, 1)
        self.write(text, playbook)

    def write(self, text: str, playbook: str = FOLLOW_UP) -> None:
        self.file(playbook).write_text(text)
        self.look()

    def look(self) -> None:
        """Let the bot look at the folder twice, as it does every few seconds."""
        for _ in range(2):
            self.office.foundation.watching.tick()
        self.office.settle()

    @property
    def active(self) -> str:
        standing = self.office.foundation.lookup.standing(FOLLOW_UP)
        assert standing
        return standing.version

    def card(self, channel: str = SALES) -> Json:
        """Return the newest message of a channel, as it stands now."""
        return self.office.newest(channel)


@pytest.fixture
def desk(office: Office) -> Desk:
    """Return the folder of the company at work."""
    return Desk(office)


def test_what_stands_in_the_folder_first_is_active_without_a_press(office: Office) -> None:
    """A company that starts for the first time has nothing to sign; it is on the record all the same."""
    assert {book.playbook for book in office.foundation.shelf.books()} >= {FOLLOW_UP, WEEKLY}
    assert not office.posted(SALES)
    installed = {entry.chain for entry in office.audited("run:playbook:installed")}
    assert f"playbook:{FOLLOW_UP}" in installed


def test_a_changed_file_changes_nothing_and_its_owners_see_what_it_would(desk: Desk) -> None:
    """The card says in words what would be different, what gets wider first, and what stays."""
    before = desk.active
    desk.change(WIDER, ("[table.find, mail.send]", "[table.find, mail.send, table.update]"), WORDS)
    words = screen.words(desk.card())
    assert "Ask about a quote: a changed version" in words
    assert "wider: may now table.update" in words
    assert "wider: letter: held back 60 s → 30 s" in words
    assert words.index("wider:") < words.index("title Follow up a quote → Ask about a quote")
    assert "Unchanged: when it starts." in words
    for person in (LEE, NOA, ANA):
        assert person in words
    assert IDA not in words
    assert screen.buttons(desk.card()) == ["Activate", "Not now", "Show the text"]
    assert desk.active == before
    assert len(desk.office.audited("run:playbook:proposed")) == 1


def test_a_change_is_said_once_however_often_it_is_looked_at(desk: Desk) -> None:
    """A restart and any number of looks make one proposal and one card of it."""
    desk.change(WIDER)
    desk.look()
    desk.office.restart()
    desk.look()
    assert len(desk.office.posted(SALES)) == 1
    assert len(desk.office.audited("run:playbook:proposed")) == 1


def test_a_file_is_not_read_while_it_is_being_written(desk: Desk) -> None:
    """Only what stands there for two looks counts."""
    whole = desk.file().read_text()
    desk.file().write_text(whole[: len(whole) // 2])
    desk.office.foundation.watching.tick()
    desk.file().write_text(whole.replace(*WIDER))
    desk.office.foundation.watching.tick()
    desk.office.settle()
    assert not desk.office.posted(SALES)
    desk.look()
    assert len(desk.office.posted(SALES)) == 1


def test_the_owner_activates_and_returns_with_one_press(desk: Desk) -> None:
    """An admin may not give wider powers; the owner may. The next run has them, the one under way keeps its own."""
    office, before = desk.office, desk.active
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    under_way = office.run()
    desk.change(WIDER)
    refused = office.press(IDA, desk.card(), "activate")
    assert "wider powers needs Lee Park or Noa Brandt or Ana Ruiz" in refused.said
    assert desk.active == before
    assert [entry.actor for entry in office.audited("slack:press:refused")] == [f"user:{IDA}"]
    office.press(LEE, desk.card(), "activate")
    words = screen.words(desk.card())
    assert f"Activated by {LEE}" in words
    assert screen.buttons(desk.card()) == ["Return to the version before", "Show the text"]
    office.command(LEE, "/playbook quote-follow-up Q-1044")
    assert office.run().version == desk.active != before
    kept = office.foundation.lookup.run(under_way.id)
    assert kept
    assert kept.version == before
    home = office.open_home(LEE)
    returned = office.press(LEE, home, "roll_back", FOLLOW_UP)
    assert "again" in screen.words(returned.dialog)
    assert desk.active == before
    office.command(LEE, "/playbook quote-follow-up Q-1045")
    assert office.run().version == before
    card = next(one for one in office.posted(SALES) if "changed version" in screen.words(one))
    assert "not the active version any more" in screen.words(card)
    assert len(office.audited("run:playbook:activated")) == 1
    assert [entry.actor for entry in office.audited("run:playbook:returned")] == [f"user:{LEE}"]


def test_tightening_needs_no_owner(desk: Desk) -> None:
    """An admin may take powers away, and change words."""
    desk.change(TIGHTER, WORDS)
    assert IDA in screen.words(desk.card())
    desk.office.press(IDA, desk.card(), "activate")
    assert f"Activated by {IDA}" in screen.words(desk.card())


def test_returning_to_wider_powers_needs_the_owner(desk: Desk) -> None:
    """What an admin took away they can't give back."""
    desk.change(TIGHTER)
    desk.office.press(IDA, desk.card(), "activate")
    tight = desk.active
    assert "roll_back" not in str(desk.office.open_home(IDA))
    assert "wider powers needs" in desk.office.press(IDA, desk.card(), "roll_back").said
    assert desk.active == tight
    desk.office.press(NOA, desk.card(), "roll_back")
    assert desk.active != tight


@pytest.mark.parametrize("person", [KIM, STRANGER])
def test_guests_and_strangers_choose_nothing(desk: Desk, person: str) -> None:
    """Not even to leave it as it is, or to look at it."""
    desk.change(WORDS)
    before = desk.active
    for action in ("activate", "dismiss"):
        assert "needs somebody who works" in desk.office.press(
            person, desk.card(), action
        ).said or ("Only people of" in desk.office.press(person, desk.card(), action).said)
    assert desk.office.press(person, desk.card(), "show_text").dialog is None
    assert desk.active == before
    assert "Not now" in screen.buttons(desk.card())


def test_not_now_leaves_it_and_it_can_be_activated_later(desk: Desk) -> None:
    """The card says who put it off, and keeps the other button."""
    before = desk.active
    desk.change(WIDER)
    desk.office.press(IDA, desk.card(), "dismiss")
    assert f"Not now, says {IDA}" in screen.words(desk.card())
    assert screen.buttons(desk.card()) == ["Activate", "Show the text"]
    assert desk.active == before
    desk.office.press(NOA, desk.card(), "activate")
    assert desk.active != before


def test_the_whole_text_can_be_read_before(desk: Desk) -> None:
    """The procedure as it would be, without a button that starts it."""
    desk.change(WORDS)
    shown = desk.office.press(NOA, desk.card(), "show_text").dialog
    assert shown
    assert "Ask about a quote" in screen.words(shown)
    assert "Start" not in screen.buttons(shown)


def test_a_press_counts_for_what_was_shown_and_nothing_else(desk: Desk) -> None:
    """The file changed again, or another version is active: the old card refuses and is drawn anew."""
    office, before = desk.office, desk.active
    desk.change(WIDER)
    first = desk.card()
    old = office.pressing(LEE, first, "activate")
    desk.change(("hold: 30 seconds", "hold: 20 seconds"))
    assert "Something else was proposed by now" in office.dispatch(old).said
    assert "was not activated" in screen.words(office.posted(SALES)[0])
    assert desk.active == before
    office.press(LEE, desk.card(), "activate")
    desk.change(("hold: 20 seconds", "hold: 10 seconds"))
    compared = office.pressing(LEE, desk.card(), "activate")
    office.press(LEE, office.open_home(LEE), "roll_back", FOLLOW_UP)
    assert desk.active == before
    assert "held back 60 s → 10 s" in screen.words(desk.card())
    assert "Another version is active by now" in office.dispatch(compared).said
    assert desk.active == before


def test_a_press_delivered_twice_counts_once(desk: Desk) -> None:
    """Slack's retry is answered as the first was."""
    desk.change(WIDER)
    body = desk.office.pressing(LEE, desk.card(), "activate")
    desk.office.dispatch(body)
    desk.office.dispatch(doubled(body))
    assert len(desk.office.audited("run:playbook:activated")) == 1


def test_a_file_that_says_what_is_active_again_takes_the_proposal_back(desk: Desk) -> None:
    """The card can't be activated any more; the same change later is a new proposal."""
    whole = desk.file().read_text()
    desk.change(WIDER)
    desk.write(whole)
    assert screen.buttons(desk.card()) == ["Show the text"]
    desk.change(WIDER)
    assert len(desk.office.posted(SALES)) == 2
    assert "Activate" in screen.buttons(desk.card())


def test_a_broken_file_is_told_to_the_owners_and_stops_nothing(desk: Desk) -> None:
    """The active version goes on, also over a restart; App Home shows it until the file is right again."""
    whole, before = desk.file().read_text(), desk.active
    desk.change(("level: 3", "level: 9"))
    told = screen.words(desk.office.newest(LEE))
    assert "goes on as it was" in told
    assert "quote-follow-up.yml:6" in told
    desk.office.restart()
    desk.look()
    assert len(desk.office.posted(LEE)) == 1
    assert desk.active == before
    desk.office.command(LEE, "/playbook quote-follow-up Q-1043")
    assert desk.office.run().version == before
    assert "quote-follow-up.yml" in screen.words(desk.office.open_home(IDA))
    desk.write(whole)
    assert "quote-follow-up.yml" not in screen.words(desk.office.open_home(IDA))


def test_a_company_that_never_started_is_told_of_a_broken_file_at_once(
    opened: Callable[..., Office], home: Path
) -> None:
    """Nothing runs yet, so nothing is stopped by it."""
    file = home / "playbooks" / f"{FOLLOW_UP}.yml"
    whole = file.read_text()
    file.write_text(whole.replace("level: 3", "level: 9"))
    with pytest.raises(PlaybookError, match=r"quote-follow-up\.yml"):
        opened()
    file.write_text(whole)
    assert opened().foundation.shelf.get(FOLLOW_UP)


def test_a_new_file_asks_the_companys_owner(desk: Desk) -> None:
    """Whoever can write a file can't give it an owner who would then say yes."""
    text = desk.file().read_text().replace("playbook: quote-follow-up", "playbook: quote-reminder")
    desk.write(text.replace("owner: sales", "owner: finance"), "quote-reminder")
    card = desk.card(ANA)
    assert "a new playbook" in screen.words(card)
    assert "wider: may now mail.send" in screen.words(card)
    refused = desk.office.press(IDA, card, "activate").said
    assert "needs Ana Ruiz" in refused
    assert "no playbook called" in desk.office.command(LEE, "/playbook quote-reminder").said
    desk.office.press(ANA, card, "activate")
    assert desk.office.command(LEE, "/playbook quote-reminder").dialog


def test_a_file_that_is_removed_proposes_and_stops_nothing(desk: Desk) -> None:
    """To stop a playbook is a press of its own: pause it."""
    desk.file().unlink()
    desk.look()
    desk.office.restart()
    assert not desk.office.posted(SALES)
    desk.office.command(LEE, "/playbook quote-follow-up Q-1043")
    assert desk.office.run().playbook == FOLLOW_UP


def test_the_start_form_and_home_say_that_a_change_waits(desk: Desk) -> None:
    """Whoever starts it sees what is started; the owner finds the change without the card."""
    assert "waits" not in screen.words(desk.office.command(LEE, "/playbook quote-follow-up").dialog)
    desk.change(WORDS)
    form = desk.office.command(LEE, "/playbook quote-follow-up").dialog
    assert "A changed version waits" in screen.words(form)
    assert "Ask about a quote" not in screen.words(form)
    home = desk.office.open_home(LEE)
    assert "a changed version waits to be activated" in screen.words(home)
    change = desk.office.press(LEE, home, "show_change").dialog
    assert change
    assert "title Follow up a quote → Ask about a quote" in screen.words(change)
    done = desk.office.press(LEE, change, "activate").dialog
    assert "Activated" in screen.words(done)
    assert "a changed version waits" not in screen.words(desk.office.slack.homes[LEE])
    shown = desk.office.press(LEE, desk.office.open_home(LEE), "show_sop", FOLLOW_UP).dialog
    assert "Ask about a quote" in screen.words(shown)


def test_a_schedule_follows_the_active_version(desk: Desk) -> None:
    """Another cron line counts from the press on, not from the change of the file."""

    def next_at() -> object:
        timetable = Timetable(desk.office.foundation.store)
        return next(one.next_at for one in timetable.schedules() if one.playbook == WEEKLY)

    before = next_at()
    desk.change(("0 8 * * mon", "0 8 * * tue"), playbook=WEEKLY)
    desk.office.pass_by(seconds=1)
    assert next_at() == before
    book = desk.office.foundation.shelf.get(WEEKLY)
    assert book
    card = desk.card(desk.office.foundation.folder.company().channel(book.channel) or ANA)
    assert "by itself: starts at" in screen.words(card)
    desk.office.press(ANA, card, "activate")
    desk.office.pass_by(seconds=1)
    assert next_at() != before


def test_a_start_takes_what_is_active_at_that_moment(desk: Desk) -> None:
    """Also one that no person made."""
    desk.change(WIDER)
    desk.office.press(LEE, desk.card(), "activate")
    start = StartRun(actor=TIMER, key="bell", playbook=FOLLOW_UP, inputs={"quote": "Q-1044"})
    desk.office.foundation.engine.handle(start)
    assert desk.office.run().version == desk.active


def test_two_owners_press_at_once_and_one_of_them_wins(desk: Desk) -> None:
    """One activates, one leaves it: whoever is second is told what the first did."""
    for n in range(5):
        old = f"hold: {60 - n} seconds"
        desk.change((old, f"hold: {59 - n} seconds"))
        card = desk.card()
        yes = desk.office.pressing(LEE, card, "activate")
        no = desk.office.pressing(NOA, card, "dismiss")
        before = desk.active
        both = [threading.Thread(target=desk.office.deliver, args=(each,)) for each in (yes, no)]
        for one in both:
            one.start()
        for one in both:
            one.join(30)
        desk.office.settle()
        was_activated = desk.active != before
        assert ("Activated by" in screen.words(desk.card())) is was_activated
        decided = [desk.office.audited(f"run:playbook:{e}") for e in ("activated", "dismissed")]
        assert sum(map(len, decided)) == n + 1
        assert "This was already" in str(
            desk.office.slack.whispers[NOA if was_activated else LEE][-1]
        )
