"""Writes about bodies."""

from typing import Any

from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.organisations.models import Organisation, Serial
from zhiyin.kernel.errors import Invalid, Refused


@command("organisations.create")
def create_organisation(*, name: str, code: str, **values: Any) -> Organisation:
    """Register a body; only set-up and the demo do, acting for the system."""
    if actor().kind not in {"system", "job"}:
        raise Refused("机构只在安装时登记")
    if not name.strip():
        raise Invalid({"name": ["请填写机构名称"]})
    code = code.strip().upper()
    if not code.isascii() or not code.isalnum():
        raise Invalid({"code": ["编号前缀只用字母和数字，如 LJ"]})
    if Organisation.objects.filter(code=code).exists():
        raise Invalid({"code": [f"编号前缀 {code} 已被使用"]})
    values.setdefault("short_name", name.strip()[:20])
    organisation = Organisation.objects.create(name=name.strip(), code=code, **values)
    record("organisations.created", organisation)
    return organisation


def next_serial(organisation: Organisation, kind: str, year: int) -> int:
    """Take the next running number; part of the calling command, so a number is used only if that command succeeds."""
    serial, _ = Serial.objects.select_for_update().get_or_create(organisation=organisation, kind=kind, year=year)
    serial.last += 1
    serial.save(update_fields=["last"])
    return serial.last
