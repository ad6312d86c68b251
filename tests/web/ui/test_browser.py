"""The gallery in a real browser: axe, no sideways scrolling, and the scripts do what they say under the policy."""

import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application

from tests.support import needs_chromium

pytestmark = [pytest.mark.browser, needs_chromium]
AXE = Path(__file__).resolve().parents[2] / "browser" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = ["/ui/gallery", "/ui/gallery/client", "/ui/gallery/public", "/ui/gallery/plain"]
# 320 × 256 is what is left of 1280 × 1024 at 400 % zoom
VIEWS = [
    (1440, 900, ""),
    (1024, 768, ""),
    (390, 844, ""),
    (320, 256, ""),
    (1440, 900, "?contrast=more&type=large"),
    (390, 844, "?type=xlarge"),
]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def page(chromium: Any, address: str) -> Iterator[Any]:
    context = chromium.new_context(base_url=address, viewport={"width": 1440, "height": 900}, locale="zh-CN")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    yield opened
    assert faults == []
    context.close()


def ready(page: Any, path: str = "/ui/gallery") -> None:
    page.goto(path)
    page.wait_for_selector("html[data-ready]", state="attached")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "height", "mode"), VIEWS)
def test_pages_are_accessible_and_never_scroll_sideways(
    page: Any, path: str, width: int, height: int, mode: str
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    ready(page, path + mode)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "async rules => (await axe.run(document, {runOnly: rules})).violations"
        ".map(v => [v.id, v.nodes.map(n => n.html.slice(0, 200))])",
        RULES,
    )
    assert found == []


def test_error_summary_takes_focus_and_leads_to_the_field(page: Any) -> None:
    ready(page, "/ui/gallery/plain")
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    assert page.title().startswith("出错：")
    page.click("[data-error-summary] a >> nth=0")
    assert page.evaluate("document.activeElement.id") == "id_username"


def test_rows_are_added_and_removed(page: Any) -> None:
    ready(page)
    page.on("dialog", lambda dialog: dialog.accept())
    entries = page.locator("#engine [data-entries] [data-entry]")
    assert entries.count() == 2
    page.click("#engine [data-add]")
    assert entries.count() == 3
    assert page.evaluate("document.activeElement.name") == "jobs-2-employer"
    page.locator("#engine [data-remove]").first.click()
    assert entries.count() == 2
    assert [text.strip() for text in page.locator("#engine [data-entry] header [data-number]").all_inner_texts()] == [
        "1",
        "2",
    ]


def test_fields_follow_their_condition_and_hidden_ones_are_not_sent(page: Any) -> None:
    ready(page)
    left = page.locator("#f-left_on")
    assert left.is_visible()
    page.check("#engine input[name=status][value=student]")
    assert left.is_hidden()
    assert left.is_disabled()
    page.check("#engine input[name=status][value=unemployed]")
    assert left.is_visible()
    assert left.is_enabled()


def test_enter_moves_on_and_ctrl_k_finds(page: Any) -> None:
    ready(page)
    page.fill("#f-plain_name", "王艳")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "f-reason"
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.name") == "q"


def test_a_draft_is_saved_and_a_failure_is_said(page: Any) -> None:
    ready(page)
    posts: list[str] = []

    def answer(route: Any) -> None:
        posts.append(route.request.post_data or "")
        route.fulfill(status=204 if len(posts) == 1 else 500)

    page.route("**/ui/nowhere", answer)
    state = page.locator("#fields-form [data-save-state]")
    page.fill("#f-plain_name", "司徒文博")
    page.wait_for_selector("#fields-form [data-save-state][data-state=saved]")
    assert "司徒文博" in posts[0]
    assert "草稿已保存" in state.inner_text()
    page.fill("#f-plain_name", "何秀兰")
    page.wait_for_selector("#fields-form [data-save-state][data-state=failed]")
    assert "没有保存" in state.inner_text()


def test_a_signature_is_drawn_and_cleared(page: Any) -> None:
    ready(page)
    canvas = page.locator("[data-signature=signature] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 90, steps=6)
    page.mouse.up()
    assert page.input_value("input[name=signature_image]").startswith("data:image/png;base64,")
    page.click("[data-signature=signature] [data-clear-pad]")
    assert page.input_value("input[name=signature_image]") == ""


def test_ticked_rows_are_counted(page: Any) -> None:
    ready(page)
    bar = page.locator("[data-batch]")
    assert bar.is_hidden()
    page.check("#people [data-all]")
    assert page.inner_text("[data-count]") == "4"
    page.locator("#people [data-tick]").first.uncheck()
    assert page.inner_text("[data-count]") == "3"
    page.click("[data-batch] [data-clear]")
    assert bar.is_hidden()


def test_hidden_columns_stay_hidden_after_a_reload(page: Any) -> None:
    ready(page)
    page.click("[data-columns] summary")
    page.uncheck("[data-columns] input[value=times]")
    ready(page)
    assert page.locator("#people th[data-col=times]").is_hidden()
    assert page.locator("#people tbody tr >> nth=0 >> td.num").is_hidden()
    assert page.locator("#people th[data-col=kind]").is_visible()


def test_dialogs_open_close_and_give_focus_back(page: Any) -> None:
    ready(page)
    for name in ("sample-confirm", "sample-drawer"):
        page.click(f"[data-open={name}]")
        assert page.evaluate(f"document.getElementById('{name}').open")
        page.keyboard.press("Escape")
        assert not page.evaluate(f"document.getElementById('{name}').open")
        assert page.evaluate("document.activeElement.dataset.open") == name


def test_modes_are_kept_for_the_next_page(page: Any) -> None:
    ready(page, "/ui/gallery/client")
    page.click("text=大字")
    assert page.evaluate("document.documentElement.dataset.type") == "large"
    page.click("text=高对比")
    page.goto("/ui/gallery/public")
    root = page.locator("html")
    assert (root.get_attribute("data-type"), root.get_attribute("data-contrast")) == ("large", "more")


def test_phone_menu_opens_and_a_page_without_scripts_has_it_open(chromium: Any, page: Any, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ready(page)
    assert page.locator("#menu").is_hidden()
    page.click("[data-menu-toggle]")
    assert page.locator("#menu").is_visible()
    assert page.get_attribute("[data-menu-toggle]", "aria-expanded") == "true"
    plain = chromium.new_context(base_url=address, viewport={"width": 390, "height": 844}, java_script_enabled=False)
    bare = plain.new_page()
    bare.goto("/ui/gallery")
    assert bare.locator("#menu").is_visible()
    bare.goto("/ui/gallery/client")
    bare.click("text=大字")
    assert bare.locator("html").get_attribute("data-type") == "large"
    plain.close()


def test_without_a_chinese_voice_the_control_is_gone_and_forms_say_so(page: Any) -> None:
    page.add_init_script("speechSynthesis.getVoices = () => []")
    ready(page, "/ui/gallery/plain")
    page.wait_for_selector("html[data-speech=none]", state="attached")
    assert page.input_value("input[name=_speech]") == "none"
    ready(page, "/ui/gallery/client")
    assert page.locator("[data-speak]").is_hidden()


def test_with_a_chinese_voice_the_question_is_read(page: Any) -> None:
    page.add_init_script(
        "speechSynthesis.getVoices = () => [{lang: 'zh-CN', name: 'x'}];"
        "Object.defineProperty(SpeechSynthesisUtterance.prototype, 'voice', {set() {}});"
        "speechSynthesis.speak = one => { window.said = one.text; };"
    )
    ready(page, "/ui/gallery/client")
    page.click("[data-speak]")
    said = page.evaluate("window.said")
    assert "教一位老人学会用手机挂号" in said
    assert "很愿意" in said
    assert "接着答" not in said
