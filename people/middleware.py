"""Who asks: every request carries `request.viewer` (None when nobody is signed in), and personal pages are never cached (T5)."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from people.access import viewer_for
from people.events import record_reading
from people.looking import looking
from people.once import begin_sending, end_sending
from people.roles import needs_second_factor
from people.scoping import JOB, Scope, enter, opened, scope_for, system_scope
from people.second_factor import OPEN_WITHOUT, asks_again, lacks_second_factor, way_in, way_to_confirm

ACTING_ROLE = "acting_role"


class BodyLimitMiddleware:
    """What is larger than all files that a form may carry is refused by its length, before a byte of it is kept (T20)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.REQUEST_MAX_BYTES:
            return HttpResponse(render_to_string("413.html"), status=413)
        return self.get_response(request)


class ViewerMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = None
        with system_scope("who asks"):
            if request.user.is_authenticated:
                request.viewer = viewer_for(request.user, request.session.get(ACTING_ROLE, ""))
                if not request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME):
                    translation.activate(request.user.language)
                    request.LANGUAGE_CODE = translation.get_language()
        with opened(scope_for(request.viewer)):
            response = self.get_response(request)
        if request.viewer is not None and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple, kwargs: dict) -> None:
        """Signing in looks for an account before anybody is known; allauth's pages show nobody but oneself."""
        if view.__module__.startswith("allauth."):
            enter(Scope("signing in", JOB))


def is_ours(view: Callable[..., HttpResponse]) -> bool:
    """Tell whether a view shows the product to those who signed in: not what is open to everybody, nor allauth's pages."""
    return getattr(view, "login_required", True) and not view.__module__.startswith("allauth.")


class ReadLogMiddleware:
    """Whose names a role that sees others was shown, in one row for the whole answer: page, piece, file (P9).

    A refused or led-on request has shown nobody. An employee's own pages name people in office only.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        viewer = request.viewer
        if viewer is None or not needs_second_factor(viewer.role):
            return self.get_response(request)
        with looking() as shown:
            response = self.get_response(request)
        found = request.resolver_match
        # 422: the page again, with what was wrong in the form.
        if response.status_code in (200, 422) and found and is_ours(found.func):
            record_reading(viewer=viewer, view=found.url_name or "", persons=shown)
        return response


class SecondFactorMiddleware:
    """No page opens to a role that sees others before the second factor is given, and none of ASKS_AGAIN to an old one (P11).

    Open to everybody without signing in means open here too; allauth's own pages are how the factor is given.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        name = (request.resolver_match.url_name if request.resolver_match else "") or ""
        if request.viewer is None or name in OPEN_WITHOUT or not is_ours(view):
            return None
        if lacks_second_factor(request):
            return self.lead(request, way_in(request))
        return self.lead(request, way_to_confirm(request)) if asks_again(request, name) else None

    @staticmethod
    def lead(request: HttpRequest, way: str) -> HttpResponse:
        """A piece of a page cannot hold the question: htmx then loads the whole."""
        return HttpResponse(headers={"HX-Redirect": way}) if request.headers.get("HX-Request") else redirect(way)


class OnceMiddleware:
    """A form counts once (P18): the mask of its CSRF token is new in every page, so the same token with the same fields is
    a double click or the back button. The second goes where the first went, with a sentence.

    Only forms that led on (302) count as sent: a refused one may be sent again. Marks of htmx set a state and may return to
    an earlier one from the same page.
    """

    # Switches set a state, and whoever goes back in the browser may want it again.
    SWITCHES = {"role_switch", "language_set", "scheme_set"}

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request.POST.get("csrfmiddlewaretoken") if request.method == "POST" else None
        if not token or request.viewer is None or request.headers.get("HX-Request"):
            return self.get_response(request)
        key = self.key(request)
        led_to = begin_sending(key=key)
        if led_to is not None:
            messages.info(request, _("This was sent already. Nothing was changed twice."))
            came_from = "/" + urlsplit(request.headers.get("Referer", "")).path.lstrip("/")  # never "//elsewhere"
            return redirect(led_to or came_from)
        response = self.get_response(request)
        name = request.resolver_match.url_name if request.resolver_match else ""
        counts = response.status_code == 302 and name not in self.SWITCHES
        end_sending(key=key, leads_to=response["Location"] if counts else "")
        return response

    @staticmethod
    def key(request: HttpRequest) -> str:
        """One form as it was sent: who, where, every field. Keyed, so that no table holds what can be guessed from it."""
        fields = [(name, request.POST.getlist(name)) for name in sorted(request.POST)]
        sent = f"{request.user.pk} {request.get_full_path()} {fields}"
        return salted_hmac("people.once", sent, algorithm="sha256").hexdigest()
