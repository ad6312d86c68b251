"""Models of forms and code lists, with the checks that a form is coherent in itself."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field as Setting
from pydantic import field_validator, model_validator

from zhiyin.engines.definitions import Faults, Head, Name, Slug, Step, Text
from zhiyin.kernel.models import Definition

FieldType = Literal[
    "text",
    "longtext",
    "integer",
    "decimal",
    "date",
    "datetime",
    "boolean",
    "choice",
    "choices",
    "scale",
    "region",
    "occupation",
    "money",
    "rows",
]
NUMBERS = frozenset({"integer", "decimal", "money"})
TEXTS = frozenset({"text", "longtext"})
LISTED = frozenset({"choice", "choices"})
BOUNDED = NUMBERS | {"scale", "date", "datetime", "choices"}

Fault = tuple[tuple[Step, ...], str]


class CodeValue(Definition):
    """One value of a code list; the two dates (ISO, both inclusive) bound the time in which it may be newly chosen."""

    value: Annotated[str, Setting(min_length=1)]
    label: Text
    valid_from: str | None = None
    valid_to: str | None = None

    @field_validator("valid_from", "valid_to")
    @classmethod
    def _iso(cls, value: str | None) -> str | None:
        if value is not None:
            date.fromisoformat(value)
        return value

    def valid_on(self, day: date) -> bool:
        """Whether the value may be chosen on ``day``."""
        text = day.isoformat()
        return (self.valid_from or "") <= text and (self.valid_to is None or text <= self.valid_to)


class CodeList(Head):
    """A closed list of values with Chinese labels; ``source`` names the standard or the reason behind the list."""

    kind: Literal["codelist"]
    source: Text
    values: Annotated[list[CodeValue], Setting(min_length=1)]

    @model_validator(mode="after")
    def _unique(self) -> "CodeList":
        faults = [
            (("values", index), f"代码“{value}”重复") for index, value in repeated(item.value for item in self.values)
        ]
        if faults:
            raise Faults(faults)
        return self

    def label(self, value: str) -> str:
        """Label of ``value``; a value that the list does not know is returned as it is, so nothing stored is hidden."""
        return next((item.label for item in self.values if item.value == value), value)


class Option(Definition):
    """A choice written into the form itself."""

    value: Annotated[str, Setting(min_length=1)]
    label: Text


class Scale(Definition):
    """A rating from ``low`` to ``high`` in whole steps, with words for its two ends."""

    low: int
    high: int
    low_label: str = ""
    high_label: str = ""


class Condition(Definition):
    """When a field is asked: the other field has one of the values ``is``, none of ``not``, or is ``filled`` or empty.

    Exactly one of the three is written. For a field of type ``choices`` one common value is enough.
    """

    field: Name
    is_: Annotated[list[str | bool | int] | None, Setting(alias="is", min_length=1)] = None
    not_: Annotated[list[str | bool | int] | None, Setting(alias="not", min_length=1)] = None
    filled: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> "Condition":
        if sum(test is not None for test in (self.is_, self.not_, self.filled)) != 1:
            raise ValueError("relevant 要写且只写 is、not、filled 中的一个")
        return self

    def holds(self, answer: object) -> bool:
        """Whether the condition is met by the answer of its field (None = unanswered; ``not`` is then met)."""
        if self.filled is not None:
            return self.filled is not is_empty(answer)
        given = answer if isinstance(answer, list) else [] if is_empty(answer) else [answer]
        if self.is_ is not None:
            return any(same(one, wanted) for one in given for wanted in self.is_)
        return not any(same(one, wanted) for one in given for wanted in self.not_ or [])


class Field(Definition):
    """One question.

    ``prefill`` is a dotted path into the facts given to :func:`zhiyin.engines.forms.prefill`; in a column of ``rows``
    it is the key inside the row, the column's own id by default. ``min`` and ``max`` bound numbers, scales and dates
    (ISO text or ``today``); for ``choices`` they bound how many are chosen. ``max_length`` counts characters.
    """

    id: Name
    label: Text
    type: FieldType
    options: list[Option] = []
    codelist: Slug | None = None
    required: bool = False
    help: str = ""
    placeholder: str = ""
    prefill: str | None = None
    relevant: Condition | None = None
    min: int | float | str | None = None
    max: int | float | str | None = None
    max_length: Annotated[int, Setting(ge=1, le=20000)] | None = None
    pattern: str | None = None
    pattern_message: str | None = None
    sensitive: bool = False
    unit: str = ""
    columns: list["Field"] = []
    min_rows: Annotated[int, Setting(ge=0)] | None = None
    max_rows: Annotated[int, Setting(ge=1)] | None = None
    scale: Scale | None = None

    @property
    def longest(self) -> int:
        """Characters that a text may have; 200 for one line and 5,000 for several unless the form says otherwise."""
        return self.max_length or (5000 if self.type == "longtext" else 200)


class Section(Definition):
    """Questions under one heading."""

    id: Slug | Name
    title: Text
    help: str = ""
    fields: Annotated[list[Field], Setting(min_length=1)]


class FormDefinition(Head):
    """A form: sections of fields. Field ids are unique in the whole form, since answers are one flat mapping."""

    kind: Literal["form"]
    intro: str = ""
    sections: Annotated[list[Section], Setting(min_length=1)]

    @model_validator(mode="after")
    def _coherent(self) -> "FormDefinition":
        faults: list[Fault] = [
            (("sections", index, "id"), f"小节“{value}”重复") for index, value in repeated(s.id for s in self.sections)
        ]
        placed = [
            (("sections", s, "fields", f), field)
            for s, section in enumerate(self.sections)
            for f, field in enumerate(section.fields)
        ]
        faults += group_faults(placed)
        for place, field in placed:
            if field.type == "rows":
                faults += group_faults([((*place, "columns", c), column) for c, column in enumerate(field.columns)])
        if faults:
            raise Faults(faults)
        return self

    @property
    def fields(self) -> list[Field]:
        """All fields in the order in which they are asked."""
        return [field for section in self.sections for field in section.fields]

    def field(self, name: str) -> Field:
        """The field with this id; KeyError if there is none."""
        for field in self.fields:
            if field.id == name:
                return field
        raise KeyError(name)


def group_faults(placed: Sequence[tuple[tuple[Step, ...], Field]]) -> list[Fault]:
    """Faults of fields that answer one mapping: a form's fields, or the columns of one row."""
    faults: list[Fault] = [
        ((*placed[index][0], "id"), f"字段“{value}”重复") for index, value in repeated(f.id for _, f in placed)
    ]
    by_id = {field.id: field for _, field in placed}
    for place, field in placed:
        faults += [((*place, *where), f"字段“{field.id}”：{text}") for where, text in field_faults(field)]
        if field.relevant is None:
            continue
        if field.relevant.field not in by_id:
            faults.append(
                ((*place, "relevant"), f"字段“{field.id}”的 relevant 提到“{field.relevant.field}”，表里没有这个字段")
            )
        elif by_id[field.relevant.field].type == "rows" and field.relevant.filled is None:
            faults.append(
                ((*place, "relevant"), f"字段“{field.id}”：“{field.relevant.field}”是多行表，relevant 只能用 filled")
            )
        elif circular(field, by_id):
            faults.append(((*place, "relevant"), f"字段“{field.id}”的 relevant 绕了一圈又指回自己"))
    return faults


def circular(field: Field, by_id: dict[str, Field]) -> bool:
    """Whether following ``relevant`` from this field leads back to it."""
    seen: set[str] = set()
    here: Field | None = field
    while here is not None and here.relevant is not None and here.relevant.field not in seen:
        if here.relevant.field == field.id:
            return True
        seen.add(here.relevant.field)
        here = by_id.get(here.relevant.field)
    return False


def field_faults(field: Field) -> list[Fault]:
    """Faults that one field has in itself, each with its place relative to the field."""
    faults: list[Fault] = []

    def need(holds: bool, where: str, text: str) -> None:
        if not holds:
            faults.append(((where,) if where else (), text))

    if field.type in LISTED:
        need(bool(field.options) != bool(field.codelist), "type", "选择题要写 options 或 codelist，二者取一")
    else:
        need(not field.options, "options", "只有选择题才有 options")
        need(
            field.codelist is None or field.type in {"region", "occupation"},
            "codelist",
            "只有选择题、地区、职业才有 codelist",
        )
    for index, value in repeated(option.value for option in field.options):
        faults.append((("options", index), f"选项“{value}”重复"))
    need((field.type == "scale") == (field.scale is not None), "type", "量表题要写 scale，别的题型不写")
    if field.scale is not None:
        need(field.scale.low < field.scale.high, "scale", "量表的 low 要小于 high")
        need(field.scale.high - field.scale.low <= 20, "scale", "量表最多 21 档")
    need(field.max_length is None or field.type in TEXTS, "max_length", "只有文字题才有 max_length")
    need(field.pattern is None or field.type in TEXTS, "pattern", "只有文字题才有 pattern")
    need(
        (field.pattern is None) == (field.pattern_message is None),
        "pattern" if field.pattern is not None else "pattern_message",
        "pattern 和 pattern_message 要一起写，好让填表人知道怎么改",
    )
    if field.pattern is not None:
        try:
            re.compile(field.pattern)
        except re.error as error:
            faults.append((("pattern",), f"pattern 不是有效的正则表达式：{error}"))
    if field.type == "rows":
        need(bool(field.columns), "columns", "多行表至少要有一列")
        need(all(column.type != "rows" for column in field.columns), "columns", "多行表里不能再套多行表")
        need(
            field.min_rows is None or field.max_rows is None or field.min_rows <= field.max_rows,
            "min_rows",
            "min_rows 大于 max_rows",
        )
    else:
        need(not field.columns, "columns", "只有多行表才有 columns")
        need(field.min_rows is None and field.max_rows is None, "type", "只有多行表才有 min_rows、max_rows")
    return faults + bound_faults(field)


def bound_faults(field: Field) -> list[Fault]:
    """Faults of ``min`` and ``max``: wrong kind for the type, or the wrong way round."""
    faults: list[Fault] = []
    for name, bound in (("min", field.min), ("max", field.max)):
        if bound is None:
            continue
        if field.type not in BOUNDED:
            faults.append(((name,), f"这种题型没有 {name}"))
        elif field.type in {"date", "datetime"}:
            if not isinstance(bound, str) or not (bound == "today" or is_iso_date(bound)):
                faults.append(((name,), f'{name} 要写成 "today" 或带引号的日期，如 "2026-01-01"'))
        elif isinstance(bound, str):
            faults.append(((name,), f"{name} 要写数字"))
    if not faults and field.min is not None and field.max is not None:
        low: Any = field.min
        high: Any = field.max
        if "today" not in (low, high) and low > high:
            faults.append((("min",), f"min（{low}）大于 max（{high}）"))
    return faults


def is_iso_date(text: str) -> bool:
    """Whether ``text`` is a date written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_empty(answer: object) -> bool:
    """Whether an answer counts as not given: None, empty text, an empty list or an empty mapping."""
    return answer is None or answer == "" or answer == [] or answer == {}


def same(answer: object, wanted: object) -> bool:
    """Equality that keeps True and 1 apart."""
    return isinstance(answer, bool) is isinstance(wanted, bool) and answer == wanted


def repeated(values: Iterable[str]) -> list[tuple[int, str]]:
    """Positions and values that occurred before."""
    seen: set[str] = set()
    found: list[tuple[int, str]] = []
    for index, value in enumerate(values):
        if value in seen:
            found.append((index, value))
        seen.add(value)
    return found
