from django.urls import path

from zhiyin.web.public import views

urlpatterns = [path("healthz", views.healthz, name="healthz")]
