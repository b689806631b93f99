"""A connector whose outside world is a list: what really happened there, and faults on the way."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter, deque
from typing import TYPE_CHECKING, Literal

from workflows.action import ActionSpec, Field, Record, Risk
from workflows.errors import ConnectorError
from workflows.ports import Finding, Found, Preview, ReadSpec
from workflows.run import Compensation, Outcome
from workflows.text import Untrusted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pydantic import JsonValue

    from workflows.ports import JsonObject
    from workflows.run import SignedDraft

#: `fail`: nothing happens, worth another try. `drop`: it happens, the answer is lost. `lose`: it does not
#: happen and the answer is lost too. `slow`: it happens once `release` is set or `slow_seconds` are over.
#: `reject`: refused for good. `raise`: a bug in the connector, before anything happens.
Fault = Literal["fail", "drop", "lose", "slow", "reject", "raise"]


class Effect(Record):
    """Something that happened outside: under which key, and the exact signed bytes."""

    key: str
    action: str
    body: str


class FakeConnector:
    """Carries out one action. `effects` is the provider's own list, which the product never sees.

    `faults` is a list used up call by call, or a function from the key and the number of the try (from 1).
    With a `journal` file the effects outlive the process, for tests that kill it.
    """

    def __init__(
        self,
        name: str = "fake",
        *,
        idempotency: Literal["key", "lookup", "none"] = "lookup",
        faults: Iterable[Fault | None] | Callable[[str, int], Fault | None] = (),
        action: ActionSpec | None = None,
        records: Mapping[str, JsonValue] | None = None,
        journal: Path | None = None,
        slow_seconds: float = 5.0,
    ) -> None:
        spec = action or ActionSpec(
            name=f"{name}.send",
            title="Send a note",
            risk=Risk.CUSTOMER,
            fields=(Field(name="to"), Field(name="note", type="long_text", required=False)),
            idempotency=idempotency,
            undo="send a correction",
        )
        self.name = name
        self.actions = (spec.model_copy(update={"idempotency": idempotency}),)
        self.reads = (ReadSpec(name=f"{name}.find", title="Find", fields=(Field(name="id"),)),)
        self.idempotency = idempotency
        self.faults = faults if callable(faults) else _queued(faults)
        self.records = dict(records or {})
        self.slow_seconds = slow_seconds
        self.release = threading.Event()
        self.entered = threading.Event()
        self.calls: list[str] = []
        self._journal = journal
        self._effects: list[Effect] = []
        self._keys = {effect.key for effect in self.effects}
        self._tries: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def effects(self) -> list[Effect]:
        """What happened outside, in order; a key that is there twice is a duplicate."""
        if self._journal is None:
            return list(self._effects)
        lines = self._journal.read_bytes().splitlines() if self._journal.exists() else []
        return [Effect.model_validate_json(line) for line in lines]

    @property
    def duplicates(self) -> dict[str, int]:
        """The keys that had more than one effect."""
        counted = Counter(effect.key for effect in self.effects)
        return {key: count for key, count in counted.items() if count > 1}

    def check(self) -> tuple[Finding, ...]:
        return (Finding(ok=True, what=f"connector {self.name}"),)

    def read(self, name: str, params: JsonObject) -> Found:
        record = self.records.get(str(params.get("id")))
        if name != self.reads[0].name or record is None:
            raise self._refused(name, "there is no such record")
        return Found(value=record, source=f"{self.name}.{params['id']}")

    def preview(self, action: str, payload: JsonObject) -> Preview:
        if problems := self.actions[0].problems(payload):
            raise self._refused(action, str(problems))
        return Preview(lines=tuple(f"{name}: {value}" for name, value in payload.items()))

    def execute(self, signed: SignedDraft) -> Outcome:
        with self._lock:
            self.calls.append(signed.key)
            self._tries[signed.key] += 1
            fault = self.faults(signed.key, self._tries[signed.key])
        if problems := self.actions[0].problems(json.loads(signed.body)):
            return Outcome(status="rejected", message=str(problems))
        if early := _before(fault):
            return early
        if fault == "slow":
            self.entered.set()
            self.release.wait(self.slow_seconds)
        self._happen(signed)
        if fault == "drop":
            return Outcome(status="unknown", message="The answer was lost.")
        return self._done(signed)

    def lookup(self, signed: SignedDraft) -> Outcome | None:
        if self.idempotency != "lookup":
            return Outcome(status="unknown", message="This system can't be asked.")
        return self._done(signed) if self._happened(signed.key) else None

    def undo(self, signed: SignedDraft, outcome: Outcome) -> Compensation | None:
        if outcome.status != "done":
            return None
        return Compensation(
            action=self.actions[0].name,
            payload=json.loads(signed.body),
            title=Untrusted("Send a correction"),
        )

    def _happen(self, signed: SignedDraft) -> None:
        effect = Effect(key=signed.key, action=signed.action, body=signed.body.decode())
        with self._lock:
            if self.idempotency == "key" and self._happened(signed.key):
                return
            self._keys.add(signed.key)
            if self._journal is None:
                self._effects.append(effect)
                return
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            handle = os.open(self._journal, flags, 0o600)
            os.write(handle, effect.model_dump_json().encode() + b"\n")
            os.fsync(handle)
            os.close(handle)

    def _happened(self, key: str) -> bool:
        """Look into the journal too: another process may have acted."""
        if key in self._keys:
            return True
        return self._journal is not None and any(effect.key == key for effect in self.effects)

    def _done(self, signed: SignedDraft) -> Outcome:
        return Outcome(status="done", receipt=f"{self.name}-{signed.key}", message="Done.")

    def _refused(self, name: str, reason: str) -> ConnectorError:
        return ConnectorError(
            connector=self.name, verb=f"do {name}", reason=reason, next_step="Look at the test."
        )


def _before(fault: Fault | None) -> Outcome | None:
    if fault == "raise":
        msg = "a bug in the connector"
        raise RuntimeError(msg)
    early: dict[str | None, Outcome] = {
        "fail": Outcome(status="retryable", message="Not reached; nothing happened."),
        "lose": Outcome(status="unknown", message="The answer was lost."),
        "reject": Outcome(status="rejected", message="Refused for good."),
    }
    return early.get(fault)


def _queued(faults: Iterable[Fault | None]) -> Callable[[str, int], Fault | None]:
    waiting = deque(faults)
    return lambda _key, _try: waiting.popleft() if waiting else None
