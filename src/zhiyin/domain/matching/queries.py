"""Reads about matching: where a run starts from, its ranks with the opinions on them, what a report prints."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.catalogues import queries as catalogues
from zhiyin.domain.catalogues.models import Occupation
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.clients.policies import confidential_visible
from zhiyin.domain.matching import policies
from zhiyin.domain.matching.filters import Filters
from zhiyin.domain.matching.models import MatchChoice, MatchRun
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person
from zhiyin.engines.charts import Chart, profile_pair
from zhiyin.engines.charts.canvas import Mode
from zhiyin.engines.definitions import EDUCATION_LEVELS, WORK_CONDITIONS
from zhiyin.engines.psychometrics import LETTERS, NAMES

CONFIRMED = (MatchChoice.Verdict.CONSIDER, MatchChoice.Verdict.EXPLORE)


@dataclass(frozen=True)
class Opinion:
    """The last opinion on an occupation; ``by`` is "" when the person gave it themselves."""

    verdict: str
    label: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class RankRow:
    """One occupation of a run. ``rank`` is None where it was added by hand; ``reasons`` are as the engine gave them."""

    rank: int | None
    code: str
    name: str
    tags: tuple[str, ...]
    band: str
    description: str
    path: str
    certificates: tuple[str, ...]
    interests: tuple[float, ...]
    components: Mapping[str, float | None]
    reasons: tuple[Mapping[str, str], ...]
    opinion: Opinion | None

    def texts(self, kind: str) -> list[str]:
        """Sentences of the reasons that fit, lack or are unknown."""
        return [reason["text"] for reason in self.reasons if reason["kind"] == kind]


@dataclass(frozen=True)
class RunView:
    """A run as a screen shows it. ``rows`` in rank order, then those added by hand; ``counts`` by filter."""

    run: MatchRun
    filters: Mapping[str, Any]
    rows: tuple[RankRow, ...]
    considered: int
    counts: Mapping[str, int]
    excluded: tuple[Mapping[str, Any], ...]


def defaults(person: Person, organisation: Organisation, who: Actor) -> Filters:
    """Where a run starts: education, abilities, certificates and wishes of the file, conditions to avoid, refusals.

    Conditions to avoid come from the health block, so they enter only where ``who`` may see it; they can be set by
    hand in any case. What is not in the file is not known.
    """
    file = (
        ClientFile.objects.filter(person=person, organisation=organisation)
        .select_related("person", "organisation")
        .prefetch_related("skills", "certificates", "wishes")
        .first()
    )
    refused = tuple(sorted(_refused(person, organisation)))
    if file is None:
        return Filters(refused=refused)
    skills = tuple(skill.name for skill in file.skills.all())
    certificates = tuple(certificate.name for certificate in file.certificates.all())
    wishes = tuple(dict.fromkeys(wish.occupation for wish in file.wishes.all() if _is_code(wish.occupation)))
    health = (file.health or {}) if confidential_visible(who, file) else {}
    return Filters(
        education=file.education_level if file.education_level in EDUCATION_LEVELS else None,
        skills=skills or None,
        certificates=certificates or None,
        wishes=wishes or None,
        avoid=tuple(sorted(set(health.get("avoid") or ()) & WORK_CONDITIONS)),
        refused=refused,
    )


def _is_code(text: str) -> bool:
    return bool(text) and all(part.isascii() and part.isdigit() for part in text.split("-"))


def _refused(person: Person, organisation: Organisation) -> set[str]:
    """Occupations whose last opinion, over all runs at this body, is a refusal."""
    verdicts: dict[str, str] = {}
    rows = MatchChoice.objects.filter(run__person=person, run__organisation=organisation)
    for code, verdict in rows.order_by("at", "id").values_list("code", "verdict"):
        verdicts[code] = verdict
    return {code for code, verdict in verdicts.items() if verdict == MatchChoice.Verdict.DECLINED}


def latest_run(person: Person, *, case_id: uuid.UUID | None = None) -> MatchRun | None:
    """The newest run for a person, of a case when one is named."""
    rows = MatchRun.objects.filter(person=person).select_related("person", "organisation")
    if case_id is not None:
        rows = rows.filter(case_id=case_id)
    return rows.order_by("-run_at", "-id").first()


def runs_of(who: Actor, person: Person) -> QuerySet[MatchRun]:
    """Runs of a person within reach, newest first."""
    return policies.scope(who).filter(person=person).select_related("person", "organisation")


def opinions(run: MatchRun) -> dict[str, Opinion]:
    """Code → last opinion, by one query."""
    found = {}
    for choice in run.choices.select_related("by__user").order_by("at", "id"):
        found[choice.code] = Opinion(
            choice.verdict,
            choice.get_verdict_display(),
            choice.reason or "",
            choice.by.user.name if choice.by else "",
            choice.at,
        )
    return found


def view(run: MatchRun) -> RunView:
    """Ranks with the opinions on them, and what the filters hid; two queries."""
    said = opinions(run)
    rows = [_row(data, said.get(data["code"])) for data in run.ranks or []]
    listed = {row.code for row in rows}
    rows += _by_hand({code: opinion for code, opinion in said.items() if code not in listed})
    hidden = run.excluded or {"considered": 0, "counts": {}, "rows": []}
    return RunView(run, run.filters or {}, tuple(rows), hidden["considered"], hidden["counts"], tuple(hidden["rows"]))


def _row(data: Mapping[str, Any], opinion: Opinion | None) -> RankRow:
    return RankRow(
        rank=data["rank"],
        code=data["code"],
        name=data["name"],
        tags=tuple(data["tags"]),
        band=data["band"],
        description=data["description"],
        path=data["path"],
        certificates=tuple(data["certificates"]),
        interests=tuple(data["interests"]),
        components=data["components"],
        reasons=tuple(data["reasons"]),
        opinion=opinion,
    )


def _by_hand(said: Mapping[str, Opinion]) -> list[RankRow]:
    found = Occupation.objects.filter(pk__in=list(said)).order_by("code")
    return [_bare(occupation, said[occupation.code]) for occupation in found]


def unlisted(code: str) -> RankRow | None:
    """An occupation that a run does not list, without reasons; None when the catalogue does not hold it."""
    occupation = Occupation.objects.filter(pk=code, is_withdrawn=False).first()
    return _bare(occupation, None) if occupation else None


def _bare(occupation: Occupation, opinion: Opinion | None) -> RankRow:
    shown = catalogues.display_name(occupation.name)
    return RankRow(
        rank=None,
        code=occupation.code,
        name=shown.text,
        tags=shown.tags,
        band="",
        description=occupation.description,
        path=occupation.path,
        certificates=tuple(part for part in occupation.certificates.split("|") if part),
        interests=tuple(occupation.interests[letter] for letter in LETTERS) if occupation.interests else (),
        components={},
        reasons=(),
        opinion=opinion,
    )


def matches_context(run: MatchRun) -> dict[str, Any]:
    """What a report says of occupations: those confirmed with the client, never the bare ranking.

    ``rows``: rank (in the report), code, name, band, fits, lacks, path, certificates, verdict, reason.
    """
    seen = view(run)
    confirmed = [row for row in seen.rows if row.opinion is not None and row.opinion.verdict in CONFIRMED]
    confirmed.sort(key=lambda row: CONFIRMED.index(MatchChoice.Verdict(row.opinion.verdict)) if row.opinion else 0)
    return {"rows": [_context_row(place, row) for place, row in enumerate(confirmed, start=1)]}


def _context_row(place: int, row: RankRow) -> dict[str, Any]:
    opinion = row.opinion
    assert opinion is not None
    fits = row.texts("fit")
    if opinion.reason:
        fits = [*fits, f"{'指导师' if opinion.by else '本人'}的意见：{opinion.reason}"]
    return {
        "rank": place,
        "code": row.code,
        "name": row.name,
        "band": row.band or "本人提出",
        "fits": "；".join(fits),
        "lacks": "；".join(row.texts("lack")),
        "path": row.path,
        "certificates": "、".join(row.certificates),
        "verdict": opinion.label,
        "reason": opinion.reason,
    }


def pair_chart(scores: Mapping[str, Any], row: RankRow, *, mode: Mode = "web") -> Chart | None:
    """The person's interests beside the occupation's; None where the occupation has none."""
    if not row.interests:
        return None
    means = {scale["letter"]: scale["mean"] for scale in scores["scales"]}
    return profile_pair(
        [means[letter] for letter in LETTERS],
        list(row.interests),
        [NAMES[letter] for letter in LETTERS],
        names=("本人", row.name),
        title=f"兴趣对照：本人和{row.name}",
        key=f"pair-{row.code}",
        mode=mode,
    )
