"""A document's context as JSON and back, unchanged in type: dates stay dates, so that they print as before."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from zhiyin.engines.documents.paths import Sparse
from zhiyin.kernel.errors import DefinitionError

_TAG = "$"
_CHART = ("svg", "title", "summary", "table")


def freeze(value: object, path: str = "") -> Any:
    """``value`` in JSON types. Mappings, lists, dates, decimals and charts are kept; anything else is an error of the
    caller (``DefinitionError`` naming the path).
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return {_TAG: "datetime", "value": value.isoformat()}
    if isinstance(value, date):
        return {_TAG: "date", "value": value.isoformat()}
    if isinstance(value, Decimal):
        return {_TAG: "decimal", "value": str(value)}
    if isinstance(value, Mapping):
        plain = {str(key): freeze(item, f"{path}.{key}".lstrip(".")) for key, item in value.items()}
        if _TAG in plain:
            raise DefinitionError(f"文书数据里“{path}”用了保留的名字 {_TAG}")
        return {_TAG: "sparse", "value": plain} if isinstance(value, Sparse) else plain
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [freeze(item, f"{path}.{index}") for index, item in enumerate(value)]
    if all(hasattr(value, name) for name in _CHART):
        return {name: freeze(getattr(value, name), f"{path}.{name}") for name in _CHART}
    raise DefinitionError(f"文书数据里“{path}”的值（{type(value).__name__}）不能保存")


def thaw(value: Any) -> Any:
    """What :func:`freeze` was given; charts come back as mappings, tuples as lists."""
    if isinstance(value, list):
        return [thaw(item) for item in value]
    if not isinstance(value, dict):
        return value
    tag = value.get(_TAG)
    if tag is None:
        return {key: thaw(item) for key, item in value.items()}
    inner = value["value"]
    if tag == "sparse":
        return Sparse({key: thaw(item) for key, item in inner.items()})
    return {"datetime": datetime.fromisoformat, "date": date.fromisoformat, "decimal": Decimal}[tag](inner)
