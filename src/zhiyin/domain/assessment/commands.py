"""Scoring a finished sitting. Norms are published in ``norms``."""

from datetime import datetime

from django.utils import timezone

from zhiyin import __version__
from zhiyin.domain.assessment import norms
from zhiyin.domain.assessment.frozen import freeze
from zhiyin.domain.assessment.models import Result
from zhiyin.domain.audit.acting import command, record
from zhiyin.domain.sittings.models import Sitting
from zhiyin.domain.sittings.queries import Sheet, definition_of
from zhiyin.engines.psychometrics import interpret, profile, score
from zhiyin.kernel.errors import NotReady
from zhiyin.kernel.serves import serves


@serves("SVC-4.3-a")
@command("assessment.score")
def score_sitting(sitting: Sitting, sheet: Sheet, moment: datetime) -> Result:
    """Score a finished sheet and freeze what is said about it; part of ``sittings.finish``, so no right is asked twice.

    Whether the sheet may enter norms needs every item answered and no warning about how it was answered; whether it
    does needs the person's own consent as well.
    """
    if sitting.state != Sitting.State.FINISHED:
        raise NotReady("还没有完成作答，不能计分")
    definition = definition_of(sitting)
    day = timezone.localdate(moment)
    scores = score(definition, sheet.answers, seconds=sheet.seconds)
    shape = profile(scores, definition.thresholds)
    table, status = norms.table_for(definition, norms.groups_of(definition, sitting.person, sitting.organisation, day))
    said = interpret(definition, shape, table, scores.flags)
    complete = scores.answered == scores.items
    result = Result(
        sitting=sitting,
        person=sitting.person,
        case_id=sitting.case_id,
        instrument=definition.id,
        instrument_version=definition.version,
        engine_version=__version__,
        is_valid_for_norms=complete and all(flag.severity != "warning" for flag in scores.flags),
        scored_at=moment,
    )
    result.scores = freeze(definition, sitting, sheet, day, scores, shape, said, table, status)
    result.save(force_insert=True)
    sampled = norms.keep_sample(result, definition, sitting.organisation, day)
    record("assessment.scored", result, sitting=str(sitting.pk), version=definition.version, sampled=sampled)
    return result


def after_finish(sitting: Sitting, sheet: Sheet, moment: datetime) -> None:
    """What ``sittings`` calls when a sheet is finished."""
    score_sitting(sitting, sheet, moment)
