"""What every own page needs: the person who signed in, and a check that there is one."""

from django.http import HttpRequest

from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person
from zhiyin.domain.people.policies import scope
from zhiyin.kernel.errors import Refused


def person_of(request: HttpRequest) -> Person:
    """The person this sign-in belongs to; ``Refused`` while the agency has not linked one."""
    who: Actor = request.actor  # type: ignore[attr-defined]
    person = scope(who).filter(pk=who.person_id).first() if who.person_id else None
    if person is None:
        raise Refused("这个账号还没有对应到本人的档案，请到服务窗口办理")
    return person


def agency_of(request: HttpRequest) -> Organisation:
    """The agency whose client the session stands for."""
    organisation: Organisation = request.membership.organisation  # type: ignore[attr-defined]
    return organisation


BACK = {"back_url": "/me/", "back_label": "我的"}
