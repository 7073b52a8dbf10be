"""Which pages a role may open, and how a deed's refusal comes back to the form."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse

from people.roles import Permission

View = Callable[..., HttpResponse]


def permitted(*any_of: Permission) -> Callable[[View], View]:
    """Only for roles that have one of the permissions; for everybody else the page is not there (the same 404)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.viewer.may & set(any_of):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def carry_out(form: BaseForm, deed: Callable[[], Any]) -> Any:
    """Call a deed (or several, all or none) for a valid form. A refusal becomes the form's error, nothing typed is lost; then None."""
    try:
        with transaction.atomic():
            return deed()
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None
