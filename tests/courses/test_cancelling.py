"""A cancelled occasion looks after everybody, and can be undone until the first has acted (courses/cancelling.py)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from courses.booking import book_people, request_seat
from courses.cancelling import cancel_occasion, standing_cancellation, undo_cancellation, undo_obstacle
from courses.decisions import decisions_of
from courses.falling import days_in_words, plan_cancellation
from courses.models import Booking, FirstRight, Offer
from courses.queue import answer_offer
from courses.refusals import Refused
from courses.scheduling import change_seats
from courses.told import cancellation_answers
from journeys.enrolment import enrol
from journeys.models import DeadlineChange, Progress
from people.access import viewer_for
from people.consequences import Outdated
from people.models import Event, Notice, Outbox
from people.notices import words_of
from people.outbox import send_due
from tests.factories import build_course, build_occasion, build_person
from tests.kept import kept
from tests.lived import build_journey

REASON = "Kursledaren är sjuk"


@pytest.fixture
@kept
def full(world, course):
    """Two seats: Amira and Tilda sit; Jonas queues."""
    occasion = build_occasion(world, course, seats=2, in_days=21, trainers=(world.tove,))
    book_people(occasion=occasion, employments=[world.job(n) for n in ("amira", "tilda", "jonas")], by=world.johan)
    return occasion


@pytest.fixture
@kept
def later(world, course):
    """Another date of the course with two seats, one of them taken."""
    occasion = build_occasion(world, course, seats=2, in_days=42)
    book_people(occasion=occasion, employments=[world.job("dina")], by=world.johan)
    return occasion


def suggested(plan):
    return {effect.key: effect.chosen for effect in plan.effects}


def cancel(occasion, world, **more):
    plan = plan_cancellation(occasion)
    return cancel_occasion(
        occasion=occasion, reason=REASON, choices=suggested(plan), seen=plan.seen, by=world.petra, **more
    )


def state(person, occasion):
    return Booking.objects.get(person=person, occasion=occasion).state


def test_the_plan_gives_free_seats_in_order_and_the_others_words(world, full, later):
    plan = plan_cancellation(full)
    first, second, third = [effect.chosen for effect in plan.effects]
    assert (first, second, third) == (f"offer:{later.public_id}", "tell", "tell")
    assert [effect.sentence for effect in plan.effects] == ["Har plats", "Har plats", "Nummer 1 i kön"]
    assert [choice.value for choice in plan.effects[2].choices] == [
        f"offer:{later.public_id}",
        f"book:{later.public_id}",
        "tell",
    ]


def test_looking_at_the_plan_changes_nothing(world, full, later):
    before = list(Booking.objects.order_by("pk").values())
    assert plan_cancellation(full).seen == plan_cancellation(full).seen
    assert list(Booking.objects.order_by("pk").values()) == before


def test_everybody_is_offered_or_told_and_has_first_right(world, full, later):
    cancel(full, world)
    full.refresh_from_db()
    assert full.state == "cancelled"
    assert [state(world.people[n], full) for n in ("amira", "tilda", "jonas")] == ["cancelled"] * 3
    assert state(world.amira, later) == "offered"
    assert not Booking.objects.filter(occasion=later, person__in=[world.tilda, world.jonas]).exists()
    assert set(FirstRight.objects.open().values_list("person__name", flat=True)) == {
        "Amira Haddad",
        "Tilda Ångström",
        "Jonas Öhrn",
    }
    later.refresh_from_db()
    assert later.seats_taken == 2


def test_who_has_said_yes_is_booked_at_once(world, full, later):
    plan = plan_cancellation(full)
    jonas = str(Booking.objects.get(person=world.jonas).public_id)
    cancel_occasion(
        occasion=full, reason=REASON, choices={jonas: f"book:{later.public_id}"}, seen=plan.seen, by=world.petra
    )
    assert state(world.jonas, later) == "booked"
    assert not FirstRight.objects.open().filter(person=world.jonas).exists()


def test_one_without_a_free_seat_stands_before_the_queue(world, full, later):
    change_seats(occasion=later, seats=1 + 1, by=world.petra)
    book_people(occasion=later, employments=[world.job("johan"), world.job("helena")], by=world.johan)
    tilda = str(Booking.objects.get(person=world.tilda, occasion=full).public_id)
    cancel_occasion(occasion=full, reason=REASON, choices={tilda: f"offer:{later.public_id}"}, by=world.petra)
    waiting = later.bookings.filter(state="queued").in_order().values_list("person__name", flat=True)
    assert list(waiting) == ["Tilda Ångström", "Helena Personal"]


def test_a_world_that_changed_meanwhile_refuses_and_shows_the_new_plan(world, full, later):
    seen = plan_cancellation(full).seen
    book_people(occasion=later, employments=[world.job("ove")], by=world.johan)
    with pytest.raises(Outdated) as refusal:
        cancel_occasion(occasion=full, reason=REASON, seen=seen, by=world.petra)
    full.refresh_from_db()
    assert full.state == "open"
    assert refusal.value.plan.seen == plan_cancellation(full).seen != seen


def test_cancelling_twice_is_cancelling_once(world, full, later):
    cancel(full, world)
    told = Notice.objects.count()
    cancel_occasion(occasion=full, reason="Igen", by=world.petra)
    assert Notice.objects.count() == told
    assert Event.objects.filter(verb="occasion_cancelled").count() == 1


def test_the_mail_holds_the_own_words_the_reason_the_offer_and_the_right(world, full, later):
    cancel(full, world, text="Vi ses hellre i januari.")
    row = Notice.objects.get(person=world.amira, kind="courses.cancelled")
    words = words_of(row)
    offer = Offer.objects.get(booking__occasion=later)
    assert words.startswith("Vi ses hellre i januari.")
    assert REASON in words
    assert offer.token in words
    assert offer.token not in words_of(row, links=False)
    assert "förtur" in words


def test_undone_everybody_has_the_seat_back_and_nobody_was_told(world, full, later):
    before = list(full.bookings.order_by("pk").values("pk", "state", "seat_from", "queued_at"))
    cancel(full, world)
    undo_cancellation(occasion=full, by=world.petra)
    full.refresh_from_db()
    assert (full.state, full.seats_taken, full.cancelled_at, full.cancelled_reason) == ("open", 2, None, "")
    assert list(full.bookings.order_by("pk").values("pk", "state", "seat_from", "queued_at")) == before
    assert state(world.amira, later) == "cancelled"
    assert FirstRight.objects.count() == 0
    assert set(Notice.objects.filter(kind="courses.cancelled").values_list("stopped_by", flat=True)) == {world.petra.pk}
    assert Notice.objects.filter(kind="courses.restored").count() == 0
    assert {day.cancelled_at for day in full.meetings.all()} == {None}
    assert {day.sequence for day in full.meetings.all()} == {2}
    assert b"STATUS:CONFIRMED" in bytes(full.meetings.all()[0].ics)


def test_undone_those_who_were_told_are_told(world, full, later):
    cancel(full, world)
    Outbox.objects.filter(notice__person=world.tilda, kind="courses.cancelled").update(sent_at=timezone.now())
    undo_cancellation(occasion=full, by=world.petra)
    assert [row.person for row in Notice.objects.filter(kind="courses.restored")] == [world.tilda]


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_not_undone_once_somebody_has_answered(answer, world, full, later):
    cancel(full, world)
    answer_offer(offer=Offer.objects.get(booking__occasion=later), answer=answer, by=world.amira)
    with pytest.raises(Refused):
        undo_cancellation(occasion=full, by=world.petra)
    full.refresh_from_db()
    assert full.state == "cancelled"


def test_not_undone_once_somebody_has_booked_elsewhere(world, full, course):
    cancel(full, world)
    other = build_occasion(world, course, in_days=60)
    assert undo_obstacle(standing_cancellation(full), full) != ""
    assert state(world.tilda, other) == "offered"


def test_undone_twice_is_undone_once_and_it_can_be_cancelled_again(world, full, later):
    cancel(full, world)
    undo_cancellation(occasion=full, by=world.petra)
    undo_cancellation(occasion=full, by=world.petra)
    assert Event.objects.filter(verb="cancellation_undone").count() == 1
    full.refresh_from_db()
    cancel(full, world)
    assert Notice.objects.filter(kind="courses.cancelled", person=world.amira, stopped_at=None).count() == 1


def test_the_next_occasion_is_offered_to_them_before_anybody_can_book(world, full, course):
    cancel(full, world)
    other = build_occasion(world, course, seats=2, in_days=60)
    rows = other.bookings.in_order().values_list("person__name", "state", "priority")
    assert list(rows) == [
        ("Amira Haddad", "offered", 0),
        ("Tilda Ångström", "offered", 0),
        ("Jonas Öhrn", "queued", 0),
    ]
    assert FirstRight.objects.open().count() == 0


def test_a_request_that_waits_for_the_manager_waits_on_the_other_date_too(world, course):
    full = build_occasion(world, course, seats=1)
    request_seat(occasion=full, person=world.amira, employment=world.job("amira"), by=world.amira)
    later = build_occasion(world, course, seats=1, in_days=50)
    cancel(full, world)
    row = Booking.objects.get(person=world.amira, occasion=later)
    assert (row.state, row.seat_from, row.approved_at) == ("requested", "common", None)


def test_deadlines_move_with_the_reason_and_back_when_undone(world, course):
    journey = build_journey(world, course)
    enrolment = enrol(
        person=world.amira,
        employment=world.job("amira"),
        journey=journey,
        starts_on=world.today - timedelta(days=299),
        by=world.johan,
    )
    occasion = build_occasion(world, course, in_days=10, trainers=())
    book_people(occasion=occasion, employments=[world.job("amira")], by=world.johan)
    later = build_occasion(world, course, in_days=90)
    due = Progress.objects.get(enrolment=enrolment).next_due
    plan = plan_cancellation(occasion)
    assert "Sista dag flyttas fram för färre än fem personer." in plan.facts
    cancel(occasion, world)
    change = DeadlineChange.objects.get()
    assert (change.reason, change.changed_by, change.enrolment) == (REASON, world.petra, enrolment)
    assert change.due_on >= later.last_on + timedelta(days=14)
    assert Progress.objects.get(enrolment=enrolment).next_due == change.due_on > due
    undo_cancellation(occasion=occasion, by=world.petra)
    assert Progress.objects.get(enrolment=enrolment).next_due == due
    assert DeadlineChange.objects.count() == 0
    verbs = Event.objects.filter(verb__startswith="deadline_").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["deadline_changed", "deadline_restored"]


def test_one_screen_cancels_and_shows_what_came_of_it(world, full, later, sign_in):
    client = sign_in(world.petra)
    address = reverse("occasion_cancel", args=[full.public_id])
    page = client.get(address)
    plan = page.context["plan"]
    assert "Det här ändrar 3 personer" in page.content.decode()
    data = {"seen": plan.seen, "reason": REASON, "text": "Hej"} | {f"to-{e.key}": e.chosen for e in plan.effects}
    answer = client.post(address, data)
    assert answer.url == reverse("occasion_messages", args=[full.public_id])
    shown = client.get(answer.url)
    nobody: dict[str, list[str]] = {"booked": [], "yes": [], "no": [], "queued": []}
    told = ["Tilda Ångström", "Jonas Öhrn"]
    assert shown.context["answers"] == nobody | {"open": ["Amira Haddad"], "told": told}
    assert all(name in shown.content.decode() for name in ["Amira Haddad", *told])
    pages = [
        sign_in(person).get(reverse("occasion_detail", args=[full.public_id])) for person in (world.petra, world.tove)
    ]
    leads = [page.content.decode().count(reverse("queue_decisions", args=[full.public_id])) for page in pages]
    assert leads == [2, 0]  # from the note and among the session's pages; who leads the day may not read it
    client = sign_in(world.petra)
    assert client.post(reverse("occasion_restore", args=[full.public_id])).url == reverse(
        "occasion_detail", args=[full.public_id]
    )
    full.refresh_from_db()
    assert full.state == "open"


def test_one_choice_for_everybody_is_put_in_and_nothing_is_done_or_lost(world, full, later, sign_in):
    client, address = sign_in(world.petra), reverse("occasion_cancel", args=[full.public_id])
    plan = client.get(address).context["plan"]
    page = client.post(address, {"seen": plan.seen, "reason": "", "text": "Mina ord", "all": "1", "to-all": "tell"})
    assert [one.chosen for one in page.context["plan"].effects] == ["tell"] * 3
    assert "Mina ord" in page.content.decode()
    assert not page.context["form"].errors  # nobody has sent anything yet
    page = client.post(address, {"seen": plan.seen, "all": "1", "to-all": "book:nowhere"})
    assert {one.chosen for one in page.context["plan"].effects} == {one.chosen for one in plan.effects}
    full.refresh_from_db()
    assert full.state == "open"


def test_what_only_some_may_get_is_chosen_for_those_and_says_how_many(world, full, later, sign_in):
    Booking.objects.filter(person=world.jonas).update(approved_at=None)
    client, address = sign_in(world.petra), reverse("occasion_cancel", args=[full.public_id])
    plan, (offer, book) = client.get(address).context["plan"], [f"{how}:{later.public_id}" for how in ("offer", "book")]
    days = days_in_words(later.first_on, later.last_on)
    assert [[(choice.value, choice.words) for choice in choices] for _group, choices in plan.grouped()] == [
        [(offer, f"Erbjud {days}, eller först i kön dit")],
        [(book, f"Boka {days} (2 av 3)")],
        [("tell", "Säg bara till – förtur nästa gång")],
    ]
    page = client.post(address, {"seen": plan.seen, "all": "1", "to-all": book})
    assert [one.chosen for one in page.context["plan"].effects] == [book, book, "tell"]
    assert f'<option value="{book}" selected>Boka {days} (2 av 3)</option>' in page.content.decode()
    first = plan.effects[0].key
    page = client.post(address, {"seen": plan.seen, "all": "1", "to-all": "", f"to-{first}": book})
    assert [one.chosen for one in page.context["plan"].effects] == [book, "tell", "tell"]


def chosen(world, full, **ways) -> dict[str, str]:
    """{key: way} for people of the cast by name."""
    keys = {name: str(full.bookings.get(person=world.people[name]).public_id) for name in ways}
    return {keys[name]: way for name, way in ways.items()}


def test_nobody_is_booked_where_no_seat_is(world, full, later, sign_in):
    there = f"book:{later.public_id}"
    client, address = sign_in(world.petra), reverse("occasion_cancel", args=[full.public_id])
    ways = {f"to-{key}": way for key, way in chosen(world, full, amira=there, tilda=there).items()}
    data = {"seen": client.get(address).context["plan"].seen, "reason": REASON, "text": "Mina ord"} | ways
    page = client.post(address, data)
    assert "räcker inte platserna till 1 av dem" in page.content.decode()
    assert "Mina ord" in page.content.decode()
    assert {one.chosen for one in page.context["plan"].effects} == {there, "tell"}
    full.refresh_from_db()
    assert (full.state, later.bookings.count()) == ("open", 1)


def test_who_is_booked_has_the_seat_before_who_is_asked(world, full, later):
    ways = chosen(world, full, amira=f"offer:{later.public_id}", tilda=f"book:{later.public_id}")
    cancel_occasion(occasion=full, reason=REASON, choices=ways, by=world.petra)
    assert (state(world.tilda, later), state(world.amira, later)) == ("booked", "queued")
    full.refresh_from_db()
    change = standing_cancellation(full)
    found = cancellation_answers(viewer_for(world.petra), full, change)
    assert {kind: names for kind, names in found.items() if names} == {
        "booked": ["Tilda Ångström"],
        "queued": ["Amira Haddad"],
        "told": ["Jonas Öhrn"],
    }


def test_what_is_read_on_screen_has_a_button_to_answer_and_the_new_days(world, full, later, sign_in):
    ways = chosen(world, full, amira=f"offer:{later.public_id}")
    cancel_occasion(occasion=full, reason=REASON, choices=ways, by=world.petra)
    notice = Notice.objects.get(kind="courses.cancelled", person=world.amira)
    page = sign_in(world.amira).get(reverse("notice_detail", args=[notice.public_id]))
    (label, address), (other, occasion) = page.context["ways"]
    assert (label, "/erbjudande/" in address, other, str(full.public_id) in occasion) == ("Svara ja eller nej", True, "Öppna", True)  # fmt: skip
    assert "http" not in page.context["words"]
    answered = sign_in(world.amira).post(address, {"answer": "yes"})
    assert reverse("occasion_detail", args=[later.public_id]) in answered.content.decode()


def test_who_is_booked_elsewhere_reads_when_and_where(world, full, later):
    ways = chosen(world, full, tilda=f"book:{later.public_id}")
    cancel_occasion(occasion=full, reason=REASON, choices=ways, by=world.petra)
    words = words_of(Notice.objects.get(kind="courses.cancelled", person=world.tilda))
    new, old = [date_format(one.first_on, "j F") for one in (later, full)]
    assert words.index(new) < words.index("Det som ställs in:") < words.index(old)


def test_an_offer_after_a_cancellation_says_why(world, full, later, see):
    cancel(full, world)
    [offered] = [one for one in decisions_of(see(world.petra), later) if "erbjöds" in one.words]
    assert "ett annat tillfälle ställdes in" in offered.why


def test_what_was_stopped_has_not_failed(world, full, later, sign_in):
    cancel(full, world)
    undo_cancellation(occasion=full, by=world.petra)
    page = sign_in(world.petra).get(reverse("occasion_messages", args=[full.public_id]))
    assert page.context["figures"]["dead"] == 0
    assert {row.state for row in page.context["rows"] if row.notice.kind == "courses.cancelled"} == {"stopped"}


def test_a_cancelled_session_still_says_when_it_was_and_offers_nothing(world, full, later, sign_in):
    cancel(full, world)
    for person, role in ((world.petra, ""), (world.amira, "employee")):
        html = sign_in(person, role).get(reverse("occasion_detail", args=[full.public_id])).content.decode()
        assert date_format(full.first_on, "j F") in html
        assert "Sal 2" in html
        assert reverse("attendance_edit", args=[full.public_id]) not in html
        assert reverse("occasion_calendar", args=[full.public_id]) not in html


def test_a_form_left_open_keeps_what_was_typed_and_shows_the_new_plan(world, full, later, sign_in):
    client = sign_in(world.petra)
    address = reverse("occasion_cancel", args=[full.public_id])
    seen = client.get(address).context["plan"].seen
    amira = str(Booking.objects.get(person=world.amira).public_id)
    book_people(occasion=later, employments=[world.job("ove")], by=world.johan)
    page = client.post(address, {"seen": seen, "reason": REASON, "text": "Mina ord", f"to-{amira}": "tell"})
    html = page.content.decode()
    assert "Något har ändrats" in html
    assert "Mina ord" in html
    assert page.context["plan"].effect(amira).chosen == "tell"
    full.refresh_from_db()
    assert full.state == "open"


def test_a_withheld_person_is_a_code_in_the_plan_and_among_the_messages(world, course, sign_in):
    occasion = build_occasion(world, course)
    book_people(occasion=occasion, employments=[world.job("skye")], by=world.johan)
    client = sign_in(world.petra)
    pages = [client.get(reverse("occasion_cancel", args=[occasion.public_id])).content.decode()]
    cancel(occasion, world)
    pages.append(client.get(reverse("occasion_messages", args=[occasion.public_id])).content.decode())
    for page in pages:
        assert "Skye" not in page
        assert "K-1" in page


def test_as_many_questions_for_thirty_people_as_for_one(world, course, sign_in):
    occasion, _other = build_occasion(world, course, seats=40), build_occasion(world, course, seats=40, in_days=50)
    client, counts = sign_in(world.petra), []
    people = [build_person(world, f"p{n}", f"Person {n}", world.units["ale"]) for n in range(30)]
    for some in (people[:1], people[1:]):
        book_people(occasion=occasion, employments=some, by=world.johan)
        for name in ("occasion_cancel", "occasion_messages"):
            address = reverse(name, args=[occasion.public_id])
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            counts.append(len(asked))
    assert counts[:2] == counts[2:]


def test_a_course_of_another_organiser_is_no_other_date(world, full):
    foreign = build_occasion(world, build_course(world, "TVÅ", "Annat"), in_days=50)
    assert {choice.value for effect in plan_cancellation(full).effects for choice in effect.choices} == {"tell"}
    assert foreign.bookings.count() == 0


def test_the_mails_wait_two_minutes_and_then_leave_in_hours(world, full, later):
    at = timezone.make_aware(timezone.datetime(2026, 11, 24, 10))
    cancel_occasion(occasion=full, reason=REASON, by=world.petra, at=at)
    Outbox.objects.exclude(kind="courses.cancelled").delete()
    assert send_due(at + timedelta(minutes=1)) == 0
    assert send_due(at + timedelta(minutes=3)) == 3
    # Each of the two days leaves the calendar by a mail of its own.
    assert sorted(message.to[0] for message in mail.outbox)[::2] == [
        "amira@example.org",
        "jonas@example.org",
        "tilda@example.org",
    ]
