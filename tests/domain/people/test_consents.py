"""Consent: who gives it, to which text, for how long, and how it ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests import factories, factories_clients
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit import guard
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people import commands, consents
from zhiyin.domain.people.models import Consent, ConsentWithdrawal, Guardian, Person
from zhiyin.domain.people.queries import person_actor
from zhiyin.kernel.dates import add_months, turns
from zhiyin.kernel.errors import Invalid, NotReady, Refused

pytestmark = pytest.mark.django_db


def _aged(years: int) -> Person:
    return factories.person(birth=add_months(timezone.localdate(), -12 * years - 6))


def _give(person: Person, body: Organisation, purpose: str = "assessment", **values: Any) -> Consent:
    values = {"by": "self", "channel": "paper", **values}
    with acting(SYSTEM, "x"):
        return consents.give_consent(person, body, purpose, **values)


@pytest.fixture
def body() -> Organisation:
    return factories.agency()


@pytest.mark.parametrize(
    ("years", "needed"),
    [(10, ("监护人同意",)), (15, ("本人同意", "监护人同意")), (17, ("本人同意", "监护人同意")), (30, ("本人同意",))],
)
def test_whose_consent_is_needed_follows_the_age(body: Organisation, years: int, needed: tuple[str, ...]) -> None:
    person = _aged(years)
    assert consents.standing(person, body, "assessment").missing == needed
    with pytest.raises(NotReady) as caught:
        consents.require(person, body, "assessment")
    assert caught.value.missing == list(needed)
    factories_clients.consent(person, body, "assessment")
    consents.require(person, body, "assessment")


def test_at_fifteen_neither_alone_is_enough(body: Organisation) -> None:
    person = _aged(15)
    guardian = factories.guardian(person)
    _give(person, body)
    assert consents.standing(person, body, "assessment").missing == ("监护人同意",)
    _give(person, body, by="guardian", guardian=guardian)
    assert consents.standing(person, body, "assessment").holds


def test_a_child_does_not_consent_alone(body: Organisation) -> None:
    person = _aged(13)
    with pytest.raises(Invalid) as caught:
        _give(person, body)
    assert caught.value.errors == {"by": ["未满十四周岁，由监护人同意"]}


def test_a_proved_self_supporter_of_sixteen_decides_alone(body: Organisation) -> None:
    person = _aged(16)
    assert len(consents.standing(person, body, "assessment").missing) == 2
    with acting(SYSTEM, "x"):
        person = commands.change_person(
            person, 1, self_supporting_since=timezone.localdate(), self_supporting_proof="劳动合同"
        )
    assert consents.standing(person, body, "assessment").missing == ("本人同意",)


def test_from_the_eighteenth_birthday_only_the_own_consent_counts(body: Organisation) -> None:
    birth = add_months(timezone.localdate(), -12 * 17)
    person = factories.person(birth=birth)
    guardian = factories.guardian(person)
    _give(person, body, by="guardian", guardian=guardian)
    birthday = timezone.now() + timedelta(days=(turns(birth, 18) - timezone.localdate()).days)
    assert consents.standing(person, body, "assessment", birthday - timedelta(days=1)).missing == ("本人同意",)
    assert consents.parties(person, birthday) == (Consent.By.SELF,)
    assert consents.standing(person, body, "assessment", birthday).missing == ("本人同意",)
    _give(person, body)
    assert consents.standing(person, body, "assessment", birthday).holds


@pytest.mark.parametrize("change", [{"authority": "entrusted"}, {"ended": True}, {"other": True}, {"none": True}])
def test_a_guardian_who_may_not_decide_gives_no_consent(body: Organisation, change: dict[str, Any]) -> None:
    person = _aged(10)
    guardian: Guardian | None = factories.guardian(person, authority=change.get("authority", "statutory"))
    if change.get("ended"):
        with acting(SYSTEM, "x"):
            commands.end_guardian(guardian, "变更监护", timezone.localdate())
    if change.get("other"):
        guardian = factories.guardian(_aged(11))
    if change.get("none"):
        guardian = None
    with pytest.raises(Invalid) as caught:
        _give(person, body, by="guardian", guardian=guardian)
    assert list(caught.value.errors) == ["guardian"]


def test_a_consent_given_in_time_stays_after_the_guardianship_ended(body: Organisation) -> None:
    person = _aged(10)
    guardian = factories.guardian(person, started_on=timezone.localdate() - timedelta(days=9))
    _give(person, body, by="guardian", guardian=guardian, given_at=timezone.now() - timedelta(days=5))
    with acting(SYSTEM, "x"):
        commands.end_guardian(guardian, "变更监护", timezone.localdate())
    assert consents.standing(person, body, "assessment").holds


# -- which text -----------------------------------------------------------------------------------------------------


def test_the_consent_keeps_version_and_digest_of_what_was_shown(body: Organisation) -> None:
    person = factories.person()
    notice = consents.notice_for(person)
    consent = _give(person, body, notice_hash=notice.digest())
    assert (consent.notice, consent.notice_version, consent.notice_hash) == (
        "service-privacy",
        notice.version,
        notice.digest(),
    )
    assert "第二十九条" in consent.legal_basis
    with pytest.raises(Invalid, match="已经更新"):
        _give(person, body, notice_hash="0" * 64)
    event = AuditEvent.objects.get(action="people.consent_given")
    assert event.data == {"purpose": "assessment", "by": "self", "notice": "service-privacy", "version": notice.version}


def test_children_have_a_notice_of_their_own(body: Organisation) -> None:
    person = _aged(10)
    consent = factories_clients.consent(person, body, "file")[0]
    assert consent.notice == "minor-privacy"
    with pytest.raises(Invalid) as caught:
        factories_clients.consent(person, body, "employer-referral", recipient="甲厂")
    assert list(caught.value.errors) == ["purpose"]


@pytest.mark.parametrize("purpose", ["report-sharing", "employer-referral"])
def test_giving_to_others_names_the_recipient(body: Organisation, purpose: str) -> None:
    person = factories.person()
    with pytest.raises(Invalid) as caught:
        _give(person, body, purpose, recipient=" ")
    assert list(caught.value.errors) == ["recipient"]
    assert _give(person, body, purpose, recipient="罗江机械厂 人事部").recipient == "罗江机械厂 人事部"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"purpose": "marketing"}, "purpose"),
        ({"by": "neighbour"}, "by"),
        ({"given_at": timedelta(minutes=5)}, "given_at"),
        ({"expires_at": timedelta(minutes=-5)}, "expires_at"),
    ],
)
def test_bad_input_is_refused_at_its_field(body: Organisation, values: dict[str, Any], field: str) -> None:
    shifted = {k: timezone.now() + v if isinstance(v, timedelta) else v for k, v in values.items()}
    with pytest.raises(Invalid) as caught:
        _give(factories.person(), body, shifted.pop("purpose", "assessment"), **shifted)
    assert list(caught.value.errors) == [field]


# -- how it ends ----------------------------------------------------------------------------------------------------


def test_a_withdrawal_ends_it_from_then_on_and_it_can_be_given_anew(body: Organisation) -> None:
    person = factories.person()
    consent = _give(person, body, given_at=timezone.now() - timedelta(days=2))
    with acting(SYSTEM, "x"):
        consents.withdraw_consent(consent, by="self", channel="paper", words="不想做了")
        with pytest.raises(Invalid, match="已经撤回"):
            consents.withdraw_consent(Consent.objects.get(), by="self", channel="paper")
    assert not consents.standing(person, body, "assessment").holds
    _give(person, body)
    assert consents.standing(person, body, "assessment").holds
    assert AuditEvent.objects.filter(action="people.consent_withdrawn").count() == 1


def test_it_runs_out(body: Organisation) -> None:
    person = factories.person()
    end = timezone.now() + timedelta(days=30)
    _give(person, body, expires_at=end)
    assert consents.standing(person, body, "assessment", end - timedelta(seconds=1)).holds
    assert not consents.standing(person, body, "assessment", end).holds


def test_it_holds_for_one_purpose_at_one_body(body: Organisation) -> None:
    person = factories.person()
    _give(person, body)
    other = factories.agency()
    found = consents.standings(person, body, ["assessment", "file"])
    assert {purpose: state.holds for purpose, state in found.items()} == {"assessment": True, "file": False}
    assert not consents.standing(person, other, "assessment").holds


def test_neither_consent_nor_withdrawal_can_be_changed_afterwards(body: Organisation) -> None:
    consent = _give(factories.person(), body)
    with acting(SYSTEM, "x"):
        consents.withdraw_consent(consent, by="self", channel="paper")
    with guard.unguarded():
        for act in (
            lambda: Consent.objects.update(purpose="file"),
            lambda: Consent.objects.all()._raw_delete("default"),
            lambda: ConsentWithdrawal.objects.all()._raw_delete("default"),
        ):
            with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
                act()


# -- who records it -------------------------------------------------------------------------------------------------


def test_a_client_answers_for_the_own_consent_only() -> None:
    file = factories_clients.client_file(_aged(15))
    other = factories_clients.client_file(organisation=file.organisation)
    guardian = factories.guardian(file.person)
    elsewhere = factories.agency()
    who = person_actor(file.person, file.organisation_id)
    body = file.organisation
    with acting(who, "本人办理"):
        consents.give_consent(file.person, body, "followup-contact", by="self", channel="online")
        with pytest.raises(Refused):
            consents.give_consent(file.person, body, "assessment", by="guardian", guardian=guardian, channel="online")
        with pytest.raises(Refused):
            consents.give_consent(other.person, body, "assessment", by="self", channel="online")
        with pytest.raises(Refused):
            consents.give_consent(file.person, elsewhere, "assessment", by="self", channel="online")
        theirs = Consent.objects.filter(person=file.person, by="guardian").first()
        with pytest.raises(Refused):
            consents.withdraw_consent(theirs, by="guardian", channel="online", guardian=guardian)


def test_a_guardian_answers_for_the_guardians_part_only() -> None:
    file = factories_clients.client_file(_aged(15))
    guardian = factories.guardian(file.person)
    with acting(person_actor(file.person, file.organisation_id, kind="guardian"), "监护人办理"):
        values = {"channel": "online", "guardian": guardian}
        consents.give_consent(file.person, file.organisation, "followup-contact", by="guardian", **values)
        with pytest.raises(Refused):
            consents.give_consent(file.person, file.organisation, "followup-contact", by="self", channel="online")


def test_withdrawing_for_a_child_is_the_guardians_part(body: Organisation) -> None:
    person = _aged(10)
    guardian = factories.guardian(person)
    consent = _give(person, body, by="guardian", guardian=guardian)
    with acting(SYSTEM, "x"):
        for values, field in (({"by": "self"}, "by"), ({"by": "guardian"}, "guardian")):
            with pytest.raises(Invalid) as caught:
                consents.withdraw_consent(consent, channel="paper", **values)
            assert list(caught.value.errors) == [field]
        consents.withdraw_consent(consent, by="guardian", guardian=guardian, channel="paper")
    assert not consents.standing(person, body, "assessment").holds


def test_staff_record_for_the_own_body_and_within_reach() -> None:
    file = factories_clients.client_file()
    stranger = factories.member(factories.agency(), Role.FRONT_DESK)
    desk = factories.member(file.organisation, Role.FRONT_DESK)
    with pytest.raises(Refused), acting(factories.who(stranger), "x"):
        consents.give_consent(file.person, file.organisation, "file", by="self", channel="paper")
    with acting(factories.who(desk), "x"):
        with pytest.raises(Refused):
            consents.give_consent(file.person, stranger.organisation, "file", by="self", channel="paper")
        consents.give_consent(file.person, file.organisation, "file", by="self", channel="paper")
