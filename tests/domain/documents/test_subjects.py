"""Documents about an activity, an employer or the agency; their answers, versions, and new wordings of a pack."""

import copy
from typing import Any

import pytest

from tests import factories
from tests import factories_documents as fd
from tests.domain.documents.conftest import FAIR, MANUAL, Kinds
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.documents import commands, policies, queries, versions
from zhiyin.domain.documents.commands import About
from zhiyin.domain.documents.models import Document
from zhiyin.domain.documents.states import State
from zhiyin.domain.people import commands as people
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

SPRING = About("activity", "春风招聘会（演示）")


@pytest.fixture
def adviser() -> Membership:
    return factories.member(factories.agency(address="临江路 1 号"), level=3)


def plan(adviser: Membership, **answers: Any) -> Document:
    with acting(factories.who(adviser), "起草"):
        return commands.draft(adviser.organisation, None, "test-fair-plan", {}, about=SPRING, answers=answers)


def test_a_document_about_an_activity_has_no_person(kinds: Kinds, adviser: Membership) -> None:
    document = plan(adviser, held_on="2026-4-18", budget=[{"item": "场地", "amount": "1,200"}])
    stored = Document.objects.get(pk=document.pk)
    assert stored.person is None
    assert (stored.subject_kind, stored.subject_label) == ("activity", "春风招聘会（演示）")
    assert stored.answers == {"held_on": "2026-04-18", "budget": [{"item": "场地", "amount": "1200"}]}
    assert "场地".encode() not in bytes(stored.answers_sealed)
    html = queries.render(stored, "html")
    assert f"于 2026年4月18日举办，{adviser.user.name}（三级）。" in html
    assert adviser.organisation.name in html
    page = queries.page(document.pk, factories.who(adviser))
    assert page.form is not None
    assert [field.id for field in page.form.fields] == ["held_on", "place", "aim", "budget"]
    assert page.guidance == {"event": "先定日子"}
    assert not AuditEvent.objects.filter(action="people.read").exists()


def test_what_a_document_is_about_must_fit_its_kind(kinds: Kinds, adviser: Membership) -> None:
    organisation = adviser.organisation
    with acting(factories.who(adviser), "起草"):
        for person, template, about in (
            (None, "test-fair-plan", None),
            (None, "test-fair-plan", About("employer", "某厂")),
            (None, "test-fair-plan", About("client", "某人")),
            (None, "test-fair-plan", About("activity", " ")),
            (None, "service-plan", None),
        ):
            with pytest.raises(Invalid) as caught:
                commands.draft(organisation, person, template, {}, about=about)
            assert set(caught.value.errors) == {"about"}
        own = commands.draft(organisation, None, "test-house-manual", {})
    assert (own.subject_kind, own.subject_id) == ("agency", organisation.pk)


def test_a_person_is_no_subject_of_an_agency_document(kinds: Kinds) -> None:
    file, adviser = fd.file_and_adviser()
    with acting(factories.who(adviser), "起草"):
        with pytest.raises(Invalid):
            commands.draft(file.organisation, file.person, "test-house-manual", {})
        with pytest.raises(Invalid):
            commands.draft(file.organisation, file.person, "service-plan", {}, about=SPRING)


def test_the_organisations_staff_read_it_and_nobody_else(kinds: Kinds, adviser: Membership) -> None:
    document = plan(adviser)
    desk = factories.member(adviser.organisation, Role.FRONT_DESK)
    stranger = factories.member(factories.agency())
    assert queries.page(document.pk, factories.who(desk)).actions == frozenset()
    assert not policies.can(factories.who(desk), "documents.write", document)
    with pytest.raises(Document.DoesNotExist):
        queries.page(document.pk, factories.who(stranger))
    file, other = fd.file_and_adviser()
    about_somebody = fd.draft(file, other)
    with pytest.raises(Document.DoesNotExist):
        queries.page(about_somebody.pk, factories.who(factories.member(file.organisation, Role.FRONT_DESK)))


def test_faults_of_type_stand_at_their_question_and_nothing_is_stored(kinds: Kinds, adviser: Membership) -> None:
    document = plan(adviser, place="体育馆")
    with acting(factories.who(adviser), "改"), pytest.raises(Invalid) as caught:
        commands.change(document, 1, answers={"held_on": "下周", "budget": [{"amount": "很多"}], "zz": "1"})
    assert set(caught.value.errors) == {"held_on", "budget[0].amount", "zz"}
    assert Document.objects.get(pk=document.pk).answers == {"place": "体育馆"}
    with acting(factories.who(adviser), "改"):
        assert commands.change(document, 1, answers={"place": ""}).answers == {}


def test_gaps_in_the_answers_keep_it_from_being_submitted(kinds: Kinds, adviser: Membership) -> None:
    document = plan(adviser, place="体育馆")
    with acting(factories.who(adviser), "交"), pytest.raises(Invalid) as caught:
        commands.submit(document)
    assert "举办日期" in caught.value.errors["held_on"][0]


def test_typing_is_saved_without_versions_and_two_writers_do_not_overwrite_each_other(
    kinds: Kinds, adviser: Membership
) -> None:
    document = plan(adviser)
    with acting(factories.who(adviser), "写"):
        commands.change(document, 1, answers={"place": "体"}, autosave=True)
        commands.change(document, 2, answers={"place": "体育馆"}, autosave=True)
        with pytest.raises(Conflict):
            commands.change(document, 1, answers={"place": "广场"}, autosave=True)
        commands.change(document, 3, answers={"aim": "招满"})
    assert Document.objects.get(pk=document.pk).answers == {"place": "体育馆", "aim": "招满"}
    assert [row.number for row in versions.versions_of(document)] == [1, 4]


def test_two_versions_side_by_side(kinds: Kinds, adviser: Membership) -> None:
    document = plan(adviser, held_on="2026-04-18", place="体育馆")
    who = factories.who(adviser)
    with acting(who, "写"):
        commands.change(document, 1, answers={"place": "广场", "budget": [{"item": "印刷"}]})
        commands.change(document, 2, editable={"notes": "雨天顺延"})
        commands.change(document, 3, editable={"notes": "雨天顺延"})  # says the same: no version of its own
    changes = [(c.title, c.label, c.before, c.after) for c in versions.compare_versions(who, document, 1, 3)]
    assert changes == [
        ("活动安排", "地点", "体育馆", "广场"),
        ("活动安排", "经费", "", "项目：印刷；金额（元）：—"),
        ("备注", "备注", "", "雨天顺延"),
    ]
    assert versions.compare_versions(who, document, 3, 3) == []
    with pytest.raises(Invalid):
        versions.compare_versions(who, document, 1, 4)
    stranger = factories.who(factories.member(factories.agency()))
    with pytest.raises(Refused):
        versions.compare_versions(stranger, document, 1, 3)


def test_a_draft_tells_that_its_pack_changed_and_takes_the_new_wording_over(kinds: Kinds, adviser: Membership) -> None:
    document = plan(adviser, held_on="2026-04-18", place="体育馆")
    assert not versions.pack_changed(document)
    raw = copy.deepcopy(FAIR) | {"version": 2, "title": "招聘活动实施方案"}
    asked = raw["sections"][0]["blocks"][1]["inputs"]
    asked[1] = {"id": "booths", "label": "展位", "type": "integer", "required": True}
    kinds.install(raw)
    assert versions.pack_changed(document)
    assert "地点" in queries.render(document, "html")
    with acting(factories.who(adviser), "换"):
        with pytest.raises(Conflict):
            versions.renew(document, 9)
        renewal = versions.renew(document, 1)
    assert renewal.dropped == ("place",)
    assert not versions.pack_changed(renewal.document)
    assert renewal.document.answers == {"held_on": "2026-04-18"}
    assert {gap.block for gap in queries.gaps(renewal.document)} == {"booths"}
    assert "招聘活动实施方案" in queries.render(renewal.document, "html")


def test_a_changed_type_drops_only_the_answer_that_no_longer_fits(kinds: Kinds, adviser: Membership) -> None:
    document = plan(adviser, place="体育馆", aim="招满")
    raw = copy.deepcopy(FAIR) | {"version": 2}
    raw["sections"][0]["blocks"][1]["inputs"][1]["type"] = "integer"
    kinds.install(raw)
    with acting(factories.who(adviser), "换"):
        assert versions.renew(document, 1).dropped == ("place",)
    assert Document.objects.get(pk=document.pk).answers == {"aim": "招满"}


def test_an_issued_document_keeps_its_wording(kinds: Kinds, adviser: Membership) -> None:
    with acting(factories.who(adviser), "出具"):
        document = commands.draft(adviser.organisation, None, "test-house-manual", {}, answers={"rules": "先问好"})
        document = commands.issue(document)
    kinds.install({**MANUAL, "version": 2, "title": "新手册"})
    assert not versions.pack_changed(document)
    with acting(factories.who(adviser), "换"), pytest.raises(NotReady):
        versions.renew(document, document.version)
    with acting(factories.who(adviser), "新的"):
        new = commands.supersede(document)
    assert (new.template_version, new.answers) == (2, {"rules": "先问好"})


def test_numbers_run_by_kind_and_year_and_void_ones_stay_in_the_register(kinds: Kinds, adviser: Membership) -> None:
    who = factories.who(adviser)
    with acting(who, "出具"):
        made = [
            commands.issue(
                commands.draft(adviser.organisation, None, "test-house-manual", {}, answers={"rules": f"第{n}条"})
            )
            for n in range(3)
        ]
        commands.revoke(made[1], "写错了单位名称")
    assert made[1].issued_at is not None
    register = queries.number_register(who, "test-house-manual", made[1].issued_at.year)
    assert [row.serial for row in register] == [1, 2, 3]
    assert [row.document.number[-5:] for row in register] == ["00001", "00002", "00003"]
    assert [row.why for row in register] == ["", "写错了单位名称", ""]
    assert register[1].document.state == State.REVOKED
    code = queries.check(made[0].check_code)
    assert (code.state, code.name_masked) == ("valid", adviser.organisation.name)


def test_erasing_a_person_leaves_what_is_about_nobody(kinds: Kinds) -> None:
    file, adviser = fd.file_and_adviser()
    with acting(factories.who(adviser), "起草"):
        own = commands.draft(adviser.organisation, None, "test-house-manual", {}, answers={"rules": "先问好"})
    mine = fd.draft(file, adviser)
    head = factories.member(file.organisation, Role.SECTION_HEAD)
    with acting(factories.who(head), "本人要求删除"):
        people.erase_person(file.person, "本人书面要求删除")
    assert Document.objects.get(pk=own.pk).answers == {"rules": "先问好"}
    assert Document.objects.get(pk=mine.pk).answers is None
    first = versions.versions_of(Document.objects.get(pk=mine.pk))[0]
    assert first.content is None


@pytest.mark.clause("SVC-3.5.1-c")
def test_a_clients_list_shows_every_plan_and_which_is_current() -> None:
    file, adviser = fd.file_and_adviser()
    first = fd.issued(file, adviser, "service-plan")
    with acting(factories.who(adviser), "调整"):
        second = commands.issue(commands.supersede(first))
    rows = queries.list_for(factories.who(adviser), person=file.person)
    assert [(row.number, row.get_state_display()) for row in rows if row.template == "service-plan"] == [
        (second.number, "已出具"),
        (first.number, "已被取代"),
    ]
    assert [row.pk for row in rows if row.state in {State.ISSUED, State.HANDED_OVER}] == [second.pk]
