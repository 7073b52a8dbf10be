"""Second versions: one drafted and waiting to be compared, simulated and published by whoever tries the demo, one just published."""

from datetime import timedelta
from typing import Any

from journeys.models import MoveRule, Version
from journeys.publishing import add_stop, change_stop, draft_next_version, remove_stop
from journeys.versions_publishing import publish_with_rules
from tracker.demo.additions import HOME
from tracker.demo.staff import Staff
from tracker.demo.teaching import Teaching
from tracker.demo.terms import local

# Hot och våld comes into Ny, Familjehem leaves Van, and the first investigation is due a month earlier.
NEW, GONE, EARLIER, MONTHS = "BAS-3", "bu-v2", "bu-n2", 5


def draft_second(staff: Staff, teaching: Teaching) -> Version:
    """Draft version 2 of Barn och unga, on the morning of today."""
    at, by = local(staff.today, 8), staff.cast["samordnare"]
    draft = draft_next_version(journey=teaching.journeys["BU"], by=by, at=at)
    add_stop(
        stage=draft.stages.get(key="ny"),
        course=teaching.courses[NEW],
        anchor="journey",
        offset=6,
        unit="months",
        key=NEW.lower(),
        by=by,
        at=at,
    )
    earlier = draft.stops.get(key=EARLIER)
    change_stop(stop=earlier, kind=earlier.kind, anchor=earlier.anchor, offset=MONTHS, unit=earlier.unit, by=by, at=at)
    remove_stop(stop=draft.stops.get(key=GONE), by=by, at=at)
    return draft


# In the basics the optional station becomes compulsory, and plain language is asked for a month earlier.
REQUIRED, SOONER = "bas-6", "bas-4"


def publish_basics(staff: Staff, teaching: Teaching) -> Version:
    """Publish version 2 of the basics five days ago. Who is under way stays; Mölndal, which adds to it, is asked (additions.py)."""
    day = staff.today - timedelta(days=5)
    given: dict[str, Any] = {"by": staff.cast["samordnare"], "at": local(day, 10)}
    draft = draft_next_version(journey=teaching.journeys["BAS"], **given)
    change_stop(
        stop=draft.stops.get(key=REQUIRED), kind="compulsory", anchor="journey", offset=6, unit="months", **given
    )
    change_stop(
        stop=draft.stops.get(key=SOONER), kind="compulsory", anchor="employment", offset=1, unit="months", **given
    )
    rules = {None: MoveRule.Kind.STAY, staff.organisations[HOME].pk: MoveRule.Kind.OFFER}
    return publish_with_rules(version=draft, valid_from=day, rules=rules, **given)
