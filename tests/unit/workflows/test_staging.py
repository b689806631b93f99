"""Who may move a playbook from stage to stage, what is kept of it, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.builders import (
    ADA,
    ANA,
    BEN,
    CEM,
    EVE,
    OLGA,
    House,
    house,
    mailing,
    playbook,
    refunding,
)
from tests.unit.workflows.history import EASY, MAKER
from workflows.answers import Recorded, Refused
from workflows.commands import Demote, Promote
from workflows.errors import NotAllowed, NotEarned, StageMoved, Stranger, UnknownPlaybook
from workflows.events import Event
from workflows.run import OPERATOR, SYSTEM, TIMER, Actor
from workflows.trust.stages import STAGES, Footing, above, ceiling, stage_of, stricter

if TYPE_CHECKING:
    from workflows.errors import Refusal
    from workflows.trust.stages import Stage

FREE = playbook(mailing(), refunding(), level=4, rollout=EASY)


@pytest.fixture
def at() -> House:
    """Return a company with one playbook of level 4."""
    built = house()
    built.shelf.put(FREE)
    return built


def stands(at: House) -> Footing:
    """Return the stage the playbook was moved to."""
    with at.store.looking() as look:
        found = look.footing("follow-up")
    assert found
    return found


def promote(at: House, to: Stage, who: Actor = ANA, **more: Any) -> Recorded:
    """Promote, and expect that it is done."""
    at.clock.pass_by(seconds=1)
    answer = at.engine.handle(Promote(actor=who, playbook="follow-up", to=to, **more))
    assert isinstance(answer, Recorded), answer
    return answer


def refused(at: House, command: Promote | Demote) -> Refusal:
    """Ask, and expect that it is refused."""
    answer = at.engine.handle(command)
    assert isinstance(answer, Refused), answer
    return answer.error


def test_a_person_promotes_one_stage_at_a_time(at: House) -> None:
    """Who, when, from where, and with which versions it was earned stands in the row and on the record."""
    at.drafted(FREE)
    said = promote(at, "threshold", seen="assist")
    row = stands(at)
    assert (row.stage, row.by, row.version) == ("threshold", "U-ANA", FREE.version)
    assert row.makers == (MAKER,)
    assert row.since == at.clock.now()
    entry = at.store.entries[-1]
    assert (entry.event, entry.chain) == (Event.PLAYBOOK_PROMOTED, "playbook:follow-up")
    assert (entry.head["before"], entry.head["stage"]) == ("assist", "threshold")
    assert entry.head["evidence"] == row.evidence != ""
    assert "promoted from assist by Ana" in said.sentence
    promote(at, "autonomous", OLGA)
    assert stands(at).stage == "autonomous"


def test_it_is_said_where_the_playbook_lives(at: House) -> None:
    """Once for each move."""
    promote(at, "threshold")
    promote(at, "autonomous")
    said = [p for (name, _), p in at.store.rows.posts.items() if name.startswith("stage:")]
    assert [post.channel for post in said] == ["C-SALES", "C-SALES"]
    assert "autonomous" in str(said[-1].body["text"])


def test_without_a_channel_its_owners_are_told(at: House) -> None:
    """In their direct messages."""
    at.shelf.put(playbook(mailing(), level=4, rollout=EASY, channel="", owner="owner"))
    promote(at, "threshold", OLGA)
    (post,) = [p for (name, _), p in at.store.rows.posts.items() if name.startswith("stage:")]
    assert post.channel == "U-OLGA"


def test_a_stage_can_be_confirmed_for_another_version(at: House) -> None:
    """What was earned with one version is confirmed for the next by the same press."""
    promote(at, "threshold")
    newer = playbook(mailing(), level=4, rollout=EASY)
    at.shelf.put(newer)
    assert "confirmed by Ana" in promote(at, "threshold").sentence
    assert stands(at).version == newer.version


@pytest.mark.parametrize("who", [CEM, ADA])
def test_only_owners_promote(at: House, who: Actor) -> None:
    """It is a wider power, so an admin is not enough."""
    error = refused(at, Promote(actor=who, playbook="follow-up", to="threshold"))
    assert isinstance(error, NotAllowed)
    assert "Ana or Ben or Olga" in error.sentence


def test_strangers_move_nothing(at: House) -> None:
    """Whoever it is has to work here, and to be a person."""
    for who in (EVE, SYSTEM, TIMER, OPERATOR):
        command = Promote(actor=who, playbook="follow-up", to="threshold")
        assert isinstance(refused(at, command), Stranger)
    assert isinstance(refused(at, Demote(actor=EVE, playbook="follow-up", to="shadow")), Stranger)


def test_stages_are_not_skipped(at: House) -> None:
    """And nobody is promoted downwards."""
    skipped = refused(at, Promote(actor=ANA, playbook="follow-up", to="autonomous"))
    assert isinstance(skipped, NotEarned)
    assert "one at a time" in skipped.sentence
    assert isinstance(refused(at, Promote(actor=ANA, playbook="follow-up", to="shadow")), NotEarned)


def test_the_level_is_the_ceiling(at: House) -> None:
    """Below level 4 a person signs everything, whatever was earned."""
    at.shelf.put(playbook(mailing(), level=3))
    error = refused(at, Promote(actor=ANA, playbook="follow-up", to="threshold"))
    assert "level 3, which allows assist at most" in error.sentence


def test_what_was_shown_must_still_be_so(at: House) -> None:
    """A button of yesterday promotes nothing that was demoted since."""
    error = refused(at, Promote(actor=ANA, playbook="follow-up", to="threshold", seen="shadow"))
    assert isinstance(error, StageMoved)


def test_a_playbook_begins_where_its_file_says(at: House) -> None:
    """In shadow, if it says so; then assist is the first promotion."""
    at.shelf.put(playbook(mailing(), rollout={**EASY, "start": "shadow"}))
    assert "promoted from shadow" in promote(at, "assist").sentence


@pytest.mark.parametrize("who", [ANA, OLGA, ADA, SYSTEM, TIMER, OPERATOR])
def test_many_may_demote(at: House, who: Actor) -> None:
    """It gets stricter, so an admin, the command line and a rule may too."""
    promote(at, "threshold")
    answer = at.engine.handle(
        Demote(actor=who, playbook="follow-up", to="assist", why="4 of 30 were undone")
    )
    assert isinstance(answer, Recorded)
    assert "4 of 30 were undone." in answer.sentence
    row, entry = stands(at), at.store.entries[-1]
    assert (row.stage, row.why) == ("assist", "4 of 30 were undone")
    assert row.by == (who.id if who.kind == "user" else "")
    assert (entry.event, entry.head["before"]) == (Event.PLAYBOOK_DEMOTED, "threshold")


def test_not_everybody_demotes(at: House) -> None:
    """Finance has nothing to do with it."""
    promote(at, "threshold")
    error = refused(at, Demote(actor=CEM, playbook="follow-up", to="assist"))
    assert isinstance(error, NotAllowed)


def test_demoting_to_where_it_is_changes_nothing(at: House) -> None:
    """Two who demote at once demote once, and nobody is demoted upwards."""
    before = len(at.store.entries)
    for to in ("assist", "threshold"):
        answer = at.engine.handle(Demote(actor=SYSTEM, playbook="follow-up", to=cast("Stage", to)))
        assert isinstance(answer, Recorded)
        assert "at assist already" in answer.sentence
    assert len(at.store.entries) == before
    assert at.store.rows.footings == {}


def test_an_unknown_playbook_is_refused(at: House) -> None:
    """On the record like every press."""
    error = refused(at, Promote(actor=BEN, playbook="nothing", to="assist"))
    assert isinstance(error, UnknownPlaybook)
    assert at.store.entries[-1].object == "playbook:nothing"


def test_a_turn_knows_the_stage_and_keeps_it(at: House) -> None:
    """It is read in the transaction and stands with the facts, so that a replay has it."""
    promote(at, "threshold")
    at.start(FREE)
    (started,) = [e for e in at.store.entries if e.event is Event.RUN_STARTED]
    facts = cast("dict[str, Any]", started.body["facts"])
    assert facts["footing"]["stage"] == "threshold"


@given(st.sampled_from(STAGES), st.sampled_from(STAGES), st.integers(1, 4))
def test_the_stricter_of_two_wins(one: Stage, other: Stage, level: int) -> None:
    """In either order; and below level 4 nothing is freer than assist."""
    found = stricter(one, other)
    assert found == stricter(other, one)
    assert STAGES.index(found) <= min(STAGES.index(one), STAGES.index(other))
    assert level == 4 or ceiling(level) == "assist"


def test_stages_follow_each_other() -> None:
    """The last one has none above it."""
    assert [above(stage) for stage in STAGES] == ["assist", "threshold", "autonomous", None]
    assert stage_of(None, "shadow") == "shadow"
