"""All addresses, one file per surface."""

from django.urls import include, path

urlpatterns = [
    path("", include("zhiyin.web.public.urls")),
    path("account/", include("allauth.urls")),
    path("ui/", include("zhiyin.web.ui.urls")),
]
