"""The log: what was done, and who looked at whom. The only writer of Event and Reading; nothing is changed or deleted."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from people.models import Event, Organisation, Person, Reading, ReadingLine

# What a reader was shown, in words for the person who was seen. Pages of the apps above, named by their address.
SHOWN_ON: dict[str, Promise] = {
    "participant_list": _("the list of participants"),
    "occasion_detail": _("the list of a session"),
    "attendance_edit": _("the attendance of a session"),
}


def shown_on(view: str) -> Promise:
    """The name of a page that showed names, in words."""
    return SHOWN_ON.get(view, _("a page with names"))


def pointer(row: models.Model | str) -> str:
    """A plain text pointer such as `courses.occasion:<public id>`: people may hold no key upwards."""
    if isinstance(row, str):
        return row
    return f"{row._meta.label_lower}:{getattr(row, 'public_id', row.pk)}"


def record(
    verb: str,
    *,
    by: Person | None,
    about: models.Model | str = "",
    person: Person | None = None,
    organisation: Organisation | None = None,
    on_behalf_of: Person | None = None,
    role: str = "",
    reason: str = "",
    at: datetime | None = None,
    **data: object,
) -> Event:
    """Write that something was done. `by` None means the system; `data` holds ids and non-secret values only, never names."""
    return Event.objects.create(
        at=at or timezone.now(),
        actor=by,
        on_behalf_of=on_behalf_of,
        role=role,
        verb=verb,
        organisation=organisation,
        about=pointer(about),
        person=person,
        reason=reason,
        data=data,
    )


def record_reading(
    *, viewer, view: str, persons: Iterable[int], reason: str = "", at: datetime | None = None
) -> Reading | None:
    """Write that a viewer was shown persons (ids) of other organisations: two statements, however many (R44, P9)."""
    shown = sorted(set(persons) - {viewer.person.pk})
    if not shown:
        return None
    with transaction.atomic(savepoint=False):  # one commit for both
        reading = Reading.objects.create(
            at=at or timezone.now(),
            viewer=viewer.person,
            organisation=viewer.organisation,
            role=viewer.role,
            view=view,
            reason=reason,
            persons=len(shown),
        )
        ReadingLine.objects.bulk_create([ReadingLine(reading=reading, person_id=pk) for pk in shown])
    return reading
