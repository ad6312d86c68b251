"""Forms of the engine and of Django come out the same, and what a browser sends is what was shown."""

import copy
import re
from typing import Any, get_args

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template
from lxml import html

from tests.web.ui.pages import successful_controls, words
from zhiyin.engines.forms import CodeList, FormDefinition, clean
from zhiyin.engines.forms.definition import FieldType
from zhiyin.web.ui import formview, samples
from zhiyin.web.ui.formdata import MAX_ROWS, parse

GIVEN: dict[str, Any] = {
    "name": "王艳",
    "status": "unemployed",
    "left_on": "2026-04-30",
    "education": "college",
    "age": 41,
    "hours": "1.5",
    "pay": "4500",
    "meet_at": "2026-11-20T09:30",
    "disabled": False,
    "sure": 2,
    "home": "350203",
    "wish": "4-14-01-03",
    "story": "第一行\n第二行 <b>&amp;",
    "jobs": [
        {"employer": "同和堂", "since": "2015-03-01", "paid": True, "kind": "full", "duty": "卖药"},
        {"employer": "社区食堂", "paid": False},
    ],
}


def drawn(
    form: FormDefinition, answers: dict[str, Any], errors: dict[str, list[str]] | None = None
) -> html.HtmlElement:
    context = Context(
        {
            "form": form,
            "answers": answers,
            "errors": errors or {},
            "codelists": samples.CODELISTS,
            "today": samples.TODAY,
        }
    )
    text = Template("{% load ui %}{% render_form form answers errors codelists=codelists today=today %}").render(
        context
    )
    return html.fragment_fromstring(text, create_parent="form")


def test_sample_form_has_every_type() -> None:
    fields = samples.FORM.fields
    types = {field.type for field in fields} | {column.type for field in fields for column in field.columns}
    assert types == set(get_args(FieldType))


@pytest.mark.parametrize(
    "change", [{}, {"disabled": True, "aids": ["large", "sign"]}, {"status": "student", "left_on": None}, {"jobs": []}]
)
def test_what_is_shown_comes_back_unchanged(change: dict[str, Any]) -> None:
    answers = copy.deepcopy(GIVEN) | change
    expected = clean(samples.FORM, answers, codelists=samples.CODELISTS, today=samples.TODAY)
    sent = successful_controls(drawn(samples.FORM, answers))
    back = clean(samples.FORM, parse(samples.FORM, sent), codelists=samples.CODELISTS, today=samples.TODAY)
    assert back == expected


def test_an_unanswered_form_sends_no_answers() -> None:
    raw = parse(samples.FORM, successful_controls(drawn(samples.FORM, {})))
    assert {key: value for key, value in raw.items() if value not in ("", [])} == {}
    assert raw["jobs"] == []
    assert raw["aids"] == []


def test_a_field_that_was_not_posted_is_absent() -> None:
    assert parse(samples.FORM, QueryDict("name=a")) == {"name": "a"}


@pytest.mark.parametrize(
    ("sent", "rows"),
    [
        ("jobs-rows=1&jobs-7-employer=b&jobs-2-employer=a", [{"employer": "a"}, {"employer": "b"}]),
        ("jobs-rows=1&jobs-0-employer=&jobs-0-since=&jobs-1-employer=a", [{"employer": "a"}]),
        ("jobs-rows=1&jobs-99999999999-employer=a&jobs-x-employer=b&jobs--1-employer=c", []),
        ("jobs-rows=1&jobs-0-nonsense=a", []),
        ("jobs-rows=0", []),
    ],
)
def test_rows_are_read_in_order_and_blank_ones_dropped(sent: str, rows: list[dict[str, str]]) -> None:
    assert parse(samples.FORM, QueryDict(sent)) == {"jobs": rows}


def test_number_of_rows_read_is_bounded() -> None:
    sent = QueryDict("&".join(["jobs-rows=1"] + [f"jobs-{n}-employer=a" for n in range(MAX_ROWS + 50)]))
    assert len(parse(samples.FORM, sent)["jobs"]) == MAX_ROWS


@pytest.mark.parametrize(
    ("typed", "code"),
    [("4-14-01-03 健康照护师", "4-14-01-03"), ("4-14-01-03", "4-14-01-03"), ("健康照护师", "健康照护师"), ("", "")],
)
def test_a_lookup_sends_the_code(typed: str, code: str) -> None:
    sent = QueryDict(mutable=True)
    sent["wish"] = typed
    assert parse(samples.FORM, sent)["wish"] == code


def test_every_error_stands_at_its_field_and_in_the_summary_in_the_same_words() -> None:
    form = drawn(samples.FORM, samples.ANSWERS, samples.ERRORS)
    summary = {link.get("href")[1:]: words(link) for link in form.xpath(".//*[@data-error-summary]//a")}
    assert set(summary) == {"f-age", "f-sure", "f-jobs-1-employer"}
    for html_id, text in summary.items():
        control = form.get_element_by_id(html_id)
        at_field = words(form.get_element_by_id(f"{html_id}-error")).removeprefix("出错：")
        assert text.endswith(at_field)
        group = control if control.get("aria-describedby") else control.xpath("ancestor::fieldset")[-1]
        assert f"{html_id}-error" in group.get("aria-describedby")
    assert form.get_element_by_id("f-age").get("value") == "一百二十", "what was typed is not lost"


def test_an_error_of_the_whole_form_is_in_the_summary() -> None:
    form = drawn(samples.FORM, {}, {"": ["开始晚于结束"]})
    assert "开始晚于结束" in words(form.xpath(".//*[@data-error-summary]")[0])


def test_an_error_on_a_whole_row_table_is_shown_there() -> None:
    form = drawn(samples.FORM, {}, {"jobs": ["至少写一份"]})
    assert form.xpath(".//*[@data-error-summary]//a/@href") == ["#f-jobs"]
    assert "至少写一份" in words(form.get_element_by_id("f-jobs-error"))


def test_conditions_name_the_control_they_watch_also_inside_rows() -> None:
    definition = samples.FORM.model_dump(by_alias=True)
    definition["sections"][1]["fields"][0]["columns"][4]["relevant"] = {"field": "kind", "is": ["full"]}
    for section in definition["sections"]:
        for field in section["fields"]:
            for condition in [field.get("relevant")] + [column.get("relevant") for column in field["columns"]]:
                for key in [key for key in condition or {} if (condition or {})[key] is None]:
                    del condition[key]
    form = drawn(FormDefinition.model_validate(definition), GIVEN)
    names = {control.get("name") for control in form.xpath(".//*[@name]")}
    watched = re.findall(r'"field": "([^"]+)"', " ".join(form.xpath(".//@data-relevant")))
    assert {"status", "disabled", "jobs-0-kind", "jobs-1-kind", "jobs-__n__-kind"} == set(watched)
    assert set(watched) <= names


def test_a_code_no_longer_in_force_is_kept_for_whoever_has_it() -> None:
    codes = samples.CODELISTS["gallery-education"].model_dump()
    codes["values"][4]["valid_to"] = "2020-12-31"
    lists = {"gallery-education": CodeList.model_validate(codes)}
    for chosen, offered in (("college", True), ("bachelor", False)):
        view = formview.build(samples.FORM, {"education": chosen}, {}, lists, {}, samples.TODAY)
        control = next(c for section in view.sections for c in section.controls if c.name == "education")
        assert ("college" in {option.value for option in control.options}) is offered
        assert [option.value for option in control.options if option.checked] == [chosen]


def test_text_in_answers_is_escaped() -> None:
    form = drawn(samples.FORM, {"story": "</textarea><script>1</script>", "name": '"><script>'})
    assert not form.xpath(".//script")
    assert form.get_element_by_id("f-story").text.strip() == "</textarea><script>1</script>"


class _Everyday(forms.Form):
    name = forms.CharField(label="姓名", help_text="与身份证一致")
    kind = forms.ChoiceField(label="类型", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)
    many = forms.MultipleChoiceField(
        label="多选",
        choices=[("a", "甲"), ("b", "乙"), ("c", "丙")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    day = forms.DateField(label="日期", required=False)
    agree = forms.BooleanField(label="同意")
    token = forms.CharField(widget=forms.HiddenInput)


def _django(form: forms.Form) -> html.HtmlElement:
    text = Template("{% load ui %}{% django_form form %}").render(Context({"form": form}))
    return html.fragment_fromstring(text, create_parent="form")


def test_a_django_form_comes_back_unchanged() -> None:
    data = {"name": "王艳", "kind": "b", "many": ["a", "c"], "day": "2026-11-19", "agree": True, "token": "t"}
    shown = _django(_Everyday(initial=data))
    back = _Everyday(successful_controls(shown))
    assert back.is_valid(), back.errors
    assert back.cleaned_data | {"day": "2026-11-19"} == data


def test_a_django_form_shows_its_errors_at_the_field_and_in_the_summary() -> None:
    shown = _django(_Everyday({"kind": "x", "token": "t"}))
    targets = {link.get("href")[1:] for link in shown.xpath(".//*[@data-error-summary]//a")}
    assert targets == {"id_name", "id_kind", "id_agree"}
    name = shown.get_element_by_id("id_name")
    assert name.get("aria-invalid") == "true"
    assert name.get("aria-describedby") == "id_name-help id_name-error"
    for target in targets:
        assert shown.get_element_by_id(target) is not None
        assert words(shown.get_element_by_id(f"{target}-error"))
