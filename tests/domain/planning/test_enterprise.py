"""The enterprise report: five parts from the file, and nobody in it who did not agree."""

from typing import Any

import pytest

from tests import factories, factories_assessment, factories_casework, factories_clients, factories_employers
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.documents import commands as documents
from zhiyin.domain.documents import queries as document_queries
from zhiyin.domain.documents.models import Document
from zhiyin.domain.employers import commands, papers
from zhiyin.domain.employers.models import Employee, EmployerFile
from zhiyin.domain.people import consents
from zhiyin.domain.people.models import Consent
from zhiyin.domain.planning import enterprise
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

# what only the author can say
WRITTEN: dict[str, Any] = {
    "changes": [
        {"post": "灌装操作工", "change": "grow", "when": "2027 年", "why": "第三条线投产"},
        {"post": "线长", "change": "keep", "when": "三年内", "why": "班组不变"},
    ],
    "limit": "兴趣只帮助商量方向，不能用来定岗。",
    "trainings": [
        {
            "group": "灌装操作工",
            "course": "班组长基础",
            "hours": "40",
            "basis": "environment",
            "reason": "接班的人断了档",
        }
    ],
    "review_on": "2026-12-01",
}


@pytest.fixture
def adviser() -> Membership:
    return factories.member(factories.agency(code="LJ5"), Role.ADVISER, name="林静", level=2)


@pytest.fixture
def file(adviser: Membership) -> EmployerFile:
    made = factories_employers.employer(
        adviser.organisation, name="临江市青竹饮品有限公司（演示）", figures_on="2026-03-01"
    )
    factories_employers.analysed(made)
    return made


def assessed(file: EmployerFile, *names: str) -> list[Employee]:
    made = []
    for name in names:
        employee = factories_employers.employee(file, name=name)
        factories_assessment.result(employee.client)
        made.append(employee)
    return made


def agrees(employee: Employee, recipient: str) -> Consent:
    person, agency = employee.client.person, employee.client.organisation
    return factories_clients.consent(person, agency, "report-sharing", recipient=recipient)[0]


def draft(file: EmployerFile, adviser: Membership) -> Document:
    with acting(factories.who(adviser), "写报告"):
        return enterprise.draft_report(file)


def issued(file: EmployerFile, adviser: Membership, **answers: Any) -> str:
    document = draft(file, adviser)
    with acting(factories.who(adviser), "写报告"):
        document = documents.change(document, document.version, answers={**WRITTEN, **answers})
        document = documents.issue(document)
    assert document.number.startswith("LJ5-QYGH-")
    assert (document.subject_kind, document.subject_id, document.subject_label) == ("employer", file.pk, file.name)
    return document_queries.render(document, "html")


COUNTED = {"groups": [{"group": "全体", "number": "6", "tool": "职业兴趣测评", "result": "社会型居首"}]}
PARTS = {
    "basics": ("nature", "size", "posts"),
    "environment": ("external", "internal"),
    "assessment": ("groups", "limit"),
    "paths": ("changes", "moves"),
    "advice": ("trainings",),
}


@pytest.mark.clause("SVC-4.6.2")
def test_the_issued_report_has_all_five_parts_and_an_empty_one_is_told_before(
    file: EmployerFile, adviser: Membership
) -> None:
    document = draft(file, adviser)
    whole = {**document.answers, **WRITTEN, **COUNTED}
    with acting(factories.who(adviser), "写报告"):
        for fields in PARTS.values():
            empty = {name: [] if isinstance(whole[name], list) else "" for name in fields}
            document = documents.change(document, document.version, answers={**whole, **empty})
            with pytest.raises(Invalid) as fault:
                documents.issue(document)
            assert set(fields) <= set(fault.value.errors)
            assert not document.number
        document = documents.change(document, document.version, answers=whole)
        document = documents.issue(document)
    html = document_queries.render(document, "html")
    for title in ("单位和岗位", "内外环境", "员工测评", "岗位变动和员工路径", "规划建议"):
        assert title in html
    assert document.archive is not None


@pytest.mark.clause("SVC-4.6.2-a")
def test_nature_size_and_posts_equal_the_file(file: EmployerFile, adviser: Membership) -> None:
    said = draft(file, adviser).answers
    assert (said["nature"], said["size"], said["as_of"]) == ("民营企业", file.headcount, "2026-03-01")
    assert [(row["post"], row["number"], row["duty"]) for row in said["posts"]] == [
        (row["title"], row["number"], row["duty"]) for row in file.answers["posts"]
    ]
    with acting(factories.who(adviser), "扩产"):
        # another file gives another report
        other = factories_employers.answers(nature="state", headcount="10", by_age=[], by_education=[])
        other["posts"] = [{"title": "质检员", "number": "10", "duty": "抽样"}]
        second = commands.open_file(adviser.organisation, other, distinct=True)
        commands.complete_analysis(second, {**factories_employers.ENVIRONMENT, "internal_state": "waived"} | WAIVED)
    said = draft(second, adviser).answers
    assert (said["nature"], said["size"]) == ("国有企业", 10)
    assert [row["post"] for row in said["posts"]] == ["质检员"]


WAIVED = {"internal_waiver": "单位不要求"}


@pytest.mark.clause("SVC-4.6.2-b", "SVC-4.1.2-b")
def test_both_analyses_stand_in_the_report_with_their_date_and_the_talent_strategy(
    file: EmployerFile, adviser: Membership
) -> None:
    html = issued(file, adviser, **COUNTED)
    environment = html[html.index("内外环境") : html.index("员工测评")]
    for words in (
        "家族办厂",
        "老员工集中在一条线上",
        "操作工求人倍率 1.8（一季度供求分析，2026-03-05）",
        "市人社局通知",
    ):
        assert words in environment
    assert environment.count("2026年3月10日") == 2
    assert "三年内不再从外面招线长" in environment
    assert "战略目标（2026—2028 年）：线长全部由本厂员工担任" in environment


@pytest.mark.clause("SVC-4.6.2-c")
def test_an_employee_without_consent_appears_only_in_aggregate(file: EmployerFile, adviser: Membership) -> None:
    willing, elsewhere, *_ = assessed(file, "周涛", "阿依古丽", "司徒文博", "上官雨桐", "诸葛小满", "端木长青")
    agrees(willing, file.name)
    agrees(elsewhere, "别的单位")
    html = issued(file, adviser)
    part = html[html.index("员工测评") : html.index("岗位变动和员工路径")]
    assert "周涛" in part
    for name in ("阿依古丽", "司徒文博", "上官雨桐", "诸葛小满", "端木长青"):
        assert name not in html
    assert "社会型居首 6 人" in part


def test_a_count_that_would_tell_on_somebody_is_not_given(file: EmployerFile, adviser: Membership) -> None:
    everybody = assessed(file, "周涛", "阿依古丽", "司徒文博", "上官雨桐", "诸葛小满")
    assert enterprise.staff_results(file)["counted"] == [{"interest": "社会型", "people": 5}]
    agrees(everybody[0], file.name)
    found = enterprise.staff_results(file)
    # five minus the named one leaves four to be told apart
    assert (found["counted"], found["tested"], len(found["named"])) == ([], 5, 1)
    assert "不作统计" in found["withheld"]


def test_a_consent_withdrawn_while_the_report_is_written_counts(file: EmployerFile, adviser: Membership) -> None:
    (employee,) = assessed(file, "周涛")
    consent = agrees(employee, file.name)
    document = draft(file, adviser)
    assert document.answers["individuals"][0]["code"] == "周涛"
    with acting(factories.who(adviser), "撤回"):
        consents.withdraw_consent(consent, by="self", channel="paper")
        document = enterprise.renew_report(file, document, document.version)
    assert "周涛" not in document_queries.render(document, "html")
    with pytest.raises(Invalid), acting(factories.who(adviser), "x"):
        enterprise.renew_report(factories_employers_other(adviser), document, document.version)


def factories_employers_other(adviser: Membership) -> EmployerFile:
    return commands.open_file(adviser.organisation, factories_employers.answers(), distinct=True)


@pytest.mark.clause("SVC-4.6.2-d")
def test_each_post_shows_where_its_holders_may_move_and_on_what_conditions(
    file: EmployerFile, adviser: Membership
) -> None:
    document = draft(file, adviser)
    assert [row["from"] for row in document.answers["moves"]] == [row["title"] for row in file.answers["posts"]]
    html = issued_from(document, adviser)
    part = html[html.index("岗位变动和员工路径") : html.index("规划建议")]
    for row in file.answers["posts"]:
        for name in ("title", "moves_to", "move_condition", "move_support"):
            assert row[name] in part
    # a post from which no way is known is asked for, not left out
    with acting(factories.who(adviser), "新岗位"):
        posts = [*file.answers["posts"][:1], {"title": "线长", "number": "10"}]
        changed = commands.change_file(file, file.version, {"posts": posts})
        second = enterprise.draft_report(changed)
        second = documents.change(second, second.version, answers={**WRITTEN, **COUNTED})
        with pytest.raises(Invalid) as fault:
            documents.issue(second)
    assert {"moves[1].to", "moves[1].condition"} <= set(fault.value.errors)


def issued_from(document: Document, adviser: Membership) -> str:
    with acting(factories.who(adviser), "写报告"):
        document = documents.change(document, document.version, answers={**WRITTEN, **COUNTED})
        return document_queries.render(documents.issue(document), "html")


@pytest.mark.clause("SVC-4.6.2-e")
def test_each_proposal_names_group_course_and_reason_from_the_analysis(file: EmployerFile, adviser: Membership) -> None:
    document = draft(file, adviser)
    with acting(factories.who(adviser), "写报告"):
        for name in ("group", "course", "reason", "basis"):
            rows = [{**WRITTEN["trainings"][0], name: ""}]
            document = documents.change(document, document.version, answers={**WRITTEN, **COUNTED, "trainings": rows})
            with pytest.raises(Invalid) as fault:
                documents.issue(document)
            assert set(fault.value.errors) == {f"trainings[0].{name}"}
    html = issued_from(document, adviser)
    advice = html[html.index("规划建议") :]
    for words in ("灌装操作工", "班组长基础", "接班的人断了档", "内外环境"):
        assert words in advice


# -- around it ------------------------------------------------------------------------------------------------------


def test_it_waits_for_posts_and_an_analysis_and_is_begun_once(file: EmployerFile, adviser: Membership) -> None:
    with acting(factories.who(adviser), "x"):
        bare = commands.open_file(adviser.organisation, factories_employers.answers(posts=[]), distinct=True)
    with pytest.raises(NotReady) as fault:
        draft(bare, adviser)
    assert fault.value.missing == ["岗位", "做完的环境分析"]
    document = draft(file, adviser)
    assert enterprise.report_of(file) == document
    with pytest.raises(Conflict):
        draft(file, adviser)


def test_grade_and_reach(file: EmployerFile, adviser: Membership) -> None:
    with pytest.raises(Refused, match="二级"):
        draft(file, factories.member(adviser.organisation, Role.ADVISER, level=3))
    for stranger in (
        factories.member(factories.agency(), Role.ADVISER, level=2),
        factories.member(adviser.organisation, Role.FRONT_DESK, level=2),
    ):
        with pytest.raises(Refused):
            draft(file, stranger)


def test_any_paper_about_an_employer_is_filled_from_its_file(file: EmployerFile, adviser: Membership) -> None:
    with acting(factories.who(adviser), "走访"):
        document = papers.draft_paper(file, "key-employer-file")
        with pytest.raises(Invalid, match="关于"):
            papers.draft_paper(file, "career-report")
    html = document_queries.render(document, "html")
    for words in (file.name, file.uscc, "临江市江北区工业路 8 号", "沈青 人事主管 139****0000"):
        assert words in html
    assert "13912340000" not in html
    listed = document_queries.list_for(factories.who(adviser), subject_id=file.pk)
    assert [paper.pk for paper in listed] == [document.pk]


@pytest.mark.clause("SVC-4.1.2-c")
def test_culture_entries_are_used_when_comparing_an_employees_values(file: EmployerFile, adviser: Membership) -> None:
    case = factories_casework.case(adviser=adviser)
    factories_casework.walk_to(case, "agreement")  # the survey says: helping first
    with acting(factories.who(adviser), "登记"):
        employee = commands.add_employee(file, case.file, "线长")
        before = enterprise.compare_values(employee)
        entries = [*file.answers["culture_values"], {"value": "helping", "shown": "每月帮社区送水"}]
        commands.change_file(file, file.version, {"culture_values": entries})
        employee.file.refresh_from_db()
        after = enterprise.compare_values(employee)
        stranger = factories_employers.employee(file)
    assert before is not None
    assert after is not None
    assert ([fit.value for fit in before.met], [fit.value for fit in before.unmet]) == ([], ["helping"])
    assert [(fit.value, fit.shown) for fit in after.met] == [("helping", "每月帮社区送水")]
    assert [row["value"] for row in after.beside] == ["comfort", "security"]
    assert enterprise.compare_values(stranger) is None
