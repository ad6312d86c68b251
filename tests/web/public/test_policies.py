"""The policy library and the check: no sign-in, nothing kept of anybody."""

import io
from datetime import date, timedelta
from typing import Any

import pypdf
import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests import factories
from zhiyin.domain.audit.acting import VISITOR, acting
from zhiyin.domain.eligibility import commands, library, queries
from zhiyin.domain.eligibility.models import Booklet, Verdict
from zhiyin.web.public import policy_session

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


def _text(response: Any) -> str:
    return response.content.decode()


def _words(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).replace("\n", "")


def begin(client: Client, audience: str = "person", region: str = "37") -> None:
    done = client.post("/policies/check/", {"audience": audience, "region": region})
    assert (done.status_code, done["Location"]) == (302, "/policies/check/ask/")


def answer(client: Client, fact: str, value: Any) -> None:
    done = client.post("/policies/check/ask/", {"fact": fact, fact: value, "go": "next"})
    assert done.status_code == 302, _text(done)


FOUNDER = {
    "disabled": "true",
    "local_hukou": "true",
    "birth_on": "1988-05-20",
    "retirement_category": "F50",
    "business_registered_on": "2025-03-01",
    "owner": "true",
    "operating": "true",
    "spent": "6000",
}


# -- library -----------------------------------------------------------------------------------------------------------


@pytest.mark.clause("CG2023-L4-1.1.4-S")
def test_a_visitor_finds_a_named_policy_by_topic_or_keyword_and_the_query_is_counted(client: Client) -> None:
    page = _text(client.get("/policies/", {"q": "灵活就业 社会保险"}))
    assert "灵活就业社会保险补贴" in page
    assert "个人创业担保贷款" not in page
    client.get("/policies/", {"q": "灵活就业 社会保险"})
    client.get("/policies/", {"q": "某人的名字一二三四"})
    counted = dict(queries.searches(timezone.localdate()))
    assert counted == {"灵活就业 社会保险": 2, "": 1}


@pytest.mark.clause("CP2026-L4-2.2.2-K", "CG2023-DA-L4-1.1.2-K")
def test_a_policy_shows_issuer_date_group_and_plain_words_and_an_expired_one_says_so(client: Client) -> None:
    page = _text(client.get("/policies/skill-upgrade-subsidy/"))
    packs = library.definitions_for("00", timezone.localdate())
    policy = packs.get("policy", "skill-upgrade-subsidy")
    for words in (policy.issuer, policy.number, policy.valid_from, policy.valid_to, policy.plain, policy.object):
        assert words in page
    assert "已失效" in page
    current = _text(client.get("/policies/flexible-insurance-subsidy/"))
    assert "已失效" not in current
    assert "财政部、人力资源社会保障部" in current


@pytest.mark.clause("CG2023-DJ-L3-1.2.1-K")
def test_results_for_disabled_persons_show_validity_region_and_plain_words(client: Client) -> None:
    page = _text(client.get("/policies/", {"group": "disabled", "region": "37"}))
    found = library.search(
        library.definitions_for("37", timezone.localdate()), on=timezone.localdate(), group="disabled", region="37"
    )
    assert len(found) >= 3
    for policy in found:
        assert policy.title in page
        assert policy.plain in page
        assert policy.valid_from in page
    all_states = _text(client.get("/policies/", {"state": "expired"}))
    assert "技能提升补贴" in all_states
    assert "已失效" in all_states


@pytest.mark.clause("CG2023-DJ-L4-3.1.4-K")
def test_an_incentive_shows_conditions_amounts_steps_materials_window_and_time_limit(client: Client) -> None:
    page = _text(client.get("/policies/employer-insurance-subsidy/", {"region": "37"}))
    packs = library.definitions_for("37", timezone.localdate())
    policy = packs.get("policy", "employer-insurance-subsidy")
    amounts = library.amounts(packs, policy, timezone.localdate())
    assert any(one.text for one in amounts)
    for words in (
        *policy.conditions,
        *policy.steps,
        *(one.name for one in policy.materials),
        *(one.text for one in amounts),
        policy.valid_from,
        policy.plain,
        "到哪里办",
        "多久以内申请",
    ):
        assert words in page


def test_a_filter_that_means_nothing_is_ignored_and_an_unknown_policy_is_not_found(client: Client) -> None:
    assert client.get("/policies/", {"group": "<x>", "state": "?", "region": "zz", "audience": "x"}).status_code == 200
    assert client.get("/policies/no-such-policy/").status_code == 404
    assert "没有这样的政策" in _text(client.get("/policies/", {"q": "量子"}))


def test_the_booklet_holds_what_is_in_force_with_its_version(client: Client) -> None:
    agency = factories.agency(name="临江市公共就业服务中心", address="澄湖路 18 号")
    response = client.get("/policies/booklet/", {"audience": "person", "region": "37"})
    words = _words(response.content)
    assert response["Content-Type"] == "application/pdf"
    for part in ("政策读本", "个人创业担保贷款", "出处", "有效期", agency.phone):
        assert part in words
    assert "人社部发〔2017〕" not in words or "有效期：2017-05-15 至 2025-12-31" not in words
    assert "第 1 版" in words
    assert timezone.localdate().isoformat() in words
    assert response["Content-Disposition"].endswith('-1.pdf"')


def test_an_earlier_booklet_stays_to_be_downloaded(client: Client) -> None:
    agency = factories.agency(name="临江市公共就业服务中心", address="澄湖路 18 号")
    with acting(VISITOR, "下载政策读本"):
        earlier = commands.keep_booklet(agency, region="37", on=date(2025, 12, 1))
    now = client.get("/policies/booklet/", {"region": "37"})
    assert "第 2 版" in _words(now.content)
    page = _text(client.get("/policies/booklets/", {"region": "37"}))
    assert f"/policies/booklet/{earlier.pk}/" in page
    assert "2025-12-01" in page
    again = client.get(f"/policies/booklet/{earlier.pk}/")
    assert again.content == bytes(earlier.content)
    assert "第 1 版" in _words(again.content)
    assert client.get("/policies/booklet/00000000-0000-7000-8000-000000000000/").status_code == 404


def test_without_an_agency_a_booklet_is_given_out_but_not_kept(client: Client) -> None:
    words = _words(client.get("/policies/booklet/").content)
    assert "未编号" in words
    assert Booklet.objects.count() == 0
    assert "还没有发过" in _text(client.get("/policies/booklets/"))


def test_a_policy_shows_its_history_and_what_held_on_an_earlier_day(client: Client) -> None:
    page = _text(client.get("/policies/skill-upgrade-subsidy/"))
    assert "历次变化" in page
    assert "on=2017-05-15" in page
    assert "自“取证日期”那天起 365 天内" in page
    former = _text(client.get("/policies/skill-upgrade-subsidy/", {"on": "2025-06-01"}))
    assert "这是 2025-06-01 的规定" in former
    assert "已失效" not in former
    assert client.get("/policies/skill-upgrade-subsidy/", {"on": "x"}).status_code == 200


# -- check -------------------------------------------------------------------------------------------------------------


def test_the_check_asks_one_question_at_a_time_and_ends_in_reasons(client: Client) -> None:
    begin(client)
    asked: list[str] = []
    for _ in range(120):
        page = client.get("/policies/check/ask/")
        if page.status_code == 302:
            break
        fact = page.context["fact"]
        assert fact.id not in asked
        asked.append(fact.id)
        assert fact.asked in _text(page).replace("<wbr>", "")
        if fact.id in FOUNDER:
            answer(client, fact.id, FOUNDER[fact.id])
        else:
            assert client.post("/policies/check/ask/", {"fact": fact.id, "go": "unknown"}).status_code == 302
    assert page["Location"] == "/policies/check/result/"
    assert set(FOUNDER) - {"spent"} <= set(asked)
    shown = _text(client.get("/policies/check/result/"))
    assert "想算出金额，补答" in shown
    answer(client, "spent", "6000")
    shown = _text(client.get("/policies/check/result/"))
    assert "残疾人自主就业创业扶持" in shown
    assert "最高扶持 6000元" in shown
    assert "可能符合" in shown


@pytest.mark.clause("CG2023-X1-L4-2.1.1-S")
def test_the_result_lists_eligible_items_with_reasons_amounts_and_validity(client: Client) -> None:
    begin(client)
    for fact, value in FOUNDER.items():
        answer(client, fact, value)
    page = client.get("/policies/check/result/")
    [row] = [one for one in page.context["passed"] if one["policy"].id == "disabled-startup"]
    assert [line.title for line in row["finding"].fits]
    shown = _text(page)
    assert "2007-05-01 至 未定终止日期" in shown
    assert "最高扶持 6000元" in shown
    assert all(line.why in shown for line in row["finding"].fits)


def test_what_does_not_fit_says_why_and_by_how_much(client: Client) -> None:
    begin(client)
    for fact, value in {**FOUNDER, "birth_on": "2012-01-01"}.items():
        answer(client, fact, value)
    page = client.get("/policies/check/result/")
    [row] = [one for one in page.context["failed"] if one["policy"].id == "disabled-startup"]
    assert any("16" in line.why and "还差" in line.why for line in row["finding"].faults)


@pytest.mark.clause("CG2023-DJ-L3-3.3.4-K")
def test_an_accessibility_alteration_is_estimated_with_rule_ceiling_and_documents(client: Client) -> None:
    assert "无障碍改造" in _text(client.get("/policies/", {"q": "无障碍改造"}))
    begin(client, "employer")
    for fact, value in {
        "disabled_posts": "2",
        "contract_in_force": "true",
        "spent": "60000",
        "approved_plan": "true",
    }.items():
        answer(client, fact, value)
    page = client.get("/policies/check/result/")
    [row] = [one for one in page.context["passed"] if one["policy"].id == "accessibility-subsidy"]
    assert dict(row["finding"].outputs) == {"上限": "10000元", "估算补贴": "10000元"}
    shown = _text(page)
    assert "《无障碍环境建设法》第二十条" in shown
    for words in ("估算补贴 10000元", "上限 10000元", *(one.name for one in row["policy"].materials)):
        assert words in shown


def test_an_employer_is_asked_about_the_quota(client: Client) -> None:
    begin(client, "employer")
    for fact, value in {"staff_average": "200", "disabled_staff": "1"}.items():
        answer(client, fact, value)
    shown = _text(client.get("/policies/check/result/"))
    assert "按比例安排残疾人" in shown


def test_answers_can_be_changed_not_known_or_wrong(client: Client) -> None:
    begin(client)
    wrong = client.post("/policies/check/ask/", {"fact": "birth_on", "birth_on": "2026-02-30", "go": "next"})
    assert wrong.status_code == 422
    assert "2026-02-30" in _text(wrong)
    assert "要填日期" in _text(wrong)
    empty = client.post("/policies/check/ask/", {"fact": "birth_on", "birth_on": "", "go": "next"})
    assert empty.status_code == 422
    answer(client, "birth_on", "1988-05-20")
    again = client.get("/policies/check/ask/", {"fact": "birth_on"})
    assert 'value="1988-05-20"' in _text(again)
    client.post("/policies/check/ask/", {"fact": "birth_on", "go": "unknown"})
    result = client.get("/policies/check/result/")
    assert [fact.id for fact in result.context["skipped"]] == ["birth_on"]
    assert result.context["answers"] == []


def test_a_sensitive_question_says_why_and_may_be_left(client: Client) -> None:
    begin(client)
    page = _text(client.get("/policies/check/ask/", {"fact": "disabled"}))
    assert "这一题可以不答" in page
    assert "残疾人自主就业创业扶持" in page
    assert "这一题可以不答" not in _text(client.get("/policies/check/ask/", {"fact": "birth_on"}))


def test_answers_are_in_the_session_only_sealed_and_go_when_told_to(client: Client) -> None:
    begin(client)
    answer(client, "disabled", "true")
    answer(client, "birth_on", "1988-05-20")
    stored = Session.objects.get().get_decoded()
    assert "1988" not in str(stored)
    assert "disabled" not in str(stored)
    assert not Verdict.objects.exists()
    client.post("/policies/check/clear/")
    assert policy_session.NAME not in Session.objects.get().get_decoded()
    assert client.get("/policies/check/result/")["Location"] == "/policies/check/"


def test_answers_are_forgotten_after_two_hours(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(client)
    later = policy_session.time.time() + timedelta(hours=2, minutes=1).total_seconds()
    monkeypatch.setattr(policy_session.time, "time", lambda: later)
    assert client.get("/policies/check/ask/")["Location"] == "/policies/check/"


def test_the_outcome_can_be_taken_away_as_pdf(client: Client) -> None:
    begin(client)
    for fact, value in FOUNDER.items():
        answer(client, fact, value)
    response = client.get("/policies/check/paper/")
    words = _words(response.content)
    assert response["Cache-Control"] == "no-store"
    for part in ("政策比对结果", "残疾人自主就业创业扶持", "不是批准", date.today().isoformat()):  # noqa: DTZ011
        assert part in words


def test_beginning_needs_both_choices(client: Client) -> None:
    refused = client.post("/policies/check/", {"audience": "person", "region": "zz"})
    assert refused.status_code == 422
    assert "请选择所在的省份" in _text(refused)


@pytest.mark.parametrize("address", ["/policies/", "/policies/flexible-insurance-subsidy/", "/policies/check/"])
def test_pages_cost_few_queries(client: Client, address: str, django_assert_max_num_queries: Any) -> None:
    factories.agency()
    with django_assert_max_num_queries(8):
        assert client.get(address).status_code == 200
