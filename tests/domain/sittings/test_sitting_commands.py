"""Giving an instrument, answering it one by one, ending it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests import factories_assessment as made
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, Actor, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.people import consents
from zhiyin.domain.people.models import Consent, Person
from zhiyin.domain.people.queries import person_actor
from zhiyin.domain.sittings import commands, policies, queries
from zhiyin.domain.sittings.models import Answer, Sitting
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused, WriteRefused

pytestmark = pytest.mark.django_db


@pytest.fixture
def adviser():
    return factories.member(factories.agency())


@pytest.fixture
def file(adviser):
    return made.client(adviser)


def link(sitting: Sitting) -> Actor:
    return queries.link_actor(sitting)


def assign(adviser, file, **values):
    with acting(factories.who(adviser), "布置测评"):
        return commands.assign(file.person, file.organisation, **values)


def withdraw(file, purpose="assessment"):
    with acting(SYSTEM, "test"):
        for consent in Consent.objects.standing().filter(person=file.person, purpose=purpose):
            consents.withdraw_consent(consent, by="self", channel="paper")


# -- assigning --------------------------------------------------------------------------------------------------------


def test_assigning_keeps_only_the_digest_of_the_token(adviser, file):
    sitting, token = assign(adviser, file, large_type=True)
    stored = Sitting.objects.get(pk=sitting.pk)
    assert token not in str(list(Sitting.objects.values_list()))
    assert queries.open_by_token(token) == stored
    assert stored.assigned_by == adviser
    assert (stored.state, stored.mode, stored.large_type) == ("assigned", "online", True)
    event = AuditEvent.objects.get(action="sittings.assigned")
    assert event.person_id == file.person_id
    assert event.data == {"instrument": "holland-interest", "version": 1, "mode": "online"}


@pytest.mark.parametrize("token", ["", "short", "x" * 32, "x" * 500])
def test_no_other_token_opens_anything(adviser, file, token):
    assign(adviser, file)
    assert queries.open_by_token(token) is None


def test_without_consent_nothing_is_assigned(adviser, file):
    withdraw(file)
    with pytest.raises(NotReady, match="做职业测评"):
        assign(adviser, file)
    assert not Sitting.objects.exists()


def test_a_minor_needs_the_guardian_as_well(adviser):
    born = timezone.localdate().replace(year=timezone.localdate().year - 15, day=1)
    file = made.client(adviser, factories.person(birth=born))
    sitting, _ = assign(adviser, file)
    assert sitting.state == "assigned"
    with acting(SYSTEM, "test"):
        guardians_own = Consent.objects.get(person=file.person, purpose="assessment", by="guardian")
        consents.withdraw_consent(guardians_own, by="guardian", guardian=guardians_own.guardian, channel="paper")
    with acting(link(sitting)), pytest.raises(NotReady, match="监护人同意"):
        commands.start(sitting)


def test_a_second_sheet_waits_for_the_first(adviser, file):
    assign(adviser, file)
    with pytest.raises(Conflict, match="还没有做完"):
        assign(adviser, file)
    assert Sitting.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [({"instrument": "no-such"}, "instrument"), ({"mode": "telepathy"}, "mode")],
)
def test_a_wrong_choice_is_told_at_its_field(adviser, file, values, field):
    with pytest.raises(Invalid) as caught:
        assign(adviser, file, **values)
    assert set(caught.value.errors) == {field}


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.SUPERVISOR, Role.SECTION_HEAD, Role.SYSTEM_ADMIN])
def test_other_roles_do_not_assign(adviser, file, role):
    other = factories.member(adviser.organisation, role)
    with pytest.raises(Refused):
        assign(other, file)


def test_another_agency_does_not_assign(file):
    stranger = factories.member(factories.agency())
    with pytest.raises(Refused):
        assign(stranger, file)


def test_nothing_is_written_outside_acting(file, adviser):
    sitting, _ = assign(adviser, file)
    with pytest.raises(WriteRefused):
        commands.answer(sitting, "q01", 3, client_key="a")


# -- answering --------------------------------------------------------------------------------------------------------


def test_answers_are_stored_one_by_one(file):
    sitting = made.started(file)
    with acting(link(sitting)):
        assert commands.answer(sitting, "q01", 4, client_key="k1", milliseconds=2500)
        assert commands.answer(sitting, "q02", 2, client_key="k2")
    first = next(item for item in made.instrument().items if item.order == 1)
    assert sitting.answers.values_list("item", "value", "milliseconds").first() == (first.id, 4, 2500)
    seen = queries.progress(sitting)
    assert (seen.answered, seen.total, seen.next_index, seen.percent) == (2, 48, 3, 4)


def test_the_same_send_is_stored_once(file):
    sitting = made.started(file)
    with acting(link(sitting)):
        assert commands.answer(sitting, "q01", 4, client_key="k1") is True
        assert commands.answer(sitting, "q01", 4, client_key="k1") is False
    assert sitting.answers.count() == 1


def test_a_key_used_for_another_answer_is_told_and_not_lost_in_silence(file):
    sitting = made.started(file)
    with acting(link(sitting)):
        commands.answer(sitting, "q01", 4, client_key="k1")
        with pytest.raises(Conflict):
            commands.answer(sitting, "q02", 4, client_key="k1")
        with pytest.raises(Conflict):
            commands.answer(sitting, "q01", 5, client_key="k1")
    assert queries.sheet(sitting).answers == {queries.own_id(made.instrument(), "q01"): 4}


def test_a_send_repeated_after_the_end_is_still_confirmed(file):
    sitting = made.started(file)
    with acting(link(sitting)):
        commands.answer(sitting, "q01", 4, client_key="k1")
        commands.finish(sitting, allow_missing=True)
        assert commands.answer(sitting, "q01", 4, client_key="k1") is False
        with pytest.raises(NotReady, match="已经完成"):
            commands.answer(sitting, "q01", 5, client_key="k2")


def test_a_changed_answer_follows_the_old_one(file):
    sitting = made.started(file)
    with acting(link(sitting)):
        commands.answer(sitting, "q01", 4, client_key="k1")
        commands.answer(sitting, "q01", 1, client_key="k2")
    assert list(sitting.answers.values_list("value", flat=True)) == [4, 1]
    sheet = queries.sheet(sitting)
    assert list(sheet.answers.values()) == [1]
    assert sheet.changed == 1


def test_the_journal_is_never_changed(file):
    sitting = made.started(file)
    with acting(link(sitting)):
        commands.answer(sitting, "q01", 4, client_key="k1")
        row = Answer.objects.get()
        row.value = 5
        with pytest.raises(RuntimeError):
            row.save()


@pytest.mark.parametrize("value", [0, 6, -1, True, "4", 4.5, None])
def test_a_value_that_is_no_option_is_refused_at_the_item(file, value):
    sitting = made.started(file)
    with acting(link(sitting)), pytest.raises(Invalid) as caught:
        commands.answer(sitting, "q01", value, client_key="k1")
    assert set(caught.value.errors) == {"q01"}
    assert not Answer.objects.exists()


@pytest.mark.parametrize("item", ["q00", "q49", "Z01", ""])
def test_an_unknown_item_is_refused(file, item):
    sitting = made.started(file)
    with acting(link(sitting)), pytest.raises(Invalid) as caught:
        commands.answer(sitting, item, 3, client_key="k1")
    assert set(caught.value.errors) == {item}


@pytest.mark.parametrize(("key", "milliseconds"), [("", None), ("x" * 41, None), ("a\0", None), ("k", -1)])
def test_a_broken_send_is_refused(file, key, milliseconds):
    sitting = made.started(file)
    with acting(link(sitting)), pytest.raises(Invalid):
        commands.answer(sitting, "q01", 3, client_key=key, milliseconds=milliseconds)


def test_answering_needs_a_start(file):
    sitting, _ = made.assigned(file)
    with acting(link(sitting)), pytest.raises(NotReady, match="开始"):
        commands.answer(sitting, "q01", 3, client_key="k1")


def test_a_withdrawn_consent_stops_the_next_answer(file):
    sitting = made.started(file)
    with acting(link(sitting)):
        commands.answer(sitting, "q01", 3, client_key="k1")
    withdraw(file)
    with acting(link(sitting)):
        with pytest.raises(NotReady):
            commands.answer(sitting, "q02", 3, client_key="k2")
        with pytest.raises(NotReady):
            commands.finish(sitting, allow_missing=True)
    assert sitting.answers.count() == 1


def test_an_answer_costs_few_queries(file, django_assert_max_num_queries):
    sitting, token = made.assigned(file)
    with acting(link(sitting)):
        commands.start(sitting)
        found = queries.open_by_token(token)
        with django_assert_max_num_queries(4):
            commands.answer(found, "q01", 3, client_key="k1")


# -- who answers ------------------------------------------------------------------------------------------------------


def test_a_link_opens_its_own_sitting_only(adviser, file):
    mine, other = made.started(file), made.started(made.client(adviser))
    with acting(link(mine)):
        with pytest.raises(Refused):
            commands.answer(other, "q01", 3, client_key="k1")
        with pytest.raises(Refused):
            commands.decline(other)
    assert list(policies.scope(link(mine))) == [mine]


def test_a_client_answers_the_own_sitting_only(adviser, file):
    mine, other = made.started(file), made.started(made.client(adviser))
    with acting(person_actor(file.person, file.organisation_id)):
        assert commands.answer(mine, "q01", 3, client_key="k1")
        with pytest.raises(Refused):
            commands.answer(other, "q01", 3, client_key="k1")


def test_staff_answer_only_where_they_read_aloud(adviser, file):
    online = made.started(file)
    with acting(factories.who(adviser), "读题"), pytest.raises(Refused, match="本人作答"):
        commands.answer(online, "q01", 3, client_key="k1")
    read = made.started(made.client(adviser), mode="read")
    with acting(factories.who(adviser), "读题"):
        assert commands.answer(read, "q01", 3, client_key="k1")
    stranger = factories.member(factories.agency())
    with acting(factories.who(stranger), "读题"), pytest.raises(Refused):
        commands.answer(read, "q02", 3, client_key="k2")


def test_a_guardian_sees_progress_and_does_not_answer(adviser):
    born = timezone.localdate().replace(year=timezone.localdate().year - 15, day=1)
    file = made.client(adviser, factories.person(birth=born))
    sitting = made.started(file)
    guardian = person_actor(file.person, file.organisation_id, kind="guardian")
    assert list(policies.scope(guardian)) == [sitting]
    assert not policies.scope(guardian, "sittings.answer").exists()
    with acting(guardian), pytest.raises(Refused):
        commands.answer(sitting, "q01", 3, client_key="k1")


def test_scope_is_the_own_agency(adviser, file):
    sitting, _ = made.assigned(file)
    desk = factories.member(adviser.organisation, Role.FRONT_DESK)
    stranger = factories.member(factories.agency())
    assert list(queries.sittings_of(factories.who(desk), file.person)) == [sitting]
    assert not queries.sittings_of(factories.who(stranger), file.person).exists()


# -- the ends ---------------------------------------------------------------------------------------------------------


def test_finishing_names_what_is_open(file):
    sitting = made.started(file)
    with acting(link(sitting)):
        commands.answer(sitting, "q01", 3, client_key="k1")
        with pytest.raises(Invalid) as caught:
            commands.finish(sitting)
    assert caught.value.errors[""] == ["还有 47 题没有作答"]
    assert "q02" in caught.value.errors
    assert "q01" not in caught.value.errors
    assert Sitting.objects.get().state == "started"


def test_an_empty_sheet_is_no_sheet(file):
    sitting = made.started(file)
    with acting(link(sitting)), pytest.raises(Invalid):
        commands.finish(sitting, allow_missing=True)


def test_declining_needs_no_reason_of_the_person_and_one_of_staff(adviser, file):
    sitting = made.started(file)
    with acting(link(sitting)):
        commands.answer(sitting, "q01", 3, client_key="k1")
        commands.decline(sitting)
    stored = Sitting.objects.get(pk=sitting.pk)
    assert (stored.state, stored.answers.count()) == ("declined", 0)
    other, _ = made.assigned(made.client(adviser))
    with acting(factories.who(adviser), "本人当面说"):
        with pytest.raises(Invalid) as caught:
            commands.decline(other)
        commands.decline(other, "本人更愿意谈话了解")
    assert set(caught.value.errors) == {"reason"}
    assert Sitting.objects.get(pk=other.pk).declined_reason == "本人更愿意谈话了解"
    with acting(link(sitting)), pytest.raises(NotReady, match="不做"):
        commands.start(sitting)


def test_the_person_deletes_an_unfinished_sheet_and_the_link_dies(file):
    sitting, token = made.assigned(file)
    with acting(link(sitting)):
        commands.start(sitting)
        commands.answer(sitting, "q01", 3, client_key="k1")
        commands.erase(sitting)
    assert queries.open_by_token(token) is None
    assert not Answer.objects.exists()
    assert Sitting.objects.get().state == "erased"


def test_staff_do_not_delete_a_sheet_nor_the_person_a_finished_one(adviser, file):
    sitting = made.started(file)
    with acting(factories.who(adviser), "删除"), pytest.raises(Refused):
        commands.erase(sitting)
    with acting(link(sitting)):
        commands.answer(sitting, "q01", 3, client_key="k1")
        commands.finish(sitting, allow_missing=True)
        with pytest.raises(NotReady, match="服务档案"):
            commands.erase(sitting)
    assert Answer.objects.count() == 1


def test_time_runs_out_and_can_be_given_again(adviser, file):
    sitting = made.started(file)
    with acting(link(sitting)):
        commands.answer(sitting, "q01", 3, client_key="k1")
    with acting(SYSTEM, "test"):
        Sitting.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
        sitting.refresh_from_db()
        with pytest.raises(NotReady, match="有效期"):
            commands.answer(sitting, "q02", 3, client_key="k2")
    assert commands.expire_due() == 1
    assert commands.expire_due() == 0
    assert Sitting.objects.get().state == "expired"
    with acting(factories.who(adviser), "延期"):
        token = commands.renew(sitting)
    reopened = queries.open_by_token(token)
    assert reopened is not None
    assert reopened.state == "started"
    with acting(link(reopened)):
        assert commands.answer(reopened, "q02", 3, client_key="k2")
    assert queries.progress(reopened).answered == 2


def test_a_new_link_kills_the_old_one(adviser, file):
    sitting, old = made.assigned(file)
    with acting(factories.who(adviser), "重发链接"):
        new = commands.renew(sitting)
    assert queries.open_by_token(old) is None
    assert queries.open_by_token(new) == sitting


def test_only_the_timetable_expires(adviser, file):
    sitting, _ = made.assigned(file)
    with acting(factories.who(adviser), "到期"), pytest.raises(Refused):
        commands.expire(sitting)
    with acting(SYSTEM, "到期"), pytest.raises(NotReady):
        commands.expire(sitting)


def test_resuming_keeps_the_first_start(file):
    sitting = made.started(file)
    begun = Sitting.objects.get().started_at
    with acting(link(sitting)):
        commands.start(sitting)
    assert Sitting.objects.get().started_at == begun


def test_modes_can_be_set_on_the_way(file):
    sitting = made.started(file)
    with acting(link(sitting)):
        commands.set_modes(sitting, read_aloud=True, voice_missing=True)
    stored = Sitting.objects.get()
    assert (stored.large_type, stored.read_aloud, stored.voice_missing) == (False, True, True)


# -- paper and late entries -------------------------------------------------------------------------------------------


def test_a_paper_sheet_is_keyed_in_whole_or_not_at_all(adviser, file):
    sitting, _ = made.assigned(file, mode="paper")
    values = made.answers()
    faulty = dict(values)
    wrong = list(faulty)[3]
    faulty[wrong] = 9
    with acting(factories.who(adviser), "录入纸笔作答"):
        with pytest.raises(Invalid) as caught:
            commands.enter_answers(sitting, faulty)
        assert set(caught.value.errors) == {wrong}
        assert not Answer.objects.exists()
        commands.enter_answers(sitting, values)
        commands.finish(sitting)
    stored = Sitting.objects.get()
    assert stored.state == "finished"
    assert queries.sheet(stored).answers == values


def test_only_paper_is_keyed_in_by_staff(adviser, file):
    sitting, _ = made.assigned(file)
    with acting(factories.who(adviser), "录入"), pytest.raises(Refused, match="纸笔"):
        commands.enter_answers(sitting, made.answers())


def test_a_late_entry_keeps_the_day_it_happened(adviser, file):
    then = timezone.now() - timedelta(days=3)
    with acting(factories.who(adviser), "补录"):
        sitting, _ = commands.assign(file.person, file.organisation, mode="paper", happened_at=then)
        commands.enter_answers(sitting, made.answers(), happened_at=then + timedelta(hours=1))
        commands.finish(sitting, happened_at=then + timedelta(hours=2))
    stored = Sitting.objects.get()
    assert stored.finished_at == then + timedelta(hours=2)
    assert str(stored.result.scores["taken_on"]) == str(timezone.localdate(then + timedelta(hours=2)))


def test_the_future_and_a_client_setting_the_clock_are_refused(adviser, file):
    with acting(factories.who(adviser), "补录"), pytest.raises(Invalid) as caught:
        commands.assign(file.person, file.organisation, happened_at=timezone.now() + timedelta(hours=1))
    assert set(caught.value.errors) == {"happened_at"}
    sitting, _ = made.assigned(file)
    with acting(link(sitting)), pytest.raises(Refused):
        commands.start(sitting, happened_at=timezone.now() - timedelta(days=1))


# -- the runner -------------------------------------------------------------------------------------------------------


def test_the_runner_never_gets_the_scoring_key(file):
    sitting = made.started(file)
    definition = made.instrument()
    seen = queries.runner(sitting)
    assert [item.text for item in seen.items] == [item.text for item in definition.ordered_items()]
    assert not hasattr(seen.items[0], "scale")
    assert not hasattr(seen.items[0], "reverse")
    told = {item.id for item in seen.items}
    assert told.isdisjoint(item.id for item in definition.items)
    assert sorted(told) == [item.id for item in seen.items]
    assert seen.options == tuple((option.value, option.label) for option in definition.options)


def test_the_runner_shows_what_was_answered_and_how_long_it_takes(file):
    sitting = made.started(file)
    assert queries.progress(sitting).minutes_left == made.instrument().minutes
    with acting(link(sitting)):
        for place in range(1, 25):
            commands.answer(sitting, f"q{place:02d}", 3, client_key=f"k{place}", milliseconds=5000)
    seen = queries.runner(sitting)
    assert [item.value for item in seen.items] == [3] * 24 + [None] * 24
    assert (seen.progress.next_index, seen.progress.minutes_left) == (25, 2)


def test_counts_of_a_list_cost_one_query(adviser, file, django_assert_num_queries):
    first = made.started(file)
    with acting(link(first)):
        commands.answer(first, "q01", 3, client_key="k1")
        commands.answer(first, "q01", 4, client_key="k2")
    second, _ = made.assigned(made.client(adviser))
    with django_assert_num_queries(1):
        counts = queries.answered_counts([first, second])
    assert counts == {first.pk: 1, second.pk: 0}


def test_erasing_the_person_takes_the_answers_along(file):
    sitting = made.started(file)
    with acting(link(sitting)):
        commands.answer(sitting, "q01", 3, client_key="k1")
    with acting(SYSTEM, "test"):
        from zhiyin.domain.people.commands import erase_person

        erase_person(Person.objects.get(pk=file.person_id), "本人要求")
    assert not Answer.objects.exists()
