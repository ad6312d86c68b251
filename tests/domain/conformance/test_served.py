"""Clauses that the measures call done by construction, each carried out as its acceptance asks."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories
from tests import factories_assessment as assessment
from tests import factories_casework as casework
from tests.web.desk.case_pages import signed_in
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.casework.models import CaseEvent
from zhiyin.domain.clients import commands as clients
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.sittings import commands as sittings
from zhiyin.domain.sittings import queries as sitting_queries
from zhiyin.domain.standards import commands as standards
from zhiyin.kernel.errors import Invalid

pytestmark = pytest.mark.django_db

ADDED = {
    "alter": [
        {
            "definition": {"kind": "form", "id": "intake"},
            "at": "sections[reason].fields",
            "add": {"id": "languages", "label": "会说哪些方言", "type": "text"},
            "why": "本地岗位常要会方言",
        }
    ]
}


@pytest.mark.clause("SVC-4.1.1")
def test_a_field_that_the_organisation_adds_is_on_the_form_and_kept():
    case = casework.case()
    head, other = (
        factories.who(factories.member(case.organisation, role, level=1))
        for role in (Role.SECTION_HEAD, Role.SUPERVISOR)
    )
    with acting(head, "起草"):
        change = standards.propose(case.organisation, title="接待登记", operations=ADDED, why="方言")
        standards.submit(change)
    with acting(other, "批准"):
        standards.approve(change)
    desk = signed_in(case.adviser)
    form = reverse("desk:case_form", args=[case.pk, "intake"])
    assert "会说哪些方言" in desk.get(form).content.decode()
    sent = {**casework.INTAKE, "languages": "闽南话"}
    assert desk.post(form, sent).status_code == 302
    record = case.records.get(form="intake")
    shown = desk.get(reverse("desk:record", args=[record.pk])).content.decode()
    assert "会说哪些方言" in shown
    assert "闽南话" in shown


@pytest.mark.clause("XM-4.3-b")
def test_a_declined_assessment_is_the_clients_choice_and_the_case_goes_on(home):
    case = casework.walk_to(casework.case(), "delivery")
    sitting, _ = assessment.assigned(case.file, case_id=case.pk)
    with acting(sitting_queries.link_actor(sitting)):
        sittings.decline(sitting)
    sitting.refresh_from_db()
    assert sitting.get_state_display() == "本人不做"
    event = CaseEvent.objects.get(case=case, kind="assessment.declined")
    assert event.actor_kind != "staff"
    assert casework.walk_to(case, "followup").stage == "followup"


@pytest.mark.clause("XM-4.4-a")
def test_somebody_who_returns_after_two_years_continues_on_the_same_file():
    first = casework.case(opened=timezone.now() - timedelta(days=740))
    adviser = first.adviser
    with acting(factories.who(adviser), "再次来访"), pytest.raises(Invalid, match=first.file.number):
        clients.open_file(first.person, first.organisation, adviser)
    again = casework.case(file=first.file, adviser=adviser)
    assert again.file_id == first.file_id
    assert ClientFile.objects.filter(person=first.person, organisation=first.organisation).count() == 1
    page = signed_in(adviser).get(reverse("desk:file_tab", args=[first.file_id, "cases"]))
    listed = page.content.decode()
    assert first.number in listed
    assert again.number in listed
