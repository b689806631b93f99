"""Every connector behind one lookup by action or read name."""

from __future__ import annotations

from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING

from workflows.errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workflows.action import ActionSpec
    from workflows.ports import Connector, Finding, Found, JsonObject, Preview, ReadSpec
    from workflows.run import Compensation, Outcome, SignedDraft


class Connectors:
    """The connectors of this installation. An action or read nobody here has raises `ConnectorError`."""

    def __init__(self, connectors: Iterable[Connector]) -> None:
        """Index them. Raises `ValueError` for two of one name, or a name outside its connector's own."""
        self._connectors = {each.name: each for each in _distinct(connectors)}
        every = self._connectors.values()
        self._actions = {spec.name: spec for each in every for spec in each.actions}
        self._reads = {spec.name: spec for each in every for spec in each.reads}

    @property
    def actions(self) -> Mapping[str, ActionSpec]:
        """What can be carried out, by full name."""
        return MappingProxyType(self._actions)

    @property
    def reads(self) -> Mapping[str, ReadSpec]:
        """What can be read, by full name."""
        return MappingProxyType(self._reads)

    def check(self) -> tuple[Finding, ...]:
        """Say of every connector whether it would work now, with its name."""
        return tuple(
            finding.model_copy(update={"connector": name})
            for name, each in self._connectors.items()
            for finding in each.check()
        )

    def read(self, name: str, params: JsonObject) -> Found:
        """Read by full name. Raises `ConnectorError`."""
        return self._owner(name, self._reads, "read").read(name, params)

    def preview(self, action: str, payload: JsonObject) -> Preview:
        """Say what executing would do. Raises `ConnectorError`."""
        return self._owner(action, self._actions, "carry out").preview(action, payload)

    def execute(self, signed: SignedDraft) -> Outcome:
        """Carry out exactly the signed bytes. Raises `ConnectorError` only for an unknown action."""
        return self._owner(signed.action, self._actions, "carry out").execute(signed)

    def lookup(self, signed: SignedDraft) -> Outcome | None:
        """Return what came of an earlier try. Raises `ConnectorError` only for an unknown action."""
        return self._owner(signed.action, self._actions, "look up").lookup(signed)

    def undo(self, signed: SignedDraft, outcome: Outcome) -> Compensation | None:
        """Return the action that would undo it. Raises `ConnectorError` only for an unknown action."""
        return self._owner(signed.action, self._actions, "undo").undo(signed, outcome)

    def _owner(self, name: str, known: Mapping[str, object], verb: str) -> Connector:
        connector = name.partition(".")[0]
        if name in known:
            return self._connectors[connector]
        reason = "no connector here has that"
        raise ConnectorError(
            connector=connector,
            verb=f"{verb} {name}",
            reason=reason,
            next_step=suggestion(name, known),
        )


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return "Did you mean ...?" for the closest of `known`, or all there is."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return f"Did you mean {close[0]}? There is: {_listed(names)}."
    return f"There is: {_listed(names)}." if names else "There is nothing yet."


def _listed(names: list[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _distinct(connectors: Iterable[Connector]) -> list[Connector]:
    seen: dict[str, Connector] = {}
    for each in connectors:
        if each.name in seen:
            msg = f"there are two connectors called {each.name}"
            raise ValueError(msg)
        if strange := [
            spec.name for spec in (*each.actions, *each.reads) if not _own(each, spec.name)
        ]:
            msg = f"{strange[0]} must begin with {each.name}."
            raise ValueError(msg)
        seen[each.name] = each
    return list(seen.values())


def _own(connector: Connector, name: str) -> bool:
    return name.partition(".")[0] == connector.name
