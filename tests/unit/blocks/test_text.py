"""Characters, markup, and what must be made visible."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks import rich
from blocks.domains import ascii_form, links, mixed_script
from blocks.text import (
    begun,
    channel,
    epoch,
    escape,
    joined,
    marked,
    moment,
    mrkdwn,
    one_line,
    people,
    person,
    plain,
    sentence,
    shorten,
    utc_words,
    visible,
)
from workflows.text import Untrusted

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WOMAN, FAMILY = "\U0001f469", "\U0001f469\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("plain words\n\tand a tab", "plain words\n\tand a tab"),
        ("déjà vu, שלום, 日本", "déjà vu, שלום, 日本"),
        ("a\u202eb", "a⟦U+202E⟧b"),
        ("a\u200bb", "a⟦U+200B⟧b"),
        ("\U000e0041", "⟦U+E0041⟧"),
        ("\x00\x1b\x85", "⟦U+0000⟧⟦U+001B⟧⟦U+0085⟧"),
        ("one\r\ntwo\rthree", "one\ntwo⟦U+000D⟧three"),
        ("\u3164\u2800\xad", "⟦U+3164⟧⟦U+2800⟧⟦U+00AD⟧"),
        ("\ufe01\U000e0100", "⟦U+FE01⟧⟦U+E0100⟧"),
        ("\ud800", "⟦U+D800⟧"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("a\ufe0f", "a⟦U+FE0F⟧"),
        (FAMILY, FAMILY),
        (f"{WOMAN}\u200d", f"{WOMAN}⟦U+200D⟧"),
        ("a\u200db", "a⟦U+200D⟧b"),
        ("\u200d", "⟦U+200D⟧"),
    ],
)
def test_invisible_characters_are_shown(given_: str, shown: str) -> None:
    """What could hide or turn text is written out; ordinary scripts and emoji stay."""
    assert visible(given_) == shown


@given(st.text())
def test_visible_text_stays_as_it_is(given_: str) -> None:
    """Showing what is shown changes nothing."""
    assert visible(visible(given_)) == visible(given_)


def test_markup_takes_literals_and_escapes_the_rest() -> None:
    """Only our own template is markup; parts are characters, unless they are markup of ours."""
    assert mrkdwn("*{}* by {}", "<!here> & co", person("U01ANA")) == (
        "*&lt;!here&gt; &amp; co* by <@U01ANA>"
    )
    assert mrkdwn("{} of {}", 1, 2) == "1 of 2"
    assert joined([mrkdwn("a"), mrkdwn(""), mrkdwn("b")]) == "a · b"


def test_markup_refuses_untrusted_text() -> None:
    """Untrusted text can't become markup, not even escaped."""
    with pytest.raises(TypeError, match="untrusted"):
        mrkdwn("{}", Untrusted("x"))  # type: ignore[arg-type] -- what the type checker forbids, tried anyway


def test_a_sentence_takes_untrusted_text_without_its_power() -> None:
    """A notification keeps the words and loses mentions, formatting, emoji and links."""
    said = sentence("To sign: {}.", Untrusted("<!channel> *b* _i_ ~s~ `c` :tada: https://x.y"))
    assert said == (
        "To sign: &lt;!channel&gt; \u2217b\u2217 \u02cdi\u02cd \u223cs\u223c \u02cbc\u02cb"
        " \u2236tada: https\u2236//x.y."
    )


def test_a_sentence_keeps_underscores_inside_words() -> None:
    """An address or a file name stays readable."""
    assert sentence("{}", "jo_smith@x.example at 10:30") == "jo_smith@x.example at 10:30"
    assert sentence("{}", "_a_ a_") == "\u02cda\u02cd a\u02cd"


def test_a_sentence_is_one_line_and_never_cut_inside_an_entity() -> None:
    """Line breaks go, and a part is shortened by what it takes when escaped."""
    assert sentence("{}", "a\n\n b") == "a b"
    cut = sentence("{}", "<" * 50, part_limit=20)
    assert cut == "&lt;&lt;&lt;&lt;…"
    assert sentence("{}", "a" * 20, part_limit=20) == "a" * 20
    assert sentence("{}", "a" * 21, part_limit=20) == "a" * 19 + "…"


def test_an_empty_sentence_is_a_dash() -> None:
    """Slack refuses a message without text."""
    assert sentence("{}", "") == "—"
    assert sentence("{} of {}", 3, mrkdwn("*4*")) == "3 of *4*"


def test_plain_text_is_never_empty_and_has_no_emoji() -> None:
    """Blank text is a dash, and `:tada:` stays these characters."""
    assert plain("  ") == {"type": "plain_text", "text": "—", "emoji": False}
    assert plain("x" * 10, 5)["text"] == "xxxx…"
    assert marked(mrkdwn(""))["text"] == "—"


def test_shortening_marks_the_cut() -> None:
    """A cut text ends in an ellipsis; one that fits stays."""
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("abcdef", 5) == "abcd…"
    assert begun("\u202e" * 9, 10) == "⟦U+202E⟧⟦…"
    assert one_line("a \t\n b") == "a b"
    assert escape("<&>") == "&lt;&amp;&gt;"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("U01ANA", "<@U01ANA>"),
        ("W0124", "<@W0124>"),
        ("W47", "W47"),
        ("S01SALES", "<!subteam^S01SALES>"),
        ("sales", "sales"),
        ("USD", "USD"),
        ("<!here>", "&lt;!here&gt;"),
    ],
)
def test_ids_become_mentions_and_words_stay_words(name: str, shown: str) -> None:
    """A Slack id is told from a word by its digit."""
    assert person(name) == shown


def test_a_phrase_mentions_the_people_in_it() -> None:
    """Of a phrase with roles, amounts and an id only the id is a mention."""
    assert people("two of finance or U01ANA (above 5,000.00 USD)") == (
        "two of finance or <@U01ANA> (above 5,000.00 USD)"
    )
    assert channel("C0124") == "<#C0124>"
    assert channel("general") == "general"


def test_times_are_shown_in_the_readers_zone_with_a_fallback() -> None:
    """Slack turns the token into local time; elsewhere one reads UTC."""
    assert moment(NOON, "{time}") == "<!date^1795435200^{time}|Mon 23 Nov 12:00 UTC>"
    assert utc_words(NOON) == "Mon 23 Nov 12:00 UTC"
    with pytest.raises(ValueError, match="no zone"):
        epoch(datetime(2026, 1, 1))  # noqa: DTZ001 -- a naive time, on purpose


def test_the_words_of_a_playbook_have_code_and_people() -> None:
    """Names between backticks are code; an id elsewhere is its person."""
    assert rich.coded("one of U01ANA uses `U01ANA.find`", 99) == [
        {"type": "text", "text": "one of "},
        {"type": "user", "user_id": "U01ANA"},
        {"type": "text", "text": " uses "},
        {"type": "text", "text": "U01ANA.find", "style": {"code": True}},
    ]
    assert rich.coded("", 9) == [{"type": "text", "text": "—"}]
    assert rich.coded("``", 9) == [{"type": "text", "text": "—"}]


def test_rich_text_shows_people_dates_and_links() -> None:
    """Each has its own element, so that none is made of text."""
    assert rich.person("U01ANA") == {"type": "user", "user_id": "U01ANA"}
    assert rich.person("S01SALES") == {"type": "usergroup", "usergroup_id": "S01SALES"}
    assert rich.person("sales") == {"type": "text", "text": "sales"}
    assert rich.date(NOON)["fallback"] == "Mon 23 Nov 12:00 UTC"
    assert rich.link("https://x.example", "")["text"] == "—"
    assert rich.text("x", strike=True)["style"] == {"strike": True}
    assert rich.bullets([[rich.text("x")]], ordered=True)["style"] == "ordered"


@given(st.text(min_size=1, max_size=4000))
def test_runs_show_all_of_a_text(given_: str) -> None:
    """Long text is cut into elements and nothing of it is lost."""
    pieces = rich.runs(given_ * 3)
    assert "".join(piece["text"] for piece in pieces) == visible(given_ * 3)
    assert all(len(piece["text"]) <= 3000 for piece in pieces)


@pytest.mark.parametrize(
    ("address", "warning"),
    [
        ("jo@lark-bakery.example", None),
        ("jo@\u0430pple.com", "Cyrillic and Latin"),
        ("jo@xn--pple-43d.com", "Cyrillic and Latin"),
        ("münchen.example", "Latin"),
        ("пример.example", "Cyrillic and Latin"),
        ("a\u2010b.example", "Latin and signs"),
        ("xn--\u00e9.example", "Latin"),
        ("xn--99999999999.example", None),
    ],
)
def test_unusual_domains_are_named(address: str, warning: str | None) -> None:
    """A look-alike domain is shown with its letters and its plain form."""
    said = mixed_script(address)
    assert (said is None) if warning is None else (said is not None and warning in said)


def test_the_warning_carries_the_plain_form() -> None:
    """Punycode can't be imitated."""
    assert mixed_script("\u0430pple.com") == (
        "\u0430pple.com has unusual characters (Cyrillic and Latin); its plain form is xn--pple-43d.com"
    )
    assert ascii_form("apple.com") == "apple.com"


def test_links_are_told_by_their_real_host() -> None:
    """What stands before an @ is no host; each host is named once."""
    found = links(
        Untrusted("https://bank.example@evil.example/x www.A.example, ftp://evil.example")
    )
    assert found == ("evil.example", "a.example")
    assert links("no links") == ()
