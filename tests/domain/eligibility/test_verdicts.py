"""Judging, confirming, judging otherwise; verdicts are superseded, never edited."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests import factories, factories_clients
from tests.domain.eligibility.support import FOUNDER, ON, OWNER, world
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.eligibility import commands, policies, queries
from zhiyin.domain.eligibility.models import Verdict
from zhiyin.domain.eligibility.sources import Given, declared_sources
from zhiyin.domain.people import commands as people
from zhiyin.domain.people import consents
from zhiyin.domain.people.models import Consent
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused

pytestmark = pytest.mark.django_db


@pytest.mark.clause("CG2023-DJ-L3-3.3.2-K")
def test_a_founder_is_eligible_or_told_each_failed_condition_with_its_source() -> None:
    here = world()
    [verdict] = here.assess("disabled-startup", **OWNER)
    assert (verdict.outcome, verdict.on) == ("PASS", ON)
    assert verdict.outputs == [{"label": "最高扶持", "text": "6000元"}]
    [again] = here.assess("disabled-startup", **{**OWNER, "owner": False, "operating": False})
    failed = {row["title"]: row["article"] for row in again.reasons if row["verdict"] == "FAIL" and row["depth"] == 1}
    assert failed == {"本人是经营者": "《残疾人保障法》第三十四条", "正常经营": "《残疾人保障法》第三十四条"}
    assert again.supersedes == verdict


def test_facts_come_from_the_file_with_their_origin_and_are_sealed() -> None:
    here = world()
    [verdict] = here.assess("disabled-startup", **OWNER)
    facts = {row["id"]: row for row in verdict.facts}
    assert facts["birth_on"]["value"] == "1988-05-20"
    assert (facts["birth_on"]["origin"], facts["birth_on"]["proof"]) == ("proved", "居民身份证")
    assert (facts["operating"]["origin"], facts["disabled"]["origin"]) == ("declared", "proved")
    stored = Verdict.objects.filter(pk=verdict.pk).values_list("facts_sealed", "reasons_sealed", "outputs_sealed").get()
    assert all(b"1988" not in bytes(blob) and "残疾".encode() not in bytes(blob) for blob in stored)
    trace = AuditEvent.objects.filter(action="eligibility.assessed", person_id=here.person.pk).latest("id")
    assert "1988" not in str(trace.data)


def test_every_source_that_the_policies_name_may_be_answered_or_is_asked() -> None:
    assert {"file.birth_on", "file.sex", "file.disabled", "file.graduated_on"} <= declared_sources()


def test_sensitive_facts_need_a_consent_of_their_own() -> None:
    here = world()
    with acting(SYSTEM, "arrange"):
        given = Consent.objects.get(person=here.person, purpose=commands.SENSITIVE_PURPOSE)
        consents.withdraw_consent(given, by="self", channel="desk")
    with pytest.raises(Invalid) as told:
        here.assess("disabled-startup", **OWNER)
    assert set(told.value.errors) == {"disabled"}
    [verdict] = here.assess("disabled-startup", **{**OWNER, "disabled": None})
    assert verdict.outcome == "UNKNOWN"
    assert "disabled" in verdict.missing
    assert not verdict.is_sensitive


def test_bad_facts_are_told_at_their_place_and_nothing_is_stored() -> None:
    here = world()
    for facts, place in (
        ({"business_registered_on": "2025-02-30"}, "business_registered_on"),
        ({"shoe_size": 42}, "shoe_size"),
        ({"owner": Given(True, "proved", "")}, "owner"),
        ({"owner": Given(True, "guessed")}, "owner"),  # type: ignore[arg-type]
    ):
        with pytest.raises(Invalid) as told:
            here.assess("disabled-startup", **facts)
        assert set(told.value.errors) == {place}
    with pytest.raises(Invalid):
        here.assess("no-such-set")
    with pytest.raises(Invalid):
        here.assess("disability-quota")
    assert not Verdict.objects.exists()


def test_all_policies_are_judged_at_once_under_the_agencys_profile() -> None:
    here = world("shandong")
    stored = here.assess(on=date(2026, 11, 20), **FOUNDER)
    outcomes = {verdict.ruleset: verdict.outcome for verdict in stored}
    assert outcomes["disabled-startup"] == "PASS"
    assert "tax-hire" not in outcomes, "a rule about employers"
    assert {verdict.snapshot.profiles[-1] for verdict in stored} == {"shandong"}


def test_a_verdict_is_confirmed_once_and_an_open_one_not() -> None:
    here = world()
    [verdict] = here.assess("disabled-startup", **OWNER)
    [open_] = here.assess("startup-grant")
    with acting(factories.who(here.adviser), "核对"):
        commands.confirm(verdict, note="看过残疾人证原件")
        with pytest.raises(NotReady):
            commands.confirm(verdict)
        with pytest.raises(NotReady):
            commands.confirm(open_)
    standing = {
        one.verdict.ruleset: one for one in queries.standings(factories.who(here.adviser), here.person, sensitive=True)
    }
    assert standing["disabled-startup"].confirmed is not None
    assert standing["startup-grant"].confirmed is None


def test_an_override_stands_beside_the_verdict_until_it_is_taken_back() -> None:
    here = world()
    who = factories.who(here.adviser)
    [verdict] = here.assess("disabled-startup", **{**OWNER, "owner": False})
    with acting(who, "复核"):
        with pytest.raises(Invalid) as told:
            commands.override(verdict, outcome="FAIL", reason="看过")
        assert set(told.value.errors) == {"outcome", "reason"}
        act = commands.override(verdict, outcome="PASS", reason="执照在配偶名下，残联同意按家庭经营办理")
        with pytest.raises(NotReady):
            commands.override(verdict, outcome="PASS", reason="执照在配偶名下，再写一次")
    [standing] = queries.standings(who, here.person, sensitive=True)
    assert (standing.outcome, standing.verdict.outcome) == ("PASS", "FAIL")
    assert any(row["title"] == "本人是经营者" for row in standing.reasons), "the reasons of the rule stay in sight"
    assert standing.override is not None
    assert standing.override.reason == "执照在配偶名下，残联同意按家庭经营办理"
    with acting(who, "复核"):
        with pytest.raises(Invalid):
            commands.withdraw_override(act, reason="")
        commands.withdraw_override(act, reason="残联答复不同意")
        with pytest.raises(NotReady):
            commands.withdraw_override(act, reason="残联答复不同意")
    [standing] = queries.standings(who, here.person, sensitive=True)
    assert (standing.outcome, len(standing.acts)) == ("FAIL", 2)


def test_what_was_judged_is_never_edited_and_only_the_latest_is_spoken_to() -> None:
    here = world()
    [first] = here.assess("disabled-startup", **{**OWNER, "owner": False})
    [second] = here.assess("disabled-startup", **OWNER)
    with pytest.raises(DatabaseError), transaction.atomic(), acting(SYSTEM, "test"):
        Verdict.objects.filter(pk=first.pk).update(outcome="PASS")
    with acting(factories.who(here.adviser), "核对"), pytest.raises(Conflict):
        commands.confirm(first)
    assert [row.pk for row in queries.history(factories.who(here.adviser), second)] == [second.pk, first.pk]


def test_rights_and_reach() -> None:
    here = world()
    [verdict] = here.assess("disabled-startup", **OWNER)
    elsewhere = factories.member(factories.agency(), Role.ADVISER)
    assessor = factories.member(here.agency, Role.ASSESSOR)
    front = factories.member(here.agency, Role.FRONT_DESK)
    for member, act in (
        (elsewhere, lambda: commands.assess(here.person, here.agency, "disabled-startup")),
        (elsewhere, lambda: commands.confirm(verdict)),
        (assessor, lambda: commands.assess(here.person, here.agency, "disabled-startup")),
        (front, lambda: commands.override(verdict, outcome="FAIL", reason="前台不能改判的理由")),
    ):
        with acting(factories.who(member), "试"), pytest.raises(Refused):
            act()
    assert not policies.scope(factories.who(elsewhere)).exists()
    assert policies.scope(factories.who(assessor)).get() == verdict
    own = factories_clients.client_actor(here.person.files.get())
    assert policies.scope(own).get() == verdict


def test_what_rests_on_sensitive_facts_is_closed_to_whoever_may_not_see_them() -> None:
    here = world()
    here.assess("disabled-startup", **OWNER)
    [standing] = queries.standings(factories.who(here.adviser), here.person, sensitive=False)
    assert standing.verdict.is_sensitive
    assert (standing.facts, standing.reasons, standing.outputs) == ([], [], [])


def test_erasing_the_person_makes_facts_and_reasons_unreadable() -> None:
    here = world()
    [verdict] = here.assess("disabled-startup", **OWNER)
    with acting(SYSTEM, "erase"):
        people.erase_person(here.person, "本人要求")
    left: Any = Verdict.objects.get(pk=verdict.pk)
    assert (left.facts, left.reasons) == (None, None)
