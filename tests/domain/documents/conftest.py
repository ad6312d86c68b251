"""Kinds of documents that only these tests install, beside those of the packs."""

from typing import Any

import pytest

from zhiyin.domain.documents import building
from zhiyin.domain.organisations.models import Organisation
from zhiyin.engines.documents import DocumentDefinition

FAIR: dict[str, Any] = {
    "kind": "document",
    "id": "test-fair-plan",
    "version": 1,
    "title": "招聘活动方案",
    "subtitle": "{{ agency.name }}",
    "number": "{agency}-HD-{year}-{serial:05d}",
    "class": "plan",
    "subject": "activity",
    "drafts": {"grade": 3},
    "reviews": {"grade": 2},
    "approves": {"role": "section_head"},
    "retention_years": 5,
    "layout": "landscape",
    "required_elements": ["event"],
    "sections": [
        {
            "id": "event",
            "title": "活动安排",
            "guidance": "先定日子",
            "blocks": [
                {"text": "{{ agency.name }}于 {{ answers.held_on }} 举办，{{ author.name }}（{{ author.level }}）。"},
                {
                    "inputs": [
                        {"id": "held_on", "label": "举办日期", "type": "date", "required": True},
                        {"id": "place", "label": "地点", "type": "text"},
                        {"id": "aim", "label": "目标", "type": "longtext"},
                        {
                            "id": "budget",
                            "label": "经费",
                            "type": "rows",
                            "columns": [
                                {"id": "item", "label": "项目", "type": "text"},
                                {"id": "amount", "label": "金额", "type": "money", "unit": "元"},
                            ],
                        },
                    ]
                },
            ],
        },
        {"id": "notes", "title": "备注", "blocks": [{"editable": "notes", "label": "备注"}]},
    ],
    "signatures": [{"role": "author", "label": "起草人"}, {"role": "approver", "label": "审定人"}],
}
MANUAL: dict[str, Any] = {
    "kind": "document",
    "id": "test-house-manual",
    "version": 1,
    "title": "窗口服务手册",
    "subtitle": "{{ agency.name }}",
    "number": "{agency}-SC-{year}-{serial:05d}",
    "class": "manual",
    "subject": "agency",
    "sections": [
        {
            "id": "rules",
            "title": "规矩",
            "blocks": [{"inputs": [{"id": "rules", "label": "规矩", "type": "longtext", "required": True}]}],
        }
    ],
}


class Kinds(dict[str, DocumentDefinition]):
    """The kinds that are installed for a test; put in another to change a pack."""

    def install(self, raw: dict[str, Any]) -> DocumentDefinition:
        definition = DocumentDefinition.model_validate(raw)
        self[definition.id] = definition
        return definition


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> Kinds:
    found = Kinds()
    packs_of = building.packs_of

    class Packs:
        def __init__(self, organisation: Organisation | None) -> None:
            self.packs = packs_of(organisation)

        def get(self, kind: str, name: str) -> Any:
            return found[name] if kind == "document" and name in found else self.packs.get(kind, name)

        def all(self, kind: str) -> Any:
            return self.packs.all(kind)

    monkeypatch.setattr(building, "packs_of", Packs)
    found.install(FAIR)
    found.install(MANUAL)
    return found
