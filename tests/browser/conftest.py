"""One site and one Chromium for all browser tests."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support import needs_chromium

ROOT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(needs_chromium)


def known(line: Any) -> bool:
    """What the browser calls an error and is none: a form that is answered with messages, a network taken away."""
    return "status of 422" in line.text or "ERR_INTERNET_DISCONNECTED" in line.text


@dataclass
class Site:
    """The running site, and browsers of the people at it."""

    told: dict[str, Any]
    home: Path
    browser: Any
    contexts: list[Any] = field(default_factory=list)

    def browse(self, actor: str = "nobody", width: int = 1440, height: int = 900, **more: Any) -> Any:
        """A window of its own for ``actor``, signed in; ``page.faults`` collects what the browser complains of."""
        context = self.browser.new_context(
            base_url=self.told["url"], viewport={"width": width, "height": height}, locale="zh-CN", **more
        )
        self.contexts.append(context)
        if actor in self.told["sessions"]:
            cookie = {"name": "sessionid", "value": self.told["sessions"][actor], "url": self.told["url"]}
            context.add_cookies([cookie])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on(
            "console", lambda line: page.faults.append(line.text) if line.type == "error" and not known(line) else None
        )
        return page

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """What stands in the database now."""
        with sqlite3.connect(self.home / "zhiyin.sqlite3") as database:
            rows = database.execute(statement, values).fetchall()
        database.close()
        return rows


@pytest.fixture(scope="session")
def _site(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("site")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHIYIN_") or "FONTS" in name}
    settings = {"ZHIYIN_HOME": str(home), "ZHIYIN_MODE": "test", "DJANGO_SETTINGS_MODULE": "zhiyin.settings.django"}
    with (home / "errors.txt").open("w") as errors:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.site"],
            cwd=ROOT,
            env=kept | settings | {"ZHIYIN_LOG_LEVEL": "ERROR"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert server.stdout is not None
    line = server.stdout.readline()
    assert line, (home / "errors.txt").read_text()[-3000:]
    yield Site(json.loads(line), home, chromium)
    server.terminate()
    server.communicate(timeout=20)


@pytest.fixture
def site(_site: Site) -> Iterator[Site]:
    """The site; windows opened in a test are closed after it."""
    yield _site
    while _site.contexts:
        _site.contexts.pop().close()


@pytest.fixture(scope="session")
def axe() -> Callable[[Any], list[str]]:
    """What axe finds on a page, in short."""
    source = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

    def run(page: Any) -> list[str]:
        page.evaluate(source)
        return page.evaluate(
            "async rules => (await axe.run(document, {runOnly: rules})).violations"
            ".flatMap(v => v.nodes.slice(0, 3).map(n => v.id + ' ' + n.html.slice(0, 160)))",
            rules,
        )

    return run
