"""The paper: valid for an independent checker, always the same bytes, its own letters only, and nothing fetched."""

import base64
import hashlib
import http.server
import io
import re
import subprocess
import sys
import threading
import time

import pikepdf
import pypdf
import pytest
import zxingcpp
from django.conf import settings
from django.urls import reverse
from PIL import Image
from weasyprint import HTML

from certificates import limits, rendering
from certificates.fonts import missing_letters
from certificates.jobs import render_certificate
from certificates.limits import Unfit
from certificates.models import Certificate
from certificates.papers import markup_of, qr_picture
from certificates.rendering import UnprintableLetters, render, write
from certificates.snapshots import TEMPLATE
from tests.certificates.rows import LONG, SNAPSHOT

pytestmark = pytest.mark.slow


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def test_the_paper_says_what_the_snapshot_says():
    text = text_of(render(SNAPSHOT))
    for words in (
        "Amira Lindqvist",
        "Utreda med barnet i fokus",
        "Ale kommun",
        "GR-2026-000123",
        "3 september 2026",
        "Förarbete",
    ):
        assert words in text
    reader = pypdf.PdfReader(io.BytesIO(render(SNAPSHOT)))
    assert len(reader.pages) == 1
    assert reader.metadata.title == "GR-2026-000123 Amira Lindqvist"


def test_many_people_get_many_different_papers_and_nobody_elses_name():
    names = [f"Deltagare Nummer{chr(65 + n)}" for n in range(12)]
    texts = [text_of(render(SNAPSHOT | {"name": name, "number": f"GR-2026-{n:06d}"})) for n, name in enumerate(names)]
    assert len(set(texts)) == 12
    for name, text in zip(names, texts, strict=True):
        assert [other for other in names if other in text] == [name]


@pytest.mark.promise("P6")
def test_two_renderings_in_two_processes_are_the_same_bytes():
    program = (
        "import django; django.setup()\n"
        "import hashlib\n"
        "from certificates.rendering import render\n"
        "from tests.certificates.rows import LONG, SNAPSHOT\n"
        "print(hashlib.sha256(render(LONG) + render(SNAPSHOT)).hexdigest())\n"
    )
    outcomes = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=settings.BASE_DIR,
            env={
                "PYTHONHASHSEED": seed,
                "DJANGO_SETTINGS_MODULE": "tracker.settings",
                "DEBUG": "1",
                "PATH": "/usr/bin:/bin",
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert outcomes == {hashlib.sha256(render(LONG) + render(SNAPSHOT)).hexdigest()}


def test_the_qr_code_leads_to_the_check_page():
    svg = base64.b64decode(qr_picture(SNAPSHOT["address"]).partition(",")[2]).decode()
    assert [code.text for code in zxingcpp.read_barcodes(picture_of(svg))] == [SNAPSHOT["address"]]


def picture_of(svg: str, scale: int = 6, border: int = 4) -> Image.Image:
    """Horizontal strokes of a segno drawing as pixels: the only commands in it are M, m and h."""
    size = int(re.search(r'width="(\d+)"', svg)[1])
    picture = Image.new("L", ((size + 2 * border) * scale,) * 2, 255)
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", re.search(r' d="([^"]+)"', svg)[1]):
        values = [float(value) for value in re.findall(r"-?[\d.]+", numbers)]
        if command == "M":
            x, y = values
        elif command == "m":
            x, y = x + values[0], y + values[1]
        else:
            left, top = round((x + border) * scale), round((y - 0.5 + border) * scale)
            picture.paste(0, (left, top, left + round(values[0] * scale), top + scale))
            x += values[0]
    return picture


def test_letters_that_no_font_has_stop_the_drawing_and_are_named():
    assert missing_letters("Ŧorgny Åäö Ελένη Живаго Nguyễn देवनागरी – ’") == ""
    with pytest.raises(UnprintableLetters) as stop:
        render(SNAPSHOT | {"name": "李 小龙 Öhrn 李𝄞"})
    assert stop.value.letters == "李小龙𝄞"


class Listener(http.server.BaseHTTPRequestHandler):
    hits: list[str] = []

    def do_GET(self):
        self.hits.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"caught")

    def log_message(self, *args):
        pass


@pytest.fixture
def listener():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    Listener.hits.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


# Each way to make a renderer read a file or open a connection, with the places that it would go to.
WAYS = {
    "attachment of the document": '<head><link rel="attachment" href="{file}"></head>',
    "attachment over the network": '<head><link rel="attachment" href="{web}/attachment"></head>',
    "style sheet": '<head><link rel="stylesheet" href="{web}/sheet.css"></head>',
    "imported style sheet": '<head><style>@import url("{web}/import.css");</style></head>',
    "background": '<p style="background: url({web}/ground.png)">x</p>',
    "font": '<style>@font-face {{ font-family: e; src: url("{web}/font.woff2") }} p {{ font-family: e }}</style><p>x</p>',
    "mark of a list": '<ul style="list-style-image: url({picture})"><li>x</li></ul>',
    "picture over the network": '<img src="{web}/img.png" alt="a">',
    "picture of the disk": '<img src="{picture}" alt="b">',
    "object": '<object data="{web}/object.svg">o</object>',
    "embedded file": '<embed src="{picture}">',
    "picture in a drawing": '<svg width="9" height="9"><image href="{web}/svg.png" width="9" height="9"/></svg>',
    "use in a drawing": '<svg width="9" height="9"><use href="{picture}#a"/></svg>',
    "attachment of a link": '<a rel="attachment" href="{file}">x</a>',
    "relative address": '<img src="../../etc/hostname" alt="c">',
    "drawing inside a drawing": '<img alt="d" src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 width=%229%22 height=%229%22%3E%3Cimage href=%22{web}/inner.png%22 width=%229%22 height=%229%22/%3E%3C/svg%3E">',
    "bundled name with a path": '<img src="bundled:../../etc/hostname" alt="e">',
}  # fmt: skip
watched: list[tuple[str, str]] | None = None


def watch(event: str, arguments: tuple) -> None:
    """Every file that is opened and every connection that is begun in this process while `watched` is a list."""
    if watched is not None and event in ("open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen"):
        watched.append((event, str(arguments[1] if event == "socket.connect" else arguments[0])))


sys.addaudithook(watch)


@pytest.mark.promise("P14")
@pytest.mark.parametrize("way", WAYS)
def test_drawing_reads_no_file_and_opens_no_connection(listener, tmp_path, way):
    global watched
    secret, picture = tmp_path / "secret.txt", tmp_path / "secret.svg"
    secret.write_text("canary-of-the-disk")
    picture.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text id="a">canary-of-the-disk</text></svg>'
    )
    body = WAYS[way].format(web=listener, file=secret.as_uri(), picture=picture.as_uri())
    write("<p>warm</p>")
    watched = []
    try:
        content = write(f'<html lang="sv"><title>Ond</title>{body}<h1>Ond</h1></html>')
    finally:
        opened, watched = watched, None
    asked = [(event, place) for event, place in opened if event != "open" or place.startswith((str(tmp_path), "/etc"))]
    assert (Listener.hits, asked) == ([], [])
    with pikepdf.open(io.BytesIO(content)) as pdf:
        streams = b"".join(
            part.read_bytes() for part in pdf.objects if isinstance(part, pikepdf.Stream) and _plain(part)
        )
        assert "EmbeddedFiles" not in str(pdf.Root.get("/Names", ""))
    assert b"canary-of-the-disk" not in streams
    assert "canary-of-the-disk" not in text_of(content)


def test_there_are_nine_ways_and_more():
    assert len(WAYS) >= 9


def _plain(part: pikepdf.Stream) -> bool:
    return part.get("/Filter") in (None, pikepdf.Name.FlateDecode)


def test_pages_do_not_import_weasyprint():
    program = (
        "import django, sys; django.setup()\n"
        "import tracker.urls, certificates.issuing\n"
        "print('weasyprint' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env={"DJANGO_SETTINGS_MODULE": "tracker.settings", "DEBUG": "1", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"


def deep(levels: int) -> dict:
    value: dict = {}
    for _level in range(levels):
        value = {"x": value}
    return value


HOSTILE = {
    "20,000 rows": ({"rows": [{"title": "a", "minutes": 1, "on": ""}] * 20_000}, "long"),
    "251 rows": ({"rows": [{"title": "a", "minutes": 1, "on": ""}] * 251}, "many"),
    "3,000 levels": ({"programme": deep(900)}, "deep"),
    "a megabyte of name": ({"name": "A" * 1_000_000}, "long"),
    "a long name": ({"name": "A" * 1_001}, "long text"),
    "a thousand goals": ({"goals": ["mål"] * 1_000}, "many"),
    "a style for a colour": (
        {"issuer": {"name": "G", "initial": "G", "colour": "red;}@import url(http://x)"}},
        "colour",
    ),
    "a style in the layout": ({"layout": {"colour": "#fff}p{background:url(file:///etc/passwd)"}}, "colour"),
    "no day": ({"achieved_on": "<script>"}, "form"),
    "no rows": ({"rows": None}, "form"),
    "another kind": ({"kind": "../../etc/passwd"}, "kind"),
    "another language": ({"language": "../../sv"}, "kind"),
}


@pytest.mark.promise("P14")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_snapshot_is_refused_before_it_is_laid_out(name, monkeypatch):
    def laid_out(*arguments, **facts):
        raise AssertionError("it was laid out")

    monkeypatch.setattr(rendering, "HTML", laid_out)
    change, why = HOSTILE[name]
    began = time.process_time()
    with pytest.raises(Unfit) as refusal:
        render(SNAPSHOT | change)
    assert (refusal.value.why, time.process_time() - began < 1) == (why, True)


def test_what_takes_too_long_is_stopped_and_the_next_paper_is_drawn(monkeypatch):
    monkeypatch.setattr(rendering, "time_limit", lambda: limits.time_limit(0.05))
    with pytest.raises(Unfit, match="slow"):
        render(LONG)
    monkeypatch.undo()
    assert "Amira Lindqvist" in text_of(render(SNAPSHOT))


def test_the_worker_notes_what_it_refuses_and_goes_on(world, certify, sign_in):
    hostile = certify(world.amira, drawn=False)
    Certificate.objects.filter(pk=hostile.pk).update(snapshot=hostile.snapshot | {"goals": ["x"] * 1_000})
    assert render_certificate(hostile.pk) == "refused: many"
    assert render_certificate(certify(world.jonas, drawn=False).pk) == "drawn"
    hostile.refresh_from_db()
    assert (hostile.state, hostile.fault) == ("queued", "unfit:many")
    assert "rymmer mer än" in sign_in(world.amira).get(reverse("certificate_mine")).content.decode()


def test_only_one_file_lays_out_html():
    """No second way to a file or a connection: `HTML(` stands in the renderer and in its benchmark alone (T9)."""
    found = {
        path.relative_to(settings.BASE_DIR).as_posix()
        for app in ("people", "courses", "journeys", "certificates", "tracker")
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if re.search(r"\bHTML\(", path.read_text())
    }
    assert found == {"certificates/rendering.py", "tracker/bench/papers.py"}


@pytest.mark.parametrize("number", ["REGIONVAST-2026-000001", "ETTMYCKETLANGTNAMN-2026-000001"])
def test_a_long_number_stays_inside_the_margin(number):
    edge = 297 - 16
    assert max(right for _text, right in lines_on(SNAPSHOT | {"number": number})) <= edge + 0.1


def lines_on(snapshot: dict) -> list[tuple[str, float]]:
    """Every line of the first sheet as it is laid out, with its right edge in millimetres."""
    fonts, sheet, fetcher = rendering._warm(TEMPLATE)
    page = HTML(string=markup_of(snapshot, TEMPLATE), base_url="bundled:", url_fetcher=fetcher)
    boxes, found = [page.render(stylesheets=[sheet], font_config=fonts).pages[0]._page_box], []
    while boxes:
        box = boxes.pop()
        boxes += getattr(box, "children", ())
        if hasattr(box, "text"):
            found.append((box.text, (box.position_x + box.width) / 96 * 25.4))
    assert any(snapshot["number"][:5] in text for text, _right in found)
    return found
