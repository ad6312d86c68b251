"""Measuring, evidence and declarations: rights, wrong input, what stays."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tests import factories, factories_conformance
from tests.factories_documents import png
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.conformance import commands, measuring, policies, queries, reports
from zhiyin.domain.conformance.models import FindingRow, ManualEvidence, NotApplicable, Run
from zhiyin.engines.conformance import Verdict
from zhiyin.kernel.dates import add_months
from zhiyin.kernel.errors import Invalid, Refused

pytestmark = pytest.mark.django_db
MANUAL = "SVC-3.4"


@pytest.fixture
def head(home):
    return factories.member(factories.agency(), Role.SECTION_HEAD)


def act(member, run):
    with acting(factories.who(member), "自评"):
        return run()


def brought(member, clause=MANUAL, **values):
    given = {"note": "设备清单", "dated": timezone.localdate(), "name": "清单.png", "content": png(), **values}
    return act(member, lambda: commands.add_evidence(member.organisation, clause, **given))


def measured(member, standard="SVC", on=None):
    return act(member, lambda: commands.run(member.organisation, standard, on))


def verdict(run, clause):
    return queries.verdicts(run)[clause]


@pytest.mark.clause("SVC-1")
def test_a_human_resources_service_shows_every_clause_of_the_standard_with_a_status(head):
    run = measured(head)
    board = queries.board(run)
    assert len(board.lines) == 85
    assert {line.clause.doc for line in board.lines} == {"SVC"}
    assert all(line.verdict in set(Verdict) for line in board.lines)
    assert sum(count for _, count in board.counts) == 85
    assert sum(chapter.total for chapter in board.chapters) == 85


def test_a_run_keeps_what_it_was_made_of_and_leaves_a_trace(head):
    run = measured(head)
    assert run.measures == "svc"
    assert run.since == add_months(run.on, -12)
    assert run.snapshot_id
    assert run.by == head
    assert 0 <= run.score <= 100
    event = AuditEvent.objects.get(action="conformance.measured")
    assert event.object_id == str(run.pk)
    assert event.data["standard"] == "SVC"


def test_runs_and_findings_are_never_changed(head):
    run = measured(head)
    with acting(factories.who(head), "改分"):
        for rows in (Run.objects.filter(pk=run.pk), FindingRow.objects.filter(run=run)):
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.update(**({"score": 100} if rows.model is Run else {"verdict": "met"}))


def test_only_heads_and_supervisors_measure_and_only_their_own_body(head):
    adviser = factories.member(head.organisation)
    stranger = factories.member(factories.agency(), Role.SUPERVISOR)
    for member in (adviser, stranger):
        with acting(factories.who(member), "自评"), pytest.raises(Refused):
            commands.run(head.organisation, "SVC")
        with acting(factories.who(member), "自评"), pytest.raises(Refused):
            commands.declare_not_applicable(head.organisation, MANUAL, "不需要")
    run = measured(head)
    assert list(policies.scope(factories.who(adviser))) == [run]
    assert not policies.scope(factories.who(stranger)).exists()


def test_an_unknown_standard_and_a_day_to_come_are_refused(head):
    with pytest.raises(Invalid, match="ABC"):
        measured(head, "ABC")
    with pytest.raises(Invalid) as caught:
        measured(head, on=timezone.localdate() + timedelta(days=1))
    assert "on" in caught.value.errors


def test_a_day_before_the_thresholds_began_is_not_proved_and_says_so(head):
    from datetime import date

    run = measured(head, on=date(2019, 12, 31))
    rows = FindingRow.objects.filter(run=run, clause="SVC-3.2.2-a")
    assert [row.verdict for row in rows] == ["unproven"]


def test_evidence_makes_a_clause_met_until_it_expires_or_is_withdrawn(head):
    assert verdict(measured(head), MANUAL) is Verdict.UNPROVEN
    paper = brought(head)
    assert paper.valid_until == add_months(timezone.localdate(), 12)
    assert verdict(measured(head), MANUAL) is Verdict.MET
    act(head, lambda: commands.withdraw_evidence(paper, "传错了"))
    assert verdict(measured(head), MANUAL) is Verdict.UNPROVEN
    assert ManualEvidence.objects.get().withdrawn_reason == "传错了"
    with pytest.raises(Invalid):
        act(head, lambda: commands.withdraw_evidence(paper, "再撤一次"))
    old = timezone.localdate() - timedelta(days=500)
    brought(head, dated=old)
    run = measured(head)
    assert verdict(run, MANUAL) is Verdict.UNPROVEN
    assert "到期" in FindingRow.objects.get(run=run, clause=MANUAL).why


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"note": " "}, "note"),
        ({"note": "长" * 201}, "note"),
        ({"dated": None}, "dated"),
        ({"dated": timezone.localdate() + timedelta(days=3)}, "dated"),
        ({"valid_until": timezone.localdate() - timedelta(days=1)}, "valid_until"),
        ({"content": b""}, "file"),
        ({"content": b"MZ not a paper"}, "file"),
        ({"clause": "SVC-5.1"}, "clause"),
        ({"clause": "SVC-99"}, "clause"),
    ],
)
def test_a_paper_that_cannot_be_is_refused_at_its_field(head, values, field):
    with pytest.raises(Invalid) as caught:
        brought(head, **values)
    assert field in caught.value.errors
    assert not ManualEvidence.objects.exists()


def test_a_declaration_takes_a_clause_out_of_the_score_until_it_ends(head):
    before = measured(head)
    row = act(head, lambda: commands.declare_not_applicable(head.organisation, MANUAL, "借用街道的办公设施"))
    after = measured(head)
    assert verdict(after, MANUAL) is Verdict.NOT_APPLICABLE
    assert after.totals["not_applicable"] == before.totals["not_applicable"] + 1
    with pytest.raises(Invalid):
        act(head, lambda: commands.declare_not_applicable(head.organisation, MANUAL, "再说一次"))
    with pytest.raises(Invalid):
        act(head, lambda: commands.declare_not_applicable(head.organisation, "SVC-3.3", " "))
    with pytest.raises(Invalid):
        act(head, lambda: commands.declare_not_applicable(head.organisation, "SVC-99", "没有这条"))
    act(head, lambda: commands.end_not_applicable(row))
    assert verdict(measured(head), MANUAL) is Verdict.UNPROVEN
    assert NotApplicable.objects.get().ended_by == head


def test_changes_since_the_day_before_are_told(head):
    measured(head, on=timezone.localdate() - timedelta(days=30))
    brought(head)
    board = queries.board(measured(head))
    assert [(change.clause, change.is_better) for change in board.changes if change.clause == MANUAL] == [
        (MANUAL, True)
    ]
    assert [point.on for point in queries.history(factories.who(head), head.organisation, "SVC")] == [
        timezone.localdate() - timedelta(days=30),
        timezone.localdate(),
    ]


def test_evidence_after_the_run_makes_it_stale(head):
    run = measured(head)
    assert not queries.board(run).stale
    brought(head)
    assert queries.board(run).stale


def test_standards_the_body_works_by_come_first(head):
    found = measuring.standards(head.organisation)
    assert found[0].code == "SVC"
    assert {item.code for item in found if not item.chosen} == {"XM", "SD"}
    assert {item.code for item in found if item.is_whole} == {"SVC", "XM"}


def test_what_is_found_on_a_full_agency_is_named_without_personal_data(home):
    world = factories_conformance.world(good=False)
    run = measured(world.head)
    page = queries.clause_page(factories.who(world.head), world.organisation, "SVC", "SVC-5.2-1")
    assert page is not None
    assert page.run == run
    assert {shown.label for shown in page.unmet} >= {f"个案 {world.case.number}"}
    kept = "".join(str(row.evidence) + row.why for row in FindingRow.objects.filter(run=run))
    assert world.case.person.name not in kept
    assert queries.clause_page(factories.who(world.head), world.organisation, "SVC", "SVC-99") is None


def test_every_model_that_evidence_may_name_can_be_shown(home):
    from zhiyin.domain.conformance.showing import _LABELS

    world = factories_conformance.world(good=True)
    other = factories_conformance.world(good=False)
    named = set()
    for item in (world, other):
        for chosen in measuring.standards(item.organisation):
            for row in FindingRow.objects.filter(run=measured(item.head, chosen.code)):
                named |= {model for side in row.evidence.values() for model, _ in side}
    assert named
    assert named <= set(_LABELS)


def test_the_report_is_a_pdf_and_a_word_file_with_the_clauses_to_mend(head):
    run = measured(head)
    who = factories.who(head)
    assert reports.render(who, run, "pdf").startswith(b"%PDF")
    assert reports.render(who, run, "docx").startswith(b"PK")
    with pytest.raises(KeyError):
        reports.render(who, run, "txt")
    data = reports.context(queries.board(run), queries.history(who, head.organisation, "SVC"))
    assert len(data["clauses"]) == 85
    assert MANUAL in {row["clause"] for row in data["todo"]}


def test_measuring_takes_as_many_queries_for_many_cases_as_for_one(home):
    few = factories_conformance.world(good=False)
    many = [factories_conformance.world(good=False) for _ in range(2)]
    from django.test.utils import CaptureQueriesContext

    counts = []
    for world in (few, many[-1]):
        measured(world.head)
        with CaptureQueriesContext(connection) as captured:
            measured(world.head)
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] < 250
