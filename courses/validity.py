"""How long a passed course is valid (R29). Asked once, when the course is passed; the answer stands on the result."""

from calendar import monthrange
from datetime import date, timedelta

from courses.models import CourseResult, Subject
from people.models import Organisation, Person


def validity_end(subject: Subject | None, person: Person, organisation: Organisation, passed_on: date) -> date | None:
    """The last valid day; None when it never expires.

    Months count from the day of passing. Renewing inside the window (opens_days before the end) keeps the old end as base,
    when the subject says so: nobody loses days by being early.
    """
    if subject is None or subject.validity_months is None:
        return None
    base = passed_on
    old = (
        CourseResult.objects.passed()
        .filter(subject=subject, person=person, organisation=organisation, valid_until__gte=passed_on)
        .order_by("-valid_until")
        .values_list("valid_until", flat=True)
        .first()
    )
    if subject.keeps_base and old and passed_on >= old - timedelta(days=subject.opens_days):
        base = old
    return add_months(base, subject.validity_months)


def add_months(day: date, months: int) -> date:
    """The same day of the month, or the month's last: 31 January and one month is 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
