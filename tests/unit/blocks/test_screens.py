"""Home, queue, pickers, procedures, notices and the KPI post."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from blocks import (
    charts,
    delegation,
    elements,
    history,
    home,
    kpi,
    limits,
    modal,
    notice,
    ownerform,
    queue,
    sop,
    telling,
    trust,
)
from blocks.kit.problem import walk
from blocks.text import mrkdwn
from tests.unit.blocks import examples
from tests.unit.blocks.examples import ANA, MAIL, NOW, SPEC, playbook, report
from tests.unit.blocks.test_card import buttons, shown
from workflows import sop as procedure
from workflows.action import Risk
from workflows.errors import AlreadySigned
from workflows.events import Entry, Event
from workflows.kpi.report import Series, SeriesPoint, SourceReading
from workflows.ports import Finding, Switch
from workflows.run import SYSTEM, Actor, Confidence, DraftState, Needs, RunState
from workflows.text import Untrusted
from workflows.trust.figures import Figures

if TYPE_CHECKING:
    from collections.abc import Callable

    from blocks.text import Block
    from workflows.playbook import Playbook

SHORT = {"to": "jo@x.example", "subject": "Hello"}


def waiting(
    count: int, payload: dict[str, Any] | None = None, **changes: Any
) -> list[queue.Waiting]:
    """Return drafts that wait, with distinct ids."""
    one = examples.draft(payload or SHORT, **changes)
    ids = [f"d{n}" for n in range(count)]
    copies = [one.model_copy(update={"id": name}) for name in ids]
    return [queue.Waiting(draft=copy, spec=SPEC, one_tap=True) for copy in copies]


@pytest.mark.parametrize(
    ("count", "after", "line"),
    [
        (0, 0.0, "Nothing waits for you."),
        (1, 2.0, "1 waits for you · oldest 2 h"),
        (4, 2.0, "4 wait for you · oldest 2 h"),
        (1, 3.5, "1 waits for you · oldest 3 h · 1 is urgent"),
        (2, 3.5, "2 wait for you · oldest 3 h · 2 are urgent"),
    ],
)
def test_the_head_counts_what_waits(count: int, after: float, line: str) -> None:
    """How many, how old, how pressing; due within the hour is urgent."""
    assert queue.counts(waiting(count), NOW + timedelta(hours=after)) == line


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 min"), (59, "0 min"), (3599, "59 min"), (3600, "1 h"), (172_800, "2 days")],
)
def test_an_age_is_said_in_its_largest_unit(seconds: float, words: str) -> None:
    """Nobody reads seconds."""
    assert queue.age(seconds) == words


def test_a_row_is_signed_in_one_tap_only_when_it_shows_everything() -> None:
    """A longer text, a grave risk or a missing right leaves the card's other buttons and Open."""
    easy = waiting(1)[0]
    assert buttons({"blocks": queue.row(easy)}) == ["approve", "edit", "reject", "open"]
    assert "jo@x.example" in shown({"blocks": queue.row(easy)})
    refused = [
        waiting(1, MAIL)[0],
        waiting(1, {"subject": "x" * 300})[0],
        queue.Waiting(draft=easy.draft, spec=SPEC, one_tap=False),
        queue.Waiting(
            draft=easy.draft.model_copy(update={"risk": Risk.MONEY}), spec=None, one_tap=True
        ),
    ]
    others = ["edit", "reject", "open"]
    assert [buttons({"blocks": queue.row(one)}) for one in refused] == [others] * 4


def test_a_draft_of_unknown_outcome_waits_with_its_own_buttons() -> None:
    """It can't be signed again: somebody says what happened."""
    doubtful = waiting(1, state=DraftState.UNCERTAIN)[0]
    assert buttons({"blocks": queue.row(doubtful)}) == ["arrived", "send_again", "open"]


def test_the_queue_shows_the_first_rows_and_names_the_rest() -> None:
    """An answer stays short; Home has them all."""
    built = queue.queue(waiting(11), NOW)
    assert buttons(built).count("open") == 8
    assert "3 more in the Home tab" in shown(built)
    assert buttons(built)[-1] == "claim_next"
    assert buttons(queue.queue([], NOW)) == []
    assert built["text"] == "11 wait for you · oldest 0 min"
    assert "USD" not in shown(queue.queue(waiting(1, amount=None), NOW))


def test_an_empty_home_says_what_went_out_yesterday() -> None:
    """Nothing to do is said in words."""
    built = home.home(home.Home(now=NOW, sent_yesterday=11, edited_yesterday=2))
    assert "Nothing waits for you. Yesterday 11 went out, 2 of them edited." in shown(built)
    assert buttons(built) == ["start", "show_help"]


def test_what_nobody_decided_is_told_apart() -> None:
    """In Home, in the report and to whoever is back; where rules did nothing, no word of them."""
    built = shown(
        home.home(home.Home(now=NOW, sent_yesterday=9, edited_yesterday=1, ruled_yesterday=4))
    )
    assert "Yesterday 9 went out, 1 of them edited, 4 signed by rule." in built
    plain = shown(trust.report("P", examples.track_record()))
    assert "by rule" not in plain
    assert "could not go on" not in plain
    for failed, words in ((1, "1 run could not go on"), (2, "2 runs could not go on")):
        counted = Figures(alone=5, right=3, wrong=1, failed=failed)
        built = shown(trust.report("P", examples.track_record(figures=counted)))
        assert "9 sent by rule: 3 found right, 1 wrong, 5 not looked at" in built
        assert words in built
    people = examples.draft(state=DraftState.EXECUTED)
    drafts = [people, people.model_copy(update={"ruled": "alone, 1 of 2 today"})]
    said = ("while you were away.", "away, all of them by rule.", "away, 1 of them by rule.")
    for found, words in zip((drafts[:1], drafts[1:], drafts), said, strict=True):
        assert words in telling.returned(found, NOW)["text"]


@pytest.mark.parametrize(
    ("page", "rows", "turns"),
    [
        (1, 25, ["home_page:next"]),
        (2, 25, ["home_page:back", "home_page:next"]),
        (3, 10, ["home_page:back"]),
        (9, 10, ["home_page:back"]),
    ],
)
def test_home_turns_pages_of_25(page: int, rows: int, turns: list[str]) -> None:
    """Each row stands on one page, and a page beyond the last is the last."""
    built = home.home(home.Home(now=NOW, waiting=waiting(60), page=page))
    assert buttons(built).count("open") == rows
    assert [one for one in buttons(built) if one.startswith("home_page")] == turns
    assert limits.check(built) == []


def test_home_shows_tasks_runs_and_playbooks_below_the_queue() -> None:
    """What I owe, what I started and what I own."""
    done = examples.task(id="old", state="done")
    built = home.home(
        home.Home(
            now=NOW,
            tasks=[examples.task(), examples.task(id="t2", due_at=None), done],
            runs=[examples.run()],
            owned=[home.Owned(name="p", title="Quotes", version="ab", level=3, sent=9, edited=2)],
        )
    )
    assert [b for b in buttons(built) if b.startswith("task")].count("task_done") == 2
    assert "Call Lark Bakery" in shown(built)
    assert "at nudge: waits for a signature" in shown(built)
    assert "show_run" in buttons(built)
    assert "show_sop" in buttons(built)
    assert "this week 9 sent, 2 edited, 0 rejected" in shown(built)


@pytest.mark.parametrize(
    ("recommended", "said"),
    [
        (0, "level 3 · version"),
        (2, "level 3 (higher than the 2 recommended, scored by Ana) · version"),
        (3, "level 3 (as recommended, scored by Ana) · version"),
        (4, "level 3 (4 recommended, scored by Ana) · version"),
    ],
)
def test_a_playbook_says_how_its_level_stands_to_the_one_recommended(
    recommended: int, said: str
) -> None:
    """Plainly, where it is higher; nothing where nobody scored it."""
    one = home.Owned(
        name="p", title="Q", version="ab", level=3, recommended=recommended, scored_by="Ana"
    )
    assert said in shown({"blocks": [home.playbook_row(one)]})


def test_only_admins_see_switches_and_findings() -> None:
    """Sound findings are not listed."""
    switch = Switch(scope="playbook:quote-follow-up", by=ANA, at=NOW)
    found = (
        Finding(ok=True, what="disk"),
        Finding(ok=False, what="clock", why="4 s off", fix="set it"),
    )
    seen = home.Home(now=NOW, admin=True, switches=(switch,), findings=found)
    said = shown(home.home(seen))
    assert "quote-follow-up · playbook · off, by @U01ANA" in said
    assert "clock. 4 s off set it" in said
    assert "disk" not in said
    resume = next(i for i in walk(home.home(seen)) if i.get("action_id") == "switch")
    assert resume["value"] == "resume:playbook:quote-follow-up"
    other = home.Home(now=NOW, admin=False, switches=(switch,), findings=found)
    assert "Switched off" not in shown(home.home(other))


def test_everybody_reads_first_that_everything_is_paused() -> None:
    """Who signs meanwhile knows why nothing leaves; only admins have the switch."""
    stop = Switch(scope="everything", by=ANA, at=NOW)
    view = home.home(home.Home(now=NOW, switches=(stop,)))
    assert limits.check(view) == []
    assert shown(view).startswith("Everything is paused by @U01ANA since ")
    assert "switch" not in buttons(view)
    one = Switch(scope="playbook:quote-follow-up", by=ANA, at=NOW)
    assert "paused" not in shown(home.home(home.Home(now=NOW, switches=(one,))))


def test_a_home_with_all_its_parts_full_is_one_slack_takes() -> None:
    """At most a hundred blocks, with everything paused, and more of each than is shown."""
    scopes = ["everything", *(f"playbook:p{n}" for n in range(9))]
    full = home.Home(
        now=NOW,
        waiting=waiting(60),
        admin=True,
        switches=[Switch(scope=scope, by=ANA, at=NOW) for scope in scopes],
        findings=[Finding(ok=False, what=f"c{n}", why="w", fix="f") for n in range(9)],
        tasks=[examples.task(id=f"t{n}") for n in range(9)],
        runs=[examples.run()] * 9,
        owned=[home.Owned(name=f"p{n}", title="Q", version="ab", level=3) for n in range(9)],
        asked=[f"a{n}" for n in range(30)],
    )
    assert len(home.home(full)["blocks"]) <= 100


def test_a_closed_home_has_one_sentence_and_no_button() -> None:
    """Somebody who is not of the company sees nothing of it."""
    view = home.closed("Ask the owner.")
    assert limits.check(view) == []
    assert shown(view) == "Ask the owner."
    assert buttons(view) == []


def test_a_message_can_be_shown_as_a_dialog() -> None:
    """With everything that stands in it, where no private message can be shown."""
    for message in (notice.helped("x", "help"), sop.sop(playbook()), queue.queue(waiting(3), NOW)):
        view = modal.shown(message)
        assert limits.check(view) == []
        assert view["blocks"] == message["blocks"]


def test_an_ask_has_its_options_as_buttons() -> None:
    """The recommended one stands out and says so."""
    asked = examples.task(options=("call", "wait"), recommended="wait", answers=20, followed=18)
    row = {"blocks": home.task_row(asked)}
    assert "Suggested: wait (taken 18 of 20 times)" in shown(row)
    assert buttons(row) == ["answer:0", "answer:1"]
    assert "wait (recommended)" in shown(row)
    values = [i["value"] for i in walk(row) if i.get("type") == "button"]
    assert values == ["0199-task:call", "0199-task:wait"]


def test_small_builders_hold_what_they_are_given() -> None:
    """Our own markup, with an element beside it or without."""
    beside = elements.section("s", mrkdwn("x"), accessory={"type": "divider"})
    assert beside["accessory"]["type"] == "divider"
    assert elements.plain_section("s", "x").get("accessory") is None


def test_the_picker_offers_recent_ones_and_a_menu_to_search() -> None:
    """Buttons for the last ones used, everything in one menu."""
    books = [playbook(), playbook(playbook="intake", title="Client intake")]
    view = modal.pick(books, ["intake", "gone"], "C1")
    assert buttons(view) == ["pick:0"]
    menu = next(i for i in walk(view) if i.get("type") == "static_select")
    assert [o["text"]["text"] for o in menu["options"]] == [
        "Client intake",
        "Follow up quotes nobody answered",
    ]
    assert view["private_metadata"] == "C1"


@pytest.mark.parametrize("dialog", [modal.pick, delegation.which, ownerform.shipped])
def test_more_than_a_hundred_playbooks_come_in_groups(
    dialog: Callable[[list[Playbook]], Block],
) -> None:
    """None is left out of the menu, wherever one is chosen."""
    books = [playbook(playbook=f"p{n}", title=f"Playbook {n:03}") for n in range(230)]
    view = dialog(books)
    menu = next(i for i in walk(view) if i.get("type") == "static_select")
    assert [len(group["options"]) for group in menu["option_groups"]] == [100, 100, 30]
    assert limits.check(view) == []


def test_no_playbook_at_all_is_said() -> None:
    """An empty menu would be refused by Slack."""
    assert "no playbook to start yet" in shown(modal.pick([]))


def test_the_start_form_shows_the_procedure_before_its_inputs() -> None:
    """Goal, owner, steps and who signs stand above Start."""
    view = modal.start(playbook(), {"quote": "Q-1043"})
    said = shown(view)
    assert "facts → summary → nudge → note" in said
    assert "nudge: one of sales within 4 work hours; nudge: two of owner above 5,000.00 USD" in said
    assert [b["block_id"] for b in view["blocks"][1:]] == [
        "input:quote:0", "input:max:0", "input:when:0",
    ]  # fmt: skip
    assert view["title"]["text"] == "Follow up quotes…"
    assert modal.shorten_title("Intake") == "Intake"


def test_the_procedure_is_one_page_in_the_words_of_the_docs() -> None:
    """Every section of the procedure is there, steps numbered, names as code."""
    built = sop.sop(playbook(), {"mail.send": "Send an e-mail"})
    said = shown(built)
    made = procedure.sop(playbook(), {"mail.send": "Send an e-mail"})
    assert [one.title for one in made.sections if one.title not in said] == []
    assert "Read facts with table.find" in said
    assert "1. Read" not in said
    assert "table.find" in [i["text"] for i in walk(built) if i.get("style") == {"code": True}]
    assert [i["style"] for i in walk(built) if i.get("style") == "ordered"] == ["ordered"]
    assert built["text"].startswith("How Follow up quotes nobody answered works: Every quote")
    assert "version abababababab" in said
    assert "not published" in shown(sop.sop(playbook(version="")))


def test_a_long_procedure_says_how_much_is_left_out() -> None:
    """A page stays a page; sections after it keep their titles."""
    steps = [{"tell": f"w{n}", "text": "word " * 60} for n in range(60)]
    said = shown(sop.sop(playbook(steps=steps)))
    assert "Steps (and " in said
    assert "Review (and 1 more in the docs)" in said


def test_help_is_four_lines_and_buttons() -> None:
    """A mistake is answered with what was meant."""
    assert buttons(notice.helped()) == ["start", "show_queue", "show_audit"]
    wrong = notice.helped("que", "queue")
    assert "/sayso que is no command. Did you mean /sayso queue?" in shown(wrong)
    assert wrong["text"] == "/sayso que is no command. Here is what you can do."
    assert "Did you mean" not in shown(notice.helped("zzz"))


def test_a_refusal_is_its_own_sentence() -> None:
    """What happened, why, and the next step."""
    built = notice.refused(AlreadySigned(missing=1, needed="two of finance"))
    assert built["text"] == "You have signed this already; it still needs 1 more of two of finance."


def test_what_a_run_says_keeps_its_words() -> None:
    """The text of a customer stays text."""
    built = notice.told(Untrusted("<!channel> hello"), examples.run())
    assert "<!channel> hello" in shown(built)
    assert built["text"] == "&lt;!channel&gt; hello"


def test_a_task_is_shown_with_buttons_until_it_is_done() -> None:
    """Afterwards it says what was answered."""
    assert buttons(notice.task(examples.task())) == ["task_done"]
    closed = notice.task(examples.task(state="done", answer="courier"))
    assert buttons(closed) == []
    assert " · courier" in shown(closed)
    assert " · dropped" in shown(notice.task(examples.task(state="done")))


def logged(event: Event = Event.DRAFT_SIGNED, **body: Any) -> history.Logged:
    """Return an entry of Ana's."""
    entry = Entry(event=event, chain="run:1", actor=Actor.user(ANA), object="draft:1", body=body)
    return history.Logged(at=NOW, entry=entry)


def test_a_status_tells_where_a_run_stands_and_how_it_came_there() -> None:
    """Why it waits and the last steps, with who and when."""
    entries = [
        logged(Event.RUN_STARTED),
        logged(),
        logged(Event.DRAFT_REJECTED, reason="wrong facts"),
    ]
    built = notice.status(examples.run(), entries)
    said = shown(built)
    assert "Lark Bakery waits for a person, at the step nudge: waits for a signature" in said
    assert "@U01ANA signed it" in said
    assert "rejected it: wrong facts" in said
    assert built["text"] == "quote-follow-up for Lark Bakery waits for a person."
    quiet = examples.run(state=RunState.DONE).model_copy(update={"why": "", "step": ""})
    assert "Lark Bakery is done." in shown(notice.status(quiet))


def test_why_a_draft_was_made_is_told_in_full() -> None:
    """Every fact with its source, the history, the rule and what wrote it."""
    ruled = Needs(by=("sales",), quorum=1, words="one of sales", cites=("above:200.00 USD",))
    said = shown(notice.why(examples.draft(needs=ruled)))
    for words in (
        "Sent 3 working days ago", "asked about delivery (POL-7@2)",
        "31 of 34 like this went out unchanged", "By policy above:200.00 USD",
        "Agent sales-follow-up · model offline · instructions 1",
    ):  # fmt: skip
        assert words in said
    bare = examples.draft(evidence=(), confidence=Confidence(gates=("amount",)))
    assert "No draft like this was decided before" in shown(notice.why(bare))
    assert "Look twice: amount" in shown(notice.why(bare))


def test_the_audit_listing_is_newest_first_and_says_what_is_left_out() -> None:
    """The whole log is one command away."""
    entries = [logged(why=str(n)) for n in range(25)]
    said = shown(notice.audit(entries, "Q-1043"))
    assert said.index(": 24") < said.index(": 23")
    assert "20 of 25 entries" in said
    assert "all entries" in shown(notice.audit(entries[:3], ""))
    assert "nothing about Q-1043 yet" in shown(notice.audit([], "Q-1043"))


def test_every_event_has_words() -> None:
    """A new event without words is shown by its name, and fails here."""
    assert set(history.WORDS) == set(Event)
    system = Entry(event=Event.RUN_DONE, chain="run:1", actor=SYSTEM, object="run:1")
    line = history.line(history.Logged(at=NOW, entry=system), named=True)
    assert [element.get("text") for element in line[2:]] == [
        "Sayso",
        " finished it",
        " · ",
        "run:1",
    ]


def test_findings_name_the_fix() -> None:
    """Sound checks are one sentence."""
    bad = Finding(ok=False, what="clock", why="4 s off", fix="set it")
    assert "clock · 4 s off · set it" in shown(notice.findings([bad]))
    assert "Every check is sound." in shown(notice.findings([Finding(ok=True, what="disk")]))


def test_the_kpi_post_has_sentence_table_line_and_next_actions() -> None:
    """One screen: the numbers as Slack's own table, and a button per next action."""
    built = kpi.kpi(report(), "post-1")
    kinds = [block["type"] for block in built["blocks"]]
    assert kinds[:5] == ["header", "section", "context", "data_table", "data_visualization"]
    assert buttons(built) == ["start_next:0"]
    start = next(i for i in walk(built) if i.get("action_id") == "start_next:0")
    assert start["value"] == "post-1:0"
    assert "18,420.00 USD" in built["text"]
    assert "Orders: 1,200 rows, 6 min old" in shown(built)
    assert "Largest part: Oven B-220 (82.5% of the gap)" in shown(built)


def test_a_missing_number_is_never_a_zero() -> None:
    """It is said with its reason, and a week without a number is not drawn."""
    built = kpi.kpi(report(), "post-1")
    table = next(b for b in built["blocks"] if b["type"] == "data_table")
    row = table["rows"][2]
    assert row[1] == {"type": "raw_text", "text": "missing"}
    assert row[-1]["text"] == "no source connected"
    assert row[7]["elements"][0]["elements"] == [{"type": "user", "user_id": ANA}]
    named = charts.table(report(), [examples.metric(owner="sales")], "t")
    assert named["rows"][1][7] == {"type": "raw_text", "text": "sales"}
    chart = next(b for b in built["blocks"] if b["type"] == "data_visualization")["chart"]
    assert "2026-W42" not in chart["axis_config"]["categories"]
    assert [one["name"] for one in chart["series"]] == ["This year", "Last year"]
    assert chart["series"][0]["data"][0] == {"label": "2026-W40", "value": 40_000.0}


def test_the_same_post_without_slacks_own_charts() -> None:
    """A workspace that refuses the new blocks reads the same numbers as lines."""
    built = kpi.kpi(report(), "post-1", native=False)
    assert {"data_table", "data_visualization"} & {b["type"] for b in built["blocks"]} == set()
    said = shown(built)
    assert "Revenue 18,420.00 USD · last week 16,400.00 USD · change up 12.3%" in said
    assert "▁" in said
    assert "█" in said


def test_last_year_is_drawn_only_when_every_week_has_it() -> None:
    """Half a line would mislead."""
    points = tuple(SeriesPoint(week=f"2026-W{n}", value=n) for n in range(40, 44))
    some = report(series=(Series(metric="revenue", title="R", unit="count", points=points),))
    drawn = charts.line(some, "x")
    assert drawn is not None
    assert [one["name"] for one in drawn["chart"]["series"]] == ["This year"]


@pytest.mark.parametrize("points", [0, 1])
def test_a_line_needs_two_weeks(points: int) -> None:
    """With less there is no chart and no sparkline, and the post stands without."""
    few = tuple(SeriesPoint(week=f"2026-W{n}", value=n) for n in range(points))
    thin = report(series=(Series(metric="other", title="R", unit="ratio", points=few),))
    assert charts.line(thin, "x") is None
    assert charts.sparkline(thin) == ""
    assert charts.line(report(series=()), "x") is None
    assert charts.sparkline(report(series=())) == ""
    for native in (True, False):
        assert limits.check(kpi.kpi(thin, "p", native=native)) == []


def test_numbers_are_drawn_in_readers_units() -> None:
    """Money in whole units, ratios in per cent."""
    assert charts.number_of(255, "money") == 2.55
    assert charts.number_of(1, "count") == 1
    assert charts.number_of(examples.Decimal("0.0312"), "ratio") == 3.12


def test_a_change_is_said_with_its_direction() -> None:
    """Down is a word, and no change is none."""
    down = examples.metric(change_percent=examples.Decimal("-4.0"))
    same = examples.metric(change_percent=examples.Decimal(0))
    assert dict(charts.cells(report(), down))["Change"] == "down 4%"
    assert dict(charts.cells(report(), same))["Change"] == "none"


def test_an_incomplete_or_empty_week_says_so() -> None:
    """The footer names what is not connected or could not be read."""
    sources = (
        SourceReading(key="ads", title="Ads", connected=False),
        SourceReading(key="orders", title="Orders", connected=True, rows=5, bad_rows=2),
    )
    partial = report(complete=False, incomplete="Sunday is missing", sources=sources)
    said = shown(kpi.kpi(partial, "p"))
    assert "The week is not complete: Sunday is missing" in said
    assert "Ads: not connected" in said
    assert "Orders: 5 rows, unknown age old, 2 rows could not be read" in said
    empty = report(
        complete=False, complete_until=None, incomplete="no rows", sources=(), metrics=(),
        anomalies=(), changes=(), actions=(), series=(), rankings=(),
    )  # fmt: skip
    said = shown(kpi.kpi(empty, "p"))
    assert "No data for this week yet" in said
    assert "No source is connected" in said
    assert kpi.replies(empty, "p") == []


def test_the_thread_has_a_reply_per_anomaly_and_the_rankings() -> None:
    """Each with its records and the action that fits it."""
    alone = examples.anomaly().model_copy(update={"contributions": (), "metric": "orders"})
    replies = kpi.replies(report(anomalies=(examples.anomaly(), alone)), "p")
    assert [buttons(reply) for reply in replies] == [["start_next:0"], [], []]
    assert "Largest part" not in shown(kpi.kpi(report(anomalies=(alone,)), "p"))
    said = shown(replies[0])
    assert "612.00 USD, usually 180.00 USD to 340.00 USD" in said
    assert (
        "Oven B-220 (82.5% of the gap): 500.00 USD, usually 20.00 USD; records C530, C531" in said
    )
    assert "and 3 more" in said
    assert "Product 0  100.00 USD · 12.5%" in shown(replies[2])


def test_a_part_with_few_records_names_them_all() -> None:
    """No rest is announced where there is none, and no record where there is none."""
    part = examples.anomaly().contributions[0]
    for records in ((), part.evidence[:2]):
        one = examples.anomaly().model_copy(
            update={"contributions": (part.model_copy(update={"evidence": records}),)}
        )
        said = shown(kpi.replies(report(anomalies=(one,)), "p")[0])
        assert "more" not in said.replace("more than", "")


@pytest.mark.parametrize("text", ["word " * 2000, "x" * 9000, "line\n" * 1500, "short"])
def test_a_long_text_goes_on_in_further_messages(text: str) -> None:
    """Nothing of it is lost, and each piece is a message Slack takes."""
    pieces = notice.pieces(Untrusted(text))
    assert "".join(piece.raw for piece in pieces) == text
    for piece in pieces:
        assert limits.check(notice.told(piece, examples.run())) == []
