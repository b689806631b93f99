"""The playbook as a record, which `workflows.loading` reads from YAML: what should happen every time, who signs."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import (
    BeforeValidator,
    Discriminator,
    JsonValue,
    Tag,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic import Field as Setting

from workflows.action import Field, Money, Names, Record, money
from workflows.customer_of import CustomerOf
from workflows.durations import Duration, Span, Within
from workflows.exceptions import ExceptionPath
from workflows.flags import Flags
from workflows.trust.rollout import Rollout, Share
from workflows.trust.stages import Rule


def _amount(value: object) -> object:
    return money(str(value)) if isinstance(value, str | int | float) else value


#: `5000.00 USD`
Amount = Annotated[
    Money,
    BeforeValidator(_amount),
    WithJsonSchema({"type": "string", "examples": ["5000.00 USD"]}),
]


class Schedule(Record):
    """When a playbook starts by itself: a cron line with a named weekday, in the company's zone or its own."""

    cron: str
    zone: str = ""
    #: After a night off: run once if not older than `late`, or say it was missed and skip.
    missed: Literal["latest", "skip"] = "latest"
    late: Duration = 12 * 3600.0


class Trigger(Record):
    """What starts a run."""

    command: bool = True
    schedule: Schedule | None = None


class Above(Record):
    """Above this amount others sign, or more of them."""

    amount: Amount
    by: Names
    quorum: int = Setting(default=1, ge=1)


#: Each of those who could sign is asked first in turn.
IN_TURN = "in turn"


class Assign(Record):
    """Whom to ask first, and for which customers, above which amount, in which channel; without these, always."""

    #: What the customer is known by, or the address it goes to; `*` stands for anything: `"*@bigco.com"`.
    customer: Names = ()
    #: Only above this amount, like `1000.00 USD`. Another currency counts as above.
    above: Amount | None = None
    #: Only for runs that live in one of these channels.
    channel: Names = ()
    #: Who is asked first then: whatever `assign` alone may say.
    to: str = Setting(min_length=1)

    @property
    def always(self) -> bool:
        """Whether it is for whatever is drafted."""
        return not self.customer and self.above is None and not self.channel


def _assigns(value: object) -> object:
    """Read `in turn` as a list of one rule, and in a list each text as a rule that is for everything."""
    rules = [value] if isinstance(value, str) and value else value or ()
    if not isinstance(rules, list | tuple):
        return rules
    return [{"to": rule} if isinstance(rule, str) else rule for rule in cast("list[Any]", rules)]


#: `"{{ quote.owner }}"`, `in turn`, a name, or a list of these and of rules.
Assigns = Annotated[
    tuple[Assign, ...],
    BeforeValidator(_assigns, json_schema_input_type=str | tuple[str | Assign, ...]),
]


class Approve(Record):
    """Who signs the step, how many, until when, after which hold it leaves, and what they may change."""

    by: Names
    #: Who of them is asked first: a record's field like `"{{ quote.owner }}"`, which holds a name or a Slack id; `in
    #: turn`; a name; a role, whose people are then asked in turn; or a list of these and of rules, of which the first
    #: counts that is for the draft and means somebody who is here. The others may sign all the same.
    assign: Assigns = ()
    quorum: int = Setting(default=1, ge=1)
    above: tuple[Above, ...] = ()
    within: Within = Span(count=4 * 3600.0, unit="work seconds")
    #: Who is asked besides when nobody has signed in time, for as long again; nobody: it expires then.
    escalate: Names = ("owner",)
    hold: Duration = 60.0
    edit: Names = ()
    #: `each time` people sign; `draft only`: nothing is sent, people copy it; `alone`: it goes by itself once the
    #: playbook has earned that; `audit later`: so too, and people look at it afterwards.
    rule: Rule = "each time"
    #: At the stage `threshold` it goes by itself if at least this share of drafts like it went out unchanged.
    confidence: Share = 0.9
    #: With `audit later`: until when it is looked at. Late, the playbook goes back to `assist`.
    review: Within = Span(count=2, unit="work days")


class Step(Record):
    """What every step has. Its name is the contract with waiting runs."""

    #: Go on only if this CEL condition holds; otherwise the step is passed over.
    when: str = ""
    #: Passed over, unless a `decide` step or an exception leads to it.
    aside: bool = False


class ReadStep(Step):
    """Read records, or let an agent write a summary of what was read."""

    read: str
    from_: str = Setting(default="", alias="from")
    agent: str = ""
    with_: dict[str, JsonValue] = Setting(default={}, alias="with")
    uses: Names = ()
    #: Fields that must be there and not empty, else the run stops and says so.
    require: Names = ()


class DraftStep(Step):
    """An agent writes the open fields of one action; a person signs."""

    draft: str
    agent: str
    action: str
    with_: dict[str, JsonValue] = Setting(default={}, alias="with")
    writes: Names
    title: str
    amount: str = ""
    uses: Names = ()
    facts: tuple[str, ...] = ()
    approve: Approve
    #: CEL condition read again when it is about to leave; false withdraws the draft.
    still: str = ""


class DoStep(Step):
    """Carry out a fixed action once it is signed."""

    do: str
    action: str
    with_: dict[str, JsonValue] = Setting(default={}, alias="with")
    title: str
    amount: str = ""
    facts: tuple[str, ...] = ()
    approve: Approve
    still: str = ""


class AskStep(Step):
    """Ask a person to choose; the answer is kept under the step's name."""

    ask: str
    who: str
    title: str
    options: tuple[str, ...] = Setting(min_length=2)
    #: One of the options, or the field that names one: "{{ score.next }}".
    recommended: str = ""
    #: Why that one, shown with it.
    because: str = ""
    within: Within = Span(count=1, unit="work days")


class TaskStep(Step):
    """Give a person work and wait until it is done."""

    task: str
    who: str
    title: str
    #: The day it is due, like `"{{ policy.renews_on }}"`; then `within` does not count.
    due: str = ""
    within: Within = Span(count=1, unit="work days")


class WaitStep(Step):
    """Wait a while, or for a signal, whichever comes first."""

    wait: str
    for_: Within = Setting(alias="for")
    signal: str = ""


class DecideStep(Step):
    """Go one way or the other on a condition."""

    decide: str
    if_: str = Setting(alias="if")
    #: A step's name, `next` or `stop`.
    then: str = "next"
    otherwise: str = "stop"
    say: str = ""


class TellStep(Step):
    """Say something in Slack; nothing leaves the company."""

    tell: str
    text: str = ""
    #: A step's name whose KPI report is posted.
    report: str = ""
    #: Channel name; empty means where the run lives.
    channel: str = ""


class StartStep(Step):
    """Start another playbook."""

    start: str
    playbook: str
    with_: dict[str, JsonValue] = Setting(default={}, alias="with")


def _named(inputs: dict[str, dict[str, Any] | None]) -> list[dict[str, Any]]:
    return [{"name": name, **(spec or {})} for name, spec in inputs.items()]


KINDS = ("read", "draft", "do", "ask", "task", "wait", "decide", "tell", "start")


def _kind(value: Any) -> str | None:  # noqa: ANN401 -- pydantic hands over whatever stood there
    if isinstance(value, Step):
        return type(value).__name__.removesuffix("Step").lower()
    found = [kind for kind in KINDS if isinstance(value, dict) and kind in value]
    return found[0] if found else None


AnyStep = Annotated[
    Annotated[ReadStep, Tag("read")]
    | Annotated[DraftStep, Tag("draft")]
    | Annotated[DoStep, Tag("do")]
    | Annotated[AskStep, Tag("ask")]
    | Annotated[TaskStep, Tag("task")]
    | Annotated[WaitStep, Tag("wait")]
    | Annotated[DecideStep, Tag("decide")]
    | Annotated[TellStep, Tag("tell")]
    | Annotated[StartStep, Tag("start")],
    Discriminator(_kind),
]


#: Kinds of work whose controls can't be told from the steps alone.
PlaybookKind = Literal["follow-up", "leads", "crm", "urgent"]


def _kinds(value: object) -> object:
    return [value] if isinstance(value, str) else value


#: `follow-up` or `[leads, crm]`
Kinds = Annotated[
    tuple[PlaybookKind, ...],
    BeforeValidator(_kinds, json_schema_input_type=PlaybookKind | tuple[PlaybookKind, ...]),
]


class Alone(Record):
    """Within what a playbook of level 4 may let things go by themselves; beyond it people sign."""

    #: At most so much in all a day, by the company's clock.
    amount: Amount
    #: At most so many a day.
    count: int = Setting(ge=0)


class Success(Record):
    """The number that says whether the playbook is worth keeping."""

    metric: str
    target: str = ""


#: The newest form of a playbook file this program reads.
SCHEMA = 1


class Playbook(Record):
    """One operating procedure. Its version is the content hash of its text."""

    playbook: str = Setting(pattern=r"^[a-z][a-z0-9-]{1,60}$")
    #: The form this file is written in. A newer one than this program knows is refused.
    schema_: int = Setting(default=SCHEMA, ge=1, alias="schema")
    title: str = Setting(max_length=150)
    goal: str
    owner: str
    level: int = Setting(default=3, ge=1, le=4)
    #: Channel name its cards live in; empty means where it was started.
    channel: str = ""
    inputs: tuple[Field, ...] = ()
    trigger: Trigger = Trigger()
    #: It is about employees, so shown in private only; as is what may carry out an action of risk `employee`.
    private: bool = False
    #: Who or what a run is about: "{{ inputs.quote }}".
    subject: str
    #: Whose limits and daytime count; else whoever an action reaches, in the company's zone.
    customer: CustomerOf | None = None
    #: What makes two runs the same one, like "{{ inputs.quote }} {{ inputs.week }}": it is done once and never again.
    once_per: str = ""
    #: What a start means while another run about the same is open: it is refused (`single`), begins when that is
    #: over (`queued`), takes its place (`restart`), or both go on (`parallel`).
    mode: Literal["single", "queued", "restart", "parallel"] = "parallel"
    #: What kind of work it is, where that does not show in its steps: it then needs the controls of that kind.
    kind: Kinds = ()
    conditions: Names = ()
    allow: Names
    steps: tuple[AnyStep, ...] = Setting(min_length=1)
    #: What happens instead when something goes otherwise; the first one that applies is taken.
    exceptions: tuple[ExceptionPath, ...] = ()
    success: Success | None = None
    #: The stage it begins at; evidence and people move it on.
    rollout: Rollout = Rollout()
    #: What may go by itself a day, at level 4.
    alone: Alone | None = None
    #: Of what would go by itself, the share a person sees first; the company's `sample` where that is more.
    sample: Share = 0.0
    review: str = "every quarter"
    #: What is switched on or off for its runs, whatever company.yml says.
    flags: Flags = Flags()
    #: The playbook whose steps these are; then only what differs is written, and `inputs` are values.
    extends: str = ""
    #: Set by the loader, never written in the file.
    fixed: dict[str, JsonValue] = {}
    version: str = ""
    source: str = ""

    @field_validator("schema_")
    @classmethod
    def _known_schema(cls, schema: int) -> int:
        if schema > SCHEMA:
            msg = f"is {schema}, and this Sayso reads up to {SCHEMA}: a newer one wrote it, so install that"
            raise ValueError(msg)
        return schema

    @model_validator(mode="before")
    @classmethod
    def _named_inputs(cls, values: Any) -> Any:  # noqa: ANN401 -- whatever the YAML held
        """Turn `inputs: {quote: {type: text}}` into a tuple of named fields."""
        if not isinstance(values, dict):
            return values
        written = cast("dict[str, Any]", values)
        if isinstance(written.get("inputs"), dict):
            written = {**written, "inputs": _named(written["inputs"])}
        return written

    def step(self, name: str) -> AnyStep | None:
        """Return the step of that name, or None."""
        return next((step for step in self.steps if step_name(step) == name), None)

    def after(self, name: str) -> AnyStep | None:
        """Return the step that follows the named one (the first for none), or None; those set aside don't follow."""
        names = [step_name(step) for step in self.steps]
        following = self.steps[names.index(name) + 1 if name else 0 :]
        return next((step for step in following if not step.aside), None)


def step_kind(step: AnyStep) -> str:
    """Return `read`, `draft`, ...: the key a step is written with."""
    return type(step).__name__.removesuffix("Step").lower()


def step_name(step: AnyStep) -> str:
    """Return the name a step was given: the value of its kind's key."""
    return getattr(step, step_kind(step))
