"""Records to draw: one draft, playbook and report each, with the words a test wants in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from blocks import urgent
from workflows.action import ActionSpec, Field, Money, Risk
from workflows.delegation.inventory import Assessment, of_work
from workflows.delegation.matrix import Scores
from workflows.delegation.worth import Effort, Numbers
from workflows.kpi.report import (
    Anomaly,
    Contribution,
    KpiReport,
    MetricValue,
    NextAction,
    RankedItem,
    Ranking,
    Series,
    SeriesPoint,
    SourceReading,
)
from workflows.playbook import Playbook
from workflows.run import (
    SYSTEM,
    Actor,
    ApprovalRule,
    Authorship,
    Compensation,
    Confidence,
    Draft,
    DraftState,
    Ending,
    Evidence,
    Needs,
    Outcome,
    Revision,
    Run,
    RunState,
    Signature,
    Task,
)
from workflows.text import Untrusted
from workflows.trust.calibration import Acceptance
from workflows.trust.evidence import Gone, TrackRecord
from workflows.trust.figures import Figures
from workflows.trust.grants import Kind
from workflows.trust.stages import Maker, Segment
from workflows.urgent.on_call import Skipped
from workflows.urgent.urgency import Page, Urgent

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ANA, BEN = "U01ANA", "U02BEN"
BODY = "Hi Jo,\n\njust checking in on the quote for the two ovens.\n\nAna"
MAIL: dict[str, Any] = {
    "to": "orders@lark-bakery.example",
    "subject": "Your quote Q-1043",
    "body": BODY,
}
SPEC = ActionSpec(
    name="mail.send",
    title="Send an e-mail",
    risk=Risk.CUSTOMER,
    fields=(
        Field(name="subject"),
        Field(name="to", type="email"),
        Field(name="body", type="long_text"),
    ),
    idempotency="lookup",
    undo="send a correction",
)
#: One field of every type, so that forms and cards meet them all.
ALL_TYPES = ActionSpec(
    name="test.all",
    title="Everything",
    risk=Risk.MONEY,
    fields=(
        Field(name="note"),
        Field(name="body", type="long_text"),
        Field(name="to", type="email"),
        Field(name="count", type="integer"),
        Field(name="amount", type="money"),
        Field(name="day", type="date"),
        Field(name="way", type="choice", options=("post", "courier")),
        Field(name="who", type="person"),
        Field(name="rush", type="boolean"),
    ),
    idempotency="none",
)
#: What breaks out, where somebody forgets to escape.
HOSTILE = (
    "<!channel>",
    "<@U1>",
    "<#C1>",
    "<https://evil.example|bank.example>",
    "<!date^1^{time}|x>",
    "*bold* _italic_ ~gone~ `code` ```block```",
    "&lt;!channel&gt; & <b>",
    ":white_check_mark: Approved by Ana",
    "\u202egnp.exe\u202c",
    "a\u200bb\u2060c\ufeff",
    "".join(chr(0xE0000 + ord(c)) for c in "hidden"),
    "line\r\nline\rline\u2028line\x0bline\x00",
    "https://evil.example/?q=1 mailto:a@b.example",
    "> quoted\n* item",
    "{} {0} {name} %s",
    "",
    " ",
)


def draft(
    payload: dict[str, Any] | None = None,
    *,
    state: DraftState = DraftState.OPEN,
    words: str = "",
    **changes: Any,
) -> Draft:
    """Return a draft; `words` stands in every field somebody else may have written."""
    title = words or "Send a follow-up for quote Q-1043 to Lark Bakery"
    first = Revision(
        n=1, payload=payload or MAIL, author=Actor(kind="agent", id="sales-follow-up"), at=NOW
    )
    fields: dict[str, Any] = {
        "id": "0199-draft",
        "run_id": "0199-run",
        "step": "nudge",
        "state": state,
        "action": "mail.send",
        "title": Untrusted(title),
        "risk": Risk.CUSTOMER,
        "amount": Money(minor=248_000, currency="USD"),
        "rule": ApprovalRule(by=("sales",), edit=("subject", "body")),
        "needs": Needs(by=("sales",), quorum=1, words="one of sales"),
        "revisions": (first,),
        "why": Untrusted(words or "Sent 3 working days ago, no answer"),
        "evidence": (Evidence(fact=Untrusted(words or "asked about delivery"), source="POL-7@2"),),
        "confidence": Confidence(accepted=31, total=34, gates=(words,) if words else ()),
        "author": Authorship(
            agent="sales-follow-up", model="offline", prompt_version="1", label=words or "template"
        ),
        "opened_at": NOW,
        "expires_at": NOW + timedelta(hours=4),
    }
    return Draft(**{**fields, **decided(state, first, words), **changes})


def decided(state: DraftState, revision: Revision, words: str) -> dict[str, Any]:
    """Return what a draft of this state has besides: signatures, ending, outcome."""
    signature = Signature(n=1, actor=ANA, payload_hash=revision.payload_hash, at=NOW)
    ending = Ending(
        by=Actor.user(ANA), at=NOW, reason=words or "wrong facts", comment=Untrusted(words)
    )
    outcome = Outcome(status="done", receipt=words or "m-1", message=words)
    undoing = Compensation(
        action="mail.send", payload={}, title=Untrusted(words or "Send a correction")
    )
    match state:
        case DraftState.OPEN:
            return {}
        case DraftState.REJECTED | DraftState.WITHDRAWN | DraftState.EXPIRED:
            return {"ending": ending}
        case DraftState.EXECUTED:
            return {
                "signatures": (signature,),
                "outcome": outcome,
                "compensation": undoing,
                "leaves_at": NOW,
            }
        case DraftState.FAILED:
            return {"signatures": (signature,), "ending": ending.model_copy(update={"by": SYSTEM})}
        case DraftState.UNCERTAIN:
            unknown = Outcome(status="unknown", message=words or "the server hung up")
            return {"signatures": (signature,), "outcome": unknown}
        case _:
            return {"signatures": (signature,), "leaves_at": NOW + timedelta(seconds=60)}


def edited(before: Draft, by: str = ANA, **changes: Any) -> Draft:
    """Return the draft with one more revision by this person."""
    payload = {**before.current.payload, **changes}
    revision = Revision(n=before.revision + 1, payload=payload, author=Actor.user(by), at=NOW)
    return before.model_copy(update={"revisions": (*before.revisions, revision)})


def signed(before: Draft, by: str) -> Draft:
    """Return the draft with one more signature on its newest revision."""
    current = before.current
    signature = Signature(n=current.n, actor=by, payload_hash=current.payload_hash, at=NOW)
    return before.model_copy(update={"signatures": (*before.signatures, signature)})


def playbook(words: str = "", **changes: Any) -> Playbook:
    """Return a playbook with one step of every kind."""
    approve = {"by": ["sales"], "above": [{"amount": "5000.00 USD", "by": "owner", "quorum": 2}]}
    fields: dict[str, Any] = {
        "playbook": "quote-follow-up",
        "title": words or "Follow up quotes nobody answered",
        "goal": words or "Every quote gets an answer within 14 days.",
        "owner": words or ANA,
        "inputs": {
            "quote": {"type": "text", "label": words[:50]},
            "max": {"type": "integer", "default": 2},
            "when": {"type": "date", "required": False},
        },
        "trigger": {"schedule": {"cron": "0 8 * * mon"}},
        "subject": words or "{{ inputs.quote }}",
        "conditions": [words or "inputs.max > 0"],
        "allow": ["mail.send"],
        "steps": [
            {"read": "facts", "from": "table.find", "when": words},
            {"read": "summary", "agent": "analyst"},
            {
                "draft": "nudge",
                "agent": "sales-follow-up",
                "action": "mail.send",
                "writes": ["body"],
                "title": "Nudge",
                "approve": {**approve, "edit": ["body"]},
            },
            {"do": "note", "action": "table.append", "title": "Note", "approve": approve},
            {"ask": "which", "who": "sales", "title": "Which?", "options": ["a", "b"]},
            {"task": "call", "who": "sales", "title": "Call"},
            {"wait": "answer", "for": "3 days", "signal": "reply"},
            {"decide": "late", "if": "true", "then": "stop"},
            {"tell": "done", "text": "Done", "channel": "sales"},
            {"start": "next", "playbook": "other"},
        ],
        "success": {"metric": "quote_answer_rate", "target": ">= 40%"},
        "version": "ab" * 32,
    }
    return Playbook.model_validate({**fields, **changes})


def run(words: str = "", state: RunState = RunState.WAITING) -> Run:
    """Return a run that waits."""
    return Run(
        id="0199-run",
        ws="T1",
        playbook="quote-follow-up",
        version="ab" * 32,
        step="nudge",
        state=state,
        subject=Untrusted(words or "Lark Bakery"),
        inputs={},
        started_by=Actor.user(ANA),
        trigger="command",
        created_at=NOW,
        why=words or "waits for a signature: one of sales",
    )


def task(words: str = "", **changes: Any) -> Task:
    """Return an open task."""
    fields: dict[str, Any] = {
        "id": "0199-task",
        "run_id": "0199-run",
        "step": "call",
        "owner": ANA,
        "title": Untrusted(words or "Call Lark Bakery"),
        "due_at": NOW,
    }
    return Task(**{**fields, **changes})


def metric(key: str = "revenue", *, words: str = "", **changes: Any) -> MetricValue:
    """Return one metric of a report."""
    fields: dict[str, Any] = {
        "key": key,
        "title": words or key.capitalize(),
        "unit": "money",
        "better": "up",
        "owner": words or ANA,
        "status": "ok",
        "value": 1_842_000,
        "text": "18,420.00 USD",
        "n": 71,
        "last_week": 1_640_000,
        "change_percent": Decimal("12.3"),
        "median_4w": 1_600_000,
        "usual_low": 1_400_000,
        "usual_high": 1_900_000,
        "target": 1_700_000,
        "target_met": True,
    }
    return MetricValue(**{**fields, **changes})


def report(words: str = "", **changes: Any) -> KpiReport:
    """Return a week with a table, a chart, an anomaly, an action and one missing metric."""
    lost = metric(
        "traffic", unit="count", value=None, text="missing", missing=words or "no source connected",
        status="missing", last_week=None, change_percent=None, median_4w=None, usual_low=None,
        usual_high=None, target=None, target_met=None,
    )  # fmt: skip
    fields: dict[str, Any] = {
        "week": "2026-W47",
        "label": "Week 47 · Mon 16 Nov to Sun 22 Nov 2026",
        "zone": "Europe/Lisbon",
        "currency": "USD",
        "period_start": NOW - timedelta(days=7),
        "period_end": NOW,
        "complete_until": NOW,
        "complete": True,
        "generated_at": NOW,
        "sources": (
            SourceReading(
                key="orders", title=words or "Orders", connected=True, rows=1200, age_minutes=6
            ),
        ),
        "headline": "revenue",
        "metrics": (metric(words=words), lost),
        "anomalies": (anomaly(words),),
        "rankings": (ranking(words),),
        "series": (series(),),
        "changes": (words or "price list 14 Nov",),
        "actions": (
            NextAction(
                label=words or "Call overdue customers",
                playbook="invoice-follow-up",
                inputs={},
                reason=words or "4,900 USD is overdue",
                metric="refunds",
            ),
        ),
        "text_summary": words or "Revenue in week 47 of 2026 was 18,420.00 USD, up 12.3%.",
    }
    return KpiReport(**{**fields, **changes})


def series() -> Series:
    """Return eight weeks, one of them without a number."""
    points = [
        SeriesPoint(week=f"2026-W{week}", value=week * 100_000, last_year=week * 90_000)
        for week in range(40, 48)
    ]
    points[2] = SeriesPoint(week="2026-W42", value=None, last_year=None)
    return Series(metric="revenue", title="Revenue", unit="money", points=tuple(points))


def anomaly(words: str = "") -> Anomaly:
    """Return refunds far above their usual range, with the product that explains it."""
    part = Contribution(
        dimension="product",
        key=Untrusted(words or "B-220"),
        label=Untrusted(words or "Oven B-220"),
        unit="money",
        value=50_000,
        usual=2_000,
        gap=48_000,
        share_percent=Decimal("82.5"),
        evidence=tuple(Untrusted(words or f"C53{n}") for n in range(8)),
    )
    return Anomaly(
        metric="refunds",
        title=words or "Refunds",
        unit="money",
        period="week",
        on=date(2026, 11, 16),
        value=61_200,
        usual=25_000,
        usual_low=18_000,
        usual_high=34_000,
        change_percent=Decimal("144.8"),
        z=Decimal("4.10"),
        level="alert",
        good=False,
        compared_with=8,
        last_seen=None,
        owner=ANA,
        due_on=date(2026, 11, 25),
        words=words or "Refunds were 612.00 USD, usually 180.00 USD to 340.00 USD.",
        contributions=(part,),
    )


def ranking(words: str = "") -> Ranking:
    """Return the top products."""
    items = tuple(
        RankedItem(
            key=Untrusted(words or f"P-{n}"),
            label=Untrusted(words or f"Product {n}"),
            value=10_000 - n,
            share_percent=Decimal("12.5"),
        )
        for n in range(12)
    )
    return Ranking(key="top_products", title=words or "Top products", unit="money", items=items)


def assessment(words: str = "Answer mails", n: int = 1, *, judgement: int = 1) -> Assessment:
    """Return what Ana stated of a piece of work."""
    return Assessment(
        entry=of_work(str(n)),
        n=n + 1,
        title=Untrusted(words[:120]),
        owner=BEN,
        scores=Scores(repeatability=5, risk=1, data=5, judgement=judgement, time=5),
        effort=Effort(
            minutes=25,
            times=12,
            per="week",
            delay=Money(minor=20_000, currency="USD"),
            own=Numbers(hour=Money(minor=3_800, currency="USD")),
        ),
        level=4,
        reasons=("Nothing speaks against it.",),
        by=ANA,
        at=NOW,
    )


def track_record(words: str = "", **changes: Any) -> TrackRecord:
    """Return what a playbook has shown, with everything there for its next stage."""
    values: dict[str, Any] = {
        "playbook": "quote-follow-up",
        "version": "a" * 64,
        "stage": "assist",
        "to": "threshold",
        "figures": Figures(
            opened=41, unchanged=40, rejected=1, good=40, reasons=((f"other {words}", 1),)
        ),
        "newest": Figures(unchanged=30, good=30),
        "days": 30.5,
        "age": 60.0,
        "alike": (Acceptance(words=f"mail.send {words}", n=41, accepted=40, bound=0.93),),
        "gone": Gone(drafts=20, rejected=1),
        "samples": (("r-1", "rejected"), ("r-2", "unchanged")),
    }
    return TrackRecord(**{**values, **changes})


def kind(words: str = "") -> Kind:
    """Return drafts that are alike and may be let go alone."""
    maker = Maker(agent="writer", model="m-1", prompt_version="p-1")
    action = f"mail.send {words}" if words else "mail.send"
    segment = Segment(maker=maker, action=action, known=True)
    known = Acceptance(words=segment.words, n=41, accepted=41, bound=0.946)
    return Kind(segment=segment, known=known)


def emergency(words: str = "", **more: Any) -> urgent.Shown:
    """Return what may be an emergency, as Ana is asked about it; Lee is passed over."""
    values: dict[str, Any] = {
        "n": 1,
        "word": "fire",
        "why": words or 'Emergency: "fire" stands in the inputs.',
        "passage": Untrusted(words or "There is a fire!"),
        "came": "start",
        "rota": "night",
        "since": NOW,
        "pages": (Page(person=ANA, at=NOW, kind="asked", round=1),),
        "next_at": NOW,
    }
    it = Urgent(**{**values, **more})
    shown = run(words).model_copy(
        update={"urgent": it, "inputs": {"note": words or "There is a fire!", "deep": {"a": 1}}}
    )
    shown = shown.model_copy(
        update={"results": {"quote": {"id": words or "Q-1"}, "sum": "x", "n": []}}
    )
    return urgent.Shown(
        run=shown, urgent=it, skipped=[Skipped(person=BEN, why="away until 30 Nov")]
    )
