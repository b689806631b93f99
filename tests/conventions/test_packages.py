"""The packages: whose names they are, what importing them does, what ships with them, how long a file gets."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module, resources
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("agents", "blocks", "bot", "handlers", "workflows")
#: Lines of a file, for the product and for the tests.
LINES, TEST_LINES = 300, 600
#: Files that are longer, and why.
LONGER = {
    "bot/storage/migrations/versions/r0001_first_form.py": "a migration is written once and never split",
    "bot/storage/store.py": "everything a transaction does, on one page",
    "bot/storage/tables.py": "every table on one page",
    "workflows/engine.py": "the one door, with all that goes through it",
    "workflows/commands.py": "everything that may be asked, on one page",
    "workflows/versions/changes/fields.py": "every field of the schema on one page",
    "workflows/machine.py": "the tables of what may be asked in which state",
    "workflows/playbook.py": "every key of a playbook on one page",
    "workflows/ports.py": "the outside world on one page",
    "workflows/run.py": "the records a run is made of refer to each other",
    "workflows/steps.py": "one function per row of one table",
}
#: Modules that are run and not imported, and by what.
RUN_ONLY = {
    "bot.storage.migrations.env": "alembic runs it inside its own context",
    "bot.jobs.distributed": "a library of its carrier asks a program about the interpreter",
}
#: Made by joining, so that this file names none.
_INDEXES = ("py" + "pi.org", "pythonhosted" + ".org", "npm" + "js.org", "npm" + "js.com")
_OPTIONS = ("index" + "-url", "find" + "-links")
_READ = (".py", ".toml", ".txt", ".yml", ".yaml", ".md", ".json", ".cfg", ".ini", ".sh", "", ".tsx")
_ASIDE = frozenset({".venv", ".git", "build", "node_modules", "page", "__pycache__", "dist"})

#: Imports every module it is told to, and prints what happened meanwhile that should not.
_WATCHER = """\
import importlib, sys, threading
happened = []
WRITING = frozenset("wax+")
def hook(event, args):
    if event in {"socket.connect", "socket.bind", "subprocess.Popen", "os.mkdir", "os.remove"}:
        happened.append((event, str(args[:2])))
    if event == "open" and isinstance(args[1], str) and WRITING & set(args[1]):
        happened.append((event, str(args[0])))
sys.addaudithook(hook)
for name in sys.argv[1:]:
    importlib.import_module(name)
happened += [("thread", each.name) for each in threading.enumerate() if each is not threading.main_thread()]
print(happened)
"""


def _files() -> list[tuple[str, Path]]:
    """Return every source file of the product, as installed: its name from the package on, and its path."""
    found: list[tuple[str, Path]] = []
    for package in PACKAGES:
        folder = Path(str(import_module(package).__file__)).parent
        named = {each.relative_to(folder.parent): each for each in sorted(folder.rglob("*.py"))}
        found += [(n.as_posix(), each) for n, each in named.items() if not _ASIDE & set(n.parts)]
    return found


def _modules() -> list[str]:
    names = [name.removesuffix(".py").replace("/", ".") for name, _ in _files()]
    return [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]


def test_importing_does_nothing() -> None:
    """No thread, no socket, no process and no file comes of importing every module."""
    names = [name for name in _modules() if name not in RUN_ONLY]
    assert len(names) > 150
    done = subprocess.run(
        [sys.executable, "-B", "-c", _WATCHER, *names],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=ROOT,
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_the_top_level_names_are_ours_alone() -> None:
    """Five short names: no other distribution here has one of them."""
    owners = packages_distributions()
    for name in PACKAGES:
        assert set(owners.get(name, ["sayso"])) == {"sayso"}


def test_what_is_read_at_run_time_ships() -> None:
    """The catalogue, the charters, the manifest and the page are in the wheel, not only in the tree."""
    catalogue = resources.files("workflows") / "catalog"
    assert (catalogue / "metrics.yml").is_file()
    assert (catalogue / "sample" / "company.yml").is_file()
    files = {str(each) for each in distribution("sayso").files or ()}
    if "workflows/__init__.py" in files:  # an editable install lists none of the sources
        wanted = {
            "bot/sandbox/page/index.html",
            "bot/manifest.yml",
            "workflows/catalog/metrics.yml",
        }
        assert wanted <= files
        assert not [name for name in files if name.startswith(("tests/", "benchmarks/"))]


@pytest.mark.parametrize(("name", "path"), _files(), ids=[name for name, _ in _files()])
def test_a_file_is_one_noun_long(name: str, path: Path) -> None:
    """Three hundred lines, or a reason."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert (lines > LINES) == (name in LONGER), f"{name} has {lines} lines"


def test_no_test_file_is_longer_than_two() -> None:
    """A story that gets longer is two stories."""
    found = {each.name: len(each.read_text(encoding="utf-8").splitlines()) for each in _tests()}
    assert {name: lines for name, lines in found.items() if lines > TEST_LINES} == {}


def _tests() -> list[Path]:
    return sorted((ROOT / "tests").rglob("*.py"))


def test_nothing_is_mocked() -> None:
    """Fakes are written by hand and stand at the wire; no function is replaced under a caller."""
    forbidden = re.compile(
        r"unittest[.]mock|from unittest import mock|monkeypatch[.]setattr|mocker\b"
    )
    ours = Path(__file__)
    files = [path for _, path in _files()] + [each for each in _tests() if each != ours]
    found = [each.name for each in files if forbidden.search(each.read_text(encoding="utf-8"))]
    assert found == []


def test_no_file_names_where_packages_come_from() -> None:
    """Where to fetch packages is the business of whoever installs."""
    texts = {each: each.read_text(encoding="utf-8") for each in _written()}
    assert texts
    assert [str(each) for each, text in texts.items() if any(one in text for one in _INDEXES)] == []
    settings = [each for each in texts if each.suffix in {".toml", ".txt", ".cfg", ""}]
    assert [str(each) for each in settings if any(one in texts[each] for one in _OPTIONS)] == []


def _written() -> list[Path]:
    """Return the files people wrote: those of the tree beside the tests, and the installed sources."""
    beside = [each for each in ROOT.rglob("*") if each.is_file() and each.suffix in _READ]
    kept = [each for each in beside if not _hidden(each)]
    return sorted({*kept, *[path for _, path in _files()]})


def _hidden(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return any(part in _ASIDE or (part.startswith(".") and part != ".ci") for part in parts)
