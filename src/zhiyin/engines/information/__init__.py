"""Information: what is collected, checked and published."""

from zhiyin.engines.information.definitions import Law, LawArticle, Material, Policy, Question

__all__ = ["Law", "LawArticle", "Material", "Policy", "Question"]
