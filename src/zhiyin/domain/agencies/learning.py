"""The yearly training plan with its fields and results, and agreements with partners (SVC-3.2.4, XM-6.6 a)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from zhiyin.domain.agencies import policies
from zhiyin.domain.agencies.models import (
    KNOWLEDGE,
    PRACTICAL,
    Cooperation,
    Employment,
    Staff,
    Training,
    TrainingResult,
)
from zhiyin.domain.audit.acting import Actor, actor, command, record
from zhiyin.domain.organisations.models import Organisation
from zhiyin.kernel.errors import Invalid
from zhiyin.kernel.serves import serves

WARN_DAYS = 60
"""Days before its end from which an agreement is listed as expiring; the norm gives none."""


@command("agencies.plan_training")
def plan_training(
    organisation: Organisation, *, field: str, title: str, planned_on: date, hours: Decimal = Decimal(1)
) -> Training:
    """Put a training into the year's plan, in one of the six recommended fields."""
    policies.require(actor(), "agencies.manage_staff", organisation)
    errors: dict[str, list[str]] = {}
    if field not in Training.Field.values:
        errors["field"] = ["请选择培训的领域"]
    if not title.strip():
        errors["title"] = ["请写明培训什么"]
    elif len(title.strip()) > 120:
        errors["title"] = ["请写在 120 字以内"]
    if not Decimal(0) < hours <= Decimal(200):
        errors["hours"] = ["学时在 0.5 到 200 之间"]
    if errors:
        raise Invalid(errors)
    training = Training.objects.create(
        organisation=organisation, field=field, title=title.strip(), planned_on=planned_on, hours=hours
    )
    record("agencies.training_planned", training, field=field)
    return training


@command("agencies.hold_training")
def hold_training(training: Training, held_on: date) -> Training:
    """Note that it took place."""
    policies.require(actor(), "agencies.manage_staff", training.organisation)
    if held_on > timezone.localdate():
        raise Invalid({"held_on": ["举办日期不能晚于今天"]})
    training.held_on = held_on
    training.save(update_fields=["held_on"])
    record("agencies.training_held", training)
    return training


@command("agencies.record_result")
def record_result(training: Training, staff: Staff, *, passed: bool, score: int | None = None) -> TrainingResult:
    """One trainee's result of a training that took place; entering it again corrects it."""
    policies.require(actor(), "agencies.manage_staff", training.organisation)
    if training.held_on is None:
        raise Invalid("培训还没有举办，先登记举办日期")
    if staff.organisation_id != training.organisation_id:
        raise Invalid({"staff": ["只能登记本机构人员的结果"]})
    if score is not None and not 0 <= score <= 100:
        raise Invalid({"score": ["分数在 0 到 100 之间"]})
    result, _ = TrainingResult.objects.update_or_create(
        training=training, staff=staff, defaults={"passed": passed, "score": score}
    )
    record("agencies.training_result", result, staff=str(staff.pk), passed=passed)
    return result


@dataclass(frozen=True)
class FieldRow:
    """One field of the plan: sessions planned and held, trainees with a result, of them passed."""

    field: str
    label: str
    planned: int
    held: int
    results: int
    passed: int

    @property
    def is_empty(self) -> bool:
        return self.planned == 0


@dataclass(frozen=True)
class Year:
    """A year's plan: the three fields of knowledge, the three of practice, and the trainings themselves."""

    year: int
    knowledge: tuple[FieldRow, ...]
    practical: tuple[FieldRow, ...]
    trainings: tuple[Training, ...]


def trainings(who: Actor) -> QuerySet[Training]:
    """The trainings of the own body."""
    if who.kind in {"system", "job"}:
        return Training.objects.all()
    if not policies.can(who, "agencies.read_staff"):
        return Training.objects.none()
    return Training.objects.filter(organisation_id=who.organisation_id)


@serves("SVC-3.2.4-a", "SVC-3.2.4-b")
def year_plan(who: Actor, year: int) -> Year:
    """The plan of a year by field, empty fields included; three queries."""
    rows = trainings(who).filter(planned_on__year=year)
    counted = {
        row["field"]: row
        for row in rows.order_by()
        .values("field")
        .annotate(planned=Count("pk", distinct=True), held=Count("pk", filter=Q(held_on__isnull=False), distinct=True))
    }
    results = {
        row["training__field"]: row
        for row in TrainingResult.objects.filter(training__in=rows)
        .order_by()
        .values("training__field")
        .annotate(n=Count("pk"), passed=Count("pk", filter=Q(passed=True)))
    }

    def line(field: Training.Field) -> FieldRow:
        plan, done = counted.get(field, {}), results.get(field, {})
        return FieldRow(
            str(field),
            str(field.label),
            plan.get("planned", 0),
            plan.get("held", 0),
            done.get("n", 0),
            done.get("passed", 0),
        )

    return Year(
        year,
        tuple(line(field) for field in KNOWLEDGE),
        tuple(line(field) for field in PRACTICAL),
        tuple(rows.prefetch_related("results__staff__user")),
    )


# -- partners ----------------------------------------------------------------------------------------------------------


@serves("XM-6.6-a")
@command("agencies.register_cooperation")
def register_cooperation(
    organisation: Organisation,
    *,
    partner: str,
    kind: str,
    content: str,
    signed_on: date,
    ends_on: date | None = None,
    contact: str = "",
) -> Cooperation:
    """Register an agreement with a company, a school or a training body."""
    policies.require(actor(), "agencies.manage_staff", organisation)
    errors: dict[str, list[str]] = {}
    for name, text, most in (("partner", partner, 100), ("content", content, 300)):
        if not text.strip():
            errors[name] = ["请填写"]
        elif len(text.strip()) > most:
            errors[name] = [f"请写在 {most} 字以内"]
    if len(contact.strip()) > 100:
        errors["contact"] = ["请写在 100 字以内"]
    if kind not in Cooperation.Partner.values:
        errors["kind"] = ["请选择单位类别"]
    if ends_on is not None and ends_on < signed_on:
        errors["ends_on"] = ["到期不能早于开始"]
    if errors:
        raise Invalid(errors)
    found = Cooperation.objects.create(
        organisation=organisation,
        partner=partner.strip(),
        kind=kind,
        content=content.strip(),
        signed_on=signed_on,
        ends_on=ends_on,
        contact=contact.strip(),
    )
    record("agencies.cooperation_registered", found, kind=kind)
    return found


@dataclass(frozen=True)
class Agreement:
    """An agreement with its state: running, expiring (within ``WARN_DAYS``) or expired, and the days left."""

    cooperation: Cooperation
    state: str
    days_left: int | None


def agreements(who: Actor, on: date | None = None) -> list[Agreement]:
    """Agreements of the own body, what ends first on top; one query."""
    if not policies.can(who, "agencies.read_staff"):
        return []
    day = on or timezone.localdate()
    rows = Cooperation.objects.all()
    if who.kind not in {"system", "job"}:
        rows = rows.filter(organisation_id=who.organisation_id)
    found = []
    for row in rows:
        left = (row.ends_on - day).days if row.ends_on else None
        state = "running" if left is None or left > WARN_DAYS else "expiring" if left >= 0 else "expired"
        found.append(Agreement(row, state, left))
    return sorted(found, key=lambda item: (item.days_left is None, item.days_left or 0, item.cooperation.partner))


# -- the staff as a whole ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Structure:
    """Staff employed on a day: how many, full and part time, by kind, by grade."""

    on: date
    total: int
    employment: tuple[tuple[str, int], ...]
    kinds: tuple[tuple[str, int], ...]
    levels: tuple[tuple[str, int], ...]


@serves("SD-1-3")
def structure(who: Actor, on: date | None = None) -> Structure:
    """The structure of the own body's staff on a day, drawn from the register; one query."""
    day = on or timezone.localdate()
    rows = policies.scope(who).filter(started_on__lte=day).filter(Q(ended_on=None) | Q(ended_on__gt=day))
    staff = list(rows.select_related("user"))

    def by(labels: list[str]) -> tuple[tuple[str, int], ...]:
        return tuple((label, labels.count(label)) for label in dict.fromkeys(labels))

    return Structure(
        day,
        len(staff),
        tuple((str(label), sum(one.employment == value for one in staff)) for value, label in Employment.choices),
        by([str(one.get_kind_display()) for one in staff]),
        by([one.level_label for one in staff]),
    )
