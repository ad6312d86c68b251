"""Policies at the desk: a client judged, confirmed, briefed; whom a policy concerns; a grade tried."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import factories, factories_clients
from tests.domain.eligibility.support import OWNER, World, world
from tests.web.desk.test_clients import sign_in, text_of
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies.models import Staff, StaffCertificate
from zhiyin.domain.audit.acting import SYSTEM, acting, record
from zhiyin.domain.documents.models import Document
from zhiyin.domain.eligibility import commands
from zhiyin.domain.eligibility.models import Informing, Verdict, VerdictAct
from zhiyin.domain.people import consents
from zhiyin.domain.people.models import Consent

pytestmark = pytest.mark.django_db


def desk(client: Client, here: World) -> tuple[Client, str]:
    return sign_in(client, here.adviser), str(here.person.files.get().pk)


def judged(here: World, **facts: Any) -> None:
    with acting(factories.who(here.adviser), "政策咨询"):
        commands.assess(here.person, here.agency, facts={**OWNER, **facts})


def test_a_client_is_judged_from_the_file_and_asked_on(client: Client) -> None:
    here = world("shandong")
    browser, file = desk(client, here)
    assert "还没有判定过" in text_of(browser.get(reverse("desk:file_policies", args=[file])))
    done = browser.post(reverse("desk:file_policies_judge", args=[file]))
    assert done.status_code == 302
    page = browser.get(done["Location"])
    assert "接着问" in text_of(page)
    fields = [field.id for field in page.context["form"].fields]
    chosen = next(field for field in page.context["form"].fields if field.type == "boolean")
    told = {"facts": fields, chosen.id: "true", "origin": "proved", "proof": "营业执照"}
    assert browser.post(reverse("desk:file_policies_judge", args=[file]), told).status_code == 302
    used = [row for one in Verdict.objects.filter(superseded_by=None) for row in one.facts if row["id"] == chosen.id]
    assert {(row["origin"], row["proof"]) for row in used} == {("proved", "营业执照")}


def test_wrong_answers_come_back_with_what_was_typed(client: Client) -> None:
    here = world("shandong")
    browser, file = desk(client, here)
    browser.post(reverse("desk:file_policies_judge", args=[file]))
    page = browser.get(reverse("desk:file_policies", args=[file]))
    fields = [field.id for field in page.context["form"].fields]
    chosen = next(field for field in page.context["form"].fields if field.type == "boolean")
    told = {"facts": fields, chosen.id: "true", "origin": "proved", "proof": ""}
    refused = browser.post(reverse("desk:file_policies_judge", args=[file]), told)
    assert refused.status_code == 422
    assert "看过哪份证明，请写明" in text_of(refused)
    assert refused.context["answers"] == {chosen.id: True}


def test_a_verdict_is_confirmed_or_overridden_with_a_reason(client: Client) -> None:
    here = world()
    judged(here, owner=False)
    browser, file = desk(client, here)
    address = reverse("desk:file_verdict", args=[file, "disabled-startup"])
    verdict = Verdict.objects.get(ruleset="disabled-startup")
    page = text_of(browser.get(address))
    assert "本人是经营者" in page
    assert "看过证明" in page
    short = browser.post(address, {"verdict": verdict.pk, "act": "override", "outcome": "PASS", "reason": "短"})
    assert short.status_code == 422
    assert "请写明理由" in text_of(short)
    told = {"verdict": verdict.pk, "act": "override", "outcome": "PASS", "reason": "残联同意按家庭经营办理"}
    assert browser.post(address, told).status_code == 302
    page = text_of(browser.get(address))
    assert "系统结果：不符合" in page
    assert "残联同意按家庭经营办理" in page
    back = {"verdict": verdict.pk, "act": "withdraw", "reason": "残联后来答复不同意"}
    assert browser.post(address, back).status_code == 302
    assert VerdictAct.objects.count() == 2
    assert browser.post(address, {"verdict": verdict.pk, "act": "confirm"}).status_code == 302
    judged(here)
    stale = browser.post(address, {"verdict": verdict.pk, "act": "confirm"})
    assert (stale.status_code, "刚刚重新判定过" in text_of(stale)) == (422, True)


def test_sensitive_facts_are_asked_only_with_consent_and_shown_to_few(client: Client) -> None:
    here = world()
    judged(here)
    browser, file = desk(client, here)
    page = text_of(browser.get(reverse("desk:file_policies", args=[file])))
    assert "敏感的情况没有问" not in page
    front = factories.member(here.agency, Role.FRONT_DESK)
    closed = text_of(sign_in(Client(), front).get(reverse("desk:file_verdict", args=[file, "disabled-startup"])))
    assert "内容不公开" in closed
    assert "残疾人证" not in closed
    with acting(SYSTEM, "arrange"):
        given = Consent.objects.get(person=here.person, purpose=commands.SENSITIVE_PURPOSE)
        consents.withdraw_consent(given, by="self", channel="desk")
    page = browser.get(reverse("desk:file_policies", args=[file]))
    assert "敏感的情况没有问" in text_of(page)
    assert not any(field.sensitive for field in page.context["form"].fields)


@pytest.mark.clause("CG2023-L3-5.1.1-S")
def test_the_brief_lists_what_fits_with_date_and_source_and_its_delivery_is_logged(client: Client) -> None:
    here = world()
    judged(here)
    browser, file = desk(client, here)
    address = reverse("desk:file_policies_brief", args=[file])
    refused = browser.post(address, {"reminder": "", "channel": "paper"})
    assert refused.status_code == 422
    done = browser.post(address, {"reminder": "先去残联登记，名额到月底。", "channel": "paper"})
    assert done.status_code == 302, text_of(done)
    [document] = Document.objects.filter(template="policy-brief")
    brief = document.context["brief"]
    [row] = [one for one in brief["fitting"] if one["policy"] == "disabled-startup"]
    assert row["source"].startswith("中国残疾人联合会")
    assert (row["valid"][:10], "年" in brief["on"]) == ("2007-05-01", True)
    assert document.number
    told = Informing.objects.filter(policy="disabled-startup", person=here.person).get()
    assert told.by == here.adviser
    for fmt in ("pdf", "docx"):
        assert browser.get(reverse("desk:document", args=[document.pk, fmt])).status_code == 200


@pytest.mark.clause("CP2026-L3-5.1.1-S")
def test_a_policy_lists_the_clients_it_may_concern_and_who_was_informed(client: Client) -> None:
    here = world()
    judged(here)
    other = factories_clients.client_file(factories.person(name="赵一鸣"), here.agency, here.adviser)
    browser, file = desk(client, here)
    address = reverse("desk:policy", args=["disabled-startup"])
    page = text_of(browser.get(address))
    assert here.person.name in page
    assert "赵一鸣" not in page
    assert browser.post(address, {"file": other.pk, "channel": "desk"}).status_code == 422
    assert browser.post(address, {"file": file, "channel": "phone"}).status_code == 302
    assert f"{here.adviser.user.name}告知" in text_of(browser.get(address))
    assert Informing.objects.get().channel == "phone"


def test_clients_of_another_agency_are_not_to_be_found(client: Client) -> None:
    here = world()
    judged(here)
    elsewhere = factories.member(factories.agency(), Role.ADVISER)
    browser = sign_in(client, elsewhere)
    file = here.person.files.get().pk
    for address in (
        reverse("desk:file_policies", args=[file]),
        reverse("desk:file_verdict", args=[file, "disabled-startup"]),
    ):
        assert browser.get(address).status_code == 404
    assert here.person.name not in text_of(browser.get(reverse("desk:policy", args=["disabled-startup"])))


def test_staff_try_whether_they_may_apply_for_a_grade(client: Client) -> None:
    agency = factories.agency()
    head = factories.member(agency, Role.SECTION_HEAD)
    staff = Staff.objects.get(user=factories.member(agency, Role.ADVISER, level=4).user)
    browser = sign_in(client, head)
    address = reverse("desk:staff_grade", args=[staff.pk])
    page = browser.get(address)
    assert page.context["level"] == "3"
    told = browser.post(
        address,
        {
            "level": "4",
            "trade": "adviser",
            "jobs-rows": "1",
            "jobs-0-started_on": "2020-01-01",
            "jobs-0-ended_on": "2019-01-01",
        },
    )
    assert told.status_code == 422
    open_ = browser.post(address, {"level": "4", "trade": "adviser"})
    assert (open_.status_code, open_.context["result"].verdict.value) == (200, "UNKNOWN")
    assert open_.context["missing"]
    blank = {f"{fact.id}-rows": "1" for fact in open_.context["missing"] if fact.type == "list"}
    none = browser.post(address, {"level": "4", "trade": "adviser", **blank})
    assert none.context["result"].verdict.value == "FAIL"
    assert "不符合" in text_of(none)
    assert Verdict.objects.count() == 0


def test_a_grade_is_prefilled_from_the_record_with_origin_and_date(client: Client) -> None:
    agency = factories.agency()
    head = factories.member(agency, Role.SECTION_HEAD)
    staff = Staff.objects.get(user=factories.member(agency, Role.ADVISER, level=4).user)
    with acting(SYSTEM, "arrange"):
        StaffCertificate.objects.create(
            staff=staff, name="职业指导师", number="2019-44", level=4, issued_on=date(2019, 3, 1)
        )
        record("test.certificate", staff)
    browser = sign_in(client, head)
    page = browser.get(reverse("desk:staff_grade", args=[staff.pk]))
    [certificate] = page.context["answers"]["certificates"]
    assert (certificate["occupation"], certificate["level"], certificate["issued_on"]) == ("own", "4", "2019-03-01")
    [job] = page.context["answers"]["jobs"]
    assert (job["started_on"], job["occupation"]) == (staff.started_on.isoformat(), "own")
    [diploma] = page.context["answers"]["diplomas"]
    assert (diploma["school"], diploma["award"]) == ("university", "bachelor")
    words = text_of(page)
    assert "看过证明：职业指导师 2019-44" in words
    assert "看过证明：学信网电子注册备案表" in words
    assert timezone.localdate().isoformat() in words


@pytest.mark.parametrize("clients", [3, 12])
def test_pages_cost_the_same_for_any_number_of_clients(
    client: Client, clients: int, django_assert_max_num_queries: Any
) -> None:
    here = world()
    judged(here)
    for _ in range(clients):
        person = factories.person()
        factories_clients.client_file(person, here.agency, here.adviser)
        with acting(factories.who(here.adviser), "政策咨询"):
            commands.assess(person, here.agency, ["disabled-startup"], facts=OWNER)
    browser, file = desk(client, here)
    for address in (
        reverse("desk:policies"),
        reverse("desk:policy", args=["disabled-startup"]),
        reverse("desk:file_policies", args=[file]),
        reverse("desk:file_verdict", args=[file, "disabled-startup"]),
    ):
        browser.get(address)
        with django_assert_max_num_queries(20):
            assert browser.get(address).status_code == 200
