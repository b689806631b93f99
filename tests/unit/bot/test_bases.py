"""Which file a playbook extends: one beside it, else one that ships."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.bases import with_bases

if TYPE_CHECKING:
    from pathlib import Path


def test_the_file_beside_it_comes_first(tmp_path: Path) -> None:
    """And what that one extends is behind it; without `extends` the text stays as it is."""
    (tmp_path / "letter.yml").write_text("extends: note\nplaybook: letter\n", encoding="utf-8")
    (tmp_path / "note.yml").write_text("playbook: note\n", encoding="utf-8")
    mine = str(tmp_path / "mine.yml")
    assert with_bases("playbook: mine\n", mine) == "playbook: mine\n"
    assert with_bases("extends: letter\n", mine) == (
        "extends: letter\n--- # base\nextends: note\nplaybook: letter\n--- # base\nplaybook: note\n"
    )
    whole = with_bases("extends: quote-follow-up\n", mine)
    assert "--- # base" in whole
    assert with_bases(whole, "the kept playbook") == whole


def test_a_playbook_that_ships_can_be_extended_under_its_own_name(tmp_path: Path) -> None:
    """The file itself is not what it extends."""
    file = tmp_path / "quote-follow-up.yml"
    text = "extends: quote-follow-up\nplaybook: quote-follow-up\n"
    file.write_text(text, encoding="utf-8")
    assert "title: Follow up a quote" in with_bases(text, str(file))


def test_what_nobody_has_and_circles_come_to_an_end(tmp_path: Path) -> None:
    """The reader says what is wrong."""
    assert with_bases("extends: nobodys\n", str(tmp_path / "a.yml")) == "extends: nobodys\n"
    for one, other in (("a", "b"), ("b", "a")):
        (tmp_path / f"{one}.yml").write_text(f"extends: {other}\nplaybook: {one}\n")
    assert with_bases("extends: a\n", str(tmp_path / "c.yml")).count("--- # base") == 3
