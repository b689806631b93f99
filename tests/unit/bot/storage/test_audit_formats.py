"""The log for other programs: a table a spreadsheet can't run, and events other systems understand."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.storage.audit_formats import (
    CSV_COLUMNS,
    export_cloudevents,
    export_csv,
    export_ocsf,
    safe_cell,
)
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import SYSTEM, entry, written
from workflows.events import Event

if TYPE_CHECKING:
    from bot.storage.store import SqlStore

TEXT = {"type": "string", "minLength": 1}
#: What OCSF 1.6.0 requires of class 6003, and what it calls the values we use.
OCSF = {
    "type": "object",
    "required": [
        *("activity_id", "category_uid", "class_uid", "type_uid", "time", "severity_id"),
        *("metadata", "actor", "api", "src_endpoint"),
    ],
    "additionalProperties": False,
    "properties": {
        "class_uid": {"const": 6003},
        "class_name": {"const": "API Activity"},
        "category_uid": {"const": 6},
        "category_name": {"const": "Application Activity"},
        "activity_id": {"enum": [0, 1, 2, 3, 4, 99]},
        "activity_name": TEXT,
        "type_uid": {"enum": [600300, 600301, 600302, 600303, 600304, 600399]},
        "time": {"type": "integer", "minimum": 1_000_000_000_000},
        "severity_id": {"enum": [0, 1, 2, 3, 4, 5, 6, 99]},
        "status_id": {"enum": [0, 1, 2, 99]},
        "status": TEXT,
        "message": TEXT,
        "actor": {
            "type": "object",
            "required": ["user"],
            "properties": {
                "user": {
                    "type": "object",
                    "required": ["uid"],
                    "properties": {
                        "uid": TEXT,
                        "type": TEXT,
                        "type_id": {"enum": [0, 1, 2, 3, 4, 99]},
                    },
                    "additionalProperties": False,
                }
            },
        },
        "api": {
            "type": "object",
            "required": ["operation"],
            "properties": {
                "operation": TEXT,
                "service": {"type": "object", "required": ["name"], "properties": {"name": TEXT}},
            },
            "additionalProperties": False,
        },
        "src_endpoint": {
            "type": "object",
            "anyOf": [
                {"required": [name]} for name in ("ip", "uid", "name", "hostname", "svc_name")
            ],
        },
        "resources": {
            "type": "array",
            "items": {"type": "object", "anyOf": [{"required": ["uid"]}, {"required": ["name"]}]},
        },
        "metadata": {
            "type": "object",
            "required": ["version", "product"],
            "properties": {
                "version": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
                "product": {"type": "object", "required": ["name"]},
                "uid": TEXT,
                "log_name": TEXT,
                "sequence": {"type": "integer"},
                "tenant_uid": TEXT,
                "original_time": TEXT,
            },
            "additionalProperties": False,
        },
        "unmapped": {"type": "object"},
    },
}
#: CloudEvents 1.0: attribute names are lower case letters and digits, and these four are required.
CLOUD_EVENT = {
    "type": "object",
    "required": ["id", "source", "specversion", "type"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": TEXT,
        "source": {"type": "string", "minLength": 1, "format": "uri-reference"},
        "type": TEXT,
        "subject": TEXT,
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "data": {"type": "object"},
    },
    "patternProperties": {"^[a-z0-9]{1,20}$": {}},
    "additionalProperties": False,
}


@pytest.fixture
def log(store: SqlStore) -> SqlStore:
    """Return a store with a whole run, and one entry of every kind there is."""
    written(store)
    with store.transaction() as tx:
        every = [entry(event, "ws:local", actor=SYSTEM, body={"a": "secret"}) for event in Event]
        tx.append(every, MONDAY)
    return store


def _lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_every_kind_of_entry_is_an_ocsf_event(log: SqlStore) -> None:
    """Each line has what the schema requires, and nothing it does not know."""
    out = io.StringIO()
    count = export_ocsf(log.database, out)
    lines = _lines(out)
    assert count == len(lines) == len(Event) + 7
    for line in lines:
        jsonschema.validate(line, OCSF)
        assert line["type_uid"] == 600300 + line["activity_id"]


def test_an_ocsf_event_says_who_did_what_to_which(log: SqlStore) -> None:
    """A signature: an update by a person, with its time in milliseconds and where it stands in its chain."""
    out = io.StringIO()
    export_ocsf(log.database, out, chain="run:r-1")
    signed = next(x for x in _lines(out) if x["api"]["operation"] == "run:draft:signed")
    assert (signed["activity_id"], signed["activity_name"]) == (3, "Update")
    assert signed["actor"]["user"] == {"uid": "U-BEN", "type": "user", "type_id": 1}
    assert signed["resources"] == [{"type": "draft", "uid": "d-1"}]
    assert signed["time"] == int(MONDAY.timestamp() * 1000)
    assert (signed["metadata"]["log_name"], signed["metadata"]["sequence"]) == ("run:r-1", 4)
    assert signed["unmapped"]["head"]["revision"] == 2


@pytest.mark.parametrize(
    ("event", "status", "severity"),
    [
        (Event.DRAFT_FAILED, "Failure", 3),
        (Event.PRESS_REFUSED, "Failure", 3),
        (Event.DRAFT_UNCERTAIN, "Unknown", 3),
        (Event.DRAFT_EXECUTED, "Success", 1),
    ],
)
def test_what_went_wrong_stands_out(
    log: SqlStore, event: Event, status: str, severity: int
) -> None:
    """A collector can alert on it without knowing our words."""
    out = io.StringIO()
    export_ocsf(log.database, out, chain="ws:local")
    (line,) = [x for x in _lines(out) if x["api"]["operation"] == event]
    assert (line["status"], line["severity_id"]) == (status, severity)


def test_every_kind_of_entry_is_a_cloud_event(log: SqlStore) -> None:
    """Its id is the entry's, so that a collector takes it once however often it is sent."""
    out = io.StringIO()
    assert export_cloudevents(log.database, out) == len(Event) + 7
    lines = _lines(out)
    for line in lines:
        jsonschema.validate(line, CLOUD_EVENT, format_checker=jsonschema.FormatChecker())
    assert len({line["id"] for line in lines}) == len(lines)
    signed = next(x for x in lines if x["type"] == "sayso.run.draft.signed")
    assert (signed["source"], signed["subject"]) == ("/sayso/local", "draft:d-1")
    assert signed["time"] == "2026-11-23T09:00:00.000000Z"


def test_collectors_get_no_bodies(log: SqlStore) -> None:
    """What was written to people is not spread into other systems, from where it could not be erased."""
    for export in (export_ocsf, export_cloudevents):
        out = io.StringIO()
        export(log.database, out)
        assert "secret" not in out.getvalue()
        assert "Lark Bakery" not in out.getvalue()


def test_a_spreadsheet_gets_rows_it_can_not_run(store: SqlStore) -> None:
    """RFC 4180, a heading, and no formula."""
    with store.transaction() as tx:
        tx.append([entry(object='=cmd|"/C calc"!A0', body={"a": 'x,\n"y"'})], MONDAY)
    out = io.StringIO(newline="")
    assert export_csv(store.database, out) == 1
    heading, row = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert tuple(heading) == CSV_COLUMNS
    assert row[:6] == [
        "2026-11-23T09:00:00.000000Z",
        "run:r-1",
        "1",
        "user:U-ANA",
        "run:run:started",
        '\'=cmd|"/C calc"!A0',
    ]
    assert json.loads(row[7]) == {"a": 'x,\n"y"'}
    assert out.getvalue().count("\r\n") == 2


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "  =1", "\uff1d1", "\u00a0=1", "\n=1"],
)
def test_a_cell_that_would_be_a_formula_is_text(cell: str) -> None:
    """Also after spaces, and in full width."""
    assert safe_cell(cell) == f"'{cell}"


@given(st.text())
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    """Whatever a customer or a model wrote; what is harmless stays as it is."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([safe_cell(cell)])
    (row,) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert not row[0].lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\0"))
    assert row[0] in {cell, f"'{cell}"}


def test_ordinary_cells_stay_as_they_are() -> None:
    """No quote where none is needed."""
    for cell in ("", "Lark Bakery", "2026-11-23", "a=b", "1-2", "'quoted"):
        assert safe_cell(cell) == cell
