"""An agency's own change at work: in its forms on screen and in the command, and nowhere else."""

import pytest
from django.urls import reverse

from tests import factories
from tests import factories_casework as fc
from tests.web.desk.case_pages import signed_in
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.casework import intake
from zhiyin.domain.casework.models import Case
from zhiyin.domain.standards import commands
from zhiyin.kernel.errors import Invalid

pytestmark = pytest.mark.django_db

COMPANY = {
    "alter": [
        {
            "definition": {"kind": "form", "id": "intake"},
            "at": "sections[reason].fields",
            "add": {"id": "brought_by", "label": "谁陪着来的", "type": "text", "required": True},
            "after": "reason",
            "why": "陪同的人常常说得更清楚",
        }
    ]
}


@pytest.fixture
def case() -> Case:
    return fc.case()


@pytest.fixture
def changed(case: Case) -> None:
    head = factories.who(factories.member(case.organisation, Role.SECTION_HEAD, level=1))
    other = factories.who(factories.member(case.organisation, Role.SUPERVISOR, level=2))
    with acting(head, "起草"):
        change = commands.propose(case.organisation, title="接待登记", operations=COMPANY, why="陪同")
        commands.submit(change)
    with acting(other, "批准"):
        commands.approve(change)


@pytest.mark.usefixtures("changed")
def test_the_agencys_form_asks_and_requires_what_it_added_and_no_other_does(case: Case) -> None:
    with fc.working(case):
        with pytest.raises(Invalid) as caught:
            intake.submit_form(case, "intake", fc.INTAKE)
        assert list(caught.value.errors) == ["brought_by"]
        stored = intake.submit_form(case, "intake", {**fc.INTAKE, "brought_by": "女儿"})
    assert stored.answers["brought_by"] == "女儿"
    elsewhere = fc.case()
    with fc.working(elsewhere):
        intake.submit_form(elsewhere, "intake", fc.INTAKE)


@pytest.mark.usefixtures("changed")
def test_the_page_asks_it_too(case: Case) -> None:
    desk = signed_in(case.adviser)
    page = desk.get(reverse("desk:case_form", args=[case.pk, "intake"])).content.decode()
    assert "谁陪着来的" in page


@pytest.mark.usefixtures("changed")
def test_a_case_opened_afterwards_keeps_the_changed_standard_with_it(case: Case) -> None:
    later = fc.case(adviser=case.adviser)
    assert later.snapshot_id != case.snapshot_id
    assert len(later.snapshot.changes) == 1
