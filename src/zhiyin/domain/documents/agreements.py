"""Sign-off in steps: 起草 → 审核 → 审定, by grade, and a supervisor's 签发 where the author's grade asks for it.

Which steps a document needs is said by its definition (``reviews``, ``approves``) and, for the supervisor, by the
document. Each agreement holds for one content; whoever drafted gives none.
"""

from collections.abc import Iterator

from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies.models import Staff
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.documents import policies
from zhiyin.domain.documents.building import content_of, definition_of
from zhiyin.domain.documents.models import Document
from zhiyin.domain.documents.states import LEVELS, StepKind, agreed_hash
from zhiyin.engines.documents.definition import Responsible


def grade_of(who: Actor) -> int | None:
    """Grade in the staff record, 4 (lowest) to 1; None without one."""
    return (
        Staff.objects.filter(user_id=who.user_id, organisation_id=who.organisation_id)
        .values_list("level", flat=True)
        .first()
    )


def rule_words(rule: Responsible) -> str:
    """Who a rule asks for, such as 二级以上职业指导师 or 科长."""
    if rule.grade is not None:
        return f"{LEVELS[rule.grade]}{'' if rule.grade == 1 else '以上'}职业指导师"
    return str(Role(rule.role).label) if rule.role in Role.values else str(rule.role)


def refusal(who: Actor, rule: Responsible | None, act: str) -> str:
    """Why ``who`` may not take the step ``act`` (起草, 审核, 审定), naming the grade; "" when they may."""
    if rule is None or who.kind in {"system", "job"}:
        return ""
    grade = grade_of(who)
    if rule.allows(grade, who.role):
        return ""
    own = f"您登记的等级是{LEVELS[grade]}" if grade in LEVELS else "您还没有登记职业等级"
    return f"这种文书须由{rule_words(rule)}{act}，{own}" if rule.grade else f"这种文书须由{rule_words(rule)}{act}"


def needed_steps(document: Document) -> list[StepKind]:
    """The agreements that this document needs before it is signed by outsiders or issued, in order."""
    definition = definition_of(document)
    needed = []
    if definition.reviews is not None:
        needed.append(StepKind.REVIEWED)
    if definition.approves is not None:
        needed.append(StepKind.APPROVED)
    if document.needs_sign_off:
        needed.append(StepKind.SIGNED_OFF)
    return needed


def missing_steps(document: Document) -> list[StepKind]:
    """Those of the needed agreements that do not stand for the present content."""
    needed = needed_steps(document)
    if not needed:
        return []
    taken, shown = list(document.steps.all()), content_of(document)
    return [kind for kind in needed if agreed_hash(taken, kind) != shown]


def open_to(who: Actor, document: Document) -> Iterator[StepKind]:
    """Of 审核 and 审定 the next one, if it is lacking and ``who`` may take it (the state apart)."""
    definition = definition_of(document)
    missing = missing_steps(document)
    if policies.is_author(who, document) or not policies.can(who, "documents.agree", document):
        return
    for kind, rule, act in (
        (StepKind.REVIEWED, definition.reviews, "审核"),
        (StepKind.APPROVED, definition.approves, "审定"),
    ):
        if kind in missing:
            if not refusal(who, rule, act):
                yield kind
            return


def may_return(who: Actor, document: Document) -> bool:
    """Whether ``who`` may send it back: whoever may sign off, or could take one of the steps that it needs."""
    if who.kind in {"system", "job"} or policies.can(who, "documents.sign_off", document):
        return True
    definition = definition_of(document)
    rules = [rule for rule in (definition.reviews, definition.approves) if rule is not None]
    return any(not refusal(who, rule, "审核") for rule in rules)
