"""The pages of conformance: where a body stands, a clause with its evidence, the report."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from tests import factories, factories_conformance
from tests.factories_documents import png
from tests.web.desk.case_pages import signed_in
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.conformance import commands
from zhiyin.domain.conformance.models import ManualEvidence, NotApplicable, Run

pytestmark = pytest.mark.django_db
MANUAL = "SVC-3.4"


@pytest.fixture
def head(home):
    return factories.member(factories.agency(), Role.SECTION_HEAD, name="罗敏")


@pytest.fixture
def desk(head):
    return signed_in(head)


def url(name, *args):
    return reverse(f"desk:{name}", args=args)


def text(response):
    return response.content.decode()


def measured(member, standard="SVC"):
    with acting(factories.who(member), "自评"):
        return commands.run(member.organisation, standard)


def sent(**values):
    paper = SimpleUploadedFile("清单.png", png(), content_type="image/png")
    return {"note": "设备清单", "dated": timezone.localdate().isoformat(), "valid_until": "", "file": paper, **values}


def test_the_first_page_says_that_nothing_was_measured_and_offers_it(desk, head):
    page = desk.get(url("conformance"), follow=True)
    assert page.redirect_chain[-1][0] == url("conformance_board", "SVC")
    assert "还没有对照这部标准计算过" in text(page)
    assert "85 条" in text(page)
    done = desk.post(url("conformance_run", "SVC"), follow=True)
    assert "按今天的数据算好了" in text(done)
    assert Run.objects.get().by == head


@pytest.mark.clause("SVC-1")
def test_an_agency_sees_each_clause_with_its_status(desk, head):
    run = measured(head)
    page = text(desk.get(url("conformance_board", "SVC") + "?verdict=every&all=1"))
    for row in run.findings.all():
        assert url("conformance_clause", "SVC", row.clause) in page
    for label in ("符合", "部分符合", "不符合", "待证", "不适用"):
        assert label in page


def test_the_list_is_narrowed_by_verdict_chapter_and_words(desk, head):
    measured(head)
    board = url("conformance_board", "SVC")
    assert "再看" in text(desk.get(board))
    unmet = text(desk.get(board + "?verdict=unmet&all=1"))
    assert url("conformance_clause", "SVC", "SVC-3.1") in unmet
    assert url("conformance_clause", "SVC", MANUAL) not in unmet
    found = text(desk.get(board + "?q=svc-3.4&all=1"))
    assert url("conformance_clause", "SVC", MANUAL) in found
    chapter = text(desk.get(board + "?chapter=6 服务评价与改进&all=1"))
    assert url("conformance_clause", "SVC", "SVC-6.1-1") in chapter
    assert url("conformance_clause", "SVC", MANUAL) not in chapter
    assert "没有这样的条款" in text(desk.get(board + "?q=没有的词"))


def test_advisers_read_and_do_not_manage(head):
    measured(head)
    adviser = signed_in(factories.member(head.organisation))
    page = adviser.get(url("conformance_board", "SVC"))
    assert page.status_code == 200
    assert "重新计算" not in text(page)
    assert "声明不适用" not in text(adviser.get(url("conformance_clause", "SVC", MANUAL)))
    for name, args in (
        ("conformance_run", ("SVC",)),
        ("conformance_add", ("SVC", MANUAL)),
        ("conformance_waive", ("SVC", MANUAL)),
    ):
        assert adviser.post(url(name, *args), sent()).status_code == 403
    assert not ManualEvidence.objects.exists()


def test_a_paper_is_brought_opened_and_taken_back(desk, head):
    measured(head)
    page = url("conformance_clause", "SVC", MANUAL)
    done = desk.post(url("conformance_add", "SVC", MANUAL), sent(), follow=True)
    assert "证据已保存" in text(done)
    paper = ManualEvidence.objects.get()
    assert url("conformance_file", paper.pk) in text(done)
    assert "又有证据或声明变动" in text(desk.get(url("conformance_board", "SVC")))
    file = desk.get(url("conformance_file", paper.pk))
    assert file.content == png()
    assert file["Content-Type"] == "image/png"
    assert "设备清单" in text(desk.get(url("conformance_evidence", "SVC")))
    refused = desk.post(url("conformance_withdraw", paper.pk), {"reason": " "})
    assert refused.status_code == 422
    assert "请写为什么撤回" in text(refused)
    desk.post(url("conformance_withdraw", paper.pk), {"reason": "传错了"})
    assert "传错了" in text(desk.get(page))


def test_wrong_input_is_told_at_its_field_and_nothing_typed_is_lost(desk, head):
    page = desk.post(url("conformance_add", "SVC", MANUAL), sent(dated="昨天", note="盘点过的清单"))
    assert page.status_code == 422
    assert "日期要写成 2026-11-19 这样" in text(page)
    assert "盘点过的清单" in text(page)
    without = desk.post(url("conformance_add", "SVC", MANUAL), {"note": "", "dated": "2026-01-05"})
    assert without.status_code == 422
    assert "请写这份证据说明了什么" in text(without)
    assert "请选择要上传的文件" in text(without)
    assert not ManualEvidence.objects.exists()


def test_a_clause_is_declared_not_to_apply_and_applies_again(desk, head):
    measured(head)
    empty = desk.post(url("conformance_waive", "SVC", MANUAL), {"reason": ""})
    assert empty.status_code == 422
    done = desk.post(url("conformance_waive", "SVC", MANUAL), {"reason": "借用街道的设施"}, follow=True)
    assert "借用街道的设施" in text(done)
    desk.post(url("conformance_apply", "SVC", MANUAL))
    assert NotApplicable.objects.get().ended_on == timezone.localdate()
    assert desk.post(url("conformance_apply", "SVC", MANUAL)).status_code == 404


def test_a_clause_names_the_rows_behind_its_figure_and_links_them(home):
    world = factories_conformance.world(good=False)
    measured(world.head)
    page = text(signed_in(world.head).get(url("conformance_clause", "SVC", "SVC-5.2-1")))
    assert url("case", world.case.pk) in page
    assert world.case.number in page
    assert world.case.person.name not in page


def test_what_is_not_there_or_of_another_body_is_not_found(desk, head):
    assert desk.get(url("conformance_board", "ABC")).status_code == 404
    assert desk.get(url("conformance_clause", "SVC", "SVC-99")).status_code == 404
    assert desk.get(url("conformance_report", "SVC", "pdf")).status_code == 404
    desk.post(url("conformance_add", "SVC", MANUAL), sent())
    paper = ManualEvidence.objects.get()
    stranger = signed_in(factories.member(factories.agency(), Role.SECTION_HEAD))
    assert stranger.get(url("conformance_file", paper.pk)).status_code == 404
    assert stranger.post(url("conformance_withdraw", paper.pk), {"reason": "x"}).status_code == 404
    assert "设备清单" not in text(stranger.get(url("conformance_evidence", "SVC")))


def test_the_report_comes_as_pdf_and_word(desk, head):
    measured(head)
    pdf = desk.get(url("conformance_report", "SVC", "pdf"))
    assert pdf.content.startswith(b"%PDF")
    assert "attachment" in pdf["Content-Disposition"]
    assert desk.get(url("conformance_report", "SVC", "docx")).content.startswith(b"PK")
    assert desk.get(url("conformance_report", "SVC", "txt")).status_code == 404


def test_pages_take_few_queries(home, django_assert_max_num_queries):
    world = factories_conformance.world(good=False)
    for _ in range(3):
        measured(world.head)
    desk = signed_in(world.head)
    for address in (
        url("conformance_board", "SVC"),
        url("conformance_clause", "SVC", "SVC-5.2-1"),
        url("conformance_evidence", "SVC"),
    ):
        with django_assert_max_num_queries(20):
            assert desk.get(address).status_code == 200
