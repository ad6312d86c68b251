"""What happens to every row that points at a person when persons are merged, exported or erased.

Each app declares its own foreign keys; a key without its three rules fails a test, so nothing is forgotten later.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

MERGE = {"move", "keep-newer", "refuse"}
EXPORT = {"include", "summary", "omit"}
ERASE = {"delete", "blank", "keep", "refuse"}


@dataclass(frozen=True)
class Rules:
    """``merge``: move the row, keep the newer, or refuse; ``export``: include, summarise, omit; ``erase``: delete the
    row, blank its personal columns, keep it (it holds none in clear), or refuse while it lives. ``why`` says the legal
    or practical reason."""

    merge: str
    export: str
    erase: str
    why: str


_rules: dict[str, Rules] = {}


def declare(key: str, *, merge: str, export: str, erase: str, why: str) -> None:
    """``key`` is ``app.Model.field``."""
    if merge not in MERGE or export not in EXPORT or erase not in ERASE:
        raise ValueError(f"{key}: unknown rule")
    _rules[key] = Rules(merge, export, erase, why)


_erasers: list[Callable[[Any], None]] = []


def on_erase(erase: Callable[[Any], None]) -> None:
    """Register what an app does with its own rows when a person is erased; it runs inside that command."""
    _erasers.append(erase)


def erasers() -> tuple[Callable[[Any], None], ...]:
    return tuple(_erasers)


def rules() -> dict[str, Rules]:
    return dict(_rules)


def foreign_keys() -> set[str]:
    """Every foreign key to Person in the installation, as ``app.Model.field``."""
    from zhiyin.domain.people.models import Person

    return {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.OneToOneField) and field.related_model is Person
    }
