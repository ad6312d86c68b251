"""Where a run may end, and what it made until then."""

from dataclasses import dataclass
from enum import StrEnum

from zhiyin.domain.assessment.models import Result
from zhiyin.domain.casework.models import Case
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.documents.models import Document
from zhiyin.domain.matching.models import MatchRun
from zhiyin.domain.people.models import Person
from zhiyin.domain.quality.models import FeedbackRequest
from zhiyin.domain.sittings.models import Sitting
from zhiyin.guide.team import Team


class Stop(StrEnum):
    """Where a run may end; everything up to it is done."""

    REGISTERED = "registered"
    FILED = "filed"
    OPENED = "opened"
    INTAKE = "intake"
    NEEDS = "needs"
    ENVIRONMENT = "environment"
    AGREEMENT_DRAFTED = "agreement-drafted"
    AGREEMENT = "agreement"
    PLAN_DRAFTED = "plan-drafted"
    PLAN = "plan"
    ASSIGNED = "assigned"
    ASSESSMENT = "assessment"
    MATCHED = "matched"
    MATCHING = "matching"
    DELIVERY = "delivery"
    REPORT_DRAFTED = "report-drafted"
    REPORT_SUBMITTED = "report-submitted"
    REPORT = "report"
    CLOSING = "closing"
    FOLLOW_UP = "follow-up"
    FEEDBACK = "feedback"

    @property
    def label(self) -> str:
        """What is done at this stop, for people."""
        return _LABELS[self]


_LABELS = {
    Stop.REGISTERED: "登记本人、监护人和同意",
    Stop.FILED: "建立档案",
    Stop.OPENED: "建立个案",
    Stop.INTAKE: "接待受理",
    Stop.NEEDS: "需求调查",
    Stop.ENVIRONMENT: "环境分析",
    Stop.AGREEMENT_DRAFTED: "起草服务协议",
    Stop.AGREEMENT: "签订服务协议",
    Stop.PLAN_DRAFTED: "起草服务方案",
    Stop.PLAN: "商定服务方案",
    Stop.ASSIGNED: "布置测评",
    Stop.ASSESSMENT: "职业兴趣测评",
    Stop.MATCHED: "职业比对",
    Stop.MATCHING: "和本人看比对结果",
    Stop.DELIVERY: "会谈和活动",
    Stop.REPORT_DRAFTED: "起草规划报告",
    Stop.REPORT_SUBMITTED: "提交督导",
    Stop.REPORT: "出具并交付报告",
    Stop.CLOSING: "结束服务",
    Stop.FOLLOW_UP: "跟踪回访",
    Stop.FEEDBACK: "服务评价",
}
RANK = {stop: rank for rank, stop in enumerate(Stop)}


@dataclass
class Outcome:
    """What a run made; what it did not reach is None. ``sitting_token`` opens the test, ``feedback_token`` the form."""

    team: Team
    reached: Stop | None = None
    person: Person | None = None
    file: ClientFile | None = None
    case: Case | None = None
    sitting: Sitting | None = None
    sitting_token: str = ""
    result: Result | None = None
    match_run: MatchRun | None = None
    agreement: Document | None = None
    plan: Document | None = None
    report: Document | None = None
    feedback: FeedbackRequest | None = None
    feedback_token: str = ""
