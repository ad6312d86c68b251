"""Changing what stands in a file: its blocks, its dated lines, contact, papers."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from zhiyin.domain.clients import commands, policies
from zhiyin.domain.clients.models import ClientFile, Skill
from zhiyin.domain.people import commands as people_commands
from zhiyin.domain.people.models import Person
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused
from zhiyin.kernel.identity import mask_email, mask_phone
from zhiyin.web.desk import views_clients_parts as parts
from zhiyin.web.desk.views_clients_new import BASICS
from zhiyin.web.surface import attempt, back, doing, get_or_404

Spec = parts.Spec
SCALE = [("1", "1 很不满意"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "5 很满意")]


@dataclass(frozen=True)
class Block:
    """A part of a file that is changed as one. ``sealed`` ones are stored as a whole under their own name."""

    title: str
    lead: str
    tab: str
    specs: tuple[Spec, ...]
    sealed: bool = True
    confidential: bool = False


def _text(name: str, label: str, help_text: str) -> Spec:
    return Spec(name, label, "textarea", rows=2, maxlength="1000", help=help_text)


BLOCKS = {
    "basics": Block("基本情况", "选不准的先空着。", "", BASICS, sealed=False),
    "health": Block(
        "健康和便利",
        "只记安排服务和避开不合适工作用得着的；要先取得“敏感情况”的单独同意。",
        "private",
        (
            _text("disability", "残疾情况", "例：左手三级肢体残疾，不影响久坐"),
            Spec("avoid", "要避开的劳动条件", "checks", lambda: parts.codes("work-condition")),
            Spec("accommodations", "需要的便利", "checks", lambda: parts.codes("accommodation")),
            _text("words", "本人的话", "照本人说的记"),
            Spec("in_report", "本人同意把这些写进报告", "checkbox"),
        ),
        confidential=True,
    ),
    "family": Block(
        "家庭",
        "只记和找工作有关的；要先取得“敏感情况”的单独同意。",
        "private",
        (
            _text("members", "家里有谁", "例：爱人在超市上班，孩子读小学"),
            _text("supports", "能帮上的", "例：父母能帮着接孩子"),
            _text("limits", "牵住的", "例：晚上要照顾老人"),
        ),
        confidential=True,
    ),
    "workplace": Block(
        "现在的工作",
        "在职的人填。",
        "experience",
        (
            Spec("post", "岗位", size="m", maxlength="200"),
            Spec("satisfaction", "满意程度", "select", lambda: SCALE, size="m"),
            _text("conditions", "劳动条件", "例：两班倒，要久站"),
        ),
    ),
}
PERSON = (
    Spec("name", "姓名", required=True, size="m", maxlength="50"),
    Spec("sex", "性别", "select", lambda: [("1", "男"), ("2", "女"), ("9", "未说明"), ("0", "未知")], size="m"),
    Spec("phone", "新的电话", "tel", size="m", maxlength="20"),
    Spec("email", "新的邮箱", "email", size="m", maxlength="120"),
    Spec("address", "新的住址", size="l", maxlength="200", help="留空不改"),
    Spec(
        "region", "常住地行政区划代码", size="m", maxlength="12", inputmode="numeric", help="6 位或 12 位数字，可以不填"
    ),
    Spec(
        "self_supporting_since",
        "靠自己的劳动收入生活，从哪天起",
        "date",
        size="m",
        help="年满十六周岁、不到十八周岁的填",
    ),
    Spec("self_supporting_proof", "凭什么确认", size="m", maxlength="200", help="如劳动合同、工资流水"),
)


def save(request: HttpRequest, reason: str, run: Callable[[], Any]) -> tuple[Any, dict[str, list[str]], bool]:
    """``(result, errors, conflict)``: like ``attempt``, but a change made meanwhile is told apart."""
    try:
        with doing(request, reason):
            return run(), {}, False
    except Invalid as error:
        return None, error.errors, False
    except NotReady as error:
        return None, {"": [str(error)]}, False
    except Conflict:
        return None, {}, True


def shown(spec: Spec, value: Any) -> str:
    """A value in words, as the page about a conflict quotes it."""
    known = dict(spec.options()) if spec.options else {}
    if isinstance(value, list):
        return "、".join(known.get(str(one), str(one)) for one in value) or "没有选"
    if isinstance(value, bool) or spec.kind == "checkbox":
        return "是" if value else "否"
    return known.get(str(value), str(value)) or "空着"


def differing(specs: Iterable[Spec], typed: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, str]:
    """For each field where what was typed is not what is stored now: what is stored, in words."""
    found = {}
    for spec in specs:
        mine, theirs = typed.get(spec.name), stored.get(spec.name)
        if isinstance(mine, list) and isinstance(theirs, list) and set(mine) == set(theirs):
            continue
        if shown(spec, mine) != shown(spec, theirs):
            found[spec.name] = f"别人刚保存为：{shown(spec, theirs)}"
    return found


def page(request: HttpRequest, file: ClientFile, status: int, **context: Any) -> HttpResponse:
    """A form about one file."""
    return parts.form_page(request, {"file": file, **context}, status)


# -- blocks of the file --------------------------------------------------------------------------------------------


@parts.with_file("clients.edit")
def edit_block(request: HttpRequest, file: ClientFile, block: str) -> HttpResponse:
    """Basics, health, family or workplace, checked against the version that was opened."""
    what = BLOCKS.get(block)
    if what is None:
        raise Http404("没有这一项")
    visible = policies.confidential_visible(parts.actor_of(request), file)
    if what.confidential and not visible:
        raise Refused("健康和家庭情况只由责任指导师、督导和科长查看和更改")
    specs = what.specs if visible else tuple(_open_groups(spec) for spec in what.specs)
    typed, version, errors, conflict = _stored(file, block, what, visible), file.version, {}, False
    different: dict[str, str] = {}
    if request.method == "POST":
        typed = parts.posted(specs, request.POST)
        opened = _whole(request.POST.get("version", ""))
        changes = typed if not what.sealed else {block: typed}
        _, errors, conflict = save(request, f"更改{what.title}", lambda: commands.change_file(file, opened, **changes))
        errors = {"": errors[block]} if block in errors and what.sealed else errors
        if not errors and not conflict:
            return back(
                request,
                "desk:file_tab" if what.tab else "desk:file",
                f"{what.title}已保存",
                file.pk,
                *filter(None, [what.tab]),
            )
        if conflict:
            file.refresh_from_db()
            version, different = file.version, differing(specs, typed, _stored(file, block, what, visible))
        else:
            version = opened
    return page(
        request,
        file,
        409 if conflict else 422 if errors else 200,
        title=what.title,
        lead=what.lead,
        controls=parts.build(specs, typed, errors, different),
        errors=errors,
        labels=parts.label_map(specs),
        conflict=conflict,
        version=version,
        cancel=_tab(file, what.tab),
    )


def _stored(file: ClientFile, block: str, what: Block, visible: bool) -> dict[str, Any]:
    if what.sealed:
        content = getattr(file, block) or {}
        return {spec.name: content.get(spec.name, [] if spec.is_list else "") for spec in what.specs}
    found = {spec.name: getattr(file, spec.name) for spec in what.specs}
    if not visible:
        found["groups"] = [code for code in file.groups if code not in policies.SENSITIVE_GROUPS]
    return found


def _open_groups(spec: Spec) -> Spec:
    """Without the sensitive groups, for whoever may not see them."""
    if spec.name != "groups":
        return spec
    options = [item for item in parts.codes("client-group") if item[0] not in policies.SENSITIVE_GROUPS]
    return Spec(spec.name, spec.label, spec.kind, lambda: options, help="敏感的类别由责任指导师登记")


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _tab(file: ClientFile, tab: str) -> str:
    return reverse("desk:file_tab", args=[file.pk, tab]) if tab else reverse("desk:file", args=[file.pk])


# -- the person ----------------------------------------------------------------------------------------------------


@parts.with_file("people.edit")
def edit_person(request: HttpRequest, file: ClientFile) -> HttpResponse:
    """Name, sex, contact, proof of self-support. Contact is not shown in full here: what stays empty stays as it is."""
    person: Person = file.person
    young = 16 <= person.age() < 18
    specs = tuple(_with_present(spec, person) for spec in PERSON if young or not spec.name.startswith("self_"))
    typed, version, errors, conflict = _of_person(person), person.version, {}, False
    different: dict[str, str] = {}
    if request.method == "POST":
        typed = parts.posted(specs, request.POST)
        opened = _whole(request.POST.get("version", ""))
        _, errors, conflict = save(request, "更改个人信息", lambda: _change(person, opened, typed))
        if not errors and not conflict:
            return back(request, "desk:file", "个人信息已保存", file.pk)
        version = opened
        if conflict:
            person.refresh_from_db()
            version = person.version
            shown_specs = [spec for spec in specs if spec.name not in {"phone", "email", "address"}]
            different = differing(shown_specs, typed, _of_person(person))
    return page(
        request,
        file,
        409 if conflict else 422 if errors else 200,
        title="姓名和联系方式",
        lead="改姓名请先核对证件。电话、邮箱、住址留空就不改。",
        controls=parts.build(specs, typed, errors, different),
        errors=errors,
        labels=parts.label_map(specs),
        conflict=conflict,
        version=version,
        cancel=_tab(file, ""),
    )


def _with_present(spec: Spec, person: Person) -> Spec:
    """The help of a contact field says, masked, what is registered now."""
    mask = {"phone": mask_phone, "email": mask_email}.get(spec.name)
    if mask is None:
        return spec
    present = getattr(person, spec.name)
    said = f"现在登记的是 {mask(present)}，留空不改" if present else "现在没有登记"
    return Spec(spec.name, spec.label, spec.kind, size=spec.size, maxlength=spec.maxlength, help=said)


def _of_person(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "sex": person.sex,
        "region": person.region,
        "self_supporting_since": person.self_supporting_since or "",
        "self_supporting_proof": person.self_supporting_proof,
    }


def _change(person: Person, version: int, typed: dict[str, Any]) -> Person:
    changes = {"name": typed["name"], "sex": typed["sex"]}
    changes |= {name: typed[name] for name in ("phone", "email", "address") if typed[name].strip()}
    if typed["region"].strip() and not (typed["region"].isdecimal() and len(typed["region"]) in {6, 12}):
        raise Invalid({"region": ["行政区划代码是 6 位或 12 位数字"]})
    changes["region"] = typed["region"].strip()
    if "self_supporting_since" in typed:
        since = typed["self_supporting_since"].strip()
        if since and parts.day_of(since) is None:
            raise Invalid({"self_supporting_since": ["日期的写法如 2026-03-15"]})
        changes["self_supporting_since"] = parts.day_of(since)
        changes["self_supporting_proof"] = typed["self_supporting_proof"].strip()
    return people_commands.change_person(person, version, **changes)


# -- dated lines ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A kind of line: how it is called, where it is shown, and its form."""

    label: str
    related: str
    tab: str
    specs: tuple[Spec, ...]


_STARTED = Spec("started", "开始", "date", required=True, size="m", help="只记得年月的，日填 1")
_ENDED = Spec("ended", "结束", "date", size="m", help="还没有结束就空着")
_OCCUPATION = Spec(
    "occupation", "职业编码", size="m", maxlength="12", help="职业分类大典的编码，如 4-07-03-01，可以不填"
)
LINES = {
    "education": Line(
        "教育经历",
        "education",
        "experience",
        (
            Spec("school", "学校", required=True, size="m", maxlength="100"),
            Spec("major", "专业", size="m", maxlength="80"),
            Spec("level", "层次", "select", lambda: parts.codes("education-level"), required=True, size="m"),
            Spec("result", "结果", "select", lambda: parts.codes("study-result"), size="m"),
            _STARTED,
            _ENDED,
        ),
    ),
    "work": Line(
        "工作经历",
        "work",
        "experience",
        (
            Spec("employer", "单位", required=True, size="m", maxlength="100"),
            Spec("post", "岗位", required=True, size="m", maxlength="80"),
            _STARTED,
            _ENDED,
            Spec("nature", "用工形式", "select", lambda: parts.codes("work-nature"), size="m"),
            _OCCUPATION,
            Spec("duties", "做了什么", "textarea", rows=2, maxlength="500", help="用动词写，例：配药、盘库、教新人"),
            Spec("leaving_reason", "离开原因", size="l", maxlength="200"),
        ),
    ),
    "skill": Line(
        "能力",
        "skills",
        "abilities",
        (
            Spec("kind", "类别", "select", lambda: list(Skill.Kind.choices), required=True, size="m"),
            Spec("name", "名称", required=True, size="m", maxlength="80"),
            Spec("level", "熟练程度", "select", lambda: parts.codes("skill-mastery"), size="m"),
        ),
    ),
    "certificate": Line(
        "证书",
        "certificates",
        "abilities",
        (
            Spec("name", "证书", required=True, size="m", maxlength="100"),
            Spec("kind", "类别", "select", lambda: parts.codes("certificate-kind"), size="m"),
            Spec("number", "编号", size="m", maxlength="60"),
            Spec("issued", "发证日期", "date", size="m"),
        ),
    ),
    "wish": Line(
        "职业期望",
        "wishes",
        "abilities",
        (
            Spec("title", "想做的工作", required=True, size="m", maxlength="80"),
            Spec(
                "strength",
                "强烈程度",
                "select",
                lambda: [("1", "1 随便想想"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "5 非常想做")],
                required=True,
                size="m",
            ),
            Spec("place", "地点", size="m", maxlength="60"),
            Spec("pay_min", "月薪下限", "number", size="s", unit="元", inputmode="numeric"),
            _OCCUPATION,
            Spec("reason", "为什么", "textarea", rows=2, maxlength="300"),
        ),
    ),
    "tag": Line(
        "人员类别",
        "tags",
        "",
        (
            Spec("code", "类别", "select", lambda: parts.codes("client-group"), required=True, size="m"),
            Spec("proof", "证明", size="m", maxlength="120", help="如就业困难人员认定表"),
            Spec("since", "自", "date", size="m"),
            Spec("until", "至", "date", size="m"),
        ),
    ),
}


@parts.with_file("clients.edit")
def edit_entry(request: HttpRequest, file: ClientFile, kind: str, entry: uuid.UUID | None = None) -> HttpResponse:
    """Add a line, or change one that stands in this file."""
    line = LINES.get(kind)
    if line is None:
        raise Http404("没有这一类")
    found = get_or_404(getattr(file, line.related).all(), entry) if entry else None
    hidden = not policies.confidential_visible(parts.actor_of(request), file)
    if found is not None and hidden and kind == "tag" and found.code in policies.SENSITIVE_GROUPS:
        raise Refused("这一项只由责任指导师、督导和科长查看和更改")
    typed: dict[str, Any] = {"strength": "3", "kind": request.GET.get("kind", "") if kind == "skill" else ""}
    if found is not None:
        typed = {spec.name: _plain(getattr(found, spec.name)) for spec in line.specs}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        typed = parts.posted(line.specs, request.POST)
        _, errors = attempt(
            request,
            f"{'更改' if found else '添加'}{line.label}",
            lambda: commands.change_entry(found, **typed) if found else commands.add_entry(file, kind, **typed),
        )
        if not errors:
            args = [file.pk, *filter(None, [line.tab])]
            return back(request, "desk:file_tab" if line.tab else "desk:file", f"{line.label}已保存", *args)
    return page(
        request,
        file,
        422 if errors else 200,
        title=f"{'更改' if found else '添加'}{line.label}",
        controls=parts.build(line.specs, typed, errors),
        errors=errors,
        labels=parts.label_map(line.specs),
        cancel=_tab(file, line.tab),
        remove_url=reverse("desk:entry_remove", args=[file.pk, kind, found.pk]) if found else "",
    )


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


@parts.with_file("clients.edit")
def remove_entry(request: HttpRequest, file: ClientFile, kind: str, entry: uuid.UUID) -> HttpResponse:
    """Take a line out, with a word why."""
    line = LINES.get(kind)
    if line is None:
        raise Http404("没有这一类")
    found = get_or_404(getattr(file, line.related).all(), entry)
    hidden = not policies.confidential_visible(parts.actor_of(request), file)
    if hidden and kind == "tag" and found.code in policies.SENSITIVE_GROUPS:
        raise Refused("这一项只由责任指导师、督导和科长查看和更改")
    specs = (Spec("reason", "为什么删除", required=True, size="l", maxlength="200", help="例：登记错了"),)
    typed, errors = {"reason": ""}, {}
    if request.method == "POST":
        typed = parts.posted(specs, request.POST)
        _, errors = attempt(request, f"删除{line.label}", lambda: commands.remove_entry(found, typed["reason"]))
        if not errors:
            args = [file.pk, *filter(None, [line.tab])]
            return back(request, "desk:file_tab" if line.tab else "desk:file", f"{line.label}已删除一项", *args)
    return page(
        request,
        file,
        422 if errors else 200,
        title=f"删除{line.label}",
        lead="删除以后档案里不再有这一项，谁删的、为什么删，审计记录里都有。",
        controls=parts.build(specs, typed, errors),
        errors=errors,
        labels=parts.label_map(specs),
        submit="删除",
        cancel=_tab(file, line.tab),
    )


# -- papers --------------------------------------------------------------------------------------------------------

DOCUMENT = (
    Spec("kind", "证件类型", "select", lambda: parts.DOCUMENT_KINDS, required=True, size="m"),
    Spec("number", "证件号", required=True, size="m", maxlength="40"),
    Spec("valid_until", "有效期至", "date", size="m", help="长期有效的空着"),
)


@parts.with_file("people.edit")
def add_document(request: HttpRequest, file: ClientFile) -> HttpResponse:
    """Add a further paper, such as a certificate of disability."""
    typed: dict[str, Any] = {"kind": request.GET.get("kind", "")}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        typed = parts.posted(DOCUMENT, request.POST)
        _, errors = attempt(request, "添加证件", lambda: _document(file.person, typed))
        if not errors:
            return back(request, "desk:file_tab", "证件已添加", file.pk, "identity")
    return page(
        request,
        file,
        422 if errors else 200,
        title="添加证件",
        lead="残疾人证号的前 18 位要和本人身份证号相同。",
        controls=parts.build(DOCUMENT, typed, errors),
        errors=errors,
        labels=parts.label_map(DOCUMENT),
        cancel=_tab(file, "identity"),
    )


def _document(person: Person, typed: dict[str, Any]) -> Any:
    last = typed["valid_until"].strip()
    if last and parts.day_of(last) is None:
        raise Invalid({"valid_until": ["日期的写法如 2036-03-15"]})
    return people_commands.add_document(
        person, kind=typed["kind"], number=typed["number"], valid_until=parts.day_of(last)
    )
