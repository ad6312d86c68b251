"""One page of supervision; reviews with findings and what is put right; commendations and judgements of staff."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiyin.domain.agencies import policies as agency_policies
from zhiyin.domain.agencies.models import Staff
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.casework import queries as casework
from zhiyin.domain.quality import people, queries, reviews
from zhiyin.domain.quality.models import Commendation, Finding, Review, StaffRating
from zhiyin.kernel.errors import Invalid
from zhiyin.web.desk.boards import Board, Cell, Form, Table, answer
from zhiyin.web.desk.views_cases_shared import day
from zhiyin.web.desk.views_plan import Box
from zhiyin.web.desk.views_quality import tabs_of
from zhiyin.web.surface import surface

TABS = "反馈与投诉"


def _who(request: HttpRequest) -> Actor:
    who: Actor = request.actor  # type: ignore[attr-defined]
    return who


def choices(kind: Any) -> list[dict[str, str]]:
    """The values of a Django choices class as options of a field."""
    return [{"value": value, "label": str(label)} for value, label in kind.choices]


def needed_day(typed: Mapping[str, str], name: str) -> date:
    """A posted day, ``Invalid`` at its field when there is none."""
    found = day(typed, name)
    if found is None:
        raise Invalid({name: ["请填写日期"]})
    return found


def chosen(rows: Any, typed: Mapping[str, str], name: str) -> Any:
    """The row of ``rows`` whose id was posted, ``Invalid`` at its field when it is none of them."""
    found = next((row for row in rows if str(row.pk) == typed[name]), None)
    if found is None:
        raise Invalid({name: ["请从列表中选择"]})
    return found


@surface("staff", right="quality.handle")
@require_safe
def supervision(request: HttpRequest) -> HttpResponse:
    """Late cases, quality scores and open complaints with their counts, and what is overdue in handling them."""
    who = _who(request)
    late = list(casework.ledger(who, casework.LedgerFilters(late=True)))
    today = timezone.localdate()
    rates = queries.response_rates(who, since=today.replace(month=1, day=1))
    complaints = queries.list_complaints(who, open_only=True)
    overdue = queries.overdue_feedback(who)
    wrong = [row for row in reviews.open_rectifications(who) if row.late_days]
    tables = [
        Table(
            "过期的个案",
            ("个案", "所在步骤", "责任指导师", "过期"),
            [
                (
                    Cell(row.case.number, reverse("desk:case", args=[row.case.pk])),
                    row.step,
                    row.case.adviser.user.name,
                    Cell(f"{row.late_days} 天", tone="late"),
                )
                for row in casework.ledger_rows(who, late[:50])
            ],
            "没有过期的个案。",
            f"{len(late)} 件",
        ),
        Table(
            "服务质量评分",
            ("指导师", "收到评价", "平均总体评分"),
            [(row.adviser.user.name, row.answered, "—" if row.overall is None else row.overall) for row in rates],
            "今年还没有评价。",
            f"今年 {sum(row.answered for row in rates)} 份",
        ),
        Table(
            "未办结的投诉",
            ("受理号", "类别", "到哪一步", "期限"),
            [
                (
                    Cell(row.complaint.number, reverse("desk:complaint", args=[row.complaint.pk])),
                    row.kind_label,
                    row.state_label,
                    Cell(f"过期 {row.late_days} 天", tone="late") if row.late_days else str(row.next_due_on or "—"),
                )
                for row in complaints
            ],
            "没有未办结的投诉。",
            f"{len(complaints)} 件",
        ),
        Table(
            "过期没有处理的反馈",
            ("评价", "过期"),
            [
                (Cell(f"总体评分 {row.overall}", reverse("desk:feedback", args=[row.pk])), Cell(f"{n} 天", tone="late"))
                for row, n in overdue
            ],
            "没有过期的反馈。",
            f"{len(overdue)} 份",
        ),
        Table(
            "过期没有验证的整改",
            ("发现", "改什么", "负责人", "过期"),
            [
                (
                    row.finding.words,
                    row.finding.action,
                    row.finding.owner.user.name if row.finding.owner else "—",
                    Cell(f"{row.late_days} 天", tone="late"),
                )
                for row in wrong
            ],
            "没有过期的整改。",
            f"{len(wrong)} 件",
        ),
    ]
    tabs = tabs_of(request, "supervision")
    board = Board("监督", "流程、质量和投诉放在一页看，数字都来自记录。", tables, tabs=tabs, tabs_label=TABS)
    return answer(request, "desk:supervision", board)


def _stand(row: Finding) -> Cell:
    if row.result == Finding.Result.GOOD:
        return Cell("符合／优点", tone="good")
    if row.verified_at is not None:
        return Cell("已验证", tone="good")
    if row.due_on is not None and row.due_on < timezone.localdate():
        return Cell(f"过期 {(timezone.localdate() - row.due_on).days} 天", tone="late")
    return Cell("已整改，待验证", tone="soon") if row.done_at else Cell("待整改", tone="on")


@surface("staff", right="quality.handle")
def review_board(request: HttpRequest) -> HttpResponse:
    """Reviews, the findings of each with clause, evidence, owner and day; begin, find, finish, put right, verify."""
    who = _who(request)
    found = reviews.reviews(who)
    shown = next((one for one in found if str(one.pk) == request.GET.get("show")), found[0] if found else None)
    standing = [row.finding for row in reviews.open_rectifications(who)]
    running = [one for one in found if one.finished_at is None]
    owners = queries.possible_owners(who)
    here = reverse("desk:reviews")
    tables = [
        Table(
            "检查",
            ("题目", "类别", "期间", "发现", "未了结", "状态"),
            [
                (
                    Cell(one.title, f"{here}?show={one.pk}"),
                    one.get_kind_display(),
                    f"{one.since} 至 {one.until}",
                    one.found,
                    one.open,
                    Cell("已完成", tone="good") if one.finished_at else Cell("进行中", tone="on"),
                )
                for one in found
            ],
            "还没有做过检查。在下面开始一次。",
        )
    ]
    if shown is not None:
        if shown.figures:
            rows = [tuple(row) for row in shown.figures]
            tables.append(Table("期间数字", ("项目", "数字"), rows, "", f"{shown.title}，由记录得出"))
        tables.append(
            Table(
                "发现",
                ("条款或流程", "方面", "发现", "依据", "改什么", "负责人和期限", "状态"),
                [
                    (
                        row.clause,
                        row.get_part_display(),
                        row.words,
                        row.evidence or "—",
                        row.action or "—",
                        f"{row.owner.user.name}，{row.due_on}" if row.owner else "—",
                        _stand(row),
                    )
                    for row in reviews.findings(shown)
                ],
                "还没有写下发现。",
                f"{shown.title}，{shown.created_at:%Y-%m-%d}",
            )
        )
    return answer(
        request,
        "desk:reviews",
        Board(
            "检查与整改",
            "定期查流程、查合规、总结评价；不足的都有措施、负责人和期限，验证了才算了结。",
            tables,
            _review_forms(request, running, standing, owners),
            tabs=tabs_of(request, "reviews"),
            tabs_label=TABS,
        ),
    )


def _review_forms(
    request: HttpRequest, running: list[Review], standing: list[Finding], owners: list[Any]
) -> list[Form]:
    body = request.membership.organisation  # type: ignore[attr-defined]
    rows = [{"value": str(one.pk), "label": one.title} for one in running]
    wrong = [{"value": str(one.pk), "label": f"{one.clause}：{one.words[:40]}"} for one in standing]

    def begin(typed: Mapping[str, str]) -> Any:
        return reviews.begin_review(
            body,
            kind=typed["kind"],
            title=typed["title"],
            since=needed_day(typed, "since"),
            until=needed_day(typed, "until"),
        )

    def find(typed: Mapping[str, str]) -> Any:
        return reviews.add_finding(
            chosen(running, typed, "review"),
            part=typed["part"],
            clause=typed["clause"],
            result=typed["result"],
            words=typed["words"],
            evidence=typed["evidence"],
            action=typed["action"],
            owner=next((one for one in owners if str(one.pk) == typed["owner"]), None),
            due_on=day(typed, "due_on"),
        )

    review = Box("review", "哪次检查", type="select", required=True, options=rows)
    finding = Box("finding", "哪一条", type="select", required=True, options=wrong)
    forms = [
        Form(
            "begin",
            "开始一次检查",
            (
                Box("kind", "类别", type="select", required=True, options=choices(Review.Kind)),
                Box("title", "题目", required=True, placeholder="例：下半年接待流程审查"),
                Box("since", "所看期间自", type="date", required=True),
                Box("until", "至", type="date", required=True),
            ),
            begin,
            "检查已开始",
            "开始",
        )
    ]
    if running:
        forms += [
            Form(
                "find",
                "写一条发现",
                (
                    review,
                    Box("part", "方面", type="select", required=True, options=choices(Finding.Part)),
                    Box("clause", "条款或流程", required=True, placeholder="例：XM-5.2-a，或接待流程"),
                    Box("result", "结果", type="select", required=True, options=choices(Finding.Result)),
                    Box("words", "发现了什么", type="textarea", required=True),
                    Box("evidence", "依据", help="合规检查必填：看了什么、问了谁。"),
                    Box("action", "改什么", help="不足的必填。"),
                    Box(
                        "owner",
                        "负责人",
                        type="select",
                        options=[{"value": str(one.pk), "label": one.user.name} for one in owners],
                    ),
                    Box("due_on", "期限", type="date", help="空着就按规定的整改天数。"),
                ),
                find,
                "发现已记下",
            ),
            Form(
                "finish",
                "完成检查",
                (review,),
                lambda typed: reviews.finish_review(chosen(running, typed, "review")),
                "检查已完成",
                "完成",
                "合规检查要查过资质、内容、流程、效果四个方面才能完成。",
            ),
        ]
    if standing:
        forms += [
            Form(
                "rectify",
                "填整改情况",
                (finding, Box("done", "做了什么", type="textarea", required=True)),
                lambda typed: reviews.rectify(chosen(standing, typed, "finding"), typed["done"]),
                "整改情况已记下，等负责人以外的人验证",
            ),
            Form(
                "verify",
                "验证整改",
                (
                    finding,
                    Box(
                        "holds",
                        "改好了吗",
                        type="select",
                        required=True,
                        options=[{"value": "yes", "label": "改好了"}, {"value": "no", "label": "还没有，退回再改"}],
                    ),
                    Box("verification", "凭什么判断", type="textarea", required=True),
                ),
                lambda typed: reviews.verify(
                    chosen(standing, typed, "finding"), typed["holds"] == "yes", typed["verification"]
                ),
                "验证结果已记下",
            ),
        ]
    return forms


@surface("staff", right="agencies.manage_staff")
def commendations(request: HttpRequest) -> HttpResponse:
    """Nominations with evidence, reviewers, days before the public and result; judgements of staff by three sides."""
    who, today = _who(request), timezone.localdate()
    body = request.membership.organisation  # type: ignore[attr-defined]
    found = people.commendations(who)
    waiting = [one for one in found if not one.outcome]
    staff: list[Staff] = list(agency_policies.scope(who).select_related("user", "organisation").order_by("user__name"))
    year = today.replace(month=1, day=1)
    judged = [(one, people.evaluation(one, year, today)) for one in staff if one.ended_on is None][:12]
    names = [{"value": str(one.pk), "label": one.user.name} for one in staff]
    open_ones = [{"value": str(one.pk), "label": one.nominee} for one in waiting]
    tables = [
        Table(
            "表扬",
            ("名称", "业绩和证明", "评审人", "公示", "结果"),
            [
                (
                    one.nominee,
                    one.evidence,
                    "、".join(one.reviewers) or "—",
                    f"{one.shown_from} 至 {one.shown_until}" if one.shown_from else "—",
                    f"{one.get_outcome_display()}：{one.outcome_words}" if one.outcome else "待定",
                )
                for one in found
            ],
            "还没有推荐。",
        ),
        Table(
            "三方评价",
            ("姓名", "同行", "学生", "社会", "加权平均"),
            [
                (
                    one.user.name,
                    *(
                        f"{side.mean:.1f}（{side.count} 份，占 {side.weight}%）"
                        if side.mean is not None
                        else Cell("没有评价", tone="ask")
                        for side in row.sides
                    ),
                    "—" if row.total is None else row.total,
                )
                for one, row in judged
            ],
            "名册还是空的。",
            f"{today.year} 年",
        ),
    ]
    forms = [
        Form(
            "nominate",
            "推荐",
            (
                Box("kind", "对象", type="select", required=True, options=choices(Commendation.Kind)),
                Box("nominee", "名称", required=True),
                Box("evidence", "业绩和证明", type="textarea", required=True),
            ),
            lambda typed: people.nominate(body, **typed),
            "推荐已记下",
        ),
        Form(
            "rate",
            "登记一份评价",
            (
                Box("staff", "评价谁", type="select", required=True, options=names),
                Box("source", "评价方", type="select", required=True, options=choices(StaffRating.Source)),
                Box("score", "评分（0 到 100）", type="number", required=True),
                Box("rated_on", "日期", type="date", required=True),
                Box("words", "评语"),
            ),
            lambda typed: people.rate_staff(
                chosen(staff, typed, "staff"),
                source=typed["source"],
                score=int(typed["score"]) if typed["score"].isdecimal() and len(typed["score"]) < 4 else -1,
                rated_on=needed_day(typed, "rated_on"),
                words=typed["words"],
            ),
            "评价已记下",
        ),
    ]
    if waiting:
        nominee = Box("nominee", "哪一项推荐", type="select", required=True, options=open_ones)
        forms += [
            Form(
                "review",
                "评审和公示",
                (
                    nominee,
                    Box("reviewers", "评审人（用顿号隔开）", required=True),
                    Box("opinion", "评审意见", type="textarea", required=True),
                    Box("shown_from", "公示自", type="date", required=True),
                    Box("shown_until", "至", type="date", required=True),
                ),
                lambda typed: people.review_nomination(
                    chosen(waiting, typed, "nominee"),
                    reviewers=typed["reviewers"].replace("，", "、").split("、"),
                    opinion=typed["opinion"],
                    shown_from=needed_day(typed, "shown_from"),
                    shown_until=needed_day(typed, "shown_until"),
                ),
                "评审和公示已记下",
            ),
            Form(
                "decide",
                "决定",
                (
                    nominee,
                    Box("outcome", "结果", type="select", required=True, options=choices(Commendation.Outcome)),
                    Box("words", "公示反映和理由", type="textarea", required=True),
                ),
                lambda typed: people.decide(
                    chosen(waiting, typed, "nominee"), outcome=typed["outcome"], words=typed["words"]
                ),
                "决定已记下",
            ),
        ]
    board = Board("表扬与评价", "推荐、评审、公示、决定，每一步都留下凭据；评价分三方，各有权重。", tables, forms)
    return answer(request, "desk:commendations", board)
