"""起草 → 审核 → 审定: by grade, by role, never one's own; comments on the way, and the seal at the end."""

import io
from dataclasses import dataclass

import docx
import pytest
from pypdf import PdfReader

from tests import factories
from tests import factories_documents as fd
from tests.domain.documents.conftest import FAIR, Kinds
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.documents import approval, commands, queries, remarks, seals
from zhiyin.domain.documents.commands import About
from zhiyin.domain.documents.models import Document, Remark
from zhiyin.domain.documents.states import State, StepKind
from zhiyin.domain.files import queries as files
from zhiyin.engines.documents.pdf import render_picture
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


@dataclass
class House:
    author: Membership
    senior: Membership
    junior: Membership
    head: Membership


@pytest.fixture
def house(kinds: Kinds) -> House:
    organisation = factories.agency()
    return House(
        author=factories.member(organisation, level=3),
        senior=factories.member(organisation, level=2),
        junior=factories.member(organisation, level=4),
        head=factories.member(organisation, Role.SECTION_HEAD, level=None),
    )


def draft(house: House) -> Document:
    with acting(factories.who(house.author), "起草"):
        return commands.draft(
            house.author.organisation,
            None,
            "test-fair-plan",
            {},
            about=About("activity", "春风招聘会（演示）"),
            answers={"held_on": "2026-04-18"},
        )


def submitted(house: House) -> Document:
    document = draft(house)
    with acting(factories.who(house.author), "交"):
        return commands.submit(document)


def test_the_grade_that_drafts_is_named(house: House) -> None:
    for member, said in ((house.junior, "您登记的等级是四级"), (house.head, "您还没有登记职业等级")):
        with acting(factories.who(member), "起草"), pytest.raises(Refused) as caught:
            commands.draft(house.head.organisation, None, "test-fair-plan", {}, about=About("activity", "会"))
        assert str(caught.value) == f"这种文书须由三级以上职业指导师起草，{said}"


def test_a_document_goes_through_review_and_approval_to_issue(house: House) -> None:
    document = submitted(house)
    assert queries.page(document.pk, factories.who(house.senior)).actions >= {"reviewed", "returned"}
    assert "reviewed" not in queries.page(document.pk, factories.who(house.author)).actions
    assert "issued" not in queries.page(document.pk, factories.who(house.author)).actions
    with acting(factories.who(house.author), "出具"), pytest.raises(NotReady):
        commands.issue(document)
    with acting(factories.who(house.senior), "审"):
        document = approval.review(document, "经费写得清楚")
    assert document.state == State.REVIEWED
    assert "approved" not in queries.page(document.pk, factories.who(house.senior)).actions
    with acting(factories.who(house.author), "出具"), pytest.raises(NotReady) as caught:
        commands.issue(document)
    assert caught.value.missing == ["审定"]
    assert "approved" in queries.page(document.pk, factories.who(house.head)).actions
    with acting(factories.who(house.head), "定"):
        document = approval.approve(document)
    with acting(factories.who(house.author), "出具"):
        document = commands.issue(document)
    assert [step.kind for step in document.steps.all()] == ["drafted", "submitted", "reviewed", "approved", "issued"]
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(queries.render(document, "pdf"))).pages)
    text = text.replace(" ", "").replace("\n", "")
    assert f"起草人{house.author.user.name}" in text
    assert f"审定人{house.head.user.name}" in text


def test_nobody_reviews_below_the_grade_or_their_own(house: House) -> None:
    document = submitted(house)
    with (
        acting(factories.who(house.junior), "审"),
        pytest.raises(Refused, match="二级以上职业指导师审核，您登记的等级是四级"),
    ):
        approval.review(document)
    with acting(factories.who(house.head), "定"), pytest.raises(NotReady):
        approval.approve(document)
    with acting(factories.who(house.senior), "定"), pytest.raises(Refused, match="科长"):
        approval.approve(document)
    with acting(SYSTEM, "升级"):
        factories.Staff.objects.filter(user=house.author.user).update(level=1)
    with acting(factories.who(house.author), "审"), pytest.raises(Refused, match="自己起草"):
        approval.review(document)
    stranger = factories.member(factories.agency(), level=1)
    with acting(factories.who(stranger), "审"), pytest.raises(Refused):
        approval.review(document)
    assert Document.objects.get(pk=document.pk).state == State.SUBMITTED


def test_a_return_takes_every_agreement_back(house: House) -> None:
    document = submitted(house)
    with acting(factories.who(house.senior), "审"):
        approval.review(document)
    with acting(factories.who(house.junior), "退"), pytest.raises(Refused):
        commands.return_(document, "改")
    with acting(factories.who(house.head), "退"):
        document = commands.return_(document, "地点没写")
    with acting(factories.who(house.author), "改"):
        document = commands.change(document, document.version, answers={"place": "体育馆"})
        document = commands.submit(document)
    with acting(factories.who(house.head), "定"), pytest.raises(NotReady) as caught:
        approval.approve(document)
    assert caught.value.missing == ["审核"]


def test_a_reviewer_agrees_to_what_was_read(house: House) -> None:
    document = submitted(house)
    with acting(factories.who(house.senior), "审"), pytest.raises(Conflict):
        approval.review(document, content_hash="0" * 64)
    with acting(factories.who(house.senior), "审"):
        approval.review(document, content_hash=queries.page(document.pk, factories.who(house.senior)).content_hash)


def test_a_kind_without_review_takes_none(house: House, kinds: Kinds) -> None:
    kinds.install({**FAIR, "version": 2, "reviews": None, "approves": None})
    document = submitted(house)
    with acting(factories.who(house.senior), "审"), pytest.raises(Invalid):
        approval.review(document)
    with acting(factories.who(house.author), "出具"):
        assert commands.issue(document if document.state == State.DRAFT else draft(house)).number


def test_remarks_are_threads_that_are_resolved_and_opened_again(house: House) -> None:
    document = submitted(house)
    with acting(factories.who(house.senior), "批"):
        first = remarks.remark(document, "event", "场地定了吗？", field="place")
        with pytest.raises(Invalid):
            remarks.remark(document, "nowhere", "？")
        with pytest.raises(Invalid):
            remarks.remark(document, "event", " ")
        with pytest.raises(Invalid):
            remarks.remark(document, "event", "？", field="nothing")
    with acting(factories.who(house.author), "答"):
        answer = remarks.remark(document, "notes", "周五定", thread=first)
        remarks.resolve(answer)
        with pytest.raises(Invalid):
            remarks.resolve(first)
    (thread,) = remarks.threads(factories.who(house.senior), document)
    assert (thread.first.text, thread.first.section, thread.first.field) == ("场地定了吗？", "event", "place")
    assert [row.text for row in thread.answers] == ["周五定"]
    assert thread.first.by == house.senior
    assert not thread.is_open
    assert remarks.open_remarks(document) == 0
    with acting(factories.who(house.senior), "再问"):
        remarks.remark(document, "event", "哪个厅？", thread=first)
    assert remarks.open_remarks(document) == 1
    assert "场地定了吗" not in queries.render(document, "html")
    assert "场地".encode() not in bytes(Remark.objects.get(pk=first.pk).text_sealed)
    with acting(factories.who(factories.member(factories.agency())), "批"), pytest.raises(Refused):
        remarks.remark(document, "event", "？")


def seal_png() -> bytes:
    return render_picture(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120">'
        '<circle cx="60" cy="60" r="54" fill="none" stroke="#C81020" stroke-width="5"/></svg>'
    )


def test_the_seal_is_kept_used_and_logged_by_right(house: House) -> None:
    organisation = house.head.organisation
    with acting(factories.who(house.author), "传"), pytest.raises(Refused):
        seals.keep_seal(organisation, seal_png())
    with acting(factories.who(house.head), "传"):
        for wrong in (b"GIF89a", seal_png()[:200], fd.png(width=60), fd.png(width=160, height=160, ink=False)):
            with pytest.raises(Invalid):
                seals.keep_seal(organisation, wrong)
        with pytest.raises(Refused):
            seals.keep_seal(factories.agency(), seal_png())
        seal = seals.keep_seal(organisation, seal_png())
    assert files.content(seal.file) == seal_png()
    document = submitted(house)
    with acting(factories.who(house.senior), "审"):
        approval.review(document)
    with acting(factories.who(house.head), "定"):
        approval.approve(document)
    with acting(factories.who(house.author), "出具"), pytest.raises(Refused):
        commands.issue(document, seal=True)
    with acting(factories.who(house.head), "盖章出具"):
        document = commands.issue(document, seal=True)
    assert AuditEvent.objects.filter(action="documents.sealed", object_id=str(document.pk)).count() == 1
    pdf = PdfReader(io.BytesIO(queries.render(document, "pdf")))
    assert len(pdf.pages[-1].images) + len(pdf.pages[0].images) >= 1
    word = docx.Document(io.BytesIO(queries.render(Document.objects.get(pk=document.pk), "docx")))
    assert f"{organisation.name}公章" in word.element.xml
    assert "已加盖" in queries.render(document, "html")
    with acting(factories.who(house.head), "换章"):
        seals.end_seal(seal, "印章更换")
        with pytest.raises(Invalid):
            seals.end_seal(seal, " ")
    assert seals.seal_of(organisation) is None
    assert "已加盖" in queries.render(Document.objects.get(pk=document.pk), "html")


def test_no_seal_no_sealed_issue(house: House, kinds: Kinds) -> None:
    kinds.install({**FAIR, "version": 2, "reviews": None, "approves": None})
    document = draft(house)
    with acting(factories.who(house.head), "盖章出具"), pytest.raises(NotReady, match="公章"):
        commands.issue(document, seal=True)
    assert Document.objects.get(pk=document.pk).number == ""


def test_step_words() -> None:
    assert (StepKind.REVIEWED.label, StepKind.APPROVED.label) == ("审核", "审定")
