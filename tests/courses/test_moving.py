"""A day moves: who has a seat is asked, a no frees it, and it can be undone until the first answer (courses/moving.py)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.booking import book_people
from courses.decisions import decisions_of
from courses.models import Booking, TimeQuestion
from courses.moving import answer_time, move_meeting, plan_move, undo_move
from courses.refusals import Refused
from people.access import viewer_for
from people.consequences import Outdated
from people.models import Notice, Outbox
from tests.factories import build_course, build_occasion
from tests.kept import kept


@pytest.fixture
@kept
def full(world, course):
    """One seat: Amira sits, Tilda queues and takes a seat at once."""
    occasion = build_occasion(world, course, seats=1)
    book_people(occasion=occasion, employments=[world.job("amira"), world.job("tilda")], by=world.johan)
    return occasion


def later(meeting, days=1):
    return {"starts_at": meeting.starts_at + timedelta(days=days), "ends_at": meeting.ends_at + timedelta(days=days)}


def move(world, occasion, **more):
    meeting = occasion.meetings.all()[1]
    return move_meeting(meeting=meeting, **later(meeting), by=world.petra, **more)


def test_seats_are_asked_and_places_are_told(world, full):
    meeting = move(world, full)
    (question,) = TimeQuestion.objects.all()
    assert (question.booking.person, question.meeting, question.answer) == (world.amira, meeting, "")
    kinds = Notice.objects.filter(payload__meeting=meeting.pk).values_list("person__name", "kind")
    assert set(kinds) == {("Amira Haddad", "courses.new_time"), ("Tilda Ångström", "courses.moved")}
    assert Booking.objects.get(person=world.amira).state == "booked"


def test_another_room_asks_nobody(world, full):
    meeting = full.meetings.all()[0]
    move_meeting(meeting=meeting, starts_at=meeting.starts_at, ends_at=meeting.ends_at, place="Sal 9", by=world.petra)
    assert TimeQuestion.objects.count() == 0
    assert Notice.objects.filter(kind="courses.moved").count() == 2


def test_a_no_frees_the_seat_for_the_queue_and_is_nobodys_late_cancellation(world, full):
    move(world, full)
    answer_time(question=TimeQuestion.objects.get(), answer="no", by=world.amira)
    amira, tilda = Booking.objects.get(person=world.amira), Booking.objects.get(person=world.tilda)
    assert (amira.state, amira.end_kind, tilda.state) == ("cancelled", "moved", "booked")


def test_the_organiser_sees_how_many_and_who_answered_and_what_came_of_it(world, course, sign_in):
    occasion = build_occasion(world, course, seats=4)
    staff = [world.job(name) for name in ("amira", "jonas", "skye", "dina", "tilda")]
    book_people(occasion=occasion, employments=staff, by=world.johan)
    move(world, occasion)
    for name, said in (("amira", "yes"), ("jonas", "no")):
        answer_time(question=TimeQuestion.objects.get(booking__person=world.people[name]), answer=said, by=None)
    page = sign_in(world.petra).get(reverse("occasion_detail", args=[occasion.public_id]))
    code = Booking.objects.get(person=world.skye).code
    (one,) = page.context["answers"]
    assert (one.yes, one.noes) == (1, ["Jonas Öhrn"])
    assert set(one.waiting) == {"Dina Ersatt", f"Deltagare {code}"}
    rows = {booking.shown_name: booking.new_time for booking in page.context["roster"].seated}
    asked = {"Amira Haddad": "yes", "Dina Ersatt": "open", f"Deltagare {code}": "open"}
    assert rows == asked | {"Tilda Ångström": ""}  # who got the seat afterwards knew the new time
    shown = page.content.decode()
    assert (shown.count("Kan den nya tiden"), shown.count("Har inte svarat om den nya tiden")) == (1, 2)
    decided = reverse("queue_decisions", args=[occasion.public_id])
    assert shown.count(decided) == 2  # beside the answers, and among the session's pages
    told = [one.words for one in decisions_of(viewer_for(world.petra), occasion)]
    assert told[:2] == ["Tilda Ångström fick en plats från kön.", "Jonas Öhrn kan inte den nya tiden."]


def test_a_yes_keeps_it_and_a_second_answer_is_refused(world, full):
    move(world, full)
    question = TimeQuestion.objects.get()
    answer_time(question=question, answer="yes", by=world.amira)
    answer_time(question=question, answer="yes", by=world.amira)
    with pytest.raises(Refused):
        answer_time(question=question, answer="no", by=world.amira)
    assert Booking.objects.get(person=world.amira).state == "booked"


def test_moved_again_the_older_question_is_void(world, full):
    move(world, full)
    old = TimeQuestion.objects.get()
    meeting = full.meetings.all()[1]
    move_meeting(meeting=meeting, **later(meeting, 2), by=world.petra)
    with pytest.raises(Refused):
        answer_time(question=old, answer="no", by=world.amira)
    assert TimeQuestion.objects.open().get().sequence == 2


def test_the_preview_warns_of_other_seats_at_that_time(world, full):
    other = build_occasion(world, build_course(world, "TVÅ", "Annan kurs"), in_days=22)
    book_people(occasion=other, employments=[world.job("amira")], by=world.johan)
    meeting = full.meetings.all()[0]
    amira, tilda = plan_move(meeting, **later(meeting)).effects
    assert len(amira.warnings) == 1
    assert "Annan kurs" not in amira.warnings[0]
    assert tilda.warnings == []


def test_a_world_that_changed_meanwhile_refuses(world, full):
    meeting = full.meetings.all()[1]
    seen = plan_move(meeting, **later(meeting)).seen
    book_people(occasion=full, employments=[world.job("jonas")], by=world.johan)
    with pytest.raises(Outdated):
        move(world, full, seen=seen)
    meeting.refresh_from_db()
    assert meeting.sequence == 0


def test_undone_the_old_time_stands_and_only_who_was_told_is_told(world, full):
    before = full.meetings.all()[1]
    meeting = move(world, full)
    Outbox.objects.filter(notice__person=world.tilda, kind="courses.moved").update(sent_at=timezone.now())
    undo_move(meeting=meeting, by=world.petra)
    meeting.refresh_from_db()
    assert (meeting.starts_at, meeting.place, meeting.sequence) == (before.starts_at, before.place, 2)
    standing = Notice.objects.filter(payload__meeting=meeting.pk, stopped_at=None)
    assert [row.person for row in standing] == [world.tilda]
    assert TimeQuestion.objects.get().answer == "void"
    undo_move(meeting=meeting, by=world.petra)
    meeting.refresh_from_db()
    assert meeting.sequence == 2


def test_not_undone_once_somebody_has_answered(world, full):
    meeting = move(world, full)
    answer_time(question=TimeQuestion.objects.get(), answer="yes", by=world.amira)
    with pytest.raises(Refused):
        undo_move(meeting=meeting, by=world.petra)


def test_the_link_needs_no_sign_in_and_only_the_post_answers(world, full, client):
    move(world, full)
    address = reverse("time_answer", args=[TimeQuestion.objects.get().token])
    page = client.get(address).content.decode()
    assert "Amira" not in page
    assert TimeQuestion.objects.get().answer == ""
    client.post(address, {"answer": "no"})
    assert TimeQuestion.objects.get().answer == "no"
    assert client.post(address, {"answer": "no"}).status_code == 200
    assert client.get(reverse("time_answer", args=["okand"])).status_code == 404


def test_two_steps_first_whom_it_concerns_then_the_deed(world, full, sign_in):
    client, meeting = sign_in(world.petra), full.meetings.all()[1]
    address = reverse("meeting_move", args=[full.public_id, meeting.public_id])
    day = timezone.localtime(meeting.starts_at) + timedelta(days=1)
    data = {"on": day.date(), "starts": "09:00", "ends": "16:00", "place": "Sal 2", "online_url": "", "text": "Hej"}
    page = client.post(address, data)
    meeting.refresh_from_db()
    assert meeting.sequence == 0
    assert "Det här ändrar 2 personer" in page.content.decode()
    answer = client.post(address, data | {"seen": page.context["plan"].seen})
    meeting.refresh_from_db()
    assert (answer.url, meeting.sequence) == (reverse("occasion_detail", args=[full.public_id]), 1)
    run = client.get(answer.url)
    (answers,) = run.context["answers"]
    assert (answers.yes, answers.noes, answers.waiting) == (0, [], ["Amira Haddad"])
    answer_time(question=TimeQuestion.objects.get(), answer="no", by=world.amira)
    (answers,) = client.get(answer.url).context["answers"]
    assert answers.noes == ["Amira Haddad"]
    client.post(reverse("meeting_restore", args=[full.public_id, meeting.public_id]))
    meeting.refresh_from_db()
    assert meeting.sequence == 1


def test_a_day_that_ends_before_it_starts_is_told_in_the_form(world, full, sign_in):
    meeting = full.meetings.all()[1]
    address = reverse("meeting_move", args=[full.public_id, meeting.public_id])
    page = sign_in(world.petra).post(address, {"on": "2027-01-12", "starts": "16:00", "ends": "09:00"})
    assert page.context["plan"] is None
    assert page.context["form"].errors["ends"]


def test_the_own_page_asks(world, full, sign_in):
    move(world, full)
    page = sign_in(world.amira).get(reverse("occasion_detail", args=[full.public_id])).content.decode()
    assert reverse("time_answer", args=[TimeQuestion.objects.get().token]) in page


def test_the_question_speaks_the_language_of_the_mail_also_when_it_refuses(world, full, client):
    move(world, full)
    question = TimeQuestion.objects.get()
    address = reverse("time_answer", args=[question.token])
    english = {"accept-language": "en"}
    assert "Kan du den nya tiden?" in client.get(address, headers=english).content.decode()
    client.post(address, {"answer": "yes"}, headers=english)
    refused = client.post(address, {"answer": "no"}, headers=english)
    assert refused.context["refusals"] == ["Du har redan svarat. Avboka om du inte kan komma."]
    type(world.amira).objects.filter(pk=world.amira.pk).update(language="en")
    page = client.post(address, {"answer": "no"}, headers={"accept-language": "sv"})
    assert page.context["refusals"] == ["You have already answered. Cancel the booking if you cannot come."]
