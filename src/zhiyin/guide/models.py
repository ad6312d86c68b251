"""What a case file may say: one client's way through the whole service, as plain data.

Times are local times of the agency, ``2026-03-02 09:30``; days are ``2026-03-02``. A block that holds the answers to a
form takes the fields of that form beside its own keys.
"""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from zhiyin.kernel.models import Definition

ZONE = ZoneInfo("Asia/Shanghai")
INSTRUMENT = "holland-interest"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")


def _day(value: Any) -> Any:
    if isinstance(value, str):
        try:
            if not _DAY.fullmatch(value):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"“{value}”不是日期，写法如 2026-03-02") from None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("日期的写法如 2026-03-02")


def _moment(value: Any) -> Any:
    if isinstance(value, str):
        try:
            if not _MOMENT.fullmatch(value):
                raise ValueError
            return datetime.fromisoformat(value).replace(tzinfo=ZONE)
        except ValueError:
            raise ValueError(f"“{value}”不是时间，写法如 2026-03-02 09:30") from None
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    raise ValueError("时间的写法如 2026-03-02 09:30")


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Number = Annotated[int, Field(ge=1)]
"""Position in a list of the file, counted from 1."""


class Answers(BaseModel):
    """The answers to a form beside the keys of the block; which fields there are, the form says.

    ``recorded_at``: when it was written down, where that was later than the day itself (samples only: what is real is
    recorded when it is recorded).
    """

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    at: Moment
    recorded_at: Moment | None = None

    @property
    def recorded(self) -> datetime:
        """When it was written down."""
        return self.recorded_at or self.at

    @property
    def answers(self) -> dict[str, Any]:
        """The answers as they stand in the file."""
        return dict(self.model_extra or {})


class AgencyPart(Definition):
    """The body that serves. ``code`` opens the numbers of its files and documents."""

    name: Words
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,5}$")] = "ZY"
    phone: Words
    complaint_phone: Words
    address: str = ""
    region: str = ""
    opening_hours: str = ""
    licence: str = ""
    is_free: bool = True


class StaffCertificatePart(Definition):
    name: Words
    issued: Day
    number: str = ""
    level: Annotated[int, Field(ge=1, le=5)] | None = None


class StaffPart(Definition):
    """A member of staff. ``level`` is the vocational grade, 4 (lowest) to 1, None without one."""

    name: Words
    level: Annotated[int, Field(ge=1, le=4)] | None = None
    education: Words = "bachelor"
    education_proof: str = ""
    certificates: list[StaffCertificatePart] = []
    ethics_signed_on: Day | None = None
    law_trained_on: Day | None = None
    background_checked_on: Day | None = None


class DocumentPart(Definition):
    """A paper that says who somebody is, or which disability was certified."""

    kind: Words
    number: Words
    valid_until: Day | None = None


class SelfSupportPart(Definition):
    """From 16 on: living mainly on own earned income, with the proof seen."""

    since: Day
    proof: Words


class ClientPart(Definition):
    """The person served. Birth date and sex are needed only where the paper does not hold them."""

    name: Words
    document: DocumentPart
    birth_date: Day | None = None
    sex: Literal["1", "2", "9", "0"] | None = None
    phone: str = ""
    email: str = ""
    address: str = ""
    region: str = ""
    papers: list[DocumentPart] = []
    self_supporting: SelfSupportPart | None = None


class GuardianPart(Definition):
    """Somebody who answers for a minor."""

    name: Words
    relation: Words
    authority: Literal["statutory", "appointed", "agreed", "entrusted"]
    proof: Words
    phone: str = ""
    number: str = ""
    may_read: list[Literal["steps", "agreement", "plan", "report", "results"]] = []
    started_on: Day | None = None


class ConsentPart(Definition):
    """Which purposes were agreed to, when and how. ``guardian`` is the number of the guardian who consented too."""

    at: Moment
    channel: Words = "paper"
    purposes: Annotated[list[Words], Field(min_length=1)]
    guardian: Number = 1


class HealthPart(Definition):
    disability: str = ""
    avoid: list[str] = []
    accommodations: list[str] = []
    words: str = ""
    in_report: bool = False


class FamilyPart(Definition):
    members: str = ""
    supports: str = ""
    limits: str = ""


class WorkplacePart(Definition):
    post: str = ""
    conditions: str = ""
    satisfaction: Annotated[int, Field(ge=1, le=5)] | None = None


class EducationPart(Definition):
    school: Words
    level: Words
    started: Day
    ended: Day | None = None
    major: str = ""
    result: str = ""


class WorkPart(Definition):
    employer: Words
    post: Words
    started: Day
    ended: Day | None = None
    duties: str = ""
    nature: str = ""
    occupation: str = ""
    leaving_reason: str = ""


class SkillPart(Definition):
    name: Words
    kind: Literal["knowledge", "skill", "experience"] = "skill"
    level: str = ""


class CertificatePart(Definition):
    name: Words
    kind: str = ""
    number: str = ""
    issued: Day | None = None


class TagPart(Definition):
    code: Words
    proof: str = ""
    since: Day | None = None
    until: Day | None = None


class WishPart(Definition):
    title: Words
    occupation: str = ""
    strength: Annotated[int, Field(ge=1, le=5)] = 3
    reason: str = ""
    place: str = ""
    pay_min: Annotated[int, Field(ge=0)] | None = None


class FilePart(Definition):
    """The agency's file on the client."""

    opened_on: Day | None = None
    education_level: str = ""
    employment_status: str = ""
    hukou_kind: str = ""
    hukou_place: str = ""
    groups: list[str] = []
    hobbies: str = ""
    health: HealthPart | None = None
    family: FamilyPart | None = None
    workplace: WorkplacePart | None = None
    education: list[EducationPart] = []
    work: list[WorkPart] = []
    skills: list[SkillPart] = []
    certificates: list[CertificatePart] = []
    tags: list[TagPart] = []


class AgreementPart(Definition):
    """Drafted, then signed by all parties. ``texts`` replace the texts the definition starts from."""

    drafted_at: Moment
    signed_at: Moment
    guardian: Number = 1
    texts: dict[str, Words] = {}


class DonePart(Definition):
    """How an activity ended."""

    at: Moment
    result: Words


class GoalPart(Definition):
    title: Words
    measure: Words
    due_on: Day
    basis: str = ""


class ActivityPart(Definition):
    """One planned activity. ``goal`` and ``need`` are numbers: goals of the survey first, then those of the plan."""

    title: Words
    kind: Words
    goal: Number = 1
    need: Number | None = None
    who: Literal["client", "adviser", "both"] = "client"
    due_on: Day
    mode: str = ""
    criterion: str = ""
    done: DonePart | None = None
    cancelled: DonePart | None = None


class PlanPart(Definition):
    """The service plan; ``goals`` come beside those of the needs survey, ``texts`` are the adviser's words."""

    drafted_at: Moment
    agreed_at: Moment
    texts: dict[str, Words] = {}
    goals: list[GoalPart] = []
    activities: Annotated[list[ActivityPart], Field(min_length=1)]


class AssessmentPart(Definition):
    """The 48 answers by item id, or why the client would not do it. Seconds are given per item, or one for all."""

    assigned_at: Moment
    finished_at: Moment | None = None
    mode: Literal["online", "kiosk", "read", "paper"] = "online"
    large_type: bool = False
    read_aloud: bool = False
    answers: dict[str, int] = {}
    seconds: dict[str, float] = {}
    seconds_per_item: Annotated[float, Field(gt=0)] | None = None
    declined: Words | None = None


class ChoicePart(Definition):
    """What adviser and client thought of one suggested occupation, named by code or by its place in the list."""

    code: str = ""
    rank: Number | None = None
    verdict: Literal["consider", "explore", "declined"]
    reason: str = ""


class MatchingPart(Definition):
    at: Moment
    choices: list[ChoicePart] = []


class TaskPart(Definition):
    """How a task agreed in a session ended; ``task`` is its number in that session."""

    task: Number
    at: Moment
    result: Words


class SessionPart(Answers):
    """A session with its record (form ``session-record``), or one the client did not come to (``missed``)."""

    minutes: int = 60
    mode: Words = "face"
    place: str = ""
    missed: Literal["excused", "unexcused"] | None = None
    tasks_done: list[TaskPart] = []


class AdvicePart(Definition):
    """The adviser's words; what is left out stays as it was suggested from the file."""

    positioning: Words | None = None
    ability: Words | None = None
    path: Words | None = None
    training: Words | None = None
    results_note: Words | None = None


class ReturnPart(Definition):
    """Sent back by the supervisor, mended (``advice``) and handed in again."""

    at: Moment
    comment: Words
    advice: AdvicePart
    resubmitted_at: Moment


class ReviewPart(Definition):
    at: Moment
    comment: str = ""


class ReportPart(Definition):
    """The career report; ``submitted_at`` and ``signed_off`` are needed where the adviser's grade asks for them."""

    drafted_at: Moment
    advice: AdvicePart = AdvicePart()
    submitted_at: Moment | None = None
    returned: ReturnPart | None = None
    signed_off: ReviewPart | None = None
    issued_at: Moment
    handed_over_at: Moment


class JudgedPart(Definition):
    """Whether a goal was reached, by its number."""

    goal: Number
    attainment: Literal["reached", "partly", "not"]
    note: str = ""


class ClosingPart(Answers):
    """The end of the service (form ``closing``) with every goal judged."""

    goals: list[JudgedPart]


class FollowUpPart(Answers):
    """One follow-up contact (form ``follow-up``); ``id`` names it in the process."""

    id: Words


class CaseFile(Definition):
    """One client's whole way. Parts may be left out from the end, which leaves the case where it stands."""

    # a sample, played as if each thing were recorded when it happened; its numbers are under regions never issued
    demo: bool = False
    agency: AgencyPart
    adviser: StaffPart
    front_desk: StaffPart | None = None
    supervisor: StaffPart | None = None
    section_head: StaffPart | None = None
    client: ClientPart
    guardians: list[GuardianPart] = []
    consents: ConsentPart
    file: FilePart = FilePart()
    wishes: list[WishPart] = []
    intake: Answers
    needs: Answers
    environment: Answers | None = None
    agreement: AgreementPart | None = None
    plan: PlanPart | None = None
    assessment: AssessmentPart | None = None
    matching: MatchingPart | None = None
    sessions: list[SessionPart] = []
    report: ReportPart | None = None
    closing: ClosingPart | None = None
    follow_ups: list[FollowUpPart] = []
    feedback: Answers | None = None
