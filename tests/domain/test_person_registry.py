"""No foreign key to a person without its rules."""

import pytest
from django.apps import apps

from zhiyin.domain.people import registry


def test_every_foreign_key_to_a_person_has_its_merge_export_and_erase_rule() -> None:
    assert registry.foreign_keys() == set(registry.rules())


def test_the_keys_are_found_by_walking_the_models() -> None:
    assert "people.IdentityDocument.person" in registry.foreign_keys()
    assert len(registry.foreign_keys()) >= 5
    assert apps.ready


def test_rules_say_why_and_unknown_words_are_refused() -> None:
    assert all(rules.why for rules in registry.rules().values())
    with pytest.raises(ValueError, match="unknown rule"):
        registry.declare("x.Y.person", merge="move", export="include", erase="perhaps", why="…")
