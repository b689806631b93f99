"""The HTTP API in OpenAPI's words. Nobody serves it: tests attack the server by it, and documents may quote it."""

from __future__ import annotations

from typing import Any

_FINDINGS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["what", "why", "fix"],
        "properties": {name: {"type": "string"} for name in ("what", "why", "fix")},
    },
}


def description() -> dict[str, Any]:
    """Return every path, what it takes and what it may answer."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sayso", "version": "1"},
        "paths": {
            "/slack/events": {"post": _slack()},
            "/healthz": {"get": _asked("Whether this process answers.", _text("It does."))},
            "/readyz": {
                "get": _asked(
                    "Whether this process could do its work now.",
                    _json("It could.", _FINDINGS),
                    **{"503": _json("It could not; what is wrong.", _FINDINGS)},
                )
            },
            "/metrics": {
                "get": _asked(
                    "Figures, as Prometheus reads them.",
                    _text("The figures."),
                    **{
                        "404": {"description": "Nobody counts here."},
                        "503": {"description": "The database does not answer."},
                    },
                )
            },
        },
    }


def _asked(summary: str, well: dict[str, Any], **others: dict[str, Any]) -> dict[str, Any]:
    return {"summary": summary, "responses": {"200": well, **others}}


def _text(words: str) -> dict[str, Any]:
    return {"description": words, "content": {"text/plain": {"schema": {"type": "string"}}}}


def _json(words: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _slack() -> dict[str, Any]:
    form = {"type": "object", "properties": {"payload": {"type": "string"}}}
    return {
        "summary": "Events, presses, dialogs and commands, signed by Slack.",
        "parameters": [_header("X-Slack-Signature"), _header("X-Slack-Request-Timestamp")],
        "requestBody": {
            "content": {
                "application/json": {"schema": {"type": "object"}},
                "application/x-www-form-urlencoded": {"schema": form},
            }
        },
        "responses": {
            "200": {"description": "Recorded. The body, if any, is for Slack."},
            "400": {"description": "Slack signed it, and it can't be understood."},
            "401": {"description": "Slack did not sign it, or not just now."},
            "404": {"description": "Nothing was recorded: nobody listens to this."},
            "413": {"description": "It is longer than a million bytes."},
            "500": {"description": "Nothing was recorded. Only what Slack signed can come so far."},
        },
    }


def _header(name: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
