"""What every connector promises, on the real ones and on the fake that stands in for them."""

from __future__ import annotations

import json
import random
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from bot.connectors.mail import MailConnector, MailSettings
from bot.connectors.table import CsvSource, SqlSource, TableConnector
from tests.fakes.clock import FakeClock
from tests.fakes.connector import FakeConnector, Fault
from tests.fakes.mail_server import MailServer
from tests.fakes.signed import signed
from workflows.errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from workflows.ports import Connector, JsonObject
    from workflows.run import Outcome, SignedDraft


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A connector, something it can do, and a look at what really happened outside."""

    connector: Connector
    action: str
    payload: JsonObject
    #: How often the payload took effect outside.
    effects: Callable[[], int]
    #: Makes the next call act and lose its answer, or fail before it acts; None where no wire can break.
    lose_answer: Callable[[], None] | None = None
    fail_before: Callable[[], None] | None = None

    def draft(self, draft_id: str = "d-1") -> SignedDraft:
        """Return the payload, signed."""
        return signed(self.action, self.payload, draft_id)


def _fake(idempotency: str) -> Callable[[Path, ExitStack], Bench]:
    def bench(_folder: Path, _stack: ExitStack) -> Bench:
        faults: list[Fault] = []
        connector = FakeConnector(
            idempotency=idempotency,  # pyright: ignore[reportArgumentType] -- one of its three
            faults=lambda _key, _try: faults.pop() if faults else None,
        )
        return Bench(
            connector=connector,
            action="fake.send",
            payload={"to": "Mira", "note": "Hello"},
            effects=lambda: len(connector.effects),
            lose_answer=lambda: faults.append("drop"),
            fail_before=lambda: faults.append("fail"),
        )

    return bench


def _mail(folder: Path, stack: ExitStack) -> Bench:
    server = stack.enter_context(MailServer())
    settings = MailSettings(
        host="127.0.0.1",
        port=server.port,
        security="none",
        sender="office@ovens.example",
        sent_folder=folder / "sent",
        timeout=5,
    )
    return Bench(
        connector=MailConnector(settings, FakeClock(), server.has),
        action="mail.send",
        payload={"to": "mira@lark.example", "subject": "Hi", "body": "Hello"},
        effects=lambda: len(server.arrived),
        lose_answer=lambda: server.faults.append("drop"),
        fail_before=lambda: server.faults.append("greylist"),
    )


def _csv(folder: Path, _stack: ExitStack) -> Bench:
    file = folder / "quotes.csv"
    file.write_text("id,status\nQ-1,sent\n")
    return Bench(
        connector=TableConnector([CsvSource(folder)], FakeClock()),
        action="table.update",
        payload={"table": "quotes", "id": "Q-1", "field": "status", "value": "won"},
        effects=lambda: file.read_text().count("won"),
    )


def _sql(folder: Path, stack: ExitStack) -> Bench:
    url = f"sqlite:///{folder}/shop.db"
    engine = sa.create_engine(url)
    stack.callback(engine.dispose)
    with engine.begin() as connection:
        connection.exec_driver_sql("create table quotes (id text primary key, status text)")
        connection.exec_driver_sql("insert into quotes values ('Q-1', 'sent')")

    def effects() -> int:
        with engine.connect() as connection:
            found = connection.exec_driver_sql("select count(*) from quotes where status = 'won'")
            return int(found.scalar_one())

    source = stack.enter_context(closing(SqlSource(SecretStr(url), {"quotes": "id"})))
    return Bench(
        connector=TableConnector([source], FakeClock()),
        action="table.update",
        payload={"table": "quotes", "id": "Q-1", "field": "status", "value": "won"},
        effects=effects,
    )


BENCHES = {
    "fake with keys": _fake("key"),
    "fake with lookup": _fake("lookup"),
    "fake with neither": _fake("none"),
    "mail": _mail,
    "csv": _csv,
    "sql": _sql,
}


@pytest.fixture(params=BENCHES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as stack:
        yield BENCHES[request.param](tmp_path, stack)


def _mode(bench: Bench) -> str:
    return next(a for a in bench.connector.actions if a.name == bench.action).idempotency


def test_every_name_begins_with_the_connectors_own(bench: Bench) -> None:
    """An action tells which connector carries it out."""
    specs = (*bench.connector.actions, *bench.connector.reads)
    assert {spec.name.partition(".")[0] for spec in specs} == {bench.connector.name}


def test_an_action_fits_into_a_lease(bench: Bench) -> None:
    """One call is over before the run could be given to another worker."""
    assert all(0 < action.timeout <= 20 for action in bench.connector.actions)


def test_looking_changes_nothing(bench: Bench) -> None:
    """Check, preview and lookup leave the outside as it is."""
    findings = bench.connector.check()
    preview = bench.connector.preview(bench.action, bench.payload)
    bench.connector.lookup(bench.draft())
    assert findings
    assert all(finding.ok for finding in findings)
    assert preview.lines
    assert bench.effects() == 0


def test_what_is_signed_is_done_once(bench: Bench) -> None:
    """One execution, one effect, with a receipt of the outside."""
    outcome = bench.connector.execute(bench.draft())
    assert outcome.status == "done"
    assert outcome.receipt
    assert bench.effects() == 1


def test_the_same_key_again_has_no_second_effect(bench: Bench) -> None:
    """Unless a system has neither keys nor a memory, a repeated call does nothing more."""
    first = bench.connector.execute(bench.draft())
    if _mode(bench) == "key":
        assert bench.connector.execute(bench.draft()).receipt == first.receipt
    if _mode(bench) == "lookup":
        found = bench.connector.lookup(bench.draft())
        assert found
        assert (found.status, found.receipt) == ("done", first.receipt)
    assert bench.effects() == 1


def test_a_lookup_never_denies_what_happened(bench: Bench) -> None:
    """After an effect the answer is done or unknown; None would have it done again."""
    bench.connector.execute(bench.draft())
    found = bench.connector.lookup(bench.draft())
    assert found
    assert found.status == ("done" if _mode(bench) == "lookup" else "unknown")


def test_a_lookup_knows_what_did_not_happen(bench: Bench) -> None:
    """Without a trace the answer is None where the outside can be asked, and unknown where not."""
    found = bench.connector.lookup(bench.draft())
    if _mode(bench) == "lookup":
        assert found is None
    else:
        assert found
        assert found.status == "unknown"


def test_a_lookup_tells_keys_apart(bench: Bench) -> None:
    """Another draft with the same payload is another action."""
    bench.connector.execute(bench.draft("d-1"))
    found = bench.connector.lookup(bench.draft("d-2"))
    assert found is None or found.status == "unknown"


def test_a_lost_answer_is_unknown_and_never_done_twice(bench: Bench) -> None:
    """It happened, the answer was lost: unknown, and found again where the outside can be asked."""
    if bench.lose_answer is None:
        pytest.skip("no wire to break")
    bench.lose_answer()
    assert bench.connector.execute(bench.draft()).status == "unknown"
    settled = _settle(bench.connector, bench.draft(), _mode(bench))
    assert settled == ("unknown" if _mode(bench) == "none" else "done")
    assert bench.effects() == 1


def test_a_failure_before_the_effect_can_be_tried_again(bench: Bench) -> None:
    """Nothing happened, so it is retryable, and the second try is the only effect."""
    if bench.fail_before is None:
        pytest.skip("no wire to break")
    bench.fail_before()
    assert bench.connector.execute(bench.draft()).status == "retryable"
    assert bench.effects() == 0
    assert bench.connector.execute(bench.draft()).status == "done"
    assert bench.effects() == 1


def test_a_payload_that_does_not_fit_has_no_effect(bench: Bench) -> None:
    """A field too many or one too few is refused by the preview and by the execution."""
    short = dict(list(bench.payload.items())[1:])
    for wrong in (bench.payload | {"bcc": "eve@evil.example"}, short):
        with pytest.raises(ConnectorError):
            bench.connector.preview(bench.action, wrong)
        assert bench.connector.execute(signed(bench.action, wrong, "d-9")).status == "rejected"
    assert bench.effects() == 0


def test_an_undo_is_a_payload_that_can_be_signed(bench: Bench) -> None:
    """It fits the action it names, and executing it works."""
    outcome = bench.connector.execute(bench.draft())
    undo = bench.connector.undo(bench.draft(), outcome)
    assert undo
    [spec] = [each for each in bench.connector.actions if each.name == undo.action]
    assert spec.undo
    assert spec.problems(undo.payload) == {}
    undone = bench.connector.execute(signed(undo.action, undo.payload, "d-2"))
    assert undone.status == "done"


@pytest.mark.parametrize("status", ["rejected", "retryable", "unknown"])
def test_what_did_not_happen_has_no_undo(bench: Bench, status: str) -> None:
    """Only a done action offers one."""
    done = bench.connector.execute(bench.draft())
    failed = done.model_copy(update={"status": status})
    assert bench.connector.undo(bench.draft(), failed) is None


def test_an_unknown_read_is_a_sentence(bench: Bench) -> None:
    """Asking for a read that is not there says so."""
    with pytest.raises(ConnectorError) as problem:
        bench.connector.read(f"{bench.connector.name}.nothing", {})
    assert problem.value.sentence.endswith(".")


def test_facts_are_plain_json(bench: Bench) -> None:
    """What undoing needs can be kept in a row."""
    facts = bench.connector.execute(bench.draft()).facts
    assert json.loads(json.dumps(facts)) == facts


def _settle(connector: Connector, draft: SignedDraft, mode: str, tries: int = 5) -> str:
    """Finish an unknown or retryable draft by the product's rule: ask before repeating, never blindly."""
    for _ in range(tries):
        found: Outcome | None = None
        if mode == "lookup":
            found = connector.lookup(draft)
        if mode == "none":
            return "unknown"
        outcome = found or connector.execute(draft)
        if outcome.status in {"done", "rejected"}:
            return outcome.status
    return "unknown"


@pytest.mark.parametrize("mode", ["key", "lookup", "none"])
def test_ten_thousand_actions_with_lost_answers_have_no_duplicate(mode: str) -> None:
    """5 % lose their answer, half of these after acting: no second effect, and `none` repeats nothing."""
    chance = random.Random(7)  # noqa: S311 -- a repeatable storm, no secret
    storm = {n: chance.choice(("drop", "lose")) for n in range(10_000) if chance.random() < 0.05}

    def fault(key: str, tried: int) -> Fault | None:
        return storm.get(int(key.split(":")[1])) if tried == 1 else None  # pyright: ignore[reportReturnType]

    connector = FakeConnector(idempotency=mode, faults=fault)  # pyright: ignore[reportArgumentType]
    effects: set[str] = set()
    ends: dict[str, int] = {}
    for n in range(10_000):
        draft = signed("fake.send", {"to": "Mira"}, str(n))
        status = connector.execute(draft).status
        if status == "unknown":
            status = _settle(connector, draft, mode)
        ends[status] = ends.get(status, 0) + 1
        effects.add(draft.key)
    assert connector.duplicates == {}
    if mode == "none":
        assert ends == {"done": 10_000 - len(storm), "unknown": len(storm)}
        assert len(connector.calls) == 10_000
    else:
        assert ends == {"done": 10_000}
        assert {effect.key for effect in connector.effects} == effects


def test_a_blind_repeat_would_be_caught() -> None:
    """The storm's own check finds a duplicate when there is one."""
    connector = FakeConnector(faults=["drop"])
    draft = signed("fake.send", {"to": "Mira"})
    connector.execute(draft)
    connector.execute(draft)
    assert connector.duplicates == {draft.key: 2}


def test_effects_outlive_the_process_in_a_journal(tmp_path: Path) -> None:
    """A new connector on the same journal knows what the killed one did."""
    first = FakeConnector(journal=tmp_path / "effects", faults=["drop"])
    draft = signed("fake.send", {"to": "Mira"})
    assert first.execute(draft).status == "unknown"
    second = FakeConnector(journal=tmp_path / "effects")
    found = second.lookup(draft)
    assert found
    assert found.status == "done"
