"""The drafter that needs no model: it fills templates from records, says so, and asks for what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from agents import shown
from agents.gates import findings
from agents.roster import admitted
from agents.slots import slots
from agents.wording import fitting, version, wordings
from workflows.commands import Drafted
from workflows.expressions import Template
from workflows.ports import NotDrafted
from workflows.run import Authorship, Evidence
from workflows.text import Untrusted, digest

if TYPE_CHECKING:
    from agents.roster import Agent
    from agents.slots import Slots
    from workflows.ports import DraftRequest, JsonObject

_OWN_NUMBERS = "the report's own numbers"
_REJECTED = " The draft before was rejected ({reason}); a template can't take that into account."


@dataclass(frozen=True, kw_only=True)
class TemplateDrafter:
    """Writes from templates. The same request gives the same bytes."""

    #: Why no model wrote it, when one should have: "the model was unreachable".
    instead: str = ""

    def draft(self, request: DraftRequest) -> Drafted | NotDrafted:
        """Return the filled template, or the question a person must answer first."""
        agent = admitted(request)
        if isinstance(agent, NotDrafted):
            return agent
        if request.wish.raw:
            return NotDrafted(kind="unavailable", problem=self._no_wish())
        written = _summary(request) if agent.output == "summary" else _letter(request, agent)
        if isinstance(written, NotDrafted):
            return written
        return _checked(request, agent, written) or self._drafted(request, agent, written)

    def _drafted(self, request: DraftRequest, agent: Agent, written: _Written) -> Drafted:
        rejected = _REJECTED.format(reason=request.rejected) if request.rejected else ""
        return Drafted(
            fields=written.fields,
            why=Untrusted(written.why + rejected),
            evidence=request.facts or written.evidence,
            confidence=request.accepted,
            author=Authorship(
                agent=agent.name,
                model=f"offline/templates@{version(agent.name)}",
                prompt_version=written.version,
                label=self._label(written.origin),
            ),
            context=shown.context_hash(request),
        )

    def _no_wish(self) -> str:
        why = f"{self.instead}, and " if self.instead else "no model is connected, and "
        return f"{why}a template can't follow a wish. Edit the text, or take it over"

    def _label(self, origin: str) -> str:
        if self.instead:
            return f"{self.instead}; written from {origin}"
        return f"written from {origin}, no model connected"


@dataclass(frozen=True, kw_only=True)
class _Written:
    fields: JsonObject
    why: str
    #: `template follow-up-2`
    origin: str
    #: Hash of the wording it was filled into.
    version: str
    evidence: tuple[Evidence, ...]


def _letter(request: DraftRequest, agent: Agent) -> _Written | NotDrafted:
    known = slots(request, agent)
    source = shown.source(request, agent)
    wording = fitting(wordings(agent.name), known)
    if wording is None:
        return no_wording(agent, known, source)
    missing = wording.missing(known)
    if missing:
        return NotDrafted(kind="needs-input", problem=wording.question(missing[0], source))
    texts = {"subject": wording.subject, "body": wording.body}
    unknown = [field.name for field in request.writes if field.name not in texts and field.required]
    if unknown:
        return NotDrafted(
            kind="needs-input",
            problem=f"The template {wording.name} has no text for {unknown[0]!r}. A person fills it in.",
        )
    wanted = [field.name for field in request.writes if field.name in texts]
    return _Written(
        fields={name: Template(texts[name]).render(known) for name in wanted},
        why=Template(wording.why).render(known),
        origin=f"template {wording.name}",
        version=digest(wording.model_dump(mode="json"))[:12],
        evidence=shown.evidence(request, agent),
    )


def no_wording(agent: Agent, known: Slots, source: str) -> NotDrafted:
    """Say what kept every template from fitting: nothing to measure by, or a time that hasn't come."""
    among = wordings(agent.name)
    if not among:
        problem = (
            f"{agent.title} has no templates, and no model wrote the text. A person writes it."
        )
    elif any(name in known for each in among for name in each.at_least):
        problem = f"It is too early for a message about {source}. Start it again when it is due."
    else:
        problem = among[-1].question([*among[-1].at_least][-1], source)
    return NotDrafted(kind="needs-input", problem=problem)


def _summary(request: DraftRequest) -> _Written | NotDrafted:
    """Return the report's own sentence; with no model nobody phrases the numbers anew."""
    name, sentence = _sentence(request.records)
    if not sentence:
        return NotDrafted(
            kind="needs-input", problem="The report has no sentence of its own to put on top."
        )
    fields = {field.name: _cut(sentence, field.max) for field in request.writes[:1]}
    return _Written(
        fields=cast("JsonObject", fields),
        why="The sentence is the report's own.",
        origin=_OWN_NUMBERS,
        version=digest(_OWN_NUMBERS)[:12],
        evidence=(Evidence(fact=Untrusted(sentence), source=request.sources.get(name, name)),),
    )


def _sentence(records: JsonObject) -> tuple[str, str]:
    for name, record in sorted(records.items()):
        text = record.get("text_summary") if isinstance(record, dict) else None
        if isinstance(text, str) and text.strip():
            return name, " ".join(text.split())
    return "", ""


def _cut(sentence: str, most: int | None) -> str:
    """Shorten to whole sentences where there is a full stop to cut at, else to whole words."""
    if most is None or len(sentence) <= most:
        return sentence
    head = sentence[: most - 1]
    stop = head.rfind(". ")
    return head[: stop + 1] if stop > 0 else f"{head.rsplit(' ', 1)[0]}…"


def _checked(request: DraftRequest, agent: Agent, written: _Written) -> NotDrafted | None:
    """A record can hold a link or a line too many; then a person writes the text."""
    problems = [
        f"{field.title} {problem}"
        for field in request.writes
        if (problem := field.problem(written.fields.get(field.name)))
    ]
    # It was shown no example, so nothing of one can be in it.
    alone = request.model_copy(update={"examples": ()})
    problems += findings(written.fields, alone, agent).forbidden
    if not problems:
        return None
    problem = f"The {written.origin} could not be used: {'; '.join(problems)}. Check the records."
    return NotDrafted(kind="invalid", problem=problem)
