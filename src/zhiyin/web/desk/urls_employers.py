"""Addresses of employers: the list, a file with its tabs, its survey, its analysis, its staff, its papers."""

from django.urls import path

from zhiyin.web.desk import views_employers as files
from zhiyin.web.desk import views_employers_staff as staff

urlpatterns = [
    path("employers/", files.employers, name="employers"),
    path("employers/new/", files.new, name="employer_new"),
    path("employers/<uuid:employer>/", files.page, name="employer"),
    path("employers/<uuid:employer>/edit/", files.edit, name="employer_edit"),
    path("employers/<uuid:employer>/unmask/", files.unmask, name="employer_unmask"),
    path("employers/<uuid:employer>/analysis/edit/", files.analysis, name="employer_analysis"),
    path("employers/<uuid:employer>/analysis/draft/", files.analysis_draft, name="employer_analysis_draft"),
    path("employers/<uuid:employer>/papers/new/", files.paper, name="employer_paper"),
    path("employers/<uuid:employer>/papers/report/", files.report, name="employer_report"),
    path("employers/<uuid:employer>/papers/renew/", files.renew, name="employer_renew"),
    path("employers/<uuid:employer>/staff/add/", staff.add, name="employee_add"),
    path("employers/<uuid:employer>/staff/<uuid:employee>/end/", staff.end, name="employee_end"),
    path("employers/<uuid:employer>/staff/<uuid:employee>/values/", staff.values, name="employee_values"),
    path("employers/<uuid:employer>/<slug:employer_tab>/", files.page, name="employer_tab"),
]
