"""Who sees which document: staff, the person, guardians, the notes of reading."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests import factories_documents as fd
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import Actor, acting
from zhiyin.domain.audit.reads import readings
from zhiyin.domain.documents import commands, policies, queries
from zhiyin.domain.documents.models import Document
from zhiyin.domain.people.queries import person_actor
from zhiyin.kernel.errors import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def _seen(who: Actor) -> set[str]:
    return set(policies.scope(who).values_list("template", flat=True))


def test_a_client_sees_what_is_issued_or_waits_for_a_signature_and_no_draft() -> None:
    file, adviser = fd.file_and_adviser()
    agreement = fd.draft(file, adviser)
    fd.issued(file, adviser)
    fd.draft(file, adviser, "career-report")
    client = person_actor(file.person, file.organisation_id)
    assert _seen(client) == {"service-plan"}
    with acting(factories.who(adviser), "x"):
        commands.send_for_signing(agreement)
    assert _seen(client) == {"service-plan", "service-agreement"}
    assert [row.template for row in queries.list_for(client, person=file.person)] == [
        "service-plan",
        "service-agreement",
    ]
    assert queries.page(agreement.pk, client).actions == {"sign"}
    stranger, _ = fd.file_and_adviser(name="司马相")
    assert _seen(person_actor(stranger.person, file.organisation_id)) == set()
    assert _seen(person_actor(file.person, stranger.organisation_id)) == set()


def _minor() -> tuple[object, object, list[Document]]:
    today = timezone.localdate()
    file, adviser = fd.file_and_adviser(birth=date(today.year - 15, today.month, 1), name="欧阳晓")
    papers = [fd.issued(file, adviser), fd.draft(file, adviser, "career-report")]
    with acting(factories.who(adviser), "x"):
        papers[1] = commands.issue(papers[1])
    return file, adviser, papers


def _guardian_actor(file: object, guardian: object) -> Actor:
    return Actor(
        kind="guardian",
        id=f"guardian:{guardian.pk}",
        name=guardian.name,
        role="guardian",
        organisation_id=file.organisation_id,
        person_id=file.person_id,
    )


def test_a_guardian_sees_what_the_registration_allows_while_it_lasts() -> None:
    file, adviser, _ = _minor()
    reads_all = factories.guardian(file.person, name="欧阳建国", may_read=["plan", "report"])
    reads_plan = factories.guardian(file.person, name="欧阳国强", may_read=["plan"])
    reads_none = factories.guardian(file.person, name="欧阳国平", may_read=[])
    ended = factories.guardian(file.person, name="欧阳国安", may_read=["plan", "report"])
    with acting(factories.who(adviser), "x"):
        from zhiyin.domain.people.commands import end_guardian

        end_guardian(ended, "法院判决变更")
    assert _seen(_guardian_actor(file, reads_all)) == {"service-plan", "career-report"}
    assert _seen(_guardian_actor(file, reads_plan)) == {"service-plan"}
    assert _seen(_guardian_actor(file, reads_none)) == set()
    assert _seen(_guardian_actor(file, ended)) == set()


def test_a_guardian_sees_what_has_to_be_signed_even_without_leave_to_read() -> None:
    file, adviser, _ = _minor()
    guardian = factories.guardian(file.person, name="欧阳国平", may_read=[])
    agreement = fd.draft(file, adviser, needs_guardian=True)
    who = _guardian_actor(file, guardian)
    assert _seen(who) == set()
    with acting(factories.who(adviser), "x"):
        commands.send_for_signing(agreement)
    assert _seen(who) == {"service-agreement"}
    with acting(who, "x"):
        commands.sign(agreement, "guardian", "typed", name="欧阳国平", guardian=guardian)


def test_a_guardian_unnamed_reads_only_what_every_guardian_may() -> None:
    file, _, _ = _minor()
    factories.guardian(file.person, name="欧阳国强", may_read=["plan"])
    who = person_actor(file.person, file.organisation_id, kind="guardian")
    assert "career-report" not in _seen(who)


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.ADVISER, True), (Role.SUPERVISOR, True), (Role.SECTION_HEAD, True), (Role.ASSESSOR, True)]
    + [(Role.FRONT_DESK, False), (Role.SYSTEM_ADMIN, False), (Role.AUDIT_ADMIN, False), (Role.SECURITY_ADMIN, False)],
)
def test_case_staff_of_the_agency_read(role: Role, may: bool) -> None:
    file, adviser = fd.file_and_adviser()
    fd.draft(file, adviser)
    assert bool(_seen(factories.who(factories.member(file.organisation, role)))) is may
    assert not _seen(factories.who(factories.member(factories.agency(), role)))


def test_the_papers_of_a_child_under_14_need_the_approval_of_the_file() -> None:
    today = timezone.localdate()
    file, adviser = fd.file_and_adviser()
    document = fd.draft(file, adviser)
    head = factories.member(file.organisation, Role.SECTION_HEAD)
    with acting(factories.who(head), "x"):
        file.person.birth_date = today - timedelta(days=365 * 12)
        file.person.save()
        from zhiyin.domain.audit.acting import record

        record("test.changed", file.person)
    with pytest.raises(Refused, match="科长批准"):
        queries.page(document.pk, factories.who(adviser))
    with pytest.raises(Refused, match="科长批准"), acting(factories.who(adviser), "x"):
        commands.submit(document)
    assert queries.page(document.pk, factories.who(head)).state == "draft"


def test_a_page_offers_the_next_steps_the_texts_and_the_faults() -> None:
    file, adviser = fd.file_and_adviser(4)
    document = fd.draft(file, adviser, "career-report")
    who = factories.who(adviser)
    with acting(who, "x"):
        document = commands.change(document, document.version, editable={"advice_path": ""})
    page = queries.page(document.pk, who)
    assert page.actions == {"change", "sign", "submitted"}
    assert [gap.block for gap in page.gaps] == ["advice_path"]
    editor = next(editor for editor in page.editors if editor.id == "advice_positioning")
    assert editor.text.startswith("可以先往照护方向走")
    assert editor.required
    assert editor.guidance
    assert page.state_label == "草稿"
    with acting(who, "x"):
        document = commands.change(document, document.version, editable=fd.ADVICE)
        commands.submit(document)
    supervisor = factories.who(factories.member(file.organisation, Role.SUPERVISOR))
    assert {"signed_off", "returned"} <= queries.page(document.pk, supervisor).actions
    assert "signed_off" not in queries.page(document.pk, who).actions


def test_texts_of_hidden_blocks_are_not_offered() -> None:
    file, adviser = fd.file_and_adviser()
    hidden = fd.draft(file, adviser, "service-plan")
    who = factories.who(adviser)
    assert "unanswered_reason" not in {editor.id for editor in queries.page(hidden.pk, who).editors}
    given = fd.context()
    given["plan"]["unanswered"] = [{"id": "2", "text": "孩子没人带"}]
    shown = fd.draft(file, adviser, "service-plan", context=given)
    page = queries.page(shown.pk, who)
    assert "unanswered_reason" in {editor.id for editor in page.editors}
    assert [gap.block for gap in page.gaps] == ["unanswered_reason"]


def test_a_reading_is_noted_once_and_a_download_holds_no_name(django_assert_max_num_queries: object) -> None:
    file, adviser = fd.file_and_adviser()
    document = fd.issued(file, adviser)
    who = factories.who(adviser)
    queries.page(document.pk, who)
    with django_assert_max_num_queries(10):
        queries.page(document.pk, who)
    noted = [row for row in readings(file.person_id) if row["object_type"] == "documents.document"]
    assert len(noted) == 1
    got = queries.download(who, document.pk, "pdf")
    assert got.media_type == "application/pdf"
    assert got.content == queries.render(document, "pdf")
    assert got.name == f"职业生涯规划服务方案-{document.number}.pdf"


def test_the_list_of_a_case_takes_one_query_whatever_its_length(django_assert_num_queries: object) -> None:
    file, adviser = fd.file_and_adviser()
    case = file.pk
    for _ in range(3):
        fd.draft(file, adviser, "service-plan", case_id=case)
    with django_assert_num_queries(1):
        rows = queries.list_for(factories.who(adviser), case_id=case)
        assert [row.author.user.name for row in rows] == [adviser.user.name] * 3
