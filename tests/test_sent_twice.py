"""Every form sent twice, as by a double click or the back button: the second changes nothing and is answered (P18)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.test import RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from certificates.jobs import close_bundle, fill_bundle
from courses.models import Venue
from people.middleware import OnceMiddleware
from people.once import KEPT, WORKING, begin_sending, end_sending, forget_sendings
from tests.factories import build_world
from tests.lived import build_lived
from tests.test_access_walk import may_open, openings
from tests.walk_table import EXPECTED, ROLE, values
from tests.walking import Walk, addresses, digest_of, sign_in, undone, writes

pytestmark = pytest.mark.slow

# What every answer may write: sessions (with the sentence to show), the log of readings, what was sent, the cache.
ASIDE = {
    "django_session",
    "usersessions_usersession",
    "people_reading",
    "people_readingline",
    "people_sending",
    "cache_row",
}
# Whoever has signed out is a stranger, and is shown the page for signing in.
UNSAID = {"account_logout"}
# Each file of one's own data that leaves is written down, also the second one.
EACH_TIME = "own_data_fetch"
TABLES = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - ASIDE


@dataclass(frozen=True)
class Form:
    """A form that somebody was shown: who, where it is sent, and its fields filled in."""

    viewer: str
    path: str
    fields: dict[str, list[str]]

    @property
    def name(self) -> str:
        return resolve(self.path).url_name or self.path


def forms_shown(walk: Walk, clients: dict) -> Iterator[Form]:
    """Each form once, as the first viewer of the table who may open a page that holds it."""
    for name in sorted({address.name for address in addresses()}):
        page = EXPECTED[name]
        for opened in openings(page, walk.values):
            viewer = next((one for one in [*ROLE, ""] if may_open(one, page, opened)), None)
            if viewer is None:
                continue
            known = set(walk.forms)
            with undone():
                walk.ask(clients[viewer], viewer, name, opened)
            for path in walk.forms.keys() - known:
                yield Form(viewer, path, walk.forms[path])


def sent_twice(form: Form, client) -> tuple[int, int, str, set[str]]:
    """The status of both answers, the page that the second one leads to, and the tables that it changed.

    Only tables that the second one writes to are read before and after it: it is undone and sent once more for that.
    """
    data = {**form.fields, "csrfmiddlewaretoken": "t" * 64}
    with undone():
        first = client.post(form.path, data)
        cookies = client.cookies.copy()
        with undone(), writes() as wrote:
            second = client.post(form.path, data, follow=True)
        changed = set()
        if wrote & TABLES:
            client.cookies = cookies
            unsent = digest_of(wrote & TABLES)
            second = client.post(form.path, data, follow=True)
            changed = {table for table, value in digest_of(wrote & TABLES).items() if unsent[table] != value}
    return first.status_code, second.status_code, second.content.decode(), changed


@pytest.mark.promise("P18")
@pytest.mark.django_db
def test_a_form_that_is_sent_twice_changes_nothing_twice(tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path)
    lived = build_lived(build_world())
    fill_bundle(lived.bundle.pk), close_bundle(lived.bundle.pk)
    walk = Walk(lived, values(lived))
    clients = {viewer: sign_in(lived, viewer) for viewer in [*ROLE, ""]}
    said = set()  # in both: one of the forms changes the language
    for language in ("sv", "en"):
        with override(language):
            said.add(gettext("This was sent already. Nothing was changed twice."))
    went, faults = Counter(), []
    for form in list(forms_shown(walk, clients)):
        cookies = clients[form.viewer].cookies.copy()
        first, second, page, changed = sent_twice(form, clients[form.viewer])
        changed -= {"people_event"} if form.path == reverse(EACH_TIME) else set()
        clients[form.viewer].cookies = cookies
        led_on = first == 302 and form.viewer and form.name not in OnceMiddleware.SWITCHES
        went["led on" if led_on else "answered with a page"] += 1
        silent = led_on and form.name not in UNSAID and second == 200 and not any(one in page for one in said)
        if changed or silent or max(first, second) >= 500:
            faults.append(f"{form.name} as {form.viewer}: {first}, then {second}, {silent=}, changed {sorted(changed)}")
    print(f"{sum(went.values())} forms sent twice: {dict(went)}")
    assert went["led on"] > 50
    assert not faults, "\n".join(faults)


@pytest.mark.django_db
def test_the_same_choice_from_another_page_counts_again(world, sign_in):
    """Another page has another token: whoever means it twice gets it twice."""
    petra, url = sign_in(world.petra), reverse("venue_create")
    for mask in "aab":
        petra.post(url, {"name": "Salen", "address": "", "csrfmiddlewaretoken": mask * 64})
    assert Venue.objects.filter(name="Salen").count() == 2


@pytest.mark.django_db
def test_a_second_sending_is_never_led_to_another_host(world, sign_in):
    """The first is still at work, so that only the Referer says where the second came from (T26)."""
    petra, url = sign_in(world.petra), reverse("venue_create")
    data = {"name": "Salen", "address": "", "csrfmiddlewaretoken": "a" * 64}
    request = RequestFactory().post(url, data)
    request.user = world.petra
    begin_sending(key=OnceMiddleware.key(request))
    answer = petra.post(url, data, headers={"referer": "http://testserver//evil.example/x"})
    assert (answer.status_code, answer["Location"]) == (302, "/evil.example/x")
    assert not Venue.objects.exists()


@pytest.mark.django_db
def test_a_form_whose_first_sending_was_cut_short_opens_again(world):
    at = timezone.now()
    assert [begin_sending(key="k", at=at) for _time in range(2)] == [None, ""]
    assert begin_sending(key="k", at=at + WORKING) is None
    end_sending(key="k", leads_to="/kurser/", at=at + WORKING)
    assert begin_sending(key="k", at=at + WORKING * 2) == "/kurser/"
    assert forget_sendings(at=at + WORKING) == 0
    assert forget_sendings(at=at + WORKING + KEPT) == 1
