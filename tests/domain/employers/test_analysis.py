"""The analysis of an employer's environment."""

from typing import Any

import pytest

from tests import factories, factories_employers
from tests.factories_employers import ENVIRONMENT
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.employers import commands, queries
from zhiyin.domain.employers.models import Analysis, EmployerFile
from zhiyin.kernel.errors import Conflict, Invalid, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def adviser() -> Membership:
    return factories.member(factories.agency(), Role.ADVISER)


@pytest.fixture
def file(adviser: Membership) -> EmployerFile:
    return factories_employers.employer(adviser.organisation)


def without(*names: str, **values: Any) -> dict[str, Any]:
    return {**{name: value for name, value in ENVIRONMENT.items() if name not in names}, **values}


@pytest.mark.clause("SVC-4.2.2")
def test_an_analysis_is_incomplete_until_both_parts_have_an_entry_or_a_waiver(
    adviser: Membership, file: EmployerFile
) -> None:
    internal, external = "内部：单位自己", "外部：行业、劳动力市场、政策"
    with acting(factories.who(adviser), "分析"):
        draft = commands.save_analysis(file, {"analysed_on": "2026-03-10", "purpose": "看看", "conclusion": "先招人"})
        assert queries.open_parts(draft) == [internal, external]
        with pytest.raises(Invalid):
            commands.complete_analysis(file, draft.answers, draft.version)

        # an entry in the one, nothing in the other
        draft = commands.save_analysis(
            file, without("external_state", "industry_facts", "labour_facts", "policy_facts"), draft.version
        )
        assert queries.open_parts(draft) == [external]
        # a waiver without a reason is none
        draft = commands.save_analysis(file, {**draft.answers, "external_state": "waived"}, draft.version)
        assert queries.open_parts(draft) == [external]
        with pytest.raises(Invalid) as fault:
            commands.complete_analysis(file, draft.answers, draft.version)
        assert set(fault.value.errors) == {"external_waiver"}

        whole = {**draft.answers, "external_waiver": "老板说行情他天天看"}
        done = commands.complete_analysis(file, whole, draft.version)
    assert queries.open_parts(done) == []
    assert done.completed_at is not None
    facts = queries.facts(file)["employer"]
    assert facts["external"] is None
    assert facts["waivers"] == [{"part": "外部", "reason": "老板说行情他天天看"}]
    assert AuditEvent.objects.filter(action="employers.analysis_completed").count() == 1


@pytest.mark.clause("SVC-4.2.2-a")
@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("by_age", [{"band": "25-34", "number": "35"}, {"band": "45-54", "number": "24"}]),
        ("by_post", [{"title": "灌装操作工", "number": "61"}]),
        ("by_education", [{"level": "vocational", "number": "59"}]),
    ],
)
def test_figures_by_age_post_and_education_total_the_headcount(
    adviser: Membership, file: EmployerFile, table: str, rows: list[dict[str, str]]
) -> None:
    with acting(factories.who(adviser), "分析"):
        with pytest.raises(Invalid, match="与在岗人数 60 人不符") as fault:
            commands.complete_analysis(file, {**ENVIRONMENT, table: rows})
        assert set(fault.value.errors) == {table}
        with pytest.raises(Invalid) as fault:
            commands.complete_analysis(file, without(table))
        assert set(fault.value.errors) == {table}
        done = commands.complete_analysis(file, ENVIRONMENT)
    assert {
        name: sum(row["number"] for row in done.answers[name]) for name in ("by_age", "by_post", "by_education")
    } == {"by_age": 60, "by_post": 60, "by_education": 60}
    # nature, size and strategy are analysed beside the staff
    assert all(done.answers[name] for name in ("nature_finding", "size_finding", "strategy_finding", "staff_finding"))


@pytest.mark.clause("SVC-4.2.2-b")
@pytest.mark.parametrize("part", ["industry_facts", "labour_facts", "policy_facts"])
def test_each_of_the_three_outer_parts_has_dated_sources(adviser: Membership, file: EmployerFile, part: str) -> None:
    with acting(factories.who(adviser), "分析"):
        for rows, fault_at in (
            ([], {part}),
            ([{"finding": "有变化"}], {f"{part}[0].source", f"{part}[0].date"}),
            ([{"finding": "有变化", "source": "月报", "date": "2090-01-01"}], {f"{part}[0].date"}),
        ):
            with pytest.raises(Invalid) as fault:
                commands.complete_analysis(file, {**ENVIRONMENT, part: rows})
            assert set(fault.value.errors) == fault_at
        done = commands.complete_analysis(file, ENVIRONMENT)
    text = str(queries.analysis_lines(done))
    row = done.answers[part][0]
    assert row["source"] in text
    year, month, day = (int(piece) for piece in row["date"].split("-"))
    assert f"{year}年{month}月{day}日" in text


def test_it_begins_with_the_figures_of_the_file(file: EmployerFile) -> None:
    first = queries.first_answers(file, None)
    assert first["headcount"] == 60
    assert [row["title"] for row in first["by_post"]] == ["灌装操作工", "线长"]
    assert sum(row["number"] for row in first["by_age"]) == 60


def test_one_draft_at_a_time_and_what_is_complete_stays(adviser: Membership, file: EmployerFile) -> None:
    with acting(factories.who(adviser), "分析"):
        draft = commands.save_analysis(file, ENVIRONMENT)
        with pytest.raises(Conflict):
            commands.save_analysis(file, ENVIRONMENT)
        with pytest.raises(Conflict):
            commands.save_analysis(file, ENVIRONMENT, draft.version + 1)
        commands.complete_analysis(file, ENVIRONMENT, draft.version)
        with pytest.raises(Conflict, match="已经完成"):
            commands.save_analysis(file, {**ENVIRONMENT, "conclusion": "别的"}, draft.version)
        later = commands.complete_analysis(file, {**ENVIRONMENT, "conclusion": "线长先行"})
    assert Analysis.objects.filter(file=file).count() == 2
    assert queries.latest_analysis(file) == later


def test_who_may_not(adviser: Membership, file: EmployerFile) -> None:
    for membership in (
        factories.member(adviser.organisation, Role.ASSESSOR),
        factories.member(factories.agency(), Role.ADVISER),
    ):
        with pytest.raises(Refused), acting(factories.who(membership), "x"):
            commands.save_analysis(file, ENVIRONMENT)
