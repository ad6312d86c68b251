"""Addresses of the policy library and of the check "what do I qualify for"."""

from django.urls import path

from zhiyin.web.public import views_policies as views

urlpatterns = [
    path("policies/", views.library_page, name="policies"),
    path("policies/booklet/", views.booklet, name="policy_booklet"),
    path("policies/booklet/<uuid:booklet>/", views.booklet_edition, name="policy_booklet_edition"),
    path("policies/booklets/", views.booklets, name="policy_booklets"),
    path("policies/check/", views.begin, name="policy_check"),
    path("policies/check/ask/", views.ask, name="policy_ask"),
    path("policies/check/result/", views.result, name="policy_result"),
    path("policies/check/paper/", views.paper, name="policy_paper"),
    path("policies/check/clear/", views.clear, name="policy_clear"),
    path("policies/<slug:policy>/", views.policy_page, name="policy"),
]
