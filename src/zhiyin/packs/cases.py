"""Trying definitions out on the examples in ``cases/*.yaml``.

A passing case must be accepted, and what it names under ``expect`` must come out. A failing case must be refused at
exactly the places (or with exactly the codes) listed. By kind:

form
    ``input``: answers as typed. ``expect`` of a passing case: answers after cleaning; of a failing case: field ids
    (``rows[0].column`` inside rows).
process
    ``input.events``: list of {kind, happened_at, recorded_at?, data?}, recorded one after the other; times without an
    offset are Beijing time. ``input.now`` is when the state is looked at, by default the last event. ``expect`` of a
    passing case: any of ``stage``, ``status``, ``steps`` {id: state}, ``dues`` {id: day}, ``follow_ups`` {id: state};
    of a failing case: the kinds that are refused.
document
    ``input``: the context. ``expect`` of a passing case: ``contains``, texts on the page; of a failing case: ids of the
    blocks (or sections) that are still empty.
instrument
    ``input.answers``: item id or scale id → option value (an item id wins over its scale), ``input.seconds``: seconds
    per item. ``expect`` of a passing case: ``code`` and ``means`` {scale: value}; of a failing case: codes of the
    careless flags, ``flat``, ``unscored``, or ids of items with an impossible answer.

blueprint
    ``input.points``: part id → points of a paper of 100. ``expect`` of a passing case: ``modules`` {id: points as
    text}; of a failing case: ids of the parts (or of what is no part) with wrong points, ``sum`` for a wrong total.

ruleset
    ``input``: facts. A passing case comes out PASS; ``expect``: ``verdict``, ``outputs`` {id: value}, ``met``: ids of
    conditions. A failing case comes out FAIL or UNKNOWN; ``expect`` names some of the conditions that are not met (the
    id of the ruleset stands for the whole), or of the facts that are missing.
policy
    Like the ruleset that its ``rule`` names, on a day on which the policy is in force; else ``not-in-force``.
table
    ``input``: value of each input. ``expect`` of a passing case: values by output; of a failing case: ``no-row``, or
    the inputs that are missing.

``on`` of a case is the day on which it is tried, by default 2026-06-30: cases must not change with the clock.
"""

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from zhiyin.engines.casework import Event, ProcessDefinition, check_may_record, state
from zhiyin.engines.documents import DocumentDefinition, clean_answers
from zhiyin.engines.documents.build import build, check
from zhiyin.engines.documents.html import render_html
from zhiyin.engines.examinations import Blueprint, faults, module_share
from zhiyin.engines.forms import CodeList, FormDefinition, clean
from zhiyin.engines.information import Policy
from zhiyin.engines.psychometrics import InstrumentDefinition, profile, score
from zhiyin.engines.rules import DecisionTable, RuleSet
from zhiyin.kernel.errors import Invalid, NotReady
from zhiyin.kernel.workdays import WorkingCalendar
from zhiyin.packs.findings import Finding
from zhiyin.packs.loader import Reading
from zhiyin.packs.models import CaseFile, FailingCase, PassingCase
from zhiyin.packs.registry import Registry
from zhiyin.packs.rule_cases import Among, Outcome, RuleRunner
from zhiyin.packs.sources import Place, Source

BEIJING = timezone(timedelta(hours=8))


def run_cases(reading: Reading) -> tuple[int, list[Finding]]:
    """How many cases were tried, and a finding for each that did not come out as it says.

    The reading must be free of errors: every case then has its definition, and every form its code lists.
    """
    tried = 0
    findings: list[Finding] = []
    run = _Runner(reading)
    for _, file, source in reading.cases:
        definition = reading.entries[file.definition.kind, file.definition.id].definition
        tries: list[tuple[Place, PassingCase | FailingCase]] = []
        tries += [(("passing", index), case) for index, case in enumerate(file.passing)]
        tries += [(("failing", index), case) for index, case in enumerate(file.failing)]
        for place, case in tries:
            trouble = _trouble(run, definition, case)
            if trouble:
                findings.append(_finding(file, source, place, case, trouble))
        tried += len(tries)
    return tried, findings


def _finding(file: CaseFile, source: Source, place: Place, case: PassingCase | FailingCase, trouble: str) -> Finding:
    target = f"{file.definition.kind}“{file.definition.id}”"
    message = f"{target}的例子“{case.name}”不对：{trouble}"
    return Finding(source.file, source.line(place), "case-failed", message, "改例子，或改定义")


def _trouble(run: "_Runner", definition: Any, case: PassingCase | FailingCase) -> str:
    """What came out otherwise than the case says; "" when all is as expected."""
    try:
        refused, results = run.outcome(definition, case)
    except Exception as error:  # the input of an example may be anything
        return f"无法运行：{type(error).__name__} {error}"
    if isinstance(case, FailingCase):
        expected = set(case.expect)
        if refused == expected or (isinstance(refused, Among) and expected <= refused):
            return ""
        return f"应在 {_listed(expected)} 被拒，实际是 {_listed(refused)}"
    if refused:
        return f"应当通过，却在 {_listed(refused)} 被拒"
    unlike = [
        f"{key} 应为 {wanted!r}，实际是 {_part(results.get(key), wanted)!r}"
        for key, wanted in case.expect.items()
        if not _agrees(results.get(key), wanted)
    ]
    return "；".join(unlike)


def _agrees(result: Any, wanted: Any) -> bool:
    """Equality; of a mapping only the keys that are wanted count, of texts to be contained every one."""
    if isinstance(wanted, dict) and isinstance(result, Mapping):
        return all(_agrees(result.get(key), value) for key, value in wanted.items())
    if isinstance(result, _Page):
        return isinstance(wanted, list) and all(isinstance(text, str) and text in result for text in wanted)
    if isinstance(result, Among):
        return isinstance(wanted, list) and result.issuperset(wanted)
    if isinstance(result, float) and isinstance(wanted, int | float):
        return abs(result - wanted) < 0.005
    return type(result) is type(wanted) and bool(result == wanted)


def _part(result: Any, wanted: Any) -> Any:
    if isinstance(wanted, dict) and isinstance(result, Mapping):
        return {key: result.get(key) for key in wanted}
    if isinstance(result, Among):
        return sorted(result)
    return f"{str(result)[:60]}…" if isinstance(result, _Page) else result


def _listed(names: Iterable[str]) -> str:
    return "、".join(sorted(names)) or "（没有）"


class _Page(str):
    """Text of a whole page: a case expects that it contains something, not that it equals it."""


def _plainly(
    run: Callable[[Any, Mapping[str, Any], date], Outcome],
) -> Callable[[Any, PassingCase | FailingCase], Outcome]:
    """A run that needs only the input and the day of a case."""
    return lambda definition, case: run(definition, case.input, date.fromisoformat(case.on))


class _Runner:
    def __init__(self, reading: Reading) -> None:
        found = [entry.definition for entry in reading.entries.values()]
        self._codelists = {item.id: item for item in found if isinstance(item, CodeList)}
        self._calendar = WorkingCalendar(
            [entry.definition for (kind, _), entry in reading.entries.items() if kind == "calendar"]  # type: ignore[misc]
        )
        rules = RuleRunner(lambda: Registry(reading.packs, reading.entries))
        self._by_model: list[tuple[type, Callable[[Any, PassingCase | FailingCase], Outcome]]] = [
            (FormDefinition, _plainly(self._form)),
            (ProcessDefinition, _plainly(self._process)),
            (DocumentDefinition, _plainly(self._document)),
            (InstrumentDefinition, _plainly(self._instrument)),
            (Blueprint, _plainly(self._blueprint)),
            (RuleSet, rules.ruleset),
            (Policy, rules.policy),
            (DecisionTable, rules.table),
        ]

    def outcome(self, definition: Any, case: PassingCase | FailingCase) -> Outcome:
        for model, run in self._by_model:
            if isinstance(definition, model):
                return run(definition, case)
        raise TypeError(f"no cases for {type(definition).__name__}")

    def _form(self, form: FormDefinition, given: Mapping[str, Any], on: date) -> Outcome:
        try:
            return set(), clean(form, given, codelists=self._codelists, today=on)
        except Invalid as error:
            return set(error.errors), {}

    def _process(self, process: ProcessDefinition, given: Mapping[str, Any], on: date) -> Outcome:
        accepted: list[Event] = []
        refused: set[str] = set()
        for index, item in enumerate(_events(given)):
            happened = _moment(item["happened_at"])
            recorded = _moment(item.get("recorded_at", item["happened_at"]))
            event = Event(item["kind"], happened, recorded, item.get("data", {}), f"{index:04d}")
            try:
                check_may_record(process, accepted, event.kind, happened_at=happened, data=event.data)
            except (NotReady, Invalid):
                refused.add(event.kind)
            else:
                accepted.append(event)
        last = max((event.happened_at for event in accepted), default=_moment(on.isoformat()))
        now = _moment(given["now"]) if "now" in given else last.astimezone(BEIJING)
        result = state(process, accepted, now=now, calendar=self._calendar)
        return refused, {
            "stage": result.stage,
            "status": result.status,
            "steps": {step.id: step.state for step in result.steps},
            "dues": {due.id: due.due_on.isoformat() for due in result.dues},
            "follow_ups": {item.id: item.state for item in result.follow_ups},
        }

    def _document(self, document: DocumentDefinition, given: Mapping[str, Any], on: date) -> Outcome:
        context = dict(given)
        if "answers" in given:
            try:
                context["answers"] = clean_answers(document, given["answers"], self._codelists, today=on)
            except Invalid as error:
                return set(error.errors), {}
        gaps = {gap.block or gap.section for gap in check(document, context)}
        tree = build(document, context, number="", issued_on=on, check_url="", check_code="", codelists=self._codelists)
        text = html.unescape(re.sub(r"<[^>]*>", "", render_html(tree)))
        return gaps, {"contains": _Page(text)}

    def _instrument(self, instrument: InstrumentDefinition, given: Mapping[str, Any], on: date) -> Outcome:
        answers: dict[str, int] = {}
        said: Mapping[str, int] = given["answers"]
        scales = {scale.id for scale in instrument.scales}
        for item in instrument.items:
            if item.scale in said:
                answers[item.id] = said[item.scale]
        answers |= {name: value for name, value in said.items() if name not in scales}
        seconds = {name: float(given["seconds"]) for name in answers} if "seconds" in given else None
        try:
            scores = score(instrument, answers, seconds=seconds)
        except Invalid as error:
            return set(error.errors), {}
        refused: set[str] = {flag.code for flag in scores.flags}
        results: dict[str, Any] = {"means": scores.means()}
        if None in scores.means().values():
            refused.add("unscored")
        if instrument.is_holland:
            person = profile(scores, instrument.thresholds)
            results["code"] = person.code
            if person.flat:
                refused.add("flat")
        return refused, results

    def _blueprint(self, blueprint: Blueprint, given: Mapping[str, Any], on: date) -> Outcome:
        points = {name: Decimal(str(value)) for name, value in given["points"].items()}
        modules = {item.id: f"{module_share(blueprint, item.id).normalize():f}" for item in blueprint.modules}
        return set(faults(blueprint, points)), {"modules": modules}


def _events(given: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    events = given.get("events")
    if not isinstance(events, list):
        raise ValueError("input 里要有 events 列表")
    return events


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=BEIJING)
