"""Every registered measure, on an agency that does it and on one that does not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories, factories_conformance
from zhiyin.engines.conformance import MEASURES, Scope, reader
from zhiyin.kernel.dates import add_months

pytestmark = pytest.mark.django_db

# by name: what is given, the reading of the agency that does it, of the one that does not; None: nothing to measure
SHARES = (
    "audit.exports_reasoned",
    "organisations.site_described",
    "agencies.professional_education",
    "agencies.professional_statement",
    "agencies.auxiliary_education",
    "agencies.auxiliary_statement",
    "agencies.graded",
    "agencies.fit_rooms",
    "agencies.safe_quiet_rooms",
    "clients.timeline",
    "clients.abilities",
    "clients.wishes",
    "clients.basics",
    "clients.hobbies",
    "clients.adviser_named",
    "clients.assisted_groups",
    "documents.numbered_and_kept",
    "scheduling.attendance_kept",
    "matching.confirmed",
    "casework.surveyed",
    "casework.environment_analysed",
    "casework.signed_before_service",
    "casework.needs_answered",
    "casework.goals_based",
    "casework.goals_judged",
    "casework.goals_attained",
    "casework.activities_done",
    "casework.unplanned_reasoned",
    "casework.sessions_recorded",
    "casework.reported",
    "casework.closed_properly",
    "casework.linked",
    "casework.with_plan_paper",
    "casework.in_time",
    "casework.assistants_done",
    "casework.kinds_served",
    "casework.phases",
    "planning.reports_with_results",
    "quality.asked",
    "quality.satisfied",
    "quality.handled",
    "quality.improved",
    "quality.complaints_answered_in_time",
    "quality.complaints_closed_with_reply",
    "quality.complaints_by_others",
)
CASES = (
    *((name, {}, 100, 0) for name in SHARES if name != "casework.goals_judged"),
    ("casework.goals_judged", {}, 100, 50),
    ("casework.planned_before_service", {}, 100, 100),
    ("organisations.registered", {}, True, False),
    ("organisations.complaint_line", {}, True, False),
    ("agencies.professionals", {}, 2, 2),
    ("agencies.auxiliaries", {}, 1, 1),
    ("agencies.chiefs", {}, 2, 0),
    ("agencies.accessible_rooms", {}, 1, 0),
    ("agencies.professional_competence", {"area": "theory"}, 100, 0),
    ("agencies.auxiliary_competence", {"area": "basics"}, 100, 0),
    ("agencies.trained_lately", {"months": 12}, 100, 0),
    ("clients.from_both_sides", {}, 1, 0),
    ("clients.informed", {}, 100, 0),
    ("clients.per_staff", {}, 0.3, 0.3),
    ("documents.handed_over", {"template": "career-report"}, 100, 0),
    ("scheduling.forms", {}, 3, 0),
    ("scheduling.with_place", {}, 100, None),
    ("scheduling.by_mode", {"mode": "video"}, 1, 0),
    ("matching.runs", {}, 1, 1),
    ("casework.followed_up", {"months": 3}, 100, 0),
    ("casework.reviewed", {"months": 6}, 100, 0),
    ("casework.intake_in_time", {"days": 3}, 100, 0),
    ("casework.blended", {}, 2, 0),
    ("assessment.results", {"tool": "holland-interest"}, 1, 0),
    ("quality.answered", {}, 100, 100),
)


def scope(organisation, **given):
    today = timezone.localdate()
    return Scope((organisation.pk,), add_months(today, -12), today, today, given)


@pytest.fixture
def both():
    return factories_conformance.world(good=True), factories_conformance.world(good=False)


def test_each_measure_tells_the_agency_that_does_it_from_the_one_that_does_not(both):
    tried = [row for row in CASES if row[0] != "clients.informed"]
    found = {
        name: [reader(name)(scope(item.organisation, **given)).value for item in both] for name, given, *_ in tried
    }
    assert found == {name: [yes, no] for name, _, yes, no in tried}


def test_every_registered_measure_is_tried_here():
    assert {name for name, *_ in CASES} == {name for name in MEASURES if not name.startswith("app.")}


def test_somebody_without_a_consent_to_this_body_is_not_informed(both):
    good, bad = both
    assert reader("clients.informed")(scope(good.organisation)).value == 100
    file = bad.case.file
    stranger = factories.agency()
    with factories._arranging():
        type(file).objects.filter(pk=file.pk).update(organisation=stranger)
    assert reader("clients.informed")(scope(stranger)).value == 0


def test_what_is_not_met_is_named_and_counted(both):
    _, bad = both
    reading = reader("casework.signed_before_service")(scope(bad.organisation))
    assert reading.of == reading.lacking == 2
    assert [ref.model for ref in reading.unmet] == ["casework.case"] * 2
    assert str(bad.case.pk) in {ref.pk for ref in reading.unmet}
    assert reading.met == ()


def test_the_period_leaves_out_what_came_before(both):
    good, _ = both
    today = timezone.localdate()
    narrow = Scope((good.organisation.pk,), today - timedelta(days=10), today, today)
    assert reader("matching.runs")(narrow).value == 1
    assert reader("casework.signed_before_service")(narrow).value is None


def test_a_tool_that_is_not_installed_is_said(both):
    good, _ = both
    reading = reader("assessment.results")(scope(good.organisation, tool="no-such-tool"))
    assert reading.value is None
    assert reading.note == "还没有安装这一类测评工具"


@pytest.mark.parametrize("name", sorted(name for name, *_ in CASES))
def test_a_measure_takes_few_queries_whatever_the_number_of_rows(name, django_assert_max_num_queries):
    given = next(given for found, given, *_ in CASES if found == name)
    organisation = factories.agency()
    with django_assert_max_num_queries(4):
        reader(name)(scope(organisation, **given))
