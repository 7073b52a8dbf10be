"""What taking a passed course again would mean on a day: from when it is a renewal, how long it would last, and which parts it needs."""

from dataclasses import dataclass
from datetime import date, timedelta

from courses.course_pages import CoursePage
from courses.models import CourseVersion, Part
from courses.results import needed_parts
from courses.validity import renewed_until
from people.access import Viewer


@dataclass(frozen=True)
class RenewalOffer:
    until: date
    opens_on: date
    would_last: date
    parts: list[Part]
    is_shorter: bool

    @property
    def can_start(self) -> bool:
        """Nothing to attend in the shorter path: it may be begun at any time."""
        return self.is_shorter and not any(part.is_meeting for part in self.parts)


def renewal_of(viewer: Viewer, version: CourseVersion, page: CoursePage) -> RenewalOffer | None:
    """What the viewer's renewal of a course means while it is valid; None when there is nothing to renew. No query."""
    subject, until = version.course.subject, version.result_until  # type: ignore[attr-defined]  # shown_versions
    if subject is None or subject.validity_months is None or until is None or until < viewer.on:
        return None
    months = subject.validity_months
    short, whole = needed_parts(page.parts, True), needed_parts(page.parts, False)
    return RenewalOffer(
        until=until,
        opens_on=until - timedelta(days=subject.opens_days),
        would_last=renewed_until(
            viewer.on, months, old=until, opens_days=subject.opens_days, keeps_base=subject.keeps_base
        ),
        parts=short,
        is_shorter=len(short) < len(whole),
    )
