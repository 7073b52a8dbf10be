"""From a frozen snapshot to the paper: PDF/A-3a that is also PDF/UA-1. The only importer of weasyprint; the worker's alone.

Same snapshot, same bytes: every date on and in the file comes from the snapshot. Nothing is fetched but our own fonts (P14).
"""

import logging
from datetime import datetime
from functools import lru_cache
from threading import Lock
from urllib.parse import urlsplit

import pydyf
from django.template.loader import render_to_string
from weasyprint import CSS, HTML, Attachment
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from certificates.fonts import FAMILIES, FORMAT, WEIGHTS, font_file, missing_letters
from certificates.limits import check_snapshot, time_limit
from certificates.papers import Paper, markup_of, own_css, printed_text
from certificates.snapshots import TEMPLATE

VARIANT = "pdf/a-3a"
DESCRIBED = {"credential.json": "Open Badges 3.0 credential", "snapshot.json": "The facts on the certificate"}
for chatty in ("weasyprint.progress", "fontTools"):
    logging.getLogger(chatty).setLevel(logging.WARNING)
# One document at a time: a shared FontConfiguration in two threads damages the heap (certificates.md 1.4).
_press = Lock()


class UnprintableLetters(ValueError):
    """The snapshot holds letters that no bundled font has; `letters` names them."""

    def __init__(self, letters: str) -> None:
        super().__init__(letters)
        self.letters = letters


class BundledFetcher(URLFetcher):
    """Answers `bundled:<font>` and `data:`; everything else is refused before a file or a socket is opened (T9)."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data"}, allow_redirects=False)

    def fetch(self, url: str, headers: dict | None = None) -> URLFetcherResponse:
        parts = urlsplit(url)
        if parts.scheme != "bundled":
            return super().fetch(url, headers)
        name = parts.path
        if name not in _bundled():
            raise ValueError(f"not bundled: {name}")
        return URLFetcherResponse(url, _bundled()[name].read_bytes(), {"Content-Type": f"font/{FORMAT}"})


@lru_cache(maxsize=1)
def _bundled() -> dict:
    return {f"{family}-{weight}": font_file(family, weight) for family in FAMILIES for weight in WEIGHTS}


@lru_cache(maxsize=4)
def _warm(template: str) -> tuple[FontConfiguration, CSS, BundledFetcher]:
    """Fonts and style sheet of one design, loaded once in each worker process."""
    fetcher, fonts = BundledFetcher(), FontConfiguration()
    faces = "".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};src:url("bundled:{family}-{weight}") format("{FORMAT}")}}'
        for family in FAMILIES
        for weight in WEIGHTS
    )
    return fonts, CSS(string=faces + sheet_of(template), font_config=fonts, url_fetcher=fetcher), fetcher


def sheet_of(template: str) -> str:
    """The style sheet of a design without its fonts' places: they differ between the worker and a benchmark."""
    names = ",".join(f'"{family}"' for family in FAMILIES)
    return f"html{{font-family:{names}}}" + render_to_string(f"certificates/pdf/{template}.css")


def render(snapshot: dict, template: str = TEMPLATE, beside: dict[str, bytes] | None = None) -> bytes:
    """Snapshot in, the file's bytes out, with the files `beside` it attached.

    Raises Unfit or UnprintableLetters before anything is laid out, and Unfit when it takes too long.
    """
    check_snapshot(snapshot)
    markup = markup_of(snapshot, template)
    missing = missing_letters(printed_text(markup))
    if missing:
        raise UnprintableLetters(missing)
    day = datetime.fromisoformat(snapshot["issued_on"])
    attached = [_attachment(name, content, day) for name, content in (beside or {}).items()]
    return write(markup, template=template, own_css=own_css(Paper(snapshot), template), attached=attached)


def _attachment(name: str, content: bytes, day: datetime) -> Attachment:
    """Dated like the snapshot: the same in, the same bytes out."""
    return Attachment(
        string=content, name=name, description=DESCRIBED.get(name, name), created=day, modified=day, relationship="Data"
    )


def write(
    markup: str, *, template: str = TEMPLATE, own_css: str = "", attached: list[Attachment] | None = None
) -> bytes:
    """Markup in, PDF/A-3a + PDF/UA-1 out, through the fetcher that lets nothing in or out."""
    with _press, time_limit():
        fonts, sheet, fetcher = _warm(template)
        # base_url is one that nothing can be read from: a relative address stays without an answer.
        page = HTML(string=markup, base_url="bundled:", url_fetcher=fetcher)
        sheets = [sheet, CSS(string=own_css, font_config=fonts, url_fetcher=fetcher)]
        content = page.write_pdf(
            stylesheets=sheets, font_config=fonts, pdf_variant=VARIANT, finisher=declare_ua, attachments=attached or []
        )
    return content or b""


UA_IDENTIFIER = """
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


def declare_ua(document: Document, pdf: pydyf.PDF) -> None:
    """Finisher: say in the metadata that the file is PDF/UA-1 too. WeasyPrint takes one variant only (Kozea/WeasyPrint#2783)."""
    reference = int(pdf.catalog["Metadata"].split()[0])
    metadata = pdf.objects[reference]
    text = metadata.stream[0]
    if isinstance(text, str):
        text = text.encode()
    metadata.stream = [text.replace(b"</rdf:RDF>", UA_IDENTIFIER.encode() + b"</rdf:RDF>")]
