"""What is switched on or off, for the company and for one playbook."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.workflows.builders import ANA, COMPANY, mailing, playbook, press
from tests.unit.workflows.builders import house as another
from workflows.answers import Recorded, Refused
from workflows.commands import Approve
from workflows.flags import FLAGS, Flags, is_on
from workflows.playbook import SCHEMA
from workflows.versions.changes import changes


def test_every_flag_has_words_and_a_way_it_comes() -> None:
    """Learning is off until somebody switches it on; the others are there already."""
    assert FLAGS.keys() == Flags.model_fields.keys()
    plain = {flag: is_on(flag, COMPANY) for flag in FLAGS}
    assert plain == {"learn_from_edits": False, "sign_together": True, "plain_words": True}


@pytest.mark.parametrize(
    ("company", "own", "is_it"),
    [
        (None, None, False),
        (True, None, True),
        (True, False, False),
        (False, True, True),
        (None, True, True),
    ],
)
def test_a_playbook_says_more_than_its_company(company: Any, own: Any, is_it: Any) -> None:
    """What it doesn't say, the company does; what neither says is as it comes."""
    book = playbook(mailing(), flags={} if own is None else {"learn_from_edits": own})
    known = COMPANY.model_copy(update={"flags": Flags(learn_from_edits=company)})
    assert is_on("learn_from_edits", known, book) is is_it


@pytest.mark.parametrize(
    ("flag", "shown"), [("plain_words", "words"), ("sign_together", "together")]
)
@pytest.mark.parametrize("on", [True, False])
def test_what_is_off_signs_nothing(flag: str, shown: str, on: Any) -> None:
    """Whatever a surface offers, the rule refuses it, and says what to do instead."""
    house = another()
    run = house.drafted(playbook(mailing(), flags={flag: on}))
    reply = house.engine.handle(press(Approve, run, ANA, shown=shown))
    assert isinstance(reply, Recorded if on else Refused)
    draft = house.now(run).draft
    assert draft
    assert bool(draft.signatures) is on


@pytest.mark.parametrize(
    ("before", "after", "words", "kind"),
    [
        ({}, {"learn_from_edits": True}, "agents learn from edits", "wider"),
        ({"plain_words": True}, {"plain_words": False}, "only buttons decide", "tighter"),
        ({"sign_together": False}, {}, "unless the company's file says no", "wider"),
    ],
)
def test_a_changed_flag_is_seen_by_the_owner(
    before: Any, after: Any, words: str, kind: str
) -> None:
    """Whatever is no longer off may be more than it was."""
    books = [playbook(mailing(), flags=flags) for flags in (before, after)]
    (change,) = changes(*books)
    assert words in change.words
    assert change.kind == kind


def test_a_file_may_say_which_schema_it_is_written_in() -> None:
    """Without a number it is the newest; a newer one than this program knows is refused."""
    assert playbook(mailing()).schema_ == playbook(mailing(), schema=SCHEMA).schema_ == SCHEMA
    with pytest.raises(ValidationError, match="a newer one wrote it"):
        playbook(mailing(), schema=SCHEMA + 1)
