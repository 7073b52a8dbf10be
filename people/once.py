"""A form counts once (P18, docs/decisions/0011): which forms were sent, each for a day. One row, one statement at each step.

Outside of the deed's transaction: a key that is taken is known to a second sending while the first is still at work.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from people.models import Sending

# How long a form is closed while its first sending is at work; a crash between leaves it closed so long.
WORKING, KEPT = timedelta(seconds=30), timedelta(days=1)


def begin_sending(*, key: str, by: None = None, at: datetime | None = None) -> str | None:
    """Take a form's key: None when this is the first sending, else where the first one led ("" while it is at work)."""
    at = at or timezone.now()
    try:
        with transaction.atomic():
            Sending.objects.create(key=key, until=at + WORKING)
    except IntegrityError:
        if Sending.objects.filter(key=key, until__lte=at).update(until=at + WORKING, leads_to=""):
            return None
        return Sending.objects.filter(key=key).values_list("leads_to", flat=True).first() or ""
    return None


def end_sending(*, key: str, leads_to: str, by: None = None, at: datetime | None = None) -> None:
    """Remember where a form led; one that led nowhere may be sent again."""
    rows = Sending.objects.filter(key=key)
    if leads_to:
        rows.update(leads_to=leads_to, until=(at or timezone.now()) + KEPT)
    else:
        rows.delete()


def forget_sendings(*, by: None = None, at: datetime | None = None) -> int:
    """Delete what nobody can send again. Answers how many."""
    return Sending.objects.filter(until__lte=at or timezone.now()).delete()[0]
