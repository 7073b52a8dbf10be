"""What the wall in PostgreSQL costs (decision 19): the same pages with and without it, in turn, in one run."""

import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client, override_settings

from people.roles import Role
from tracker import walls
from tracker.bench.matrix import EMAIL
from tracker.bench.pages import Crew, Page
from tracker.frames import with_room

# At most so many times what a page costs without it (issue 7).
TIMES = 1.3


def pages_of(crew: Crew) -> list[Page]:
    """The pages that show many people: of a team, of HR and the municipality, of the region."""
    rows = [
        ("team", crew.manager, Role.MANAGER, "/team/"),
        ("team of 25 x 30", EMAIL, Role.MANAGER, "/team/"),
        ("HR's overview", crew.hr, Role.HR, "/hr/"),
        ("HR's certificates", crew.hr, Role.HR, "/intyg/"),
        ("staff of the municipality", crew.hr, Role.HR, "/personal/"),
        ("counts of the municipality", crew.hr, Role.HR, "/rapporter/"),
        ("region", crew.coordinator, Role.COORDINATOR, "/region/"),
    ]
    return [Page(*row, queries=8, times=TIMES) for row in rows]


def measure_walls(crew: Crew, client_of: Callable[[Page], Client], rounds: int) -> list[dict[str, Any]]:
    """One row per page, in the form of the other measures. Makes the policies; the caller rolls everything back."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come cannot be altered
    walls.make()
    connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = True  # as settings.py has it where the wall stands
    return [row_of(page, client_of(page), rounds) for page in pages_of(crew)]


def row_of(page: Page, client: Client, rounds: int) -> dict[str, Any]:
    """A round is once without and once with the wall, so that a noisy minute touches both alike. The first warms up."""
    samples: dict[bool, list[float]] = {False: [], True: []}
    for number in range(-1, rounds):
        for is_up in (False, True):
            with override_settings(ROW_LEVEL_SECURITY=is_up):
                began = time.perf_counter()
                answer = with_room(client.get)(page.path)
                taken = (time.perf_counter() - began) * 1000
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL ROLE NONE")  # what a request set lasts as long as the transaction around us
            if answer.status_code != 200:
                raise SystemExit(f"{page.path} answers {answer.status_code}")
            if number >= 0:
                samples[is_up].append(taken)
    middle = {is_up: statistics.median(values) for is_up, values in samples.items()}
    return {
        "name": f"{page.name}: cost of row-level security",
        "value": round(middle[True] / middle[False], 2),
        "unit": "times without it",
        "limit": TIMES,
        "samples": [round(ms, 2) for ms in samples[True]],
        "without_ms": round(middle[False], 2),
    }
