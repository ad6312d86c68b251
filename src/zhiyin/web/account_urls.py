"""The pages of allauth that we use: signing in and out, proving it again, and the second factor.

Its open registration, mail addresses and resetting a password by mail are left out: accounts are made and passwords are
set anew by the agency's administrators. Each page checks for itself that somebody is signed in.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path
from django.views.generic import RedirectView

from zhiyin.web.surface import surface

_open = surface("public")

urlpatterns = [
    path("login/", _open(account.login), name="account_login"),
    path("logout/", _open(account.logout), name="account_logout"),
    path("inactive/", _open(account.account_inactive), name="account_inactive"),
    path("reauthenticate/", _open(account.reauthenticate), name="account_reauthenticate"),
    path("password/", _open(RedirectView.as_view(pattern_name="password")), name="account_change_password"),
    path("2fa/", _open(mfa.index), name="mfa_index"),
    path("2fa/authenticate/", _open(mfa.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", _open(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", _open(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", _open(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", _open(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", _open(recovery.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("2fa/recovery-codes/download/", _open(recovery.download_recovery_codes), name="mfa_download_recovery_codes"),
]
