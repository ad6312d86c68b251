"""Who qualifies, and why: conditions over facts with three-valued verdicts, dated parameters and decision tables."""

from zhiyin.engines.rules.analysis import constants_of_codelists, unreachable
from zhiyin.engines.rules.coverage import table_faults
from zhiyin.engines.rules.deciding import Decision, decide
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
from zhiyin.engines.rules.facts import check_facts, facts_schema
from zhiyin.engines.rules.library import Library, SimpleLibrary, library_faults, rule_cycles, table_library_faults
from zhiyin.engines.rules.panel import Panel
from zhiyin.engines.rules.questions import Questioner, next_question

__all__ = [
    "Compiled",
    "DatedValue",
    "Decision",
    "DecisionTable",
    "Explanation",
    "Fact",
    "FactColumn",
    "Library",
    "Output",
    "Panel",
    "Parameter",
    "Questioner",
    "Result",
    "RuleSet",
    "SimpleLibrary",
    "TableInput",
    "TableOutput",
    "TableRow",
    "Verdict",
    "check_facts",
    "compile",
    "constants_of_codelists",
    "decide",
    "evaluate",
    "facts_schema",
    "library_faults",
    "next_question",
    "rule_cycles",
    "table_faults",
    "table_library_faults",
    "unreachable",
]
