"""Giving the inventory, keying in answers, results, all sittings, norms."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories, factories_assessment, factories_casework, factories_clients
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.assessment.models import Norm, NormSample, Result
from zhiyin.domain.audit.acting import SYSTEM, acting, record
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.casework.models import Case
from zhiyin.domain.people import consents
from zhiyin.domain.sittings import commands as sittings
from zhiyin.domain.sittings import queries as sitting_queries
from zhiyin.domain.sittings.models import Sitting

pytestmark = pytest.mark.django_db


def signed_in(client: Client, membership: Membership) -> Client:
    client.force_login(membership.user)
    session = client.session
    session["membership"] = str(membership.pk)
    session.save()
    return client


@pytest.fixture
def case(home: Any) -> Case:
    return factories_casework.walk_to(factories_casework.case(), "delivery")


def assign(case: Case, **values: Any) -> Sitting:
    with acting(factories.who(case.adviser), "布置"):
        return sittings.assign(case.person, case.organisation, case_id=case.pk, **values)[0]


def finished(case: Case) -> Result:
    sitting = assign(case, mode="paper")
    with acting(SYSTEM, "arrange"):
        sittings.enter_answers(sitting, factories_assessment.answers())
        sittings.finish(sitting)
    return Result.objects.get(sitting=sitting)


def withdraw_assessment(case: Case) -> None:
    with acting(SYSTEM, "arrange"):
        for consent in case.person.consents.filter(purpose="assessment"):
            consents.withdraw_consent(consent, by="self", channel="oral")


def grid(value: str = "4") -> dict[str, str]:
    return {f"q{n:02d}": value if n % 3 else "2" for n in range(1, 49)}


# -- giving it -----------------------------------------------------------------------------------------------------


def test_assigning_shows_link_and_picture_once(client: Client, case: Case) -> None:
    page = signed_in(client, case.adviser).post(
        reverse("desk:case_assess", args=[case.pk]), {"mode": "online", "large_type": "1"}, follow=True
    )
    assert page.status_code == 200
    sitting = Sitting.objects.get()
    assert (sitting.case_id, sitting.mode, sitting.large_type, sitting.read_aloud) == (case.pk, "online", True, False)
    text = page.content.decode()
    token = text.split("/t/", 1)[1].split("/", 1)[0]
    found = sitting_queries.open_by_token(token)
    assert found == sitting
    assert '<svg viewBox="' in text
    assert "qrline" in text
    again = client.get(reverse("desk:case_assess", args=[case.pk])).content.decode()
    assert token not in again
    assert "待作答" in again


def test_consent_missing_names_it_and_offers_the_way(client: Client, case: Case) -> None:
    withdraw_assessment(case)
    factories_clients.consent(case.person, case.organisation, "file")
    page = signed_in(client, case.adviser).get(reverse("desk:case_assess", args=[case.pk]))
    text = page.content.decode()
    assert "还缺本人同意" in text
    assert "去登记同意" in text
    assert 'name="mode"' not in text


def test_bad_mode_and_future_time_keep_what_was_typed(client: Client, case: Case) -> None:
    url = reverse("desk:case_assess", args=[case.pk])
    data = {"mode": "paper", "read_aloud": "1", "happened_at": "2099-01-01T10:00"}
    page = signed_in(client, case.adviser).post(url, data)
    assert page.status_code == 422
    text = page.content.decode()
    assert "这个时间还没有到" in text
    assert 'value="2099-01-01T10:00"' in text
    assert 'value="paper" checked' in text
    page = client.post(url, {"mode": "telepathy"})
    assert page.status_code == 422
    assert "请选择作答方式" in page.content.decode()
    assert not Sitting.objects.exists()


def test_a_second_assignment_is_refused_with_what_to_do(client: Client, case: Case) -> None:
    assign(case)
    page = signed_in(client, case.adviser).post(reverse("desk:case_assess", args=[case.pk]), {"mode": "online"})
    assert page.status_code == 422
    assert "可以重新发送链接" in page.content.decode()


def test_new_link_kills_the_old_one(client: Client, case: Case) -> None:
    with acting(factories.who(case.adviser), "布置"):
        sitting, old = sittings.assign(case.person, case.organisation, case_id=case.pk)
    page = signed_in(client, case.adviser).post(reverse("desk:sitting_renew", args=[sitting.pk]), follow=True)
    token = page.content.decode().split("/t/", 1)[1].split("/", 1)[0]
    assert sitting_queries.open_by_token(token) == sitting
    assert sitting_queries.open_by_token(old) is None
    assert client.get(reverse("desk:sitting_renew", args=[sitting.pk])).status_code == 405


def test_declining_needs_a_reason(client: Client, case: Case) -> None:
    sitting = assign(case)
    url = reverse("desk:sitting_decline", args=[sitting.pk])
    assert signed_in(client, case.adviser).get(url).status_code == 200
    page = client.post(url, {"reason": "", "happened_at": ""})
    assert page.status_code == 422
    assert "请写明本人为什么不做" in page.content.decode()
    page = client.post(url, {"reason": "想直接谈"}, follow=True)
    sitting.refresh_from_db()
    assert sitting.state == "declined"
    assert "想直接谈" in page.content.decode()


def test_missing_voice_is_told_to_the_adviser(client: Client, case: Case) -> None:
    sitting = assign(case, read_aloud=True)
    with acting(sitting_queries.link_actor(sitting)):
        sittings.set_modes(sitting, voice_missing=True)
    page = signed_in(client, case.adviser).get(reverse("desk:case_assess", args=[case.pk]))
    assert "没有中文语音" in page.content.decode()


def test_rights_and_foreign_cases(client: Client, case: Case) -> None:
    url = reverse("desk:case_assess", args=[case.pk])
    sitting = assign(case)
    stranger = factories.member(factories.agency())
    signed_in(client, stranger)
    assert client.get(url).status_code == 404
    assert client.get(reverse("desk:sitting_entry", args=[sitting.pk])).status_code == 404
    assert client.post(reverse("desk:sitting_renew", args=[sitting.pk])).status_code == 404
    desk = signed_in(client, factories.member(case.organisation, Role.FRONT_DESK))
    page = desk.get(url)
    assert page.status_code == 200
    assert 'id="assign-form"' not in page.content.decode()
    assert desk.post(url, {"mode": "online"}).status_code == 403


# -- keying in -----------------------------------------------------------------------------------------------------


def test_paper_sheet_is_keyed_in_and_scored(client: Client, case: Case) -> None:
    signed_in(client, case.adviser)
    page = client.post(reverse("desk:case_assess", args=[case.pk]), {"mode": "paper"})
    sitting = Sitting.objects.get()
    assert page.url == reverse("desk:sitting_entry", args=[sitting.pk])
    assert client.get(page.url).content.decode().count('inputmode="numeric"') == 48
    done = client.post(page.url, {**grid(), "do": "finish"})
    result = Result.objects.get()
    assert done.url == reverse("desk:result", args=[result.pk])
    assert result.scores["answered"] == 48
    assert sitting.answers.count() == 48


def test_entry_can_be_saved_in_part_and_taken_up_again(client: Client, case: Case) -> None:
    sitting = assign(case, mode="paper")
    url = reverse("desk:sitting_entry", args=[sitting.pk])
    signed_in(client, case.adviser).post(url, {"q01": "5", "q02": "1", "do": "save"})
    assert sitting.answers.count() == 2
    text = client.get(url).content.decode()
    assert 'name="q01" value="5"' in text
    assert "2</span> / 48" in text
    client.post(url, {"q01": "4", "q02": "1", "q03": "3", "do": "save"})
    assert sitting.answers.count() == 4  # the changed one and the new one only
    definition = factories_assessment.instrument()
    answers = sitting_queries.sheet(sitting).answers
    assert answers[definition.ordered_items()[0].id] == 4


def test_faults_are_told_at_the_item_and_nothing_is_lost(client: Client, case: Case) -> None:
    sitting = assign(case, mode="paper")
    url = reverse("desk:sitting_entry", args=[sitting.pk])
    page = signed_in(client, case.adviser).post(url, {**grid(), "q07": "9", "q08": "x", "do": "finish"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "#f-q08" in text
    assert 'name="q08" value="x"' in text
    assert 'name="q01" value="4"' in text
    page = client.post(url, {**grid(), "q07": "", "q20": "", "do": "finish"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "还有 2 题没有作答" in text
    assert 'name="allow_missing"' in text
    assert not sitting.answers.exists()
    client.post(url, {**grid(), "q07": "", "q20": "", "do": "finish", "allow_missing": "1"})
    assert Result.objects.get().scores["answered"] == 46


def test_reading_aloud_is_keyed_in_too_but_a_phone_sheet_is_not(client: Client, case: Case) -> None:
    sitting = assign(case, mode="read")
    url = reverse("desk:sitting_entry", args=[sitting.pk])
    page = signed_in(client, case.adviser).get(url)
    assert "照原文读" in page.content.decode()
    assert client.post(url, {**grid(), "do": "finish"}).status_code == 302
    assert Result.objects.get().scores["delivery"]["mode"] == "read"
    assert client.get(url).url == reverse("desk:case_assess", args=[case.pk])
    phone = assign(case, mode="online")
    assert client.get(reverse("desk:sitting_entry", args=[phone.pk])).status_code == 403


# -- a result ------------------------------------------------------------------------------------------------------


def test_result_says_code_words_and_own_answers_and_notes_the_reading(client: Client, case: Case) -> None:
    result = finished(case)
    page = signed_in(client, case.adviser).get(reverse("desk:result", args=[result.pk]))
    text = page.content.decode()
    assert page.status_code == 200
    assert ">SIC<" in text
    assert result.scores["texts"]["headline"] in text
    assert result.scores["norm"]["message"] in text
    assert factories_assessment.instrument().ordered_items()[0].text in text
    assert AuditEvent.objects.filter(action="people.read", object_id=str(result.pk)).count() == 1


def test_result_explains_careless_signs(client: Client, case: Case) -> None:
    sitting = assign(case, mode="paper")
    with acting(SYSTEM, "arrange"):
        items = factories_assessment.instrument().ordered_items()
        sittings.enter_answers(sitting, {item.id: 3 for item in items})
        sittings.finish(sitting)
    result = Result.objects.get()
    assert result.scores["flags"]
    text = signed_in(client, case.adviser).get(reverse("desk:result", args=[result.pk])).content.decode()
    for flag in result.scores["flags"]:
        assert flag["message"] in text
    assert "不给出代码" in text


def test_result_is_closed_to_others(client: Client, case: Case) -> None:
    url = reverse("desk:result", args=[finished(case).pk])
    signed_in(client, factories.member(factories.agency()))
    assert client.get(url).status_code == 404
    signed_in(client, factories.member(case.organisation, Role.FRONT_DESK))
    assert client.get(url).status_code == 403


# -- the agency ----------------------------------------------------------------------------------------------------


def test_list_filters_and_shows_progress(client: Client, case: Case) -> None:
    result = finished(case)
    other = factories_casework.walk_to(
        factories_casework.case(adviser=case.adviser, person=factories.person(name="单于小满")), "delivery"
    )
    assign(other)
    signed_in(client, case.adviser)
    text = client.get(reverse("desk:assessments")).content.decode()
    assert "48 / 48" in text
    assert "0 / 48" in text
    assert reverse("desk:result", args=[result.pk]) in text
    only = client.get(reverse("desk:assessments"), {"state": "assigned"}).content.decode()
    assert "单于小满" in only
    assert case.person.name not in only
    none = client.get(reverse("desk:assessments"), {"q": "查无此人"}).content.decode()
    assert "看全部测评" in none


def test_list_keeps_its_queries(client: Client, home: Any, django_assert_max_num_queries: Callable[..., Any]) -> None:
    adviser = factories.member(factories.agency())

    def more(count: int) -> None:
        for _ in range(count):
            factories_assessment.result(factories_assessment.client(adviser), mode="paper")

    signed_in(client, adviser)
    more(2)
    client.get(reverse("desk:assessments"))
    with django_assert_max_num_queries(20) as few:
        client.get(reverse("desk:assessments"))
    before = len(few)
    more(10)
    with django_assert_max_num_queries(before):
        client.get(reverse("desk:assessments"))


def test_norms_are_published_by_the_section_head_when_there_are_enough(client: Client, home: Any) -> None:
    definition = factories_assessment.instrument()
    head = factories.member(factories.agency(), Role.SECTION_HEAD)
    url = reverse("desk:norms")
    signed_in(client, head)
    page = client.post(url, {"group": "all"})
    assert page.status_code == 422
    assert "还差 200 人" in page.content.decode()
    means = dict.fromkeys("RIASEC", 2.0)
    with acting(SYSTEM, "arrange"):
        NormSample.objects.bulk_create(
            NormSample(
                instrument=definition.id,
                instrument_version=definition.version,
                groups=["all"],
                means={**means, "R": 1 + n % 5},
                month="2026-03",
            )
            for n in range(200)
        )
        record("test.samples")
    signed_in(client, factories.member(head.organisation))
    assert client.post(url, {"group": "all"}).status_code == 403
    signed_in(client, head)
    assert "够了" in client.get(url).content.decode()
    assert client.post(url, {"group": "all"}).status_code == 302
    assert Norm.objects.get().n == 200
    assert "200 人，" in client.get(url).content.decode()


def test_a_case_without_a_plan_is_told_what_comes_first(client: Client, home: Any) -> None:
    case = factories_casework.walk_to(factories_casework.case(), "plan")
    url = reverse("desk:case_assess", args=[case.pk])
    text = signed_in(client, case.adviser).get(url).content.decode()
    assert "现在还不能布置" in text
    assert "商定服务方案" in text
    assert client.post(url, {"mode": "online"}).status_code == 422
    assert not Sitting.objects.exists()
