"""Rows of which version of a playbook is active, and of what was proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql

from bot.storage import decided
from bot.storage.alone import alone
from bot.storage.fetch import many, one
from bot.storage.tables import active, draft, filed, proposal, run, stage
from workflows.trust.stages import Footing, Maker, Origin
from workflows.versions.version import Active, Proposal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Insert, Table
    from sqlalchemy.engine import Connection

    from bot.storage.fetch import Columns
    from workflows.trust.decided import Decided, FailedRun

_ALL = select(active).where(active.c.ws == bindparam("ws")).order_by(active.c.playbook)
_ACTIVE = _ALL.where(active.c.playbook == bindparam("playbook"))
_OURS = select(proposal).where(proposal.c.ws == bindparam("ws"))
_PROPOSAL = _OURS.where(proposal.c.id == bindparam("id"))
_NEWEST_FIRST = _OURS.order_by(proposal.c.found_at.desc(), proposal.c.id.desc()).limit(1)
_NEWEST = _NEWEST_FIRST.where(proposal.c.playbook == bindparam("playbook"))


def _kept(table: Table, key: str) -> Insert:
    """Return an insert that takes the place of the row of this key."""
    statement = postgresql.insert(table)
    rest = [column.name for column in table.columns if column.name not in {"ws", key}]
    new = {name: statement.excluded[name] for name in rest}
    return statement.on_conflict_do_update(index_elements=["ws", key], set_=new)


_ACTIVATE, _PROPOSE = _kept(active, "playbook"), _kept(proposal, "id")
_FILE = _kept(filed, "playbook")
_FILED = select(filed.c.version).where(
    filed.c.ws == bindparam("ws"), filed.c.playbook == bindparam("playbook")
)
_STAND = _kept(stage, "playbook")
_FOOTINGS = select(stage).where(stage.c.ws == bindparam("ws")).order_by(stage.c.playbook)
_FOOTING = _FOOTINGS.where(stage.c.playbook == bindparam("playbook"))
_MADE = (
    select(draft.c.data)
    .join(run, run.c.id == draft.c.run_id)
    .where(
        draft.c.ws == bindparam("ws"),
        draft.c.agent == bindparam("agent"),
        draft.c.step == bindparam("step"),
        run.c.playbook == bindparam("playbook"),
        run.c.version == bindparam("version"),
    )
    .order_by(draft.c.opened_at.desc())
    .limit(1)
)


class Versions:
    """The versions of one workspace, in one transaction."""

    def __init__(self, connection: Connection, ws: str) -> None:
        """Take the connection the transaction was begun on."""
        self._connection, self._ws = connection, ws

    def active(self, name: str) -> Active | None:
        """Return which version of a playbook is active."""
        row = one(self._connection, _ACTIVE, {"ws": self._ws, "playbook": name})
        return _active(row) if row else None

    def actives(self) -> Sequence[Active]:
        """Return the active version of every playbook, by name."""
        return [_active(row) for row in many(self._connection, _ALL, {"ws": self._ws})]

    def proposal(self, proposal_id: str) -> Proposal | None:
        """Return a proposal."""
        row = one(self._connection, _PROPOSAL, {"ws": self._ws, "id": proposal_id})
        return _proposal(row) if row else None

    def newest_proposal(self, playbook: str) -> Proposal | None:
        """Return the newest proposal of a playbook."""
        row = one(self._connection, _NEWEST, {"ws": self._ws, "playbook": playbook})
        return _proposal(row) if row else None

    def decided(self, playbook: str, since: datetime, most: int) -> Sequence[Decided]:
        """Return what became of a playbook's drafts opened since then, the newest first, at most so many."""
        return decided.of_playbook(self._connection, self._ws, playbook, since, most)

    def failed_runs(self, playbook: str, since: datetime, most: int) -> Sequence[FailedRun]:
        """Return which of a playbook's runs could not go on since then, each once, the last first, at most so many."""
        return decided.failed(self._connection, self._ws, playbook, since, most)

    def drafted_by(self, agent: str, since: datetime, most: int) -> Sequence[Decided]:
        """Return the same of an agent's drafts, in whichever playbook."""
        return decided.of_agent(self._connection, self._ws, agent, since, most)

    def decided_by(self, person: str, since: datetime, most: int) -> Sequence[Decided]:
        """Return what somebody decided since then, the newest first, at most so many."""
        return decided.by_person(self._connection, self._ws, person, since, most)

    def first_draft(self, playbook: str) -> datetime | None:
        """Return when a playbook's first draft was opened; None before."""
        return decided.first(self._connection, self._ws, playbook)

    def footing(self, playbook: str) -> Footing | None:
        """Return the stage a playbook was moved to; None where nobody moved it."""
        row = one(self._connection, _FOOTING, {"ws": self._ws, "playbook": playbook})
        return _footing(row) if row else None

    def footings(self) -> Sequence[Footing]:
        """Return the stage of every playbook that was moved, by name."""
        return [_footing(row) for row in many(self._connection, _FOOTINGS, {"ws": self._ws})]

    def origin(self, playbook: str, version: str, step: str, agent: str) -> Origin | None:
        """Return where the newest draft came from that an agent wrote for a step of this version; None without one."""
        named = {"playbook": playbook, "version": version, "step": step, "agent": agent}
        row = one(self._connection, _MADE, {**named, "ws": self._ws})
        if row is None:
            return None
        author = row["data"]["author"]
        maker = Maker.model_validate({name: author[name] for name in Maker.model_fields})
        return Origin(maker=maker, examples=tuple(row["data"].get("learnt", ())))

    def place(self, footing: Footing) -> None:
        """Write the stage a playbook stands at."""
        apart = footing.model_dump(mode="json", include={"makers", "granted"})
        lists = {**apart, "examples": [*footing.examples]}
        row = {**footing.model_dump(), **lists, "ws": self._ws}
        self._connection.execute(_STAND, row)

    def choose_alone(self) -> bool:
        """Let nobody else choose until commit; True where nothing was ever active or proposed."""
        alone(self._connection, f"{self._ws} versions")
        ours = {"ws": self._ws}
        return not (self.actives() or many(self._connection, _NEWEST_FIRST, ours))

    def activate(self, active: Active) -> None:
        """Write which version is active."""
        self._connection.execute(_ACTIVATE, {**active.model_dump(), "ws": self._ws})

    def propose(self, proposal: Proposal) -> None:
        """Write a proposal, or what became of it."""
        self._connection.execute(_PROPOSE, {**proposal.model_dump(), "ws": self._ws})

    def filed(self, playbook: str) -> str:
        """Return the version a playbook's file said when any process last looked; empty where none ever did."""
        named = {"ws": self._ws, "playbook": playbook}
        return self._connection.execute(_FILED, named).scalar_one_or_none() or ""

    def file(self, playbook: str, version: str, at: datetime) -> None:
        """Write which version a playbook's file says."""
        row = {"ws": self._ws, "playbook": playbook, "version": version, "at": at}
        self._connection.execute(_FILE, row)


def _active(row: Columns) -> Active:
    return Active.model_validate({name: row[name] for name in Active.model_fields})


def _footing(row: Columns) -> Footing:
    return Footing.model_validate({name: row[name] for name in Footing.model_fields})


def _proposal(row: Columns) -> Proposal:
    return Proposal.model_validate({name: row[name] for name in Proposal.model_fields})
