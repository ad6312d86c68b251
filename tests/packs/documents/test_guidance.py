"""All kinds together: each has its own guidance, and the list in the docs says what the packs define."""

from itertools import combinations

from tests.packs.documents.listing import every_kind, listed, row_of
from zhiyin.engines.documents import DocumentDefinition

GRAM, MOST = 8, 0.3  # characters of a piece; share of the shorter guidance that two kinds may have in common


def grams(definition: DocumentDefinition) -> set[str]:
    """The character 8-grams of the guidance of a kind."""
    texts = [section.guidance for section in definition.sections if section.guidance]
    return {text[start : start + GRAM] for text in texts for start in range(len(text) - GRAM + 1)}


def test_no_two_kinds_share_their_guidance() -> None:
    own = {definition.id: grams(definition) for definition in every_kind()}
    shared = [
        (first, second, round(len(own[first] & own[second]) / smaller, 2))
        for first, second in combinations(own, 2)
        if (smaller := min(len(own[first]), len(own[second]))) and len(own[first] & own[second]) > MOST * smaller
    ]
    assert shared == []


def test_every_kind_with_questions_says_how_to_write_it() -> None:
    bare = [
        f"{definition.id}.{section.id}"
        for definition in every_kind()
        if definition.inputs()
        for section in definition.sections
        if any(getattr(block, "inputs", None) for block in section.blocks) and not section.guidance
    ]
    assert bare == []


def test_the_list_says_what_the_packs_define() -> None:
    defined = {definition.id: definition for definition in every_kind()}
    rows = {row["id"]: row for row in listed()}
    assert set(rows) - set(defined) == set(), "listed, and no pack defines it"
    assert set(defined) - set(rows) == set(), "python -m tests.packs.documents.listing renews the list"
    unlike = [id for id, row in rows.items() if row != row_of(defined[id])]
    assert unlike == [], "python -m tests.packs.documents.listing renews the list"
