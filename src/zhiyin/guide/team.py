"""The agency of a case file and its staff."""

from dataclasses import dataclass
from datetime import timedelta

from zhiyin.domain.accounts import commands as accounts
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies import commands as agencies
from zhiyin.domain.agencies.models import StaffKind
from zhiyin.domain.audit.acting import SYSTEM, acting, current
from zhiyin.domain.organisations import commands as organisations
from zhiyin.domain.organisations.models import Organisation
from zhiyin.guide.models import CaseFile, StaffPart
from zhiyin.guide.refusals import at_place


@dataclass(frozen=True)
class Team:
    """Who serves. Where the agency has nobody else for the desk, the adviser receives."""

    organisation: Organisation
    adviser: Membership
    front_desk: Membership | None = None
    supervisor: Membership | None = None
    section_head: Membership | None = None


def prepare_agency(case: CaseFile) -> Team:
    """Register the agency of the file and its staff, as the system (or the actor of the scope we are in).

    The sign-ins have no password. :class:`zhiyin.guide.refusals.Misfit` names the part of the file that was refused.
    """
    if current() is None:
        with acting(SYSTEM, "按个案文件建立机构"):
            return prepare_agency(case)
    with at_place("agency"):
        organisation = organisations.create_organisation(**case.agency.model_dump(), is_demo=case.demo)
    members = {
        name: _member(case, organisation, name, role, part)
        for name, role in _ROLES.items()
        if (part := getattr(case, name)) is not None
    }
    return Team(organisation, **members)


_ROLES = {
    "adviser": Role.ADVISER,
    "front_desk": Role.FRONT_DESK,
    "supervisor": Role.SUPERVISOR,
    "section_head": Role.SECTION_HEAD,
}


def _member(case: CaseFile, organisation: Organisation, name: str, role: Role, part: StaffPart) -> Membership:
    with at_place(name):
        user = accounts.create_user(
            username=f"{organisation.code.lower()}-{name}", name=part.name, password=None, is_demo=case.demo
        )
        membership = accounts.grant_role(user, organisation, role)
        staff = agencies.register_staff(
            user,
            organisation,
            kind=StaffKind.OPERATIONS if role == Role.FRONT_DESK else StaffKind.CONSULTANT,
            education=part.education,
            education_proof=part.education_proof,
            level=part.level,
            started_on=case.consents.at.date() - timedelta(days=1),
            ethics_signed_on=part.ethics_signed_on,
            law_trained_on=part.law_trained_on,
            background_checked_on=part.background_checked_on,
        )
    for index, held in enumerate(part.certificates):
        with at_place(name, "certificates", index, issued_on="issued"):
            agencies.add_certificate(staff, name=held.name, number=held.number, level=held.level, issued_on=held.issued)
    return membership
