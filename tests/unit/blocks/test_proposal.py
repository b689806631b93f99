"""The card of a changed playbook: what would be different, what gets wider first, who may say yes."""

from __future__ import annotations

from typing import Any

import pytest

from blocks import limits, proposal
from blocks.kit.problem import walk
from blocks.values import ProposalValue, ReturnValue
from tests.slack.screen import buttons, words
from tests.unit.blocks import examples
from tests.unit.blocks.examples import ANA, NOW
from workflows.company import Company, Person
from workflows.versions.version import Proposal

NEW, OLD = "a" * 64, "b" * 64
COMPANY = Company(
    name="Lark",
    owner=ANA,
    people=(Person(id=ANA, name="Ana"), Person(id="U01IDA", name="Ida", roles=("admin",))),
)
BEFORE = examples.playbook(version=OLD)


def _card(after: dict[str, Any], active: str = OLD, **more: Any) -> dict[str, Any]:
    made = Proposal(
        **{"id": "p-1", "playbook": "x", "version": NEW, "base": OLD, "found_at": NOW, **more}
    )
    book = examples.playbook(**{"version": NEW, **after})
    now = BEFORE if made.base else None
    return proposal.card(proposal.shown(made, now, book, COMPANY, active))


def test_what_gets_wider_is_bold_and_says_so() -> None:
    """It can't be missed, and it comes first."""
    card = _card({"allow": ["mail.send", "table.append"], "review": "every week"})
    bold = [
        part["text"]
        for part in walk(card)
        if part.get("type") == "text" and part.get("style", {}).get("bold")
    ]
    assert bold == ["wider: ", "may now ", "table.append"]
    assert "Unchanged: who signs, when it starts." in words(card)
    assert "wider powers among them" in card["text"]


def test_tighter_powers_are_said_without_alarm() -> None:
    """And one change is one change."""
    card = _card({"level": 2})
    assert "tighter: level 3 → 2" in words(card)
    assert card["text"].endswith("a changed version, 1 change.")
    assert "U01IDA" in words(card)


def test_a_text_that_means_the_same_says_so() -> None:
    """Comments changed: nothing would be different."""
    assert "Only comments or layout changed; it does the same." in words(_card({}))


def test_many_changes_fit_a_message_and_what_is_left_is_counted() -> None:
    """Slack takes it, and nobody believes it is all."""
    inputs = {f"field_{n}": {"type": "text", "label": "x" * 200} for n in range(90)}
    shown = _card({"inputs": inputs, "allow": [f"table.{'x' * 200}{n}" for n in range(60)]})
    assert limits.check(shown) == []
    assert "more; Show the text has everything" in words(shown)


@pytest.mark.parametrize(
    ("state", "active", "said", "pressed"),
    [
        ("open", OLD, "It can be activated by", ["Activate", "Not now", "Show the text"]),
        ("dismissed", OLD, "Not now, says U024BE7LH", ["Activate", "Show the text"]),
        ("withdrawn", OLD, "this was not activated", ["Show the text"]),
        ("activated", NEW, "Activated by", ["Return to the version before", "Show the text"]),
        ("activated", OLD, "not the active version any more", ["Show the text"]),
    ],
)
def test_each_state_says_who_and_offers_what_can_be_done(
    state: str, active: str, said: str, pressed: list[str]
) -> None:
    """Nothing can be pressed that would only be refused."""
    at = None if state == "open" else NOW
    card = _card({"level": 4}, active, state=state, by=ANA, at=at)
    assert said.replace("U024BE7LH", ANA) in words(card)
    assert buttons(card) == pressed


def test_a_new_playbook_has_nothing_to_return_to() -> None:
    """Its card says that it is new."""
    card = _card({}, NEW, base="", state="activated", by=ANA, at=NOW)
    assert "a new playbook" in words(card)
    assert buttons(card) == ["Show the text"]


def test_a_button_carries_what_was_shown() -> None:
    """The version, the one it was compared with, and how it stood."""
    value = next(i["value"] for i in walk(_card({"level": 4})) if i.get("action_id") == "activate")
    parsed = ProposalValue.parse(value)
    assert parsed == ProposalValue(
        proposal_id="p-1", version=NEW[:12], active=OLD[:12], state="open"
    )
    assert str(parsed) == value


@pytest.mark.parametrize("text", ["", "p-1", "p-1.abc.def.open", f"p-1.{NEW[:12]}.{OLD[:12]}.gone"])
def test_a_value_of_another_kind_is_refused(text: str) -> None:
    """A button of an older version, or a made-up one."""
    with pytest.raises(ValueError, match="not the value"):
        ProposalValue.parse(text)
    with pytest.raises(ValueError, match="not the value"):
        ReturnValue.parse(text)


def test_a_return_reads_back_as_it_was_written() -> None:
    """The playbook, the active version and the one before."""
    value = ReturnValue(playbook="quote-follow-up", active=NEW[:12], to=OLD[:12])
    assert ReturnValue.parse(str(value)) == value
