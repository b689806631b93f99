"""The log for other programs: CSV for a spreadsheet, OCSF and CloudEvents for whoever collects events.

OCSF and CloudEvents lines hold headers alone, no bodies: what was written to and about people stays here. None of
these can be verified; the JSON lines of `audit_export` are the evidence.
"""

from __future__ import annotations

import csv
import json
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

from bot.storage.audit_export import lines_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.storage.audit_check import Stored
    from bot.storage.database import Database
    from workflows.ports import JsonObject

CSV_COLUMNS = ("ts", "chain", "seq", "actor", "event", "object", "head", "body")
#: Characters a spreadsheet takes for the start of a formula, also after spaces; the wide forms count too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")

#: The OCSF schema the lines follow, and its class for calls that create, read, change or remove something.
OCSF_VERSION = "1.6.0"
API_ACTIVITY = 6003
APPLICATION_ACTIVITY = 6
_CREATE, _READ, _UPDATE, _DELETE, _OTHER = 1, 2, 3, 4, 99
_ACTIVITIES = {
    **dict.fromkeys(("started", "opened", "written", "answered"), _CREATE),
    **dict.fromkeys(("read", "shown"), _READ),
    **dict.fromkeys(("edited", "signed", "rejected", "resolved", "closed", "undone"), _UPDATE),
    **dict.fromkeys(("paused", "resumed", "withdrawn", "expired", "cancelled"), _UPDATE),
    "redacted": _DELETE,
}
_NAMES = {_CREATE: "Create", _READ: "Read", _UPDATE: "Update", _DELETE: "Delete", _OTHER: "Other"}
_INFORMATIONAL, _MEDIUM = 1, 3
_UNCLEAR, _SUCCESS, _FAILURE = 0, 1, 2
_STATUSES = {_UNCLEAR: "Unknown", _SUCCESS: "Success", _FAILURE: "Failure"}
_FAILED = frozenset({"failed", "refused", "missed"})
_UNKNOWN = frozenset({"uncertain"})
#: OCSF's kinds of user: a person, a system, and another.
_USER_TYPES = {"user": 1, "system": 3, "timer": 3}
_OTHER_TYPE = 99


def export_csv(
    database: Database, out: TextIO, chain: str | None = None, *, ws: str | None = None
) -> int:
    """Write entries as CSV for a spreadsheet; return how many. No cell can be taken for a formula."""
    rows = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(CSV_COLUMNS)

    def write(line: Stored) -> None:
        rows.writerow([safe_cell(cell) for cell in _cells(line)])

    return _each(database, write, chain, ws)


def export_ocsf(
    database: Database, out: TextIO, chain: str | None = None, *, ws: str | None = None
) -> int:
    """Write entries as OCSF API Activity events, one JSON object a line; return how many."""
    return _each(database, lambda line: _write(out, ocsf(line)), chain, ws)


def export_cloudevents(
    database: Database, out: TextIO, chain: str | None = None, *, ws: str | None = None
) -> int:
    """Write entries as CloudEvents 1.0, one JSON object a line; return how many."""
    return _each(database, lambda line: _write(out, cloud_event(line)), chain, ws)


def _each(
    database: Database, write: Callable[[Stored], object], chain: str | None, ws: str | None
) -> int:
    entries = 0
    with database.read() as connection:
        for line in lines_of(connection, ws or database.ws, chain):
            write(line)
            entries += 1
    return entries


def _write(out: TextIO, value: JsonObject) -> None:
    out.write(json.dumps(value, ensure_ascii=False) + "\n")


def ocsf(line: Stored) -> JsonObject:
    """Return an entry as an OCSF event of class 6003, API Activity. Times are milliseconds since 1970 UTC."""
    source, _, action = line.event.split(":")
    activity = _ACTIVITIES.get(action, _OTHER)
    failed = action in _FAILED
    status = _UNCLEAR if action in _UNKNOWN else _FAILURE if failed else _SUCCESS
    return {
        "class_uid": API_ACTIVITY,
        "class_name": "API Activity",
        "category_uid": APPLICATION_ACTIVITY,
        "category_name": "Application Activity",
        "activity_id": activity,
        "activity_name": action if activity == _OTHER else _NAMES[activity],
        "type_uid": API_ACTIVITY * 100 + activity,
        "time": int(datetime.fromisoformat(line.ts).timestamp() * 1000),
        "severity_id": _MEDIUM if failed or action in _UNKNOWN else _INFORMATIONAL,
        "status_id": status,
        "status": _STATUSES[status],
        "actor": {"user": _user(line.actor)},
        "api": {"operation": line.event, "service": {"name": "sayso"}},
        "src_endpoint": {"svc_name": source},
        "resources": [_resource(line.object)],
        "metadata": {
            "version": OCSF_VERSION,
            "product": {"name": "Sayso", "vendor_name": "Sayso"},
            "uid": line.id,
            "log_name": line.chain,
            "sequence": line.seq,
            "tenant_uid": line.ws,
            "original_time": line.ts,
        },
        "unmapped": {"head": _head(line), "hash": line.hash.hex()},
    }


def _user(actor: str) -> JsonObject:
    kind, _, name = actor.partition(":")
    return {"uid": name, "type": kind, "type_id": _USER_TYPES.get(kind, _OTHER_TYPE)}


def _resource(named: str) -> JsonObject:
    kind, _, name = named.partition(":")
    return {"type": kind, "uid": name}


def cloud_event(line: Stored) -> JsonObject:
    """Return an entry as a CloudEvent: `run:draft:signed` is of the type `sayso.run.draft.signed`."""
    return {
        "specversion": "1.0",
        "id": line.id,
        "source": f"/sayso/{line.ws}",
        "type": f"sayso.{line.event.replace(':', '.')}",
        "subject": line.object,
        "time": line.ts,
        "datacontenttype": "application/json",
        "data": {
            "chain": line.chain,
            "seq": line.seq,
            "actor": line.actor,
            "head": _head(line),
            "hash": line.hash.hex(),
        },
    }


def _head(line: Stored) -> JsonObject:
    return json.loads(line.hdr).get("head", {})


def _cells(line: Stored) -> list[str]:
    head = json.dumps(_head(line), ensure_ascii=False)
    plain = [line.ts, line.chain, str(line.seq), line.actor, line.event, line.object]
    return [*plain, head, line.body or ""]


def safe_cell(text: str) -> str:
    """Return a cell no spreadsheet takes for a formula: one that would start like one gets a quote before it."""
    return f"'{text}" if text.lstrip(" \u00a0\u3000").startswith(_FORMULA) else text
