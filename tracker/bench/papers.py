"""What a certificate costs: documents per second and core, beside naive rendering of the same page in the same run."""

import hashlib
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from certificates.fonts import FAMILIES, FORMAT, WEIGHTS, font_file
from certificates.models import Certificate
from certificates.papers import Paper, markup_of, own_css
from certificates.rendering import HTML, FontConfiguration, render, sheet_of

# At least so many times faster than naive, with tags, attachments and hash (the bound).
TIMES = 1.3


def naive(snapshot: dict, template: str) -> bytes:
    """The same page as anybody would write it first: everything in the HTML, its fonts read anew for each document.

    Only the family that the page needs: reading all the bundled ones each time would flatter us.
    """
    faces = "".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};src:url("{font_file(family, weight).as_uri()}") format("{FORMAT}")}}'
        for family in FAMILIES[:1]
        for weight in WEIGHTS
    )
    style = faces + sheet_of(template) + own_css(Paper(snapshot), template)
    markup = markup_of(snapshot, template).replace("</head>", f"<style>{style}</style></head>")
    return HTML(string=markup).write_pdf(pdf_variant="pdf/a-3a", font_config=FontConfiguration()) or b""


def ours(snapshot: dict, template: str) -> bytes:
    """As the worker does it: warm, tagged, with two attachments, and its hash."""
    facts = json.dumps(snapshot, ensure_ascii=False).encode()
    content = render(snapshot, template, {"snapshot.json": facts, "credential.json": facts})
    hashlib.sha256(content).hexdigest()
    return content


def measure_papers(rounds: int) -> list[dict[str, Any]]:
    """Interleaved rounds of processor time, after one round that warms both. One row in the form of the other measures."""
    rows = Certificate.objects.filter(kind="course").order_by("pk")[: max(1, rounds)]
    papers = [(row.snapshot, row.template) for row in rows]
    if not papers:
        return []
    ways: dict[str, Callable[[dict, str], bytes]] = {"ours": ours, "naive": naive}
    samples: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(-1, rounds):
        for name, way in ways.items():
            began = time.process_time()
            way(*papers[number % len(papers)])
            if number >= 0:
                samples[name].append((time.process_time() - began) * 1000)
    middle = {name: statistics.median(values) for name, values in samples.items()}
    return [
        {
            "name": "certificate: time of a core",
            "value": round(middle["ours"], 1),
            "unit": "ms",
            "limit": round(middle["naive"] / TIMES, 1),
            "samples": [round(ms, 1) for ms in samples["ours"]],
            "naive_ms": round(middle["naive"], 1),
            "times_faster": round(middle["naive"] / middle["ours"], 2),
            "documents_per_second_and_core": round(1000 / middle["ours"], 1),
        }
    ]
