"""Every form sent twice, as by a double click or the back button: the second changes nothing and is answered (P18)."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.urls import resolve

from certificates.jobs import close_bundle, fill_bundle
from tests.factories import build_world
from tests.lived import build_lived
from tests.test_access_walk import may_open, openings
from tests.walk_table import EXPECTED, ROLE, values
from tests.walking import Walk, addresses, digest_of, sign_in, undone, writes

# What every answer may write: sessions (with the sentence to show), the log of readings, the cache.
ASIDE = {"django_session", "people_reading", "people_readingline", "cache_row"}


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


def sent_twice(form: Form, client) -> tuple[int, int, set[str]]:
    """The status of both answers, and the tables that the second one changed."""
    with undone():
        first = client.post(form.path, form.fields)
        with undone(), writes() as wrote:
            second = client.post(form.path, form.fields)
        touched = wrote - ASIDE
        if touched:
            before = digest_of(touched)
            client.post(form.path, form.fields)
            after = digest_of(touched)
            touched = {table for table in touched if before[table] != after[table]}
    return first.status_code, second.status_code, touched


@pytest.mark.promise("P18")
@pytest.mark.django_db
def test_a_form_that_is_sent_twice_changes_nothing_twice(tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path)
    lived = build_lived(build_world())
    fill_bundle(lived.bundle.pk), close_bundle(lived.bundle.pk)
    walk = Walk(lived, values(lived))
    clients = {viewer: sign_in(lived, viewer) for viewer in [*ROLE, ""]}
    sent, faults = {}, []
    for form in list(forms_shown(walk, clients)):
        cookies = clients[form.viewer].cookies.copy()
        first, second, changed = sent_twice(form, clients[form.viewer])
        clients[form.viewer].cookies = cookies
        print(form.name, form.viewer, first, second, sorted(changed))
        sent.setdefault(form.name, set()).add(first)
        if changed or second >= 500 or first >= 500:
            faults.append(f"{form.name} as {form.viewer}: {first}, then {second}, changed {sorted(changed)}")
    print(len(sent), "addresses;", sorted(set(EXPECTED) - set(sent)))
    assert not faults, "\n".join(faults)
