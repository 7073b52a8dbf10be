"""Course days in mail: what leaves, to whom, under which number; and the answers that come back (RFC 5546, RFC 6047)."""

import mailbox
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import quote

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses.booking import book_people, cancel_booking, request_seat
from courses.cancelling import cancel_occasion, undo_cancellation
from courses.entries import differing, repair, write_days
from courses.feeds import renew_feed
from courses.invitations import read_answers, take_mail
from courses.jobs import REPAIRED_EVERY, REPAIRED_WITHIN, repair_calendars
from courses.models import Booking, CalendarReply, Entry, Feed, Meeting, Occasion
from courses.moving import move_meeting
from courses.results import finish_part
from courses.scheduling import edit_occasion
from courses.swaps import swap_seat
from people.digests import choose_pace
from people.models import Notice, Organisation, Outbox, Person
from people.outbox import send_due
from people.privacy import protect
from tests.courses.strict_calendar import Client as Calendar
from tests.courses.strict_calendar import Component, faults, parsed
from tests.factories import World, build_course, build_occasion
from tests.kept import kept
from tests.people.imap_server import PASSWORD, USER, imap_server

pytestmark = pytest.mark.django_db


def at_work(days: int = 0):
    """Ten in the morning of a working day, some working days on."""
    day = timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0)
    while day.weekday() != 0:
        day += timedelta(days=1)
    return day + timedelta(days=days)


def parts_sent(to: Person) -> list[tuple[str, bytes]]:
    """(METHOD of the MIME part, its bytes) of every mail to somebody since the last look, in order."""
    found = []
    for message in mail.outbox:
        assert len(message.to) == 1
        whole = message_from_bytes(message.message().as_bytes(), policy=policy.default)
        if message.to == [to.email]:
            found += [
                (
                    part.get_param("method"),
                    part.get_payload(decode=True).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
                )
                for part in whole.walk()
                if part.get_content_type() == "text/calendar"
            ]
    return found


def sent(to: Person, at) -> list[tuple[str, bytes]]:
    mail.outbox.clear()
    while send_due(at + timedelta(minutes=3)):
        pass
    return parts_sent(to)


def event(body: bytes) -> Component:
    assert faults(body) == []
    return next(one for one in parsed(body).children if one.name == "VEVENT")


def facts(parts: list[tuple[str, bytes]]) -> list[tuple[str, str, int]]:
    """(method, title, SEQUENCE), with the method of part and object alike."""
    assert [method for method, _body in parts] == [parsed(body).value("METHOD") for _method, body in parts]
    return [(method, event(body).text("SUMMARY"), int(event(body).value("SEQUENCE"))) for method, body in parts]


ONE, TWO = "Barnsamtal – Kursdag 1", "Barnsamtal – Kursdag 2"


@pytest.fixture
@kept
def seat(world, occasion) -> Booking:
    book_people(occasion=occasion, employments=[world.job("amira"), world.job("jonas")], by=world.johan)
    return Booking.objects.get(person=world.amira)


def moved(meeting: Meeting, world: World, hours: int, at) -> Meeting:
    start = meeting.starts_at + timedelta(hours=hours)
    end = meeting.ends_at + timedelta(hours=hours)
    return move_meeting(meeting=meeting, starts_at=start, ends_at=end, place="Sal 9", by=world.petra, at=at)


# -- what leaves


def test_a_seat_is_an_invitation_for_each_day_in_a_mail_of_its_own(world, seat):
    parts = sent(world.amira, at_work())
    assert facts(parts) == [("REQUEST", ONE, 0), ("REQUEST", TWO, 0)]
    mails = [message for message in mail.outbox if message.to == [world.amira.email]]
    assert len(mails) == 2
    assert len({message.extra_headers["Message-ID"] for message in mails}) == 2
    assert [event(body).value("ATTENDEE") for _method, body in parts] == ["mailto:amira@example.org"] * 2
    assert [name for name, *_rest in mails[0].attachments] == ["inbjudan.ics"]


def test_a_moved_day_is_one_change_with_a_higher_number(world, seat):
    before = {event(body).value("UID"): event(body).value("DTSTART") for _m, body in sent(world.amira, at_work())}
    first = seat.occasion.meetings.order_by("starts_at")[0]
    moved(first, world, 1, at_work(1))
    ((method, body),) = sent(world.amira, at_work(1))
    assert (method, event(body).value("SEQUENCE")) == ("REQUEST", "1")
    assert event(body).value("DTSTART") != before[event(body).value("UID")]


def test_a_cancellation_goes_to_the_one_concerned(world, seat):
    sent(world.amira, at_work())
    cancel_booking(booking=seat, by=world.amira, at=at_work(1))
    parts = sent(world.amira, at_work(1))
    assert facts(parts) == [("CANCEL", ONE, 1), ("CANCEL", TWO, 1)]
    assert parts_sent(world.jonas) == []


def test_a_fallen_occasion_is_withdrawn_from_everybody(world, seat):
    sent(world.amira, at_work())
    cancel_occasion(occasion=seat.occasion, reason="Sjuk", by=world.petra, at=at_work(1))
    parts = sent(world.amira, at_work(1))
    wanted = [("CANCEL", f"INSTÄLLT: {ONE}", 1), ("CANCEL", f"INSTÄLLT: {TWO}", 1)]
    assert (facts(parts), facts(parts_sent(world.jonas))) == (wanted, wanted)


def test_who_only_waits_is_told_in_words(world, course):
    occasion = build_occasion(world, course, seats=1)
    book_people(occasion=occasion, employments=[world.job("amira"), world.job("jonas")], by=world.johan)
    assert facts(sent(world.amira, at_work())) == [("REQUEST", ONE, 0), ("REQUEST", TWO, 0)]
    assert parts_sent(world.jonas) == []
    cancel_booking(booking=Booking.objects.get(person=world.jonas), by=world.jonas, at=at_work(1))
    assert sent(world.jonas, at_work(1)) == []


def test_a_handed_over_seat_leaves_one_calendar_and_enters_the_other(world, occasion):
    book_people(occasion=occasion, employments=[world.job("amira")], by=world.johan)
    sent(world.amira, at_work())
    swap_seat(booking=Booking.objects.get(), employment=world.job("jonas"), by=world.johan, at=at_work(1))
    assert facts(sent(world.amira, at_work(1))) == [("CANCEL", ONE, 1), ("CANCEL", TWO, 1)]
    assert facts(parts_sent(world.jonas)) == [("REQUEST", ONE, 0), ("REQUEST", TWO, 0)]


def test_a_new_booking_speaks_for_the_days_that_an_old_one_left(world, seat):
    sent(world.amira, at_work())
    cancel_booking(booking=seat, by=world.amira, at=at_work(1))
    book_people(occasion=seat.occasion, employments=[world.job("amira")], by=world.johan)
    parts = sent(world.amira, at_work(1))
    assert facts(parts) == [("REQUEST", ONE, 2), ("REQUEST", TWO, 2)]


def test_a_digest_holds_the_days_as_files_to_open(world, seat):
    choose_pace(person=world.amira, pace=Person.MailPace.DAILY, by=world.amira)
    world.amira.refresh_from_db()
    at = at_work()
    assert sent(world.amira, at) == []
    mail.outbox.clear()
    send_due(at.replace(hour=15, minute=1))
    (digest,) = [message for message in mail.outbox if message.to == [world.amira.email]]
    assert [name for name, *_rest in digest.attachments] == ["inbjudan.ics", "inbjudan.ics"]


def test_a_protected_person_is_invited_without_a_place(world, seat):
    protect(person=world.amira, organisation=world.ale, kind="marked", by=world.saga)
    for _method, body in sent(world.amira, at_work()):
        assert event(body).all("LOCATION") == event(body).all("CONFERENCE") == []
        assert "Sal 2" not in event(body).text("DESCRIPTION")


# -- feed, mail and page alike


def shown(world: World) -> set[tuple[str, str]]:
    """What Leden itself shows as coming and not cancelled: (UID, local start)."""
    client = Client()
    client.force_login(world.amira)
    items = client.get(reverse("calendar_mine")).context["period"].items
    starts = {item.starts_at for item in items if item.state == "booked"}
    days = Meeting.objects.filter(starts_at__in=starts)
    return {(f"m-{day.public_id}@leden.invalid", f"{timezone.localtime(day.starts_at):%Y%m%dT%H%M%S}") for day in days}


def test_a_reader_with_a_memory_ends_where_leden_is_from_feed_and_mail_alike(world, course, settings):
    settings.CALENDAR_UID_DOMAIN = "leden.invalid"
    first = build_occasion(world, course, in_days=60)
    second = build_occasion(world, build_course(world, "LEK", "Lek", days=3), in_days=70)
    _feed, token = renew_feed(person=world.amira, kind=Feed.Kind.MINE, by=world.amira)
    by_feed, by_mail = Calendar(), Calendar()

    def look(day: int) -> None:
        for _method, body in sent(world.amira, at_work(day)):
            by_mail.read_mail(body)
        by_feed.read_feed(Client().get(reverse("feed_fetch", args=[token])).content)
        assert by_feed.meetings() == by_mail.meetings() == shown(world)

    for occasion in (first, second):
        book_people(occasion=occasion, employments=[world.job("amira")], by=world.johan)
    look(0)
    assert len(by_mail.meetings()) == 5
    moved(first.meetings.order_by("starts_at")[1], world, 2, at_work(1))
    look(1)
    moved(second.meetings.order_by("starts_at")[0], world, -1, at_work(2))
    cancel_booking(booking=Booking.objects.active().get(occasion=first), by=world.amira, at=at_work(2))
    look(2)
    book_people(occasion=first, employments=[world.job("amira")], by=world.johan)
    look(3)
    cancel_occasion(occasion=second, reason="Sjuk", by=world.petra, at=at_work(3))
    look(3)
    undo_cancellation(occasion=Occasion.objects.get(pk=second.pk), by=world.petra, at=at_work(4))
    look(4)
    assert len(by_mail.meetings()) == 5
    cancel_occasion(occasion=Occasion.objects.get(pk=first.pk), reason="Vatten", by=world.petra, at=at_work(4))
    look(4)
    assert len(by_feed.meetings()) == 3


# -- what is stored


def test_the_states_are_shown_the_way_calendars_show_them(world, course):
    Organisation.objects.filter(pk=world.ale.pk).update(approval=Organisation.Approval.ALWAYS)
    occasion = build_occasion(world, course, seats=1)
    book_people(occasion=occasion, employments=[world.job("jonas")], by=world.johan)
    job = world.job("amira")
    request_seat(occasion=occasion, person=world.amira, employment=job, by=world.amira)
    book_people(occasion=occasion, employments=[world.job("tilda")], by=world.torsten)

    def look(key: str) -> tuple[str, str, str, str]:
        row = Entry.objects.filter(person=world.people[key]).order_by("meeting__starts_at")[0]
        one = parsed(b"BEGIN:VCALENDAR\r\n" + bytes(row.ics) + b"END:VCALENDAR\r\n").children[0]
        return tuple(one.text(name) for name in ("SUMMARY", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"))

    assert look("jonas") == (ONE, "CONFIRMED", "OPAQUE", "BUSY")
    assert look("amira") == (f"Ej godkänd än: {ONE}", "TENTATIVE", "TRANSPARENT", "FREE")
    assert look("tilda") == (f"Kö: {ONE}", "TENTATIVE", "TRANSPARENT", "FREE")
    cancel_occasion(occasion=occasion, reason="Sjuk", by=world.petra)
    assert look("jonas") == (f"INSTÄLLT: {ONE}", "CANCELLED", "TRANSPARENT", "FREE")


def test_preparation_left_stands_in_the_calendar_until_it_is_done(world, seat):
    def says() -> str:
        row = Entry.objects.filter(person=world.amira)[0]
        return parsed(b"BEGIN:VCALENDAR\r\n" + bytes(row.ics) + b"END:VCALENDAR\r\n").children[0].text("DESCRIPTION")

    assert "Kvar att förbereda: Förberedelse" in says()
    numbers = list(Entry.objects.filter(person=world.amira).values_list("sequence", flat=True))
    result = world.amira.course_results.get()
    finish_part(result=result, part=result.course_version.parts.get(key="pre"), by=world.amira)
    assert "Kvar att förbereda" not in says()
    assert list(Entry.objects.filter(person=world.amira).values_list("sequence", flat=True)) == numbers


def test_a_new_contact_is_told_without_a_new_number(world, seat):
    before = {row.pk: (row.sequence, bytes(row.ics)) for row in Entry.objects.all()}
    edit_occasion(occasion=seat.occasion, changes={"contact": "kurs@region.se"}, by=world.petra)
    after = {row.pk: (row.sequence, bytes(row.ics)) for row in Entry.objects.all()}
    assert {pk: number for pk, (number, _body) in before.items()} == {pk: number for pk, (number, _b) in after.items()}
    assert all(before[pk][1] != after[pk][1] and b"kurs@region.se" in after[pk][1] for pk in before)


def test_what_is_stored_is_what_the_rows_say(world, seat):
    occasion = Occasion.objects.get(pk=seat.occasion_id)
    assert (differing(occasion), write_days(occasion)) == ([], 0)
    Entry.objects.filter(person=world.amira).update(ics=b"broken")
    Meeting.objects.filter(pk=occasion.meetings.all()[0].pk).update(ics=b"")
    assert len(differing(occasion)) == 3
    repair(occasion=occasion, by=None)
    assert differing(Occasion.objects.get(pk=occasion.pk)) == []


# -- what comes back


def reply(
    world: World, answer: str, *, sender: str = "amira@example.org", sequence: int = 0, attendee: str = ""
) -> bytes:
    """The mail that a calendar program sends when somebody answers."""
    day = Meeting.objects.order_by("starts_at")[0]
    body = (
        "BEGIN:VCALENDAR\r\nPRODID:-//X//Y//EN\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
        f"UID:m-{day.public_id}@leden.invalid\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:20270101T000000Z\r\n"
        f"ORGANIZER:mailto:svar@leden.example\r\nATTENDEE;PARTSTAT={answer}:mailto:{attendee or sender}\r\n"
        f"SEQUENCE:{sequence}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Amira <{sender}>", "svar@leden.example", "Svar"
    message.set_content("Svar")
    message.add_alternative(body, subtype="calendar", params={"method": "REPLY"})
    return message.as_bytes(policy=policy.SMTP)


def test_a_no_in_the_calendar_is_asked_about_and_frees_nothing(world, seat):
    assert take_mail(raw=reply(world, "DECLINED"), by=None) == 1
    seat.refresh_from_db()
    assert (seat.state, CalendarReply.objects.get().answer) == (Booking.State.BOOKED, "DECLINED")
    notice = Notice.objects.get(kind="courses.calendar_no")
    assert notice.person == world.amira
    mail.outbox.clear()
    Outbox.objects.exclude(notice=notice).delete()
    send_due(at_work())
    (asked,) = mail.outbox
    assert reverse("booking_cancel", args=[seat.public_id]) in asked.body
    assert take_mail(raw=reply(world, "DECLINED"), by=None) == 0


def test_the_page_of_the_session_says_that_the_seat_is_still_there(world, seat, sign_in):
    amira, path = sign_in(world.amira), reverse("occasion_detail", args=[seat.occasion.public_id])
    assert amira.get(path).context["said_no"] is False
    take_mail(raw=reply(world, "DECLINED"), by=None)
    assert "Du har tackat nej i din kalender." in amira.get(path).content.decode()


def test_a_yes_is_written_down_and_takes_back_the_question(world, seat):
    take_mail(raw=reply(world, "DECLINED"), by=None)
    assert take_mail(raw=reply(world, "ACCEPTED"), by=None) == 1
    assert CalendarReply.objects.get().answer == "ACCEPTED"
    Outbox.objects.exclude(kind="courses.calendar_no").delete()
    assert send_due(at_work()) == 0


@pytest.mark.parametrize(
    "words",
    [
        {"sender": "evil@example.org", "attendee": "amira@example.org"},
        {"sender": "tilda@example.org"},
        {"answer": "DELEGATED"},
        {"answer": "X"},
    ],
)
def test_an_answer_that_is_nobodys_is_nothing(world, seat, words):
    assert take_mail(raw=reply(world, **{"answer": "DECLINED"} | words), by=None) == 0
    assert CalendarReply.objects.count() == 0


def test_an_answer_about_the_old_time_is_nothing(world, seat):
    moved(Meeting.objects.order_by("starts_at")[0], world, 1, at_work())
    assert [take_mail(raw=reply(world, "DECLINED", sequence=number), by=None) for number in (0, 1)] == [0, 1]


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", b"From: amira@example.org\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR"]
)
def test_mail_that_is_no_answer_is_nothing(world, seat, raw):
    assert take_mail(raw=raw, by=None) == 0


def test_the_mailbox_is_read_once(world, seat, settings, tmp_path):
    assert read_answers(timezone.now()) == 0
    settings.CALENDAR_URL = f"maildir://{tmp_path}/box"
    box = mailbox.Maildir(tmp_path / "box", create=True)
    box.add(reply(world, "DECLINED"))
    box.add(b"Subject: hej\r\n\r\nIngen kalender")
    assert [read_answers(timezone.now()) for _time in range(2)] == [1, 0]
    assert len(box) == 2


def test_answers_are_read_over_the_wire(world, seat, settings):
    with imap_server([reply(world, "DECLINED"), b"Subject: hej\r\n\r\nIngen kalender"]) as server:
        port = server.server_address[1]
        settings.CALENDAR_URL = f"imap://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/Svar"
        assert [read_answers(timezone.now()) for _time in range(2)] == [1, 0]
        assert server.seen == {1, 2}
    assert read_answers(timezone.now()) == 0  # nobody answers any more: asked again next time


def test_an_answer_is_asked_for_only_where_it_can_be_read(world, seat, settings):
    settings.CALENDAR_ADDRESS = "svar@leden.example"
    (_method, body), _second = sent(world.amira, at_work())
    attendee = event(body).all("ATTENDEE")[0]
    assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == ("NEEDS-ACTION", "TRUE")
    assert event(body).value("ORGANIZER") == "mailto:svar@leden.example"


def test_a_day_of_repairs_sees_each_coming_session_once(world, course):
    """An organisation is called something else now: each session is written anew in its turn, and in no other."""
    found = [build_occasion(world, course, in_days=30 + n) for n in range(3)]
    Organisation.objects.filter(pk=world.region.pk).update(brand_name="Annat namn")
    assert all(differing(Occasion.objects.get(pk=one.pk)) for one in found)
    midnight = timezone.localtime().replace(hour=0, minute=1)
    turns = range(REPAIRED_WITHIN // REPAIRED_EVERY)
    runs = [repair_calendars(midnight + timedelta(minutes=REPAIRED_EVERY * turn)) for turn in turns]
    assert runs == [sum(one.pk % len(turns) == turn for one in found) for turn in turns]
    assert not any(differing(Occasion.objects.get(pk=one.pk)) for one in found)
