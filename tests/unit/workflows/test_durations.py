from __future__ import annotations

import pytest

from workflows.durations import seconds, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 seconds", 0),
        ("1 second", 1),
        ("60 seconds", 60),
        ("2 minutes", 120),
        ("4 hours", 14_400),
        ("3 days", 259_200),
        (" 1 week ", 604_800),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, expected: float) -> None:
    """A number, a space, a unit."""
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4",
        "4h",
        "-1 hours",
        "1.5 hours",
        "2 months",
        "four hours",
        "٤ hours",
        "9" * 500 + " days",
    ],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    """The sentence shows how it is written."""
    with pytest.raises(ValueError, match="like 60 seconds, 4 hours or 3 days"):
        seconds(text)


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        (0.5, "0.5 s"),
        (60, "60 s"),
        (119, "119 s"),
        (120, "2 minutes"),
        (5_400, "90 minutes"),
        (3_600, "1 hour"),
        (14_400, "4 hours"),
        (86_400, "1 day"),
        (604_800, "7 days"),
        (90_000, "25 hours"),
    ],
)
def test_durations_are_said_in_the_largest_whole_unit(duration: float, expected: str) -> None:
    """Short ones in seconds, for the hold on a card."""
    assert words(duration) == expected
