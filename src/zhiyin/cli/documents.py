"""``zhiyin document``: the kinds of documents of the installed packs, one drawn from a file, many drawn at once.

Needs packs only, no installation and no database: what comes out is a draft without number, for trying a kind out, for
training, and for printing blank forms.
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhiyin.cli import boot, output
from zhiyin.cli.parsing import Commands
from zhiyin.kernel.errors import DefinitionError, Invalid, ZhiyinError

if TYPE_CHECKING:
    from zhiyin.engines.documents import DocumentDefinition
    from zhiyin.engines.documents.tree import Document

FORMATS = ("pdf", "docx", "xlsx")
_SUBJECTS = {"client": "服务对象", "employer": "用人单位", "agency": "本机构", "activity": "活动", "programme": "项目"}


def add_to(commands: Commands) -> None:
    """The sub-commands of ``zhiyin document``."""
    document = commands.add("document", "文书：种类、试印、成批试印").commands("文书命令")

    kinds = document.add("kinds", "列出已装的文书种类")
    kinds.add_argument("--json", action="store_true", help="以 JSON 输出")
    kinds.set_defaults(run=list_kinds)

    render = document.add("render", "用一个数据文件印出一份文书的草稿")
    render.add_argument("kind", metavar="KIND", help="文书种类，见 zhiyin document kinds")
    source = render.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", metavar="FILE", help="YAML 或 JSON 文件：agency、author、answers 等")
    source.add_argument("--example", action="store_true", help="用标准包里的样例")
    render.add_argument("--out", metavar="F", required=True, help="结果文件，按扩展名出 pdf、docx 或 xlsx")
    render.add_argument("--replace", action="store_true", help="结果文件已有时换掉")
    render.set_defaults(run=render_one)

    batch = document.add("batch", "把标准包里的样例成批印出来：带进度，要么整个文件夹都在，要么没有")
    batch.add_argument("--out", metavar="DIR", required=True, help="结果放在哪个文件夹，不能已经存在")
    batch.add_argument("--count", type=int, default=500, metavar="份数", help="默认 500，各种文书轮流")
    batch.add_argument("--format", choices=FORMATS, default="pdf", help="默认 pdf")
    batch.add_argument("--processes", type=int, default=2, metavar="个数", help="同时用几个进程，默认 2")
    batch.add_argument("--json", action="store_true", help="以 JSON 输出清单")
    batch.set_defaults(run=render_many)


def list_kinds(args: argparse.Namespace) -> int:
    """Every kind with class, subject, who drafts and agrees, and how many questions it asks."""
    rows = [
        {
            "id": kind.id,
            "title": kind.title,
            "class": kind.class_,
            "subject": kind.subject,
            "version": kind.version,
            "drafts": _rule(kind.drafts),
            "reviews": _rule(kind.reviews),
            "approves": _rule(kind.approves),
            "retention_years": kind.retention_years,
            "layout": kind.layout,
            "questions": len(kind.inputs()),
            "serves": kind.serves,
        }
        for kind in Shelf().kinds.values()
    ]
    if args.json:
        output.data(rows)
        return 0
    table = [["文书", "名称", "类别", "关于", "起草", "审核", "审定", "问题"]]
    for row in rows:
        cells = [row["id"], row["title"], row["class"] or "—", _SUBJECTS.get(str(row["subject"]), "—")]
        cells += [str(row[step] or "—") for step in ("drafts", "reviews", "approves")]
        table.append([*map(str, cells), str(row["questions"])])
    output.table(table)
    return 0


def _rule(rule: Any) -> str | None:
    if rule is None:
        return None
    return f"{rule.grade} 级以上" if rule.grade and rule.grade > 1 else "1 级" if rule.grade else str(rule.role)


def render_one(args: argparse.Namespace) -> int:
    """Draw one draft. What is still to be written is told, and does not stop it."""
    target = Path(args.out)
    fmt = target.suffix.lower().lstrip(".")
    if fmt not in FORMATS:
        raise Invalid({"--out": ["文件名要以 .pdf、.docx 或 .xlsx 结尾"]})
    if target.exists() and not args.replace:
        raise Invalid({"--out": [f"{target} 已经存在，要换掉请加 --replace"]})
    if not target.parent.is_dir():
        raise Invalid({"--out": [f"没有文件夹 {target.parent}"]})
    shelf = Shelf()
    if args.kind not in shelf.kinds:
        raise Invalid({"KIND": [f"没有安装“{args.kind}”这种文书，种类见：zhiyin document kinds"]})
    given = shelf.example(args.kind) if args.example else _read_data(Path(args.data))
    if given is None:
        raise Invalid({"--example": ["这种文书没有样例，请用 --data"]})
    from zhiyin.engines.documents.build import check

    context = shelf.context(args.kind, given)
    content = _draw(shelf.tree(args.kind, context), fmt)
    draft = target.with_name(f".{target.name}.new")
    draft.write_bytes(content)
    os.replace(draft, target)
    for gap in check(shelf.kinds[args.kind], context):
        output.note(f"还没写完：{gap.message}")
    output.note(f"已写到 {target}")
    return 0


def _read_data(path: Path) -> Mapping[str, Any]:
    from zhiyin.packs.sources import read_yaml

    if not path.is_file():
        raise Invalid({"--data": [f"没有这个文件：{path}"]})
    source, findings = read_yaml(path)  # JSON is YAML as well
    if findings:
        raise Invalid({"--data": [str(finding) for finding in findings]})
    if not isinstance(source.data, dict):
        raise Invalid({"--data": ["文件里要是一组键值，例如 answers: …"]})
    return source.data


class Shelf:
    """The kinds of the packs with their examples, and how a draft is made of one."""

    def __init__(self) -> None:
        registry = boot.packs()
        self.folders = [pack.folder for pack in registry.packs]
        self.kinds: dict[str, DocumentDefinition] = {
            kind.id: kind for kind in sorted(registry.all("document"), key=lambda kind: kind.id)
        }
        self.codelists = {item.id: item for item in registry.all("codelist")}
        self.today = datetime.now(UTC).astimezone().date()

    def example(self, kind: str) -> Mapping[str, Any] | None:
        """The input of the first passing case of a kind."""
        from zhiyin.packs.sources import read_yaml

        for folder in self.folders:
            file = folder / "cases" / f"document-{kind}.yaml"
            if file.is_file():
                source, findings = read_yaml(file)
                if not findings:
                    case: Mapping[str, Any] = source.data["passing"][0]["input"]
                    return case
        return None

    def context(self, kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """What the file says, with its answers read; ``Invalid`` at ``answers.<field>``."""
        from zhiyin.engines.documents import clean_answers

        context = {"today": self.today, **given}
        answers = given.get("answers") or {}
        if not isinstance(answers, dict):
            raise Invalid({"answers": ["要写成“问题：答案”的样子"]})
        try:
            context["answers"] = clean_answers(self.kinds[kind], answers, self.codelists, today=self.today)
        except Invalid as error:
            raise Invalid({f"answers.{name}": messages for name, messages in error.errors.items()}) from None
        return context

    def tree(self, kind: str, context: Mapping[str, Any]) -> "Document":
        """The draft; ``Invalid`` when the data do not fit the definition."""
        from zhiyin.engines.documents.build import build

        try:
            return build(
                self.kinds[kind],
                context,
                number="",
                issued_on=None,
                check_url="",
                check_code="",
                codelists=self.codelists,
            )
        except DefinitionError as error:
            raise Invalid({"--data": [str(error)]}) from None


def _draw(tree: "Document", fmt: str) -> bytes:
    if fmt == "docx":
        from zhiyin.engines.documents.word import render_docx

        return render_docx(tree)
    if fmt == "xlsx":
        from zhiyin.engines.documents.excel import render_xlsx

        return render_xlsx(tree)
    from zhiyin.engines.documents.pdf import render_pdf

    return render_pdf(tree, timestamp=datetime.now(UTC))


def render_many(args: argparse.Namespace) -> int:
    """Draw the examples of all kinds in turn into a new folder, which appears complete or not at all."""
    target = Path(args.out)
    if target.exists():
        raise Invalid({"--out": [f"{target} 已经存在，请换一个名字"]})
    for name, value, most in (("--count", args.count, 100_000), ("--processes", args.processes, 64)):
        if not 1 <= value <= most:
            raise Invalid({name: [f"写 1 到 {most} 之间的数"]})
    shelf = Shelf()
    found = {kind: shelf.example(kind) for kind in shelf.kinds}
    examples = {kind: example for kind, example in found.items() if example is not None}
    kinds = list(examples)
    if not kinds:
        raise ZhiyinError("装的标准包里没有带样例的文书")
    jobs = [(number, kinds[(number - 1) % len(kinds)]) for number in range(1, args.count + 1)]
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        listing = _draw_all(jobs, Work(shelf, examples, args.format, draft), args.processes)
        os.replace(draft, target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    faulty = [row for row in listing if row["fault"]]
    if args.json:
        output.data(listing)
    else:
        output.note(f"{len(kinds)} 种文书，共印出 {len(listing) - len(faulty)} 份，在 {target}")
        for row in faulty:
            output.error(f"{row['file']}：{row['fault']}")
    return 1 if faulty else 0


@dataclass(frozen=True)
class Work:
    """What a worker is told once: the kinds, an example of each, and where the files go."""

    shelf: Shelf
    examples: Mapping[str, Mapping[str, Any]]
    fmt: str
    folder: Path

    def draw(self, number: int, kind: str) -> dict[str, Any]:
        """Draw the example of one kind under its running number; a faulty one is told and does not stop the rest."""
        name, fault = f"{number:05d}-{kind}.{self.fmt}", ""
        given = self.examples[kind]
        try:
            # the number makes every document another, so that nothing is merely remembered
            agency = {**given.get("agency", {})}
            agency["name"] = f"{agency.get('name', '')} {number:05d}".strip()
            context = self.shelf.context(kind, {**given, "agency": agency})
            (self.folder / name).write_bytes(_draw(self.shelf.tree(kind, context), self.fmt))
        except (ZhiyinError, OSError) as error:
            fault = str(error) or type(error).__name__
        return {"number": number, "kind": kind, "file": name, "fault": fault}


def _draw_all(jobs: list[tuple[int, str]], work: Work, processes: int) -> list[dict[str, Any]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("试印文书"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    listing = []
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("documents", total=len(jobs))
        for row in drawn(jobs, work, processes):
            listing.append(row)
            bar.update(task, completed=len(listing))
    return listing


def drawn(jobs: list[tuple[int, str]], work: Work, processes: int) -> Iterator[dict[str, Any]]:
    """Results in the order of the jobs. Each worker writes its own files, so that no document crosses processes."""
    if processes == 1:
        yield from (work.draw(*job) for job in jobs)
        return
    import multiprocessing

    # a fresh interpreter each: a fork would copy typst's threads half way
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(min(processes, len(jobs)), _start, (work,)) as pool:
        yield from pool.imap(_next, jobs, chunksize=4)


_work: Work


def _start(work: Work) -> None:
    global _work
    _work = work


def _next(job: tuple[int, str]) -> dict[str, Any]:
    return _work.draw(*job)
