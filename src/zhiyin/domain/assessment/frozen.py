"""The frozen form of a result: everything a report prints, so that later texts and norms do not change what was said.

Keys: instrument, title, version, taken_on (ISO day), range (lowest and highest option), thresholds, answered, items,
changed, seconds, scales (letter, title, raw, mean, answered, items, level, text, reason, standing), profile (code,
codes, groups, pairs, flat, unscored, consistency, differentiation, iachan, ipsatised), flags, norm, texts, delivery.
"""

from dataclasses import asdict
from datetime import date
from typing import Any

from zhiyin.domain.sittings.models import Sitting
from zhiyin.domain.sittings.queries import Sheet
from zhiyin.engines.psychometrics import (
    HollandProfile,
    InstrumentDefinition,
    Interpretation,
    NormStatus,
    NormTable,
    ScaleScores,
)


def freeze(
    definition: InstrumentDefinition,
    sitting: Sitting,
    sheet: Sheet,
    taken_on: date,
    scores: ScaleScores,
    profile: HollandProfile,
    said: Interpretation,
    norms: NormTable | None,
    status: NormStatus,
) -> dict[str, Any]:
    """Plain data of one scoring."""
    return {
        "instrument": definition.id,
        "title": definition.title,
        "version": definition.version,
        "taken_on": taken_on.isoformat(),
        "range": [definition.lowest, definition.highest],
        "thresholds": definition.thresholds.model_dump(),
        "answered": scores.answered,
        "items": scores.items,
        "changed": sheet.changed,
        "seconds": scores.seconds,
        "scales": _scales(definition, scores, said),
        "profile": _profile(profile),
        "flags": [asdict(flag) for flag in scores.flags],
        "norm": {
            "group": norms.group if norms else "",
            "n": status.n,
            "lacking": status.lacking,
            "usable": status.usable,
            "message": status.message,
            "collected_from": norms.collected_from.isoformat() if norms else "",
            "collected_to": norms.collected_to.isoformat() if norms else "",
        },
        "texts": {
            "code": said.code,
            "code_words": said.code_words,
            "headline": said.headline,
            "pairs": list(said.pairs),
            "consistency": said.consistency,
            "differentiation": said.differentiation,
            "notices": [
                {"kind": notice.kind, "text": notice.text, "details": list(notice.details)} for notice in said.notices
            ],
            "next_steps": list(said.next_steps),
            "limits": definition.limits,
        },
        "delivery": {
            "mode": sitting.mode,
            "large_type": sitting.large_type,
            "read_aloud": sitting.read_aloud,
            "voice_missing": sitting.voice_missing,
        },
    }


def _scales(definition: InstrumentDefinition, scores: ScaleScores, said: Interpretation) -> list[dict[str, Any]]:
    """Scales from the highest to the lowest, unscored ones last."""
    items = {scale.id: scale for scale in definition.scales}
    rows = []
    for text in said.scales:
        score = scores.scales[text.letter]
        rows.append(
            {
                "letter": text.letter,
                "title": text.title,
                "brief": items[text.letter].brief,
                "raw": score.raw,
                "mean": score.mean,
                "answered": score.answered,
                "items": score.items,
                "level": text.level,
                "text": text.text,
                "reason": score.reason,
                "standing": asdict(text.standing) if text.standing else None,
            }
        )
    return rows


def _profile(profile: HollandProfile) -> dict[str, Any]:
    differentiation = profile.differentiation
    return {
        "code": profile.code,
        "codes": list(profile.codes),
        "groups": [list(group) for group in profile.groups],
        "pairs": list(profile.pairs),
        "flat": profile.flat,
        "unscored": list(profile.unscored),
        "consistency": asdict(profile.consistency) if profile.consistency else None,
        "differentiation": asdict(differentiation) if differentiation else None,
        "iachan": differentiation.iachan if differentiation else None,
        "ipsatised": profile.ipsatised,
    }
