"""Who asks: every request carries `request.viewer` (None when nobody is signed in), and personal pages are never cached (T5)."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from people.access import viewer_for

ACTING_ROLE = "acting_role"


class ViewerMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = None
        if request.user.is_authenticated:
            request.viewer = viewer_for(request.user, request.session.get(ACTING_ROLE, ""))
            if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
                translation.activate(request.user.language)
                request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        if request.viewer is not None and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response
