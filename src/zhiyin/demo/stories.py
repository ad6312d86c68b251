"""One invented client's way through the service as a case file, written to its end; time decides how far it goes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from zhiyin.demo import pools
from zhiyin.demo.profiles import Part, Teller
from zhiyin.guide.models import CaseFile
from zhiyin.kernel.dates import AgeRegime


class Writer(Teller):
    """Writes the case file of one client."""

    def write(self, opened: datetime) -> CaseFile:
        """The whole way from ``opened`` on."""
        persona, twist = self.persona, self.twist
        self.meet(opened)
        adult = self.regime() is AgeRegime.ADULT
        case: Part = {
            "demo": True,
            **self.team,
            "client": {**self.who.client, **self.support()},
            "guardians": [] if adult else self.guardians(),
            "consents": self.consents(opened),
            "file": self.file(),
            "wishes": [] if persona.minor else self.wishes(),
        }
        intake = self.diary.soon(opened, 15, 40)
        needs = self.after("needs", intake, 0, 3)
        environment = self.diary.soon(needs, 30, 90)
        drafted = self.after("agreement-draft", environment, 0, 2)
        signed = self.after("agreement", drafted, 0, 2)
        planned = self.after("plan-draft", signed, 1, 4)
        agreed = self.after("plan", planned, 0, 3)
        case["intake"] = self.intake(intake)
        case["needs"] = self.needs(needs)
        case["environment"] = self.environment(environment)
        case["agreement"] = {"drafted_at": drafted, "signed_at": signed}
        test, tested = self.assessment(agreed)
        if test is not None:
            case["assessment"] = test
        matched = self.after("matching", tested, 1, 3)
        case["matching"] = self.matching(matched)
        sessions, met = self.sessions(agreed, matched)
        case["sessions"] = sessions
        plan, done = self.plan(planned, agreed, met, test)
        case["plan"] = plan
        begun = self.after("report-draft", max(met, done), 1, 4)
        report, handed = self.report(begun)
        case["report"] = report
        closed = self.after("closing", handed, 1, 4)
        case["closing"] = self.closing(closed)
        case["follow_ups"] = self.follow_ups(closed)
        if twist.feedback != "none":
            case["feedback"] = self.feedback(self.diary.evening(closed, 1, 14))
        return CaseFile.model_validate(case)

    # -- forms -------------------------------------------------------------------------------------------------------

    def intake(self, at: datetime) -> Part:
        persona, urgent = self.persona, self.rng.random() < 0.15
        found: Part = {
            "at": at,
            "reason": self.pick(persona.reasons),
            "service_kind": persona.service_kind or self.pick(["planning", "planning", "job-search"]),
            "heard_from": "school" if persona.at == "XY" else self.pick(pools.HEARD_FROM),
            "expectation": self.pick(persona.expectations),
            "urgency": "week" if urgent else self.pick(["month", "month", "calm"]),
            "safety_concern": "none",
            "contact_mode": self.pick([["phone"], ["wechat", "phone"], ["message"]]),
            "contact_time": self.pick(pools.CONTACT_TIMES),
            "service_mode": ["face"],
        }
        if persona.at == "XY":
            found["referred_by"] = self.schools[-1]["school"]
        if urgent:
            found["urgency_reason"] = self.pick(["房租月底到期", "报名后天截止", "孩子学费下周要交"])
        if persona.accommodations:
            found["accommodations"] = persona.accommodations
            found["accommodation_note"] = "来之前先确认一次安排"
        return found

    def needs(self, at: datetime) -> Part:
        persona, rng = self.persona, self.rng
        self.goals, self.wants = self.some(persona.goals, 1, 2), self.some(persona.needs, 2, 3)
        last = self.jobs[-1]["ended"] if self.jobs and self.jobs[-1]["ended"] else None
        order = list(persona.values)
        if rng.random() < 0.4:
            place = rng.randrange(5)
            order[place], order[place + 1] = order[place + 1], order[place]
        ranks = ("first", "second", "third", "fourth", "fifth", "sixth")
        found: Part = {
            "at": at,
            "employment_status": persona.status,
            "since": (last or self.today - timedelta(days=400)).isoformat(),
            "residence": self.who.client["address"],
            "hukou_kind": persona.hukou,
            "groups": persona.groups,
            "education_level": persona.education_level,
            "education": [
                {"period": _period(row), "school": row["school"], "major": row["major"]} for row in self.schools
            ],
            "work": [
                {"period": _period(row), "employer": row["employer"], "post": row["post"], "duty": row["duties"]}
                for row in self.jobs
            ],
            "proud_of": self.pick(persona.proud),
            "skills": [{"name": skill.name, "level": skill.level} for skill in self.skills if skill.kind == "skill"],
            "hobbies": self.hobbies,
            "disliked": self.pick(persona.disliked),
            **{f"value_{rank}": value for rank, value in zip(ranks, order, strict=True)},
            "goals": [
                {
                    "title": goal.title,
                    "measure": goal.measure,
                    "expected_on": (at.date() + timedelta(days=goal.days)).isoformat(),
                }
                for goal in self.goals
            ],
            "tried": self.pick(persona.tried),
            "obstacles": self.pick(persona.obstacles),
            "needs": [need.model_dump() for need in self.wants],
            "expectation": self.pick(persona.expectations),
            "summary": self.summary(),
        }
        if not persona.minor:
            found |= {
                "occupations": [{"occupation": wish.occupation, "reason": wish.reason} for wish in persona.wishes[:2]],
                "regions": [{"region": self.who.region}],
                "commute_minutes": self.pick([30, 40, 45, 60]),
                "pay_floor": str(rng.randrange(*_steps(persona.pay))),
                "work_natures": persona.natures,
                "shifts": persona.shifts,
                "has_care_duties": persona.care,
            }
        if persona.care != "none":
            found["care_duties"] = self.pick(persona.care_words)
        if persona.avoid:
            found["avoid_conditions"] = persona.avoid
        return found

    def summary(self) -> str:
        job = self.jobs[-1] if self.jobs else None
        start = f"{self.age} 岁，{job['employer']}{job['post']}出身。" if job else f"{self.age} 岁，在读。"
        return f"{start}想要：{self.goals[0].title}。卡在：{self.wants[0].text}。"

    def environment(self, at: datetime) -> Part:
        persona, day = self.persona, at.date().isoformat()
        found: Part = {
            "at": at,
            "analysed_on": day,
            "parts": ["family", "market"],
            "left_out_reason": "还没有工作过，不分析工作处境",
            "family_supports": self.pick(persona.family.supports),
            "family_limits": self.pick(persona.family.limits),
            "family_effect": self.pick(persona.family.effects),
            "family_source": "本人讲述",
            "family_date": day,
            "market_figures": [
                {
                    "figure": figure,
                    "region": self.who.region,
                    "date": (at.date() - timedelta(days=self.rng.randint(3, 40))).isoformat(),
                    "source": "临江市公共就业服务中心岗位库（虚构）",
                }
                for figure in self.some(persona.market, 1, 2)
            ],
            "market_finding": "本地有机会，条件要一条一条对。",
            "market_effect": self.pick(persona.family.effects),
            "conclusion": f"助力：{self.pick(persona.family.supports)}。限制：{self.pick(persona.family.limits)}。",
        }
        if self.jobs:
            found["left_out_reason"] = ""
            found["parts"].append("work")
            found |= {
                "work_post": self.jobs[-1]["post"],
                "work_conditions": self.pick(pools.CONDITIONS),
                "work_satisfaction": self.rng.randint(2, 4),
                "work_effect": self.pick(persona.family.effects),
                "work_source": "本人讲述",
                "work_date": day,
            }
        if self.rng.random() < 0.5:
            name, trend, source = self.pick(pools.POLICIES)
            found["parts"].append("policy")
            found["policies"] = [
                {
                    "name": name,
                    "valid_from": f"{at.year}-01-01",
                    "valid_to": f"{at.year}-12-31",
                    "trend": trend,
                    "source": source,
                }
            ]
            found["policy_effect"] = "可以用上，办理时间排进方案。"
        return found

    # -- the plan and what is done -----------------------------------------------------------------------------------

    def plan(self, planned: datetime, agreed: datetime, met: datetime, test: Part | None) -> tuple[Part, datetime]:
        rows: list[Part] = []
        chosen = list(self.persona.activities)
        if test is not None and not any(row.kind == "assessment" for row in chosen):
            rows.append(
                {
                    "title": "做职业兴趣测评，一起看结果",
                    "kind": "assessment",
                    "who": "both",
                    "criterion": "看过结果，说得出同意和不同意的地方",
                    "result": "看过了，同意的和不同意的各说了一条" if "answers" in test else "本人不做，改为直接谈经历",
                }
            )
        rows += [row.model_dump() for row in chosen]
        last, activities = met, list[Part]()
        for index, row in enumerate(rows):
            result = row.pop("result")
            at = self.after("delivery" if index == len(rows) - 1 else "", agreed, 2 + 3 * index, 6 + 5 * index)
            last = max(last, at)
            cancelled = index > 0 and self.rng.random() < 0.08
            end = {"at": at, "result": self.pick(pools.CANCELLED) if cancelled else result}
            activities.append(
                {
                    **row,
                    "goal": index % len(self.goals) + 1,
                    "need": index % len(self.wants) + 1,
                    "due_on": (agreed + timedelta(days=14 + 12 * index)).date(),
                    "cancelled" if cancelled else "done": end,
                }
            )
        return {"drafted_at": planned, "agreed_at": agreed, "activities": activities}, last

    def assessment(self, agreed: datetime) -> tuple[Part | None, datetime]:
        twist = self.twist.answers
        if twist == "none":
            return None, agreed
        assigned = self.diary.soon(agreed, 20, 80)
        if twist == "declined":
            at = self.diary.evening(assigned, 1, 3)
            return {"assigned_at": assigned, "finished_at": at, "declined": self.pick(pools.DECLINED_TESTS)}, at
        finished = self.diary.evening(assigned, 1, 5)
        mode = "online"
        if "read-aloud" in self.persona.accommodations or "easy-read" in self.persona.accommodations:
            mode, finished = "read", self.diary.after(assigned, 1, 3)
        elif self.age >= 45 and self.rng.random() < 0.35:
            mode, finished = "paper", self.diary.after(assigned, 1, 3)
        if extra := self.twist.stall.get("assessment"):
            # a link lies for fourteen days, a sheet that was begun for seven
            finished += timedelta(days=extra)
        return {
            "assigned_at": assigned,
            "finished_at": finished,
            "mode": mode,
            "large_type": self.age >= 45 or "large-print" in self.persona.accommodations,
            "read_aloud": mode == "read",
            **self.answers(),
        }, finished

    def answers(self) -> Part:
        """Answers from the kind's interests with noise; a flat profile likes everything the same, a careless one
        presses the middle and the next."""
        rng, items = self.rng, sorted(self.instrument.items, key=lambda item: item.order)
        options = [option.value for option in self.instrument.options]
        level = rng.gauss(0, 0.25)
        own: dict[str, float] = {letter: mean + rng.gauss(0, 0.35) for letter, mean in self.persona.interests.items()}
        values: dict[str, int] = {}
        seconds: dict[str, float] = {}
        for index, item in enumerate(items):
            mean = own[item.scale] + level
            if self.twist.answers == "flat":
                mean = 3.4
            value = round(rng.gauss(mean, 0.15 if self.twist.answers == "flat" else 0.8))
            value = min(max(value, options[0]), options[-1])
            if item.reverse:
                value = options[0] + options[-1] - value
            taken = rng.lognormvariate(1.5, 0.45)
            if self.twist.answers == "careless":
                value, taken = (3 if index < 30 else 4), rng.uniform(0.4, 0.9)
            values[item.id] = value
            seconds[item.id] = round(taken, 1)
        return {"answers": values, "seconds": seconds}

    def matching(self, at: datetime) -> Part:
        choices = [
            {"rank": 1, "verdict": "consider", "reason": self.pick(pools.OPINIONS["consider"])},
            {"rank": 2, "verdict": "explore", "reason": self.pick(pools.OPINIONS["explore"])},
            {"rank": self.rng.randint(3, 8), "verdict": "declined", "reason": self.pick(pools.OPINIONS["declined"])},
        ]
        return {"at": at, "choices": choices}

    def sessions(self, agreed: datetime, matched: datetime) -> tuple[list[Part], datetime]:
        found = list[Part]()
        at = self.after("session", agreed, 2, 5)
        for index, session in enumerate(self.persona.sessions):
            if index == 1:
                if self.twist.missed:
                    missed = self.diary.after(at, 2, 4)
                    found.append({"at": missed, "missed": self.twist.missed})
                    at = missed
                at = self.after("session-2", max(at, matched), 1, 5)
            elif index > 1:
                at = self.diary.after(at, 3, 6)
            found.append(self.session(session.model_dump(), at, index))
        settled = [task["at"] for session in found for task in session.get("tasks_done", [])]
        return found, max([at, *settled, *(session["recorded_at"] for session in found if "recorded_at" in session)])

    def session(self, texts: Part, at: datetime, index: int) -> Part:
        words, mode = texts.pop("words"), texts.pop("mode")
        found: Part = {
            "at": at,
            **texts,
            "minutes": self.pick([45, 50, 60, 75]),
            "mode": mode or self.pick(["face", "face", "face", "phone", "video"]),
            "place": self.pick(pools.HELD_AT),
            "techniques": self.some(pools.TECHNIQUES, 1, 3),
            "decisions": [{"decision": self.persona.goals[0].title, "by": self.pick(["client", "together"])}],
            "referral": "none",
            "client_words": words,
            "confidentiality": "restricted" if self.persona.minor else "ordinary",
        }
        if index == 0 or self.rng.random() < 0.5:
            by_adviser = self.rng.random() < 0.25
            task, result = self.pick(pools.ADVISER_TASKS if by_adviser else pools.TASKS)
            due = self.diary.calendar.add_working_days(at.date(), 5)
            found["tasks"] = [{"task": task, "who": "adviser" if by_adviser else "client", "due": due.isoformat()}]
            found["tasks_done"] = [{"task": 1, "at": self.diary.after(at, 1, 5), "result": result}]
        if self.twist.late_entry and index == 0:
            found["recorded_at"] = self.diary.after(at, 3, 6)
            for task in found.get("tasks_done", []):
                task["at"] = self.diary.soon(found["recorded_at"])
        return found

    # -- report and end ----------------------------------------------------------------------------------------------

    def report(self, begun: datetime) -> tuple[Part, datetime]:
        advice: Part = {
            name: self.pick(getattr(self.persona.advice, name))
            for name in ("positioning", "ability", "path", "training")
        }
        advice["results_note"] = (
            pools.NOT_TESTED if self.twist.answers in {"declined", "none"} else self.pick(pools.TESTED)
        )
        found: Part = {"drafted_at": begun, "advice": advice}
        ready = self.after("report", begun, 0, 2)
        if self.team["adviser"]["level"] == 4:
            found["submitted_at"] = ready
            reviewed = self.after("sign-off", ready, 1, 3)
            if self.twist.returned:
                again = self.after("mend", reviewed, 1, 3)
                found["returned"] = {
                    "at": reviewed,
                    "comment": self.pick(pools.RETURNED),
                    "advice": {"positioning": f"{advice['positioning']}走不通时回来再商量。"},
                    "resubmitted_at": again,
                }
                reviewed = self.after("sign-off", again, 1, 2)
            found["signed_off"] = {"at": reviewed, "comment": self.pick(pools.SIGNED_OFF)}
            ready = reviewed
        found["issued_at"] = self.diary.soon(ready, 20, 90)
        found["handed_over_at"] = handed = self.after("handover", found["issued_at"], 1, 4)
        return found, handed

    def closing(self, at: datetime) -> Part:
        outcome = self.outcome = self.pick(self.persona.outcomes)
        found: Part = {
            "at": at,
            "goals": [self.judged(index) for index in range(len(self.goals))],
            "outcome": outcome.outcome,
            "reason": "completed",
            "handed_over": [{"item": "职业生涯规划报告", "date": at.date().isoformat()}],
            "client_words": outcome.words,
            "summary": outcome.summary,
            "followup_consent": "willing",
            "followup_contact": "原来登记的电话",
            "followup_time": self.pick(pools.CONTACT_TIMES),
        }
        if outcome.outcome in {"employed", "internship"}:
            found["employer"] = outcome.employer
        if outcome.outcome in {"employed", "flexible", "self-employed", "internship"}:
            found |= {"occupation": outcome.occupation, "post": outcome.post}
        if outcome.outcome in {"employed", "flexible", "self-employed", "internship", "training"}:
            found["started_on"] = (at - timedelta(days=self.rng.randint(2, 20))).date().isoformat()
        if outcome.outcome == "training":
            found["training_name"] = outcome.training_name
        return found

    def judged(self, index: int) -> Part:
        attainment = self.rng.choices(["reached", "partly", "not"], [0.66, 0.26, 0.08])[0]
        note = self.pick(pools.NOTES[attainment]) if attainment != "reached" else ""
        return {"goal": index + 1, "attainment": attainment, "note": note}

    def follow_ups(self, closed: datetime) -> list[Part]:
        found = list[Part]()
        if self.twist.follow_ups == "none":
            return found
        for name, days in (("day30", 30), ("day90", 90), ("day180", 180)):
            # the widest window is two weeks
            off = self.rng.randint(16, 30) if self.twist.follow_ups == "late" else self.rng.randint(-4, 4)
            day = self.diary.working(closed.date() + timedelta(days=days + off))
            at = self.diary.on(max(day, closed.date() + timedelta(days=1)))
            if self.twist.follow_ups == "unreached" or self.rng.random() < 0.06:
                again = self.diary.calendar.add_working_days(at.date(), 3)
                found.append(self.unreached(name, at, again))
                if self.twist.follow_ups == "unreached":
                    continue
                at = self.diary.on(again)
            found.append(self.follow_up(name, at))
        return found

    def unreached(self, name: str, at: datetime, again: date) -> Part:
        return {
            "id": name,
            "at": at,
            "mode": "phone",
            "contact_result": "no-answer",
            "next_step": "again",
            "next_note": "电话没有人接，过几天再打",
            "next_on": again.isoformat(),
        }

    def follow_up(self, name: str, at: datetime) -> Part:
        kind = self.outcome.outcome
        status = {
            "internship": "employed",
            "stay": "employed",
            "job-seeking": self.pick(["unemployed", "employed"]),
        }.get(kind, kind if kind in {"employed", "flexible", "self-employed", "training", "study"} else "not-seeking")
        found: Part = {
            "id": name,
            "at": at,
            "mode": self.pick(["phone", "phone", "message", "visit"]),
            "contact_result": "reached",
            "status": status,
            "problems": self.pick(pools.FOLLOW_UP_PROBLEMS),
            "needs": [self.pick(["none", "none", "adaptation", "training"])],
            "satisfaction": self.rng.randint(6, 10),
            "next_step": "none",
        }
        if status in {"employed", "flexible", "self-employed"}:
            found |= {
                "post": self.outcome.post or "新单位",
                "same_job": "new" if kind == "job-seeking" else "same",
                "job_fit": self.rng.randint(3, 5),
                "insurance": "employer" if status == "employed" else "self",
            }
            if self.persona.pay[1]:
                found["pay"] = str(self.rng.randrange(*_steps(self.persona.pay)) + 200)
        if status == "employed":
            found["contract"] = "signed"
        return found

    def feedback(self, at: datetime) -> Part:
        rng, low = self.rng, self.twist.feedback == "low"
        overall = rng.randint(2, 4) if low else min(10, max(5, round(rng.gauss(8.6, 1.1))))
        mood = "low" if overall <= 4 else "middle" if overall <= 7 else "good"

        def step() -> int:
            return min(5, max(1, round(overall / 2 + rng.gauss(0, 0.4))))

        found: Part = {"at": at, "overall": overall, "recommend": min(10, max(0, overall + rng.randint(-1, 1)))}
        found |= {name: step() for name in ("understood", "respected", "useful", "privacy", "access")}
        if words := self.pick(pools.FEEDBACK[mood]):
            found["comment"] = words
        return found


def _period(row: Part) -> str:
    end = f"{row['ended']:%Y.%m}" if row["ended"] else "今"
    return f"{row['started']:%Y.%m}—{end}"


def _steps(pay: Sequence[int]) -> tuple[int, int, int]:
    """Pay from low to high in steps of a hundred yuan, as ``range`` takes it."""
    return pay[0], max(pay[1], pay[0] + 100), 100
