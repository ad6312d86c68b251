"""Reading one answer: from what a person typed or an API sent to the stored value of its type.

Every function raises :class:`Unfit` with a Chinese sentence that says what is wrong and what is wanted.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from zhiyin.engines.forms.definition import CodeList, Field, is_empty
from zhiyin.kernel.errors import DefinitionError

Json = str | int | bool | list[str] | list[dict[str, object]] | None

N = TypeVar("N", int, Decimal)

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)

_HALF_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_NUMBER_SIGNS = _HALF_WIDTH | {ord("－"): "-", ord("．"): ".", ord("，"): ",", ord("＋"): "+", ord("　"): " "}
_DATE_SIGNS = _NUMBER_SIGNS | {ord("／"): "/", ord("："): ":"}
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b\u2028\u2029\ufeff]")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|(\d{2})(\d{2}))")
_CHINESE_DATE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_REGION = re.compile(r"[1-9]\d{5}")
_OCCUPATION = re.compile(r"[1-8]-\d{2}-\d{2}-\d{2}")
_YES = {"true", "on", "1", "yes", "是", "有"}
_NO = {"false", "off", "0", "no", "否", "无", "没有"}


class Unfit(ValueError):
    """An answer that does not fit its question; the text is shown at the field."""


def read(field: Field, raw: object, codelists: Mapping[str, CodeList], today: date) -> Json:
    """The stored value of one answer (None if unanswered). ``rows`` are read by the caller, cell by cell.

    Raises Unfit, and DefinitionError if the field names a code list that is not among ``codelists``.
    """
    if isinstance(raw, str) and not raw.strip(" \t\r\n\u3000"):
        return None
    if is_empty(raw):
        return None
    match field.type:
        case "text" | "longtext":
            return _text(field, raw)
        case "integer":
            return _within(field, int(_number(field, raw, places=0)))
        case "decimal" | "money":
            number = _number(field, raw, places=2 if field.type == "money" else 6)
            _within(field, number)
            return plain(number)
        case "scale":
            return _scale(field, raw)
        case "date":
            return _day(field, raw, today)
        case "datetime":
            return _moment(field, raw, today)
        case "boolean":
            return _boolean(raw)
        case "choice":
            return _choice(field, raw, options(field, codelists, today))
        case "choices":
            return _choices(field, raw, options(field, codelists, today))
        case "region":
            return _coded(field, raw, codelists, today, _REGION, "六位行政区划代码，例如 350203")
        case "occupation":
            return _coded(field, raw, codelists, today, _OCCUPATION, "职业编码，例如 4-07-03-01")
        case _:
            raise DefinitionError(f"字段“{field.id}”的题型 {field.type} 不能单独读取")


def options(field: Field, codelists: Mapping[str, CodeList], today: date | None = None) -> dict[str, str]:
    """Value → label of what may be chosen; with ``today`` only values that are in force on that day."""
    if field.codelist is None:
        return {option.value: option.label for option in field.options}
    if field.codelist not in codelists:
        raise DefinitionError(f"字段“{field.id}”用的代码表“{field.codelist}”没有装载")
    return {
        item.value: item.label for item in codelists[field.codelist].values if today is None or item.valid_on(today)
    }


def plain(number: Decimal) -> str:
    """Decimal in plain notation without superfluous zeros: 3.50 → ``3.5``, 1E+3 → ``1000``."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def iso_day(text: str) -> date | None:
    """A day from the ways in which people write it (2026-11-05, 2026/11/5, 2026.11.5, 20261105, 2026年11月5日)."""
    text = text.translate(_DATE_SIGNS).strip()
    found = _DATE.fullmatch(text) or _CHINESE_DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(group) for group in found.groups() if group is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def bound_day(bound: object, today: date) -> date | None:
    """The day that ``min`` or ``max`` of a date field stands for."""
    if bound is None:
        return None
    return today if bound == "today" else date.fromisoformat(str(bound))


def _quote(raw: object) -> str:
    text = str(raw)
    return f"“{text[:20]}{'…' if len(text) > 20 else ''}”"


def _text(field: Field, raw: object) -> str | None:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise Unfit("这里要填文字")
    text = str(raw).replace("\r\n", "\n").replace("\r", "\n")
    if field.type == "text":
        text = text.replace("\n", " ").translate(_HALF_WIDTH)
    text = _CONTROL.sub("", text).strip(" \t\n\u3000")
    if not text:
        return None
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unfit("里面有无法识别的字符，请删去后重新输入") from None
    if len(text) > field.longest:
        raise Unfit(f"最多 {field.longest} 个字，现在有 {len(text)} 个字，请删去 {len(text) - field.longest} 个字")
    if field.pattern is not None and not re.search(field.pattern, text):
        raise Unfit(field.pattern_message or "格式不对")
    return text


def _number(field: Field, raw: object, places: int) -> Decimal:
    wanted = "整数，例如 3" if places == 0 else "数字，例如 3500"
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise Unfit(f"这里要填{wanted}")
    text = str(raw).translate(_NUMBER_SIGNS).strip()
    if field.unit:
        text = text.removesuffix(field.unit).strip()
    if field.type == "money":
        text = text.lstrip("¥￥").removesuffix("元").strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", text):
        raise Unfit(f"这里要填{wanted}；您填的是{_quote(raw)}")
    number = Decimal(text)
    if abs(number) >= Decimal(10) ** 15:
        raise Unfit("这个数太大了，请核对")
    if number != round(number, places):
        raise Unfit("这里要填整数，不带小数" if places == 0 else f"最多保留 {places} 位小数")
    return round(number, places)


def _within(field: Field, number: N) -> N:
    unit = field.unit and f" {field.unit}"
    if field.min is not None and number < Decimal(str(field.min)):
        raise Unfit(f"不能小于 {plain(Decimal(str(field.min)))}{unit}")
    if field.max is not None and number > Decimal(str(field.max)):
        raise Unfit(f"不能大于 {plain(Decimal(str(field.max)))}{unit}")
    return number


def _scale(field: Field, raw: object) -> int:
    scale = field.scale
    if scale is None:
        raise DefinitionError(f"量表题“{field.id}”没有写 scale")
    number = int(_number(field, raw, places=0))
    if not scale.low <= number <= scale.high:
        raise Unfit(f"请在 {scale.low} 到 {scale.high} 之间选")
    return _within(field, number)


def _day(field: Field, raw: object, today: date) -> str:
    if isinstance(raw, datetime) or not isinstance(raw, date | str):
        raise Unfit("请填日期，例如 2026-11-05")
    day = raw if isinstance(raw, date) else iso_day(raw)
    if day is None:
        raise Unfit(f"没有{_quote(raw)}这一天，请按 2026-11-05 的样子填写")
    _check_day(field, day, today)
    return day.isoformat()


def _check_day(field: Field, day: date, today: date) -> None:
    if not EARLIEST <= day <= LATEST:
        raise Unfit(f"年份 {day.year} 不对，请核对")
    low, high = bound_day(field.min, today), bound_day(field.max, today)
    if low is not None and day < low:
        raise Unfit("不能早于今天" if field.min == "today" else f"不能早于 {low.isoformat()}")
    if high is not None and day > high:
        raise Unfit("不能晚于今天" if field.max == "today" else f"不能晚于 {high.isoformat()}")


def _moment(field: Field, raw: object, today: date) -> str:
    example = "请填日期和时间，例如 2026-11-05 14:30"
    if not isinstance(raw, str):
        raise Unfit(example)
    day_text, _, time_text = raw.translate(_DATE_SIGNS).strip().replace("T", " ").partition(" ")
    day, clock = iso_day(day_text), _TIME.fullmatch(time_text.strip())
    if day is None or clock is None:
        raise Unfit(f"{_quote(raw)}不是日期和时间；{example}")
    hour, minute = int(clock[1]), int(clock[2])
    if hour > 23 or minute > 59:
        raise Unfit(f"没有 {time_text.strip()} 这个时间；{example}")
    _check_day(field, day, today)
    return f"{day.isoformat()}T{hour:02d}:{minute:02d}"


def _boolean(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    text = str(raw).translate(_HALF_WIDTH).strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise Unfit("请选“是”或“否”")


def _choice(field: Field, raw: object, allowed: Mapping[str, str]) -> str:
    if isinstance(raw, list | tuple) and len(raw) == 1:
        raw = raw[0]
    if not isinstance(raw, str) or raw not in allowed:
        raise Unfit(f"选项里没有{_quote(raw)}，请重新选一项" if isinstance(raw, str) else "请选一项")
    return raw


def _choices(field: Field, raw: object, allowed: Mapping[str, str]) -> list[str] | None:
    given: Sequence[object] = [raw] if isinstance(raw, str) else raw if isinstance(raw, list | tuple) else [None]
    chosen: list[str] = []
    for one in given:
        if one == "":
            continue
        if not isinstance(one, str) or one not in allowed:
            raise Unfit(f"选项里没有{_quote(one)}，请重新选" if isinstance(one, str) else "请从选项里选")
        if one not in chosen:
            chosen.append(one)
    if not chosen:
        return None
    if isinstance(field.min, int | float) and len(chosen) < field.min:
        raise Unfit(f"至少选 {field.min} 项，现在选了 {len(chosen)} 项")
    if isinstance(field.max, int | float) and len(chosen) > field.max:
        raise Unfit(f"最多选 {field.max} 项，现在选了 {len(chosen)} 项")
    return chosen


def _coded(
    field: Field,
    raw: object,
    codelists: Mapping[str, CodeList],
    today: date,
    shape: re.Pattern[str],
    example: str,
) -> str:
    text = str(raw).translate(_NUMBER_SIGNS).strip()
    if not shape.fullmatch(text):
        raise Unfit(f"要填{example}")
    if field.codelist is not None and text not in options(field, codelists, today):
        raise Unfit(f"没有{_quote(text)}这个代码，请从列表里选")
    return text
