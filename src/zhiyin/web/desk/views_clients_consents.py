"""Guardians of a minor, and the consents given, withdrawn and proved."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiyin.domain.audit.reads import note_reading
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.files import queries as files
from zhiyin.domain.people import commands, consents, queries
from zhiyin.domain.people.models import Consent, Guardian, Person
from zhiyin.kernel.errors import Invalid
from zhiyin.web.desk import views_clients_parts as parts
from zhiyin.web.desk.views_clients_edit import page
from zhiyin.web.desk.views_clients_new import GUARDIAN, store_upload, under
from zhiyin.web.surface import attempt, back, get_or_404

Spec = parts.Spec
STARTED = Spec("guardian_started_on", "从哪天起", "date", size="m", help="空着就从今天起")


@parts.with_file("people.edit")
def guardian_new(request: HttpRequest, file: ClientFile) -> HttpResponse:
    """Register somebody who answers for a minor, with the proof."""
    specs = (*GUARDIAN, STARTED)
    typed: dict[str, Any] = {"guardian_may_read": ["steps"]}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        typed = parts.posted(specs, request.POST)
        _, errors = attempt(request, "登记监护人", lambda: _add_guardian(request, file, typed))
        if not errors:
            return back(request, "desk:file_tab", "监护人已登记", file.pk, "guardians")
    return page(
        request,
        file,
        422 if errors else 200,
        title="登记监护人",
        lead="受托照护的人不能代为同意，也可以登记，便于联系。",
        controls=parts.build(specs, typed, errors),
        errors=errors,
        labels=parts.label_map(specs),
        multipart=True,
        upload_label="监护证明的扫描件",
        cancel=reverse("desk:file_tab", args=[file.pk, "guardians"]),
    )


def _add_guardian(request: HttpRequest, file: ClientFile, typed: dict[str, Any]) -> Guardian:
    since = typed["guardian_started_on"].strip()
    started = parts.day_of(since)
    if since and started is None:
        raise Invalid({"guardian_started_on": ["日期的写法如 2026-03-15"]})
    if started is not None and started > timezone.localdate():
        raise Invalid({"guardian_started_on": ["不能晚于今天"]})
    fields = {spec.name.removeprefix("guardian_"): typed[spec.name] for spec in GUARDIAN}
    proof_file = store_upload(request, file.organisation, file.person)
    found: Guardian = under(
        "guardian_",
        lambda: commands.add_guardian(file.person, **fields, proof_file=proof_file, started_on=started),
    )
    return found


@parts.with_file("people.edit")
def guardian_end(request: HttpRequest, file: ClientFile, guardian: uuid.UUID) -> HttpResponse:
    """End an authority before the person comes of age."""
    found: Guardian = get_or_404(file.person.guardians.filter(ended_on=None), guardian)
    specs = (
        Spec("reason", "为什么终止", required=True, size="l", maxlength="200", help="例：法院变更抚养权"),
        Spec("on", "从哪天起", "date", size="m", help="空着就从今天起"),
    )
    typed: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        typed = parts.posted(specs, request.POST)
        _, errors = attempt(request, "终止监护", lambda: _end_guardian(found, typed))
        if not errors:
            return back(request, "desk:file_tab", f"{found.name}的监护已终止", file.pk, "guardians")
    return page(
        request,
        file,
        422 if errors else 200,
        title=f"终止{found.name}的监护",
        lead="以前代为同意的仍然有效，从终止那天起不能再代为同意。",
        controls=parts.build(specs, typed, errors),
        errors=errors,
        labels=parts.label_map(specs),
        submit="终止",
        cancel=reverse("desk:file_tab", args=[file.pk, "guardians"]),
    )


def _end_guardian(guardian: Guardian, typed: dict[str, Any]) -> None:
    last = typed["on"].strip()
    day = parts.day_of(last)
    if last and day is None:
        raise Invalid({"on": ["日期的写法如 2026-03-15"]})
    if day is not None and not guardian.started_on <= day <= timezone.localdate():
        raise Invalid({"on": ["要在登记以后，不能晚于今天"]})
    commands.end_guardian(guardian, typed["reason"], day)


# -- consents ------------------------------------------------------------------------------------------------------


def _consent_specs(person: Person) -> tuple[Spec, ...]:
    notice = consents.notice_for(person)
    deciding = queries.guardians_deciding(person, timezone.localdate())
    parties = [(party.value, party.label) for party in consents.parties(person)]
    guardian = Spec("guardian", "哪位监护人", "select", lambda: [(str(row.pk), str(row)) for row in deciding], size="m")
    minor = any(value == Consent.By.GUARDIAN for value, _ in parties)
    return (
        Spec("purpose", "同意做什么", "radio", lambda: [(p.value, p.label) for p in notice.purposes], required=True),
        Spec("recipient", "交给谁", size="l", maxlength="200", help="向别的单位或个人提供的，写明名称；别的不用填"),
        Spec("by", "谁同意", "select", lambda: parties, required=True, size="m"),
        *((guardian,) if minor else ()),
        Spec("channel", "同意的方式", "select", parts.channels, required=True, size="m"),
        Spec("given_on", "同意的日期", "date", size="m", help="今天的空着；补记的填纸上的日期"),
        Spec("expires_on", "有效至", "date", size="m", help="没有期限的空着"),
    )


@parts.with_file("people.consent")
def consent_give(request: HttpRequest, file: ClientFile) -> HttpResponse:
    """Record what a party agreed to after seeing the notice, with the scan of what they signed."""
    specs = _consent_specs(file.person)
    notice = consents.notice_for(file.person)
    parties = consents.parties(file.person)
    typed: dict[str, Any] = {"channel": "paper", "by": parties[0].value if len(parties) == 1 else ""}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        typed = parts.posted(specs, request.POST)
        _, errors = attempt(request, "登记同意", lambda: _give(request, file, typed))
        if not errors:
            return back(request, "desk:file_tab", "同意已登记", file.pk, "consents")
    return page(
        request,
        file,
        422 if errors else 200,
        title="登记同意",
        lead="先把告知书给对方看，或者念给对方听。",
        controls=parts.build(specs, typed, errors),
        errors=errors,
        labels=parts.label_map(specs),
        multipart=True,
        upload_label="签字的扫描件",
        notice=notice,
        agency=file.organisation,
        cancel=reverse("desk:file_tab", args=[file.pk, "consents"]),
    )


def _give(request: HttpRequest, file: ClientFile, typed: dict[str, Any]) -> Consent:
    if typed["channel"] not in dict(parts.channels()):
        raise Invalid({"channel": ["请选择同意的方式"]})
    days: dict[str, Any] = {}
    for name in ("given_on", "expires_on"):
        day = parts.day_of(typed[name])
        if typed[name].strip() and day is None:
            raise Invalid({name: ["日期的写法如 2026-03-15"]})
        days[name] = day
    given, expires = days["given_on"], days["expires_on"]
    chosen = next((row for row in file.person.guardians.all() if str(row.pk) == typed.get("guardian")), None)
    today = timezone.localdate()
    try:
        return consents.give_consent(
            file.person,
            file.organisation,
            typed["purpose"],
            by=typed["by"],
            channel=typed["channel"],
            guardian=chosen if typed["by"] == Consent.By.GUARDIAN else None,
            recipient=typed["recipient"],
            notice_hash=request.POST.get("notice_hash", "") if given in {None, today} else "",
            given_at=parts.start_of(given) if given not in {None, today} else None,
            expires_at=parts.end_of(expires) if expires else None,
            evidence=store_upload(request, file.organisation, file.person),
        )
    except Invalid as error:
        names = {"given_at": "given_on", "expires_at": "expires_on"}
        raise Invalid({names.get(name, name): found for name, found in error.errors.items()}) from error


@parts.with_file("people.consent")
def consent_withdraw(request: HttpRequest, file: ClientFile, consent: uuid.UUID) -> HttpResponse:
    """Record that a consent was taken back; no reason is asked for."""
    found = _consent(file, consent)
    if hasattr(found, "withdrawal"):
        raise Http404("这项同意已经撤回")
    guardians = list(file.person.guardians.all())
    specs: tuple[Spec, ...] = (
        Spec("by", "谁撤回", "select", lambda: list(Consent.By.choices), required=True, size="m"),
        Spec("guardian", "哪位监护人", "select", lambda: [(str(row.pk), str(row)) for row in guardians], size="m"),
        Spec("channel", "怎么提出的", "select", parts.channels, required=True, size="m"),
        Spec("words", "对方的话", size="l", maxlength="300", help="可以不填，撤回不需要理由"),
    )
    if not guardians:
        specs = tuple(spec for spec in specs if spec.name != "guardian")
    typed: dict[str, Any] = {"by": found.by, "channel": "paper", "guardian": str(found.guardian_id or "")}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        typed = parts.posted(specs, request.POST)
        _, errors = attempt(request, "登记撤回同意", lambda: _withdraw(found, guardians, typed))
        if not errors:
            return back(request, "desk:file_tab", "撤回已登记，从现在起不再按这项同意做事", file.pk, "consents")
    names = {purpose.value: purpose.label for purpose in consents.notice_for(file.person).purposes}
    return page(
        request,
        file,
        422 if errors else 200,
        title="登记撤回",
        lead=f"{names.get(found.purpose, found.purpose)}。撤回以前做的仍然有效。",
        controls=parts.build(specs, typed, errors),
        errors=errors,
        labels=parts.label_map(specs),
        submit="登记撤回",
        cancel=reverse("desk:file_tab", args=[file.pk, "consents"]),
    )


def _withdraw(found: Consent, guardians: list[Guardian], typed: dict[str, Any]) -> Any:
    if typed["channel"] not in dict(parts.channels()):
        raise Invalid({"channel": ["请选择怎么提出的"]})
    guardian = next((row for row in guardians if str(row.pk) == typed.get("guardian")), None)
    return consents.withdraw_consent(
        found,
        by=typed["by"],
        channel=typed["channel"],
        words=typed["words"],
        guardian=guardian if typed["by"] == Consent.By.GUARDIAN else None,
    )


def _consent(file: ClientFile, key: uuid.UUID) -> Consent:
    given = queries.consents_given(file.person, file.organisation_id)
    found = next((row for row in given if row.pk == key), None)
    if found is None:
        raise Http404("没有找到这项同意")
    return found


@parts.with_file("clients.read")
@require_safe
def consent_evidence(request: HttpRequest, file: ClientFile, consent: uuid.UUID) -> HttpResponse:
    """The scan behind a consent, to be saved; the reading is noted."""
    found = _consent(file, consent)
    stored = found.evidence
    if stored is None or stored.erased_at is not None:
        raise Http404("没有凭证，或者已经依法删除")
    content = files.content(stored)
    note_reading(parts.actor_of(request), stored, file.person_id, "查看同意凭证")
    suffix = stored.name.rsplit(".", 1)[-1]
    return HttpResponse(
        content,
        content_type=stored.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="consent-{found.given_at:%Y%m%d}.{suffix}"',
            "X-Content-Type-Options": "nosniff",
        },
    )
