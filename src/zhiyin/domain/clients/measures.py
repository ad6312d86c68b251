"""What client files show of the standards (SVC-2, SVC-3.5, SVC-4.1, XM-4)."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhiyin.domain.agencies.models import Staff
from zhiyin.domain.clients.models import Certificate, ClientFile, Education, Skill, Tag, Wish, Work
from zhiyin.domain.organisations.measuring import number_of, share_of
from zhiyin.domain.people.models import Consent
from zhiyin.engines.conformance import Reading, Scope, measure


def _opened(scope: Scope) -> QuerySet[ClientFile]:
    """Files opened in the period."""
    return ClientFile.objects.filter(
        organisation_id__in=scope.organisations, opened_on__range=(scope.since, scope.until)
    )


@measure("clients.timeline")
def timeline(scope: Scope) -> Reading:
    """Files with at least one stage of schooling or work (SVC-2.1)."""
    own = {"file": OuterRef("pk")}
    stages = Q(Exists(Education.objects.filter(**own))) | Q(Exists(Work.objects.filter(**own)))
    return share_of(_opened(scope), stages)


@measure("clients.abilities")
def abilities(scope: Scope) -> Reading:
    """Files with an ability (knowledge, skill, experience) or a certificate written down (SVC-2.2)."""
    own = {"file": OuterRef("pk")}
    return share_of(
        _opened(scope), Q(Exists(Skill.objects.filter(**own))) | Q(Exists(Certificate.objects.filter(**own)))
    )


@measure("clients.wishes")
def wishes(scope: Scope) -> Reading:
    """Files with a desired occupation and its reason (SVC-2.3)."""
    return share_of(_opened(scope), Exists(Wish.objects.filter(file=OuterRef("pk")).exclude(reason="")))


@measure("clients.basics")
def basics(scope: Scope) -> Reading:
    """Files that say education and employment status (SVC-4.1.1 a)."""
    return share_of(_opened(scope), Q(education_level__gt="", employment_status__gt=""))


@measure("clients.hobbies")
def hobbies(scope: Scope) -> Reading:
    """Files with hobbies and the day on which they were told (SVC-4.1.1 b)."""
    return share_of(_opened(scope), Q(hobbies__gt="", hobbies_on__isnull=False))


@measure("clients.informed")
def informed(scope: Scope) -> Reading:
    """Files whose person agreed to the processing at this body (SVC-3.5.3-2, XM-4.3 a)."""
    agreed = Consent.objects.filter(person=OuterRef("person"), organisation=OuterRef("organisation"))
    return share_of(_opened(scope), Exists(agreed))


@measure("clients.adviser_named")
def adviser_named(scope: Scope) -> Reading:
    """Files that name who is responsible."""
    return share_of(_opened(scope), Q(adviser__isnull=False))


@measure("clients.assisted_groups")
def assisted_groups(scope: Scope) -> Reading:
    """Tags of assisted groups that rest on a proof (SD-2-11 b)."""
    tags = Tag.objects.filter(file__organisation_id__in=scope.organisations)
    return share_of(tags, Q(proof__gt=""))


@measure("clients.from_both_sides")
def from_both_sides(scope: Scope) -> Reading:
    """Files opened for people from Taiwan, with the number of all others as a remark (XM-5.3 b)."""
    rows = _opened(scope)
    here = rows.filter(person__origin="tw")
    return number_of(here, note=f"同期其他服务对象 {rows.exclude(person__origin='tw').count()} 人")


@measure("clients.per_staff")
def per_staff(scope: Scope) -> Reading:
    """Files opened in the period for each member of staff employed on the day (XM-5.2 b)."""
    staff = Staff.objects.filter(organisation_id__in=scope.organisations, started_on__lte=scope.on)
    number = staff.exclude(ended_on__lt=scope.on).count()
    files = _opened(scope).count()
    if number == 0:
        return Reading(None, note="还没有登记工作人员")
    return Reading(round(files / number, 1), files, note=f"{files} 位服务对象，{number} 名工作人员")
