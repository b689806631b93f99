"""The one door. A command comes in; a rule decides; run, audit entries and rows are saved together or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows import beside, companywide, customers, scopes
from workflows.answers import Answer as Reply
from workflows.answers import FieldErrors, Recorded, Refused, Show
from workflows.asks import telling
from workflows.basis.basis import Basis
from workflows.basis.ground import KIND as COMPANY
from workflows.basis.sight import KIND as READING
from workflows.commands import (
    Drafted,
    OnCustomer,
    OnDraft,
    OnTask,
    Pause,
    Read,
    Resume,
    ReturnPrompt,
    StartRun,
    StepDone,
    SwitchExample,
)
from workflows.delegation import assessing
from workflows.errors import (
    BadInput,
    NotRecorded,
    Refusal,
    SaidBefore,
    Stale,
    UnknownDraft,
    UnknownPlaybook,
    UnknownRun,
    Unsure,
    Unusable,
)
from workflows.lessons import prompts, unlearning
from workflows.machine import decide
from workflows.own_playbooks import book
from workflows.ports import Kept, Unheld
from workflows.refused import outdated, refused
from workflows.shelf import LookedUp, closest, read
from workflows.trust import staged, staging
from workflows.trust.stages import ALONE
from workflows.turn import Facts, Untold
from workflows.versions import choosing, chosen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from workflows.action import ActionSpec
    from workflows.commands import Command
    from workflows.company import Company
    from workflows.events import Entry
    from workflows.playbook import Playbook
    from workflows.ports import Calendar, Clock, Directory, Hold, Ids, Store, Tx
    from workflows.run import Run
    from workflows.turn import Decision

#: What is about no single run.
Companywide = (
    Pause
    | Resume
    | OnCustomer
    | SwitchExample
    | ReturnPrompt
    | choosing.Choosing
    | staging.Staging
    | assessing.Assessing
    | telling.Telling
)
#: Seconds to find out whether a commit whose answer was lost was made.
READ_BACK = 1.0


class Engine:
    """Handles every command, from whichever surface it comes."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        ids: Ids,
        directory: Directory,
        actions: Mapping[str, ActionSpec],
        calendar: Calendar | None = None,
        program: str = "",
    ) -> None:
        """Take the ports. `actions` are the specs of everything the connectors can carry out.

        `program` is this program's version: what it decides is told apart from what another one would.
        """
        self._store, self._clock, self._ids = store, clock, ids
        self._directory, self._actions, self._calendar = directory, actions, calendar
        self._basis = Basis(actions, program)

    def handle(self, command: Command, deadline: float | None = None) -> Reply:
        """Decide and save. `deadline` is the seconds a person's press may wait for the database.

        Raises `NotRecorded` when it could not be saved in time; then nothing was done. Raises `Unsure` when the
        connection broke while it was saved and what came of it can't be read back either.
        """
        first: frozenset[Hold] = frozenset()
        while True:
            try:
                with self._store.transaction(deadline, first) as tx:
                    return self._handle(tx, command)
            except Unheld as unheld:
                first |= unheld.first
            except Unsure:
                return self._read_back(command)

    def _read_back(self, command: Command) -> Reply:
        """Return the answer this command got, when nobody knows whether it was committed."""
        if not command.key:
            raise Unsure
        try:
            with self._store.transaction(READ_BACK) as tx:
                kept = tx.seen(command.key)
                if kept:
                    return self._again(tx, kept)
        except NotRecorded as error:
            raise Unsure from error
        raise NotRecorded

    def _handle(self, tx: Tx, command: Command) -> Reply:
        if command.key and (kept := tx.seen(command.key)):
            return self._again(tx, kept)
        run = self._run(tx, command)
        try:
            reply = self._decided(tx, run, command)
        except Stale as stale:
            return Refused(error=stale)
        except Refusal as refusal:
            tx.append([self._refused(run, command, refusal)], self._clock.now())
            tx.redraw(outdated(tx, command), self._clock.now())
            reply = Refused(error=refusal)
        self._remember(tx, command, reply)
        return reply

    def _decided(self, tx: Tx, run: Run | None, command: Command) -> Reply:
        if isinstance(command, Companywide):
            return self._companywide(tx, command)
        if isinstance(command, OnDraft) and run is None:
            raise UnknownDraft
        if isinstance(command, StartRun):
            playbook = self._playbook(tx, command)
        elif run is None:
            raise UnknownRun(run=getattr(command, "run_id", ""))
        else:
            playbook = tx.playbook(run.version)
        facts = self._facts(tx).model_copy(update=_stands(tx, playbook.playbook))
        facts = beside.with_others(tx, run, playbook, command, facts)
        decision, facts = self._told(tx, run, playbook, command, facts)
        for older, way in beside.ways(tx, playbook, command, decision, facts):
            self._save(tx, older, way, facts)
        self._save(tx, run, decision, facts)
        beside.pass_on(tx, playbook, decision, facts)
        if isinstance(decision.answer, Refused):
            tx.append([self._refused(run, command, decision.answer.error)], facts.at)
        if isinstance(command, StartRun) and decision.run:
            _begun(tx, playbook, decision.run)
        if isinstance(command, StepDone):
            self._keep(tx, command.result)
        self._follow(tx, decision, facts)
        return decision.answer

    def _follow(self, tx: Tx, decision: Decision, facts: Facts) -> None:
        """Do in the same transaction what a decision asks of others: a stage, an edit unlearnt, further runs."""
        for demote in decision.demotes:
            staged.take_back(tx, demote, facts)
        for off in decision.unlearns:
            unlearning.take_back(tx, off, facts.at)
        for child in decision.starts:
            self._start_child(tx, decision.run, child)

    def _keep_grounds(self, tx: Tx, run_id: str, facts: Facts) -> None:
        """Keep what it was decided on; what Slack said is about people, and stays no longer than the runs do."""
        for kind, under in ((COMPANY, facts.ground), (READING, facts.sight)):
            if under:
                tx.keep(kind, under.text, under.hash)
        if facts.sight:
            tx.stand(run_id, facts.sight.hash)

    def _told(
        self, tx: Tx, run: Run | None, playbook: Playbook, command: Command, facts: Facts
    ) -> tuple[Decision, Facts]:
        """Decide; whatever a rule asks for on the way is counted, and it is decided again."""
        while True:
            try:
                return decide(run, playbook, command, facts), facts
            except Untold as question:
                asked = question.ask
                told = customers.looked_up(self._calendar, asked) or tx.tell(asked)
                facts = facts.knowing(asked, told)

    def _companywide(self, tx: Tx, command: Companywide) -> Reply:
        if isinstance(command, assessing.Assessing):
            return assessing.assess(tx, command, self._facts(tx))
        if isinstance(command, choosing.Choosing):
            return chosen.choose(tx, command, lambda: self._facts(tx))
        if isinstance(command, staging.Staging):
            return staged.stage(tx, command, lambda: self._facts(tx))
        return self._of_company(tx, command)

    def _of_company(
        self,
        tx: Tx,
        command: Pause | Resume | OnCustomer | SwitchExample | ReturnPrompt | telling.Telling,
    ) -> Reply:
        at = self._clock.now()
        company = self._company(tx, at)
        if isinstance(command, OnCustomer):
            return companywide.contact(tx, command, company, at)
        if isinstance(command, SwitchExample):
            return unlearning.switch(tx, command, company, at)
        if isinstance(command, ReturnPrompt):
            return prompts.give_back(tx, command, company, at)
        if isinstance(command, telling.Telling):
            return telling.tell(tx, command, company, at)
        if isinstance(command, Pause):
            scopes.there_is(command.scope, LookedUp(tx), self._actions)
        return companywide.switch(tx, command, company, at)

    def _keep(self, tx: Tx, result: object) -> None:
        """Keep what an agent was shown, with what it wrote."""
        if isinstance(result, Read | Drafted) and result.shown:
            tx.keep("context", result.shown, result.context)

    def _start_child(self, tx: Tx, parent: Run | None, child: StartRun) -> None:
        """Start what a step asks for; nobody sees a form's field errors here, so they go on the record."""
        reply = self._handle(tx, child)
        if isinstance(reply, FieldErrors):
            for field, problem in reply.errors.items():
                wrong = BadInput(field=field, problem=problem)
                tx.append([self._refused(parent, child, wrong)], self._clock.now())

    def _run(self, tx: Tx, command: Command) -> Run | None:
        if isinstance(command, OnDraft):
            return tx.run_of_draft(command.draft_id)
        if isinstance(command, OnTask):
            return tx.run_of_task(command.task_id)
        run_id = getattr(command, "run_id", None)
        return tx.run(run_id) if run_id else None

    def _playbook(self, tx: Tx, command: StartRun) -> Playbook:
        """Return the version that is active at this very moment."""
        if own := book(command.playbook):
            return own
        active = tx.active(command.playbook)
        if active is None:
            names = [each.playbook for each in tx.actives()]
            raise UnknownPlaybook(name=command.playbook, hint=closest(command.playbook, names))
        playbook = read(tx, active.version)
        if playbook is None:
            raise Unusable
        return playbook

    def _facts(self, tx: Tx) -> Facts:
        at, company = self._clock.now(), self._directory.company()
        reading = tx.reading()
        return Facts(
            at=at,
            ids=tuple(self._ids.new() for _ in range(3)),
            company=company.with_reading(reading, at),
            reading=reading,
            paused=tuple((switch.scope, switch.by) for switch in tx.switches()),
            actions=self._actions,
            ground=self._basis.ground(tx, company),
            sight=self._basis.sight(tx, reading),
        )

    def _company(self, tx: Tx, at: datetime) -> Company:
        """Return the company as Slack saw it last. Every process decides on the same reading, the newest."""
        return self._directory.company().with_reading(tx.reading(), at)

    def _save(self, tx: Tx, before: Run | None, decision: Decision, facts: Facts) -> None:
        run = decision.run
        if run is None or not decision.entries:
            return
        if before is None:
            tx.add(run)
        else:
            for each in (*decision.replaced, run):
                tx.save(each, expected_fence=before.fence)
        if done := decision.finish:
            tx.finish(run.id, done.seq, done.state, done.outcome)
        if decision.example:
            tx.teach(decision.example)
        tx.showed(decision.learnt)
        self._keep_grounds(tx, run.id, facts)
        for name in decision.turns:
            tx.take_turn(name)
        tx.note_asks(decision.asks, facts.at)
        tx.append(decision.entries, facts.at)
        tx.post(decision.posts, facts.at)
        tx.redraw(decision.redraw, facts.at)

    def _refused(self, run: Run | None, command: Command, refusal: Refusal) -> Entry:
        return refused(self._directory.company().ws, run, command, refusal)

    def _remember(self, tx: Tx, command: Command, reply: Reply) -> None:
        if not command.key or isinstance(reply, Show | FieldErrors):
            return
        if isinstance(command, StartRun) and isinstance(reply, Refused):
            return  # its key names what would be started, not one press: later it may be allowed
        kept = (
            Kept(kind="refused", sentence=reply.error.sentence, code=reply.error.code)
            if isinstance(reply, Refused)
            else Kept(
                kind="recorded", run_id=reply.run.id if reply.run else "", sentence=reply.sentence
            )
        )
        tx.remember(command.key, kept, self._clock.now())

    def _again(self, tx: Tx, kept: Kept) -> Reply:
        """Answer a duplicate with the first answer."""
        if kept.kind == "refused":
            return Refused(error=SaidBefore(sentence=kept.sentence))
        return Recorded(run=tx.run(kept.run_id) if kept.run_id else None, sentence=kept.sentence)


def _stands(tx: Tx, name: str) -> dict[str, object]:
    """Return the stage a playbook stands at and, where it may do something by itself, its active version."""
    footing = tx.footing(name)
    active = tx.active(name) if footing and footing.stage in ALONE else None
    return {"footing": footing, "active": active.version if active else ""}


def _begun(tx: Tx, playbook: Playbook, run: Run) -> None:
    """Keep what a new run is pinned to, and that it was started, where that is done only once."""
    tx.keep("playbook", playbook.source, playbook.version)
    if playbook.once_per:
        tx.never_again(run)
