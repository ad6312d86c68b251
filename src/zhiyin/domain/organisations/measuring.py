"""Readings for conformance measures, counted by the database: three queries for a share, two for a number."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils import timezone

from zhiyin.engines.conformance import Reading, Scope, count, refs, share
from zhiyin.engines.conformance.registry import SHOWN


def share_of(rows: QuerySet[Any], met: Q | Combinable, *, note: str = "") -> Reading:
    """How many per cent of ``rows`` fulfil ``met``, with the newest rows on either side.

    ``met`` may be an ``Exists``; it must not join rows that could multiply.
    """
    condition = met if isinstance(met, Q) else Q(met)
    totals = rows.aggregate(of=Count("pk"), met=Count("pk", filter=condition))
    model = rows.model._meta.label_lower
    keys = rows.order_by("-pk").values_list("pk", flat=True)
    good = refs(model, keys.filter(condition)[:SHOWN]) if totals["met"] else ()
    bad = refs(model, keys.exclude(condition)[:SHOWN]) if totals["met"] < totals["of"] else ()
    return share(totals["met"], totals["of"], good=good, bad=bad, note=note)


def number_of(rows: QuerySet[Any], *, note: str = "") -> Reading:
    """How many ``rows`` there are, with the newest of them."""
    number = rows.count()
    keys = rows.order_by("-pk").values_list("pk", flat=True)[:SHOWN] if number else ()
    return count(number, good=refs(rows.model._meta.label_lower, keys), note=note)


def truth(holds: bool, model: str, key: object, note: str = "") -> Reading:
    """A yes or no about one row."""
    found = refs(model, [key])
    return Reading(holds, 1, found if holds else (), () if holds else found, 0 if holds else 1, note)


def moment(day: date) -> datetime:
    """The first moment of a day here."""
    return timezone.make_aware(datetime.combine(day, time.min))


def during(field: str, scope: Scope) -> Q:
    """Rows whose moment ``field`` lies in the period; both of its days count."""
    end = moment(scope.until + timedelta(days=1))
    return Q(**{f"{field}__gte": moment(scope.since), f"{field}__lt": end})
