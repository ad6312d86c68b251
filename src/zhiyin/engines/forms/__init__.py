"""Forms: definitions from packs, and pure functions that check, fill and show answers.

Answers are one plain mapping of field id → JSON value. An unanswered field is absent (or None).

===========  =======================================================================================
type         stored value
===========  =======================================================================================
text         str, trimmed, full-width digits and letters made half-width
longtext     str, trimmed, lines separated by ``\\n``
integer      int
decimal      str in plain notation, exact (``"3.5"``)
money        str in plain notation with at most two decimals, in the field's unit
date         str ``YYYY-MM-DD``
datetime     str ``YYYY-MM-DDTHH:MM``, local time of the agency
boolean      bool
choice       str, the value of an option
choices      list[str] in the order chosen
scale        int
region       str, six-digit division code
occupation   str, code of 职业分类大典
rows         list[dict[str, value]]
===========  =======================================================================================
"""

from zhiyin.engines.forms.answers import clean, display, missing_required, prefill, visible, visible_columns
from zhiyin.engines.forms.definition import CodeList, CodeValue, Condition, Field, FormDefinition, Option, Section

__all__ = [
    "CodeList",
    "CodeValue",
    "Condition",
    "Field",
    "FormDefinition",
    "Option",
    "Section",
    "clean",
    "display",
    "missing_required",
    "prefill",
    "visible",
    "visible_columns",
]
