"""An installation on which the first run is done, made once and copied for each test."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.running import INIT, PASSWORD, run


@pytest.fixture(scope="session")
def password_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("secret") / "password"
    file.write_text(PASSWORD + "\n", encoding="utf-8")
    return str(file)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory, password_file: str) -> SimpleNamespace:
    home = tmp_path_factory.mktemp("installation") / "home"
    done = run(home, *INIT, "--password-file", password_file, "--days-off", "2026-05-07，2026-05-06", "--json")
    assert done.returncode == 0, done.stderr
    return SimpleNamespace(home=home, made=json.loads(done.stdout))


@pytest.fixture
def home(installation: SimpleNamespace, tmp_path: Path) -> Path:
    """An installation on which the first run is done."""
    return Path(shutil.copytree(installation.home, tmp_path / "home"))
