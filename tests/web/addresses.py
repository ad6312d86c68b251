"""Every address of the project and its parameters: what each stands for, and how an address is filled in.

A parameter that nobody named here is an error that names the route, so that no address is left out of the walks.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from zhiyin.domain.clients.values import ENTRIES

# which of our things a parameter stands for: "the part of the address before it/its keyword", or its keyword alone
KINDS: dict[str, str] = {
    "cases/pk": "case",
    "records/pk": "record",
    "documents/pk": "paper",
    "papers/pk": "paper",
    "remarks/remark": "remark",
    "archive/pk": "volume",
    "evidence/pk": "proof",
    "appointments/pk": "appointment",
    "feedback/pk": "feedback",
    "improvements/pk": "improvement",
    "complaints/pk": "complaint",
    "rooms/pk": "room",
    "staff/pk": "staff",
    "runs/pk": "run",
    "matches/pk": "run",
    "results/pk": "result",
    "sittings/pk": "sitting",
    "files/pk": "file",
    "accounts/pk": "user",
    "check/code": "check_code",
    "users/pk": "user",
    "security/pk": "user",
    "memberships/pk": "membership",
    "papers/document": "paper",
    "documents/document": "identity",
    "signoffs/pk": "paper",
    "signoffs/document": "paper",
    "reports/pk": "paper",
    "f/token": "feedback_token",
    "t/token": "sitting_token",
    "goal_id": "goal",
    "activity_id": "activity",
    "request_id": "feedback",
}
# keywords that are called what they stand for
KINDS |= {
    name: name
    for name in (
        *("case", "file", "person", "record", "goal", "activity", "appointment", "sitting", "result", "run", "user"),
        *("complaint", "feedback", "improvement", "approval", "guardian", "consent", "assistant", "staff", "room"),
        *("membership", "change", "employer", "employee"),
    )
}
# parameters that choose a page or a part and tell nothing about anybody
WORDS: dict[str, list[Any]] = {
    "forms/name": ["intake", "needs-survey", "environment-analysis", "session-record", "nothing"],
    "followups/name": ["day30", "day90", "nothing"],
    "sign/role": ["client", "agency", "guardian", "nothing"],
    "edit/block": ["basic", "health", "family", "workplace", "education", "nothing"],
    "consents/purpose": ["file", "assessment", "nothing"],
    "notice/notice": ["service-privacy", "minor-privacy", "nothing"],
    "policy": ["flexible-insurance-subsidy", "nothing"],
    "booklet": ["00000000-0000-7000-8000-000000000000", "nothing"],
    "code": ["4-14-01-02", "4-14-01", "0-00"],
    "sign/line": ["nothing", "client"],
    "paper_kind": ["job-fair-plan", "in-service-guidance-plan", "service-plan", "nothing"],
    "deed": ["submit", "issue", "return", "revoke", "file", "renew", "nothing"],
    "doc": ["CP2026", "SVC", "NOTHING"],
    "standard": ["SVC", "XM", "nothing"],
    "ruleset": ["planner-l3-eligibility", "nothing"],
    "table": ["planner-levels", "nothing"],
    "parameter": ["planner-hours-l3", "nothing"],
    "sort": ["form", "document", "process", "blueprint", "policy", "nothing"],
    "definition": ["needs-survey", "career-report", "full-guidance", "planner-l3-theory", "nothing"],
    "clause": ["SVC-4.1.1", "CP2026-L4-1.1.1-S", "NOTHING-1"],
    "act": ["attend", "miss", "excuse", "cancel", "acknowledge", "investigate", "answer", "assign", "close", "nothing"],
    "unmask/field": ["phone", "address", "email", "nothing"],
    "fmt": ["pdf", "docx", "html", "nothing"],
    "kind": [*ENTRIES, "nothing"],
    "n": [1, 48, 99],
    "employer_tab": ["analysis", "staff", "papers", "history", "nothing"],
    "tab": ["experience", "abilities", "private", "guardians", "consents", "identity", "papers", "cases", "readings"],
}
# pages that begin from a client or a case say so in the query, under these names
QUERY = ("file", "case", "person")
# the gallery shows components with made-up content and stands apart from the work
EXEMPT = re.compile(r"^(ui:|static)")


@dataclass(frozen=True)
class Route:
    """One address: ``pattern`` as declared, ``keys`` the parameters as (kind or word list, keyword)."""

    pattern: str
    name: str
    view: Any
    parameters: tuple[tuple[str, str], ...]
    extra: Mapping[str, Any]

    @property
    def policy(self) -> Any:
        return getattr(self.view, "policy", None)

    @property
    def ids(self) -> list[str]:
        """The keywords that stand for somebody's things."""
        return [keyword for source, keyword in self.parameters if source not in WORDS]

    def address(self, values: Mapping[str, Any]) -> str:
        """The address with its parameters filled in; ``values["?"]`` is a query."""
        text = re.sub(r"\(\?P<(\w+)>[^()]*\)", lambda found: str(values[found[1]]), self.pattern)
        text = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), text)
        return "/" + text.replace("^", "").replace("$", "") + values.get("?", "")


def routes() -> list[Route]:
    """Every address of the project but the exempt ones."""
    return [route for route in _walk(get_resolver().url_patterns) if not EXEMPT.match(route.name)]


def _walk(patterns: list[Any], before: str = "", namespace: str = "") -> Iterator[Route]:
    for item in patterns:
        text = before + str(item.pattern)
        if isinstance(item, URLResolver):
            inner = f"{namespace}{item.namespace}:" if item.namespace else namespace
            yield from _walk(item.url_patterns, text, inner)
        elif isinstance(item, URLPattern):
            yield Route(
                text, f"{namespace}{item.name or text}", item.callback, tuple(_parameters(text)), item.default_args
            )


def _parameters(pattern: str) -> Iterator[tuple[str, str]]:
    for found in re.finditer(r"<(?:\w+:)?(\w+)>", pattern):
        literal = re.sub(r"\(\?P?$|[\^$]", "", pattern[: found.start()]).rstrip("/").split("/")
        segment, keyword = literal[-1], found[1]
        if keyword == "entry":
            yield "entry", keyword
            continue
        key = next((key for key in (f"{segment}/{keyword}", keyword) if key in KINDS or key in WORDS), "")
        yield (KINDS.get(key, key) or f"? {segment}/{keyword}"), keyword


def column(source: str, things: Mapping[str, list[Any]]) -> list[Any]:
    """Values of one parameter: words of its own, or the ids of things of this kind."""
    return list(WORDS[source]) if source in WORDS else things.get(source, [])


def rows(columns: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Every value of every column at least once, the shorter columns repeating their last."""
    if not columns:
        yield {}
    if not all(columns.values()):
        return
    for row in zip_longest(*columns.values()):
        yield {
            keyword: columns[keyword][-1] if value is None else value
            for keyword, value in zip(columns, row, strict=True)
        }
