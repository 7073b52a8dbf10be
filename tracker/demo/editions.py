"""The second version of a programme, drafted and waiting to be compared, simulated and published by whoever tries the demo."""

from journeys.models import Version
from journeys.publishing import add_stop, change_stop, draft_next_version, remove_stop
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
