"""Django settings, all of them derived from ``options.load()``."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from zhiyin.kernel.errors import Invalid
from zhiyin.settings import options as _options

OPTIONS = _options.load()
MODE = OPTIONS["zhiyin.mode"]
IS_DEMO = MODE == "demo"
IS_TEST = MODE == "test"
HOME = Path(OPTIONS["zhiyin.home"]).resolve()
PACKAGE = Path(__file__).resolve().parents[1]


def _secret_key() -> str:
    if OPTIONS["web.secret_key"]:
        return str(OPTIONS["web.secret_key"])
    if IS_TEST:
        return "test-only"
    path = HOME / "keys" / "session.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _database(url: str) -> dict[str, Any]:
    """Django's database entry for ``url``; "" is SQLite in the home folder."""
    if not url:
        HOME.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{HOME / 'zhiyin.sqlite3'}"
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(url.removeprefix("sqlite:///")),
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;",
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.removeprefix("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(query.get("host", parts.hostname or "")),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise Invalid({"database.url": ["数据库地址要以 sqlite:/// 或 postgresql:// 开头"]})


SECRET_KEY = _secret_key()
DEBUG = OPTIONS["zhiyin.debug"]
ALLOWED_HOSTS = ["*"] if IS_TEST else OPTIONS["web.hosts"]
DATABASES = {"default": _database(OPTIONS["database.url"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DOMAIN_APPS = [
    "audit",
    "organisations",
    "accounts",
    "files",
    "standards",
    "people",
    "eligibility",
    "agencies",
    "documents",
    "scheduling",
    "catalogues",
    "clients",
    "employers",
    "matching",
    "casework",
    "sittings",
    "assessment",
    "planning",
    "quality",
    "conformance",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    # cotton and template-partials both patch the loaders; their automatic apps render raw tags in one order
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    *[f"zhiyin.domain.{name}" for name in DOMAIN_APPS if (PACKAGE / "domain" / name / "__init__.py").exists()],
    "zhiyin.web.ui",
    "zhiyin.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "zhiyin.web.middleware.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "zhiyin.web.middleware.CurrentActor",
    "zhiyin.web.surface.ErrorPages",
]
ROOT_URLCONF = "zhiyin.web.urls"
WSGI_APPLICATION = "zhiyin.web.wsgi.application"
_LOADERS = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [("django.template.loaders.cached.Loader", _LOADERS)],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "zhiyin.web.context.shell",
            ],
        },
    }
]
COTTON_DIR = "cotton"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["zhiyin.domain.accounts.backends.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "zhiyin.domain.accounts.passwords.Strength"},
    {"NAME": "zhiyin.domain.accounts.passwords.NotRecent"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if IS_TEST
    else ["django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "zhiyin.domain.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = (
    False if IS_TEST else {"login": "60/m/ip", "login_failed": "30/m/ip", "reauthenticate": "10/m/user"}
)
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
MFA_ADAPTER = "zhiyin.domain.accounts.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "职引"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = OPTIONS["security.idle_minutes"] * 60
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = OPTIONS["web.https"]
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31536000 if OPTIONS["web.https"] else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "zhiyin.web.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = OPTIONS["files.max_megabytes"] * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": OPTIONS["log.level"]},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
