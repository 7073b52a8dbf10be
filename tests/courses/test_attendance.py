"""Marks of a day: minutes, marks that waited for the network, and what happens after the lock (R23, R26, decisions 9)."""

import json
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from courses.attendance import (
    correct_attendance,
    lock_meeting,
    mark_all_present,
    merge_mark,
    record_attendance,
    report_occasion,
)
from courses.booking import book_people
from courses.models import Attendance, Meeting
from courses.refusals import Refused
from people.models import Event
from tests.factories import build_course, build_occasion
from tests.kept import kept


@pytest.fixture
@kept
def day(world) -> Meeting:
    """A day that is today, led by Tove; Amira, Tilda and the protected Skye are booked."""
    occasion = build_occasion(world, build_course(world, days=1), trainers=(world.tove,))
    book_people(occasion=occasion, employments=[world.job(n) for n in ("amira", "tilda", "skye")], by=world.helena)
    starts = timezone.localtime().replace(hour=0, minute=1)
    Meeting.objects.update(starts_at=starts, ends_at=starts + timedelta(hours=7))
    return Meeting.objects.select_related("part", "occasion").get()


def seat(day, person):
    return day.occasion.bookings.get(person=person)


def mark(day, person, state, **facts):
    return record_attendance(meeting=day, booking=seat(day, person), state=state, **facts)


def late(day, person, state, marked_at, by, **facts):
    return merge_mark(meeting=day, booking=seat(day, person), state=state, marked_at=marked_at, by=by, **facts)


def log(*verbs: str) -> list[tuple[str, str]]:
    rows = Event.objects.filter(verb__in=verbs).order_by("at", "id")
    return [(row.verb, row.data["state"]) for row in rows]


@pytest.mark.parametrize("minutes", [None, 0, 421])
def test_partly_needs_its_minutes(minutes, world, day):
    with pytest.raises(Refused, match="420"):
        mark(day, world.amira, "partly", minutes=minutes, by=world.petra)
    assert mark(day, world.amira, "partly", minutes=180, by=world.petra).minutes == 180


def test_excused_is_one_of_the_four_answers_and_drops_the_minutes(world, day):
    mark(day, world.amira, "partly", minutes=180, by=world.petra)
    row = mark(day, world.amira, "excused", by=world.petra)
    assert (row.state, row.minutes) == ("excused", None)
    assert Attendance.objects.count() == 1


def test_all_marks_are_saved_without_scripts_and_a_faulty_one_stops_only_itself(world, day, sign_in):
    ids = {name: seat(day, world.people[name]).public_id for name in ("amira", "tilda", "skye")}
    data = {"dag": day.public_id, f"mark-{ids['amira']}": "excused", f"minutes-{ids['amira']}": "210"}
    data |= {f"mark-{ids['tilda']}": "partly", f"minutes-{ids['tilda']}": "tre timmar", f"mark-{ids['skye']}": "partly"}
    data |= {f"minutes-{ids['skye']}": "60"}
    client, address = sign_in(world.tove, "trainer"), reverse("attendance_edit", args=[day.occasion.public_id])
    answer = client.post(address, data)
    assert sorted(Attendance.objects.values_list("state", "minutes")) == [("excused", None), ("partly", 60)]
    said = [str(one) for one in get_messages(answer.wsgi_request)]
    assert len(said) == 1
    assert said[0].startswith("Tilda Ångström: ")
    before = Event.objects.count()
    client.post(address, data)
    assert Event.objects.count() == before  # marks that stand are not written again


def test_the_page_offers_four_answers_and_minutes(world, day, sign_in):
    page = sign_in(world.petra).get(reverse("attendance_edit", args=[day.occasion.public_id])).content.decode()
    booking = seat(day, world.amira).public_id
    for state in Attendance.State.values:
        assert f'name="mark-{booking}" value="{state}"' in page
    assert f'name="minutes-{booking}" value="210"' in page
    assert "leden/marks.js" in page


# -- marks that waited for the network


def test_a_mark_that_waited_is_saved_with_its_own_time(world, day):
    then = timezone.now() - timedelta(minutes=20)
    row = late(day, world.amira, "partly", then, world.petra, minutes=90)
    assert (row.state, row.minutes, row.recorded_at, row.recorded_by) == ("partly", 90, then, world.petra)


def test_of_two_devices_the_later_mark_counts_and_both_stand_in_the_log(world, day):
    now = timezone.now()
    mark(day, world.amira, "present", by=world.tove, at=now - timedelta(minutes=5))
    kept = late(day, world.amira, "absent", now - timedelta(minutes=9), world.petra)
    assert kept.state == "present"
    assert late(day, world.amira, "excused", now - timedelta(minutes=1), world.petra).state == "excused"
    assert log("attendance_recorded", "attendance_superseded") == [
        ("attendance_superseded", "absent"),
        ("attendance_recorded", "present"),
        ("attendance_recorded", "excused"),
    ]


def test_sent_twice_it_is_one_mark(world, day):
    then = timezone.now() - timedelta(minutes=9)
    mark(day, world.tilda, "present", by=world.tove)
    for _time in range(2):
        late(day, world.amira, "absent", then, world.petra)
        late(day, world.tilda, "absent", then, world.petra)
    assert log("attendance_recorded", "attendance_superseded") == [
        ("attendance_recorded", "absent"),
        ("attendance_superseded", "absent"),
        ("attendance_recorded", "present"),
    ]


def test_a_clock_that_runs_ahead_does_not_beat_everybody(world, day):
    now = timezone.now()
    late(day, world.amira, "absent", now + timedelta(days=3), world.petra, at=now)
    assert mark(day, world.amira, "present", by=world.petra, at=now + timedelta(minutes=1)).state == "present"
    assert Attendance.objects.get().recorded_at == now + timedelta(minutes=1)


def test_after_the_lock_it_is_refused_but_stands_in_the_log(world, day):
    mark_all_present(meeting=day, by=world.petra)
    lock_meeting(meeting=day, by=world.petra)
    with pytest.raises(Refused):
        late(day, world.amira, "absent", timezone.now() - timedelta(minutes=1), world.tove)
    assert set(Attendance.objects.values_list("state", flat=True)) == {"present"}
    assert log("attendance_came_late") == [("attendance_came_late", "absent")]


def packed(day, *marks) -> str:
    then = (timezone.now() - timedelta(minutes=3)).isoformat()
    return json.dumps(
        [{"booking": str(b), "meeting": str(day.public_id), "state": s, "minutes": "", "at": then} for b, s in marks]
    )


def test_the_browser_sends_what_waited_in_one_go(world, day, sign_in):
    marks = [(seat(day, world.amira).public_id, "present"), (seat(day, world.skye).public_id, "absent")]
    client, address = sign_in(world.petra), reverse("attendance_sync")
    answer = client.post(address, {"marks": packed(day, *marks, (seat(day, world.tilda).public_id, "partly"))})
    assert answer.json() == {"saved": 2, "refused": 1}
    assert sorted(Attendance.objects.values_list("state", flat=True)) == ["absent", "present"]
    for rubbish in ("", "{}", "[1, null, {}]", '[{"booking": 1, "meeting": 2, "state": 3, "at": 4}]', "[" * 100_000):
        assert client.post(address, {"marks": rubbish}).json() == {"saved": 0, "refused": 0}


def test_marks_for_other_peoples_sessions_are_not_taken(world, day, sign_in):
    marks = packed(day, (seat(day, world.amira).public_id, "present"))
    for person in (world.amira, world.johan, world.helena, world.otto):
        assert sign_in(person).post(reverse("attendance_sync"), {"marks": marks}).status_code == 404
    foreign = build_occasion(world, build_course(world, "B", "Annat", days=1))
    answer = sign_in(world.tove, "trainer").post(
        reverse("attendance_sync"), {"marks": packed(foreign.meetings.get(), (seat(day, world.amira).public_id, "present"))}
    )  # fmt: skip
    assert answer.json() == {"saved": 0, "refused": 1}
    assert not Attendance.objects.exists()


# -- after the lock


def test_only_the_organiser_corrects_with_a_reason_and_minutes(world, day, sign_in):
    mark_all_present(meeting=day, by=world.tove)
    lock_meeting(meeting=day, by=world.tove)
    row = Attendance.objects.get(booking__person=world.amira)
    address = reverse("attendance_correct", args=[day.occasion.public_id, row.pk])
    assert sign_in(world.tove, "trainer").get(address).status_code == 404
    petra = sign_in(world.petra)
    page = petra.post(address, {"state": "partly", "reason": "Gick tidigt"})
    assert list(page.context["form"].errors) == ["minutes"]
    page = petra.post(address, {"state": "absent", "reason": " "})
    assert list(page.context["form"].errors) == ["reason"]
    petra.post(address, {"state": "partly", "reason": "Gick tidigt", "minutes": "200"})
    row.refresh_from_db()
    assert (row.state, row.minutes, row.corrected_reason) == ("partly", 200, "Gick tidigt")
    with pytest.raises(Refused):
        correct_attendance(attendance=row, state="absent", reason=" ", by=world.petra)


def test_a_day_is_locked_when_it_has_begun_and_not_before(world, day, sign_in):
    """Marked before, on the morning of the day; locked, and with certificates made of it, from its first minute."""
    mark_all_present(meeting=day, by=world.petra)
    soon = timezone.now() + timedelta(minutes=20)
    type(day).objects.filter(pk=day.pk).update(starts_at=soon, ends_at=soon + timedelta(hours=2))
    day.refresh_from_db()
    address = reverse("attendance_edit", args=[day.occasion.public_id])
    if timezone.localdate(soon) == world.today:  # else the day is tomorrow's, and not even marked
        page = sign_in(world.petra).get(address).content.decode()
        assert "kan låsas när den har börjat" in page
    with pytest.raises(Refused):
        lock_meeting(meeting=day, by=world.petra)
    day.refresh_from_db()
    assert day.locked_at is None
    assert lock_meeting(meeting=day, by=world.petra, at=soon).locked_at == soon


def test_a_locked_or_reported_session_is_over_for_who_took_part(world, day, sign_in):
    """No seats left, no button, no late cancellation: that it is over, whether one was there, and the way to the result."""
    mark_all_present(meeting=day, by=world.petra)
    lock_meeting(meeting=day, by=world.petra)
    amira, address = sign_in(world.amira, "employee"), reverse("occasion_detail", args=[day.occasion.public_id])

    def seen() -> str:
        page = amira.get(address)
        assert page.context["is_over"]
        text = page.content.decode()
        assert not [one for one in ("platser kvar", "Avboka", "Boka plats", "sen avbokning") if one in text]
        return text

    assert amira.get("/min-resa/").context["seat"] is None
    assert "Du deltog." in seen()
    report_occasion(occasion=day.occasion, by=world.petra)
    assert "Du deltog." in seen()
    stranger = sign_in(world.dina, "employee").get(address).content.decode()
    assert ("Tillfället är över." in stranger, "Du deltog" in stranger) == (True, False)
    page = sign_in(world.petra).get(reverse("occasion_list")).content.decode()
    assert day.occasion.number not in page  # not among the coming ones


def test_booking_that_has_closed_by_itself_is_not_called_open(world, day, sign_in):
    type(day.occasion).objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    page = sign_in(world.petra).get(reverse("occasion_detail", args=[day.occasion.public_id])).content.decode()
    assert "Öppet för anmälan" not in page
