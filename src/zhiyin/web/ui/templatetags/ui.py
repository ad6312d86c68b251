"""Tags and filters of the components: ``{% load ui %}``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from zhiyin.web.ui import controls, formview

register = template.Library()

CONTRASTS = frozenset({"more"})
TYPES = frozenset({"large", "xlarge"})
STATUS_ICONS = {
    "late": "alert",
    "soon": "clock",
    "on": "run",
    "good": "ok",
    "bad": "bad",
    "half": "half",
    "ask": "ask",
    "na": "na",
    "wait": "wait",
}
EMPTY_ICONS = {"none": "file", "denied": "lock", "filtered": "search", "failed": "cloud"}
EMPTY_TEXTS = {
    "none": "这里还没有内容。",
    "denied": "你的角色看不到这里的内容。",
    "filtered": "没有符合筛选条件的内容。",
    "failed": "没有连上服务器，已填的内容还在。",
}
NOTICE_ICONS = {"": "info", "info": "info", "soon": "alert", "good": "ok", "bad": "bad", "late": "alert"}
STEP_WORDS = {
    "done": "已完成",
    "current": "进行中",
    "late": "已过期",
    "waiting": "未开始",
    "blocked": "还不能开始",
    "skipped": "不适用",
}


@register.simple_tag
def icon(name: str, size: str = "m", label: str = "") -> SafeString:
    """An icon of the sprite. Without ``label`` it is hidden from screen readers."""
    css = {"s": "i i-s", "l": "i i-l"}.get(size, "i")
    href = f"{static('ui/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', css, label, href)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', css, href)


@register.simple_tag(takes_context=True)
def attrs(context: Context) -> SafeString:
    """The attributes a component was given and does not itself declare, escaped.

    Cotton's own ``{{ attrs }}`` prints bound values unescaped.
    """
    given: Mapping[str, Any] = context["attrs"].attrs_dict()
    parts = []
    for key, value in given.items():
        if value is False or value is None or not re.fullmatch(r"[\w:.@-]+", key):
            continue
        parts.append(key if value is True else f'{key}="{conditional_escape(value)}"')
    return mark_safe((" " + " ".join(parts)) if parts else "")


@register.simple_tag(takes_context=True)
def mode_attrs(context: Context) -> SafeString:
    """``data-contrast`` and ``data-type`` of ``<html>``: the query first (gallery, screenshots), then the cookies."""
    request = context.get("request")
    if request is None:
        return mark_safe("")
    chosen = {
        "contrast": (request.GET.get("contrast") or request.COOKIES.get("zy_contrast", ""), CONTRASTS),
        "type": (request.GET.get("type") or request.COOKIES.get("zy_type", ""), TYPES),
    }
    return format_html_join(
        "", ' data-{}="{}"', ((name, value) for name, (value, allowed) in chosen.items() if value in allowed)
    )


@register.simple_tag(takes_context=True)
def mode(context: Context, name: str) -> str:
    """The mode now in force: "type" is "", "large" or "xlarge"; "contrast" is "" or "more"."""
    request = context.get("request")
    if request is None:
        return ""
    value = request.GET.get(name) or request.COOKIES.get(f"zy_{name}", "")
    return value if value in (TYPES if name == "type" else CONTRASTS) else ""


@register.simple_tag
def control(name: str, kind: str, value: object, options: object, **rest: Any) -> controls.Control:
    """The control of a ``<c-field>``."""
    rest["errors"] = controls.messages(rest.pop("error", None))
    rest["required"] = bool(rest.get("required"))
    rest["rows"] = int(rest.get("rows") or 4)
    for key, item in rest.items():
        if item is None:
            rest[key] = ""
    listed = options if isinstance(options, Iterable) and not isinstance(options, str) else ()
    return controls.simple(name, kind or "text", value, listed, **rest)


@register.inclusion_tag("ui/menu_item.html")
def menu_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item of the main menu; keys it lacks are filled in. A parent of the current page is open, not current."""
    whole: dict[str, Any] = {"icon": "", "current": False, "count": 0, "children": [], **item}
    whole["children"] = [{"current": False, **child} for child in whole["children"] or ()]
    whole["open"] = any(child["current"] for child in whole["children"])
    if not (whole["current"] or whole["open"]):
        whole["children"] = []
    return {"item": whole}


@register.inclusion_tag("ui/row.html")
def field(bound: BoundField) -> dict[str, Any]:
    """One field of a Django form."""
    return {"c": controls.from_bound(bound)}


@register.inclusion_tag("ui/django_form.html")
def django_form(form: BaseForm) -> dict[str, Any]:
    """A whole Django form: error summary, hidden fields, rows. The ``<form>`` element is the page's."""
    items = [("", str(message)) for message in form.non_field_errors()]
    for bound in form:
        items += [(bound.auto_id, f"{bound.label}：{message}") for message in bound.errors]
    return {
        "items": items,
        "rows": [controls.from_bound(bound) for bound in form.visible_fields()],
        "hidden": form.hidden_fields(),
    }


@register.inclusion_tag("ui/form.html")
def render_form(
    form: Any,
    answers: Mapping[str, Any] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
    *,
    codelists: Mapping[str, Any] | None = None,
    lookups: Mapping[str, str] | None = None,
    today: Any = None,
) -> dict[str, Any]:
    """An engine form with its error summary. The ``<form>`` element is the page's (``<c-form>``).

    ``answers``: as ``formdata.parse`` or ``engines.forms.clean`` give them. ``errors``: ``Invalid.errors``.
    ``lookups``: field type (occupation, region) → address that answers ``?q=`` with ``{"items": [{value, label}]}``.
    """
    view = formview.build(form, answers or {}, errors or {}, codelists or {}, lookups or {}, today)
    return {"view": view, "items": view.summary}


@register.simple_tag
def error_items(errors: object, labels: object = None, prefix: str = "f-") -> list[tuple[str, str]]:
    """``(html id, message)`` of an ``Invalid.errors`` mapping, in its order; the form as a whole has no id."""
    if not isinstance(errors, Mapping):
        return [("", message) for message in controls.messages(errors)]
    names = labels if isinstance(labels, Mapping) else {}
    items = []
    for name, found in errors.items():
        for message in controls.messages(found):
            label = str(names.get(name, ""))
            text = f"{label}：{message}" if label and label not in message else message
            items.append((prefix + formview.html_name(name) if name else "", text))
    return items


@register.simple_tag
def option_list(options: object, value: object, html_id: str = "") -> tuple[controls.Choice, ...]:
    """Options of a filter or of big answers, the chosen ones marked."""
    chosen = value if isinstance(value, list | tuple | set) else [value]
    listed = options if isinstance(options, Iterable) and not isinstance(options, str) else ()
    return controls.choices(listed, chosen, html_id)


@register.simple_tag
def page_numbers(page: Any) -> list[Any]:
    """Page numbers with "…" for the gaps."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))


@register.simple_tag
def status_icon_tag(tone: object) -> SafeString:
    """The shape that goes with a status tone."""
    return icon(STATUS_ICONS.get(str(tone), "run"))


@register.simple_tag
def notice_icon_tag(tone: object) -> SafeString:
    return icon(NOTICE_ICONS.get(str(tone), "info"))


@register.simple_tag
def empty_icon_tag(kind: object) -> SafeString:
    return icon(EMPTY_ICONS.get(str(kind), "file"))


@register.simple_tag(takes_context=True)
def page_query(context: Context, param: str, number: int) -> str:
    """The query string of this page with ``param`` set to ``number``."""
    request = context.get("request")
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    query[param] = str(number)
    return query.urlencode()


@register.filter
def empty_text(kind: object) -> str:
    return EMPTY_TEXTS.get(str(kind), EMPTY_TEXTS["none"])


@register.filter
def step_word(state: object) -> str:
    return STEP_WORDS.get(str(state), STEP_WORDS["waiting"])


@register.filter
def share(value: object, maximum: object = 100) -> str:
    """``value`` as a percentage of ``maximum``, 0–100, for an SVG width. Anything that is no number draws nothing."""
    try:
        part = float(value) / float(maximum) * 100  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError):
        return "0"
    return f"{min(100.0, max(0.0, part)):.4g}"


@register.filter
def initial(name: object) -> str:
    """The character an avatar shows."""
    return str(name).strip()[:1]


@register.filter
def phrases(text: object) -> SafeString:
    """Escaped text with a break opportunity after each punctuation mark, for headings with ``word-break: keep-all``."""
    return mark_safe(re.sub(r"([，。；：、！？])(?=.)", r"\1<wbr>", conditional_escape(text)))


@register.filter
def paragraphs(text: object) -> SafeString:
    """Every non-empty line as an escaped paragraph."""
    lines = [line.strip() for line in str(text or "").splitlines()]
    return format_html_join("", "<p>{}</p>", ((line,) for line in lines if line))
