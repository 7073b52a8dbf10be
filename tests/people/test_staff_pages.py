"""Hiring, ending and being told: what the pages say and refuse beyond the plain way (tests/people/test_pages.py)."""

from datetime import timedelta
from uuid import uuid4

import lxml.html
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.booking import request_seat
from people.employment import hire, move
from people.models import Employment, Notice, Person
from people.notices import say


def work(world, **more) -> dict:
    """What is typed about a job at Ale."""
    start = str(world.today)
    return {
        "unit": str(world.units["ale"].public_id),
        "percent": "100",
        "kind": "permanent",
        "starts_on": start,
        **more,
    }


def test_a_double_post_hires_once_and_a_number_tells_namesakes_apart(world, sign_in):
    maja, url = sign_in(world.maja), reverse("person_create")
    typed = work(world, given_name="Lo", family_name="Ny")
    assert [maja.post(url, typed).status_code for _time in range(2)] == [302, 200]
    assert maja.post(url, {**typed, "number": "17"}).status_code == 302
    assert Person.objects.filter(name="Lo Ny").count() == 2


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "31/31/2026", ""])
def test_a_year_that_cannot_be_is_a_sentence_and_the_name_stays(world, sign_in, day):
    answer = sign_in(world.maja).post(reverse("person_create"), work(world, given_name="Lo", starts_on=day))
    assert (answer.status_code, set(answer.context["form"].errors)) == (200, {"starts_on"})
    assert 'value="Lo"' in answer.content.decode()


def test_a_second_employer_hires_with_the_code_and_an_address_finds_nobody(world, sign_in):
    maja, url = sign_in(world.maja), reverse("employment_create")
    assert maja.post(url, work(world, code=str(world.tilda.public_id))).status_code == 302
    organisations = Employment.objects.filter(person=world.tilda).values_list("organisation", flat=True)
    assert set(organisations) == {world.ale.pk, world.tjorn.pk}


@pytest.mark.parametrize("whose", ["unknown", "skye", "nonsense"])
def test_a_code_that_may_not_be_used_gets_the_same_sentence(world, sign_in, whose):
    codes = {"unknown": str(uuid4()), "skye": str(world.skye.public_id), "nonsense": "x"}
    answer = sign_in(world.maja).post(reverse("employment_create"), work(world, code=codes[whose]))
    assert (answer.status_code, bool(answer.context["form"].errors)) == (200, True)
    assert world.skye.employments.count() == 1


def test_the_last_day_says_first_what_it_releases(world, sign_in):
    maja, url = sign_in(world.maja), reverse("employment_end", args=[world.job("johan").public_id])
    maja.cookies["language"] = "en"
    text = maja.get(url).content.decode()
    assert ("The role Manager ends the same day." in text, "as nearest manager" in text) == (True, True)
    last = world.today + timedelta(days=9)
    assert maja.post(url, {"ends_on": str(last)}).status_code == 302
    assert world.johan.roles.get().ends_on == last


def test_a_withheld_manager_is_not_named_on_the_page_of_another(world, sign_in):
    move(employment=world.job("amira"), starts_on=world.today, manager=world.skye, by=None)
    text = sign_in(world.maja).get(reverse("person_detail", args=[world.amira.public_id])).content.decode()
    assert ("Amira Haddad" in text, "Skye" in text) == (True, False)


def test_a_new_start_in_the_profession_is_logged(world, sign_in):
    typed = {
        "given_name": "Amira",
        "family_name": "Haddad",
        "name": "Amira Haddad",
        "profession_started_on": "2019-03-01",
    }
    sign_in(world.maja).post(reverse("person_edit", args=[world.amira.public_id]), typed)
    world.amira.refresh_from_db()
    assert str(world.amira.profession_started_on) == "2019-03-01"
    assert world.amira.events.filter(verb="profession_start_changed").count() == 1


def asked(client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def way(page, rel: str) -> str:
    """Where the pager's button for the next or the previous page leads."""
    [link] = lxml.html.fromstring(page.content).xpath(f"//a[@rel='{rel}']")
    return link.get("href")


def test_notices_ask_the_same_at_1_and_at_25_rows(world, occasion, sign_in):
    booking = request_seat(occasion=occasion, person=world.amira, employment=world.job("amira"), by=world.amira)
    client, url = sign_in(world.amira), reverse("notice_list")
    say(to=world.amira, kind="courses.booked", about=booking, key="n0", booking=booking.pk)
    client.get(url)
    few = asked(client, url)
    for number in range(24):
        say(to=world.amira, kind="courses.booked", about=booking, key=f"k{number}", booking=booking.pk)
    assert asked(client, url) == few


def test_the_pager_of_the_notices_leads_to_the_next_page_and_back(world, sign_in):
    for number in range(26):
        say(to=world.amira, kind="people.invited", about=world.amira, key=f"n{number}")
    client, url = sign_in(world.amira), reverse("notice_list")
    first = client.get(url)
    next_page = way(first, "next")
    second = client.get(url + next_page)
    assert [len(page.context["rows"]) for page in (first, second)] == [25, 1]
    assert (next_page, way(second, "prev")) == ("?page=2", "?page=1")


def test_a_notice_is_read_by_opening_it_and_is_nobody_elses(world, sign_in):
    row = say(to=world.amira, kind="people.invited", about=world.amira, key="mine")
    url = reverse("notice_detail", args=[row.public_id])
    assert sign_in(world.johan).get(url).status_code == 404
    assert Notice.objects.get(pk=row.pk).read_at is None
    assert sign_in(world.amira).get(url).status_code == 200
    assert Notice.objects.get(pk=row.pk).read_at is not None


def test_a_search_stands_signs_that_no_name_has(world, sign_in):
    hire(organisation=world.ale, name="李 小龍", unit=world.units["ale"], starts_on=world.today, by=None)
    maja = sign_in(world.maja)
    for text in ("a\x00b", "%", "'", "å" * 5000):
        assert maja.get(reverse("person_list"), {"q": text}).status_code == 200
    page = maja.get(reverse("person_list"), {"q": "李"})
    assert [row.record.name for row in page.context["table"].page.object_list] == ["李 小龍"]


def test_whoever_adds_somebody_is_told_of_the_invitation_and_the_page_says_it_once(world, sign_in):
    maja = sign_in(world.maja)
    typed = work(world, given_name="Elsa", family_name="Ek", email="elsa@example.org", invite="on")
    page = maja.post(reverse("person_create"), typed, follow=True)
    assert [str(one) for one in page.context["messages"]] == [
        "Elsa Ek är tillagd. Inbjudan är på väg till elsa@example.org."
    ]
    text = lxml.html.fromstring(page.content).xpath("//main")[0].text_content()
    assert text.count("Inbjuden") == 1
    assert "Chef: Johan Berg" in text


def test_several_in_a_row_keep_what_colleagues_share(world, sign_in):
    maja = sign_in(world.maja)
    typed = work(world, given_name="Elsa", family_name="Ek", title="Socialsekreterare", percent="80", another="1")
    page = maja.post(reverse("person_create"), typed, follow=True)
    assert page.redirect_chain[-1][0].startswith(reverse("person_create"))
    assert [str(one) for one in page.context["messages"]] == ["Elsa Ek är tillagd."]
    (form,) = (one.fields for one in lxml.html.fromstring(page.content).forms if "given_name" in one.fields)
    kept_ones = {key: form[key] for key in ("given_name", "unit", "title", "percent", "starts_on")}
    assert kept_ones == {"given_name": None, **{key: typed[key] for key in ("unit", "title", "percent", "starts_on")}}
    strange = maja.get(reverse("person_create"), {"unit": "nobody", "manager": "x", "starts_on": "yesterday<"})
    assert strange.status_code == 200


def test_a_role_given_from_a_persons_page_leads_back_to_it(world, sign_in):
    maja, address = sign_in(world.maja), f"{reverse('role_create')}?person={world.amira.public_id}"
    typed = {"person": world.amira.public_id, "role": "hr", "unit": "", "starts_on": world.today}
    assert maja.post(address, typed)["Location"] == reverse("person_detail", args=[world.amira.public_id])
    assert maja.post(reverse("role_create"), {**typed, "role": "organiser"})["Location"] == reverse("role_list")
