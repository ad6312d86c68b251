"""Two-page Chinese report to PDF: typst through this project, beside WeasyPrint on the same words, fonts and picture.

    python bench/bench_pdf.py [--peer /path/to/python-with-weasyprint] [--runs 50] [--mixed 500]

The peer runs in an interpreter of its own, since it needs the system's Pango. It is given the page that render_html
makes, a comparable stylesheet, the same static fonts and its tagged PDF/UA-1 variant; its font configuration is kept
between runs. It draws no QR code and no signature lines, which is in its favour.

``--mixed`` draws that many documents of all kinds in the packs, each from its example under a name of its own, as
``zhiyin document batch`` does: in this process, with its memory after every fifth part, and in two.
"""

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from zhiyin.cli.documents import Shelf, Work, drawn
from zhiyin.engines.charts import radar
from zhiyin.engines.documents import DocumentDefinition, fonts
from zhiyin.engines.documents.build import build
from zhiyin.engines.documents.html import render_html
from zhiyin.engines.documents.pdf import render_pdf
from zhiyin.engines.documents.tree import Document
from zhiyin.engines.documents.word import render_docx

STAMP = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
LABELS = ["R 实用", "I 研究", "A 艺术", "S 社会", "E 企业", "C 常规"]
ADVICE = (
    "先从社区养老服务驿站的照护员做起，一年内考取四级证书，三年后向照护组长发展。"
    "本人有两年照顾家人的经验，护理专业的底子还在。"
)
PEER = """
import json, statistics, sys, time
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
job = json.load(sys.stdin)
kept = FontConfiguration()
style = CSS(string=job["css"], font_config=kept)
def once(page):
    start = time.perf_counter()
    HTML(string=page).write_pdf(stylesheets=[style], font_config=kept, pdf_variant="pdf/ua-1")
    return time.perf_counter() - start
count = len(HTML(string=job["pages"][0]).render(stylesheets=[style], font_config=kept).pages)
same = [once(job["pages"][0]) for _ in range(job["runs"])]
start = time.perf_counter()
for page in job["pages"]:
    once(page)
print(json.dumps([statistics.median(same), time.perf_counter() - start, count]))
"""
CSS = """
@font-face {{ font-family: "Noto Sans SC"; src: url("file://{folder}/NotoSansSC-Regular.ttf"); }}
@font-face {{ font-family: "Noto Sans SC"; font-weight: bold; src: url("file://{folder}/NotoSansSC-Bold.ttf"); }}
@page {{ size: A4; margin: 26mm 24mm 25mm;
  @bottom-right {{ content: "第 " counter(page) " 页 / 共 " counter(pages) " 页"; font: 8.5pt "Noto Sans SC"; }} }}
h2, h3, h4, p, figure, dl {{ margin: 8pt 0 4pt; }}
body {{ font: 10.5pt/1.5 "Noto Sans SC"; text-align: justify; }}
dl.doc-fields {{ display: grid; grid-template-columns: 1fr 1fr; }} .doc-fields div {{ display: flex; }}
table {{ width: 100%; border-collapse: collapse; }} td, th {{ border-bottom: .5pt solid #CBD2DC; padding: 3.5pt; }}
tr {{ break-inside: avoid; }} svg {{ width: 230pt; }} details {{ display: none; }}
"""


def definition() -> DocumentDefinition:
    def columns(**named: str) -> list[dict[str, str]]:
        return [{"label": label, "value": f"{{{{ row.{path} }}}}"} for label, path in named.items()]

    sections = [
        {
            "id": "basics",
            "title": "基本信息",
            "blocks": [
                {
                    "fields": [
                        {"label": label, "value": "{{ person.name }}"}
                        for label in ("姓名", "曾用名", "联系人", "监护人")
                    ]
                },
                {
                    "table": {
                        "rows": "jobs",
                        "caption": "工作经历",
                        "columns": columns(单位="place", 岗位="post", 年数="years"),
                    }
                },
            ],
        },
        {
            "id": "results",
            "title": "测评结果",
            "blocks": [
                {"chart": "chart"},
                {"notice": {"tone": "warning", "text": "常模还在收集，只比较本人六种兴趣的高低。"}},
            ],
        },
        {
            "id": "advice",
            "title": "规划建议",
            "blocks": [
                {"editable": "advice", "label": "职业定位"},
                {"list": {"items": "steps", "value": "{{ row }}", "numbered": True}},
            ],
        },
    ]
    return DocumentDefinition.model_validate(
        {
            "kind": "document",
            "id": "bench",
            "version": 1,
            "title": "个人职业生涯规划报告",
            "number": "{serial:05d}",
            "sections": sections,
            "signatures": [{"role": "adviser", "label": "职业指导师"}, {"role": "client", "label": "服务对象"}],
        }
    )


def report(made: DocumentDefinition, n: int) -> Document:
    """The n-th report: names, numbers, picture and text all differ from the others."""
    scores = [20 + (n * step) % 31 for step in (3, 7, 11, 13, 17, 19)]
    context: dict[str, object] = {
        "person": {"name": f"来访者{n}号"},
        "jobs": [{"place": f"第{n + row}服务站", "post": "照护员", "years": 1 + row} for row in range(8)],
        "chart": radar(scores, LABELS, 50, title="六种兴趣得分", mode="print", key="bench"),
        "editable": {"advice": "\n".join(f"{n}．{ADVICE * 2}" for _ in range(4))},
        "steps": [f"第{n + step}步，去照护中心看半天，再决定要不要学" for step in range(6)],
    }
    url = f"https://example.cn/check/{n:08d}"
    return build(
        made,
        context,
        number=f"{n:05d}",
        issued_on=date(2026, 11, 21),
        check_url=url,
        check_code="7K3M",
        status="issued",
    )


def timed(work: object, *arguments: object, **named: object) -> float:
    start = time.perf_counter()
    work(*arguments, **named)  # type: ignore[operator]
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="Python interpreter that has WeasyPrint")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument(
        "--mixed", type=int, metavar="COUNT", help="only draw COUNT documents of all kinds in the packs"
    )
    chosen = parser.parse_args()
    if chosen.mixed:
        mixed(chosen.mixed)
        return
    made = definition()
    documents = [report(made, n) for n in range(100)]
    fonts.ensure(print)
    first = timed(render_pdf, documents[0], timestamp=STAMP)
    pages = len(PdfReader(BytesIO(render_pdf(documents[0], timestamp=STAMP))).pages)
    # the compiler remembers what it has just laid out, so that only different documents show the true cost
    fresh = [report(made, 1000 + n) for n in range(chosen.runs)]
    warm = statistics.median(timed(render_pdf, document, timestamp=STAMP) for document in fresh)
    whole = sum(timed(render_pdf, document, timestamp=STAMP) for document in documents)
    word = statistics.median(timed(render_docx, document) for document in documents[:20])
    print(f"this project: first {first * 1000:.0f} ms, {shown(warm, whole, pages)}")
    print(f"Word:         warm median {word * 1000:.1f} ms")
    if chosen.peer:
        css = CSS.format(folder=fonts.ensure())
        job = {"css": css, "pages": [render_html(document) for document in documents], "runs": chosen.runs}
        command = [chosen.peer, "-c", PEER]
        run = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, check=True)
        peer_warm, peer_whole, peer_pages = json.loads(run.stdout)
        print(f"WeasyPrint:   {shown(peer_warm, peer_whole, peer_pages)}")
        print(f"ratio:        {peer_warm / warm:.1f} and {peer_whole / whole:.1f}")


def mixed(count: int) -> None:
    shelf = Shelf()
    examples = {kind: example for kind in shelf.kinds if (example := shelf.example(kind)) is not None}
    kinds = list(examples)
    jobs = [(number, kinds[number % len(kinds)]) for number in range(1, count + 1)]
    print(f"{len(kinds)} kinds, {count} documents")
    for processes in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            running = drawn(jobs, Work(shelf, examples, "pdf", Path(folder)), processes)
            for _ in kinds:  # fonts, template and workers are warm after one of each kind
                next(running)
            memory, start, used = [resident()], time.perf_counter(), time.process_time()
            for done, row in enumerate(running, 1):
                assert not row["fault"], row
                if done % max(1, (count - len(kinds)) // 4) == 0:
                    memory.append(resident())
            rate = (count - len(kinds)) / (time.perf_counter() - start)
            used = time.process_time() - used
        told = ""
        if processes == 1:  # its own processor time tells the rate on a machine that is busy with other things, too
            sizes = ", ".join(f"{size:.0f}" for size in memory)
            told = f", {(count - len(kinds)) / used:.1f} per second of processor time, memory {sizes} MB"
        print(f"{processes} process{'es' if processes > 1 else ''}: {rate:.1f} PDF/s warm{told}")


def resident() -> float:
    """Memory of this process in use now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def shown(warm: float, whole: float, pages: int) -> str:
    return f"warm median {warm * 1000:.1f} ms, 100 different reports {whole:.2f} s, {pages} pages each"


if __name__ == "__main__":
    main()
