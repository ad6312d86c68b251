"""Signatures: whose, under which content, in which way."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import factories, factories_files
from tests import factories_documents as fd
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, Actor, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.documents import building, commands, queries
from zhiyin.domain.documents.models import Document, Signature
from zhiyin.domain.files import commands as files
from zhiyin.domain.people.queries import person_actor
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 scan"


@pytest.fixture
def paper() -> tuple[Document, Actor, Actor]:
    """An agreement out for signature, its adviser and its client."""
    file, adviser = fd.file_and_adviser()
    document = fd.draft(file, adviser)
    with acting(factories.who(adviser), "x"):
        commands.send_for_signing(document)
    return document, factories.who(adviser), person_actor(file.person, file.organisation_id)


def _scan(document: Document, content: bytes = PDF, name: str = "scan.pdf") -> Any:
    return files.store(document.organisation, name, content)


@pytest.mark.clause("SVC-5.2-2")
def test_the_acknowledgement_keeps_the_text_shown_the_time_and_the_person(paper: tuple[Document, Actor, Actor]) -> None:
    document, _, client = paper
    shown = queries.page(document.pk, client)
    assert "服务目标" in shown.html
    assert "预期成效" in shown.html
    before = timezone.now()
    with acting(client, "x"):
        signature = commands.sign(
            document, "client", "screen", name="欧阳慧敏", image_png=fd.png(), content_hash=shown.content_hash
        )
    stored = Signature.objects.get(pk=signature.pk)
    assert stored.content_hash == shown.content_hash == building.content_of(document)
    assert before <= stored.signed_at <= timezone.now()
    assert (stored.person_id, stored.name, stored.by) == (document.person_id, "欧阳慧敏", None)
    assert stored.image
    trace = AuditEvent.objects.get(action="documents.signed")
    assert trace.data["role"] == "client"


def test_a_signature_drawn_in_the_advisers_session_names_the_witness(paper: tuple[Document, Actor, Actor]) -> None:
    document, adviser, _ = paper
    with acting(adviser, "x"):
        signature = commands.sign(document, "client", "screen", name="欧阳慧敏", image_png=fd.data_address(fd.png()))
    assert signature.by_id == adviser.membership_id


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"mode": "screen", "name": "欧阳慧敏"}, "image"),
        ({"mode": "screen", "name": "欧阳慧敏", "image_png": fd.png(ink=False)}, "image"),
        ({"mode": "typed", "name": "欧阳敏慧"}, "name"),
        ({"mode": "typed", "name": " "}, "name"),
        ({"mode": "paper", "name": "欧阳慧敏"}, "scan"),
        ({"mode": "seal", "name": "欧阳慧敏"}, "mode"),
        ({"mode": "typed", "name": "欧阳慧敏", "role": "agency"}, "role"),
        ({"mode": "typed", "name": "欧阳慧敏", "signed_at": timezone.now() - timedelta(days=1)}, "signed_at"),
        ({"mode": "paper", "name": "欧阳慧敏", "signed_at": timezone.now() + timedelta(days=1)}, "signed_at"),
    ],
)
def test_faults_are_told_at_their_field(
    paper: tuple[Document, Actor, Actor], values: dict[str, Any], field: str
) -> None:
    document, adviser, _ = paper
    with pytest.raises(Invalid) as caught, acting(adviser, "x"):
        commands.sign(document, values.pop("role", "client"), values.pop("mode"), **values)
    assert list(caught.value.errors) == [field]
    assert not Signature.objects.exists()


def test_paper_keeps_the_day_of_signing_apart_from_the_day_of_entry(paper: tuple[Document, Actor, Actor]) -> None:
    document, adviser, _ = paper
    earlier = timezone.now() - timedelta(days=3)
    with acting(adviser, "x"):
        signature = commands.sign(document, "client", "paper", name="欧阳慧敏", scan=_scan(document), signed_at=earlier)
    assert signature.signed_at == earlier
    assert signature.recorded_at - earlier >= timedelta(days=3)


def test_a_scan_of_another_agency_an_erased_one_or_a_word_file_is_refused(paper: tuple[Document, Actor, Actor]) -> None:
    document, adviser, _ = paper
    with acting(SYSTEM, "x"):
        foreign = files.store(factories.agency(), "scan.pdf", PDF)
        gone = _scan(document)
        files.erase(gone)
        word = _scan(document, factories_files.docx(), "scan.docx")
    for scan in (foreign, gone, word):
        with pytest.raises(Invalid) as caught, acting(adviser, "x"):
            commands.sign(document, "client", "paper", name="欧阳慧敏", scan=scan)
        assert "scan" in caught.value.errors


def test_one_role_signs_once(paper: tuple[Document, Actor, Actor]) -> None:
    document, adviser, client = paper
    with acting(client, "x"):
        commands.sign(document, "client", "typed", name="欧阳慧敏")
    with pytest.raises(Invalid, match="已经签过"), acting(adviser, "x"):
        commands.sign(document, "client", "typed", name="欧阳慧敏")


def test_staff_sign_in_their_own_name_only(paper: tuple[Document, Actor, Actor]) -> None:
    document, adviser, _ = paper
    with pytest.raises(Invalid), acting(adviser, "x"):
        commands.sign(document, "adviser", "typed", name="别的指导师")
    with acting(adviser, "x"):
        assert commands.sign(document, "adviser", "typed", name=adviser.name).name == adviser.name


def test_a_client_signs_neither_for_the_agency_nor_unseen_nor_for_others(paper: tuple[Document, Actor, Actor]) -> None:
    document, _, client = paper
    stranger, _ = fd.file_and_adviser(name="司马相")
    other = person_actor(stranger.person, document.organisation_id)
    draft = fd.draft_of(document)
    for who, target, role in ((client, document, "adviser"), (other, document, "client"), (client, draft, "client")):
        with pytest.raises(Refused), acting(who, "x"):
            commands.sign(target, role, "typed", name=who.name)


def test_content_shown_and_content_signed_must_be_one(paper: tuple[Document, Actor, Actor]) -> None:
    document, adviser, client = paper
    shown = queries.page(document.pk, client).content_hash
    with acting(adviser, "x"):
        commands.return_(document, "补一条")
        document = commands.change(document, document.version, editable={"extra_tasks": "陪同面试一次"})
        commands.send_for_signing(document)
    with pytest.raises(Conflict, match="重新阅读"), acting(client, "x"):
        commands.sign(document, "client", "typed", name="欧阳慧敏", content_hash=shown)


def test_a_change_revokes_the_signatures_and_says_how_many(paper: tuple[Document, Actor, Actor]) -> None:
    document, adviser, client = paper
    with acting(client, "x"):
        commands.sign(document, "client", "typed", name="欧阳慧敏")
    with acting(adviser, "x"):
        commands.sign(document, "adviser", "typed", name=adviser.name)
        assert queries.missing_signatures(document, ["client", "adviser"]) == []
        with pytest.raises(NotReady):
            commands.change(document, 1, editable={"extra_tasks": "陪同面试一次"})
        commands.return_(document, "补一条")
        same = commands.change(document, 1, editable={"extra_tasks": ""})
        assert same.revoked_signatures == 0
        changed = commands.change(document, 2, editable={"extra_tasks": "陪同面试一次"})
        assert changed.revoked_signatures == 2
        assert queries.missing_signatures(changed, ["client", "adviser"]) == ["client", "adviser"]
        commands.sign(changed, "adviser", "typed", name=adviser.name)
    assert Signature.objects.filter(revoked_at=None).count() == 1
    page = queries.page(document.pk, adviser)
    assert len(page.revoked) == 2
    assert [line.signature is not None for line in page.lines] == [False, True]


def test_an_unfinished_or_ended_document_is_not_signed() -> None:
    file, adviser = fd.file_and_adviser()
    document = fd.draft(file, adviser)
    who = factories.who(adviser)
    with acting(who, "x"):
        document = commands.change(document, document.version, editable={"expected_result": ""})
        with pytest.raises(Invalid) as caught:
            commands.sign(document, "adviser", "typed", name=who.name)
        assert list(caught.value.errors) == ["expected", "expected_result"]
        with pytest.raises(Invalid):
            commands.send_for_signing(document)
    issued = fd.issued(file, adviser)
    with acting(who, "x"):
        commands.revoke(issued, "写错")
        with pytest.raises(NotReady, match="作废"):
            commands.sign(issued, "adviser", "typed", name=who.name)


def _minor(birth: date) -> tuple[Document, Actor, Any]:
    file, adviser = fd.file_and_adviser(birth=birth, name="欧阳晓")
    guardian = file.person.guardians.first() or factories.guardian(file.person)
    document = fd.draft(file, adviser, needs_guardian=True)
    with acting(factories.who(adviser), "x"):
        commands.send_for_signing(document)
    return document, factories.who(adviser), guardian


def _birth(years: int, days: int = 40) -> date:
    today = timezone.localdate()
    return date(today.year - years, today.month, 1) - timedelta(days=days)


def test_a_minors_agreement_stands_only_with_all_three_signatures() -> None:
    document, adviser, guardian = _minor(_birth(15))
    needed = ["client", "adviser"]
    assert queries.missing_signatures(document, needed) == ["client", "adviser", "guardian"]
    client = person_actor(document.person, document.organisation_id)
    parent = Actor(
        kind="guardian",
        id=f"guardian:{guardian.pk}",
        name=guardian.name,
        role="guardian",
        organisation_id=document.organisation_id,
        person_id=document.person_id,
    )
    with acting(client, "x"):
        commands.sign(document, "client", "typed", name="欧阳晓")
    with acting(adviser, "x"):
        commands.sign(document, "adviser", "typed", name=adviser.name)
        with pytest.raises(NotReady) as caught:
            commands.issue(document, require_signatures=needed)
    assert caught.value.missing == ["监护人"]
    with acting(parent, "x"):
        commands.sign(document, "guardian", "screen", name=guardian.name, guardian=guardian, image_png=fd.png())
    with acting(adviser, "x"):
        issued = commands.issue(document, require_signatures=needed)
    assert issued.number
    assert {signature.role for signature in building.standing(issued.signatures.all(), issued.content_hash)} == {
        "client",
        "adviser",
        "guardian",
    }
    assert all(signature.signed_at for signature in issued.signatures.all())


def test_only_a_guardian_who_may_decide_that_day_signs() -> None:
    document, adviser, guardian = _minor(_birth(15))
    entrusted = factories.guardian(document.person, name="林姨", relation="邻居", authority="entrusted")
    stranger = factories.guardian(factories.person(birth=_birth(12), name="别家孩子"), name="别家家长")
    later = factories.guardian(document.person, name="欧阳国强", started_on=timezone.localdate() + timedelta(days=5))
    with acting(adviser, "x"):
        for wrong in (None, entrusted, stranger, later):
            name = wrong.name if wrong else "某人"
            with pytest.raises(Invalid) as caught:
                commands.sign(document, "guardian", "typed", name=name, guardian=wrong)
            assert "guardian" in caught.value.errors
    child = person_actor(document.person, document.organisation_id)
    with pytest.raises(Refused), acting(child, "x"):
        commands.sign(document, "guardian", "typed", name=guardian.name, guardian=guardian)


def test_nobodys_guardian_is_asked_once_the_person_is_of_age() -> None:
    document, adviser, guardian = _minor(_birth(15))
    with acting(SYSTEM, "x"):
        document.person.birth_date = _birth(18)
        document.person.save()
    assert queries.missing_signatures(document, ["client"]) == ["client"]
    with pytest.raises(Invalid), acting(adviser, "x"):
        commands.sign(document, "guardian", "typed", name=guardian.name, guardian=guardian)


def test_a_supervisors_line_is_signed_by_a_supervisor_who_did_not_write_it() -> None:
    file, adviser = fd.file_and_adviser(4)
    document = fd.draft(file, adviser, "career-report")
    supervisor = factories.who(factories.member(file.organisation, Role.SUPERVISOR))
    with pytest.raises(Refused), acting(factories.who(adviser), "x"):
        commands.sign(document, "supervisor", "typed", name=adviser.user.name)
    with acting(supervisor, "x"):
        assert commands.sign(document, "supervisor", "typed", name=supervisor.name).role == "supervisor"


def test_a_one_time_link_opens_and_signs_its_own_document_only(paper: tuple[Document, Actor, Actor]) -> None:
    document, _, _ = paper
    link = Actor(kind="link", id="document:x", target=str(document.pk), organisation_id=document.organisation_id)
    other = Actor(kind="link", id="document:y", target="nonsense", organisation_id=document.organisation_id)
    with pytest.raises(Refused), acting(other, "x"):
        commands.sign(document, "client", "typed", name="欧阳慧敏")
    with acting(link, "x"):
        assert commands.sign(document, "client", "typed", name="欧阳慧敏").role == "client"
