"""A case from opening to the last follow-up by its pages alone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories, factories_casework, factories_clients
from tests.web.desk.case_pages import posted, signed_in
from zhiyin.domain.casework import agreement, plan
from zhiyin.domain.casework.models import Activity, Case

pytestmark = pytest.mark.django_db


def url(name: str, case: Case, *more: object) -> str:
    return reverse(f"desk:{name}", args=[case.pk, *more])


def test_a_case_is_walked_through_its_pages(home):
    adviser = factories.member(factories.agency())
    file = factories_clients.client_file(None, adviser.organisation, adviser)
    desk = signed_in(adviser)

    # opened
    page = desk.get(reverse("desk:case_new"), {"file": str(file.pk)})
    assert page.status_code == 200
    reply = desk.post(
        f"{reverse('desk:case_new')}?file={file.pk}", {"service_kind": "planning", "adviser": str(adviser.pk)}
    )
    case = Case.objects.get()
    assert reply.url == url("case", case)
    assert "填接待登记" in desk.get(reply.url).content.decode()

    # intake and survey
    assert desk.get(url("case_form", case, "intake")).status_code == 200
    reply = desk.post(url("case_form", case, "intake"), posted(factories_casework.INTAKE))
    assert reply.status_code == 302, reply.content.decode()
    reply = desk.post(url("case_form", case, "needs-survey"), posted(factories_casework.NEEDS))
    assert reply.status_code == 302
    assert case.needs.count() == 1

    # agreement
    assert "拟协议" in desk.get(url("case_agreement", case)).content.decode()
    desk.post(url("agreement_draft", case))
    document = agreement.agreement_of(case)
    assert document is not None
    page = desk.get(url("case_agreement", case))
    assert page.status_code == 200
    reply = desk.post(url("agreement_offer", case))
    assert reply.status_code == 302
    assert desk.get(url("agreement_sign", case, "client")).status_code == 200
    for role, name in (("client", case.person.name), ("agency", adviser.user.name)):
        reply = desk.post(
            url("agreement_sign", case, role),
            {"signature_typed": name, "signature_confirm": "1", "signature_image": ""},
        )
        assert reply.status_code == 302, reply.content.decode()
    document.refresh_from_db()
    assert document.number
    assert "协议已生效" in desk.get(url("case_agreement", case)).content.decode()

    # plan
    need = case.needs.get()
    assert desk.get(url("activity_new", case)).status_code == 200
    due = (timezone.localdate() + timedelta(days=14)).isoformat()
    reply = desk.post(
        url("activity_new", case),
        {
            "title": "到养老院看半天",
            "kind": "visit",
            "goal": str(case.goals.get().pk),
            "need": str(need.pk),
            "who": "both",
            "mode": "face",
            "due_on": due,
            "criterion": "看过",
        },
    )
    assert reply.status_code == 302, reply.content.decode()
    desk.post(url("plan_write", case))
    page = desk.get(url("case_plan", case)).content.decode()
    assert "本人同意，商定" in page
    desk.post(url("plan_agree", case))
    paper = plan.plan_of(case)
    assert paper is not None
    assert paper.number
    for fmt, media in (("pdf", "application/pdf"), ("docx", "application/vnd.openxml"), ("html", "text/html")):
        reply = desk.get(reverse("desk:document", args=[paper.pk, fmt]))
        assert reply.headers["Content-Type"].startswith(media)

    # carried out
    assert desk.get(url("session_new", case)).status_code == 200
    reply = desk.post(
        url("session_new", case), {**posted(factories_casework.SESSION), "minutes": "50", "mode": "face", "place": ""}
    )
    assert reply.status_code == 302, reply.content.decode()
    activity = case.activities.get()
    assert desk.get(url("activity_done", case, activity.pk)).status_code == 200
    reply = desk.post(url("activity_done", case, activity.pk), {"outcome": "done", "result": "看过了，愿意做"})
    assert reply.status_code == 302
    activity.refresh_from_db()
    assert activity.state == Activity.State.DONE

    # report by its own commands, then closing
    with factories_casework.working(case):
        from zhiyin.domain.planning import reports

        reports.draft_report(case)
        factories_casework.do_report(case)
    page = desk.get(url("case_close", case)).content.decode()
    assert "目标还没有评定达成情况" in page
    goal = case.goals.get()
    reply = desk.post(url("case_judge", case), {f"goal-{goal.pk}": "partly", f"goal-{goal.pk}-note": ""})
    assert reply.status_code == 422
    assert "没有全部达成的" in reply.content.decode()
    desk.post(url("case_judge", case), {f"goal-{goal.pk}": "reached"})
    assert "该了结的都了结了" in desk.get(url("case_close", case)).content.decode()
    reply = desk.post(url("case_close", case), posted(factories_casework.CLOSING))
    assert reply.status_code == 302, reply.content.decode()
    case.refresh_from_db()
    assert case.status == "following"

    # followed up
    assert "三十天回访" in desk.get(url("case_sessions", case)).content.decode()
    assert desk.get(url("case_followup", case, "day30")).status_code == 200
    for name in ("day30", "day90", "day180"):
        reply = desk.post(url("case_followup", case, name), posted(factories_casework.FOLLOW_UP))
        assert reply.status_code == 302, reply.content.decode()
    page = desk.post(url("case_feedback", case)).content.decode()
    assert "链接只显示这一次" in page
    for name in ("case", "case_records", "case_papers", "case_history", "case_people", "case_sessions", "case_plan"):
        assert desk.get(url(name, case)).status_code == 200
