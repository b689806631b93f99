"""Rules a text must pass whatever wrote it. They look at the text and the records, never at the model's opinion."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from agents.grounds import grounds, readings, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.grounds import Grounds
    from agents.roster import Agent
    from workflows.action import Field
    from workflows.ports import DraftRequest, JsonObject

_DOT = "[.\u3002\uff0e\uff61]"
# Every repetition is bounded, so that no text makes these slow.
ADDRESS = re.compile(rf"[^\s@<>(),;:\"\[\]]{{1,64}}@[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{0,10}}")
_LINK = re.compile(
    r"[a-z][a-z0-9+.-]{0,30}://\S+|\b(?:mailto|tel|sms|javascript|data|vbscript|file):\S+"
    rf"|(?<![\w@])[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{0,10}}{_DOT}[^\W\d_]{{2,}}(?::\d+)?(?:/\S*)?"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b\S*",
    re.IGNORECASE,
)
#: Nine digits or more, with the letters an IBAN begins with: a telephone or account number.
_ACCOUNT = re.compile(r"\b(?:[A-Za-z]{2})?\d(?:[ \u00a0./()-]{0,2}\d){8,}")
_AMOUNT = re.compile(r"\d+\.\d{2}")
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{%|\[[^\W\d_][^\]\n]{1,40}\]")
#: Direction overrides, zero-width spaces and tag characters; joiners and direction marks are honest writing.
_INVISIBLE = re.compile(
    "[\u180e\u200b\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
_END = ".,;:!?)]}>'\"*_`"
#: Fields that say where something goes or how much: their value must be one from the records.
_DECISIVE = {"email", "person", "money", "integer"}


class Findings(NamedTuple):
    """What is wrong with a text. Sentences for people and for the model that is asked to mend it."""

    #: It can't be a draft like that.
    forbidden: tuple[str, ...]
    #: A person may sign it, knowing this.
    doubtful: tuple[str, ...]


def findings(fields: JsonObject, request: DraftRequest, agent: Agent) -> Findings:
    """Return what the rules find in the written fields.

    Addresses, links and account numbers must be a whole field of the records: one that stands inside a
    customer's prose is what an attacker would want repeated. Numbers must occur anywhere in the records.
    """
    known = grounds(request, agent)
    texts = {name: value for name, value in fields.items() if isinstance(value, str)}
    forbidden = [words for name, text in texts.items() for words in _forbidden(name, text, known)]
    forbidden += _decisive(fields, request.writes, known)
    others = _of_others(request, known)
    forbidden += [
        f"{name} holds {value[:40]!r}, which is of another case"
        for name, text in texts.items()
        for value in others
        if _holds(text, value)
    ]
    doubtful = [words for text in texts.values() for words in _doubtful(text, known)]
    return Findings(tuple(forbidden), tuple(dict.fromkeys(doubtful)))


def _of_others(request: DraftRequest, known: Grounds) -> list[str]:
    """Return the values of the cases the examples come from, where this case's records don't hold them too."""
    own = "\n".join((*known.values, request.company)).casefold()
    found = {value for each in request.examples for value in each.values}
    return sorted(value for value in found if not _stands_in(value, own, known))


def _stands_in(value: str, own: str, known: Grounds) -> bool:
    number = readings(value)
    return bool(number & known.numbers) if number else value.casefold() in own


def _holds(text: str, value: str) -> bool:
    """Whether a text says a value, an amount in whichever way it is written."""
    if number := readings(value):
        return any(readings(token) & number for token in tokens(text))
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE) is not None


def _forbidden(name: str, text: str, known: Grounds) -> Iterator[str]:
    bare = ADDRESS.sub(" ", text)
    if any(not _is_known_address(found, known) for found in ADDRESS.findall(text)):
        yield f"{name} holds an e-mail address that is no field of the records"
    if any(not _is_known_link(found, known) for found in _LINK.findall(bare)):
        yield f"{name} holds a link or web address that is no field of the records"
    if any(not _is_known_account(found, known) for found in _ACCOUNT.findall(bare)):
        yield f"{name} holds a telephone or account number that is no field of the records"
    if any(found not in " ".join(known.values) for found in _PLACEHOLDER.findall(text)):
        yield f"{name} holds a placeholder that nobody has filled"
    if _INVISIBLE.search(text):
        yield f"{name} holds invisible characters"


def _is_known_address(found: str, known: Grounds) -> bool:
    return found.rstrip(_END).casefold() in {value.casefold() for value in known.values}


def _is_known_link(found: str, known: Grounds) -> bool:
    """Compare without the parts a reader leaves out; `http` for a known `https` is another link."""
    link = found.rstrip(_END).rstrip("/")
    whole = {value.rstrip("/") for value in known.values}
    short = {value.removeprefix("https://").removeprefix("www.") for value in whole}
    return link in whole | short


def _is_known_account(found: str, known: Grounds) -> bool:
    """Compare without spaces and dashes; an amount with its cents is looked at as a number instead."""
    is_amount = _AMOUNT.fullmatch(found) is not None
    return is_amount or _joined(found) in {_joined(value) for value in known.values}


def _joined(text: str) -> str:
    return re.sub(r"\W", "", text).upper()


def _decisive(fields: JsonObject, writes: tuple[Field, ...], known: Grounds) -> Iterator[str]:
    for field in writes:
        value = fields.get(field.name)
        if field.type in _DECISIVE and value not in {None, ""} and str(value) not in known.values:
            yield f"{field.name} is not a value from the records"


def _doubtful(text: str, known: Grounds) -> Iterator[str]:
    for token in tokens(ADDRESS.sub(" ", _LINK.sub(" ", text))):
        if not known.support(token):
            yield f"the number {token[:20]} is not in the records"
    if "\ufffd" in text:
        yield "some characters could not be read"
