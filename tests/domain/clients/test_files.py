"""Opening, changing, assigning and listing client files."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.utils import timezone

from tests import factories, factories_clients
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.clients import commands, policies, queries
from zhiyin.domain.clients.models import ClientFile, Tag, Work
from zhiyin.domain.people import commands as people_commands
from zhiyin.domain.people import consents
from zhiyin.domain.people import policies as people_policies
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused

pytestmark = pytest.mark.django_db


def _years_ago(years: int) -> date:
    today = timezone.localdate()
    return date(today.year - years, 1, 1)


# -- opening --------------------------------------------------------------------------------------------------------


def test_the_front_desk_registers_informs_and_opens_a_file() -> None:
    desk = factories.member(factories.agency(code="LJ9"), Role.FRONT_DESK)
    with acting(factories.who(desk), "来访"):
        person = factories.person()
        with pytest.raises(NotReady, match=r"建立服务档案.*本人同意"):
            commands.open_file(person, desk.organisation)
        consents.give_consent(person, desk.organisation, "file", by="self", channel="paper")
        first = commands.open_file(person, desk.organisation, employment_status="student", hobbies="养花")
        with pytest.raises(Invalid, match=first.number):
            commands.open_file(person, desk.organisation)
    year = timezone.localdate().year
    assert first.number == f"LJ9-{year}-000001"
    assert first.hobbies_on == timezone.localdate()
    event = AuditEvent.objects.get(action="clients.file_opened")
    assert (event.person_id, event.actor_role, event.reason) == (person.pk, "front_desk", "来访")
    assert "养花" not in str(event.data)


def test_numbers_run_on_and_a_failed_opening_uses_none() -> None:
    desk = factories.member(factories.agency(code="NR"), Role.FRONT_DESK)
    first = factories_clients.client_file(organisation=desk.organisation)
    person = factories.person()
    factories_clients.consent(person, desk.organisation, "file")
    with pytest.raises(Invalid), acting(SYSTEM, "x"):
        commands.open_file(person, desk.organisation, opened_on=timezone.localdate() + timedelta(days=1))
    with pytest.raises(Invalid), acting(SYSTEM, "x"):
        commands.open_file(person, desk.organisation, education_level="phd")
    second = factories_clients.client_file(organisation=desk.organisation)
    assert [first.number[-6:], second.number[-6:]] == ["000001", "000002"]


def test_no_consent_is_asked_where_the_notice_rests_on_a_statutory_duty(monkeypatch: pytest.MonkeyPatch) -> None:
    person, body = factories.person(), factories.agency()
    notice = consents.notice_for(person)
    purposes = [
        item.model_copy(update={"legal_basis": commands.STATUTORY_DUTY}) if item.value == "file" else item
        for item in notice.purposes
    ]
    monkeypatch.setattr(consents, "notice_for", lambda _: notice.model_copy(update={"purposes": purposes}))
    with acting(SYSTEM, "x"):
        assert commands.open_file(person, body).number.startswith(body.code)


def test_another_agency_neither_opens_for_a_stranger_nor_here() -> None:
    file = factories_clients.client_file()
    elsewhere = factories.member(factories.agency(), Role.FRONT_DESK)
    with acting(factories.who(elsewhere), "x"):
        with pytest.raises(Refused):
            commands.open_file(file.person, elsewhere.organisation)
        with pytest.raises(Refused):
            commands.open_file(factories.person(), file.organisation)


def test_the_client_may_come_to_another_agency_with_number_and_code() -> None:
    file = factories_clients.client_file()
    number = file.person.documents.get().number
    with acting(SYSTEM, "x"):
        code = people_commands.issue_own_code(file.person)
    elsewhere = factories.member(factories.agency(), Role.FRONT_DESK)
    with acting(factories.who(elsewhere), "来访"):
        wrong = f"{(int(code) + 1) % 10**8:08d}"
        for tried in ({"number": number, "own_code": wrong}, {"number": factories.resident_id(), "own_code": code}):
            with pytest.raises(Invalid, match="对不上"):
                people_commands.introduce(kind="resident_id", **tried)
        person = people_commands.introduce(kind="resident_id", number=number, own_code=code)
        consents.give_consent(person, elsewhere.organisation, "file", by="self", channel="paper")
        own = commands.open_file(person, elsewhere.organisation)
    assert person.pk == file.person_id
    # one person, two files, and neither agency sees the other's
    assert list(policies.scope(factories.who(elsewhere))) == [own]


def test_somebody_registered_is_within_reach_for_thirty_days() -> None:
    desk = factories.member(factories.agency(), Role.FRONT_DESK)
    who = factories.who(desk)
    with acting(who, "来访"):
        person = factories.person()
    assert people_policies.can(who, "people.consent", person)
    with acting(SYSTEM, "x"):
        person.introductions.update(at=timezone.now() - timedelta(days=31))
    assert not people_policies.can(who, "people.consent", person)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ASSESSOR, Role.SYSTEM_ADMIN, Role.CLIENT])
def test_roles_without_the_right_open_nothing(role: Role) -> None:
    member = factories.member(factories.agency(), role)
    person = factories.person()
    with pytest.raises(Refused), acting(factories.who(member), "x"):
        commands.open_file(person, member.organisation)


# -- changing -------------------------------------------------------------------------------------------------------


def test_codes_are_checked_against_the_lists_and_the_list_is_named() -> None:
    file = factories_clients.client_file()
    with pytest.raises(Invalid) as caught, acting(SYSTEM, "x"):
        commands.change_file(
            file,
            file.version,
            education_level="phd",
            employment_status="lazy",
            groups=["graduate", "lucky"],
            hukou_place="地" * 121,
            health={"avoid": ["boredom"]},
        )
    errors = caught.value.errors
    assert errors["education_level"] == ["“文化程度”里没有“phd”，请从列表中选择"]
    assert "目前状态" in errors["employment_status"][0]
    assert "“lucky”" in errors["groups"][0]
    assert "graduate" not in errors["groups"][0]
    assert "最长 120 个字，您填写了 121 个" in errors["hukou_place"][0]
    assert "劳动条件" in errors["health"][0]


def test_a_second_save_from_the_same_page_is_a_conflict() -> None:
    file = factories_clients.client_file()
    with acting(SYSTEM, "x"):
        changed = commands.change_file(file, file.version, hobbies="看球")
        with pytest.raises(Conflict):
            commands.change_file(file, file.version, hobbies="唱戏")
    assert changed.version == file.version + 1
    assert ClientFile.objects.get(pk=file.pk).hobbies == "看球"


@pytest.mark.clause("SVC-4.1.1-b")
def test_hobbies_appear_on_the_file_with_their_date_and_can_be_searched() -> None:
    adviser = factories.member(factories.agency())
    file = factories_clients.client_file(adviser=adviser, hobbies="养花、修自行车")
    factories_clients.client_file(organisation=adviser.organisation, hobbies="看球")
    page = queries.file_page(factories.who(adviser), file.pk)
    assert (page.file.hobbies, page.file.hobbies_on) == ("养花、修自行车", timezone.localdate())
    found = queries.list_files(factories.who(adviser), queries.Filters(hobby="自行车"))
    assert [row.file.pk for row in found.rows] == [file.pk]


def test_sensitive_blocks_need_their_own_consent() -> None:
    body, person = factories.agency(), factories.person()
    with acting(SYSTEM, "x"):
        factories_clients.consent(person, body, "file")
        file = commands.open_file(person, body)
        for changes in ({"health": {"words": "腰不好"}}, {"family": {"limits": "照顾母亲"}}, {"groups": ["released"]}):
            with pytest.raises(NotReady, match="敏感情况"):
                commands.change_file(file, 1, **changes)
        with pytest.raises(NotReady):
            commands.add_entry(file, "tag", code="disabled")
        changed = commands.change_file(file, 1, groups=["graduate"], workplace={"post": "出纳", "satisfaction": 2})
        factories_clients.consent(person, body, "sensitive-record")
        changed = commands.change_file(file, 2, health={"words": "腰不好", "avoid": ["lifting"], "accommodations": []})
    stored = ClientFile.objects.get(pk=file.pk)
    assert stored.health == {"words": "腰不好", "avoid": ["lifting"]}
    assert stored.workplace == {"post": "出纳", "satisfaction": 2}
    assert "腰不好".encode() not in bytes(stored.health_sealed)
    assert changed.version == 3


@pytest.mark.parametrize("value", [{"satisfaction": 6}, {"satisfaction": "很好"}, {"post": "岗" * 1001}])
def test_a_block_with_bad_content_is_refused_at_its_field(value: dict[str, Any]) -> None:
    file = factories_clients.client_file()
    with pytest.raises(Invalid) as caught, acting(SYSTEM, "x"):
        commands.change_file(file, 1, workplace=value)
    assert list(caught.value.errors) == ["workplace"]


def test_staff_of_another_agency_change_nothing() -> None:
    file = factories_clients.client_file()
    stranger = factories.member(factories.agency())
    with acting(factories.who(stranger), "x"):
        with pytest.raises(Refused):
            commands.change_file(file, 1, hobbies="x")
        with pytest.raises(Refused):
            commands.add_entry(file, "wish", title="护士")
    with pytest.raises(Refused):
        queries.file_page(factories.who(stranger), file.pk)


# -- entries --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "entered", "field"),
    [
        ("work", {"employer": "甲", "post": "乙"}, "started"),
        ("work", {"employer": "", "post": "乙", "started": "2010-01-01"}, "employer"),
        ("work", {"employer": "甲", "post": "乙", "started": "2010-02-31"}, "started"),
        ("work", {"employer": "甲", "post": "乙", "started": "2010-01-01", "ended": "2009-01-01"}, "ended"),
        ("work", {"employer": "甲", "post": "乙", "started": "1985-05-19"}, "started"),
        ("work", {"employer": "甲", "post": "乙", "started": "2999-01-01"}, "started"),
        ("work", {"employer": "甲", "post": "乙", "started": "2010-01-01", "ended": "2999-01-01"}, "ended"),
        ("work", {"employer": "甲", "post": "乙", "started": "2010-01-01", "nature": "slave"}, "nature"),
        ("work", {"employer": "甲", "post": "乙", "started": "2010-01-01", "occupation": "焊工"}, "occupation"),
        ("education", {"school": "一中", "level": "", "started": "2000-09-01"}, "level"),
        ("education", {"school": "一中", "level": "kindergarten", "started": "2000-09-01"}, "level"),
        ("skill", {"name": "开叉车", "kind": "magic"}, "kind"),
        ("skill", {"name": "开叉车", "level": "5"}, "level"),
        ("certificate", {"name": "驾驶证", "issued": "2999-01-01"}, "issued"),
        ("wish", {"title": "护士", "strength": 9}, "strength"),
        ("wish", {"title": "护士", "pay_min": "-3"}, "pay_min"),
        ("tag", {"code": "graduate", "since": "2020-01-01", "until": "2019-01-01"}, "until"),
        ("tag", {"code": ""}, "code"),
    ],
)
def test_a_line_that_cannot_be_is_refused_at_its_field(kind: str, entered: dict[str, Any], field: str) -> None:
    file = factories_clients.client_file()
    with pytest.raises(Invalid) as caught, acting(SYSTEM, "x"):
        commands.add_entry(file, kind, **entered)
    assert list(caught.value.errors) == [field]


def test_a_running_course_may_end_in_the_future() -> None:
    file = factories_clients.client_file()
    entered = {"school": "一中", "level": "bachelor", "started": "2024-09-01", "ended": "2999-06-30"}
    with acting(SYSTEM, "x"):
        commands.add_entry(file, "education", **entered, result="studying")
        with pytest.raises(Invalid):
            commands.add_entry(file, "education", **entered, result="graduated")


def test_a_line_is_changed_and_removed_with_its_trace() -> None:
    file = factories_clients.client_file()
    with acting(SYSTEM, "x"):
        job = commands.add_entry(file, "work", employer="甲厂", post="焊工", started="2010-01-01")
        with pytest.raises(Invalid) as caught:
            commands.change_entry(job, ended="2009-12-31")
        assert list(caught.value.errors) == ["ended"]
        commands.change_entry(job, ended="2015-01-01", leaving_reason="搬家")
        assert Work.objects.get().ended == date(2015, 1, 1)
        with pytest.raises(Invalid, match="为什么删除"):
            commands.remove_entry(job, "")
        commands.remove_entry(job, "登记错了")
    assert not Work.objects.exists()
    actions = list(AuditEvent.objects.filter(object_type="clients.work").values_list("action", "person_id"))
    assert actions == [
        ("clients.entry_added", file.person_id),
        ("clients.entry_changed", file.person_id),
        ("clients.entry_removed", file.person_id),
    ]


@pytest.mark.clause("SVC-2.1")
def test_the_timeline_lists_jobs_and_changes_in_order_and_marks_overlaps() -> None:
    file = factories_clients.client_file()
    jobs = [("丙", "2018-01-01", None), ("甲", "2005-01-01", "2010-06-30"), ("乙", "2010-01-01", "2012-01-01")]
    with acting(SYSTEM, "x"):
        for employer, started, ended in jobs:
            commands.add_entry(file, "work", employer=employer, post="焊工", started=started, ended=ended)
        # begins the day another ends: a change of post, not two jobs
        commands.add_entry(file, "work", employer="乙", post="班长", started="2012-01-01", ended="2014-01-01")
        commands.add_entry(file, "education", school="一中", level="junior", started="1997-09-01", ended="2000-06-30")
        commands.add_entry(file, "wish", title="质检员", reason="眼力好", strength=4)
    items = queries.timeline(file)
    assert [item.title for item in items] == ["一中", "甲 焊工", "乙 焊工", "乙 班长", "丙 焊工", "想做：质检员"]
    assert [item.overlaps for item in items] == [(), ("乙 焊工",), ("甲 焊工",), (), (), ()]
    assert items[4].period == "2018.01—至今"


@pytest.mark.clause("SVC-2.3")
def test_desired_occupations_are_listed_by_strength_with_date_and_reason() -> None:
    adviser = factories.member(factories.agency())
    file = factories_clients.client_file(adviser=adviser)
    with acting(factories.who(adviser), "会谈"):
        commands.add_entry(file, "wish", title="护士", strength=2, reason="家里人说好")
        commands.add_entry(file, "wish", title="电工", strength=5, reason="从小爱修东西")
    wishes = queries.file_page(factories.who(adviser), file.pk).wishes
    assert [(wish.title, wish.strength, wish.reason) for wish in wishes] == [
        ("电工", 5, "从小爱修东西"),
        ("护士", 2, "家里人说好"),
    ]
    assert all(timezone.localdate(wish.created_at) == timezone.localdate() for wish in wishes)


def test_what_is_missing_is_said_section_by_section() -> None:
    adviser = factories.member(factories.agency())
    file = factories_clients.client_file(adviser=adviser, education_level="junior")
    with acting(factories.who(adviser), "x"):
        commands.add_entry(file, "skill", name="开叉车", kind="skill", level="alone")
    page = queries.file_page(factories.who(adviser), file.pk)
    assert page.missing == ("电话", "目前状态", "兴趣爱好", "知识", "经验")
    assert [skill.name for skill in page.skills_of("skill")] == ["开叉车"]


# -- who is responsible ---------------------------------------------------------------------------------------------


def test_only_an_adviser_of_the_house_who_may_lead_becomes_responsible() -> None:
    body = factories.agency()
    head, adviser = factories.member(body, Role.SECTION_HEAD), factories.member(body)
    file = factories_clients.client_file(organisation=body)
    gone, stranger = factories.member(body), factories.member(factories.agency())
    desk = factories.member(body, Role.FRONT_DESK)
    with acting(SYSTEM, "x"):
        gone.ended_at = timezone.now() - timedelta(minutes=1)
        gone.save()
        junior = factories.member(body)
        junior.user.staff_records.update(education="college")
    with acting(factories.who(head), "分派"):
        for refused, why in (
            (stranger, "本机构的职业指导师"),
            (desk, "本机构的职业指导师"),
            (gone, "不在本机构任职"),
            (junior, "要求本科以上"),
        ):
            with pytest.raises(Invalid, match=why):
                commands.assign_adviser(file, refused)
        assigned = commands.assign_adviser(file, adviser, reason="熟悉本行")
    assert assigned.adviser_id == adviser.pk
    event = AuditEvent.objects.get(action="clients.adviser_assigned")
    assert (event.reason, event.data["adviser"]) == ("熟悉本行", str(adviser.pk))


def test_an_adviser_takes_on_a_free_file_but_not_a_colleagues() -> None:
    body = factories.agency()
    first, second = factories.member(body), factories.member(body)
    file = factories_clients.client_file(organisation=body)
    with acting(factories.who(first), "接手"):
        commands.assign_adviser(file, first)
    with pytest.raises(Refused), acting(factories.who(second), "接手"):
        commands.assign_adviser(file, second)


# -- who sees what --------------------------------------------------------------------------------------------------


@pytest.mark.clause("SVC-5.2-3")
def test_confidential_fields_are_masked_outside_the_case() -> None:
    body = factories.agency()
    adviser = factories.member(body)
    file = factories_clients.client_file(
        adviser=adviser, health={"words": "腰不好"}, family={"limits": "照顾母亲"}, groups=["disabled", "graduate"]
    )
    with acting(SYSTEM, "x"):
        commands.add_entry(file, "tag", code="low-income", proof="低保证")
    for role, shown in (
        (Role.ADVISER, False),
        (Role.FRONT_DESK, False),
        (Role.ASSESSOR, False),
        (Role.SUPERVISOR, True),
        (Role.SECTION_HEAD, True),
    ):
        page = queries.file_page(factories.who(factories.member(body, role)), file.pk)
        assert page.confidential is shown
        assert (page.health is not None, page.family is not None, bool(page.tags)) == (shown, shown, shown)
        assert page.groups == (("disabled", "graduate") if shown else ("graduate",))
        assert page.hidden_groups == (0 if shown else 1)
    own = queries.file_page(factories.who(adviser), file.pk)
    assert own.health == {"words": "腰不好"}
    client = queries.file_page(factories_clients.client_actor(file), file.pk)
    assert client.family == {"limits": "照顾母亲"}


def test_whoever_works_on_a_case_of_the_file_sees_it_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    body = factories.agency()
    file = factories_clients.client_file(organisation=body)
    colleague = factories.member(body)
    assert not policies.confidential_visible(factories.who(colleague), file)
    monkeypatch.setattr(
        policies, "_involved", [lambda membership: Q(pk=file.pk) if membership == colleague.pk else Q(pk__in=[])]
    )
    assert policies.confidential_visible(factories.who(colleague), file)
    assert not policies.confidential_visible(factories.who(factories.member(body)), file)


def test_who_cannot_see_confidential_fields_neither_changes_nor_loses_them() -> None:
    body = factories.agency()
    file = factories_clients.client_file(
        organisation=body, adviser=factories.member(body), groups=["disabled"], health={"words": "腰不好"}
    )
    desk = factories.member(body, Role.FRONT_DESK)
    with acting(factories.who(desk), "更正"):
        with pytest.raises(Refused, match="责任指导师"):
            commands.change_file(file, 1, health=None)
        changed = commands.change_file(file, 1, groups=["veteran"])
    assert changed.groups == ["veteran", "disabled"]


def test_a_childs_file_opens_only_with_approval() -> None:
    body = factories.agency()
    today = timezone.localdate()
    child = factories.person(birth=date(today.year - 10, 1, 1), name="小明")
    adviser, head = factories.member(body), factories.member(body, Role.SECTION_HEAD)
    file = factories_clients.client_file(child, body, adviser)
    who = factories.who(adviser)
    with pytest.raises(Refused, match="科长批准"):
        queries.file_page(who, file.pk)
    with pytest.raises(Refused, match="科长批准"), acting(who, "x"):
        commands.change_file(file, 1, hobbies="画画")
    row = queries.list_files(who).rows[0]
    assert (row.locked, row.name, row.groups) == (True, "小*", ())
    with acting(who, "会谈"):
        approval = people_commands.request_child_access(child, "明天会谈")
    with acting(factories.who(head), "审批"):
        people_commands.decide_child_access(approval, True, today)
    assert queries.file_page(who, file.pk).person.name == "小明"
    assert not queries.list_files(who).rows[0].locked


def test_a_client_sees_the_own_file_only() -> None:
    body = factories.agency()
    mine, other = factories_clients.client_file(organisation=body), factories_clients.client_file(organisation=body)
    who = factories_clients.client_actor(mine)
    assert [row.file.pk for row in queries.list_files(who).rows] == [mine.pk]
    with pytest.raises(Refused):
        queries.file_page(who, other.pk)
    with pytest.raises(Refused), acting(who, "x"):
        commands.change_file(mine, 1, hobbies="x")


def test_a_reading_is_noted_once_and_shown_to_the_client() -> None:
    adviser = factories.member(factories.agency(name="罗江服务中心"), name="林静")
    file = factories_clients.client_file(adviser=adviser)
    queries.file_page(factories.who(adviser), file.pk, "准备会谈")
    queries.file_page(factories.who(adviser), file.pk, "准备会谈")
    queries.file_page(factories_clients.client_actor(file), file.pk)
    with acting(factories.who(adviser), "x"):
        people_commands.unmask(file.person, "phone", "打电话改期")
    readings = queries.readings_for_client(file.person)
    assert [(r.name, r.role, r.organisation, r.what, r.reason) for r in readings] == [
        ("林静", "职业指导师", "罗江服务中心", "查看完整电话", "打电话改期"),
        ("林静", "职业指导师", "罗江服务中心", "查看档案", "准备会谈"),
    ]


# -- lists ----------------------------------------------------------------------------------------------------------


def test_files_are_found_by_name_pinyin_initials_number_identity_and_phone() -> None:
    desk = factories.member(factories.agency(), Role.FRONT_DESK)
    number = factories.resident_id()
    person = factories.person(name="单雄信", number=number, phone="13800138000")
    file = factories_clients.client_file(person, desk.organisation)
    factories_clients.client_file(factories.person(name="欧阳慧敏"), desk.organisation)
    who = factories.who(desk)
    for words in (
        "雄信",
        "shanxiong",
        "shan xiong",
        "SXX",
        file.number,
        file.number[-6:],
        number,
        number.lower(),
        "138 0013 8000",
        "13800138000",
    ):
        assert [row.file.pk for row in queries.list_files(who, queries.Filters(words=words)).rows] == [file.pk], words
    for words in ("单信", "xiong", "99999", "13900139000"):
        assert queries.list_files(who, queries.Filters(words=words)).total == 0, words


def test_the_list_is_in_pinyin_order_filtered_and_paged() -> None:
    body = factories.agency()
    adviser = factories.member(body)
    for name in ("张三丰", "欧阳慧敏", "安宁", "单雄信", "重楼"):
        factories_clients.client_file(
            factories.person(name=name), body, adviser if name != "安宁" else None, employment_status="student"
        )
    who = factories.who(adviser)
    assert [row.name for row in queries.list_files(who).rows] == ["安宁", "重楼", "欧阳慧敏", "单雄信", "张三丰"]
    second = queries.list_files(who, page=2, per_page=2)
    assert ([row.name for row in second.rows], second.total, second.pages) == (["欧阳慧敏", "单雄信"], 5, 3)
    assert queries.list_files(who, page=99, per_page=2).page == 3
    assert queries.list_files(who, queries.Filters(unassigned=True)).total == 1
    assert queries.list_files(who, queries.Filters(adviser=adviser.pk, status="student")).total == 4
    assert queries.list_files(who, queries.Filters(status="employed")).total == 0


def test_a_sensitive_group_is_not_found_by_those_who_do_not_see_it() -> None:
    body = factories.agency()
    adviser = factories.member(body)
    file = factories_clients.client_file(organisation=body, adviser=adviser, groups=["disabled", "graduate"])
    with acting(SYSTEM, "x"):
        commands.add_entry(file, "tag", code="veteran", until=timezone.localdate())
        commands.add_entry(file, "tag", code="older", until=_years_ago(1))
    colleague, head = factories.member(body), factories.member(body, Role.SECTION_HEAD)

    def total(member: Any, group: str) -> int:
        return queries.list_files(factories.who(member), queries.Filters(group=group)).total

    assert [total(member, "disabled") for member in (adviser, colleague, head)] == [1, 0, 1]
    assert [total(colleague, group) for group in ("graduate", "veteran", "older", "grad")] == [1, 1, 0, 0]
    assert queries.list_files(factories.who(colleague)).rows[0].groups == ("高校毕业生",)


def test_page_and_list_need_a_constant_number_of_queries(django_assert_max_num_queries: Any) -> None:
    body = factories.agency()
    adviser = factories.member(body)
    who = factories.who(adviser)
    file = factories_clients.client_file(adviser=adviser, health={"words": "腰不好"})
    with acting(SYSTEM, "x"):
        for year in range(2005, 2015):
            commands.add_entry(
                file, "work", employer=f"厂{year}", post="工", started=f"{year}-01-01", ended=f"{year}-12-01"
            )
            commands.add_entry(file, "tag", code="graduate")
    assert Tag.objects.count() == 10
    queries.file_page(who, file.pk)
    with django_assert_max_num_queries(12):
        queries.file_page(who, file.pk)
    for _ in range(5):
        factories_clients.client_file(organisation=body, adviser=adviser)
    with django_assert_max_num_queries(4):
        assert len(queries.list_files(who).rows) == 6


def test_erasing_a_person_empties_the_file_and_keeps_its_number() -> None:
    head = factories.member(factories.agency(), Role.SECTION_HEAD)
    file = factories_clients.client_file(organisation=head.organisation, hobbies="养花", health={"words": "腰不好"})
    with acting(SYSTEM, "x"):
        commands.add_entry(file, "work", employer="甲厂", post="焊工", started="2010-01-01")
    with acting(factories.who(head), "本人要求"):
        people_commands.erase_person(file.person, "本人要求删除")
    stored = ClientFile.objects.get(pk=file.pk)
    assert (stored.number, stored.hobbies, stored.health, stored.work.count()) == (file.number, "", None, 0)
    assert queries.list_files(factories.who(head)).total == 0
