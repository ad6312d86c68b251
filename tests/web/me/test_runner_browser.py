"""The runner in a real browser: each choice is stored, nothing is lost without a network, keys work, axe is content."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import factories, factories_assessment, factories_clients
from tests.support import needs_chromium
from zhiyin.domain.sittings.models import Sitting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]
AXE = Path(__file__).resolve().parents[2] / "browser" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def taking(live_server: Any) -> tuple[Sitting, str]:
    """A sitting and the address of its link on a running server."""
    file = factories_clients.client_file(adviser=factories.member(factories.agency()))
    sitting, token = factories_assessment.assigned(file)
    return sitting, f"{live_server.url}/t/{token}/"


@pytest.fixture
def context(chromium: Any) -> Iterator[Any]:
    opened = chromium.new_context(viewport={"width": 390, "height": 844})
    yield opened
    opened.close()


def _begin(context: Any, address: str) -> Any:
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(address)
    page.get_by_role("button", name="开始").click()
    page.wait_for_url("**/1/")
    return page


def _stored(sitting: Sitting) -> list[int]:
    return list(sitting.answers.order_by("id").values_list("value", flat=True))


def _until(page: Any, holds: Callable[[], bool]) -> None:
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come to that")


def test_each_choice_is_stored_at_once_by_finger_and_by_keys(context: Any, taking: tuple[Sitting, str]) -> None:
    sitting, address = taking
    page = _begin(context, address)
    page.get_by_text("比较愿意").click()
    page.get_by_text("已保存").wait_for()
    assert _stored(sitting) == [4]
    page.get_by_role("button", name="下一题").click()
    page.wait_for_url("**/2/")
    assert page.get_by_role("radio", checked=True).count() == 0
    page.keyboard.press("5")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/3/")
    page.keyboard.press("1")
    _until(page, lambda: _stored(sitting) == [4, 5, 1])
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/2/")
    assert page.get_by_role("radio", name="很愿意", exact=True).is_checked()
    page.go_back()
    assert "第 3 题" in page.title()
    page.get_by_role("button", name="保存并离开").click()
    page.get_by_text("已经保存").wait_for()
    assert page.faults == []


def test_without_a_network_answers_wait_and_arrive(context: Any, taking: tuple[Sitting, str]) -> None:
    sitting, address = taking
    page = _begin(context, address)
    context.set_offline(True)
    for key in "35":
        page.keyboard.press(key)
        page.keyboard.press("ArrowRight")
    page.get_by_text("未保存，正在重试").wait_for()
    assert _stored(sitting) == []
    page.get_by_role("button", name="保存并离开").click()
    page.get_by_text("还有 2 题没有送到").wait_for()
    context.set_offline(False)
    _until(page, lambda: _stored(sitting) == [3, 5])
    page.keyboard.press("ArrowLeft")
    page.get_by_text("已保存").wait_for()


def test_answers_survive_a_page_that_was_closed_without_a_network(context: Any, taking: tuple[Sitting, str]) -> None:
    sitting, address = taking
    page = _begin(context, address)
    context.set_offline(True)
    page.keyboard.press("2")
    page.get_by_text("未保存，正在重试").wait_for()
    page.close()
    context.set_offline(False)
    assert _stored(sitting) == []
    again = context.new_page()
    again.goto(f"{address}1/")
    _until(again, lambda: _stored(sitting) == [2])
    assert again.get_by_role("radio", name="不太愿意").is_checked()


def test_answer_refused_by_the_server_is_told(context: Any, taking: tuple[Sitting, str]) -> None:
    sitting, address = taking
    page = _begin(context, address)
    page.route("**/answer/", lambda route: route.fulfill(status=409, json={"message": "这份测评已经完成"}))
    page.keyboard.press("2")
    page.get_by_role("alert").get_by_text("这份测评已经完成").wait_for()
    assert _stored(sitting) == []


def test_the_adviser_learns_that_the_device_has_no_voice(context: Any, taking: tuple[Sitting, str]) -> None:
    sitting, address = taking
    context.add_init_script("speechSynthesis.getVoices = () => []")
    page = _begin(context, address)
    _until(page, lambda: Sitting.objects.get(pk=sitting.pk).voice_missing)
    assert page.get_by_role("button", name="朗读").count() == 0


def test_a_device_with_a_voice_offers_to_read(context: Any, taking: tuple[Sitting, str]) -> None:
    sitting, address = taking
    context.add_init_script("speechSynthesis.getVoices = () => [{lang: 'zh-CN', name: 'voice'}]")
    page = _begin(context, address)
    page.get_by_role("button", name="朗读").wait_for()
    assert Sitting.objects.get(pk=sitting.pk).voice_missing is False


@pytest.mark.parametrize("modes", ["", "?type=xlarge", "?contrast=more&type=large"])
def test_pages_are_accessible_in_every_mode(context: Any, taking: tuple[Sitting, str], modes: str) -> None:
    _, address = taking
    page = _begin(context, address)
    page.keyboard.press("3")
    page.get_by_text("已保存").wait_for()
    for path in ("", "1/", "check/", "decline/", "erase/"):
        page.goto(f"{address}{path}{modes}")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
        assert [(path, one["id"], one["nodes"][0]["html"][:120]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
    assert page.faults == []
