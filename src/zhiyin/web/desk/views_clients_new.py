"""Receiving a new client in two steps: who it is, then notice, consents and the file."""

import contextlib
import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.casework import intake
from zhiyin.domain.clients import commands as client_commands
from zhiyin.domain.clients import policies as client_policies
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.files import commands as file_commands
from zhiyin.domain.files.models import StoredFile
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people import commands, consents, policies, queries
from zhiyin.domain.people.models import Consent, Guardian, Person
from zhiyin.kernel.dates import AgeRegime, age_on, regime
from zhiyin.kernel.errors import Invalid
from zhiyin.kernel.identity import mask_name
from zhiyin.web.desk import views_clients_parts as parts
from zhiyin.web.desk.views_clients_paste import read_pasted
from zhiyin.web.surface import attempt, back, get_or_404, surface

Spec = parts.Spec
WHO = (
    Spec("kind", "证件类型", "select", lambda: parts.PRIMARY_KINDS, required=True, size="m"),
    Spec("number", "证件号", required=True, size="m", maxlength="40"),
    Spec("name", "姓名", required=True, size="m", maxlength="50"),
    Spec("phone", "电话", "tel", size="m", maxlength="20", help="没有电话可以先空着"),
    Spec("birth_date", "出生日期", "date", size="m", help="证件号里有出生日期的不用填"),
    Spec(
        "sex",
        "性别",
        "select",
        lambda: [("1", "男"), ("2", "女"), ("9", "不说明")],
        size="m",
        help="证件号里有的不用填",
    ),
    Spec("valid_until", "证件有效期至", "date", size="m", help="长期有效的空着"),
)
OWN_CODE = Spec("own_code", "本人查询码", size="m", maxlength="12", inputmode="numeric")
GUARDIAN = (
    Spec("guardian_name", "监护人姓名", required=True, size="m", maxlength="50"),
    Spec("guardian_relation", "与本人的关系", "select", parts.relations, required=True, size="m"),
    Spec("guardian_authority", "监护类别", "select", lambda: parts.AUTHORITIES, required=True, size="m"),
    Spec("guardian_phone", "监护人电话", "tel", size="m", maxlength="20"),
    Spec("guardian_number", "监护人身份证号", size="m", maxlength="20"),
    Spec("guardian_proof", "凭什么确认", required=True, size="m", maxlength="200", help="如户口簿、出生证明、法院文书"),
    Spec("guardian_may_read", "监护人可以看", "checks", lambda: parts.READINGS, help="不勾的，监护人看不到"),
)
BASICS = (
    Spec("employment_status", "目前状态", "select", lambda: parts.codes("employment-status"), size="m"),
    Spec("education_level", "文化程度", "select", lambda: parts.codes("education-level"), size="m"),
    Spec("hukou_kind", "户口性质", "select", lambda: parts.codes("hukou-kind"), size="m"),
    Spec("hukou_place", "户籍地", size="m", maxlength="120"),
    Spec(
        "groups",
        "人员类别",
        "checks",
        lambda: parts.codes("client-group"),
        help="残疾、低保、刑满释放、戒毒康复属于敏感情况，要先取得单独同意",
    ),
    Spec(
        "hobbies",
        "兴趣爱好",
        "textarea",
        rows=2,
        maxlength="500",
        help="平时喜欢做什么，例：下棋、修小家电、带孩子们唱歌",
    ),
)
SERVICE = (Spec("service_kind", "服务类别", "select", lambda: parts.codes("service-kind"), size="m"),)


# -- step one: who --------------------------------------------------------------------------------------------------


@surface("staff", right="clients.open")
def client_new(request: HttpRequest) -> HttpResponse:
    """Number and name; whoever looks the same is shown before a new person is registered."""
    who, errors, alike = parts.actor_of(request), {}, []
    typed: dict[str, Any] = {spec.name: "" for spec in (*WHO, OWN_CODE)} | {"kind": "resident_id"}
    pasted = request.POST.get("pasted", "")
    # without scripts Enter presses the first button of the form, which is the paste box's
    pasting = request.POST.get("act") == "paste" and bool(pasted.strip())
    if request.method == "POST":
        typed = parts.posted((*WHO, OWN_CODE), request.POST)
        if pasting:
            found = read_pasted(pasted)
            typed |= found
            if not found:
                errors = {"pasted": ["没有认出姓名、证件号或手机号，请直接在下面填写"]}
        elif typed["own_code"].strip():
            person, errors = attempt(request, "接待新来访者", lambda: _introduce(typed))
            if person is not None:
                return redirect("desk:client_open", person.pk)
        else:
            alike = _alike(who, typed)
            exact = any(item["found"].exact for item in alike)
            if alike and (exact or request.POST.get("different") != "1"):
                errors = _first_check(typed)
            else:
                person, errors = attempt(request, "接待新来访者", lambda: _register(typed))
                if person is not None:
                    return redirect("desk:client_open", person.pk)
    stopped = bool(errors) or bool(alike)
    context = {
        "controls": parts.build(WHO, typed, errors),
        "own_code": parts.build((OWN_CODE,), typed, errors)[0],
        "own_code_open": bool(typed["own_code"]) or "number" in errors,
        "errors": errors,
        "labels": parts.label_map((*WHO, OWN_CODE)),
        "alike": alike,
        "exact": any(item["found"].exact for item in alike),
        "pasted": pasted,
        "hints": _hints(typed),
    }
    return render(request, "desk/clients/new.html", context, status=422 if stopped else 200)


def _introduce(typed: dict[str, Any]) -> Person:
    return commands.introduce(kind=typed["kind"], number=typed["number"], own_code=typed["own_code"])


def _register(typed: dict[str, Any]) -> Person:
    for name in ("birth_date", "valid_until"):
        if typed[name].strip() and parts.day_of(typed[name]) is None:
            raise Invalid({name: ["日期的写法如 2026-03-15"]})
    return commands.create_person(
        name=typed["name"],
        kind=typed["kind"],
        number=typed["number"],
        birth_date=parts.day_of(typed["birth_date"]),
        sex=typed["sex"],
        phone=typed["phone"],
        valid_until=parts.day_of(typed["valid_until"]),
    )


def _first_check(typed: dict[str, Any]) -> dict[str, list[str]]:
    """Faults of the number, told together with the look-alikes."""
    try:
        commands.check_document(typed["kind"], typed["number"])
    except Invalid as error:
        return error.errors
    return {}


def _alike(who: Actor, typed: dict[str, Any]) -> list[dict[str, Any]]:
    """Look-alikes with the address of their file here, or of the step that opens one."""
    birth = parts.day_of(typed["birth_date"])
    with contextlib.suppress(Invalid):
        birth = commands.check_document(typed["kind"], typed["number"]).birth_date or birth
    found = queries.look_alikes(
        who, name=typed["name"].strip(), birth_date=birth, number=typed["number"], phone=typed["phone"]
    )
    files = {
        file.person_id: file
        for file in client_policies.scope(who).filter(person__in=[item.person.pk for item in found])
    }
    return [
        {
            "found": item,
            "file": files.get(item.person.pk),
            "name": item.person.name if policies.child_access(who, item.person) else mask_name(item.person.name),
            "document": next((row for row in item.person.documents.all() if row.is_primary), None),
        }
        for item in found
    ]


def _hints(typed: dict[str, Any]) -> dict[str, Any]:
    """What the number says of itself, and whose consent will be needed."""
    if not typed["number"].strip():
        return {}
    birth, sex, faults, warnings = parts.day_of(typed["birth_date"]), "", [], ()
    try:
        check = commands.check_document(typed["kind"], typed["number"])
        birth, warnings = check.birth_date or birth, check.warnings
        sex = {"male": "男", "female": "女"}.get(check.sex or "", "")
    except Invalid as error:
        faults = [message for messages in error.errors.values() for message in messages]
    hints: dict[str, Any] = {"faults": faults, "warnings": warnings, "sex": sex, "birth": birth, "age": "", "rule": ""}
    today = timezone.localdate()
    if birth is not None and birth <= today and not faults:
        kind = regime(birth, today)
        hints |= {"age": age_on(birth, today), "rule": parts.REGIME_LABELS[kind], "minor": kind != AgeRegime.ADULT}
    return hints


@surface("staff", right="clients.open")
@require_POST
def client_hints(request: HttpRequest) -> HttpResponse:
    """The hints beside the form, renewed while it is filled in."""
    return render(request, "desk/clients/hints.html", {"hints": _hints(parts.posted(WHO, request.POST))})


# -- step two: notice, consents, file ------------------------------------------------------------------------------


@surface("staff", right="clients.open")
def client_open(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Show the notice, record the consents, open the file and, if wanted, a case: all of it or nothing."""
    who = parts.actor_of(request)
    found: Person = get_or_404(policies.scope(who, "people.create"), person)
    file = client_policies.scope(who).filter(person=found).first()
    if file is not None:
        return redirect("desk:file", file.pk)
    if not policies.child_access(who, found):
        return parts.ask_first(request, found)
    options = parts.advisers(who)
    adviser = Spec("adviser", "责任指导师", "select", lambda: options, size="m", help="可以以后再指派；要立案就现在选")
    channel = Spec("channel", "同意的方式", "select", parts.channels, required=True, size="m")
    needed, guardians = consents.parties(found), queries.guardians_deciding(found, timezone.localdate())
    asks_guardian = Consent.By.GUARDIAN in needed
    guardian_specs = GUARDIAN if asks_guardian and not guardians else ()
    specs = (*guardian_specs, channel, *BASICS, adviser, *SERVICE)
    own = str(who.membership_id)
    typed: dict[str, Any] = {spec.name: [] if spec.is_list else "" for spec in specs}
    typed |= {"channel": "paper", "adviser": own if own in dict(options) else "", "guardian_may_read": ["steps"]}
    errors: dict[str, list[str]] = {}
    notice = consents.notice_for(found)
    ticked = set()
    if request.method == "POST":
        typed = typed | parts.posted(specs, request.POST)
        ticked = {key for key in request.POST if key.startswith("agree-") and request.POST[key] == "1"}
        opened, errors = attempt(
            request, "接待新来访者", lambda: _open(request, found, typed, ticked, bool(guardian_specs))
        )
        if opened is not None:
            return back(request, "desk:file", f"已建立{found.name}的档案，档案号 {opened.number}", opened.pk)
    context = {
        "person": found,
        "notice": notice,
        "agency": request.membership.organisation,  # type: ignore[attr-defined]
        "rule": parts.REGIME_LABELS[found.regime()],
        "parties": [(party.value, party.label) for party in needed],
        "purposes": [
            (
                purpose,
                [
                    (party, f"agree-{party.value}-{purpose.value}", f"agree-{party.value}-{purpose.value}" in ticked)
                    for party in needed
                ],
            )
            for purpose in notice.purposes
            if not purpose.recipient
        ],
        "later": [purpose for purpose in notice.purposes if purpose.recipient],
        "guardians": guardians if asks_guardian else [],
        "guardian_controls": parts.build(guardian_specs, typed, errors),
        "channel": parts.build((channel,), typed, errors)[0],
        "basics": parts.build(BASICS, typed, errors),
        "service": parts.build((adviser, *SERVICE), typed, errors),
        "may_open_case": holds(who, "casework.open"),
        "open_case": request.POST.get("open_case") == "1",
        "errors": errors,
        "labels": parts.label_map(specs),
    }
    return render(request, "desk/clients/open.html", context, status=422 if errors else 200)


def _open(
    request: HttpRequest, person: Person, typed: dict[str, Any], ticked: set[str], new_guardian: bool
) -> ClientFile:
    """Guardian, proof, consents, file, case, in this order; everything is undone when one of them is refused."""
    who = parts.actor_of(request)
    organisation: Organisation = request.membership.organisation  # type: ignore[attr-defined]
    if typed["channel"] not in dict(parts.channels()):
        raise Invalid({"channel": ["请选择同意的方式"]})
    scan = store_upload(request, organisation, person)
    deciding = queries.guardians_deciding(person, timezone.localdate())
    guardian = _guardian(person, typed, scan) if new_guardian else next(iter(deciding), None)
    notice = consents.notice_for(person)
    for purpose in notice.purposes:
        for party in consents.parties(person):
            if f"agree-{party.value}-{purpose.value}" in ticked:
                consents.give_consent(
                    person,
                    organisation,
                    purpose.value,
                    by=party,
                    channel=typed["channel"],
                    guardian=guardian if party == Consent.By.GUARDIAN else None,
                    notice_hash=request.POST.get("notice_hash", ""),
                    evidence=scan,
                )
    adviser = parts.chosen_adviser(who, typed["adviser"]) if typed["adviser"] else None
    if typed["adviser"] and adviser is None:
        raise Invalid({"adviser": ["请从列表中选择责任指导师"]})
    first = {spec.name: typed[spec.name] for spec in BASICS}
    file = client_commands.open_file(person, organisation, adviser, **first)
    if request.POST.get("open_case") == "1":
        if adviser is None:
            raise Invalid({"adviser": ["要立案，请选择责任指导师"]})
        intake.open_case(file, service_kind=typed["service_kind"], adviser=adviser)
    return file


def store_upload(request: HttpRequest, organisation: Organisation, person: Person) -> StoredFile | None:
    """The uploaded scan, kept encrypted, or None when none was chosen."""
    upload = request.FILES.get("file")
    if upload is None:
        return None
    return file_commands.store(organisation, upload.name or "", upload.read(), person=person)


def _guardian(person: Person, typed: dict[str, Any], proof: StoredFile | None) -> Guardian:
    fields = {spec.name.removeprefix("guardian_"): typed[spec.name] for spec in GUARDIAN}
    return under("guardian_", lambda: commands.add_guardian(person, **fields, proof_file=proof))


def under(prefix: str, run: Callable[[], Any]) -> Any:
    """Run a command whose fields stand on this form under longer names."""
    try:
        return run()
    except Invalid as error:
        raise Invalid({prefix + name if name else "": found for name, found in error.errors.items()}) from error
