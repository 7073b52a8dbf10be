"""Messages that wait are read, stopped and rewritten (people/waiting_mail.py), and the hours in which mail leaves (R20)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from courses.booking import book_people
from courses.cancelling import cancel_occasion
from people.employment import start_leave
from people.models import Event, Notice, Outbox
from people.notices import words_of
from people.outbox import lease_due, may_leave_at, send_due
from people.waiting_mail import rewrite_message, stop_message
from people.workdays import is_working_day
from tests.factories import build_occasion


@pytest.fixture
def said(world, course):
    """Amira and Tilda are told that their occasion is cancelled; nothing has left."""
    occasion = build_occasion(world, course)
    book_people(occasion=occasion, employments=[world.job("amira"), world.job("tilda")], by=world.johan)
    cancel_occasion(occasion=occasion, reason="Snö", text="Hej", by=world.petra)
    return {row.person.name: row for row in Notice.objects.filter(kind="courses.cancelled").select_related("person")}


def test_a_stopped_message_never_leaves_and_is_read_by_nobody(world, said, see):
    row = stop_message(notice=said["Amira Haddad"], by=world.petra)
    stop_message(notice=row, by=world.petra)
    assert Outbox.objects.get(notice=row).dead_reason == "stopped"
    assert row not in Notice.objects.visible_to(see(world.amira))
    assert Event.objects.filter(verb="message_stopped", actor=world.petra).count() == 1


def test_rewritten_for_one_or_for_all_who_wait(world, said):
    amira, tilda = said["Amira Haddad"], said["Tilda Ångström"]
    assert len(rewrite_message(notice=amira, text="Nytt", everybody=True, by=world.petra)) == 2
    assert len(rewrite_message(notice=tilda, text="Bara du", by=world.petra)) == 1
    tilda.refresh_from_db()
    amira.refresh_from_db()
    assert [words_of(row).splitlines()[0] for row in (amira, tilda)] == ["Nytt", "Bara du"]


def test_what_has_left_or_is_leaving_is_not_changed(world, said):
    row = said["Amira Haddad"]
    lease_due(timezone.now() + timedelta(minutes=3))
    with pytest.raises(ValidationError):
        stop_message(notice=row, by=world.petra)
    Outbox.objects.filter(notice=row).update(sent_at=timezone.now(), lease_until=None)
    with pytest.raises(ValidationError):
        rewrite_message(notice=row, text="För sent", by=world.petra)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-12-24 10:00", "2026-12-28 07:00"),  # Christmas Eve, a Thursday, then two holidays and a Sunday
        ("2027-01-05 19:00", "2027-01-07 07:00"),  # the evening before Epiphany
        ("2026-11-27 17:59", "2026-11-27 17:59"),
        ("2026-11-27 18:00", "2026-11-30 07:00"),
    ],
)
def test_ordinary_mail_waits_over_nights_weekends_and_holidays(moment, expected):
    at = timezone.make_aware(timezone.datetime.fromisoformat(moment))
    assert f"{timezone.localtime(may_leave_at(at)):%Y-%m-%d %H:%M}" == expected


def test_working_days_leave_out_eves_and_holidays():
    day = timezone.datetime(2026, 6, 19).date()  # Midsummer's Eve
    assert [is_working_day(day - timedelta(days=1)), is_working_day(day)] == [True, False]


@pytest.mark.parametrize(("in_days", "leaves"), [(1, True), (9, False)])
def test_what_concerns_a_meeting_within_24_hours_leaves_at_night_and_to_people_on_leave(
    in_days, leaves, world, course, time_machine
):
    time_machine.move_to(timezone.make_aware(timezone.datetime(2026, 11, 24, 22)), tick=False)
    world.today = timezone.localdate()
    occasion = build_occasion(world, course, in_days=in_days)
    book_people(occasion=occasion, employments=[world.job("amira")], by=world.johan)
    start_leave(employment=world.job("amira"), starts_on=timezone.localdate(), by=None)
    assert send_due(timezone.now()) == int(leaves)
