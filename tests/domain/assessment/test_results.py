"""Scoring, the frozen result, who reads it, what a report says."""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests import factories_assessment as made
from tests import factories_casework as cases
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.assessment import policies, queries
from zhiyin.domain.assessment.models import Result
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.documents import queries as documents
from zhiyin.domain.people import consents
from zhiyin.domain.people.models import Consent, GuardianReading, Person
from zhiyin.domain.people.queries import person_actor
from zhiyin.domain.planning import reports
from zhiyin.domain.sittings import commands as sittings
from zhiyin.domain.sittings import queries as sitting_queries
from zhiyin.domain.sittings.models import Sitting
from zhiyin.kernel.dates import chinese_date
from zhiyin.kernel.errors import Invalid, NotReady

pytestmark = pytest.mark.django_db

FLAT = dict.fromkeys("RIASEC", (3,) * 8)
TIED = {**made.SIC, "I": (4,) * 8, "C": (4,) * 8}


@pytest.fixture
def adviser():
    return factories.member(factories.agency())


@pytest.fixture
def file(adviser):
    return made.client(adviser)


def means(result: Result) -> dict[str, float | None]:
    return {scale["letter"]: scale["mean"] for scale in result.scores["scales"]}


@pytest.mark.clause("SVC-4.3-a")
def test_a_fixed_answer_set_gives_the_documented_code(file):
    sitting, token = made.assigned(file)
    chosen = made.answers()
    by_place = {item.order: chosen[item.id] for item in made.instrument().items}
    link = sitting_queries.link_actor(sitting_queries.open_by_token(token))
    with acting(link):
        sittings.start(sitting)
        for place in sorted(by_place):
            sittings.answer(sitting, f"q{place:02d}", by_place[place], client_key=f"k{place}", milliseconds=4000)
        sittings.finish(sitting)
    result = Result.objects.get(sitting=sitting)
    assert means(result) == {"S": 4.375, "I": 3.875, "C": 3.625, "R": 2.75, "E": 2.375, "A": 1.75}
    assert result.scores["profile"]["code"] == "SIC"
    assert result.scores["texts"]["code_words"] == "社会型、研究型、常规型"
    assert result.scores["seconds"] == 48 * 4


@pytest.mark.parametrize(
    ("scales", "code", "groups"),
    [
        (TIED, "S(IC)", [["S"], ["I", "C"], ["R"], ["E"], ["A"]]),
        (FLAT, None, [["R", "I", "A", "S", "E", "C"]]),
    ],
)
def test_ties_stay_ties_and_a_flat_profile_gets_no_code(file, scales, code, groups):
    result = made.result(file, made.answers(scales))
    assert result.scores["profile"]["code"] == code
    assert result.scores["profile"]["groups"] == groups
    kinds = {notice["kind"] for notice in result.scores["texts"]["notices"]}
    assert ("flat" in kinds) == (code is None)
    assert ("ties" in kinds) == (code is not None)


def test_figures_of_the_profile_follow_their_formulas(file):
    shape = made.result(file).scores["profile"]
    # highest minus lowest; Iachan's L1 on the sorted scales; letters S and I stand two steps apart
    assert shape["differentiation"]["spread"] == pytest.approx(4.375 - 1.75)
    assert shape["iachan"] == pytest.approx(0.5 * (4.375 - (3.875 + 2.75) / 2))
    assert shape["consistency"] == {"value": 2.0, "level": "middle", "ambiguous": False}
    assert sum(shape["ipsatised"].values()) == pytest.approx(0)


def test_a_scale_with_too_many_gaps_is_not_scored(file):
    given = made.answers()
    for item in made.instrument().items_of("R")[:2]:
        del given[item.id]
    result = made.result(file, given)
    assert means(result)["R"] is None
    assert result.scores["profile"]["unscored"] == ["R"]
    assert result.scores["profile"]["code"] is None
    assert not result.is_valid_for_norms
    shown = queries.report_context(result)
    assert shown["scores"][-1]["raw"] == "未计分"
    assert "2 题没有作答" in shown["scores"][-1]["note"]
    assert "未计分" in shown["chart"]["summary"]


def test_careless_signs_and_a_missing_voice_reach_the_adviser(file):
    sitting = made.started(file)
    with acting(sitting_queries.link_actor(sitting)):
        sittings.set_modes(sitting, read_aloud=True, voice_missing=True)
        for place in range(1, 49):
            sittings.answer(sitting, f"q{place:02d}", 5, client_key=f"k{place}", milliseconds=300)
        sittings.answer(sitting, "q48", 4, client_key="k49", milliseconds=300)
        sittings.finish(sitting)
    result = Result.objects.get()
    assert {"long-string", "too-fast"} <= {flag["code"] for flag in result.scores["flags"]}
    told = "\n".join(queries.cautions(result))
    assert "没有中文语音" in told
    assert "同一个答案" in told
    assert "1 题改过答案" in told
    assert not result.is_valid_for_norms


def test_a_result_is_sealed_and_leaves_a_trace(file):
    result = made.result(file)
    assert b"SIC" not in bytes(result.scores_sealed)
    event = AuditEvent.objects.get(action="assessment.scored")
    assert event.person_id == file.person_id
    assert "SIC" not in json.dumps(event.data)
    with acting(SYSTEM, "test"):
        from zhiyin.domain.people.commands import erase_person

        erase_person(Person.objects.get(pk=file.person_id), "本人要求")
    assert Result.objects.get().scores is None


def test_scoring_again_is_impossible(file):
    result = made.result(file)
    with acting(SYSTEM, "test"), pytest.raises(NotReady):
        sittings.finish(result.sitting)
    assert Result.objects.count() == 1


def test_a_fault_in_scoring_leaves_the_sitting_unfinished(file, monkeypatch):
    sitting = made.started(file)
    with acting(sitting_queries.link_actor(sitting)):
        sittings.answer(sitting, "q01", 3, client_key="k1")
    monkeypatch.setattr(sittings, "_on_finish", [lambda *_: 1 / 0])
    with pytest.raises(ZeroDivisionError), acting(sitting_queries.link_actor(sitting)):
        sittings.finish(sitting, allow_missing=True)
    assert Sitting.objects.get().state == "started"
    assert sitting.answers.count() == 1


# -- who reads --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.ADVISER, True),
        (Role.ASSESSOR, True),
        (Role.SUPERVISOR, True),
        (Role.SECTION_HEAD, False),
        (Role.FRONT_DESK, False),
        (Role.SYSTEM_ADMIN, False),
    ],
)
def test_only_the_roles_that_the_instrument_names_read(adviser, file, role, sees):
    result = made.result(file)
    who = factories.who(factories.member(adviser.organisation, role))
    assert policies.can(who, "assessment.read", result) is sees
    assert queries.results_of(who, file.person).exists() is sees
    stranger = factories.who(factories.member(factories.agency(), role))
    assert not policies.can(stranger, "assessment.read", result)
    assert not queries.results_of(stranger, file.person).exists()


def test_the_client_reads_the_own_result_and_a_link_none(adviser, file):
    result = made.result(file)
    assert policies.can(person_actor(file.person, file.organisation_id), "assessment.read", result)
    other = made.client(adviser)
    assert not policies.can(person_actor(other.person, other.organisation_id), "assessment.read", result)
    link = sitting_queries.link_actor(result.sitting)
    assert not policies.can(link, "assessment.read", result)
    assert not policies.scope(link).exists()


@pytest.mark.parametrize("may_read", [["steps"], ["steps", GuardianReading.RESULTS]])
def test_a_guardian_reads_results_only_if_registered_so(adviser, may_read):
    born = timezone.localdate().replace(year=timezone.localdate().year - 15, day=1)
    person = factories.person(birth=born)
    factories.guardian(person, may_read=may_read)
    file = made.client(adviser, person)
    result = made.result(file)
    who = person_actor(person, file.organisation_id, kind="guardian")
    assert policies.can(who, "assessment.read", result) is (GuardianReading.RESULTS in may_read)


def test_a_list_costs_the_same_however_long(adviser, file, django_assert_num_queries):
    made.result(file)
    made.result(file)
    who = factories.who(adviser)
    with django_assert_num_queries(1):
        assert len([result.scores["texts"]["code"] for result in queries.results_of(who, file.person)]) == 2


# -- what a report says -----------------------------------------------------------------------------------------------


def test_the_report_mapping_is_plain_data(file):
    shown = queries.report_context(made.result(file))
    assert json.loads(json.dumps(shown)) == shown
    assert shown["code"] == "SIC"
    assert [row["letter"] for row in shown["scores"]] == list("SICREA")
    assert shown["scores"][0] == {"letter": "S", "title": "社会型", "raw": "35", "mean": "4.38", "note": "较高"}
    assert shown["level_texts"][0]["title"] == "社会型：较高"
    assert shown["norm_note"] == "常模还在收集：现有 0 人，还差 200 人"
    assert [row[-1] for row in shown["chart"]["table"][1:]] == ["2.75", "3.88", "1.75", "4.38", "2.38", "3.62"]


def test_a_withdrawn_consent_keeps_the_result_out_of_new_papers(file):
    result = made.result(file)
    assert queries.latest_result(file.person) == result
    with acting(SYSTEM, "test"):
        consent = Consent.objects.get(person=file.person, purpose="assessment")
        consents.withdraw_consent(consent, by="self", channel="paper")
    assert queries.latest_result(file.person) is None


@pytest.mark.clause("SVC-4.6.1-b")
def test_the_report_prints_the_stored_scores_with_test_and_date():
    case = cases.walk_to(cases.case(), "delivery")
    with cases.working(case):
        sitting, _ = sittings.assign(case.person, case.organisation, case_id=case.pk, mode="paper")
        sittings.enter_answers(sitting, made.answers())
        sittings.finish(sitting)
        document = reports.draft_report(case)
    result = Result.objects.get(case_id=case.pk)
    page = re.sub(r"<[^>]+>", " ", str(documents.render(document, "html")))
    text = " ".join(page.split())
    for scale in result.scores["scales"]:
        printed = f"{scale['title']}（{scale['letter']}） {scale['raw']:.0f} {scale['mean']:.2f}"
        assert printed in text
    assert f"{result.scores['title']}（第 {result.instrument_version} 版）" in text
    assert f"测评日期 {chinese_date(timezone.localdate(result.scored_at))}" in text
    assert "职业能力：本次未测评" in text
    assert "职业适应性：本次未测评" in text


# -- the case ---------------------------------------------------------------------------------------------------------


def kinds(case) -> list[str]:
    return [event.kind for event in case.events.all() if event.kind.startswith("assessment.")]


def test_a_test_in_a_case_waits_for_the_agreed_plan():
    case = cases.walk_to(cases.case(), "agreement")
    with cases.working(case), pytest.raises(NotReady, match="安排测评"):
        sittings.assign(case.person, case.organisation, case_id=case.pk)
    assert not Sitting.objects.exists()


def test_the_case_hears_of_the_test():
    case = cases.walk_to(cases.case(), "delivery")
    with cases.working(case):
        sitting, _ = sittings.assign(case.person, case.organisation, case_id=case.pk)
    assert kinds(case) == ["assessment.assigned"]
    with acting(sitting_queries.link_actor(sitting)):
        sittings.start(sitting)
        sittings.answer(sitting, "q01", 3, client_key="k1")
        sittings.finish(sitting, allow_missing=True)
    assert kinds(case) == ["assessment.assigned", "assessment.completed"]
    assert {event.data["assessment"] for event in case.events.filter(kind__startswith="assessment.")} == {
        str(sitting.pk)
    }


@pytest.mark.parametrize("end", ["decline", "erase"])
def test_not_doing_the_test_settles_it_in_the_case(end):
    case = cases.walk_to(cases.case(), "delivery")
    with cases.working(case):
        sitting, _ = sittings.assign(case.person, case.organisation, case_id=case.pk)
    with acting(sitting_queries.link_actor(sitting)):
        getattr(sittings, end)(sitting)
    assert kinds(case) == ["assessment.assigned", "assessment.declined"]


def test_a_case_paused_meanwhile_does_not_undo_what_the_person_did():
    case = cases.walk_to(cases.case(), "delivery")
    with cases.working(case):
        sitting, _ = sittings.assign(case.person, case.organisation, case_id=case.pk)
    with acting(sitting_queries.link_actor(sitting)):
        sittings.start(sitting)
        sittings.answer(sitting, "q01", 3, client_key="k1")
    with cases.working(case):
        from zhiyin.domain.casework.intake import pause

        pause(case, "本人住院")
    with acting(sitting_queries.link_actor(sitting)):
        sittings.finish(sitting, allow_missing=True)
    assert Result.objects.filter(sitting=sitting).exists()
    assert kinds(case) == ["assessment.assigned"]
    assert AuditEvent.objects.get(action="sittings.finished").data["in_case"] is False


def test_another_persons_case_is_refused(file):
    case = cases.walk_to(cases.case(), "delivery")
    with acting(SYSTEM, "test"), pytest.raises(Invalid) as caught:
        sittings.assign(file.person, file.organisation, case_id=case.pk)
    assert set(caught.value.errors) == {"case_id"}


def test_a_late_result_counts_by_the_day_it_was_taken(file):
    first = made.result(file)
    then = timezone.now() - timedelta(days=30)
    with acting(SYSTEM, "补录"):
        older, _ = sittings.assign(file.person, file.organisation, mode="paper", happened_at=then)
        sittings.enter_answers(older, made.answers(FLAT), happened_at=then)
        sittings.finish(older, happened_at=then)
    assert queries.latest_result(file.person) == first
