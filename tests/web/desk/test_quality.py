from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories, factories_casework
from tests.web.desk.case_pages import signed_in
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.quality import complaints
from zhiyin.domain.quality.models import Complaint, FeedbackRequest, Improvement

pytestmark = pytest.mark.django_db
FILED = {
    "kind": "attitude",
    "what_happened": "约好十点，等到十一点没有人来",
    "wanted": "换一位指导师",
    "contact_wish": "phone",
    "contact": "13812345512",
    "keep_name": "show",
}
LOW = {"overall": 1, "comment": "等了一个小时"}


def act(desk, complaint, name, **values):
    return desk.post(reverse("desk:complaint_act", args=[complaint.pk, name]), values)


@pytest.fixture
def case(home):
    return factories_casework.case()


@pytest.fixture
def head(case):
    return factories.member(case.organisation, Role.SECTION_HEAD, name="沈若兰")


def filed(case, **values):
    with acting(factories_casework.client_of(case), "投诉"):
        return complaints.file_complaint(case, {**FILED, **values})


def judged(case):
    """A closed case whose client gave words that call for handling."""
    factories_casework.walk_to(case, "followup")
    return factories_casework.answer_feedback(case, {**factories_casework.FEEDBACK, **LOW})


def test_a_feedback_stays_in_the_list_until_its_result_is_written(case, head):
    request = judged(case)
    desk = signed_in(head)
    page = reverse("desk:feedback", args=[request.pk])
    listed = desk.get("/desk/quality/").content.decode()
    assert page in listed
    empty = desk.post(reverse("desk:feedback_handle", args=[request.pk]), {"words": " "})
    assert empty.status_code == 422
    assert "请写明怎么处理的" in empty.content.decode()
    done = desk.post(reverse("desk:feedback_handle", args=[request.pk]), {"words": "当面道歉并改了约定"}, follow=True)
    assert "当面道歉并改了约定" in done.content.decode()
    assert page not in desk.get("/desk/quality/").content.decode()


def test_an_improvement_shows_its_feedback_and_is_verified_by_another(case, head):
    request = judged(case)
    owner = factories.member(case.organisation, Role.FRONT_DESK, name="周野")
    desk = signed_in(head)
    plan = reverse("desk:improvement_new", args=[request.pk])
    refused = desk.post(plan, {"action": "迟到先打电话", "owner": "", "due_on": "后天"})
    assert refused.status_code == 422
    html = refused.content.decode()
    assert "迟到先打电话" in html
    assert "请选择负责人" in html or "请按" in html
    due = timezone.localdate() + timedelta(days=20)
    assert desk.post(plan, {"action": "迟到先打电话", "owner": owner.pk, "due_on": due}).status_code == 302
    made = Improvement.objects.get()
    page = reverse("desk:improvement", args=[made.pk])
    assert case.number in desk.get(page).content.decode()
    front = signed_in(owner)
    assert front.post(reverse("desk:improvement_finish", args=[made.pk]), {"result": ""}).status_code == 422
    front.post(reverse("desk:improvement_finish", args=[made.pk]), {"result": "已写进接待须知"})
    assert signed_in(factories.member(case.organisation)).get(page).status_code == 404
    verify = reverse("desk:improvement_verify", args=[made.pk])
    assert desk.post(verify, {"verification": "本月没有再迟到"}).status_code == 422
    desk.post(verify, {"effective": "yes", "verification": "本月没有再迟到"})
    html = desk.get(reverse("desk:improvements")).content.decode()
    assert "已验证，有效" in html
    assert case.number in html


def test_a_complaint_walks_through_its_stages_and_none_is_skipped(case, head):
    complaint = filed(case)
    desk = signed_in(head)
    html = desk.get(reverse("desk:complaint", args=[complaint.pk])).content.decode()
    assert "下一步：告知受理" in html
    assert "等到十一点" in html
    skipped = act(desk, complaint, "answer", words="已经换人")
    assert skipped.status_code == 422
    assert act(desk, complaint, "acknowledge", words="电话告知").status_code == 302
    empty = act(desk, complaint, "investigate", words="")
    assert empty.status_code == 422
    assert "请写明问了谁" in empty.content.decode()
    act(desk, complaint, "investigate", words="问了当天值班的人")
    act(desk, complaint, "answer", words="换一位指导师，并当面致歉")
    early = act(desk, complaint, "close")
    assert early.status_code == 422
    wrong = act(desk, complaint, "response", obtained="unreachable", attempts="")
    assert wrong.status_code == 422
    act(desk, complaint, "response", obtained="given", satisfied="4", appeal="accept", opinion="可以")
    assert act(desk, complaint, "close").status_code == 302
    complaint.refresh_from_db()
    assert complaint.state == "closed"
    html = desk.get(reverse("desk:complaint", args=[complaint.pk])).content.decode()
    assert "换一位指导师，并当面致歉" in html
    assert "<form" not in html[html.index("办理经过") :]
    assert complaint.number not in desk.get(reverse("desk:complaints")).content.decode()
    assert complaint.number in desk.get(reverse("desk:complaints") + "?show=all").content.decode()


def test_a_wrong_time_keeps_what_was_typed(case, head):
    complaint = filed(case)
    page = act(signed_in(head), complaint, "acknowledge", words="电话告知本人", happened_at="昨天")
    assert page.status_code == 422
    html = page.content.decode()
    assert "电话告知本人" in html
    assert 'value="昨天"' in html


def test_an_appeal_goes_to_somebody_else(case, head):
    complaint = filed(case)
    desk = signed_in(head)
    supervisor = factories_casework.supervisor_of(case)
    for step, words in (("acknowledge", ""), ("investigate", "问了"), ("answer", "不换人")):
        act(desk, complaint, step, words=words)
    assert act(desk, complaint, "appeal", words="").status_code == 422
    act(desk, complaint, "appeal", words="请别人再看一次")
    assert "原答复" in act(desk, complaint, "acknowledge").content.decode()
    assert act(desk, complaint, "assign", handler="").status_code == 422
    act(desk, complaint, "assign", handler=supervisor.pk)
    complaint.refresh_from_db()
    assert complaint.handler_id == supervisor.pk
    assert "现在由" in desk.get(reverse("desk:complaint", args=[complaint.pk])).content.decode()


def test_a_hidden_name_stays_hidden_in_the_list_and_from_those_involved(case, head):
    complaint = filed(case, keep_name="hide")
    html = signed_in(head).get(reverse("desk:complaints")).content.decode()
    assert complaint.number in html
    assert case.person.name not in html
    adviser = signed_in(case.adviser)
    assert complaint.number not in adviser.get(reverse("desk:complaints")).content.decode()
    assert adviser.get(reverse("desk:complaint", args=[complaint.pk])).status_code == 404


def test_a_complaint_is_taken_down_for_the_client(case, head):
    desk = signed_in(case.adviser)
    url = reverse("desk:complaint_new") + f"?case={case.pk}"
    refused = desk.post(url, {**FILED, "wanted": ""})
    assert refused.status_code == 422
    assert "等到十一点" in refused.content.decode()
    assert desk.post(url, FILED, follow=True).status_code == 200
    assert Complaint.objects.get().case_id == case.pk
    assert desk.get(reverse("desk:complaint_new")).status_code == 404
    assert case.number in desk.get(reverse("desk:complaint_new"), {"number": case.number}, follow=True).content.decode()
    unknown = desk.get(reverse("desk:complaint_new"), {"number": "X-1"}, follow=True).content.decode()
    assert "没有找到个案“X-1”" in unknown


def test_only_the_own_agency_and_the_right_roles(case, head):
    request = judged(case)
    complaint = filed(case)
    stranger = signed_in(factories.member(factories.agency(), Role.SECTION_HEAD))
    assert stranger.get(reverse("desk:complaint", args=[complaint.pk])).status_code == 404
    assert act(stranger, complaint, "acknowledge").status_code == 404
    assert stranger.get(reverse("desk:feedback", args=[request.pk])).status_code == 404
    front = signed_in(factories.member(case.organisation, Role.FRONT_DESK))
    assert front.get("/desk/quality/").status_code == 403
    adviser = signed_in(case.adviser)
    assert adviser.get("/desk/quality/").status_code == 200
    assert act(adviser, complaint, "acknowledge").status_code == 403


@pytest.mark.clause("SVC-6.1-1")
def test_closing_asks_for_feedback_and_the_rate_is_shown_per_counsellor(case, head):
    closed = factories_casework.walk_to(case, "followup")
    assert FeedbackRequest.objects.filter(case=closed).count() == 1
    html = signed_in(head).get("/desk/quality/").content.decode()
    row = html[html.index('id="rates"') :]
    assert case.adviser.user.name in row
    assert "0%" in row
    factories_casework.walk_to(closed, "ended")
    assert "100%" in signed_in(head).get("/desk/quality/").content.decode()


def test_the_lists_ask_as_often_for_thirty_as_for_three(case, head, django_assert_max_num_queries):
    desk = signed_in(head)
    desk.get(reverse("desk:complaints"))
    counts = []
    for count in (3, 27):
        for _ in range(count):
            filed(case)
        with django_assert_max_num_queries(20) as asked:
            desk.get(reverse("desk:complaints"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
    with django_assert_max_num_queries(20):
        desk.get(reverse("desk:complaint", args=[Complaint.objects.first().pk]))
