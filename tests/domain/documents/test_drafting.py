"""Drafts, changes, review: who may, what is refused, what is left in the log."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from tests import factories_documents as fd
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.documents import building, commands, queries
from zhiyin.domain.documents.models import Document, Wording
from zhiyin.domain.documents.states import State, state_of
from zhiyin.kernel.errors import Conflict, DefinitionError, Invalid, NotReady, Refused, WriteRefused

pytestmark = pytest.mark.django_db


def actions(document: Document) -> list[str]:
    events = AuditEvent.objects.filter(object_id=str(document.pk), action__startswith="documents.").order_by("at", "id")
    return list(events.values_list("action", flat=True))


def test_a_draft_is_filled_prefilled_and_traced() -> None:
    file, adviser = fd.file_and_adviser()
    document = fd.draft(file, adviser)
    stored = Document.objects.get(pk=document.pk)
    assert (stored.state, stored.title, stored.number) == ("draft", "职业生涯规划服务协议", "")
    assert stored.editable["expected_result"] == "定下一到两个学习方向。"
    assert stored.author == adviser
    assert stored.snapshot.packs
    assert actions(document) == ["documents.drafted"]


def test_nothing_personal_stands_in_clear_in_the_row_or_the_log() -> None:
    file, adviser = fd.file_and_adviser()
    document = fd.draft(file, adviser)
    row = Document.objects.filter(pk=document.pk).values().get()
    assert "药店".encode() not in b"".join(bytes(v) for v in row.values() if isinstance(v, bytes | memoryview))
    assert "药店" not in repr([value for value in row.values() if isinstance(value, str)])
    assert all("药店" not in repr(event.data) for event in AuditEvent.objects.all())


def test_a_write_outside_acting_is_refused() -> None:
    file, _ = fd.file_and_adviser()
    with pytest.raises(WriteRefused):
        commands.draft(file.organisation, file.person, "service-plan", fd.context())


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.ASSESSOR, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
def test_other_roles_do_not_draft(role: Role) -> None:
    file, _ = fd.file_and_adviser()
    member = factories.member(file.organisation, role)
    with pytest.raises(Refused), acting(factories.who(member), "x"):
        commands.draft(file.organisation, file.person, "service-plan", fd.context())


def test_nobody_drafts_for_another_agency_or_about_a_stranger() -> None:
    file, adviser = fd.file_and_adviser()
    stranger, _ = fd.file_and_adviser(name="司马相")
    with acting(factories.who(adviser), "x"):
        with pytest.raises(Refused):
            commands.draft(file.organisation, stranger.person, "service-plan", fd.context())
        with pytest.raises(Refused):
            commands.draft(stranger.organisation, file.person, "service-plan", fd.context())


def test_an_unknown_template_and_a_missing_path_are_told_apart() -> None:
    file, adviser = fd.file_and_adviser()
    with acting(factories.who(adviser), "x"):
        with pytest.raises(Invalid) as caught:
            commands.draft(file.organisation, file.person, "no-such", fd.context())
        assert "template" in caught.value.errors
        lacking = {key: value for key, value in fd.context().items() if key != "goals"}
        with pytest.raises(DefinitionError, match="goals"):
            commands.draft(file.organisation, file.person, "service-plan", lacking)
    assert not Document.objects.exists()


def test_a_change_needs_the_opened_version_and_known_texts() -> None:
    file, adviser = fd.file_and_adviser()
    document = fd.draft(file, adviser)
    with acting(factories.who(adviser), "x"):
        changed = commands.change(document, 1, editable={"extra_tasks": "陪同面试一次"})
        assert (changed.version, changed.revoked_signatures) == (2, 0)
        with pytest.raises(Conflict):
            commands.change(document, 1, editable={"extra_tasks": "别的"})
        with pytest.raises(Invalid) as caught:
            commands.change(document, 2, editable={"no_such": "x", "extra_tasks": "长" * 20_001})
    assert set(caught.value.errors) == {"no_such", "extra_tasks"}
    stored = Document.objects.get(pk=document.pk)
    assert stored.editable["extra_tasks"] == "陪同面试一次"
    assert stored.editable["expected_result"] == "定下一到两个学习方向。"


def test_a_change_of_the_data_shows_in_the_page() -> None:
    file, adviser = fd.file_and_adviser()
    document = fd.draft(file, adviser, "service-plan")
    with acting(factories.who(adviser), "x"):
        goals = [{"title": "当上护理员", "measure": "签合同", "due": None, "need": "1"}]
        commands.change(document, 1, context=fd.context(goals=goals))
    html = queries.render(Document.objects.get(pk=document.pk), "html")
    assert "当上护理员" in html
    assert "草稿" in html


def test_another_agency_reaches_nothing() -> None:
    file, adviser = fd.file_and_adviser()
    document = fd.draft(file, adviser)
    outsider = factories.who(factories.member(factories.agency(), Role.SECTION_HEAD))
    with acting(outsider, "x"):
        for act in (
            lambda: commands.change(document, 1, editable={"extra_tasks": "x"}),
            lambda: commands.submit(document),
            lambda: commands.issue(document),
            lambda: commands.sign(document, "adviser", "typed", name=outsider.name),
        ):
            with pytest.raises(Refused):
                act()
    with pytest.raises(Document.DoesNotExist):
        queries.page(document.pk, outsider)


def test_gaps_are_named_by_section_before_submission() -> None:
    file, adviser = fd.file_and_adviser()
    document = fd.draft(file, adviser, "career-report")
    with acting(factories.who(adviser), "x"):
        commands.change(document, document.version, editable={"advice_path": " ", "advice_training": ""})
        with pytest.raises(Invalid) as caught:
            commands.submit(document)
    assert set(caught.value.errors) == {"advice_path", "advice_training"}
    assert "职业生涯发展建议" in caught.value.errors["advice_path"][0]
    assert "发展路径" in caught.value.errors["advice_path"][0]


@pytest.mark.clause("SVC-4.6.1-c")
def test_the_advice_has_four_headings_and_an_empty_one_is_reported() -> None:
    file, adviser = fd.file_and_adviser()
    document = fd.draft(file, adviser, "career-report")
    html = queries.render(document, "html")
    assert all(f"<h4>{label}</h4>" in html for label in ("职业定位", "能力提升计划", "发展路径", "培训建议"))
    for name in fd.ADVICE:
        with acting(factories.who(adviser), "x"):
            document = commands.change(document, document.version, editable={**fd.ADVICE, name: ""})
            with pytest.raises(Invalid) as caught:
                commands.issue(document)
        assert list(caught.value.errors) == [name]


@pytest.mark.parametrize(("level", "required"), [(None, True), (4, True), (3, False), (2, False), (1, False)])
def test_reports_of_low_grades_need_a_supervisor(level: int | None, required: bool) -> None:
    rule = queries.needs_sign_off_for(level)
    assert rule.required is required
    assert "规划报告" in rule.why
    file, adviser = fd.file_and_adviser(level)
    document = fd.draft(file, adviser, "career-report")
    assert document.needs_sign_off is required
    with acting(factories.who(adviser), "x"):
        if required:
            with pytest.raises(NotReady, match="督导"):
                commands.issue(document)
        else:
            assert commands.issue(document).state == State.ISSUED


def test_an_agreement_needs_no_sign_off_whatever_the_grade() -> None:
    assert not queries.needs_sign_off_for(4, "service-agreement").required
    file, adviser = fd.file_and_adviser(4)
    assert not fd.draft(file, adviser).needs_sign_off


def _reviewed(level: int = 4) -> tuple[Document, Any, Any]:
    file, adviser = fd.file_and_adviser(level)
    document = fd.draft(file, adviser, "career-report")
    supervisor = factories.who(factories.member(file.organisation, Role.SUPERVISOR))
    return document, factories.who(adviser), supervisor


def test_review_goes_back_and_forth_until_it_is_signed_off() -> None:
    document, adviser, supervisor = _reviewed()
    with acting(adviser, "x"):
        commands.submit(document)
        with pytest.raises(NotReady, match="待审签"):
            commands.change(document, 2, editable={"advice_path": "改"})
        with pytest.raises(Refused):
            commands.sign_off(document)
    with acting(supervisor, "x"):
        with pytest.raises(Invalid) as caught:
            commands.return_(document, " ")
        assert "comment" in caught.value.errors
        commands.return_(document, "路径写得太笼统")
    with acting(adviser, "x"):
        document = commands.change(document, 2, editable={"advice_path": "三个月拿证，一年转正，三年带人。"})
        commands.submit(document)
    with acting(supervisor, "x"):
        commands.sign_off(document, "可以", content_hash=building.content_of(document))
    with acting(adviser, "x"):
        issued = commands.issue(document)
    assert issued.state == State.ISSUED
    kinds = ["drafted", "submitted", "returned", "submitted", "signed_off", "issued"]
    assert [step.kind for step in issued.steps.all()] == kinds
    assert actions(issued)[-1] == "documents.issued"
    assert issued.steps.get(kind="returned").comment == "路径写得太笼统"


def test_the_stored_state_always_equals_the_computed_one() -> None:
    document, adviser, supervisor = _reviewed()
    moves = [
        (adviser, lambda d: commands.submit(d)),
        (supervisor, lambda d: commands.return_(d, "改")),
        (adviser, lambda d: commands.submit(d)),
        (supervisor, lambda d: commands.sign_off(d)),
        (adviser, lambda d: commands.send_for_signing(d)),
        (adviser, lambda d: commands.return_(d, "收回再改")),
        (adviser, lambda d: commands.submit(d)),
        (supervisor, lambda d: commands.sign_off(d)),
        (adviser, lambda d: commands.issue(d)),
        (adviser, lambda d: commands.hand_over(d)),
        (supervisor, lambda d: commands.revoke(d, "姓名写错")),
    ]
    for who, move in moves:
        with acting(who, "x"):
            returned = move(document)
        stored = Document.objects.get(pk=document.pk)
        assert stored.state == returned.state == state_of(stored.steps.all())
    assert stored.state == State.REVOKED


def test_nobody_signs_off_the_own_report_in_whatever_role() -> None:
    file, adviser = fd.file_and_adviser(4)
    document = fd.draft(file, adviser, "career-report")
    with acting(SYSTEM, "x"):
        from zhiyin.domain.accounts.commands import grant_role

        second = grant_role(adviser.user, file.organisation, Role.SUPERVISOR)
    with acting(factories.who(adviser), "x"):
        commands.submit(document)
    with pytest.raises(Refused, match="自己起草"), acting(factories.who(second), "x"):
        commands.sign_off(document)


def test_a_sign_off_of_content_no_longer_there_is_a_conflict() -> None:
    document, adviser, supervisor = _reviewed()
    with acting(adviser, "x"):
        commands.submit(document)
    with pytest.raises(Conflict), acting(supervisor, "x"):
        commands.sign_off(document, content_hash="0" * 64)


def test_a_return_takes_the_approval_back() -> None:
    document, adviser, supervisor = _reviewed()
    with acting(adviser, "x"):
        commands.submit(document)
    with acting(supervisor, "x"):
        commands.sign_off(document)
        commands.return_(document, "又发现一处")
    with acting(adviser, "x"), pytest.raises(NotReady, match="督导"):
        commands.issue(document)


def test_late_entry_is_kept_apart_and_never_before_the_step_before() -> None:
    document, adviser, _ = _reviewed()
    now = timezone.now()
    with acting(adviser, "x"):
        for moment, message in ((now + timedelta(hours=1), "晚于现在"), (now - timedelta(days=9), "早于上一步")):
            with pytest.raises(Invalid, match=message):
                commands.submit(document, happened_at=moment)
        with pytest.raises(Invalid, match="不能补登"):
            commands.draft(
                document.organisation,
                document.person,
                "service-plan",
                fd.context(),
                happened_at=now - timedelta(days=1),
            )
    with acting(SYSTEM, "history"):
        old = commands.draft(
            document.organisation, document.person, "service-plan", fd.context(), happened_at=now - timedelta(days=9)
        )
        commands.issue(old, happened_at=now - timedelta(days=8))
    step = old.steps.get(kind="issued")
    assert step.recorded_at - step.happened_at > timedelta(days=7)


def test_a_document_keeps_its_own_wording_when_the_pack_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    file, adviser = fd.file_and_adviser()
    document = fd.draft(file, adviser, "service-plan")
    before = building.content_of(document)
    newer = building.definition_of(document).model_copy(update={"version": 2, "title": "新方案"})
    monkeypatch.setattr(building, "definition_in_force", lambda *_: newer)
    monkeypatch.setattr(commands, "definition_in_force", lambda *_: newer)
    second = fd.draft(file, adviser, "service-plan")
    assert (second.template_version, second.title) == (2, "新方案")
    assert building.content_of(Document.objects.get(pk=document.pk)) == before
    assert Wording.objects.count() == 2
