"""A recipient or link that only looks like the right one is pointed at, and no invisible sign stays invisible."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks import card
from blocks.domains import mixed_script
from blocks.text import visible
from tests.security.test_consent import read
from tests.unit.blocks import examples

#: Letters that look like Latin ones: Cyrillic, Greek, Armenian, wide, mathematical, Cherokee and others.
LOOKALIKES = {
    "a": "\u0430\u0251\u03b1\U0001d41a\uff41",
    "b": "\u042c\u15af\U0001d41b",
    "c": "\u0441\u03f2\u217d",
    "d": "\u0501\u217e\U0001d41d",
    "e": "\u0435\u04bd\u212e",
    "g": "\u0261\u0581\U0001d420",
    "h": "\u04bb\u0570",
    "i": "\u0456\u0131\u0269",
    "j": "\u0458\u03f3",
    "k": "\u2c95\U0001d424",
    "l": "\u04cf\u217c",
    "m": "\u217f\U0001d426",
    "n": "\u0578\U0001d427",
    "o": "\u043e\u03bf\u0585\u0d20",
    "p": "\u0440\u03c1\u2374",
    "q": "\u051b\u0566",
    "r": "\u0433\u1d26",
    "s": "\u0455\ua731",
    "t": "\u03c4\U0001d42d",
    "u": "\u03c5\u057d\u1d1c",
    "v": "\u0475\u03bd\u2174",
    "w": "\u051d\u0561\u0461",
    "x": "\u0445\u2179",
    "y": "\u0443\u04af\u03b3",
    "z": "\u1d22\U0001d433",
}
PAIRS = [(plain, false) for plain, many in LOOKALIKES.items() for false in many]
#: Signs without a shape of their own: direction, joining, variation, tags, blanks that are none.
INVISIBLE = (
    "\u202e\u202d\u202a\u202b\u202c\u2066\u2067\u2068\u2069\u200e\u200f\u200b\u200c\u200d\u2060\ufeff"
    "\u00ad\u034f\u061c\u180e\U000e0061\U000e0001\u2028\u2029\x00\x07\x1b"
)  # fmt: skip


@pytest.mark.parametrize(("plain", "false"), PAIRS, ids=[f"{a}-{ord(b):x}" for a, b in PAIRS])
def test_every_false_letter_in_a_domain_is_pointed_at(plain: str, false: str) -> None:
    """One exchanged letter is enough for a warning that names the form machines use."""
    host = f"{plain}-bakery.example".replace(plain, false, 1)
    warning = mixed_script(f"jo@{host}")
    assert warning is not None
    assert "xn--" in warning
    assert mixed_script(f"jo@{plain}-bakery.example") is None


@pytest.mark.parametrize("where", ["to", "body"])
def test_the_card_carries_the_warning(where: str) -> None:
    """As a recipient and as a link in the text."""
    false = "l\u0430rk.example"
    words = {"to": f"jo@{false}", "body": f"See https://{false}/pay"}
    drawn = card.card(examples.draft({**examples.MAIL, where: words[where]}), examples.SPEC)
    assert "has unusual characters" in read(drawn["blocks"])


@pytest.mark.parametrize("sign", INVISIBLE, ids=lambda sign: f"{ord(sign):x}")
def test_no_sign_without_a_shape_arrives_raw(sign: str) -> None:
    """Text can't be turned around, hidden or stretched: what is there is shown as what it is."""
    body = f"pay 100{sign}00 now"
    drawn = card.card(examples.draft({**examples.MAIL, "body": body}), examples.SPEC)
    said = read(drawn["blocks"])
    assert sign not in said
    assert f"⟦U+{ord(sign):04X}⟧" in said or sign in "\u2028\u2029"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_two_texts_that_differ_look_different(one: str, other: str) -> None:
    """What is shown determines what is executed, character for character, line ends aside."""
    if visible(one) == visible(other):
        assert _ends(one) == _ends(other)


def _ends(text: str) -> str:
    return "\n".join(text.splitlines())
