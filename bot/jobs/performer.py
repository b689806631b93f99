"""Does the one outstanding work step of a claimed run, and says what came of it as a command."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from bot.crash import Boundary, here
from workflows.commands import Drafted, Due, Executed, Failed, Held, Later, Read, StepDone
from workflows.errors import Absent, ConnectorError, NotSigned, Unavailable, UnknownPlaybook
from workflows.expressions import ExpressionError, render_payload
from workflows.flags import is_on
from workflows.lessons.examples import lessons
from workflows.playbook import DraftStep, ReadStep
from workflows.ports import NotDrafted
from workflows.privacy import is_private
from workflows.requests import draft_request
from workflows.run import SYSTEM, TIMER, DraftState, Outcome, Run, RunState, SignedDraft
from workflows.steps import values
from workflows.text import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from workflows.action import ActionSpec
    from workflows.company import Company
    from workflows.lessons.examples import Lesson, Taught
    from workflows.playbook import Playbook
    from workflows.ports import Clock, Directory, Drafter, Found, JsonObject, Looking, Store
    from workflows.run import Compensation, Confidence, Draft

#: Claims in a row without a result, after which a run is parked instead of tried again.
POISON = 5
#: The longest a call to the outside may take; less than that of a lease is too little to begin one.
CALL = timedelta(seconds=20)


class Outside(Protocol):
    """All connectors together."""

    @property
    def actions(self) -> Mapping[str, ActionSpec]:
        """Every action by its full name."""
        ...

    def read(self, name: str, params: JsonObject) -> Found:
        """Read from the connector the name belongs to."""
        ...

    def execute(self, signed: SignedDraft) -> Outcome:
        """Carry out signed bytes."""
        ...

    def lookup(self, signed: SignedDraft) -> Outcome | None:
        """Ask what came of an earlier try."""
        ...

    def undo(self, signed: SignedDraft, outcome: Outcome) -> Compensation | None:
        """Return the action that would undo it."""
        ...


class Performer:
    """Reads, drafts and executes. It decides nothing: what it found goes back through the engine."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        directory: Directory,
        drafter: Drafter,
        outside: Outside,
        carried: Callable[[str], None] = lambda _status: None,
    ) -> None:
        """Take the ports; `carried` is told what came of each effect."""
        self._carried = carried
        self._store, self._clock, self._directory = store, clock, directory
        self._drafter, self._outside = drafter, outside

    def perform(self, run: Run, *, begun_before: bool, until: datetime) -> StepDone | Due:
        """Do what `run` is waiting for, held until `until`.

        `begun_before`: an earlier worker began this step and never reported.
        """
        with self._store.looking() as tx:
            playbook, off = tx.playbook(run.version), {switch.scope for switch in tx.switches()}
        if run.state is not RunState.WORKING:
            return self._due(run, playbook)
        if paused := off & _scopes(run, playbook):
            scope = min(paused)
            words = f"{scope} is paused; it goes on once that is resumed"
            stayed = _leaving(run) is not None and not begun_before
            held = Held(problem=words, scope=scope, begun=begun_before, stayed=stayed)
            return self._done(run, held)
        if run.attempts > POISON:
            return self._done(run, self._given_up(run, begun_before=begun_before))
        try:
            result = self._work(run, playbook, begun_before=begun_before, until=until)
            return self._done(run, result)
        except (NotSigned, ExpressionError) as refusal:
            return self._done(run, Failed(problem=refusal.sentence))

    def _done(
        self, run: Run, result: Read | Drafted | Executed | Failed | Later | Held
    ) -> StepDone:
        return StepDone(actor=SYSTEM, run_id=run.id, seq=run.seq, fence=run.fence, result=result)

    def _given_up(self, run: Run, *, begun_before: bool) -> Executed | Failed:
        """Stop trying. What may have left is never called failed: a failed draft can be written and sent anew."""
        last = f" The last time: {run.why}" if run.why else ""
        problem = f"The step {run.step} was begun {POISON} times and never finished.{last}"
        if _leaving(run) is None or not begun_before:
            return Failed(problem=problem)
        return Executed(outcome=Outcome(status="unknown", message=problem))

    def _due(self, run: Run, playbook: Playbook) -> Due:
        """Wake a run; what is about to leave has its records read again first."""
        fresh: JsonObject = {}
        problem = ""
        if run.state is RunState.HOLDING:
            try:
                fresh = self._read_again(run, playbook)
            except (ConnectorError, ExpressionError) as error:
                problem = error.sentence
        return Due(
            actor=TIMER, run_id=run.id, seq=run.seq, fence=run.fence, fresh=fresh, problem=problem
        )

    def _read_again(self, run: Run, playbook: Playbook) -> JsonObject:
        """Read the same records again: the ones the draft was made from, whatever a ranking would say now."""
        fresh: JsonObject = {}
        for step in playbook.steps:
            if isinstance(step, ReadStep) and step.from_ and step.read in run.results:
                params = render_payload(step.with_, values(run))
                fresh[step.read] = self._outside.read(step.from_, params).value
        return fresh

    def _work(
        self, run: Run, playbook: Playbook, *, begun_before: bool, until: datetime
    ) -> Read | Drafted | Executed | Failed | Later:
        if leaving := _leaving(run):
            return self._execute(run, leaving, begun_before=begun_before, until=until)
        step = playbook.step(run.step)
        if isinstance(step, DraftStep):
            return self._draft(run, playbook, step)
        if isinstance(step, ReadStep) and step.agent:
            return self._summarise(run, playbook, step)
        if isinstance(step, ReadStep):
            return self._read(run, step)
        return Failed(problem=f"{playbook.playbook} has no step {run.step} to work on any more.")

    def _read(self, run: Run, step: ReadStep) -> Read | Failed | Later:
        try:
            found = self._outside.read(step.from_, render_payload(step.with_, values(run)))
        except Unavailable as error:
            return Later(problem=error.sentence, after=15.0 * 2**run.attempts)
        except ConnectorError as error:
            return Failed(problem=error.sentence, absent=isinstance(error, Absent))
        return Read(value=found.value, source=found.source)

    def _draft(self, run: Run, playbook: Playbook, step: DraftStep) -> Drafted | Failed:
        drafted = self._ask(run, playbook, step)
        return Failed(problem=drafted.problem) if isinstance(drafted, NotDrafted) else drafted

    def _summarise(self, run: Run, playbook: Playbook, step: ReadStep) -> Read:
        """A summary is worth having, never worth stopping for: without one the value is empty."""
        drafted = self._ask(run, playbook, step)
        if isinstance(drafted, NotDrafted):
            return Read(value="", source=f"agent.{step.agent}: {drafted.problem}")
        return Read(
            value=drafted.fields.get("summary", ""),
            source=f"agent.{step.agent}",
            author=drafted.author,
            context=drafted.context,
            shown=drafted.shown,
        )

    def _ask(
        self, run: Run, playbook: Playbook, step: DraftStep | ReadStep
    ) -> Drafted | NotDrafted:
        action = step.action if isinstance(step, DraftStep) else "summary"
        company = self._directory.company()
        request = draft_request(
            run,
            playbook,
            step,
            company=company,
            now=self._clock.now(),
            actions=self._outside.actions,
            accepted=self._accepted(step.agent, action),
        ).model_copy(update={"examples": self._examples(playbook, step, company)})
        drafted = self._drafter.draft(request)
        if isinstance(drafted, NotDrafted):
            return drafted
        shown = canonical(request.model_dump(mode="json")).decode()
        return drafted.model_copy(update={"shown": shown})

    def _examples(
        self, playbook: Playbook, step: DraftStep | ReadStep, company: Company
    ) -> tuple[Lesson, ...]:
        """Return the edits this draft is written with, where that is switched on.

        Where the playbook does something by itself, of those it was promoted with alone.
        """
        if not isinstance(step, DraftStep) or not is_on("learn_from_edits", company, playbook):
            return ()
        with self._store.looking() as tx:
            footing = tx.footing(playbook.playbook)
            fixed = footing.examples if footing and footing.is_alone else None
            found = tx.taught(step.agent, among=fixed)
            able = [each for each in found if self._may_teach(tx, each, playbook)]
            return lessons(
                able,
                playbook=playbook.playbook,
                step=step.draft,
                action=step.action,
                writes=step.writes,
                own=(company.name,),
            )

    def _may_teach(self, look: Looking, one: Taught, playbook: Playbook) -> bool:
        """Whether an edit may stand in what this playbook's agent is shown: one about employees stays in its own."""
        actions = self._outside.actions
        if one.example.playbook == playbook.playbook and is_private(playbook, actions):
            return True
        try:
            return not is_private(look.playbook(one.version), actions)
        except UnknownPlaybook:
            return False  # nobody can tell what it was about

    def _accepted(self, agent: str, action: str) -> Confidence:
        with self._store.looking() as tx:
            return tx.acceptance(agent, action)

    def _execute(
        self, run: Run, draft: Draft, *, begun_before: bool, until: datetime
    ) -> Executed | Later:
        signed = SignedDraft.of(draft)
        how = self._outside.actions[draft.action].idempotency
        outcome = self._resumed(signed, how) if begun_before else None
        stayed = False
        if outcome is None:
            # Begun now, it could still be under way when somebody else is given the run.
            if self._clock.now() > until - CALL:
                late = f"{run.step} came too late in its turn to begin."
                return Later(problem=late, after=0, begun=begun_before)
            executed = self._outside.execute(signed)
            here(Boundary.LEFT)
            # Under a key nobody has looked what came of an earlier try; this one's answer says nothing of that.
            stayed = executed.status == "retryable" and not (begun_before and how == "key")
            outcome = self._settled(signed, executed, how)
        self._carried(outcome.status)
        undo = self._outside.undo(signed, outcome) if outcome.status == "done" else None
        return Executed(outcome=outcome, compensation=undo, stayed=stayed)

    def _resumed(self, signed: SignedDraft, how: str) -> Outcome | None:
        """Return what came of an execution that was begun and never reported; None when it may be done now."""
        if how == "key":
            return None  # the provider refuses a second use of the key
        if how == "lookup":
            return self._outside.lookup(signed)
        return Outcome(
            status="unknown",
            message="Sayso stopped in the middle of it and can't ask what happened.",
        )

    def _settled(self, signed: SignedDraft, outcome: Outcome, how: str) -> Outcome:
        """Turn an unknown outcome into a known one where the other side can be asked."""
        if outcome.status != "unknown" or how == "none":
            return outcome
        if how == "key":
            return outcome.model_copy(update={"status": "retryable"})
        return self._outside.lookup(signed) or outcome.model_copy(update={"status": "retryable"})


def _leaving(run: Run) -> Draft | None:
    """Return the draft that is to be carried out now; None while the run is at something else."""
    return run.draft if run.draft and run.draft.state is DraftState.EXECUTING else None


def _scopes(run: Run, playbook: Playbook) -> set[str]:
    """Name every switch that stops this run's work: all, its playbook, its agent, its connector."""
    step = playbook.step(run.step)
    executing = _leaving(run)
    agent = executing.author.agent if executing else getattr(step, "agent", "")
    action = executing.action if executing else getattr(step, "from_", "")
    connector = action.partition(".")[0]
    return {"everything", f"playbook:{run.playbook}", f"agent:{agent}", f"connector:{connector}"}
