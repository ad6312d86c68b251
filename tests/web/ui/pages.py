"""Reading a rendered page as a browser would."""

from django.http import QueryDict
from lxml import html


def successful_controls(form: html.HtmlElement) -> QueryDict:
    """What a browser without scripts would send for this form."""
    sent = QueryDict(mutable=True)
    for control in form.xpath(".//input | .//select | .//textarea"):
        name = control.get("name")
        if not name or control.get("disabled") is not None or control.xpath("ancestor::template"):
            continue
        if control.tag == "select":
            chosen = control.xpath("./option[@selected]") or control.xpath("./option")[:1]
            sent.appendlist(name, chosen[0].get("value"))
        elif control.tag == "textarea":
            sent.appendlist(name, (control.text or "").removeprefix("\n"))
        elif control.get("type") in {"radio", "checkbox"}:
            if control.get("checked") is not None:
                sent.appendlist(name, control.get("value"))
        else:
            sent.appendlist(name, control.get("value", ""))
    return sent


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())
