"""Story: Monday 08:00 the numbers come by themselves, once; a next action starts its playbook in the thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.slack import screen
from tests.slack.office import ANA, FINANCE, KPI, MIA, STRANGER

if TYPE_CHECKING:
    from tests.slack.office import Office

Json = dict[str, Any]


def monday_at_eight(office: Office) -> Json:
    """It is 04:00 in New York when the tests begin."""
    office.pass_by(hours=4, seconds=1)
    return office.posted(KPI)[0]


def test_the_post_comes_once_at_eight_local_time(office: Office) -> None:
    """Not before 08:00 in New York, then exactly one post however often the clock is looked at."""
    office.pass_by(hours=3, minutes=59)
    assert office.posted(KPI) == []
    office.pass_by(minutes=1, seconds=1)
    posts = [post for post in office.posted(KPI) if not post.get("thread_ts")]
    assert len(posts) == 1
    for _ in range(3):
        office.pass_by(minutes=20)
    office.restart()
    office.pass_by(minutes=20)
    assert len([post for post in office.posted(KPI) if not post.get("thread_ts")]) == 1
    assert len(office.runs()) == 1


def test_the_post_has_the_numbers_and_what_to_do_next(office: Office) -> None:
    """One sentence, the table, the missing numbers as missing, and a button for the next action."""
    post = monday_at_eight(office)
    words = screen.words(post)
    assert post["text"].startswith("Revenue")
    assert "Overdue invoices" in words
    assert "Website visits: not connected" in words
    assert "Remind of the latest payer" in screen.buttons(post)


def test_a_next_action_drafts_in_the_thread_and_twice_is_once(office: Office) -> None:
    """The draft's card stands under the post; whoever presses second starts nothing more."""
    post = monday_at_eight(office)
    seen = office.press(MIA, post, "start_next")
    assert "the card appears in this thread" in seen.said
    again = office.press(ANA, post, "start_next")
    assert again.acked
    assert again.said
    assert len(office.runs()) == 2
    run = office.run()
    assert run.trigger.startswith("kpi:")
    card = office.newest(KPI)
    assert card["thread_ts"] == post["ts"]
    assert screen.buttons(card)[0] in {"Approve", "Review full text"}
    office.press(ANA, card, "approve")
    office.pass_by(seconds=61)
    assert len(office.mail.effects) == 1


def test_a_stranger_starts_no_next_action(office: Office) -> None:
    """The button on a post everybody sees is still only for people of the company."""
    post = monday_at_eight(office)
    assert "listed in company.yml" in office.press(STRANGER, post, "start_next").said
    assert len(office.runs()) == 1
    assert len(office.audited("slack:press:refused", f"user:{STRANGER}")) == 1


def test_a_refused_next_action_can_be_started_later(office: Office) -> None:
    """It was paused when somebody pressed first: after the pause the same button works."""
    post = monday_at_eight(office)
    office.command(ANA, "/sayso pause payment-recovery")
    assert "is paused by Ana Ruiz" in office.press(MIA, post, "start_next").said
    office.command(ANA, "/sayso resume payment-recovery")
    assert "the card appears in this thread" in office.press(MIA, post, "start_next").said
    assert len(office.runs()) == 2


def test_a_button_of_a_post_nobody_knows_says_so(office: Office) -> None:
    """A strange number or a run that is gone starts nothing."""
    post = monday_at_eight(office)
    body = office.pressing(MIA, post, "start_next")
    run_id = office.run().id
    for value in (f"{run_id}:99", "gone:0"):
        body["actions"][0]["value"] = value
        assert "too old to start anything from" in office.dispatch(body).said
    body["actions"][0]["value"] = f"{run_id}:x"
    assert "Nothing was done" in office.dispatch(body).said
    assert len(office.runs()) == 1


def test_the_numbers_come_on_demand(office: Office) -> None:
    """`/sayso kpi` posts last week, `/sayso kpi 2026-W46` another one."""
    assert "#kpi" in office.command(ANA, "/sayso kpi").said
    assert "47" in office.newest(KPI)["text"] or "47" in screen.words(office.posted(KPI)[0])
    office.command(ANA, "/sayso kpi 2026-W46")
    assert "46" in screen.words([p for p in office.posted(KPI) if not p.get("thread_ts")][-1])


def test_a_week_that_is_no_week_is_said(office: Office) -> None:
    """What can't be counted says what is wrong with it, where the post would have been."""
    assert "at most 8" in office.command(ANA, "/sayso kpi last-monday").said
    office.command(ANA, "/sayso kpi 2026-99")
    assert "could not go on" in office.posted(KPI)[-2]["text"]


def test_a_missed_monday_is_made_up_for_and_said(office: Office) -> None:
    """The bot was off at 08:00: the post comes late, and says that it is late."""
    office.clock.pass_by(hours=6)
    office.restart()
    office.pass_by(seconds=1)
    told = " ".join(screen.words(post) for post in office.posted(KPI))
    assert "missed 2026-11-23T08:00, because Sayso was not running then; running now" in told
    assert len(office.runs()) == 1


def test_an_invoice_is_never_signed_by_who_asked_for_the_reminder(office: Office) -> None:
    """Reminders are customer mail: finance may sign, sales may not."""
    office.command(MIA, "/playbook payment-recovery")
    office.submit(MIA)
    assert "Remind" in screen.words(office.newest(FINANCE))
