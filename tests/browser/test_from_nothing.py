"""From an empty database to a certificate, by hand in the browser by the role that owns it. Only the days come by a deed."""

import io
import re
from datetime import timedelta

import pypdf
import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import TimeoutError as Missing

from certificates.models import Certificate
from courses.models import Booking, Occasion
from courses.moving import move_meeting
from journeys.models import Journey
from people.models import Outbox, Person
from people.outbox import send_due
from tests.browser.conftest import Visit, say
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FIRST = "pia@example.org"


def choose(visit: Visit, **answers) -> Visit:
    """Fill a form in by the names of its fields: a select by what it shows, a box by whether it is ticked."""
    for name, answer in answers.items():
        field = visit.page.locator(f"main [name={name}], main [name$=-{name}]").first  # a day's fields have a prefix
        kind = field.evaluate("one => one.type || one.tagName")
        if kind == "radio":
            visit.page.locator(f"main [name={name}][value={answer}]").check()
        elif kind == "checkbox":
            field.set_checked(answer)
        elif kind == "select-one":
            shown = field.locator("option", has_text=re.compile(re.escape(answer))).first
            field.select_option(shown.get_attribute("value"))
        else:
            field.fill(str(answer))
    return visit


def go(visit: Visit, *texts: str) -> Visit:
    """Follow links by what they say."""
    for text in texts:
        try:
            visit.press(text, "link")
        except Missing as fault:
            raise AssertionError(f"no way on called {say(text)!r} at {visit.page.url}:\n{visit.main}") from fault
    return visit


def send(visit: Visit, text: str, **answers) -> Visit:
    """Fill in, press the button, and be told of no fault."""
    choose(visit, **answers)
    before = visit.page.url
    visit.press(text)
    faults = visit.page.locator(".ds-validation-message, .errorlist").all_inner_texts()
    assert not faults, f"{before}: {faults}"
    return visit


@pytest.fixture
def accept(visit):
    """Open the invitation that somebody got by mail, choose a password, be in."""

    def follow(email: str) -> Visit:
        send_due(max(Outbox.objects.values_list("not_before", flat=True)))
        letter = next(one for one in mail.outbox if one.to == [email])
        address = re.search(r"https?://\S+", letter.body)[0]
        guest = visit(None)
        guest.page.goto(guest.base + re.sub(r"^https?://[^/]+", "", address))
        choose(guest, password1=PASSWORD, password2=PASSWORD)
        guest.press("Save the password")
        guest.give_second_factor(email)
        return guest

    return follow


def make_organisations(pia: Visit) -> None:
    for name, code in (("Ale", "1440"), ("Tjörn", "1419")):
        pia.open("organisation_list")
        go(pia, "New organisation")
        send(
            pia, "Add", kind=say("Municipality"), short_name=name, official_name=f"{name} kommun",
            municipality_code=code,
        )  # fmt: skip
    pia.open("organisation_list")
    pia.page.get_by_role("link", name="Ale").first.click()
    go(pia, "Invite an administrator")
    send(pia, "Invite", given_name="Maja", family_name="Admin", email="maja@example.org")
    pia.open("collaboration_list")
    go(pia, "New collaboration")
    send(pia, "Add", name="Väst", lead="Kompetensforum")
    for name in ("Ale", "Tjörn"):
        send(pia, "Join", organisation=name, weight=10000)
    assert "Tjörn" in pia.main


def make_officers(pia: Visit) -> None:
    """The region's own people: who runs courses, and who owns the programme."""
    pia.act_as("Municipality administrator")
    for given, family, role in (("Petra", "Kurs", "Course organiser"), ("Olle", "Resa", "Programme owner")):
        add_person(pia, given, family, "Kompetensforum")
        give(pia, f"{given} {family}", role)


def add_person(admin: Visit, given: str, family: str, unit: str, **more) -> None:
    admin.open("person_list")
    go(admin, "New employee")
    more["starts_on"] = (timezone.localdate() - timedelta(days=30)).isoformat()
    send(
        admin, "Add", given_name=given, family_name=family, email=f"{given.lower()}@example.org", unit=unit,
        invite=True, **more,
    )  # fmt: skip


def give(admin: Visit, name: str, role: str, **more) -> None:
    admin.open("role_list")
    go(admin, "Give a role")
    send(admin, "Give the role", person=name, role=say(role), **more)


def make_staff(maja: Visit) -> None:
    maja.open("unit_list")
    go(maja, "New unit")
    send(maja, "Add", name="Barn och familj", parent="Ale")
    add_person(maja, "Johan", "Berg", "Barn och familj")
    give(maja, "Johan Berg", "Manager", unit="Barn och familj")
    for given, family in (("Amira", "Haddad"), ("Jonas", "Öhrn")):
        add_person(maja, given, family, "Barn och familj", manager="Johan Berg")
    add_person(maja, "Helena", "Personal", "Ale")
    give(maja, "Helena Personal", "HR")
    maja.open("person_list")
    assert all(name in maja.main for name in ("Johan Berg", "Amira Haddad", "Jonas Öhrn", "Helena Personal"))


def make_courses(petra: Visit) -> None:
    petra.open("course_own")
    go(petra, "Subjects", "New subject")
    send(petra, "Save", name="Barns behov", code="BBIC")
    petra.open("course_own")
    go(petra, "Venues", "New venue")
    send(petra, "Save", name="Folkets hus", address="Storgatan 1, Ale")
    make_course(petra, "Lex Sarah", "LEX", ("Preparation", "Läs lagen", 1))
    make_course(
        petra, "Barnsamtal", "BARN", ("Preparation", "Läs vägledningen", 1), ("Course day", "Kursdag 1", 7),
        ("Course day", "Kursdag 2", 7), ("Follow-up", "Pröva i ett ärende", 2),
    )  # fmt: skip


def make_course(petra: Visit, title: str, code: str, *parts: tuple[str, str, int]) -> None:
    petra.open("course_own")
    go(petra, "New course")
    send(petra, "Make a draft", title=title, code=code, subject="Barns behov")
    for number, (kind, name, hours) in enumerate(parts):
        go(petra, "Add a part" if number else "Add the first part")
        send(petra, "Save", kind=say(kind), title=name, hours=hours)
        if say("Add a part") not in petra.main:
            go(petra, title)
    go(petra, "Publish")
    petra.press("Publish now")


def plan(petra: Visit) -> Occasion:
    """From the published course to an open occasion: everything is filled in but the seats."""
    go(petra, "Plan a session")
    send(petra, "Plan the session", seats=8, min_participants=1, venue="Folkets hus")
    petra.press("Publish")
    occasion = Occasion.objects.get()
    assert (occasion.state, occasion.meetings.count()) == ("open", 2)
    return occasion


def make_programme(olle: Visit) -> None:
    olle.open("programme_list")
    go(olle, "New programme")
    send(olle, "Begin the draft", name="Barn och unga", code="BU", collaboration="Väst")
    for name, years in (("Ny", {"min_years": 0, "max_years": 2}), ("Van", {"min_years": 2})):
        go(olle, "Add a stage")
        send(olle, "Save", name=name, **years)
    for stage, course in (("Ny", "Barnsamtal"), ("Van", "Lex Sarah")):
        olle.page.get_by_role("link", name=re.compile(f"{say('Add a station')} {stage}")).click()
        send(olle, "Save", course=course)
        send(olle, "Go on", anchor="journey")
        send(olle, "Save", offset=3, unit=say("months"))
    go(olle, "Publish")
    olle.press("Publish")
    go(olle, "Add organisations")
    send(olle, "Add")  # every member is ticked
    assert Journey.objects.get().adoptions.count() == 2


def lead(johan: Visit, occasion: Occasion) -> None:
    """The manager enrols Amira and books a seat for her."""
    johan.open("team_overview")
    go(johan, "Enrol")
    johan.page.get_by_role("checkbox", name=re.compile("Amira")).check()
    send(johan, "Enrol", journey="Barn och unga")
    johan.open("occasion_detail", occasion.public_id)
    go(johan, "Book for others")
    johan.page.get_by_role("checkbox", name=re.compile("Amira")).check()
    johan.press("Book those ticked")
    assert Booking.objects.get().state == "booked"


def hold(petra: Visit, occasion: Occasion) -> None:
    """The days have come; Petra marks, locks and reports them."""
    days = list(occasion.meetings.order_by("starts_at"))
    for number, day in enumerate(days):
        begins = timezone.now() - timedelta(days=len(days) - number)
        move_meeting(
            meeting=day, starts_at=begins, ends_at=begins + timedelta(hours=7), place="Folkets hus",
            by=Person.objects.get(email="petra@example.org"),
        )  # fmt: skip
    for day in days:
        petra.open("attendance_edit", occasion.public_id, query=f"?dag={day.public_id}")
        petra.press("Mark all as present")
        petra.press("Lock the day")
    petra.press("Report the session")
    occasion.refresh_from_db()
    assert occasion.state == "reported"


def do_part(amira: Visit) -> None:
    amira.open("journey_mine")
    go(amira, "Do the parts")
    with amira.page.expect_response("**/klar/") as answer:
        amira.press("I have done this")
    assert answer.value.ok


def check_in_public(anybody: Visit, certificate: Certificate) -> str:
    anybody.open("certificate_verify")
    send(anybody, "Check", number=certificate.number, name="Amira Haddad")
    return anybody.main


def test_newcomer_goes_from_an_empty_database_to_a_certificate(transactional_db, visit, accept, work):
    call_command(
        "start", kind="regional", short_name="Kompetensforum", official_name="Kompetensforum Väst",
        municipality_code="", given_name="Pia", family_name="Plattform", email=FIRST, password=PASSWORD,
    )  # fmt: skip
    pia = visit(None).sign_in_as(FIRST)
    make_organisations(pia)
    make_officers(pia)
    make_staff(accept("maja@example.org"))
    petra = accept("petra@example.org")
    make_courses(petra)
    occasion = plan(petra)
    make_programme(accept("olle@example.org"))
    lead(accept("johan@example.org"), occasion)
    amira = accept("amira@example.org")
    do_part(amira)
    hold(petra, occasion)
    do_part(amira)
    work()
    amira.open("certificate_mine")
    assert "Barnsamtal" in amira.main
    paper = pypdf.PdfReader(io.BytesIO(amira.download("Download")))
    assert "Amira Haddad" in paper.pages[0].extract_text()
    answer = check_in_public(visit(None), Certificate.objects.filter(kind="course").get())
    assert "Amira Haddad" in answer
    assert say("Genuine and valid") in answer
