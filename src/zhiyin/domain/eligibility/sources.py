"""Where the facts of a person come from: a register that the apps above fill."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person

Origin = Literal["declared", "proved", "matched"]
ORIGIN_WORDS: Mapping[str, str] = {"declared": "本人说明", "proved": "看过证明", "matched": "系统比对"}


@dataclass(frozen=True, slots=True)
class Given:
    """A value with where it comes from: declared by the person, proved by a paper, or matched with other records.

    ``proof`` names the paper or the record, ``as_of`` the day for which it was true.
    """

    value: Any
    origin: Origin = "declared"
    proof: str = ""
    as_of: date | None = None


SCHOOLS: Mapping[str, str] = {
    "senior": "upper-secondary",
    "bachelor": "university",
    "master": "university",
    "doctor": "university",
}
"""Kind of school by level of education (code list ``education-level``), where the level leaves no doubt."""
AWARDS: Mapping[str, str] = {
    "senior": "upper-secondary",
    "college": "college",
    "bachelor": "bachelor",
    "master": "postgraduate",
    "doctor": "postgraduate",
}
"""Award by level of education, where the level leaves no doubt."""

_GRADE = re.compile(r"[（(\s]*([一二三四五])级.*$")


def certificate_words(name: str, level: int | None = None) -> dict[str, str | None]:
    """Occupation, its name and grade ("1" to "5") of a certificate such as 职业指导师三级; None where not told."""
    found = _GRADE.search(name)
    occupation = (name[: found.start()] if found else name).strip()
    grade = str(level) if level else str("一二三四五".index(found[1]) + 1) if found else None
    return {"occupation": occupation, "other_name": occupation, "level": grade}


Source = Callable[[Person, Organisation], Mapping[str, Given]]

_sources: dict[str, Source] = {}


def declare_fact_source(names: Iterable[str], source: Source) -> None:
    """Register what answers facts whose ``source`` is one of ``names`` (such as ``file.birth_on``).

    ``source`` returns those of its names that are known of the person at the organisation, each by its name.
    """
    for name in names:
        if name in _sources:
            raise RuntimeError(f"fact source {name} declared twice")
        _sources[name] = source


def declared_sources() -> frozenset[str]:
    """The names that somebody answers."""
    return frozenset(_sources)


def gather(person: Person, organisation: Organisation, wanted: Iterable[str]) -> dict[str, Given]:
    """What the sources know for the names in ``wanted``; each source is asked once."""
    names = {name for name in wanted if name in _sources}
    found: dict[str, Given] = {}
    for source in dict.fromkeys(_sources[name] for name in sorted(names)):
        found |= {name: given for name, given in source(person, organisation).items() if name in names}
    return found
