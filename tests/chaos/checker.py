"""The offline checker: reads what clients saw, what really happened outside, the tables and the log, and decides.

It shares no code with the program and asks it nothing: SQL, SHA-256 and JSON only, the same on both databases.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from tests.chaos import outsider

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

#: What a recorded press of each kind must have left in the log.
_EVENT = {
    "start": "run:run:started",
    "approve": "run:draft:signed",
    "edit": "run:draft:edited",
    "reject": "run:draft:rejected",
    "undo": "run:draft:undone",
}
_REFUSED = "slack:press:refused"
#: Draft states in which something is still under way.
_UNDER_WAY = {"signed", "holding", "executing"}


@dataclass(frozen=True, kw_only=True)
class Ack:
    """One answer as a client got it: written down, and on the disk, only after the press was acknowledged."""

    key: str
    #: `start`, `approve`, `edit`, `reject`, `undo`.
    kind: str
    #: `recorded` or `refused`.
    answer: str = ""
    #: The sentence or code of the answer: a duplicate gets the same.
    said: str = ""
    actor: str = ""
    run: str = ""
    draft: str = ""
    #: The revision the press was about; for an edit the one it made.
    n: int = 0

    def line(self) -> bytes:
        """Return it as it stands in a history file."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, path: Path) -> list[Self]:
        """Return a history; a line cut off by a kill was never an acknowledgement."""
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        return [cls(**json.loads(line)) for line in lines if line.endswith(b"\n")]


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Something that happened outside, as the provider's own journal has it."""

    key: str
    body: str

    @classmethod
    def read(cls, path: Path) -> list[Self]:
        """Return a provider's journal."""
        lines = path.read_bytes().splitlines() if path.exists() else []
        found = [json.loads(line) for line in lines]
        return [cls(key=each["key"], body=each["body"]) for each in found]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One audit entry, taken apart."""

    chain: str
    seq: int
    event: str
    object: str
    hash: str
    prev: str
    head: dict[str, Any]
    #: The key of the command this entry began with.
    key: str

    @property
    def about(self) -> tuple[str, int, str]:
        """The draft, revision and bytes it speaks of."""
        draft = self.object.removeprefix("draft:")
        return draft, int(self.head.get("revision") or 0), str(self.head.get("payload_hash") or "")


class Case:
    """Everything that is left once every process is dead."""

    def __init__(
        self,
        *,
        acks: Iterable[Ack],
        effects: Iterable[Effect],
        database: str,
        doubtful: Iterable[str] = (),
    ) -> None:
        """`database` is its URL; `doubtful` are the actions that may end as uncertain, since nobody can be asked."""
        self.acks, self.effects = list(acks), list(effects)
        self.doubtful = set(doubtful)
        self._database = database
        self.broken: list[str] = []

    def rows(self, sql: str) -> list[outsider.Row]:
        """Return the rows of a query, read without the program."""
        return outsider.rows(self._database, sql)

    @cached_property
    def entries(self) -> list[Entry]:
        """The log, chain by chain; what does not fit together is noted on the way."""
        rows = self.rows(
            "select e.*, p.body from audit_event e left join audit_payload p on p.event_id = e.id"
            " order by e.chain, e.seq"
        )
        return list(self._taken(rows))

    def _taken(self, rows: Iterable[outsider.Row]) -> Iterator[Entry]:
        for row in rows:
            header = json.loads(row["hdr"])
            if hashlib.sha256(row["hdr"].encode()).digest() != row["hash"]:
                self.broken.append(f"chain: {row['chain']} #{row['seq']} is not what was hashed")
            body: dict[str, Any] = json.loads(row["body"]) if row["body"] else {}
            yield Entry(
                chain=row["chain"],
                seq=row["seq"],
                event=row["event"],
                object=row["object"],
                hash=row["hash"].hex(),
                prev=header["prev"],
                head=header["head"],
                key=str((body.get("command") or {}).get("key") or ""),
            )

    def verdict(self) -> list[str]:
        """Return everything that is wrong, each beginning with `lost`, `double`, `chain` or `stuck`."""
        self._check_chains()
        self._check_presses()
        self._check_answers()
        self._check_rows()
        self._check_effects()
        self._check_drafts()
        return self.broken

    def _check_chains(self) -> None:
        heads = {row["name"]: (row["seq"], row["head"]) for row in self.rows("select * from chain")}
        last: dict[str, tuple[int, str]] = {}
        for entry in self.entries:
            seq, head = last.get(entry.chain, (0, "0" * 64))
            if (entry.seq, entry.prev) != (seq + 1, head):
                self.broken.append(f"chain: {entry.chain} is broken at #{entry.seq}")
            last[entry.chain] = (entry.seq, entry.hash)
        for name in heads.keys() | last.keys():
            if heads.get(name) != last.get(name):
                self.broken.append(f"chain: {name} does not end where its head says")

    def _check_presses(self) -> None:
        """Every acknowledged press is on the record; no press is there twice, acknowledged or not."""
        told: dict[str, list[str]] = defaultdict(list)
        for entry in self.entries:
            if entry.key:
                told[entry.key].append(entry.event)
        for ack in self.acks:
            wanted = _EVENT[ack.kind] if ack.answer == "recorded" else _REFUSED
            if wanted not in told[ack.key]:
                self.broken.append(f"lost: {ack.kind} {ack.key} was acknowledged as {ack.answer}")
        for key, events in told.items():
            if len(events) > 1:
                self.broken.append(f"double: {key} is on the record {len(events)} times")

    def _check_answers(self) -> None:
        answers: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for ack in self.acks:
            answers[ack.key].add((ack.answer, ack.said))
        for key, each in answers.items():
            if len(each) > 1:
                self.broken.append(f"double: {key} was answered in {len(each)} ways: {each}")

    def _check_rows(self) -> None:
        """What the log says must be in the tables too: a signature, a revision, a run."""
        signed = {
            (row["draft_id"], row["n"], row["actor"])
            for row in self.rows("select draft_id, n, actor from signature")
        }
        revised = {(row["draft_id"], row["n"]) for row in self.rows("select * from revision")}
        runs = {row["id"] for row in self.rows("select id from run")}
        for ack in self.acks:
            if ack.answer != "recorded":
                continue
            there = (
                (ack.draft, ack.n, ack.actor) in signed
                if ack.kind == "approve"
                else (ack.draft, ack.n) in revised
                if ack.kind == "edit"
                else ack.run in runs
            )
            if not there:
                self.broken.append(f"lost: nothing is left of {ack.kind} {ack.key}")

    def _check_effects(self) -> None:
        """What happened outside happened once, and somebody signed exactly these bytes."""
        for key, times in Counter(effect.key for effect in self.effects).items():
            if times > 1:
                self.broken.append(f"double: {key} happened {times} times")
        signed = {e.about for e in self.entries if e.event == _EVENT["approve"]}
        for effect in self.effects:
            _, draft, n = effect.key.split(":")
            if (draft, int(n), hashlib.sha256(effect.body.encode()).hexdigest()) not in signed:
                self.broken.append(f"double: {effect.key} happened and nobody signed these bytes")

    def _check_drafts(self) -> None:
        """An executed draft happened once, an uncertain one at most once, any other never."""
        happened = Counter(effect.key.split(":")[1] for effect in self.effects)
        told = Counter(e.object for e in self.entries if e.event == "connector:draft:executed")
        self.broken += [
            f"double: {name} is told as executed {n} times" for name, n in told.items() if n > 1
        ]
        for row in self.rows("select id, state, action from draft"):
            name, state, times = row["id"], row["state"], happened[row["id"]]
            if state in _UNDER_WAY:
                self.broken.append(f"stuck: draft {name} is still {state}")
            elif state == "executed" and times == 0:
                self.broken.append(f"lost: draft {name} counts as executed and never happened")
            elif state == "uncertain" and row["action"] not in self.doubtful:
                self.broken.append(f"stuck: draft {name} is uncertain and could be asked about")
            elif state not in {"executed", "uncertain"} and times:
                self.broken.append(f"double: draft {name} is {state} and happened")
            if times > 1:
                self.broken.append(f"double: draft {name} happened {times} times")
