"""Runs with their reasons, filters that can be taken back, opinions that are added."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests import factories_assessment as made
from tests import factories_casework as cases
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.catalogues.models import Occupation
from zhiyin.domain.catalogues.queries import packed
from zhiyin.domain.clients import commands as clients
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.matching import commands, policies, queries
from zhiyin.domain.matching.models import MatchChoice, MatchRun
from zhiyin.domain.people import consents
from zhiyin.domain.people.models import Consent, Person
from zhiyin.domain.people.queries import person_actor
from zhiyin.engines.matching import Constraints, PersonProfile, rank
from zhiyin.engines.psychometrics import profile
from zhiyin.kernel.errors import Invalid, NotReady, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue():
    return made.catalogue()


@pytest.fixture
def adviser():
    return factories.member(factories.agency())


@pytest.fixture
def file(adviser):
    return made.client(adviser, education_level="college")


def run(adviser, file, **values) -> MatchRun:
    with acting(factories.who(adviser), "比对职业"):
        return commands.run(file.person, **values)


def confirm(adviser, made_run, code, verdict, reason="", **values):
    with acting(factories.who(adviser), "商定"):
        return commands.confirm(made_run, code, verdict, reason, **values)


@pytest.mark.usefixtures("catalogue")
def test_a_run_is_what_the_engine_says_and_is_kept_with_its_reasons(adviser, file):
    result = made.result(file)
    stored = MatchRun.objects.get(pk=run(adviser, file, result=result).pk)
    means = {scale["letter"]: scale["mean"] for scale in result.scores["scales"]}
    person = PersonProfile(profile(means, made.instrument().thresholds), education="college")
    expected = rank(person, packed(), Constraints(education_floor=True), limit=30)
    assert [row["code"] for row in stored.ranks] == [match.occupation.code for match in expected.matches]
    assert [row["components"] for row in stored.ranks] == [dict(match.components) for match in expected.matches]
    assert len(stored.ranks) == 30
    assert all(row["reasons"] for row in stored.ranks)
    assert (stored.result_id, stored.organisation) == (result.pk, file.organisation)
    assert stored.excluded["considered"] == packed().count
    assert stored.excluded["counts"] == {"education": len(expected.excluded)}
    assert all("一般至少要" in row["reasons"][0]["text"] for row in stored.excluded["rows"])


@pytest.mark.usefixtures("catalogue")
def test_what_a_run_holds_is_sealed_and_traced(adviser, file):
    stored = run(adviser, file, result=made.result(file))
    assert "兴趣".encode() not in bytes(stored.ranks_sealed)
    event = AuditEvent.objects.get(action="matching.ran")
    assert event.person_id == file.person_id
    assert event.data == {"ranks": 30, "excluded": len(stored.excluded["rows"])}
    confirm(adviser, stored, stored.ranks[0]["code"], "consider", "喜欢照顾人")
    with acting(SYSTEM, "test"):
        from zhiyin.domain.people.commands import erase_person

        erase_person(Person.objects.get(pk=file.person_id), "本人要求")
    again = MatchRun.objects.get()
    assert (again.ranks, again.filters, again.excluded) == (None, None, None)
    assert MatchChoice.objects.select_related("run__person").get().reason is None


@pytest.mark.usefixtures("catalogue")
def test_without_a_result_interests_are_not_known(adviser, file):
    stored = run(adviser, file)
    assert stored.result_id is None
    assert {row["components"]["interest"] for row in stored.ranks} == {None}


@pytest.mark.usefixtures("catalogue")
def test_a_flat_profile_is_not_known_and_not_a_bad_fit(adviser, file):
    flat = made.result(file, dict.fromkeys(made.answers(), 3))
    stored = run(adviser, file, result=flat)
    assert {row["components"]["interest"] for row in stored.ranks} == {None}
    kinds = {(reason["kind"], reason["aspect"]) for row in stored.ranks for reason in row["reasons"]}
    assert ("unknown", "interest") in kinds


@pytest.mark.usefixtures("catalogue")
def test_the_run_starts_from_the_file(adviser, file):
    with acting(SYSTEM, "arrange"):
        clients.add_entry(file, "skill", name="活动组织")
        clients.add_entry(file, "wish", title="做营销", occupation="4-01-02-01")
    stored = run(adviser, file)
    assert stored.filters["education"] == "college"
    assert stored.filters["skills"] == ["活动组织"]
    assert stored.filters["wishes"] == ["4-01-02-01"]
    assert stored.filters["certificates"] is None
    assert stored.filters["education_floor"] is True


@pytest.mark.usefixtures("catalogue")
def test_conditions_to_avoid_enter_only_where_the_health_block_may_be_seen(adviser, file):
    with acting(SYSTEM, "arrange"):
        stored = ClientFile.objects.get(pk=file.pk)
        clients.change_file(stored, stored.version, health={"avoid": ["heights", "night-shift"]})
        clients.assign_adviser(ClientFile.objects.get(pk=file.pk), adviser)
    colleague = factories.member(adviser.organisation)
    confidential = run(adviser, file)
    assert confidential.filters["avoid"] == ["heights", "night-shift"]
    assert policies.can(factories.who(adviser), "matching.read", confidential)
    assert not policies.can(factories.who(colleague), "matching.read", confidential)
    assert policies.can(factories.who(colleague), "matching.read", run(colleague, file))
    assert run(colleague, file).filters["avoid"] == []
    by_hand = run(colleague, file, filters={"avoid_conditions": ["heights"]})
    assert by_hand.filters["avoid"] == ["heights"]
    assert by_hand.excluded["counts"]["conditions"] > 0
    shown = {row["code"] for row in by_hand.ranks}
    avoided = {row.code for row in Occupation.objects.all() if "heights" in row.conditions}
    assert shown.isdisjoint(avoided)


@pytest.mark.usefixtures("catalogue")
def test_filters_can_be_taken_back(adviser, file):
    narrow = run(adviser, file, filters={"education": "primary"})
    wide = run(adviser, file, filters={"education": "primary", "education_floor": False})
    assert narrow.excluded["counts"]["education"] > 0
    assert wide.excluded["counts"] == {}
    groups = run(adviser, file, filters={"groups": [4, "5"]})
    assert {row["group"] for row in groups.ranks} <= {4, 5}
    assert {row["group"] for row in wide.ranks} - {4, 5}
    outside = groups.excluded["counts"]["groups"]
    assert outside == Occupation.objects.exclude(interests=None).exclude(group__in=[4, 5]).count()


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"education": "kindergarten"}, "education"),
        ({"avoid_conditions": ["monday"]}, "avoid"),
        ({"cautions": ["monday"]}, "cautions"),
        ({"groups": [9]}, "groups"),
        ({"region": "杭州"}, "region"),
        ({"wishes": ["营销员"]}, "wishes"),
        ({"sex": "1"}, "sex"),
        ({"age": 30}, "age"),
    ],
)
def test_a_wrong_filter_is_told_at_its_field(adviser, file, filters, field):
    with pytest.raises(Invalid) as caught:
        run(adviser, file, filters=filters)
    assert set(caught.value.errors) == {field}
    assert not MatchRun.objects.exists()


@pytest.mark.usefixtures("catalogue")
def test_what_was_turned_down_stays_hidden_until_the_mind_changes(adviser, file):
    first = run(adviser, file)
    code = first.ranks[0]["code"]
    confirm(adviser, first, code, "declined", "离家太远")
    second = run(adviser, file)
    assert code not in {row["code"] for row in second.ranks}
    assert second.excluded["counts"]["refused"] == 1
    confirm(adviser, second, code, "explore")
    third = run(adviser, file)
    assert third.ranks[0]["code"] == code


def test_an_empty_catalogue_is_said_so(adviser, file):
    with pytest.raises(NotReady, match="目录还是空的"):
        run(adviser, file)


@pytest.mark.usefixtures("catalogue")
def test_consents_are_asked(adviser, file):
    result = made.result(file)
    with acting(SYSTEM, "test"):
        consent = Consent.objects.get(person=file.person, purpose="assessment")
        consents.withdraw_consent(consent, by="self", channel="paper")
    with pytest.raises(NotReady, match="做职业测评"):
        run(adviser, file, result=result)
    assert run(adviser, file).ranks
    with acting(SYSTEM, "test"):
        consent = Consent.objects.get(person=file.person, purpose="file")
        consents.withdraw_consent(consent, by="self", channel="paper")
    with pytest.raises(NotReady):
        run(adviser, file)


@pytest.mark.usefixtures("catalogue")
def test_somebody_elses_result_is_refused(adviser, file):
    other = made.result(made.client(adviser))
    with pytest.raises(Invalid) as caught:
        run(adviser, file, result=other)
    assert set(caught.value.errors) == {"result"}


# -- rights -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.ASSESSOR, Role.SUPERVISOR, Role.SYSTEM_ADMIN])
def test_other_roles_do_not_run(adviser, file, role):
    with pytest.raises(Refused):
        run(factories.member(adviser.organisation, role), file)


@pytest.mark.usefixtures("catalogue")
def test_another_agency_reaches_nothing(adviser, file):
    stored = run(adviser, file)
    stranger = factories.member(factories.agency())
    with pytest.raises(Refused):
        run(stranger, file)
    with pytest.raises(Refused):
        confirm(stranger, stored, stored.ranks[0]["code"], "consider")
    assert not queries.runs_of(factories.who(stranger), file.person).exists()
    assert not policies.can(factories.who(stranger), "matching.read", stored)


@pytest.mark.usefixtures("catalogue")
def test_the_client_sees_the_own_run_and_says_their_mind(adviser, file):
    stored = run(adviser, file)
    code = stored.ranks[0]["code"]
    client = person_actor(file.person, file.organisation_id)
    assert list(queries.runs_of(client, file.person)) == [stored]
    with acting(client):
        commands.confirm(stored, code, "explore", "想去看看")
        with pytest.raises(Refused, match="一起商定"):
            commands.confirm(stored, code, "consider")
        with pytest.raises(Refused):
            commands.run(file.person)
    opinion = queries.opinions(stored)[code]
    assert (opinion.verdict, opinion.by, opinion.reason) == ("explore", "", "想去看看")
    other = made.client(adviser)
    assert not policies.can(person_actor(other.person, other.organisation_id), "matching.read", stored)


# -- opinions ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("catalogue")
def test_the_last_opinion_counts_and_the_earlier_stay(adviser, file):
    stored = run(adviser, file)
    code = stored.ranks[0]["code"]
    confirm(adviser, stored, code, "explore")
    confirm(adviser, stored, code, "consider", "试做了半天，喜欢")
    assert MatchChoice.objects.count() == 2
    row = queries.view(stored).rows[0]
    assert (row.opinion.label, row.opinion.by) == ("可以考虑", adviser.user.name)
    with acting(SYSTEM, "test"), pytest.raises(Exception, match="只能追加"):
        MatchChoice.objects.update(verdict="declined")


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    ("code", "verdict", "reason", "field"),
    [
        (None, "maybe", "", "verdict"),
        ("1-23-45-67", "consider", "", "code"),
        (None, "consider", "长" * 301, "reason"),
    ],
)
def test_a_wrong_opinion_is_told_at_its_field(adviser, file, code, verdict, reason, field):
    stored = run(adviser, file)
    with pytest.raises(Invalid) as caught:
        confirm(adviser, stored, code or stored.ranks[0]["code"], verdict, reason)
    assert set(caught.value.errors) == {field}


@pytest.mark.usefixtures("catalogue")
def test_a_report_names_only_what_was_confirmed(adviser, file):
    stored = run(adviser, file, result=made.result(file))
    assert queries.matches_context(stored) == {"rows": []}
    first, second, third = (row["code"] for row in stored.ranks[:3])
    outside = next(row["code"] for row in stored.excluded["rows"])
    confirm(adviser, stored, second, "explore")
    confirm(adviser, stored, first, "declined")
    confirm(adviser, stored, third, "consider", "本人做过")
    confirm(adviser, stored, outside, "consider", "本人提出")
    rows = queries.matches_context(stored)["rows"]
    assert [row["code"] for row in rows] == [third, outside, second]
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert "指导师的意见：本人做过" in rows[0]["fits"]
    assert "兴趣" in rows[0]["fits"]
    assert rows[0]["path"] == Occupation.objects.get(pk=third).path
    assert rows[1]["band"] == "本人提出"
    assert {"rank", "code", "name", "fits", "lacks", "band", "path", "certificates"} <= rows[0].keys()


@pytest.mark.usefixtures("catalogue")
def test_a_view_costs_the_same_however_many_opinions(adviser, file, django_assert_num_queries):
    stored = run(adviser, file)
    for row in stored.ranks[:5]:
        confirm(adviser, stored, row["code"], "consider")
    for row in stored.excluded["rows"][:3]:
        confirm(adviser, stored, row["code"], "explore")
    fresh = queries.latest_run(file.person)
    with django_assert_num_queries(2):
        seen = queries.view(fresh)
    assert sum(row.opinion is not None for row in seen.rows) == 8
    assert [row.rank for row in seen.rows[30:]] == [None] * 3


@pytest.mark.usefixtures("catalogue")
def test_a_frozen_run_does_not_follow_the_catalogue(adviser, file):
    stored = run(adviser, file)
    code, name = stored.ranks[0]["code"], stored.ranks[0]["name"]
    with acting(SYSTEM, "test"):
        Occupation.objects.filter(pk=code).update(name="改名", is_withdrawn=True, changed_at=timezone.now())
    assert queries.view(MatchRun.objects.get()).rows[0].name == name
    assert code not in {row["code"] for row in run(adviser, file).ranks}


@pytest.mark.usefixtures("catalogue")
def test_the_chart_compares_both(adviser, file):
    result = made.result(file)
    stored = run(adviser, file, result=result)
    row = queries.view(stored).rows[0]
    assert row.name in queries.pair_chart(result.scores, row).summary


# -- the case ---------------------------------------------------------------------------------------------------------


def kinds(case) -> list[str]:
    return [event.kind for event in case.events.all() if event.kind.startswith("match.")]


@pytest.mark.usefixtures("catalogue")
def test_the_case_hears_of_runs_and_opinions():
    case = cases.walk_to(cases.case(), "delivery")
    with cases.working(case):
        stored = commands.run(case.person, case_id=case.pk)
        commands.confirm(stored, stored.ranks[0]["code"], "consider")
    assert kinds(case) == ["match.run", "match.confirmed"]
    assert queries.latest_run(case.person, case_id=case.pk) == stored


@pytest.mark.usefixtures("catalogue")
def test_in_a_case_matching_waits_for_the_plan():
    case = cases.walk_to(cases.case(), "plan")
    with cases.working(case), pytest.raises(NotReady):
        commands.run(case.person, case_id=case.pk)
    assert not MatchRun.objects.exists()
    assert not AuditEvent.objects.filter(action="matching.ran").exists()


@pytest.mark.usefixtures("catalogue")
def test_another_persons_case_is_refused(adviser, file):
    case = cases.walk_to(cases.case(), "intake")
    with pytest.raises(Invalid) as caught:
        run(adviser, file, case_id=case.pk)
    assert set(caught.value.errors) == {"case_id"}


@pytest.mark.usefixtures("catalogue")
def test_a_late_entry_keeps_its_day_and_the_future_is_refused(adviser, file):
    then = timezone.now() - timedelta(days=2)
    assert run(adviser, file, happened_at=then).run_at == then
    with pytest.raises(Invalid) as caught:
        run(adviser, file, happened_at=timezone.now() + timedelta(hours=1))
    assert set(caught.value.errors) == {"happened_at"}


@pytest.mark.usefixtures("catalogue")
def test_the_system_names_the_body(file):
    with acting(SYSTEM, "演示"):
        with pytest.raises(Invalid):
            commands.run(file.person)
        assert commands.run(file.person, organisation=file.organisation).organisation == file.organisation
