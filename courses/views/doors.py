"""The door of course pages for some roles only. Signing in is asked by the middleware."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse

from people.roles import Permission

View = Callable[..., HttpResponse]


def permitted(*any_of: Permission) -> Callable[[View], View]:
    """For people whose acting role has one of the permissions; to everybody else the page does not exist."""

    def door(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not request.viewer.may & set(any_of):
                raise Http404
            return view(request, *args, **kwargs)

        return checked

    return door
