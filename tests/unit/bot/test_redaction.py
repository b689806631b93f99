"""What a log may hold: no secret, whatever words it hides in."""

from __future__ import annotations

import json
import time
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.redaction import GONE, SHORTEST, Redaction, secrets_in

#: A line as somebody might write it, and the part of it nobody may read.
SECRETS = (
    ("token xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzzqgy", "pdFZKVeTuE8sk7oOcHrzzqgy"),
    ("xoxe.xoxp-1-Mi0yLTEwMjk", "Mi0yLTEwMjk"),
    ("xapp-1-A111-222-abcdef0123", "abcdef0123"),
    ("got xwfp-10-secretpart", "secretpart"),
    ("b'GET /?a=b\\nxoxb-1-hidden'", "hidden"),
    ("key=sk-proj-abcdefghijklmnop", "abcdefghijklmnop"),
    ("said\\nsk-abcdefghijklmnop", "abcdefghijklmnop"),
    ("{'Authorization': 'Bearer abc.def-ghi'}", "abc.def-ghi"),
    ("Proxy-Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    ("(b'Authorization', b'bearer abcdefgh')", "abcdefgh"),
    ("Authorization: Custom one two three", "one two three"),
    ("Cookie: d=first; x=second", "second"),
    ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.SflKxw-Rjsk", "SflKxw-Rjsk"),
    ("postgresql+psycopg://sayso:hunter2@db/sayso", "hunter2"),
    ("smtp://me:with@sign@mail.example:587", "with@sign"),
    ("post to https://hooks.slack.com/services/T1/B2/hidden", "hidden"),
    ('{"response_url":"https:\\/\\/hooks.slack.com\\/actions\\/T1\\/hidden"}', "hidden"),
    ("response_url=https%3A%2F%2Fhooks.slack.com%2Factions%2Fhidden", "hidden"),
    ('{"token": "gIkuvaNzQIHg97ATvDxqgjtO"}', "gIkuvaNzQIHg97ATvDxqgjtO"),
    ('"{\\"token\\":\\"gIkuvaNz\\"}"', "gIkuvaNz"),
    ("payload=%7B%22token%22%3A%22gIkuvaNz%22%7D", "gIkuvaNz"),
    ("payload=%7B%22token%22%3A+%22gIkuvaNz%22%7D", "gIkuvaNz"),
    ("dsn=postgresql%3A%2F%2Fsayso%3Ahunter2%40db", "hunter2"),
    ("authorization=Bearer+abcdefgh.ijk", "abcdefgh"),
    ("token=gIkuvaNz&team_id=T1", "gIkuvaNz"),
    ("host=db password=hunter22 dbname=x", "hunter22"),
    ("wss://wss.slack.com/link/?ticket=hidden&app_id=1", "hidden"),
    ("X-Slack-Signature: v0=a2114d57b48eac39", "a2114d57b48eac39"),
    ("OPENAI_API_KEY=abcdefgh", "abcdefgh"),
    ("-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----", "MC4CAQAw"),
)


@pytest.mark.parametrize(("words", "hidden"), SECRETS)
def test_every_kind_of_secret_is_taken_out(words: str, hidden: str) -> None:
    """A token, a header, a password in an address: what must not be read is gone."""
    assert hidden in words
    assert hidden not in Redaction()(words)
    assert GONE in Redaction()(words)


@pytest.mark.parametrize(
    "words",
    [
        "run 0193 was claimed at step letter",
        "Slack answered invalid_auth; next try in 2.0 s",
        "a task-of-the-week, a risk-based-approach and the desk-reservation",
        "https://acme.example/quotes/Q-1043?lang=en",
        "token: None",
        "the message was posted in C01SALES at 1732352400.000100",
    ],
)
def test_plain_words_stay_as_they_are(words: str) -> None:
    """A log nobody can read is of no use either."""
    assert Redaction(["another-secret"])(words) == words


def test_what_else_a_line_says_stays() -> None:
    """Around a secret the line can still be read."""
    said = Redaction()("POST https://x.example/?token=abcdef&team=T1 failed")
    assert said == f"POST https://x.example/?token={GONE}&team=T1 failed"


@given(st.text(min_size=SHORTEST, max_size=40), st.text(max_size=60), st.text(max_size=60))
def test_a_known_value_is_taken_out_wherever_it_stands(
    secret: str, before: str, after: str
) -> None:
    """A configured secret is known by its value, whatever it looks like."""
    redact = Redaction([secret])
    assume(secret not in GONE)
    assert secret not in redact(f"{before}{secret}{after}").replace(GONE, "")


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=SHORTEST, max_size=40))
def test_a_known_value_is_taken_out_however_it_is_written(secret: str) -> None:
    """In an address, in JSON, in a printed string, in a header."""
    redact = Redaction([secret])
    assume(secret not in GONE)
    for written in (quote(secret, safe=""), json.dumps(secret)[1:-1], repr(secret)[1:-1]):
        assert written not in redact(f"<{written}>").replace(GONE, "")


@given(st.text(max_size=200))
def test_redacting_twice_is_redacting_once(words: str) -> None:
    """Records may pass through it more than once."""
    redact = Redaction(["a-secret-value"])
    assert redact(redact(words)) == redact(words)


def test_short_values_do_not_blank_every_word() -> None:
    """A password of three letters would make the log unreadable; it is known by where it stands."""
    redact = Redaction(["abc"])
    assert redact("the abc of it") == "the abc of it"
    assert redact("smtp://me:abc@host") == f"smtp://me:{GONE}@host"


def test_secrets_of_settings_include_the_passwords_of_addresses() -> None:
    """A mail server's error may quote the password alone, without the address it was in."""
    held = secrets_in(
        {
            "slack_bot_token": SecretStr("xoxb-1"),
            "smtp_url": SecretStr("smtp://me:p%40ssword@mail.example"),
            "database_url": "postgresql://sayso:hunter22@db/sayso",
            "mail_from": "hello@acme.example",
            "model_budget": 2.0,
            "bad": SecretStr("http://[broken"),
        }
    )
    assert {"xoxb-1", "p%40ssword", "p@ssword", "hunter22", "http://[broken"} <= set(held)
    assert "hello@acme.example" not in held


@pytest.mark.parametrize(
    "part",
    ["a", " ", "%3A%2F%2F", "%3A%2F%2Fa%3A", "://a:", "token ", "token: ", "eyJaaaa.", "\\"],
)
def test_what_a_stranger_sends_can_not_make_it_slow(part: str) -> None:
    """Every shape is looked for in one pass: 200,000 characters take well under a second each."""
    began = time.perf_counter()
    Redaction(["a-secret-value"])(part * (200_000 // len(part)))
    assert time.perf_counter() - began < 5
