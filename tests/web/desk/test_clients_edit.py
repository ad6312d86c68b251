"""Changing a file: blocks, lines, contact, papers, guardians and consents."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests import factories, factories_clients
from tests.web.desk.case_pages import signed_in
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.people.consents import notice_for, standings
from zhiyin.domain.people.models import Consent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def adviser() -> Membership:
    return factories.member(factories.agency(), Role.ADVISER, name="林静怡")


@pytest.fixture
def client(adviser: Membership) -> Client:
    return signed_in(adviser)


@pytest.fixture
def file(adviser: Membership) -> ClientFile:
    return factories_clients.client_file(adviser=adviser, person=factories.person(phone="13912345512"))


@pytest.fixture
def minor_file(adviser: Membership) -> ClientFile:
    person = factories.person(name="周小舟", birth=date(2010, 12, 31))
    factories.guardian(person, name="周建")
    return factories_clients.client_file(adviser=adviser, person=person)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def at(name: str, file: ClientFile, *args: Any) -> str:
    return reverse(f"desk:{name}", args=[file.pk, *args])


# -- blocks --------------------------------------------------------------------------------------------------------


def test_basics_are_changed(client: Client, file: ClientFile) -> None:
    address = at("file_edit", file, "basics")
    assert f'name="version" value="{file.version}"' in text_of(client.get(address))
    response = client.post(
        address, {"version": file.version, "education_level": "college", "groups": ["older"], "hobbies": "下棋"}
    )
    assert response.url == at("file", file)
    file.refresh_from_db()
    assert (file.education_level, file.groups, file.hobbies) == ("college", ["older"], "下棋")


def test_a_conflict_shows_both_values_and_a_second_save_wins(client: Client, file: ClientFile) -> None:
    address = at("file_edit", file, "basics")
    version = file.version
    client.post(address, {"version": version, "education_level": "college", "hobbies": "下棋"})
    response = client.post(address, {"version": version, "education_level": "bachelor", "hobbies": "唱歌"})
    page = text_of(response)
    assert response.status_code == 409
    assert "别人刚保存为：大专" in page
    assert "别人刚保存为：下棋" in page
    assert "唱歌" in page
    assert page.count("别人刚保存为") == 2
    client.post(address, {"version": version + 1, "education_level": "bachelor", "hobbies": "唱歌"})
    file.refresh_from_db()
    assert (file.education_level, file.hobbies) == ("bachelor", "唱歌")


def test_bad_codes_come_back_with_what_was_typed(client: Client, file: ClientFile) -> None:
    response = client.post(
        at("file_edit", file, "basics"), {"version": file.version, "education_level": "martian", "hobbies": "下棋"}
    )
    assert response.status_code == 422
    assert "文化程度" in text_of(response)
    assert "下棋" in text_of(response)


@pytest.mark.parametrize(
    ("block", "typed", "stored"),
    [
        (
            "health",
            {"words": "久站会疼", "avoid": ["standing"], "in_report": "1"},
            {"words": "久站会疼", "avoid": ["standing"], "in_report": True},
        ),
        ("family", {"members": "爱人和孩子"}, {"members": "爱人和孩子"}),
        ("workplace", {"post": "营业员", "satisfaction": "2"}, {"post": "营业员", "satisfaction": 2}),
    ],
)
def test_sealed_blocks_are_changed(
    client: Client, file: ClientFile, block: str, typed: dict[str, Any], stored: dict[str, Any]
) -> None:
    address = at("file_edit", file, block)
    assert client.get(address).status_code == 200
    assert client.post(address, {"version": file.version, **typed}).status_code == 302
    assert getattr(ClientFile.objects.get(pk=file.pk), block) == stored
    assert client.get(address).status_code == 200


def test_whoever_cannot_see_sensitive_groups_keeps_them(adviser: Membership, file: ClientFile) -> None:
    from zhiyin.domain.audit.acting import SYSTEM, acting
    from zhiyin.domain.clients import commands

    with acting(SYSTEM, "arrange"):
        commands.change_file(file, file.version, groups=["older", "low-income"])
    file.refresh_from_db()
    other = signed_in(factories.member(adviser.organisation, Role.FRONT_DESK))
    page = text_of(other.get(at("file_edit", file, "basics")))
    assert "低保" not in page
    other.post(at("file_edit", file, "basics"), {"version": file.version, "groups": ["graduate"]})
    assert ClientFile.objects.get(pk=file.pk).groups == ["graduate", "low-income"]


def test_contact_left_empty_stays_and_is_never_shown(client: Client, file: ClientFile) -> None:
    address = at("person_edit", file)
    page = text_of(client.get(address))
    assert "139****5512" in page
    assert "13912345512" not in page
    response = client.post(address, {"version": file.person.version, "name": "欧阳慧明", "sex": "2", "phone": ""})
    assert response.status_code == 302
    file.person.refresh_from_db()
    assert (file.person.name, file.person.phone) == ("欧阳慧明", "13912345512")
    wrong = client.post(address, {"version": file.person.version, "name": "欧阳慧明", "sex": "2", "phone": "12"})
    assert wrong.status_code == 422
    stale = client.post(address, {"version": 1, "name": "欧阳小明", "sex": "2"})
    assert stale.status_code == 409
    assert "别人刚保存为：欧阳慧明" in text_of(stale)


# -- lines ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "typed", "related"),
    [
        ("education", {"school": "临江卫校", "level": "vocational", "started": "2001-09-01"}, "education"),
        ("work", {"employer": "仁和药店", "post": "营业员", "started": "2008-03-01"}, "work"),
        ("skill", {"kind": "skill", "name": "配药", "level": "alone"}, "skills"),
        ("certificate", {"name": "药师证", "issued": "2010-06-01"}, "certificates"),
        ("wish", {"title": "养老护理员", "strength": "4", "pay_min": "4500"}, "wishes"),
        ("tag", {"code": "older", "proof": "认定表"}, "tags"),
    ],
)
def test_lines_are_added_changed_and_removed(
    client: Client, file: ClientFile, kind: str, typed: dict[str, str], related: str
) -> None:
    assert client.get(at("entry_new", file, kind)).status_code == 200
    assert client.post(at("entry_new", file, kind), typed).status_code == 302
    entry = getattr(file, related).get()
    address = at("entry_edit", file, kind, entry.pk)
    page = text_of(client.get(address))
    for value in typed.values():
        assert value in page
    assert client.post(address, typed).status_code == 302
    removal = at("entry_remove", file, kind, entry.pk)
    assert removal in page
    assert client.post(removal, {"reason": " "}).status_code == 422
    assert client.post(removal, {"reason": "登记错了"}).status_code == 302
    assert not getattr(file, related).exists()


def test_a_line_with_faults_comes_back(client: Client, file: ClientFile) -> None:
    typed = {"employer": "仁和药店", "post": "", "started": "1970-01-01", "ended": "1969-01-01"}
    response = client.post(at("entry_new", file, "work"), typed)
    page = text_of(response)
    assert response.status_code == 422
    assert 'value="仁和药店"' in page
    assert "请填写岗位" in page
    assert "早于出生日期" in page


def test_lines_of_another_file_are_not_found(client: Client, file: ClientFile, adviser: Membership) -> None:
    other = factories_clients.client_file(adviser=adviser)
    client.post(at("entry_new", other, "skill"), {"kind": "skill", "name": "配药"})
    entry = other.skills.get()
    assert client.get(at("entry_edit", file, "skill", entry.pk)).status_code == 404
    assert client.post(at("entry_remove", file, "skill", entry.pk), {"reason": "登记错了"}).status_code == 404
    assert client.get(at("entry_new", file, "nothing")).status_code == 404
    assert client.get(at("file_edit", file, "nothing")).status_code == 404


# -- papers --------------------------------------------------------------------------------------------------------


def test_a_certificate_of_disability_is_added(client: Client, file: ClientFile) -> None:
    number = file.person.documents.get().number
    address = at("document_add", file)
    wrong = client.post(address, {"kind": "disability", "number": factories.resident_id() + "43"})
    assert wrong.status_code == 422
    assert (
        client.post(address, {"kind": "disability", "number": number + "43", "valid_until": "2020-01-31"}).status_code
        == 302
    )
    page = text_of(client.get(at("file_tab", file, "identity")))
    assert "2020-01-31 已过期" in page
    assert "43 级" not in page
    assert "3 级" in text_of(client.get(at("file_tab", file, "private")))
    outsider = signed_in(factories.member(file.organisation, Role.FRONT_DESK))
    assert "残疾人证" not in text_of(outsider.get(at("file_tab", file, "identity")))
    certificate = file.person.documents.get(kind="disability")
    assert outsider.post(at("unmask_document", file, certificate.pk), {"reason": "核对"}).status_code == 404


# -- guardians and consents ----------------------------------------------------------------------------------------


def test_guardians_are_registered_and_ended(client: Client, minor_file: ClientFile) -> None:
    address = at("guardian_new", minor_file)
    typed = {
        "guardian_name": "李梅",
        "guardian_relation": "母亲",
        "guardian_authority": "statutory",
        "guardian_proof": "",
        "guardian_may_read": ["steps"],
    }
    wrong = client.post(address, typed)
    assert wrong.status_code == 422
    assert 'value="李梅"' in text_of(wrong)
    scan = SimpleUploadedFile("户口簿.png", PNG, content_type="image/png")
    assert client.post(address, {**typed, "guardian_proof": "户口簿", "file": scan}).status_code == 302
    guardian = minor_file.person.guardians.get(name="李梅")
    assert guardian.proof_file.name == "户口簿.png"
    ending = at("guardian_end", minor_file, guardian.pk)
    assert client.post(ending, {"reason": ""}).status_code == 422
    assert client.post(ending, {"reason": "法院变更抚养权", "on": "2001-01-01"}).status_code == 422
    assert client.post(ending, {"reason": "法院变更抚养权"}).status_code == 302
    assert "法院变更抚养权" in text_of(client.get(at("file_tab", minor_file, "guardians")))
    assert client.get(ending).status_code == 404


def test_an_adult_has_no_guardian_to_register(client: Client, file: ClientFile) -> None:
    page = text_of(client.get(at("file", file)))
    assert "监护人" not in page
    response = client.post(at("guardian_new", file), {"guardian_name": "李梅"})
    assert "已满 18 周岁" in text_of(response)


def test_consent_is_given_with_a_scan_and_taken_back(client: Client, file: ClientFile) -> None:
    address = at("consent_give", file)
    notice = notice_for(file.person)
    page = text_of(client.get(address))
    assert notice.digest() in page
    typed = {"purpose": "report-sharing", "by": "self", "channel": "paper", "notice_hash": notice.digest()}
    wrong = client.post(address, typed)
    assert wrong.status_code == 422
    assert "须写明接收方" in text_of(wrong)
    scan = SimpleUploadedFile("同意书.png", PNG, content_type="image/png")
    assert client.post(address, {**typed, "recipient": "望亭社区", "file": scan}).status_code == 302
    consent = Consent.objects.get(purpose="report-sharing")
    assert (consent.recipient, consent.evidence.name) == ("望亭社区", "同意书.png")
    listed = text_of(client.get(at("file_tab", file, "consents")))
    assert "交给 望亭社区" in listed
    got = client.get(at("consent_evidence", file, consent.pk))
    assert got.content == PNG
    assert got["Content-Disposition"].startswith("attachment")
    assert AuditEvent.objects.filter(action="people.read", reason="查看同意凭证").exists()

    withdrawing = at("consent_withdraw", file, consent.pk)
    assert client.get(withdrawing).status_code == 200
    assert client.post(withdrawing, {"by": "self", "channel": "telepathy"}).status_code == 422
    assert client.post(withdrawing, {"by": "self", "channel": "paper", "words": "不想给了"}).status_code == 302
    assert not standings(file.person, file.organisation, ["report-sharing"])["report-sharing"].holds
    assert client.get(withdrawing).status_code == 404


def test_consent_on_paper_of_an_earlier_day_keeps_its_day(client: Client, file: ClientFile) -> None:
    typed = {"purpose": "assessment", "by": "self", "channel": "paper", "given_on": "2026-02-03"}
    assert client.post(at("consent_give", file), {**typed, "given_on": "2090-01-01"}).status_code == 422
    assert client.post(at("consent_give", file), {**typed, "expires_on": "2026-02-01"}).status_code == 422
    client.post(at("consent_give", file), {**typed, "expires_on": "2099-12-31"})
    given = Consent.objects.filter(purpose="assessment").latest("recorded_at")
    assert given.given_at.astimezone().date() <= date(2026, 2, 3)
    assert given.expires_at is not None


def test_a_minors_consent_names_the_guardian(client: Client, minor_file: ClientFile) -> None:
    guardian = minor_file.person.guardians.get()
    typed = {"purpose": "assessment", "by": "guardian", "channel": "paper"}
    assert "请选择监护人" in text_of(client.post(at("consent_give", minor_file), typed))
    assert client.post(at("consent_give", minor_file), {**typed, "guardian": str(guardian.pk)}).status_code == 302
    assert "监护人 周建" in text_of(client.get(at("file_tab", minor_file, "consents")))


def test_consents_of_another_file_are_not_found(client: Client, file: ClientFile, minor_file: ClientFile) -> None:
    consent = Consent.objects.filter(person=minor_file.person).first()
    assert consent is not None
    assert client.get(at("consent_withdraw", file, consent.pk)).status_code == 404
    assert client.get(at("consent_evidence", file, consent.pk)).status_code == 404
    assert client.get(at("consent_evidence", minor_file, consent.pk)).status_code == 404
