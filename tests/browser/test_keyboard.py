"""Without a mouse: signing in, the workbench, a form, a test."""

from typing import Any

from tests.browser.conftest import Site


def tab_to(page: Any, what: str, most: int = 120) -> None:
    """Press Tab until the element with the focus matches the selector ``what``."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", what):
            seen = page.evaluate(
                "() => { const one = document.activeElement; const style = getComputedStyle(one);"
                " return style.outlineStyle !== 'none' || style.boxShadow !== 'none'"
                " || getComputedStyle(one.closest('label') ?? one).outlineStyle !== 'none'; }"
            )
            assert seen, f"the focus on {what} cannot be seen"
            return
    raise AssertionError(f"{what} is not reached by Tab on {page.url}")


def test_sign_in_open_a_form_and_submit(site: Site) -> None:
    page = site.browse()
    page.goto("/account/login/")
    tab_to(page, "[name=login]")
    page.keyboard.type(site.told["username"])
    tab_to(page, "[name=password]")
    page.keyboard.type(site.told["password"])
    with page.expect_navigation(url="**/desk/"):
        page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main", "the first stop skips the menu"
    tab_to(page, "a[href='/desk/clients/']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "a[href='/desk/clients/new/']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "[name=name]")
    page.keyboard.type("慕容知夏")
    tab_to(page, "button[value=go]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    # the number is missing: said at once, and nothing that was typed is lost
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    assert page.locator("[name=name]").input_value() == "慕容知夏"
    assert page.title().startswith("出错：")


def test_three_questions_by_keys(site: Site) -> None:
    page = site.browse(width=390, height=844)
    page.goto(f"/t/{site.told['fresh_token']}/")
    tab_to(page, "button")
    while "开始" not in page.evaluate("document.activeElement.textContent"):
        tab_to(page, "button")
    with page.expect_navigation(url="**/1/"):
        page.keyboard.press("Enter")
    for key in "425":
        page.keyboard.press(key)
        page.get_by_text("已保存").wait_for()
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(150)
    assert "第 4 题" in page.title()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(150)
    assert page.get_by_role("radio", checked=True).get_attribute("value") == "4"
    assert page.faults == []
