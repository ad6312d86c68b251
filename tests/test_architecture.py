"""The house rules that a linter does not know."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from zhiyin.settings.django import DOMAIN_APPS

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "zhiyin"
MOST_LINES = 600
LOCKS = ("requirements.lock", "requirements-dev.lock")


def _modules(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts)


def _project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _pins(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", text, re.MULTILINE)
    return {_name(name): version for name, version in pins}


def _name(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]).lower()


def test_no_module_is_longer_than_600_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in _modules(SOURCE, ROOT / "tests", ROOT / "bench")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not long


def test_every_domain_app_is_installed_in_the_order_of_the_contract() -> None:
    contracts = _project()["tool"]["importlinter"]["contracts"]
    (contract,) = [entry for entry in contracts if entry.get("containers") == ["zhiyin.domain"]]
    assert contract["exhaustive"] is True
    assert contract["layers"] == list(reversed(DOMAIN_APPS))
    present = {path.parent.name for path in (SOURCE / "domain").glob("*/__init__.py")}
    assert present == set(DOMAIN_APPS)


def test_only_the_command_line_prints() -> None:
    found = []
    for path in _modules(SOURCE):
        if path.relative_to(SOURCE).parts[0] in {"cli", "guide"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not found


def test_no_relative_imports() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in _modules(SOURCE, ROOT / "tests", ROOT / "bench")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not found


def test_no_file_names_a_place_on_one_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    places = re.compile("|".join(f"(?<![\\w.])/{folder}/" for folder in ("work", "home/\\w+", "Users", "root")))
    found = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if not path.is_file() or b"\0" in (content := path.read_bytes()):
            continue
        for number, line in enumerate(content.decode("utf-8").splitlines(), 1):
            if places.search(line) and path != Path(__file__).resolve():
                found.append(f"{name}:{number}")
    assert not found


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_no_index_and_hash_every_package(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^-|^\S+ @ ", text, re.MULTILINE)
    entries = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
    entries = [entry for entry in entries if entry and not entry.startswith("#")]
    assert len(entries) > 20
    assert not [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry]


def test_locks_agree_with_each_other_and_with_the_project() -> None:
    project = _project()
    runtime, dev = (_pins(lock) for lock in LOCKS)
    assert runtime.items() <= dev.items()
    assert {_name(each) for each in project["project"]["dependencies"]} <= set(runtime)
    assert {_name(each) for each in project["dependency-groups"]["dev"]} <= set(dev)


def test_the_environment_is_the_locked_one() -> None:
    wrong = {}
    for name, version in _pins("requirements-dev.lock").items():
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system or interpreter
        if installed != version:
            wrong[name] = (version, installed)
    assert not wrong


def test_make_alone_lists_every_documented_target_in_chinese() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    documented = dict(re.findall(r"^([a-z-]+):.*## (.+)$", makefile, re.MULTILINE))
    assert {"setup", "demo", "test", "test-full", "fix", "bench", "lock"} <= set(documented)
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for target, line in documented.items():
        assert re.search(f"make {target} +{re.escape(line)}", shown)
        assert re.search(r"[\u4e00-\u9fff]", line)


def test_no_skips_turns_a_skip_into_a_failure(tmp_path: Path) -> None:
    cases = {
        "skip": ("def test(): pytest.skip('no browser')", 1),
        "module": ("pytest.skip('no module', allow_module_level=True)", 2),
        "data": ("def test(): pytest.skip('public data set onet is not on this machine')", 0),
        "xfail": ("@pytest.mark.xfail\ndef test(): assert False", 0),
    }
    for name, (body, code) in cases.items():
        (tmp_path / f"test_{name}.py").write_text(f"import pytest\n{body}\n", encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "-p", "tests.no_skips", "-p", "no:django"]
        command += ["-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path / f"test_{name}.py")]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert run.returncode == code, f"{name}: {run.stdout}{run.stderr}"
