"""Clauses of the service standard and the cross-strait norm around a case, each carried out as its acceptance asks."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories
from tests import factories_casework as casework
from tests.web.desk.case_pages import posted, signed_in
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies import commands as agencies
from zhiyin.domain.agencies.models import Staff
from zhiyin.domain.audit.acting import SYSTEM, acting, record
from zhiyin.domain.casework import delivery, intake, plan
from zhiyin.domain.casework.models import Case
from zhiyin.domain.clients import commands as clients
from zhiyin.domain.clients.models import Skill
from zhiyin.domain.planning import reviews
from zhiyin.domain.planning.offer import inputs, phases

pytestmark = pytest.mark.django_db
FULL = {
    **casework.ENVIRONMENT,
    "analysed_on": "2026-03-02",
    "parts": ["family", "work", "market", "policy"],
    "family_date": "2026-03-01",
    "work_post": "药店店员",
    "work_conditions": "两班倒，站着干",
    "work_satisfaction": "2",
    "work_effect": "不再找要上夜班的",
    "work_source": "本人讲述",
    "work_date": "2026-03-01",
    "market_figures": [
        {
            "figure": "养老护理员在招 126 人",
            "region": "990101",
            "date": "2026-02-28",
            "source": "临江市人力资源市场二月简报",
        }
    ],
    "market_finding": "护理缺人",
    "market_effect": "先学照护",
    "policies": [
        {
            "name": "技能提升补贴",
            "valid_from": "2025-01-01",
            "valid_to": "2026-12-31",
            "trend": "年底到期",
            "source": "市局通知",
        }
    ],
    "policy_effect": "十二月以前考证",
    "conclusion": "家里支持，本地缺人。",
}


def page(member, route, *args):
    return signed_in(member).get(reverse(route, args=args)).content.decode()


@pytest.mark.clause("SVC-2.2")
def test_ability_has_three_sections_and_an_empty_one_shows_as_missing():
    case = casework.case()
    with casework.working(case):
        for kind, name in ((Skill.Kind.KNOWLEDGE, "常见病用药"), (Skill.Kind.SKILL, "配药")):
            clients.add_entry(case.file, "skill", kind=kind, name=name)
    html = page(case.adviser, "desk:file_tab", case.file_id, "abilities")
    sections = {title: html.split(f"<h2>{title}</h2>")[1].split("</section>")[0] for title in ("知识", "技能", "经验")}
    assert "常见病用药" in sections["知识"]
    assert "配药" in sections["技能"]
    assert "还没有登记" in sections["经验"]
    assert "还没有登记" not in sections["知识"] + sections["技能"]


@pytest.mark.clause("SVC-2.5")
def test_finishing_a_goal_prompts_the_next_and_the_sequence_shows(home):
    case = casework.walk_to(casework.case(), "delivery")
    assert "接着定下一个" not in page(case.adviser, "desk:case_plan", case.pk)
    with casework.working(case):
        plan.judge_goal(case.goals.get(), "reached")
    assert "接着定下一个" in page(case.adviser, "desk:case_plan", case.pk)
    with casework.working(case):
        plan.reopen_plan(case, "第一步做到了，定下一步")
        plan.set_goal(case, title="考下初级证", measure="拿到证书", due_on=timezone.localdate(), basis="上一目标")
    html = page(case.adviser, "desk:case_plan", case.pk)
    assert html.index("目标 1　定下一个学习方向") < html.index("目标 2　考下初级证")
    assert "接着定下一个" not in html


@pytest.mark.clause("SVC-2.6")
def test_a_plan_whose_goal_cites_nothing_is_reported(home):
    case = casework.walk_to(casework.case(), "plan")
    with casework.working(case):
        plan.set_goal(case, title="换个城市试试", measure="去看过", due_on=timezone.localdate())
        for goal in case.goals.all():
            plan.set_activity(
                case, goal=goal, kind="visit", title=f"看半天 {goal.title}", who="client", due_on=timezone.localdate()
            )
    html = page(case.adviser, "desk:case_plan", case.pk)
    reported = html.split("个目标没有写依据")[1].split("</ul>")[0]
    assert "换个城市试试" in reported
    assert "定下一个学习方向" not in reported  # it cites the needs survey, and its activity names it
    assert "看半天 定下一个学习方向" in html


@pytest.mark.clause("SVC-3.5.1")
def test_from_a_client_one_reaches_provider_scheme_and_feedback(home):
    case = casework.walk_to(casework.case(), "ended")
    desk = signed_in(case.adviser)
    cases = desk.get(reverse("desk:file_tab", args=[case.file_id, "cases"])).content.decode()
    front = reverse("desk:case", args=[case.pk])
    assert front in cases
    frame = desk.get(front).content.decode()
    assert reverse("desk:case_plan", args=[case.pk]) in frame
    assert plan.plan_of(case).number in desk.get(reverse("desk:case_plan", args=[case.pk])).content.decode()
    records = desk.get(reverse("desk:case_records", args=[case.pk])).content.decode()
    stored = case.records.get(form="session-record")
    assert reverse("desk:record", args=[stored.pk]) in records
    provider = desk.get(reverse("desk:record", args=[stored.pk])).content.decode()
    assert case.organisation.name in provider
    assert case.adviser.user.name in provider
    judge = signed_in(factories.member(case.organisation, Role.SUPERVISOR))
    reached = reverse("desk:feedback", args=[case.feedback_requests.get().pk])
    assert reached in judge.get(front).content.decode()
    assert "总的来说，你对这次服务满意吗" in judge.get(reached).content.decode()


@pytest.mark.clause("SVC-3.5.1-a")
def test_a_record_keeps_body_and_staff_as_they_were_that_day(home):
    case = casework.walk_to(casework.case(), "delivery")
    with casework.working(case):
        stored = delivery.hold_session(case, casework.SESSION, happened_at=timezone.now(), minutes=50, mode="face")
    with acting(SYSTEM, "后来晋级"):
        agencies.change_staff(Staff.objects.get(user=case.adviser.user), level=1)
    html = page(case.adviser, "desk:record", stored.pk)
    told = html.split("服务方（当天的情况）")[1].split("</section>")[0]
    assert case.organisation.name in told
    assert case.organisation.phone in told
    assert case.adviser.user.name in told
    assert "三级" in told
    assert "一级" not in told


@pytest.mark.clause("SVC-4.1.1-a")
def test_saving_without_a_basic_field_is_refused_and_the_field_named():
    adviser = factories.member(factories.agency())
    from zhiyin.domain.people.models import Person

    desk = signed_in(adviser)
    answered = desk.post(
        reverse("desk:client_new"),
        {"name": "", "kind": "resident_id", "number": factories.resident_id(), "birth_date": "1985-05-20", "sex": "2"},
    )
    assert answered.status_code == 422
    html = answered.content.decode()
    assert 'href="#f-name"' in html
    assert "姓名" in html.split('href="#f-name"')[1][:80]
    assert not Person.objects.exists()


@pytest.mark.clause("SVC-4.1.1-c")
def test_the_ranking_of_values_is_stored_with_its_day_and_can_be_repeated():
    case = casework.walk_to(casework.case(), "needs")
    order = ("helping", "security", "comfort")
    first = {**casework.NEEDS, **dict(zip(("value_first", "value_second", "value_third"), order, strict=True))}
    again = {**first, "value_first": "comfort", "value_third": "helping"}
    with casework.working(case):
        old = intake.submit_form(case, "needs-survey", first, happened_at=timezone.now())
        new = intake.correct_form(old, again, "想过一个月，重新排了一遍")
    old.refresh_from_db()
    kept = [(r.answers["value_first"], r.answers["value_third"]) for r in (old, new)]
    assert kept == [("helping", "comfort"), ("comfort", "helping")]
    for stored in (old, new):
        html = page(case.adviser, "desk:record", stored.pk)
        assert "第二看重" in html
        assert timezone.localdate(stored.submitted_at).isoformat() in html


def analysed(case):
    """The case at its plan, with the whole environment analysed."""
    casework.walk_to(case, "agreement")
    with casework.working(case):
        intake.submit_form(case, "environment-analysis", FULL)
    return case


@pytest.mark.clause("SVC-4.2.1-a", "SVC-4.2.1-b")
def test_the_plan_cites_family_and_work_environment(home):
    case = analysed(casework.case())
    stored = case.records.get(form="environment-analysis")
    record = page(case.adviser, "desk:record", stored.pk)
    casework.walk_to(case, "delivery")
    written = page(case.adviser, "desk:case_plan", case.pk).split("方案全文")[1]
    for words in ("爱人支持再学半年", "下午要接孩子", "药店店员", "两班倒，站着干"):
        assert words in record
        assert words in written
    assert "本人满意程度 2／5" in written
    assert "课要排在上午" in written
    assert "不再找要上夜班的" in written


@pytest.mark.clause("SVC-4.2.1-c")
def test_inserted_figures_carry_region_day_and_source(home):
    case = casework.walk_to(casework.case(), "agreement")
    desk = signed_in(case.adviser)
    form = reverse("desk:case_form", args=[case.pk, "environment-analysis"])
    for column in ("region", "date", "source"):
        rows = [{**FULL["market_figures"][0], column: ""}]
        assert desk.post(form, posted({**FULL, "market_figures": rows})).status_code == 422
    assert desk.post(form, posted(FULL)).status_code == 302
    html = page(case.adviser, "desk:record", case.records.get(form="environment-analysis").pk)
    for words in ("养老护理员在招 126 人", "990101", "2026 年 2 月 28 日", "临江市人力资源市场二月简报"):
        assert words in html


@pytest.mark.clause("SVC-4.2.1-d")
def test_only_policies_in_force_on_the_day_of_analysis_can_be_cited():
    case = casework.walk_to(casework.case(), "agreement")
    desk = signed_in(case.adviser)
    form = reverse("desk:case_form", args=[case.pk, "environment-analysis"])
    for dates in ({"valid_to": "2026-03-01"}, {"valid_from": "2026-03-03"}):
        refused = desk.post(form, posted({**FULL, "policies": [{**FULL["policies"][0], **dates}]}))
        assert refused.status_code == 422
        assert "不能当现行政策引用" in refused.content.decode()
    assert not case.records.filter(submitted_at__isnull=False, form="environment-analysis").exists()
    last_day = [{**FULL["policies"][0], "valid_to": "2026-03-02"}]
    assert desk.post(form, posted({**FULL, "policies": last_day})).status_code == 302


@pytest.mark.clause("XM-3.1")
def test_each_case_carries_one_of_four_kinds_and_they_are_counted():
    agency = factories.agency()
    adviser, head = factories.member(agency), factories.member(agency, Role.SECTION_HEAD)
    kinds = ("planning", "job-search", "start-up", "employment", "planning")
    made = [casework.case(adviser=adviser, person=factories.person(), service_kind=kind) for kind in kinds]
    with casework.working(made[4]):
        intake.submit_form(made[4], "intake", {**casework.INTAKE, "guidance": "conversion"})
    stored = list(Case.objects.filter(organisation=agency).order_by("number").values_list("guidance", flat=True))
    assert stored == ["planning", "choice", "conversion", "development", "conversion"]
    card = page(head, "desk:head").split("指导种类")[1].split("每月受理")[0]
    told = [part.split("<")[0].strip() for part in card.replace("<dd>", "<dd").split("<dd")[1:]]
    assert [words.lstrip(">") for words in told] == ["1 件", "1 件", "2 件", "1 件"]


@pytest.mark.clause("XM-4.2-a")
def test_an_offer_cites_four_inputs_and_states_what_is_missing(home):
    case = casework.walk_to(casework.case(), "plan")
    told = {item.id: item.text for item in inputs(case)}
    assert told == {"personality": "", "strengths": "", "interests": "", "goals": "定下一个学习方向"}
    assert "还缺：个性、优势、兴趣" in page(case.adviser, "desk:case_review", case.pk)
    casework.walk_to(case, "delivery")
    from tests import factories_assessment as assessment

    with casework.working(case):
        clients.add_entry(case.file, "skill", kind="skill", name="配药")
        delivery.hold_session(case, casework.SESSION, happened_at=timezone.now(), minutes=50, mode="face")
    assessment.result(case.file, case_id=case.pk)
    html = page(case.adviser, "desk:case_review", case.pk)
    assert "还缺" not in html
    for item in inputs(case):
        assert item.text
        assert item.source in html


@pytest.mark.clause("XM-4.4-b")
def test_the_timeline_shows_five_phases_and_lists_the_unserved(home):
    case = casework.walk_to(casework.case(), "delivery")
    assert [(phase.label, phase.since is not None) for phase in phases(case)] == [
        ("探索", True),
        ("规划", True),
        ("培训", False),
        ("推荐", False),
        ("适应", False),
    ]
    with casework.working(case):
        goal = case.goals.get()
        extra = plan.add_unplanned(
            case,
            title="参加初级班",
            kind="training",
            who="client",
            due_on=timezone.localdate(),
            reason="开班了",
            goal=goal,
        )
        plan.finish_activity(extra, "学完了")
    card = page(case.adviser, "desk:case_history", case.pk).split("五个阶段")[1].split("</ul>")[0]
    assert card.count("已服务") == 3
    assert [part.split("</b>")[0] for part in card.split("还没有")[1:]] != []
    assert [words.split("<b>")[1].split("</b>")[0] for words in card.split("还没有")[1:]] == ["推荐", "适应"]


@pytest.mark.clause("XM-4.4-c")
def test_a_missed_evaluation_is_a_task_and_the_adjusted_plan_cites_its_evaluation(home):
    case = casework.walk_to(casework.case(), "delivery")
    adviser = case.adviser
    assert reviews.due_reviews(factories.who(adviser)) == []
    late = timezone.localdate() + timedelta(days=200)
    (due,) = reviews.due_reviews(factories.who(adviser), late)
    assert (due.case, due.late_days > 0) == (case, True)
    agreed = case.events.get(kind="plan.agreed").happened_at
    with acting(SYSTEM, "口令不过期"):
        adviser.user.password_changed_at = agreed + timedelta(days=199)
        adviser.user.save()
        record("test.password", adviser.user)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: agreed + timedelta(days=200))
        front = page(adviser, "desk:home")
    assert "该评估方案了" in front
    assert reverse("desk:case_review", args=[case.pk]) in front

    desk = signed_in(adviser)
    here = reverse("desk:case_review", args=[case.pk])
    assert desk.post(here, {"finding": " "}).status_code == 422
    assert desk.post(here, {"finding": "学得比想的快，可以提前考证"}).status_code == 302
    (review,) = reviews.reviews_of(case)
    adjust = reverse("desk:case_review_adjust", args=[case.pk])
    assert desk.post(adjust, {"review": review.pk, "reason": "提前考证"}).status_code == 302
    review.refresh_from_db()
    assert review.adjusted == plan.plan_of(case)
    versions = page(adviser, "desk:case_plan", case.pk).split("方案的各版")[1]
    assert f"提前考证（依据 {review.reviewed_on:%Y-%m-%d} 的方案评估）" in versions


@pytest.mark.clause("XM-7.6-c")
def test_the_plan_shows_its_done_share_and_keeps_reason_and_earlier_version(home):
    case = casework.walk_to(casework.case(), "plan")
    with casework.working(case):
        casework.make_plan(case)
        plan.set_activity(
            case,
            goal=case.goals.get(),
            kind="self-task",
            title="打三个电话",
            who="client",
            due_on=timezone.localdate(),
        )
        plan.draft_plan(case)
        first = plan.agree_plan(case)
        plan.finish_activity(case.activities.get(title="打三个电话"), "打了")
    assert "50%（1／2）" in page(case.adviser, "desk:case_plan", case.pk)
    answered = signed_in(case.adviser).post(
        reverse("desk:plan_adjust", args=[case.pk]), {"reason": "养老院改了开放日"}, follow=True
    )
    versions = answered.content.decode().split("方案的各版")[1]
    assert first.number in versions
    assert "因为：养老院改了开放日" in versions
    assert first.number in page(case.adviser, "desk:case_papers", case.pk)


@pytest.mark.clause("XM-6.1-a")
def test_a_session_stores_need_situation_staff_place_and_time(home):
    case = casework.walk_to(casework.case(), "delivery")
    desk = signed_in(case.adviser)
    sent = {**posted(casework.SESSION), "minutes": "55", "mode": "face"}
    assert desk.post(reverse("desk:session_new", args=[case.pk]), {**sent, "place": "二楼洽谈室"}).status_code == 302
    stored = case.records.get(form="session-record")
    assert "二楼洽谈室".encode() not in bytes(stored.setting_sealed)
    html = page(case.adviser, "desk:record", stored.pk)
    told = (casework.SESSION["topic"], casework.SESSION["facts"], case.adviser.user.name, "二楼洽谈室", "55 分钟")
    assert all(words in html for words in told)
    assert f"{timezone.localtime(stored.happened_at):%Y-%m-%d %H:%M}" in html


@pytest.mark.clause("SD-2-12")
def test_a_case_served_online_and_offline_shows_both_in_order(home):
    case = casework.walk_to(casework.case(), "delivery")
    with casework.working(case):
        for mode in ("face", "video"):
            delivery.hold_session(case, casework.SESSION, happened_at=timezone.now(), minutes=20, mode=mode)
    html = page(case.adviser, "desk:case_sessions", case.pk)
    assert html.index("视频，20 分钟") < html.index("面谈，20 分钟")  # the newest on top
    assert case.records.filter(form="session-record").count() == 2
