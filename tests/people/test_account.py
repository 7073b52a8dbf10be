"""The own account: browsers that are signed in, who has looked, and mail whose links nobody else chooses."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from people.access import viewer_for
from people.chain import chain
from people.events import record_reading
from people.models import Event
from people.sessions import device, own_sessions
from tests.factories import PASSWORD

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36"
EDGE = f"{CHROME} Edg/129.0"


def enter(person, agent: str = FIREFOX) -> Client:
    """A browser in which a person has signed in with the password."""
    client = Client(headers={"user-agent": agent})
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("account_settings")).status_code == 200


# -- mail


@pytest.mark.parametrize("host", ["evil.example", "leden.example"])
def test_a_forged_host_does_not_choose_where_a_password_link_leads(world, client, settings, host):
    settings.ALLOWED_HOSTS, settings.BASE_URL = ["*"], "https://leden.example"
    client.post(reverse("account_reset_password"), {"email": world.amira.email}, headers={"host": host})
    [message] = mail.outbox
    assert set(re.findall(r"https?://[^/\s]+", message.body)) == {"https://leden.example"}
    path = re.search(r"https://leden\.example(/\S+)", message.body)[1]
    assert list(client.get(path, follow=True).context["form"].fields) == ["password1", "password2"]


def test_a_forged_host_does_not_choose_where_a_new_address_is_confirmed(world, sign_in, settings):
    settings.ALLOWED_HOSTS, settings.BASE_URL = ["*"], "https://leden.example"
    typed = {"email": "amira@privat.example", "action_add": ""}
    sign_in(world.amira).post(reverse("account_email"), typed, headers={"host": "evil.example"})
    assert re.findall(r"https?://[^/\s]+", mail.outbox[-1].body) == ["https://leden.example"]


# -- sessions


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox på Windows"),
        (IPHONE, "Safari på iPhone"),
        (CHROME, "Chrome på Linux"),
        (EDGE, "Edge på Linux"),
        ("curl/8", "Okänd webbläsare"),
        ("", "Okänd webbläsare"),
    ],
)
def test_a_browser_is_called_by_what_it_says(agent, words):
    assert device(agent) == words


def test_every_browser_is_listed_and_the_present_one_first(world):
    enter(world.amira, IPHONE)
    answer = enter(world.amira, FIREFOX).get(reverse("session_list"))
    rows = [(row["device"], row["is_here"]) for row in answer.context["rows"]]
    assert rows == [("Firefox på Windows", True), ("Safari på iPhone", False)]


def test_one_browser_is_signed_out_and_the_others_stay(world):
    phone, other, here = enter(world.amira, IPHONE), enter(world.amira, CHROME), enter(world.amira)
    session = UserSession.objects.get(session_key=phone.session.session_key)
    here.post(reverse("session_list"), {"session": session.pk})
    assert [is_in(client) for client in (phone, other, here)] == [False, True, True]
    assert Event.objects.filter(verb="sessions_ended", person=world.amira).count() == 1


def test_everywhere_else_is_signed_out_at_once(world):
    phone, other, here = enter(world.amira, IPHONE), enter(world.amira, CHROME), enter(world.amira)
    here.post(reverse("session_list"), {"session": "others"})
    assert [is_in(client) for client in (phone, other, here)] == [False, False, True]
    assert len(own_sessions(world.amira)) == 1


@pytest.mark.parametrize("wish", ["", "nonsense", "999999", "-1"])
def test_a_session_that_is_not_there_ends_nothing(world, wish):
    phone, here = enter(world.amira, IPHONE), enter(world.amira)
    assert here.post(reverse("session_list"), {"session": wish}).status_code == 302
    assert [is_in(phone), is_in(here)] == [True, True]


def test_a_stranger_s_session_stays(world):
    jonas, amira = enter(world.jonas), enter(world.amira)
    stranger = UserSession.objects.get(user=world.jonas)
    amira.post(reverse("session_list"), {"session": stranger.pk})
    assert is_in(jonas)


def test_another_role_renews_the_key_and_stays_one_browser(world):
    johan = enter(world.johan)
    old = johan.session.session_key
    johan.post(reverse("role_switch"), {"role": "employee"})
    assert johan.session.session_key != old
    assert [row.session_key for row in own_sessions(world.johan)] == [johan.session.session_key]


def test_a_changed_password_signs_out_every_other_browser(world):
    phone, here = enter(world.amira, IPHONE), enter(world.amira)
    typed = {"oldpassword": PASSWORD, "password1": "genom-skogen-till-havet", "password2": "genom-skogen-till-havet"}
    here.post(reverse("account_change_password"), typed)
    assert [is_in(phone), is_in(here)] == [False, True]
    assert [row.session_key for row in own_sessions(world.amira)] == [here.session.session_key]


# -- who has looked


def look(world, times: int) -> None:
    petra = viewer_for(world.petra)
    for _time in range(times):
        record_reading(viewer=petra, view="participant_list", persons=[world.amira.pk])
    chain()


def test_readers_are_named_by_organisation_role_and_page(world, sign_in):
    look(world, 1)
    [row] = sign_in(world.amira).get(reverse("reader_list")).context["readings"]
    assert (row["organisation"], row["role"], row["page"]) == (world.region, "Kursanordnare", "deltagarlistan")


def test_readers_stand_on_pages_and_the_account_shows_the_latest(world, sign_in):
    look(world, 60)
    amira = sign_in(world.amira)
    assert len(amira.get(reverse("account_settings")).context["readings"]) == 5
    pages = [amira.get(reverse("reader_list"), {"page": number}) for number in (1, 2, 3, 99, "x")]
    assert [len(page.context["readings"]) for page in pages] == [25, 25, 10, 10, 25]


@pytest.mark.parametrize("page", ["reader_list", "session_list", "account_settings"])
def test_the_account_asks_the_same_at_few_and_at_thirty_rows(world, page):
    look(world, 1)
    amira = enter(world.amira)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert amira.get(reverse(page)).status_code == 200
        return len(queries)

    asked()
    few = asked()
    look(world, 24)
    for _time in range(5):
        enter(world.amira)
    assert asked() == few
