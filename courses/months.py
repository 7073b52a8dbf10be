"""Course days laid out as a month, a week or a list: what the calendar pages draw. One query for the days of a period."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.calendars import is_off
from courses.models import Booking, Entry, Meeting, Occasion
from people.access import Viewer
from people.prepared import Fixed, prepared
from people.school_breaks import school_break
from people.workdays import holiday_name

MONTH, WEEK, LIST = "manad", "vecka", "lista"
DAY = timedelta(days=1)
# How far a list looks ahead, and how many course days a grid and a list show at most.
AHEAD, MOST, MOST_LISTED = timedelta(days=400), 300, 50


@dataclass
class Item:
    """One course day as a calendar shows it. `state`: the booking's or the occasion's; "cancelled" when it is off."""

    starts_at: datetime
    ends_at: datetime
    title: str
    part: str
    place: str
    remote: bool
    state: str
    url: str
    figures: str = ""

    @property
    def is_off(self) -> bool:
        return self.state == "cancelled"

    def dates(self) -> list[date]:
        """Every local day that it touches."""
        first, last = timezone.localdate(self.starts_at), timezone.localdate(self.ends_at - timedelta(microseconds=1))
        return [first + DAY * n for n in range((last - first).days + 1)]


@dataclass
class Cell:
    """One day of a month or a week. `note` is a holiday's name, `pause` a school break's."""

    day: date
    is_today: bool
    is_outside: bool
    note: str = ""
    pause: str = ""
    items: list[Item] = field(default_factory=list)

    @property
    def is_free(self) -> bool:
        return bool(self.note) or self.day.weekday() == 6


@dataclass
class Period:
    """What is looked at: `view`, the days from `first` to `last`, and the day that the addresses name."""

    view: str
    day: date
    today: date
    weeks: list[list[Cell]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    @property
    def first(self) -> date:
        if self.view == LIST:
            return self.day
        start = self.day.replace(day=1) if self.view == MONTH else self.day
        return start - DAY * start.weekday()

    @property
    def last(self) -> date:
        if self.view == LIST:
            return self.day + AHEAD
        if self.view == WEEK:
            return self.first + DAY * 6
        end = self.following - DAY
        return end + DAY * (6 - end.weekday())

    @property
    def previous(self) -> date:
        if self.view == WEEK:
            return self.first - DAY * 7
        return (self.day.replace(day=1) - DAY).replace(day=1)

    @property
    def following(self) -> date:
        if self.view == WEEK:
            return self.first + DAY * 7
        return (self.day.replace(day=1) + DAY * 31).replace(day=1)

    @property
    def title(self) -> str:
        if self.view == MONTH:
            return date_format(self.day, "F Y").capitalize()
        if self.view == WEEK:
            return _("Week %(n)s") % {"n": self.first.isocalendar().week}
        return _("Ahead")

    @property
    def pauses(self) -> list[str]:
        """The school breaks that the shown days touch, for the sentence below."""
        return list(dict.fromkeys(cell.pause for week in self.weeks for cell in week if cell.pause))

    @property
    def most(self) -> int:
        """How many days are shown at most: a list is for what comes next."""
        return MOST_LISTED if self.view == LIST else MOST

    @property
    def is_now(self) -> bool:
        return self.first <= self.today <= self.last

    def span(self) -> tuple[datetime, datetime]:
        """The moments between which a day has to lie to be seen."""
        midnight = datetime.min.time()
        start, end = (datetime.combine(day, midnight) for day in (self.first, self.last + DAY))
        return timezone.make_aware(start), timezone.make_aware(end)


def chosen_period(given: Mapping[str, str], *, default: str, today: date) -> Period:
    """What the address asks for: vy=manad, vecka or lista, dag=ÅÅÅÅ-MM-DD. Anything else is the default, and today."""
    view = given.get("vy", default)
    try:
        day = date.fromisoformat(given.get("dag", ""))
    except ValueError:
        day = today
    if not date(1990, 1, 1) <= day <= date(2199, 1, 1):  # beyond it no calendar can count
        day = today
    return Period(view=view if view in (MONTH, WEEK, LIST) else default, day=day, today=today)


def own_items(viewer: Viewer, period: Period) -> list[Item]:
    """The person's own course days in a period: what the stored entries show, so that page and feed cannot disagree."""
    start, end = period.span()
    rows = _own_entries(viewer, start=start, end=end, most=Fixed(period.most))
    return [_item(row.meeting, row.booking.state) for row in rows]


@prepared
def _own_entries(viewer: Viewer, *, start: datetime, end: datetime, most: Fixed) -> QuerySet[Entry]:
    rows = Entry.objects.filter(
        person=viewer.person, shown_until__isnull=False, meeting__starts_at__lt=end, meeting__ends_at__gt=start
    ).select_related("booking", "meeting__part", "meeting__venue", "meeting__occasion__course_version")
    return rows.order_by("meeting__starts_at", "pk")[: most.value]


def run_items(days: QuerySet[Meeting], period: Period) -> list[Item]:
    """Course days that somebody runs, with how full they are."""
    start, end = period.span()
    rows = days.filter(starts_at__lt=end, ends_at__gt=start).select_related("part", "venue", "occasion__course_version")
    found = []
    for day in rows.order_by("starts_at", "pk")[: period.most]:
        item = _item(day, day.occasion.state)
        item.figures = _("%(taken)s of %(seats)s seats") % {
            "taken": day.occasion.seats_taken,
            "seats": day.occasion.seats,
        }
        found.append(item)
    return found


def _item(meeting: Meeting, state: str) -> Item:
    off = is_off(meeting) or state == Booking.State.CANCELLED
    occasion: Occasion = meeting.occasion
    return Item(
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        title=occasion.course_version.shown_title,
        part=meeting.part.shown_title,
        place=meeting.where or (_("Online") if meeting.online_url else ""),
        remote=bool(meeting.online_url),
        state="cancelled" if off else state,
        url=reverse("occasion_detail", args=[occasion.public_id]),
    )


def fill_period(period: Period, items: Iterable[Item], county: str) -> None:
    """Lay the items into the days of a month or a week; a list only keeps them."""
    period.items = list(items)
    if period.view == LIST:
        return
    language = get_language() or "sv"
    cells = {}
    for number in range((period.last - period.first).days + 1):
        day = period.first + DAY * number
        cells[day] = Cell(
            day=day,
            is_today=day == period.today,
            is_outside=period.view == MONTH and day.month != period.day.month,
            note=holiday_name(day, language),
            pause=school_break(day, county),
        )
    for item in period.items:
        for day in item.dates():
            if day in cells:
                cells[day].items.append(item)
    row = list(cells.values())
    period.weeks = [row[start : start + 7] for start in range(0, len(row), 7)]
