"""What the pages about clients share: the file behind an address, controls from plain data, wording of codes."""

import functools
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from zhiyin.domain.agencies.queries import possible_advisers
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.clients import policies
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.people import policies as people_policies
from zhiyin.domain.people import queries as people
from zhiyin.domain.people.models import GuardianAuthority, GuardianReading
from zhiyin.kernel.dates import AgeRegime
from zhiyin.kernel.identity import DocumentKind, mask_name
from zhiyin.packs.installed import registry
from zhiyin.web.surface import View, get_or_404, surface
from zhiyin.web.ui import controls

# what only the person can do from afar is not for the counter to record
FROM_AFAR = frozenset({"online", "one-time-link"})
REGIME_LABELS = {
    AgeRegime.UNDER_14: "未满十四周岁：由监护人同意",
    AgeRegime.FROM_14_TO_17: "十四至十七周岁：本人和监护人都要同意",
    AgeRegime.ADULT: "由本人同意",
}


def actor_of(request: HttpRequest) -> Actor:
    who: Actor = request.actor  # type: ignore[attr-defined]
    return who


def codes(codelist: str) -> list[tuple[str, str]]:
    """``(value, label)`` of a code list of the packs."""
    return [(item.value, item.label) for item in registry().get("codelist", codelist).values]


def labels(codelist: str, found: Iterable[str]) -> list[str]:
    """Labels of stored codes; a code that is no longer listed is shown as it is."""
    known = dict(codes(codelist))
    return [known.get(value, value) for value in found]


def channels() -> list[tuple[str, str]]:
    """The ways of consenting that staff record."""
    return [(value, label) for value, label in codes("consent-channel") if value not in FROM_AFAR]


def relations() -> list[tuple[str, str]]:
    """Relations of a guardian: the words themselves are stored, as they stand in the papers."""
    return [(label, label) for _, label in codes("guardian-relation")]


def advisers(who: Actor) -> list[tuple[str, str]]:
    """Advisers of the own agency who may be responsible."""
    return [(str(found.pk), found.user.name) for found in possible_advisers(who)]


def chosen_adviser(who: Actor, key: str) -> Any:
    """The membership behind a posted key, among those who may be responsible, or None."""
    return next((found for found in possible_advisers(who) if str(found.pk) == key), None)


def day_of(text: str) -> date | None:
    """A posted date, or None when it is empty or no date."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def start_of(day: date) -> datetime:
    """The first moment of a day here."""
    return timezone.make_aware(datetime.combine(day, time.min))


def end_of(day: date) -> datetime:
    """The last moment of a day here."""
    return timezone.make_aware(datetime.combine(day, time.max))


AUTHORITIES = list(GuardianAuthority.choices)
READINGS = list(GuardianReading.choices)
DOCUMENT_KINDS = [(kind.value, kind.label) for kind in DocumentKind]
# a certificate of disability proves no identity on its own
PRIMARY_KINDS = [(kind.value, kind.label) for kind in DocumentKind if kind is not DocumentKind.DISABILITY]


@dataclass(frozen=True)
class Spec:
    """One control of a form on these pages; ``kind`` as ``ui.controls`` names them."""

    name: str
    label: str
    kind: str = "text"
    options: Callable[[], list[tuple[str, str]]] | None = None
    help: str = ""
    required: bool = False
    size: str = ""
    unit: str = ""
    maxlength: str = ""
    placeholder: str = ""
    rows: int = 3
    inputmode: str = ""

    @property
    def is_list(self) -> bool:
        return self.kind == "checks"


def build(
    specs: Iterable[Spec],
    values: Mapping[str, Any],
    errors: Mapping[str, list[str]] | None = None,
    stored: Mapping[str, str] | None = None,
) -> list[controls.Control]:
    """Controls ready for ``ui/row.html``. ``stored``: what somebody else saved meanwhile, shown with the field."""
    errors, stored = errors or {}, stored or {}
    made = []
    for spec in specs:
        helps = [text for text in (spec.help, stored.get(spec.name, "")) if text]
        made.append(
            controls.simple(
                spec.name,
                spec.kind,
                values.get(spec.name, ""),
                spec.options() if spec.options else (),
                label=spec.label,
                help="；".join(helps),
                errors=controls.messages(errors.get(spec.name)),
                required=spec.required,
                size=spec.size,
                unit=spec.unit,
                maxlength=spec.maxlength,
                placeholder=spec.placeholder,
                rows=spec.rows,
                inputmode=spec.inputmode,
            )
        )
    return made


def posted(specs: Iterable[Spec], data: QueryDict) -> dict[str, Any]:
    """What was typed into ``specs``: text, or a list for groups of ticks."""
    return {
        spec.name: [one for one in data.getlist(spec.name) if one] if spec.is_list else data.get(spec.name, "")
        for spec in specs
    }


def label_map(specs: Iterable[Spec]) -> dict[str, str]:
    return {spec.name: spec.label for spec in specs}


# -- the file behind an address ------------------------------------------------------------------------------------


def with_file(right: str = "clients.read") -> Callable[[View], View]:
    """A view of one file of the own agency: 404 outside it; a child's file asks for leave first."""

    def wrap(view: View) -> View:
        @surface("staff", right=right)
        @functools.wraps(view)
        def opened(request: HttpRequest, file: uuid.UUID, *args: Any, **kwargs: Any) -> HttpResponse:
            rows = policies.scope(actor_of(request), right).select_related("person", "organisation", "adviser__user")
            found: ClientFile = get_or_404(rows, file)
            if not people_policies.child_access(actor_of(request), found.person):
                return ask_first(request, found.person, found.number)
            return view(request, found, *args, **kwargs)

        return opened

    return wrap


def ask_first(request: HttpRequest, person: Any, number: str = "") -> HttpResponse:
    """The page a child's file shows to whoever has no leave yet: why, what was asked so far, and asking now."""
    context = {
        "person": person,
        "name": mask_name(person.name),
        "number": number,
        "requests": people.access_requests(actor_of(request), person),
        "errors": {},
        "reason": "",
    }
    return render(request, "desk/clients/child_refused.html", context, status=403)


def form_page(request: HttpRequest, context: Mapping[str, Any], status: int) -> HttpResponse:
    """The common page of one form: ``file``, ``title``, ``controls``, ``cancel`` and what else ``context`` sets."""
    full = {
        "lead": "",
        "errors": {},
        "labels": {},
        "conflict": False,
        "version": "",
        "multipart": False,
        "upload_label": "",
        "submit": "保存",
        "remove_url": "",
        "notice": None,
        **context,
    }
    return render(request, "desk/clients/form.html", full, status=status)
