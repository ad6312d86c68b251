"""How members of staff are judged by three sides, and whom the agency commends (SD-2-20, SD-2-21)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Avg, Count
from django.utils import timezone

from zhiyin.domain.agencies import policies as agency_policies
from zhiyin.domain.agencies.models import Staff
from zhiyin.domain.audit.acting import Actor, actor, command, record
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.quality.models import Commendation, StaffRating
from zhiyin.domain.standards.queries import active
from zhiyin.kernel.errors import Conflict, Invalid, NotReady
from zhiyin.kernel.serves import serves

BEST = 100


@command("quality.rate_staff")
def rate_staff(staff: Staff, *, source: str, score: int, rated_on: date, words: str = "") -> StaffRating:
    """Put down one judgement of a member of staff, 0 to 100, from one of the three sides."""
    who = actor()
    agency_policies.require(who, "agencies.manage_staff", staff)
    errors: dict[str, list[str]] = {}
    if source not in StaffRating.Source.values:
        errors["source"] = ["请选择同行、学生或社会"]
    if not 0 <= score <= BEST:
        errors["score"] = [f"评分在 0 到 {BEST} 之间"]
    if rated_on > timezone.localdate():
        errors["rated_on"] = ["评价日期不能晚于今天"]
    if len(words.strip()) > 300:
        errors["words"] = ["请写在 300 字以内"]
    if errors:
        raise Invalid(errors)
    rating = StaffRating.objects.create(
        staff=staff,
        source=source,
        score=score,
        words=words.strip(),
        rated_on=rated_on,
        recorded_by_id=who.membership_id,
    )
    record("quality.staff_rated", rating, staff=str(staff.pk), source=source)
    return rating


@dataclass(frozen=True)
class Side:
    """One side's judgement: how many said so, their mean, the weight it has (percent)."""

    source: str
    label: str
    weight: int
    count: int
    mean: float | None


@dataclass(frozen=True)
class Evaluation:
    """The three sides, and their weighted mean; ``missing`` sides leave their weight to the others."""

    sides: tuple[Side, ...]
    total: float | None

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(side.label for side in self.sides if not side.count)


@serves("SD-2-21")
def evaluation(staff: Staff, since: date, until: date) -> Evaluation:
    """How ``staff`` is judged over a period, both days included, weighted by the parameters ``sd-weight-…``."""
    standard = active(staff.organisation_id)
    weights = {side: int(standard.parameter(f"sd-weight-{side}")) for side in StaffRating.Source.values}
    rows = staff.ratings.filter(rated_on__range=(since, until)).order_by()
    found = {row["source"]: row for row in rows.values("source").annotate(n=Count("pk"), mean=Avg("score"))}
    sides = tuple(
        Side(
            value,
            str(label),
            weights[value],
            found[value]["n"] if value in found else 0,
            float(found[value]["mean"]) if value in found else None,
        )
        for value, label in StaffRating.Source.choices
    )
    told = [(side.weight, side.mean) for side in sides if side.mean is not None]
    whole = sum(weight for weight, _ in told)
    total = round(sum(weight * mean for weight, mean in told) / whole, 1) if whole else None
    return Evaluation(sides, total)


# -- commendations -----------------------------------------------------------------------------------------------------


@serves("SD-2-20")
@command("quality.nominate")
def nominate(organisation: Organisation, *, kind: str, nominee: str, evidence: str) -> Commendation:
    """Nominate a team or a person of outstanding work, with the evidence of it."""
    agency_policies.require(actor(), "agencies.manage_staff", organisation)
    errors: dict[str, list[str]] = {}
    if kind not in Commendation.Kind.values:
        errors["kind"] = ["请选择团体或个人"]
    for name, text, most in (("nominee", nominee, 80), ("evidence", evidence, 500)):
        if not text.strip():
            errors[name] = ["请填写"]
        elif len(text.strip()) > most:
            errors[name] = [f"请写在 {most} 字以内"]
    if errors:
        raise Invalid(errors)
    found = Commendation.objects.create(
        organisation=organisation,
        kind=kind,
        nominee=nominee.strip(),
        evidence=evidence.strip(),
        nominated_by_id=actor().membership_id,
        nominated_on=timezone.localdate(),
    )
    record("quality.nominated", found, kind=kind)
    return found


@command("quality.review_nomination")
def review_nomination(
    found: Commendation, *, reviewers: Sequence[str], opinion: str, shown_from: date, shown_until: date
) -> Commendation:
    """Put down who reviewed the nomination and when it is shown to the public."""
    agency_policies.require(actor(), "agencies.manage_staff", found.organisation)
    found = Commendation.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if found.outcome:
        raise Conflict("这项推荐已经有了结果")
    names = [name.strip() for name in reviewers if name.strip()]
    errors: dict[str, list[str]] = {}
    if len(set(names)) < 2:
        errors["reviewers"] = ["至少写明两位评审人"]
    elif found.nominee in names:
        errors["reviewers"] = ["被推荐的人不能评审自己"]
    if not opinion.strip():
        errors["opinion"] = ["请写明评审意见"]
    least = int(active(found.organisation_id).parameter("sd-publicity-days"))
    if (shown_until - shown_from).days + 1 < least:
        errors["shown_until"] = [f"公示至少 {least} 天"]
    if errors:
        raise Invalid(errors)
    found.reviewers, found.opinion = names, opinion.strip()[:300]
    found.shown_from, found.shown_until = shown_from, shown_until
    found.save(update_fields=["reviewers", "opinion", "shown_from", "shown_until"])
    record("quality.nomination_reviewed", found, reviewers=len(names))
    return found


@command("quality.decide_commendation")
def decide(found: Commendation, *, outcome: str, words: str, on: date | None = None) -> Commendation:
    """Commend or drop it, after the public had its days."""
    agency_policies.require(actor(), "agencies.manage_staff", found.organisation)
    found = Commendation.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if found.outcome:
        raise Conflict("这项推荐已经有了结果")
    day = on or timezone.localdate()
    if outcome not in Commendation.Outcome.values:
        raise Invalid({"outcome": ["请选择结果"]})
    if found.shown_until is None:
        raise NotReady("先评审、公示，再决定", ["评审", "公示"])
    if outcome == Commendation.Outcome.COMMENDED and day <= found.shown_until:
        raise NotReady(f"公示到 {found.shown_until:%Y-%m-%d}，期满以后再决定", ["公示期满"])
    if not words.strip():
        raise Invalid({"words": ["请写明公示期间的反映和决定的理由"]})
    found.outcome, found.outcome_words, found.decided_on = outcome, words.strip()[:300], day
    found.save(update_fields=["outcome", "outcome_words", "decided_on"])
    record("quality.commendation_decided", found, outcome=outcome)
    return found


def commendations(who: Actor) -> list[Commendation]:
    """The nominations of the own body, the latest first; one query."""
    if not agency_policies.can(who, "agencies.read_staff"):
        return []
    found = Commendation.objects.select_related("nominated_by__user")
    return list(found if who.kind in {"system", "job"} else found.filter(organisation_id=who.organisation_id))
