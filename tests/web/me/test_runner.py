"""The test on the phone: by link and signed in, with and without scripts."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories, factories_assessment, factories_clients
from tests.web.me.support import signed_in, text
from zhiyin.domain.assessment.models import Result
from zhiyin.domain.audit.acting import SYSTEM, acting, record
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.people import consents
from zhiyin.domain.people.queries import consents_given
from zhiyin.domain.sittings import commands
from zhiyin.domain.sittings.models import Answer, Sitting

pytestmark = pytest.mark.django_db


@pytest.fixture
def file() -> ClientFile:
    return factories_clients.client_file(adviser=factories.member(factories.agency()))


@pytest.fixture
def link(file: ClientFile) -> tuple[Sitting, str]:
    sitting, token = factories_assessment.assigned(file)
    return sitting, f"/t/{token}/"


def _begin(client: Client, base: str) -> Any:
    return client.post(f"{base}begin/")


def _send(client: Client, base: str, **body: Any) -> Any:
    return client.post(f"{base}answer/", json.dumps(body), content_type="application/json")


def _answer_all(client: Client, base: str, but: int = 0) -> None:
    for n in range(1, 49 - but):
        assert _send(client, base, item=f"q{n:02d}", value=n % 5 + 1, key=uuid.uuid4().hex, ms=2500).status_code == 200


def test_first_visit_tells_what_it_is_and_begins(client: Client, link: tuple[Sitting, str]) -> None:
    sitting, base = link
    page = text(client.get(base))
    assert "48 题" in page
    assert sitting.organisation.name in page
    assert "不想做" in page
    response = _begin(client, base)
    assert response.url == f"{base}1/"
    sitting.refresh_from_db()
    assert sitting.state == Sitting.State.STARTED


def test_question_page_holds_no_scoring_key(client: Client, link: tuple[Sitting, str]) -> None:
    _, base = link
    _begin(client, base)
    page = text(client.get(f"{base}1/"))
    definition = factories_assessment.instrument()
    assert "第 <span data-n>1</span> 题" in page
    data = json.loads(page.split('id="runner-data" type="application/json">')[1].split("</script>")[0])
    assert [set(item) for item in data["items"]] == [{"id", "text", "aloud", "value"}] * 48
    assert {item["id"] for item in data["items"]} == {f"q{n:02d}" for n in range(1, 49)}
    assert not any(f'"{item.id}"' in page for item in definition.items)
    assert "scale" not in data
    assert "reverse" not in page


def test_without_scripts_a_post_stores_and_goes_on(client: Client, link: tuple[Sitting, str]) -> None:
    sitting, base = link
    _begin(client, base)
    post = {"value": "4", "client_key": uuid.uuid4().hex, "ms": "", "go": "next"}
    assert client.post(f"{base}1/", post).url == f"{base}2/"
    assert client.post(f"{base}1/", post).url == f"{base}2/"  # the same page sent twice is stored once
    assert [row.value for row in sitting.answers.all()] == [4]
    assert client.post(f"{base}2/", {"go": "back"}).url == f"{base}1/"
    assert client.post(f"{base}48/", {"go": "next"}).url == f"{base}check/"
    assert client.post(f"{base}2/", {"value": "3", "client_key": uuid.uuid4().hex, "go": "leave"}).url.endswith(
        "?left=1"
    )
    assert 'value="4" checked' in text(client.get(f"{base}1/"))
    assert client.get(f"{base}99/").url == f"{base}check/"


def test_a_wrong_value_is_told_and_nothing_is_stored(client: Client, link: tuple[Sitting, str]) -> None:
    sitting, base = link
    _begin(client, base)
    response = client.post(f"{base}1/", {"value": "9", "client_key": uuid.uuid4().hex, "go": "next"})
    assert response.status_code == 422
    assert "答案不在可选范围内" in text(response)
    assert not sitting.answers.exists()


def test_script_sends_one_choice_and_a_repeat_is_stored_once(client: Client, link: tuple[Sitting, str]) -> None:
    sitting, base = link
    _begin(client, base)
    key = uuid.uuid4().hex
    for _ in range(2):
        assert _send(client, base, item="q01", value=5, key=key, ms=1800).json() == {"stored": True}
    assert Answer.objects.filter(sitting=sitting).count() == 1
    assert _send(client, base, item="q01", value=2, key=key).status_code == 409
    assert _send(client, base, item="R01x", value=2, key="k").json()["message"] == "这份测评里没有这道题"
    for body in (b"", b"[]", b'{"item": 1}', b'{"item": "q01", "value": "x", "key": "k"}', b"x" * 5000):
        assert client.post(f"{base}answer/", body, content_type="application/json").status_code == 409
    assert Answer.objects.filter(sitting=sitting).count() == 1


def test_coming_back_shows_how_far_it_was(client: Client, link: tuple[Sitting, str]) -> None:
    _, base = link
    _begin(client, base)
    _answer_all(client, base, but=26)
    page = text(client.get(base))
    assert "欢迎回来" in page
    assert "已答 22 题" in page
    assert "从第 23 题接着答" in page
    assert _begin(client, base).url == f"{base}23/"
    assert "已经保存" in text(client.get(f"{base}?left=1"))


def test_open_questions_are_named_before_handing_in(client: Client, link: tuple[Sitting, str]) -> None:
    sitting, base = link
    _begin(client, base)
    _answer_all(client, base, but=2)
    page = text(client.get(f"{base}check/"))
    assert "还有 2 题" in page
    assert "第 47 题" in page
    assert "第 48 题" in page
    response = client.post(f"{base}finish/")
    assert response.status_code == 422
    assert "还有 2 题没有作答" in text(response)
    assert client.post(f"{base}finish/", {"allow_missing": "1"}).url == f"{base}result/"
    assert Result.objects.filter(sitting=sitting).exists()


def test_behind_a_link_there_is_no_result(client: Client, link: tuple[Sitting, str]) -> None:
    sitting, base = link
    _begin(client, base)
    _answer_all(client, base)
    assert "全部答完了" in text(client.get(f"{base}check/"))
    client.post(f"{base}finish/")
    page = text(client.get(f"{base}result/"))
    code = Result.objects.get(sitting=sitting).scores["texts"]["code"]
    assert "已经交了" in page
    assert "凭链接打不开结果" in page
    assert f">{code}<" not in page
    for name in ("", "1/", "check/", "erase/", "decline/"):
        assert client.get(base + name).url == f"{base}result/"


def test_declining_needs_no_reason_and_one_given_is_kept(client: Client, link: tuple[Sitting, str]) -> None:
    sitting, base = link
    assert "不做测评，我们就用谈话的办法了解你" in text(client.get(f"{base}decline/"))
    response = client.post(f"{base}decline/", {"reason": "最近太累"})
    assert "好的，不做了" in text(response)
    sitting.refresh_from_db()
    assert (sitting.state, sitting.declined_reason) == (Sitting.State.DECLINED, "最近太累")
    assert client.get(base).status_code == 410


def test_erasing_deletes_the_answers_and_kills_the_link(client: Client, link: tuple[Sitting, str]) -> None:
    sitting, base = link
    _begin(client, base)
    _answer_all(client, base, but=40)
    assert "已答的<wbr> 8 题" in text(client.get(f"{base}erase/"))
    assert "已经删掉" in text(client.post(f"{base}erase/"))
    assert not Answer.objects.filter(sitting=sitting).exists()
    assert client.get(base).status_code == 404


def test_a_link_that_ran_out_or_is_unknown_says_what_to_do(client: Client, link: tuple[Sitting, str]) -> None:
    sitting, base = link
    with acting(SYSTEM, "arrange"):
        Sitting.objects.filter(pk=sitting.pk).update(expires_at=timezone.now() - timedelta(hours=1))
        record("test.expired", sitting)
    response = client.get(base)
    assert response.status_code == 410
    assert "可以延期" in text(response)
    assert sitting.organisation.phone in text(response)
    assert _begin(client, base).status_code == 410
    unknown = client.get("/t/nobody-knows-this-token-123456/")
    assert unknown.status_code == 404
    assert "链接打不开" in text(unknown)


def test_withdrawn_consent_stops_the_test_kindly(client: Client, file: ClientFile, link: tuple[Sitting, str]) -> None:
    _, base = link
    _begin(client, base)
    consent = next(row for row in consents_given(file.person, file.organisation_id) if row.purpose == "assessment")
    with acting(SYSTEM, "arrange"):
        consents.withdraw_consent(consent, by="self", channel="paper")
    answer = _send(client, base, item="q01", value=3, key="k1")
    assert answer.status_code == 409
    assert "同意" in answer.json()["message"]
    assert _begin(client, base).status_code == 409


def test_device_without_a_voice_is_told_to_the_adviser(client: Client, link: tuple[Sitting, str]) -> None:
    sitting, base = link
    assert client.post(f"{base}modes/", {"voice_missing": "1"}).status_code == 200
    sitting.refresh_from_db()
    assert sitting.voice_missing is True
    client.post(f"{base}modes/", {"voice_missing": "0"})
    sitting.refresh_from_db()
    assert sitting.voice_missing is False


def test_large_type_that_the_adviser_set_comes_with_the_link(client: Client, file: ClientFile) -> None:
    _, token = factories_assessment.assigned(file, large_type=True)
    assert client.get(f"/t/{token}/").cookies["zy_type"].value == "large"


def test_signed_in_client_takes_the_test_and_reads_the_result(client: Client, file: ClientFile) -> None:
    result = factories_assessment.result(file)
    signed_in(client, file.person, file.organisation)
    page = text(client.get(f"/me/tests/{result.sitting_id}/result/"))
    assert "SIC" in page
    assert "社会型" in page
    assert "<svg" in page
    assert "暂时不和别人比较" in page
    assert "指导师会陪你一起看哪些职业合适" in page  # nothing was gone through with an adviser yet
    assert client.get(f"/me/tests/{result.sitting_id}/").url.endswith("/result/")


def test_only_occupations_gone_through_are_shown(client: Client, file: ClientFile) -> None:
    from zhiyin.domain.matching import commands as matching
    from zhiyin.domain.matching import queries as matching_queries

    factories_assessment.catalogue()
    result = factories_assessment.result(file)
    with acting(factories.who(file.adviser), "比对"):
        run = matching.run(file.person, result=result)
        rows = matching_queries.view(run).rows
        matching.confirm(run, rows[0].code, "consider", "离家近")
    signed_in(client, file.person, file.organisation)
    page = text(client.get(f"/me/tests/{result.sitting_id}/result/"))
    assert rows[0].name in page
    assert rows[1].name not in page


def test_somebody_elses_sitting_is_not_found(client: Client, file: ClientFile) -> None:
    other = factories_clients.client_file(factories.person(name="别人"), file.organisation, file.adviser)
    sitting, _ = factories_assessment.assigned(other)
    signed_in(client, file.person, file.organisation)
    for name in ("", "begin/", "1/", "answer/", "result/"):
        assert client.post(f"/me/tests/{sitting.pk}/{name}").status_code == 404
    assert Sitting.objects.get(pk=sitting.pk).state == Sitting.State.ASSIGNED


def test_staff_and_strangers_do_not_get_in(client: Client, file: ClientFile) -> None:
    sitting, _ = factories_assessment.assigned(file)
    assert client.get(f"/me/tests/{sitting.pk}/").url.startswith("/account/login/")
    client.force_login(file.adviser.user)
    assert client.get(f"/me/tests/{sitting.pk}/").status_code == 403


def test_question_page_costs_few_queries(
    client: Client, link: tuple[Sitting, str], django_assert_max_num_queries: Any
) -> None:
    _, base = link
    _begin(client, base)
    with django_assert_max_num_queries(6):
        client.get(f"{base}1/")
    _answer_all(client, base)
    with django_assert_max_num_queries(6):
        client.get(f"{base}48/")


def test_begin_twice_keeps_the_answers(client: Client, link: tuple[Sitting, str]) -> None:
    sitting, base = link
    _begin(client, base)
    _send(client, base, item="q01", value=3, key="k1")
    with acting(SYSTEM, "arrange"):
        commands.start(sitting)
    assert _begin(client, base).url == f"{base}2/"
