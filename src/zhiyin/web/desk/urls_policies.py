"""Addresses of policies at the desk: a client's eligibility, what changes concern, staff who want to be examined."""

from django.urls import path

from zhiyin.web.desk import views_policies as views
from zhiyin.web.desk import views_policy_office as office

urlpatterns = [
    path("policies/", views.overview, name="policies"),
    path("policies/changes/", office.changes, name="policy_changes"),
    path("policies/enquiries/", office.enquiries, name="policy_enquiries"),
    path("policies/files/<uuid:file>/", views.client, name="file_policies"),
    path("policies/files/<uuid:file>/judge/", views.judge, name="file_policies_judge"),
    path("policies/files/<uuid:file>/brief/", views.brief, name="file_policies_brief"),
    path("policies/files/<uuid:file>/of/<slug:ruleset>/", views.verdict, name="file_verdict"),
    path("policies/staff/<uuid:staff>/", views.grade, name="staff_grade"),
    path("policies/of/<slug:policy>/", views.policy, name="policy"),
]
