"""The machinery of the walk: every URL of the resolver, as every member of the cast, each answer decoded and recorded.

What should be true of the answers stands in tests/walk_table.py; whether it is, is asserted by tests/test_access_walk.py.
"""

import functools
import hashlib
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import lxml.html
import openpyxl
import pypdf
import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from people import access
from people.middleware import ACTING_ROLE
from tests.lived import Lived
from tests.second_factor import give_both
from tests.walk_table import EXPECTED, ROLE, Page
from tracker.middleware import HEADER as REQUEST_ID

WRITE = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)
TOKEN = re.compile(r"[A-Za-z0-9]{64}")  # of CSRF, new in every answer
LOADS = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src", "form": "action"}
LOADS |= {"object": "data", "embed": "src", "video": "src", "audio": "src", "use": "href", "input": "src"}


@dataclass(frozen=True)
class Address:
    """A URL name and the names of what it wants."""

    name: str
    wants: tuple[str, ...]


def addresses() -> list[Address]:
    """Every URL of the product, from the resolver itself; a pattern without a name is called by its path."""

    def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from patterns(entry)
            else:
                yield entry

    return [
        Address(one.name or f"<unnamed {one.pattern}>", tuple(sorted(one.pattern.regex.groupindex)))
        for one in patterns(get_resolver())
    ]


@dataclass
class Answer:
    """What a viewer got: `opened` names the objects, `text` is everything readable in it, headers too."""

    viewer: str
    method: str
    name: str
    opened: tuple[str, ...]
    url: str
    status: int
    text: str
    plain: str
    headers: dict[str, str]
    wrote: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    query: str = ""

    @property
    def is_file(self) -> bool:
        """Whether the bytes carry the moment of their making, as spreadsheets and zips do."""
        return self.plain.startswith("PK")

    @property
    def at(self) -> str:
        who = self.viewer or "anonymous"
        return f"{self.method} {self.name}{list(self.opened) or ''} as {who} -> {self.status}"


def sign_in(lived: Lived, viewer: str, **more) -> Client:
    """A client for a viewer of the table: "johan", "johan/employee", or "" for nobody."""
    client = Client(raise_request_exception=False, **more)
    name, _slash, role = viewer.partition("/")
    if name:
        client.force_login(lived.world.people[name])
        session = client.session
        if role:
            session[ACTING_ROLE] = role
        give_both(session, lived.world.people[name], minutes_ago=-60)  # a walk on a slow machine outlasts what is fresh
    return client


@contextmanager
def writes() -> Iterator[set[str]]:
    """The names of the tables that are written to inside the block."""
    tables: set[str] = set()

    def note(execute, sql, params, many, context):
        if found := WRITE.match(sql):
            tables.add(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield tables


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens in the block is rolled back."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
        transaction.get_connection().needs_rollback = False
        cache.clear()


@contextmanager
def roles_stay() -> Iterator[None]:
    """Nothing in the block changes for good who may act: it is found out once of each person, and not in every request.

    It is a third of a walk's time otherwise.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "scopes_of", functools.cache(access.scopes_of))
        yield


def digest(without: set[str]) -> dict[str, str]:
    """A digest of the rows of every table but some."""
    return digest_of({model._meta.db_table for model in apps.get_models(include_auto_created=True)} - without)


def digest_of(tables: set[str]) -> dict[str, str]:
    """A digest of the rows of each table."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = sorted(repr(row) for row in cursor.fetchall())
            found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def decode(body: bytes, kind: str) -> str:
    """Everything readable in a body: HTML, JSON, CSV, a calendar, xlsx, PDF with its metadata, or a zip of those."""
    if "pdf" in kind or body[:5] == b"%PDF-":
        try:
            paper = pypdf.PdfReader(io.BytesIO(body))
        except pypdf.errors.PyPdfError:  # what somebody uploaded under that name
            return body.decode("utf-8", "replace")
        return "\n".join([*(page.extract_text() for page in paper.pages), str(paper.metadata)])
    if "spreadsheetml" in kind:
        book = openpyxl.load_workbook(io.BytesIO(body))
        cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
        return "\n".join([*cells, str(book.properties), *book.sheetnames])
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as parcel:
            names = parcel.namelist()
            kinds = {"xlsx": "spreadsheetml"}
            inside = [decode(parcel.read(name), kinds.get(name.rsplit(".", 1)[-1], "")) for name in names]
        return "\n".join(names + inside)
    text = body.decode("utf-8", "replace")
    if "json" in kind:
        return json.dumps(json.loads(text), ensure_ascii=False)
    if "calendar" in kind:
        return re.sub(r"\r?\n[ \t]", "", text)
    return html.unescape(text)


def readable(response: HttpResponse) -> tuple[str, str]:
    """(everything readable, body with the tokens of the moment taken out)."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    told = {key: value for key, value in response.headers.items() if key != REQUEST_ID}  # a number, new in each answer
    headers = "\n".join(f"{key}: {unquote(value)}" for key, value in told.items())
    if response.headers.get("Content-Encoding") == "gzip":
        import gzip  # only feeds come packed

        body = gzip.decompress(body)
    text = decode(body, response.headers.get("Content-Type", ""))
    return f"{text}\n{headers}", TOKEN.sub("", body.decode("utf-8", "replace"))


def page_faults(response: HttpResponse, body: str) -> list[str]:
    """What P34 forbids: missing headers, inline style and script, anything loaded from another host."""
    faults = []
    wanted = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"}
    faults += [f"header {key} is not {value}" for key, value in wanted.items() if response.headers.get(key) != value]
    policy = response.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        faults.append(f"weak content policy: {policy!r}")
    if "Referrer-Policy" not in response.headers:
        faults.append("no Referrer-Policy")
    if not response.headers.get("Content-Type", "").startswith("text/html") or not body.strip():
        return faults
    return faults + markup_faults(body)


@functools.lru_cache(maxsize=1)
def parsed(body: str) -> lxml.html.HtmlElement:
    """A page as a tree; its faults and its forms are read from the same one."""
    return lxml.html.document_fromstring(body)


@functools.lru_cache(maxsize=500)
def markup_faults(body: str) -> list[str]:
    """What an HTML page may not hold: inline style, inline script, anything that is loaded from another host."""
    faults = []
    for element in parsed(body).iter(lxml.etree.Element):
        tag, given = str(element.tag), element.attrib
        if "style" in given or tag == "style":
            faults.append(f"inline style on <{tag}>")
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            faults.append("inline script")
        faults += [f"{key}= on <{tag}>" for key in given if key.startswith(("on", "hx-on"))]
        loaded = given.get(LOADS.get(tag, "src"), "")
        if urlsplit(loaded).netloc not in {"", "testserver"}:
            faults.append(f"<{tag}> asks another host: {loaded}")
    return faults


def filled(element) -> str:
    """A plausible answer to a form field that stands empty."""
    kind = element.get("type", element.tag)
    today = timezone.localdate()
    return {
        "number": "1",
        "date": today.replace(year=today.year + 1, day=1).isoformat(),
        "time": "09:00",
        "datetime-local": f"{today.replace(year=today.year + 1, day=1).isoformat()}T09:00",
        "email": "nobody@example.org",
        "url": "https://example.org/",
        "checkbox": "on",
        "color": "#14594f",
    }.get(kind, "Sju")


def forms_of(body: str, url: str) -> dict[str, dict[str, list[str]]]:
    """The forms that a page posts: path -> field -> values, filled in where they stand empty."""
    found: dict[str, dict[str, list[str]]] = {}
    if "<form" not in body:
        return found
    for form in parsed(body).iter("form"):
        if form.get("method", "get").lower() != "post" and not form.get("hx-post"):
            continue
        path = urlsplit(form.get("action") or form.get("hx-post") or url).path
        fields = found.setdefault(path, {})
        for element in form.iter("input", "select", "textarea", "button"):
            if not (name := element.get("name")) or name == "csrfmiddlewaretoken":
                continue
            if element.tag == "select":
                values = [option.get("value") for option in element.iter("option") if option.get("value")][-1:]
            elif element.tag == "textarea":
                values = [element.text or "Sju"]
            else:
                values = [element.get("value") or filled(element)]
            several = element.get("type") == "checkbox"
            fields[name] = fields.get(name, []) + values if several else (values or fields.get(name, []))
    return found


def one_of_each_role(viewers: list[str]) -> list[str]:
    """The first viewer of the table in each of the roles."""
    return list({ROLE[viewer]: viewer for viewer in reversed(viewers)}.values())


def openings(page: Page, known: dict) -> list[dict[str, tuple[str, str]]]:
    """Every choice of objects for a page; objects of several parameters belong together when they share their labels."""
    if not page.feeds:
        return [{}]
    first = next(iter(page.feeds.values()))
    for kind in page.feeds.values():
        first = kind if "*" not in known[kind] else first
    found = []
    for label in known[first]:
        fits = {name: (kind, label if label in known[kind] else "*") for name, kind in page.feeds.items()}
        if all(label in known[kind] for kind, label in fits.values()):
            found.append(fits)
    return found


def each(walk: "Walk", viewers=None) -> Iterator[tuple[str, str, dict]]:
    """(viewer, URL name, objects) of the whole walk; a page that is closed to a viewer's role is tried with one object."""
    for viewer in viewers or [*ROLE, ""]:
        for address in addresses():
            page = EXPECTED.get(address.name)
            choices = openings(page, walk.values) if page else []
            for opened in choices if page and viewer in page.who else choices[:1]:
                yield viewer, address.name, opened


class Walk:
    """One walk through a lived world: `answers` grows with every request."""

    def __init__(self, lived: Lived, values: dict[str, dict[str, object]], *, reads_markup: bool = True) -> None:
        self.lived, self.values, self.reads_markup = lived, values, reads_markup
        self.answers: list[Answer] = []
        self.forms: dict[str, dict[str, list[str]]] = {}

    def ask(
        self,
        client: Client,
        viewer: str,
        name: str,
        opened: dict[str, tuple[str, str]],
        method: str = "GET",
        data=None,
        query: str = "",
    ):
        """Ask one URL. `opened` is parameter -> (kind, label); returns the recorded answer."""
        url = reverse(name, kwargs={key: self.values[kind][label] for key, (kind, label) in opened.items()})
        with writes() as wrote:
            if method == "GET":
                response = client.get(f"{url}?{query}" if query else url)
            else:
                response = client.post(url, data or {})
        text, plain = readable(response)
        answer = Answer(
            viewer,
            method,
            name,
            tuple(label for _kind, label in opened.values()),
            url,
            response.status_code,
            text,
            plain.replace(url, "/here/"),
            dict(response.headers),
            set(wrote),
            page_faults(response, plain) if self.reads_markup else [],
            query,
        )
        if (
            self.reads_markup
            and response.status_code == 200
            and "text/html" in response.headers.get("Content-Type", "")
        ):
            for path, fields in forms_of(plain, url).items():
                self.forms.setdefault(path, fields)
        self.answers.append(answer)
        return answer


def none(faults: list[str]) -> None:
    """Fail with every fault on a line of its own."""
    assert not faults, "\n".join([f"{len(faults)} faults", *faults[:200]])
