"""Settings of Leden. Everything that differs between installations comes from the environment or `.env`."""

import os
import sys
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

TESTING = "pytest" in sys.modules
DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
# Development, tests and the demo may use the well-known key; tracker/checks.py refuses it elsewhere.
INSECURE_KEY = "insecure-key-for-the-demo-and-the-tests-only-0123456789abcdef"
SECRET_KEY = env.str("SECRET_KEY", default=INSECURE_KEY if (DEMO or DEBUG or TESTING) else "")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# What the private keys of seals and credentials are locked away with; the first locks, all open (a change of key).
KEYS_SECRETS = env.list("KEYS_SECRETS", default=[]) or [key for key in [SECRET_KEY, *SECRET_KEY_FALLBACKS] if key]
# A timestamp authority (RFC 3161) for the seals; empty: seals without a timestamp, and nothing is asked over the network.
SEAL_TSA_URL = env.str("SEAL_TSA_URL", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# The address that stands on papers, in mails and in calendar files: never taken from a request.
BASE_URL = env.str("BASE_URL", default="http://localhost:8000").rstrip("/")
# Part of every calendar UID: chosen once at install, never changed (RFC 5545 3.8.4.7).
CALENDAR_UID_DOMAIN = env.str("CALENDAR_UID_DOMAIN", default="leden.invalid")

INSTALLED_APPS = [
    "tracker",
    "certificates",
    "journeys",
    "courses",
    "people",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_cotton",
    "django_filters",
    "django_htmx",
    "django_q",
    "django_tables2",
    "lucide",
]

MIDDLEWARE = [
    "tracker.middleware.RequestLineMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "people.middleware.BodyLimitMiddleware",  # before anything reads the form
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # a page is closed unless it says login_not_required
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "people.middleware.ViewerMiddleware",
    "people.middleware.SecondFactorMiddleware",
    "people.middleware.OnceMiddleware",
    "people.middleware.ReadLogMiddleware",
    "tracker.replica.ReplicaMiddleware",
]

ROOT_URLCONF = "tracker.urls"
WSGI_APPLICATION = "tracker.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tracker.navigation.context",
            ],
        },
    }
]

# SQLite is used with WAL and IMMEDIATE: with Django's default DEFERRED, a rush on one occasion loses half of the requests.
# The demo has a file of its own, so that it never meets real data.
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / ('demo' if DEMO else 'leden')}.sqlite3")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
    if TESTING:
        # A file, because threads and processes race on it in the tests; it need not outlive a power cut.
        (VAR_DIR / "test").mkdir(parents=True, exist_ok=True)
        DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test" / "tests.sqlite3")}
        DATABASES["default"]["OPTIONS"]["init_command"] = (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
        )
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# The second wall, in PostgreSQL itself (docs/decisions/0019): on where people are served, unless .env says 0.
IS_POSTGRESQL = not DATABASES["default"]["ENGINE"].endswith("sqlite3")
ROW_LEVEL_SECURITY = env.bool("ROW_LEVEL_SECURITY", default=IS_POSTGRESQL and not (DEMO or DEBUG or TESTING))
# A cursor of the server would outlive the transaction that its scope was set for, and pgbouncer's too.
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = IS_POSTGRESQL and (ROW_LEVEL_SECURITY or TESTING)
# How long `migrate` waits for a table on PostgreSQL before it gives up: who serves meanwhile waits as long.
MIGRATION_LOCK_TIMEOUT = env.str("MIGRATION_LOCK_TIMEOUT", default="5s")
# Reports and feeds are read from a standby of the same PostgreSQL (docs/decisions/0020).
REPLICA_STICKY_SECONDS = 10
if REPLICA_URL := env.str("REPLICA_URL", default=""):
    DATABASES["replica"] = {**DATABASES["default"], **env.db("REPLICA_URL"), "TEST": {"MIRROR": "default"}}
DATABASE_ROUTERS = ["tracker.replica.Router"] if REPLICA_URL else []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits need a cache that all processes share: a table of the database, or Redis where REDIS_URL names one.
IN_DATABASE = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "cache_row",
    "OPTIONS": {"MAX_ENTRIES": 100_000},  # Django's 300 would throw limits of sign-in away while people still guess
}
IN_PROCESS = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
REDIS_URL = env.str("REDIS_URL", default="")
IN_REDIS = {
    "BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": REDIS_URL,
    "KEY_PREFIX": "leden",
    "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},  # seconds: a page does not wait for a dead host
}
CACHES = {
    "default": IN_PROCESS if TESTING else IN_REDIS if REDIS_URL else IN_DATABASE,
    # The workers' heartbeat is written twice a second, and tells whether the standby follows (tracker/replica.py).
    "heartbeat": IN_PROCESS if TESTING else {**IN_DATABASE, "BACKEND": "tracker.heartbeat.Heartbeat"},
}
# With Redis a session is read there and kept in the database too: losing Redis signs nobody out.
SESSION_ENGINE = f"django.contrib.sessions.backends.{'cached_db' if REDIS_URL else 'db'}"
SESSION_COOKIE_SAMESITE = "Lax"
IS_SECURE = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
if IS_SECURE:  # the browser takes such a cookie from this host alone, and only over https (T27)
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_SAVE_EVERY_REQUEST = False
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "tracker.views.csrf_failure"

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:  # slow hashing protects people, not the cast
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # who is told that the way in was changed: the address as it was before
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# Two thousand colleagues leave a town hall through one address: limit by account, not by address.
ACCOUNT_RATE_LIMITS = {
    "login": "2000/m/ip",
    "login_failed": "10/m/key,2000/5m/ip",
    "reset_password": "2000/m/ip,5/m/key",
    "reset_password_from_key": "2000/m/ip",
    "request_login_code": "2000/m/ip,3/m/key",
}
MFA_ADAPTER = "people.adapters.MFAAdapter"
MFA_FORMS = {"add_webauthn": "people.key_forms.KeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Leden"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute wrong
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up here; an address is confirmed before it opens anything
MFA_RATE_LIMITS = {"webauthn_login": "2000/m/ip"}
# Browsers give passkeys to https and to this machine only; so do we.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_SECURE
# Required in production (tracker/checks.py): a wrong count lets a forged header defeat the limits.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=None)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT or 0

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "tracker" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Europe/Stockholm"
USE_I18N = True
USE_TZ = True

NODE_MODULES = BASE_DIR / "node_modules"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static_collected"
STATICFILES_DIRS = [
    (name, path)
    for name, path in [
        ("designsystemet", NODE_MODULES / "@digdir/designsystemet-css/dist/src"),
        ("designsystemet-theme", NODE_MODULES / "@digdir/designsystemet-theme/src/themes"),
        ("figtree", NODE_MODULES / "@fontsource-variable/figtree"),
    ]
    if path.is_dir()
]
# Files on this host's disk, or in an S3 store that several hosts share (people/files.py).
S3_BUCKET = env.str("S3_BUCKET", default="")
S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", default="")
S3 = {
    "BACKEND": "storages.backends.s3.S3Storage",
    "OPTIONS": {
        "bucket_name": S3_BUCKET,
        "endpoint_url": S3_ENDPOINT_URL or None,
        "region_name": env.str("S3_REGION", default="us-east-1"),
        "access_key": env.str("S3_ACCESS_KEY", default="") or None,
        "secret_key": env.str("S3_SECRET_KEY", default="") or None,
        "addressing_style": "path",
        "signature_version": "s3v4",
        "default_acl": None,  # as the bucket says: private
        "file_overwrite": True,
        "max_memory_size": 8_000_000,  # larger ones are read through a file that nobody else sees
    },
}
STORAGES = {
    "default": S3 if S3_BUCKET else {"BACKEND": "people.files.Disk"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Certificates and bundles lie here; no URL serves this folder.
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(VAR_DIR / ("demo-files" if DEMO else "files")))
# Where pg_dump and pg_restore lie, when they are not on the path.
POSTGRESQL_BIN = env.str("POSTGRESQL_BIN", default="")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# Five files of evidence and the form around them. Files go to disk as they come, so that nothing else bounds them.
REQUEST_MAX_BYTES = 30_000_000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'", "data:"],  # data: for the icons inside Designsystemet's style sheets
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=IS_SECURE)
SECURE_REDIRECT_EXEMPT = [r"^halsa/"]  # who watches the process asks it without a proxy
if TRUSTED_PROXY_COUNT:  # the proxy says that the browser came by https, and takes that header away from everybody else
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Whether the other hosts of a municipality's domain keep https for good is not ours to promise (HSTS subdomains, preload).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# To whom somebody writes who has found a hole: an address or a page, said in /.well-known/security.txt.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")

EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
if DEMO and "EMAIL_URL" not in env.ENVIRON:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(VAR_DIR / "mail")
# Where mail that could not be delivered comes back to (people/mailboxes.py); empty: nobody reads it.
BOUNCES_URL = env.str("BOUNCES_URL", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Leden <leden@localhost>")
# Answers that people give in their calendar programs go to CALENDAR_ADDRESS and are read from the mailbox CALENDAR_URL. Without
# both, invitations ask for no answer.
CALENDAR_ADDRESS = env.str("CALENDAR_ADDRESS", default="")
CALENDAR_URL = env.str("CALENDAR_URL", default="")

# Jobs: the ORM broker, so that a job exists exactly when the fact that asked for it does. Every job is under 30 s and may run twice.
Q_CLUSTER = {
    "name": "leden",
    "orm": "default",
    "cache": "heartbeat",
    # One process per core draws certificates: two threads of one would not be faster, and share the fonts' memory.
    "workers": env.int("WORKERS", default=max(2, os.cpu_count() or 2)),
    "timeout": 60,
    "retry": 90,
    "max_attempts": 5,
    "recycle": 300,
    "save_limit": 1000,
    # Few are taken ahead: what comes now is not to stand behind the papers that are already at hand (people/queue.py).
    "broker_class": "people.queue.Lanes",
    "queue_limit": 4,
    "bulk": 1,
    "poll": 0.5,
    "catch_up": False,
    "label": "Jobs",
}
DJANGO_TABLES2_TEMPLATE = "_table.html"

# `json`: one object a line, without anything about anybody (tracker/logs.py); `plain` is for people at a terminal.
LOG_FORMAT = env.str("LOG_FORMAT", default="plain")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "tracker.logs.JsonLines"},
    },
    "filters": {"tokens": {"()": "tracker.logs.MaskTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["tokens"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"level": "INFO", "handlers": []},  # its own would write beside the masks, and send mail
        "django-q": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "pikepdf": {"level": "WARNING"},
    },
}

# Who reads the numbers at /halsa/matt/: a secret that Prometheus sends as a bearer token. Empty: the address does not exist.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
if METRICS_TOKEN and not TESTING:  # the processes of one web server count together, in files (tracker/metrics.py)
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(VAR_DIR / "metrics"))
