"""What the surfaces look up, in their own terms: over the queue, the audit log and the kept playbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.history import Logged
from bot.storage import makers
from bot.storage.audit_search import Filters, search
from bot.storage.cards import Cards
from bot.storage.edits import edited_weeks
from bot.storage.meanwhile import Meanwhile
from bot.storage.queue import Queue
from bot.storage.reviews import Reviews
from workflows.events import Entry, Event
from workflows.run import Actor, Place
from workflows.shelf import read
from workflows.trust import deciding, evidence
from workflows.trust.deciding import manner
from workflows.urgent.incidents import LOOK_BACK, Incident, fault_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from bot.storage.audit_search import Recorded
    from bot.storage.makers import Made
    from bot.storage.store import SqlStore
    from workflows.delegation.inventory import Assessment
    from workflows.edit_rate import EditedWeek
    from workflows.lessons.examples import Taught
    from workflows.playbook import Playbook
    from workflows.run import Run
    from workflows.trust.deciding import Manner
    from workflows.trust.evidence import TrackRecord
    from workflows.trust.stages import Footing
    from workflows.versions.version import Active, Proposal

#: Examples that are listed.
_LEARNT = 500
#: Runs that are looked through for a subject, newest first.
_LOOKED_THROUGH = 500


class Lookup(Queue):
    """What waits and runs, and what the audit log says of it. Nothing here writes or waits for a writer."""

    def __init__(self, store: SqlStore) -> None:
        """Take the store whose workspace this is."""
        super().__init__(store)
        self._store, self._cards = store, Cards(store)
        meanwhile = Meanwhile(store)
        self.beside, self.handled = meanwhile.beside, meanwhile.handled
        self.asked_week = meanwhile.asked_week

    def run(self, run_id: str) -> Run | None:
        """Return a run by its id, by the beginning of it, or the newest one about a subject like `Q-1043`."""
        return super().run(run_id) or self._about(run_id)

    def _about(self, subject: str) -> Run | None:
        wanted = subject.strip().casefold()
        newest = self.runs(limit=_LOOKED_THROUGH)
        return next((run for run in newest if run.subject.raw.casefold() == wanted), None)

    def is_untouched(self) -> bool:
        """Whether no version of a playbook was ever active or proposed here."""
        with self._store.transaction() as tx:
            return tx.choose_alone()

    def standing(self, name: str) -> Active | None:
        """Return which version of a playbook is active."""
        with self._store.looking() as look:
            return look.active(name)

    def proposal(self, proposal_id: str) -> Proposal | None:
        """Return a proposed version."""
        with self._store.looking() as look:
            return look.proposal(proposal_id)

    def newest_proposal(self, playbook: str) -> Proposal | None:
        """Return the newest proposed version of a playbook."""
        with self._store.looking() as look:
            return look.newest_proposal(playbook)

    def assessment(self, entry: str) -> Assessment | None:
        """Return what was stated last of a piece of work, also where it was taken off the inventory."""
        with self._store.looking() as look:
            return look.assessment(entry)

    def assessments(self) -> Sequence[Assessment]:
        """Return what was stated last of each piece of work on the inventory."""
        with self._store.looking() as look:
            return look.assessments()

    def footing(self, playbook: str) -> Footing | None:
        """Return the stage a playbook was moved to."""
        with self._store.looking() as look:
            return look.footing(playbook)

    def footings(self) -> Sequence[Footing]:
        """Return the stage of every playbook that was moved, by name."""
        with self._store.looking() as look:
            return look.footings()

    def to_look_at(self) -> Sequence[Run]:
        """Return the runs, each carrying a draft that went by itself and nobody has looked at."""
        return Reviews(self._store).waiting()

    def version(self, version: str) -> Playbook | None:
        """Return a version of a playbook; None where this program can't read it."""
        with self._store.looking() as look:
            return read(look, version)

    def made(self, agent: str, since: datetime) -> Made:
        """Return what an agent wrote since then, and what wrote its newest draft."""
        return makers.made(self._store, agent, since)

    def manners(self, people: Sequence[str], since: datetime) -> Sequence[Manner]:
        """Return how each of these decided since then."""
        with self._store.looking() as look:
            return [manner(one, look.decided_by(one, since, deciding.MOST)) for one in people]

    def track_record(self, book: Playbook, now: datetime) -> TrackRecord:
        """Return what a playbook has shown, and what is missing for its next stage."""
        with self._store.looking() as look:
            return evidence.gathered(look, book, now)

    def card_hash(self, draft_id: str, channel: str, ts: str, block_id: str = "") -> str:
        """Return the hash of what the message of a draft's card shows; empty when that is not known."""
        return self._cards.shown(draft_id, channel, ts, block_id)

    def card_at(self, channel: str, ts: str) -> str:
        """Return the draft whose card a message is; empty for any other message."""
        return self._cards.card_at(channel, ts)

    def in_thread(self, channel: str, thread_ts: str) -> Sequence[Run]:
        """Return the run whose card opened the thread; else those whose open drafts live in it."""
        if draft_id := self._cards.card_at(channel, thread_ts):
            run = self.run_of_draft(draft_id)
            return [run] if run else []
        place = Place(channel=channel, thread_ts=thread_ts)
        return [run for run in self.open_runs() if run.place == place]

    def card(self, hash_: str) -> str | None:
        """Return the JSON of a card as somebody saw it, by the hash their signature has; None if it is not kept."""
        return self._cards.text(hash_)

    def taught(self, agent: str = "") -> Sequence[Taught]:
        """Return the examples (of an agent) that are not removed and whose texts are still kept, newest first."""
        with self._store.looking() as look:
            return look.taught(agent, _LEARNT)

    def edited_weeks(self, now: datetime, zone: tzinfo) -> dict[str, list[EditedWeek]]:
        """Count by playbook and week how much of what left was edited first."""
        return edited_weeks(self._store.database, now, zone)

    def repeats(self, run: Run, step: str, why: str, at: datetime) -> Sequence[Incident]:
        """Return the incidents before `at` of the same playbook, step and error, of the last 30 days, oldest first."""
        filters = Filters(
            event=Event.RUN_FAILED.value, since=at - LOOK_BACK, until=at, limit=_LOOKED_THROUGH
        )
        found = search(self._store.database, filters, ws=self._store.ws)
        same = [
            Incident(run=one.chain.removeprefix("run:"), at=one.ts)
            for one in found
            if one.ts < at
            and one.head.get("step") == step
            and one.body
            and fault_of(str(one.body.get("why", ""))) == fault_of(why)
        ]
        playbooks = self.playbooks([one.run for one in same])
        return [one for one in same if playbooks.get(one.run) == run.playbook]

    def logged(self, *, about: str = "", limit: int = 50) -> Sequence[Logged]:
        """Return the newest audit entries about a run, its subject, a draft, a person or a word, oldest first."""
        is_named = about.startswith("<@") or ":" in about
        run = None if is_named or not about else self._about(about)
        filters = Filters(run=run.id, limit=limit) if run else _filters(about, limit)
        found = search(self._store.database, filters, ws=self._store.ws)
        return [_logged(one) for one in found]


def _filters(about: str, limit: int) -> Filters:
    kind, _, name = about.partition(":")
    match kind:
        case "run" if name:
            return Filters(run=name, limit=limit)
        case "draft" if name:
            return Filters(draft=name, limit=limit)
        case "user" if name:
            return Filters(actor=name, limit=limit)
        case _ if about.startswith("<@"):
            return Filters(actor=about.strip("<@>").split("|")[0], limit=limit)
        case _:
            # Words are looked for in the newest entries only: nobody waits longer in Slack.
            return Filters(text=about, limit=limit, within=100_000)


def _logged(found: Recorded) -> Logged:
    kind, _, name = found.actor.partition(":")
    entry = Entry(
        event=Event(found.event),
        chain=found.chain,
        actor=Actor.model_validate({"kind": kind, "id": name}),
        object=found.object,
        head=found.head,
        body=found.body or {},
    )
    return Logged(at=found.ts, entry=entry)
