"""An agency's own Word template: what it may say, what is named before it is accepted, and how it prints."""

import io
import zipfile
from collections.abc import Iterable

import docx
import pytest

from tests import factories
from tests.domain.documents.conftest import FAIR, Kinds
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.documents import commands, letterheads, queries
from zhiyin.domain.documents.commands import About
from zhiyin.domain.documents.models import Document
from zhiyin.kernel.errors import Invalid, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

GOOD = [
    "{{ agency.name }}文件",
    "{{ number }}",
    "{{ title }}：{{ answers.held_on }}在{{ answers.place }}",
    "{% if answers.aim %}目标：{{ answers.aim }}{% endif %}",
    "{% for row in answers.budget %}【{{ loop.index }} {{ row.item }} {{ row.amount }}】{% endfor %}",
    "{{ texts.notes }} {{ said.event }} {{ signatures.author.name }} {{ seal }}{{ qr }}",
]


def template(lines: Iterable[str], **parts: bytes) -> bytes:
    word = docx.Document()
    for line in lines:
        word.add_paragraph(line)
    out = io.BytesIO()
    word.save(out)
    if not parts:
        return out.getvalue()
    more = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as source, zipfile.ZipFile(more, "w", zipfile.ZIP_DEFLATED) as to:
        for name in source.namelist():
            to.writestr(name, source.read(name))
        for name, content in parts.items():
            to.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return more.getvalue()


@pytest.fixture
def head(kinds: Kinds) -> Membership:
    kinds.install({**FAIR, "reviews": None, "approves": None})
    return factories.member(factories.agency(), Role.SECTION_HEAD, level=1)


def issued(head: Membership) -> Document:
    with acting(factories.who(head), "出具"):
        return commands.issue(
            commands.draft(
                head.organisation,
                None,
                "test-fair-plan",
                {},
                about=About("activity", "春风招聘会（演示）"),
                answers={
                    "held_on": "2026-04-18",
                    "place": "<体育馆> & {{ 广场 }}",
                    "budget": [{"item": "场地", "amount": "1200"}, {"item": "印刷"}],
                },
            ),
            check_base="https://zhiyin.example/check/",
        )


def accept(head: Membership, content: bytes) -> letterheads.Accepted:
    with acting(factories.who(head), "换模板"):
        return letterheads.accept(head.organisation, "test-fair-plan", "红头.docx", content)


def words(document: Document) -> list[str]:
    return [p.text for p in docx.Document(io.BytesIO(queries.render(document, "docx"))).paragraphs]


def test_word_files_come_in_the_agencys_own_look(head: Membership) -> None:
    document = issued(head)
    assert words(document)[0] == "招聘活动方案"
    accepted = accept(head, template(GOOD))
    assert accepted.unprinted == ()
    said = words(document)
    assert said[0] == f"{head.organisation.name}文件"
    assert said[1] == document.number
    assert said[2] == "招聘活动方案：2026年4月18日在<体育馆> & {{ 广场 }}"
    assert said[3] == ""
    assert said[4] == "【1 场地 1200】【2 印刷 未填写】"
    assert said[5].startswith("未填写 ")
    assert head.user.name in said[5]
    assert queries.render(document, "docx") == queries.render(document, "docx")
    core = docx.Document(io.BytesIO(queries.render(document, "docx"))).core_properties
    assert (core.title, core.identifier) == ("招聘活动方案", document.number)
    with acting(factories.who(head), "停用"):
        letterheads.end(accepted.letterhead)
    assert words(document)[0] == "招聘活动方案"


def test_required_questions_that_are_not_printed_are_named(head: Membership) -> None:
    assert accept(head, template(["{{ title }}"])).unprinted == ("举办日期",)
    assert accept(head, template(["{{ said.event }}"])).unprinted == ()
    assert [row.template for row in letterheads.in_use(factories.who(head))] == ["test-fair-plan"]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("{{ answers.venue }} {{ person.name }}", ["answers.venue", "person.name"]),
        ("{{ agency.boss }}", ["agency.boss"]),
        ("{% for row in answers.budget %}{{ row.price }}{% endfor %}", ["row.price"]),
        ("{% for row in answers.aim %}{{ row }}{% endfor %}", ["不是表"]),
        ("{{ answers.budget }}", ["写到具体的一项"]),
        ("{{ title.__class__ }}", ["不能写"]),
        ("{{ ''.join([]) }}", ["不能用"]),
        ("{{ 'a' * 1000000000 }}", ["不能用"]),
        ("{% set x = 1 %}{{ title }}", ["不能用"]),
        ("{% for i in range(10) %}{{ title }}{% endfor %}", ["不能写"]),
        ("{{ title|pprint }}", ["pprint"]),
        ("{{ title ", ["标签"]),
        ("{% if title %}", ["标签"]),
        ("只有文字", ["没有任何字段"]),
        ("{% include 'x' %}", ["不能用"]),
        (
            "{% for a in answers.budget %}{% for b in answers.budget %}{% for c in answers.budget %}{{ c.item }}"
            "{% endfor %}{% endfor %}{% endfor %}",
            ["最多套"],
        ),
    ],
)
def test_what_a_template_may_not_say_is_named_before_it_is_accepted(
    head: Membership, line: str, named: list[str]
) -> None:
    with pytest.raises(Invalid) as caught:
        accept(head, template([line]))
    said = "；".join(caught.value.errors["file"])
    assert all(name in said for name in named), said
    assert letterheads.in_use(factories.who(head)) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 no zip",
        template(GOOD, word__vbaProject_dot_bin=b"macro"),
        template(GOOD, word__embeddings__x_dot_xml=b"<x/>"),
        template(GOOD, word__extra_dot_xml=b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        template(GOOD, word__big_dot_xml=b" " * 50_000_000),
        template(GOOD, **{f"word__n{n}_dot_xml": b"<x/>" for n in range(500)}),
        template(GOOD, docProps__more_dot_xml=b"<x>{{ title }}</x>"),
    ],
    ids=["empty", "no-zip", "macro", "embedded", "entity", "bomb", "many-parts", "properties"],
)
def test_files_that_are_more_than_a_plain_word_file_are_refused(head: Membership, content: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        accept(head, content)
    assert set(caught.value.errors) == {"file"}


def test_templates_are_set_by_right_for_the_own_body(head: Membership) -> None:
    adviser = factories.member(head.organisation)
    with acting(factories.who(adviser), "换模板"), pytest.raises(Refused):
        letterheads.accept(head.organisation, "test-fair-plan", "红头.docx", template(GOOD))
    with acting(factories.who(head), "换模板"):
        with pytest.raises(Refused):
            letterheads.accept(factories.agency(), "test-fair-plan", "红头.docx", template(GOOD))
        with pytest.raises(Invalid):
            letterheads.accept(head.organisation, "no-such-kind", "红头.docx", template(GOOD))


def test_a_template_that_no_longer_fits_gives_way_to_our_own_look(head: Membership, kinds: Kinds) -> None:
    accept(head, template(GOOD))
    raw = {**FAIR, "version": 2, "reviews": None, "approves": None, "sections": [FAIR["sections"][0]]}
    kinds.install(raw)
    document = issued(head)
    assert words(document)[0] == "招聘活动方案"
