"""Writes about matching: a run is frozen with its inputs, opinions on it are added."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from django.utils import timezone

from zhiyin import __version__
from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.catalogues import queries as catalogues
from zhiyin.domain.catalogues.models import Occupation
from zhiyin.domain.matching import hooks, policies, queries
from zhiyin.domain.matching.models import MatchChoice, MatchRun
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people import consents
from zhiyin.domain.people import policies as people_policies
from zhiyin.domain.people.models import Person
from zhiyin.domain.standards.commands import current_snapshot
from zhiyin.engines import matching as engine
from zhiyin.engines.psychometrics import HollandProfile, Thresholds, profile
from zhiyin.kernel.errors import Invalid, NotReady, Refused

LIMIT = 30


class InterestResult(Protocol):
    """What matching needs of an assessment result: who, and the frozen scores."""

    pk: uuid.UUID
    person_id: uuid.UUID
    organisation_id: uuid.UUID
    scores: Any


@command("matching.run")
def run(
    person: Person,
    *,
    case_id: uuid.UUID | None = None,
    result: InterestResult | None = None,
    filters: Mapping[str, Any] | None = None,
    organisation: Organisation | None = None,
    happened_at: datetime | None = None,
) -> MatchRun:
    """Rank the occupations for a person and keep the best thirty with their reasons, and what the filters hid.

    ``filters`` replaces single fields of ``queries.defaults`` (names of ``Filters``); ``result`` is an interest result
    of the same person, without which interests count as not known. The body is the actor's unless the system acts.
    ``Invalid`` at the filter, ``NotReady`` when the catalogue is empty or the consent to keep a file does not stand.
    """
    who = actor()
    policies.require(who, "matching.run")
    people_policies.require(who, "people.read", person)
    organisation = _organisation(organisation)
    moment = _moment(happened_at)
    consents.require(person, organisation, "file")
    if result is not None:
        if result.person_id != person.pk or result.organisation_id != organisation.pk:
            raise Invalid({"result": ["这份测评结果不是本人在本机构做的"]})
        consents.require(person, organisation, "assessment")
    wanted = queries.defaults(person, organisation, who).changed(filters or {})
    catalogue = catalogues.packed()
    if not catalogue.count:
        raise NotReady("职业目录还是空的，请系统管理员先装入标准包")
    kept, outside = _of_groups(catalogue, wanted.groups)
    ranking = engine.rank(wanted.person(interest_of(result)), kept, wanted.constraints(), limit=LIMIT)
    row = MatchRun(
        organisation=organisation,
        person=person,
        case_id=case_id,
        result_id=result.pk if result is not None else None,
        snapshot=current_snapshot(organisation),
        engine_version=__version__,
        run_at=moment,
    )
    row.filters = wanted.as_data()
    row.ranks = [_rank_data(match) for match in ranking.matches]
    row.excluded = _excluded_data(ranking, outside, catalogue.count)
    row.save(force_insert=True)
    record("matching.ran", row, ranks=len(ranking.matches), excluded=len(ranking.excluded) + len(outside))
    hooks.tell_run(row, happened_at)
    return row


def _organisation(given: Organisation | None) -> Organisation:
    who = actor()
    if given is not None:
        if who.organisation_id not in {None, given.pk}:
            raise Refused("只能在本机构比对职业")
        return given
    found = Organisation.objects.filter(pk=who.organisation_id).first()
    if found is None:
        raise Invalid({"organisation": ["请指明机构"]})
    return found


def _moment(happened_at: datetime | None) -> datetime:
    now = timezone.now()
    if happened_at is None:
        return now
    if actor().kind == "client":
        raise Refused("只有工作人员可以补记时间")
    if happened_at > now:
        raise Invalid({"happened_at": ["这个时间还没有到，请填实际发生的时间"]})
    return happened_at


def interest_of(result: InterestResult | None) -> HollandProfile | None:
    """The profile of a frozen result, under the thresholds it was scored with."""
    if result is None or not result.scores:
        return None
    means = {row["letter"]: row["mean"] for row in result.scores["scales"]}
    return profile(means, Thresholds(**result.scores["thresholds"]))


def _of_groups(
    catalogue: engine.Catalogue, groups: tuple[int, ...]
) -> tuple[engine.Catalogue, list[engine.Occupation]]:
    if not groups:
        return catalogue, []
    inside = [occupation for occupation in catalogue.occupations if occupation.group in groups]
    outside = [occupation for occupation in catalogue.occupations if occupation.group not in groups]
    return engine.Catalogue(inside), outside


def _rank_data(match: engine.Match) -> dict[str, Any]:
    occupation = match.occupation
    shown = catalogues.display_name(occupation.name)
    return {
        "rank": match.rank,
        "code": occupation.code,
        "name": shown.text,
        "tags": list(shown.tags),
        "group": occupation.group,
        "description": occupation.description,
        "interests": list(occupation.profile),
        "occupation_code": match.occupation_code,
        "band": match.band,
        "components": dict(match.components),
        "correlation": match.correlation,
        "c_index": match.c_index,
        "m": match.m,
        "order": match.order,
        "known": match.known,
        "certificates": list(occupation.certificates),
        "path": occupation.path,
        "reasons": [
            {"kind": reason.kind, "aspect": reason.aspect, "text": reason.text, "action": reason.action}
            for reason in match.reasons
        ],
    }


def _excluded_data(ranking: engine.Ranking, outside: list[engine.Occupation], considered: int) -> dict[str, Any]:
    rows = [
        {
            "code": hidden.occupation.code,
            "name": catalogues.display_name(hidden.occupation.name).text,
            "reasons": [{"filter": exclusion.filter, "text": exclusion.text} for exclusion in hidden.exclusions],
        }
        for hidden in ranking.excluded
    ]
    text = "不在所选的职业大类里；放开大类会重新列出"
    rows += [
        {
            "code": occupation.code,
            "name": catalogues.display_name(occupation.name).text,
            "reasons": [{"filter": "groups", "text": text}],
        }
        for occupation in outside
    ]
    counts: dict[str, int] = {}
    for row in rows:
        for reason in row["reasons"]:
            counts[reason["filter"]] = counts.get(reason["filter"], 0) + 1
    return {"considered": considered, "counts": counts, "rows": sorted(rows, key=lambda row: row["code"])}


@command("matching.confirm")
def confirm(
    run: MatchRun, code: str, verdict: str, reason: str = "", *, happened_at: datetime | None = None
) -> MatchChoice:
    """Note what was decided about one occupation. Earlier opinions stay; the last one counts.

    The occupation need not be among the ranks: what the person thought of themselves counts as much. A client may say
    that they want to know more or do not want it; that an occupation is considered is confirmed by the adviser.
    """
    who = actor()
    policies.require(who, "matching.confirm", run)
    errors: dict[str, list[str]] = {}
    if verdict not in MatchChoice.Verdict.values:
        errors["verdict"] = ["请选择意见"]
    if len(reason.strip()) > 300:
        errors["reason"] = [f"理由最多 300 个字，现有 {len(reason.strip())} 个"]
    if not code.isprintable() or (
        code not in {row["code"] for row in run.ranks or []}
        and not Occupation.objects.filter(pk=code, is_withdrawn=False).exists()
    ):
        errors["code"] = ["职业目录里没有这个职业"]
    if errors:
        raise Invalid(errors)
    if who.kind == "client" and verdict == MatchChoice.Verdict.CONSIDER:
        raise Refused("“可以考虑”由职业指导师和您一起商定；您可以先选“想了解”")
    choice = MatchChoice(
        run=run,
        code=code,
        verdict=verdict,
        by_id=who.membership_id if who.kind == "staff" else None,
        at=_moment(happened_at),
    )
    choice.reason = reason.strip() or None
    choice.save(force_insert=True)
    record("matching.confirmed", choice, person=run.person_id, run=str(run.pk), code=code, verdict=verdict)
    hooks.tell_choice(choice, happened_at)
    return choice
