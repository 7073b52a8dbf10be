"""What is said of prior learning: somebody waits for a decision, and the decision."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy

from courses.models import CourseVersion, Recognition
from courses.models.recognition import decides_for
from people.access import viewer_for
from people.models import Notice, Person, RoleAssignment
from people.notices import notice, say
from people.roles import PERMISSIONS, Permission

DECIDING = [role for role, may in PERMISSIONS.items() if Permission.DECIDE_RECOGNITION in may]


def deciders_of(row: Recognition, at: datetime) -> list[Person]:
    """Who may decide: those who hold a deciding role for the owner, never the person or who asked."""
    held = RoleAssignment.objects.on(at.date()).filter(role__in=DECIDING)
    ours = held.filter(organisation=row.decided_for_id) | held.filter(collaboration__lead=row.decided_for_id)
    people = Person.objects.filter(pk__in=ours.values("person"))
    return list(people.exclude(pk__in=[row.person_id, row.asked_by_id or 0]).order_by("pk"))


def tell_to_decide(row: Recognition, at: datetime) -> list[Notice]:
    """Once for each time that it waits."""
    mark = row.evidence.count()
    return [
        say(to=person, kind="courses.recognition_waits", about=row, organisation=row.decided_for, at=at, recognition=row.pk,
            key=f"courses.recognition_waits:{row.public_id}:{mark}:{person.public_id}")
        for person in deciders_of(row, at)
    ]  # fmt: skip


def tell_decided(row: Recognition, at: datetime) -> Notice:
    return say(to=row.person, kind="courses.recognition_decided", about=row, organisation=row.organisation, at=at,
               recognition=row.pk, state=row.state,
               key=f"courses.recognition_decided:{row.public_id}:{row.state}:{at.isoformat()}")  # fmt: skip


@notice("courses.recognition_waits", title=gettext_lazy("Prior learning waits for a decision"))
def waits(row: Notice) -> dict | None:
    """The course only: whose it is stands nowhere but in the evidence. No longer true once it is decided, or by others to decide."""
    found = Recognition.objects.filter(pk=row.payload["recognition"], state=Recognition.State.SUBMITTED).first()
    if found is None or not any(_decides(row.person, role, found) for role in DECIDING):
        return None
    return {"title": _title(found), "address": _address(found)}


def _decides(person: Person, role: str, found: Recognition) -> bool:
    viewer = viewer_for(person, role)
    return viewer.role == role and found.decided_for_id in decides_for(viewer)


@notice("courses.recognition_decided", title=gettext_lazy("Your prior learning is decided"))
def decided(row: Notice) -> dict | None:
    """The decision and its reason."""
    found = Recognition.objects.filter(pk=row.payload["recognition"], person=row.person_id).first()
    if found is None or found.state != row.payload["state"]:
        return None
    return {"title": _title(found), "recognition": found, "address": _address(found)}


def _title(row: Recognition) -> str:
    version = CourseVersion.objects.published().filter(course=row.course_id).first()
    return version.shown_title if version else row.course.code


def _address(row: Recognition) -> str:
    return settings.BASE_URL + reverse("recognition_detail", args=[row.public_id])
