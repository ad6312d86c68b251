"""Reads of the catalogue: names, search, and the occupations packed for matching."""

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, IntegerField, Max, Q, QuerySet, Value, When

from zhiyin.domain.catalogues.models import Occupation
from zhiyin.engines import matching as engine
from zhiyin.engines.definitions import EDUCATION_LEVELS, education_height
from zhiyin.engines.psychometrics import LETTERS
from zhiyin.kernel.text import bigrams, normalise

_SUFFIX = re.compile(r"(L/S|[LS])$")
_TAGS = {"L": "绿色", "S": "数字"}
_CODE = re.compile(r"[1-8](-\d{0,2}){0,3}")
_lock = threading.Lock()
_packed: "tuple[tuple[datetime | None, int], engine.Catalogue] | None" = None


@dataclass(frozen=True)
class DisplayName:
    """A name as people read it; the classification marks green (L) and digital (S) occupations at its end."""

    text: str
    tags: tuple[str, ...]


def display_name(name: str) -> DisplayName:
    """The name without its official suffix, and what the suffix says: 绿色, 数字 or both."""
    match = _SUFFIX.search(name)
    if match is None:
        return DisplayName(name, ())
    return DisplayName(name[: match.start()], tuple(_TAGS[letter] for letter in match.group().split("/")))


def label(code: str) -> str:
    """The name to show for a code; the code itself when the catalogue does not know it. Withdrawn ones keep theirs."""
    return labels([code])[code]


def labels(codes: Iterable[str]) -> Mapping[str, str]:
    """Names to show for several codes, by one query."""
    wanted = list(codes)
    names = dict(Occupation.objects.filter(pk__in=wanted).values_list("code", "name"))
    return {code: display_name(names[code]).text if code in names else code for code in wanted}


def search(words: str, *, with_withdrawn: bool = False) -> QuerySet[Occupation]:
    """Occupations by code or its beginning, or by words of the name (in any order) or of the description.

    Best first: the name itself, names that begin with the words, that hold them, that hold all their pairs of
    characters, descriptions that hold them. No words give everything in the order of codes.
    """
    rows = Occupation.objects.all() if with_withdrawn else Occupation.objects.filter(is_withdrawn=False)
    text = normalise(words)
    if not text:
        return rows
    if _CODE.fullmatch(text):
        return rows.filter(code__startswith=text)
    pairs = Q()
    for gram in (gram for gram in bigrams(text).split() if len(gram) > 1 or len(text) == 1):
        pairs &= Q(grams__contains=f" {gram} ")
    holds = Q(name__icontains=text)
    described = Q(description__icontains=text)
    found = rows.filter(holds | described | pairs) if pairs else rows.filter(holds | described)
    grades = [
        When(name=text, then=Value(0)),
        When(name__istartswith=text, then=Value(1)),
        When(holds, then=Value(2)),
        *([When(pairs, then=Value(3))] if pairs else []),
    ]
    grade = Case(*grades, default=Value(4), output_field=IntegerField())
    return found.annotate(grade=grade).order_by("grade", "code")


def listed(words: str = "", *, group: int | None = None, education: str = "") -> QuerySet[Occupation]:
    """What a list shows: ``search`` narrowed to a major group (1–8) and to those open to an ``education`` (code)."""
    rows = search(words)
    if group is not None:
        rows = rows.filter(group=group)
    if education:
        height = education_height(education)
        within = [level for level in EDUCATION_LEVELS if education_height(level) <= height]
        rows = rows.filter(education_min__in=within)
    return rows


def listed_or_withdrawn(code: str) -> Occupation | None:
    """An occupation by its code, also one that is no longer in force."""
    return Occupation.objects.filter(pk=code).first()


def for_matching() -> QuerySet[Occupation]:
    """Occupations that can be ranked: in force, with interests and both levels of education."""
    return Occupation.objects.filter(is_withdrawn=False, interests__isnull=False).exclude(
        Q(education_min="") | Q(education_usual="")
    )


def packed() -> engine.Catalogue:
    """The catalogue as arrays, kept in the process and made anew when a row was changed; otherwise one small query."""
    global _packed
    state = Occupation.objects.aggregate(changed=Max("changed_at"), count=Count("pk"))
    version = (state["changed"], state["count"])
    with _lock:
        if _packed is None or _packed[0] != version:
            _packed = (version, engine.Catalogue(to_engine(row) for row in for_matching()))
        return _packed[1]


def to_engine(row: Occupation) -> engine.Occupation:
    """A row in the engine's form; it must have interests."""
    interests = row.interests or {}
    return engine.Occupation(
        code=row.code,
        name=row.name,
        group=row.group,
        profile=tuple(float(interests[letter]) for letter in LETTERS),  # type: ignore[arg-type]
        education_min=row.education_min,
        education_usual=row.education_usual,
        skills=tuple(row.skills),
        conditions=frozenset(row.conditions),
        certificates=tuple(part.strip() for part in row.certificates.split("|") if part.strip()),
        description=row.description,
        path=row.path,
    )
