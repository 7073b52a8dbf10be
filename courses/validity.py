"""How long a passed course is valid (R29), how long leave lets it wait (R31), and when taking it again is a renewal.

The last valid day is asked once, when the course is passed; the answer stands on the result and no older one is touched.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

from courses.models import CourseResult, Subject
from people.leave import Days, long_leave
from people.models import Leave, Organisation, Person


def renewed_until(
    passed_on: date, months: int, *, old: date | None = None, opens_days: int = 0, keeps_base: bool = True
) -> date:
    """The last valid day of a course passed on a day, `old` being the last valid day before it. Pure.

    Inside the window, from `opens_days` before the old end, the months count from the old end: nobody loses days by being early.
    Whenever it is renewed, the new end never lies before the old one.
    """
    is_early = old is not None and old - timedelta(days=opens_days) <= passed_on <= old
    end = add_months(old if old and is_early and keeps_base else passed_on, months)
    return max(end, old) if old else end


def validity_end(subject: Subject | None, person: Person, organisation: Organisation, passed_on: date) -> date | None:
    """The last valid day of a course of the subject that is passed on a day; None when it never expires."""
    if subject is None or subject.validity_months is None:
        return None
    old = _end_on(subject, person, organisation, passed_on)
    return renewed_until(
        passed_on, subject.validity_months, old=old, opens_days=subject.opens_days, keeps_base=subject.keeps_base
    )


def _end_on(subject: Subject, person: Person, organisation: Organisation, on: date) -> date | None:
    """The last valid day that the person has in the subject on a day, by what was passed until then."""
    passed = CourseResult.objects.passed().filter(subject=subject, person=person, organisation=organisation)
    ends = passed.filter(passed_on__lte=on, valid_until__gte=on).order_by("-valid_until")
    return ends.values_list("valid_until", flat=True).first()


def grace_end(until: date, leaves: Iterable[Days], weeks: int) -> date | None:
    """The day until which something that runs out during leave may wait: so many weeks after the return (R31). Pure.

    None when nobody is on leave that day; date.max while the leave has no end. A further leave in that time lengthens it.
    """
    grace = None
    for begins, ends in long_leave(leaves):
        if begins <= (grace or until) and (ends is None or until <= ends):
            if ends is None:
                return date.max
            grace = ends + timedelta(weeks=weeks)
    return grace


def is_renewal(person: Person, organisation: Organisation, subject: Subject | None, on: date) -> bool:
    """Whether a course of the subject that begins on a day renews what is still valid, or may still wait because of leave."""
    if subject is None or subject.validity_months is None:
        return False
    passed = CourseResult.objects.passed().filter(subject=subject, person=person, organisation=organisation)
    until = (
        passed.filter(valid_until__isnull=False).order_by("-valid_until").values_list("valid_until", flat=True).first()
    )
    if until is None or until >= on:
        return until is not None
    leaves = Leave.objects.filter(person=person, organisation=organisation).values_list("starts_on", "ends_on")
    grace = grace_end(until, leaves, subject.grace_weeks)
    return grace is not None and grace >= on


def add_months(day: date, months: int) -> date:
    """The same day of the month, or the month's last: 31 January and one month is 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
