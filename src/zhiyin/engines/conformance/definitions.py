"""Models of what conformance is measured by: the clauses of the standards, and measures of how far they are met."""

from typing import Annotated, Literal

from pydantic import Field as Setting
from pydantic import StringConstraints, model_validator

from zhiyin.engines.definitions import ClauseId, Faults, Head, Slug, Step, Text
from zhiyin.kernel.models import Definition

ClauseKind = Literal[
    "skill",
    "knowledge",
    "ethics",
    "law",
    "rule",
    "facility",
    "staff",
    "principle",
    "programme",
    "process",
    "record",
    "quality",
]

Area = Literal[
    "org",
    "clients",
    "cases",
    "assessment",
    "labour_market",
    "recruitment",
    "matching",
    "planning",
    "learning",
    "policy",
    "certification",
    "quality",
    "cross_strait",
    "privacy",
    "proxy_services",
    "analytics",
]


class Clause(Definition):
    """One clause of a standard, a row of ``clauses/*.csv``: where it stands and our own gist of it.

    ``doc`` is the short name of the document (``CG2023-DJ``), ``level`` the grades it is for (``L4``, ``L2 L1``,
    ``all``, or empty where the document knows no grades), ``function`` and ``content`` the headings above it.
    ``area`` is the part of the work that serves it.
    """

    id: ClauseId
    doc: Annotated[str, StringConstraints(pattern=r"^[A-Z]+[0-9]*(-[A-Z0-9]+)?$")]
    part: Text
    level: Annotated[str, StringConstraints(pattern=r"^(all|L[1-4]( L[1-4])*)?$")]
    function: str
    content: str
    clause: Text
    kind: ClauseKind
    area: Area
    gist: Text

    @model_validator(mode="after")
    def _of_its_document(self) -> "Clause":
        if not self.id.startswith(f"{self.doc}-"):
            raise Faults([(("id",), f"条款“{self.id}”不以所属文件“{self.doc}-”开头")])
        return self

    def levels(self) -> tuple[str, ...]:
        """Grades the clause is for, such as ``("L2", "L1")``; empty for a clause of all grades or of none."""
        return () if self.level in {"", "all"} else tuple(self.level.split())


class ParameterValue(Definition):
    """A threshold that is read from a parameter on the day of measuring."""

    param: Text


Threshold = int | float | bool | str | ParameterValue


class Measure(Definition):
    """How one or several clauses are shown to be met.

    ``by`` query: a registered ``query`` yields a figure in ``unit`` that is held against ``threshold``; manual:
    somebody brings evidence, which is good for ``evidence_valid_months``; construction: the software itself does it,
    shown by ``function`` (dotted name) and ``test`` (pytest node id). ``partial`` is the figure from which the clause
    is met in part. ``given`` are values the query needs beside the threshold, such as an interval in months.
    ``when_empty`` says what it means that there was nothing to look at: not proved, or, where it is not the body's to
    bring about (complaints, say), nothing to be met. ``advice`` says how to make up what is missing.
    """

    id: Slug
    clauses: Annotated[list[ClauseId], Setting(min_length=1)]
    title: Text
    by: Literal["query", "manual", "construction"]
    query: Text | None = None
    given: dict[str, Threshold] = {}
    unit: str = ""
    threshold: Threshold | None = None
    direction: Literal["at_least", "at_most", "equals", "none"] = "none"
    partial: Threshold | None = None
    when_empty: Literal["unproven", "not_applicable"] = "unproven"
    advice: str = ""
    weight: Annotated[int, Setting(ge=1, le=5)] = 1
    evidence_valid_months: Annotated[int, Setting(ge=1, le=600)] | None = None
    function: Text | None = None
    test: Text | None = None

    @model_validator(mode="after")
    def _coherent(self) -> "Measure":
        faults: list[tuple[tuple[Step, ...], str]] = []
        if self.by == "query" and self.query is None:
            faults.append((("by",), "以查询衡量的要写 query"))
        if self.given and self.by != "query":
            faults.append((("given",), "given 只和 query 一起用"))
        if self.by == "construction" and (self.function is None or self.test is None):
            faults.append((("by",), "由软件本身保证的要写 function 和 test"))
        if self.by == "manual" and not self.advice:
            faults.append((("by",), "人工举证的要在 advice 里写清拿什么来证明"))
        if (self.direction == "none") is not (self.threshold is None):
            faults.append((("direction",), "threshold 和 direction 要一起写"))
        if self.partial is not None and self.threshold is None:
            faults.append((("partial",), "没有 threshold，就没有“部分达到”"))
        if faults:
            raise Faults(faults)
        return self


class MeasureSet(Head):
    """The measures for the clauses of one standard.

    ``covers`` says whether every clause of it is measured (whole) or those of some kinds only (part).
    """

    kind: Literal["measures"]
    covers: Literal["whole", "part"] = "whole"
    measures: Annotated[list[Measure], Setting(min_length=1)]

    @model_validator(mode="after")
    def _unique(self) -> "MeasureSet":
        ids = [measure.id for measure in self.measures]
        faults: list[tuple[tuple[Step, ...], str]] = [
            (("measures", index, "id"), f"指标“{id}”重复") for index, id in enumerate(ids) if id in ids[:index]
        ]
        faults += [
            (("measures", index, "clauses"), f"条款“{clause}”不属于标准“{self.standard}”")
            for index, measure in enumerate(self.measures)
            for clause in measure.clauses
            if not clause.startswith(f"{self.standard}-")
        ]
        if faults:
            raise Faults(faults)
        return self

    @property
    def standard(self) -> str:
        """The short name that the ids of its clauses begin with: ``SVC``, ``CG2023``."""
        return self.measures[0].clauses[0].partition("-")[0]
