"""Rows that belong to two organisations at once: PostgreSQL refuses them, whoever writes (P30)."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from courses.models import Attendance, Booking, CourseResult, Occasion, PartResult
from journeys.models import Enrolment, Stop
from people.models import Placement
from tests.factories import build_course
from tests.lived import build_lived
from tracker.keys import KEYS, build, name_of

pytestmark = pytest.mark.django_db


def wrong_rows(lived) -> dict:
    """What is changed -> the update of a row that would then be wrong."""
    world = lived.world
    tilda, other = world.job("tilda"), build_course(world, "ANNAN", "Annan").versions.get()
    booking = Booking.objects.filter(person=world.amira)
    return {
        "unit of another organisation": (Placement, {"unit": world.units["tjorn"]}, {"person": world.amira}),
        "placement of another's employment": (
            Placement,
            {"person": world.jonas},
            {"person": world.amira},
        ),
        "booking under another organisation": (Booking, {"organisation": world.tjorn}, {"pk__in": booking}),
        "booking with another's employment": (Booking, {"employment": tilda}, {"pk__in": booking}),
        "occasion with another course's version": (Occasion, {"course_version": other}, {"pk": lived.coming.pk}),
        "result with another course's version": (CourseResult, {"course_version": other}, {"person": world.amira}),
        "enrolment under another organisation": (Enrolment, {"organisation": world.tjorn}, {"person": world.amira}),
        "part result under another organisation": (
            PartResult,
            {"organisation": world.tjorn},
            {"result__person": world.amira},
        ),
        "attendance under another organisation": (
            Attendance,
            {"organisation": world.tjorn},
            {"booking__person": world.amira},
        ),
        "stop in another version's stage": (
            Stop,
            {"version": lived.foreign_journey.versions.get()},
            {"version__journey": lived.journey},
        ),
    }


WAYS = (
    "unit of another organisation",
    "placement of another's employment",
    "booking under another organisation",
    "booking with another's employment",
    "occasion with another course's version",
    "result with another course's version",
    "enrolment under another organisation",
    "part result under another organisation",
    "attendance under another organisation",
    "stop in another version's stage",
)


@pytest.mark.promise("P30")
@pytest.mark.parametrize("way", WAYS)
def test_a_row_of_two_organisations_is_refused(world, way):
    lived = build_lived(world)
    model, wrong, where = wrong_rows(lived)[way]
    with transaction.atomic():
        rows = model.objects.filter(pk__in=model.objects.filter(**where).order_by("pk").values("pk")[:1])
        assert rows.exists()
        point = transaction.savepoint()
        assert model.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(**wrong) == 1
        with pytest.raises(IntegrityError, match="_whole"):
            connection.check_constraints()
        transaction.savepoint_rollback(point)


def test_both_ends_may_change_in_one_transaction(world):
    """As a merge of two persons does: the keys are asked at its end."""
    job = world.job("amira")
    with connection.constraint_checks_disabled(), transaction.atomic():
        type(job).objects.filter(pk=job.pk).update(person=world.jonas)
        Placement.objects.filter(employment=job).update(person=world.jonas, manager=F("manager"))
        Booking.objects.filter(employment=job).update(person=world.jonas)
        connection.check_constraints()
        transaction.set_rollback(True)


def test_making_them_again_changes_nothing():
    build(plan=[])
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conname LIKE '%%\\_whole' AND contype = 'f'", [])
        found = {row[0] for row in cursor.fetchall()}
    assert found == {name_of(table, columns) for table, columns, _target, _found in KEYS}
