"""A signed-in member of staff, and what the pages of a case post."""

from typing import Any

from django.test import Client

from zhiyin.domain.accounts.models import Membership


def signed_in(membership: Membership) -> Client:
    client = Client()
    client.force_login(membership.user)
    session = client.session
    session["membership"] = str(membership.pk)
    session.save()
    return client


def posted(answers: dict[str, Any]) -> dict[str, Any]:
    """The names of ``ui/form.html`` for engine answers: rows spread over ``field-0-column``."""
    data: dict[str, Any] = {}
    for name, value in answers.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            data[f"{name}-rows"] = str(len(value))
            for index, row in enumerate(value):
                data.update({f"{name}-{index}-{column}": cell for column, cell in row.items()})
        else:
            data[name] = value
    return data
