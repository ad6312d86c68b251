"""A year of papers at the centre: every kind issued once from the examples of the packs, some on the way, an archive.

What is said of a client is bound to a client of the demo, under their own name; employers, activities and programmes
are those of the examples.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from zhiyin.demo.city import City
from zhiyin.demo.stage import Deed
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.agencies.models import Staff
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.documents import approval, commands, kinds, queries, remarks, volumes
from zhiyin.domain.documents.building import definition_in_force
from zhiyin.domain.documents.commands import About
from zhiyin.domain.documents.models import Document, Signature, Volume
from zhiyin.domain.files import commands as files
from zhiyin.domain.people.queries import actor_for
from zhiyin.domain.planning import papers
from zhiyin.engines.documents import DocumentDefinition
from zhiyin.engines.documents.pdf import render_pdf
from zhiyin.kernel.dates import AgeRegime

CODE = "LJ"
WHY = "写文书"
DAYS = 300
FEW = 12
"""Without the whole year, one kind in so many is written."""
# kinds whose papers the stories of the clients bring by themselves
OF_CASES = frozenset({"service-agreement", "service-plan", "career-report"})
ON_THE_WAY = ("draft", "draft", "draft", "submitted", "submitted", "submitted", "returned", "returned", "reviewed")
LABELS = {
    "employer": "临江市恒光电子有限公司（演示）",
    "activity": "滨河街道春季招聘会（演示）",
    "programme": "技能提升帮扶项目（演示）",
}
OLD = (
    ("agreement", "临就〔2021〕18 号", "校企合作协议", date(2021, 5, 6), "临江学院（演示）"),
    ("plan", "临就〔2022〕7 号", "进社区服务月实施方案", date(2022, 3, 1), "江北区六个社区（演示）"),
)


@dataclass(frozen=True)
class Paper:
    """One paper to be written. ``until`` is the last act: draft, submitted, returned, reviewed, issued, void."""

    index: int
    template: str
    until: str


def year(city: City, end: datetime, *, whole: bool = True) -> Iterator[tuple[datetime, Deed]]:
    """What happens to the papers of the centre up to ``end``."""
    house = city.bodies[CODE]
    found = [kind for kind in kinds.kinds(city.actor("head"), house) if kind.id not in OF_CASES]
    # papers about clients need clients, who come in the course of the year
    offered = [kind.id for kind in sorted(found, key=lambda kind: kind.subject == "client")]
    chosen = offered if whole else offered[::FEW]
    desk = _Desk(city)
    for index, template in enumerate(chosen):
        at = _morning(end - timedelta(days=DAYS - index * (DAYS - 20) // max(len(chosen), 1)), index)
        until = "void" if index % 40 == 7 else "issued"
        yield from desk.acts(Paper(index, template, until), at)
    reviewed = [template for template in offered if definition_in_force(template, house).reviews]
    for index, until in enumerate(ON_THE_WAY if whole else ON_THE_WAY[:1]):
        at = _morning(end - timedelta(days=9 - index % 7), index)
        template = reviewed[(index * 7) % len(reviewed)]
        yield from desk.acts(Paper(len(chosen) + index, template, until), at)
    yield end - timedelta(days=250), desk.take_in
    yield end - timedelta(days=12), desk.close_first
    yield end - timedelta(days=11), desk.lend


def _morning(at: datetime, index: int) -> datetime:
    return _on_a_workday(at.replace(hour=9 + index % 7, minute=index * 7 % 60))


def _on_a_workday(at: datetime) -> datetime:
    return at + timedelta(days=max(7 - at.weekday(), 0) if at.weekday() > 4 else 0)


class _Desk:
    """Those who write, review and keep the papers."""

    def __init__(self, city: City) -> None:
        self.city, self.house = city, city.bodies[CODE]
        self.written: dict[int, Document] = {}

    def acts(self, paper: Paper, at: datetime) -> Iterator[tuple[datetime, Deed]]:
        """The acts of one paper, in their order and with days between them."""
        yield at, lambda: self.draft(paper)
        if paper.until == "draft":
            return
        steps: list[Callable[[Paper], None]] = [self.submit]
        if paper.until == "returned":
            steps.append(self.send_back)
        elif paper.until != "submitted":
            steps.append(self.agree)
            if paper.until in {"issued", "void"}:
                steps.append(self.issue)
            if paper.until == "void":
                steps.append(self.revoke)
        for number, step in enumerate(steps, 1):
            yield _on_a_workday(at + timedelta(days=number, minutes=13 * number)), _of(step, paper)

    def draft(self, paper: Paper) -> None:
        definition = definition_in_force(paper.template, self.house)
        complete, _ = kinds.examples(self.house, paper.template)
        if not complete:
            return
        file = self.client(paper.index) if definition.subject == "client" else None
        if definition.subject == "client" and file is None:
            return
        author = self.member(definition.drafts.grade if definition.drafts else None, paper.index)
        given = complete[0].context
        answers = dict(given.get("answers") or {})
        if paper.until == "draft":
            answers = dict(list(answers.items())[: max(len(answers) // 2, 1)])
        with acting(actor_for(author), WHY):
            document = self.begin(author, definition, given, answers, file)
            if paper.until != "draft" and queries.gaps(document):
                missing = {gap.block.partition("[")[0] for gap in queries.gaps(document) if gap.block}
                rest = {name: value for name, value in answers.items() if name in missing}
                texts = {name: text for name, text in (given.get("editable") or {}).items() if name in missing}
                if rest or texts:
                    document = commands.change(document, document.version, answers=rest, editable=texts)
            if not queries.gaps(document):  # what an own pack's example leaves open stays a draft
                self.written[paper.index] = document

    def begin(
        self,
        author: Membership,
        definition: DocumentDefinition,
        given: Mapping[str, Any],
        answers: Mapping[str, Any],
        file: ClientFile | None,
    ) -> Document:
        if not definition.inputs():  # made from data alone
            context = {name: value for name, value in given.items() if name not in {"today", "agency", "answers"}}
            person = file.person if file is not None else None
            return commands.draft(self.house, person, definition.id, context)
        if file is not None:
            who = actor_for(author)
            document = papers.draft_for(who, file, definition.id, case=papers.cases_of(who, file).first())
            known = {field.id for field in definition.inputs() if field.prefill}
            said = _named(answers, str((given.get("person") or {}).get("name") or ""), file.person.name)
            said = {name: value for name, value in said.items() if name not in known}
            return commands.change(document, document.version, answers=said)
        if definition.subject == "agency":
            return commands.draft(self.house, None, definition.id, {}, answers=answers)
        kind = str(definition.subject)
        employer = given.get("employer") or {}
        label = str(employer.get("name") or "") or LABELS[kind]
        known_of = {"employer": dict(employer)} if kind == "employer" else {}
        return commands.draft(self.house, None, definition.id, known_of, about=About(kind, label), answers=answers)

    def submit(self, paper: Paper) -> None:
        document = self.written.get(paper.index)
        if document is not None and document.author is not None:
            with acting(actor_for(document.author), WHY):
                if queries.needed_steps(document):
                    commands.submit(document)

    def agree(self, paper: Paper) -> None:
        document = self.written.get(paper.index)
        if document is None:
            return
        definition = definition_in_force(paper.template, self.house)
        for rule, act in ((definition.reviews, approval.review), (definition.approves, approval.approve)):
            if rule is not None:
                with acting(actor_for(self.other(document, rule.grade)), "审核文书"):
                    act(document, "内容属实，可以办。")

    def send_back(self, paper: Paper) -> None:
        document = self.written.get(paper.index)
        if document is None:
            return
        definition = definition_in_force(paper.template, self.house)
        grade = definition.reviews.grade if definition.reviews else None
        with acting(actor_for(self.other(document, grade)), "审核文书"):
            first = definition.sections[0]
            remarks.remark(document, first.id, "这一节的数字请写明来源和日期。")
            commands.return_(document, f"“{first.title}”里的数字没有写来源，补上再交。")

    def issue(self, paper: Paper) -> None:
        document = self.written.get(paper.index)
        if document is None or document.author is None:
            return
        with acting(actor_for(document.author), "出具文书"):
            for role in queries.outside_signers(document):
                if role == "guardian":
                    continue
                name = document.person.name if role == "client" and document.person else "单位经办人 吴先生"
                commands.sign(document, role, Signature.Mode.TYPED, name=name)
            issued = commands.issue(document)
            if document.person is not None and paper.index % 2:
                commands.hand_over(issued)

    def revoke(self, paper: Paper) -> None:
        document = self.written.get(paper.index)
        if document is not None:
            with acting(self.city.actor("head"), "作废文书"):
                commands.revoke(document, "时间和场地有变，另行出具。")

    def take_in(self) -> None:
        with acting(self.city.actor("frontdesk"), "旧文书归档"):
            for archive_class, number, title, dated_on, subject in OLD:
                sheet = kinds.example_tree(
                    self.house, "job-fair-plan", kinds.examples(self.house, "job-fair-plan")[0][0]
                )
                scan = files.store(
                    self.house, f"{title}.pdf", render_pdf(sheet, timestamp=timezone.now(), author=self.house.name)
                )
                volumes.take_in(
                    self.house,
                    scan,
                    archive_class=archive_class,
                    number=number,
                    title=title,
                    dated_on=dated_on,
                    subject=subject,
                )

    def close_first(self) -> None:
        """Close the oldest volumes; what is issued later opens the next ones."""
        with acting(self.city.actor("head"), "封卷"):
            for volume in self.volumes()[:2]:
                volumes.close_volume(volume)

    def lend(self) -> None:
        """One volume is out and late, another was out and is back."""
        today = timezone.localdate()
        rows = self.volumes()
        with acting(self.city.actor("frontdesk"), "档案借阅"):
            if rows:
                volumes.lend(rows[0], "市人社局 郑科员", "年度业务检查", today + timedelta(days=5))
            if len(rows) > 1:
                volumes.take_back(volumes.lend(rows[1], "林静", "核对旧协议的条款", today + timedelta(days=3)))

    def volumes(self) -> list[Volume]:
        return list(Volume.objects.filter(organisation=self.house, last_place__gt=0).order_by("year", "archive_class"))

    # -- who ---------------------------------------------------------------------------------------------------------

    def client(self, index: int) -> ClientFile | None:
        """A grown-up client of the centre, another one for each paper; None while there is none."""
        rows = ClientFile.objects.filter(organisation=self.house).select_related("person", "organisation")
        grown = [file for file in rows.order_by("number") if file.person.regime() == AgeRegime.ADULT]
        return grown[index % len(grown)] if grown else None

    def writers(self) -> list[tuple[Membership, int | None]]:
        """Those who draft and agree, with their grades."""
        names = ("adviser", "adviser3", "supervisor", "head")
        members = [self.city.members[CODE, name] for name in names if (CODE, name) in self.city.members]
        levels = dict(Staff.objects.filter(organisation=self.house).values_list("user_id", "level"))
        return [(member, levels.get(member.user_id)) for member in members]

    def member(self, grade: int | None, index: int) -> Membership:
        able = [member for member, level in self.writers() if grade is None or (level is not None and level <= grade)]
        return able[index % len(able)]

    def other(self, document: Document, grade: int | None) -> Membership:
        author = document.author.user_id if document.author else None
        able = [
            member
            for member, level in self.writers()
            if member.user_id != author and (grade is None or (level is not None and level <= grade))
        ]
        return able[0]


def _of(step: Callable[[Paper], None], paper: Paper) -> Deed:
    return lambda: step(paper)


def _named(value: Any, before: str, after: str) -> Any:
    """``value`` with the name of the example's client replaced by that of the client whom the paper is about."""
    if not before:
        return value
    if isinstance(value, str):
        return value.replace(before, after)
    if isinstance(value, Mapping):
        return {name: _named(item, before, after) for name, item in value.items()}
    if isinstance(value, list):
        return [_named(item, before, after) for item in value]
    return value
