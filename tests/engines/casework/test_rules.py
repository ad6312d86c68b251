"""What may be recorded, when, and what keeps a case from closing."""

import pytest

from tests.engines.casework.support import PROCESS, at, closed, event, opened, signed
from zhiyin.engines.casework import EVENTS, Event, check_may_record, closing_obstacles, label
from zhiyin.kernel.errors import Invalid, NotReady


def refused(events: list[Event], kind: str, **given: object) -> NotReady:
    with pytest.raises(NotReady) as caught:
        check_may_record(PROCESS, events, kind, **given)  # type: ignore[arg-type]
    return caught.value


def test_nothing_before_the_case_is_opened() -> None:
    assert refused([], "intake.recorded").missing == ["建立个案"]
    check_may_record(PROCESS, [], "case.opened")
    assert "已经记过" in str(refused(opened(), "case.opened"))


def test_the_agreement_waits_for_the_needs_survey() -> None:
    assert refused(opened(), "agreement.drafted").missing == ["完成需求调查"]
    check_may_record(PROCESS, [*opened(), event("needs.recorded", "03-03")], "agreement.drafted")


def test_no_session_without_both_signatures() -> None:
    without_agency = signed()[:-1]
    error = refused(without_agency, "session.held")
    assert error.missing == ["机构签署协议"]
    assert "服务协议" in str(error)
    check_may_record(PROCESS, signed(), "session.held")
    assert refused(signed(guardian_required=True), "session.held").missing == ["监护人签署协议"]


def test_a_changed_agreement_stops_the_service_until_signed_again() -> None:
    changed = [*signed(), event("agreement.changed", "03-06")]
    assert refused(changed, "session.held").missing == ["服务对象签署协议", "机构签署协议"]


def test_a_late_entry_is_judged_by_its_own_time() -> None:
    changed = [*signed(), event("agreement.changed", "03-06")]
    check_may_record(PROCESS, changed, "session.held", happened_at=at("03-05"))
    with pytest.raises(Invalid) as caught:
        check_may_record(PROCESS, signed(), "session.held", happened_at=at("03-03"))
    assert "核对日期" in caught.value.errors["happened_at"][0]
    with pytest.raises(NotReady):
        check_may_record(PROCESS, opened(), "session.held", happened_at=at("03-03"))


def test_the_future_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        check_may_record(PROCESS, signed(), "session.held", happened_at=at("03-09"), now=at("03-08"))
    assert list(caught.value.errors) == ["happened_at"]


def test_a_returned_report_is_submitted_and_signed_off_again() -> None:
    events = [*signed(), event("session.held", "03-05"), event("report.drafted", "03-06 09:00")]
    assert refused(events, "report.signed_off").missing == ["报告送审"]
    events += [event("report.submitted", "03-06 10:00"), event("report.returned", "03-06 11:00")]
    assert refused(events, "report.signed_off").missing == ["报告送审"]
    events += [event("report.submitted", "03-06 12:00"), event("report.signed_off", "03-06 13:00")]
    check_may_record(PROCESS, events, "report.issued")
    assert refused(events, "report.handed_over").missing == ["出具报告"]


def test_a_complaint_skips_no_stage_and_two_are_kept_apart() -> None:
    stages = ["received", "acknowledged", "investigated", "answered", "response", "closed"]
    events = signed()
    for number, stage in enumerate(stages):
        for later in stages[number + 1 :]:
            refused(events, f"complaint.{later}", data={"complaint": "c1"})
        check_may_record(PROCESS, events, f"complaint.{stage}", data={"complaint": "c1"})
        events.append(event(f"complaint.{stage}", f"03-{10 + number}", complaint="c1"))
    refused(events, "complaint.acknowledged", data={"complaint": "c2"})


def test_an_appeal_opens_inquiry_and_answer_again() -> None:
    events = signed()
    for number, stage in enumerate(["received", "acknowledged", "investigated", "answered", "appealed"]):
        events.append(event(f"complaint.{stage}", f"03-{10 + number}", complaint="c1"))
    assert refused(events, "complaint.answered", data={"complaint": "c1"}).missing == ["调查投诉"]
    assert refused(events, "complaint.closed", data={"complaint": "c1"}).missing == [
        "答复投诉",
        "记录投诉人对答复的意见",
    ]


def test_an_assessment_is_answered_only_if_this_one_was_assigned() -> None:
    events = [*signed(), event("assessment.assigned", "03-05", assessment="a1")]
    check_may_record(PROCESS, events, "assessment.completed", data={"assessment": "a1"})
    refused(events, "assessment.completed", data={"assessment": "a2"})


def test_what_the_process_leaves_out_is_refused_and_not_asked_for() -> None:
    assert "没有“拟好服务方案”" in str(refused(signed(), "plan.drafted"))


def test_a_pause_lets_only_what_belongs_to_no_step_happen() -> None:
    paused = [*signed(), event("case.paused", "03-05")]
    assert "恢复" in str(refused(paused, "session.held"))
    for kind in ("case.resumed", "note.added", "complaint.received", "case.withdrawn", "closing.recorded"):
        check_may_record(PROCESS, paused, kind)


def test_after_closing_only_aftercare() -> None:
    for kind in ("session.held", "closing.recorded", "case.withdrawn", "agreement.changed"):
        refused(closed(), kind)
    for kind in ("followup.done", "feedback.requested", "complaint.received", "note.added"):
        check_may_record(PROCESS, closed(), kind)


def test_after_withdrawal_no_service_but_a_complaint() -> None:
    gone = [*signed(), event("case.withdrawn", "03-05")]
    for kind in ("session.held", "closing.recorded", "case.paused"):
        refused(gone, kind)
    check_may_record(PROCESS, gone, "complaint.received")


def test_an_unknown_kind_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        check_may_record(PROCESS, [], "case.vanished")


def test_closing_waits_for_everything_that_is_open() -> None:
    goals = [{"title": "找到实习", "attainment": None}, {"title": "学会写简历", "attainment": "reached"}]
    activities = [{"id": 1, "title": "模拟面试"}, {"id": 2, "title": "参观工厂"}, {"id": 3, "title": "试讲"}]
    events = [
        *signed(),
        event("agreement.changed", "03-05 09:00", open_items=["归还学历证复印件"]),
        event("plan.agreed", "03-05 10:00", goals=goals, activities=activities),
        event("activity.done", "03-06", activity=1),
        event("activity.cancelled", "03-06 10:00", activity=3),
        event("assessment.assigned", "03-06 11:00", assessment="a1"),
        event("report.drafted", "03-07"),
        event("complaint.received", "03-08", complaint="c1"),
    ]
    found = closing_obstacles(events)
    assert len(found) == 6
    for word in ("归还学历证复印件", "找到实习", "参观工厂", "1 次测评", "还没有交付", "1 件投诉"):
        assert any(word in sentence for sentence in found)
    judged = [{"title": "找到实习", "attainment": "partly"}, {"title": "学会写简历", "attainment": "reached"}]
    events += [
        event("session.held", "03-09 09:00", goals=judged, open_items=[]),
        event("activity.done", "03-09 10:00", activity=2),
        event("assessment.declined", "03-09 11:00", assessment="a1"),
        event("report.handed_over", "03-09 12:00"),
        event("complaint.closed", "03-09 13:00", complaint="c1"),
    ]
    assert closing_obstacles(events) == []


def test_every_kind_has_its_own_name_and_names_known_kinds() -> None:
    assert len({kind.label for kind in EVENTS.values()}) == len(EVENTS)
    for name, kind in EVENTS.items():
        assert label(name) == kind.label
        assert set(kind.after) | set(kind.since) <= set(EVENTS)
