"""What docs/operate.md tells somebody to type or to look at exists."""

from __future__ import annotations

import re
import shlex
from datetime import UTC
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from bot.metrics import Metrics
from bot.settings import Settings
from bot.storage.figures import AGES, Figures, Waits
from tests.deploy.command_line import problems
from tests.fakes.clock import MONDAY, FakeClock

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "operate.md").read_text()
FENCED = [
    line.strip()
    for block in re.findall(r"(?ms)^```\w*\n(.*?)^```", TEXT)
    for line in block.splitlines()
]
INLINE = [words for words in re.findall(r"`(sayso [^`]+)`", TEXT) if "…" not in words]
COMMANDS = sorted({line for line in [*FENCED, *INLINE] if line.startswith("sayso ")})


def test_there_are_commands_to_check() -> None:
    """A page whose commands are not found would pass everything."""
    assert len(COMMANDS) > 10
    assert "sayso doctor" in COMMANDS


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_can_be_typed(line: str) -> None:
    """Command, options and number of words are those of the command line."""
    assert problems(shlex.split(line)[1:]) == []


def test_every_compose_line_names_a_service() -> None:
    """And what is run in it can be typed too."""
    services = YAML(typ="safe").load((ROOT / "deploy" / "compose.yml").read_text())["services"]
    lines = [shlex.split(line) for line in FENCED if line.startswith("docker compose")]
    for words in lines:
        assert words[2:4] == ["--file", "deploy/compose.yml"]
        for verb, skipped in (("exec", 1), ("run", 2)):
            if verb in words:
                inside = words[words.index(verb) + skipped :]
                # `exec` names the program again; `run` has it from the image.
                service, *rest = inside
                assert service in services
                assert rest[: 2 - skipped] == ["sayso"][: 2 - skipped]
                assert problems(rest[2 - skipped :]) == []
        if "--scale" in words:
            assert words[words.index("--scale") + 1].partition("=")[0] in services
    assert len(lines) > 2


def test_every_file_and_heading_that_is_named_is_there() -> None:
    """A link at three in the morning leads somewhere."""
    headings = {
        re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-").rstrip("-")
        for line in TEXT.splitlines()
        if line.startswith("#")
    }
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        name, _, heading = target.partition("#")
        if name:
            assert (ROOT / "docs" / name).exists(), target
        else:
            assert heading in headings, target
    for name in re.findall(r"deploy/[\w.-]+\.\w+", TEXT):
        assert (ROOT / name).exists(), name


def test_every_setting_that_is_named_is_one() -> None:
    """Names in capitals are settings, or the few of others."""
    others = {"SAYSO_IMAGE", "POSTGRES_IMAGE", "CHANGELOG", "SIGTERM", "DEBUG", "ALTER ROLE"}
    named = set(re.findall(r"`([A-Z][A-Z_]{4,})(?:=[^`]*)?`", TEXT))
    assert named - others <= {name.upper() for name in Settings.model_fields} | {"PYTHON"}


def test_every_figure_that_is_named_is_told() -> None:
    """An alert on a figure that does not exist never rings."""
    waits = Waits(within=dict.fromkeys(AGES, 0), count=0, total=0, oldest=0)
    some = Figures(
        runs={"done": 1},
        waits=waits,
        uncertain=0,
        outbox_lag=0,
        outbox_failed=0,
        due_lag=0,
        cost_micros={"kpi": 1},
        missed_schedules=0,
        unsequenced=0,
        checkpoint_at=MONDAY,
    )
    metrics = Metrics(lambda _now, _day: some, FakeClock(), zone=lambda: UTC, database="sqlite")
    families = list(text_string_to_metric_families(metrics.render().decode()))
    told = {sample.name for family in families for sample in family.samples}
    told |= {family.name for family in families} | {f"{family.name}_total" for family in families}
    named = set(re.findall(r"sayso_[a-z_]+", TEXT)) - {"sayso_owner", "sayso_app"}
    assert named <= told
    ends = re.compile(r"_(gcount|gsum|created|total)$")
    assert {ends.sub("", name) for name in named} >= {ends.sub("", each.name) for each in families}
