"""Norms: collected with consent only, published when large enough, and kept in the results that used them."""

import random

import pytest
from scipy import stats

from tests import factories
from tests import factories_assessment as made
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.assessment import norms, queries
from zhiyin.domain.assessment.models import Norm, NormSample
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.people import consents
from zhiyin.engines.psychometrics import score
from zhiyin.kernel.errors import Invalid, NotReady, Refused

pytestmark = pytest.mark.django_db
INSTRUMENT = "holland-interest"


@pytest.fixture
def head():
    return factories.member(factories.agency(), Role.SECTION_HEAD)


def random_answers(chance: random.Random) -> dict[str, int]:
    return {item.id: chance.randint(1, 5) for item in made.instrument().items}


def samples(n: int, *, groups: tuple[str, ...] = ("adult", "all")) -> list[dict[str, float]]:
    chance = random.Random(7)
    rows = [score(made.instrument(), random_answers(chance)).means() for _ in range(n)]
    months = ["2026-02", "2026-01"]
    with acting(SYSTEM, "arrange"):
        NormSample.objects.bulk_create(
            NormSample(
                instrument=INSTRUMENT,
                instrument_version=made.instrument().version,
                groups=list(groups),
                means=row,
                month=months[place % 2],
            )
            for place, row in enumerate(rows)
        )
    return rows


def publish(head, group="all"):
    with acting(factories.who(head), "发布常模"):
        return norms.publish_norm(INSTRUMENT, group)


def withdraw_norms(file):
    with acting(SYSTEM, "arrange"):
        for row in file.person.consents.filter(purpose=norms.PURPOSE):
            consents.withdraw_consent(row, by="self", channel="counter")


def test_without_that_consent_nothing_is_collected():
    adviser = factories.member(factories.agency())
    file = made.client(adviser)
    withdraw_norms(file)
    result = made.result(file)
    assert result.is_valid_for_norms
    assert not NormSample.objects.exists()


def test_with_consent_the_means_are_kept_and_no_person():
    adviser = factories.member(factories.agency())
    file = made.client(adviser, factories.person())
    result = made.result(file)
    sample = NormSample.objects.get()
    assert sample.groups == ["adult", "all"]
    assert sample.means == {row["letter"]: row["mean"] for row in result.scores["scales"]}
    stored = str(NormSample.objects.values().get())
    assert str(file.person_id) not in stored
    assert file.person.name not in stored
    assert {field.name for field in NormSample._meta.get_fields()} == {
        "id",
        "instrument",
        "instrument_version",
        "groups",
        "means",
        "month",
    }


def test_a_careless_sheet_is_no_sample():
    file = made.client(factories.member(factories.agency()))
    result = made.result(file, dict.fromkeys(made.answers(), 3))
    assert not result.is_valid_for_norms
    assert not NormSample.objects.exists()


def test_status_counts_down_to_the_least_number():
    assert norms.norm_status(INSTRUMENT, "all").message == "常模还在收集：现有 0 人，还差 200 人"
    samples(150)
    status = norms.norm_status(INSTRUMENT, "adult")
    assert (status.usable, status.n, status.lacking) == (False, 150, 50)
    assert norms.norm_status(INSTRUMENT, "student").n == 0
    with pytest.raises(Invalid):
        norms.norm_status(INSTRUMENT, "astronaut")


def test_too_small_a_group_is_not_published(head):
    samples(199)
    with pytest.raises(NotReady, match="还差 1 人"):
        publish(head)
    assert not Norm.objects.exists()


@pytest.mark.parametrize("role", [Role.ADVISER, Role.ASSESSOR, Role.SUPERVISOR, Role.SYSTEM_ADMIN])
def test_only_the_section_head_publishes(role):
    samples(200)
    member = factories.member(factories.agency(), role)
    with pytest.raises(Refused):
        publish(member)


def test_a_published_norm_matches_an_independent_calculation(head):
    rows = samples(200)
    norm = publish(head)
    assert (norm.n, norm.collected_from, norm.collected_to) == (200, "2026-01", "2026-02")
    table = norms.table_of(norm)
    for letter in "RIASEC":
        column = [row[letter] for row in rows]
        assert table.scales[letter].mean == pytest.approx(stats.tmean(column))
        assert table.scales[letter].sd == pytest.approx(stats.tstd(column))
        for value, rank in table.percentiles(letter).items():
            assert rank == pytest.approx(stats.percentileofscore(column, value, kind="mean"))


def test_later_results_are_compared_and_earlier_ones_stay_as_they_were(head):
    file = made.client(factories.member(factories.agency()))
    withdraw_norms(file)
    before = made.result(file)
    samples(200)
    publish(head)
    after = made.result(file)
    before.refresh_from_db()
    assert before.scores["norm"]["usable"] is False
    assert all(scale["standing"] is None for scale in before.scores["scales"])
    assert after.scores["norm"]["usable"] is True
    assert after.scores["norm"]["n"] == 200
    note = queries.report_context(after)["norm_note"]
    assert note == "与常模组“全体”比较，共 200 人，2026-01-01 至 2026-02-28 收集"
    assert "百分位" in queries.report_context(after)["scores"][0]["note"]
    assert "no-norms" not in {notice["kind"] for notice in after.scores["texts"]["notices"]}


def test_the_nearest_group_is_compared_with(head):
    samples(200)
    publish(head)
    publish(head, "adult")
    adult = made.result(made.client(factories.member(factories.agency())))
    assert adult.scores["norm"]["group"] == "成年人"
    student = made.client(factories.member(factories.agency()), employment_status="student")
    assert made.result(student).scores["norm"]["group"] == "全体"
