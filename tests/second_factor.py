"""The one place that says a test's browser has given its second factor: the product has no way round it."""

import time

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest

from people.models import Person


def give_both(session, person: Person, *, minutes_ago: float = 0) -> None:
    """Write into a session that the person signed in with a password and an app's code, so long ago."""
    request = HttpRequest()
    request.session, request.user = session, person
    for method, more in (("password", {}), ("mfa", {"type": "totp"})):
        record_authentication(request, person, method, **more)
    for step in session["account_authentication_methods"]:
        step["at"] = time.time() - minutes_ago * 60
    session.save()
