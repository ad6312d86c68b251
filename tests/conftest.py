"""One suite, two databases: SQLite by default, PostgreSQL with ``ZHIYIN_TEST_DATABASE=postgresql``."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support import CHROMIUM

# how fast the machine is says nothing about what is tested
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

WANTS_POSTGRES = os.environ.get("ZHIYIN_TEST_DATABASE") == "postgresql"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that need a database run on both; the pure ones and the browser's need to run once only."""
    if not WANTS_POSTGRES:
        return
    kept = [item for item in items if _needs_database(item) and item.get_closest_marker("browser") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _needs_database(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(names & {"db", "transactional_db"})


@pytest.fixture(scope="session", autouse=True)
def _flush_with_triggers_lifted() -> Iterator[None]:
    """Transactional tests end by emptying all tables, which the append-only triggers would refuse."""
    from django.test import TransactionTestCase

    from zhiyin.domain.audit import guard, triggers

    original = TransactionTestCase._fixture_teardown

    def teardown(self: Any) -> None:
        with guard.unguarded(), triggers.lifted():
            original(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The one Chromium of this process: its driver keeps an event loop in this thread, and a second cannot start."""
    sync_api = pytest.importorskip("playwright.sync_api")
    options = [
        *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
        *("--disable-sync", "--no-first-run"),
    ]
    with pytest.MonkeyPatch.context() as patch:
        # Django refuses the database where a loop runs; it is asked between the calls of the driver only
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
            yield browser
            browser.close()


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    """A home folder of its own: seals, files and keys of this test only."""
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def system() -> Iterator[Any]:
    """Act as the system: for arranging a test, never for the act under test."""
    from zhiyin.domain.audit.acting import SYSTEM, acting

    with acting(SYSTEM, "test") as scope:
        yield scope
