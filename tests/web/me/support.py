"""A client who has signed in, and the links that are handed out."""

from typing import Any

from django.test import Client

from tests import factories
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting, record
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person


def membership_of(person: Person, organisation: Organisation) -> Membership:
    """The client's own sign-in at ``organisation``, linked to the person."""
    membership = factories.member(organisation, Role.CLIENT, name=person.name)
    with acting(SYSTEM, "arrange"):
        person.user = membership.user
        person.save(update_fields=["user"])
        record("test.linked", person)
    return membership


def sign_in(client: Client, membership: Membership) -> Client:
    client.force_login(membership.user)
    session = client.session
    session["membership"] = str(membership.pk)
    session.save()
    return client


def signed_in(client: Client, person: Person, organisation: Organisation) -> Client:
    return sign_in(client, membership_of(person, organisation))


def text(response: Any) -> str:
    return response.content.decode()
