from django.urls import path

from zhiyin.web.ui import views

app_name = "ui"
urlpatterns = [
    path("gallery", views.gallery, name="gallery"),
    path("gallery/<str:surface>", views.gallery_surface, name="gallery-surface"),
    path("modes", views.modes, name="modes"),
]
