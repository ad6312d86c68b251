"""``zhiyin reports``: a folder of reports, whole or not at all, logged before it leaves."""

import argparse
import json
from pathlib import Path

import pypdf
import pytest

from tests import factories_casework as made
from zhiyin.cli import batch, boot
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.planning.reports import report_of
from zhiyin.kernel.errors import Invalid

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database of the test stands for the installation's."""
    monkeypatch.setattr(boot, "require_installed", lambda: None)


def arguments(out: Path, **more: object) -> argparse.Namespace:
    values = {"out": str(out), "reason": "年度归档", "organisation": None, "format": "pdf", "limit": None, "json": True}
    return argparse.Namespace(**{**values, **more})


def test_every_issued_report_is_there_and_logged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = made.walk_to(made.case(), "closing")
    document = report_of(case)
    assert document is not None
    out = tmp_path / "reports"
    assert batch.reports(arguments(out, organisation=case.organisation.code)) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row == {"number": document.number, "file": f"{document.number}.pdf", "fault": ""}
    text = "".join(page.extract_text() for page in pypdf.PdfReader(out / row["file"]).pages)
    assert document.number in text
    event = AuditEvent.objects.get(action="documents.exported")
    assert (event.object_id, event.person_id, event.reason) == (str(document.pk), case.person_id, "年度归档")


def test_nothing_is_written_over_and_a_reason_is_needed(tmp_path: Path) -> None:
    case = made.case()
    with pytest.raises(Invalid, match="已经存在"):
        batch.reports(arguments(tmp_path, organisation=case.organisation.code))
    with pytest.raises(Invalid, match="用途"):
        batch.reports(arguments(tmp_path / "new", organisation=case.organisation.code, reason="x"))
    assert list(tmp_path.iterdir()) == []
