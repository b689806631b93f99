"""A request that Slack did not sign is told from one it did, whatever its bytes and headers are."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.web.signature import WINDOW, Signature
from tests.fakes.clock import MONDAY, FakeClock

KNOWN = Signature("right", FakeClock())
NOW = int(MONDAY.timestamp())
#: Headers may hold any character a server lets through; bodies any bytes.
TEXTS = st.text(max_size=80)
STAMPS = TEXTS | st.integers(-(10**20), 10**20).map(str) | st.just("٣٤٥") | st.just("1e9")


def _headers(stamp: str, signature: str) -> dict[str, str]:
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": signature}


@settings(max_examples=300, deadline=None)
@given(stamp=STAMPS, signature=TEXTS | TEXTS.map("v0={}".format), body=st.binary(max_size=200))
def test_anything_else_is_not_slacks(stamp: str, signature: str, body: bytes) -> None:
    """No exception, and never yes: a guess is as good as 2**-256."""
    assert not KNOWN.is_right(_headers(stamp, signature), body)
    assert not KNOWN.is_right({}, body)


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=200), other=st.binary(max_size=200), late=st.integers(-400, 400))
def test_only_these_bytes_at_this_time_by_this_secret(body: bytes, other: bytes, late: int) -> None:
    """Another body, another secret, a changed time or an old request is refused."""
    stamp = str(NOW + late)
    right = KNOWN.sign(stamp, body)
    assert KNOWN.is_right(_headers(stamp, right), body) == (abs(late) <= WINDOW)
    assert other == body or not KNOWN.is_right(_headers(stamp, right), other)
    assert not KNOWN.is_right(_headers(str(NOW + late + 1), right), body)
    wrong = Signature("wrong", FakeClock()).sign(stamp, body)
    assert not KNOWN.is_right(_headers(stamp, wrong), body)


@settings(max_examples=100, deadline=None)
@given(
    body=st.binary(max_size=60), at=st.integers(0, 68), digit=st.sampled_from("0123456789abcdefv=é")
)
def test_a_near_miss_is_a_miss(body: bytes, at: int, digit: str) -> None:
    """One changed character of the signature is enough."""
    right = KNOWN.sign(str(NOW), body)
    at = min(at, len(right) - 1)
    near = right[:at] + digit + right[at + 1 :]
    assert KNOWN.is_right(_headers(str(NOW), near), body) == (near == right)
