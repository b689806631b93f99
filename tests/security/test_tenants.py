"""Two workspaces in one database never see or change each other, whatever either of them does."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.storage.tables import metadata
from tests.security.tenants import ACTS, Tenant, everything_of
from workflows.errors import NotRecorded, Stale

if TYPE_CHECKING:
    from tests.security.conftest import Shared

#: Refusals of what is not one's own. Anything else an act raises is a mistake.
REFUSED = (Stale, NotRecorded, IntegrityError)
#: Who acts (0 or 1), what they do, and whose run it is about: 0 theirs, 1 the other's.
STEP = st.tuples(st.integers(0, 1), st.sampled_from(ACTS), st.integers(0, 3), st.integers(0, 9))
_NUMBERS = count(1)
#: Tables of others: which migrations were run, and job hints, which name a run and nothing of it.
OTHERS = ("alembic_version", "procrastinate_")


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=5, max_size=15))
def test_nothing_of_one_is_seen_or_changed_by_the_other(
    shared: Shared, steps: list[tuple[int, object, int, int]]
) -> None:
    """Random acts of two companies, with the other's ids too: each has what it had, and sees only its own."""
    n = next(_NUMBERS)
    both = [Tenant(shared.url, f"ws-{n}-alpha"), Tenant(shared.url, f"ws-{n}-beta")]
    try:
        for each in both:
            each.start("")
        for who, act, whose, pick in steps:
            _act(shared, both[who], both[1 - who], act, whose, pick)
    finally:
        for each in both:
            each.close()


def _act(shared: Shared, me: Tenant, other: Tenant, act: object, whose: int, pick: int) -> None:
    runs = me.runs if whose else other.runs
    before = everything_of(shared.whole, other.ws)
    try:
        seen = act(me, runs[pick % len(runs)])  # type: ignore[operator] -- one of ACTS
    except REFUSED:
        seen = None
    assert other.ws not in repr(seen), act
    assert everything_of(shared.whole, other.ws) == before, act


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_each_act_on_what_belongs_to_the_other_comes_to_nothing(
    shared: Shared, act: object
) -> None:
    """One by one, so that none is left to chance."""
    n = next(_NUMBERS)
    me, other = Tenant(shared.url, f"ws-{n}-alpha"), Tenant(shared.url, f"ws-{n}-beta")
    for each in (me, other):
        each.start("")
        each.work(each.runs[0])
    _act(shared, me, other, act, 0, 0)
    for each in (me, other):
        each.close()


def test_every_table_says_whose_its_rows_are() -> None:
    """A table without a workspace could not be kept apart."""
    assert [name for name, table in metadata.tables.items() if "ws" not in table.c] == []
    nullable = [name for name, table in metadata.tables.items() if table.c.ws.nullable]
    assert nullable == []


def test_on_postgresql_every_table_is_kept_apart_by_the_database(shared: Shared) -> None:
    """Row-level security with a policy, forced on the owner as well; no table is left out."""
    if shared.whole.dialect == "sqlite":
        return
    query = text(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced,"
        " (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies"
        " FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND s.nspname = 'public'"
    )
    with shared.whole.read() as connection:
        found = {row.relname: (row.forced, row.policies > 0) for row in connection.execute(query)}
    kept = {name: found.get(name) for name in metadata.tables}
    assert kept == dict.fromkeys(metadata.tables, (True, True))
    others = {name for name in found if name not in metadata.tables}
    assert {name for name in others if not name.startswith(OTHERS)} == set()
