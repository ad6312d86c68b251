"""What a case file must satisfy beyond its shape: papers, guardians, codes, forms, answers, and times in order."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from zhiyin.engines import forms
from zhiyin.engines.forms import CodeList, Field, FormDefinition
from zhiyin.guide.models import INSTRUMENT, ZONE, Answers, CaseFile, DocumentPart
from zhiyin.guide.places import path_of, place_of
from zhiyin.kernel import identity
from zhiyin.kernel.dates import AgeRegime, age_on, chinese_date, regime
from zhiyin.kernel.errors import Invalid
from zhiyin.packs.installed import registry
from zhiyin.packs.sources import Place

Found = Iterator[tuple[Place, str]]
PROCESS = "full-guidance"
_CONFIDENTIAL = ("health", "family")
_SEXES = {"male": "1", "female": "2"}


def faults(case: CaseFile, now: datetime) -> list[tuple[Place, str]]:
    """Every fault as (place, Chinese message); empty when the case can be played. A sample may lie in the future."""
    found: list[tuple[Place, str]] = []
    if case.demo:
        now = max(now, *dict(_times(case)).values())
    birth, identity_faults = _identity(case, now.date())
    found += identity_faults
    if birth is not None:
        found += _guardians(case, birth, now)
    found += _contacts(case, now.date())
    found += _codes(case)
    found += _consents(case, birth)
    found += _blocks(case)
    found += _assessment(case)
    found += _numbers(case)
    found += _parts(case)
    found += _order(case, now)
    return found


# -- who -------------------------------------------------------------------------------------------------------------


def birth_of(case: CaseFile) -> date | None:
    """Birth date by the number where it holds one, else as written."""
    try:
        kind = identity.DocumentKind(case.client.document.kind)
    except ValueError:
        return case.client.birth_date
    found = identity.check(kind, case.client.document.number, on=date.max, allow_demo=True)
    return found.birth_date or case.client.birth_date


def regime_of(case: CaseFile, birth: date, day: date) -> AgeRegime:
    proof = case.client.self_supporting
    return regime(birth, day, self_supporting=proof is not None and proof.since <= day)


def _paper(paper: DocumentPart, place: Place, today: date, demo: bool) -> tuple[identity.IdentityCheck | None, Found]:
    try:
        kind = identity.DocumentKind(paper.kind)
    except ValueError:
        allowed = "、".join(f"{kind.value} {kind.label}" for kind in identity.DocumentKind)
        return None, iter([((*place, "kind"), f"没有“{paper.kind}”这种证件，可用：{allowed}")])
    result = identity.check(kind, paper.number, on=today, allow_demo=demo)
    return result if result.ok else None, iter([((*place, "number"), message) for message in result.errors])


def _identity(case: CaseFile, today: date) -> tuple[date | None, list[tuple[Place, str]]]:
    client, found = case.client, list[tuple[Place, str]]()
    check, wrong = _paper(client.document, ("client", "document"), today, case.demo)
    found += wrong
    birth = client.birth_date
    if check is not None and check.birth_date is not None:
        if birth is not None and birth != check.birth_date:
            found.append((("client", "birth_date"), f"与证件号里的出生日期 {check.birth_date} 不一致"))
        birth = check.birth_date
    elif check is not None and birth is None:
        found.append((("client",), "这种证件不含出生日期，请写 birth_date"))
    if check is not None and check.sex and client.sex in {"1", "2"} and client.sex != _SEXES[check.sex]:
        found.append((("client", "sex"), "与证件号里的性别不一致，请核对"))
    if birth is not None and birth > today:
        found.append((("client", "birth_date"), "出生日期不能晚于今天"))
        birth = None
    for index, paper in enumerate(client.papers):
        place: Place = ("client", "papers", index)
        extra, wrong = _paper(paper, place, today, case.demo)
        found += wrong
        own = client.document
        if (
            extra is not None
            and extra.kind is identity.DocumentKind.DISABILITY
            and own.kind == identity.DocumentKind.RESIDENT_ID.value
            and extra.number[:18] != identity.normalise_number(own.number)
        ):
            found.append(((*place, "number"), "残疾人证号的前 18 位应与本人居民身份证号相同"))
    return birth, found


def _guardians(case: CaseFile, birth: date, now: datetime) -> Found:
    day = case.consents.at.astimezone(ZONE).date()
    if day < birth:
        yield ("consents", "at"), f"早于出生日期 {chinese_date(birth)}，请核对"
        return
    proof = case.client.self_supporting
    if proof is not None and age_on(birth, max(proof.since, birth)) < 16:
        yield ("client", "self_supporting", "since"), "年满 16 周岁以后才适用"
    if age_on(birth, now.date()) >= 18 and case.guardians:
        yield ("guardians",), "本人已满 18 周岁，不再登记监护人，请删去"
    which = regime_of(case, birth, day)
    if which is AgeRegime.ADULT:
        return
    age = age_on(birth, day)
    if not case.guardians:
        yield ("client",), f"服务对象 {age} 周岁，要有监护人（guardians）并由监护人同意"
        return
    deciding: list[tuple[Place, int]] = [(("consents", "guardian"), case.consents.guardian)]
    if case.agreement is not None:
        deciding.append((("agreement", "guardian"), case.agreement.guardian))
    for place, number in deciding:
        if number > len(case.guardians):
            yield place, f"只写了 {len(case.guardians)} 位监护人，没有第 {number} 位"
        elif case.guardians[number - 1].authority == "entrusted":
            yield ("guardians", number - 1, "authority"), "受托照护人不能代为同意，请由监护人同意"
    if which is AgeRegime.UNDER_14 and case.section_head is None:
        yield ("client",), "服务对象未满 14 周岁，工作人员查阅档案要由科长批准，请写 section_head"


def _contacts(case: CaseFile, today: date) -> Found:
    contacts: list[tuple[Place, str, Any]] = [
        (("client", "phone"), case.client.phone, identity.check_phone),
        (("client", "email"), case.client.email, identity.check_email),
    ]
    for index, guardian in enumerate(case.guardians):
        contacts.append((("guardians", index, "phone"), guardian.phone, identity.check_phone))
        if guardian.number:
            kind = identity.DocumentKind.RESIDENT_ID
            result = identity.check(kind, guardian.number, on=today, allow_demo=case.demo)
            for message in result.errors:
                yield ("guardians", index, "number"), message
    for place, text, checker in contacts:
        if text.strip():
            try:
                checker(text)
            except Invalid as error:
                yield place, str(error)


# -- codes -----------------------------------------------------------------------------------------------------------


def _code_list(name: str) -> CodeList:
    definition = registry().get("codelist", name)
    assert isinstance(definition, CodeList)
    return definition


def _code(place: Place, value: str, name: str) -> Found:
    definition = _code_list(name)
    if value and value not in {item.value for item in definition.values}:
        yield place, f"“{definition.title}”里没有“{value}”，可用：{_allowed(definition)}"


def _allowed(definition: CodeList) -> str:
    return "、".join(f"{item.value} {item.label}" for item in definition.values)


def _codes(case: CaseFile) -> Found:
    file = case.file
    yield from _code(("file", "education_level"), file.education_level, "education-level")
    yield from _code(("file", "employment_status"), file.employment_status, "employment-status")
    yield from _code(("file", "hukou_kind"), file.hukou_kind, "hukou-kind")
    for index, code in enumerate(file.groups):
        yield from _code(("file", "groups", index), code, "client-group")
    if file.health is not None:
        for index, code in enumerate(file.health.avoid):
            yield from _code(("file", "health", "avoid", index), code, "work-condition")
        for index, code in enumerate(file.health.accommodations):
            yield from _code(("file", "health", "accommodations", index), code, "accommodation")
    for index, education in enumerate(file.education):
        yield from _code(("file", "education", index, "level"), education.level, "education-level")
        yield from _code(("file", "education", index, "result"), education.result, "study-result")
    for index, work in enumerate(file.work):
        yield from _code(("file", "work", index, "nature"), work.nature, "work-nature")
        yield from _occupation(("file", "work", index, "occupation"), work.occupation)
    for index, skill in enumerate(file.skills):
        yield from _code(("file", "skills", index, "level"), skill.level, "skill-mastery")
    for index, certificate in enumerate(file.certificates):
        yield from _code(("file", "certificates", index, "kind"), certificate.kind, "certificate-kind")
    for index, tag in enumerate(file.tags):
        yield from _code(("file", "tags", index, "code"), tag.code, "client-group")
    for index, wish in enumerate(case.wishes):
        yield from _occupation(("wishes", index, "occupation"), wish.occupation)
    for name in ("adviser", "front_desk", "supervisor", "section_head"):
        staff = getattr(case, name)
        if staff is not None:
            yield from _code((name, "education"), staff.education, "education-level")
    yield from _code(("consents", "channel"), case.consents.channel, "consent-channel")
    for index, activity in enumerate(case.plan.activities if case.plan else []):
        yield from _code(("plan", "activities", index, "kind"), activity.kind, "activity-kind")
        yield from _code(("plan", "activities", index, "mode"), activity.mode, "session-mode")
    for index, session in enumerate(case.sessions):
        yield from _code(("sessions", index, "mode"), session.mode, "session-mode")
    for index, choice in enumerate(case.matching.choices if case.matching else []):
        yield from _occupation(("matching", "choices", index, "code"), choice.code)
    for name, document in (("agreement", "service-agreement"), ("plan", "service-plan")):
        given = getattr(case, name).texts if getattr(case, name) is not None else {}
        known = [block.editable for block in registry().get("document", document).editables()]
        for key in given:
            if key not in known:
                yield (name, "texts", key), f"这份文书没有“{key}”，可用：{'、'.join(known) or '无'}"


def _occupation(place: Place, code: str) -> Found:
    if code and code not in {row.code for row in registry().all("occupation")}:
        yield place, f"职业目录里没有“{code}”；职业编码的写法如 4-07-03-01，不知道就空着"


def _consents(case: CaseFile, birth: date | None) -> Found:
    day = case.consents.at.astimezone(ZONE).date()
    child = birth is not None and birth <= day and regime_of(case, birth, day) is AgeRegime.UNDER_14
    notice = registry().get("notice", "minor-privacy" if child else "service-privacy")
    known = {item.value: item for item in notice.purposes if not item.recipient}
    for index, purpose in enumerate(case.consents.purposes):
        if purpose not in known:
            allowed = "、".join(f"{item.value} {item.label}" for item in known.values())
            yield ("consents", "purposes", index), f"告知书里没有“{purpose}”这个目的，可用：{allowed}"
    given = set(case.consents.purposes)
    for item in known.values():
        if item.required and item.value not in given:
            yield ("consents", "purposes"), f"缺少必需的同意：{item.value} {item.label}"
    sensitive = [name for name in _CONFIDENTIAL if getattr(case.file, name) is not None]
    if sensitive and "sensitive-record" not in given:
        yield ("file", sensitive[0]), "没有同意 sensitive-record，不能登记健康和家庭情况"
    if case.assessment is not None and "assessment" not in given:
        yield ("assessment",), "没有同意 assessment，不能布置测评"


# -- forms -----------------------------------------------------------------------------------------------------------


def _blocks(case: CaseFile) -> Found:
    yield from _form("intake", ("intake",), case.intake)
    yield from _form("needs-survey", ("needs",), case.needs)
    if case.environment is not None:
        yield from _form("environment-analysis", ("environment",), case.environment)
    for index, session in enumerate(case.sessions):
        if session.missed is None:
            yield from _form("session-record", ("sessions", index), session)
        elif session.answers:
            key = next(iter(session.answers))
            yield ("sessions", index, key), "没有来的一次，不写会谈内容"
    if case.closing is not None:
        yield from _form("closing", ("closing",), case.closing)
    known = {rule.id: rule.title for rule in registry().get("process", PROCESS).follow_ups}
    seen: set[str] = set()
    for index, contact in enumerate(case.follow_ups):
        yield from _form("follow-up", ("follow_ups", index), contact)
        if contact.id not in known:
            allowed = "、".join(f"{id} {title}" for id, title in known.items())
            yield ("follow_ups", index, "id"), f"流程里没有“{contact.id}”这次回访，可用：{allowed}"
        elif contact.id in seen:
            yield ("follow_ups", index, "id"), f"“{contact.id}”已经联系上了，不再有这次回访"
        if contact.answers.get("contact_result") in {"reached", "family", "refused"}:
            seen.add(contact.id)
    if case.feedback is not None:
        yield from _form("feedback", ("feedback",), case.feedback)


def _form(name: str, place: Place, block: Answers) -> Found:
    form = registry().get("form", name)
    assert isinstance(form, FormDefinition)
    yield from _strangers(form.title, form.fields, block.answers, place)
    day = block.at.astimezone(ZONE).date()
    try:
        forms.clean(form, block.answers, codelists=registry().codelists(), today=day)
    except Invalid as error:
        for field, messages in error.errors.items():
            where = place_of(field)
            for message in messages:
                # the form speaks of the day on which it is filled in
                words = message.replace("今天", f"填写的那天（{day}）")
                yield (*place, *where), words + _choices(form, where)


def _strangers(title: str, fields: Sequence[Field], answers: Mapping[str, Any], place: Place) -> Found:
    """Keys that the form does not have: what was typed there would be lost."""
    known = {field.id: field for field in fields}
    for key, value in answers.items():
        if key not in known:
            yield (*place, key), f"“{title}”没有“{key}”这一项，可用：{'、'.join(known)}"
        elif known[key].type == "rows" and isinstance(value, list):
            for index, row in enumerate(value):
                if isinstance(row, Mapping):
                    yield from _strangers(known[key].label, known[key].columns, row, (*place, key, index))


def _choices(form: FormDefinition, where: Place) -> str:
    """The allowed codes of the field at ``where``, to be said after a fault; "" where anything may be written."""
    fields: Sequence[Field] = form.fields
    field: Field | None = None
    for part in where:
        if isinstance(part, str):
            field = next((one for one in fields if one.id == part), None)
            fields = field.columns if field is not None else ()
    if field is None or field.type not in {"choice", "choices"}:
        return ""
    if field.codelist is not None:
        return f"，可用：{_allowed(_code_list(field.codelist))}"
    return "，可用：" + "、".join(f"{option.value} {option.label}" for option in field.options)


# -- the instrument --------------------------------------------------------------------------------------------------


def _assessment(case: CaseFile) -> Found:
    part = case.assessment
    if part is None:
        return
    instrument = registry().get("instrument", INSTRUMENT)
    items = [item.id for item in instrument.items]
    allowed = [option.value for option in instrument.options]
    if part.declined is not None:
        if part.answers:
            yield ("assessment", "declined"), "本人不做，就不会有作答；请删去 declined 或 answers"
        return
    if part.finished_at is None:
        yield ("assessment",), "缺少“finished_at”（做完的时间）"
    missing = [item for item in items if item not in part.answers]
    if missing:
        yield ("assessment", "answers"), f"{len(items)} 题要全部作答，还缺 {len(missing)} 题：{'、'.join(missing)}"
    for name in ("answers", "seconds"):
        for item in getattr(part, name):
            if item not in items:
                yield ("assessment", name, item), f"这份工具里没有题目“{item}”，题号是 {items[0]} 到 {items[-1]}"
    for item, value in part.answers.items():
        if item in items and value not in allowed:
            choices = "、".join(f"{option.value} {option.label}" for option in instrument.options)
            yield ("assessment", "answers", item), f"答案“{value}”不在可选范围内，可用：{choices}"
    for item, value in part.seconds.items():
        if not value >= 0:
            yield ("assessment", "seconds", item), "作答用时不能是负数"
    if part.seconds and part.seconds_per_item is not None:
        yield ("assessment", "seconds_per_item"), "用时要么每题分别写（seconds），要么写一个平均数，不能都写"


# -- what refers to what ---------------------------------------------------------------------------------------------


def goal_titles(case: CaseFile) -> list[str]:
    """Titles of the goals in the order of their numbers: those of the survey, then those of the plan."""
    survey = [str(row.get("title", "")) for row in case.needs.answers.get("goals") or [] if isinstance(row, Mapping)]
    return survey + [goal.title for goal in (case.plan.goals if case.plan else [])]


def _numbers(case: CaseFile) -> Found:
    goals, needs = len(goal_titles(case)), len(case.needs.answers.get("needs") or [])
    closing = case.closing is not None
    if case.plan is not None:
        served = {activity.goal for activity in case.plan.activities}
        for index, activity in enumerate(case.plan.activities):
            place: Place = ("plan", "activities", index)
            if activity.goal > goals:
                yield (*place, "goal"), f"一共 {goals} 个目标，没有第 {activity.goal} 个"
            if activity.need is not None and activity.need > needs:
                yield (*place, "need"), f"需求调查里一共 {needs} 条需要，没有第 {activity.need} 条"
            if activity.done is not None and activity.cancelled is not None:
                yield (*place, "cancelled"), "做完了就不会取消，done 和 cancelled 只写一个"
            if closing and activity.done is None and activity.cancelled is None:
                yield place, f"服务结束前，“{activity.title}”要写明做完（done）还是取消（cancelled）"
        for number, title in enumerate(goal_titles(case), 1):
            if number not in served:
                yield ("plan", "activities"), f"第 {number} 个目标“{title}”还没有活动"
    for index, session in enumerate(case.sessions):
        tasks = len(session.answers.get("tasks") or [])
        settled = [task.task for task in session.tasks_done]
        for number, task in enumerate(session.tasks_done):
            place = ("sessions", index, "tasks_done", number)
            if task.task > tasks:
                yield (*place, "task"), f"这次会谈一共 {tasks} 个任务，没有第 {task.task} 个"
            elif task.task in settled[:number]:
                yield (*place, "task"), f"第 {task.task} 个任务写了两次"
        if closing:
            for number in range(1, tasks + 1):
                if number not in settled:
                    yield ("sessions", index, "tasks", number - 1), "服务结束前，要在 tasks_done 里写明这个任务的结果"
    for index, choice in enumerate(case.matching.choices if case.matching else []):
        if bool(choice.code) == (choice.rank is not None):
            yield ("matching", "choices", index), "用 code（职业编码）或 rank（名次）指明一个职业，只写一个"
    if case.closing is not None:
        judged = [row.goal for row in case.closing.goals]
        for index, row in enumerate(case.closing.goals):
            place = ("closing", "goals", index)
            if row.goal > goals:
                yield (*place, "goal"), f"一共 {goals} 个目标，没有第 {row.goal} 个"
            elif row.goal in judged[:index]:
                yield (*place, "goal"), f"第 {row.goal} 个目标评定了两次"
            if row.attainment != "reached" and not row.note.strip():
                yield (*place, "note"), "没有全部达成的，请写明差在哪里、接下来怎么办"
        for number, title in enumerate(goal_titles(case), 1):
            if number not in judged:
                yield ("closing", "goals"), f"第 {number} 个目标“{title}”还没有评定"


_NEEDS = (
    ("plan", "agreement", "要先签服务协议"),
    ("assessment", "plan", "要先商定服务方案"),
    ("matching", "plan", "要先商定服务方案"),
    ("sessions", "plan", "要先商定服务方案"),
    ("report", "plan", "要先商定服务方案"),
    ("closing", "agreement", "没有签协议的，不用办结束"),
    ("follow_ups", "closing", "服务结束以后才回访"),
    ("feedback", "closing", "服务结束以后才请服务对象评价"),
)


def _parts(case: CaseFile) -> Found:
    for part, before, why in _NEEDS:
        if getattr(case, part) and getattr(case, before) is None:
            yield (part,), f"{why}，请写“{before}”"
    report = case.report
    if report is None:
        return
    by_grade = case.adviser.level is None or case.adviser.level > 3
    reviewed = report.submitted_at is not None or report.returned is not None or report.signed_off is not None
    if not by_grade and not reviewed:
        return
    lacking = [name for name in ("submitted_at", "signed_off") if getattr(report, name) is None]
    lacking += ["（文件里）supervisor"] if case.supervisor is None else []
    if lacking:
        why = "这个等级的指导师写的报告须由督导审签" if by_grade else "报告由督导审签"
        yield ("report",), f"{why}，还要写{'、'.join(lacking)}"


# -- times -----------------------------------------------------------------------------------------------------------


def _order(case: CaseFile, now: datetime) -> Found:
    """Each time against those it has to follow, and none after now."""
    times = dict(_times(case))
    for place, moment in times.items():
        if moment > now:
            yield place, f"{_words(moment)}还没有到，请填实际发生的时间"
    for place, block in _written(case):
        if block.recorded_at is None:
            continue
        if not case.demo:
            yield (*place, "recorded_at"), "只有样例（demo: true）可以写补登时间；真实的记录在登记时自动记下"
        elif block.recorded_at < block.at:
            yield (*place, "recorded_at"), f"早于发生的时间 {_words(block.at)}，请核对"
    recorded = times | {(*place, "at"): block.recorded for place, block in _written(case)}
    for place, earlier in _follows(case, times):
        before = recorded.get(earlier)
        after = times.get(place)
        if before is not None and after is not None and after < before:
            yield place, f"{_words(after)}早于 {path_of(earlier)} 的 {_words(before)}，请核对先后"


def _words(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M}"


def _written(case: CaseFile) -> Iterator[tuple[Place, Answers]]:
    for name in ("intake", "needs", "environment", "closing", "feedback"):
        if (block := getattr(case, name)) is not None:
            yield (name,), block
    for name in ("sessions", "follow_ups"):
        for index, block in enumerate(getattr(case, name)):
            yield (name, index), block


def _times(case: CaseFile) -> Iterator[tuple[Place, datetime]]:
    yield ("consents", "at"), case.consents.at
    for name in ("intake", "needs", "environment", "matching", "closing", "feedback"):
        if (block := getattr(case, name)) is not None:
            yield (name, "at"), block.at
    for name, keys in (
        ("agreement", ("drafted_at", "signed_at")),
        ("plan", ("drafted_at", "agreed_at")),
        ("assessment", ("assigned_at", "finished_at")),
        ("report", ("drafted_at", "submitted_at", "issued_at", "handed_over_at")),
    ):
        part = getattr(case, name)
        for key in keys:
            if part is not None and getattr(part, key) is not None:
                yield (name, key), getattr(part, key)
    if case.report is not None:
        for name in ("returned", "signed_off"):
            if (part := getattr(case.report, name)) is not None:
                yield ("report", name, "at"), part.at
        if case.report.returned is not None:
            yield ("report", "returned", "resubmitted_at"), case.report.returned.resubmitted_at
    for index, activity in enumerate(case.plan.activities if case.plan else []):
        for name in ("done", "cancelled"):
            if (part := getattr(activity, name)) is not None:
                yield ("plan", "activities", index, name, "at"), part.at
    for index, session in enumerate(case.sessions):
        yield ("sessions", index, "at"), session.at
        for number, task in enumerate(session.tasks_done):
            yield ("sessions", index, "tasks_done", number, "at"), task.at
    for index, contact in enumerate(case.follow_ups):
        yield ("follow_ups", index, "at"), contact.at


_CHAIN: tuple[Place, ...] = (
    ("consents", "at"),
    ("intake", "at"),
    ("needs", "at"),
    ("agreement", "drafted_at"),
    ("agreement", "signed_at"),
    ("plan", "drafted_at"),
    ("plan", "agreed_at"),
    ("report", "drafted_at"),
    ("report", "submitted_at"),
    ("report", "returned", "at"),
    ("report", "returned", "resubmitted_at"),
    ("report", "signed_off", "at"),
    ("report", "issued_at"),
    ("report", "handed_over_at"),
    ("closing", "at"),
)


def _follows(case: CaseFile, times: Mapping[Place, datetime]) -> Iterator[tuple[Place, Place]]:
    standing = [place for place in _CHAIN if place in times]
    yield from zip(standing[1:], standing, strict=False)
    yield ("environment", "at"), ("intake", "at")
    yield ("assessment", "assigned_at"), ("plan", "agreed_at")
    yield ("assessment", "finished_at"), ("assessment", "assigned_at")
    yield ("matching", "at"), ("plan", "agreed_at")
    yield ("matching", "at"), ("assessment", "finished_at")
    for name in ("assessment", "matching"):
        yield ("report", "drafted_at"), (name, "finished_at" if name == "assessment" else "at")
    for place in times:
        if place[:2] == ("plan", "activities") or (place[0] == "sessions" and place[2:] == ("at",)):
            yield place, ("plan", "agreed_at")
            yield ("closing", "at"), place
        elif place[0] == "sessions":
            yield place, ("sessions", place[1], "at")
            yield ("closing", "at"), place
        elif place[0] == "follow_ups":
            yield place, ("closing", "at")
    yield ("feedback", "at"), ("closing", "at")
