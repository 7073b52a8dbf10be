"""What runs out is said 90, 30 and 0 days before, to the person and to the nearest managers (R30); never to who is on leave (R20).

A day that the worker missed is made up: the step that has come is said once, whenever the job runs.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from courses.expiring import AHEAD, STEPS, last_ones
from courses.models import CourseResult, Occasion
from courses.signals import renewals_asked
from people.access import viewer_for
from people.line import nearest_managers
from people.models import Employment, Leave, Notice, Person
from people.notices import notice, say
from people.roles import Role

# What ran out longer ago than this, while nobody counted, is in the lists and not in the mail.
BEHIND = timedelta(days=30)
A_BATCH = 500


def step_of(until: date, on: date) -> int | None:
    """The step that has come: 90, 30 or 0 days before the end; None before the first."""
    return next((step for step in STEPS if (until - on).days <= step), None)


def remind_expiring(at: datetime | None = None) -> int:
    """Say what runs out to those who have not heard of this step. Run again, nobody hears twice. Answers how many persons were told."""
    at = at or timezone.now()
    on = timezone.localdate(at)
    same = {"person": OuterRef("person"), "organisation": OuterRef("organisation")}
    rows = CourseResult.objects.filter(
        Exists(Employment.objects.on(on).filter(**same)),
        ~Exists(Leave.objects.on(on).filter(**same)),
        valid_until__gte=on - BEHIND,
        valid_until__lte=on + AHEAD,
    )
    ids = list(last_ones(rows).order_by("organisation", "pk").values_list("pk", flat=True))
    return sum(_remind(ids[start : start + A_BATCH], on, at) for start in range(0, len(ids), A_BATCH))


def _remind(ids: list[int], on: date, at: datetime) -> int:
    answers = renewals_asked.send(sender=CourseResult, results=ids, on=on)
    unasked = {pk for _receiver, found in answers for pk in found or ()}
    ids = [pk for pk in ids if pk not in unasked]
    rows = CourseResult.objects.filter(pk__in=ids).select_related("person", "organisation").order_by("pk")
    keyed = {f"courses.expiring:{one.public_id}:{step_of(one.valid_until or on, on)}": one for one in rows}
    known = set(Notice.objects.filter(key__in=keyed).values_list("key", flat=True))
    new = {key: one for key, one in keyed.items() if key not in known}
    with transaction.atomic():
        for key, one in new.items():
            say(to=one.person, kind="courses.expiring", about=one, key=key, organisation=one.organisation, at=at,
                result=one.pk)  # fmt: skip
        _tell_managers(new.values(), on, at)
    return len(new)


def _tell_managers(results: Iterable[CourseResult], on: date, at: datetime) -> None:
    """One notice for each manager and run, however many of the team it is about."""
    jobs = {
        (job.person_id, job.organisation_id): job.pk
        for job in Employment.objects.on(on).filter(person__in={one.person_id for one in results}).order_by("-pk")
    }
    teams: dict[tuple[Person, int], list[CourseResult]] = {}
    for one in results:
        for manager in nearest_managers(jobs[one.person_id, one.organisation_id], one.person_id, on):
            teams.setdefault((manager, one.organisation_id), []).append(one)
    for (manager, _organisation), team in teams.items():
        ids = sorted(one.pk for one in team)
        say(to=manager, kind="courses.expiring_team", about=f"courses.expiring:{on.isoformat()}",
            key=f"courses.expiring_team:{manager.public_id}:{on.isoformat()}:{ids[0]}", organisation=team[0].organisation,
            at=at, results=ids)  # fmt: skip


@notice("courses.expiring", title=gettext_lazy("Something has to be renewed"))
def expiring_own(row: Notice) -> dict | None:
    """The course and its last valid day. No longer true once it is renewed."""
    rows = CourseResult.objects.filter(pk=row.payload["result"], person=row.person_id)
    result = last_ones(rows).select_related("course_version", "course").first()
    if result is None or result.valid_until is None:
        return None
    seats = Occasion.objects.visible_to(viewer_for(row.person)).bookable().filter(course__subject=result.subject_id)
    return {
        "title": result.course_version.shown_title,
        "until": result.valid_until,
        "is_over": result.valid_until < timezone.localdate(),
        "sessions": seats.upcoming(timezone.localdate() + timedelta(days=1)).count(),
        "address": settings.BASE_URL + reverse("course_detail", args=[result.course.slug]),
    }


@notice("courses.expiring_team", title=gettext_lazy("Your team has something to renew"))
def expiring_team(row: Notice) -> dict | None:
    """Names, courses and days of those whom the manager still leads, without what is renewed by now; empty: no longer true."""
    viewer = viewer_for(row.person, Role.MANAGER)
    if viewer.role != Role.MANAGER:
        return None
    rows = CourseResult.objects.visible_to(viewer).filter(pk__in=row.payload["results"])
    found = last_ones(rows).select_related("person", "course_version").order_by("valid_until", "person__sort_key")
    team = [(one.person.name, one.course_version.shown_title, one.valid_until) for one in found]
    return {"team": team, "address": settings.BASE_URL + reverse("expiry_list")} if team else None
