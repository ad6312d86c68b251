"""Reads about accounts: the roles a user can choose, and the actor a session stands for."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Prefetch, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from zhiyin.domain.accounts import policies
from zhiyin.domain.accounts.models import Membership, User
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.audit.models import AuditEvent


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


def users_of(who: Actor, words: str = "", role: str = "") -> QuerySet[User]:
    """Everybody who holds or held a role at the own body, with these roles as ``roles_here``; two queries.

    ``words`` narrows to names and accounts, ``role`` to those who hold it now; without it clients are left out.
    """
    here = Membership.objects.filter(organisation_id=who.organisation_id).order_by("started_at", "pk")
    held = policies.scope(who)
    held = held.active().filter(role=role) if role else held.exclude(role=Role.CLIENT)
    found = User.objects.filter(pk__in=held.values("user_id"))
    if words.strip():
        found = found.filter(Q(name__contains=words.strip()) | Q(username__icontains=words.strip()))
    return found.prefetch_related(Prefetch("memberships", here, to_attr="roles_here")).order_by("name", "pk")


def user_of(who: Actor, user_id: int) -> User | None:
    """One user who holds or held a role at the own body, with these roles as ``roles_here``."""
    here = Membership.objects.filter(organisation_id=who.organisation_id).order_by("started_at", "pk")
    held = policies.scope(who).filter(user_id=user_id)
    rows = User.objects.filter(pk__in=held.values("user_id"))
    return rows.prefetch_related(Prefetch("memberships", here, to_attr="roles_here")).first()


def staff_names(who: Actor) -> list[tuple[str, str]]:
    """``(actor id, name)`` of everybody who works or worked at the own body, for reading the log; one query."""
    held = Membership.objects.filter(organisation_id=who.organisation_id).exclude(role=Role.CLIENT)
    rows = User.objects.filter(pk__in=held.values("user_id")).order_by("name", "pk")
    return [(f"user:{pk}", name) for pk, name in rows.values_list("pk", "name")]


@dataclass(frozen=True)
class FailedLogin:
    """A wrong password for an account of the own body; ``locked`` when it was the one too many."""

    at: datetime
    user: User
    locked: bool


def failed_logins(who: Actor, since: datetime, limit: int = 50) -> list[FailedLogin]:
    """Wrong passwords for accounts of the own body, newest first; two queries."""
    held = policies.scope(who).active().annotate(key=Cast("user_id", CharField()))
    events = AuditEvent.objects.filter(
        action="accounts.login_failed", at__gte=since, object_type="accounts.user", object_id__in=held.values("key")
    ).order_by("-at", "-seq")
    rows = list(events.values_list("at", "object_id", "data")[:limit])
    users = User.objects.in_bulk({int(key) for _, key, _ in rows})
    return [FailedLogin(at, users[int(key)], bool(data.get("locked"))) for at, key, data in rows]


def locked_users(who: Actor) -> list[User]:
    """Users of the own body whose account is locked now, or who typed a wrong password since they last signed in."""
    found = User.objects.filter(memberships__in=policies.scope(who).active())
    noticed = Q(locked_until__gt=timezone.now()) | Q(failed_logins__gt=0)
    return list(found.filter(noticed).distinct().order_by("-locked_until", "-failed_logins", "name"))
