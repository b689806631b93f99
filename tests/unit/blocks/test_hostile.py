"""Whatever somebody else wrote: nothing of it is markup, and Slack takes every message."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks import (
    card,
    deciding,
    delegation,
    elements,
    history,
    home,
    incident,
    inventory,
    kpi,
    limits,
    listing,
    looked,
    modal,
    notice,
    proposal,
    queue,
    silent,
    sop,
    trust,
    urgent,
)
from blocks.kit.problem import walk
from blocks.listing import Place, View
from blocks.text import mrkdwn
from blocks.values import ReturnValue, WorkValue
from tests.unit.blocks import examples
from tests.unit.blocks.examples import ALL_TYPES, ANA, HOSTILE, NOW, SPEC
from workflows.action import ActionSpec, Field
from workflows.company import Company, Person
from workflows.delegation import stating
from workflows.delegation.inventory import inventory as inventory_of
from workflows.errors import NotAllowed
from workflows.events import Entry, Event
from workflows.own_playbooks import follow_up_fields
from workflows.ports import Finding, Switch
from workflows.run import Actor, Draft, DraftState, Likeness, Review, RunState, Silent
from workflows.text import Untrusted
from workflows.trust.deciding import Manner
from workflows.trust.evidence import Gone
from workflows.urgent.incidents import Incident
from workflows.urgent.urgency import Page
from workflows.versions.version import Proposal, ProposalState

if TYPE_CHECKING:
    from workflows.playbook import Playbook

if TYPE_CHECKING:
    from blocks.text import Block

#: Characters that may not arrive raw on any screen.
INVISIBLE = {"\u202e", "\u202c", "\u200b", "\u2060", "\ufeff", "\U000e0068", "\x00", "\u2028"}
ANYTHING = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=200),
    st.text(alphabet="<>&|!@#*_~`:\u202e\u200b a\n", max_size=300),
    st.builds(lambda text, times: text * times, st.sampled_from(HOSTILE), st.integers(1, 300)),
)


def _incident(words: str, logged: list[history.Logged], left: list[Draft]) -> incident.Incident:
    run = examples.run(words, RunState.FAILED)
    return incident.Incident(
        run=run,
        at=NOW,
        step="nudge",
        why=words,
        keeper=ANA,
        owner=words,
        entries=logged,
        left=left,
        alike=[run] * 9,
        repeats=[Incident(run="0199-before", at=NOW)] * 9,
    )


def _emergencies(words: str, logged: list[history.Logged]) -> list[dict[str, Any]]:
    """Build the message of an emergency in every state, the pack behind it, and the form of an incident."""
    pages = tuple(Page(person=ANA, at=NOW, kind="paging", round=1) for _ in range(20))
    states: list[dict[str, Any]] = [
        {},
        {"state": "paging", "pages": pages, "next_at": None},
        {"state": "taken", "by": ANA, "at": NOW, "said": "taken on"},
        {"state": "over"},
    ]
    shown = [examples.emergency(words, **state) for state in states]
    whole = replace(shown[0], entries=logged)
    return [
        *[urgent.urgent(one) for one in shown],
        *[urgent.pack(whole), urgent.pack(replace(shown[0], run=examples.run(words)))],
        urgent.gone(whole.run),
        incident.follow_up(follow_up_fields(), "C1|1.5|r-1"),
    ]


def _rows(words: str) -> list[list[Block]]:
    run = examples.run(words).model_copy(update={"draft": examples.draft(words=words)})
    late = examples.task(words)
    return [
        listing.waiting_row(run, [words] * 30),
        listing.run_row(run),
        listing.late_task(late),
        listing.switch_row("agent:x", None, words),
    ]


def reports(words: str) -> list[dict[str, Any]]:
    """Return what a playbook has shown, in each state of the card, and how somebody decides."""
    quiet = {"alike": (), "samples": (), "gone": Gone()}
    hurried = Manner(person=ANA, decided=20, hurried=19, of=words)
    back = ReturnValue(playbook="follow-up", active="a" * 12, to="b" * 12)
    return [
        trust.report(words, examples.track_record(words)),
        trust.report(
            words, examples.track_record(words, lacking=(words, "12 of 30 drafts"), **quiet)
        ),
        trust.report(words, examples.track_record(words, to=None, stage="autonomous")),
        trust.report(
            words,
            examples.track_record(
                words,
                lacking=(words,),
                kinds=(examples.kind(words), examples.kind(f"{words} too")),
                granted=(examples.kind(words).segment,),
            ),
        ),
        trust.report(words, examples.track_record(words, stage="shadow", to="assist")),
        *[trust.fell_back(words, back, ask=ask) for ask in (True, False)],
        trust.gone(),
        deciding.mine(hurried, [hurried]),
        deciding.mine(Manner(person=ANA)),
    ]


def proposals(book: Playbook) -> list[dict[str, Any]]:
    """Build the card of a changed playbook in every state there is."""
    before = examples.playbook(owner=ANA, version="b" * 64, allow=["mail.send", "table.append"])
    made = [
        Proposal(
            id="p-1",
            playbook=book.playbook,
            version="a" * 64,
            base=base,
            state=state,
            by=ANA,
            found_at=NOW,
            at=NOW,
        )
        for state in get_args(ProposalState)
        for base in ("", before.version)
    ]
    company = Company(name="Lark", owner=ANA, people=(Person(id=ANA, name="Ana"),))
    seen = [
        proposal.shown(one, before if one.base else None, book, company, active)
        for one in made
        for active in (one.version, before.version)
    ]
    alike = proposal.shown(made[0], book, book, company, "")
    advised = proposal.shown(made[0], book, book, company, "", (book.title,) * 4)
    cards = [proposal.card(one) for one in (*seen, alike, advised)]
    return [*cards, proposal.dialog(seen[0]), proposal.text(book), proposal.gone()]


def scoring(words: str, book: Playbook) -> list[dict[str, Any]]:
    """Build the form of the delegation matrix, what is recommended, and the inventory with every page of it."""
    company = Company(name="Lark", owner=ANA, people=(Person(id=ANA, name="Ana"),))
    stated = [examples.assessment(words, n) for n in range(12)]
    low = examples.assessment(words, 12, judgement=5)
    found = inventory_of([*stated, low], [book] * 3, {}, company)
    form_of = {entry: stating.fields(entry, company) for entry in (low.entry, "playbook:p")}
    return [
        *[
            delegation.asked(WorkValue(entry=entry), words, fields, stating.values(low))
            for entry, fields in form_of.items()
        ],
        *[delegation.which(books) for books in ([book], [])],
        *[delegation.told(row, level) for row in found.rows[-2:] for level in (None, 1, 3, 4)],
        *[inventory.inventory(found, page) for page in (1, 2, 99)],
        inventory.inventory(inventory_of([low], [], {}, company)),
        inventory.inventory(inventory_of([], [book] * 30, {}, company)),
    ]


def everything(words: str) -> list[dict[str, Any]]:
    """Build every message and view with `words` wherever somebody else's words can be."""
    mail = {"to": words, "subject": words, "body": words, words or "x": [words]}
    drafts = [examples.draft(mail, state=state, words=words) for state in DraftState]
    changed = examples.edited(drafts[0], body=f"{words} and more", subject="Other")
    book = examples.playbook(words or "x", title=words[:150] or "x")
    logged = [
        history.Logged(
            at=NOW,
            entry=Entry(
                event=Event.DRAFT_REJECTED,
                chain="run:1",
                actor=Actor.user(ANA),
                object=words,
                body={"reason": words},
            ),
        )
    ] * 30
    waiting = [queue.Waiting(draft=one, spec=SPEC, one_tap=True) for one in drafts[:1] * 60]
    report = examples.report(words)
    return [
        *[card.card(one, SPEC) for one in drafts],
        *[card.card(one, None, card.Setting(level=1, solo=True)) for one in drafts[:2]],
        card.card(changed, SPEC),
        modal.edit(changed, SPEC),
        modal.edit(changed, _editable(words)),
        modal.reject(changed),
        *[modal.review(changed, SPEC, page) for page in (1, 2, 99)],
        modal.pick([book], [book.playbook]),
        modal.start(book, {"quote": words}),
        modal.said(words),
        sop.sop(book, waits=True),
        modal.start(book, waits=True),
        *proposals(book),
        *scoring(words, book),
        *_trusted(mail, words),
        *reports(words),
        home.home(_home(words, waiting)),
        home.home(home.Home(now=NOW)),
        incident.incident(_incident(words, logged, drafts)),
        *_emergencies(words, logged),
        listing.listing(Place(), _rows(words), (*View,)),
        queue.queue(_distinct(waiting), NOW),
        queue.queue([], NOW),
        kpi.kpi(report, "post-1"),
        kpi.kpi(report, "post-1", native=False),
        *kpi.replies(report, "post-1"),
        notice.helped(words, words),
        notice.refused(NotAllowed(action=words, needed=words, next_step=words)),
        notice.said(Untrusted(words)),
        notice.told(Untrusted(words), examples.run(words)),
        notice.task(examples.task(words, options=(words[:50] or "a", "b"), recommended="b")),
        notice.task(examples.task(words, state="done", answer=words)),
        *[notice.status(examples.run(words, state), logged) for state in RunState],
        notice.audit(logged, words),
        notice.audit([], words),
        notice.why(drafts[0]),
        notice.findings([Finding(ok=False, what=words, why=words, fix=words)] * 30),
    ]


def _trusted(mail: dict[str, Any], words: str) -> list[dict[str, Any]]:
    """Build what is shown of silent drafts, and of what went by itself."""
    likeness = (
        Likeness(name="subject", same=True, percent=100),
        Likeness(name="body", same=False, percent=40),
        Likeness(name=words, same=False, percent=0),
    )
    asked = Silent(fields=("subject", "body"))
    sent = Silent(fields=("subject",), sent={"subject": words, "body": words}, likeness=likeness)
    quiet = examples.draft(mail, state=DraftState.SHADOW, words=words, silent=asked, assigned=ANA)
    kept = [
        examples.draft(mail, state=DraftState.KEPT, words=words, silent=each)
        for each in (sent, asked, sent.model_copy(update={"likeness": likeness[:1]}))
    ]
    open_ = Review(due_at=NOW, next_at=NOW)
    gone = [
        examples.draft(mail, state=DraftState.EXECUTED, words=words, review=each, ruled=words)
        for each in (
            open_,
            open_.model_copy(update={"verdict": "wrong", "reason": words, "by": ANA}),
            open_.model_copy(update={"verdict": "right", "by": ANA}),
        )
    ]
    only = examples.draft(mail, words=words, asked=words)
    rule = only.rule.model_copy(update={"kind": "draft only"})
    return [
        card.card(quiet, SPEC),
        silent.asked(quiet, SPEC),
        silent.asked(kept[0].model_copy(update={"silent": None}), SPEC),
        *[card.card(each, SPEC) for each in (*kept, *gone, only)],
        card.card(only.model_copy(update={"rule": rule}), SPEC, card.Setting(level=2)),
        card.card(quiet.model_copy(update={"assigned": ""}), SPEC),
        *[looked.reminder(each, []) for each in (*gone, only)],
        looked.wrong(gone[0]),
        elements.message(
            mrkdwn("rows"), looked.row(examples.run(words).model_copy(update={"draft": gone[0]}))
        ),
    ]


def _editable(words: str) -> ActionSpec:
    names = ("subject", "body")
    return ActionSpec(
        **{
            **dict(SPEC),
            "fields": tuple(
                Field(name=n, type="long_text", label=words, hint=words) for n in names
            ),
        }
    )


def _distinct(waiting: list[queue.Waiting]) -> list[queue.Waiting]:
    return [
        queue.Waiting(
            draft=one.draft.model_copy(update={"id": f"0199-draft-{n}"}), spec=SPEC, one_tap=True
        )
        for n, one in enumerate(waiting)
    ]


def _home(words: str, waiting: list[queue.Waiting]) -> home.Home:
    many = range(40)
    owned = home.Owned(name="x", title=words, version=words, level=3)
    return home.Home(
        now=NOW + timedelta(hours=2),
        waiting=_distinct(waiting),
        tasks=[examples.task(words, id=f"t{n}") for n in many],
        runs=[examples.run(words).model_copy(update={"id": f"r{n}"}) for n in many],
        owned=[
            home.Owned(
                name=f"p{n}",
                title=owned.title,
                version=owned.version,
                level=3,
                proposal="p-1",
                before="0" * 64,
            )
            for n in many
        ],
        admin=True,
        views=(*View,),
        switches=[Switch(scope=f"playbook:{n}{words}", by=ANA, at=NOW) for n in many],
        findings=[Finding(ok=False, what=words, why=words, fix=words) for _ in many],
    )


def markup(payload: dict[str, Any]) -> list[str]:
    """Return every string Slack reads as markup: mrkdwn objects and the text of a message."""
    found = [item["text"] for item in walk(payload) if item.get("type") == "mrkdwn"]
    return [*found, payload["text"]] if "blocks" in payload and "text" in payload else found


def is_harmless(text: str) -> bool:
    """Whether every `<` in `text` opens a mention, date or channel that we wrote ourselves."""
    ours = ("<@U0", "<!date^17", "<#C0", "<!subteam^S0")
    pieces = text.split("<")
    return all(f"<{piece}".startswith(ours) for piece in pieces[1:])


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_text_is_never_markup_and_always_accepted(words: str) -> None:
    """Mentions, links and formatting in foreign text do nothing, on every screen."""
    for payload in everything(words):
        assert limits.check(payload) == []
        for text in markup(payload):
            assert is_harmless(text), text
            assert "*bold*" not in text
            assert "`code`" not in text
            assert ":white_check_mark:" not in text
            assert "https://evil" not in text
        assert not INVISIBLE & set(_shown(payload))


@settings(max_examples=25, deadline=None)
@given(ANYTHING)
def test_any_text_is_accepted_and_never_markup(words: str) -> None:
    """Whatever the characters and however many, Slack takes it and reads no markup in it."""
    for payload in everything(words):
        assert limits.check(payload) == [], words
        assert all(is_harmless(text) for text in markup(payload)), words


@pytest.mark.parametrize("filler", ["lorem ipsum ", "<"])
def test_fifty_kilobytes_fit_every_screen(filler: str) -> None:
    """A body of 50 kB breaks no screen."""
    for payload in everything((filler * 50_000)[:50_000]):
        assert limits.check(payload) == []


@pytest.mark.parametrize("filler", ["\u202e", "é\n", "👩", "&<>"])
def test_fifty_kilobytes_of_signs_fit_card_and_dialogs(filler: str) -> None:
    """What grows when it is shown still fits the card, its pages and its form."""
    shown = examples.draft({**examples.MAIL, "body": (filler * 50_000)[:50_000]})
    views = [card.card(shown, SPEC), modal.edit(shown, SPEC), modal.review(shown, SPEC, 1)]
    assert [limits.check(view) for view in views] == [[], [], []]


def test_every_field_type_fits_the_card_and_the_form() -> None:
    """Money, dates, people, choices and numbers all have a place."""
    payload = {
        "note": "n", "body": "b", "to": "jo@x.example", "count": 3, "amount": "2480.00 USD",
        "day": "2026-11-23", "way": "post", "who": ANA, "rush": True,
    }  # fmt: skip
    shown = examples.draft(payload, rule=_all_editable())
    assert limits.check(card.card(shown, ALL_TYPES)) == []
    assert limits.check(modal.edit(shown, ALL_TYPES)) == []


def _all_editable() -> Any:
    rule = examples.draft().rule
    return rule.model_copy(update={"edit": tuple(field.name for field in ALL_TYPES.fields)})


def _shown(payload: dict[str, Any]) -> str:
    """Return all a reader sees; what is typed into inputs stays as it is, since it is executed."""
    keys = ("text", "alt_text", "title", "caption", "accessibility_label", "fallback")
    return "".join(
        item[key] for item in walk(payload) for key in keys if isinstance(item.get(key), str)
    )
