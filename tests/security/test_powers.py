"""What each part could do at all, by what it can import: an agent has no hands, and one place carries out."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest

from tests.syntax import tree_of

PACKAGES = ("agents", "blocks", "bot", "handlers", "workflows")
#: Ways to act on the world or to keep something.
HANDS = (
    "bot.connectors", "bot.storage", "bot.slack", "bot.jobs", "bot.app", "handlers",
    "slack_sdk", "slack_bolt", "sqlalchemy", "sqlite3", "psycopg", "smtplib", "imaplib", "subprocess",
)  # fmt: skip
#: The one module in which signed bytes meet a connector, and the one that passes them on to the right one.
EXECUTORS = {"bot/jobs/performer.py", "bot/connectors/registry.py"}


def _modules() -> dict[str, ast.Module]:
    found: dict[str, ast.Module] = {}
    for package in PACKAGES:
        folder = Path(str(import_module(package).__file__)).parent
        for path in folder.rglob("*.py"):
            name = path.relative_to(folder.parent).as_posix()
            if "node_modules" not in name:
                found[name] = tree_of(path)
    return found


MODULES = _modules()


def _imported(tree: ast.Module) -> set[str]:
    """Return what a module imports when it runs, anywhere in it; what only types need is not there then."""
    found: set[str] = set()
    for node in _running(tree):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return found


def _running(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        return []
    return [node, *[deep for child in ast.iter_child_nodes(node) for deep in _running(child)]]


def _file_of(name: str) -> str:
    path = name.replace(".", "/")
    return next((each for each in (f"{path}.py", f"{path}/__init__.py") if each in MODULES), "")


def _reach(package: str) -> set[str]:
    """Return every name a package imports, through other modules of ours too."""
    names: set[str] = set()
    waiting = [file for file in MODULES if file.startswith(f"{package}/")]
    seen = set(waiting)
    while waiting:
        for name in _imported(MODULES[waiting.pop()]):
            names.add(name)
            file = _file_of(name)
            if file and file not in seen:
                seen.add(file)
                waiting.append(file)
    return names


@pytest.mark.parametrize("package", ["agents", "blocks", "workflows"])
def test_what_drafts_draws_or_decides_has_no_hands(package: str) -> None:
    """However an agent is talked over, it can reach neither a store, a connector, Slack nor a process."""
    reached = _reach(package)
    assert [name for name in reached for hand in HANDS if f"{name}.".startswith(f"{hand}.")] == []


def test_listeners_reach_no_connector() -> None:
    """A press becomes a command; what is carried out is not decided at the door."""
    assert [name for name in _reach("handlers") if name.startswith("bot.connectors")] == []


def test_signed_bytes_meet_a_connector_in_one_place() -> None:
    """`execute` is called by the performer and by the registry it asks, and by nobody else."""
    calls = {
        name
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "execute"
        and any(isinstance(one, ast.Name) and one.id == "signed" for one in node.args)
    }
    assert calls == EXECUTORS


def test_nobody_but_the_performer_makes_a_signed_draft() -> None:
    """`SignedDraft.of` checks the signatures; whoever calls it decides that something leaves."""
    makers = {
        name
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "of"
        and isinstance(node.value, ast.Name)
        and node.value.id == "SignedDraft"
    }
    assert makers == {"bot/jobs/performer.py"}


def test_text_is_never_run() -> None:
    """No `eval`, no `exec`, no unpickling anywhere: what a model or a customer wrote is data."""
    forbidden = {"eval", "exec", "compile", "__import__"}
    calls = {
        (name, node.func.id)
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in forbidden
    }
    assert calls == set()
    modules = {name for tree in MODULES.values() for name in _imported(tree)}
    assert modules & {"pickle", "marshal", "shelve"} == set()
