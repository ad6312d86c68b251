"""What changed between two days and whom it concerns; short questions at the counter with the booklet's edition."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.domain.eligibility.support import world
from tests.web.desk.test_clients import sign_in, text_of
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.eligibility import commands
from zhiyin.domain.eligibility.models import Booklet, Enquiry
from zhiyin.domain.organisations.models import Organisation

pytestmark = pytest.mark.django_db
UPGRADED = {
    "insured_paid_months": 24,
    "on_benefit": False,
    "skill_certificate": True,
    "certificate_level": "4",
    "certified_on": "2025-10-01",
    "granted_this_year": 0,
    "same_level_paid": False,
    "received_now": [],
}


def test_a_change_between_two_days_names_the_clients_with_reasons(client: Client) -> None:
    here = world("shandong")
    here.assess("skill-upgrade-subsidy", on=date(2025, 12, 1), **UPGRADED)
    browser = sign_in(client, here.adviser)
    address = reverse("desk:policy_changes")
    page = browser.get(address, {"since": "2025-12-01", "until": "2026-01-05"})
    words = text_of(page)
    assert "符合 → 不符合" in words
    assert here.person.name in words
    assert page.context["rows"][0]["one"].why in words
    assert "状态：有效 → 已失效" in words
    file = here.person.files.get()
    assert f"{reverse('desk:file_policies', args=[file.pk])}#brief" in page.content.decode()
    same = text_of(browser.get(address, {"since": "2025-12-01", "until": "2025-12-01"}))
    assert here.person.name not in same
    for wrong in ({"since": "x"}, {"since": "2026-02-01", "until": "2026-01-01"}):
        assert browser.get(address, wrong).status_code == 422
    stranger = factories.member(factories.agency(), Role.ADVISER)
    elsewhere = sign_in(Client(), stranger).get(address, {"since": "2025-12-01", "until": "2026-01-05"})
    assert here.person.name not in text_of(elsewhere)


@pytest.mark.clause("CG2023-L4-1.1.1-S")
def test_an_enquiry_shows_question_answer_and_edition_and_its_code_opens_that_edition(client: Client) -> None:
    agency = factories.agency(address="澄湖路 18 号")
    browser = sign_in(client, factories.member(agency, Role.FRONT_DESK))
    address = reverse("desk:policy_enquiries")
    refused = browser.post(address, {"question": "补贴怎么领", "answer": "", "booklet": "all"})
    assert refused.status_code == 422
    assert refused.context["typed"]["question"] == "补贴怎么领"
    done = browser.post(address, {"question": "补贴怎么领", "answer": "按读本里的步骤办", "booklet": "person"})
    assert done.status_code == 302
    page = browser.get(done["Location"])
    words = text_of(page)
    booklet = Booklet.objects.get()
    for part in ("补贴怎么领", "按读本里的步骤办", str(booklet)):
        assert part in words
    assert 'class="qr"' in page.content.decode()
    target = re.sub("^https?://[^/]+", "", page.context["address"])
    with acting(SYSTEM, "arrange"):
        Organisation.objects.filter(pk=agency.pk).update(address="新址 1 号")
        agency.refresh_from_db()
        later = commands.keep_booklet(agency, region=booklet.region, audience="person")
    assert later.number == booklet.number + 1
    opened = Client().get(target)
    assert opened.content == bytes(booklet.content)
    stranger = sign_in(Client(), factories.member(factories.agency(), Role.FRONT_DESK))
    assert stranger.get(done["Location"]).status_code == 404
    assert stranger.get(address, {"shown": "x"}).status_code == 404


@pytest.mark.parametrize("rows", [3, 12])
def test_pages_cost_the_same_for_any_number_of_rows(
    client: Client, rows: int, django_assert_max_num_queries: Any
) -> None:
    here = world("shandong")
    for _ in range(rows):
        here.assess("skill-upgrade-subsidy", on=date(2025, 12, 1), **UPGRADED)
    with acting(factories.who(here.adviser), "答询"):
        for n in range(rows):
            commands.log_enquiry(here.agency, question=f"问 {n}", answer="答")
    assert Enquiry.objects.count() == rows
    browser = sign_in(client, here.adviser)
    for address in (reverse("desk:policy_enquiries"), reverse("desk:policy_changes")):
        browser.get(address)
        with django_assert_max_num_queries(20):
            assert browser.get(address).status_code == 200
