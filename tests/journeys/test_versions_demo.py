"""The demo's version 2 of Barn och unga: simulated over all members, published, carried out and undone through the pages.

The world here is the demo's own staff, programmes and two years of enrolments and digital courses, without its sessions.
"""

import random
import re
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from journeys.counts import shown_count
from journeys.jobs import carry_versions
from journeys.models import Enrolment, Journey, Progress
from journeys.versions import CATEGORIES
from journeys.versions_simulating import Simulation, words
from tests.numbers import number
from tracker.demo.cast_at_work import hire_cast, open_accounts
from tracker.demo.editions import draft_second
from tracker.demo.history import History
from tracker.demo.staff import Staff
from tracker.demo.teaching import Teaching
from tracker.demo.turnover import Turnover
from tracker.demo.world import SEED

pytestmark = pytest.mark.slow


@pytest.fixture
def staff(db) -> Staff:
    draw = random.Random(SEED)
    staff = Staff(timezone.localdate(), draw)
    for act in (
        staff.build_organisations,
        staff.build_units,
        partial(hire_cast, staff),
        Turnover(staff).build,
        partial(open_accounts, staff),
    ):
        act()
    teaching = Teaching(staff)
    teaching.build_courses()
    teaching.build_journeys()
    # The programme's own people: every third of them in `make test`, all in `make promises`.
    staff.workers = [one for one in staff.workers if one.work in ("bu", "leader")][:: number(3, 1)]
    history = History(staff, teaching, draw)
    history.plan_enrolments()
    history.run(lambda at: None)
    draft_second(staff, teaching)
    return staff


def standings(journey: Journey) -> dict[int, tuple]:
    """By enrolment what its row says."""
    rows = Progress.objects.filter(journey=journey).order_by("pk")
    return {row[0]: row[1:] for row in rows.values_list("enrolment", "version__number", "stage__key", "stops_done", "stops_total", "next_due", "stops")}  # fmt: skip


def come_true(before: tuple, after: tuple, pairs: dict[str, str]) -> str:
    """Which category a person turned out to be, worked out from the two rows alone."""
    left_before, left = before[3] - before[2], after[3] - after[2]
    if left == 0 and left_before:
        return "finished"
    was = {new: before[5][old] for old, new in pairs.items() if new}
    asked = {key: one for key, one in after[5].items() if not one["done"] and one["due"]}
    if left > left_before or (left == left_before and left and any(key not in was for key in asked)):
        return "gains"
    if left < left_before:
        return "fewer"
    return "date" if any(was[key]["due"] != one["due"] for key, one in asked.items() if key in was) else "same"


@pytest.mark.promise("P19")
def test_the_numbers_that_the_simulation_promised_come_true(staff, sign_in):
    promises_come_true(sign_in(staff.cast["samordnare"]))


def promises_come_true(client) -> None:
    journey = Journey.objects.get(code="BU")
    base, draft = f"/program/{journey.slug}/", journey.versions.get(state="draft")
    simulated = Simulation(draft).count(timezone.localdate())
    promised = sum((one.counts for one in simulated), Counter())
    pairs = Simulation(draft).mappings.between(1, 2)
    assert len(simulated) > 10
    assert len(promised) > 2
    page = client.get(f"{base}utkast/publicera/")
    shown = {effect.name: effect.sentence for effect in page.context["plan"].effects}
    for one in simulated:  # a number of one to four stands on no page of the owner
        told = {words(key, str(one.counts[key])) for key in CATEGORIES if 0 < one.counts[key] < 5}
        assert not told & set(shown[one.organisation.short_name].split(" · "))
        assert all(shown_count(n) == "färre än 5" for n in one.counts.values() if n < 5)
    before = standings(journey)
    open_ones = set(Enrolment.objects.open().filter(journey=journey).values_list("pk", flat=True))
    today = timezone.localdate().isoformat()
    form = {"valid_from": today, "kind": "require", "due_on": today, "seen": page.context["plan"].seen}
    assert client.post(f"{base}utkast/publicera/", form).status_code == 302
    assert carry_versions() == 2 * len(open_ones) == 2 * sum(promised.values())
    after = standings(journey)
    found = Counter(come_true(before[pk], after[pk], pairs) for pk in open_ones)
    assert found == promised
    for pk, row in before.items():
        done = {pairs.get(key, "") for key, one in row[5].items() if one["done"]} - {""}
        assert pk not in open_ones or done <= {key for key, one in after[pk][5].items() if one["done"]}
    assert re.search(r"<li>.*har gått över", client.get(base).content.decode())
    assert client.post(f"{base}aterta/").url == f"{base}utkast/"
    assert standings(journey) == before
    assert carry_versions(timezone.now() + timedelta(days=3)) == 0
