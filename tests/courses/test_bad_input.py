"""What courses and sessions say to bad input: a sentence on the field, everything typed is kept, never a fault of the server."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.authoring import add_goal, add_task, draft_next
from courses.models import Occasion
from courses.refusals import Refused
from courses.scheduling import add_venue, change_seats, edit_occasion
from tests.factories import build_course, build_occasion

LONG = "å" * 500_000  # a megabyte as it is sent


def filled(forms) -> dict:
    """What a browser would send of untouched forms."""
    data = {}
    for form in forms:
        for field in form:
            value, widget = field.value(), field.field.widget
            shown = widget.format_value(value) if hasattr(widget, "format_value") else value
            if shown not in (None, False, "", []):
                data[field.html_name] = shown
    return data


def planning(world, course, client) -> tuple[str, dict]:
    address = f"{reverse('occasion_create')}?kurs={course.slug}"
    page = client.get(address)
    return address, filled([page.context["form"], page.context["trainers"], *page.context["days"]])


def faults(page) -> dict:
    """Field -> sentences, over all forms of a page."""
    forms = [page.context["form"], *(page.context.get("days") or [])]
    return {
        form[name].html_name if name in form.fields else name: list(said)
        for form in forms
        for name, said in form.errors.items()
    }


def local(day, clock: str) -> str:
    return f"{day:%Y-%m-%d}T{clock}"


def test_booking_that_closes_after_the_first_day_cannot_be_planned(world, course, sign_in):
    client = sign_in(world.petra)
    address, data = planning(world, course, client)
    page = client.post(address, data | {"closes_at": f"{data['dag-1-on']}T09:01"})
    assert list(faults(page)) == ["closes_at"]
    assert "09.00" in faults(page)["closes_at"][0]
    assert page.context["form"]["seats"].value() == data["seats"]
    assert not Occasion.objects.exists()


def test_nor_changed_to_that(world, occasion, sign_in):
    client, address = sign_in(world.petra), reverse("occasion_edit", args=[occasion.public_id])
    data = filled([client.get(address).context["form"]])
    page = client.post(address, data | {"closes_at": local(occasion.first_on, "23:00"), "contact": "Petra"})
    assert list(faults(page)) == ["closes_at"]
    assert page.context["form"]["contact"].value() == "Petra"
    with pytest.raises(Refused):
        edit_occasion(
            occasion=occasion, changes={"closes_at": timezone.now() + timedelta(days=300)}, by=world.petra
        )  # fmt: skip
    assert client.post(address, data).status_code == 302


def test_booking_that_opens_after_it_closes_gets_a_sentence(world, course, sign_in):
    client = sign_in(world.petra)
    address, data = planning(world, course, client)
    page = client.post(address, data | {"opens_at": data["closes_at"]})
    assert list(faults(page)) == ["closes_at"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seats", "0"),
        ("seats", "-1"),
        ("seats", "1000000000"),
        ("seats", "många"),
        ("late_days", "99999"),
        ("min_participants", "1000000000"),
        ("opens_at", "0001-01-01T00:00"),
        ("closes_at", "9999-12-31T23:59"),
        ("opens_at", "2027-03-28T02:30"),
        ("opens_at", "2027-10-31T02:30"),
        ("opens_at", "i morgon"),
        ("dag-1-starts", "25:00"),
        ("dag-1-on", "0001-01-01"),
        ("dag-1-on", "2027-02-30"),
        ("dag-1-online_url", "javascript:alert(1)"),
    ],
)
def test_numbers_and_times_that_cannot_be_get_a_sentence_on_their_field(name, value, world, course, sign_in):
    client = sign_in(world.petra)
    address, data = planning(world, course, client)
    page = client.post(address, data | {name: value})
    assert page.status_code == 200
    assert list(faults(page)) == [name]
    assert value in page.content.decode()
    assert not Occasion.objects.exists()


def test_a_day_in_the_hour_that_the_clock_skips_gets_a_sentence(world, course, sign_in):
    client = sign_in(world.petra)
    address, data = planning(world, course, client)
    data |= {"dag-1-on": "2027-03-28", "dag-1-starts": "02:30", "dag-2-on": "2027-10-31", "dag-2-ends": "02:30"}
    data |= {"dag-2-starts": "01:30"}
    page = client.post(address, data)
    assert sorted(faults(page)) == ["dag-1-starts", "dag-2-ends"]
    assert "02.30" in faults(page)["dag-1-starts"][0]


def test_a_million_seats_are_refused_by_the_deed_too(world, occasion):
    with pytest.raises(Refused):
        change_seats(occasion=occasion, seats=10**9, by=world.petra)


def test_a_late_planned_session_never_shows_a_day_that_has_passed(world, course, sign_in):
    near = build_occasion(world, course, in_days=3)
    client, past = sign_in(world.amira), near.first_on - timedelta(days=near.late_days)
    from tracker.templatetags.leden import long_date  # the words of the page

    for name in ("occasion_detail", "booking_create"):
        page = client.get(reverse(name, args=[near.public_id]))
        assert page.context["is_late"]
        assert long_date(past) not in page.content.decode()
    far = build_occasion(world, build_course(world, "B", "Annat"), in_days=30)
    page = client.get(reverse("occasion_detail", args=[far.public_id])).content.decode()
    assert long_date(far.first_on - timedelta(days=far.late_days)) in page


@pytest.fixture
def pages(world, course, occasion):
    """Every form with text of courses and sessions: address -> the rest that a browser sends."""
    version = draft_next(course=course, by=world.petra)
    part = version.parts.get(key="pre")
    goal = add_goal(version=version, level="fakta", text="Vet", by=world.petra)
    task = add_task(part=part, text="Läs", by=world.petra)
    venue = add_venue(organisation=world.region, name="Sal", by=world.petra)
    own, theirs = course.public_id, occasion.public_id
    day = occasion.meetings.first()
    return [
        reverse("course_create"),
        reverse("course_describe", args=[own]),
        reverse("part_create", args=[own]),
        reverse("part_edit", args=[own, "pre"]),
        reverse("task_create", args=[own, "pre"]),
        reverse("task_edit", args=[own, task.pk]),
        reverse("goal_create", args=[own]),
        reverse("goal_edit", args=[own, goal.pk]),
        reverse("venue_create"),
        reverse("venue_edit", args=[venue.pk]),
        reverse("subject_create"),
        reverse("occasion_edit", args=[theirs]),
        reverse("occasion_cancel", args=[theirs]),
        reverse("meeting_move", args=[theirs, day.public_id]),
    ]


def test_a_megabyte_in_any_text_field_gets_a_sentence_and_is_kept(pages, world, sign_in):
    client, tried = sign_in(world.petra), 0
    for address in pages:
        form = client.get(address).context["form"]
        data, texts = filled([form]), [f for f in form if f.widget_type in ("text", "textarea", "url")]
        assert texts, address
        for field in texts:
            page = client.post(address, data | {field.html_name: LONG})
            assert page.status_code == 200, (address, field.name)
            assert field.name in page.context["form"].errors, (address, field.name)
            assert page.context["form"][field.name].value() == LONG
            tried += 1
    assert tried >= 20


def test_a_megabyte_for_a_reason_to_correct_refuse_or_cancel_too(world, course, occasion, sign_in):
    from courses.booking import request_seat  # only this test books

    job = world.job("amira")
    booking = request_seat(occasion=occasion, person=job.person, employment=job, by=job.person)
    page = sign_in(world.johan).post(
        reverse("booking_refuse", args=[booking.public_id]), {f"{booking.public_id}-reason": LONG}
    )  # fmt: skip
    assert page.status_code == 200
    assert "reason" in page.context["waiting"][0].form.errors
    page = sign_in(world.amira).post(reverse("booking_cancel", args=[booking.public_id]), {"reason": LONG})
    assert page.status_code == 200
    assert "reason" in page.context["form"].errors
    preview = sign_in(world.petra).post(reverse("text_preview"), {"text": LONG})
    assert preview.status_code == 200
