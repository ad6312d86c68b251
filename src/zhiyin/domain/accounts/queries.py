"""Reads about accounts: the roles a user can choose, and the actor a session stands for."""

import uuid

from django.db.models import Prefetch, Q
from django.utils import timezone

from zhiyin.domain.accounts import policies
from zhiyin.domain.accounts.models import Membership, User
from zhiyin.domain.audit.acting import Actor


def memberships_of(user: User) -> list[Membership]:
    """Active memberships, bodies loaded, in a steady order."""
    return list(user.memberships.active().select_related("organisation").order_by("organisation__name", "role"))


def bare_actor(user: User) -> Actor:
    """The user before a role was chosen (signing in, choosing a role, changing the password)."""
    return Actor(kind="staff", id=f"user:{user.pk}", name=user.name, user_id=user.pk)


def staff_actor(membership: Membership) -> Actor:
    """The user in the role held at a body."""
    kind = {"client": "client", "employer_contact": "employer"}.get(membership.role, "staff")
    return Actor(
        kind=kind,
        id=f"user:{membership.user_id}",
        name=membership.user.name,
        role=membership.role,
        organisation_id=membership.organisation_id,
        user_id=membership.user_id,
        membership_id=membership.pk,
    )


def names_of(actor_ids: set[str]) -> dict[str, str]:
    """Names for actor ids of the form ``user:<pk>``; ids of other kinds are left out."""
    keys = {int(text.removeprefix("user:")) for text in actor_ids if text.startswith("user:")}
    return {f"user:{pk}": name for pk, name in User.objects.filter(pk__in=keys).values_list("pk", "name")}


def membership(pk: uuid.UUID) -> Membership | None:
    return Membership.objects.active().select_related("user", "organisation").filter(pk=pk).first()


def users_of(who: Actor) -> list[User]:
    """Everybody who holds or held a role at the own body, with these roles as ``roles_here``; two queries."""
    here = Membership.objects.filter(organisation_id=who.organisation_id).order_by("started_at", "pk")
    found = User.objects.filter(memberships__in=policies.scope(who)).distinct()
    return list(found.prefetch_related(Prefetch("memberships", here, to_attr="roles_here")).order_by("name", "pk"))


def locked_users(who: Actor) -> list[User]:
    """Users of the own body whose account is locked now, or who typed a wrong password since they last signed in."""
    found = User.objects.filter(memberships__in=policies.scope(who).active())
    noticed = Q(locked_until__gt=timezone.now()) | Q(failed_logins__gt=0)
    return list(found.filter(noticed).distinct().order_by("-locked_until", "-failed_logins", "name"))
