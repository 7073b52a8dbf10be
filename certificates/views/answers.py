"""What several pages answer with: a file to save."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def file_answer(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Bytes and a readable name in, a file to save out; never shown inside a page of ours."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
