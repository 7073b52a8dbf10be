"""The wall in PostgreSQL (P30): it takes nothing from anybody's page, and keeps what a forgotten filter would show."""

import difflib
import re
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone

from people.access import Viewer
from people.prepared import Prepared
from tests.numbers import number
from tests.test_access_walk import canaries, seen_in
from tests.walk_table import EXPECTED, QUERIES, ROLE, values
from tests.walking import Walk, each, none, sign_in, undone

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# Keys and seals that are made anew at each look.
NEW_EACH_TIME = re.compile(
    r'<svg[^>]*class="segno".*?</svg>|<code class="wrap-any">[^<]*</code>|"challenge": "[^"]*"|"proofValue": "[^"]*"',
    re.DOTALL,
)


@contextmanager
def walled(is_up: bool = True):
    with override_settings(ROW_LEVEL_SECURITY=is_up):
        yield


# -- eighteen places where a rule is taken out on purpose


@dataclass(frozen=True)
class Forgotten:
    """A rule of people/access.py that lets all rows through, and a page that asks it: whom it would show, and nobody may see."""

    rule: str
    viewer: str
    page: str
    of: dict[str, tuple[str, str]] = field(default_factory=dict)
    shows: frozenset[str] = frozenset({"tilda", "torsten", "hugo", "otto"})

    def __str__(self) -> str:
        return f"{self.rule}-{self.page}-{self.viewer}"


PLACES = [
    Forgotten("people_seen", "helena", "person_list"),
    Forgotten("people_seen", "saga", "person_list"),
    Forgotten("people_seen", "maja", "role_create"),
    Forgotten("people_seen", "johan", "deputy_list"),
    Forgotten("people_seen", "maja", "person_detail", {"public_id": ("person", "tilda")}),
    Forgotten("people_seen", "johan", "team_person", {"public_id": ("member", "tilda")}),
    Forgotten("managers_seen", "maja", "person_create"),
    Forgotten("rows_seen", "johan", "team_overview"),
    Forgotten("rows_seen", "johan", "team_export"),
    Forgotten("rows_seen", "helena", "certificate_list"),
    Forgotten("rows_seen", "helena", "certificate_withdraw", {"code": ("certificate", "tilda")}),
    Forgotten("rows_seen", "dina", "result_detail", {"public_id": ("result", "tilda")}),
    Forgotten("jobs_seen", "johan", "booking_people", {"public_id": ("occasion", "coming")}),
    Forgotten("jobs_seen", "maja", "employment_move", {"public_id": ("employment", "tilda")}),
    Forgotten("bookings_seen", "johan", "booking_swap", {"public_id": ("booking", "tilda")}),
    Forgotten("bookings_seen", "helena", "occasion_detail", {"public_id": ("occasion", "coming")}),
    Forgotten("roles_seen", "maja", "role_list"),
    Forgotten("own", "amira", "result_detail", {"public_id": ("result", "tilda")}),
]


def put_together_anew(question: Prepared, viewer: Viewer | None = None, /, **named: object) -> list:
    """What a prepared question answers when nothing of it is kept."""
    return list(question.build(viewer, **named) if viewer else question.build(**named))


def forget(monkeypatch, rule: str) -> None:
    """Take the rule out: every row for everybody. Questions that were written with it are put together without it."""
    monkeypatch.setattr(Viewer, rule, lambda self, rows: rows)
    monkeypatch.setattr(Prepared, "__call__", put_together_anew)


@pytest.mark.promise("P30")
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_forgotten_filter_shows_no_foreign_row(stage, django_db_blocker, monkeypatch, place):
    """Without the wall the page shows them, or the place would prove nothing; with it nobody."""
    walk, client = Walk(stage, values(stage), reads_markup=False), sign_in(stage, place.viewer)
    marks = {key: found for key, found in canaries(stage).items() if key in place.shows}
    forget(monkeypatch, place.rule)
    shown = []
    for is_up in (False, True):
        with walled(is_up), undone():
            answer = walk.ask(client, place.viewer, place.page, place.of)
        shown.append(set(seen_in(answer.text, marks)))
    assert shown[0], f"{place} shows nobody even without the wall: {answer.status}"
    assert shown[1] == set()


# -- and nothing else changes

# First one of each database role, who keeps protected people, and who appoints.
VIEWERS = list(dict.fromkeys(["amira", "johan", "petra", "saga", "pia", *ROLE, ""]))


def asked(walk: Walk, client, viewer: str, name: str, of: dict, query: str, is_up: bool) -> str:
    cookies = client.cookies.copy()
    with walled(is_up), undone():
        answer = walk.ask(client, viewer, name, of, query=query)
    client.cookies = cookies
    body = answer.text.partition("\nContent-Type")[0] if answer.is_file else answer.plain
    return f"{answer.status} {NEW_EACH_TIME.sub('', body)}"


@pytest.mark.promise("P30")
@pytest.mark.parametrize("viewer", VIEWERS[: number(5, len(VIEWERS))])
def test_the_wall_changes_no_page(stage, django_db_blocker, viewer):
    """Every page as everybody, with the wall and without it, at the same moment: byte for byte the same."""
    walk, client, unlike = Walk(stage, values(stage), reads_markup=False), sign_in(stage, viewer), []
    with time_machine.travel(timezone.now(), tick=False):
        for _viewer, name, of in each(walk, [viewer]):
            if viewer not in EXPECTED[name].who:
                continue  # the same 404 for all
            for query in ("", *QUERIES.get(name, ())):
                without, with_it = (asked(walk, client, viewer, name, of, query, up) for up in (False, True))
                if without != with_it:
                    lines = difflib.unified_diff(without.splitlines(), with_it.splitlines(), lineterm="", n=0)
                    unlike.append(
                        f"{name} {of} ?{query}: " + " | ".join(line.strip() for line in list(lines)[2:14])[:900]
                    )
    none(unlike)
