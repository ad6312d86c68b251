"""How far the body meets the standards: dashboard, clause, evidence, report."""

from django.urls import path

from zhiyin.web.desk import views_conformance as views

urlpatterns = [
    path("conformance/", views.start, name="conformance"),
    path("conformance/evidence/<uuid:pk>/", views.evidence_file, name="conformance_file"),
    path("conformance/evidence/<uuid:pk>/withdraw/", views.evidence_withdraw, name="conformance_withdraw"),
    path("conformance/<slug:standard>/", views.board, name="conformance_board"),
    path("conformance/<slug:standard>/run/", views.run, name="conformance_run"),
    path("conformance/<slug:standard>/evidence/", views.evidence, name="conformance_evidence"),
    path("conformance/<slug:standard>/report.<slug:fmt>", views.report, name="conformance_report"),
    path("conformance/<slug:standard>/<str:clause>/", views.clause, name="conformance_clause"),
    path("conformance/<slug:standard>/<str:clause>/add/", views.evidence_add, name="conformance_add"),
    path("conformance/<slug:standard>/<str:clause>/waive/", views.waive, name="conformance_waive"),
    path("conformance/<slug:standard>/<str:clause>/apply/", views.unwaive, name="conformance_apply"),
]
