"""Two steps in, and asking again before what cannot be called back (T29, P11). Reads allauth's record of how a session began."""

import time

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from people import events
from people.models import Person
from people.roles import needs_second_factor

STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
DEMO = "demo"
# Of our own pages, those that show nobody: a person without a second factor may always put on the hat of an employee.
OPEN_WITHOUT = frozenset({"role_switch", "account_settings", "session_list", "language_set", "scheme_set", "help"})
# Asked again before: files with names, and whatever gives rights. The value: whether only its downloads are meant.
ASKS_AGAIN: dict[str, bool] = {
    "team_export": False,
    "report_export": False,
    "participant_list": True,
    "occasion_detail": True,
    "bundle_create": False,
    "bundle_download": False,
    "role_create": False,
    "role_end": False,
    "administrator_create": False,
    "coordinator_create": False,
    "platform_admin_create": False,
    "deputy_list": False,
    "own_data_fetch": False,
    "protection_end": False,
}
FILES_WITH_NAMES = frozenset({"xlsx", "csv"})
CONFIRMED_FOR = 5 * 60
# Whoever fills in a form that was opened in time may take this long, so that nothing typed is lost.
FORM_FILLED_IN = 10 * 60


def steps(request: HttpRequest) -> list[dict]:
    """How this session was begun and confirmed, the oldest first."""
    return get_authentication_records(request, request.user)


def has_second_factor(request: HttpRequest) -> bool:
    """Tell whether this session gave an app's code, a passkey or a recovery code; in a demo its buttons count (decisions 4)."""
    given = {step.get("type") for step in steps(request) if step.get("method") == "mfa"}
    return bool(given - {DEMO}) or (settings.DEMO and DEMO in given)


def lacks_second_factor(request: HttpRequest) -> bool:
    """Tell whether the acting role sees others while this session has one factor only."""
    return needs_second_factor(request.viewer.role) and not has_second_factor(request)


def confirmed_lately(request: HttpRequest, seconds: int = CONFIRMED_FOR) -> bool:
    """Tell whether the person signed in or confirmed it in the last five minutes. A demo's buttons never grow old."""
    if settings.DEMO and any(step.get("type") == DEMO for step in steps(request)):
        return True
    return any(time.time() - step["at"] < seconds for step in steps(request))


def asks_again(request: HttpRequest, name: str) -> bool:
    """Tell whether an address (by its URL name) wants to know once more who is there."""
    only_files = ASKS_AGAIN.get(name)
    if only_files is None or (only_files and request.GET.get("fil") not in FILES_WITH_NAMES):
        return False
    return not confirmed_lately(request, CONFIRMED_FOR + (FORM_FILLED_IN if request.method == "POST" else 0))


def way_in(request: HttpRequest) -> str:
    """Where somebody without a second factor goes: to give it, or to choose one."""
    if Authenticator.objects.filter(user=request.user, type__in=STRONG).exists():
        return way_to_confirm(request, "mfa_reauthenticate")
    return reverse("mfa_index")


def way_to_confirm(request: HttpRequest, name: str = "account_reauthenticate") -> str:
    """The address that asks who is there, and leads back."""
    back = request.get_full_path() if request.method == "GET" else request.path
    return f"{reverse(name)}?{urlencode({'next': back})}"


def note_added(*, request: HttpRequest, authenticator: Authenticator, by: Person) -> None:
    """Whoever has just shown that the app or the key works has given it in this session too."""
    if authenticator.type in STRONG:
        record_authentication(request, by, "mfa", type=authenticator.type, id=authenticator.pk, reauthenticated=True)
        events.record("second_factor_added", by=by, person=by, type=authenticator.type)


def note_removed(*, authenticator: Authenticator, by: Person) -> None:
    """Write that a way in was taken away."""
    events.record("second_factor_removed", by=by, person=by, type=authenticator.type)


def note_demo(*, request: HttpRequest, by: Person) -> None:
    """A button of the demo's login page stands for both factors, in a demo only."""
    if settings.DEMO:
        record_authentication(request, by, "mfa", type=DEMO)
