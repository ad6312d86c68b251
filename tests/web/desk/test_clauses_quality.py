"""Clauses on supervision, feedback, reviews and the staff, each carried out as its acceptance asks."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import factories, factories_clients
from tests import factories_casework as casework
from tests.web.desk.case_pages import signed_in
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies import learning
from zhiyin.domain.agencies.models import Staff, Training
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.casework import delivery
from zhiyin.domain.people import consents
from zhiyin.domain.people.models import Consent
from zhiyin.domain.quality import feedback, people, queries, reviews
from zhiyin.domain.quality.models import Commendation, FeedbackRequest, Finding, Review
from zhiyin.kernel.errors import NotReady, Refused

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
PARTS = ("qualification", "content", "process", "effect")


@pytest.fixture
def agency():
    return factories.agency()


@pytest.fixture
def head(agency):
    return factories.member(agency, Role.SECTION_HEAD, name="沈若兰")


@pytest.fixture
def other(agency):
    return factories.member(agency, Role.SUPERVISOR, name="罗一舟")


def page(member, route, *args):
    return signed_in(member).get(reverse(route, args=args)).content.decode()


def post(member, route, **values):
    return signed_in(member).post(reverse(route), values)


def card(html, title):
    """What stands between a card's title and the next heading of its level."""
    return html.split(f">{title}</h2>")[1].split("<h2")[0]


def review(agency, member, kind, title="检查"):
    sent = {"kind": kind, "title": title, "since": TODAY() - timedelta(days=30), "until": TODAY()}
    assert post(member, "desk:reviews", act="begin", **sent).status_code == 302
    return Review.objects.get(organisation=agency, title=title)


def find(member, found, responsible, **values):
    sent = {
        "review": found.pk,
        "part": "process",
        "clause": "接待流程",
        "result": "bad",
        "words": "接待后两天才登记",
        "evidence": "抽看十件",
        "action": "当天登记，下班前核对",
        "owner": responsible.pk,
        "due_on": TODAY() + timedelta(days=20),
    }
    return post(member, "desk:reviews", act="find", **{**sent, **values})


@pytest.mark.clause("XM-8.1.1-b")
def test_one_page_shows_late_cases_quality_scores_and_open_complaints_with_counts(agency, head, home):
    adviser = factories.member(agency)
    late = casework.case(adviser=adviser, person=factories.person(), opened=timezone.now() - timedelta(days=30))
    judged = casework.walk_to(casework.case(adviser=adviser, person=factories.person()), "ended")
    with acting(casework.client_of(judged), "投诉"):
        from zhiyin.domain.quality import complaints

        filed = complaints.file_complaint(judged, casework.COMPLAINT)
    html = page(head, "desk:supervision")
    assert late.number in card(html, "过期的个案")
    assert "1 件" in card(html, "过期的个案")
    assert "9.0" in card(html, "服务质量评分")
    assert "今年 1 份" in card(html, "服务质量评分")
    assert filed.number in card(html, "未办结的投诉")
    assert "1 件" in card(html, "未办结的投诉")
    assert signed_in(adviser).get(reverse("desk:supervision")).status_code == 403


@pytest.mark.clause("XM-8.1.1-c")
def test_a_process_review_shows_process_finding_change_and_date(agency, head):
    found = review(agency, head, "process", "接待流程审查")
    assert find(head, found, head).status_code == 302
    html = page(head, "desk:reviews")
    told = card(html, "发现")
    for words in ("接待流程", "接待后两天才登记", "当天登记，下班前核对", f"{TODAY():%Y-%m-%d}"):
        assert words in told


@pytest.mark.clause("XM-8.1.2-a", "XM-8.1.2-b")
def test_an_inspection_lists_clause_result_evidence_and_needs_all_four_parts(agency, head):
    found = review(agency, head, "inspection", "年度合规检查")
    assert find(head, found, head, evidence="").status_code == 422
    assert find(head, found, head, clause="XM-8.2-b", due_on="").status_code == 302
    bad = Finding.objects.get()
    assert bad.due_on == TODAY() + timedelta(days=30)  # the term of the norm's pack
    for part in PARTS[:2]:
        sent = {"part": part, "clause": "XM-5.2-a", "result": "good", "words": "人员都有证", "action": "", "owner": ""}
        assert find(head, found, head, **sent).status_code == 302
    short = post(head, "desk:reviews", act="finish", review=found.pk)
    assert short.status_code == 422
    assert "检查还缺这些方面：效果" in short.content.decode()
    assert (
        find(head, found, head, part="effect", clause="XM-8.3.1-b", result="good", words="达成率高").status_code == 302
    )
    assert post(head, "desk:reviews", act="finish", review=found.pk).status_code == 302
    told = card(page(head, "desk:reviews"), "发现")
    for words in ("XM-8.2-b", "XM-5.2-a", "符合／优点", "待整改", "抽看十件", str(bad.due_on)):
        assert words in told


@pytest.mark.clause("XM-8.3.3-1")
def test_every_shortcoming_of_a_summary_has_a_measure_with_owner_and_date(agency, head, other):
    found = review(agency, head, "summary", "半年评价总结")
    for lacking, field in (({"action": ""}, "改什么"), ({"owner": ""}, "负责人")):
        refused = find(head, found, other, **lacking)
        assert refused.status_code == 422
        assert field in refused.content.decode()
    assert find(head, found, other, result="good", words="态度评分高", action="", owner="").status_code == 302
    assert find(head, found, other).status_code == 302
    bad = Finding.objects.get(result="bad")
    assert (bad.action, bad.owner, bad.due_on) == ("当天登记，下班前核对", other, TODAY() + timedelta(days=20))
    told = card(page(head, "desk:reviews"), "发现")
    assert f"罗一舟，{bad.due_on}" in told
    assert "态度评分高" in told


@pytest.mark.clause("XM-8.3.3-3")
def test_a_rectification_closes_only_after_verification_and_overdue_ones_are_listed(agency, head, other):
    found = review(agency, head, "rectification", "三月投诉的整改")
    assert find(head, found, other).status_code == 302
    bad = Finding.objects.get()
    early = post(head, "desk:reviews", act="verify", finding=bad.pk, holds="yes", verification="看过")
    assert early.status_code == 422
    assert post(other, "desk:reviews", act="rectify", finding=bad.pk, done="改了排班").status_code == 302
    assert [row.finding for row in reviews.open_rectifications(factories.who(head))] == [bad]
    with acting(factories.who(other), "自己验证"), pytest.raises(Refused):
        reviews.verify(bad, True, "我看好了")
    back = post(head, "desk:reviews", act="verify", finding=bad.pk, holds="no", verification="还有两件没登记")
    assert back.status_code == 302
    (still,) = reviews.open_rectifications(factories.who(head), TODAY() + timedelta(days=25))
    assert (still.finding, still.late_days) == (bad, 5)
    with acting(SYSTEM, "期限过了"):
        from zhiyin.domain.audit.acting import record

        Finding.objects.update(due_on=TODAY() - timedelta(days=3))
        record("test.late", bad)
    assert "接待后两天才登记" in card(page(head, "desk:supervision"), "过期没有验证的整改")
    assert post(other, "desk:reviews", act="rectify", finding=bad.pk, done="补登完了").status_code == 302
    assert (
        post(head, "desk:reviews", act="verify", finding=bad.pk, holds="yes", verification="抽十件都对").status_code
        == 302
    )
    assert reviews.open_rectifications(factories.who(head)) == []


@pytest.mark.clause("SD-3-2")
def test_a_summary_draws_its_figures_from_records_and_rules_show_version_and_date(agency, head, home):
    adviser = factories.member(agency)
    casework.walk_to(casework.case(adviser=adviser, person=factories.person()), "ended")
    casework.case(adviser=adviser, person=factories.person())
    review(agency, head, "summary", "年度工作总结")
    told = card(page(head, "desk:reviews"), "期间数字")
    plain = told.replace("\n", "")
    for label, value in (("受理个案", "2 件"), ("结束个案", "1 件"), ("收到评价", "1 份"), ("平均总体评分", "9.0")):
        assert value in plain.split(label)[1].split("</tr>")[0]
    rules = plain.split("服务程序")[1].split("</tr>")[0]
    assert "第 1 版" in rules
    assert f"{TODAY():%Y-%m-%d} 有效" in rules


def judged(agency, *, overall=2, words="等了很久"):
    case = casework.walk_to(casework.case(adviser=factories.member(agency), person=factories.person()), "followup")
    return case, casework.answer_feedback(case, {"overall": overall, "comment": words})


@pytest.mark.clause("XM-8.2-a")
def test_a_client_rates_process_and_result_from_a_link(agency, home):
    case = casework.walk_to(casework.case(adviser=factories.member(agency)), "followup")
    with casework.working(case):
        _, token = feedback.request_feedback(case)
    sent = {"overall": "8", "respected": "5", "useful": "4"}
    answered = Client().post(reverse("feedback", args=[token]), sent)
    assert answered.status_code in {200, 302}
    kept = FeedbackRequest.objects.select_related("person").get(case=case).answers
    assert (kept["respected"], kept["useful"]) == (5, 4)  # how one was treated, and what came of it


@pytest.mark.clause("XM-8.2-b")
def test_overdue_feedback_is_listed_and_satisfaction_shows_by_month(agency, head, home):
    case, request = judged(agency)
    judged(agency, overall=8, words="")
    who = factories.who(head)
    assert queries.overdue_feedback(who) == []
    ((late, days),) = queries.overdue_feedback(who, TODAY() + timedelta(days=14))
    assert (late, days) == (request, 4)
    with acting(SYSTEM, "过了期限"):
        from zhiyin.domain.audit.acting import record

        FeedbackRequest.objects.filter(pk=request.pk).update(answered_at=timezone.now() - timedelta(days=45))
        record("test.late", request)
    html = page(head, "desk:quality")
    assert "1 份反馈过了处理期限" in html
    assert case.number in html.split("1 份反馈过了处理期限")[1].split("</ul>")[0]
    months = [f"{timezone.localtime(timezone.now() - timedelta(days=days)):%Y-%m}" for days in (45, 0)]
    assert queries.satisfaction_by_month(who) == [(months[0], 2.0, 1), (months[1], 8.0, 1)]
    trend = card(html, "满意度走势")
    assert all(month in trend for month in months)


@pytest.mark.clause("XM-8.2-c")
def test_the_rated_counsellor_reads_the_text_without_name(agency, head, home):
    case, request = judged(agency)
    name, number = case.person.name, case.number
    here = reverse("desk:feedback", args=[request.pk])
    rated = signed_in(case.adviser)
    listed = rated.get(reverse("desk:quality")).content.decode()
    told = rated.get(here).content.decode()
    assert here in listed
    assert "等了很久" in told
    assert all(word not in listed + told for word in (name, number, str(case.pk)))
    assert here not in rated.get(reverse("desk:case", args=[case.pk])).content.decode()
    revealed = signed_in(head).get(here).content.decode()
    assert name in revealed
    assert number in revealed
    front = signed_in(factories.member(agency, Role.FRONT_DESK))
    assert front.get(here).status_code in {403, 404}


@pytest.mark.clause("XM-7.6-b")
def test_an_improvement_lists_the_feedback_it_answers(agency, head, home):
    case, request = judged(agency)
    owner = factories.member(agency, Role.FRONT_DESK)
    with acting(factories.who(head), "改进"):
        made = feedback.plan_improvement(request, "迟到先打电话", owner, TODAY() + timedelta(days=9))
    html = page(head, "desk:improvement", made.pk)
    assert reverse("desk:feedback", args=[request.pk]) in html
    assert case.number in html


@pytest.mark.clause("XM-7.6-a")
def test_a_due_follow_up_is_a_task_and_the_history_of_status_shows(agency, home):
    case = casework.walk_to(casework.case(adviser=factories.member(agency)), "followup")
    front = page(case.adviser, "desk:todo")
    assert reverse("desk:case_followup", args=[case.pk, "day30"]) in front
    with casework.working(case):
        for name, status in (("day30", "training"), ("day90", "employed")):
            delivery.follow_up(case, name, {**casework.FOLLOW_UP, "status": status})
    assert reverse("desk:case_followup", args=[case.pk, "day30"]) not in page(case.adviser, "desk:todo")
    sessions = page(case.adviser, "desk:case_sessions", case.pk)
    history = sessions.split("各次回访的状态")[1]
    stored = case.records.filter(form="follow-up").order_by("submitted_at")
    assert [row.answers["status"] for row in stored] == ["training", "employed"]
    assert history.index("在培训") < history.index("在上班")


@pytest.mark.clause("XM-6.5-b-1")
def test_a_visit_without_consent_stores_nothing(agency, home):
    case = casework.walk_to(casework.case(adviser=factories.member(agency)), "delivery")
    consent = Consent.objects.get(person=case.person, purpose="file", organisation=agency)
    before = case.records.count()
    with casework.working(case):
        consents.withdraw_consent(consent, by="self", channel="paper")
    visit = {"happened_at": timezone.now(), "minutes": 60, "mode": "home", "place": "云桥路 8 号"}
    case.refresh_from_db()
    with casework.working(case), pytest.raises(NotReady):
        delivery.hold_session(case, casework.SESSION, **visit)
    assert case.records.count() == before
    assert not case.events.filter(kind="session.held").exists()
    factories_clients.consent(case.person, agency, "file")
    case.refresh_from_db()
    with casework.working(case):
        stored = delivery.hold_session(case, casework.SESSION, **{**visit, "happened_at": timezone.now()})
    assert stored.setting["place"] == "云桥路 8 号"


@pytest.mark.clause("XM-6.5-b-2")
def test_a_later_case_shows_earlier_visits_of_the_same_client(agency, home):
    first = casework.walk_to(casework.case(adviser=factories.member(agency)), "delivery")
    with casework.working(first):
        stored = delivery.hold_session(
            first, casework.SESSION, happened_at=timezone.now(), minutes=60, mode="home", place="云桥路 8 号"
        )
    later = casework.case(file=first.file, adviser=first.adviser)
    html = page(later.adviser, "desk:case_sessions", later.pk)
    earlier = html.split("以前的走访")[1]
    assert reverse("desk:record", args=[stored.pk]) in earlier
    assert first.number in earlier


# -- staff -------------------------------------------------------------------------------------------------------------


@pytest.mark.clause("SVC-3.2.4-a")
def test_a_yearly_plan_shows_sessions_by_field_and_marks_the_empty_one(agency, head):
    for field in ("culture", "culture", "growth"):
        sent = {"field": field, "title": f"{field} 讲座", "planned_on": TODAY(), "hours": "2"}
        assert post(head, "desk:trainings", act="plan", **sent).status_code == 302
    told = card(page(head, "desk:trainings"), "知识培训")
    lines = {label: told.split(label)[1].split("</tr>")[0] for label in ("社会文化", "个人成长", "组织管理")}
    assert ">2<" in lines["社会文化"]
    assert ">1<" in lines["个人成长"]
    assert [label for label, line in lines.items() if "今年还没有安排" in line] == ["组织管理"]


@pytest.mark.clause("SVC-3.2.4-b")
def test_each_trainees_result_is_kept_and_totals_show_by_field(agency, head, other):
    sent = {"field": "service", "title": "服务礼仪演练", "planned_on": TODAY(), "hours": "4"}
    assert post(head, "desk:trainings", act="plan", **sent).status_code == 302
    training = Training.objects.get()
    pupils = [Staff.objects.get(user=one.user) for one in (head, other)]
    early = {"training": training.pk, "staff": pupils[0].pk, "passed": "yes", "score": "88"}
    assert post(head, "desk:trainings", act="result", **early).status_code == 422
    assert post(head, "desk:trainings", act="hold", training=training.pk, held_on=TODAY()).status_code == 302
    for pupil, passed, score in zip(pupils, ("yes", "no"), ("88", "51"), strict=True):
        sent = {"training": training.pk, "staff": pupil.pk, "passed": passed, "score": score}
        assert post(head, "desk:trainings", act="result", **sent).status_code == 302
    html = page(head, "desk:trainings")
    assert "1／2" in card(html, "实操培训").split("服务管理")[1].split("</tr>")[0]
    assert "沈若兰合格 88 分" in html
    assert "罗一舟不合格 51 分" in html


@pytest.mark.clause("XM-6.6-a")
def test_a_cooperation_shows_partner_kind_content_and_dates_and_its_expiry_warns(agency, head):
    sent = {"kind": "school", "content": "校内讲座和实习", "signed_on": "2025-03-01"}
    for partner, ends in (("临江职业学院", TODAY() + timedelta(days=30)), ("云桥大学", TODAY() + timedelta(days=400))):
        assert post(head, "desk:cooperation", act="register", partner=partner, ends_on=ends, **sent).status_code == 302
    html = page(head, "desk:cooperation")
    line = card(html, "合作协议").split("临江职业学院")[1].split("</tr>")[0]
    for words in ("高校、职业学校", "校内讲座和实习", "2025-03-01", str(TODAY() + timedelta(days=30)), "快到期"):
        assert words in line
    warned = html.split("1 份协议到期或快到期")[1].split("</ul>")[0]
    assert "临江职业学院：还有 30 天到期" in warned
    assert "云桥大学" not in warned


@pytest.mark.clause("SD-1-3")
def test_the_counts_of_staff_equal_the_register(agency, head, other):
    adviser = factories.member(agency)
    factories.member(factories.agency())
    part = Staff.objects.get(user=adviser.user)
    edit = reverse("desk:staff_edit", args=[part.pk])
    sent = {"kind": part.kind, "employment": "part", "education": "bachelor", "education_proof": "备案表", "level": "3"}
    assert signed_in(head).post(edit, {**sent, "caseload_limit": "50"}).status_code == 302
    built = learning.structure(factories.who(head))
    register = Staff.objects.filter(organisation=agency)
    assert built.total == register.count() == 3
    assert dict(built.employment) == {"专职": 2, "兼职": 1}
    assert sum(count for _, count in built.kinds) == sum(count for _, count in built.levels) == built.total
    casework.case(adviser=adviser)
    told = card(page(head, "desk:cooperation"), "队伍结构")
    assert ">3<" in told.split("在职人员")[1].split("</tr>")[0]
    assert ">1<" in told.split("兼职")[1].split("</tr>")[0]


@pytest.mark.clause("SD-2-21")
def test_three_sides_judge_with_counts_and_a_missing_one_is_stated(agency, head):
    staff = Staff.objects.get(user=factories.member(agency, name="顾言").user)
    for source, score in (("peer", "90"), ("peer", "80"), ("society", "70")):
        sent = {"staff": staff.pk, "source": source, "score": score, "rated_on": TODAY()}
        assert post(head, "desk:commendations", act="rate", **sent).status_code == 302
    found = people.evaluation(staff, date(TODAY().year, 1, 1), TODAY())
    assert [(side.label, side.count, side.weight) for side in found.sides] == [
        ("同行", 2, 40),
        ("学生", 0, 30),
        ("社会", 1, 30),
    ]
    assert found.missing == ("学生",)
    assert found.total == round((40 * 85 + 30 * 70) / 70, 1)
    line = card(page(head, "desk:commendations"), "三方评价").split("顾言")[1].split("</tr>")[0]
    assert "85.0（2 份，占 40%）" in line
    assert "没有评价" in line
    assert "70.0（1 份，占 30%）" in line


@pytest.mark.clause("SD-2-20")
def test_a_commendation_shows_evidence_reviewers_publicity_and_result(agency, head):
    sent = {"kind": "person", "nominee": "顾言", "evidence": "三年帮助二百人就业，有台账"}
    assert post(head, "desk:commendations", act="nominate", **sent).status_code == 302
    found = Commendation.objects.get()
    with acting(factories.who(head), "抢先"), pytest.raises(NotReady):
        people.decide(found, outcome="commended", words="好")
    sent = {"nominee": found.pk, "reviewers": "罗一舟、沈若兰", "opinion": "属实", "shown_from": TODAY()}
    short = post(head, "desk:commendations", act="review", shown_until=TODAY(), **sent)
    assert short.status_code == 422
    until = TODAY() + timedelta(days=6)
    assert post(head, "desk:commendations", act="review", shown_until=until, **sent).status_code == 302
    with acting(factories.who(head), "决定"):
        with pytest.raises(NotReady):
            people.decide(found, outcome="commended", words="没有异议")
        people.decide(found, outcome="commended", words="公示没有异议", on=until + timedelta(days=1))
    line = card(page(head, "desk:commendations"), "表扬").split("顾言")[1].split("</tr>")[0]
    for words in ("有台账", "罗一舟、沈若兰", f"{TODAY()} 至 {until}", "通报表扬：公示没有异议"):
        assert words in line


@pytest.mark.clause("XM-4.1-c")
def test_an_anonymous_visitor_sees_conditions_steps_and_time_limits_of_each_service():
    html = Client().get(reverse("services")).content.decode()
    for kind in ("求职指导", "就业与适应指导", "创业指导", "职业测评", "职业生涯规划", "职业心理咨询"):
        told = html.split(f">{kind}<")[1].split("</article>")[0].split("</section>")[0]
        assert "谁可以来" in told
        assert "需求调查" in told
        assert "最多 3 个工作日" in told
