"""The walk: every URL as everybody, and what must hold of every answer (P1, P2, P12, P26, P34)."""

import html
import logging
import re
import time
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.urls import reverse

from tests.lived import Lived
from tests.walk_table import ANYBODY, EXEMPT_CACHE, EXEMPT_WRITES, EXPECTED, NAMES, QUERIES, REACH, ROLE, Page, values
from tests.walking import TOKEN, Answer, Walk, addresses, digest, each, none, openings, roles_stay, sign_in, undone

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# A GET may write here and nowhere else (P26).
GET_WRITES = {
    "people_reading",
    "people_readingline",
    "courses_feed",
    "django_session",
    "usersessions_usersession",
    "cache_row",
}
UNKNOWN = {str: "finns-inte", UUID: UUID(int=1), int: 999_999}
# Who posts: one of each role, and strangers to the others.
POSTING = [
    viewer for viewer in [*ROLE, ""] if viewer not in {"johan/employee", "helena/employee", "ove", "hugo", "skye"}
]
CLOSED = {"": {302, 404, 405}}
# Words of the interface that are also names of the cast.
ALSO_WORDS = {
    "Kurs",
    "Ledare",
    "Region",
    "Personal",
    "Admin",
    "Resa",
    "Top",
    "Plattform",
    "Ek",
    "Berg",
    "Skydd",
    "Saga",
    "Dina",
}


def canaries(lived: Lived) -> dict[str, tuple[set[str], re.Pattern]]:
    """What gives a person of the cast away, names and address, by the person's key: the words, and the pattern of whole words."""
    found = {}
    for key, person in lived.world.people.items():
        words = {word for word in (person.name, person.given_name, person.family_name) if word} - ALSO_WORDS
        address = person.email or person.name
        marks = [rf"\b{re.escape(word)}\b" for word in (*words, address)]
        found[key] = ({*words, address}, re.compile("|".join(marks)))
    return found


def seen_in(text: str, marks: dict[str, tuple[set[str], re.Pattern]]) -> dict[str, tuple[int, int]]:
    """Who is given away in a text, and where. Most words are nowhere in it, and a plain search is soon done with those."""
    found = {}
    for key, (words, pattern) in marks.items():
        if any(word in text for word in words) and (match := pattern.search(text)):
            found[key] = match.span()
    return found


def may_open(viewer: str, page: Page, opened: dict[str, tuple[str, str]]) -> bool:
    """Whether the table lets a viewer in: by the page and by each object."""
    reached = all(viewer in REACH.get(kind, {}).get(label, ANYBODY) for kind, label in opened.values())
    return viewer in page.who and reached


@pytest.fixture(scope="module")
def walk(stage, django_db_blocker) -> Walk:
    """Every URL as everybody with GET; then every POST that a page offers, and an empty one, each undone."""
    start, made = time.monotonic(), Walk(stage, values(stage))
    made.changed, made.logged = {}, Kept()
    logging.getLogger().addHandler(made.logged)
    clients = {viewer: sign_in(stage, viewer) for viewer in [*ROLE, ""]}
    with roles_stay():
        for viewer, client in clients.items():
            before = digest(GET_WRITES)
            for _viewer, name, opened in each(made, [viewer]):
                cookies = client.cookies.copy()
                for query in ("", *QUERIES.get(name, ())):
                    made.ask(client, viewer, name, opened, query=query)
                client.cookies = cookies
            after = digest(GET_WRITES)
            made.changed[viewer] = sorted(table for table in before if before[table] != after[table])
        for viewer, name, opened in each(made, POSTING):
            client = clients[viewer]
            url = reverse(name, kwargs={key: made.values[kind][label] for key, (kind, label) in opened.items()})
            for data in [made.forms.get(url, {})]:
                cookies = client.cookies.copy()
                with undone():
                    made.ask(client, viewer, name, opened, "POST", data)
                client.cookies = cookies
    logging.getLogger().removeHandler(made.logged)
    made.seconds = time.monotonic() - start
    return made


class Kept(logging.Handler):
    """Every line that the product logs while it is walked through, tracebacks too."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def report(walk: Walk) -> str:
    names = {answer.name for answer in walk.answers}
    return (
        f"{len(names)} URLs, {len(ROLE) + 1} viewers in {len(set(ROLE.values()))} roles and nobody, "
        f"{len(walk.answers)} requests in {walk.seconds:.0f} s, exemptions: {EXEMPT_CACHE | EXEMPT_WRITES}"
    )


@pytest.mark.promise("P1", "P12")
def test_every_address_is_described():
    """Whoever adds a URL says here who may open it; at most five exemptions."""
    found = addresses()
    unknown = sorted({one.name for one in found if one.name not in EXPECTED})
    assert not unknown, f"describe in tests/walk_table.py: {unknown}"
    wrong = [one for one in found if set(one.wants) != set(EXPECTED[one.name].feeds)]
    assert wrong == []
    assert len(EXEMPT_CACHE) + len(EXEMPT_WRITES) <= 5


@pytest.mark.promise("P1", "P2")
def test_nobody_reads_a_name_that_is_not_theirs_to_read(walk, stage):
    marks = canaries(stage)
    leaks, seen = [], {}
    for answer in walk.answers:
        if answer.text not in seen:
            seen[answer.text] = seen_in(answer.text, marks)
        known = NAMES[answer.viewer] | {answer.viewer.split("/")[0]} | EXPECTED[answer.name].shows
        for key, (start, end) in seen[answer.text].items():
            if key not in known:
                around = answer.text[max(0, start - 60) : end + 40].replace("\n", " ")
                leaks.append(f"{answer.at} shows {key}: ...{around}...")
    print(report(walk))
    none(leaks)


@pytest.mark.promise("P12")
def test_nobody_opens_or_changes_what_the_table_closes(walk):
    """Who may not, gets 404 (405 for a method that does not exist, the login for nobody), and nothing is written."""
    opened = []
    for answer in walk.answers:
        objects = dict(zip(EXPECTED[answer.name].feeds, labels(answer), strict=True))
        if may_open(answer.viewer, EXPECTED[answer.name], objects):
            continue
        if answer.status not in CLOSED.get(answer.viewer, {404, 405}):
            opened.append(answer.at)
        elif answer.wrote - {"django_session"}:
            opened.append(f"{answer.at} wrote {answer.wrote}")
    none([str(one) for one in opened])


def labels(answer: Answer) -> list[tuple[str, str]]:
    return list(zip(EXPECTED[answer.name].feeds.values(), answer.opened, strict=True))


@pytest.mark.promise("P12")
def test_whoever_may_open_a_page_gets_it(walk):
    """Each page answers somebody whom the table lets in, so that a closed product does not look like a safe one."""
    alive = {answer.name for answer in walk.answers if answer.status in {200, 302, 304}}
    assert sorted({answer.name for answer in walk.answers} - alive - ANSWERS_NOBODY.keys()) == []


# Pages that have nothing to open in this world, and why.
ANSWERS_NOBODY = {
    "leave_end": "nobody is on leave",
    "theme_show": "the version in the address is made up",
    "offer_answer": "nobody was offered a seat",
    "time_answer": "nobody was asked about a new time",
    "account_confirm_email": "no address waits to be confirmed",
    "account_signup": "nobody signs up",
    "mfa_edit_webauthn": "nobody has a key",
    "mfa_remove_webauthn": "nobody has a key",
    "mfa_view_recovery_codes": "nobody has codes",
    "mfa_download_recovery_codes": "nobody has codes",
    "mfa_deactivate_totp": "nobody has an app",
    "mfa_reauthenticate_webauthn": "nobody has a key",
    "readiness_show": "no worker runs beside the tests",
    "security_show": "no contact is set in the tests",
    "metrics_show": "no token is set in the tests",
}


@pytest.mark.promise("P12")
def test_nothing_fails(walk):
    none([one.at for one in walk.answers if one.status >= 500 and one.name != "readiness_show"])  # no worker runs here


@pytest.mark.promise("P12")
def test_forbidden_and_unknown_are_the_same_404(walk, stage):
    unlike, unknown_pages = [], {}
    clients = {viewer: sign_in(stage, viewer) for viewer in [*ROLE, ""]}
    forbidden = [
        one for one in walk.answers if one.method == "GET" and one.status == 404 and one.opened and not one.query
    ]
    for answer in forbidden:
        if (answer.viewer, answer.name) not in unknown_pages:
            feeds = EXPECTED[answer.name].feeds
            nothing = {
                name: UNKNOWN[type(walk.values[kind][label])]
                for (name, kind), label in zip(feeds.items(), answer.opened, strict=True)
            }
            url = reverse(answer.name, kwargs=nothing)
            response = clients[answer.viewer].get(url)
            body = response.content.decode().replace(url, "/here/")
            unknown_pages[answer.viewer, answer.name] = (
                response.status_code,
                re.sub(TOKEN, "", body),
            )
        if unknown_pages[answer.viewer, answer.name] != (404, re.sub(TOKEN, "", answer.plain)):
            unlike.append(answer.at)
    assert forbidden
    none([str(one) for one in unlike])


@pytest.mark.promise("P26")
def test_get_changes_nothing(walk):
    asked = [one for one in walk.answers if one.method == "GET" and one.name not in EXEMPT_WRITES]
    none([f"{one.at} wrote {one.wrote}" for one in asked if one.wrote - GET_WRITES])
    changed = {table for tables in walk.changed.values() for table in tables}
    assert changed <= {"people_notice"}  # EXEMPT_WRITES


@pytest.mark.promise("P26")
@pytest.mark.parametrize("viewer", ["", "johan", "petra"])
def test_post_without_a_token_is_refused_everywhere(stage, django_db_blocker, viewer):
    client = sign_in(stage, viewer, enforce_csrf_checks=True)
    known, let_in = values(stage), []
    for address in addresses():
        opened = openings(EXPECTED[address.name], known)[0]
        url = reverse(address.name, kwargs={key: known[kind][label] for key, (kind, label) in opened.items()})
        status = client.post(url, {"name": "x"}).status_code
        if status != 403:
            let_in.append((address.name, status))
    none([str(one) for one in let_in])


@pytest.mark.promise("P34")
def test_every_answer_is_guarded_and_asks_no_other_host(walk):
    faults = sorted(
        {f"{one.name} as {one.viewer or 'anonymous'}: {fault}" for one in walk.answers for fault in one.faults}
    )
    none([str(one) for one in faults])


@pytest.mark.promise("P34")
def test_personal_answers_are_never_stored(walk):
    kept = {
        f"{one.at}: {one.headers.get('Cache-Control')}"
        for one in walk.answers
        if one.viewer
        and one.status < 400
        and one.name not in EXEMPT_CACHE
        and not {"no-store"} <= set(re.split(r",\s*", one.headers.get("Cache-Control", "")))
    }
    none(sorted(kept))


# Where a page leads, and what it asks for. What somebody typed into a search stands in the address by their own hand.
LEADS = re.compile(r'(?:href|action|src|hx-get|hx-post|hx-delete)="([^"]*)"')


@pytest.mark.promise("P23")
def test_no_line_of_the_log_names_anybody(walk, stage):
    marks = canaries(stage)
    assert len(walk.logged.lines) > 1000  # it was listened to
    none([f"{sorted(found)}: {line}" for line in walk.logged.lines if (found := seen_in(line, marks))])


@pytest.mark.promise("P23")
def test_no_address_names_anybody(walk, stage):
    """Neither the pages' own, nor those that they lead to, nor those that they send the browser to."""
    marks = canaries(stage)
    leads = {unquote(lead) for answer in walk.answers for lead in LEADS.findall(answer.plain)}
    leads |= {unquote(answer.headers.get("Location", "")) for answer in walk.answers}
    leads |= {answer.url for answer in walk.answers}
    assert len(leads) > 500
    none(
        [
            f"{sorted(found)}: {lead}"
            for lead in sorted(leads)
            if "mailto:" not in lead and (found := seen_in(lead, marks))
        ]
    )


@pytest.mark.promise("P12")
def test_no_page_leads_to_a_closed_door(walk, stage):
    """What a page links to opens for whoever was shown it."""
    status = {(one.viewer, one.url): one.status for one in walk.answers if one.method == "GET" and not one.query}
    clients = {viewer: sign_in(stage, viewer) for viewer in [*ROLE, ""]}
    shown: dict[tuple[str, str], str] = {}
    for answer in walk.answers:
        if answer.method == "GET" and answer.status == 200 and "text/html" in answer.headers.get("Content-Type", ""):
            for lead in re.findall(r'(?:href|hx-get)="(/[^"#?]*)', answer.plain):
                if not lead.startswith(("/here/", "/static/")):
                    shown.setdefault((answer.viewer, html.unescape(lead)), answer.at)
    with undone(), roles_stay():
        for viewer, lead in shown.keys() - status.keys():
            status[viewer, lead] = clients[viewer].get(lead).status_code
    print(len(shown), "links")
    none([f"{page} leads to {key[1]}: {status[key]}" for key, page in shown.items() if status[key] >= 400])
