"""The policy brief (政策告知单) that a client takes home: what fits, what may fit, how to apply, from which source."""

from zhiyin.domain.audit.acting import actor, command
from zhiyin.domain.clients import policies
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.documents import commands as documents
from zhiyin.domain.documents.models import Document
from zhiyin.domain.eligibility import commands as eligibility
from zhiyin.domain.eligibility import queries
from zhiyin.kernel.errors import Invalid, NotReady

TEMPLATE = "policy-brief"


@command("clients.policy_brief")
def policy_brief(file: ClientFile, *, reminder: str, channel: str = "paper") -> Document:
    """Write the brief from the verdicts that stand today, issue it and note that the client was told.

    Where the author's grade asks for sign-off it stays a draft that waits for it. ``NotReady`` when nothing fits nor
    may fit.
    """
    who = actor()
    policies.require(who, "clients.read", file)
    if not reminder.strip():
        raise Invalid({"reminder": ["写一两句要特别提醒的话，比如先办哪一件、哪天截止"]})
    if channel not in eligibility.CHANNELS:
        raise Invalid({"channel": ["请选择告知的方式"]})
    visible = policies.confidential_visible(who, file)
    context = queries.brief(who, file.person, file.organisation, sensitive=visible)
    if not context["brief"]["count"]:
        raise NotReady("还没有符合或可能符合的政策，先判定再写告知单")
    draft = documents.draft(file.organisation, file.person, TEMPLATE, context)
    draft = documents.change(draft, draft.version, editable={"reminder": reminder})
    if draft.needs_sign_off:
        return documents.submit(draft)
    issued = documents.hand_over(documents.issue(draft))
    for row in [*context["brief"]["fitting"], *context["brief"]["maybe"]]:
        eligibility.inform(file.person, file.organisation, row["policy"], channel=channel)
    return issued
