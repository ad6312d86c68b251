"""What a client's file answers when eligibility is judged: rows in the words of the rules, with origin and date."""

from datetime import date

import pytest
from django.utils import timezone

from tests import factories_clients
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.clients import commands, known
from zhiyin.domain.eligibility import library, queries
from zhiyin.domain.eligibility.commands import assess

pytestmark = pytest.mark.django_db


def test_lists_of_the_file_prefill_a_check_with_origin_and_date() -> None:
    file = factories_clients.client_file()
    with acting(SYSTEM, "x"):
        commands.add_entry(file, "work", employer="甲公司", post="心理咨询师", started="2012-01-01", ended="2020-01-01")
        commands.add_entry(file, "work", employer="乙中心", post="老师", occupation="4-07-03-01", started="2020-02-01")
        commands.add_entry(file, "work", employer="丙厂", post="焊工", started="2005-01-01", ended="2008-01-01")
        commands.add_entry(file, "certificate", name="职业指导师四级", issued="2016-05-01")
        commands.add_entry(
            file,
            "education",
            school="某大学",
            major="心理学",
            level="bachelor",
            started="2008-09-01",
            ended="2012-06-30",
            result="graduated",
        )
    packs = queries.packs_of(file.organisation)
    panel = library.panel(packs, ["adviser-l3-eligibility"])
    found = queries.known_facts(file.person, file.organisation, panel, sensitive=False)
    jobs = {row["other_name"]: row for row in found["jobs"].value}
    assert jobs["心理咨询师"]["occupation"] == "counsellor"
    assert jobs["职业指导师"]["occupation"] == "own"
    assert jobs["焊工"]["occupation"] is None
    assert "ended_on" not in jobs["职业指导师"]
    [certificate] = found["certificates"].value
    assert (certificate["occupation"], certificate["level"]) == ("own", "4")
    [diploma] = found["diplomas"].value
    assert (diploma["school"], diploma["award"], diploma["major"], diploma["state"]) == (
        "university",
        "bachelor",
        "psychology",
        "graduated",
    )
    for name in ("jobs", "certificates", "diplomas"):
        assert (found[name].origin, found[name].as_of) == ("declared", timezone.localdate())
        assert found[name].proof.startswith("服务档案")
    with acting(SYSTEM, "x"):
        [verdict] = assess(file.person, file.organisation, ["adviser-l3-eligibility"], facts={"trade": "adviser"})
    rows = {row["id"]: row for row in verdict.facts}
    assert verdict.outcome == "PASS"
    assert (rows["certificates"]["origin"], rows["certificates"]["as_of"]) == (
        "declared",
        timezone.localdate().isoformat(),
    )


def test_an_empty_list_of_the_file_leaves_the_fact_open() -> None:
    file = factories_clients.client_file()
    assert not {"file.work", "file.education", "file.certificates"} & set(known.of_file(file.person, file.organisation))


@pytest.mark.parametrize(
    ("status", "until", "known_since"),
    [("unemployed-registered", None, True), ("employed", None, False), ("unemployed-registered", "2026-06-01", False)],
)
def test_since_when_somebody_is_registered_counts_only_while_it_holds(
    status: str, until: str | None, known_since: bool
) -> None:
    file = factories_clients.client_file(employment_status=status)
    with acting(SYSTEM, "x"):
        commands.add_entry(
            file,
            "tag",
            code="youth-unemployed",
            proof="失业登记信息",
            since="2026-03-01",
            **({"until": until} if until else {}),
        )
    found = known.of_file(file.person, file.organisation).get("file.unemployed_since")
    assert (found is not None) is known_since
    if found is not None:
        assert (found.value, found.origin, found.proof) == (date(2026, 3, 1), "proved", "失业登记信息")
