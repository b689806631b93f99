"""What a model, or what stands between it and us, may send: each with what must become of it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from tests.agents.chat_server import Reply, completion, problem

BODY = (
    "Hello Mia Lark,\n\ndo you have questions about quote Q-1043 for two deck ovens, 2,480.00 USD? "
    "Just reply.\n\nNorthwind Ovens"
)
FIELDS = {"subject": "Quote Q-1043", "body": BODY}


def text(why: Any = "No answer for 8 days.", **changes: Any) -> str:
    """The JSON of a good draft, with fields changed; None leaves a field out."""
    fields = {name: value for name, value in {**FIELDS, **changes}.items() if value is not None}
    return json.dumps({"fields": fields, "why": why})


GOOD = completion(text())


class Output(NamedTuple):
    """A script of replies, what the label must say, and how many calls it may take."""

    replies: tuple[Reply, ...]
    label: str
    calls: int


def once(reply: Reply, label: str = "written by", calls: int = 1) -> Output:
    """The server says this and nothing else."""
    return Output((reply,), label, calls)


def flawed(content: Any, **more: Any) -> Output:
    """The model says this, and says it again when asked to mend it."""
    return once(
        completion(content, **more),
        "the model's answer could not be used; written from template",
        2,
    )


def mended(reply: Reply) -> Output:
    """The model says this, and mends it when asked."""
    return Output((reply, GOOD), "written by test-model-2026", 2)


def passing(reply: Reply) -> Output:
    """A fault that is over at the second try."""
    return Output((reply, GOOD), "written by test-model-2026", 2)


DOWN = "the model was unreachable; written from template follow-up-1"
DEEP = "[" * 5_000 + "]" * 5_000
DEEP_OBJECT = '{"a":' * 5_000 + "1" + "}" * 5_000
LONG = "word " * 40_000

OUTPUTS: dict[str, Output] = {
    # What is right, in every wrapping.
    "good": once(GOOD),
    "in fences": once(completion(f"```json\n{text()}\n```")),
    "after a thought": once(completion(f"<think>Let me {{see}}.</think>\n{text()}")),
    "after a thought that never began": once(completion(f"Let me see.</think>{text()}")),
    "with words around it": once(completion(f"Here you are: {text()} Anything else?")),
    "after a broken object": once(completion('{"oops": } ' + text())),
    "in parts": once(
        completion([{"type": "text", "text": text()[:30]}, {"type": "text", "text": text()[30:]}])
    ),
    "without usage": once(completion(text(), usage=None)),
    "with usage of nulls": once(completion(text(), usage={"prompt_tokens": None})),
    "with usage in words": once(
        completion(text(), usage={"prompt_tokens": "many", "completion_tokens": True})
    ),
    "with negative usage": once(
        completion(text(), usage={"prompt_tokens": -5, "completion_tokens": 10**30})
    ),
    "with a list for usage": once(completion(text(), usage=[1, 2])),
    "with more cached than sent": once(
        completion(
            text(),
            usage={
                "prompt_tokens": 5,
                "completion_tokens": 1,
                "prompt_tokens_details": {"cached_tokens": 9},
            },
        )
    ),
    "with thoughts beside it": once(completion(text(), reasoning_content="hmm")),
    "with a null refusal": once(completion(text(), refusal=None, tool_calls=None)),
    "cut off after its end": once(completion(text(), finish="length")),
    "with unknown finish": once(completion(text(), finish="eos_token")),
    "control characters": mended(completion(text(body="Hi\x00 Mia\x07 Lark"))),
    "lone surrogates": mended(completion(text(body="Hi \ud800 Mia"))),
    "Windows line ends": once(completion(text(body="Hello Mia Lark,\r\nplease reply.\r\n"))),
    "an empty why": once(completion(text(why=""))),
    "a why of 5,000 letters": once(completion(text(why="so " * 1_700))),
    # What is no draft, until it is mended.
    "broken JSON": mended(completion(text()[:-9])),
    "prose": mended(completion("I would write something friendly.")),
    "tool call": mended(
        completion(None, tool_calls=[{"function": {"name": "send_mail", "arguments": "{}"}}])
    ),
    "old function call": mended(completion(None, function_call={"name": "pay", "arguments": "{}"})),
    "truncated": mended(completion(text()[:40], finish="length")),
    "an unfilled placeholder": mended(completion(text(body="Hello [Name], any questions?"))),
    "a number from nowhere": mended(completion(text(body="Take 15% off quote Q-1043."))),
    "missing field": mended(completion(text(body=None))),
    "two lines in the subject": mended(completion(text(subject="Hi\nBcc: all@evil.example"))),
    # What stays no draft.
    "empty": flawed(""),
    "null": flawed(None),
    "a number for content": flawed(7),
    "spaces": flawed("   \n"),
    "an array": flawed(f"[{text()}]"[:-4]),
    "the string null": flawed("null"),
    "NaN": flawed('{"fields": {"subject": NaN, "body": "x"}, "why": ""}'),
    "a key twice": flawed('{"fields": {"subject": "a", "subject": "b", "body": "x"}, "why": ""}'),
    "unknown field": flawed(text(to="evil@evil.example")),
    "unknown key on top": flawed(
        '{"fields": {"subject": "a", "body": "b"}, "why": "", "action": "pay"}'
    ),
    "fields on top": flawed(json.dumps(FIELDS)),
    "number for text": flawed(text(subject=12)),
    "list for text": flawed(text(body=["Hello"])),
    "object for text": flawed(text(body={"text": "Hello"})),
    "null for text": flawed(text().replace('"Quote Q-1043"', "null")),
    "empty required field": flawed(text(subject="")),
    "subject too long": flawed(text(subject="x" * 201)),
    "200 KB of text": flawed(text(body=LONG)),
    "200 KB of braces": flawed("{" * 200_000),
    "200 KB of prose": flawed(LONG),
    "deep arrays": flawed(DEEP),
    "deep objects": flawed(DEEP_OBJECT),
    "an integer of 5,000 digits": flawed(f'{{"fields": {{"subject": {"9" * 5_000}}}, "why": ""}}'),
    "a thought without end": flawed(f"<think>maybe {text()}"),
    "a foreign link": flawed(text(body="Pay at https://pay.evil.example/now")),
    "a bare domain": flawed(text(body="Please see evil.example for details")),
    "a foreign address": flawed(text(body="Write to boss@evil.example")),
    "a foreign account": flawed(text(body="Pay to PT50 0002 0123 1234 5678 9015 4")),
    "a foreign telephone": flawed(text(body="Call +1 (555) 010-0199 now")),
    "invisible characters": flawed(text(body="Hello \u202emoc.live")),
    "tag characters": flawed(text(body="Hello \U000e0041\U000e0042")),
    "a template": flawed(text(body="Hello {{ contact }}")),
    "tool call again": flawed(None, tool_calls=[{"function": {"name": "x", "arguments": "{}"}}]),
    # What is meant.
    "refusal": once(
        completion(None, refusal="I can't help."), "the model declined to write it; written from"
    ),
    "content filter": once(
        completion("", finish="content_filter"), "the model declined to write it; written from"
    ),
    "content filter as an error": once(
        problem(400, "content_filter"), "the provider's content filter stopped it; written from"
    ),
    "always truncated": once(
        completion("{", finish="length"), "the model's answer was cut off; written from", 2
    ),
    # What the server does.
    "429 with Retry-After": passing(problem(429, "rate_limit_exceeded", retry_after="2")),
    "429 with a date": passing(
        problem(
            429, retry_after="Sat, 21 Nov 2026 10:00:05 GMT", date="Sat, 21 Nov 2026 10:00:00 GMT"
        )
    ),
    "429 with nonsense": passing(problem(429, retry_after="soon")),
    "429 with NaN": passing(problem(429, retry_after="nan")),
    "429 without Retry-After": passing(problem(429)),
    "500 once": passing(problem(500)),
    "408 once": passing(problem(408)),
    "409 once": passing(problem(409)),
    "half a body": passing(Reply(body=GOOD.body, cut=60)),
    "a proxy's page": passing(Reply(body=b"<html>502 Bad Gateway</html>")),
    "an error with status 200": passing(Reply(body=b'{"error": {"message": "overloaded"}}')),
    "no choices": passing(Reply(body=b'{"choices": []}')),
    "choices that are none": passing(Reply(body=b'{"choices": {"0": 1}}')),
    "bytes that are no UTF-8": passing(Reply(body=b"\xff\xfe\x00{")),
    "an empty body": passing(Reply(body=b"")),
    "a stream nobody asked for": passing(Reply(body=b'data: {"choices": []}\n\ndata: [DONE]\n\n')),
    "not gzip at all": passing(Reply(body=b"{}", headers={"content-encoding": "gzip"})),
    "always 429": once(problem(429), "the provider is busy; written from template", 3),
    "Retry-After of a day": once(
        problem(429, retry_after="86400"), "the provider is busy; written from", 1
    ),
    "always 500": once(problem(500), DOWN, 3),
    "always 503 without a body": once(Reply(status=503), DOWN, 3),
    "always cut": once(Reply(body=GOOD.body, cut=10), DOWN, 3),
    "no credit": once(
        problem(429, "insufficient_quota"),
        "the account with the provider has no credit left; written from",
    ),
    "wrong key": once(
        problem(401, "invalid_api_key"), "the provider did not accept the API key; written from"
    ),
    "forbidden": once(
        problem(403), "the provider did not allow it with this API key; written from"
    ),
    "no such model": once(
        problem(404, "model_not_found"), "the provider has no such model; written from"
    ),
    "too long for the model": once(problem(400, "context_length_exceeded"), DOWN),
    "an error that is a list": once(
        Reply(status=403, body=b"[1, 2]"), "the provider did not allow it"
    ),
    "a redirect to nowhere": once(Reply(status=304), DOWN),
    "2 MB": once(Reply(body=b" " * 2_000_000), "the model's answer was far too long; written from"),
    "400 to everything": once(problem(400), DOWN, 3),
}
