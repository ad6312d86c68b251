"""Writes about client files."""

from datetime import date
from typing import Any, cast

from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies import queries as agency_queries
from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.clients import policies, values
from zhiyin.domain.clients.models import ClientFile, Entry
from zhiyin.domain.organisations.commands import next_serial
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people import consents
from zhiyin.domain.people.models import Person
from zhiyin.kernel.errors import Conflict, Invalid, Refused

STATUTORY_DUTY = "statutory-duty"
_BLOCKS = ("health", "family", "workplace")
_CONFIDENTIAL = ("health", "family")
_COLUMNS = ("education_level", "employment_status", "hukou_kind", "hukou_place", "groups", "hobbies")


@command("clients.open_file")
def open_file(
    person: Person,
    organisation: Organisation,
    adviser: Membership | None = None,
    *,
    opened_on: date | None = None,
    is_demo: bool = False,
    **first: Any,
) -> ClientFile:
    """Open the agency's file on a person, once. ``first`` takes what ``change_file`` takes.

    The consent for purpose ``file`` must stand (``NotReady`` names whose is missing), unless the notice rests that
    purpose on a statutory duty. ``Invalid`` when a file exists or the adviser cannot be responsible.
    """
    who = actor()
    policies.require(who, "clients.open")
    if who.organisation_id not in {None, organisation.pk} or not policies.may_open_for(who, person):
        raise Refused("只能为到本机构来的人建立本机构的档案")
    known = ClientFile.objects.filter(person=person, organisation=organisation).first()
    if known is not None:
        raise Invalid(f"{person.name}在本机构已经有档案 {known.number}，请直接打开")
    if person.erased_at is not None:
        raise Invalid("这个人的信息已经依法删除，不能建档")
    purpose = next(item for item in consents.notice_for(person).purposes if item.value == "file")
    if purpose.legal_basis != STATUTORY_DUTY:
        consents.require(person, organisation, "file")
    day = opened_on or timezone.localdate()
    if day > timezone.localdate():
        raise Invalid({"opened_on": ["建档日期不能晚于今天"]})
    if adviser is not None:
        _check_adviser(adviser, organisation)
    serial = next_serial(organisation, "client-file", day.year)
    file = ClientFile(
        person=person,
        organisation=organisation,
        number=f"{organisation.code}-{day.year}-{serial:06d}",
        adviser=adviser,
        opened_on=day,
        is_demo=is_demo,
    )
    fields = _apply(file, first)
    file.save(force_insert=True)
    record("clients.file_opened", file, number=file.number, adviser=adviser.pk if adviser else None, fields=fields)
    return file


@command("clients.change_file")
def change_file(file: ClientFile, version: int, **changes: Any) -> ClientFile:
    """Change columns (education_level, employment_status, hukou_kind, hukou_place, groups, hobbies) or sealed blocks
    (health, family, workplace: mappings, None empties one).

    ``version`` is the one the actor opened; ``Conflict`` when somebody saved in the meantime.
    """
    who = actor()
    policies.require(who, "clients.edit", file)
    stored = ClientFile.objects.select_for_update(of=("self",)).select_related("person", "organisation").get(pk=file.pk)
    if stored.version != version:
        raise Conflict("这份档案刚刚被别人改过。您填的内容还在，请对照后再保存")
    if any(name in changes for name in _CONFIDENTIAL) and not policies.confidential_visible(who, stored):
        raise Refused("健康和家庭情况只由责任指导师、督导和科长查看和更改")
    if not policies.confidential_visible(who, stored) and "groups" in changes:
        # whoever cannot see a sensitive tag cannot have meant to take it off
        kept = [code for code in stored.groups if code in policies.SENSITIVE_GROUPS]
        changes["groups"] = [*(changes["groups"] or []), *kept]
    fields = _apply(stored, changes)
    stored.version += 1
    stored.save()
    record("clients.file_changed", stored, fields=fields)
    return stored


def _apply(file: ClientFile, changes: dict[str, Any]) -> list[str]:
    """Put checked values into the object; the names of what changed."""
    unknown = set(changes) - {*_COLUMNS, *_BLOCKS}
    if unknown:
        raise TypeError(f"a file has no {', '.join(sorted(unknown))} to enter")
    faults = values.Faults()
    columns = values.clean_columns(
        "file", ClientFile, {name: value for name, value in changes.items() if name in _COLUMNS}, faults
    )
    blocks: dict[str, dict[str, Any] | None] = {}
    for name in _BLOCKS:
        if name in changes:
            try:
                blocks[name] = values.clean_block(name, changes[name])
            except Invalid as error:
                faults.add(name, *error.errors[name])
    faults.raise_if_any()
    new_groups = set(columns.get("groups", [])) - set(file.groups)
    if any(blocks.get(name) for name in _CONFIDENTIAL) or new_groups & policies.SENSITIVE_GROUPS:
        consents.require(file.person, file.organisation, "sensitive-record")
    if "hobbies" in columns and columns["hobbies"] != file.hobbies:
        file.hobbies_on = timezone.localdate()
    for name, value in columns.items():
        setattr(file, name, value)
    for name, block in blocks.items():
        setattr(file, name, block)
    return sorted(changes)


@command("clients.assign_adviser")
def assign_adviser(file: ClientFile, adviser: Membership, *, reason: str = "") -> ClientFile:
    """Make an adviser responsible. An adviser may also take on a file that nobody answers for yet."""
    who = actor()
    stored = ClientFile.objects.select_for_update(of=("self",)).select_related("person", "organisation").get(pk=file.pk)
    takes_on = stored.adviser_id is None and adviser.pk == who.membership_id and who.role == Role.ADVISER
    policies.require(who, "clients.edit" if takes_on else "clients.assign", stored)
    _check_adviser(adviser, stored.organisation)
    before = stored.adviser_id
    stored.adviser = adviser
    stored.version += 1
    stored.save(update_fields=["adviser", "version"])
    record("clients.adviser_assigned", stored, reason=reason.strip(), before=before, adviser=adviser.pk)
    return stored


def _check_adviser(adviser: Membership, organisation: Organisation) -> None:
    """``Invalid`` at ``adviser`` unless the membership is an active adviser's here whose holder may lead."""
    if adviser.organisation_id != organisation.pk or adviser.role != Role.ADVISER:
        raise Invalid({"adviser": ["责任指导师要从本机构的职业指导师里选"]})
    if refusal := agency_queries.may_lead(adviser):
        raise Invalid({"adviser": [refusal]})


@command("clients.add_entry")
def add_entry(file: ClientFile, kind: str, /, **entered: Any) -> Entry:
    """Add a line of ``kind`` (education, work, skill, certificate, wish, tag); ``entered`` are its model's columns."""
    policies.require(actor(), "clients.edit", file)
    model = values.ENTRIES[kind]
    faults = values.Faults()
    required = {
        column.name: ""
        for column in model._meta.concrete_fields
        if column.editable and not column.is_relation and not column.blank and not column.has_default()
    }
    if kind == "wish":
        entered.setdefault("strength", 3)
    cleaned = values.clean_columns(kind, model, {**required, **entered}, faults)
    values.check_entry(kind, cleaned, file, faults)
    faults.raise_if_any()
    _require_sensitive(kind, cleaned, file)
    entry = cast(Entry, model(file=file, **cleaned))
    entry.save(force_insert=True)
    record("clients.entry_added", entry, person=file.person_id, kind=kind, fields=sorted(entered))
    return entry


@command("clients.change_entry")
def change_entry(entry: Entry, **entered: Any) -> Entry:
    """Change a line; the log keeps who, when and which columns."""
    kind, file = _of(entry)
    policies.require(actor(), "clients.edit", file)
    stored = type(entry).objects.select_for_update(of=("self",)).get(pk=entry.pk)
    faults = values.Faults()
    cleaned = values.clean_columns(kind, type(entry), entered, faults)
    columns = [f.name for f in type(entry)._meta.concrete_fields if f.editable and not f.is_relation]
    values.check_entry(kind, {**{name: getattr(stored, name) for name in columns}, **cleaned}, file, faults)
    faults.raise_if_any()
    _require_sensitive(kind, cleaned, file)
    for name, value in cleaned.items():
        setattr(stored, name, value)
    stored.save()
    record("clients.entry_changed", stored, person=file.person_id, kind=kind, fields=sorted(entered))
    return stored


@command("clients.remove_entry")
def remove_entry(entry: Entry, reason: str = "") -> None:
    """Take a line out of the file, with a word why."""
    kind, file = _of(entry)
    policies.require(actor(), "clients.edit", file)
    if len(reason.strip()) < 2:
        raise Invalid({"reason": ["请写明为什么删除，如“登记错了”"]})
    record("clients.entry_removed", entry, person=file.person_id, kind=kind, reason=reason.strip())
    entry.delete()


def _of(entry: Entry) -> tuple[str, ClientFile]:
    kind = next(name for name, model in values.ENTRIES.items() if isinstance(entry, model))
    return kind, entry.file  # type: ignore[attr-defined]


def _require_sensitive(kind: str, cleaned: dict[str, Any], file: ClientFile) -> None:
    if kind == "tag" and cleaned.get("code") in policies.SENSITIVE_GROUPS:
        consents.require(file.person, file.organisation, "sensitive-record")


def erase_file_content(person: Person) -> None:
    """What stands in clear in the files of a person, on erasure: lines go, columns are blanked, the number stays."""
    for file in ClientFile.objects.select_for_update().filter(person=person):
        for model in values.ENTRIES.values():
            model._default_manager.filter(file=file).delete()
        for name in _COLUMNS:
            setattr(file, name, [] if name == "groups" else "")
        for name in _BLOCKS:
            setattr(file, f"{name}_sealed", None)
        file.hobbies_on = None
        file.version += 1
        file.save()
        record("clients.file_erased", file)
