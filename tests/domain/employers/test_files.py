"""Opening, changing, finding employers' files; their history; who may."""

import json
from typing import Any

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from tests import factories, factories_clients, factories_employers
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.clients import queries as clients
from zhiyin.domain.employers import commands, naming, policies, queries, surveys
from zhiyin.domain.employers.models import EmployerFile, Revision
from zhiyin.engines import forms
from zhiyin.kernel.errors import Conflict, Invalid, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Membership:
    return factories.member(factories.agency(code="LJ7"), Role.FRONT_DESK, name="何小满")


def opened(by: Membership, **values: Any) -> EmployerFile:
    with acting(factories.who(by), "走访"):
        return commands.open_file(by.organisation, factories_employers.answers(**values))


# -- the form -------------------------------------------------------------------------------------------------------


@pytest.mark.clause("SVC-4.1.2")
def test_an_enterprise_file_opens_with_its_own_form_apart_from_individuals(desk: Membership) -> None:
    own = surveys.form_of(surveys.SURVEY, desk.organisation)
    individual = surveys.form_of("needs-survey", desk.organisation)
    assert own.id != individual.id
    assert {"uscc", "nature", "strategy_goals", "culture_values"} <= {field.id for field in own.fields}
    assert not {"uscc", "nature", "strategy_goals"} & {field.id for field in individual.fields}
    file = opened(desk)
    assert file.number.startswith("LJ7-DW-")
    assert file.form_version == own.version
    assert queries.answers_of(file)["strategy_goals"][0]["year_to"] == 2028
    # no file of an individual came to be
    assert clients.list_files(factories.who(desk)).total == 0


@pytest.mark.clause("SVC-4.1.2-a")
def test_a_wrong_check_digit_is_refused_and_a_right_one_taken(desk: Membership) -> None:
    good = factories_employers.credit_code(4242)
    wrong = good[:-1] + next(sign for sign in "0123456789" if sign != good[-1])
    with pytest.raises(Invalid) as fault:
        opened(desk, uscc=wrong)
    assert fault.value.errors["uscc"] == [f"第 18 位校验码应为 {good[-1]}，请核对是否录错一位"]
    assert not EmployerFile.objects.exists()
    assert opened(desk, uscc=f" {good[:8]} {good[8:].lower()} ").uscc == good


def test_every_fault_is_told_at_once(desk: Membership) -> None:
    with pytest.raises(Invalid) as fault:
        opened(desk, uscc="123", nature="", industry="Z", contact_phone="139")
    assert set(fault.value.errors) == {"uscc", "nature", "industry", "contact_phone"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"by_age": [{"band": "25-34", "number": "59"}]}, "by_age"),
        ({"by_education": [{"level": "college", "number": "61"}]}, "by_education"),
        ({"posts": [{"title": "线长", "number": "1"}]}, "posts"),
        ({"headcount": ""}, "headcount"),
        ({"by_age": [{"band": "25-34", "number": "30"}, {"band": "25-34", "number": "30"}]}, "by_age"),
        ({"strategy_goals": [{"goal": "x", "year_from": "2028", "year_to": "2026"}]}, "strategy_goals[0].year_to"),
    ],
)
def test_figures_that_cannot_be_are_refused(desk: Membership, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as fault:
        opened(desk, **values)
    assert field in fault.value.errors


def test_a_file_may_begin_with_the_basics_alone(desk: Membership) -> None:
    kept = ("name", "uscc", "nature", "industry", "size", "contact_name", "contact_phone")
    raw = {name: value for name, value in factories_employers.answers().items() if name in kept}
    with acting(factories.who(desk), "来电"):
        file = commands.open_file(desk.organisation, raw)
    assert "在岗人数" in queries.file_page(file).missing
    assert file.headcount is None


def test_a_field_that_the_agency_adds_is_asked_and_kept(desk: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    form = surveys.form_of(surveys.SURVEY, desk.organisation)
    added = forms.Field(id="union", label="有没有工会", type="text")
    first = form.sections[0].model_copy(update={"fields": [*form.sections[0].fields, added]})
    wider = form.model_copy(update={"sections": [first, *form.sections[1:]]})
    monkeypatch.setattr(surveys, "form_of", lambda name, organisation: wider)
    file = opened(desk, union="有，二十人")
    assert queries.answers_of(file)["union"] == "有，二十人"
    assert queries.Line("有没有工会", "有，二十人") in queries.file_page(file).sections[0][1]


# -- look-alikes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("临江市青竹饮品有限公司（演示）", "青竹饮品"),
        ("青竹饮品股份有限公司", "青竹饮品"),
        ("临江市江北区老街面馆", "老街面馆"),
        ("天一厂", "天一"),
        ("公司", "公司"),
    ],
)
def test_the_core_of_a_name(name: str, core: str) -> None:
    assert naming.core(name) == core


def test_look_alikes_are_shown_by_code_and_by_name(desk: Membership) -> None:
    first = opened(desk, name="临江市青竹饮品有限公司（演示）")
    with pytest.raises(Invalid, match=first.number) as same:
        opened(desk, uscc=first.uscc, name="别的名字")
    assert "uscc" in same.value.errors
    for near in ("青竹饮品厂", "临江市清竹饮品有限公司", "青竹食品有限公司"):
        with pytest.raises(Invalid, match="可能已有档案"):
            opened(desk, name=near)
    with acting(factories.who(desk), "核对过"):
        other = commands.open_file(desk.organisation, factories_employers.answers(name="青竹饮品厂"), distinct=True)
    assert other.pk != first.pk
    # another agency keeps its own file
    assert opened(factories.member(factories.agency(), Role.ADVISER), uscc=first.uscc, name=first.name).pk != first.pk


# -- both client kinds: create, search, edit with history --------------------------------------------------------------


@pytest.mark.clause("SVC-3.5.1-b")
def test_both_client_kinds_are_created_searched_and_edited_with_history() -> None:
    from zhiyin.domain.clients import commands as client_commands

    adviser = factories.member(factories.agency(), Role.ADVISER, name="林静")
    who = factories.who(adviser)
    person = factories_clients.client_file(factories.person(name="周涛"), adviser.organisation, adviser)
    employer = opened(adviser, name="临江市远帆物流有限公司（演示）")

    assert [row.name for row in clients.list_files(who, clients.Filters(words="zhou")).rows] == ["周涛"]
    for words in ("远帆", "yuan fan", employer.uscc[8:], employer.number):
        assert [row.file.pk for row in queries.list_files(who, queries.Filters(words=words)).rows] == [employer.pk]
    assert queries.list_files(who, queries.Filters(words="没有这家")).total == 0

    with acting(who, "回访"):
        person = client_commands.change_file(person, person.version, hobbies="下棋")
        employer = commands.change_file(employer, 1, {"size": "300-999", "contact_name": "柳叶"}, "扩产")
    edits = AuditEvent.objects.filter(action__in=["clients.file_changed", "employers.file_changed"]).order_by("seq")
    assert [event.object_id for event in edits] == [str(person.pk), str(employer.pk)]
    newest, first = queries.history(employer)
    assert (newest.number, newest.by, newest.why, first.number) == (2, "林静", "扩产", 1)
    told = {change.label: (change.before, change.after) for change in newest.changes}
    assert told["规模"] == ("50—299 人", "300—999 人")
    # who the contact was does not stay behind
    assert told["联系人姓名"] == ("（不留底）", "已更改")
    assert "沈青" not in json.dumps(list(Revision.objects.values_list("answers", flat=True)), ensure_ascii=False)


def test_a_stale_version_is_a_conflict_and_stores_nothing(desk: Membership) -> None:
    file = opened(desk)
    with acting(factories.who(desk), "改"):
        commands.change_file(file, 1, {"size": "1-9"})
    with pytest.raises(Conflict), acting(factories.who(desk), "改"):
        commands.change_file(file, 1, {"size": "1000"})
    file.refresh_from_db()
    assert (file.size, file.version) == ("1-9", 2)
    with pytest.raises(Invalid, match="没有改动"), acting(factories.who(desk), "改"):
        commands.change_file(file, 2, {"size": "1-9"})


def test_revisions_are_never_changed(desk: Membership) -> None:
    opened(desk)
    with pytest.raises(DatabaseError), acting(SYSTEM, "x"):
        Revision.objects.update(why="别的")


def test_the_contact_is_sealed_masked_and_shown_with_a_reason(desk: Membership) -> None:
    file = opened(desk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers, personal_sealed FROM employers_employerfile")
        answers, sealed = cursor.fetchone()
    assert "13912340000" not in str(answers)
    assert "沈青" not in str(answers)
    assert "沈青".encode() not in bytes(sealed)
    page = queries.file_page(file)
    assert (page.contact_name, page.phone_masked) == ("沈青", "139****0000")
    assert "沈青" not in str(page.sections)
    with pytest.raises(Invalid, match="原因"), acting(factories.who(desk), "联系"):
        commands.show_contact(file, " ")
    with acting(factories.who(desk), "联系"):
        assert commands.show_contact(file, "约走访时间") == "13912340000"
    event = AuditEvent.objects.get(action="people.unmasked")
    assert (event.reason, event.object_id) == ("约走访时间", str(file.pk))


# -- who may --------------------------------------------------------------------------------------------------------


def test_rights_and_reach(desk: Membership) -> None:
    file = opened(desk)
    stranger = factories.who(factories.member(factories.agency(), Role.ADVISER))
    assert not policies.scope(stranger).exists()
    with pytest.raises(Refused), acting(stranger, "x"):
        commands.change_file(file, 1, {"size": "1-9"})
    with pytest.raises(Refused), acting(stranger, "x"):
        commands.open_file(desk.organisation, factories_employers.answers())
    assessor = factories.who(factories.member(desk.organisation, Role.ASSESSOR))
    assert policies.scope(assessor).get() == file
    for refused in (assessor, factories.who(factories.member(desk.organisation, Role.SYSTEM_ADMIN))):
        with pytest.raises(Refused), acting(refused, "x"):
            commands.open_file(desk.organisation, factories_employers.answers())
    assert not policies.scope(factories.who(factories.member(desk.organisation, Role.CLIENT))).exists()
    event = AuditEvent.objects.get(action="employers.file_opened")
    assert (event.actor_role, event.reason) == ("front_desk", "走访")
    assert file.name not in str(event.data)


def test_a_page_of_the_list_costs_the_same_for_three_and_thirty(
    desk: Membership, django_assert_num_queries: Any
) -> None:
    who = factories.who(desk)
    for total in (3, 30):
        while EmployerFile.objects.count() < total:
            factories_employers.employer(desk.organisation)
        queries.list_files(who)
        with django_assert_num_queries(2):
            assert len(queries.list_files(who).rows) == total


def test_filters(desk: Membership) -> None:
    who = factories.who(desk)
    first = factories_employers.employer(desk.organisation, industry="H", size="1-9", nature="individual")
    factories_employers.analysed(first)
    second = factories_employers.employer(desk.organisation)
    for given, found in (
        ({"industry": "H"}, first),
        ({"size": "50-299"}, second),
        ({"nature": "individual"}, first),
        ({"analysed": "no"}, second),
    ):
        assert [row.file.pk for row in queries.list_files(who, queries.Filters(**given)).rows] == [found.pk]
