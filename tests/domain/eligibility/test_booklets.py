"""Booklets and enquiries: an edition stays what it was, and says what it must say."""

from datetime import date
from typing import Any

import pytest

from tests import factories
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import VISITOR, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.eligibility import commands, library, papers, policies, queries
from zhiyin.domain.eligibility.models import Booklet, Enquiry
from zhiyin.kernel.errors import Invalid, Refused

pytestmark = pytest.mark.django_db
BEFORE, AFTER = date(2025, 12, 1), date(2026, 11, 20)


def keep(agency: Any, on: date, **more: Any) -> Booklet:
    with acting(VISITOR, "下载政策读本"):
        return commands.keep_booklet(agency, region="37", on=on, **more)


def test_an_edition_is_made_only_when_the_content_differs_and_the_earlier_one_stays() -> None:
    agency = factories.agency(address="澄湖路 18 号")
    first = keep(agency, BEFORE)
    assert keep(agency, date(2025, 12, 2)).pk == first.pk
    second = keep(agency, AFTER)
    assert (first.number, second.number) == (1, 2)
    assert bytes(Booklet.objects.get(pk=first.pk).content) == bytes(first.content) != bytes(second.content)
    assert keep(agency, AFTER, audience="employer").number == 1
    assert [one.number for one in queries.booklets(agency, "37")] == [2, 1]
    assert AuditEvent.objects.filter(action="eligibility.booklet_made").count() == 3


@pytest.mark.clause("CG2023-L4-1.1.2-K")
def test_a_booklet_without_source_validity_or_contact_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = factories.agency(address="")
    silent.phone = ""
    with pytest.raises(Invalid) as refused:
        keep(silent, AFTER)
    assert "没有联系方式" in str(refused.value.errors)
    agency = factories.agency(address="澄湖路 18 号")
    whole = library.search
    for change, label in (({"issuer": "", "number": ""}, "出处"), ({"valid_from": ""}, "有效期")):
        monkeypatch.setattr(
            library,
            "search",
            lambda *given, change=change, **more: [one.model_copy(update=change) for one in whole(*given, **more)[:2]],
        )
        with pytest.raises(Invalid) as refused:
            keep(agency, AFTER)
        assert f"没有写{label}" in str(refused.value.errors)
    assert Booklet.objects.count() == 0
    monkeypatch.undo()
    made = papers.edition(library.definitions_for("37", AFTER), [], on=AFTER, agency=agency)
    assert made.lacking == ()


def test_an_enquiry_is_noted_for_the_own_agency_only_and_not_empty() -> None:
    agency = factories.agency(address="澄湖路 18 号")
    front = factories.member(agency, Role.FRONT_DESK)
    foreign = factories.agency()
    with acting(factories.who(front), "答询"):
        noted = commands.log_enquiry(agency, question="补贴怎么领", answer="按读本第三项办", audience="person")
        assert noted.booklet is not None
        assert noted.booklet.audience == "person"
        assert commands.log_enquiry(agency, question="几点开门", answer="九点").booklet is None
        with pytest.raises(Invalid) as refused:
            commands.log_enquiry(agency, question=" ", answer="x" * 1001, audience="nobody")
        assert set(refused.value.errors) == {"question", "answer", "audience"}
        with pytest.raises(Invalid):
            commands.log_enquiry(foreign, question="补贴怎么领", answer="看读本")
    other = factories.member(factories.agency(), Role.FRONT_DESK)
    assert policies.enquiries(factories.who(other)).count() == 0
    admin = factories.member(agency, Role.SYSTEM_ADMIN)
    with acting(factories.who(admin), "答询"), pytest.raises(Refused):
        commands.log_enquiry(agency, question="补贴怎么领", answer="看读本")
    assert Enquiry.objects.count() == 2


def test_differences_between_two_days_name_states_and_figures() -> None:
    packs = library.definitions_for("37", AFTER)
    found = {
        (one.policy.id, one.label): (one.before, one.after)
        for one in library.differences(packs.at(BEFORE), BEFORE, packs, date(2028, 1, 2))
    }
    assert found["skill-upgrade-subsidy", "状态"] == ("有效", "已失效")
    assert found["disability-quota", "免征残保金的企业人数"][0].startswith("30")
    assert library.differences(packs, AFTER, packs, AFTER) == []


def test_every_deadline_counts_from_a_fact_that_its_rule_asks_for() -> None:
    packs = library.definitions_for("00", AFTER)
    counted = [one for one in packs.all("policy") if one.deadline is not None and one.deadline.fact]
    assert counted
    for policy in counted:
        facts = library.panel(packs, [policy.rule]).facts
        assert facts[policy.deadline.fact].type == "date"
    assert library.deadline_words(packs, packs.get("policy", "skill-upgrade-subsidy")) == "自“取证日期”那天起 365 天内"
