"""The table connector on real files and a real database."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from bot.connectors.file_lock import locked
from bot.connectors.table import CsvSource, SqlSource, TableConnector
from tests.fakes.clock import FakeClock
from tests.fakes.signed import signed
from workflows.errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workflows.ports import Found, JsonObject
    from workflows.run import SignedDraft

QUOTES = (
    "id,customer,total,status,notes\r\n"
    'Q-1043,"Lark, Bakery",2480.00,sent,"two\r\nlines"\r\n'
    "Q-1044,Finch,90.00,sent,\r\n"
)
STOCK = (
    "create table stock (sku integer primary key, name text, units integer not null, "
    "price numeric(10,2), seen date, live boolean, big bigint)"
)
INVOICES = (
    "id,customer,amount,due_on,paid_on,status\n"
    "1,Lark,100,2026-01-10,2026-02-10,paid\n"
    "2,Finch,100,2026-01-10,2026-01-05,paid\n"
    "3,Finch,900,2026-11-01,,open\n"
    "4,Lark,50,2026-11-01,,open\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "quotes.csv").write_bytes(b"\xef\xbb\xbf" + QUOTES.encode())
    (tmp_path / "invoices.csv").write_bytes(INVOICES.encode())
    return tmp_path


@pytest.fixture
def files(folder: Path) -> TableConnector:
    return TableConnector([CsvSource(folder)], FakeClock())


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/shop.db"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(STOCK)
        for statement in (
            "create table secret (id integer primary key, salary integer)",
            "insert into stock values (7, 'Pipe', 12, 2.50, '2026-11-01', 1, 9007199254740993)",
            "insert into stock values (8, null, 0, null, null, 0, 1)",
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
    return url


@pytest.fixture
def database(url: str) -> Iterator[TableConnector]:
    with closing(SqlSource(SecretStr(url), {"stock": "sku"})) as source:
        yield TableConnector([source], FakeClock())


def column(name: str, found: Found) -> list[object]:
    """Return one column of the rows that were read."""
    assert isinstance(found.value, list)
    return [row[name] for row in found.value if isinstance(row, dict)]


def change(table: str, row: str, field: str, value: str | None, draft: str = "d-1") -> SignedDraft:
    """Return a signed change of one cell."""
    payload: JsonObject = {"table": table, "id": row, "field": field, "value": value}
    return signed("table.update", payload, draft)


def test_a_row_is_found_by_its_id(files: TableConnector) -> None:
    """Every cell as text, under its column, with where it was read."""
    found = files.read("table.find", {"table": "quotes", "id": "Q-1043"})
    assert found.value == {
        "id": "Q-1043",
        "customer": "Lark, Bakery",
        "total": "2480.00",
        "status": "sent",
        "notes": "two\r\nlines",
    }
    assert found.source == "table.quotes/Q-1043"
    assert found.read_at == FakeClock().now()


def test_database_values_are_json_that_loses_nothing(database: TableConnector) -> None:
    """Exact decimals, dates and large numbers become text; empty is null."""
    row = database.read("table.find", {"table": "stock", "id": "7"}).value
    assert row == {
        "sku": 7,
        "name": "Pipe",
        "units": 12,
        "price": "2.50",
        "seen": "2026-11-01",
        "live": True,
        "big": "9007199254740993",
    }


def test_rows_are_listed_by_a_column_up_to_the_limit(
    files: TableConnector, database: TableConnector
) -> None:
    """Equality on one column, or everything, never more than asked for."""
    listed = files.read("table.list", {"table": "quotes", "column": "status", "equals": "sent"})
    assert column("id", listed) == ["Q-1043", "Q-1044"]
    assert listed.source == "table.quotes?status=sent"
    one = files.read("table.list", {"table": "quotes", "limit": 1})
    assert column("id", one) == ["Q-1043"]
    wanted: JsonObject = {"table": "stock", "column": "live", "equals": "yes"}
    assert column("sku", database.read("table.list", wanted)) == [7]


def test_a_table_without_ids_can_be_listed_only(tmp_path: Path) -> None:
    """Its rows can be counted; which of them would be changed, nobody could say."""
    (tmp_path / "orders.csv").write_text("InvoiceNo,Quantity\n1,2\n1,3\n")
    connector = TableConnector([CsvSource(tmp_path)], FakeClock())
    assert [row["Quantity"] for row in connector.rows("orders")] == ["2", "3"]
    with pytest.raises(ConnectorError, match="no id column 'id'"):
        connector.read("table.find", {"table": "orders", "id": "1"})
    outcome = connector.execute(change("orders", "1", "Quantity", "9"))
    assert outcome.status == "rejected"


def test_overdue_invoices_come_ranked_with_their_evidence(files: TableConnector) -> None:
    """The usual late payer first, with the line that explains it."""
    found = files.read("table.rank_late", {"limit": 5})
    assert column("id", found) == ["4", "3"]
    assert column("late_words", found) == ["late on 1 of 1 invoice", "late on 0 of 1 invoice"]
    assert found.source == "table.invoices"


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("table.find", {"table": "quote", "id": "x"}, "Did you mean quotes?"),
        ("table.find", {"table": "quotes", "id": "Q-1045"}, "Did you mean Q-1044?"),
        ("table.list", {"table": "quotes", "column": "state"}, "Did you mean status?"),
        ("table.list", {"table": "quotes", "limit": 500}, "limit must be at most 200"),
        ("table.find", {"table": "quotes"}, "id is missing"),
        ("table.find", {"table": "quotes", "id": "x", "sort": "y"}, "sort is not a field"),
        ("table.rank_late", {"table": "quotes"}, "there is no column 'due_on'"),
        ("table.drop", {"table": "quotes"}, "there is no read 'table.drop'"),
    ],
)
def test_a_mistake_is_answered_with_what_there_is(
    files: TableConnector, name: str, params: JsonObject, words: str
) -> None:
    """The sentence names the nearest table, row or column."""
    with pytest.raises(ConnectorError) as problem:
        files.read(name, params)
    assert words in problem.value.sentence


def test_only_allowed_tables_exist(database: TableConnector) -> None:
    """A table that was not named in the settings can't be read, nor can SQL be slipped in."""
    for table in ("secret", "stock; drop table stock", "sqlite_master"):
        with pytest.raises(ConnectorError, match="there is no table"):
            database.read("table.list", {"table": table})
    with pytest.raises(ConnectorError, match="there is no row"):
        database.read("table.find", {"table": "stock", "id": "7 or 1=1"})


def test_a_change_leaves_every_other_byte_of_the_file(files: TableConnector, folder: Path) -> None:
    """Byte order mark, line ends, quotes and the other cells stay as they were."""
    before = (folder / "quotes.csv").read_bytes()
    (folder / "quotes.csv").chmod(0o640)
    outcome = files.execute(change("quotes", "Q-1043", "status", "answered"))
    assert outcome.status == "done"
    assert outcome.receipt == "table.quotes/Q-1043#status"
    wanted = before.replace(b"2480.00,sent", b"2480.00,answered")
    assert (folder / "quotes.csv").read_bytes() == wanted
    assert (folder / "quotes.csv").stat().st_mode & 0o777 == 0o640
    assert not [*folder.glob(".*.tmp")]


def test_an_old_value_can_be_put_back(files: TableConnector, folder: Path) -> None:
    """Undoing is a change to sign that restores the very bytes."""
    before = (folder / "quotes.csv").read_bytes()
    draft = change("quotes", "Q-1044", "status", 'he said "yes", then left')
    undo = files.undo(draft, files.execute(draft))
    assert undo
    assert undo.payload == {"table": "quotes", "id": "Q-1044", "field": "status", "value": "sent"}
    assert files.execute(signed(undo.action, undo.payload, "d-2")).status == "done"
    restored = (folder / "quotes.csv").read_bytes().replace(b'"sent"', b"sent")
    assert restored == before


@pytest.mark.parametrize(
    ("field", "value", "held", "back"),
    [
        ("units", "13", 13, "12"),
        ("price", "3.75", "3.75", "2.50"),
        ("seen", "2026-11-23", "2026-11-23", "2026-11-01"),
        ("live", "no", False, "true"),
        ("name", "'; drop table stock; --", "'; drop table stock; --", "Pipe"),
        ("name", "", "", "Pipe"),
        ("price", "", None, "2.50"),
        ("price", None, None, "2.50"),
    ],
)
def test_a_database_cell_is_changed_and_put_back(
    database: TableConnector, field: str, value: str | None, held: object, back: str
) -> None:
    """Each type takes its own form of the text and gives it back."""
    draft = change("stock", "7", field, value)
    outcome = database.execute(draft)
    row = database.read("table.find", {"table": "stock", "id": "7"}).value
    assert isinstance(row, dict)
    assert (outcome.status, row[field]) == ("done", held)
    undo = database.undo(draft, outcome)
    assert undo
    assert undo.payload["value"] == back
    assert database.execute(signed(undo.action, undo.payload, "d-2")).status == "done"


@pytest.mark.parametrize(
    ("row", "field", "value", "words"),
    [
        ("7", "units", "many", "'many' is not a int"),
        ("7", "units", "", "the column must have a value"),
        ("7", "seen", "tomorrow", "is not a date"),
        ("7", "sku", "9", "it is the id of the row"),
        ("7", "unit", "9", "Did you mean units?"),
        ("70", "units", "9", "there is no row '70'"),
        ("x", "units", "9", "there is no row 'x'"),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    database: TableConnector, row: str, field: str, value: str, words: str
) -> None:
    """Preview and execution refuse it with the same sentence; nothing is noted."""
    draft = change("stock", row, field, value)
    with pytest.raises(ConnectorError) as problem:
        database.preview("table.update", json.loads(draft.body))
    outcome = database.execute(draft)
    assert outcome.status == "rejected"
    assert words in outcome.message
    assert words in problem.value.sentence
    assert database.lookup(draft) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"id,a\n1,x\n1,y\n", "2 rows have the id '1'"),
        (b"id,a\n1\n", "has only 1 of 2 cells"),
        (b"\xff\xfe", "not UTF-8"),
        (b"", "the file is empty"),
        (b"name,a\n1,x\n", "there is no id column 'id'"),
    ],
)
def test_a_file_in_disorder_is_refused_not_mended(tmp_path: Path, text: bytes, words: str) -> None:
    """The sentence says what to mend, and the file stays as it is."""
    (tmp_path / "t.csv").write_bytes(text)
    connector = TableConnector([CsvSource(tmp_path / "t.csv")], FakeClock())
    outcome = connector.execute(change("t", "1", "a", "z"))
    assert outcome.status == "rejected"
    assert words in outcome.message
    assert (tmp_path / "t.csv").read_bytes() == text


def test_a_formula_is_written_as_text_and_the_preview_says_so(
    files: TableConnector, folder: Path
) -> None:
    """What a spreadsheet would run gets an apostrophe, visibly."""
    draft = change("quotes", "Q-1044", "notes", '=HYPERLINK("http://evil.example")')
    preview = files.preview("table.update", json.loads(draft.body))
    assert "becomes \u201c'=HYPERLINK" in preview.lines[0]
    assert "apostrophe" in preview.warnings[0]
    assert files.execute(draft).facts["new"] == '\'=HYPERLINK("http://evil.example")'
    assert b"\"'=HYPERLINK" in (folder / "quotes.csv").read_bytes()


def test_the_same_key_never_changes_a_cell_twice(
    files: TableConnector, database: TableConnector
) -> None:
    """A second try tells what the first one did, even after somebody changed the cell again."""
    for connector, table, row, field, new, newer in (
        (files, "quotes", "Q-1044", "status", "answered", "won"),
        (database, "stock", "7", "units", "13", "14"),
    ):
        draft = change(table, row, field, new)
        first = connector.execute(draft)
        assert connector.execute(change(table, row, field, newer, "d-2")).status == "done"
        assert connector.execute(draft) == connector.lookup(draft) == first
        found = connector.read("table.find", {"table": table, "id": row}).value
        assert isinstance(found, dict)
        assert str(found[field]) == newer


def test_racing_workers_change_a_cell_once(
    files: TableConnector, database: TableConnector, folder: Path, url: str
) -> None:
    """Eight workers with the same key at once: one change, one answer."""
    for connector, table, row, field, value in (
        (files, "quotes", "Q-1044", "status", "answered"),
        (database, "stock", "7", "units", "13"),
    ):
        draft = change(table, row, field, value)
        with ThreadPoolExecutor(8) as pool:
            outcomes = [*pool.map(connector.execute, [draft] * 8)]
        settled = {each.model_dump_json() for each in outcomes if each.status == "done"}
        assert len(settled) == 1
        assert {each.status for each in outcomes} <= {"done", "retryable"}
    assert len((folder / ".sayso_applied.jsonl").read_bytes().splitlines()) == 1
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("select count(*) from sayso_applied").scalar()
    engine.dispose()
    assert rows == 1


def test_no_change_of_many_at_once_is_lost(folder: Path) -> None:
    """Eight threads change eight columns of one file, and all eight stay."""
    columns = [f"c{n}" for n in range(8)]
    (folder / "wide.csv").write_text(f"id,{','.join(columns)}\n1{',x' * 8}\n")
    connector = TableConnector([CsvSource(folder)], FakeClock())
    drafts = [change("wide", "1", column, "new", f"d-{column}") for column in columns]
    with ThreadPoolExecutor(8) as pool:
        assert {each.status for each in pool.map(connector.execute, drafts)} == {"done"}
    assert (folder / "wide.csv").read_text() == f"id,{','.join(columns)}\n1{',new' * 8}\n"


def test_a_file_somebody_else_holds_is_tried_later(folder: Path) -> None:
    """The wait is bounded, and nothing is changed."""
    connector = TableConnector([CsvSource(folder, lock_seconds=0.05)], FakeClock())
    draft = change("quotes", "Q-1044", "status", "answered")
    assert connector.execute(change("quotes", "Q-1044", "notes", "x", "d-0")).status == "done"
    with locked(folder / ".sayso.lock", 1):
        assert connector.execute(draft).status == "retryable"
        undecided = connector.lookup(draft)
        assert undecided
        assert undecided.status == "unknown"
    assert connector.lookup(draft) is None


def test_a_database_somebody_else_holds_is_tried_later(url: str) -> None:
    """A locked database is worth another try; the cell is as it was."""
    source = SqlSource(SecretStr(url), {"stock": "sku"}, seconds=0.05)
    engine = sa.create_engine(url)
    with closing(source), engine.connect() as holder:
        connector = TableConnector([source], FakeClock())
        assert connector.execute(change("stock", "8", "units", "1", "d-0")).status == "done"
        holder.exec_driver_sql("begin immediate")
        draft = change("stock", "7", "units", "13")
        assert connector.execute(draft).status == "retryable"
        holder.rollback()
        assert connector.lookup(draft) is None
    engine.dispose()


#: Runs one change again and again, each time in a process that ends at a later file operation, until one
#: gets through; prints for each how it ended, what the cell held, what `lookup` said, and what a second try did.
CRASH_AT_EVERY_STEP = """
import json, os, sys
from pathlib import Path
from bot.connectors.table import CsvSource, TableConnector
from tests.fakes.clock import FakeClock
from tests.fakes.signed import signed

folder = Path(sys.argv[1])
connector = TableConnector([CsvSource(folder)], FakeClock())

def cell():
    return connector.read("table.find", {"table": "t", "id": "1"}).value["a"]

def crash_at(step):
    seen = 0
    def hook(event, _arguments):
        nonlocal seen
        seen += event in {"open", "os.rename", "os.remove", "os.chmod", "os.listdir", "os.scandir"}
        if seen == step:
            os._exit(9)
    sys.addaudithook(hook)

ended = 9
for step in range(1, 200):
    (folder / "t.csv").write_text("id,a\\n1,old\\n")
    draft = signed("table.update", {"table": "t", "id": "1", "field": "a", "value": "new"}, f"s{step}")
    child = os.fork()
    if not child:
        crash_at(step)
        connector.execute(draft)
        os._exit(0)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    found, held = connector.lookup(draft), cell()
    again = connector.execute(draft)
    print(json.dumps([ended, held, found and found.status, again.status, again.facts["old"], cell()]))
    if ended == 0:
        break
"""


@pytest.mark.chaos
@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_a_change_that_crashes_at_any_step_is_whole_or_not_there(tmp_path: Path) -> None:
    """At every file operation: the lookup tells what the file shows, and a second try completes it once."""
    command = [sys.executable, "-c", CRASH_AT_EVERY_STEP, str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    ends = [json.loads(line) for line in done.stdout.splitlines()]
    assert ends[-1] == [0, "new", "done", "done", "old", "new"]
    assert [9, "old", None, "done", "old", "new"] in ends
    for _, held, found, *second in ends:
        assert (held, found) in {("old", None), ("new", "done")}
        assert second == ["done", "old", "new"]
    assert len(ends) > 8


CHANGE_FOR_EVER = """
import sys
from pathlib import Path
from bot.connectors.table import CsvSource, TableConnector
from tests.fakes.clock import FakeClock
from tests.fakes.signed import signed
connector = TableConnector([CsvSource(Path(sys.argv[1]))], FakeClock())
for n in range(100_000):
    payload = {"table": "kill", "id": str(n % 50), "field": "a", "value": f"v{n}"}
    connector.execute(signed("table.update", payload, f"k-{n}"))
    if n == 3:
        print("started", flush=True)
"""


@pytest.mark.chaos
@pytest.mark.parametrize("seconds", [0.011, 0.037])
def test_a_killed_change_happened_exactly_when_its_lookup_says_so(
    tmp_path: Path, seconds: float
) -> None:
    """After kill -9 at any moment the file is whole, and the ledger agrees with it."""
    (tmp_path / "kill.csv").write_text("id,a\n" + "".join(f"{n},old\n" for n in range(50)))
    command = [sys.executable, "-c", CHANGE_FOR_EVER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline() == b"started\n"
        with suppress(subprocess.TimeoutExpired):
            child.wait(seconds)
        child.kill()
    _agrees(tmp_path)


def _agrees(folder: Path) -> None:
    connector = TableConnector([CsvSource(folder)], FakeClock())
    found = connector.read("table.list", {"table": "kill", "limit": 200})
    held = dict(zip(column("id", found), column("a", found), strict=True))
    assert len(held) == 50
    last: dict[object, object] = {}
    for number in range(100_000):
        draft = change("kill", str(number % 50), "a", f"v{number}", f"k-{number}")
        if connector.lookup(draft) is None:
            break
        last[str(number % 50)] = f"v{number}"
    assert held == {row: last.get(row, "old") for row in held}


def test_check_names_each_table_and_what_is_wrong_with_it(
    folder: Path, url: str, tmp_path: Path
) -> None:
    """The doctor reads every table and changes none."""
    (folder / "bad.csv").write_bytes(b"\xff")
    (folder / "orders.csv").write_text("InvoiceNo,Quantity\n1,2\n")
    findings = TableConnector([CsvSource(folder)], FakeClock()).check()
    assert {each.what: each.ok for each in findings} == {
        "table bad": False,
        "table invoices": True,
        "table orders": True,
        "table quotes": True,
        f"folder {folder}": True,
    }
    allowed = {"stock": "sku", "gone": "id", "secret": "nr"}
    with closing(SqlSource(SecretStr(url), allowed)) as source:
        reasons = [(each.what, each.ok) for each in TableConnector([source], FakeClock()).check()]
    assert reasons == [("table gone", False), ("table secret", False), ("table stock", True)]
    [none] = TableConnector([CsvSource(tmp_path / "none")], FakeClock()).check()
    assert not none.ok


def test_a_database_that_is_away_is_tried_later(tmp_path: Path) -> None:
    """Nothing was changed, so the change may be tried again; a read says so in a sentence."""
    away = SecretStr(f"sqlite:///{tmp_path}/no/shop.db")
    with closing(SqlSource(away, {"stock": "sku"})) as source:
        connector = TableConnector([source], FakeClock())
        draft = change("stock", "7", "units", "13")
        assert connector.execute(draft).status == "retryable"
        with pytest.raises(ConnectorError, match="Try again in a moment"):
            connector.read("table.list", {"table": "stock"})
        with pytest.raises(ConnectorError, match="Try again in a moment"):
            connector.preview("table.update", json.loads(draft.body))
        assert [finding.ok for finding in connector.check()] == [False]


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ana:canary@127.0.0.1:9/shop",
        "sqlite://ana:canary@here/shop.db",
        "nosuch+canary://ana:canary@127.0.0.1/shop",
        "canary",
    ],
)
def test_a_password_in_the_address_never_shows(address: str) -> None:
    """A database that can't be opened is a finding, and its address is not repeated."""
    with closing(SqlSource(SecretStr(address), {"stock": "sku"})) as source:
        connector = TableConnector([source], FakeClock())
        draft = change("stock", "1", "a", "b")
        outcome, found = connector.execute(draft), connector.lookup(draft)
    assert outcome.status in {"rejected", "retryable"}  # without a driver, or without a server
    assert found
    assert found.status == "unknown"
    assert "ana:canary" not in repr(connector.check()) + repr(outcome) + repr(found)
