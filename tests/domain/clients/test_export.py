"""The list of files leaves the house only with a right, a reason and a trace."""

import io
from typing import Any

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from tests import factories, factories_clients
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.clients import queries
from zhiyin.domain.clients.export import export_files
from zhiyin.kernel.dates import add_months
from zhiyin.kernel.errors import Invalid, Refused

pytestmark = pytest.mark.django_db


def _rows(content: bytes) -> list[list[Any]]:
    rows: list[list[Any]] = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    return rows


@pytest.mark.clause("SVC-3.5.3-2")
def test_without_the_right_nothing_leaves_and_what_leaves_is_logged_with_user_and_scope() -> None:
    body = factories.agency()
    head = factories.member(body, Role.SECTION_HEAD, name="周科长")
    for name in ("张三丰", "安宁"):
        factories_clients.client_file(factories.person(name=name), body, employment_status="student")
    factories_clients.client_file(organisation=body)
    factories_clients.client_file(employment_status="student")
    filters = queries.Filters(status="student")
    for role in (Role.ADVISER, Role.FRONT_DESK, Role.SUPERVISOR, Role.SYSTEM_ADMIN):
        with pytest.raises(Refused), acting(factories.who(factories.member(body, role)), "x"):
            export_files(filters, "做统计报表")
    with acting(factories.who(head), "报送"):
        with pytest.raises(Invalid) as caught:
            export_files(filters, "报")
        assert list(caught.value.errors) == ["reason"]
        rows = _rows(export_files(filters, "做统计报表"))
    assert "周科长" in rows[0][0]
    assert "做统计报表" in rows[0][0]
    assert [row[1] for row in rows[2:]] == ["安宁", "张三丰"]
    assert rows[2][3] == factories.person().age()
    event = AuditEvent.objects.get(action="clients.exported")
    assert (event.actor_id, event.reason) == (f"user:{head.user_id}", "做统计报表")
    assert event.data == {"rows": 2, "left_out": 0, "filters": ["status"]}


def test_children_are_left_out_and_no_number_or_formula_is_in_it() -> None:
    body = factories.agency()
    head = factories.member(body, Role.SECTION_HEAD)
    child = factories.person(name="小明", birth=add_months(timezone.localdate(), -12 * 10))
    factories_clients.client_file(child, body)
    adviser = factories.member(body, name="=cmd()")
    file = factories_clients.client_file(organisation=body, adviser=adviser)
    with acting(factories.who(head), "报送"):
        rows = _rows(export_files(queries.Filters(), "做统计报表"))
    assert "另有 1 名" in rows[0][0]
    assert [row[1] for row in rows[2:]] == [file.person.name]
    assert rows[2][7] == "'=cmd()"
    number = file.person.documents.get().number
    assert number not in str(rows)


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhiyin.domain.files.workbooks.MAX_ROWS", 1)
    for _ in range(2):
        factories_clients.client_file()
    with pytest.raises(Invalid, match="最多导出 1 行"), acting(SYSTEM, "x"):
        export_files(queries.Filters(), "做统计报表")
