"""Builds the demo world: the same for the same day and seed, through deeds only, in one transaction."""

import random
from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from django.db import transaction

from courses.scheduling import add_venue
from people.models import Organisation
from tracker.demo.additions import add_locally
from tracker.demo.cast_at_work import hire_cast, invite_some, open_accounts
from tracker.demo.edges import Edges
from tracker.demo.editions import draft_second, publish_basics
from tracker.demo.history import History
from tracker.demo.occasions import Occasions
from tracker.demo.papers import lay_out, seal_papers
from tracker.demo.staff import REGION, Staff
from tracker.demo.teaching import Teaching
from tracker.demo.turnover import Turnover

SEED = 20200101
VENUES = (
    ("Folkets hus, sal Eken", "Storgatan 4, Göteborg"),
    ("Stadshuset, sal Björken", "Göteborgsvägen 11, Mölndal"),
    ("Kulturhuset, sal Linden", "Kyrkogatan 2, Kungälv"),
    ("Vuxenskolan, sal Rönn", "Drottninggatan 9, Göteborg"),
)

Report = Callable[[str, float], None]


def world_exists() -> bool:
    """Tell whether anything is there already; the world is all or nothing, as one transaction makes it."""
    return Organisation.objects.exists()


@transaction.atomic
def build_world(*, today: date, report: Report) -> None:
    """Make the whole world up to `today`. `report` hears what is being done and the share of it (0 to 1)."""
    draw = random.Random(SEED)
    staff = Staff(today, draw)
    for text, act in (
        ("Kommuner och samverkan", staff.build_organisations),
        ("Enheter och medarbetare", staff.build_units),
        ("Rollerna i inloggningen", partial(hire_cast, staff)),
        ("Flyttar, ledigheter, skyddade uppgifter", Turnover(staff).build),
        ("Konton", partial(open_accounts, staff)),
    ):
        report(text, 0)
        act()
    teaching = Teaching(staff)
    report("Kurser", 0)
    teaching.build_courses()
    report("Resor", 0)
    teaching.build_journeys()
    lay_out(staff, teaching)
    history = History(staff, teaching, draw)
    venues = [
        add_venue(organisation=staff.organisations[REGION], name=name, address=address, by=None)
        for name, address in VENUES
    ]
    history.plan_enrolments()
    occasions = Occasions(history, venues)
    occasions.plan()
    Edges(history, occasions).plan()
    total = (today - staff.first).days or 1

    def lived(at: datetime) -> None:
        if history.done % 25 == 0:
            report("Två år av kurser", max(0.0, min(1.0, (at.date() - staff.first).days / total)))

    history.run(lived)
    invite_some(staff)
    add_locally(staff, teaching)
    publish_basics(staff, teaching)
    draft_second(staff, teaching)
    seal_papers(staff)
    report("Klart", 1)
