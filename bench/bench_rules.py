"""Who may apply for level 3 by any of five conditions, for 100,000 applicants: ours beside json-logic.

    python bench/bench_rules.py [--peer /path/to/python-with-json-logic-qubit] [--people 100000]

Ours judges in three values from raw rows (jobs, certificates, titles, diplomas with ISO dates), names the missing facts
and reads dated parameters. The peer is JsonLogic with the same conditions and is favoured: it is two-valued, never says
what is missing, gets dates as ready day numbers, and counts years of work by a plain Python function that is added to
it as an operation. It runs in an interpreter of its own, since it is no dependency of this project; without ``--peer``
it is skipped aloud. Both must agree on every applicant before times are printed. CPU seconds of the process.
"""

import argparse
import json
import random
import subprocess
import time
from datetime import date, timedelta
from typing import Any

from zhiyin.engines.rules import Parameter, RuleSet, SimpleLibrary, Verdict, compile

ON = date(2026, 3, 1)
OCCUPATIONS = ("guide", "psychologist", "teacher", "cook", "driver")
MAJORS = ("psychology", "education", "labour", "physics", "art")
RELATED, RELATED_MAJORS = ("guide", "psychologist", "teacher"), ("psychology", "education", "labour")
COLUMNS = {
    "jobs": ["started_on:date", "ended_on:date", "occupation:text"],
    "certificates": ["issued_on:date", "level:integer", "occupation:text"],
    "titles": ["issued_on:date", "grade:text", "mapped:boolean"],
    "diplomas": ["school:text", "major:text", "graduated_on:date"],
}


def listed(column: str, parameter: str) -> dict[str, Any]:
    return {"column": column, "in": {"param": parameter}}


def has(fact: str, *conditions: Any) -> dict[str, Any]:
    return {"exists": {"list": fact, "where": {"all": list(conditions)}}}


def worked(at_least: Any, after: Any = None) -> dict[str, Any]:
    body = {"list": "jobs", "from": "started_on", "to": "ended_on", "where": listed("occupation", "related")}
    return {"value": {"worked": body | ({} if after is None else {"after": after})}, "at_least": at_least}


def first(fact: str, *conditions: Any) -> dict[str, Any]:
    return {"earliest": {"list": fact, "where": {"all": list(conditions)}, "of": {"column": "issued_on"}}}


LEVEL_4 = ({"column": "level", "is": 4}, listed("occupation", "related"))
JUNIOR = ({"column": "grade", "is": "junior"}, {"column": "mapped", "is": True})
CONDITION = {
    "any": [
        {"id": "c1", **worked({"param": "years"})},
        {"id": "c2", "all": [has("certificates", *LEVEL_4), worked(4, first("certificates", *LEVEL_4))]},
        {"id": "c3", "all": [has("titles", *JUNIOR), worked(1, first("titles", *JUNIOR))]},
        {"id": "c4", **has("diplomas", {"column": "school", "is": "senior-class"}, listed("major", "majors"))},
        {
            "id": "c5",
            "all": [
                has("certificates", *LEVEL_4),
                has("diplomas", {"column": "school", "in": ["college", "university"]}, listed("major", "majors")),
            ],
        },
    ]
}


def rows_where(fact: str, *conditions: Any) -> dict[str, Any]:
    return {"filter": [{"var": fact}, {"and": list(conditions)}]}


PEER_RELATED = {"in": [{"var": "occupation"}, list(RELATED)]}
PEER_LEVEL_4 = ({"==": [{"var": "level"}, 4]}, PEER_RELATED)
PEER_JUNIOR = ({"==": [{"var": "grade"}, "junior"]}, {"==": [{"var": "mapped"}, True]})
PEER_MAJOR = {"in": [{"var": "major"}, list(RELATED_MAJORS)]}


def peer_worked(years: int, after: Any = None) -> dict[str, Any]:
    jobs = rows_where("jobs", PEER_RELATED)
    return {">=": [{"worked": [jobs, {"var": "today"}, 0 if after is None else after]}, years]}


def peer_first(fact: str, *conditions: Any) -> dict[str, Any]:
    step = {"min": [{"var": "accumulator"}, {"var": "current.issued_on"}]}
    return {"reduce": [rows_where(fact, *conditions), step, 9_999_999]}


def peer_has(fact: str, *conditions: Any) -> dict[str, Any]:
    return {"some": [{"var": fact}, {"and": list(conditions)}]}


PEER_RULE = {
    "or": [
        peer_worked(10),
        {"and": [peer_has("certificates", *PEER_LEVEL_4), peer_worked(4, peer_first("certificates", *PEER_LEVEL_4))]},
        {"and": [peer_has("titles", *PEER_JUNIOR), peer_worked(1, peer_first("titles", *PEER_JUNIOR))]},
        peer_has("diplomas", {"==": [{"var": "school"}, "senior-class"]}, PEER_MAJOR),
        {
            "and": [
                peer_has("certificates", *PEER_LEVEL_4),
                peer_has("diplomas", {"in": [{"var": "school"}, ["college", "university"]]}, PEER_MAJOR),
            ]
        },
    ]
}
PEER = """
import json, sys, time
from datetime import date
from json_logic import add_operation, jsonLogic

def years(start, end):
    a, b = date.fromordinal(start), date.fromordinal(end)
    return b.year - a.year - ((b.month, b.day) < (a.month, a.day))

def worked(jobs, today, after):
    pieces = sorted((max(j["started_on"], after), min(j["ended_on"] + 1, today)) for j in jobs)
    union = []
    for start, end in pieces:
        if end > start:
            if union and start <= union[-1][1]:
                union[-1][1] = max(union[-1][1], end)
            else:
                union.append([start, end])
    if not union:
        return 0
    if len(union) == 1:
        return years(*union[0])
    return max(int(sum(b - a for a, b in union) / 365.25), *(years(a, b) for a, b in union))

add_operation("worked", worked)
job = json.load(sys.stdin)
found = [bool(jsonLogic(job["rule"], person)) for person in job["people"]]
start = time.process_time()
for _ in range(job["times"]):
    for person in job["people"]:
        jsonLogic(job["rule"], person)
print(json.dumps([found, time.process_time() - start]))
"""


def rules() -> tuple[RuleSet, SimpleLibrary]:
    facts = []
    for name, columns in COLUMNS.items():
        split = [column.split(":") for column in columns]
        typed = [{"id": key, "label": key, "type": kind} for key, kind in split]
        facts.append({"id": name, "label": name, "type": "list", "columns": typed})
    head = {"kind": "ruleset", "id": "level-3", "version": 1, "title": "三级", "subject": "person"}
    values = {
        "related": ("list", "|".join(RELATED)),
        "majors": ("list", "|".join(RELATED_MAJORS)),
        "years": ("years", 10),
    }
    parameters = [
        Parameter.model_validate({
            "id": name, "title": name, "type": kind, "basis": "open",
            "values": [{"value": value, "valid_from": "2020-01-01"}],
        })
        for name, (kind, value) in values.items()
    ]  # fmt: skip
    return RuleSet.model_validate(head | {"facts": facts, "condition": CONDITION}), SimpleLibrary(parameters)


def applicant(chance: random.Random) -> dict[str, Any]:
    def day(first: int, last: int) -> date:
        return date(first, 1, 1) + timedelta(days=chance.randrange(365 * (last - first)))

    jobs = []
    for _ in range(chance.randrange(1, 5)):
        start = day(2010, 2025)
        end = start + timedelta(days=chance.randrange(200, 2500))
        ended = None if end >= ON else end.isoformat()
        jobs.append({"started_on": start.isoformat(), "ended_on": ended, "occupation": chance.choice(OCCUPATIONS)})
    held = []
    for _ in range(chance.randrange(3)):
        level, occupation = chance.choice([5, 4, 3]), chance.choice(OCCUPATIONS)
        held.append({"issued_on": day(2015, 2025).isoformat(), "level": level, "occupation": occupation})
    titles = []
    for _ in range(chance.randrange(2)):
        grade, mapped = chance.choice(["junior", "middle"]), chance.random() < 0.3
        titles.append({"issued_on": day(2015, 2025).isoformat(), "grade": grade, "mapped": mapped})
    schools = ["middle-class", "senior-class", "college", "university"]
    diplomas = [
        {"school": chance.choice(schools), "major": chance.choice(MAJORS), "graduated_on": day(2005, 2025).isoformat()}
        for _ in range(chance.randrange(2))
    ]
    return {"jobs": jobs, "certificates": held, "titles": titles, "diplomas": diplomas}


def for_peer(person: dict[str, Any]) -> dict[str, Any]:
    def number(key: str, value: Any) -> Any:
        if not key.endswith("_on"):
            return value
        return 9_999_990 if value is None else date.fromisoformat(value).toordinal()

    lists = {name: [{k: number(k, v) for k, v in row.items()} for row in rows] for name, rows in person.items()}
    return lists | {"today": ON.toordinal()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer")
    parser.add_argument("--people", type=int, default=100_000)
    options = parser.parse_args()
    chance = random.Random(7)
    people = [applicant(chance) for _ in range(1_000)]
    times = max(1, options.people // len(people))
    count = times * len(people)

    ruleset, library = rules()
    began = time.process_time()
    compiled = compile(ruleset, library)
    print(f"compile: {(time.process_time() - began) * 1e6:,.0f} us")
    ours = [compiled.evaluate(person, on=ON, explain=False) for person in people]
    began = time.process_time()
    for _ in range(times):
        for person in people:
            compiled.evaluate(person, on=ON, explain=False)
    spent = time.process_time() - began
    print(f"ours, verdict and missing: {count:,} in {spent:.2f} s, {spent / count * 1e6:.1f} us each")
    partial = [{**person, "jobs": [{**row, "started_on": None} for row in person["jobs"]]} for person in people]
    open_ = sum(compiled.verdict(person, on=ON) is Verdict.UNKNOWN for person in partial)
    began = time.process_time()
    for person in partial:
        compiled.evaluate(person, on=ON, explain=False)
    each = (time.process_time() - began) / len(people) * 1e6
    print(f"ours, facts with holes ({open_} of {len(people)} open): {each:.1f} us each")
    began = time.process_time()
    for person in people[:300]:
        compiled.evaluate(person, on=ON)
    print(f"ours, with the whole explanation: {(time.process_time() - began) / 300 * 1e6:.0f} us each")
    if options.peer is None:
        print("peer: skipped, no --peer given")
        return
    job = {"rule": PEER_RULE, "people": [for_peer(person) for person in people], "times": max(1, times // 10)}
    done = subprocess.run([options.peer, "-c", PEER], input=json.dumps(job), capture_output=True, text=True, check=True)
    found, theirs = json.loads(done.stdout)
    mine = [result.verdict is Verdict.PASS for result in ours]
    if mine != found:
        raise SystemExit(f"the two disagree on {sum(a != b for a, b in zip(mine, found, strict=True))} applicants")
    peer_each = theirs / (job["times"] * len(people)) * 1e6
    print(f"json-logic, verdict only: {peer_each:.1f} us each; both pass {sum(mine)} of {len(mine)}")
    print(f"ratio: ours is {peer_each / (spent / count * 1e6):.2f} times as fast")


if __name__ == "__main__":
    main()
