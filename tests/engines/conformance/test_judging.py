"""Verdicts, standing and what to do next, without a database."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from zhiyin.engines.conformance import (
    EvidenceRef,
    Finding,
    Measure,
    MeasureSet,
    Proof,
    Reading,
    Verdict,
    by_clause,
    combined,
    compare,
    count,
    judge,
    measure,
    next_steps,
    reader,
    refs,
    share,
    standing,
)
from zhiyin.engines.conformance.charting import chapters, history
from zhiyin.kernel.errors import DefinitionError

DAY = date(2026, 11, 21)
ROW = EvidenceRef("casework.case", "1")


def made(**values):
    base = {"id": "signed", "clauses": ["SVC-5.2-1"], "title": "已签协议的占比", "advice": "补签协议", "weight": 5}
    by = {"by": "query", "query": "casework.signed", "unit": "%", "threshold": 100, "direction": "at_least"}
    return Measure(**{**base, **(by if "by" not in values else {}), **values})


def judged(item, shown, parameters=lambda id: {"least": 95}[id], **values):
    return judge(item, shown, parameters, DAY, **values)


def test_a_share_is_rounded_down_so_that_one_hundred_means_all() -> None:
    assert share(9999, 10000).value == 99.9
    assert share(10000, 10000).value == 100
    assert share(0, 0).value is None


def test_a_figure_below_the_threshold_says_what_was_found_and_what_is_asked() -> None:
    found = judged(made(), share(126, 131))
    assert found.verdict is Verdict.UNMET
    assert found.why == "实测 96.1%（131 项中 126 项做到），要求至少 100%"
    assert found.lacking == 5


def test_partly_met_from_the_lower_figure_on() -> None:
    item = made(partial=90)
    assert judged(item, share(126, 131)).verdict is Verdict.PARTLY
    assert judged(item, share(80, 100)).verdict is Verdict.UNMET
    assert judged(item, share(100, 100)).verdict is Verdict.MET


def test_a_threshold_may_be_a_parameter() -> None:
    item = made(threshold={"param": "least"})
    assert judged(item, share(96, 100)).verdict is Verdict.MET
    assert judged(item, share(94, 100)).threshold == 95


def test_at_most_and_yes_or_no() -> None:
    assert judged(made(direction="at_most", threshold=200, unit="人"), count(180)).verdict is Verdict.MET
    assert judged(made(direction="at_most", threshold=200, unit="人"), count(210)).verdict is Verdict.UNMET
    yes = made(direction="equals", threshold=True, unit="")
    assert judged(yes, Reading(True, 1)).verdict is Verdict.MET
    assert judged(yes, Reading(False, 1, note="没有填写登记证明")).why == "没有填写登记证明"


def test_nothing_to_look_at_is_not_proved_unless_it_is_not_the_agencys_to_bring_about() -> None:
    assert judged(made(), share(0, 0)).verdict is Verdict.UNPROVEN
    assert judged(made(when_empty="not_applicable"), share(0, 0)).verdict is Verdict.NOT_APPLICABLE


def test_what_the_software_does_by_construction_is_met() -> None:
    item = made(by="construction", function="a.b", test="tests/a.py::test_b")
    assert judged(item, None).verdict is Verdict.MET


@pytest.mark.parametrize(
    ("valid_until", "verdict", "word"),
    [
        (None, Verdict.MET, "1 份有效证据"),
        (DAY, Verdict.MET, "快到期"),
        (DAY + timedelta(days=200), Verdict.MET, "有效至"),
        (DAY - timedelta(days=1), Verdict.UNPROVEN, "到期"),
    ],
)
def test_a_proof_stands_until_its_last_day(valid_until: date | None, verdict: Verdict, word: str) -> None:
    item = made(by="manual")
    found = judged(item, [Proof(ROW, date(2026, 1, 1), valid_until)])
    assert found.verdict is verdict
    assert word in found.why


def test_a_proof_of_the_future_does_not_stand_and_none_is_not_proved() -> None:
    item = made(by="manual")
    assert judged(item, [Proof(ROW, DAY + timedelta(days=1))]).verdict is Verdict.UNPROVEN
    assert judged(item, []).why == "还没有上传证据"


def test_a_declaration_comes_before_everything() -> None:
    found = judged(made(), share(0, 10), waived="不服务企业")
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert "不服务企业" in found.why


def test_what_does_not_fit_the_measure_is_an_error_of_ours() -> None:
    with pytest.raises(TypeError):
        judged(made(), [])
    with pytest.raises(TypeError):
        judged(made(by="manual"), share(1, 1))


def found(clause: str, verdict: Verdict, weight: int = 1, **values) -> Finding:
    return Finding(made(id=f"m-{clause.lower()}", clauses=[f"SVC-{clause}"], weight=weight), verdict, "", **values)


def test_the_score_weighs_clauses_and_leaves_out_what_does_not_apply() -> None:
    rows = [
        found("a", Verdict.MET, 5),
        found("b", Verdict.PARTLY, 2),
        found("c", Verdict.UNMET, 1),
        found("d", Verdict.UNPROVEN, 2),
        found("e", Verdict.NOT_APPLICABLE, 5),
    ]
    whole = standing(rows)
    # (5 × 1 + 2 × ½) ÷ (5 + 2 + 1 + 2)
    assert whole.score == 60
    assert whole.total == 5
    assert whole.counts[Verdict.NOT_APPLICABLE] == 1
    assert standing([found("e", Verdict.NOT_APPLICABLE)]).score is None


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ((Verdict.MET, Verdict.UNMET), Verdict.PARTLY),
        ((Verdict.UNMET, Verdict.UNPROVEN), Verdict.UNMET),
        ((Verdict.MET, Verdict.PARTLY), Verdict.PARTLY),
        ((Verdict.MET, Verdict.UNPROVEN), Verdict.UNPROVEN),
        ((Verdict.MET, Verdict.NOT_APPLICABLE), Verdict.MET),
        ((Verdict.NOT_APPLICABLE,), Verdict.NOT_APPLICABLE),
    ],
)
def test_a_clause_with_several_measures(verdicts: tuple[Verdict, ...], expected: Verdict) -> None:
    assert combined(verdicts) is expected


@given(st.lists(st.sampled_from(list(Verdict)), min_size=1, max_size=6))
def test_a_clause_is_met_only_where_everything_that_applies_is(verdicts: list[Verdict]) -> None:
    left = [verdict for verdict in verdicts if verdict is not Verdict.NOT_APPLICABLE]
    assert (combined(verdicts) is Verdict.MET) == (bool(left) and all(item is Verdict.MET for item in left))


@given(st.lists(st.tuples(st.sampled_from(list(Verdict)), st.integers(1, 5)), min_size=1, max_size=12))
def test_the_score_lies_between_0_and_100_and_rises_when_a_clause_gets_better(rows: list[tuple[Verdict, int]]) -> None:
    findings = [found(f"{place}", verdict, weight) for place, (verdict, weight) in enumerate(rows)]
    before = standing(findings).score
    better = [
        found(f"{place}", Verdict.MET if verdict is Verdict.UNMET else verdict, weight)
        for place, (verdict, weight) in enumerate(rows)
    ]
    after = standing(better).score
    assert before is None or (0 <= before <= 100 and after is not None and after >= before)


def test_what_brings_most_comes_first_and_says_why() -> None:
    paper = Finding(made(id="paper", clauses=["SVC-a"], by="manual", weight=3), Verdict.UNPROVEN, "")
    few = found("b", Verdict.UNMET, 5, value=96.0, threshold=100, lacking=5)
    many = found("c", Verdict.UNMET, 5, value=10.0, threshold=100, lacking=9000)
    idle = found("d", Verdict.UNPROVEN, 5)
    steps = next_steps([few, many, idle, paper, found("e", Verdict.MET)])
    assert [step.finding.measure.clauses[0] for step in steps] == ["SVC-a", "SVC-d", "SVC-c", "SVC-b"]
    assert steps[0].effect == 3
    assert steps[0].why == "重要程度 3 × 差距 100% ÷ 工作量 1.0（补一份证据）"
    assert "5 项要补" in steps[-1].why
    assert all(a.effect >= b.effect for a, b in itertools.pairwise(steps))


def test_changes_between_two_days() -> None:
    before = {"SVC-1": Verdict.UNMET, "SVC-2": Verdict.MET, "SVC-9": Verdict.MET}
    after = {"SVC-1": Verdict.MET, "SVC-2": Verdict.MET, "SVC-3": Verdict.PARTLY}
    changed = compare(before, after)
    assert [(item.clause, item.is_better) for item in changed] == [("SVC-1", True), ("SVC-3", True), ("SVC-9", False)]
    assert by_clause([found("1", Verdict.MET)]) == {"SVC-1": Verdict.MET}


def test_measures_are_found_by_name_and_two_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from zhiyin.engines.conformance import registry

    monkeypatch.setattr(registry, "MEASURES", {})

    @measure("app.one")
    def one(scope):
        return count(1)

    assert reader("app.one") is one
    with pytest.raises(RuntimeError):
        measure("app.one")(lambda scope: count(2))
    with pytest.raises(DefinitionError):
        reader("app.none")


def test_only_the_first_twenty_rows_are_named() -> None:
    assert len(refs("casework.case", range(50))) == 20


def test_definitions_that_cannot_be_meant_are_refused() -> None:
    for wrong in (
        {"by": "query"},
        {"by": "construction", "function": "a.b"},
        {"by": "manual", "advice": ""},
        {"by": "manual", "given": {"months": 3}},
    ):
        with pytest.raises(ValidationError):
            made(**wrong)
    with pytest.raises(ValidationError, match="不属于标准"):
        MeasureSet(
            kind="measures",
            id="x",
            version=1,
            title="x",
            measures=[made(), made(id="other", clauses=["XM-1"])],
        )


def test_the_pictures_say_in_words_what_they_show() -> None:
    chart = chapters(
        [("3 基本要求", {Verdict.MET: 22, Verdict.PARTLY: 3, Verdict.UNMET: 1, Verdict.NOT_APPLICABLE: 2})],
        title="各部分",
        key="parts",
    )
    assert "符合 22 条" in chart.summary
    assert chart.table[1] == ["3 基本要求", "22", "3", "1", "0", "2"]
    assert chart.svg.count('class="is-') == 4 + 3
    line = history([(date(2026, 10, 1), 61.5), (date(2026, 11, 1), None)], title="历次得分", key="past")
    assert "2026-10-01 61.5" in line.summary
    with pytest.raises(ValueError):
        chapters([], title="各部分", key="parts")
