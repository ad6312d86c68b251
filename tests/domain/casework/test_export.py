"""The ledger leaves the house with a reason, a trace and no formula that runs."""

import pytest
import python_calamine

from tests import factories
from tests import factories_casework as made
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.casework.export import export_ledger
from zhiyin.domain.casework.queries import LedgerFilters
from zhiyin.domain.files.workbooks import as_text
from zhiyin.kernel.errors import Invalid, Refused

pytestmark = pytest.mark.django_db


def rows_of(content: bytes) -> list[list[object]]:
    import io

    return python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()


@pytest.mark.clause("SVC-3.5.3-2")
def test_an_export_needs_the_right_and_a_reason_and_is_logged_with_its_scope() -> None:
    case = made.case()
    with acting(factories.who(case.adviser), "月底核对"):
        content = export_ledger(LedgerFilters(status="open"), "月底核对在办个案")
    rows = rows_of(content)
    assert "用途 月底核对在办个案" in str(rows[0][0])
    assert rows[1][0] == "个案号"
    assert [row[0] for row in rows[2:]] == [case.number]
    event = AuditEvent.objects.get(action="casework.ledger_exported")
    assert event.data == {"rows": 1, "filters": ["status"]}
    assert event.actor_id == factories.who(case.adviser).id
    front = factories.member(case.organisation, Role.FRONT_DESK)
    with pytest.raises(Refused), acting(factories.who(front), "想导出"):
        export_ledger(LedgerFilters(), "想导出看看")
    with pytest.raises(Invalid), acting(factories.who(case.adviser), "导出"):
        export_ledger(LedgerFilters(), "看")


def test_a_childs_name_is_masked_for_whoever_may_not_open_the_file() -> None:
    from datetime import date

    child = factories.person(name="方小雨", birth=date(2016, 1, 5))
    case = made.case(person=child)
    with acting(factories.who(case.adviser), "核对"):
        names = [row[2] for row in rows_of(export_ledger(LedgerFilters(), "核对全部个案"))]
    assert "方小雨" not in names
    assert any(str(name).startswith("方*") for name in names)


def test_another_agency_is_not_in_the_export() -> None:
    case, other = made.case(), made.case()
    with acting(factories.who(case.adviser), "核对"):
        rows = rows_of(export_ledger(LedgerFilters(), "核对全部个案"))
    assert other.number not in str(rows)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_formulas_are_text(text: str) -> None:
    assert as_text(text) == f"'{text}"
    assert as_text("姓名") == "姓名"
