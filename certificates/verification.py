"""What the public may learn about a certificate: what its paper shows, and whether it holds. Nothing to enumerate (T14, P21)."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from django.core.cache import cache

from certificates.models import Certificate
from certificates.papers import Paper
from people.models import Person
from people.names import search_key

# Look-ups in ten minutes: from one address (a town hall has one), and from everywhere together.
MOST_FROM_ONE, MOST_FROM_ALL, WINDOW = 60, 3000, 600
# Signs that base32 does not have, as people read them on paper.
MISREAD = str.maketrans({"0": "O", "1": "I", "8": "B"})


@dataclass(frozen=True)
class Verdict:
    """The answer: valid, expired, replaced, withdrawn or unknown. Facts only for the first two; the name only when it may show."""

    kind: str
    certificate: Certificate | None = None
    paper: Paper | None = None
    name: str = ""
    asks_name: bool = False
    standing: str = ""

    @property
    def shows_facts(self) -> bool:
        return self.kind in ("valid", "expired")

    @property
    def fallen(self) -> list[str]:
        """Numbers of the certificates in an extract that were withdrawn since it was made."""
        if self.paper is None or not self.paper.is_extract:
            return []
        listed = [row["number"] for row in self.paper.facts["rows"]]
        fallen = Certificate.objects.filter(number__in=listed, state=Certificate.State.WITHDRAWN)
        return list(fallen.order_by("number").values_list("number", flat=True))

    @property
    def sha256(self) -> str:
        """The hash of the file as it was issued; empty before there is one."""
        files = self.certificate.files.all() if self.certificate else []
        return next((file.sha256 for file in files if file.kind == file.Kind.PDF), "")

    @property
    def expires_soon(self) -> bool:
        return self.standing == Certificate.Standing.SOON

    @property
    def is_being_made(self) -> bool:
        return self.standing == Certificate.Standing.QUEUED

    @property
    def shows_employer(self) -> bool:
        return bool(self.name)


UNKNOWN = Verdict("unknown")


def allowed(address: str, count: int = 1) -> bool:
    """Count look-ups from an address; False when there were too many. The address itself is not kept."""
    own = "check:" + hashlib.sha256(address.encode()).hexdigest()[:24]
    return all([_count(own, count) <= MOST_FROM_ONE, _count("check:all", count) <= MOST_FROM_ALL])


def plain_code(text: str) -> str:
    """What somebody typed in, the code out: without dashes and spaces, in capitals, with misread signs put right."""
    return re.sub(r"[\s-]", "", text).upper().translate(MISREAD)


def check_code(text: str, *, typed_name: str = "", on: date) -> Verdict:
    """The verdict for the holder of a code."""
    certificate = _rows().filter(public_id=plain_code(text)).first() if len(text) <= 60 else None
    return _verdict(certificate, typed_name, on) if certificate else UNKNOWN


def codes_in(text: str) -> list[str]:
    """A pasted list in, the codes out, each once: one a line, as codes or as the addresses of QR codes."""
    lines = (line.strip().rstrip("/").rpartition("/")[2] for line in text.splitlines())
    return list(dict.fromkeys(plain_code(line)[:60] for line in lines if line))


def check_codes(codes: list[str], *, on: date) -> list[tuple[str, Verdict]]:
    """The verdicts for who holds many codes, in their order. One query, however many."""
    rows = {row.public_id: row for row in _rows().filter(public_id__in=codes)}
    return [(code, _verdict(rows[code], "", on) if code in rows else UNKNOWN) for code in codes]


def check_number(number: str, name: str, *, on: date) -> Verdict:
    """The verdict for who has the number and the name on the paper; either alone, or a withheld person, is unknown."""
    if not number.strip() or not name.strip() or len(number) > 60 or len(name) > 300:
        return UNKNOWN
    certificate = _rows().filter(number=number.strip().upper()).first()
    if certificate is None or not same_name(certificate.snapshot["name"], name) or withheld(certificate):
        return UNKNOWN
    return _verdict(certificate, name, on)


def same_name(printed: str, typed: str) -> bool:
    """Whether two names are the same to a reader: accents, case and spaces do not count, every letter does."""
    return bool(typed.strip()) and _folded(printed) == _folded(typed)


def withheld(certificate: Certificate) -> bool:
    """Whether the name is never told here: a protected person, or one who chose to be shown as a code; nobody can tell which."""
    return certificate.person.shown_to != Person.ShownTo.ALL


def _folded(text: str) -> str:
    return search_key(text) or unicodedata.normalize("NFKC", text).casefold().strip()


def _rows():
    return Certificate.objects.select_related("person", "issuer", "closed_for").prefetch_related("files")


def _verdict(certificate: Certificate, typed_name: str, on: date) -> Verdict:
    standing = certificate.standing_on(on)
    if certificate.state not in Certificate.LIVE:
        return Verdict(standing.value, certificate, standing=standing)
    paper = Paper(certificate.snapshot)
    kind = "expired" if standing == Certificate.Standing.EXPIRED else "valid"
    if withheld(certificate):
        return Verdict(kind, certificate, paper, standing=standing)
    hidden = certificate.person.name_hidden and not same_name(paper.facts["name"], typed_name)
    return Verdict(kind, certificate, paper, "" if hidden else paper.facts["name"], hidden, standing)


def _count(key: str, more: int) -> int:
    if cache.add(key, more, WINDOW):
        return more
    try:
        return cache.incr(key, more)
    except ValueError:  # it ran out between the two lines
        return more
