"""Who comes to the three bodies: the unusual ones by hand, the others drawn from the kinds."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from zhiyin.demo import unusual
from zhiyin.demo.cast import CLIENTS
from zhiyin.demo.personas import personas
from zhiyin.demo.profiles import Twist
from zhiyin.demo.unusual import Extra
from zhiyin.guide.run import Stop

ALL = 200


@dataclass(frozen=True)
class Casting:
    """One client to be. ``name``, ``sex`` and ``age`` are drawn where they are not given.

    With ``until`` the story ends after that act, which happened ``ago`` (low, high) days before today, or exactly
    ``worked`` working days before; without it the person came ``ago`` days ago and the story goes as far as today.
    """

    persona: str
    adviser: str
    ago: tuple[int, int] = (0, 0)
    name: str = ""
    sex: str = ""
    age: int | None = None
    until: Stop | None = None
    worked: int | None = None
    twist: Twist = field(default_factory=Twist)
    extras: tuple[Extra, ...] = ()
    key: str = ""


def castings(count: int = ALL) -> list[Casting]:
    """``count`` clients; the same for the same count."""
    special = list(_special())[:count]
    left = {persona.id: persona.count for persona in personas().values()}
    for casting in special:
        left[casting.persona] -= 1
    kinds = [name for name, number in left.items() for _ in range(max(number, 0))]
    rng = random.Random("临江")  # noqa: S311  nothing here is secret
    rng.shuffle(kinds)
    kinds = kinds[: count - len(special)]
    days = [_days_ago((index + 0.5) / len(kinds)) for index in range(len(kinds))]
    rng.shuffle(days)
    return special + [_plain(kind, ago, index, rng) for index, (kind, ago) in enumerate(zip(kinds, days, strict=True))]


def _days_ago(share: float) -> int:
    """More than half came in the last nine weeks, so that half of all cases are still at work."""
    if share < 0.6:
        return 1 + round(62 * share / 0.6)
    return 63 + round(298 * (share - 0.6) / 0.4)


_STALLS = ("needs", "agreement", "plan", "session-2", "delivery", "report-draft", "report", "closing")


def _plain(kind: str, ago: int, index: int, rng: random.Random) -> Casting:
    stall = {rng.choice(_STALLS): rng.randint(8, 22)} if rng.random() < 0.2 else {}
    if rng.random() < 0.05:
        stall = {"assessment": rng.randint(1, 2)}
    draw = rng.random()
    twist = Twist(
        stall=stall,
        answers="declined" if draw < 0.04 else "none" if draw < 0.07 else "plain",
        missed=rng.choices(["", "excused", "unexcused"], [0.84, 0.1, 0.06])[0],
        late_entry=rng.random() < 0.08,
        feedback=rng.choices(["", "low", "none"], [0.72, 0.03, 0.25])[0],
        follow_ups=rng.choices(["", "unreached", "late"], [0.81, 0.07, 0.12])[0],
        returned=rng.random() < 0.3,
        guardians=1,
    )
    # a child's report would need a supervisor who was let in too: those go to who signs alone
    fixed = {"XY": "studio", "PG": "room"}.get(personas()[kind].at) or ("adviser" if kind == "child" else "")
    adviser = fixed or rng.choices(["adviser", "adviser3", "adviser4"], [0.38, 0.33, 0.29])[0]
    return Casting(kind, adviser, (ago, ago), twist=twist)


def _special() -> Iterator[Casting]:
    me, other = CLIENTS
    # the two with a sign-in
    yield Casting(
        "pharmacy",
        me.adviser,
        (2, 4),
        name=me.name,
        age=43,
        until=Stop.ASSIGNED,
        extras=(unusual.signs_in(me.username), unusual.numbers_looked_at),
        key="client",
    )
    yield Casting(
        "graduate-civil",
        other.adviser,
        (8, 12),
        name=other.name,
        sex="1",
        until=Stop.CLOSING,
        twist=Twist(feedback="none", follow_ups="none"),
        extras=(unusual.signs_in(other.username),),
        key="client2",
    )
    # reports and their sign-off
    yield Casting(
        "shop-closed",
        "adviser4",
        (4, 8),
        until=Stop.REPORT_SUBMITTED,
        extras=(unusual.returned_report,),
        key="returned",
    )
    yield Casting("truck-driver", "adviser4", (1, 2), until=Stop.REPORT_SUBMITTED, key="waiting-sign-off")
    yield Casting("graduate-liberal", "adviser4", (5, 30), until=Stop.REPORT, twist=Twist(returned=True), key="mended")
    # just come in
    yield Casting("graduate-civil", "adviser3", (0, 3), until=Stop.OPENED, key="just-opened")
    yield Casting("mother-returning", "adviser", (0, 3), until=Stop.OPENED, key="just-opened-too")
    # consent and leaving
    yield Casting(
        "cook", "adviser3", (9, 16), until=Stop.MATCHING, extras=(unusual.consent_withdrawn,), key="consent-withdrawn"
    )
    yield Casting("veteran", "adviser3", (14, 25), until=Stop.PLAN, extras=(unusual.client_withdraws,), key="withdrawn")
    yield Casting("foreman", "adviser", (6, 12), until=Stop.PLAN, extras=(unusual.paused,), key="paused")
    # complaints
    yield Casting(
        "bank-teller", "adviser3", (22, 26), until=Stop.MATCHING, extras=(unusual.appealed_complaint,), key="appealed"
    )
    yield Casting(
        "nurse-change",
        "adviser",
        (30, 60),
        until=Stop.MATCHING,
        extras=(unusual.closed_complaint,),
        key="complaint-closed",
    )
    yield Casting(
        "mother-returning",
        "adviser3",
        (12, 30),
        until=Stop.REPORT,
        extras=(unusual.fresh_complaint,),
        key="complaint-new",
    )
    # the test
    yield Casting(
        "rural-returner", "adviser", (3, 12), until=Stop.MATCHING, twist=Twist(answers="declined"), key="declined"
    )
    yield Casting("graduate-liberal", "adviser", (2, 8), until=Stop.MATCHING, twist=Twist(answers="flat"), key="flat")
    yield Casting("courier", "adviser3", (2, 8), until=Stop.MATCHED, twist=Twist(answers="careless"), key="careless")
    yield Casting(
        "youth-unemployed",
        "adviser3",
        (17, 22),
        until=Stop.ASSIGNED,
        extras=(unusual.link_expired,),
        key="link-expired",
    )
    # records and papers
    yield Casting(
        "laid-off-worker", "adviser", (200, 260), until=Stop.CLOSING, extras=(unusual.second_case,), key="second-case"
    )
    yield Casting(
        "seamstress-single",
        "adviser",
        (14, 20),
        until=Stop.PLAN,
        twist=Twist(missed="unexcused"),
        extras=(unusual.missed_appointments,),
        key="missed",
    )
    yield Casting(
        "rural-returner",
        "adviser3",
        (4, 14),
        until=Stop.DELIVERY,
        twist=Twist(late_entry=True, missed="excused"),
        key="late-entry",
    )
    yield Casting(
        "injured-worker",
        "adviser",
        (3, 6),
        until=Stop.AGREEMENT_DRAFTED,
        extras=(unusual.signature_revoked,),
        key="signature-revoked",
    )
    yield Casting("public-post", "adviser", (3, 6), until=Stop.INTAKE, extras=(unusual.unfinished_draft,), key="draft")
    yield Casting("courier", "adviser", (20, 30), until=Stop.AGREEMENT_DRAFTED, key="overdue")
    yield Casting(
        "shop-closed", "adviser", (10, 20), until=Stop.PLAN, extras=(unusual.plan_reopened,), key="plan-reopened"
    )
    yield Casting(
        "factory-tech", "adviser4", (8, 14), until=Stop.MATCHING, extras=(unusual.reassigned,), key="reassigned"
    )
    yield Casting(
        "kindergarten-teacher", "adviser", (5, 12), until=Stop.AGREEMENT, extras=(unusual.corrected,), key="corrected"
    )
    yield Casting(
        "laid-off-worker",
        "adviser3",
        (5, 12),
        until=Stop.FEEDBACK,
        twist=Twist(feedback="low", follow_ups="none"),
        extras=(unusual.low_feedback,),
        key="low-feedback",
    )
    # minors
    yield Casting("teen", "studio", (2, 9), until=Stop.MATCHING, age=15, twist=Twist(guardians=2), key="two-guardians")
    yield Casting(
        "child", "adviser", (3, 9), until=Stop.MATCHING, age=13, sex="1", extras=(unusual.access_asked,), key="child"
    )
    yield Casting(
        "factory-tech",
        "adviser3",
        (3, 10),
        until=Stop.PLAN,
        age=16,
        sex="1",
        twist=Twist(self_supporting=True),
        key="self-supporting",
    )
    # names and papers that systems like to stumble over
    yield Casting(
        "veteran", "adviser", (4, 15), name="阿依努尔·买买提江·吐尔逊", sex="2", until=Stop.MATCHING, key="long-name"
    )
    yield Casting(
        "graduate-civil", "adviser3", (4, 15), name="𠮷峰㛃", sex="1", until=Stop.AGREEMENT, key="rare-character"
    )
    yield Casting("hmt-youth", "adviser", (2, 12), name="林冠廷", sex="1", until=Stop.PLAN, key="taiwan")
    yield Casting("hmt-youth", "adviser4", (20, 60), name="陳嘉欣", sex="2", until=Stop.REPORT, key="hongkong")
    yield Casting(
        "foreign-spouse",
        "adviser3",
        (3, 14),
        name="Maria Fernanda González de la Cruz",
        sex="2",
        until=Stop.PLAN,
        key="foreign",
    )
    # accommodations
    yield Casting("hearing-designer", "room", (3, 10), until=Stop.MATCHING, key="sign-language")
    yield Casting("visual-massage", "room", (3, 12), until=Stop.ASSESSMENT, key="screen-reader")
    # what is due today, if today is a working day
    for kind, adviser, until, worked in (
        ("public-post", "adviser", Stop.INTAKE, 3),
        ("courier", "adviser", Stop.REPORT, 5),
        ("veteran", "adviser3", Stop.AGREEMENT, 10),
        ("kindergarten-teacher", "adviser3", Stop.REPORT_DRAFTED, 10),
        ("rural-returner", "adviser4", Stop.NEEDS, 5),
        ("foreman", "adviser4", Stop.REPORT, 5),
        ("student-junior", "studio", Stop.AGREEMENT, 10),
        ("hearing-designer", "room", Stop.INTAKE, 3),
    ):
        yield Casting(kind, adviser, until=until, worked=worked, key=f"due-{adviser}-{until}")
