"""What executes is what was shown: every field of it, these very bytes, and nothing that was changed since."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from blocks import card, modal, queue
from blocks.contents import value_words
from blocks.text import visible
from bot.connectors.mail import SEND
from bot.connectors.table import UPDATE
from tests.slack.office import NOA
from tests.slack.screen import elements
from tests.unit.blocks import examples
from workflows.text import canonical, digest

if TYPE_CHECKING:
    from tests.slack.office import Office
    from workflows.action import ActionSpec, Field
    from workflows.run import Draft

Json = dict[str, Any]

#: Characters people write, and those that are written to mislead.
LETTERS = st.text(
    alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("a b\n\u202e\u200b<>&*@")),
    min_size=1,
    max_size=400,
)
LONG = st.builds(lambda text, times: text * times, LETTERS, st.integers(1, 12))
LINE = LETTERS.map(lambda text: " ".join(text.split()) or "x")
BY_TYPE = {
    "email": st.sampled_from(["jo@lark.example", "jo@xn--lrk-0na.example", "a.b+c@l\u0430rk.example"]),
    "long_text": LONG,
    "money": st.integers(0, 10**9).map(lambda minor: f"{minor // 100}.{minor % 100:02d} USD"),
    "date": st.dates().map(str),
    "boolean": st.booleans(),
    "integer": st.integers(-(10**12), 10**12),
    "choice": st.just("post"),
    "person": st.just(examples.ANA),
}  # fmt: skip


def _value(field: Field) -> st.SearchStrategy[Any]:
    return BY_TYPE.get(field.type, LINE)


def _payloads(spec: ActionSpec) -> st.SearchStrategy[Json]:
    needed = {field.name: _value(field) for field in spec.fields if field.required}
    free = {field.name: _value(field) for field in spec.fields if not field.required}
    return st.fixed_dictionaries(needed, optional=free)


CASES = st.one_of(
    [st.tuples(st.just(spec), _payloads(spec)) for spec in (SEND, UPDATE, examples.ALL_TYPES)]
)


def read(part: Any) -> str:
    """Return every character of a part that a reader sees, in order."""
    if isinstance(part, list):
        return "".join(read(one) for one in part)
    if not isinstance(part, dict):
        return ""
    here = part.get("text") if isinstance(part.get("text"), str) else part.get("user_id", "")
    return f"{here}{read([value for value in part.values() if not isinstance(value, str)])}"


def _pages(draft: Draft, spec: ActionSpec) -> dict[str, str]:
    """Return the full text as a reader puts it together: by label, over all pages."""
    page, last, found = 0, False, dict[str, str]()
    while not last:
        page += 1
        view = modal.review(draft, spec, page)
        last = "submit" in view
        for block in view["blocks"]:
            if block["block_id"].startswith("body:"):
                label, text = (read(each) for each in block["elements"])
                found[label] = found.get(label, "") + text
    return found


def _names(part: Json) -> set[str]:
    return {each["action_id"] for _, each in elements(part)}


@settings(max_examples=60, deadline=None)
@given(CASES)
def test_whatever_can_be_signed_was_shown_field_by_field(case: tuple[ActionSpec, Json]) -> None:
    """For any payload of any action: each value is on the card, in the row or on the pages, whole and in order."""
    spec, payload = case
    assume(not spec.problems(payload))
    draft = examples.draft(payload, action=spec.name)
    wanted = {
        field.title: visible(value_words(field, payload[field.name]))
        for field in spec.fields
        if payload.get(field.name) not in {None, ""}
    }
    drawn = card.card(draft, spec)
    if "approve" in _names(drawn):
        said = read(drawn["blocks"])
        assert [value for value in wanted.values() if value not in said] == []
    else:
        assert {"review"} <= _names(drawn)
        shown = _pages(draft, spec)
        assert {label: shown.get(label) for label in wanted} == wanted
    row = queue.row(queue.Waiting(draft=draft, spec=spec, one_tap=True))
    if "approve" in _names({"blocks": row}):
        assert [value for value in wanted.values() if value not in read(row)] == []


def test_what_leaves_is_byte_for_byte_what_was_signed(office: Office, card: Json) -> None:
    """The connector gets the canonical bytes whose hash stands in the signature."""
    office.press(NOA, card, "approve")
    signed = office.draft().signatures[0].payload_hash
    office.pass_by(seconds=61)
    (effect,) = office.mail.effects
    assert digest(json.loads(effect.body)) == signed
    assert effect.body.encode() == canonical(json.loads(effect.body))


@pytest.mark.parametrize("hashed_again", [False, True])
def test_bytes_that_were_changed_after_the_signature_never_leave(
    office: Office,
    card: Json,
    hashed_again: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    """Somebody with the database file exchanges the recipient: nothing is sent, with or without a fitting hash."""
    office.press(NOA, card, "approve")
    draft = office.draft()
    other = {**draft.current.payload, "to": "thief@evil.example"}
    hashed = digest(other) if hashed_again else draft.current.payload_hash
    with closing(sqlite3.connect(office.home / "sayso.db")) as connection:
        connection.execute("DROP TRIGGER revision_u")
        query = "UPDATE revision SET payload = ?, payload_hash = ? WHERE draft_id = ?"
        connection.execute(query, (json.dumps(other), hashed, draft.id))
        connection.commit()
    office.replays = False  # what was changed by hand can't be replayed, which is found elsewhere
    # A row that contradicts itself can't even be read; that it stops here is the point.
    with suppress(ValueError):
        office.pass_by(seconds=61)
    assert office.mail.effects == []
