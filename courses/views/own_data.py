""" "Mina uppgifter": everything that is kept about the person, as a table file or as JSON (GDPR art. 15).

Here and not in people/, because the one writer of table files is courses/exports.py.
"""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from courses.exports import answer_book
from people.own_data import KINDS, LEFT_OUT, Kind, note_fetched, own_data

FORMS = ("xlsx", "json")


@require_http_methods(["GET", "HEAD", "POST"])
def own_data_fetch(request: HttpRequest) -> HttpResponse:
    """What there is and what is left out, and the two files."""
    person, form = request.viewer.person, request.POST.get("form", "")
    if request.method != "POST" or form not in FORMS:
        reasons = dict.fromkeys(str(reason) for reason in LEFT_OUT.values())
        context = {"titles": [title for title, _path in KINDS.values()], "reasons": reasons}
        return render(request, "courses/own_data_fetch.html", context)
    kinds = list(own_data(person))
    note_fetched(person=person, form=form, by=person)
    name = f"mina-uppgifter-{timezone.localdate():%Y-%m-%d}"
    response = _json(kinds) if form == "json" else answer_book(name, [(k.title, k.heads, k.cells) for k in kinds])
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _json(kinds: list[Kind]) -> HttpResponse:
    """Every kind under the name of its model, every row under the names of its columns; programs read both."""
    content = {kind.label: [dict(zip(kind.names, row, strict=True)) for row in kind.rows] for kind in kinds}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return HttpResponse(text, content_type="application/json; charset=utf-8")
