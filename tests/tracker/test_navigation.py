"""Tabs per role, and what every page knows."""

from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import translation

from people.roles import Role
from tracker.navigation import FIRST, SCHEMES, TABS, Tab, context, ways


def a_request(path="/", viewer=None, **cookies):
    return SimpleNamespace(path=path, viewer=viewer, COOKIES=cookies)


def test_every_role_has_tabs_and_none_more_than_the_phone_bar_holds():
    assert set(TABS) == set(Role)
    assert {role for role, tabs in TABS.items() if not 1 <= len(tabs) <= 4} == set()


def test_no_role_has_the_same_tab_twice_and_each_begins_on_one_of_its_own():
    assert [role for role, tabs in TABS.items() if len({tab.url_name for tab in tabs}) != len(tabs)] == []
    assert [role for role, tab in FIRST.items() if tab not in TABS[role]] == []


def test_a_tab_without_a_page_is_left_out():
    assert list(ways((Tab("nowhere_yet", "Nowhere", "x"),), "/")) == []


def test_the_current_tab_is_the_longest_that_the_path_begins_with():
    tabs = (Tab("home", "Home", "x"), Tab("help", "Help", "x"))
    assert [way.current for way in ways(tabs, "/hjalp/nagot/")] == [False, True]


@pytest.mark.parametrize(
    ("role", "path", "name"),
    [
        (Role.ORGANISER, "/egna-kurser/ny/", "course_list"),
        (Role.ORGANISER, "/lokaler/", "course_list"),
        (Role.ORGANISER, "/tillfallen/nytt/", "occasion_list"),
        (Role.EMPLOYEE, "/tillfallen/x/", "course_list"),
        (Role.EMPLOYEE, "/mina-kurser/x/", "course_list"),
        (Role.OWNER, "/tillfallen/", "occasion_list"),
        (Role.MANAGER, "/team/att-godkanna/", "team_overview"),
    ],
)
def test_pages_beside_a_tab_belong_to_it(role, path, name):
    assert [way.url for way in ways(TABS[role], path) if way.current] == [reverse(name)]


def test_context_without_a_viewer_has_no_tabs_and_no_permissions():
    found = context(a_request())
    assert (found["viewer"], found["may"], "tabs" in found, found["scheme"]) == (None, frozenset(), False, "auto")


@pytest.mark.parametrize(("wish", "kept"), [*((s, s) for s in SCHEMES), ("neon", "auto")])
def test_only_known_schemes_are_read_from_the_cookie(wish, kept):
    assert context(a_request(scheme=wish))["scheme"] == kept


def test_language_switch_keeps_the_address(client, db):
    answer = client.post(reverse("language_set"), {"language": "en", "next": "/hjalp/?q=1"})
    assert (answer.status_code, answer["Location"], answer.cookies["language"].value) == (302, "/hjalp/?q=1", "en")
    assert client.get("/hjalp/").headers["Content-Language"] == "en"


def test_language_switch_ignores_other_languages_and_leads_nobody_away(client, db):
    answer = client.post(reverse("language_set"), {"language": "xx", "next": "https://example.org/"})
    assert (answer.status_code, answer["Location"], "language" in answer.cookies) == (302, "/", False)


def test_appearance_is_remembered_and_painted(client, db):
    client.post(reverse("scheme_set"), {"scheme": "dark", "next": "/hjalp/"})
    assert b'data-color-scheme="dark"' in client.get("/hjalp/").content


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("path", ["/hjalp/", "/tillganglighet/", "/personuppgifter/", "/logga-in/", "/losenord/glomt/"])
def test_open_pages_answer_in_both_languages(client, db, path, language):
    client.cookies["language"] = language
    answer = client.get(path)
    assert (answer.status_code, f'<html lang="{language}"' in answer.content.decode()) == (200, True)


def test_home_sends_a_stranger_to_the_sign_in_page(client, db):
    assert client.get("/")["Location"] == "/logga-in/"


def test_nobody_signs_up(client, db):
    with translation.override("en"):
        client.cookies["language"] = "en"
        assert b"Your employer opens accounts" in client.get(reverse("account_signup")).content


def test_error_page_is_drawn_without_any_context():
    from django.template.loader import get_template  # only here: the template as the server's last resort draws it

    assert "500" in get_template("500.html").render()


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404"])
def test_error_pages_are_drawn_for_a_request(rf, name):
    from django.template.loader import render_to_string

    request = rf.get("/borta/")
    request.viewer = None
    assert "</html>" in render_to_string(f"{name}.html", {}, request)


def test_sign_in_page_of_a_demo_has_a_button_for_each_of_the_eleven_and_others_none(client, db, settings):
    plain = client.get("/logga-in/").content
    settings.DEMO = True
    demo = client.get("/logga-in/").content
    assert (plain.count(b'name="roll"'), demo.count(b'name="roll"')) == (0, 11)


def test_a_language_that_somebody_chooses_below_the_page_is_the_account_s(world, sign_in):
    client = sign_in(world.amira)
    client.cookies["language"] = "sv"
    answer = client.post(reverse("language_set"), {"language": "en", "next": "/hjalp/"})
    world.amira.refresh_from_db()
    assert (world.amira.language, answer.cookies["language"].value) == ("en", "")
    del client.cookies["language"]  # as a browser does with what has ended
    assert '<html lang="en"' in client.get(reverse("account_settings")).content.decode()


def test_the_settings_show_the_language_that_is_in_force(world, sign_in):
    client = sign_in(world.amira)
    client.cookies["language"] = "en"  # chosen before signing in
    assert client.get(reverse("account_settings")).context["form"]["language"].value() == "en"
