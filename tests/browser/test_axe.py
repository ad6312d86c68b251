"""One page of each type, on a phone and on a desk: usable by everybody, nothing sideways, nothing rejected."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Site

SURFACES = ("desk", "me", "manage", "t", "account", "")


def surface_of(address: str) -> str:
    first = address.strip("/").split("/")[0]
    return first if first in SURFACES else ""


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("surface", SURFACES, ids=[name or "public" for name in SURFACES])
def test_page_types(site: Site, axe: Callable[[Any], list[str]], surface: str, width: int) -> None:
    pages = [page for page in site.told["pages"] if surface_of(page["address"]) == surface]
    assert pages, f"no page of {surface!r} answered"
    windows: dict[str, Any] = {}
    found = []
    for page in pages:
        window = windows.get(page["actor"]) or site.browse(page["actor"], width)
        windows[page["actor"]] = window
        window.faults.clear()
        answer = window.goto(page["address"])
        here = f"{page['template']} {page['address']}"
        if answer.status != 200:
            found.append(f"{here}: {answer.status}")
            continue
        found += [f"{here}: {one}" for one in axe(window)]
        if not window.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
            found.append(f"{here}: scrolls sideways")
        found += [f"{here}: {one}" for one in window.faults]
    assert found == []
