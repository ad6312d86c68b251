"""Administration: accounts, security, audit; each for its own administrator."""

from django.urls import path

from zhiyin.web.manage import views_accounts, views_audit, views_security

app_name = "manage"
urlpatterns = [
    path("accounts/", views_accounts.accounts, name="accounts"),
    path("accounts/new/", views_accounts.account_new, name="account_new"),
    path("accounts/<int:pk>/", views_accounts.account, name="account"),
    path("accounts/<int:pk>/roles/", views_accounts.role_grant, name="role_grant"),
    path("accounts/<int:pk>/roles/<uuid:membership>/end/", views_accounts.role_end, name="role_end"),
    path("accounts/<int:pk>/password/", views_accounts.password_reset, name="password_reset"),
    path("security/", views_security.security, name="security"),
    path("security/<int:pk>/unlock/", views_security.unlock, name="unlock"),
    path("audit/", views_audit.audit, name="audit"),
]
