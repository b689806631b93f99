"""The two small languages of a playbook: conditions (CEL), and text with values in it (Jinja).

Neither can loop, call code or compute for long: every name must exist, and a mistake is a sentence.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cel
from jinja2 import Undefined, nodes
from jinja2.exceptions import TemplateError

from workflows.errors import Refusal
from workflows.filters import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic import JsonValue

#: Characters. A longer condition belongs in two steps, a longer text in a policy or a charter.
LONGEST_CONDITION, LONGEST_TEXT = 500, 10_000
#: What a condition may call, operators aside. The rest is unknown to CEL or could run for long.
FUNCTIONS = frozenset(
    {"size", "contains", "startsWith", "endsWith", "matches", "int", "double", "string"}
)
_LOOPS = re.compile(r"\.\s*(all|exists|exists_one|map|filter|optMap|optFlatMap)\s*\(")
_LITERAL = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""")
_PATH = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*(?!\w|\s*\())*")
_CEL_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (?:Syntax error: )?(.*)")
_CEL_FAULTS = (ValueError, TypeError, RuntimeError, LookupError, ArithmeticError)
_TEXT_FAULTS = (TemplateError, ValueError, TypeError, ArithmeticError)
#: What may stand between `{{` and `}}`: a value, a part of it, a filter, a fallback.
_INSERTS = (
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Filter,
    nodes.Or,
    nodes.Concat,
    nodes.Keyword,
    nodes.TemplateData,
    nodes.Output,
)


class ExpressionError(Refusal):
    """{text}: {problem}."""

    def __init__(self, text: str, problem: str, column: int = 0) -> None:
        """Keep the problem, and the column in `text` it was seen at (from 1; 0 is unknown)."""
        self.problem, self.column = problem, column
        super().__init__(text=text, problem=problem)


class Condition:
    """A CEL condition. Compiled once per text; raises `ExpressionError` when it can't be read."""

    def __init__(self, text: str) -> None:
        """Read the condition."""
        self.text = text
        self._program = _program(text)

    def holds(self, values: Mapping[str, JsonValue]) -> bool:
        """Return whether it holds for these values.

        Raises `ExpressionError` for a name or field that isn't there, and for an answer that is
        neither true nor false.
        """
        try:
            answer = self._program.execute(dict(values))
        except _CEL_FAULTS as fault:
            raise ExpressionError(self.text, _cel_words(fault)) from fault
        if not isinstance(answer, bool):
            problem = f"gives {answer!r}, and a condition must give true or false"
            raise ExpressionError(self.text, problem)
        return answer

    def names(self) -> set[str]:
        """Return the names it starts from: `{"inputs", "quote"}`."""
        return set(self._program.variables())

    def paths(self) -> set[str]:
        """Return the dotted paths it reads: `{"inputs.days", "quote.total"}`."""
        found = {re.sub(r"\s", "", path) for path in _PATH.findall(_bare(self.text))}
        return {path for path in found if path.split(".")[0] in self.names()}


class Template:
    """Text with `{{ values }}` in it. Raises `ExpressionError` when it does more than insert them."""

    def __init__(self, text: str) -> None:
        """Read the text."""
        self.text = text
        self._tree = _tree(text)

    def render(self, values: Mapping[str, JsonValue]) -> str:
        """Return the text with its values put in. Raises `ExpressionError` when one isn't there."""
        try:
            return _template(self.text).render(values)
        except _TEXT_FAULTS as fault:
            raise ExpressionError(self.text, _jinja_words(fault)) from fault

    def value(self, values: Mapping[str, JsonValue]) -> JsonValue:
        """Return the value itself when the text is exactly one `{{ x }}`, else the rendered text."""
        if not self._is_one_value():
            return self.render(values)
        try:
            found = _value_of(self.text)(values)
            if isinstance(found, Undefined):
                str(found)
        except _TEXT_FAULTS as fault:
            raise ExpressionError(self.text, _jinja_words(fault)) from fault
        return found

    def names(self) -> set[str]:
        """Return the names it starts from: `{"inputs", "quote"}`."""
        return {path.split(".")[0] for path in self.paths()}

    def paths(self) -> set[str]:
        """Return the dotted paths it inserts: `{"inputs.days", "quote.total"}`."""
        return set(_paths(self._tree))

    def _is_one_value(self) -> bool:
        body = self._tree.body
        parts = body[0].nodes if len(body) == 1 and isinstance(body[0], nodes.Output) else []
        return len(parts) == 1 and not isinstance(parts[0], nodes.TemplateData)


def render_payload(
    payload: Mapping[str, JsonValue], values: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """Return `payload` with every text in it rendered; what is no text keeps its shape."""
    return {name: _rendered(value, values) for name, value in payload.items()}


def _rendered(value: JsonValue, values: Mapping[str, JsonValue]) -> JsonValue:
    if isinstance(value, str):
        return Template(value).value(values)
    if isinstance(value, list):
        return [_rendered(item, values) for item in value]
    return render_payload(value, values) if isinstance(value, dict) else value


def texts_in(value: JsonValue) -> Iterator[str]:
    """Yield every text in a JSON value, for checks of what it names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, dict):
        yield from texts_in(list(value.values()))


def _bare(text: str) -> str:
    """Blank what stands in quotes, so that every other character keeps its place."""
    return _LITERAL.sub(lambda literal: " " * len(literal[0]), text)


@lru_cache(maxsize=1024)
def _program(text: str) -> cel.Program:
    if len(text) > LONGEST_CONDITION:
        problem = f"is {len(text)} characters long; at most {LONGEST_CONDITION} fit a condition"
        raise ExpressionError(text[:40] + "…", problem)
    if loop := _LOOPS.search(_bare(text)):
        problem = f"{loop[1]}(…) goes through a list, and a condition can't"
        raise ExpressionError(text, problem, loop.start(1) + 1)
    try:
        program = cel.compile(text)
    except _CEL_FAULTS as fault:
        raise _unreadable(text, str(fault)) from fault
    for name in program.functions():
        if name.isidentifier() and "_" not in name and name not in FUNCTIONS:
            known = ", ".join(sorted(FUNCTIONS))
            raise ExpressionError(text, f"{name}() is not known here; there are {known}")
    return program


def _unreadable(text: str, message: str) -> ExpressionError:
    where = _CEL_ERROR.search(message)
    said = where[3] if where else "it can't be read"
    said = "too many brackets in brackets" if "Recursion" in said else said
    said = said.split(" expecting ")[0].replace("mismatched input '<EOF>'", "it ends too early")
    problem = f"is not a condition, like quote.status == 'sent' ({said})"
    return ExpressionError(text, problem, int(where[2]) if where and where[1] == "1" else 0)


def _cel_words(fault: Exception) -> str:
    if isinstance(fault, KeyError):
        return f"{fault.args[0].strip(chr(39))} is not there"
    if isinstance(fault, ZeroDivisionError):
        return "divides by zero"
    said = str(fault)
    if "Undefined variable" in said:
        return f"nothing is called {said.split(chr(39))[1]}"
    if "No such overload" in said:
        return (
            "compares or adds things of different kinds; write double(x) for a text with a number"
        )
    return f"can't be worked out ({said.splitlines()[0][:200]})"


@lru_cache(maxsize=1024)
def _tree(text: str) -> nodes.Template:
    if len(text) > LONGEST_TEXT:
        problem = f"is {len(text)} characters long; at most {LONGEST_TEXT} fit"
        raise ExpressionError(text[:40] + "…", problem)
    for sign in ("{%", "{#"):
        if sign in text:
            problem = f"{{{{ }}}} only inserts values, so {sign} can't stand here"
            raise ExpressionError(text, problem, text.index(sign) + 1)
    try:
        tree = environment().parse(text)
        environment().compile(tree)
    except (TemplateError, RecursionError) as fault:
        problem = f"can't be read ({str(fault).rstrip('.')}); write {{{{ quote.total }}}}"
        raise ExpressionError(text, problem) from fault
    _only_inserts(text, tree)
    return environment().parse(text)


def _only_inserts(text: str, tree: nodes.Template) -> None:
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _INSERTS):
            word = type(node).__name__.lower()
            problem = f"{{{{ }}}} only inserts values, so a {word} can't stand in it"
            raise ExpressionError(text, problem)


def _paths(tree: nodes.Node) -> Iterator[str]:
    for child in tree.iter_child_nodes():
        path = _path(child)
        if path:
            yield path
        else:
            yield from _paths(child)


def _path(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        parent = _path(node.node)
        return f"{parent}.{node.attr}" if parent else ""
    return _path(node.node) if isinstance(node, nodes.Getitem) else ""


@lru_cache(maxsize=1024)
def _template(text: str) -> Any:  # noqa: ANN401 -- Jinja's template, whose render is untyped
    return environment().from_string(text)


@lru_cache(maxsize=1024)
def _value_of(text: str) -> Callable[..., JsonValue]:
    inside = text.strip()[2:-2].strip("-+ ")
    return environment().compile_expression(inside, undefined_to_none=False)


def _jinja_words(fault: Exception) -> str:
    said = str(fault).rstrip(".")
    return said.replace("is undefined", "is not there")
