"""Clauses on directions compared and on guidance handed over, each carried out as its acceptance asks."""

import pytest
from django.urls import reverse

from tests import factories
from tests import factories_assessment as assessment
from tests import factories_casework as casework
from tests.web.desk.case_pages import signed_in
from tests.web.me.support import membership_of
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.clients import commands as clients
from zhiyin.domain.documents.queries import page
from zhiyin.domain.matching import commands as matching
from zhiyin.domain.matching.models import MatchChoice
from zhiyin.domain.planning import reports

pytestmark = pytest.mark.django_db


@pytest.mark.clause("SVC-2.4")
def test_the_chosen_direction_is_stored_with_the_alternatives_compared(home):
    assessment.catalogue()
    case = casework.walk_to(casework.case(), "delivery")
    with acting(factories.who(case.adviser), "比对"):
        run = matching.run(case.person, case_id=case.pk)
        chosen, passed = (row["code"] for row in run.ranks[:2])
        matching.confirm(run, chosen, "consider", "离家近，能先做起来")
        matching.confirm(run, passed, "declined", "要上夜班")
    kept = {row.code: row for row in MatchChoice.objects.filter(run=run).select_related("run__person")}
    assert (kept[chosen].verdict, kept[chosen].reason) == ("consider", "离家近，能先做起来")
    assert (kept[passed].verdict, kept[passed].reason) == ("declined", "要上夜班")
    stored = kept[chosen].run
    stored.refresh_from_db()
    assert len(stored.ranks) == 30  # everything that was compared stays with the choice
    html = signed_in(case.adviser).get(reverse("desk:case_match", args=[case.pk])).content.decode()
    assert stored.ranks[0]["name"] in html
    assert stored.ranks[2]["name"] in html
    assert "离家近，能先做起来" in html


@pytest.mark.clause("XM-6.1-b")
def test_a_guidance_note_cites_situation_interests_and_skills_and_the_client_has_a_copy(home):
    case = casework.walk_to(casework.case(), "delivery")
    with casework.working(case):
        clients.add_entry(case.file, "skill", kind="skill", name="配药")
        clients.add_entry(case.file, "work", employer="仁和药店", post="店员", started="2008-03-01", ended="2025-12-31")
    result = assessment.result(case.file, case_id=case.pk)
    casework.walk_to(case, "closing")
    document = reports.report_of(case)
    told = page(document.pk, factories.who(case.adviser)).html
    for words in ("仁和药店", "配药", result.scores["texts"]["code_words"]):
        assert words in told
    own = membership_of(case.person, case.organisation)
    copy = signed_in(own).get(reverse("me:paper", args=[document.pk]))
    assert copy.status_code == 200
    assert document.number in copy.content.decode()
