"""Why an occupation stands where it stands: Chinese sentences with what can be done about each gap."""

from collections.abc import Iterator
from dataclasses import dataclass

from zhiyin.engines.definitions import education_height
from zhiyin.engines.matching.catalogue import covers, normal
from zhiyin.engines.matching.models import (
    CONDITION_NAMES,
    EDUCATION_NAMES,
    Constraints,
    Exclusion,
    Occupation,
    PersonProfile,
    Reason,
)
from zhiyin.engines.psychometrics.circle import LETTERS, NAMES

FIT_FROM = 50.0
"""Interest component from which interest is told as fitting."""

_BANDS = ((26.0, "非常接近"), (20.0, "比较接近"), (14.0, "部分接近"), (0.0, "差别较大"))


@dataclass(frozen=True, slots=True)
class InterestFacts:
    """Interest of one pair: component 0–100, M 0–28 and the occupation's notation; None where not known."""

    score: float | None
    m: float | None
    notation: str | None


def fit_band(m: float) -> str:
    """M in words (Iachan 1990): from 26, from 20, from 14, below. Raises ``ValueError`` outside 0–28."""
    if not 0 <= m <= 28:
        raise ValueError("M lies between 0 and 28")
    return next(word for limit, word in _BANDS if m >= limit)


def explain(
    person: PersonProfile, occupation: Occupation, constraints: Constraints, interest: InterestFacts
) -> tuple[Reason, ...]:
    """All reasons for one occupation: those that fit, then those that lack, then what is not known."""
    reasons = [
        _interest(person, occupation, interest),
        _education(person, occupation),
        *_skills(person, occupation),
        *_certificates(person, occupation),
        *_conditions(occupation, constraints),
        *_wishes(person, occupation),
        *_region(occupation, constraints),
    ]
    order = {"fit": 0, "lack": 1, "unknown": 2}
    return tuple(sorted(reasons, key=lambda reason: order[reason.kind]))


def exclusions(person: PersonProfile, occupation: Occupation, constraints: Constraints) -> tuple[Exclusion, ...]:
    """Every filter that hides the occupation; empty when none does. A value that is not known never hides."""
    found = []
    if constraints.education_floor and person.education and _below_floor(person.education, occupation):
        floor, own = EDUCATION_NAMES[occupation.education_min], EDUCATION_NAMES[person.education]
        found.append(Exclusion("education", f"一般至少要{floor}，本人是{own}；不按学历筛选时会重新列出"))
    avoided = _names(occupation.conditions & constraints.avoid)
    if avoided:
        found.append(Exclusion("conditions", f"工作中常有{avoided}，已按要求避开；取消这一条件会重新列出"))
    if occupation.code in constraints.refused:
        found.append(Exclusion("refused", "本人此前表示不考虑；改变想法时可以恢复"))
    if constraints.region and occupation.regions and not _offered_in(constraints.region, occupation):
        found.append(Exclusion("region", "所选地区没有记录到这一职业的岗位；扩大地区会重新列出"))
    return tuple(found)


def _interest(person: PersonProfile, occupation: Occupation, facts: InterestFacts) -> Reason:
    if person.interest is None:
        return Reason("unknown", "interest", "还没有职业兴趣结果", "完成职业兴趣测评后再看这一项")
    if person.interest.code is None:
        why = "六种兴趣高低接近" if person.interest.flat else "有的兴趣类型没有计分"
        return Reason(
            "unknown", "interest", f"{why}，看不出与这一职业是否相合", "先体验几种不同的工作，再和指导师一起看"
        )
    if facts.score is None or facts.m is None or facts.notation is None:
        return Reason("unknown", "interest", "这一职业没有可用的兴趣资料", "请指导师查阅职业介绍后判断")
    own, theirs = person.interest.code, facts.notation
    shared = [letter for letter in LETTERS if letter in own and letter in theirs]
    other = [letter for letter in LETTERS if letter in theirs and letter not in own]
    if facts.score >= FIT_FROM:
        common = f"，都有{_types(shared)}" if shared else "，六种兴趣的高低走势相近"
        return Reason(
            "fit", "interest", f"兴趣{_band_word(facts.score, facts.m)}：本人 {own}，这一职业 {theirs}{common}"
        )
    needs = f"，这一职业还看重{_types(other)}" if other else "，相同类型的主次不同"
    return Reason(
        "lack",
        "interest",
        f"兴趣{_band_word(facts.score, facts.m)}：本人 {own}，这一职业 {theirs}{needs}",
        "先和从业的人聊一聊，或去体验半天，再决定要不要考虑",
    )


def _band_word(score: float, m: float) -> str:
    """Code agreement in words; where the profile as a whole says otherwise, that is what counts."""
    if (m >= 20) == (score >= FIT_FROM):
        return fit_band(m)
    return "整体走势相近" if score >= FIT_FROM else "代码接近但整体走势不同"


def _education(person: PersonProfile, occupation: Occupation) -> Reason:
    usual, floor = EDUCATION_NAMES[occupation.education_usual], EDUCATION_NAMES[occupation.education_min]
    if person.education is None:
        return Reason("unknown", "education", f"档案里没有学历，这一职业通常要求{usual}", "补充学历后再看这一项")
    own, height = EDUCATION_NAMES[person.education], education_height(person.education)
    if height >= education_height(occupation.education_usual):
        return Reason("fit", "education", f"学历符合：本人{own}，这一职业通常要求{usual}")
    if height >= education_height(occupation.education_min):
        action = f"多看只要求{floor}的岗位，或用在职学习提升到{usual}"
        return Reason("lack", "education", f"学历达到最低的{floor}，但用人单位通常要求{usual}", action)
    action = f"可先考虑同类中要求较低的职业，或了解提升到{floor}的办法"
    return Reason("lack", "education", f"一般至少要{floor}，本人是{own}", action)


def _skills(person: PersonProfile, occupation: Occupation) -> Iterator[Reason]:
    if not occupation.skills:
        yield Reason("unknown", "skills", "这一职业还没有技能资料", "请指导师查阅职业介绍后判断")
        return
    if person.skills is None:
        names = "、".join(occupation.skills)
        yield Reason("unknown", "skills", f"档案里没有技能记录，这一职业要用到{names}", "补充会做的事后再看这一项")
        return
    words = [normal(word) for word in person.skills]
    held = [skill for skill in occupation.skills if any(covers(word, normal(skill)) for word in words)]
    absent = [skill for skill in occupation.skills if skill not in held]
    if held:
        yield Reason("fit", "skills", f"{len(occupation.skills)} 项技能已会 {len(held)} 项：{'、'.join(held)}")
    if absent:
        action = f"已经会的请补进档案；不会的可从“{absent[0]}”学起，看看本地有没有培训"
        yield Reason("lack", "skills", f"档案里还没有：{'、'.join(absent)}", action)


def _certificates(person: PersonProfile, occupation: Occupation) -> Iterator[Reason]:
    for name in occupation.certificates:
        if person.certificates is None:
            yield Reason("unknown", "certificates", f"依法须持有{name}，档案里没有证书记录", "补充证书后再看这一项")
        elif any(covers(normal(own), normal(name)) for own in person.certificates):
            yield Reason("fit", "certificates", f"已有依法须持有的{name}")
        else:
            yield Reason("lack", "certificates", f"依法须先取得{name}", "先查报考条件、费用和考试时间，再定计划")


def _conditions(occupation: Occupation, constraints: Constraints) -> Iterator[Reason]:
    met = _names(occupation.conditions & constraints.cautions)
    if met:
        action = "和用人单位核实实际强度，商量合理便利，或选同类中没有这一条件的岗位"
        yield Reason("lack", "conditions", f"工作中常有{met}，本人提出过要注意", action)


def _wishes(person: PersonProfile, occupation: Occupation) -> Iterator[Reason]:
    if person.wishes is None:
        yield Reason("unknown", "wishes", "还没有记录本人想从事的职业", "问一问本人的想法后再看这一项")
    elif any(occupation.code == wish or occupation.code.startswith(f"{wish}-") for wish in person.wishes):
        yield Reason("fit", "wishes", "是本人表示想从事的职业")


def _region(occupation: Occupation, constraints: Constraints) -> Iterator[Reason]:
    if not constraints.region:
        return
    if not occupation.regions:
        yield Reason("unknown", "region", "不清楚所选地区有没有这一职业的岗位", "查看本地招聘信息后再看这一项")
    elif _offered_in(constraints.region, occupation):
        yield Reason("fit", "region", "所选地区有这一职业的岗位记录")


def _below_floor(education: str, occupation: Occupation) -> bool:
    return education_height(education) < education_height(occupation.education_min)


def _offered_in(region: str, occupation: Occupation) -> bool:
    """Administrative codes nest by pairs of digits, trailing zeros standing for the whole of a higher division."""
    wanted = _prefix(region)
    return any(_prefix(own).startswith(wanted) or wanted.startswith(_prefix(own)) for own in occupation.regions)


def _prefix(region: str) -> str:
    while region.endswith("00"):
        region = region[:-2]
    return region


def _types(letters: list[str]) -> str:
    return "、".join(f"{NAMES[letter]}（{letter}）" for letter in letters)


def _names(tags: frozenset[str]) -> str:
    return "、".join(CONDITION_NAMES[tag] for tag in CONDITION_NAMES if tag in tags)
