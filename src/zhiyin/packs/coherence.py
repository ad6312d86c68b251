"""What no definition shows alone: retired ids, rules that do not fit what they use, tables with gaps or overlaps."""

from collections.abc import Iterator, Sequence
from datetime import date

from zhiyin.engines.forms import CodeList
from zhiyin.engines.rules import (
    DecisionTable,
    RuleSet,
    SimpleLibrary,
    library_faults,
    rule_cycles,
    table_faults,
    table_library_faults,
)
from zhiyin.engines.rules.values import Known
from zhiyin.packs.findings import Finding, Level
from zhiyin.packs.models import Pack
from zhiyin.packs.registry import Entry, Key
from zhiyin.packs.sources import Place, Source

_TABLE_WORDS = {
    "gap": ("table-gap", "补一行，或把输入的范围（options、min、max）写窄"),
    "overlap": ("table-overlap", "改一行的条件，或把 hit 改为 first"),
    "unreachable": ("table-unreachable", "删去这一行，或改它的条件、顺序"),
    "too-large": ("table-size", "拆成几张表"),
}


def coherence_findings(
    packs: Sequence[Pack], entries: dict[Key, Entry], sources: dict[Key, Source]
) -> Iterator[Finding]:
    """All such findings of packs that have been read; the definitions themselves are sound."""
    yield from _retired(packs, entries)
    found = [entry.definition for entry in entries.values()]
    rulesets = [item for item in found if isinstance(item, RuleSet)]
    tables = [item for item in found if isinstance(item, DecisionTable)]
    if not rulesets and not tables:
        return
    lists = {item.id: item for item in found if isinstance(item, CodeList)}
    library = _AnyDay(
        [entry.definition for (kind, _), entry in entries.items() if kind == "parameter"],  # type: ignore[misc]
        tables,
        rulesets,
    )
    for ruleset in rulesets:
        source = sources["ruleset", ruleset.id]
        for place, message in library_faults(ruleset, library, date.min):
            yield _finding(source, place, "incoherent", message, "核对类型和编号")
    for table in tables:
        source = sources["table", table.id]
        for place, message in table_library_faults(table, library, date.min):
            yield _finding(source, place, "incoherent", message, "核对类型和编号")
        yield from _rows(table, lists, source)
    for ring in rule_cycles(rulesets):
        source = sources["ruleset", ring[0]]
        yield _finding(
            source, ("condition",), "rule-cycle", f"规则互相引用：{' → '.join([*ring, ring[0]])}", "断开一处"
        )


class _AnyDay(SimpleLibrary):
    """A library in which a parameter has its first value on every day: only its type matters here."""

    def parameter(self, name: str, on: date, /) -> Known:
        first = self._parameters[name].values[0].valid_from
        return super().parameter(name, date.fromisoformat(first))


def _retired(packs: Sequence[Pack], entries: dict[Key, Entry]) -> Iterator[Finding]:
    for pack in packs:
        for retired in pack.head.retired:
            entry = entries.get((retired.kind, retired.id))
            if entry is not None:
                message = f"{retired.kind}“{retired.id}”这个编号已由“{pack.id}”包停用"
                yield Finding(entry.provenance.file, entry.provenance.line, "retired-id", message, "换一个新编号")


def _rows(table: DecisionTable, lists: dict[str, CodeList], source: Source) -> Iterator[Finding]:
    for row, kind, message in table_faults(_spelt_out(table, lists)):
        rule, mend = _TABLE_WORDS[kind]
        level: Level = "warning" if kind == "too-large" else "error"
        place: Place = ("rows",) if row is None else ("rows", row)
        yield _finding(source, place, rule, message, mend, level)


def _spelt_out(table: DecisionTable, lists: dict[str, CodeList]) -> DecisionTable:
    """The table with the values of code lists in place of their names, so that its domains are known."""
    inputs = [
        column.model_copy(update={"options": [value.value for value in lists[column.codelist].values]})
        if column.codelist in lists and not column.options
        else column
        for column in table.inputs
    ]
    return table.model_copy(update={"inputs": inputs})


def _finding(source: Source, place: Place, rule: str, message: str, mend: str, level: Level = "error") -> Finding:
    return Finding(source.file, source.line(place), rule, message, mend, level)
