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

__all__ = [
    "DatedValue",
    "DecisionTable",
    "Fact",
    "FactColumn",
    "Output",
    "Parameter",
    "RuleSet",
    "TableInput",
    "TableOutput",
    "TableRow",
]
