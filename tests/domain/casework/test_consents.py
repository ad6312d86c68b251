"""A case follows the consents it rests on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests import factories_casework as fc
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.casework import delivery
from zhiyin.domain.people.consents import give_consent, withdraw_consent
from zhiyin.domain.people.models import Consent, Person
from zhiyin.kernel.errors import NotReady

pytestmark = pytest.mark.django_db


def consent(person: Person, purpose: str, by: str = "self") -> Consent:
    return Consent.objects.get(person=person, purpose=purpose, by=by, withdrawal=None)


def test_withdrawing_the_consent_for_the_file_pauses_and_giving_it_again_resumes() -> None:
    case = fc.walk_to(fc.case(), "delivery")
    with acting(fc.client_of(case), "撤回"):
        withdraw_consent(consent(case.person, "file"), by="self", channel="online")
    case.refresh_from_db()
    assert case.status == "paused"
    with fc.working(case), pytest.raises(NotReady, match="暂停"):
        delivery.hold_session(case, fc.SESSION, happened_at=timezone.now(), minutes=60, mode="face")
    with acting(fc.client_of(case), "同意"):
        give_consent(case.person, case.organisation, "file", by="self", channel="online")
    case.refresh_from_db()
    assert case.status == "open"
    with fc.working(case):
        delivery.hold_session(case, fc.SESSION, happened_at=timezone.now(), minutes=60, mode="face")


def test_another_consent_shows_and_pauses_nothing() -> None:
    case = fc.walk_to(fc.case(), "delivery")
    with acting(fc.client_of(case), "撤回"):
        withdraw_consent(consent(case.person, "assessment"), by="self", channel="online")
    case.refresh_from_db()
    assert case.status == "open"
    event = case.events.get(kind="consent.withdrawn")
    assert event.data == {"purpose": "assessment", "essential": False}


def test_of_two_who_must_agree_one_withdrawal_pauses_and_both_are_needed_to_resume() -> None:
    person = factories.person(birth=timezone.localdate() - timedelta(days=int(16.3 * 365)))
    guardian = factories.guardian(person)
    case = fc.walk_to(fc.case(person=person), "needs")
    with fc.working(case):
        withdraw_consent(consent(person, "file", "guardian"), by="guardian", channel="paper", guardian=guardian)
        withdraw_consent(consent(person, "file"), by="self", channel="paper")
    case.refresh_from_db()
    assert case.status == "paused"
    with fc.working(case):
        give_consent(person, case.organisation, "file", by="self", channel="paper")
        case.refresh_from_db()
        assert case.status == "paused"
        give_consent(person, case.organisation, "file", by="guardian", channel="paper", guardian=guardian)
    case.refresh_from_db()
    assert case.status == "open"


def test_cases_of_another_agency_and_finished_ones_are_left_alone() -> None:
    mine = fc.walk_to(fc.case(), "ended")
    events = mine.events.count()
    elsewhere = fc.case(person=factories.person(name="另一人"))
    with fc.working(mine):
        withdraw_consent(consent(mine.person, "file"), by="self", channel="paper")
    assert mine.events.count() == events
    elsewhere.refresh_from_db()
    assert elsewhere.status == "open"


def test_no_case_without_the_consent_for_the_file() -> None:
    case = fc.walk_to(fc.case(), "ended")
    with fc.working(case):
        withdraw_consent(consent(case.person, "file"), by="self", channel="paper")
    with pytest.raises(NotReady, match="同意"):
        fc.case(adviser=case.adviser, file=case.file)
