"""One client served in the browser: from the front desk to the closed case and the answer to the feedback link."""

import re
import uuid
from typing import Any

from tests import factories_casework as fc
from tests.browser.conftest import Site
from tests.browser.filling import fill, press, put

NAME = "慕容知秋"


def test_from_walk_in_to_closed_case(site: Site) -> None:
    desk, adviser = site.browse("front_desk"), site.browse("junior")
    file, case = receive(site, desk)
    survey(site, adviser, case)
    agree(adviser, case)
    plan(adviser, case)
    take_test(site, adviser, case)
    confirm_match(adviser, case)
    report(site, adviser, case)
    close(adviser, case)
    judge(site, adviser, case)
    adviser.goto(file)
    assert NAME in adviser.inner_text("main")
    assert desk.faults + adviser.faults == []


def receive(site: Site, page: Any) -> tuple[str, str]:
    """Somebody who looks like a client we know is shown first; then person, consents, file and case in one go."""
    page.goto("/desk/clients/new/")
    fill(page, {"name": NAME[:3] + NAME[3], "number": site.told["number"], "phone": "13812340000"})
    put(page, "name", site.told["alike"]["name"])
    press(page, "核对，下一步")
    page.get_by_text("可能是同一个人").wait_for()
    page.locator("[name=different]").check()
    put(page, "name", NAME)
    press(page, "核对，下一步")
    page.get_by_role("heading", name=NAME).wait_for()
    for box in page.locator("table.agree input[type=checkbox]").all():
        box.check()
    page.locator("[name=open_case]").check()
    fill(page, {"adviser": site.told["junior"]["membership"], "service_kind": "planning"})
    press(page, "建立档案")
    page.get_by_text("已建立").first.wait_for()
    file = page.url
    found = site.sql(
        "SELECT c.id FROM casework_case c JOIN people_person p ON p.id = c.person_id WHERE p.name = ?", NAME
    )
    return file, f"/desk/cases/{uuid.UUID(found[0][0])}/"


def key(case: str) -> str:
    """The id in an address as the database writes it."""
    return case.split("/")[3].replace("-", "")


def survey(site: Site, page: Any, case: str) -> None:
    """Intake; then the needs survey in two sittings, of which the first ends in the middle."""
    page.goto(f"{case}forms/intake/")
    fill(page, fc.INTAKE)
    page.get_by_role("button", name=re.compile("提交|保存")).last.click()
    page.wait_for_load_state()
    page.goto(f"{case}forms/needs-survey/")
    fill(page, {"summary": fc.NEEDS["summary"], "expectation": fc.NEEDS["expectation"]})
    page.locator("[data-save-state][data-state=saved]").wait_for()
    page.reload()
    assert page.locator("[name=summary]").input_value() == fc.NEEDS["summary"]
    fill(page, fc.NEEDS)
    with page.expect_navigation():
        page.locator("#case-form .form-actions button[type=submit]").first.click()
    assert len(site.sql("SELECT 1 FROM casework_need WHERE case_id = ?", key(case))) == 1


def agree(page: Any, case: str) -> None:
    page.goto(f"{case}agreement/")
    press(page, "拟协议")
    for box in page.locator(f"form[action='{case}agreement/change/'] textarea").all():
        if not box.input_value().strip():
            box.fill("按双方商量的办，不收费。")
    press_first(page, f"form[action='{case}agreement/change/'] button[type=submit]")
    for role in ("client", "agency"):
        page.goto(f"{case}agreement/sign/{role}/")
        sign(page)
        press(page, "确认签名")
    page.goto(f"{case}agreement/")
    page.get_by_text("协议已生效").first.wait_for()


def sign(page: Any) -> None:
    canvas = page.locator("[data-signature] canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 70, steps=8)
    page.mouse.move(box["x"] + 180, box["y"] + 40, steps=8)
    page.mouse.up()
    page.locator("[name=signature_confirm]").check()


def press_first(page: Any, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()


def plan(page: Any, case: str) -> None:
    page.goto(f"{case}plan/")
    page.get_by_role("link", name="加活动").first.click()
    page.wait_for_load_state()
    fill(
        page,
        {"kind": "visit", "title": "到养老院看半天", "who": "both", "mode": "face", "criterion": "写下三个问题的答案"},
    )
    put(page, "due_on", "2090-05-30")
    need = page.locator("[name=need]")
    if need.first.evaluate("one => one.tagName") == "SELECT":
        need.select_option(index=1)
    else:
        need.first.check()
    press_first(page, "main form button[type=submit]")
    page.goto(f"{case}plan/")
    for _ in range(2):
        for box in page.locator(f"form[action='{case}plan/write/'] textarea").all():
            if not box.input_value().strip():
                box.fill("先看，再决定。")
        press_first(page, f"form[action='{case}plan/write/'] button[type=submit]")
    press(page, "本人同意，商定")
    page.get_by_text("方案已商定").first.wait_for()


def take_test(site: Site, page: Any, case: str) -> None:
    """On the client's phone by link; the network is gone for a while in the middle."""
    page.goto(f"{case}assess/")
    press(page, "布置测评")
    address = page.get_by_role("link", name="在这台机器上打开").get_attribute("href")
    phone = site.browse(width=390, height=844)
    phone.goto(address)
    with phone.expect_navigation(url="**/1/"):
        phone.get_by_role("button", name="开始").click()
    sitting = site.sql("SELECT id FROM sittings_sitting WHERE case_id = ?", key(case))[0][0]
    for n in range(48):
        if n == 20:
            phone.context.set_offline(True)
        if n == 26:
            assert count(site, sitting) == 20
            phone.context.set_offline(False)
            # what was answered without a network arrives by itself
            for _ in range(300):
                if count(site, sitting) == 26:
                    break
                phone.wait_for_timeout(100)
            assert count(site, sitting) == 26
        phone.keyboard.press(str(n % 5 + 1))
        if n < 20 or n >= 26:
            phone.get_by_text("已保存").wait_for()
        phone.keyboard.press("ArrowRight")
        phone.wait_for_timeout(60)
    phone.wait_for_url("**/check/")
    assert count(site, sitting) == 48
    values = [row[0] for row in site.sql("SELECT value FROM sittings_answer WHERE sitting_id = ? ORDER BY id", sitting)]
    assert values == [n % 5 + 1 for n in range(48)]
    with phone.expect_navigation():
        phone.get_by_role("button", name=re.compile("交|完成")).first.click()
    assert site.sql("SELECT state FROM sittings_sitting WHERE id = ?", sitting) == [("finished",)]
    phone.context.close()


def count(site: Site, sitting: str) -> int:
    return site.sql("SELECT count(*) FROM sittings_answer WHERE sitting_id = ?", sitting)[0][0]


def confirm_match(page: Any, case: str) -> None:
    page.goto(f"{case}match/")
    press(page, "比对职业")
    page.locator("details.opinion summary").first.click()
    page.locator("details.opinion [name=verdict][value=consider]").first.check()
    page.locator("details.opinion [name=reason]").first.fill("离家近，愿意学")
    press_first(page, "details.opinion button[type=submit]")
    page.get_by_text("离家近，愿意学").first.wait_for()


def report(site: Site, page: Any, case: str) -> None:
    """Begun by the adviser, who may not issue it alone: the supervisor signs it off."""
    hold_session(page, case)
    page.goto(f"{case}report/")
    press(page, "起草报告")
    for box in page.locator("#report-form textarea").all():
        box.fill("先往照护方向走，三个月内拿证。\n依据是做过的事和测评结果。")
    press(page, "保存并提交督导")
    supervisor = site.browse("supervisor")
    supervisor.goto("/desk/signoffs/")
    supervisor.get_by_role("link", name=NAME).first.click()
    supervisor.wait_for_load_state()
    press(supervisor, "签发")
    assert supervisor.faults == []
    page.goto(f"{case}report/")
    press(page, "出具报告")
    press(page, "登记交给本人")


def hold_session(page: Any, case: str) -> None:
    page.goto(f"{case}plan/")
    while page.get_by_role("link", name="记结果").count():
        page.get_by_role("link", name="记结果").first.click()
        page.wait_for_load_state()
        page.locator("main form textarea, main form input[type=text]").first.fill("看过了，愿意做")
        press_first(page, "main form button[type=submit]")
        page.goto(f"{case}plan/")
    page.goto(f"{case}sessions/new/")
    fill(page, fc.SESSION)
    fill(page, {"minutes": "60", "mode": "face"})
    press_first(page, "#case-form .form-actions button[type=submit]")


def close(page: Any, case: str) -> None:
    page.goto(f"{case}close/")
    for goal in page.locator("section.goal").all():
        goal.locator("input[value=reached]").check()
    press(page, "保存评定")
    page.goto(f"{case}close/")
    fill(page, fc.CLOSING)
    press_first(page, "#case-form .form-actions button[type=submit]")
    page.goto(case)
    assert "结束" in page.inner_text("main")


def judge(site: Site, page: Any, case: str) -> None:
    page.goto(f"{case}feedback/")
    press(page, "生成评价链接")
    address = re.search(r"http\S+/f/[\w-]+/", page.inner_text("main"))
    assert address
    phone = site.browse(width=390, height=844)
    phone.goto(address[0])
    fill(phone, fc.FEEDBACK)
    press(phone, "提交评价")
    state = site.sql("SELECT overall FROM quality_feedbackrequest WHERE case_id = ?", key(case))
    assert state == [(9,)]
    phone.goto(address[0])
    assert phone.locator("[name=overall]").count() == 0
    assert phone.faults == []
