"""What somebody at a prompt is told of a playbook's versions; nothing is activated there."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.app import found
from bot.cli.reading import reader
from bot.cli.versions import active, difference, standings
from bot.cli.writing import text_of, write
from bot.doctor.versions import versions
from bot.sample import write_sample
from bot.settings import Settings
from tests.fakes.clock import FakeClock
from workflows.commands import Activate, Install, Suggest
from workflows.errors import BadInput, PlaybookError
from workflows.run import SYSTEM, Actor
from workflows.versions.ownerform import rewritten
from workflows.versions.version import SHOWN

if TYPE_CHECKING:
    from pathlib import Path

NAME = "quote-follow-up"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the settings of a company that never started."""
    write_sample(tmp_path, date(2026, 11, 23))
    return Settings(sayso_home=tmp_path, database_url="")


def _begin(settings: Settings) -> None:
    house = found(settings, clock=FakeClock())
    house.watching.begin()
    house.close()


def _change(settings: Settings, old: str, new: str) -> None:
    file = settings.sayso_home / "playbooks" / f"{NAME}.yml"
    file.write_text(file.read_text().replace(old, new))


def test_before_the_first_start_nothing_is_active(settings: Settings) -> None:
    """Looking makes no database, so that what is changed until then needs no yes."""
    rows = {row.playbook: row for row in standings(settings, reader(settings))}
    assert rows[NAME].cells[-2:] == ["not yet", ""]
    assert active(settings, reader(settings), NAME) is None
    assert difference(settings, reader(settings), NAME).lines[0] == "wider: works at level 3"
    assert not list(settings.sayso_home.glob("*.db"))


def test_a_changed_file_is_listed_and_compared(settings: Settings) -> None:
    """In the words of the card, and with the version that waits."""
    _begin(settings)
    assert difference(settings, reader(settings), NAME).lines == ["The file is what is active."]
    _change(settings, "hold: 60 seconds", "hold: 30 seconds")
    _begin(settings)
    found_ = difference(settings, reader(settings), NAME)
    assert found_.active != found_.file
    assert found_.lines == [
        "wider: letter: held back 60 s → 30 s",
        "Unchanged: what it may do, when it starts.",
    ]
    row = next(row for row in standings(settings, reader(settings)) if row.playbook == NAME)
    assert row.cells[-2:] == [found_.active[:12], found_.file[:12]]
    book = active(settings, reader(settings), NAME)
    assert book
    assert book.version == found_.active


def test_a_comment_is_a_difference_that_changes_nothing(settings: Settings) -> None:
    """Said as such."""
    _begin(settings)
    _change(settings, "level: 3", "level: 3  # as agreed")
    lines = difference(settings, reader(settings), NAME).lines
    assert lines == ["Only comments or layout changed; it does the same."]


def test_a_file_that_is_gone_or_broken_hides_nothing(settings: Settings) -> None:
    """What is active is listed all the same; there is only nothing to compare."""
    _begin(settings)
    file = settings.sayso_home / "playbooks" / f"{NAME}.yml"
    _change(settings, "level: 3", "level: 9")
    row = next(row for row in standings(settings, reader(settings)) if row.playbook == NAME)
    assert row.cells[-1] == "its file can't be used"
    with pytest.raises(PlaybookError, match="quote-follow-up"):
        difference(settings, reader(settings), NAME)
    file.unlink()
    row = next(row for row in standings(settings, reader(settings)) if row.playbook == NAME)
    assert row.cells[-1] == "no file"
    with pytest.raises(BadInput, match="no file with this playbook"):
        difference(settings, reader(settings), NAME)


def test_two_files_of_one_name_are_one_playbook_and_one_complaint(settings: Settings) -> None:
    """The first one counts; a text that is no UTF-8 is named too."""
    folder = settings.sayso_home / "playbooks"
    (folder / "zz-copy.yml").write_text((folder / f"{NAME}.yml").read_text())
    (folder / "zz-latin.yml").write_bytes(b"title: caf\xe9\n")
    offered = reader(settings).shelf.offered(settings.sayso_home, None)
    said = [one.error.sentence for one in offered.unreadable]
    assert "another file here is called quote-follow-up too" in said[0]
    assert "not written in UTF-8" in said[1]
    assert len({book.playbook for book in offered.books}) == len(offered.books)


def test_the_first_contents_are_taken_by_one_start_alone(settings: Settings) -> None:
    """Whatever another process brings afterwards."""
    _begin(settings)
    house = found(settings, clock=FakeClock())
    house.engine.handle(Install(actor=SYSTEM, books=()))
    assert house.shelf.get(NAME)
    house.close()


# --- What was changed in Slack, and the file ---


def _change_in_slack(settings: Settings, title: str = "Ask about a quote") -> None:
    """Fill in another title, and activate it."""
    house = found(settings, clock=FakeClock())
    now = house.shelf.get(NAME)
    assert now
    text = rewritten(now.source, {("title",): title})
    book = house.books.read(text, "p.yml", house.folder.company())
    ana = Actor.user(house.folder.company().owner)
    named = {"actor": ana, "playbook": NAME, "version": book.version}
    base = now.version[:SHOWN]
    house.engine.handle(Suggest.model_validate({**named, "base": base, "book": book}))
    made = house.lookup.newest_proposal(NAME)
    assert made
    shown = {"proposal_id": made.id, "version": book.version[:SHOWN], "active": base}
    house.engine.handle(Activate.model_validate({"actor": ana, **shown}))
    house.close()


def test_what_was_changed_in_slack_is_listed_told_by_doctor_and_written_into_the_folder(
    settings: Settings,
) -> None:
    """Written, the file is what is active, and nothing is proposed for it."""
    _begin(settings)
    assert list(versions(settings, FakeClock())) == []
    _change_in_slack(settings)
    rows = {row.playbook: row for row in standings(settings, reader(settings))}
    assert rows[NAME].cells[-1] == "the file differs"
    (finding,) = versions(settings, FakeClock())
    assert finding.ok
    assert f"sayso playbook write {NAME}" in finding.what
    file = write(settings, reader(settings), NAME)
    assert file.read_text() == text_of(settings, reader(settings), NAME)
    assert "title: Ask about a quote" in file.read_text()
    _begin(settings)
    rows = {row.playbook: row for row in standings(settings, reader(settings))}
    assert rows[NAME].cells[-1] == ""
    assert list(versions(settings, FakeClock())) == []


def test_the_file_is_found_by_what_stands_in_it(settings: Settings) -> None:
    """Whatever it is called."""
    _begin(settings)
    folder = settings.sayso_home / "playbooks"
    (folder / f"{NAME}.yml").rename(folder / "ours.yml")
    _change_in_slack(settings)
    assert write(settings, reader(settings), NAME) == folder / "ours.yml"
    assert not (folder / f"{NAME}.yml").exists()


@pytest.mark.parametrize(
    ("old", "new", "is_read", "words"),
    [
        ("hold: 60 seconds", "hold: 30 seconds", True, "waits to be activated"),
        ("hold: 60 seconds", "hold: 30 seconds", False, "was not looked at yet"),
        ("steps:", "stepps:", False, "can't be read"),
    ],
)
def test_a_file_nobody_has_decided_on_is_not_written_over(
    settings: Settings, old: str, new: str, *, is_read: bool, words: str
) -> None:
    """Unless it is asked for."""
    _begin(settings)
    _change_in_slack(settings)
    _change(settings, old, new)
    if is_read:
        _begin(settings)
    with pytest.raises(BadInput, match=words):
        write(settings, reader(settings), NAME)
    assert new in (settings.sayso_home / "playbooks" / f"{NAME}.yml").read_text()
    assert "Ask about" in write(settings, reader(settings), NAME, force=True).read_text()


def test_a_folder_that_can_t_be_written_is_said(settings: Settings) -> None:
    """The text can be printed instead; nothing is left behind."""
    _begin(settings)
    _change_in_slack(settings)
    folder = settings.sayso_home / "playbooks"
    (folder / f".{NAME}.yml.new").mkdir()
    with pytest.raises(BadInput, match="--print"):
        write(settings, reader(settings), NAME)
    with pytest.raises(BadInput, match="no version"):
        write(settings, reader(settings), "nothing")


def test_nothing_is_told_where_there_is_nothing_to_compare(settings: Settings) -> None:
    """Before the first start, and without a company."""
    assert list(versions(settings, FakeClock())) == []
    (settings.sayso_home / "company.yml").unlink()
    assert list(versions(settings, FakeClock())) == []
