"""The archive on the desk: volumes, inventories, old papers, loans; and an agency's own Word templates."""

import io
from datetime import timedelta
from typing import Any

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories, factories_files
from tests import factories_documents as fd
from tests.web.desk.test_assess import signed_in
from tests.web.desk.test_documents import FAIR, answers, drafted, url
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.documents import commands, volumes
from zhiyin.domain.documents.models import Document, Letterhead, Loan, PaperFile, Volume

REPORT = "employment-environment-report"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


@pytest.fixture
def head() -> Membership:
    return factories.member(factories.agency(), Role.SECTION_HEAD, level=1)


def issued(head: Membership, number: int = 1) -> list[Document]:
    """Issued papers of a kind that nobody has to review."""
    made = []
    with acting(factories.who(head), "出具"):
        for _ in range(number):
            document = commands.draft(head.organisation, None, REPORT, {}, answers=answers(REPORT))
            made.append(commands.issue(document))
    return made


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("旧案.png", fd.png(), content_type="image/png")


@pytest.mark.clause("SVC-3.5.2-a")
def test_the_inventory_lists_the_papers_in_number_order_and_prints(client: Client, head: Membership) -> None:
    made = issued(head, 3)
    volume = Volume.objects.get()
    signed_in(client, head)
    text = client.get(url("volume", volume.pk)).content.decode()
    places = [text.index(document.number) for document in made]
    assert places == sorted(places)
    printed = client.get(url("volume_inventory", volume.pk, "html")).content.decode()
    assert "卷内文件目录" in printed
    assert all(document.number in printed for document in made)
    assert client.get(url("volume_inventory", volume.pk, "pdf")).content.startswith(b"%PDF-")
    given = {"archive_class": "report", "title": "旧报告", "dated_on": "2021-05-06", "subject": "本市"}
    page = client.post(url("archive_take_in"), {**given, "number": made[0].number, "scan": scan()})
    assert page.status_code == 422
    assert "两份文书不能同号" in page.content.decode()


def test_a_closed_volume_takes_nothing_more(client: Client, head: Membership) -> None:
    issued(head)
    volume = Volume.objects.get()
    signed_in(client, head)
    assert client.post(url("volume_close", volume.pk), {"title": "题" * 121}).status_code == 422
    assert client.post(url("volume_close", volume.pk), {"title": "政策解读材料"}).status_code == 302
    issued(head)
    assert Volume.objects.count() == 2
    volume.refresh_from_db()
    assert (volume.title, volume.last_place) == ("政策解读材料", 1)
    assert "已封卷" in client.get(url("archive")).content.decode()


def test_only_the_head_closes(client: Client, head: Membership) -> None:
    issued(head)
    adviser = factories.member(head.organisation, level=3)
    assert signed_in(client, adviser).post(url("volume_close", Volume.objects.get().pk)).status_code == 403


def test_a_volume_goes_out_and_comes_back_and_lateness_shows(client: Client, head: Membership) -> None:
    issued(head)
    volume = Volume.objects.get()
    today = timezone.localdate()
    signed_in(client, head)
    page = client.post(url("volume_lend", volume.pk), {"borrower": "审计组 郑老师", "why": "", "due_on": ""})
    assert page.status_code == 422
    assert "审计组 郑老师" in page.content.decode()
    given = {
        "borrower": "审计组 郑老师",
        "why": "年度检查",
        "lent_on": str(today - timedelta(days=10)),
        "due_on": str(today - timedelta(days=3)),
    }
    assert client.post(url("volume_lend", volume.pk), given).status_code == 302
    assert client.post(url("volume_lend", volume.pk), given).status_code == 422  # it is out
    assert "过期 3 天" in client.get(url("archive")).content.decode()
    client.post(url("volume_back", volume.pk), {"loan": str(Loan.objects.get().pk)})
    assert Loan.objects.get().returned_on == today
    assert "过期" not in client.get(url("archive")).content.decode()


@pytest.mark.clause("SVC-3.5.2")
def test_an_old_paper_is_taken_in_under_its_own_number(client: Client, head: Membership) -> None:
    signed_in(client, head)
    given = {
        "archive_class": "agreement",
        "number": "临就〔2021〕18 号",
        "title": "校企合作协议",
        "dated_on": "2021-05-06",
        "subject": "临江职业学院（演示）",
        "retention_years": "10",
    }
    page = client.post(url("archive_take_in"), {**given, "archive_class": "", "scan": scan()})
    text = page.content.decode()
    assert page.status_code == 422
    assert "没有分类的文书不能归档" in text
    assert "校企合作协议" in text
    assert client.post(url("archive_take_in"), given).status_code == 422  # without a scan
    assert client.post(url("archive_take_in"), {**given, "scan": scan()}).status_code == 302
    paper = PaperFile.objects.get()
    assert (paper.volume.year, paper.volume.archive_class, paper.number) == (2021, "agreement", "临就〔2021〕18 号")
    volume_url = url("volume", paper.volume.pk)
    assert volume_url in client.get(url("archive"), {"class": "agreement"}).content.decode()
    assert volume_url not in client.get(url("archive"), {"class": "plan"}).content.decode()


def test_a_paper_about_a_client_is_found_by_the_file_number(client: Client) -> None:
    file, adviser = fd.file_and_adviser()
    signed_in(client, adviser)
    given: dict[str, Any] = {
        "archive_class": "record",
        "number": "旧 7",
        "title": "咨询记录",
        "dated_on": "2020-01-02",
        "retention_years": "10",
    }
    page = client.post(url("archive_take_in"), {**given, "file_number": "没有", "scan": scan()})
    assert "没有这个档案号" in page.content.decode()
    client.post(url("archive_take_in"), {**given, "file_number": file.number, "scan": scan()})
    assert PaperFile.objects.get().person == file.person


def test_another_agency_sees_no_volume(client: Client, head: Membership) -> None:
    issued(head)
    volume = Volume.objects.get()
    signed_in(client, factories.member(factories.agency(code="XX"), Role.SECTION_HEAD, level=1))
    assert client.get(url("volume", volume.pk)).status_code == 404
    assert client.post(url("volume_lend", volume.pk)).status_code == 404
    assert client.get(url("volume_inventory", volume.pk, "pdf")).status_code == 404


def test_the_archive_costs_the_same_with_many_volumes(client: Client, head: Membership) -> None:
    signed_in(client, head)
    costs = []
    for _ in range(2):
        for document in issued(head, 3):
            volumes_of = Volume.objects.filter(closed_at=None, documents=document)
            with acting(factories.who(head), "封卷"):
                for volume in volumes_of:
                    volumes.close_volume(volume)
        client.get(url("archive"))  # so that nothing is looked up for the first time
        with CaptureQueriesContext(connection) as queries:
            client.get(url("archive"))
        costs.append(len(queries))
    assert max(costs) <= 20
    assert costs[0] == costs[1]


# -- own Word templates ------------------------------------------------------------------------------------------------


def word(*lines: str) -> SimpleUploadedFile:
    made, out = docx.Document(), io.BytesIO()
    for line in lines:
        made.add_paragraph(line)
    made.save(out)
    return SimpleUploadedFile("红头.docx", out.getvalue())


def test_a_template_with_a_strange_field_is_refused_by_name(client: Client, head: Membership) -> None:
    signed_in(client, head)
    page = client.post(url("letterhead", FAIR), {"do": "adopt", "file": word("{{ title }} {{ answers.nonsense }}")})
    assert page.status_code == 422
    assert "answers.nonsense" in page.content.decode()
    assert client.post(url("letterhead", FAIR), {"do": "adopt"}).status_code == 422
    page = client.post(
        url("letterhead", FAIR), {"do": "adopt", "file": SimpleUploadedFile("a.docx", factories_files.docx()[:50])}
    )
    assert "不是 Word" in page.content.decode()
    assert not Letterhead.objects.exists()


def test_a_template_is_tried_adopted_used_and_withdrawn(client: Client, head: Membership) -> None:
    signed_in(client, head)
    lines = ("临江市公共就业服务中心文件", "{{ title }}", "场地 {{ answers.venue }}")
    tried = client.post(url("letterhead", FAIR), {"do": "try", "file": word(*lines)})
    said = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(tried.content)).paragraphs)
    assert "场地 滨河街道文化中心" in said
    assert not Letterhead.objects.exists()
    assert client.post(url("letterhead", FAIR), {"do": "adopt", "file": word(*lines)}).status_code == 302
    assert "红头.docx" in client.get(url("letterheads")).content.decode()
    document = drafted(head)
    made = client.get(url("document_file", document.pk, "docx"))
    assert "临江市公共就业服务中心文件" in docx.Document(io.BytesIO(made.content)).paragraphs[0].text
    client.post(url("letterhead_withdraw", FAIR))
    assert Letterhead.objects.get().ended_at is not None
    made = client.get(url("document_file", document.pk, "docx"))
    assert "临江市公共就业服务中心文件" not in docx.Document(io.BytesIO(made.content)).paragraphs[0].text


def test_an_adviser_sets_no_template(client: Client, head: Membership) -> None:
    adviser = factories.member(head.organisation, level=2)
    assert signed_in(client, adviser).get(url("letterhead", FAIR)).status_code == 403
