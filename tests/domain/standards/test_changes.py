"""Profiles and changes of an organisation: proposed by one, approved by another, taken back by a new act."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests import factories
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit import guard
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.standards import commands, queries
from zhiyin.domain.standards.models import ChangeAct, OrganisationProfile, ProfileChange, Snapshot, State
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused
from zhiyin.packs.installed import registry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("packs")]

WIDER = {
    "set": [
        {
            "parameter": "room-area",
            "values": [{"value": 15, "valid_from": "2026-01-01", "source": "本机构规定"}],
            "why": "要放得下轮椅",
        }
    ]
}
LABEL = {
    "alter": [
        {
            "definition": {"kind": "form", "id": "room-note"},
            "at": "sections[basics].fields[remark]",
            "set": {"label": "补充说明", "required": True},
            "why": "大家看不懂“备注”",
        }
    ]
}


@pytest.fixture
def world() -> SimpleNamespace:
    agency = factories.agency()
    return SimpleNamespace(
        agency=agency,
        adviser=factories.who(factories.member(agency, Role.ADVISER)),
        head=factories.who(factories.member(agency, Role.SECTION_HEAD, name="陈科长", level=1)),
        supervisor=factories.who(factories.member(agency, Role.SUPERVISOR, level=2)),
        front=factories.who(factories.member(agency, Role.FRONT_DESK)),
        stranger=factories.who(factories.member(factories.agency(), Role.SECTION_HEAD, level=1)),
    )


def proposed(world: SimpleNamespace, operations: Any = WIDER, who: Any = None, **values: Any) -> ProfileChange:
    with acting(who or world.head, "起草"):
        return commands.propose(world.agency, title="咨询室面积", operations=operations, why="轮椅进得来", **values)


def approved(world: SimpleNamespace, operations: Any = WIDER, **values: Any) -> ProfileChange:
    change = proposed(world, operations, **values)
    with acting(world.head, "提交"):
        commands.submit(change)
    with acting(world.supervisor, "批准"):
        return commands.approve(change)


def area(world: SimpleNamespace, on: date | None = None) -> Any:
    return queries.active(world.agency, on).parameter("room-area")


def test_without_anything_the_packs_stand_and_profile_packs_are_not_offered(world: SimpleNamespace) -> None:
    resolved = queries.active(world.agency)
    assert resolved.snapshot_hash == registry().snapshot_hash
    assert area(world) == 10
    assert resolved.profiles == ()


def test_a_profile_works_from_its_day_and_the_next_one_ends_it(world: SimpleNamespace) -> None:
    today = timezone.localdate()
    with acting(world.head, "选用"):
        commands.set_profile(world.agency, ["north-demo"], effective_from=today + timedelta(days=3), why="划归北省")
        assert area(world) == 10
        assert area(world, today + timedelta(days=3)) == 12
        commands.set_profile(world.agency, [], effective_from=today + timedelta(days=9), why="划回")
    assert [area(world, today + timedelta(days=days)) for days in (2, 3, 8, 9)] == [10, 12, 12, 10]


@pytest.mark.parametrize(
    ("profiles", "values", "field"),
    [
        (["south-demo"], {}, "profiles"),
        (["north-demo", "north-demo"], {}, "profiles"),
        (["north-demo"], {"effective_from": date(2020, 1, 1)}, "effective_from"),
        (["north-demo"], {"why": "  "}, "why"),
    ],
)
def test_a_wrong_choice_of_profiles_is_told_at_its_field(
    world: SimpleNamespace, profiles: list[str], values: dict[str, Any], field: str
) -> None:
    with acting(world.head, "选用"), pytest.raises(Invalid) as caught:
        commands.set_profile(world.agency, profiles, **{"why": "划归北省", **values})
    assert list(caught.value.errors) == [field]
    assert not OrganisationProfile.objects.exists()


def test_only_who_may_choose_chooses_and_only_for_the_own_body(world: SimpleNamespace) -> None:
    for who in (world.adviser, world.front, world.stranger):
        with acting(who, "选用"), pytest.raises(Refused):
            commands.set_profile(world.agency, ["north-demo"], why="划归北省")


def test_a_change_works_once_a_second_person_has_approved_it(world: SimpleNamespace) -> None:
    change = proposed(world)
    assert area(world) == 10
    with acting(world.head, "提交"):
        commands.submit(change)
    assert area(world) == 10
    with acting(world.supervisor, "批准"):
        commands.approve(change, note="同意")
    assert area(world) == 15
    (value,) = queries.active(world.agency).changes("parameter", "room-area")
    assert (value.who, value.why, value.layer_kind) == ("陈科长", "要放得下轮椅", "agency")
    assert area(SimpleNamespace(agency=factories.agency())) == 10


def test_the_author_does_not_approve_not_even_in_another_role(world: SimpleNamespace) -> None:
    change = proposed(world)
    with acting(world.head, "提交"):
        commands.submit(change)
    with acting(world.head, "批准"), pytest.raises(Refused, match="另一个人"):
        commands.approve(change)
    with acting(world.head, "退回"), pytest.raises(Refused, match="另一个人"):
        commands.return_(change, note="不行")
    assert ProfileChange.objects.get().state == State.SUBMITTED


def test_rights_of_each_act(world: SimpleNamespace) -> None:
    with acting(world.front, "起草"), pytest.raises(Refused):
        commands.propose(world.agency, title="面积", operations=WIDER, why="轮椅")
    with acting(world.stranger, "起草"), pytest.raises(Refused):
        commands.propose(world.agency, title="面积", operations=WIDER, why="轮椅")
    change = proposed(world, who=world.adviser)
    with acting(world.adviser, "提交"):
        commands.submit(change)
    for who in (world.adviser, world.front, world.stranger):
        with acting(who, "批准"), pytest.raises(Refused):
            commands.approve(change)


@pytest.mark.parametrize(
    ("operations", "message"),
    [
        ({}, "还没有写"),
        ({"sets": []}, "sets"),
        ({"set": [{**WIDER["set"][0], "parameter": "no-such"}]}, "no-such"),
        ({"alter": [{**LABEL["alter"][0], "at": "sections[basics].fields[gone]"}]}, "gone"),
        ({"alter": [{**LABEL["alter"][0], "set": {"type": "colour"}}]}, "colour"),
        ({"alter": [{**LABEL["alter"][0], "set": {"id": "other"}}]}, "id"),
    ],
)
def test_what_cannot_be_laid_is_refused_with_its_place(
    world: SimpleNamespace, operations: dict[str, Any], message: str
) -> None:
    with acting(world.head, "起草"), pytest.raises(Invalid, match=message) as caught:
        commands.propose(world.agency, title="面积", operations=operations, why="轮椅")
    assert list(caught.value.errors) == ["operations"]
    assert not ProfileChange.objects.exists()


def test_every_fault_of_a_proposal_is_told_at_once(world: SimpleNamespace) -> None:
    with acting(world.head, "起草"), pytest.raises(Invalid) as caught:
        commands.propose(
            world.agency, title=" ", operations={}, why="", effective_from=timezone.localdate() - timedelta(days=1)
        )
    assert set(caught.value.errors) == {"title", "operations", "why", "effective_from"}


def test_what_a_change_does_to_the_examples_is_kept_with_it(world: SimpleNamespace) -> None:
    change = proposed(world)
    with acting(world.head, "提交"):
        commands.submit(change)
    (effect,) = ProfileChange.objects.get().effects
    assert (effect["kind"], effect["id"], effect["case"], effect["before"]) == (
        "ruleset",
        "room-size",
        "十一平方米的咨询室",
        "",
    )
    assert "big_enough" in effect["after"] or "FAIL" in effect["after"]


def test_a_form_made_stricter_shows_in_its_examples(world: SimpleNamespace) -> None:
    effects = commands.effects_of(proposed(world, LABEL))
    assert {effect["case"] for effect in effects} == {"只写面积", "什么也没写"}
    assert all("remark" in effect["after"] for effect in effects)


def test_a_draft_is_altered_with_its_version_and_not_after_it_was_submitted(world: SimpleNamespace) -> None:
    change = proposed(world)
    with acting(world.head, "改"):
        changed = commands.change(change, version=1, why="轮椅进得来，陪同的人也坐得下")
        assert (changed.version, changed.why) == (2, "轮椅进得来，陪同的人也坐得下")
        with pytest.raises(Conflict):
            commands.change(change, version=1, why="别的")
        commands.submit(changed)
        with pytest.raises(NotReady):
            commands.change(changed, version=2, why="别的")
        with pytest.raises(NotReady):
            commands.submit(changed)


def test_a_returned_change_is_mended_and_submitted_again(world: SimpleNamespace) -> None:
    change = proposed(world)
    with acting(world.head, "提交"):
        commands.submit(change)
    with acting(world.supervisor, "退回"):
        with pytest.raises(Invalid):
            commands.return_(change, note=" ")
        commands.return_(change, note="十四平方米就够")
    fourteen = {"set": [{**WIDER["set"][0], "values": [{**WIDER["set"][0]["values"][0], "value": 14}]}]}
    with acting(world.head, "再提交"):
        commands.submit(commands.change(change, version=change.version, operations=fourteen))
    with acting(world.supervisor, "批准"):
        commands.approve(change)
    assert area(world) == 14
    assert [act.kind for act in change.acts.all()] == ["submitted", "returned", "submitted", "approved"]
    assert len({act.digest for act in change.acts.all()}) == 2


def test_taking_back_is_a_new_act_and_restores(world: SimpleNamespace) -> None:
    change = approved(world)
    today = timezone.localdate()
    before = queries.active(world.agency).snapshot_hash
    with acting(world.supervisor, "收回"):
        commands.take_back(change, note="房子没租成", effective_on=today + timedelta(days=5))
    assert area(world) == 15
    assert area(world, today + timedelta(days=4)) == 15
    assert area(world, today + timedelta(days=5)) == 10
    assert queries.active(world.agency, today + timedelta(days=5)).snapshot_hash != before
    assert [act.kind for act in change.acts.all()] == ["submitted", "approved", "taken_back"]
    with acting(world.supervisor, "再收回"), pytest.raises(NotReady):
        commands.take_back(change, note="再来一次")


def test_what_is_not_approved_yet_is_taken_back_by_its_author_only(world: SimpleNamespace) -> None:
    change = proposed(world, who=world.adviser)
    with acting(world.head, "收回"), pytest.raises(Refused):
        commands.take_back(change, note="不要了")
    with acting(world.adviser, "收回"):
        commands.take_back(change, note="不要了")
    assert ProfileChange.objects.get().state == State.TAKEN_BACK
    approved_one = approved(world)
    with acting(world.adviser, "收回"), pytest.raises(Refused):
        commands.take_back(approved_one, note="不要了")


def test_what_others_build_on_is_not_taken_back_first(world: SimpleNamespace) -> None:
    added = {
        "alter": [
            {
                "definition": {"kind": "form", "id": "room-note"},
                "at": "sections[basics].fields",
                "add": {"id": "ramp", "label": "坡道", "type": "boolean"},
                "why": "要看坡道",
            }
        ]
    }
    renamed = {"alter": [{**LABEL["alter"][0], "at": "sections[basics].fields[ramp]", "set": {"label": "无障碍坡道"}}]}
    first = approved(world, added)
    approved(world, renamed)
    with acting(world.supervisor, "收回"), pytest.raises(NotReady, match="建立在这份修改上"):
        commands.take_back(first, note="不要了")


def test_an_approved_change_that_no_longer_fits_is_left_out_and_named(world: SimpleNamespace) -> None:
    change = approved(world)
    broken = {"set": [{**WIDER["set"][0], "parameter": "gone"}]}
    with guard.unguarded():
        ProfileChange.objects.filter(pk=change.pk).update(operations=broken)
    queries.forget()
    standing = queries.standing(world.agency.pk)
    assert [(item.pk, "gone" in why) for item, why in standing.unfit] == [(change.pk, True)]
    assert standing.resolved.parameter("room-area") == 10


def test_approval_from_a_later_day(world: SimpleNamespace) -> None:
    day = timezone.localdate() + timedelta(days=20)
    approved(world, effective_from=day)
    assert [area(world, on) for on in (None, day - timedelta(days=1), day)] == [10, 10, 15]


def test_a_record_keeps_what_it_was_made_under(world: SimpleNamespace) -> None:
    with acting(world.head, "记录"):
        plain = commands.current_snapshot(world.agency)
        assert plain.hash == commands.current_snapshot().hash == registry().snapshot_hash
        commands.set_profile(world.agency, ["north-demo"], why="划归北省")
    change = approved(world)
    with acting(world.head, "记录"):
        snapshot = commands.current_snapshot(world.agency)
    stored = Snapshot.objects.get(pk=snapshot.pk)
    assert stored.hash != plain.hash
    assert (stored.profiles, stored.changes) == (["north-demo"], [str(change.pk)])


def test_acts_and_choices_stay(world: SimpleNamespace) -> None:
    approved(world)
    with acting(world.head, "选用"):
        commands.set_profile(world.agency, ["north-demo"], why="划归北省")
    for model, values in ((ChangeAct, {"note": "别的"}), (OrganisationProfile, {"why": "别的"})):
        with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic(), guard.unguarded():
            model.objects.update(**values)


def test_each_act_leaves_its_trace_without_its_words(world: SimpleNamespace) -> None:
    change = approved(world)
    with acting(world.supervisor, "收回"):
        commands.take_back(change, note="房子没租成")
    traces = AuditEvent.objects.filter(object_id=str(change.pk)).order_by("seq")
    assert [trace.action for trace in traces] == [
        "standards.proposed",
        "standards.submitted",
        "standards.approved",
        "standards.taken_back",
    ]
    assert "轮椅" not in repr([trace.data for trace in traces])


def test_the_state_follows_from_the_acts(world: SimpleNamespace) -> None:
    change = approved(world)
    with acting(world.supervisor, "收回"):
        commands.take_back(change, note="房子没租成")
    for stored in ProfileChange.objects.all():
        assert stored.state == stored.acts.last().kind


def test_what_stands_is_asked_once_for_a_request(world: SimpleNamespace, django_assert_num_queries: Any) -> None:
    queries.forget()
    with django_assert_num_queries(1):
        for _ in range(5):
            queries.active(world.agency)
