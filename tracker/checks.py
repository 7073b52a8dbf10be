"""What refuses to start (P35): sentences about unsafe settings, for the system checks, the web server and the worker."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections

from people import mailboxes
from people.scoping import Scope, opened
from tracker import replica, walls
from tracker.demo.mark import may_become_demo

LOOPBACK_NAMES = {"localhost", "testserver"}


def is_loopback(host: str) -> bool:
    """Tell whether a name of ALLOWED_HOSTS can only be this machine."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host in LOOPBACK_NAMES


def setting_obstacles() -> list[str]:
    """Return one sentence for each setting under which Leden must not serve (P35). Empty means safe."""
    if settings.DEMO:
        return _demo_obstacles()
    if settings.DEBUG or settings.TESTING:
        return []
    return _production_obstacles()


def _demo_obstacles() -> list[str]:
    """Demo sign-in needs no password: it may exist on this machine only (decisions.md 4)."""
    strangers = [host for host in settings.ALLOWED_HOSTS if not is_loopback(host)]
    found = [
        f"DEMO=1 lets anybody sign in, so {host} may not be in ALLOWED_HOSTS: only this machine." for host in strangers
    ]
    if settings.DEBUG:
        found.append("DEMO=1 and DEBUG=1 do not go together: leave DEBUG out.")
    return found


def _secret_key() -> str:
    try:
        return settings.SECRET_KEY
    except ImproperlyConfigured:  # Django refuses to hand out an empty key
        return ""


def _production_obstacles() -> list[str]:
    found = []
    key = _secret_key()
    if not key or key == settings.INSECURE_KEY or len(key) < 50:
        found.append("SECRET_KEY must be a secret of 50 characters or more that only this installation has.")
    if settings.INSECURE_KEY in settings.SECRET_KEY_FALLBACKS:
        found.append("SECRET_KEY_FALLBACKS holds the key of the demo, which everybody knows.")
    if "*" in settings.ALLOWED_HOSTS:
        found.append("ALLOWED_HOSTS is *: name the hosts that people use.")
    for name in ("BOUNCES_URL", "CALENDAR_URL"):
        address = getattr(settings, name)
        if address and (sentence := mailboxes.obstacle(address)):
            found.append(f"{name} names no mailbox. {sentence}")
    if bool(settings.CALENDAR_ADDRESS) != bool(settings.CALENDAR_URL):
        found.append("CALENDAR_ADDRESS and CALENDAR_URL belong together: where answers go, and where they are read.")
    if settings.TRUSTED_PROXY_COUNT is None:
        found.append("TRUSTED_PROXY_COUNT is not set: how many proxies stand before Leden? 0 is an answer.")
    if not settings.BASE_URL.startswith("https://"):
        found.append("BASE_URL must start with https://: sign-in and certificates need an encrypted connection.")
    if settings.CALENDAR_UID_DOMAIN.endswith(".invalid"):
        found.append(
            "CALENDAR_UID_DOMAIN is not set: choose it once, for example the host's name, and never change it."
        )
    if not settings.SECURITY_CONTACT.startswith(("mailto:", "https://")):
        found.append(
            "SECURITY_CONTACT is not set: mailto: or https:// to whoever answers when somebody has found a hole."
        )
    if settings.S3_ENDPOINT_URL.startswith("http://") and not is_loopback(
        urlsplit(settings.S3_ENDPOINT_URL).hostname or ""
    ):
        found.append("S3_ENDPOINT_URL must start with https://: certificates go over the network.")
    if settings.REDIS_URL.startswith("redis://") and not is_loopback(urlsplit(settings.REDIS_URL).hostname or ""):
        found.append("REDIS_URL must start with rediss://: sessions go over the network.")
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < 32:
        found.append("METRICS_TOKEN must be a secret of 32 characters or more, or empty.")
    if "locmem" in settings.CACHES["default"]["BACKEND"]:
        found.append("The cache must be shared by all processes: rate limits count in it.")
    return found


def database_obstacles() -> list[str]:
    """Return one sentence for each fault of the database that must stop the start; asks the database."""
    found = []
    if settings.DEMO and not may_become_demo():
        found.append("DEMO=1 on a database that the demo did not make: choose another DATABASE_URL.")
    if not (settings.DEMO or settings.DEBUG or settings.TESTING) and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = session_user")
            if cursor.fetchone()[0]:
                found.append("The database role is a superuser: give Leden a role of its own.")
        if settings.ROW_LEVEL_SECURITY:
            found += walls.obstacles()
        if settings.REPLICA_URL and replica.is_unwaited():
            found.append(
                "REPLICA_URL wants synchronous_commit = remote_apply and synchronous_standby_names on the primary: "
                "a link that was revoked must be gone on the standby too."
            )
    return found


def start_obstacles() -> list[str]:
    """Return every reason why the web server or the worker may not start, as sentences. Empty means start."""
    with opened(Scope("start", "")):  # as the login itself: the roles that it takes later may not be there yet
        found = setting_obstacles() or database_obstacles()
    connections.close_all()  # gunicorn forks after this: no process may inherit a connection
    return found


@register(Tags.security, deploy=True)
def check_settings(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """`manage.py check --deploy` says the same as the start."""
    return [Error(sentence, id=f"leden.E{number:03}") for number, sentence in enumerate(setting_obstacles(), 1)]
