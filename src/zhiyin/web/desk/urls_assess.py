"""Assessment, results, matching, the report, sign-offs, the catalogue of occupations."""

from django.urls import URLPattern, path

from zhiyin.web.desk import views_assess, views_catalogue, views_match, views_report

CASE = "cases/<uuid:case>/"

urlpatterns: list[URLPattern] = [
    path("assessments/", views_assess.assessments, name="assessments"),
    path("assessments/norms/", views_assess.norms_page, name="norms"),
    path(CASE + "assess/", views_assess.case_assess, name="case_assess"),
    path("sittings/<uuid:sitting>/link/", views_assess.renew, name="sitting_renew"),
    path("sittings/<uuid:sitting>/decline/", views_assess.decline, name="sitting_decline"),
    path("sittings/<uuid:sitting>/entry/", views_assess.entry, name="sitting_entry"),
    path("results/<uuid:result>/", views_assess.result, name="result"),
    path(CASE + "match/", views_match.case_match, name="case_match"),
    path(CASE + "match/<str:code>/", views_match.case_occupation, name="case_occupation"),
    path(CASE + "report/", views_report.case_report, name="case_report"),
    path(CASE + "report/draft/", views_report.draft, name="report_draft"),
    path(CASE + "report/write/", views_report.write, name="report_write"),
    path(CASE + "report/preview/", views_report.preview, name="report_preview"),
    path(CASE + "report/issue/", views_report.issue, name="report_issue"),
    path(CASE + "report/hand-over/", views_report.hand_over, name="report_hand_over"),
    path("signoffs/", views_report.signoffs, name="signoffs"),
    path("signoffs/<uuid:document>/", views_report.signoff, name="signoff"),
    path("occupations/", views_catalogue.occupations, name="occupations"),
    path("occupations/import/", views_catalogue.import_page, name="occupation_import"),
    path("occupations/import/check/", views_catalogue.import_check, name="occupation_import_check"),
    path("occupations/import/workbook/", views_catalogue.import_workbook, name="occupation_import_workbook"),
    path("occupations/<str:code>/", views_catalogue.occupation, name="occupation"),
]
