"""The catalogue of occupations: finding one, reading it, bringing in a table of one's own."""

import base64
import zlib
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.catalogues import commands, importing, queries
from zhiyin.domain.catalogues.importing import ImportReport
from zhiyin.domain.catalogues.models import Occupation
from zhiyin.engines.charts import radar
from zhiyin.engines.matching import CONDITION_NAMES, EDUCATION_NAMES
from zhiyin.engines.psychometrics import LETTERS, NAMES
from zhiyin.kernel.errors import Invalid
from zhiyin.web.surface import attempt, back, surface

GROUPS = {
    1: "1 单位负责人",
    2: "2 专业技术人员",
    3: "3 办事人员和有关人员",
    4: "4 社会生产服务和生活服务人员",
    5: "5 农、林、牧、渔业生产及辅助人员",
    6: "6 生产制造及有关人员",
    7: "7 军队人员",
    8: "8 不便分类的其他从业人员",
}
"""The major groups of the 2022 classification; the first is shortened."""
PER_PAGE = 40
MESSAGES_SHOWN = 50
# a table waits here between looking it over and importing it; larger ones are asked for in parts
_UPLOAD_KEY = "occupation-table"
_UPLOAD_BYTES = 3_000_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@surface("staff", right="catalogues.read")
@require_safe
def occupations(request: HttpRequest) -> HttpResponse:
    """Search by name, code or a word of the description, narrowed by major group and education."""
    asked = request.GET
    words = asked.get("q", "")[:60]
    group = int(asked["group"]) if asked.get("group", "") in {str(number) for number in GROUPS} else None
    education = asked.get("education", "") if asked.get("education", "") in EDUCATION_NAMES else ""
    rows = queries.listed(words, group=group, education=education)
    page = Paginator(rows, PER_PAGE).get_page(asked.get("page"))
    context = {
        "page": page,
        "rows": [_line(row) for row in page],
        "empty": not page.object_list,
        "words": words,
        "group": group or "",
        "education": education,
        "narrowed": bool(words or group or education),
        "groups": [{"value": number, "label": label} for number, label in GROUPS.items()],
        "educations": [{"value": code, "label": label} for code, label in EDUCATION_NAMES.items()],
        "may_import": holds(request.actor, "catalogues.import"),  # type: ignore[attr-defined]
        "columns": [
            {"key": "name", "label": "职业"},
            {"key": "code", "label": "编码"},
            {"key": "group", "label": "大类"},
            {"key": "education", "label": "通常学历"},
            {"key": "interests", "label": "兴趣"},
            {"key": "description", "label": "做什么"},
        ],
    }
    return render(request, "desk/catalogue/list.html", context)


def _line(row: Occupation) -> dict[str, Any]:
    shown = queries.display_name(row.name)
    return {
        "code": row.code,
        "name": shown.text,
        "tags": shown.tags,
        "group": row.group,
        "education": EDUCATION_NAMES.get(row.education_usual, ""),
        "interests": notation(row),
        "description": row.description,
    }


def notation(row: Occupation) -> str:
    """The three letters in which the occupation's interests are highest; "" where it has none."""
    if not row.interests:
        return ""
    return "".join(sorted(LETTERS, key=lambda letter: -row.interests[letter])[:3])


@surface("staff", right="catalogues.read")
@require_safe
def occupation(request: HttpRequest, code: str) -> HttpResponse:
    """One occupation: what is done, interests, education, skills, conditions, certificates, the way in."""
    row = queries.listed_or_withdrawn(code)
    if row is None:
        raise Http404("职业库里没有这个职业")
    shown = queries.display_name(row.name)
    chart = None
    if row.interests:
        chart = radar(
            [float(row.interests[letter]) for letter in LETTERS],
            [NAMES[letter] for letter in LETTERS],
            7,
            minimum=1,
            title=f"{shown.text}的兴趣特征",
            key=f"occupation-{row.code}",
            mode="web",
            rings=6,
        )
    context = {
        "row": row,
        "name": shown.text,
        "tags": shown.tags,
        "group_label": GROUPS.get(row.group, ""),
        "chart": chart,
        "notation": notation(row),
        "education_min": EDUCATION_NAMES.get(row.education_min, ""),
        "education_usual": EDUCATION_NAMES.get(row.education_usual, ""),
        "conditions": [CONDITION_NAMES.get(tag, tag) for tag in row.conditions],
        "certificates": [part.strip() for part in row.certificates.split("|") if part.strip()],
    }
    return render(request, "desk/catalogue/one.html", context)


# -- importing -----------------------------------------------------------------------------------------------------


@surface("staff", right="catalogues.import")
@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    """Choose a table; it is looked over row by row before anything is stored."""
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        held, errors = attempt(request, "查看要导入的职业表", lambda: _look_over(request))
        if held is not None:
            request.session[_UPLOAD_KEY] = held
            return redirect("desk:occupation_import_check")
    context = {
        "errors": errors,
        "labels": {"file": "职业表"},
        "columns": [
            {"label": label, "must": column in {"code", "name"}} for column, label in importing.COLUMN_LABELS.items()
        ],
        "conditions": "、".join(CONDITION_NAMES.values()),
        "educations": "、".join(EDUCATION_NAMES.values()),
        "receipt": request.session.pop("occupation-receipt", None) if request.method == "GET" else None,
    }
    return render(request, "desk/catalogue/import.html", context, status=422 if errors else 200)


def _look_over(request: HttpRequest) -> dict[str, str]:
    file = request.FILES.get("file")
    if file is None or not file.name:
        raise Invalid({"file": ["请选择文件"]})
    content = file.read()
    importing.read_occupations(content, file.name)
    packed = base64.b64encode(zlib.compress(content)).decode()
    if len(packed) > _UPLOAD_BYTES:
        raise Invalid({"file": ["文件太大，请分成几个再导入"]})
    return {"name": file.name[-100:], "content": packed}


def _held(request: HttpRequest) -> ImportReport | None:
    held = request.session.get(_UPLOAD_KEY)
    if held is None:
        return None
    return importing.read_occupations(zlib.decompress(base64.b64decode(held["content"])), held["name"])


@surface("staff", right="catalogues.import")
@require_http_methods(["GET", "HEAD", "POST"])
def import_check(request: HttpRequest) -> HttpResponse:
    """What an import would do, with the faults of each row. POST does it, or drops the table."""
    report = _held(request)
    if report is None:
        return redirect("desk:occupation_import")
    if request.method == "POST" and request.POST.get("do") == "drop":
        del request.session[_UPLOAD_KEY]
        return back(request, "desk:occupation_import", "没有导入，文件已丢弃")
    dry = request.method != "POST"
    done, errors = attempt(request, "导入职业表", lambda: commands.import_occupations(report, dry_run=dry))
    if errors:
        raise Invalid(errors)
    if not dry:
        del request.session[_UPLOAD_KEY]
        request.session["occupation-receipt"] = {"name": done.name, "counts": _counts(done)}
        return back(request, "desk:occupation_import", "导入完成")
    context = {
        "report": done,
        "counts": _counts(done),
        "storable": done.counts["created"] + done.counts["updated"],
        "faulty": done.counts["faulty"],
        "messages": done.messages[:MESSAGES_SHOWN],
        "more": max(0, len(done.messages) - MESSAGES_SHOWN),
    }
    return render(request, "desk/catalogue/check.html", context)


def _counts(report: ImportReport) -> list[dict[str, Any]]:
    return [{"label": label, "value": report.counts[key], "key": key} for key, label in importing.OUTCOMES.items()]


@surface("staff", right="catalogues.import")
@require_POST
def import_workbook(request: HttpRequest) -> HttpResponse:
    """The uploaded table with what would happen and the faults beside each row."""
    report = _held(request)
    if report is None:
        return redirect("desk:occupation_import")
    done, errors = attempt(request, "下载职业表的问题", lambda: commands.import_occupations(report, dry_run=True))
    if errors:
        raise Invalid(errors)
    response = HttpResponse(importing.as_workbook(done), content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, "职业表的问题.xlsx") or "attachment"
    return response
