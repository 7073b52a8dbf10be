"""More seats, other quotas, their release: shown first, held to what was shown, and undone until somebody has acted (R9, R14)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.booking import approve, cancel_booking, request_seat
from courses.models import Booking, CourseResult, Offer
from courses.queue import answer_offer
from courses.quotas import plan_release, release_quotas, set_quotas
from courses.refusals import Refused
from courses.scheduling import change_seats, plan_seats
from courses.seat_changes import seat_undo_obstacle, standing_seat_change, undo_seat_change
from people.consequences import GRACE, Outdated
from people.models import Change, Event, Notice, Outbox
from people.outbox import send_due
from tests.factories import build_occasion

pytestmark = pytest.mark.django_db
ACTED = "Någon har redan svarat eller bokat om. Det går inte att ångra längre."


def ask(world, occasion, name: str, **more) -> Booking:
    facts = {"by": None, **more}
    return request_seat(occasion=occasion, person=world.people[name], employment=world.job(name), **facts)


def states(occasion) -> list[tuple[str, str, str]]:
    return list(occasion.bookings.order_by("pk").values_list("person__name", "state", "seat_from"))


def keep(world, occasion, **seats) -> None:
    quotas = {getattr(world, name).pk: number for name, number in seats.items()}
    set_quotas(occasion=occasion, quotas=quotas, until=timezone.now() + timedelta(days=7), by=world.petra)


def test_more_seats_are_shown_by_what_each_one_gets(world, course):
    world.ale.approval = "always"
    world.ale.save()
    occasion = build_occasion(world, course, seats=1)
    ask(world, occasion, "tilda")
    waiting = [
        ask(world, occasion, "amira", by=world.amira),
        ask(world, occasion, "jonas", takes_at_once=False),
        ask(world, occasion, "dina"),
        ask(world, occasion, "skye"),
    ]
    before = states(occasion)
    plan = plan_seats(occasion, 4)
    assert [(one.key, one.sentence) for one in plan.effects] == [
        (str(waiting[0].public_id), "En plats hålls medan chefen bestämmer"),
        (str(waiting[1].public_id), "Erbjuds en plats och svarar"),
        (str(waiting[2].public_id), "Får en plats direkt"),
    ]
    assert states(occasion) == before
    changed = change_seats(occasion=occasion, seats=4, seen=plan.seen, by=world.petra)
    assert changed.seats_taken == 4
    assert [state for _name, state, _kind in states(occasion)] == ["booked", "requested", "offered", "booked", "queued"]


def test_a_plan_that_has_aged_does_nothing_and_comes_back_as_it_is_now(world, course):
    occasion = build_occasion(world, course, seats=1)
    held = ask(world, occasion, "tilda")
    ask(world, occasion, "amira")
    plan = plan_seats(occasion, 2)
    cancel_booking(booking=held, by=world.tilda)
    with pytest.raises(Outdated) as outdated:
        change_seats(occasion=occasion, seats=2, seen=plan.seen, by=world.petra)
    occasion.refresh_from_db()
    assert (occasion.seats, outdated.value.plan.effects) == (1, [])


@pytest.mark.promise("P4")
def test_undoing_more_seats_puts_everybody_back_where_they_stood(world, course):
    occasion = build_occasion(world, course, seats=1)
    for name in ("tilda", "amira", "jonas"):
        ask(world, occasion, name, takes_at_once=name != "jonas")
    before = states(occasion)
    change_seats(occasion=occasion, seats=3, by=world.petra)
    assert [state for _name, state, _kind in states(occasion)] == ["booked", "booked", "offered"]
    undo_seat_change(occasion=occasion, by=world.petra)
    occasion.refresh_from_db()
    assert (states(occasion), occasion.seats, occasion.seats_taken) == (before, 1, 1)
    assert Offer.objects.get().answer == "lapsed"
    assert CourseResult.objects.open().filter(person=world.amira).count() == 0
    undo_seat_change(occasion=occasion, by=world.petra)
    assert (states(occasion), Event.objects.filter(verb="seats_undone").count()) == (before, 1)


def test_quotas_and_their_release_are_undone_in_turn(world, course):
    occasion = build_occasion(world, course, seats=2)
    keep(world, occasion, boras=2)
    for name in ("amira", "tilda"):
        ask(world, occasion, name)
    keep(world, occasion, tjorn=2)
    assert states(occasion) == [("Amira Haddad", "queued", ""), ("Tilda Ångström", "booked", "quota")]
    occasion.refresh_from_db()
    plan = plan_release(occasion, timezone.now())
    assert len(release_quotas(occasion=occasion, seen=plan.seen, by=world.petra)) == 1
    assert [state for _name, state, _kind in states(occasion)] == ["booked", "booked"]
    undo_seat_change(occasion=occasion, by=world.petra)
    assert states(occasion) == [("Amira Haddad", "queued", ""), ("Tilda Ångström", "booked", "quota")]
    assert list(occasion.quotas.values_list("organisation", "seats", "released_at")) == [(world.tjorn.pk, 2, None)]


def test_a_release_on_its_date_is_no_change_to_undo(world, course):
    occasion = build_occasion(world, course, seats=2)
    keep(world, occasion, tjorn=1)
    release_quotas(occasion=occasion, by=None)
    assert [change.kind for change in Change.objects.all()] == ["courses.quotas"]
    assert seat_undo_obstacle(standing_seat_change(occasion), occasion) == ACTED


def test_nothing_is_undone_once_somebody_has_acted(world, course):
    occasion = build_occasion(world, course, seats=1)
    ask(world, occasion, "tilda")
    amira = ask(world, occasion, "amira", takes_at_once=False)
    change_seats(occasion=occasion, seats=2, by=world.petra)
    answer_offer(offer=amira.offers.get(), answer="yes", by=world.amira)
    with pytest.raises(Refused) as refused:
        undo_seat_change(occasion=occasion, by=world.petra)
    assert refused.value.sentences == [ACTED]
    assert [state for _name, state, _kind in states(occasion)] == ["booked", "booked"]


def test_the_places_that_were_dropped_for_the_seat_come_back(world, course):
    full, other = build_occasion(world, course, seats=1), build_occasion(world, course, seats=1, in_days=50)
    for occasion in (full, other):
        ask(world, occasion, "dina" if occasion == full else "tilda")
        ask(world, occasion, "amira")
    change_seats(occasion=full, seats=2, by=world.petra)
    assert [row[1] for row in states(other)] == ["booked", "cancelled"]
    undo_seat_change(occasion=full, by=world.petra)
    assert [row[1] for row in states(full)] == ["booked", "queued"]
    assert [row[1] for row in states(other)] == ["booked", "queued"]


@pytest.mark.promise("P15")
def test_the_mail_waits_for_a_slip_and_who_was_told_is_told_again(world, course, mailoutbox):
    occasion = build_occasion(world, course, seats=1)
    monday = timezone.localtime() + timedelta(days=(7 - timezone.localtime().weekday()))
    at = monday.replace(hour=10, minute=0, second=0, microsecond=0)
    ask(world, occasion, "tilda", at=at - timedelta(hours=1))
    amira = ask(world, occasion, "amira", at=at - timedelta(hours=1))
    send_due(at - timedelta(seconds=1))
    mailoutbox.clear()
    change_seats(occasion=occasion, seats=2, by=world.petra, at=at)
    assert Outbox.objects.get(notice__kind="courses.promoted").not_before == at + GRACE
    assert send_due(at + GRACE) == 1
    undo_seat_change(occasion=occasion, by=world.petra, at=at + timedelta(minutes=3))
    assert Notice.objects.get(kind="courses.taken_back").person == world.amira
    send_due(at + timedelta(minutes=4))
    subjects = [mail.subject.split(":")[0] for mail in mailoutbox if mail.to == ["amira@example.org"]]
    assert [subject for subject in subjects if subject != "Barnsamtal"] == ["Du fick plats", "I kön igen"]
    assert "METHOD:CANCEL" in mailoutbox[-1].message().as_string()
    mailoutbox.clear()
    change_seats(occasion=occasion, seats=2, by=world.petra, at=at + timedelta(minutes=5))
    undo_seat_change(occasion=occasion, by=world.petra, at=at + timedelta(minutes=6))
    change_seats(occasion=occasion, seats=2, by=world.petra, at=at + timedelta(minutes=7))
    send_due(at + timedelta(minutes=20))
    subjects = [mail.subject.split(":")[0] for mail in mailoutbox if mail.to == ["amira@example.org"]]
    assert [subject for subject in subjects if subject != "Barnsamtal"] == ["Du fick plats"]
    amira.refresh_from_db()
    assert amira.state == "booked"


def test_the_page_of_seats_shows_confirms_and_undoes(world, course, sign_in):
    occasion, petra = build_occasion(world, course, seats=1), sign_in(world.petra)
    for name in ("dina", "amira", "skye"):
        ask(world, occasion, name)
    address = reverse("occasion_edit", args=[occasion.public_id])
    data = {
        field.html_name: field.field.widget.format_value(field.value())
        for field in petra.get(address).context["form"]
        if field.value() not in (None, False, "")
    }
    page = petra.post(address, {**data, "seats": 3})
    assert [(one.name, one.place, one.sentence) for one in page.context["plan"].effects] == [
        ("Amira Haddad", "Ale", "Får en plats direkt"),
        ("Deltagare K-3", "", "Får en plats direkt"),
    ]
    assert "Det här ändrar 2 personer" in page.content.decode()
    occasion.refresh_from_db()
    assert occasion.seats == 1
    wrong = petra.post(address, {**data, "seats": 3, "seen": "another"})
    assert (
        wrong.context["outdated"]
        == "Något har ändrats sedan du öppnade sidan. Inget är gjort. Titta igen och bekräfta."
    )
    assert petra.post(address, {**data, "seats": 3, "seen": page.context["plan"].seen}).url == address
    assert [state for _name, state, _kind in states(occasion)] == ["booked", "booked", "booked"]
    assert petra.get(address).context["undo_obstacle"] == ""
    for _click in range(2):
        petra.post(reverse("seats_restore", args=[occasion.public_id]))
    assert [state for _name, state, _kind in states(occasion)] == ["booked", "queued", "queued"]


def test_a_request_that_waited_for_the_manager_waits_again(world, course):
    world.ale.approval = "always"
    world.ale.save()
    occasion = build_occasion(world, course, seats=1)
    ask(world, occasion, "tilda")
    amira = ask(world, occasion, "amira", by=world.amira)
    change_seats(occasion=occasion, seats=2, by=world.petra)
    undo_seat_change(occasion=occasion, by=world.petra)
    assert states(occasion)[1] == ("Amira Haddad", "requested", "")
    approve(booking=amira, by=world.johan)
    assert states(occasion)[1] == ("Amira Haddad", "queued", "")
