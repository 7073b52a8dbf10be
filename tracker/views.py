"""Pages of the roof: the way in, what everybody may read, and what is remembered about how pages look."""

import sys
from datetime import UTC, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_POST, require_safe
from django.views.defaults import bad_request

from people.access import NAMES_KEPT_DAYS
from people.accounts import choose_language
from people.scoping import system_scope
from people.sight import rows_in_words
from people.theme import digest, stylesheet
from tracker.health import database_is_away, readiness_obstacles
from tracker.navigation import SCHEME_COOKIE, SCHEMES, first_page

YEAR = 365 * 24 * 60 * 60


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page of the acting role; the sign-in page for everybody else."""
    viewer = getattr(request, "viewer", None)
    return redirect(first_page(viewer) if viewer else settings.LOGIN_URL)


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "tracker/accessibility.html")


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "tracker/privacy.html")


@login_not_required
@require_safe
def who_sees(request: HttpRequest) -> HttpResponse:
    """The table of who sees what, as people/sight.py has it and the tests hold it to."""
    return render(request, "tracker/who_sees.html", {"roles": rows_in_words(), "days": NAMES_KEPT_DAYS})


@login_not_required
@require_safe
def help(request: HttpRequest) -> HttpResponse:
    return render(request, "tracker/help.html")


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To where the form stood, if that is ours; an address from outside leads home."""
    wish = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wish, {request.get_host()}, require_https=request.is_secure())
    return redirect(wish if ours else "home")


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True)


@login_not_required
@require_POST
def language_set(request: HttpRequest) -> HttpResponse:
    """The texts change, the address stays."""
    response = _back(request)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        viewer = getattr(request, "viewer", None)
        if viewer:  # pages, mail and calendar speak one language, and the next browser too
            choose_language(person=viewer.person, language=language, by=viewer.person)
            response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        else:
            _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@login_not_required
@require_POST
def scheme_set(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device."""
    response = _back(request)
    if request.POST.get("scheme") in SCHEMES:
        _remember(response, SCHEME_COOKIE, request.POST["scheme"])
    return response


@login_not_required
@require_safe
def theme_show(request: HttpRequest, colour: str, version: str) -> HttpResponse:
    """An organisation's colours as a style sheet. Only the address of the present bytes may be kept for ever."""
    response = HttpResponse(stylesheet(f"#{colour}"), content_type="text/css; charset=utf-8")
    present = version == digest(f"#{colour}")
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable" if present else "public, max-age=60"
    return response


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """What an exception leads to: 503 while the database does not answer (it may come back in a moment), else 500.

    Drawn without any context: whatever a page asks may be what broke. Whether a form that was sent counts, nobody knows here.
    """
    if database_is_away(sys.exception()):
        return away()
    return HttpResponse(render_to_string("500.html"), status=500)


def misread(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, unless the database went away beneath: Django says of a session that could not be saved that the browser has ended it."""
    beneath: BaseException | None = exception
    while beneath is not None:
        if database_is_away(beneath):
            return away()
        beneath = beneath.__cause__ or beneath.__context__
    return bad_request(request, exception)


def away() -> HttpResponse:
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "5"})


@login_not_required
@require_safe
@never_cache
def security_show(request: HttpRequest) -> HttpResponse:
    """security.txt (RFC 9116): to whom somebody writes who has found a hole. Good for half a year at a time."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (timezone.now() + timedelta(days=180)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.astimezone(UTC).isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: sv, en",
        f"Canonical: {settings.BASE_URL}{request.path}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@never_cache
def health_show(request: HttpRequest) -> HttpResponse:
    """Say that this process lives, asking nothing else (decisions.md 20)."""
    return HttpResponse(_("Alive") + "\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@never_cache
@system_scope("whether Leden is ready")
def readiness_show(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database, migrations, worker and outbox are ready; else 503 with a sentence for each that is not."""
    obstacles = readiness_obstacles(timezone.now())
    sentences = obstacles or [_("Ready")]
    status = 503 if obstacles else 200
    return HttpResponse("\n".join(sentences) + "\n", content_type="text/plain; charset=utf-8", status=status)


@login_not_required
@require_safe
@never_cache
@system_scope("how Leden is doing")
def metrics_show(request: HttpRequest) -> HttpResponse:
    """Numbers for Prometheus, to whoever sends METRICS_TOKEN; for everybody else the address does not exist."""
    sent = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not constant_time_compare(sent, f"Bearer {settings.METRICS_TOKEN}"):
        raise Http404
    from tracker.metrics import CONTENT_TYPE, exposition  # only where somebody reads the numbers

    return HttpResponse(exposition(timezone.now()), content_type=CONTENT_TYPE)
