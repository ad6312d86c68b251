"""What the person agreed to, who looked at the file, and what is stored."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.clients import queries as clients
from zhiyin.domain.people import consents, queries
from zhiyin.domain.people.models import Consent
from zhiyin.kernel.dates import AgeRegime
from zhiyin.web.me.own import BACK, agency_of, person_of
from zhiyin.web.surface import attempt, back, surface

CHANNEL = "online"
CONSENTS = {"back_url": "/me/consents/", "back_label": "同意"}


@surface("client", right="people.consent")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every purpose of the notice with whether it stands, and one way each to give or to withdraw."""
    person, agency = person_of(request), agency_of(request)
    notice = consents.notice_for(person)
    standings = consents.standings(person, agency, [purpose.value for purpose in notice.purposes])
    given = queries.consents_given(person, agency.pk)
    labels = {purpose.value: purpose.label for purpose in notice.purposes}
    rows = []
    for purpose in notice.purposes:
        own = [row for row in given if row.purpose == purpose.value and _is_own(row)]
        rows.append({"purpose": purpose, "standing": standings[purpose.value], "own": own})
    past = [{"consent": row, "label": labels.get(row.purpose, row.purpose)} for row in given if _ended(row)]
    context = {"rows": rows, "past": past, "notice": notice, "minor": _minor(person.regime()), "agency": agency}
    return render(request, "me/consents.html", {**context, **BACK})


def _ended(row: Consent) -> bool:
    return hasattr(row, "withdrawal")


def _is_own(row: Consent) -> bool:
    return row.by == Consent.By.SELF and not _ended(row)


def _minor(regime: AgeRegime) -> str:
    """What somebody under age has to know about deciding alone."""
    if regime == AgeRegime.UNDER_14:
        return "你还没有满十四岁，这些事由监护人替你同意。想同意或者不想同意，都可以告诉监护人和指导师。"
    if regime == AgeRegime.FROM_14_TO_17:
        return "你还没有满十八岁，除了你自己同意，还要监护人同意才算数。监护人可以到服务窗口办理。"
    return ""


@surface("client", right="people.consent")
def give(request: HttpRequest, purpose: str) -> HttpResponse:
    """One purpose on its own screen: what for, on what ground, the notice in full, then the agreement."""
    person, agency = person_of(request), agency_of(request)
    notice = consents.notice_for(person)
    entry = next((item for item in notice.purposes if item.value == purpose), None)
    if entry is None:
        raise Http404("告知书里没有这一项")
    errors: dict[str, list[str]] = {}
    recipient = request.POST.get("recipient", "")
    if request.method == "POST":
        _, errors = attempt(
            request,
            "本人同意",
            lambda: consents.give_consent(
                person,
                agency,
                purpose,
                by=Consent.By.SELF,
                channel=CHANNEL,
                recipient=recipient,
                notice_hash=request.POST.get("notice_hash", ""),
            ),
        )
        if not errors:
            return back(request, "me:consents", f"已登记你的同意：{entry.label}")
    regime = person.regime()
    context = {
        "entry": entry,
        "notice": notice,
        "agency": agency,
        "errors": errors,
        "recipient": recipient,
        "minor": _minor(regime),
        "may_give": regime != AgeRegime.UNDER_14,
        **CONSENTS,
    }
    return render(request, "me/consent.html", context, status=422 if errors else 200)


@surface("client", right="people.consent")
def withdraw(request: HttpRequest, consent: uuid.UUID) -> HttpResponse:
    """Take back an agreement: as many presses as giving it took, no reason needed."""
    person, agency = person_of(request), agency_of(request)
    found = next((row for row in queries.consents_given(person, agency.pk) if row.pk == consent and _is_own(row)), None)
    if found is None:
        raise Http404("没有找到这项同意，或者已经撤回")
    entry = next((item for item in consents.notice_for(person).purposes if item.value == found.purpose), None)
    errors: dict[str, list[str]] = {}
    words = request.POST.get("words", "")
    if request.method == "POST":
        _, errors = attempt(
            request,
            "本人撤回同意",
            lambda: consents.withdraw_consent(found, by=Consent.By.SELF, channel=CHANNEL, words=words),
        )
        if not errors:
            return back(request, "me:consents", "已经撤回。撤回以前做的仍然有效，从现在起不再做")
    context = {"consent": found, "entry": entry, "errors": errors, "words": words, **CONSENTS}
    return render(request, "me/withdraw.html", context, status=422 if errors else 200)


@surface("client", right="people.read")
@require_safe
def readings(request: HttpRequest) -> HttpResponse:
    """Who looked at the file, when and what for; the person's own visits are left out."""
    person = person_of(request)
    rows = [row for row in clients.readings_for_client(person) if row.role != Role.CLIENT.label]
    return render(request, "me/readings.html", {"rows": rows, **BACK})


@surface("client", right="people.read")
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What is stored of the person at this agency, and how to have it corrected or deleted."""
    person, agency = person_of(request), agency_of(request)
    file = clients.file_of(person, agency)
    page = clients.file_page(request.actor, file.pk) if file else None  # type: ignore[attr-defined]
    return render(request, "me/data.html", {"person": person, "agency": agency, "page": page, **BACK})
