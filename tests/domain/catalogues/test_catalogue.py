"""The catalogue: what the packs bring, names, search, and what is packed for matching."""

import pytest

from tests import factories
from tests import factories_assessment as made
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.catalogues import commands, queries
from zhiyin.domain.catalogues.models import Occupation
from zhiyin.engines.psychometrics import LETTERS
from zhiyin.kernel.errors import Refused
from zhiyin.packs.installed import registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def full():
    return made.catalogue()


def test_the_packs_fill_the_catalogue(full):
    packs = registry().all("occupation")
    assert full == len(packs) > 300
    row, stored = packs[0], Occupation.objects.get(pk=packs[0].code)
    assert (stored.name, stored.description, stored.skills) == (row.name, row.description, row.skills)
    assert stored.interests == {letter: getattr(row, letter) for letter in LETTERS}
    assert stored.source == "标准包 cn-common 0.1.0"
    assert stored.is_from_pack


def test_syncing_again_changes_nothing(full):
    before = list(Occupation.objects.values_list("code", "changed_at"))
    with acting(SYSTEM, "test"):
        again = commands.sync_packs()
    assert again == commands.Synced(0, 0, 0, full)
    assert list(Occupation.objects.values_list("code", "changed_at")) == before


def test_what_a_pack_no_longer_brings_is_withdrawn_and_comes_back(full):
    code = registry().all("occupation")[0].code
    with acting(SYSTEM, "test"):
        Occupation.objects.filter(pk=code).update(name="改过的名字")
        Occupation.objects.create(
            code="9-99-99-99", name="旧职业", group=8, source="标准包 cn-common 0.0.1", grams=" 旧 职 业 旧职 职业 "
        )
        Occupation.objects.create(code="8-88-88-88", name="本地职业", group=8, source="导入 本地.csv", grams=" ")
        done = commands.sync_packs()
    assert (done.created, done.updated, done.withdrawn) == (0, 1, 1)
    assert Occupation.objects.get(pk=code).name == registry().all("occupation")[0].name
    assert Occupation.objects.get(pk="9-99-99-99").is_withdrawn
    assert not Occupation.objects.get(pk="8-88-88-88").is_withdrawn
    assert queries.label("9-99-99-99") == "旧职业"
    assert not queries.search("旧职业").exists()
    assert queries.search("旧职业", with_withdrawn=True).exists()


@pytest.mark.parametrize("role", [Role.ADVISER, Role.FRONT_DESK, Role.ASSESSOR, Role.AUDIT_ADMIN])
def test_others_do_not_change_the_catalogue(role):
    member = factories.member(factories.agency(), role)
    with acting(factories.who(member), "更新目录"), pytest.raises(Refused):
        commands.sync_packs()
    assert not Occupation.objects.exists()


@pytest.mark.parametrize("role", [Role.SECTION_HEAD, Role.SYSTEM_ADMIN])
def test_the_change_leaves_a_trace(role):
    member = factories.member(factories.agency(), role)
    with acting(factories.who(member), "更新目录"):
        done = commands.sync_packs()
    event = AuditEvent.objects.get(action="catalogues.packs_synced")
    assert event.data == {"created": done.created, "updated": 0, "withdrawn": 0}


def test_the_residual_class_stays_out_of_matching(full):
    assert Occupation.objects.get(pk="8-00-00-00").interests is None
    codes = {occupation.code for occupation in queries.packed().occupations}
    assert "8-00-00-00" not in codes
    assert len(codes) == full - 1


def test_the_packed_catalogue_is_kept_until_a_row_changes(full, django_assert_num_queries):
    first = queries.packed()
    with django_assert_num_queries(1):
        assert queries.packed() is first
    code = first.occupations[0].code
    with acting(SYSTEM, "test"):
        Occupation.objects.filter(pk=code).update(name="旧名")
        commands.sync_packs()
    again = queries.packed()
    assert again is not first
    assert again.count == first.count


@pytest.mark.parametrize(
    ("name", "text", "tags"),
    [
        ("工程测量工程技术人员S", "工程测量工程技术人员", ("数字",)),
        ("汽车工程技术人员L", "汽车工程技术人员", ("绿色",)),
        ("大地测量工程技术人员L/S", "大地测量工程技术人员", ("绿色", "数字")),
        ("职业指导师", "职业指导师", ()),
        ("Java程序员", "Java程序员", ()),
    ],
)
def test_suffixes_become_tags(name, text, tags):
    assert queries.display_name(name) == queries.DisplayName(text, tags)


def test_labels_keep_unknown_codes(full, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = queries.labels(["2-02-02-02", "1-23-45-67"])
    assert found == {"2-02-02-02": "工程测量工程技术人员", "1-23-45-67": "1-23-45-67"}


def test_search_by_code_name_and_description(full):
    assert [row.code for row in queries.search("4-01-02-01")] == ["4-01-02-01"]
    assert {row.code[:4] for row in queries.search("4-03")} == {"4-03"}
    assert queries.search("护士").first().name.endswith("护士")
    assert queries.search("营养配餐员").first().code == "4-03-02-06"
    # full-width digits and another order of the words
    assert [row.code for row in queries.search("４-01-02-01")] == ["4-01-02-01"]
    assert "4-03-02-06" in {row.code for row in queries.search("配餐 营养")}
    # the words stand in the description only
    assert queries.search("伺候瓜果花木").first().code == "5-01-02-02"
    assert not queries.search("没有这样的职业名称").exists()
    assert queries.search("  ").count() == full


@pytest.mark.parametrize("words", ["%", "_", "'; DROP", "\\"])
def test_signs_of_the_database_are_plain_text(full, words):
    assert not queries.search(words).exists()
