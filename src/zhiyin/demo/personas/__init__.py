"""Kinds of invented people, each with several ways to say things, so that two of one kind differ.

One YAML file holds a few kinds. Where a list of sentences stands, the generator takes one of them.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from ruamel.yaml import YAML

from zhiyin.kernel.models import Definition

Words = Annotated[list[str], Field(min_length=1)]
Range = Annotated[list[int], Field(min_length=2, max_length=2)]


class Study(Definition):
    """One school; ``from_age`` and ``years`` place it in the person's life."""

    level: str
    schools: Words
    majors: Words
    from_age: int
    years: int
    result: str = "graduated"


class Job(Definition):
    """One job; it lasts ``years`` from–to. Without ``leaving`` the person still has it."""

    employers: Words
    posts: Words
    duties: Words
    years: Range
    leaving: list[str]
    occupation: str = ""
    nature: str = "full-time"


class Skill(Definition):
    name: str
    level: str
    kind: Literal["knowledge", "skill", "experience"] = "skill"


class Certificate(Definition):
    name: str
    kind: str


class Need(Definition):
    kind: str
    text: str


class Goal(Definition):
    """A goal to be reached ``days`` after the survey."""

    title: str
    measure: str
    days: int


class Wish(Definition):
    title: str
    occupation: str
    reason: str


class Family(Definition):
    supports: Words
    limits: Words
    effects: Words


class Activity(Definition):
    kind: str
    title: str
    criterion: str
    result: str
    who: Literal["client", "adviser", "both"] = "both"


class Session(Definition):
    topic: str
    facts: str
    assessment: str
    advice: str
    words: str
    mode: str = ""


class Advice(Definition):
    positioning: Words
    ability: Words
    path: Words
    training: Words


class Outcome(Definition):
    outcome: str
    summary: str
    words: str
    employer: str = ""
    occupation: str = ""
    post: str = ""
    training_name: str = ""


class Disability(Definition):
    """What the certificate says: category 1–7, grades 1–4 to choose from, and in words."""

    category: int
    grades: Annotated[list[int], Field(min_length=1)]
    words: str


class Persona(Definition):
    """One kind of people. ``count``: how many of two hundred; ``at``: code of the body that serves them.

    ``interests`` are means on the five steps of the interest inventory, by its six letters. ``gap_months`` is how long
    ago the last job ended.
    """

    id: str
    title: str
    count: int
    at: Literal["LJ", "XY", "PG"] = "LJ"
    origin: Literal["mainland", "hmt", "foreign"] = "mainland"
    minor: bool = False
    sex: Annotated[list[Literal["1", "2"]], Field(min_length=1)]
    ages: Range
    interests: dict[Literal["R", "I", "A", "S", "E", "C"], float]
    status: str
    education_level: str
    hukou: str = "local-urban"
    groups: list[str] = []
    service_kind: str = ""
    education: list[Study]
    work: list[Job]
    gap_months: Range
    skills: list[Skill]
    certificates: list[Certificate]
    hobbies: Words
    disliked: Words
    proud: Words
    reasons: Words
    expectations: Words
    tried: Words
    obstacles: Words
    needs: Annotated[list[Need], Field(min_length=1)]
    goals: Annotated[list[Goal], Field(min_length=1)]
    values: Annotated[list[str], Field(min_length=6, max_length=6)]
    wishes: list[Wish]
    pay: Range
    natures: Words
    shifts: Words
    care: Literal["none", "children", "elders", "both"]
    care_words: list[str] = []
    avoid: list[str] = []
    health_words: list[str] = []
    accommodations: list[str] = []
    disability: Disability | None = None
    family: Family
    market: Words
    activities: Annotated[list[Activity], Field(min_length=1)]
    sessions: Annotated[list[Session], Field(min_length=1)]
    advice: Advice
    outcomes: Annotated[list[Outcome], Field(min_length=1)]


@cache
def personas() -> dict[str, Persona]:
    """All kinds by id, in the order of their files."""
    reader = YAML(typ="safe")
    found = [
        Persona.model_validate(entry)
        for file in sorted(Path(__file__).parent.glob("*.yaml"))
        for entry in reader.load(file.read_text(encoding="utf-8"))
    ]
    return {persona.id: persona for persona in found}
