"""Seats on the screen: book, queue, cancel, book for others, approve, answer an offer."""

import secrets
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.booking import cancel_booking, request_seat
from courses.models import Booking, Need, Occasion, Offer
from people.models import Organisation
from tests.factories import build_occasion, build_person

pytestmark = pytest.mark.django_db
State = Booking.State


def take(world, occasion, name, **more) -> Booking:
    """A seat for somebody of the cast, booked by the system."""
    return request_seat(
        occasion=occasion, person=world.people[name], employment=world.job(name), by=more.pop("by", None), **more
    )


def states(occasion) -> dict[str, str]:
    return dict(Booking.objects.filter(occasion=occasion).order_by("pk").values_list("person__name", "state"))


def test_a_stranger_meets_404_everywhere(world, occasion, sign_in):
    booking, otto = take(world, occasion, "amira"), sign_in(world.otto)
    for name, key in (
        ("occasion_detail", occasion.public_id),
        ("booking_create", occasion.public_id),
        ("booking_people", occasion.public_id),
        ("booking_cancel", booking.public_id),
    ):
        assert otto.get(reverse(name, args=[key])).status_code == 404, name
        assert otto.post(reverse(name, args=[key])).status_code == 404, name
    for name in ("booking_answer", "booking_approve", "booking_refuse"):
        assert otto.post(reverse(name, args=[booking.public_id])).status_code == 404, name
    assert otto.get(reverse("booking_approvals")).status_code == 404
    assert states(occasion) == {"Amira Haddad": State.BOOKED}


def test_nobody_gets_in_without_signing_in(world, occasion):
    url = reverse("occasion_detail", args=[occasion.public_id])
    assert Client().get(url).status_code == 302


def test_booking_asks_the_manager_and_a_second_click_changes_nothing(world, occasion, sign_in):
    amira, url = sign_in(world.amira), reverse("booking_create", args=[occasion.public_id])
    assert amira.get(url).status_code == 200
    assert Booking.objects.count() == 0
    for _click in range(2):
        assert amira.post(url).url == reverse("occasion_detail", args=[occasion.public_id])
    assert states(occasion) == {"Amira Haddad": State.REQUESTED}
    page = amira.get(reverse("occasion_detail", args=[occasion.public_id]))
    assert page.context["booking"].seat_from == Booking.SeatFrom.COMMON


def test_whoever_may_book_for_others_is_told_that_this_seat_is_the_own_one(world, occasion, sign_in):
    url = reverse("booking_create", args=[occasion.public_id])
    assert "Platsen är till dig själv." in sign_in(world.johan, "manager").get(url).content.decode()
    assert "Platsen är till dig själv." not in sign_in(world.amira).get(url).content.decode()


def test_a_full_occasion_asks_one_thing_more(world, course, sign_in):
    full = build_occasion(world, course, seats=1)
    take(world, full, "jonas")
    amira, url = sign_in(world.amira), reverse("booking_create", args=[full.public_id])
    page = amira.post(url, {})
    assert page.status_code == 200
    assert list(page.context["form"].errors) == ["when_free"]
    amira.post(url, {"when_free": "ask"})
    booking = Booking.objects.get(person=world.amira)
    assert (booking.state, booking.takes_at_once) == (State.REQUESTED, False)


def test_the_queue_counts_those_whose_manager_has_not_answered(world, course, sign_in):
    full = build_occasion(world, course, seats=1)
    take(world, full, "jonas")
    take(world, full, "amira", by=world.amira)
    take(world, full, "dina")
    tilda = sign_in(world.tilda)
    assert tilda.get(reverse("occasion_detail", args=[full.public_id])).context["occasion"].waiting == 2
    page = tilda.get(reverse("course_detail", args=[course.slug])).context["page"]
    assert [session.occasion.waiting for session in page.sessions] == [2]


def test_needs_are_fixed_choices_and_are_kept_for_the_organiser(world, course, sign_in):
    occasion = build_occasion(world, course, asks_needs=True)
    amira, url = sign_in(world.amira), reverse("booking_create", args=[occasion.public_id])
    page = amira.post(url, {"needs": ["vegan", "anything at all"]})
    assert list(page.context["form"].errors) == ["needs"]
    amira.post(url, {"needs": ["vegan", "loop"], "via_contact": "on"})
    need = Need.objects.get()
    assert (need.choices, need.via_contact) == (["loop", "vegan"], True)
    assert need.erase_on == occasion.last_on + timedelta(days=14)


def test_a_closed_occasion_shows_the_sentence_and_a_grey_button(world, occasion, sign_in):
    Occasion.objects.update(closes_at=timezone.now() - timedelta(hours=1))
    amira = sign_in(world.amira)
    page = amira.get(reverse("occasion_detail", args=[occasion.public_id]))
    assert len(page.context["hard"]) == 1
    assert page.context["hard"][0].sentence in page.content.decode()
    assert "disabled aria-describedby" in page.content.decode()
    assert amira.post(reverse("booking_create", args=[occasion.public_id])).status_code == 200
    assert Booking.objects.count() == 0


def test_cancelling_tells_first_that_it_is_late(world, course, sign_in):
    soon, later = build_occasion(world, course, in_days=3), build_occasion(world, course, in_days=30)
    for occasion, late in ((soon, True), (later, False)):
        booking = take(world, occasion, "amira")
        amira, url = sign_in(world.amira), reverse("booking_cancel", args=[booking.public_id])
        assert amira.get(url).context["is_late"] is late
        for _click in range(2):
            assert amira.post(url, {"reason": "krock"}).status_code == 302
        booking.refresh_from_db()
        assert (booking.state, booking.end_kind) == (State.CANCELLED, "late" if late else "early")


def test_a_colleague_cannot_cancel_and_the_manager_can(world, occasion, sign_in):
    booking = take(world, occasion, "amira")
    url = reverse("booking_cancel", args=[booking.public_id])
    assert sign_in(world.jonas).post(url).status_code == 404
    assert sign_in(world.petra).post(url).status_code == 404
    assert sign_in(world.johan).post(url).status_code == 302
    booking.refresh_from_db()
    assert (booking.state, booking.ended_by) == (State.CANCELLED, world.johan)


def test_the_manager_books_several_and_reads_one_answer_per_name(world, course, sign_in):
    occasion = build_occasion(world, course, seats=1)
    johan, url = sign_in(world.johan), reverse("booking_people", args=[occasion.public_id])
    stranger = str(world.job("tilda").public_id)
    ids = [str(world.job(name).public_id) for name in ("amira", "jonas")]
    page = johan.post(url, {"people": [*ids, stranger, "nonsense"]})
    assert [(o.person.name, o.booking.state) for o in page.context["outcomes"]] == [
        ("Amira Haddad", State.BOOKED),
        ("Jonas Öhrn", State.QUEUED),
    ]
    again = johan.post(url, {"people": ids})
    assert [o.ok for o in again.context["outcomes"]] == [False, False]
    assert Booking.objects.count() == 2


def test_choosing_nobody_is_answered_with_a_sentence(world, occasion, sign_in):
    page = sign_in(world.johan).post(reverse("booking_people", args=[occasion.public_id]), {})
    assert [message.level_tag for message in page.context["messages"]] == ["error"]


def test_searching_keeps_those_who_are_ticked(world, occasion, sign_in):
    amira = str(world.job("amira").public_id)
    url = reverse("booking_people", args=[occasion.public_id])
    page = sign_in(world.johan).get(url, {"q": "öhrn", "people": [amira]})
    assert [row.person.name for row in page.context["people"]] == ["Amira Haddad", "Jonas Öhrn"]
    assert page.context["chosen"] == {amira}


def test_approving_books_and_refusing_needs_a_reason(world, occasion, sign_in):
    yes, no = take(world, occasion, "amira", by=world.amira), take(world, occasion, "jonas", by=world.jonas)
    johan = sign_in(world.johan)
    assert [row.pk for row in johan.get(reverse("booking_approvals")).context["waiting"]] == [yes.pk, no.pk]
    johan.post(reverse("booking_approve", args=[yes.public_id]))
    johan.post(reverse("booking_approve", args=[yes.public_id]))
    url = reverse("booking_refuse", args=[no.public_id])
    page = johan.post(url, {f"{no.public_id}-reason": ""})
    assert page.status_code == 200
    assert list(page.context["waiting"][0].form.errors) == ["reason"]
    johan.post(url, {f"{no.public_id}-reason": "Gruppen är redan borta den dagen"})
    assert states(occasion) == {"Amira Haddad": State.BOOKED, "Jonas Öhrn": State.REFUSED}
    page = sign_in(world.jonas).get(reverse("occasion_detail", args=[occasion.public_id]))
    assert "Gruppen är redan borta den dagen" in page.content.decode()


def test_nobody_approves_the_own_request_or_a_strangers(world, occasion, sign_in):
    own, other = take(world, occasion, "johan", by=world.johan), take(world, occasion, "tilda", by=world.tilda)
    johan = sign_in(world.johan)
    for booking in (own, other):
        assert johan.post(reverse("booking_approve", args=[booking.public_id])).status_code == 404
    assert johan.get(reverse("booking_approvals")).context["waiting"] == []


def offered(world, course) -> tuple[Offer, str]:
    """Amira has been offered the seat that Jonas gave back; with the token of her link."""
    occasion = build_occasion(world, course, seats=1)
    seat = take(world, occasion, "jonas")
    take(world, occasion, "amira", takes_at_once=False, by=world.johan)
    cancel_booking(booking=seat, by=world.jonas)
    offer = Offer.objects.get()
    return offer, offer.token


def test_looking_at_an_offer_changes_nothing_and_a_post_answers_without_signing_in(world, course):
    offer, token = offered(world, course)
    url = reverse("offer_answer", args=[token])
    page = Client().get(url)
    assert page.status_code == 200
    assert "Amira" not in page.content.decode()
    offer.refresh_from_db()
    assert offer.answered_at is None
    for _click in range(2):
        assert Client().post(url, {"answer": "yes"}).status_code == 200
    offer.booking.refresh_from_db()
    assert offer.booking.state == State.BOOKED


def test_no_gives_the_seat_on_and_a_later_yes_is_too_late(world, course):
    offer, token = offered(world, course)
    url = reverse("offer_answer", args=[token])
    Client().post(url, {"answer": "maybe"})
    Client().post(url, {"answer": "no"})
    page = Client().post(url, {"answer": "yes"})
    offer.booking.refresh_from_db()
    assert (offer.booking.state, page.context["state"]) == (State.CANCELLED, "no")


def test_an_offer_that_ran_out_is_dead_and_a_wrong_token_unknown(world, course):
    offer, token = offered(world, course)
    past = timezone.now() - timedelta(days=3)
    Offer.objects.update(made_at=past, answer_by=past + timedelta(hours=1))
    page = Client().post(reverse("offer_answer", args=[token]), {"answer": "yes"})
    assert (page.status_code, page.context["state"]) == (200, "lapsed")
    offer.booking.refresh_from_db()
    assert offer.booking.state == State.OFFERED
    assert Client().get(reverse("offer_answer", args=["x" * 400])).status_code == 404


def test_the_offer_is_answered_on_the_occasion_page_by_its_person_only(world, course, sign_in):
    offer, _token = offered(world, course)
    url = reverse("booking_answer", args=[offer.booking.public_id])
    assert sign_in(world.johan).post(url, {"answer": "yes"}).status_code == 404
    amira = sign_in(world.amira)
    page = amira.get(reverse("occasion_detail", args=[offer.booking.occasion.public_id]))
    assert page.context["offer"] == offer
    amira.post(url, {"answer": "yes"})
    offer.booking.refresh_from_db()
    assert offer.booking.state == State.BOOKED


def asked(client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_lists_ask_as_often_for_thirty_people_as_for_one(world, occasion, sign_in):
    take(world, occasion, "amira", by=world.amira)
    johan = sign_in(world.johan)
    urls = [reverse("booking_approvals"), reverse("booking_people", args=[occasion.public_id])]
    few = [asked(johan, url) for url in urls]
    for number in range(12):
        job = build_person(world, f"p{number}", f"Person {number}", world.units["ale"], manager=world.johan)
        request_seat(occasion=occasion, person=job.person, employment=job, by=job.person)
    assert [asked(johan, url) for url in urls] == few


def sent(client, url: str) -> int:
    """How many questions and changes a booking takes, everything included; savepoints and settings are no questions."""
    form = {"when_free": "take", "csrfmiddlewaretoken": secrets.token_hex(32)}  # as a browser sends it (P18)
    with CaptureQueriesContext(connection) as queries:
        assert client.post(url, form).status_code == 302
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE", "SET LOCAL")) for query in queries)


@pytest.mark.parametrize(("policy", "most"), [("always", 24), ("never", 28)])
def test_a_booking_asks_no_more_with_thirty_in_the_queue(world, course, sign_in, policy, most):
    """24 with a free seat and behind thirty others, whose places cost nothing. Where nobody approves, the seat is booked in
    the same breath: four more, for the attempt that begins, the first right that it uses and the other dates that it ends."""
    Organisation.objects.filter(pk=world.job("amira").organisation_id).update(approval=policy)
    free, full, bare = (build_occasion(world, course, seats=seats) for seats in (5, 1, 1))
    jobs = [build_person(world, f"p{n}", f"Person {n}", world.units["ale"], manager=world.johan) for n in range(35)]
    for occasion, waiting in ((full, jobs[:31]), (bare, jobs[31:32])):
        for job in waiting:
            request_seat(occasion=occasion, person=job.person, employment=job, by=None)
    costs = {}
    for name, occasion, job in (
        ("free", free, jobs[32]),
        ("queue of 0", bare, jobs[33]),
        ("queue of 30", full, jobs[34]),
    ):
        costs[name] = sent(sign_in(job.person), reverse("booking_create", args=[occasion.public_id]))
    assert costs["queue of 0"] == costs["queue of 30"] <= costs["free"] <= most, costs


def test_a_request_is_no_queue(world, occasion, sign_in):
    """Who waits for a manager with a seat kept stands in no queue: under an own heading, with an own number."""
    request_seat(occasion=occasion, person=world.amira, employment=world.job("amira"), by=world.amira)
    petra = sign_in(world.petra)
    found = petra.get(reverse("occasion_detail", args=[occasion.public_id]))
    roster = found.context["roster"]
    assert ([one.person for one in roster.asked], roster.queued) == ([world.amira], [])
    text = found.content.decode()
    assert ("Ingen har plats än" in text, "Ingen plats är klar än" in text) == (False, True)
    assert "1 väntar på godkännande" in petra.get(reverse("occasion_list")).content.decode()


def test_before_a_booking_is_sent_it_says_who_approves(world, occasion, sign_in):
    address = reverse("booking_create", args=[occasion.public_id])
    page = sign_in(world.amira, "employee").get(address)
    assert page.context["asks_first"].startswith("Din chef (Johan Berg) behöver godkänna")
    assert "Din chef (Johan Berg) behöver godkänna" in page.content.decode()
    Organisation.objects.update(approval="never")
    assert sign_in(world.amira, "employee").get(address).context["asks_first"] == ""
