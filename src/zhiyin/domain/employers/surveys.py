"""What is typed into the forms of an employer: checked by the packs' form, and by what no form can say."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone

from zhiyin.domain.employers import figures
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.standards.queries import active
from zhiyin.engines import forms
from zhiyin.engines.forms import FormDefinition
from zhiyin.kernel.errors import Invalid
from zhiyin.kernel.identity import DEMO_REGIONS, check_phone, uscc

SURVEY = "enterprise-survey"
ENVIRONMENT = "enterprise-environment"
PHONE = "contact_phone"
# columns of the file that repeat an answer
COLUMNS = ("name", "uscc", "nature", "industry", "size", "region", "headcount")


def form_of(name: str, organisation: Organisation | uuid.UUID) -> FormDefinition:
    """The form as the organisation fills it in today, with the fields it has added."""
    form = active(organisation).get("form", name)
    assert isinstance(form, FormDefinition)
    return form


def personal_fields(form: FormDefinition) -> set[str]:
    """Ids of the fields that hold data of persons, which are sealed."""
    return {field.id for field in form.fields if field.sensitive or any(column.sensitive for column in field.columns)}


def read_survey(organisation: Organisation, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are stored; ``Invalid`` with every fault at its field."""
    form = form_of(SURVEY, organisation)
    errors: dict[str, list[str]] = {}
    answers: dict[str, Any] = {}
    try:
        answers = forms.clean(form, raw, codelists=active(organisation).codelists(), today=timezone.localdate())
    except Invalid as fault:
        errors = fault.errors
    code = str(raw.get("uscc") or "").strip()
    if code and "uscc" not in errors:
        found = uscc(code)
        refused = list(found.errors)
        if not refused and found.number[2:8] in DEMO_REGIONS and not (settings.IS_DEMO or settings.IS_TEST):
            refused = ["这个代码用的是演示区号，正式系统不收"]
        errors |= {"uscc": refused} if refused else {}
        answers["uscc"] = found.number
    phone = str(raw.get(PHONE) or "").strip()
    if phone and PHONE not in errors:
        try:
            answers[PHONE] = check_phone(phone)
        except Invalid as fault:
            errors[PHONE] = fault.errors[""]
    if not errors:
        errors = {
            **figures.faults(answers, figures.SURVEYED),
            **figures.doubled(answers, {"by_age": "band", "by_education": "level", "posts": "title"}),
            **figures.years(answers.get("strategy_goals")),
        }
    if errors:
        raise Invalid(errors)
    return answers


def read_analysis(organisation: Organisation, raw: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    """Answers of an environment analysis; with ``whole`` both parts have an entry or a waiver, and the figures add up.

    ``Invalid`` at the fields. Without ``whole`` types are checked only, as it is written over days.
    """
    form = form_of(ENVIRONMENT, organisation)
    answers = forms.clean(
        form, raw, codelists=active(organisation).codelists(), partial=not whole, today=timezone.localdate()
    )
    if whole:
        faults = {
            **figures.faults(answers, figures.ANALYSED),
            **figures.doubled(answers, {"by_age": "band", "by_post": "title", "by_education": "level"}),
        }
        if faults:
            raise Invalid(faults)
    return answers
