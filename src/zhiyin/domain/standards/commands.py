"""Writes about standards: the snapshot of a record, an organisation's profiles, its changes with their judgement."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db.models import F
from django.utils import timezone
from pydantic import ValidationError

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.files import workbooks
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.standards import policies, queries, sheets
from zhiyin.domain.standards.models import ChangeAct, OrganisationProfile, ProfileChange, Snapshot, State
from zhiyin.domain.standards.values import KINDS, editable_values
from zhiyin.kernel.errors import Conflict, DefinitionError, Invalid, NotReady, Refused
from zhiyin.packs.effects import effects
from zhiyin.packs.installed import registry
from zhiyin.packs.layers import Operations
from zhiyin.packs.resolved import LayerError
from zhiyin.packs.sources import model_faults

EDITABLE = frozenset({State.DRAFT, State.RETURNED})
WHY_LENGTH = 500


def current_snapshot(organisation: Organisation | None = None) -> Snapshot:
    """What stands for ``organisation`` today (without one: the bare packs), stored at its first use.

    Call inside ``acting()``.
    """
    if organisation is None:
        packs = registry()
        hash, profiles, changes = packs.snapshot_hash, [], []
    else:
        standing = queries.standing(organisation.pk)
        packs, hash = standing.resolved.registry, standing.resolved.snapshot_hash
        profiles, changes = list(standing.resolved.profiles), [str(change.pk) for change in standing.changes]
    snapshot, created = Snapshot.objects.get_or_create(
        hash=hash,
        defaults={"packs": [list(pair) for pair in packs.versions()], "profiles": profiles, "changes": changes},
    )
    if created:
        record("standards.snapshot_first_used", snapshot)
    return snapshot


@command("standards.set_profile")
def set_profile(
    organisation: Organisation, profiles: Sequence[str], *, effective_from: date | None = None, why: str
) -> OrganisationProfile:
    """Choose the profiles that ``organisation`` works under from a day on, today by default; none is a choice too.

    ``Invalid`` for an unknown profile, a day gone by (an installation being set up may name one), or when a standing
    change of the organisation would no longer fit.
    """
    who = actor()
    policies.require(who, "standards.choose", organisation)
    day = effective_from or timezone.localdate()
    errors: dict[str, list[str]] = {}
    known = {profile.id for profile in registry().all("profile")}
    absent = [id for id in profiles if id not in known]
    if absent:
        errors["profiles"] = [f"没有安装方案 {'、'.join(absent)}"]
    elif len(set(profiles)) != len(profiles):
        errors["profiles"] = ["同一个方案选了两次"]
    if day < timezone.localdate() and who.kind not in {"system", "job"}:
        errors["effective_from"] = ["方案从今天或以后的日子起用，过去的记录不改"]
    if not why.strip():
        errors["why"] = ["请写明为什么选用"]
    if errors:
        raise Invalid(errors)
    try:
        laid = queries.lay(profiles, queries.changes_on(organisation.pk, day), day)
    except DefinitionError as error:
        raise Invalid({"profiles": [str(error)]}) from error
    if laid.unfit:
        reasons = [f"本机构的修改“{change.title}”在这个方案下不成立，请先收回：{why}" for change, why in laid.unfit]
        raise Invalid({"profiles": reasons})
    chosen = OrganisationProfile.objects.create(
        organisation=organisation,
        profiles=list(profiles),
        effective_from=day,
        why=why.strip()[:200],
        set_by=_membership(),
    )
    queries.forget()
    record("standards.profile_set", chosen, profiles=list(profiles), effective_from=day.isoformat())
    return chosen


@command("standards.propose")
def propose(
    organisation: Organisation,
    *,
    title: str,
    operations: Mapping[str, Any],
    why: str,
    effective_from: date | None = None,
) -> ProfileChange:
    """Begin a change. ``operations`` are those of a profile: select, set, alter.

    ``Invalid`` with the faults at ``operations`` when it could not be laid over what stands today.
    """
    who = actor()
    policies.require(who, "standards.propose", organisation)
    change = ProfileChange(organisation=organisation, author=_membership())
    _fill(change, title=title, operations=operations, why=why, effective_from=effective_from or timezone.localdate())
    change.save(force_insert=True)
    record("standards.proposed", change, operations=_counts(change.operations))
    return change


@command("standards.change")
def change(
    item: ProfileChange,
    *,
    version: int,
    title: str | None = None,
    operations: Mapping[str, Any] | None = None,
    why: str | None = None,
    effective_from: date | None = None,
) -> ProfileChange:
    """Alter a draft, or what was returned. What is None stays. ``Conflict`` when somebody else saved in between."""
    item = _locked(item, "standards.propose")
    if item.state not in EDITABLE:
        raise NotReady("已经提交的修改不能再改；请先退回或收回")
    if item.version != version:
        raise Conflict("别人刚刚改过，请看过最新的内容再改")
    _fill(
        item,
        title=item.title if title is None else title,
        operations=item.operations if operations is None else operations,
        why=item.why if why is None else why,
        effective_from=item.effective_from if effective_from is None else effective_from,
    )
    item.version = F("version") + 1
    item.save()
    item.refresh_from_db()
    record("standards.changed", item, operations=_counts(item.operations))
    return item


@command("standards.submit")
def submit(item: ProfileChange) -> ProfileChange:
    """Hand a change in for approval, with what it does to the examples in the packs."""
    item = _locked(item, "standards.propose")
    if item.state not in EDITABLE:
        raise NotReady("这份修改已经提交过了")
    _fill(item, title=item.title, operations=item.operations, why=item.why, effective_from=item.effective_from)
    item.effects = effects_of(item)
    _act(item, State.SUBMITTED)
    record("standards.submitted", item, effects=len(item.effects))
    return item


@command("standards.approve")
def approve(item: ProfileChange, *, note: str = "") -> ProfileChange:
    """Put a submitted change into force from its day, or from today if that has gone by. Not by its author."""
    item = _judged(item)
    _checked(item, {})
    day = max(item.effective_from, timezone.localdate())
    _act(item, State.APPROVED, note=note, effective_on=day)
    queries.forget()
    record("standards.approved", item, effective_on=day.isoformat())
    return item


@command("standards.return")
def return_(item: ProfileChange, *, note: str) -> ProfileChange:
    """Give a submitted change back to its author, saying what to mend."""
    item = _judged(item)
    if not note.strip():
        raise Invalid({"note": ["请写明要改什么"]})
    _act(item, State.RETURNED, note=note)
    record("standards.returned", item)
    return item


@command("standards.take_back")
def take_back(item: ProfileChange, *, note: str, effective_on: date | None = None) -> ProfileChange:
    """End a change: its author one that is not approved yet, an approver one that is, from a day on (today by default).

    What stood before stands again. Refused while another approved change needs this one.
    """
    if not note.strip():
        raise Invalid({"note": ["请写明为什么收回"]})
    item = _locked(item, "standards.read")
    approved = item.state == State.APPROVED
    policies.require(actor(), "standards.approve" if approved else "standards.propose", item)
    if item.state == State.TAKEN_BACK:
        raise NotReady("这份修改已经收回了")
    if not approved and item.author is not None and item.author.user_id != actor().user_id:
        raise Refused("没有批准的修改由提出的人自己收回")
    day = effective_on or timezone.localdate()
    if day < timezone.localdate():
        raise Invalid({"effective_on": ["收回从今天或以后的日子起，过去的记录不改"]})
    if approved:
        _still_fitting(item, day)
    _act(item, State.TAKEN_BACK, note=note, effective_on=day if approved else None)
    queries.forget()
    record("standards.taken_back", item, effective_on=day.isoformat())
    return item


@command("standards.export")
def export_values(organisation: Organisation, reason: str, *, kinds: Sequence[str] = tuple(KINDS)) -> bytes:
    """The values that the organisation may set for itself, as .xlsx to be edited and read by :func:`import_values`."""
    who = actor()
    policies.require(who, "standards.read", organisation)
    reason = workbooks.checked_reason(reason)
    values = editable_values(queries.active(organisation), kinds)
    record("standards.exported", organisation, reason=reason, rows=len(values))
    return sheets.write(values, who.name, reason)


@command("standards.import")
def import_values(
    organisation: Organisation, content: bytes, *, title: str, why: str, effective_from: date | None = None
) -> tuple[ProfileChange, sheets.Sheet]:
    """An edited workbook as a change that still has to be submitted, and what was found row by row.

    Faulty rows are left out. ``Invalid`` at ``file`` when no row is left that changes something.
    """
    day = effective_from or timezone.localdate()
    policies.require(actor(), "standards.propose", organisation)
    resolved = queries.active(organisation, day)
    found = sheets.read(content, editable_values(resolved), resolved, effective_from=day, why=why.strip() or title)
    if not found.operations:
        told = [str(finding) for finding in found.findings]
        raise Invalid({"file": told or ["“改为”一列都是空的，没有要改的"]})
    item = propose(organisation, title=title, operations=found.operations, why=why, effective_from=day)
    record("standards.imported", item, asked=found.asked, good=found.good)
    return item, found


def effects_of(item: ProfileChange) -> list[dict[str, Any]]:
    """The examples that come out otherwise once ``item`` works, against what stands on its day without it."""
    day = max(item.effective_from, timezone.localdate())
    others = [other for other in queries.changes_on(item.organisation_id, day) if other.pk != item.pk]
    profiles = queries.profiles_on(item.organisation_id, day)
    before = queries.lay(profiles, others, day).resolved
    after = queries.lay(profiles, [*others, item], day).resolved
    return [asdict(effect) for effect in effects(before, after)[1]]


def _fill(item: ProfileChange, *, title: str, operations: Mapping[str, Any], why: str, effective_from: date) -> None:
    errors: dict[str, list[str]] = {}
    if not title.strip():
        errors["title"] = ["请写明修改什么"]
    if not why.strip():
        errors["why"] = ["请写明为什么修改"]
    elif len(why.strip()) > WHY_LENGTH:
        errors["why"] = [f"原因不超过 {WHY_LENGTH} 字"]
    if effective_from < timezone.localdate():
        errors["effective_from"] = ["修改从今天或以后的日子起用，过去的记录不改"]
    item.title, item.why, item.effective_from = title.strip()[:80], why.strip(), effective_from
    item.operations = dict(operations)
    _checked(item, errors)


def _checked(item: ProfileChange, errors: dict[str, list[str]]) -> None:
    """``Invalid`` with all faults, when there are some or the operations cannot be laid over what stands."""
    try:
        operations = Operations.model_validate(item.operations)
    except ValidationError as error:
        faults = [
            f"{'.'.join(str(part) for part in place)} {message}".strip() for place, _, message, _ in model_faults(error)
        ]
        raise Invalid({**errors, "operations": faults}) from error
    if operations.is_empty:
        errors = {**errors, "operations": ["还没有写要改什么"]}
    elif message := _unlaid(item):
        errors = {**errors, "operations": message}
    if errors:
        raise Invalid(errors)


def _unlaid(item: ProfileChange) -> list[str]:
    day = max(item.effective_from, timezone.localdate())
    others = [other for other in queries.changes_on(item.organisation_id, day) if other.pk != item.pk]
    standing = queries.lay(queries.profiles_on(item.organisation_id, day), others, day)
    try:
        queries.resolve_with(standing, item)
    except LayerError as error:
        return [f"{operation}：{message}" for operation, message in error.faults]
    return []


def _still_fitting(item: ProfileChange, day: date) -> None:
    others = [other for other in queries.changes_on(item.organisation_id, day) if other.pk != item.pk]
    unfit = queries.lay(queries.profiles_on(item.organisation_id, day), others, day).unfit
    if unfit:
        names = "、".join(f"“{other.title}”" for other, _ in unfit)
        raise NotReady(f"{names}建立在这份修改上，请先收回", [other.title for other, _ in unfit])


def _judged(item: ProfileChange) -> ProfileChange:
    item = _locked(item, "standards.approve")
    if item.state != State.SUBMITTED:
        raise NotReady("这份修改现在不是待批准")
    who = actor()
    if item.author is not None and item.author.user_id == who.user_id:
        raise Refused("自己提出的修改要由另一个人批准或退回")
    return item


def _locked(item: ProfileChange, right: str) -> ProfileChange:
    policies.require(actor(), right, item)
    return ProfileChange.objects.select_for_update().get(pk=item.pk)


def _act(item: ProfileChange, kind: State, *, note: str = "", effective_on: date | None = None) -> None:
    item.state = kind
    item.save()
    content = [item.title, item.operations, item.why, item.effective_from.isoformat()]
    digest = hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    ChangeAct.objects.create(
        change=item, kind=kind, by=_membership(), note=note.strip()[:500], digest=digest, effective_on=effective_on
    )


def _counts(operations: Mapping[str, Any]) -> dict[str, int]:
    return {key: len(value) for key, value in operations.items() if isinstance(value, list)}


def _membership() -> Membership | None:
    found = actor().membership_id
    return None if found is None else Membership.objects.get(pk=found)
