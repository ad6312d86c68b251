"""Information: what is collected, checked and published."""

from zhiyin.engines.information.definitions import (
    Deadline,
    Law,
    LawArticle,
    Material,
    Policy,
    PolicyChange,
    Question,
)

__all__ = ["Deadline", "Law", "LawArticle", "Material", "Policy", "PolicyChange", "Question"]
