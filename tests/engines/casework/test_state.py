"""Steps, terms and status of a case, each from its events alone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.casework.support import PROCESS, ZONE, Weekdays, at, closed, event, opened, seen, signed
from zhiyin.engines.casework import EVENTS, Event, state
from zhiyin.engines.casework.state import completions_of, in_order


def states(found: list[Event], now: str) -> dict[str, str]:
    return {step.id: step.state for step in seen(found, now).steps}


def test_a_new_case_stands_at_its_first_step() -> None:
    result = seen([event("case.opened", "03-02")], "03-02 10:00")
    assert (result.stage, result.status) == ("intake", "open")
    assert states([event("case.opened", "03-02")], "03-02 10:00") == {
        "intake": "current",
        **dict.fromkeys(["needs", "agreement", "delivery", "report", "closing", "followup"], "waiting"),
    }
    assert "需求调查" in result.step("agreement").reason


def test_a_term_counts_working_days_from_the_day_after() -> None:
    friday = [event("case.opened", "03-06 09:00"), event("intake.recorded", "03-06 10:00")]
    step = seen(friday, "03-10").step("needs")
    assert (step.due_on, step.late_days, step.state) == (date(2026, 3, 10), 0, "current")
    late = seen(friday, "03-16")
    assert (late.step("needs").state, late.step("needs").late_days) == ("late", 4)
    assert late.stage == "needs"
    assert "已超 4 个工作日" in late.step("needs").reason
    assert [(due.id, due.late_days) for due in late.dues] == [("needs", 4)]


def test_a_finished_step_keeps_how_late_it_was_and_leaves_the_dues() -> None:
    result = seen([*opened(), event("needs.recorded", "03-06")], "04-01")
    assert (result.step("needs").state, result.step("needs").late_days) == ("done", 2)
    assert result.dues == ()


def test_the_day_of_an_event_is_that_of_the_agency() -> None:
    night = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    found = [Event("case.opened", night, night, {}, "1"), Event("intake.recorded", night, night, {}, "2")]
    here = state(PROCESS, found, now=at("03-04"), calendar=Weekdays())
    assert here.step("needs").due_on == date(2026, 3, 5)
    there = state(PROCESS, found, now=at("03-04").astimezone(UTC), calendar=Weekdays())
    assert there.step("needs").due_on == date(2026, 3, 4)


def test_the_agreement_needs_every_signature_after_the_last_change() -> None:
    assert seen(signed(), "03-04 12:00").stage == "delivery"
    changed = [*signed(), event("session.held", "03-05"), event("agreement.changed", "03-06")]
    result = seen(changed, "03-07")
    assert (result.stage, result.step("agreement").missing) == (
        "agreement",
        ("agreement.signed_client", "agreement.signed_agency"),
    )
    assert "改动服务协议" in result.step("agreement").reason
    assert result.step("delivery").state == "done"
    assert result.step("report").state == "waiting"
    again = [*changed, event("agreement.signed_agency", "03-08"), event("agreement.signed_client", "03-09")]
    assert seen(again, "03-10").step("agreement").completed_at == at("03-09")


def test_a_step_behind_an_undone_one_is_blocked() -> None:
    result = seen([*signed(), event("agreement.changed", "03-06")], "03-07")
    assert (result.step("delivery").state, result.step("delivery").ready) == ("blocked", False)


def test_a_guardian_signs_where_one_is_required() -> None:
    result = seen(signed(guardian_required=True), "03-05")
    assert (result.stage, result.step("agreement").missing) == ("agreement", ("agreement.signed_guardian",))
    with_guardian = [*signed(guardian_required=True), event("agreement.signed_guardian", "03-05 10:00")]
    assert seen(with_guardian, "03-06").stage == "delivery"


def test_a_pause_stops_the_terms() -> None:
    paused = [*opened(), event("case.paused", "03-03")]
    result = seen(paused, "03-20")
    assert (result.status, result.paused_since) == ("paused", at("03-03"))
    assert (result.step("needs").state, result.step("needs").late_days) == ("blocked", 0)
    resumed = seen([*paused, event("case.resumed", "03-12")], "03-13")
    assert (resumed.status, resumed.step("needs").due_on) == ("open", date(2026, 3, 13))


def test_only_an_essential_consent_pauses_and_only_its_own_return_resumes() -> None:
    optional = event("consent.withdrawn", "03-03", purpose="referral", essential=False)
    assert seen([*opened(), optional], "03-04").status == "open"
    needed = event("consent.withdrawn", "03-03 10:00", purpose="file", essential=True)
    other = event("consent.given", "03-03 11:00", purpose="referral")
    assert seen([*opened(), needed, other], "03-04").status == "paused"
    assert seen([*opened(), needed, event("consent.given", "03-03 12:00", purpose="file")], "03-04").status == "open"


def test_closing_skips_what_was_never_done_and_starts_the_follow_ups() -> None:
    result = seen([*signed(), event("closing.recorded", "03-10")], "03-11")
    assert result.status == "following"
    assert result.stage == "followup"
    assert [result.step(name).state for name in ("delivery", "report", "closing")] == ["skipped", "skipped", "done"]
    assert [(item.id, item.due_on, item.state) for item in result.follow_ups] == [
        ("day30", date(2026, 4, 9), "planned"),
        ("day90", date(2026, 6, 8), "planned"),
    ]


def test_a_follow_up_opens_runs_late_or_is_missed_after_a_try() -> None:
    def first(events: list[Event], now: str) -> tuple[str, int]:
        result = seen(events, now)
        late = next((due.late_days for due in result.dues if due.id == "day30"), -1)
        return result.follow_ups[0].state, late

    assert first(closed(), "04-01") == ("planned", 0)
    assert first(closed(), "04-02") == ("open", 0)
    assert first(closed(), "04-16 23:00") == ("open", 0)
    assert first(closed(), "04-19") == ("late", 3)
    tried = [*closed(), event("followup.missed", "04-10", follow_up="day30")]
    assert first(tried, "04-12") == ("open", 0)
    assert first(tried, "04-19") == ("missed", -1)
    reached = [*tried, event("followup.done", "04-18", follow_up="day30")]
    assert first(reached, "04-19") == ("done", -1)


def test_a_contact_without_a_name_belongs_to_the_nearest_open_follow_up() -> None:
    contacts = [*closed(), event("followup.done", "05-26"), event("followup.done", "05-27")]
    assert [item.state for item in seen(contacts, "05-28").follow_ups] == ["done", "done"]
    early = [*closed(), event("followup.done", "03-12")]
    assert [item.state for item in seen(early, "03-13").follow_ups] == ["planned", "planned"]


def test_a_case_ends_when_nothing_is_awaited() -> None:
    contacts = [event("followup.done", "04-09"), event("followup.done", "06-08")]
    asked = event("feedback.requested", "03-10 10:00")
    assert seen([*closed(), asked, *contacts], "06-09").status == "ended"
    assert seen([*closed(), *contacts], "06-09").status == "closed"
    assert seen([*closed(), asked, *contacts], "06-09").step("followup").state == "done"
    complaint = event("complaint.received", "06-08 10:00", complaint="c1")
    assert seen([*closed(), asked, *contacts, complaint], "06-09").status == "closed"


def test_feedback_is_asked_for_once_and_expires() -> None:
    def feedback(events: list[Event], now: str) -> str:
        found = seen(events, now).feedback
        assert found is not None
        return found.state

    assert seen(signed(), "03-05").feedback is None
    assert feedback(closed(), "03-11") == "to_request"
    assert [(due.id, due.late_days) for due in seen(closed(), "03-13").dues if due.id == "feedback"] == [
        ("feedback", 2)
    ]
    asked = [*closed(), event("feedback.requested", "03-11")]
    assert feedback(asked, "04-10 23:00") == "requested"
    assert feedback(asked, "04-11") == "expired"
    assert feedback([*asked, event("feedback.received", "03-20")], "04-11") == "received"


def test_terms_of_a_complaint() -> None:
    received = [*signed(), event("complaint.received", "03-06", complaint="c1")]
    item = seen(received, "03-11").complaints[0]
    assert (item.acknowledge_by, item.answer_by, item.late_days) == (date(2026, 3, 10), date(2026, 3, 20), 1)
    assert [due.id for due in seen(received, "03-11").dues if due.step == ""] == [
        "complaint:c1:acknowledge",
        "complaint:c1:answer",
    ]
    answered = [
        *received,
        event("complaint.acknowledged", "03-09", complaint="c1"),
        event("complaint.investigated", "03-10", complaint="c1"),
        event("complaint.answered", "03-13", complaint="c1"),
    ]
    item = seen(answered, "03-16").complaints[0]
    assert (item.stage, item.appeal_until, item.late_days) == ("answered", date(2026, 4, 3), 0)
    appealed = [*answered, event("complaint.appealed", "03-20", complaint="c1")]
    item = seen(appealed, "03-23").complaints[0]
    assert (item.stage, item.answered, item.answer_by, item.appeal_until) == (
        "appealed",
        False,
        date(2026, 4, 3),
        None,
    )


def test_a_pause_does_not_stop_a_complaint() -> None:
    found = [*signed(), event("complaint.received", "03-06", complaint="c1"), event("case.paused", "03-06 10:00")]
    assert seen(found, "03-11").complaints[0].late_days == 1


def test_a_withdrawn_case_asks_for_nothing_more() -> None:
    result = seen([*opened(), event("case.withdrawn", "03-03")], "04-01")
    assert (result.status, result.dues) == ("withdrawn", ())
    assert result.step("needs").state == "skipped"


def test_late_entries_are_kept_apart() -> None:
    entries = [
        event("session.held", "03-05 09:00", recorded="03-06 08:59"),
        event("session.held", "03-05 10:00", recorded="03-06 10:01"),
    ]
    assert seen([*signed(), *entries], "03-08").late_entries == (entries[1].id,)


def test_what_happens_later_than_now_is_left_aside() -> None:
    assert seen([*opened(), event("needs.recorded", "03-05")], "03-04").stage == "needs"


def test_naive_times_and_repeated_ids_are_programming_errors() -> None:
    with pytest.raises(ValueError, match="aware"):
        state(PROCESS, [], now=datetime(2026, 3, 2), calendar=Weekdays())  # noqa: DTZ001
    twice = [event("note.added", "03-02"), event("note.added", "03-02")]
    with pytest.raises(ValueError, match="same id"):
        seen(twice, "03-03")


REVOKING = {"agreement.drafted", "agreement.changed"}


@st.composite
def histories(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(EVENTS)) -> list[Event]:
    """Events of a case in any order of kinds, sensible or not."""
    chosen = draw(st.lists(st.sampled_from(kinds), max_size=25))
    hours = draw(st.lists(st.integers(0, 24 * 200), min_size=len(chosen), max_size=len(chosen)))
    delays = draw(st.lists(st.integers(0, 72), min_size=len(chosen), max_size=len(chosen)))
    start = datetime(2026, 3, 2, 9, tzinfo=ZONE)
    found = [Event("case.opened", start, start, {"guardian_required": draw(st.booleans())}, "opened")]
    for number, (kind, hour, delay) in enumerate(zip(chosen, hours, delays, strict=True)):
        happened = start + timedelta(hours=hour)
        found.append(Event(kind, happened, happened + timedelta(hours=delay), {}, f"{number:03d}"))
    return found


@given(histories(), st.randoms(use_true_random=False), st.integers(0, 24 * 300))
def test_the_order_of_supply_does_not_matter(found: list[Event], random: object, hour: int) -> None:
    now = datetime(2026, 3, 2, 9, tzinfo=ZONE) + timedelta(hours=hour)
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    calendar = Weekdays()
    assert state(PROCESS, found, now=now, calendar=calendar) == state(PROCESS, shuffled, now=now, calendar=calendar)


@given(histories(), st.integers(0, 24 * 200), st.sampled_from(["note.added", "case.reassigned", "correction.made"]))
def test_an_unrelated_event_alters_no_step(found: list[Event], hour: int, kind: str) -> None:
    now = datetime(2026, 12, 1, 9, tzinfo=ZONE)
    moment = datetime(2026, 3, 2, 9, tzinfo=ZONE) + timedelta(hours=hour)
    before = state(PROCESS, found, now=now, calendar=Weekdays())
    after = state(PROCESS, [*found, Event(kind, moment, moment, {}, "added")], now=now, calendar=Weekdays())
    assert (before.steps, before.dues, before.status) == (after.steps, after.dues, after.status)


@given(histories(tuple(kind for kind in EVENTS if kind not in REVOKING)))
def test_without_revocations_nothing_done_is_undone(found: list[Event]) -> None:
    ordered = in_order(found)
    done: set[str] = set()
    for length in range(len(ordered) + 1):
        now_done = {name for name, item in completions_of(PROCESS, ordered[:length]).items() if item.at is not None}
        assert done <= now_done
        done = now_done


@given(histories())
def test_every_case_has_one_stage_and_late_never_precedes_its_term(found: list[Event]) -> None:
    result = state(PROCESS, found, now=datetime(2026, 12, 1, 9, tzinfo=ZONE), calendar=Weekdays())
    assert sum(step.state == "current" for step in result.steps) <= 1
    assert all(step.late_days == 0 or step.due_on is not None for step in result.steps)
    assert all(due.late_days >= 0 for due in result.dues)
    assert list(result.dues) == sorted(result.dues, key=lambda due: (due.due_on, due.id))
