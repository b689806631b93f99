"""Rights by role: each bites where it is decided, is refused in words with who may, and locks no owner out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import (
    ACTIONS,
    ADA,
    ANA,
    BEN,
    CEM,
    COMPANY,
    draft,
    drafted,
    facts,
    mailing,
    playbook,
    press,
    reading,
    run,
)
from tests.unit.workflows.playbook_text import COMPANY as ALDER
from tests.unit.workflows.playbook_text import GOOD, problems
from workflows import own_playbooks, policy, privacy, rights
from workflows.action import ActionSpec, Risk
from workflows.answers import Recorded, Refused
from workflows.commands import Approve, Failed, Pause, Retry, StartRun
from workflows.errors import NotAllowed
from workflows.loading import UnreadableFile, load_company
from workflows.rights import RIGHTS, Rights
from workflows.run import Place, RunState, Task
from workflows.text import Untrusted
from workflows.turn import Turn
from workflows.urgent.incidents import open_task
from workflows.urgent.urgency import Page, Urgent

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.answers import Answer as Reply
    from workflows.company import Company

STAFF = ActionSpec(name="hr.tell", title="Tell", risk=Risk.EMPLOYEE, fields=(), idempotency="key")


def only(**named: Any) -> Company:
    """Return the company with these rights."""
    return COMPANY.model_copy(update={"rights": Rights.model_validate(named)})


def refused(reply: Reply) -> str:
    """Return why it was refused."""
    assert isinstance(reply, Refused), reply
    return reply.error.sentence


def test_without_a_block_it_is_as_it_was() -> None:
    """Everybody here starts, sees, signs and reads; settings are the owner's and the admins'."""
    here = [person.id for person in COMPANY.people if COMPANY.works_here(person)]
    for right in RIGHTS:
        held = [person.id for person in rights.holders(COMPANY, right)]
        assert held == (["U-OLGA", "U-ADA"] if right == "settings" else here)


@pytest.mark.parametrize("right", RIGHTS)
def test_a_right_is_those_whom_it_names_and_the_owners(right: Any) -> None:
    """By role, group or person; nobody who has left, and who has none is told who may."""
    company = only(**{right: ["sales", "U-CEM"]})
    held = [person.name for person in rights.holders(company, right)]
    assert held == ["Ana", "Ben", "Cem", "Olga"]
    ada = policy.known(ADA, company)
    with pytest.raises(NotAllowed) as error:
        rights.refuse_without(company, right, ada)
    assert "needs the owner or one of sales or U-CEM." in error.value.sentence
    assert error.value.sentence.endswith("Ana, Ben, Cem, Olga can.")
    rights.refuse_without(company, right, policy.known(ANA, company))


def test_settings_are_the_owners_alone_where_no_admin_is() -> None:
    """Said so."""
    with pytest.raises(NotAllowed, match=r"needs the owner\. Nothing was done; Olga, Ada can\."):
        rights.refuse_without(COMPANY, "settings", policy.known(ANA, COMPANY))


def test_start_bites_in_the_engine(house: House) -> None:
    """Whatever surface it comes from; trying again is starting again. The command line is the operator's."""
    run = house.start(playbook(reading()))
    house.report(run, Failed(problem="gone"))
    house.directory.now = only(start="finance")
    asked = StartRun(actor=ANA, playbook="follow-up")
    assert "Starting a playbook needs the owner or one of finance." in refused(
        house.engine.handle(asked)
    )
    assert "Cem" in refused(house.engine.handle(Retry(actor=ANA, run_id=run.id)))
    assert isinstance(house.engine.handle(asked.model_copy(update={"actor": CEM})), Recorded)
    follow = {"run": "r-1", "what": "Look", "who": "U-BEN", "due": "2026-11-27"}
    after = StartRun(actor=ANA, playbook=own_playbooks.FOLLOW_UP, inputs={**follow})
    assert isinstance(house.engine.handle(after), Recorded)


def test_sign_bites_in_the_engine(house: House) -> None:
    """A rule chooses among those who may sign at all."""
    run = house.drafted(playbook(mailing()))
    house.directory.now = only(sign=["U-BEN", "finance"])
    assert "Ben can." in refused(house.engine.handle(press(Approve, run, ANA)))
    assert isinstance(house.engine.handle(press(Approve, run, BEN)), Recorded)


def test_settings_bite_in_the_engine(house: House) -> None:
    """Whoever is named may, and the role `admin` no more."""
    house.directory.now = only(settings="finance")
    said = refused(house.engine.handle(Pause(actor=ADA, scope="everything")))
    assert "needs the owner or finance" in said
    assert isinstance(house.engine.handle(Pause(actor=CEM, scope="everything")), Recorded)


# --- What is about employees ---

PRIVATE = playbook(
    mailing(
        approve={"by": "sales", "escalate": "U-DORA", "above": [{"amount": "1 USD", "by": "U-ADA"}]}
    ),
    {"ask": "how", "who": "U-CEM", "title": "How?", "options": ["a", "b"]},
    {"tell": "say", "text": "Done", "channel": "kpi"},
    private=True,
    owner="U-OLGA",
)


def sees(of: Any, who: Any, **more: Any) -> bool:
    """Whether somebody may see a run of the private playbook."""
    book = more.get("book", PRIVATE)
    return privacy.may_see(of, book, ACTIONS, more.get("company", COMPANY), who.id, MONDAY)


def test_an_action_about_employees_makes_a_playbook_private() -> None:
    """Or its own word."""
    actions = {**ACTIONS, STAFF.name: STAFF}
    assert privacy.is_private(playbook(mailing(), allow=["hr.tell", "gone.away"]), actions)
    assert not privacy.is_private(playbook(mailing()), actions)
    assert privacy.is_private(PRIVATE, ACTIONS)


def test_whom_a_private_playbook_concerns() -> None:
    """Its owner, all it lets sign or asks, and the company's owner."""
    assert privacy.circle(PRIVATE, COMPANY) == {
        *("U-OLGA", "U-ANA", "U-BEN", "U-GIL", "U-INA", "U-DORA", "U-ADA", "U-CEM")
    }


def test_a_private_run_is_seen_by_whom_it_concerns() -> None:
    """Not by others with the right to see, and never by somebody who left."""
    bare = playbook(mailing(approve={"by": "sales"}), private=True, owner="U-OLGA")
    mine = run(RunState.DONE, started_by=CEM)
    assert sees(mine, CEM, book=bare)
    assert sees(mine, ANA, book=bare)
    assert not sees(mine, ADA, book=bare)
    assert not sees(mine, CEM.model_copy(update={"id": "U-INA"}), book=bare)
    assert not sees(mine, CEM.model_copy(update={"id": "U-NOBODY"}), book=bare)


def test_any_other_run_is_seen_with_the_right_or_because_it_is_ones_own() -> None:
    """What somebody has to sign, to do or to answer they see."""
    book, company = playbook(mailing()), only(see="U-DORA")
    task = Task(id="t-1", run_id="r-1", step="how", owner="U-ADA", title=Untrusted("How?"))
    page = Page(person="U-BEN", at=MONDAY, kind="asked", round=1)
    urgent = Urgent(n=1, why="x", came="read", rota="r", since=MONDAY, pages=(page,))
    theirs = run(started_by=CEM, task=task, urgent=urgent)
    seen = {p.id for p in COMPANY.people if sees(theirs, p, book=book, company=company)}
    assert seen == {"U-CEM", "U-ADA", "U-BEN", "U-DORA", "U-OLGA"}
    assert sees(run(draft=draft()), ANA, book=book, company=company)


def posted(house: House) -> set[str]:
    """Return where cards were shown."""
    return {post.channel for post in house.store.rows.posts.values() if "draft:" in post.subject}


def test_its_card_goes_to_those_who_sign_and_never_into_a_public_channel(house: House) -> None:
    """Where it was typed, where it lives and where it is told: all fall back to direct messages."""
    made = house.drafted(PRIVATE)
    assert (made.place, posted(house)) == (None, {"U-ANA", "U-BEN"})


@pytest.mark.parametrize("place", ["D-ADA", "C-SALES"])
def test_a_private_place_is_kept(house: House, place: str) -> None:
    """A direct message, or a channel company.yml says is private."""
    house.directory.now = COMPANY.model_copy(update={"private_channels": ("sales",)})
    lives = {"channel": "" if place == "D-ADA" else "sales"}
    book = playbook(mailing(), private=True, **lives)
    started = house.start(book, place=Place(channel=place))
    house.report(started, drafted())
    assert posted(house) == {place}


def told(of: Any, at: Any = MONDAY, book: Any = PRIVATE) -> tuple[str, ...]:
    """Return who is told in a direct message."""
    return privacy.audience(of, book, COMPANY, at)


def test_who_is_told_instead() -> None:
    """Who can sign; who has the task; else who began it and the owners."""
    task = Task(id="t-1", run_id="r-1", step="how", owner="U-CEM", title=Untrusted("How?"))
    assert told(run(draft=draft())) == ("U-ANA", "U-BEN")
    assert told(run(task=task)) == ("U-CEM",)
    assert told(run(started_by=ADA)) == ("U-ADA", "U-OLGA")
    nobody = PRIVATE.model_copy(update={"owner": "nobody"})
    by_clock = run(started_by=ADA.model_copy(update={"kind": "timer", "id": "clock"}))
    assert told(by_clock, book=nobody) == ("U-OLGA",)


def test_who_is_told_that_a_task_is_late_is_told_alone() -> None:
    """And whoever has it."""
    turn = Turn(run(), PRIVATE, ANY, facts())
    turn.post("nudge:t-1:x", {}, to="U-DORA")
    assert [post.channel for post in turn.posts] == ["U-ADA", "U-OLGA", "U-DORA"]


def test_the_keeper_learns_that_it_broke_and_not_whom_it_is_about() -> None:
    """They need not be whom it concerns."""
    turn = Turn(run(), PRIVATE, ANY, facts())
    open_task(turn, "Jo has no bank account")
    (start,) = turn.starts
    assert (start.inputs["about"], start.inputs["why"]) == ("follow-up", "")


ANY = Pause(actor=ADA, scope="everything")


def test_validate_refuses_a_public_channel_for_it() -> None:
    """Of the playbook and of what it tells; a private one is named in company.yml."""
    text = GOOD.replace("title:", "private: true\ntitle:", 1)
    (found,) = problems(text)
    assert found.problem == "this is about employees, and #sales is no private channel"
    assert "private_channels" in found.hint
    assert problems(text, ALDER.model_copy(update={"private_channels": ("sales",)})) == ()
    assert problems(text, None) == ()


FILE = """\
name: Alder Ovens
owner: U1
people:
  - {id: U1, name: Ana, roles: [sales]}
channels: {sales: C1}
"""


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("rights: {start: sale}", "nobody in Alder Ovens is `sale`"),
        ("rights: {see: [sales, sale]}", "nobody in Alder Ovens is `sale`"),
        ("rights: {strat: sales}", "there is no key `strat` here"),
        ("private_channels: [sale]", "there is no channel `sale`"),
        ("on_call: {night: {rota: U2}}", "`U2` is not among the people"),
        ("on_call: {night: {rota: [U1, U2]}}", "`U2` is not among the people"),
    ],
)
def test_what_names_nobody_is_said(line: str, problem: str) -> None:
    """At its place, with what was meant."""
    with pytest.raises(UnreadableFile) as error:
        load_company(FILE + line, "company.yml")
    assert problem in error.value.problems[0].problem


def test_rights_and_rotas_are_read() -> None:
    """A single name, a list, a Slack group."""
    more = "rights: {start: sales, see: '@all'}\nprivate_channels: [sales]\n"
    company = load_company(FILE + more + "on_call: {night: {rota: U1}}", "company.yml")
    assert (company.rights.start, company.rights.see) == (("sales",), ("@all",))
    assert company.on_call["night"].next_after == 600
