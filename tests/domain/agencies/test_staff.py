"""Staff records, the conditions of SVC-3.2 and rooms."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from zhiyin.domain.accounts.models import Membership, User
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies import commands, queries
from zhiyin.domain.agencies.conditions import Verdict, missing_of_room
from zhiyin.domain.agencies.models import Competence, Room, Staff, StaffKind
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.standards import commands as standards
from zhiyin.domain.standards import queries as standing
from zhiyin.kernel.dates import add_months
from zhiyin.kernel.errors import Invalid, Refused
from zhiyin.packs.installed import registry
from zhiyin.packs.layers import Operations
from zhiyin.packs.resolved import Layer, resolve

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def _newcomer(body: Organisation, role: Role = Role.ADVISER, name: str = "") -> Membership:
    """Somebody with a role and no staff record yet."""
    member = factories.member(body, role, name=name)
    with acting(SYSTEM, "x"):
        Staff.objects.filter(user=member.user).delete()
    return member


def _register(member: Membership, **values: Any) -> Staff:
    values = {"kind": "consultant", "education": "bachelor", "education_proof": "学位证书", **values}
    return commands.register_staff(member.user, member.organisation, **values)


def _verdicts(staff: Staff, on: date | None = None) -> dict[str, Verdict]:
    return {condition.clause: condition.verdict for condition in queries.check_conditions(staff, on)}


@pytest.fixture
def head() -> Membership:
    return factories.member(factories.agency(), Role.SECTION_HEAD)


# -- education ------------------------------------------------------------------------------------------------------


@pytest.mark.clause("SVC-3.2.2-a")
def test_a_college_diploma_is_refused_the_professional_role_with_the_reason(head: Membership) -> None:
    member = _newcomer(head.organisation)
    with acting(factories.who(head), "入职"):
        with pytest.raises(Invalid) as caught:
            _register(member, education="college")
        assert caught.value.errors == {"kind": ["学历是大专，专业人员要求本科以上"]}
        assert not Staff.objects.filter(user=member.user).exists()
        staff = _register(member, kind="tester", education="college")
        with pytest.raises(Invalid, match="要求本科以上"):
            commands.change_staff(staff, kind="coach")
    assert Staff.objects.get(user=member.user).kind == StaffKind.TESTER


@pytest.mark.clause("SVC-3.2.3-a")
@pytest.mark.parametrize("education", ["senior", "vocational", "junior"])
def test_upper_secondary_education_is_refused_the_auxiliary_role_with_the_reason(
    head: Membership, education: str
) -> None:
    member = _newcomer(head.organisation)
    with pytest.raises(Invalid, match="要求大专以上"), acting(factories.who(head), "入职"):
        _register(member, kind="operations", education=education)


def test_a_degree_without_proof_is_unknown_not_passed(head: Membership) -> None:
    member = _newcomer(head.organisation)
    with acting(factories.who(head), "入职"):
        staff = _register(member, education_proof="")
        assert _verdicts(staff)["SVC-3.2.2-a"] == Verdict.UNKNOWN
        staff = commands.change_staff(staff, education_proof="学信网备案表")
    assert _verdicts(staff)["SVC-3.2.2-a"] == Verdict.PASS


# -- ethics, abilities, background ----------------------------------------------------------------------------------


@pytest.mark.clause("SVC-3.2.2-b", "SVC-3.2.3-b")
@pytest.mark.parametrize(("kind", "clause"), [("consultant", "SVC-3.2.2-b"), ("tester", "SVC-3.2.3-b")])
def test_without_a_signed_statement_they_are_listed_as_not_yet_qualified(
    head: Membership, kind: str, clause: str
) -> None:
    member = _newcomer(head.organisation)
    with acting(factories.who(head), "入职"):
        staff = _register(member, kind=kind, law_trained_on=TODAY())
        row = next(row for row in queries.list_staff(factories.who(head), unqualified=True) if row.staff == staff)
        point = next(point for point in row.open_points if point.clause == clause)
        assert (point.verdict, point.why) == (Verdict.FAIL, "没有签署职业操守承诺")
        staff = commands.change_staff(staff, ethics_signed_on=TODAY())
    assert _verdicts(staff)[clause] == Verdict.PASS
    # nobody had signed on the day before
    assert _verdicts(staff, TODAY() - timedelta(days=1))[clause] == Verdict.FAIL


@pytest.mark.clause("SVC-3.2.2-c", "SVC-3.2.3-c", "SVC-3.2.3-d")
@pytest.mark.parametrize(
    ("kind", "area", "clause"),
    [
        ("consultant", "theory", "SVC-3.2.2-c"),
        ("consultant", "delivery", "SVC-3.2.2-d"),
        ("consultant", "market", "SVC-3.2.2-e"),
        ("tester", "basics", "SVC-3.2.3-c"),
        ("tester", "communication", "SVC-3.2.3-d"),
        ("tester", "assisting", "SVC-3.2.3-e"),
    ],
)
def test_evidence_of_an_ability_is_shown_with_result_assessor_and_date(
    head: Membership, kind: str, area: str, clause: str
) -> None:
    member = _newcomer(head.organisation)
    with acting(factories.who(head), "评定"):
        staff = _register(member, kind=kind)
        assert _verdicts(staff)[clause] == Verdict.UNKNOWN
        commands.add_competence(
            staff,
            area=area,
            evidence="结业考试 82 分",
            assessed_by="王督导",
            assessed_on=date(2026, 3, 2),
            passed=False,
        )
        assert _verdicts(staff)[clause] == Verdict.FAIL
        commands.add_competence(
            staff, area=area, evidence="补考 91 分", assessed_by="王督导", assessed_on=date(2026, 4, 2)
        )
    condition = next(found for found in queries.check_conditions(staff) if found.clause == clause)
    assert (condition.verdict, condition.why) == (Verdict.PASS, "2026-04-02 由王督导评定：补考 91 分")
    assert condition.what == Competence.Area(area).label


@pytest.mark.clause("SVC-3.2.2-d", "SVC-3.2.2-e")
def test_a_role_that_needs_an_ability_lists_only_staff_with_the_evidence(head: Membership) -> None:
    members = [_newcomer(head.organisation) for _ in range(2)]
    with acting(factories.who(head), "评定"):
        able, unable = (_register(member) for member in members)
        evidence = {"evidence": "案例评审", "assessed_by": "王督导", "assessed_on": TODAY()}
        commands.add_competence(able, area="delivery", **evidence)
        commands.add_competence(unable, area="delivery", passed=False, **evidence)
    who = factories.who(head)
    assert [row.staff for row in queries.list_staff(who, able=["delivery"])] == [able]
    needs = {
        row.staff.pk: {point.clause for point in row.open_points} for row in queries.list_staff(who, unqualified=True)
    }
    assert "SVC-3.2.2-e" in needs[able.pk]
    assert "SVC-3.2.2-d" not in needs[able.pk]
    assert "SVC-3.2.2-d" in needs[unable.pk]


@pytest.mark.parametrize(
    ("months", "days", "verdict"), [(0, 0, "pass"), (-12, 0, "pass"), (-12, -1, "fail"), (None, 0, "unknown")]
)
def test_the_background_check_stands_for_one_year(
    head: Membership, months: int | None, days: int, verdict: str
) -> None:
    checked = None if months is None else add_months(TODAY(), months) + timedelta(days=days)
    member = _newcomer(head.organisation)
    with acting(factories.who(head), "x"):
        staff = _register(member, background_checked_on=checked)
    assert _verdicts(staff)["未成年人保护法第六十二条"].value == verdict
    assert queries.may_serve_minors(staff) is (verdict == "pass")


# -- the rules in force ---------------------------------------------------------------------------------------------


def test_under_the_xiamen_profile_a_guidance_certificate_is_asked_for_besides(
    head: Membership, django_assert_num_queries: Any
) -> None:
    member = _newcomer(head.organisation)
    with acting(SYSTEM, "x"):
        staff = _register(member)
        assert "XM-3.2" not in _verdicts(staff)
        standards.set_profile(head.organisation, ["xiamen-cross-strait"], why="在厦门")
        assert _verdicts(staff)["XM-3.2"] == Verdict.UNKNOWN  # an appointment would do, and none is on the register
        long_ago, today = date(2019, 5, 6), TODAY()
        commands.add_certificate(staff, name="职业指导师", number="S001", issued_on=long_ago, valid_until=long_ago)
        assert _verdicts(staff)["XM-3.2"] == Verdict.UNKNOWN
        commands.add_certificate(staff, name="职业指导师", number="S002", issued_on=today)
    condition = next(one for one in queries.check_conditions(staff) if one.clause == "XM-3.2")
    assert (condition.verdict, condition.why) == (Verdict.PASS, "持有职业指导证书（S002）")
    assert _verdicts(staff)["SVC-3.2.2-a"] == Verdict.PASS
    standing.forget()
    with django_assert_num_queries(5):
        rows = queries.list_staff(factories.who(head))
    assert all("XM-3.2" in {one.clause for one in row.conditions} for row in rows)


def test_an_agencys_own_rules_decide(head: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    raised = {"kind": "ruleset", "id": "planning-professional"}, "condition.all[education].all[degree]"
    quiet = {"kind": "ruleset", "id": "planning-room"}, "condition.all"
    operations = Operations.model_validate(
        {
            "alter": [
                {"definition": raised[0], "at": raised[1], "set": {"in": ["master", "doctor"]}, "why": "本机构要求"},
                {"definition": quiet[0], "at": quiet[1], "remove": "soundproof", "why": "临时场地"},
            ]
        }
    )
    own = resolve(registry(), (), TODAY(), [Layer("own", "本机构的修改", "agency", operations)])
    room = Room(organisation=head.organisation, name="甲室", is_soundproof=False, is_quiet=False)
    staff = Staff(user=head.user, organisation=head.organisation, education="bachelor", education_proof="学位证书")
    assert (queries.lead_refusal(staff), missing_of_room(room)) == ("", ["安静", "隔音"])
    monkeypatch.setattr("zhiyin.domain.agencies.conditions.active", lambda *_: own)
    assert queries.lead_refusal(staff).startswith("学历是本科")
    assert missing_of_room(room) == ["安静"]


# -- who may lead ---------------------------------------------------------------------------------------------------


@pytest.mark.clause("SVC-3.2.1-b")
@pytest.mark.parametrize("kind", ["tester", "operations", "teaching_aid"])
def test_an_auxiliary_cannot_lead_a_case(head: Membership, kind: str) -> None:
    member = _newcomer(head.organisation)
    with acting(factories.who(head), "x"):
        staff = _register(member, kind=kind)
    assert not queries.may_lead_cases(staff)
    assert "只能协助" in queries.may_lead(member)
    assert member not in queries.possible_advisers(factories.who(head))


def test_who_left_or_has_no_record_does_not_lead(head: Membership) -> None:
    member, leaver = _newcomer(head.organisation), factories.member(head.organisation)
    assert "还没有工作人员登记" in queries.may_lead(member)
    assert queries.may_lead(leaver) == ""
    assert queries.possible_advisers(factories.who(head)) == [leaver]
    staff = queries.staff_of(leaver)
    assert staff is not None
    with acting(factories.who(head), "离职"):
        with pytest.raises(Invalid) as caught:
            commands.end_staff(staff, staff.started_on - timedelta(days=1), "")
        assert set(caught.value.errors) == {"ended_on", "reason"}
        commands.end_staff(staff, TODAY(), "合同到期")
    assert "不在职" in queries.may_lead(leaver)
    assert leaver.user_id not in {row.staff.user_id for row in queries.list_staff(factories.who(head))}


# -- records, rights, list ------------------------------------------------------------------------------------------


def test_bad_values_are_refused_each_at_its_field(head: Membership) -> None:
    tomorrow = TODAY() + timedelta(days=1)
    first, second = _newcomer(head.organisation), _newcomer(head.organisation)
    with acting(factories.who(head), "x"):
        with pytest.raises(Invalid) as caught:
            _register(
                first,
                kind="wizard",
                education="phd",
                level=7,
                caseload_limit=-1,
                law_trained_on=tomorrow,
            )
        assert set(caught.value.errors) == {"kind", "education", "level", "caseload_limit", "law_trained_on"}
        staff = _register(second)
        with pytest.raises(Invalid, match="已经在本机构的名册"):
            commands.register_staff(staff.user, head.organisation, kind="coach", education="master")
        with pytest.raises(Invalid) as caught:
            commands.add_certificate(staff, name=" ", issued_on=tomorrow, valid_until=TODAY(), level=9)
        assert set(caught.value.errors) == {"name", "issued_on", "valid_until", "level"}
        with pytest.raises(Invalid) as caught:
            commands.add_competence(staff, area="magic", evidence="", assessed_by=" ", assessed_on=tomorrow)
        assert set(caught.value.errors) == {"area", "evidence", "assessed_by", "assessed_on"}
        commands.add_certificate(staff, name="职业指导师", number="S000", level=3, issued_on=date(2024, 1, 1))
    assert staff.certificates.get().level == 3
    assert AuditEvent.objects.filter(action="agencies.certificate_added").count() == 1


@pytest.mark.parametrize("role", [Role.ADVISER, Role.FRONT_DESK, Role.SUPERVISOR, Role.CLIENT, Role.AUDIT_ADMIN])
def test_only_the_section_head_and_the_system_administrator_manage_staff(head: Membership, role: Role) -> None:
    member = factories.member(head.organisation, role)
    newcomer = _newcomer(head.organisation)
    with pytest.raises(Refused), acting(factories.who(member), "x"):
        _register(newcomer)


def test_another_agencys_staff_is_neither_seen_nor_changed(head: Membership) -> None:
    stranger = factories.member(factories.agency(), Role.SECTION_HEAD)
    staff = Staff.objects.get(user=head.user)
    with pytest.raises(Refused), acting(factories.who(stranger), "x"):
        commands.change_staff(staff, level=1)
    assert [row.staff.user_id for row in queries.list_staff(factories.who(stranger))] == [stranger.user_id]


@pytest.mark.clause("SVC-3.2.1-a")
def test_the_list_filters_by_kind_in_constant_queries(head: Membership, django_assert_num_queries: Any) -> None:
    body = head.organisation
    with acting(SYSTEM, "x"):
        Staff.objects.filter(user=head.user).delete()
        for name, kind in (
            ("张三丰", "consultant"),
            ("安宁", "lecturer"),
            ("单雄信", "coach"),
            ("欧阳慧敏", "developer"),
        ):
            staff = _register(_newcomer(body, name=name), kind=kind)
            commands.add_competence(staff, area="theory", evidence="考试", assessed_by="王督导", assessed_on=TODAY())
    who = factories.who(head)
    standing.forget()
    with django_assert_num_queries(5):
        rows = queries.list_staff(who)
    assert [row.staff.user.name for row in rows] == ["安宁", "欧阳慧敏", "单雄信", "张三丰"]
    assert all(row.roles == ("职业指导师",) and row.staff.kind in StaffKind.values for row in rows)
    assert [row.staff.user.name for row in queries.list_staff(who, kind="coach")] == ["单雄信"]
    assert User.objects.filter(staff_records__organisation=body).count() == 4


# -- rooms ----------------------------------------------------------------------------------------------------------


def test_a_room_says_what_it_lacks(head: Membership) -> None:
    full = {"is_separate": True, "is_quiet": True, "is_soundproof": True, "is_ventilated": True, "is_safe": True}
    with acting(factories.who(head), "x"):
        good = commands.add_room(head.organisation, "一号洽谈室", **full)
        commands.add_room(head.organisation, "二号洽谈室", **{**full, "is_soundproof": False})
        for name in ("", "一号洽谈室"):
            with pytest.raises(Invalid) as caught:
                commands.add_room(head.organisation, name)
            assert list(caught.value.errors) == ["name"]
        commands.change_room(good, is_safe=False, name="甲室")
    rows = {row.room.name: row.missing for row in queries.rooms(factories.who(head))}
    assert rows == {"二号洽谈室": ("隔音",), "甲室": ("安全",)}
    stranger = factories.member(factories.agency(), Role.SECTION_HEAD)
    assert queries.rooms(factories.who(stranger)) == []
    with pytest.raises(Refused), acting(factories.who(stranger), "x"):
        commands.change_room(Room.objects.get(name="甲室"), is_safe=True)
