"""All addresses, one file per surface."""

from django.urls import include, path

from zhiyin.web import session

urlpatterns = [
    path("", include("zhiyin.web.public.urls")),
    path("role/", session.choose_role, name="role"),
    path("password/", session.change_password, name="password"),
    path("my-account/", session.account, name="account"),
    path("account/", include("zhiyin.web.account_urls")),
    path("desk/", include("zhiyin.web.desk.urls")),
    path("me/", include("zhiyin.web.me.urls")),
    path("t/<str:token>/", include("zhiyin.web.me.urls_link")),
    path("manage/", include("zhiyin.web.manage.urls")),
    path("ui/", include("zhiyin.web.ui.urls")),
]
