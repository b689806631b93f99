"""Plain words: only exact short forms are understood, and nothing signs that could mean something else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.words import FORMS, understood
from workflows.commands import Approve, Claim, Reject, RequestChange, TakeOver
from workflows.text import Untrusted

BOT = "<@U00SAYSO>"
#: Every form that signs, spelled out once more on its own.
SIGNS = re.compile(
    r"\s*<@[A-Z0-9]+(\|[^<>]*)?>[ \t\r\n]*[,:]*[ \t\r\n]*"
    r"(approved?|yes|ok|okay)([.!]|[ \t]+[A-Za-z0-9 ,.'\u2019\u00a0\u202f-]*[0-9]"
    r"[A-Za-z0-9 ,.'\u2019\u00a0\u202f-]*)?\s*",
    re.IGNORECASE | re.ASCII,
)


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ("approve", Approve, {}),
        ("Approved.", Approve, {}),
        ("YES!", Approve, {}),
        (": ok", Approve, {}),
        (", okay", Approve, {}),
        ("  approve  ", Approve, {}),
        ("approve 480.00 USD", Approve, {"amount": "480.00 USD"}),
        ("approve USD 1,480", Approve, {"amount": "USD 1,480"}),
        ("no, wrong amount", Reject, {"reason": "other", "comment": Untrusted("wrong amount")}),
        ("No: Wrong tone.", Reject, {"reason": "wrong tone"}),
        ("reject, not needed", Reject, {"reason": "not needed"}),
        ("change: shorter please", RequestChange, {"wish": Untrusted("shorter please")}),
        ("changes:\nshorter\nkinder", RequestChange, {"wish": Untrusted("shorter\nkinder")}),
        ("change: &lt;b&gt; &amp; co", RequestChange, {"wish": Untrusted("<b> & co")}),
        ("take over", TakeOver, {}),
        ("Claim.", Claim, {}),
    ],
)
def test_the_short_forms_mean_what_they_say(said: str, kind: type, words: dict[str, Any]) -> None:
    """In any letters, with a full stop or without."""
    assert understood(f"{BOT} {said}") == (kind, words)


@pytest.mark.parametrize(
    "said",
    [
        "", "approve?", "ok?", "don't approve", "not approve", "do not approve", "approve not", "no", "no!", "no, ok",
        "no, wait", "no, approve it", "no problem, approve", "yes but shorter", "yes, but", "ok then", "approve it",
        "approve later", "I approve", "&gt; approve", "> approve", "*approve*", "`approve`", "~approve~",
        "\u201capprove\u201d",
        '"approve"', "approve\nnot", "not\napprove", "approve approve", "approve 480.00 USD tomorrow", "approve all",
        "si", "ja", "oui", "\u0430pprove", "\uff41pprove", "yes\u200b", "o\u212a", "ye\u017f",
        "\U0001f44d", ":+1:", "lgtm", "looks good",
        "change shorter", "changed: x", "takeover", "take over please", "reject", "rejected, x", "no,", "change:",
        "<@U01LEE> approve", "approve <@U01LEE>", "no; wrong",
    ],
)  # fmt: skip
def test_everything_else_is_not_understood(said: str) -> None:
    """A word more, a question, a quote, a negation, another language, a letter that only looks the same."""
    assert understood(f"{BOT} {said}") is None


@pytest.mark.parametrize("text", ["approve", "approve <@U00SAYSO>", "hey <@U00SAYSO> approve", ""])
def test_the_bot_is_spoken_to_first(text: str) -> None:
    """A mention in the middle of a sentence is talk about the bot."""
    assert understood(text) is None


def test_the_examples_people_are_given_are_understood() -> None:
    """What the answer to other words recommends works."""
    assert all(understood(f"{BOT} {form}") for form in FORMS)


_WORDS = st.sampled_from(
    [
        "approve", "approved", "yes", "ok", "okay", "no", "not", "don't", "never", "later", "?", "!", ".", ",", ":",
        "480.00", "USD", "> ", "&gt;", "\n", "'", '"', "*", "change:", "reject,", "take over", "wait", "if",
        BOT, "<@U1>",
    ]
)  # fmt: skip


@given(st.lists(_WORDS, max_size=6), st.sampled_from(["", " "]))
def test_no_mixture_of_words_signs_but_the_plain_forms(words: list[str], between: str) -> None:
    """Whatever stands around it."""
    text = BOT + " " + between.join(words)
    found = understood(text)
    if found and found[0] is Approve:
        assert SIGNS.fullmatch(text), text


@given(st.text(max_size=60))
def test_no_text_signs_but_the_plain_forms(text: str) -> None:
    """And none of them breaks the reading."""
    for whole in (text, f"{BOT} {text}", f"{BOT} approve{text}", f"{BOT} {text}approve"):
        found = understood(whole)
        if found and found[0] is Approve:
            assert SIGNS.fullmatch(whole), whole
