"""Story: somebody edits a letter and signs it; the agent's next letter is written with that edit, until it is off."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from agents.chat import ChatDrafter
from agents.provider import Provider
from bot.storage.choosing import Choice, find
from bot.storage.erasing import Asked, Eraser
from tests.agents.chat_server import ChatServer, Reply, completion
from tests.agents.examples import FakeLedger
from tests.fakes.clock import FakeClock
from tests.slack import screen
from tests.slack.office import ANA, IDA, LEE, MIA, NOA, SALES, STRANGER
from tests.slack.test_promotion import FOLLOW_UP, ROLLOUT, change, report
from workflows.events import Event
from workflows.run import OPERATOR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]

EDITED = "Hi Jo,\n\nany news on Q-1043 from Lark Bakery? 2,480.00 USD still stands.\n\nLee"


@pytest.fixture
def server() -> Iterator[ChatServer]:
    """Return a model's server that always writes the same letter."""

    def letter(_asked: Json) -> Reply:
        fields = {"subject": "Your quote", "body": "Dear customer,\n\nI kindly await your answer."}
        return completion(json.dumps({"fields": fields, "why": "No answer is on record."}))

    with ChatServer() as started:
        started.follows(letter)
        yield started


def switched_on(home: Path, flags: str = "{learn_from_edits: true}") -> None:
    """Write it into company.yml."""
    with (home / "company.yml").open("a", encoding="utf-8") as file:
        file.write(f"\nflags: {flags}\n")


@pytest.fixture
def learning(home: Path, opened: Callable[..., Office], server: ChatServer) -> Office:
    """Return the company at work with a model, learning from edits."""
    switched_on(home)
    return opened(drafter=_drafter(server))


def _drafter(server: ChatServer) -> ChatDrafter:
    provider = Provider(api_key="sk-1", base_url=server.url, clock=FakeClock())
    return ChatDrafter(provider=provider, ledger=FakeLedger(), model="small")


def edit_and_sign(office: Office, quote: str = "Q-1043", body: str = EDITED) -> str:
    """Have a letter edited, signed and sent; return its draft's id."""
    office.command(LEE, f"/playbook quote-follow-up {quote}")
    office.press(LEE, office.newest(SALES), "edit")
    typed = {"input:body": body, "reason": "wrong tone", "sign_too": True}
    office.submit(LEE, typed)
    office.pass_by(seconds=61)
    return office.draft().id


def told(server: ChatServer) -> str:
    """Return everything the model was told last."""
    return "\n".join(message["content"] for message in server.asked[-1]["messages"])


def listed(office: Office, who: str) -> Json:
    """Open the list in somebody's Home."""
    office.press(who, office.open_home(who), "home_page", "learnt")
    return office.slack.homes[who]


def test_the_next_letter_is_written_with_the_edit_and_the_one_after_it_is_off_without(
    learning: Office, server: ChatServer
) -> None:
    """What the model really got over the wire: nothing, the example, nothing; three prompt versions tell it."""
    made = edit_and_sign(learning)
    assert "<examples>" not in told(server)
    first = learning.draft().author.prompt_version

    learning.command(NOA, "/playbook quote-follow-up Q-1044")
    asked = told(server)
    inner = asked.partition("<examples>\n")[2].partition("\n</examples>")[0]
    (example,) = json.loads(inner)
    assert example["reason"] == "wrong tone"
    (change,) = example["changes"]
    assert change["before"] == "Dear customer,\n\nI kindly await your answer."
    assert change["after"].startswith("Hi [contact],\n\nany news on [id] from [customer]? [number]")
    assert not [leak for leak in ("Lark", "Larkin", "Jo,", "2,480", "Q-1043") if leak in asked]
    second = learning.draft()
    assert second.learnt == (made,)

    seen = learning.press(LEE, listed(learning, LEE), "example", "off:")
    assert "not shown this edit any more" in screen.words(seen.dialog)
    learning.command(NOA, "/playbook quote-follow-up Q-1042")
    assert "<examples>" not in told(server)
    third = learning.draft()
    assert third.learnt == ()
    assert third.author.prompt_version == first != second.author.prompt_version


def test_what_is_about_employees_teaches_nobody_else(
    home: Path, opened: Callable[..., Office], server: ChatServer
) -> None:
    """Words that are no value of the case are not veiled: they stay with the playbook they were written in."""
    switched_on(home)
    with (home / "company.yml").open("a", encoding="utf-8") as file:
        file.write("\nprivate_channels: [sales]\n")
    text = (home / "playbooks" / "quote-follow-up.yml").read_text(encoding="utf-8")
    named = text.replace("playbook: quote-follow-up", "playbook: staff-letter\nprivate: true", 1)
    (home / "playbooks" / "staff-letter.yml").write_text(named, encoding="utf-8")
    office = opened(drafter=_drafter(server))
    office.command(LEE, "/playbook staff-letter Q-1043")
    office.press(LEE, office.newest(SALES), "edit")
    said = {"input:body": "You were signed off with burnout.", "sign_too": True}
    office.submit(LEE, {**said, "reason": "wrong tone"})
    office.pass_by(seconds=61)
    assert office.draft().state == "executed"
    office.command(NOA, "/playbook staff-letter Q-1042")
    assert "burnout" in told(server)
    office.command(NOA, "/playbook quote-follow-up Q-1044")
    assert "<examples>" not in told(server)
    assert "burnout" not in told(server)


def test_the_card_says_how_many_edits_it_learnt_from(learning: Office) -> None:
    """Behind the three dots, where everything stands that it rests on."""
    edit_and_sign(learning)
    learning.command(NOA, "/playbook quote-follow-up Q-1044")
    why = learning.press(NOA, learning.newest(SALES), "more", "why")
    assert "Learnt from 1 edit of earlier drafts" in why.said


def test_home_lists_what_was_learnt_with_its_difference(learning: Office) -> None:
    """The difference as the agent sees it, why, from whom, how often shown, how much is edited week by week."""
    edit_and_sign(learning)
    learning.command(NOA, "/playbook quote-follow-up Q-1044")
    words = screen.words(listed(learning, MIA))
    assert "quote-follow-up: edited before it left: 1 of 1 (week of 23 Nov)" in words
    assert "too few to say whether it falls" in words
    for part in ("sales-follow-up", "edited by U01LEE", "wrong tone", "shown once", "[contact]"):
        assert part in words
    assert "Larkin" not in words


def test_only_an_owner_or_an_admin_has_the_buttons(learning: Office) -> None:
    """Whoever else looks sees the same list; who kept an old button is refused."""
    edit_and_sign(learning)
    assert "Switch off" not in screen.buttons(listed(learning, MIA))
    old = listed(learning, LEE)
    assert {"Switch off", "Remove"} <= set(screen.buttons(old))
    seen = learning.press(MIA, old, "example", "off:")
    assert "needs the owner of the playbook or an admin" in screen.words(seen.dialog)
    assert learning.foundation.lookup.taught()[0].example.state == "on"


def test_switched_off_and_on_and_removed_it_is_on_the_record(learning: Office) -> None:
    """Each press is one entry; what was removed is gone from the list."""
    edit_and_sign(learning)
    learning.press(IDA, listed(learning, IDA), "example", "off:")
    off = listed(learning, ANA)
    assert "off, by U01IDA" in screen.words(off)
    learning.press(ANA, off, "example", "on:")
    learning.press(ANA, listed(learning, ANA), "example", "removed:")
    said = [entry.head["to"] for entry in learning.audited(Event.EXAMPLE_SWITCHED.value)]
    assert said == ["off", "on", "removed"]
    assert "[contact]" not in screen.words(listed(learning, ANA))


def test_the_command_lists_it_for_one_agent_or_all(learning: Office) -> None:
    """With the same buttons; an agent that learnt nothing says so, a stranger learns nothing."""
    edit_and_sign(learning)
    everything = learning.command(LEE, "/sayso learnt")
    assert "wrong tone" in everything.said
    assert "wrong tone" in learning.command(LEE, "/sayso learnt sales-follow-up").said
    none = learning.command(LEE, "/sayso learnt collections").said
    assert "collections has learnt nothing from edits here." in none
    assert "wrong tone" not in learning.command(STRANGER, "/sayso learnt").said


def test_off_as_it_comes_nothing_is_kept_and_nothing_shown(
    opened: Callable[..., Office], server: ChatServer
) -> None:
    """A company that has not asked for it sends no customer's letter anywhere twice."""
    office = opened(drafter=_drafter(server))
    edit_and_sign(office)
    office.command(NOA, "/playbook quote-follow-up Q-1044")
    assert "<examples>" not in told(server)
    assert "No agent has learnt anything" in office.command(LEE, "/sayso learnt").said


def test_switched_off_for_the_company_what_was_learnt_is_not_shown(
    home: Path, learning: Office, server: ChatServer
) -> None:
    """The flag holds for what is written from now on, at once after a restart."""
    edit_and_sign(learning)
    text = (home / "company.yml").read_text(encoding="utf-8").replace("edits: true", "edits: false")
    (home / "company.yml").write_text(text, encoding="utf-8")
    learning.restart()
    learning.command(NOA, "/playbook quote-follow-up Q-1044")
    assert "<examples>" not in told(server)


def test_a_template_learns_nothing_and_says_so_nowhere(
    home: Path, opened: Callable[..., Office]
) -> None:
    """Without a model an edit is kept, and no card claims to have followed it."""
    switched_on(home)
    office = opened()
    edit_and_sign(office, body="Hi there,\n\nany news?")
    office.command(NOA, "/playbook quote-follow-up Q-1044")
    assert office.draft().learnt == ()
    assert "Learnt" not in office.press(NOA, office.newest(SALES), "more", "why").said
    assert "shown 0 times" in office.command(LEE, "/sayso learnt").said


def test_one_person_alone_does_not_set_the_tone(learning: Office) -> None:
    """Of three edits of Lee's two are shown; every one of them was signed and sent."""
    for quote in ("Q-1043", "Q-1044", "Q-1042"):
        edit_and_sign(learning, quote, f"Hi,\n\nany news, after all? {quote}")
    learning.command(NOA, "/playbook quote-follow-up Q-1040")
    assert len(learning.foundation.lookup.taught()) == 3
    assert len(learning.draft().learnt) == 2


def test_erasing_the_customer_erases_what_was_learnt_from_their_letter(
    learning: Office, server: ChatServer
) -> None:
    """Its text stands once, where it is erased: no list shows it and no prompt holds it any more."""
    edit_and_sign(learning)
    store = learning.foundation.store
    learning.replays = False
    eraser = Eraser(store.database, learning.clock, store.ids)
    with store.database.read() as connection:
        chosen = find(connection, store.ws, Choice(subjects=("orders@lark-bakery.example",)))
    asked = Asked(by=OPERATOR, event=Event.PAYLOAD_REDACTED, ground="request", reason="ticket 17")
    eraser.erase(chosen, asked)
    assert learning.foundation.lookup.taught() == []
    learning.command(NOA, "/playbook quote-follow-up Q-1044")
    assert "<examples>" not in told(server)


def test_what_is_kept_of_a_prompt_holds_no_text_of_another_case(learning: Office) -> None:
    """It names the example and its hash, so that erasing the one case leaves nothing in the other's papers."""
    made = edit_and_sign(learning)
    learning.command(NOA, "/playbook quote-follow-up Q-1044")
    with learning.foundation.database.read() as connection:
        texts = connection.exec_driver_sql("SELECT body FROM document WHERE kind = 'context'")
        kept = [json.loads(text) for (text,) in texts]
    (shown,) = [one["examples"] for one in kept if one["examples"]]
    assert [one["id"] for one in shown] == [made]
    assert "any news" not in json.dumps(shown)


# --- Where something goes by itself, and where it goes badly ---

LEVEL = ("level: 3", "level: 4\nalone: {amount: 100000.00 USD, count: 20}")


def rising(office: Office, *swaps: tuple[str, str]) -> None:
    """Let the follow-up rise and fall by a few drafts, of which half may be edited."""
    rollout = ROLLOUT.replace("success: 90%", "success: 50%")
    change(office, *swaps, ("review: every quarter", f"review: every quarter\n{rollout}"))


def decide(office: Office, count: int, action: str = "approve") -> None:
    """Start so many follow-ups, decide each and let what was signed leave."""
    for n in range(count):
        office.command(LEE, f"/playbook {FOLLOW_UP} {('Q-1043', 'Q-1044')[n % 2]}")
        office.press(NOA, office.newest(SALES), action)
        if action == "reject":
            office.press(NOA, office.slack.dialogs[NOA], "reason:0")
        office.pass_by(minutes=3)


def writes(office: Office, quote: str) -> tuple[str, ...]:
    """Have one more letter drafted; return the examples it was written with."""
    office.command(NOA, f"/playbook {FOLLOW_UP} {quote}")
    return office.draft().learnt


def promoted(office: Office) -> str:
    """Have an edit learnt, and the playbook promoted with it; return the example."""
    rising(office, LEVEL)
    first = edit_and_sign(office)
    decide(office, 4)
    office.pass_by(days=1)
    office.pass_by(minutes=3)
    office.press(LEE, report(office), "promote")
    return first


def test_what_is_learnt_where_it_goes_by_itself_waits_until_it_is_taken_in(
    learning: Office, server: ChatServer
) -> None:
    """The prompt stays the one that was promoted; its owner takes the edit in, and knows what that costs."""
    first = promoted(learning)
    footing = learning.foundation.lookup.footing(FOLLOW_UP)
    assert footing
    assert (footing.stage, footing.examples) == ("threshold", (first,))
    second = edit_and_sign(learning, "Q-1044", "Hello,\n\nshall we talk about it?")
    assert writes(learning, "Q-1042") == (first,)
    (maker,) = [one for one in footing.makers if one.agent == "sales-follow-up"]
    assert learning.draft().author.prompt_version == maker.prompt_version

    home = listed(learning, LEE)
    assert "waits while quote-follow-up stands at threshold" in screen.words(home)
    seen = learning.press(LEE, home, "example:to", f"on:{second}")
    assert "until its owner promotes it again" in screen.words(seen.dialog)
    assert "waits while" not in screen.words(listed(learning, LEE))
    assert set(writes(learning, "Q-1040")) == {first, second}
    assert "shall we talk" in told(server)
    assert learning.draft().author.prompt_version != maker.prompt_version


def test_back_at_assist_what_waited_is_taken_in(learning: Office) -> None:
    """Nothing has to be pressed for it: people sign everything there."""
    first = promoted(learning)
    second = edit_and_sign(learning, "Q-1044", "Hello,\n\nshall we talk about it?")
    assert writes(learning, "Q-1042") == (first,)
    learning.command(LEE, f"/sayso stage {FOLLOW_UP} assist")
    assert set(writes(learning, "Q-1040")) == {first, second}
    assert "waits while" not in screen.words(listed(learning, LEE))


def test_an_edit_it_does_badly_with_is_switched_off_by_itself_and_told(
    learning: Office, server: ChatServer
) -> None:
    """Four good letters, one edit learnt, and the next one is rejected: the prompt before writes again, once."""
    rising(learning)
    decide(learning, 4)
    made = edit_and_sign(learning)
    decide(learning, 1, "reject")
    learning.pass_by(minutes=3)
    said = " ".join(screen.words(each) for each in learning.posted(SALES))
    assert "sales-follow-up does badly with what it learnt last" in said
    assert "1 of the newest 1 drafts were overridden" in said
    (off,) = learning.audited(Event.EXAMPLE_SWITCHED.value)
    assert (off.actor, off.head["why"]) == ("system:sayso", "prompt")
    assert len(learning.audited(Event.PROMPT_RETURNED.value)) == 1
    assert writes(learning, "Q-1042") == ()
    assert "<examples>" not in told(server)

    home = listed(learning, LEE)
    assert "off, by Sayso" in screen.words(home)
    learning.press(LEE, home, "example:to", "on:")
    assert writes(learning, "Q-1040") == (made,)
    decide(learning, 1, "reject")
    learning.pass_by(days=8)
    learning.pass_by(minutes=3)
    assert learning.foundation.lookup.taught()[0].example.state == "on"
    assert len(learning.audited(Event.PROMPT_RETURNED.value)) == 1
