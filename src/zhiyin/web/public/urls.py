from django.urls import path

from zhiyin.web.public import feedback, services, tour, urls_policies, views

urlpatterns = [
    path("", views.start, name="start"),
    path("healthz", views.healthz, name="healthz"),
    path("check/", views.check, name="check"),
    path("check/<str:code>/", views.check, name="check_code"),
    path("services/", services.services, name="services"),
    path("notice/<slug:notice>/", views.notice, name="notice"),
    path("f/<str:token>/", feedback.answer, name="feedback"),
    *urls_policies.urlpatterns,
    path("tour/", tour.tour, name="tour"),
    path("tour/enter/", tour.enter, name="tour_enter"),
]
