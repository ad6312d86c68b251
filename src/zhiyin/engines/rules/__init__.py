"""Who qualifies, and why: conditions over facts with three-valued verdicts, dated parameters and decision tables."""

from zhiyin.engines.rules.definition import (
    DatedValue,
    DecisionTable,
    Fact,
    FactColumn,
    Output,
    Parameter,
    RuleSet,
    TableInput,
    TableOutput,
    TableRow,
)
from zhiyin.engines.rules.evaluation import Compiled, Result, compile, evaluate
from zhiyin.engines.rules.explaining import Explanation, Verdict
from zhiyin.engines.rules.library import Library, SimpleLibrary, library_faults, rule_cycles, table_library_faults

__all__ = [
    "Compiled",
    "DatedValue",
    "DecisionTable",
    "Explanation",
    "Fact",
    "FactColumn",
    "Library",
    "Output",
    "Parameter",
    "Result",
    "RuleSet",
    "SimpleLibrary",
    "TableInput",
    "TableOutput",
    "TableRow",
    "Verdict",
    "compile",
    "evaluate",
    "library_faults",
    "rule_cycles",
    "table_library_faults",
]
