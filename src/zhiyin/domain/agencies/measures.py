"""What staff records and rooms show of the standards (SVC-3.2, SVC-3.3, XM-5)."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhiyin.domain.agencies.models import PROFESSIONAL, Competence, Room, Staff, StaffCertificate
from zhiyin.domain.organisations.measuring import number_of, share_of
from zhiyin.engines.conformance import Reading, Scope, measure
from zhiyin.kernel.dates import add_months

_PROFESSIONAL = [str(kind) for kind in PROFESSIONAL]
_FROM_BACHELOR = ("bachelor", "master", "doctor")
_FROM_COLLEGE = ("college", *_FROM_BACHELOR)


def _employed(scope: Scope) -> QuerySet[Staff]:
    """Staff employed on the day."""
    rows = Staff.objects.filter(organisation_id__in=scope.organisations, started_on__lte=scope.on)
    return rows.exclude(ended_on__lt=scope.on)


def _professionals(scope: Scope) -> QuerySet[Staff]:
    return _employed(scope).filter(kind__in=_PROFESSIONAL)


def _auxiliaries(scope: Scope) -> QuerySet[Staff]:
    return _employed(scope).exclude(kind__in=_PROFESSIONAL)


def _statement(scope: Scope) -> Q:
    return Q(ethics_signed_on__lte=scope.on, law_trained_on__lte=scope.on)


def _proved(area: str, on: date) -> Exists:
    return Exists(Competence.objects.filter(staff=OuterRef("pk"), area=area, passed=True, assessed_on__lte=on))


@measure("agencies.professionals")
def professionals(scope: Scope) -> Reading:
    """Professional staff: advisers, lecturers, coaches, developers (SVC-3.2.1 a)."""
    return number_of(_professionals(scope))


@measure("agencies.auxiliaries")
def auxiliaries(scope: Scope) -> Reading:
    """Auxiliary staff: testers, operations, teaching aids (SVC-3.2.1 b)."""
    return number_of(_auxiliaries(scope))


@measure("agencies.professional_education")
def professional_education(scope: Scope) -> Reading:
    """Professionals with a proved bachelor's degree or above (SVC-3.2.2 a)."""
    return share_of(_professionals(scope), Q(education__in=_FROM_BACHELOR, education_proof__gt=""))


@measure("agencies.professional_statement")
def professional_statement(scope: Scope) -> Reading:
    """Professionals trained in the law who signed the statement of ethics (SVC-3.2.2 b)."""
    return share_of(_professionals(scope), _statement(scope))


@measure("agencies.professional_competence")
def professional_competence(scope: Scope) -> Reading:
    """Professionals with proof of the ability ``area`` (SVC-3.2.2 c–e)."""
    return share_of(_professionals(scope), _proved(scope.given["area"], scope.on))


@measure("agencies.auxiliary_education")
def auxiliary_education(scope: Scope) -> Reading:
    """Auxiliaries with a proved college diploma or above (SVC-3.2.3 a)."""
    return share_of(_auxiliaries(scope), Q(education__in=_FROM_COLLEGE, education_proof__gt=""))


@measure("agencies.auxiliary_statement")
def auxiliary_statement(scope: Scope) -> Reading:
    """Auxiliaries trained in the law who signed the statement of ethics (SVC-3.2.3 b)."""
    return share_of(_auxiliaries(scope), _statement(scope))


@measure("agencies.auxiliary_competence")
def auxiliary_competence(scope: Scope) -> Reading:
    """Auxiliaries with proof of the ability ``area`` (SVC-3.2.3 c–e)."""
    return share_of(_auxiliaries(scope), _proved(scope.given["area"], scope.on))


@measure("agencies.trained_lately")
def trained_lately(scope: Scope) -> Reading:
    """Staff who in the last ``months`` passed a training in the law, were assessed, or gained a certificate."""
    since = add_months(scope.on, -int(scope.given["months"]))
    assessed = Competence.objects.filter(staff=OuterRef("pk"), assessed_on__range=(since, scope.on))
    certified = StaffCertificate.objects.filter(staff=OuterRef("pk"), issued_on__range=(since, scope.on))
    lately = Q(law_trained_on__range=(since, scope.on)) | Q(Exists(assessed)) | Q(Exists(certified))
    return share_of(_employed(scope), lately)


@measure("agencies.graded")
def graded(scope: Scope) -> Reading:
    """Professionals with a grade, or a certificate in force (XM-3.2, XM-5.2 e)."""
    valid = StaffCertificate.objects.filter(staff=OuterRef("pk"), issued_on__lte=scope.on)
    valid = valid.exclude(valid_until__lt=scope.on)
    return share_of(_professionals(scope), Q(level__isnull=False) | Q(Exists(valid)))


@measure("agencies.chiefs")
def chiefs(scope: Scope) -> Reading:
    """Staff of the highest grade, who may lead and train others (SD-2-5)."""
    return number_of(_employed(scope).filter(level=1))


@measure("agencies.fit_rooms")
def fit_rooms(scope: Scope) -> Reading:
    """Rooms that are separate, quiet, soundproof, aired and safe (SVC-3.3)."""
    rooms = Room.objects.filter(organisation_id__in=scope.organisations)
    fit = Q(is_separate=True, is_quiet=True, is_soundproof=True, is_ventilated=True, is_safe=True)
    return share_of(rooms, fit)


@measure("agencies.safe_quiet_rooms")
def safe_quiet_rooms(scope: Scope) -> Reading:
    """Rooms that are safe, and separate enough to talk in private (CG2023-1.5)."""
    return share_of(Room.objects.filter(organisation_id__in=scope.organisations), Q(is_safe=True, is_separate=True))


@measure("agencies.accessible_rooms")
def accessible_rooms(scope: Scope) -> Reading:
    """Rooms that somebody with a disability can reach and use."""
    return number_of(Room.objects.filter(organisation_id__in=scope.organisations, is_accessible=True))
