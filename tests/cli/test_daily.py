"""What the days alone change is brought up to date."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests import factories_casework as made
from zhiyin.cli import daily
from zhiyin.domain.casework.models import Case


@pytest.mark.django_db
def test_a_step_becomes_late_by_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    case = made.case()
    assert Case.objects.get(pk=case.pk).late_count == 0
    later = timezone.now() + timedelta(days=20)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert daily.run() == 1
    stored = Case.objects.get(pk=case.pk)
    assert stored.late_count == 1
    assert stored.steps[0]["state"] == "late"


def test_the_work_is_due_shortly_after_midnight() -> None:
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert daily.seconds_until_next(noon) == (12 * 60 + 10) * 60
    assert daily.seconds_until_next(noon.replace(hour=0, minute=10)) == 24 * 3600
