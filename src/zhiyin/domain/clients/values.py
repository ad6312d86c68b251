"""Checks of what is typed into a file: codes against the lists of the packs, lengths, dates in order."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from zhiyin.domain.clients.models import Certificate, ClientFile, Education, Entry, Skill, Tag, Wish, Work
from zhiyin.kernel.dates import chinese_date
from zhiyin.kernel.errors import Invalid
from zhiyin.kernel.text import normalise
from zhiyin.packs.installed import registry

ENTRIES: dict[str, type[Entry]] = {
    "education": Education,
    "work": Work,
    "skill": Skill,
    "certificate": Certificate,
    "wish": Wish,
    "tag": Tag,
}
# which code list a column takes its values from
CODED: dict[tuple[str, str], str] = {
    ("file", "education_level"): "education-level",
    ("file", "employment_status"): "employment-status",
    ("file", "hukou_kind"): "hukou-kind",
    ("file", "groups"): "client-group",
    ("education", "level"): "education-level",
    ("education", "result"): "study-result",
    ("work", "nature"): "work-nature",
    ("skill", "level"): "skill-mastery",
    ("certificate", "kind"): "certificate-kind",
    ("tag", "code"): "client-group",
    ("health", "avoid"): "work-condition",
    ("health", "accommodations"): "accommodation",
}
_BLOCKS: dict[str, dict[str, str]] = {
    "health": {"disability": "text", "avoid": "codes", "accommodations": "codes", "words": "text", "in_report": "flag"},
    "family": {"members": "text", "supports": "text", "limits": "text"},
    "workplace": {"post": "text", "conditions": "text", "satisfaction": "scale"},
}
_BLOCK_TEXT = 1000
_OCCUPATION = re.compile(r"[1-8](-\d{2}){3}(-\d{3})?")


def label(codelist: str, value: str) -> str:
    """The Chinese label of a stored code; "" stays "" and a code that is no longer listed is shown as it is."""
    return str(registry().get("codelist", codelist).label(value)) if value else ""


def period_words(start: date, end: date | None) -> str:
    """``2015.09—2018.06``, ``2019.03—至今``."""
    return f"{start:%Y.%m}—{f'{end:%Y.%m}' if end else '至今'}"


def code_faults(codelist: str, values: Iterable[str]) -> list[str]:
    """One message for the values that ``codelist`` does not know, naming the list."""
    definition = registry().get("codelist", codelist)
    known = {item.value for item in definition.values}
    unknown = [str(value) for value in values if value not in known]
    return (
        [f"“{definition.title}”里没有{'、'.join(f'“{value}”' for value in unknown)}，请从列表中选择"] if unknown else []
    )


class Faults:
    """Collects messages by field and raises them together."""

    def __init__(self) -> None:
        self.by_field: dict[str, list[str]] = {}

    def add(self, field: str, *messages: str) -> None:
        if messages:
            self.by_field.setdefault(field, []).extend(messages)

    def raise_if_any(self) -> None:
        if self.by_field:
            raise Invalid(self.by_field)


def clean_columns(kind: str, model: type[models.Model], values: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    """``values`` as the columns of ``model`` store them. An unknown name is an error of the caller: TypeError."""
    cleaned: dict[str, Any] = {}
    for name, value in values.items():
        column = next(
            (f for f in model._meta.concrete_fields if f.name == name and f.editable and not f.is_relation), None
        )
        if column is None or name in {"id", "created_at", "version"}:
            raise TypeError(f"{model.__name__} has no column {name} that can be entered")
        cleaned[name] = _column(kind, column, value, faults)
    return cleaned


def _column(kind: str, column: models.Field, value: Any, faults: Faults) -> Any:
    name, title = column.name, str(column.verbose_name)
    if isinstance(column, models.DateField):
        return _day(name, value, faults)
    if isinstance(column, models.PositiveIntegerField | models.PositiveSmallIntegerField):
        return _whole(name, title, value, faults)
    if isinstance(column, models.JSONField):
        found = [str(one) for one in (value or [])]
        faults.add(name, *code_faults(CODED[kind, name], found))
        return list(dict.fromkeys(found))
    text = normalise(str(value or ""))
    if column.max_length and len(text) > column.max_length:
        faults.add(name, f"{title}最长 {column.max_length} 个字，您填写了 {len(text)} 个")
    if not text and not column.blank:
        faults.add(name, f"请填写{title}")
    elif text and (kind, name) in CODED:
        faults.add(name, *code_faults(CODED[kind, name], [text]))
    elif text and column.choices and text not in dict(column.flatchoices):
        faults.add(name, f"请从列表中选择{title}")
    elif text and name == "occupation" and not _OCCUPATION.fullmatch(text):
        faults.add(name, "职业编码的写法如 4-07-03-01")
    return text


def _day(name: str, value: Any, faults: Faults) -> date | None:
    if value in (None, ""):
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        faults.add(name, "日期的写法如 2026-03-15")
        return None


def _whole(name: str, title: str, value: Any, faults: Faults) -> int | None:
    if value in (None, ""):
        return None
    text = str(value).strip()
    if not text.isdecimal() or len(text) > 9:
        faults.add(name, f"{title}要填写不小于 0 的整数")
        return None
    return int(text)


def clean_block(name: str, value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A sealed block (health, family, workplace) with only its known parts; empty parts are left out."""
    if value is None:
        return None
    faults = Faults()
    cleaned: dict[str, Any] = {}
    for part, raw in value.items():
        if part not in _BLOCKS[name]:
            raise TypeError(f"{name} has no part {part}")
        match _BLOCKS[name][part]:
            case "codes":
                found = list(dict.fromkeys(str(one) for one in (raw or [])))
                faults.add(name, *code_faults(CODED[name, part], found))
                cleaned[part] = found
            case "flag":
                cleaned[part] = bool(raw)
            case "scale":
                if raw not in (None, "") and str(raw) not in {"1", "2", "3", "4", "5"}:
                    faults.add(name, "满意程度从 1 到 5 选一个")
                cleaned[part] = int(raw) if str(raw) in {"1", "2", "3", "4", "5"} else None
            case _:
                text = normalise(str(raw or ""))
                if len(text) > _BLOCK_TEXT:
                    faults.add(name, f"每一项最长 {_BLOCK_TEXT} 个字，有一项写了 {len(text)} 个")
                cleaned[part] = text
    faults.raise_if_any()
    return {part: content for part, content in cleaned.items() if content not in ("", [], None, False)} or None


def check_entry(kind: str, values: Mapping[str, Any], file: ClientFile, faults: Faults) -> None:
    """Dates in order and inside the person's life, and the few rules of single kinds.

    Overlapping jobs are allowed: people do hold two at once. The timeline marks them.
    """
    today, birth = timezone.localdate(), file.person.birth_date
    start_name, end_name = ("since", "until") if kind == "tag" else ("started", "ended")
    start, end = values.get(start_name), values.get(end_name)
    if kind in {"education", "work"} and start is None and start_name not in faults.by_field:
        faults.add(start_name, "请填写开始日期")
    for name in (start_name, end_name, "issued"):
        day = values.get(name)
        if day is not None and day < birth:
            faults.add(name, f"早于出生日期 {chinese_date(birth)}，请核对")
    for name in (start_name, "issued"):
        day = values.get(name)
        if day is not None and day > today:
            faults.add(name, "不能晚于今天")
    if start is not None and end is not None and end < start:
        faults.add(end_name, "结束日期不能早于开始日期")
    expected = kind == "education" and values.get("result") == "studying"
    if kind in {"education", "work"} and end is not None and end > today and not expected:
        faults.add(end_name, "结束日期不能晚于今天；还没有结束就空着")
    if kind == "wish" and values.get("strength") not in {1, 2, 3, 4, 5}:
        faults.add("strength", "强烈程度从 1 到 5 选一个")
