"""What is in `deploy/` fits the program: commands, settings, files and ports are the ones there are."""

from __future__ import annotations

import fnmatch
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.settings import Settings
from tests.deploy.command_line import problems

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
SETTINGS = {name.upper() for name in Settings.model_fields}
#: Passwords PostgreSQL's own image and the roles' script read.
OF_POSTGRES = {"postgres_password", "owner_password", "app_password"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """Return deploy/compose.yml with its anchors merged."""
    return YAML(typ="safe").load((DEPLOY / "compose.yml").read_text())


@pytest.fixture(scope="module")
def dockerfile() -> list[tuple[str, str]]:
    """Return the instructions of deploy/Dockerfile, each as its word and the rest."""
    text = (DEPLOY / "Dockerfile").read_text()
    whole = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", text))
    lines = [line.partition(" ") for line in whole.splitlines() if line.strip()]
    return [(word, rest.strip()) for word, _, rest in lines]


def _ours(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: each for name, each in compose["services"].items() if name != "postgres"}


# --- compose.yml ---


def test_every_service_runs_a_command_there_is(compose: dict[str, Any]) -> None:
    """A renamed command would be found at three in the morning."""
    for service in _ours(compose).values():
        assert problems(service["command"]) == []


def test_every_setting_and_secret_has_a_name_the_program_knows(compose: dict[str, Any]) -> None:
    """A misspelt one would be ignored silently."""
    declared = compose["secrets"].keys()
    assert {name.upper() for name in declared - OF_POSTGRES} <= SETTINGS
    for service in _ours(compose).values():
        assert service["environment"].keys() <= SETTINGS
        assert set(service["secrets"]) <= declared


def test_no_secret_is_in_the_environment_or_in_the_file(compose: dict[str, Any]) -> None:
    """Child processes and `docker inspect` see the environment; a file has an owner."""
    kept = {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DATABASE_URL"}
    kept |= {
        name.upper() for name, field in Settings.model_fields.items() if "Secret" in str(field)
    }
    for service in _ours(compose).values():
        assert not kept & service["environment"].keys()
    for secret in compose["secrets"].values():
        assert secret["file"].startswith("./secrets/")


def test_only_the_upgrade_has_the_owners_password(compose: dict[str, Any]) -> None:
    """What runs all day can't change the form of the audit log."""
    with_owner = [
        name for name, s in _ours(compose).items() if "database_owner_url" in s["secrets"]
    ]
    assert with_owner == ["upgrade"]
    assert compose["services"]["upgrade"]["restart"] == "no"
    ready = compose["services"]["sayso"]["depends_on"]["upgrade"]
    assert ready == {"condition": "service_completed_successfully"}


def test_nothing_is_reachable_from_other_machines(compose: dict[str, Any]) -> None:
    """Ports are on loopback; the database has no port and no way out."""
    for service in compose["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert compose["services"]["postgres"]["networks"] == ["inside"]
    assert compose["networks"]["inside"] == {"internal": True}


def test_our_services_are_held_tight(compose: dict[str, Any]) -> None:
    """Nothing to write to but the volumes, no capability, no way to gain one, ten seconds to stop."""
    for service in _ours(compose).values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["stop_grace_period"] == "15s"


def test_every_image_has_a_version_and_every_volume_is_declared(compose: dict[str, Any]) -> None:
    """`latest` is another program every week."""
    for service in compose["services"].values():
        default = re.fullmatch(r"\$\{\w+:-(.+)\}", service["image"])
        assert default
        assert not default[1].endswith(":latest")
        assert ":" in default[1]
        for volume in service["volumes"]:
            source = str(volume).partition(":")[0]
            assert source.startswith((".", "$")) or source in compose["volumes"]


# --- Dockerfile ---


def _copied(dockerfile: list[tuple[str, str]]) -> set[str]:
    """Return what is copied from the repository."""
    lines = [rest for word, rest in dockerfile if word == "COPY" and "--from" not in rest]
    return {source for line in lines for source in line.split()[:-1]}


def test_the_image_is_made_of_what_the_source_package_is(dockerfile: list[tuple[str, str]]) -> None:
    """A new package that is forgotten here would be missing in production alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packed = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    wanted = {name.strip("/") for name in packed} | {"pyproject.toml"}
    assert _copied(dockerfile) == wanted | {"locks/run.txt", "locks/node.txt"}
    assert (ROOT / "locks" / "run.txt").exists()
    assert (ROOT / "locks" / "node.txt").exists()


def test_the_builder_gets_what_is_copied_and_no_secret(dockerfile: list[tuple[str, str]]) -> None:
    """.dockerignore lets in by name; everything else, `.env` above all, stays outside."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    assert {source.partition("/")[0] for source in _copied(dockerfile)} == let_in
    for secret in (".env", "company", "deploy", ".git", ".sayso"):
        assert not any(fnmatch.fnmatch(secret, each) for each in let_in)


def test_everything_installed_is_locked_and_checked_by_hash(
    dockerfile: list[tuple[str, str]],
) -> None:
    """Each install reads a lock with hashes, or takes only the wheel just built; none names an index."""
    runs = " && ".join(rest for word, rest in dockerfile if word == "RUN")
    installs = [step for step in re.split(r"\s*&&\s*", runs) if "pip install" in step]
    assert installs
    for step in installs:
        assert "--require-hashes --requirement" in step or "--no-deps --no-index" in step
    text = (DEPLOY / "Dockerfile").read_text()
    assert not re.search(r"index-url|https?://(?!127\.0\.0\.1)", text)


def test_the_container_runs_as_nobody_in_particular(dockerfile: list[tuple[str, str]]) -> None:
    """Not root, from a tag of its own, answering for its health, stopped as the program expects."""
    words = dict(dockerfile)
    assert words["USER"] == "10001:10001"
    assert words["ENTRYPOINT"] == '["sayso"]'
    assert words["STOPSIGNAL"] == "SIGTERM"
    assert "/healthz" in words["HEALTHCHECK"]
    base = words["ARG"].partition("=")[2]
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", base)
    after_user = dockerfile[[word for word, _ in dockerfile].index("USER") :]
    assert not [word for word, _ in after_user if word in {"RUN", "COPY", "ADD"}]


def test_the_images_settings_are_settings(dockerfile: list[tuple[str, str]]) -> None:
    """No secret is baked in, and no name is misspelt."""
    said = " ".join(rest for word, rest in dockerfile if word == "ENV")
    names = set(re.findall(r"(\w+)=", said))
    ours = {name for name in names if not name.startswith(("PYTHON", "PIP_")) and name != "PATH"}
    assert ours <= SETTINGS
    assert not ours & {"SLACK_BOT_TOKEN", "DATABASE_URL", "OPENAI_API_KEY"}


# --- sayso.service ---


def _unit() -> dict[str, list[str]]:
    """Return every key of the unit with its values."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "sayso.service").read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def test_the_unit_starts_a_command_there_is_and_stops_it_gently() -> None:
    """The program needs ten seconds at most; systemd gives it fifteen."""
    unit = _unit()
    program, *words = unit["ExecStart"][0].split()
    assert program.endswith("/sayso")
    assert problems(words) == []
    assert unit["TimeoutStopSec"] == ["15"]
    assert unit["KillSignal"] == ["SIGTERM"]
    assert unit["Restart"] == ["on-failure"]
    names = {word.partition("=")[0] for line in unit["Environment"] for word in line.split()}
    assert names - {"PYTHONDONTWRITEBYTECODE"} <= SETTINGS


def test_the_unit_is_held_tight() -> None:
    """Nothing to write to but its own folder, no privilege to gain."""
    unit = _unit()
    for name, value in {
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "StateDirectory": "sayso",
        "StateDirectoryMode": "0700",
        "UMask": "0077",
        "EnvironmentFile": "/etc/sayso/sayso.env",
        "CapabilityBoundingSet": "",
        "User": "sayso",
    }.items():
        assert unit[name] == [value]


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd itself judges where it is installed"
)
def test_systemd_understands_the_unit_and_finds_it_safe(tmp_path: Path) -> None:
    """No key is unknown, and what an attacker in the process could do is little."""
    text = (DEPLOY / "sayso.service").read_text()
    unit = tmp_path / "sayso.service"
    unit.write_text(re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={sys.executable}", text))
    for arguments in (["verify"], ["security", "--offline=true", "--threshold=15"]):
        done = subprocess.run(
            ["systemd-analyze", *arguments, str(unit)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Unknown" not in done.stderr
