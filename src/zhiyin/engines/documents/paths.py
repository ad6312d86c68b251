"""Dotted paths and ``{{ … }}`` interpolation: the only language a document definition speaks. No code, no filters.

A path is a chain of names and list indexes, ``plan.activities.0.title``. Two things can go wrong and they are kept
apart:

* the path leads nowhere (a name that the mapping does not have): a fault of the definition, :class:`DefinitionError`;
* the path leads to nothing (``None``, ``""``, an index past the end, anything below ``None``): missing data, returned
  as ``None``.

Form answers leave unanswered fields out. Wrap such mappings in :class:`Sparse`, in which every absent name is missing
data.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from zhiyin.kernel.errors import DefinitionError

_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
PATH = re.compile(rf"{_NAME}(?:\.(?:{_NAME}|\d+))*")
_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class Sparse(dict[str, object]):
    """A mapping whose absent names mean "not answered" (``None``) instead of "no such path"."""

    def __missing__(self, key: str) -> None:
        return None


def check_path(path: str) -> str:
    """Return ``path`` unchanged, or raise ``ValueError`` when it is not a dotted path."""
    if not PATH.fullmatch(path):
        raise ValueError(f"“{path}”不是有效的路径，应写成 person.name 或 plan.activities.0.title 的样子")
    return path


def check_template(template: str) -> str:
    """Return ``template`` unchanged, or raise ``ValueError`` when a placeholder is not closed or holds more than a
    path.
    """
    rest = _PLACEHOLDER.sub("", template)
    if "{{" in rest or "}}" in rest:
        raise ValueError(f"“{template}”里的双花括号没有成对")
    for inner in _PLACEHOLDER.findall(template):
        check_path(inner.strip())
    return template


def placeholders(template: str) -> list[str]:
    """The paths named in ``template``, in order, repeats kept."""
    return [inner.strip() for inner in _PLACEHOLDER.findall(template)]


def resolve(path: str, context: Mapping[str, object]) -> object:
    """Value at ``path``, or ``None`` where data is missing.

    Raises DefinitionError when a name on the way does not exist, or when the path goes on below a plain value.
    """
    current: object = context
    for segment in path.split("."):
        if current is None or current == "":
            return None
        if isinstance(current, Mapping):
            try:
                current = current[segment]
            except KeyError:
                raise DefinitionError(f"找不到路径“{path}”中的“{segment}”") from None
        elif _is_list(current) and segment.isdigit():
            current = current[int(segment)] if int(segment) < len(current) else None  # type: ignore[index,arg-type]
        else:
            raise DefinitionError(f"路径“{path}”在“{segment}”之前已经到头")
    return None if current == "" else current


def clean(text: str) -> str:
    """``text`` without control characters, lone surrogates and invisible format marks; line ends become ``\\n``, tabs
    a blank.

    They cannot stand in Word's XML or in a tagged PDF, and direction marks could make a page read otherwise than it
    was entered.
    """
    text = re.sub(r"\r\n?|\u2028|\u2029", "\n", text).replace("\t", " ")
    if text.isprintable():  # then nothing invisible is in it, whatever the script
        return text
    return "".join(character for character in text if character == "\n" or not _invisible(character))


def _invisible(character: str) -> bool:
    # unassigned and private code points stay: newer or home-made characters in names, which nobody may swallow silently
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"} or ord(character) & 0xFFFE == 0xFFFE


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def as_list(path: str, context: Mapping[str, object]) -> list[object]:
    """The list at ``path``; missing data is an empty list. Raises DefinitionError when something else stands there."""
    value = resolve(path, context)
    if value is None:
        return []
    if not _is_list(value):
        raise DefinitionError(f"路径“{path}”应当是列表")
    return list(value)  # type: ignore[call-overload,no-any-return]


def show(value: object, path: str = "") -> str:
    """How one value is printed: dates as 2026年11月5日, booleans as 是/否, lists joined by 、, ``None`` as the empty
    string.

    Raises DefinitionError for a mapping or any other object: the path stops short of a value that can be printed.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, datetime):
        return f"{value.year}年{value.month}月{value.day}日 {value:%H:%M}"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, int | Decimal):
        return str(value)
    if _is_list(value):
        return "、".join(text for text in (show(item, path) for item in value) if text)  # type: ignore[attr-defined]
    raise DefinitionError(f"路径“{path}”指向的不是一个可以印出的值")


def interpolate(template: str, context: Mapping[str, object], *, missing: str = "") -> str:
    """``template`` with every placeholder replaced once; inserted text is never read again as a template.

    ``missing`` stands where data is missing. Raises DefinitionError as :func:`resolve` and :func:`show` do.
    """

    parts = _PLACEHOLDER.split(template)  # text, path, text, path, …, text
    parts[1::2] = [show(resolve(path.strip(), context), path.strip()) or missing for path in parts[1::2]]
    for index in range(0, len(parts), 2):
        before = parts[index - 1] if index else ""
        after = parts[index + 1] if index + 1 < len(parts) else ""
        parts[index] = _close_up(before, parts[index], after)
    return "".join(parts)


def _close_up(before: str, text: str, after: str) -> str:
    """``text`` between two values, without the blank that authors set around a placeholder where Chinese meets
    Chinese.
    """
    if not text.strip():
        return text
    if text[0] == " " and _chinese(before[-1:]) and _chinese(text[1:2]):
        text = text[1:]
    if text[-1] == " " and _chinese(after[:1]) and _chinese(text[-2:-1]):
        text = text[:-1]
    return text


def _chinese(character: str) -> bool:
    return bool(character) and unicodedata.east_asian_width(character) in "WF"
