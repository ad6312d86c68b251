"""The archive: classes, volumes, inventories in number order, old papers, volumes lent out."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests import factories
from tests import factories_documents as fd
from tests.domain.documents.conftest import MANUAL, Kinds
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.documents import commands, queries, volumes
from zhiyin.domain.documents.models import Document, PaperFile, Volume
from zhiyin.domain.files import commands as files
from zhiyin.domain.files.models import StoredFile
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people import commands as people
from zhiyin.domain.people.models import Person
from zhiyin.engines.documents.excel import render_xlsx
from zhiyin.engines.documents.pdf import render_pdf
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


@pytest.fixture
def adviser(kinds: Kinds) -> Membership:
    return factories.member(factories.agency())


def manual(adviser: Membership, rules: str = "先问好") -> Document:
    with acting(factories.who(adviser), "出具"):
        return commands.issue(
            commands.draft(adviser.organisation, None, "test-house-manual", {}, answers={"rules": rules})
        )


def scan(organisation: Organisation) -> StoredFile:
    with acting(SYSTEM, "arrange"):
        return files.store(organisation, "扫描.pdf", b"%PDF-1.7 old paper")


def paper(adviser: Membership, **values: Any) -> PaperFile:
    given: dict[str, Any] = {
        "archive_class": "agreement",
        "number": "临服协〔2019〕12号",
        "title": "职业指导服务协议",
        "dated_on": date(2019, 6, 3),
        "subject": "某服务对象（已离开本市）",
        **values,
    }
    picture = given.pop("scan", None) or scan(adviser.organisation)
    with acting(factories.who(adviser), "归档"):
        return volumes.take_in(adviser.organisation, picture, **given)


def test_an_issued_document_gets_class_volume_and_place(adviser: Membership) -> None:
    first, second = manual(adviser), manual(adviser)
    assert first.archive_class == "manual"
    assert first.volume == second.volume
    assert [first.volume_place, second.volume_place] == [1, 2]
    assert first.volume is not None
    assert (first.volume.number, first.volume.retention_years) == (1, volumes.USUAL_RETENTION)
    other = manual(factories.member(factories.agency()))
    assert other.volume != first.volume


@pytest.mark.clause("SVC-3.5.2")
def test_an_archive_lists_documents_by_category_and_refuses_what_has_none(kinds: Kinds) -> None:
    kinds.install({**{key: value for key, value in MANUAL.items() if key != "class"}, "subject": "client"})
    file, owner = fd.file_and_adviser()
    who = factories.who(owner)

    def paper_of(person: Person) -> Document:
        return commands.draft(file.organisation, person, MANUAL["id"], {}, answers={"rules": "说过的话"})

    with acting(who, "出具"):
        plan, report = commands.issue(paper_of(file.person)), commands.issue(paper_of(file.person))
        open_draft = paper_of(file.person)
    assert {row.pk for row in volumes.unfiled(who)} == {plan.pk, report.pk}
    with acting(who, "归档"):
        for nothing in ("", "没有这一类"):
            with pytest.raises(Invalid) as caught:
                volumes.file_document(plan, nothing)
            assert "没有分类的文书不能归档" in caught.value.errors["archive_class"][0]
        volumes.file_document(report, "report")
        volumes.file_document(plan, "plan")
        with pytest.raises(Conflict):
            volumes.file_document(plan, "plan")
        with pytest.raises(NotReady):
            volumes.file_document(open_draft, "plan")
    listed = volumes.by_category(queries.list_for(who, person=file.person))
    assert [(label, [row.pk for row in rows]) for label, rows in listed] == [
        ("方案计划", [plan.pk]),
        ("报告", [report.pk]),
        ("未归档", [open_draft.pk]),
    ]
    assert volumes.unfiled(who) == []


def test_a_document_of_a_kind_without_a_class_is_refused_until_somebody_names_one(kinds: Kinds) -> None:
    kinds.install({key: value for key, value in MANUAL.items() if key != "class"})
    adviser = factories.member(factories.agency())
    document = manual(adviser)
    assert document.volume is None
    with acting(factories.who(adviser), "归档"):
        with pytest.raises(Invalid):
            volumes.file_document(document)
        assert volumes.file_document(document, "manual").volume_place == 1


@pytest.mark.clause("SVC-3.5.2-a")
def test_no_two_papers_share_a_number_and_the_volume_list_prints_in_number_order(adviser: Membership) -> None:
    document = manual(adviser)
    with pytest.raises(Invalid) as caught:
        paper(adviser, number=document.number)
    assert set(caught.value.errors) == {"number"}
    for number in (10, 9, 2):
        paper(adviser, number=f"临服协〔2019〕{number}号")
    with pytest.raises(Invalid):
        paper(adviser, number="临服协〔2019〕9号")
    with pytest.raises(IntegrityError), transaction.atomic(), acting(SYSTEM, "x"):
        Document.objects.create(
            organisation=document.organisation,
            subject_kind="agency",
            template="x",
            template_version=1,
            wording=document.wording,
            snapshot=document.snapshot,
            title="x",
            number=document.number,
        )
    volume = Volume.objects.get(archive_class="agreement")
    assert [entry.number for entry in volumes.inventory(volume)] == [
        "临服协〔2019〕2号",
        "临服协〔2019〕9号",
        "临服协〔2019〕10号",
    ]
    tree = volumes.inventory_tree(volume)
    table = tree.sections[1].blocks[0]
    assert [row[:2] for row in table.rows] == [  # type: ignore[union-attr]
        ("1", "临服协〔2019〕2号"),
        ("2", "临服协〔2019〕9号"),
        ("3", "临服协〔2019〕10号"),
    ]
    assert render_pdf(tree, timestamp=timezone.now()).startswith(b"%PDF")
    assert render_xlsx(tree).startswith(b"PK")


def test_a_closed_volume_takes_nothing_more(adviser: Membership) -> None:
    document = manual(adviser)
    assert document.volume is not None
    head = factories.member(adviser.organisation, Role.SECTION_HEAD)
    with acting(factories.who(adviser), "封卷"), pytest.raises(Refused):
        volumes.close_volume(document.volume)
    with acting(factories.who(head), "封卷"):
        closed = volumes.close_volume(document.volume, "窗口服务手册")
        with pytest.raises(Conflict):
            volumes.close_volume(document.volume)
    assert closed.title == "窗口服务手册"
    following = manual(adviser)
    assert following.volume is not None
    assert (following.volume.number, following.volume_place) == (2, 1)
    assert [row.number for row in volumes.volumes(factories.who(adviser), archive_class="manual")] == [1, 2]


def test_old_papers_come_in_with_class_date_number_and_subject(adviser: Membership) -> None:
    taken = paper(adviser)
    assert (taken.volume.year, taken.volume_place) == (2019, 1)
    elsewhere = scan(factories.agency())
    wrong: list[tuple[str, Any]] = [
        ("archive_class", ""),
        ("number", " "),
        ("title", ""),
        ("dated_on", timezone.localdate() + timedelta(days=1)),
        ("subject", ""),
        ("scan", elsewhere),
        ("retention_years", 0),
    ]
    for field, value in wrong:
        with pytest.raises(Invalid) as caught:
            paper(adviser, **{"number": "新〔2020〕1号", field: value})
        assert set(caught.value.errors) == {field}
    desk = factories.member(adviser.organisation, Role.ASSESSOR)
    assert paper(desk, number="新〔2020〕2号").volume_place == 2
    with acting(factories.who(adviser), "x"), pytest.raises(Refused):
        volumes.take_in(
            factories.agency(), elsewhere, archive_class="plan", number="1", title="x", dated_on=date(2020, 1, 1)
        )


def test_erasing_a_person_removes_the_scans_of_the_old_papers(kinds: Kinds) -> None:
    file, adviser = fd.file_and_adviser()
    taken = paper(adviser, person=file.person, subject="")
    assert volumes.inventory(taken.volume)[0].subject == file.person.name
    with acting(factories.who(factories.member(file.organisation, Role.SECTION_HEAD)), "删除"):
        people.erase_person(file.person, "本人书面要求删除")
    assert StoredFile.objects.get(pk=taken.scan_id).erased_at is not None
    assert [entry.number for entry in volumes.inventory(taken.volume)] == [taken.number]


def test_a_volume_is_lent_once_and_an_overdue_one_shows(adviser: Membership) -> None:
    volume = paper(adviser).volume
    who, today = factories.who(adviser), timezone.localdate()
    with acting(who, "借"):
        for field, values in (
            ("borrower", (" ", "查旧协议", today)),
            ("why", ("审计组", "", today)),
            ("due_on", ("审计组", "查旧协议", today - timedelta(days=1))),
        ):
            with pytest.raises(Invalid) as caught:
                volumes.lend(volume, *values)
            assert set(caught.value.errors) == {field}
        loan = volumes.lend(volume, "审计组", "查旧协议", today, lent_on=today - timedelta(days=3))
        with pytest.raises(Conflict):
            volumes.lend(volume, "别人", "查旧协议", today)
    assert volumes.overdue(who) == []
    assert volumes.overdue(who, today + timedelta(days=1)) == [loan]
    assert volumes.overdue(factories.who(factories.member(factories.agency())), today + timedelta(days=9)) == []
    with acting(who, "还"):
        with pytest.raises(Invalid):
            volumes.take_back(loan, returned_on=today - timedelta(days=9))
        assert volumes.take_back(loan).returned_on == today
        with pytest.raises(Conflict):
            volumes.take_back(loan)
        volumes.lend(volume, "别人", "查旧协议", today)
    with acting(factories.who(factories.member(factories.agency())), "借"), pytest.raises(Refused):
        volumes.lend(volume, "外人", "看看", today)


def test_volumes_of_other_bodies_are_out_of_reach(adviser: Membership) -> None:
    volume = paper(adviser).volume
    assert volumes.volume(factories.who(adviser), volume.pk) == volume
    with pytest.raises(Volume.DoesNotExist):
        volumes.volume(factories.who(factories.member(factories.agency())), volume.pk)
