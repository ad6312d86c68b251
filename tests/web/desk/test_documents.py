"""Documents on the desk: the gallery and its kinds, beginning, writing, agreeing, issuing, lists."""

import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests import factories
from tests import factories_documents as fd
from tests.web.desk.test_assess import signed_in
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.documents import commands, kinds, seals, versions
from zhiyin.domain.documents import queries as documents
from zhiyin.domain.documents.approval import review
from zhiyin.domain.documents.commands import About
from zhiyin.domain.documents.models import Document
from zhiyin.domain.documents.states import State
from zhiyin.packs.installed import registry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
FAIR = "job-fair-plan"


@pytest.fixture
def adviser() -> Membership:
    return factories.member(factories.agency(), level=3)


def colleague(member: Membership, level: int = 2, role: Role = Role.ADVISER) -> Membership:
    return factories.member(member.organisation, role, level=level, name=f"同事{level}{role.value}")


def answers(template: str = FAIR) -> dict[str, Any]:
    complete, _ = kinds.examples(None, template)
    return dict(complete[0].context["answers"])


def drafted(adviser: Membership, *, complete: bool = True, template: str = FAIR, label: str = "春季招聘会") -> Document:
    with acting(factories.who(adviser), "起草"):
        return commands.draft(
            adviser.organisation,
            None,
            template,
            {},
            about=About("activity", label),
            answers=answers(template) if complete else None,
        )


def posted(document: Document, **more: Any) -> dict[str, Any]:
    """What the form of a plan sends: the first two questions only, the rest was stored before."""
    return {"version": document.version, "activity_name": "春季专场", "audience": "返乡人员", **more}


def url(name: str, *args: Any) -> str:
    return reverse(f"desk:{name}", args=args)


# -- the gallery -------------------------------------------------------------------------------------------------------


def test_every_kind_stands_in_the_gallery_and_opens(client: Client, adviser: Membership) -> None:
    signed_in(client, adviser)
    text = client.get(url("documents")).content.decode()
    on_offer = {definition.id for definition in registry().all("document")}
    profiled = {entry for entry in on_offer if url("document_kind", entry) not in text}
    offered = {kind.id for kind in kinds.kinds(factories.who(adviser), adviser.organisation)}
    assert profiled == on_offer - offered
    page = client.get(url("document_kind", FAIR)).content.decode()
    for words in (
        "滨河街道文化中心",
        "CG2023-L3-3.2.1-S",
        "二级以上职业指导师",
        "到现场走一遍再写",
        "这样交上来会被退回",
    ):
        assert words in page


def test_the_gallery_is_narrowed_by_words_class_subject_and_right(client: Client, adviser: Membership) -> None:
    signed_in(client, adviser)

    def listed(**asked: str) -> set[str]:
        text = client.get(url("documents"), asked).content.decode()
        return set(re.findall(r'href="/desk/papers/kinds/([a-z0-9-]+)/"', text))

    assert listed(q="招聘活动实施方案") >= {FAIR, "remote-recruitment-plan"}
    assert FAIR in listed(q="CG2023-L3-3.2.1-S")
    plans = listed(**{"class": "plan"})
    assert FAIR in plans
    assert "policy-reader" not in plans
    assert FAIR not in listed(subject="client")
    own = listed(mine="1")
    assert FAIR in own
    assert "online-collection-plan" not in own  # second grade drafts it
    assert "没有符合的文书" in client.get(url("documents"), {"q": "没有这样的文书"}).content.decode()


@pytest.mark.parametrize(("fmt", "start"), [("pdf", b"%PDF-"), ("docx", b"PK"), ("xlsx", b"PK")])
def test_the_example_is_a_file_to_keep(client: Client, adviser: Membership, fmt: str, start: bytes) -> None:
    page = signed_in(client, adviser).get(url("document_example", FAIR, fmt))
    assert page.content.startswith(start)
    assert "attachment" in page["Content-Disposition"]


def test_what_is_not_on_offer_is_not_found(client: Client, adviser: Membership) -> None:
    signed_in(client, adviser)
    assert client.get(url("document_kind", "nothing")).status_code == 404
    assert client.get(url("document_example", FAIR, "exe")).status_code == 404
    assert client.get(url("document_new", "service-plan")).status_code == 404


# -- beginning ---------------------------------------------------------------------------------------------------------


def test_a_plan_begins_with_its_activity(client: Client, adviser: Membership) -> None:
    signed_in(client, adviser)
    page = client.post(url("document_new", FAIR), {"label": " "})
    assert page.status_code == 422
    assert "请写明活动的名称" in page.content.decode()
    page = client.post(url("document_new", FAIR), {"label": "秋季招聘会", "title": "秋季方案"})
    document = Document.objects.get()
    assert page["Location"] == url("document_edit", document.pk)
    assert (document.subject_kind, document.subject_label, document.title) == ("activity", "秋季招聘会", "秋季方案")


def test_a_client_is_looked_up_and_known_things_are_filled_in(client: Client) -> None:
    file, adviser = fd.file_and_adviser(name="欧阳慧敏")
    signed_in(client, adviser)
    kind = next(
        kind
        for kind in kinds.kinds(
            factories.who(adviser), adviser.organisation, kinds.Filters(subject="client", mine=True)
        )
        if kind.id == "personal-registration"
    )
    page = client.get(url("document_new", kind.id), {"q": "欧阳"}).content.decode()
    assert str(file.pk) in page
    assert client.post(url("document_new", kind.id), {"file": ""}).status_code == 422
    assert client.post(url("document_new", kind.id), {"file": str(file.pk)}).status_code == 302
    document = Document.objects.get()
    assert document.person == file.person
    assert "欧阳慧敏" in client.get(url("document_page", document.pk)).content.decode()


def test_a_foreign_client_is_not_found(client: Client, adviser: Membership) -> None:
    foreign, _ = fd.file_and_adviser(name="别处的人")
    page = signed_in(client, adviser).post(url("document_new", "personal-registration"), {"file": str(foreign.pk)})
    assert page.status_code == 404
    assert not Document.objects.exists()


def test_an_employer_is_named_with_what_is_known(client: Client, adviser: Membership) -> None:
    signed_in(client, adviser)
    client.post(
        url("document_new", "commissioned-recruitment-plan"),
        {"label": "临江恒光电子（演示）", "address": "恒光路 9 号"},
    )
    document = Document.objects.get()
    assert document.subject_label == "临江恒光电子（演示）"
    assert document.context["employer"]["address"] == "恒光路 9 号"


def test_below_the_grade_the_refusal_names_it(client: Client) -> None:
    beginner = factories.member(factories.agency(), level=4)
    page = signed_in(client, beginner).get(url("document_kind", FAIR)).content.decode()
    assert "三级以上职业指导师起草，您登记的等级是四级" in page
    assert client.post(url("document_new", FAIR), {"label": "某会"}).status_code == 403


# -- writing -----------------------------------------------------------------------------------------------------------


def test_guidance_stands_beside_the_boxes_and_typing_is_kept(client: Client, adviser: Membership) -> None:
    document = drafted(adviser, complete=False)
    signed_in(client, adviser)
    text = client.get(url("document_edit", document.pk)).content.decode()
    assert "用一句话说清给哪些人找哪类岗位" in text
    assert 'data-autosave="' in text
    page = client.post(url("document_draft", document.pk), posted(document))
    assert page.json() == {"version": 2}
    assert Document.objects.get().answers["audience"] == "返乡人员"
    assert client.post(url("document_draft", document.pk), posted(document)).status_code == 409
    assert (
        client.post(url("document_draft", document.pk), posted(document, version=2, capacity="很多")).status_code == 422
    )


def test_missing_elements_are_named_on_submit_and_nothing_typed_is_lost(client: Client, adviser: Membership) -> None:
    document = drafted(adviser, complete=False)
    signed_in(client, adviser)
    page = client.post(url("document_edit", document.pk), posted(document, do="submit"))
    text = page.content.decode()
    assert page.status_code == 422
    assert "“场地”还没有填写" in text
    assert "返乡人员" in text
    stored = Document.objects.get()
    assert (stored.state, stored.answers["activity_name"]) == (State.DRAFT, "春季专场")


def test_a_wrong_type_is_told_at_its_box_with_what_was_typed(client: Client, adviser: Membership) -> None:
    document = drafted(adviser, complete=False)
    page = signed_in(client, adviser).post(url("document_edit", document.pk), posted(document, capacity="两百左右"))
    text = page.content.decode()
    assert page.status_code == 422
    assert "两百左右" in text
    assert "#f-capacity" in text


def test_a_stale_page_keeps_its_words_and_may_be_sent_again(client: Client, adviser: Membership) -> None:
    document = drafted(adviser, complete=False)
    with acting(factories.who(adviser), "改"):
        commands.change(document, 1, answers={"audience": "别处写的"})
    page = signed_in(client, adviser).post(url("document_edit", document.pk), posted(document, version=1))
    text = page.content.decode()
    assert page.status_code == 422
    assert "刚刚被别人改过" in text
    assert "返乡人员" in text
    assert 'name="version" value="2"' in text


def test_the_preview_stores_nothing(client: Client, adviser: Membership) -> None:
    document = drafted(adviser, complete=False)
    page = signed_in(client, adviser).post(url("document_preview", document.pk), posted(document, audience="<b>甲</b>"))
    assert "&lt;b&gt;甲&lt;/b&gt;" in page.content.decode()
    assert Document.objects.get().version == 1
    page = client.post(url("document_preview", document.pk), posted(document, capacity="两百左右"))
    assert "改好再预览" in page.content.decode()


# -- agreeing ----------------------------------------------------------------------------------------------------------


def without(template: str, sections: set[str]) -> tuple[dict[str, Any], list[str]]:
    """The answers of the example without those of some sections, and the titles of these."""
    definition = registry().get("document", template)
    left = [section for section in definition.sections if section.id in sections]
    gone = {field.id for section in left for block in section.blocks for field in getattr(block, "inputs", ())}
    return {name: value for name, value in answers(template).items() if name not in gone}, [s.title for s in left]


@pytest.mark.clause("CG2023-L3-3.2.1-S", "CG2023-L3-3.3.1-S")
@pytest.mark.parametrize(
    ("template", "sections"),
    [(FAIR, {"safety", "emergency"}), ("remote-recruitment-plan", {"fallback", "privacy"})],
)
def test_a_plan_is_not_agreed_to_while_its_safety_is_not_written(
    client: Client, adviser: Membership, template: str, sections: set[str]
) -> None:
    partly, titles = without(template, sections)
    with acting(factories.who(adviser), "起草"):
        document = commands.draft(
            adviser.organisation, None, template, {}, about=About("activity", "春季招聘会"), answers=partly
        )
    reviewer = colleague(adviser)
    signed_in(client, adviser)
    page = client.post(url("document_do", document.pk, "submit"))
    assert page.status_code == 422
    assert all(f"“{title}”" in page.content.decode() for title in titles)
    signed_in(client, reviewer)
    assert client.post(url("document_do", document.pk, "review")).status_code == 422
    document.refresh_from_db()
    assert document.state == State.DRAFT
    with acting(factories.who(adviser), "补写"):
        commands.change(document, document.version, answers=answers(template))
    signed_in(client, adviser)
    assert client.post(url("document_do", document.pk, "submit")).status_code == 302
    signed_in(client, reviewer)
    assert client.post(url("document_do", document.pk, "review")).status_code == 302
    document.refresh_from_db()
    assert document.state == State.REVIEWED


def test_a_plan_goes_from_draft_by_review_to_its_number_and_its_volume(client: Client, adviser: Membership) -> None:
    document = drafted(adviser)
    reviewer = colleague(adviser)
    signed_in(client, adviser)
    assert client.post(url("document_do", document.pk, "issue")).status_code == 422  # nobody has reviewed it
    assert client.post(url("document_edit", document.pk), posted(document, do="submit")).status_code == 302
    assert "自己起草的由别的同事来审" in client.get(url("document_page", document.pk)).content.decode()
    signed_in(client, reviewer)
    assert document.title in client.get(url("documents_waiting")).content.decode()
    text = client.get(url("document_page", document.pk)).content.decode()
    content_hash = re.search(r'name="content_hash" value="([0-9a-f]+)"', text)
    assert content_hash is not None
    page = client.post(url("document_do", document.pk, "return"), {"comment": " "})
    assert page.status_code == 422
    assert "请写明退回的原因" in page.content.decode()
    client.post(url("document_do", document.pk, "return"), {"comment": "疏散通道的宽度没有写"})
    signed_in(client, adviser)
    text = client.get(url("document_edit", document.pk)).content.decode()
    assert "疏散通道的宽度没有写" in text
    document.refresh_from_db()
    client.post(url("document_edit", document.pk), posted(document, crowd_control="通道宽三米。", do="submit"))
    signed_in(client, reviewer)
    # what was read before is another content now
    stale = client.post(url("document_do", document.pk, "review"), {"content_hash": content_hash[1]})
    assert stale.status_code == 422
    assert client.post(url("document_do", document.pk, "review"), {"comment": "可以"}).status_code == 302
    signed_in(client, adviser)
    client.post(url("document_do", document.pk, "issue"))
    document.refresh_from_db()
    assert document.state == State.ISSUED
    assert document.number
    assert str(document.volume) == f"{document.issued_at:%Y} 年方案计划第 1 卷"
    text = client.get(url("document_page", document.pk)).content.decode()
    assert document.check_code in text
    assert client.get(url("document_file", document.pk, "pdf")).content.startswith(b"%PDF-")
    assert document.number in client.get(url("documents_issued")).content.decode()


def test_below_the_grade_nobody_reviews(client: Client, adviser: Membership) -> None:
    document = drafted(adviser)
    with acting(factories.who(adviser), "提交"):
        commands.submit(document)
    peer = colleague(adviser, level=3)
    signed_in(client, peer)
    assert document.title not in client.get(url("documents_waiting")).content.decode()
    assert client.post(url("document_do", document.pk, "review")).status_code == 403


def issued(adviser: Membership, **more: Any) -> Document:
    document = drafted(adviser, **more)
    with acting(factories.who(adviser), "提交"):
        commands.submit(document)
    with acting(factories.who(colleague(adviser)), "审核"):
        review(document)
    with acting(factories.who(adviser), "出具"):
        return commands.issue(document)


def test_voiding_needs_a_reason_and_a_successor_takes_over(client: Client, adviser: Membership) -> None:
    document = issued(adviser)
    signed_in(client, adviser)
    assert client.post(url("document_do", document.pk, "revoke"), {"reason": ""}).status_code == 422
    page = client.post(url("document_do", document.pk, "supersede"))
    successor = Document.objects.get(supersedes=document)
    assert page["Location"] == url("document_edit", successor.pk)
    client.post(url("document_do", document.pk, "revoke"), {"reason": "场地改了"})
    document.refresh_from_db()
    assert document.state == State.REVOKED
    assert "已作废" in client.get(url("documents_issued"), {"state": "void"}).content.decode()


def test_versions_are_laid_side_by_side_with_changes_marked(client: Client, adviser: Membership) -> None:
    document = drafted(adviser)
    with acting(factories.who(adviser), "改"):
        document = commands.change(document, 1, answers={"venue": "滨河街道文化中心二层大厅"})
    text = signed_in(client, adviser).get(url("document_versions", document.pk)).content.decode()
    assert "<del>" in text
    assert "二" in re.findall(r"新增：</span>([^<]+)", text)
    assert len(versions.versions_of(document)) == 2


def test_a_comment_belongs_to_its_section_and_is_answered_and_settled(client: Client, adviser: Membership) -> None:
    document = drafted(adviser)
    signed_in(client, colleague(adviser))
    client.post(url("document_remark", document.pk), {"section": "venue", "text": "坡道在哪一侧？"})
    first = document.remarks.get()
    signed_in(client, adviser)
    text = client.get(url("document_edit", document.pk)).content.decode()
    assert "坡道在哪一侧？" in text
    page = client.post(url("document_remark", document.pk), {"thread": str(first.pk), "text": "东侧", "from": "edit"})
    assert page["Location"].endswith("#part-venue")
    client.post(url("document_remark_done", document.pk, first.pk))
    first.refresh_from_db()
    assert first.resolved_at is not None
    assert "标为已处理" in client.get(url("document_page", document.pk)).content.decode()


# -- reach and bounds --------------------------------------------------------------------------------------------------


def test_another_agency_finds_nothing(client: Client, adviser: Membership) -> None:
    document = drafted(adviser)
    signed_in(client, factories.member(factories.agency(code="XX"), level=1))
    for name in ("document_page", "document_edit", "document_versions"):
        assert client.get(url(name, document.pk)).status_code == 404
    assert client.post(url("document_do", document.pk, "submit")).status_code == 404
    assert client.get(url("document_file", document.pk, "pdf")).status_code == 404


def test_the_register_leaves_as_a_workbook_with_its_reason(client: Client, adviser: Membership) -> None:
    document = issued(adviser)
    assert signed_in(client, adviser).get(url("documents_export")).status_code == 403
    signed_in(client, colleague(adviser, role=Role.SECTION_HEAD))
    assert client.post(url("documents_export"), {"reason": "看"}).status_code == 422
    page = client.post(url("documents_export"), {"reason": "十一月文书核对"})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(page.content)).get_sheet_by_index(0).to_python()
    assert "十一月文书核对" in rows[0][0]
    assert rows[2][:2] == [document.number, document.title]


def asked(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_lists_cost_the_same_with_many_rows(client: Client, adviser: Membership) -> None:
    head = colleague(adviser, role=Role.SECTION_HEAD)
    reviewer = colleague(adviser)

    def more(number: int) -> None:
        for index in range(number):
            document = drafted(adviser, label=f"第 {index} 场")
            with acting(factories.who(adviser), "提交"):
                commands.submit(document)

    more(1)
    costs = {}
    for _ in range(2):
        for member, name in ((adviser, "documents_mine"), (reviewer, "documents_waiting"), (head, "documents_issued")):
            signed_in(client, member)
            client.get(url(name))
            costs.setdefault(name, []).append(asked(client, url(name)))
        more(4)
    for name, (few, many) in costs.items():
        assert few == many <= 20, name
    document = Document.objects.first()
    signed_in(client, adviser)
    assert asked(client, url("documents")) <= 20
    assert asked(client, url("document_page", document.pk)) <= 20


# -- signing, sealing, new wording -------------------------------------------------------------------------------------


def agreement(head: Membership) -> Document:
    """An agreement with an employer, reviewed where its kind asks for it."""
    kind = next(
        kind
        for kind in kinds.kinds(factories.who(head), head.organisation)
        if kind.archive_class == "agreement" and kind.subject == "employer"
    )
    with acting(factories.who(head), "起草"):
        document = commands.draft(
            head.organisation,
            None,
            kind.id,
            {"employer": {"name": "恒光电子（演示）"}},
            about=About("employer", "恒光电子（演示）"),
            answers=answers(kind.id),
        )
        if kind.reviews:
            commands.submit(document)
    if kind.reviews:
        with acting(factories.who(colleague(head, level=1)), "审核"):
            review(document)
    return document


def test_an_agreement_waits_for_the_other_party_and_is_sealed_by_right(client: Client) -> None:
    head = factories.member(factories.agency(), Role.SECTION_HEAD, level=1)
    with acting(factories.who(head), "公章"):
        seals.keep_seal(head.organisation, fd.png(160, 160))
    document = agreement(head)
    signed_in(client, head)
    page = client.post(url("document_do", document.pk, "issue"))
    assert page.status_code == 422
    assert "的签名" in page.content.decode()
    party = documents.outside_signers(document)[0]
    text = client.get(url("document_sign", document.pk, party)).content.decode()
    content_hash = re.search(r'name="content_hash" value="([0-9a-f]+)"', text)
    assert content_hash is not None
    given = {"content_hash": content_hash[1], "name": "韩经理", "signature_typed": "韩经理"}
    assert client.post(url("document_sign", document.pk, party), given).status_code == 422  # not confirmed
    page = client.post(url("document_sign", document.pk, party), {**given, "signature_confirm": "1"})
    assert page.status_code == 302
    assert "加盖公章" in client.get(url("document_page", document.pk)).content.decode()
    assert client.post(url("document_do", document.pk, "issue"), {"seal": "1"}).status_code == 302
    document.refresh_from_db()
    assert document.seal is not None
    assert document.archive_class == "agreement"


def test_a_signature_on_paper_needs_its_scan_and_its_day(client: Client) -> None:
    head = factories.member(factories.agency(), Role.SECTION_HEAD, level=1)
    document = agreement(head)
    party = documents.outside_signers(document)[0]
    signed_in(client, head)
    given = {"way": "paper", "name": "韩经理", "signed_at": ""}
    scan = {"scan": io.BytesIO(fd.png())}
    scan["scan"].name = "签字页.png"
    assert client.post(url("document_sign", document.pk, party), given).status_code == 422
    assert client.post(url("document_sign", document.pk, party), {**given, **scan}).status_code == 422
    scan["scan"].seek(0)
    page = client.post(url("document_sign", document.pk, party), {**given, **scan, "signed_at": "2026-01-05T09:00"})
    assert page.status_code == 302
    assert document.signatures.get().mode == "paper"


def test_a_draft_of_an_old_wording_may_be_renewed(
    client: Client, adviser: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = drafted(adviser)
    signed_in(client, adviser)
    assert "换用新版" not in client.get(url("document_edit", document.pk)).content.decode()
    installed = registry().get("document", FAIR)
    newer = installed.model_copy(update={"version": 2, "footer": "新版页脚"})
    monkeypatch.setattr(versions, "definition_in_force", lambda template, organisation=None: newer)
    assert "换用新版" in client.get(url("document_edit", document.pk)).content.decode()
    assert client.post(url("document_do", document.pk, "renew"), {"version": document.version}).status_code == 302
    document.refresh_from_db()
    assert document.template_version == 2
    text = client.get(url("document_page", document.pk)).content.decode()
    assert "新版页脚" in text
    assert "滨河街道文化中心" in text  # what was written came along
