"""Django's settings, derived from the newsroom's; what a newsroom may choose is in `env`."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from babel.core import Locale
from django.core.exceptions import ObjectDoesNotExist

from broadsheet.project import database, env
from broadsheet.project.address import as_served
from broadsheet.project.directory import DATABASE
from broadsheet.project.release import release

NEWSROOM_DIR = env.newsroom_directory()
BROADSHEET = as_served(NEWSROOM_DIR, env.load(NEWSROOM_DIR))
"""The newsroom's own settings, typed; apps read them as `settings.BROADSHEET.name`."""

DATA_DIR = NEWSROOM_DIR / "data"
EDITION_DIR = DATA_DIR / "edition"
RUN_DIR = DATA_DIR / "run"
READING_FILE = NEWSROOM_DIR / env.READING
THEME_DIR = NEWSROOM_DIR / "theme"

env.need_key(NEWSROOM_DIR, BROADSHEET)
env.need_shared(BROADSHEET)

_address = urlsplit(BROADSHEET.url)
_loopback = ["127.0.0.1", "localhost", "[::1]"]
_secure = _address.scheme == "https"

DEBUG = False
SECRET_KEY = BROADSHEET.secret_key
ALLOWED_HOSTS = [str(_address.hostname), *BROADSHEET.hosts, *_loopback]
CSRF_TRUSTED_ORIGINS = [BROADSHEET.url.rstrip("/")]
ROOT_URLCONF = "broadsheet.project.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True
SITE_ID = None

INSTALLED_APPS = [
    "broadsheet.desk",
    "broadsheet.imports",
    "broadsheet.appeals",
    "broadsheet.newsroom",
    "broadsheet.funding",
    "broadsheet.press",
    "broadsheet.readers",
    "broadsheet.theme",
    "broadsheet.kit",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.locales",
    "wagtail",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "broadsheet.project.middleware.DeskPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "broadsheet.desk.middleware.SecondFactor",
    "broadsheet.project.middleware.DeskTransaction",
    "broadsheet.desk.middleware.DeskRights",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "jinja2",
        "DIRS": [THEME_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"environment": "broadsheet.theme.environment.environment"},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "NAME": "django",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Storing -------------------------------------------------------------------------------------
DATABASES = {"default": database.database(BROADSHEET.database_url, NEWSROOM_DIR / DATABASE)}
CACHES = {"default": database.cache(BROADSHEET.cache_url)}
TASKS: dict[str, Any] = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/desk/media/"
"""Where somebody signed in at the desk sees a picture; readers get it from the edition, under /media/."""
STATIC_URL = f"/desk/static/{release()}/"
STORAGES = {
    "default": {
        "BACKEND": "broadsheet.kit.media.MirroredStorage"
        if BROADSHEET.bucket
        else "django.core.files.storage.FileSystemStorage"
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Languages and time --------------------------------------------------------------------------
USE_I18N = True
USE_TZ = True
TIME_ZONE = BROADSHEET.time_zone
LANGUAGE_CODE = BROADSHEET.languages[0]
LANGUAGES = [
    (code, str(Locale.parse(code, sep="-").get_display_name("en"))) for code in BROADSHEET.languages
]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
WAGTAILSIMPLETRANSLATION_SYNC_PAGE_TREE = False

# People and security -------------------------------------------------------------------------
AUTH_USER_MODEL = "readers.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "wagtailadmin_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"
# Cookies exist under /desk/ only: no reader's request ever carries one.
SESSION_COOKIE_NAME = "desk"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = LANGUAGE_COOKIE_PATH = "/desk/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "desk_csrf"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BROADSHEET.behind_proxy else None
X_FRAME_OPTIONS = "SAMEORIGIN"

# E-mail --------------------------------------------------------------------------------------
EMAIL_BACKEND = {
    "file": "django.core.mail.backends.filebased.EmailBackend",
    "console": "django.core.mail.backends.console.EmailBackend",
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
}[BROADSHEET.email]
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST = BROADSHEET.email_host
EMAIL_PORT = BROADSHEET.email_port
EMAIL_HOST_USER = BROADSHEET.email_user
EMAIL_HOST_PASSWORD = BROADSHEET.email_password
EMAIL_USE_TLS = BROADSHEET.email_security == "starttls"
EMAIL_USE_SSL = BROADSHEET.email_security == "tls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = BROADSHEET.email_from

# The desk ------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = BROADSHEET.name
WAGTAILADMIN_BASE_URL = BROADSHEET.url.rstrip("/")
WAGTAILIMAGES_IMAGE_MODEL = "newsroom.Picture"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 40 * 1024 * 1024
"""What a camera makes; the proxy in front lets 50 MB through."""
WAGTAILIMAGES_IMAGE_FORM_BASE = "broadsheet.newsroom.forms.PictureForm"
WAGTAILIMAGES_MAX_IMAGE_PIXELS = None
"""Our form says it in a sentence."""
WAGTAILDOCS_DOCUMENT_MODEL = "newsroom.Download"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "broadsheet.newsroom.forms.DownloadForm"
WAGTAILDOCS_EXTENSIONS = [
    *("csv", "docx", "odt", "ods", "pdf", "pptx", "txt", "xlsx", "zip"),
    *("mp3", "m4a", "ogg", "opus", "mp4", "webm", "vtt"),
]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILEMBEDS_FINDERS: list[Any] = []
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
"""An hour at the desk means the same to everybody: it is the newsroom's."""
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
WAGTAILADMIN_USER_LOGIN_FORM = "broadsheet.desk.forms.SignIn"
MFA_ADAPTER = "broadsheet.project.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = BROADSHEET.name
# allauth's own sign-in and sign-up have no address here; its checks want them to be possible.
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
WAGTAILREDIRECTS_AUTO_CREATE = False
"""The press forwards readers from every address a document leaves, whatever the reason."""

# The press -----------------------------------------------------------------------------------
PRESS_STRICT_READS = False
"""True in tests: a document that reads what the press cannot record is an error, not a warning."""


def _is_news(record: logging.LogRecord) -> bool:
    """False for a task about something that was deleted before its turn came."""
    return not (record.exc_info and isinstance(record.exc_info[1], ObjectDoesNotExist))


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"news": {"()": "django.utils.log.CallbackFilter", "callback": _is_news}},
    "formatters": {
        "plain": {
            "()": "broadsheet.project.logs.Formatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # What a browser asked for wrongly is no news to who runs the newsroom.
    "loggers": {
        "broadsheet": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django_tasks": {"filters": ["news"]},
    },
}
