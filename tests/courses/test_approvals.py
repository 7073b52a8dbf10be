"""Requests that nobody answers: reminders on working days, then the deputy or the next level; never a silent yes (R3, R4)."""

from datetime import date, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from courses import jobs
from courses.approvals import asks_first, chase_approval, others_to_ask, reminder_days, waiting_sentence
from courses.booking import approve, request_seat
from courses.jobs import chase_approvals
from courses.models import Booking
from courses.queries import may_answer
from courses.refusals import Refused
from people.access import viewer_for
from people.assignments import give_role
from people.models import Delegation, Event, Notice
from people.notices import words_of
from people.workdays import add_working_days, is_working_day
from tests.factories import build_course, build_occasion, build_person

KINDS = ("courses.waiting_for_approval", "courses.approval_reminder", "courses.approval_handed_on")


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def asked(world, occasion, name="amira", at=None) -> Booking:
    job = world.job(name)
    return request_seat(occasion=occasion, person=job.person, employment=job, by=job.person, at=at)


def told(kind: str) -> list[str]:
    return sorted(row.person.given_name for row in Notice.objects.filter(kind=kind).select_related("person"))


@pytest.mark.parametrize(
    ("day", "number", "later"),
    [
        (date(2026, 11, 26), 3, date(2026, 12, 1)),  # Thursday: Friday, Monday, Tuesday
        (date(2026, 12, 22), 3, date(2026, 12, 29)),  # Christmas: the eve and the days are not counted
        (date(2027, 3, 25), 1, date(2027, 3, 30)),  # Easter
        (date(2027, 6, 24), 1, date(2027, 6, 28)),  # Midsummer Eve is a Friday that nobody works
        (date(2026, 11, 28), 0, date(2026, 11, 28)),
    ],
)
def test_working_days_pass_over_weekends_and_holidays(day, number, later):
    assert add_working_days(day, number) == later


def test_the_summer_has_working_days():
    assert is_working_day(date(2027, 7, 14))


def test_three_working_days_then_three_more(world, occasion):
    booking = asked(world, occasion)
    reminded, handed_on = reminder_days(booking)
    assert reminded == add_working_days(world.today, 3)
    assert handed_on == add_working_days(world.today, 6)


def test_the_manager_is_reminded_once_and_then_the_deputy_is_asked(world, occasion):
    booking = asked(world, occasion)
    reminded, handed_on = reminder_days(booking)
    counts = [
        chase_approvals(noon(day))
        for day in (
            reminded - timedelta(days=1),
            reminded,
            reminded,
            handed_on - timedelta(days=1),
            handed_on,
            handed_on,
        )
    ]
    assert counts == [0, 1, 0, 0, 1, 0]
    assert [told(kind) for kind in KINDS] == [["Johan"], ["Johan"], ["Dina"]]
    booking.refresh_from_db()
    assert (booking.state, booking.approved_at) == ("requested", None)
    verbs = Event.objects.filter(verb__startswith="approval_").order_by("at").values_list("verb", "actor")
    assert list(verbs) == [("approval_reminded", None), ("approval_handed_on", None)]


def test_without_a_deputy_the_next_level_is_asked_and_may_answer(world, occasion):
    Delegation.objects.all().delete()
    booking = asked(world, occasion)
    chase_approval(booking=booking, by=None, at=noon(reminder_days(booking)[1]))
    assert told("courses.approval_handed_on") == ["Ove"]
    assert "Amira Haddad" in words_of(Notice.objects.get(kind="courses.approval_handed_on"))
    assert approve(booking=booking, by=world.ove).state == "booked"


def test_an_answered_request_is_left_alone_and_its_reminder_says_nothing(world, occasion):
    booking = asked(world, occasion)
    chase_approval(booking=booking, by=None, at=noon(reminder_days(booking)[0]))
    approve(booking=booking, by=world.johan)
    assert chase_approvals(noon(reminder_days(booking)[1])) == 0
    assert words_of(Notice.objects.get(kind="courses.approval_reminder")) == ""


def test_a_managers_own_request_goes_one_level_up_and_nobody_approves_their_own(world, occasion):
    booking = asked(world, occasion, "johan")
    assert told(KINDS[0]) == ["Ove"]
    chase_approval(booking=booking, by=None, at=noon(reminder_days(booking)[1]))
    assert told(KINDS[1]) == ["Ove"]
    assert told(KINDS[2]) == ["Helena"]  # the deputy stands in for Johan himself, and nobody is above Ove: HR
    with pytest.raises(Refused, match=r"own|egen"):
        approve(booking=booking, by=world.johan)


def test_a_deputy_is_not_asked_about_the_own_request(world, occasion):
    booking = asked(world, occasion, "dina")
    assert [person.given_name for person in others_to_ask(booking, world.today)] == ["Ove"]


def test_somebody_protected_is_shown_to_the_deputy_but_not_to_the_next_level(world, occasion):
    booking = asked(world, occasion, "skye")
    assert [person.given_name for person in others_to_ask(booking, world.today)] == ["Dina"]
    Delegation.objects.all().delete()
    assert others_to_ask(booking, world.today) == []


def test_the_person_reads_what_happens_next(world, occasion, sign_in):
    booking = asked(world, occasion)
    reminded, handed_on = reminder_days(booking)
    page = sign_in(world.amira).get(f"/tillfallen/{occasion.public_id}/")
    assert page.context["waiting_sentence"] == waiting_sentence(booking, world.today)
    assert len({waiting_sentence(booking, day) for day in (world.today, reminded, handed_on)}) == 3
    assert waiting_sentence(approve(booking=booking, by=world.johan), world.today) == ""


def give(world, name: str, role: str, place: str = "ale") -> None:
    give_role(person=world.people[name], role=role, organisation=getattr(world, place), starts_on=world.today, by=None)


def without_hr(world) -> None:
    world.helena.roles.filter(role="hr").update(ends_on=world.today - timedelta(days=1))


def test_a_request_that_no_manager_can_answer_goes_to_hr_who_answers_it(world, occasion, sign_in):
    booking = asked(world, occasion, "ove")
    assert (booking.state, booking.goes_to, told(KINDS[0])) == ("requested", "hr", ["Helena"])
    helena = sign_in(world.helena, "hr")
    asked(world, occasion, "amira")
    assert helena.get(reverse("booking_approvals")).context["waiting"] == [booking]
    assert "Ove Top" in words_of(Notice.objects.get(kind=KINDS[0], person=world.helena))
    helena.post(reverse("booking_approve", args=[booking.public_id]))
    booking.refresh_from_db()
    assert (booking.state, booking.approved_by) == ("booked", world.helena)


def test_hr_answers_for_no_request_that_has_a_manager(world, occasion, sign_in):
    booking, helena = asked(world, occasion, "amira"), sign_in(world.helena, "hr")
    for name in ("booking_approve", "booking_refuse"):
        assert helena.post(reverse(name, args=[booking.public_id])).status_code == 404
    booking.refresh_from_db()
    assert booking.state == "requested"


def test_without_hr_the_administrator_sees_that_one_request_only_while_it_waits(world, occasion, sign_in):
    without_hr(world)
    booking, other = asked(world, occasion, "ove"), asked(world, occasion, "amira")
    assert (booking.goes_to, told(KINDS[0])) == ("municipality_admin", ["Johan", "Maja"])
    maja = viewer_for(world.maja, "municipality_admin")
    assert list(Booking.objects.visible_to(maja)) == [booking]
    client = sign_in(world.maja, "municipality_admin")
    assert client.post(reverse("booking_approve", args=[other.public_id])).status_code == 404
    client.post(
        reverse("booking_refuse", args=[booking.public_id]), {f"{booking.public_id}-reason": "Inte i vår budget"}
    )
    booking.refresh_from_db()
    assert (booking.state, booking.ended_by) == ("refused", world.maja)
    assert list(Booking.objects.visible_to(maja)) == []


def test_the_request_of_an_officer_goes_to_somebody_else(world, occasion):
    world.ove.roles.update(ends_on=world.today - timedelta(days=1))
    booking = asked(world, occasion, "helena")
    assert (booking.goes_to, told(KINDS[0])) == ("municipality_admin", ["Maja"])
    assert may_answer(world.helena, booking, world.today) is False


def test_somebody_withheld_is_answered_by_the_custodian_alone(world, occasion):
    job = world.job("skye")
    job.placements.update(manager=None)
    world.johan.roles.update(ends_on=world.today - timedelta(days=1))
    world.ove.roles.update(ends_on=world.today - timedelta(days=1))
    booking = asked(world, occasion, "skye")
    assert (booking.goes_to, told(KINDS[0])) == ("custodian", ["Saga"])
    assert approve(booking=booking, by=world.saga).state == "booked"


def test_when_nobody_is_there_it_waits_until_somebody_is_and_never_says_yes_by_itself(world, occasion):
    booking = asked(world, occasion, "otto")
    assert (booking.state, booking.goes_to, told(KINDS[0])) == ("requested", "", [])
    assert waiting_sentence(booking, world.today) == (
        "Ingen leder din enhet och ingen annan kan svara än. Vi letar efter någon varje timme."
    )
    assert chase_approvals(noon(world.today + timedelta(days=1))) == 0
    build_person(world, "bea", "Bea Personal", world.units["boras"])
    give(world, "bea", "hr", "boras")
    assert [chase_approvals(noon(world.today + timedelta(days=1))) for _time in range(2)] == [1, 0]
    booking.refresh_from_db()
    assert (booking.state, booking.goes_to, told(KINDS[0])) == ("requested", "hr", ["Bea"])


def test_the_person_reads_whom_it_went_to(world, occasion, sign_in):
    booking = asked(world, occasion, "ove")
    day = date_format(reminder_days(booking)[0], "j F")
    page = sign_in(world.ove, "employee").get(f"/tillfallen/{occasion.public_id}/").content.decode()
    assert f"Ingen leder din enhet, så din förfrågan gick till HR (Helena Personal). Påminnelsen går den {day}." in page


def test_the_officer_is_reminded_as_a_manager_would_be(world, occasion):
    booking = asked(world, occasion, "ove")
    reminded, handed_on = reminder_days(booking)
    assert [chase_approvals(noon(day)) for day in (reminded, reminded, handed_on)] == [1, 0, 0]
    assert told(KINDS[1]) == ["Helena"]


def test_of_many_requests_each_run_takes_its_turn_and_the_hour_takes_all(world, occasion, monkeypatch):
    monkeypatch.setattr(jobs, "CHASED_AT_ONCE", 1)
    bookings = [asked(world, occasion), asked(world, occasion, "jonas")]
    start = noon(max(reminder_days(booking)[0] for booking in bookings))
    runs = range(0, 60, jobs.CHASED_EVERY)
    assert sorted(chase_approvals(start + timedelta(minutes=minute)) for minute in runs) == [0] * 10 + [1, 1]
    assert [chase_approvals(start + timedelta(minutes=minute)) for minute in runs] == [0] * 12


def test_a_reminder_comes_before_the_course_or_is_not_promised(world):
    soon = asked(world, build_occasion(world, build_course(world, "S", "Snart", days=1), in_days=2))
    eve = world.today + timedelta(days=1)
    assert reminder_days(soon) == (eve, eve)
    assert waiting_sentence(soon, world.today).startswith("Din chef påminns")
    tomorrow = asked(world, build_occasion(world, build_course(world, "M", "Imorgon", days=1), in_days=1), "jonas")
    type(tomorrow).objects.filter(pk=tomorrow.pk).update(requested_at=noon(world.today))
    assert "hör av dig" in waiting_sentence(tomorrow, world.today)


def test_before_a_request_it_says_who_answers_when_nobody_leads_the_unit(world, occasion):
    said = asks_first(occasion, [world.job("ove")], timezone.now())
    assert said == "Ingen leder din enhet, så HR (Helena Personal) behöver godkänna."
