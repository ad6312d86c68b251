"""What happens to some clients beside or after the plain way: the cases that a good platform must not stumble over.

Each function gives deeds with their moments, counted from the last thing that happened in the client's own story.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from zhiyin.demo.city import City, give_sign_in
from zhiyin.demo.diary import Diary
from zhiyin.demo.stage import Deed
from zhiyin.domain.audit.acting import SYSTEM, Actor, acting, job
from zhiyin.domain.casework import agreement, delivery, intake, plan
from zhiyin.domain.casework.models import Case
from zhiyin.domain.people import commands as people
from zhiyin.domain.people import consents
from zhiyin.domain.people.models import Consent, Person
from zhiyin.domain.people.queries import person_actor
from zhiyin.domain.planning import reports
from zhiyin.domain.quality import complaints, feedback
from zhiyin.domain.quality.models import Complaint, FeedbackRequest
from zhiyin.domain.scheduling import commands as scheduling
from zhiyin.domain.sittings import commands as sittings
from zhiyin.guide.run import Outcome

Deeds = Iterator[tuple[datetime, Deed]]
COMPLAINT = {
    "kind": "delay",
    "what_happened": "约好周三上午九点，到了说指导师在开会，让我改天。我请了一天假来的。",
    "wanted": "以后改时间提前一天告诉我，这次给个说法",
    "contact_wish": "online",
}


@dataclass
class Scene:
    """One client's story when its own part is over: ``last`` is the moment of its last act."""

    city: City
    code: str
    adviser: str
    outcome: Outcome
    diary: Diary
    last: datetime
    now: datetime

    @property
    def case(self) -> Case:
        assert self.outcome.case is not None
        return Case.objects.select_related("person", "organisation", "file", "adviser__user").get(
            pk=self.outcome.case.pk
        )

    @property
    def person(self) -> Person:
        assert self.outcome.person is not None
        return Person.objects.get(pk=self.outcome.person.pk)

    @property
    def by_adviser(self) -> Actor:
        return self.city.actor(self.adviser, self.code)

    @property
    def by_client(self) -> Actor:
        return person_actor(self.person, self.city.bodies[self.code].pk)

    def staff(self, username: str) -> Actor:
        return self.city.actor(username, self.code)

    def after(self, days: int, moment: datetime | None = None) -> datetime:
        """``days`` working days after ``moment`` (the last act)."""
        return self.diary.after(moment or self.last, days, days)


Extra = Callable[[Scene], Deeds]


def returned_report(scene: Scene) -> Deeds:
    """The supervisor sent the report back and the adviser has not mended it yet."""

    def deed() -> None:
        with acting(scene.staff("supervisor"), "审签报告"):
            reports.return_report(
                scene.case, "“能力提升计划”只写了要补的，没有写已经会的；培训一段请写明学多久、费用谁出。"
            )

    yield scene.after(1), deed


def consent_withdrawn(scene: Scene) -> Deeds:
    """The client takes back the consent to keep a file: the case pauses."""

    def deed() -> None:
        person = scene.person
        with acting(scene.by_client, "本人撤回同意"):
            standing = Consent.objects.get(person=person, purpose="file", withdrawal=None)
            consents.withdraw_consent(standing, by="self", channel="online", words="想先停一停，考虑清楚再来")

    yield scene.after(2), deed


def client_withdraws(scene: Scene) -> Deeds:
    """The client leaves the service, which needs no reason."""

    def deed() -> None:
        with acting(scene.by_client, "本人退出服务"):
            intake.withdraw(scene.case, "家里有变化，要去外地照顾老人")

    yield scene.after(4), deed


def paused(scene: Scene) -> Deeds:
    """Adviser and client agreed to stop for a while."""

    def deed() -> None:
        with acting(scene.by_adviser, "暂停个案"):
            intake.pause(scene.case, "本人住院三周，约好出院后再来")

    yield scene.after(2), deed


def _complaint_of(scene: Scene) -> Complaint:
    return Complaint.objects.get(case_id=scene.case.pk)


def _filed(scene: Scene, at: datetime, **changes: Any) -> tuple[datetime, Deed]:
    def deed() -> None:
        with acting(scene.by_client, "提出投诉"):
            complaints.file_complaint(
                scene.case, {**COMPLAINT, "occurred_on": scene.last.date().isoformat(), **changes}
            )

    return at, deed


def _handled(
    scene: Scene, at: datetime, handler: str, act: Callable[..., Any], words: str | dict[str, Any]
) -> tuple[datetime, Deed]:
    def deed() -> None:
        who = scene.by_client if handler == "client" else scene.staff(handler)
        with acting(who, "处理投诉"):
            act(_complaint_of(scene), words)

    return at, deed


def appealed_complaint(scene: Scene) -> Deeds:
    """Answered by the section head, not accepted, and now with the supervisor for review."""
    yield _filed(scene, filed := scene.after(1))
    yield _handled(scene, at := scene.after(1, filed), "head", complaints.acknowledge, "已受理，十个工作日内答复")
    yield _handled(
        scene,
        at := scene.after(3, at),
        "head",
        complaints.investigate,
        "问了前台和指导师，看了预约记录：改期的短信发到了旧号码，没有再打电话。",
    )
    yield _handled(
        scene,
        at := scene.after(2, at),
        "head",
        complaints.answer,
        "情况属实，向您道歉。以后改期一律先打电话；您的新号码已经登记。",
    )
    opinion = {
        "obtained": "given",
        "satisfied": 2,
        "opinion": "道歉收到了，误工那一天没有说法，请再看一次。",
        "appeal": "appeal",
    }
    yield _handled(scene, at := scene.after(2, at), "client", complaints.record_response, opinion)
    yield _handled(scene, scene.after(1, at), "supervisor", complaints.acknowledge, "复核由督导办理")


def closed_complaint(scene: Scene) -> Deeds:
    """A complaint under a hidden name, answered, accepted and closed."""
    changes = {
        "kind": "attitude",
        "what_happened": "会谈时指导师一直看手机，我说到一半被打断。",
        "wanted": "认真听我把话说完",
        "keep_name": "hide",
    }
    yield _filed(scene, filed := scene.after(1), **changes)
    yield _handled(scene, at := scene.after(1, filed), "head", complaints.acknowledge, "已受理")
    yield _handled(scene, at := scene.after(2, at), "head", complaints.investigate, "与双方分别谈过，看了会谈记录。")
    yield _handled(scene, at := scene.after(2, at), "head", complaints.answer, "会谈时不再看手机，已在科里提醒。")
    accepted = {"obtained": "given", "satisfied": 4, "opinion": "后来认真多了。", "appeal": "accept"}
    yield _handled(scene, at := scene.after(2, at), "client", complaints.record_response, accepted)
    yield _handled(scene, scene.after(1, at), "head", complaints.close, "本人接受处理结果，办结。")


def fresh_complaint(scene: Scene) -> Deeds:
    """One that nobody has taken up yet."""
    yield _filed(
        scene,
        scene.diary.back(scene.now, 1),
        kind="report",
        what_happened="报告里把我的工作年限写少了两年，我说过一次还没有改。",
        wanted="把报告改对，重新给我一份",
    )


def second_case(scene: Scene) -> Deeds:
    """A client whose service ended months ago comes back; the survey of the new case lies unfinished."""
    opened = scene.diary.back(scene.now, 4)

    def open_again() -> None:
        with acting(scene.by_adviser, "再次受理"):
            case = intake.open_case(
                scene.case.file, service_kind="employment", adviser=scene.city.member(scene.adviser)
            )
            intake.submit_form(
                case,
                "intake",
                {
                    "reason": "上次找到的工作干了几个月，班组调整后总加班，想谈谈怎么办。",
                    "service_kind": "employment",
                    "heard_from": "returning",
                    "expectation": "不想轻易辞，先看看能不能调岗",
                    "urgency": "month",
                    "safety_concern": "none",
                    "contact_mode": ["phone"],
                },
            )

    def draft() -> None:
        case = scene.person.cases.order_by("-opened_at").first()
        with acting(scene.by_adviser, "填写需求调查"):
            intake.save_draft(case, "needs-survey", {"employment_status": "employed", "tried": "跟班长提过一次"})

    yield opened, open_again
    yield scene.after(1, opened), draft


def unfinished_draft(scene: Scene) -> Deeds:
    """The survey was begun on a busy afternoon and is not done."""

    def deed() -> None:
        with acting(scene.by_adviser, "填写需求调查"):
            intake.save_draft(
                scene.case,
                "needs-survey",
                {"employment_status": "unemployed", "hobbies": "下棋", "tried": "问过两家，都说满员了"},
            )

    yield scene.after(1), deed


def signature_revoked(scene: Scene) -> Deeds:
    """The client signed, then the text was changed: the signature fell and everybody signs anew."""

    def sign() -> None:
        with acting(scene.by_client, "签订协议"):
            agreement.sign_agreement(scene.case, "client", "typed", name=scene.person.name)

    def change() -> None:
        document = agreement.agreement_of(scene.case)
        assert document is not None
        with acting(scene.by_adviser, "更改协议"):
            agreement.change_agreement(
                scene.case,
                document.version,
                editable={"expected_result": "三个月内定下方向，并有一次现场体验；会谈改在每周二下午。"},
            )

    yield (at := scene.diary.soon(scene.last)), sign
    yield scene.after(1, at), change


def link_expired(scene: Scene) -> Deeds:
    """The link to the test lay for fourteen days; nobody opened it."""

    def deed() -> None:
        assert scene.outcome.sitting is not None
        with acting(job("sittings.expire", scene.city.bodies[scene.code].pk), "测评到期"):
            sittings.expire(scene.outcome.sitting)

    yield scene.last + timedelta(days=15), deed


def plan_reopened(scene: Scene) -> Deeds:
    """An agreed plan is adjusted: the step is open again."""

    def deed() -> None:
        with acting(scene.by_adviser, "调整方案"):
            plan.reopen_plan(scene.case, "本人受伤，原来的现场体验去不了，换成电话了解")

    yield scene.after(3), deed


def reassigned(scene: Scene) -> Deeds:
    """The section head gave the case to another adviser, who asked a colleague to help with one task."""
    other = "adviser3" if scene.adviser != "adviser3" else "adviser"

    def deed() -> None:
        with acting(scene.staff("head"), "调整工作量"):
            intake.reassign(scene.case, scene.city.member(other), "原指导师手上个案过多")

    def help_out() -> None:
        with acting(scene.city.actor(other), "请人协助"):
            intake.add_assistant(scene.case, scene.city.member("assessor"), "读题并代录测评")

    yield (at := scene.after(2)), deed
    yield scene.after(1, at), help_out


def corrected(scene: Scene) -> Deeds:
    """A submitted survey was wrong in one place: a new record supersedes it."""

    def deed() -> None:
        old = intake.latest(scene.case, "needs-survey")
        assert old is not None
        with acting(scene.by_adviser, "更正记录"):
            intake.correct_form(old, {**(old.answers or {}), "commute_minutes": 20}, "路上时间听错了，本人指出")

    yield scene.after(2), deed


def low_feedback(scene: Scene) -> Deeds:
    """A low score is looked into: what was done, and a change with an owner and a day."""

    def request() -> FeedbackRequest:
        return FeedbackRequest.objects.select_related("case").get(case_id=scene.case.pk)

    def handle() -> None:
        with acting(scene.staff("head"), "处理评价"):
            feedback.handle_feedback(request(), "电话回访并道歉；问清是改期没有提前告诉，已约好下次时间。")
            feedback.plan_improvement(
                request(),
                "改期要在前一天电话告知并记在预约上",
                scene.city.member("frontdesk"),
                (scene.now + timedelta(days=12)).date(),
            )

    yield scene.after(2), handle


def access_asked(scene: Scene) -> Deeds:
    """Another adviser asks to open a child's file; the section head has not decided."""

    def deed() -> None:
        other = scene.city.actor("adviser3" if scene.adviser != "adviser3" else "adviser")
        with acting(other, "申请查阅儿童档案"):
            people.request_child_access(scene.person, "下周代班，要接着陪孩子参加职业体验日")

    yield scene.diary.back(scene.now, 1), deed


def missed_appointments(scene: Scene) -> Deeds:
    """Two appointments nobody came to, one of them excused."""
    first, second = scene.after(2), scene.after(6)

    def book() -> None:
        with acting(scene.by_adviser, "预约会谈"):
            for start in (first, second):
                scheduling.book(
                    scene.person,
                    scene.city.bodies[scene.code],
                    scene.city.member(scene.adviser, scene.code),
                    topic="看测评结果，比较方向",
                    mode="phone",
                    starts_at=start,
                    ends_at=start + timedelta(minutes=40),
                    case_id=scene.case.pk,
                )

    def miss() -> None:
        held = scene.person.appointments.get(starts_at=first)
        with acting(scene.by_adviser, "记录未到"):
            delivery.miss_session(scene.case, happened_at=first, excused=False, appointment=held)

    def excuse() -> None:
        held = scene.person.appointments.get(starts_at=second)
        with acting(scene.by_client, "请假"):
            scheduling.excuse(held, "孩子发烧")

    yield scene.after(1), book
    yield first + timedelta(minutes=30), miss
    yield second - timedelta(hours=3), excuse


def numbers_looked_at(scene: Scene) -> Deeds:
    """The full number was looked at twice, each time for a reason that the client can read."""
    for days, username, reason in ((1, "frontdesk", "核对失业登记信息"), (2, scene.adviser, "填写培训补贴申请")):

        def deed(username: str = username, reason: str = reason) -> None:
            person = scene.person
            with acting(scene.staff(username), reason):
                people.unmask(person, "number", reason, document=person.documents.get(is_primary=True))

        yield scene.after(days), deed


def signs_in(username: str) -> Extra:
    """The client gets a sign-in."""

    def extra(scene: Scene) -> Deeds:
        def deed() -> None:
            with acting(SYSTEM, "演示"):
                give_sign_in(scene.person, scene.city.bodies[scene.code], username)

        yield scene.diary.soon(scene.last), deed

    return extra
