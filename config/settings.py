"""One settings file for every profile: URLs in the environment choose between embedded and production.

`docs/configuration.md` lists every variable. Each is also read from the file named by NAME_FILE.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.environment import (
    BROKER_CONNECT_SECONDS,
    LOG_LEVELS,
    REDIS_PATIENCE_SECONDS,
    USUAL_PORTS,
    Environment,
    address,
    broker,
    database,
    is_loopback,
    made_once,
    mail,
)

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

# --- What a steward sets ------------------------------------------------------------------------------

DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "data"))).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
_origin = address(env.text("ORIGIN", "http://127.0.0.1:8000"))
ORIGIN = _origin.geturl()
DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'node.sqlite3'}")
BROKER_URL = env.text("BROKER_URL", "memory://")
REDIS_URL = env.text("REDIS_URL")
EMAIL_URL = env.text("EMAIL_URL", "consolemail://")
SECRET_KEY = env.text("SECRET_KEY") or made_once(DATA_DIR / "secret-key", lambda: secrets.token_urlsafe(48))
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")
ALLOW_PRIVATE_ADDRESSES = env.flag("ALLOW_PRIVATE_ADDRESSES")
NODE_NAME = env.text("NODE_NAME")
TIME_ZONE = env.zone("TIME_ZONE", "UTC")
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES")
LOG_LEVEL = env.one_of("LOG_LEVEL", LOG_LEVELS, "INFO")

# What compares needs with offers by what they mean (`atlas.embedding`).
EMBEDDER = env.one_of("EMBEDDER", ("UNIVERSAL", "TRIGRAMS"), "UNIVERSAL").lower()

# --- The house ----------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config",
    "accounts",
    "journal",
    "federation",
    "atlas",
    "notifications",
    "cop",
    "knowledge",
    "funding",
    "events",
    "timebank",
    "desk",
    "frontend",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "channels",
    "django_filters",
    "django_htmx",
    "csp",
    "corsheaders",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "frontend.middleware.GoneForNowMiddleware",
    "frontend.middleware.PicturesFromMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "frontend.middleware.StraightWordsMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PersonMiddleware",
    "frontend.middleware.KeptOfflineMiddleware",
    "federation.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- Rows, wake-ups, sockets --------------------------------------------------------------------------

DATABASES = {"default": database(DATABASE_URL)}

vars().update({f"CELERY_{name}": value for name, value in broker(BROKER_URL, node=_origin.netloc).items()})
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = 15  # threads: as many as all lanes take together (`journal.lanes.threads`)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Nobody commands workers over the broker. Its queue would bear the machine's name: with RabbitMQ, only one worker of
# a machine could start, be it of this node or of another.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = BROKER_CONNECT_SECONDS
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "journal.tasks.sweep", "schedule": 2.0, "options": {"expires": 2.0}},
}

CHANNEL_LAYERS: dict[str, Any] = {
    "default": (
        {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL], "prefix": f"flotilla.{_origin.netloc}"},
        }
        if REDIS_URL
        # A page that stays open for days keeps its place in its groups (seconds).
        else {"BACKEND": "config.layers.EmbeddedChannelLayer", "CONFIG": {"group_expiry": 30 * 86_400}}
    )
}
CACHES: dict[str, Any] = {
    "default": (
        {
            "BACKEND": "config.caching.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": ORIGIN,
            "OPTIONS": {"socket_connect_timeout": REDIS_PATIENCE_SECONDS, "socket_timeout": REDIS_PATIENCE_SECONDS},
        }
        if REDIS_URL
        # Django keeps 300 without a number: whoever names enough addresses would have limits forgotten.
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 50_000}}
    )
}

# --- Who may come in ----------------------------------------------------------------------------------

_https = _origin.scheme == "https"
_host = _origin.hostname or "localhost"
_port = _origin.port or USUAL_PORTS[_origin.scheme]
_loopback = is_loopback(_host)

ALLOWED_HOSTS = [f"[{_host}]" if ":" in _host else _host]
if _loopback:
    ALLOWED_HOSTS += ["127.0.0.1", "[::1]", ".localhost"]
CSRF_TRUSTED_ORIGINS = [ORIGIN]
# Believed only where TLS ends in front of us: claiming https on an https node gains a client nothing.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Cookies ignore ports: without the port in their names, nodes on one machine would sign each other's
# people out.
SESSION_COOKIE_NAME = f"flotilla_session_{_port}"
CSRF_COOKIE_NAME = f"flotilla_csrf_{_port}"
LANGUAGE_COOKIE_NAME = f"flotilla_language_{_port}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, f"{'wss' if _https else 'ws'}://{_origin.netloc}"],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# Any website may read what everybody may read; browsers send it nobody's cookies, and give it no answer to them.
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "accept-language", "if-none-match"]
CORS_EXPOSE_HEADERS = ["ETag", "Retry-After"]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["config.backends.PersonBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"signup": "accounts.forms.SignupForm"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900  # seconds: mail is slow for some
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_DISPLAY = lambda user: user.email  # noqa: E731  only in mail to that person
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _origin.scheme
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "accounts.forms.PasskeyForm"}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _loopback

# --- The read API -------------------------------------------------------------------------------------

# Neither is an installed app: they bring no tables, and the scripts and styles of their pages have no place here.
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["atlas.api.answers.WhoeverThePagesKnow"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_THROTTLE_CLASSES": ["atlas.api.answers.PerAddress"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "atlas.api.answers.AlwaysJson",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "atlas.api.answers.refused",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "OAS_VERSION": "3.1.1",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVERS": [{"url": ORIGIN}],
    "LICENSE": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,
    "SORT_OPERATION_PARAMETERS": False,
    "SORT_OPERATIONS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [],
}

# --- Languages, files, mail ---------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("it", _("Italian"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_MAX_AGE = 0 if DEBUG else 60
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
DATA_UPLOAD_MAX_NUMBER_FILES = 12
FILE_UPLOAD_HANDLERS = [
    "frontend.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

vars().update(mail(EMAIL_URL))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("MAIL_FROM", f"flotilla@{_host}")

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
    },
}
