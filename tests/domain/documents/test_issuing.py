"""Number, archive, hand-over, revocation, replacement and the public check."""

import hashlib
import io
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone
from pypdf import PdfReader

from tests import factories
from tests import factories_documents as fd
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.documents import commands, queries
from zhiyin.domain.documents.models import Document
from zhiyin.domain.files.commands import path_of
from zhiyin.kernel import crypto
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


@pytest.fixture
def desk() -> tuple[ClientFile, Membership]:
    return fd.file_and_adviser()


def _text(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_an_issued_document_is_numbered_hashed_archived_and_frozen(desk: tuple[ClientFile, Membership]) -> None:
    file, adviser = desk
    document = fd.issued(file, adviser)
    year, code = timezone.localdate().year, file.organisation.code
    assert document.number == f"{code}-FA-{year}-00001"
    assert fd.issued(file, adviser).number == f"{code}-FA-{year}-00002"
    assert len(document.content_hash) == 64
    first = queries.render(document, "pdf")
    assert first == queries.render(Document.objects.get(pk=document.pk), "pdf")
    assert hashlib.sha256(first).hexdigest() == document.archive.digest
    text = _text(first)
    assert document.number in text
    assert document.check_code in text
    assert f"https://zhiyin.example/check/{document.check_code}" in text.replace("\n", "")
    assert "草稿" not in text
    with pytest.raises(NotReady), acting(factories.who(adviser), "x"):
        commands.change(document, document.version, editable={"support": "改"})


def test_each_agency_counts_for_itself(desk: tuple[ClientFile, Membership]) -> None:
    fd.issued(*desk)
    other = fd.file_and_adviser(name="司马相")
    assert fd.issued(*other).number.endswith("-00001")


def test_a_number_is_not_used_up_by_a_refused_issue(desk: tuple[ClientFile, Membership]) -> None:
    file, adviser = desk
    document = fd.draft(file, adviser)
    with acting(factories.who(adviser), "x"):
        with pytest.raises(NotReady) as caught:
            commands.issue(document, require_signatures=["client", "adviser"])
        assert caught.value.missing == ["服务对象", "服务机构（职业指导师代签）"]
        commands.sign(document, "client", "screen", name="欧阳慧敏", image_png=fd.png())
        commands.sign(document, "adviser", "typed", name=adviser.user.name)
        issued = commands.issue(document, require_signatures=["client", "adviser"])
    assert issued.number.endswith("-XY-" + str(timezone.localdate().year) + "-00001")
    text = _text(queries.render(issued, "pdf"))
    assert "欧阳慧敏" in text
    assert adviser.user.name in text.replace(" ", "")


def test_page_and_word_say_the_same_as_the_archive(desk: tuple[ClientFile, Membership]) -> None:
    document = fd.issued(*desk)
    html = queries.render(document, "html")
    assert document.number in html
    assert "草稿" not in html
    word = queries.render(document, "docx", check_base="https://zhiyin.example/check/")
    assert word.startswith(b"PK")
    assert word == queries.render(document, "docx", check_base="https://zhiyin.example/check/")


def test_a_draft_is_drawn_anew_and_marked(desk: tuple[ClientFile, Membership]) -> None:
    document = fd.draft(*desk)
    pdf = queries.render(document, "pdf")
    assert "草稿" in _text(pdf)
    assert pdf == queries.render(document, "pdf")


def test_an_archived_file_changed_on_disk_is_reported(desk: tuple[ClientFile, Membership]) -> None:
    document = fd.issued(*desk)
    path = path_of(document.archive)
    assert b"%PDF" not in path.read_bytes()
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    with pytest.raises(crypto.Unreadable):
        queries.render(document, "pdf")


def test_the_check_page_tells_only_what_is_printed_and_the_state(desk: tuple[ClientFile, Membership]) -> None:
    file, adviser = desk
    document = fd.issued(file, adviser)
    typed = document.check_code.lower().replace("0", "o")
    found = queries.check(f"{typed[:4]}-{typed[4:8]} {typed[8:]}")
    assert (found.state, found.number, found.name_masked) == ("valid", document.number, "欧**")
    assert (found.issuer, found.issued_on) == (file.organisation.name, timezone.localdate())
    assert found.hash_start == document.content_hash[:8]
    assert "欧阳慧敏" not in repr(found)


@pytest.mark.parametrize("code", ["", "   ", "ZZZZZZZZZZZZ", "<script>", "一二三"])
def test_an_unknown_code_says_so_and_nothing_else(code: str) -> None:
    assert queries.check(code) == queries.UNKNOWN


def test_a_row_changed_in_the_database_is_not_confirmed(desk: tuple[ClientFile, Membership]) -> None:
    document = fd.issued(*desk)
    with acting(SYSTEM, "x"):
        Document.objects.filter(pk=document.pk).update(content_hash="0" * 64)
    assert queries.check(document.check_code).state == "unknown"


def test_a_revoked_document_says_so(desk: tuple[ClientFile, Membership]) -> None:
    file, adviser = desk
    document = fd.issued(file, adviser)
    with acting(factories.who(adviser), "x"):
        with pytest.raises(Invalid) as caught:
            commands.revoke(document, " ")
        assert "reason" in caught.value.errors
        commands.revoke(document, "姓名写错")
    assert queries.check(document.check_code).state == "revoked"


def test_an_adviser_revokes_only_the_own_papers(desk: tuple[ClientFile, Membership]) -> None:
    file, adviser = desk
    document = fd.issued(file, adviser)
    colleague = factories.who(factories.member(file.organisation))
    with pytest.raises(Refused), acting(colleague, "x"):
        commands.revoke(document, "x")
    head = factories.who(factories.member(file.organisation, Role.SECTION_HEAD))
    with acting(head, "x"):
        assert commands.revoke(document, "内容有误").state == "revoked"


def test_the_old_document_stands_until_the_new_one_is_issued(desk: tuple[ClientFile, Membership]) -> None:
    file, adviser = desk
    old = fd.issued(file, adviser)
    with acting(factories.who(adviser), "x"):
        new = commands.supersede(old)
        assert new.editable == Document.objects.get(pk=old.pk).editable
        assert queries.check(old.check_code).state == "valid"
        with pytest.raises(Conflict):
            commands.supersede(old)
        goals = [{"title": "改学护理", "measure": "报上名", "due": None, "need": "1"}]
        new = commands.change(new, new.version, context=fd.context(goals=goals))
        new = commands.issue(new)
    assert queries.check(old.check_code).state == "superseded"
    assert queries.check(new.check_code).state == "valid"
    assert new.supersedes_id == old.pk
    stored = Document.objects.get(pk=old.pk)
    assert (stored.state, stored.superseded_by) == ("superseded", new)
    assert "改学护理" not in queries.render(stored, "html")
    assert stored.steps.last().comment == new.number


def test_a_report_says_what_the_records_say_and_its_hand_over_is_dated(desk: tuple[ClientFile, Membership]) -> None:
    file, adviser = desk
    given = fd.context(file.person)
    document = fd.draft(file, adviser, "career-report", context=given)
    with acting(factories.who(adviser), "x"):
        document = commands.issue(document)
        with pytest.raises(Invalid) as caught:
            commands.hand_over(document, happened_at=document.issued_at - timedelta(days=1))
        assert "happened_at" in caught.value.errors
        commands.hand_over(document, "当面讲解")
    text = _text(queries.render(document, "pdf"))
    interest = given["interest"]
    assert interest["code"] in text
    assert all(str(row["raw"]) in text and str(row["mean"]) in text for row in interest["scores"])
    assert all(row["title"] in text for row in given["followups"])
    step = document.steps.get(kind="handed_over")
    assert timezone.localdate(step.happened_at) == timezone.localdate()
    with pytest.raises(NotReady), acting(factories.who(adviser), "x"):
        commands.hand_over(document)


@pytest.mark.clause("SVC-4.6.1")
def test_the_issued_report_has_three_parts_and_names_the_test_with_its_date(
    desk: tuple[ClientFile, Membership],
) -> None:
    file, adviser = desk
    lacking = fd.draft(file, adviser, "career-report")
    with acting(factories.who(adviser), "x"):
        lacking = commands.change(lacking, lacking.version, editable=dict.fromkeys(fd.ADVICE, ""))
        with pytest.raises(Invalid) as caught:
            commands.issue(lacking)
    assert "“职业生涯发展建议”还没有内容" in str(caught.value)
    given = fd.context(file.person)
    document = fd.draft(file, adviser, "career-report", context=given)
    with acting(factories.who(adviser), "x"):
        document = commands.issue(document)
    html = queries.render(document, "html")
    assert all(part in html for part in ("基本信息", "测评结果", "职业生涯发展建议"))
    interest = given["interest"]
    assert f"{interest['instrument']}（第 {interest['version']} 版）" in html
    assert "2026年3月10日" in html
    for row in interest["scores"]:
        assert f'<td class="doc-end">{row["raw"]}</td>' in html
        assert f'<td class="doc-end">{row["mean"]}</td>' in html


def test_many_are_drawn_one_by_one_and_a_faulty_one_stops_nothing(desk: tuple[ClientFile, Membership]) -> None:
    good, bad = fd.issued(*desk), fd.issued(*desk)
    path_of(bad.archive).unlink()
    told: list[tuple[int, int]] = []
    drawn = list(queries.render_many([good, bad, good], lambda done, total: told.append((done, total))))
    assert [bool(row.content) for row in drawn] == [True, False, True]
    assert drawn[1].fault
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_erasure_takes_content_archive_and_names_and_leaves_the_number_to_check(
    desk: tuple[ClientFile, Membership],
) -> None:
    from zhiyin.domain.people.commands import erase_person

    file, adviser = desk
    document = fd.draft(file, adviser)
    with acting(factories.who(adviser), "x"):
        commands.sign(document, "client", "screen", name="欧阳慧敏", image_png=fd.png())
        commands.sign(document, "adviser", "typed", name=adviser.user.name)
        document = commands.issue(document)
    head = factories.who(factories.member(file.organisation, Role.SECTION_HEAD))
    with acting(head, "x"):
        erase_person(file.person, "本人要求")
    document = Document.objects.get(pk=document.pk)
    assert not path_of(document.archive).exists()
    assert sorted(document.signatures.values_list("name", flat=True)) == sorted(["已删除", adviser.user.name])
    for fmt in ("pdf", "html"):
        with pytest.raises(NotReady, match="已依法删除"):
            queries.render(document, fmt)
    found = queries.check(document.check_code)
    assert (found.state, found.number) == ("valid", document.number)
    assert "欧" not in found.name_masked


def test_a_number_counts_the_year_of_issue_as_the_clock_on_the_wall_has_it(desk: tuple[ClientFile, Membership]) -> None:
    file, _ = desk
    with acting(SYSTEM, "history"):
        moment = datetime(2025, 12, 31, 23, 30, tzinfo=timezone.get_default_timezone())
        document = commands.draft(file.organisation, file.person, "service-plan", fd.context(), happened_at=moment)
        document = commands.issue(document, happened_at=moment)
    assert document.number.endswith("-2025-00001")
    assert timezone.localdate(document.issued_at) == date(2025, 12, 31)
