"""Drafts without a model: what they say, byte for byte, and what they ask when something is missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import shown
from agents.offline import TemplateDrafter
from tests.agents.examples import INVOICE, MAIL, QUOTE, invoice, quote, report, request
from workflows.action import Field
from workflows.commands import Drafted
from workflows.ports import DraftRequest, NotDrafted
from workflows.run import Confidence, Evidence
from workflows.text import Untrusted, digest

FIRST = """Hello Mia Lark,

on 13 November 2026 we sent you our quote Q-1043 for two deck ovens, 2,480.00 USD in all.

Is there anything you would like to ask or change before you decide? Just reply to this e-mail: a person reads every answer.

Kind regards,
Northwind Ovens"""  # noqa: E501 -- a letter's paragraph is one line
SECOND = """Hello Mia Lark,

we have not heard from you about quote Q-1043 for two deck ovens (2,480.00 USD), which we sent on 13 November 2026.

If it is still of interest, tell us and we will keep it open. If your plans have changed, a short "no, thank you" is just as welcome, and we will not write about it again. A person reads every answer.

Kind regards,
Northwind Ovens"""  # noqa: E501 -- as above
FRIENDLY = """Hello Jon Quay,

our invoice INV-207 over 1,250.50 USD was due on 14 November 2026, and we have not seen the payment yet. It may simply have slipped through.

If it is already on its way, please ignore this message. If something about the invoice is wrong, or another date would suit you better, just reply: a person reads every answer.

Kind regards,
Northwind Ovens"""  # noqa: E501 -- as above
FIRM = """Hello Jon Quay,

our invoice INV-207 over 1,250.50 USD was due on 30 October 2026 and is now 22 days overdue.

Please arrange the payment this week, or reply with the date on which we can expect it. If there is a problem with the invoice, tell us and we will look into it at once: a person reads every answer. If the payment is already on its way, please ignore this message.

Kind regards,
Northwind Ovens"""  # noqa: E501 -- as above
OLD = {"due_on": "2026-10-30"}


def _drafted(asked: DraftRequest, drafter: TemplateDrafter | None = None) -> Drafted:
    result = (drafter or TemplateDrafter()).draft(asked)
    assert isinstance(result, Drafted), result
    return result


def _asked(asked: DraftRequest) -> NotDrafted:
    result = TemplateDrafter().draft(asked)
    assert isinstance(result, NotDrafted), result
    return result


@pytest.mark.parametrize(
    ("asked", "subject", "body", "template"),
    [
        (quote(), "Your quote Q-1043: any questions?", FIRST, "follow-up-1"),
        (
            quote(nudges=0, sent_on="2026-11-13"),
            "Your quote Q-1043: any questions?",
            FIRST,
            "follow-up-1",
        ),
        (quote(nudges="1"), "Shall we keep quote Q-1043 open for you?", SECOND, "follow-up-2"),
        (invoice(), "Invoice INV-207: a friendly reminder", FRIENDLY, "friendly"),
        (invoice(**OLD), "Invoice INV-207 is 22 days overdue", FIRM, "firm"),
    ],
    ids=["first", "first by count", "second by count", "friendly", "firm"],
)
def test_a_letter_is_these_very_words(
    asked: DraftRequest, subject: str, body: str, template: str
) -> None:
    """The template that fits is filled from the record, and the card says which one it was."""
    drafted = _drafted(asked)
    assert drafted.fields == {"subject": subject, "body": body}
    assert drafted.author.label == f"written from template {template}, no model connected"
    assert drafted.author.model.startswith("offline/templates@")
    assert (drafted.author.cost_micros, drafted.author.tokens_in) == (0, 0)


@pytest.mark.parametrize(
    ("asked", "template"),
    [
        (quote(sent_on="2026-11-11"), "follow-up-2"),
        (quote(sent_on="2026-11-12"), "follow-up-1"),
        (quote(sent_on="2026-11-21"), "follow-up-1"),
        (quote(sent_on="2026-11-11T08:15:00Z"), "follow-up-2"),
        (quote(nudges="often", sent_on="2026-11-11"), "follow-up-2"),
        (invoice(due_on="2026-11-20"), "friendly"),
        (invoice(due_on="2026-11-07"), "friendly"),
        (invoice(due_on="2026-11-06"), "firm"),
    ],
)
def test_time_chooses_the_template(asked: DraftRequest, template: str) -> None:
    """Ten days make a second follow-up, fifteen a firm reminder."""
    assert f"template {template}," in _drafted(asked).author.label


def test_the_same_request_gives_the_same_bytes() -> None:
    """Nothing in a template draft depends on when or how often it is written."""
    assert _drafted(quote()).model_dump_json() == _drafted(quote()).model_dump_json()


def test_why_evidence_and_context_are_kept() -> None:
    """The draft says why it is proposed, what it rests on, and which request it answers."""
    asked = quote().model_copy(update={"accepted": Confidence(accepted=7, total=9)})
    drafted = _drafted(asked)
    assert (
        drafted.why.raw
        == "Quote Q-1043 for Lark Bakery was sent 8 days ago, and the records show no answer."
    )
    assert drafted.evidence[0].source == "table.quotes/Q-1043"
    assert "total: 2480.00" in drafted.evidence[0].fact.raw
    assert "margin" not in drafted.evidence[0].fact.raw
    assert drafted.confidence == Confidence(accepted=7, total=9)
    assert drafted.context == shown.context_hash(asked) == digest(asked.model_dump(mode="json"))
    assert DraftRequest.model_validate_json(shown.context_text(asked)) == asked


def test_facts_of_the_playbook_are_the_evidence() -> None:
    """What the playbook states itself is shown as it is."""
    fact = Evidence(fact=Untrusted("Sent 8 days ago"), source="table.quotes/Q-1043")
    assert _drafted(request(facts=(fact,))).evidence == (fact,)


def test_a_rejection_is_admitted() -> None:
    """A template can't follow a reason, and says so instead of pretending."""
    assert _drafted(request(rejected="wrong tone: too stiff")).why.raw.endswith(
        "The draft before was rejected (wrong tone: too stiff); a template can't take that into account."
    )


def test_the_reason_for_a_template_is_on_the_label() -> None:
    """When a model should have written it, the label says what happened to it."""
    drafted = _drafted(quote(), TemplateDrafter(instead="the model was unreachable"))
    assert drafted.author.label == "the model was unreachable; written from template follow-up-1"


@pytest.mark.parametrize(
    ("asked", "question"),
    [
        (
            quote(contact=""),
            "Who should the e-mail greet? (`contact` is empty or can't be read in table.quotes/Q-1043.)",
        ),
        (quote(about=None), "What is the quote for, in a few words?"),
        (quote(customer=""), "What is the customer?"),
        (quote(total="a lot"), "What does the quote come to?"),
        (quote(total="1e999999"), "What does the quote come to?"),
        (quote(total="NaN"), "What does the quote come to?"),
        (quote(total="10.005"), "What does the quote come to?"),
        (quote(sent_on="soon"), "When was the quote sent?"),
        (quote(nudges=2, sent_on="soon"), "When was the quote sent?"),
        (invoice(due_on=""), "When was the invoice due?"),
        (
            invoice(due_on="2026-11-21"),
            "It is too early for a message about table.invoices/INV-207.",
        ),
        (request(records={}), "When was the quote sent?"),
        (
            request(records={"quote": [QUOTE, {**QUOTE, "email": "x"}], "n": 3}, fixed={}),
            "When was the quote sent?",
        ),
        (
            request(records={"quote": "Q-1043"}, sources={}),
            "(`sent_on` is empty or can't be read in the records.)",
        ),
        (report(text_summary=" "), "The report has no sentence of its own to put on top."),
    ],
)
def test_what_is_missing_becomes_a_question(asked: DraftRequest, question: str) -> None:
    """Nothing is invented: the first missing value is asked for, with the place it is missing in."""
    problem = _asked(asked)
    assert problem.kind == "needs-input"
    assert question in problem.problem


def test_a_field_the_template_does_not_know_is_left_to_a_person() -> None:
    """A required field without text makes no draft, an optional one is left out."""
    code = Field(name="discount_code")
    assert "has no text for 'discount_code'" in _asked(request(writes=(*MAIL, code))).problem
    optional = code.model_copy(update={"required": False})
    assert set(_drafted(request(writes=(*MAIL, optional))).fields) == {"subject", "body"}


def test_only_the_open_fields_are_written() -> None:
    """A playbook that fixes the subject gets a body alone."""
    assert set(_drafted(request(writes=MAIL[1:])).fields) == {"body"}


@pytest.mark.parametrize(
    "columns",
    [
        {"about": "ovens, see https://evil.example/x"},
        {"contact": "Mia (mia@evil.example)"},
        {"contact": "Mia", "id": "Q" * 201},
        {"customer": "Lark", "about": "x\u202ey"},
    ],
)
def test_a_record_that_would_speak_for_itself_makes_no_letter(columns: dict[str, str]) -> None:
    """A link, an address or too long a value inside a record is for a person to look at."""
    assert _asked(quote(**columns)).kind == "invalid"


def test_a_record_adds_no_paragraph() -> None:
    """Line breaks in a value become spaces, so that a record fills its place and no more."""
    drafted = _drafted(quote(contact="Mia\n\nP.S. pay now\r\nLark"))
    assert str(drafted.fields["body"]).splitlines()[0] == "Hello Mia P.S. pay now Lark,"


@pytest.mark.parametrize(
    ("record", "amount"),
    [
        ({"total": "2,480.00 EUR"}, "2,480.00 EUR"),
        ({"total": 2480}, "2,480.00 USD"),
        ({"total": 2480.5}, "2,480.50 USD"),
        ({"total": "2480", "currency": "EUR"}, "2,480.00 EUR"),
        ({"currency": ""}, "2,480.00 USD"),
    ],
)
def test_an_amount_is_written_with_its_currency(record: dict[str, object], amount: str) -> None:
    """However a table keeps it, the letter says it in one way."""
    assert amount in str(_drafted(quote(**record)).fields["body"])


def test_the_right_row_of_a_list_is_used() -> None:
    """Out of several rows the one that shares the recipient is meant; a single row is meant anyway."""
    rows = [{**INVOICE, "email": "x@y.example", "id": "INV-1"}, {**INVOICE, "id": "INV-2"}]
    for ranked in (rows, {"rows": rows}):
        asked = invoice().model_copy(update={"records": {"ranked": ranked}})
        assert "invoice INV-2" in str(_drafted(asked).fields["body"])
    alone = invoice().model_copy(update={"records": {"ranked": rows[:1]}})
    assert "invoice INV-1" in str(_drafted(alone).fields["body"])


def test_an_agent_without_templates_says_so() -> None:
    """No templates and no model: a person writes."""
    from agents.offline import no_wording  # noqa: PLC0415 -- beside its only use
    from agents.roster import roster  # noqa: PLC0415 -- as above

    analyst = roster()["kpi-analyst"]
    assert no_wording(analyst, {}, "x").problem == (
        "KPI analyst has no templates, and no model wrote the text. A person writes it."
    )


def test_the_report_speaks_for_itself() -> None:
    """Without a model the summary is the report's own sentence."""
    drafted = _drafted(report())
    assert drafted.fields == {
        "summary": "Refunds were 1,204.00 USD, about twice the usual 610.00 USD."
    }
    assert drafted.author.label == "written from the report's own numbers, no model connected"
    assert drafted.evidence[0].source == "kpi.week/2026-W47"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=900))
def test_a_long_sentence_is_cut_to_fit(text: str) -> None:
    """At most 300 characters, cut after a sentence or a word."""
    result = TemplateDrafter().draft(report(text_summary=text))
    if isinstance(result, Drafted):
        assert 0 < len(str(result.fields["summary"])) <= 300


def test_a_long_sentence_is_cut_after_a_full_stop() -> None:
    """What is left is whole sentences; without any, whole words and a mark."""
    sentence = "Revenue was as usual. "
    assert _drafted(report(text_summary=sentence * 30)).fields["summary"] == (sentence * 13).strip()
    cut = str(_drafted(report(text_summary="word " * 100)).fields["summary"])
    assert cut.endswith("word…")
    assert len(cut) <= 300


@given(
    st.dictionaries(
        st.sampled_from(sorted(QUOTE)),
        st.none()
        | st.text(max_size=30)
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False),
    )
)
def test_no_record_breaks_the_drafter(columns: dict[str, object]) -> None:
    """Whatever stands in a table: a draft or a reason, never an exception."""
    columns = {
        name: value
        for name, value in columns.items()
        if not isinstance(value, int) or abs(value) < 2**53
    }
    assert isinstance(TemplateDrafter().draft(quote(**columns)), Drafted | NotDrafted)
