"""Where somebody is signed in, and ending it elsewhere (T27). The only file that asks allauth.usersessions."""

import re
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from people import events
from people.models import Person

# In this order: nearly every browser also says that it is Safari.
BROWSERS = [
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
]
MACHINES = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
]


def note_session(request: HttpRequest) -> None:
    """Write down that this browser is signed in; a renewed session key is a new line, the old one is gone."""
    UserSession.objects.create_from_request(request)


def device(user_agent: str) -> str:
    """What a browser says of itself in, "Firefox on Windows" out; what is not known is not guessed."""
    browser = next((name for mark, name in BROWSERS if re.search(rf"{mark}[A-Za-z]*/", user_agent)), "")
    machine = next((name for mark, name in MACHINES if mark in user_agent), "")
    if browser and machine:
        return _("%(browser)s on %(machine)s") % {"browser": browser, "machine": machine}
    return browser or machine or _("Unknown browser")


def _living(keys: list[str]) -> set[str]:
    """Those session keys that still sign somebody in: one question where sessions lie in the database."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    if hasattr(store, "get_model_class"):
        rows = store.get_model_class().objects.filter(session_key__in=keys)
        return set(rows.values_list("session_key", flat=True))
    return {key for key in keys if store().exists(key)}


def own_sessions(person: Person) -> list[UserSession]:
    """A person's living sessions, the newest first."""
    rows = list(UserSession.objects.filter(user=person).order_by("-created_at", "-pk"))
    living = _living([row.session_key for row in rows])
    return [row for row in rows if row.session_key in living]


def end_sessions(*, sessions: list[UserSession], by: Person) -> int:
    """Sign the own browsers out. Returns how many; one that is out already counts as well."""
    for row in sessions:
        row.end()
    if sessions:
        events.record("sessions_ended", by=by, person=by, n=len(sessions))
    return len(sessions)
