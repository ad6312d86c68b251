"""An organisation's own changes on screen: proposed by one, judged by another, taken back; profiles; the Excel way."""

import io
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import load_workbook

from tests import factories, factories_casework, factories_clients
from tests.web.desk.case_pages import posted, signed_in
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.casework.models import FormRecord
from zhiyin.domain.files import workbooks
from zhiyin.domain.standards import commands, queries
from zhiyin.domain.standards.models import OrganisationProfile, ProfileChange, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(home: Any) -> SimpleNamespace:
    agency = factories.agency()
    members = {
        "adviser": factories.member(agency, Role.ADVISER, name="林静怡"),
        "head": factories.member(agency, Role.SECTION_HEAD, name="沈若兰", level=1),
        "front": factories.member(agency, Role.FRONT_DESK),
    }
    return SimpleNamespace(
        agency=agency,
        members=members,
        stranger=signed_in(factories.member(factories.agency(), Role.SECTION_HEAD, level=1)),
        **{name: signed_in(member) for name, member in members.items()},
    )


def url(name: str, *args: Any) -> str:
    return reverse(f"desk:{name}", args=args)


def act(world: SimpleNamespace, who: str, change: ProfileChange, name: str, **typed: str) -> Any:
    return getattr(world, who).post(url("standard_change_act", change.pk, name), typed, follow=True)


def proposed(world: SimpleNamespace, sort: str = "parameter", id: str = "planner-pass-score", **typed: str) -> Any:
    """The draft that the adviser makes on screen."""
    if sort == "parameter":
        typed = {"value": "70", "source": "本中心规定", "valid_from": "2026-03-01", **typed}
    data = {"why": "内部考核从严", "effective_from": f"{timezone.localdate():%Y-%m-%d}", **typed}
    response = world.adviser.post(url("standard_change_new", sort, id), data)
    assert response.status_code == 302, response.content.decode()
    return ProfileChange.objects.get()


NEW = {
    "new_label": "家里谁最支持您换工作",
    "new_type": "choice",
    "new_options": "爱人\n父母\n没有人",
    "new_help": "随口一问",
    "new_section": "sections[present].fields",
}


@pytest.mark.clause("SVC-4.1.1")
def test_a_field_that_the_organisation_defines_appears_on_the_form_and_in_the_file(world: SimpleNamespace) -> None:
    file = factories_clients.client_file(None, world.agency, world.members["adviser"])
    case = factories_casework.walk_to(factories_casework.case(adviser=world.members["adviser"], file=file), "needs")
    form = url("case_form", case.pk, "needs-survey")
    assert "家里谁最支持您换工作" not in world.adviser.get(form).content.decode()
    page = world.adviser.get(url("standard_change_new", "form", "needs-survey"))
    section = page.context["places"][0]["value"]
    change = proposed(world, "form", "needs-survey", **{**NEW, "new_section": section})
    act(world, "adviser", change, "submit")
    assert "家里谁最支持您换工作" not in world.adviser.get(form).content.decode()
    act(world, "head", change, "approve")
    text = world.adviser.get(form).content.decode()
    assert "家里谁最支持您换工作" in text
    assert "没有人" in text
    answers = {**posted(factories_casework.NEEDS), "own_1": "o2", "version": "0"}
    assert world.adviser.post(form, answers).status_code == 302
    record = FormRecord.objects.get(case=case, form="needs-survey")
    text = world.adviser.get(url("record", record.pk)).content.decode()
    assert "家里谁最支持您换工作" in text
    assert "父母" in text


def test_a_figure_changed_on_screen_shows_its_effects_and_works_once_another_approved(world: SimpleNamespace) -> None:
    change = proposed(world)
    text = world.adviser.get(url("standard_change", change.pk)).content.decode()
    assert "60（自 2026-02-28 起）" in text
    assert "70（自" in text
    assert "本中心规定" not in text
    response = act(world, "adviser", change, "submit")
    assert "等另一位督导或科长批准" in response.content.decode()
    change.refresh_from_db()
    assert change.effects
    text = world.head.get(url("standard_change", change.pk)).content.decode()
    assert change.effects[0]["case"] in text
    assert "theory-passed" in change.effects[0]["after"] + change.effects[1]["after"]
    assert "theory-passed" not in text
    assert "理论知识合格" in text
    assert queries.active(world.agency).parameter("planner-pass-score") == 60
    act(world, "head", change, "approve", note="同意")
    assert queries.active(world.agency).parameter("planner-pass-score") == 70
    rule = world.adviser.get(url("standard_rule", "planner-pass")).content.decode()
    assert "理论知识成绩至少 70 分" in rule
    assert "与标准包的结论不同" in rule
    other = world.stranger.get(url("standard_rule", "planner-pass")).content.decode()
    assert "理论知识成绩至少 60 分" in other


def test_the_author_does_not_approve_and_a_return_says_what_to_mend(world: SimpleNamespace) -> None:
    change = proposed(world)
    act(world, "adviser", change, "submit")
    assert world.adviser.post(url("standard_change_act", change.pk, "approve")).status_code == 403
    response = world.head.post(url("standard_change_act", change.pk, "return"), {"note": " "})
    assert response.status_code == 422
    assert "请写明要改什么" in response.content.decode()
    act(world, "head", change, "return", note="写清从哪一批考核起")
    text = world.adviser.get(url("standard_change", change.pk)).content.decode()
    assert "写清从哪一批考核起" in text
    edit = url("standard_change_edit", change.pk)
    typed = {"title": "及格线", "why": "", "effective_from": "2020-01-01", "version": "1"}
    response = world.adviser.post(edit, typed)
    assert response.status_code == 422
    text = response.content.decode()
    assert "请写明为什么修改" in text
    assert "及格线" in text
    day = timezone.localdate() + timedelta(days=10)
    typed |= {"why": "自下一批考核起从严", "effective_from": day.isoformat()}
    assert world.adviser.post(edit, typed).status_code == 302
    change.refresh_from_db()
    assert (change.title, change.effective_from) == ("及格线", day)
    response = world.adviser.post(edit, {**typed, "version": "1"})
    assert response.status_code == 422
    assert "别人刚刚改过" in response.content.decode()


def test_the_last_part_of_a_change_is_not_dropped(world: SimpleNamespace) -> None:
    change = proposed(world)
    typed = {"title": "及格线", "why": "从严", "effective_from": f"{timezone.localdate()}", "version": "1"}
    response = world.adviser.post(url("standard_change_edit", change.pk), {**typed, "drop": ["set[0]"]})
    assert response.status_code == 422
    assert "还没有写要改什么" in response.content.decode()


def test_taking_back_restores_and_stays_in_the_history(world: SimpleNamespace) -> None:
    change = proposed(world)
    act(world, "adviser", change, "submit")
    act(world, "head", change, "approve")
    assert world.adviser.post(url("standard_change_act", change.pk, "take-back"), {"note": "不"}).status_code == 403
    response = world.head.post(url("standard_change_act", change.pk, "take-back"), {"note": ""})
    assert response.status_code == 422
    assert "请写明为什么收回" in response.content.decode()
    response = act(world, "head", change, "take-back", note="上级不同意")
    text = response.content.decode()
    assert [word in text for word in ("提交", "批准", "上级不同意", "已收回")] == [True] * 4
    assert queries.active(world.agency).parameter("planner-pass-score") == 60


def test_labels_and_help_are_changed_and_faults_keep_what_was_typed(world: SimpleNamespace) -> None:
    where = url("standard_change_new", "form", "intake")
    page = world.adviser.get(where)
    control = page.context["groups"][0]["controls"][0]
    data = {"why": "大家看不懂", "effective_from": "2020-01-01", control["name"]: " ", "new_label": "加一题"}
    response = world.adviser.post(where, data)
    assert response.status_code == 422
    text = response.content.decode()
    for words in ("题目不能空着", "请选择加在哪一部分", "请选择怎么填", "大家看不懂", "加一题"):
        assert words in text, words
    data = {"why": "大家看不懂", "effective_from": f"{timezone.localdate()}", control["name"]: "您今天为什么来"}
    assert world.adviser.post(where, data).status_code == 302
    change = ProfileChange.objects.get()
    assert change.operations["alter"][0]["set"] == {"label": "您今天为什么来"}
    assert "您今天为什么来" in world.head.get(url("standard_change", change.pk)).content.decode()
    response = world.adviser.post(where, {"why": "没有改", "effective_from": f"{timezone.localdate()}"})
    assert response.status_code == 422
    assert "还没有写要改什么" in response.content.decode()


def test_a_figure_of_the_wrong_kind_is_told_at_its_field(world: SimpleNamespace) -> None:
    data = {"value": "很多", "why": "从严", "valid_from": "昨天", "effective_from": f"{timezone.localdate()}"}
    response = world.adviser.post(url("standard_change_new", "parameter", "planner-pass-score"), data)
    assert response.status_code == 422
    assert list(response.context["errors"]) == ["value", "valid_from"]
    assert "很多" in response.content.decode()
    assert not ProfileChange.objects.exists()


def test_the_section_head_chooses_a_profile_from_a_day(world: SimpleNamespace) -> None:
    day = timezone.localdate() + timedelta(days=5)
    typed = {"profiles": ["shandong"], "effective_from": day.isoformat(), "why": ""}
    response = world.head.post(url("standard_profile"), typed)
    assert response.status_code == 422
    assert 'value="shandong" checked' in response.content.decode()
    assert world.head.post(url("standard_profile"), {**typed, "why": "划归山东"}).status_code == 302
    row = OrganisationProfile.objects.get()
    assert (row.profiles, row.effective_from, row.set_by) == (["shandong"], day, world.members["head"])
    text = world.adviser.get(url("standard_changes")).content.decode()
    assert "划归山东" in text
    assert "还没到" in text
    assert "没有选用地方方案" in text
    assert world.adviser.get(url("standard_profile")).status_code == 403


def edited(book: bytes, changes: dict[tuple[str, str], dict[str, str]]) -> SimpleUploadedFile:
    """The exported table with cells of (编号, 项目) filled in."""
    table = load_workbook(io.BytesIO(book)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    start = next(index for index, row in enumerate(table) if "改为" in row)
    head = [str(cell) for cell in table[start]]
    rows = []
    for row in table[start + 1 :]:
        wanted = changes.get((str(row[head.index("编号")]), str(row[head.index("项目")])), {})
        rows.append([wanted.get(name, cell) for name, cell in zip(head, row, strict=True)])
    content = workbooks.workbook("标准", [(name, 10) for name in head], rows, "改过的", pinned=3)
    return SimpleUploadedFile("改过.xlsx", content)


def test_values_go_out_to_excel_and_come_back_as_a_draft_with_findings_row_by_row(world: SimpleNamespace) -> None:
    assert world.adviser.post(url("standard_export"), {"reason": ""}).status_code == 422
    response = world.adviser.post(url("standard_export"), {"reason": "讨论及格线", "kinds": ["parameter"]})
    assert response.headers["Content-Type"].endswith("spreadsheetml.sheet")
    good = {("planner-pass-score", "取值"): {"改为": "65"}, ("adviser-pass-score", "取值"): {"改为": "很多"}}
    data = {"title": "及格线", "why": "从严", "effective_from": f"{timezone.localdate()}"}
    response = world.adviser.post(url("standard_import"), {**data, "file": edited(response.content, good)}, follow=True)
    text = response.content.decode()
    assert "要改的 2 行，读入 1 行" in text
    assert "“很多”不是整数" in text
    change = ProfileChange.objects.get()
    assert change.state == State.DRAFT
    assert change.operations["set"][0]["parameter"] == "planner-pass-score"
    bad = SimpleUploadedFile("坏.xlsx", b"no workbook")
    response = world.adviser.post(url("standard_import"), {**data, "file": bad})
    assert response.status_code == 422
    assert "打不开" in response.content.decode()
    assert "及格线" in response.content.decode()
    assert world.front.get(url("standard_import")).status_code == 403


def test_another_organisation_and_the_front_desk(world: SimpleNamespace) -> None:
    change = proposed(world)
    for name in ("standard_change", "standard_change_edit"):
        assert world.stranger.get(url(name, change.pk)).status_code == 404
    assert world.stranger.post(url("standard_change_act", change.pk, "submit")).status_code == 404
    assert world.front.post(url("standard_change_act", change.pk, "submit")).status_code == 403
    assert world.front.get(url("standard_change", change.pk)).status_code == 200
    assert world.front.get(url("standard_values")).status_code == 403
    assert world.adviser.get(url("standard_change_new", "form", "nothing")).status_code == 404
    assert world.adviser.get(url("standard_change_new", "law", "labour-law")).status_code == 404


def test_the_list_costs_the_same_for_three_and_thirty_changes(world: SimpleNamespace) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            assert world.adviser.get(url("standard_changes")).status_code == 200
        return len(found)

    def make(count: int) -> None:
        wanted = {
            "set": [
                {
                    "parameter": "planner-pass-score",
                    "why": "严",
                    "values": [{"value": 70, "valid_from": "2026-03-01", "source": "本中心"}],
                }
            ]
        }
        for number in range(count):
            with acting(factories.who(world.members["adviser"]), "起草"):
                commands.propose(world.agency, title=f"修改{number}", operations=wanted, why="严")

    make(3)
    cost()
    first = cost()
    make(17)
    assert cost() == first <= 20
