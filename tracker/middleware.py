"""One line in the log and one count for each request: method, name of the route, status, time, queries. Never a path or a person."""

import logging
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse

from tracker.logs import request_id

log = logging.getLogger("tracker.requests")
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
HEADER = "X-Request-ID"


def number_of(request: HttpRequest) -> str:
    """The proxy's own number of this request, so that both logs meet; else a new one. Only a UUID is taken: text could say anything."""
    try:
        return uuid.UUID(request.headers.get(HEADER, "")).hex
    except ValueError:
        return uuid.uuid4().hex


def route_of(request: HttpRequest) -> str:
    """The name of the address that answered: `static` for files, `unknown` where no address is."""
    found = request.resolver_match
    if found is not None:
        return found.view_name or found.route
    return "static" if request.path.startswith(settings.STATIC_URL) else "unknown"


class Queries:
    """Counts the statements of a request on every database."""

    number = 0

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.number += 1
        return execute(sql, params, many, context)


class RequestLineMiddleware:
    """Stands first, so that what others refuse or lead on is counted too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began, queries, number = time.perf_counter(), Queries(), number_of(request)
        token = request_id.set(number)
        request.number = number
        try:
            with ExitStack() as stack:
                for one in connections.all():
                    stack.enter_context(one.execute_wrapper(queries))
                response = self.get_response(request)
            self.note(request, response, time.perf_counter() - began, queries.number)
        finally:
            request_id.reset(token)
        response[HEADER] = number
        return response

    @staticmethod
    def note(request: HttpRequest, response: HttpResponse, seconds: float, queries: int) -> None:
        method = request.method if request.method in METHODS else "other"
        route, status = route_of(request), response.status_code
        facts = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1), "queries": queries}
        log.info("%s %s %s", method, route, status, extra={"facts": facts})
        if settings.METRICS_TOKEN:
            from tracker.metrics import count_request  # only where somebody reads the numbers

            count_request(method=str(method), route=route, status=status, seconds=seconds)
