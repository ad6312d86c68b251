"""The catalogue: searching, one occupation, importing a table in two steps."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import load_workbook

from tests import factories, factories_assessment
from tests.web.desk.test_assess import signed_in
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.catalogues.models import Occupation

pytestmark = pytest.mark.django_db
TABLE = """编码,名称,描述,最低学历,工作条件,备忘
6-99-01-01,山货加工员,收山货、晾晒、分装,初中,户外作业,甲
6-99-01-02,竹编师傅,编竹器,初中,站在云端,乙
6-99-01-02,竹编师傅二,编竹器,初中,,丙
"""


@pytest.fixture
def head(home: Any) -> Any:
    factories_assessment.catalogue()
    return factories.member(factories.agency(), Role.SECTION_HEAD)


def upload(text: str = TABLE, name: str = "本地职业.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode("utf-8"), content_type="text/csv")


def test_search_narrows_and_an_empty_answer_offers_the_way_back(client: Client, head: Any) -> None:
    signed_in(client, head)
    url = reverse("desk:occupations")
    text = client.get(url, {"q": "养老护理员"}).content.decode()
    assert reverse("desk:occupation", args=["4-10-01-05"]) in text
    text = client.get(url, {"group": "7"}).content.decode()
    assert Occupation.objects.filter(group=7, is_withdrawn=False).count() == text.count('class="occupation-name"')
    for education, shut in (("junior", "bachelor"), ("primary", "junior")):
        page = client.get(url, {"education": education})
        found = {row["code"] for row in page.context["rows"]}
        assert not found & set(Occupation.objects.filter(education_min=shut).values_list("pk", flat=True))
    text = client.get(url, {"q": "并没有这样的职业"}).content.decode()
    assert "看全部职业" in text
    assert client.get(url, {"group": "x", "education": "y", "page": "z"}).status_code == 200


def test_one_occupation_says_what_it_needs(client: Client, head: Any) -> None:
    row = Occupation.objects.get(pk="4-10-01-05")
    text = signed_in(client, head).get(reverse("desk:occupation", args=[row.pk])).content.decode()
    assert row.description in text
    assert row.skills[0] in text
    assert row.path in text
    assert "的兴趣特征" in text
    assert client.get(reverse("desk:occupation", args=["9-99-99-99"])).status_code == 404


def test_import_is_looked_over_then_stored_with_a_receipt(client: Client, head: Any) -> None:
    signed_in(client, head)
    before = Occupation.objects.count()
    page = client.post(reverse("desk:occupation_import"), {"file": upload()}, follow=True)
    text = page.content.decode()
    assert Occupation.objects.count() == before
    assert "第 3 行“工作条件”：没有“站在云端”这个工作条件" in text
    assert "第 4 行“编码”" in text
    assert "备忘" in text
    assert "导入 1 行" in text
    book = client.post(reverse("desk:occupation_import_workbook"))
    rows = load_workbook(io.BytesIO(book.content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["处理结果", "新增", "有误，未导入", "有误，未导入"]
    page = client.post(reverse("desk:occupation_import_check"), {"do": "store"}, follow=True)
    assert Occupation.objects.count() == before + 1
    assert Occupation.objects.get(pk="6-99-01-01").conditions == ["outdoors"]
    assert "新增 1 行" in page.content.decode()
    assert client.get(reverse("desk:occupation_import_check")).url == reverse("desk:occupation_import")
    assert "新增 1 行" not in client.get(reverse("desk:occupation_import")).content.decode()


def test_import_can_be_dropped(client: Client, head: Any) -> None:
    signed_in(client, head)
    client.post(reverse("desk:occupation_import"), {"file": upload()})
    client.post(reverse("desk:occupation_import_check"), {"do": "drop"})
    assert not Occupation.objects.filter(pk="6-99-01-01").exists()
    assert client.post(reverse("desk:occupation_import_workbook")).url == reverse("desk:occupation_import")


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (None, "请选择文件"),
        (upload("一,二\n三,四\n"), "没有找到表头"),
        (SimpleUploadedFile("坏.xlsx", b"PK\x03\x04nonsense"), "打不开"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(client: Client, head: Any, file: Any, message: str) -> None:
    page = signed_in(client, head).post(reverse("desk:occupation_import"), {"file": file} if file else {})
    assert page.status_code == 422
    assert message in page.content.decode()


def test_rights(client: Client, head: Any) -> None:
    signed_in(client, factories.member(head.organisation))
    assert client.get(reverse("desk:occupations")).status_code == 200
    for name in ("occupation_import", "occupation_import_check"):
        assert client.get(reverse(f"desk:{name}")).status_code == 403
    signed_in(client, factories.member(head.organisation, Role.AUDIT_ADMIN))
    assert client.get(reverse("desk:occupations")).status_code == 403


def test_the_list_costs_the_same_for_a_page_of_any_length(
    client: Client, head: Any, django_assert_max_num_queries: Any
) -> None:
    signed_in(client, head)
    client.get(reverse("desk:occupations"))
    with django_assert_max_num_queries(20) as few:
        client.get(reverse("desk:occupations"), {"q": "养老护理员"})
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("desk:occupations"))
