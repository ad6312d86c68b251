"""How the client found the service: a form behind a one-time link, no sign-in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from zhiyin.domain.audit.acting import acting
from zhiyin.domain.quality import feedback, queries
from zhiyin.domain.standards.queries import active
from zhiyin.kernel.errors import Invalid
from zhiyin.web.surface import surface
from zhiyin.web.ui.formdata import parse


@surface("public")
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The form, the thanks, or why the link does not open it: used, expired, unknown."""
    asked = feedback.by_token(token)
    if asked is None:
        return render(request, "public/feedback_end.html", {"state": "unknown", "asked": None}, status=404)
    if asked.answered_at is not None:
        return render(request, "public/feedback_end.html", {"state": "answered", "asked": asked})
    if timezone.now() >= asked.expires_at:
        return render(request, "public/feedback_end.html", {"state": "expired", "asked": asked}, status=410)
    definition = feedback.form(asked.case.organisation_id)
    errors: dict[str, list[str]] = {}
    answers = parse(definition, request.POST) if request.method == "POST" else {}
    if request.method == "POST":
        try:
            with acting(queries.link_actor(asked), "服务评价"):
                feedback.answer_feedback(token, answers)
            return redirect("feedback", token=token)
        except Invalid as error:
            errors = error.errors
    context = {"form": definition, "answers": answers, "errors": errors, "asked": asked}
    context["codelists"] = active(asked.case.organisation_id).codelists()
    return render(request, "public/feedback.html", context, status=422 if errors else 200)
