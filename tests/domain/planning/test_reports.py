"""The career report: filled from file, results and confirmed occupations; complete before it is issued."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from tests import factories, factories_assessment, factories_clients
from tests import factories_casework as fc
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies.queries import staff_of
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.casework.models import Case
from zhiyin.domain.clients import commands as clients
from zhiyin.domain.documents import queries as documents
from zhiyin.domain.documents.models import Document
from zhiyin.domain.matching import commands as matching
from zhiyin.domain.people.consents import withdraw_consent
from zhiyin.domain.people.models import Consent
from zhiyin.domain.planning import reports
from zhiyin.domain.planning.advice import suggest
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    """A case in delivery on a file with one school, one job and one skill."""
    adviser = factories.member(factories.agency())
    file = factories_clients.client_file(None, adviser.organisation, adviser, education_level="vocational")
    with acting(factories.who(adviser), "建档"):
        clients.add_entry(
            file,
            "education",
            school="示例县卫生学校",
            major="药剂",
            level="vocational",
            started=date(2001, 9, 1),
            ended=date(2004, 6, 30),
        )
        clients.add_entry(
            file,
            "work",
            employer="示例大药房",
            post="营业员",
            duties="理货、解答用药",
            started=date(2008, 3, 1),
            ended=date(2025, 12, 31),
        )
        clients.add_entry(file, "skill", name="认药和理货", level="teach")
    return fc.walk_to(fc.case(adviser=adviser, file=file), "delivery")


def html(case: Case) -> str:
    document = reports.report_of(case)
    assert document is not None
    return documents.render(document, "html")


def drafted(case: Case) -> Document:
    with fc.working(case):
        fc.do_delivery(case)
    document = reports.report_of(case)
    assert document is not None
    return document


def issue(case: Case, **texts: str) -> Document:
    with fc.working(case):
        reports.edit_report(case, reports.report_of(case).version, {**fc.ADVICE, **texts})
        reports.issue_report(case)
        return reports.hand_over_report(case)


@pytest.mark.clause("SVC-4.6.1")
def test_the_issued_report_has_all_parts_and_an_empty_one_is_reported_before(case: Case) -> None:
    document = drafted(case)
    with fc.working(case):
        with pytest.raises(Invalid) as fault:
            reports.issue_report(case)
        assert {"advice_positioning", "advice_training"} <= set(fault.value.errors)
        assert "测评结果" in str(fault.value)
        assert reports.report_of(case).state == "draft"
    issued = issue(case)
    assert issued.pk == document.pk
    shown = html(case)
    for part in ("基本信息", "测评结果", "职业生涯发展建议"):
        assert part in shown
    assert issued.number == f"{case.organisation.code}-BG-{timezone.localdate().year}-00001"
    assert documents.render(issued, "pdf").startswith(b"%PDF")


@pytest.mark.clause("SVC-4.6.1-a")
def test_basics_equal_the_file(case: Case) -> None:
    drafted(case)
    shown = html(case)
    for words in (
        case.person.name,
        f">{case.person.age()}<",
        "2001.09—2004.06",
        "示例县卫生学校",
        "药剂",
        "2008.03—2025.12",
        "示例大药房",
        "营业员",
        "理货、解答用药",
        "认药和理货",
        case.number,
    ):
        assert words in shown, words


@pytest.mark.clause("SVC-4.6.1-b", "SVC-5.5")
def test_scores_equal_the_stored_result_and_hand_over_is_dated(case: Case) -> None:
    result = factories_assessment.result(case.file, case_id=case.pk)
    case.refresh_from_db()
    drafted(case)
    issued = issue(case)
    shown = html(case)
    scores = result.scores
    assert scores["title"] in shown
    day = date.fromisoformat(scores["taken_on"])
    assert f"{day.year}年{day.month}月{day.day}日" in shown.replace(" ", "")
    for row in reports.report_context(case)[0]["interest"]["scores"]:
        stored = next(scale for scale in scores["scales"] if scale["letter"] == row["letter"])
        assert float(row["raw"]) == float(stored["raw"])
        assert f">{row['raw']}<" in shown
        assert f">{row['mean']}<" in shown
    assert issued.career_report.result_id == result.pk
    assert issued.state == "handed_over"
    assert case.events.get(kind="report.handed_over").happened_at.date() == timezone.now().date()


@pytest.mark.clause("SVC-4.6.1-c")
def test_the_advice_has_four_headings_and_an_empty_one_is_reported(case: Case) -> None:
    drafted(case)
    headings = {
        "advice_positioning": "职业定位",
        "advice_ability": "能力提升计划",
        "advice_path": "发展路径",
        "advice_training": "培训建议",
    }
    with fc.working(case):
        for field, heading in headings.items():
            texts = {**fc.ADVICE, field: "  "}
            reports.edit_report(case, reports.report_of(case).version, texts)
            with pytest.raises(Invalid) as fault:
                reports.issue_report(case)
            assert list(fault.value.errors) == [field]
            assert heading in str(fault.value)
    issue(case)
    shown = html(case)
    for heading in headings.values():
        assert heading in shown


def test_confirmed_occupations_appear_and_start_the_advice(case: Case) -> None:
    factories_assessment.catalogue()
    with fc.working(case):
        run = matching.run(case.person, case_id=case.pk)
        best, declined = run.ranks[0], run.ranks[1]
        matching.confirm(run, best["code"], "consider", "愿意先去看看")
        matching.confirm(run, declined["code"], "declined", "不愿意")
    assert case.events.filter(kind="match.run").count() == 1
    document = drafted(case)
    rows = [row["code"] for row in reports.report_context(case)[0]["matches"]["rows"]]
    assert best["code"] in rows
    assert declined["code"] not in rows
    shown = html(case)
    assert best["code"] in shown
    assert document.career_report.run_id == run.pk
    assert document.editable["advice_positioning"]


def test_a_result_is_left_out_once_the_consent_is_withdrawn(case: Case) -> None:
    factories_assessment.result(case.file, case_id=case.pk)
    drafted(case)
    assert reports.report_context(case)[1] is not None
    with acting(fc.client_of(case), "撤回"):
        withdraw_consent(Consent.objects.get(person=case.person, purpose="assessment"), by="self", channel="online")
    assert reports.report_context(case)[1] is None
    with fc.working(case):
        reports.edit_report(case, reports.report_of(case).version, {})
    assert "本次未测评" in html(case)
    assert reports.report_of(case).career_report.result_id is None


def test_the_draft_follows_the_file_and_the_issued_report_does_not(case: Case) -> None:
    drafted(case)
    with fc.working(case):
        clients.add_entry(case.file, "skill", name="开叉车", level="teach")
        case.file.refresh_from_db()
    fresh = Case.objects.select_related("person", "file", "organisation", "adviser__user").get(pk=case.pk)
    issue(fresh)
    assert "开叉车" in html(fresh)
    with fc.working(case):
        clients.add_entry(fresh.file, "skill", name="会修水管", level="teach")
        with pytest.raises(NotReady):
            reports.edit_report(fresh, reports.report_of(fresh).version, {"advice_path": "改"})
    assert "会修水管" not in html(fresh)


def test_two_people_on_one_report(case: Case) -> None:
    seen = drafted(case).version
    with fc.working(case):
        reports.edit_report(case, seen, {"advice_path": "第一稿"})
        with pytest.raises(Conflict):
            reports.edit_report(case, seen, {"advice_path": "第二稿"})
        with pytest.raises(Invalid):
            reports.draft_report(case)
    assert reports.report_of(case).editable["advice_path"] == "第一稿"


def test_rights(case: Case) -> None:
    drafted(case)
    acts: dict[str, Any] = {
        "edit": lambda: reports.edit_report(case, 1, fc.ADVICE),
        "submit": lambda: reports.submit_report(case),
        "sign off": lambda: reports.sign_off_report(case),
        "issue": lambda: reports.issue_report(case),
        "hand over": lambda: reports.hand_over_report(case),
    }
    for who in (
        factories.who(factories.member(case.organisation)),
        factories.who(factories.member(case.organisation, Role.FRONT_DESK)),
        factories.who(factories.member(factories.agency(), Role.SUPERVISOR)),
        fc.client_of(case),
    ):
        for act in acts.values():
            with acting(who, "试"), pytest.raises(Refused):
                act()


@pytest.mark.parametrize(("level", "needed"), [(None, True), (4, True), (3, False), (1, False)])
def test_whether_a_supervisor_signs_depends_on_the_grade(level: int | None, needed: bool) -> None:
    adviser = factories.member(factories.agency(), level=level)
    assert staff_of(adviser).level == level
    case = fc.walk_to(fc.case(adviser=adviser), "report")
    assert reports.report_of(case).needs_sign_off is needed


def test_suggestions_cite_only_what_is_stored() -> None:
    empty = suggest({"matches": {"rows": []}, "goals": [], "interest": None, "file": {"skills": []}})
    assert set(empty.values()) == {""}
    row = {"name": "养老护理员", "fits": "愿意帮人。", "lacks": "护理基础", "certificates": "", "path": ""}
    texts = suggest(
        {
            "matches": {"rows": [row]},
            "goals": [{"title": "定方向", "measure": "报上名", "due": "2026年6月30日"}],
            "interest": None,
            "file": {"skills": [{"name": "认药"}]},
        }
    )
    assert "养老护理员" in texts["positioning"]
    assert "愿意帮人。" in texts["positioning"]
    assert "认药" in texts["ability"]
    assert "护理基础" in texts["ability"]
    assert "报上名" in texts["path"]
    assert texts["training"] == ""
