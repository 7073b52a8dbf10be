"""What several pages answer with: a file to save."""

from typing import Any

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header


def file_answer(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Bytes and a readable name in, a file to save out; never shown inside a page of ours."""
    return _closed(HttpResponse(content, content_type=content_type), name)


def stored_answer(file: Any, name: str, content_type: str) -> FileResponse:
    """The same for a large file that is stored and open: sent in pieces."""
    response = FileResponse(file, content_type=content_type)
    _closed(response, name)
    return response


def _closed(response: Any, name: str) -> Any:
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
