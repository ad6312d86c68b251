"""Who an invented client is, as the first parts of a case file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from zhiyin.demo.diary import Diary
from zhiyin.demo.identities import Identity
from zhiyin.demo.personas import Job, Persona, Study
from zhiyin.engines.psychometrics import InstrumentDefinition
from zhiyin.kernel.dates import AgeRegime, add_months, age_on, regime

Part = dict[str, Any]


@dataclass(frozen=True)
class Twist:
    """What makes a client's way unlike the plain one. ``stall``: step → working days that it takes longer."""

    stall: dict[str, int] = field(default_factory=dict)
    answers: str = "plain"  # plain, flat, careless, declined, none
    missed: str = ""  # excused, unexcused
    late_entry: bool = False
    returned: bool = False
    self_supporting: bool = False
    guardians: int = 1
    feedback: str = ""  # low, none
    follow_ups: str = ""  # none, unreached, late


class Teller:
    """Tells who one client is: papers, guardians, consents, and the file with schools, jobs and skills."""

    def __init__(
        self,
        persona: Persona,
        who: Identity,
        diary: Diary,
        *,
        instrument: InstrumentDefinition,
        team: Part,
        twist: Twist,
        guardian_names: Sequence[str] = (),
    ) -> None:
        self.persona, self.who, self.diary, self.rng = persona, who, diary, diary.rng
        self.instrument, self.team, self.twist = instrument, team, twist
        self.guardian_names = guardian_names

    def pick(self, choices: Sequence[Any]) -> Any:
        return choices[self.rng.randrange(len(choices))]

    def some(self, choices: Sequence[Any], low: int, high: int) -> list[Any]:
        """``low`` to ``high`` of ``choices`` in their order."""
        count = min(len(choices), self.rng.randint(low, high))
        return [choices[index] for index in sorted(self.rng.sample(range(len(choices)), count))]

    def after(self, step: str, moment: datetime, low: int, high: int) -> datetime:
        """The moment of ``step``, later where this client's way stalls at it."""
        found = self.diary.after(moment, low, high)
        if extra := self.twist.stall.get(step):
            found = self.diary.on(self.diary.calendar.add_working_days(found.date(), extra))
        return found

    def meet(self, opened: datetime) -> None:
        """Everything is told as of the day on which the client came."""
        self.opened, self.today = opened, opened.date()
        self.age = age_on(self.who.birth, self.today)

    # -- who ---------------------------------------------------------------------------------------------------------

    def regime(self) -> AgeRegime:
        return regime(self.who.birth, self.today, self_supporting=self.twist.self_supporting)

    def support(self) -> Part:
        if not self.twist.self_supporting:
            return {}
        since = max(add_months(self.who.birth, 16 * 12) + timedelta(days=20), self.today - timedelta(days=120))
        return {"self_supporting": {"since": since, "proof": "劳动合同和六个月工资流水（修车店学徒）"}}

    def guardians(self) -> list[Part]:
        relations = (("母亲", "户口簿"), ("父亲", "户口簿"))
        return [
            {
                "name": name,
                "relation": relation,
                "authority": "statutory",
                "proof": proof,
                "phone": f"1990991{self.rng.randrange(10_000):04d}",
                "may_read": ["steps", "agreement", "plan", "report"],
            }
            for name, (relation, proof) in zip(self.guardian_names, relations, strict=False)
        ]

    def consents(self, at: datetime) -> Part:
        purposes = ["file", "sensitive-record", "followup-contact"]
        if self.twist.answers != "none":
            purposes.append("assessment")
        if self.regime() is not AgeRegime.UNDER_14 and self.rng.random() < 0.6:
            purposes.append("norms")
        return {"at": at, "channel": self.pick(["paper", "desk-tablet"]), "purposes": purposes}

    # -- the file ----------------------------------------------------------------------------------------------------

    def file(self) -> Part:
        persona = self.persona
        self.schools = [self.school(study) for study in persona.education]
        self.jobs = self.work()
        self.skills = self.some(persona.skills, 3, 5)
        self.certificates = self.some(persona.certificates, 0, 2)
        self.hobbies = self.pick(persona.hobbies)
        issued = self.today - timedelta(days=self.rng.randint(200, 1500))
        found: Part = {
            "education_level": persona.education_level,
            "employment_status": persona.status,
            "hukou_kind": persona.hukou,
            "hukou_place": "" if persona.hukou in {"foreign", "hk-mo-tw"} else "临江市",
            "groups": persona.groups,
            "hobbies": self.hobbies,
            "family": {
                "supports": self.pick(persona.family.supports),
                "limits": self.pick(persona.family.limits),
            },
            "education": self.schools,
            "work": self.jobs,
            "skills": [skill.model_dump() for skill in self.skills],
            "certificates": [{**entry.model_dump(), "issued": issued} for entry in self.certificates],
        }
        if persona.avoid or persona.disability:
            disability = persona.disability.words if persona.disability else ""
            found["health"] = {
                "disability": disability,
                "avoid": persona.avoid,
                "accommodations": persona.accommodations,
                "words": self.pick(persona.health_words) if persona.health_words else "",
            }
        return found

    def school(self, study: Study) -> Part:
        year = self.who.birth.year + study.from_age
        started = min(date(year, 9, 1), self.today - timedelta(days=30))
        studying = study.result == "studying"
        ended = None if studying else min(date(year + study.years, 6, 30), self.today - timedelta(days=20))
        return {
            "school": self.pick(study.schools),
            "level": study.level,
            "major": self.pick(study.majors),
            "started": started,
            "ended": ended if ended is None else max(ended, started),
            "result": study.result,
        }

    def work(self) -> list[Part]:
        """The jobs, oldest first; they end where the next one begins, the last one some months ago."""
        persona, found = self.persona, list[Part]()
        free = max((school["started"] for school in self.schools), default=self.who.birth)
        end = self.today - timedelta(days=30 * self.rng.randint(*persona.gap_months) + self.rng.randint(3, 25))
        for job in reversed(persona.work):
            days = 365 * self.rng.randint(*job.years) - self.rng.randint(10, 90)
            start = max(end - timedelta(days=days), free + timedelta(days=60))
            found.append(self.job(job, min(start, end - timedelta(days=30)), end))
            end = found[-1]["started"] - timedelta(days=self.rng.randint(10, 90))
        return [entry for entry in reversed(found) if entry["started"] > self.who.birth + timedelta(days=15 * 365)]

    def job(self, job: Job, started: date, ended: date) -> Part:
        return {
            "employer": self.pick(job.employers),
            "post": self.pick(job.posts),
            "started": started,
            "ended": ended if job.leaving else None,
            "duties": self.pick(job.duties),
            "nature": job.nature,
            "occupation": job.occupation,
            "leaving_reason": self.pick(job.leaving) if job.leaving else "",
        }

    def wishes(self) -> list[Part]:
        chosen = self.some(self.persona.wishes, 1, 3)
        low = self.persona.pay[0]
        return [
            {**wish.model_dump(), "strength": self.rng.randint(3, 5), "place": "临江市", "pay_min": low}
            for wish in chosen
        ]
