"""The papers of the demo agency, played without its clients."""

from datetime import datetime, timedelta

import pytest

from zhiyin.demo import city, documents
from zhiyin.demo.stage import Stage
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.documents import kinds
from zhiyin.domain.documents.models import Document, Loan, PaperFile, Volume
from zhiyin.domain.documents.states import IN_FORCE
from zhiyin.guide.clock import turning
from zhiyin.guide.models import ZONE

NOW = datetime(2026, 11, 18, 13, 10, tzinfo=ZONE)


@pytest.mark.django_db
@pytest.mark.usefixtures("home")
def test_papers_of_many_kinds_are_issued_filed_closed_and_lent(settings: object) -> None:
    with turning(NOW - timedelta(days=420)) as clock:
        with acting(SYSTEM, "演示"):
            found = city.found((NOW - timedelta(days=420)).date())
        stage = Stage(clock, NOW)
        stage.add_all(documents.year(found, NOW, whole=False))
        stage.play(lambda done, total: None)
        house = found.bodies[documents.CODE]
        offered = [kind for kind in kinds.kinds(found.actor("head"), house) if kind.id not in documents.OF_CASES]
        issued = Document.objects.filter(organisation=house, state__in=[*IN_FORCE])
        # without clients only what is about the house, an employer, an activity or a programme
        assert (
            issued.values("template").distinct().count() >= sum(k.subject != "client" for k in offered) // documents.FEW
        )
        assert all(document.number and document.volume_id for document in issued)
        assert Document.objects.filter(state="draft").exists()
        assert PaperFile.objects.count() == len(documents.OLD)
        assert Volume.objects.exclude(closed_at=None).exists()
        assert Volume.objects.filter(closed_at=None).exists()
        overdue = Loan.objects.get(returned_on=None)
        assert overdue.due_on < NOW.date()
        assert all(document.created_at.astimezone(ZONE).weekday() < 5 for document in issued)
