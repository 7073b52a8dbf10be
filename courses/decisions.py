"""What was decided about seats, and why, in words: the queue's decisions of an occasion, and what the system did by itself.

Read from the log alone. Names are those that the viewer may read; everybody else is "Participant K-3".
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Booking, Occasion
from people.access import Viewer
from people.events import pointer
from people.models import Event, Person
from people.roles import Permission

# Days back that the list of the system's deeds goes.
DAYS_BACK = 60


@dataclass(frozen=True)
class Decision:
    """One decision: what, why, and whether the system took it by itself. `booking` is None when it is about the occasion;
    `occasion` is there where decisions of several are listed."""

    at: datetime
    words: str
    why: str
    by_system: bool
    booking: Booking | None
    occasion: Occasion | None = None


@dataclass(frozen=True)
class Named:
    """A name, read when it is put into words and not before: reading a name is a look (people/looking.py)."""

    whose: Booking | Person

    @property
    def is_read(self) -> bool:
        """Whether the viewer reads the name, and not a code in its place."""
        return not isinstance(self.whose, Booking) or self.whose.is_named

    def __str__(self) -> str:
        return self.whose.shown_name if isinstance(self.whose, Booking) else self.whose.name


Names = dict[str, Named]
Words = Callable[[Event, Named | str, Names], tuple[str, str]]


def _promoted(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    if not event.data.get("waited") or event.actor_id:
        return "", ""
    return _("%(name)s got a seat from the queue.") % {"name": name}, _seat_words(event, name)


def _seat_words(event: Event, name: Named | str) -> str:
    if isinstance(name, Named) and not name.is_read:
        return _("A seat that the person may have was free.")  # of whose it was, a workplace could be worked out (R45)
    if event.data.get("held"):
        return _("The seat was kept for the unit or the organisation.")
    if event.data.get("seat_from") == Booking.SeatFrom.QUOTA:
        return _("A seat of the own quota was free.")
    return _("A common seat was free, and nobody who could have it stood before.")


def _first_words() -> str:
    return _("The person comes first because another session was cancelled.")


def _asked_words() -> str:
    return _("The person had asked to be asked first.")


def _offered(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    until = parse_datetime(event.data.get("answer_by") or "")
    when = date_format(timezone.localtime(until), "j F H.i") if until else ""
    return (
        _("%(name)s was offered a seat, to answer by %(when)s.") % {"name": name, "when": when},
        " ".join([_seat_words(event, name), _first_words() if event.data.get("first_right") else _asked_words()]),
    )


def _kept(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    return _("A seat is kept for %(name)s while the manager decides.") % {"name": name}, _seat_words(event, name)


def _passed(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    others = ", ".join(str(codes.get(code, code)) for code in event.data.get("passed", []))
    return (
        _("%(name)s went before %(others)s.") % {"name": name, "others": others},
        _("The seat is kept for others, or those before are a group that does not fit."),
    )


def _lapsed(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    return _("%(name)s lost the offered seat.") % {"name": name}, _("No answer came in time. The seat went on.")


def _taken(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    return _("%(name)s said yes to the offered seat.") % {"name": name}, ""


def _left(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    why = {
        "got_another": _("A seat on another date of the course came first."),
        "moved": _("The person chose another date of the course."),
        "left": _("The employment ends before the session."),
    }.get(event.data.get("end_kind", ""))
    return (_("%(name)s left the queue or the seat.") % {"name": name}, why) if why else ("", "")


def _time_answered(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    if event.data.get("answer") != "no":
        return "", ""
    why = _("The seat was given up without a late cancellation.")
    return _("%(name)s cannot make the new time.") % {"name": name}, why


def _out_of_order(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    return _("%(name)s got a seat out of order.") % {"name": name}, event.reason


def _swapped(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    to = codes.get(event.data.get("to", ""), event.data.get("to", ""))
    return (
        _("%(name)s handed the seat to %(to)s.") % {"name": name, "to": to},
        _("The seat counts where it counted before."),
    )


def _quotas_set(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    seats = event.data.get("after", 0)
    until = parse_datetime(event.data.get("until") or "")
    why = _("Until %(when)s.") % {"when": date_format(timezone.localtime(until), "j F Y")} if until else ""
    return ngettext("Quotas keep %(n)s seat.", "Quotas keep %(n)s seats.", seats) % {"n": seats}, why


def _released(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    seats = event.data.get("unused", 0)
    words = ngettext("%(n)s unused quota seat became common.", "%(n)s unused quota seats became common.", seats)
    why = _("The organiser released them.") if event.actor_id else _("The release date had come.")
    return words % {"n": seats}, why


def _held(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    until = parse_datetime(event.data.get("until") or "")
    words = ngettext(
        "%(n)s seat is kept for %(whose)s without a name.", "%(n)s seats are kept for %(whose)s without names.", event.data.get("seats", 0)
    )  # fmt: skip
    why = _("Until %(when)s.") % {"when": date_format(timezone.localtime(until), "j F Y")} if until else ""
    return words % {"n": event.data.get("seats", 0), "whose": event.data.get("whose", "")}, why


def _hold_released(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    unused = event.data.get("unused", 0)
    words = ngettext(
        "%(n)s seat without a name, kept for %(whose)s, was released.",
        "%(n)s seats without names, kept for %(whose)s, were released.",
        unused,
    )
    why = _("Somebody let them go.") if event.actor_id else _("Their date had come.")
    return words % {"n": unused, "whose": event.data.get("whose", "")}, why


def _undone(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    return _("The latest change of seats or quotas was undone."), _(
        "Who had got a seat by it stands in the queue again."
    )


def _taken_back(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    return _("%(name)s stands in the queue again.") % {"name": name}, _("The change that gave the seat was undone.")


def _reminded(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    return _("The manager was reminded of the request of %(name)s.") % {"name": name}, _("Nobody had answered it.")


def _handed_on(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    words = _("Somebody else was asked to answer the request of %(name)s.")
    return words % {"name": name}, _("The manager had not answered, or there is none.")


def _asked_to_decide(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    words = _("The organiser was asked whether the session runs.")
    if "fewest" not in event.data:
        return words, ""
    return words, _("%(booked)s of at least %(fewest)s had a seat on the decision date.") % event.data


def _closed(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    why = _("The organiser closed it.") if event.actor_id else _("The last day to book had passed.")
    return _("Booking closed."), why


def _seats_changed(event: Event, name: Named | str, codes: Names) -> tuple[str, str]:
    return _("The seats were changed from %(before)s to %(after)s.") % event.data, ""


WORDS: dict[str, Words] = {
    "seat_booked": _promoted,
    "seat_offered": _offered,
    "seat_kept": _kept,
    "queue_passed": _passed,
    "offer_taken": _taken,
    "booking_lapsed": _lapsed,
    "booking_cancelled": _left,
    "time_answered": _time_answered,
    "given_out_of_order": _out_of_order,
    "seat_swapped": _swapped,
    "quotas_set": _quotas_set,
    "quotas_released": _released,
    "seats_changed": _seats_changed,
    "approval_reminded": _reminded,
    "approval_handed_on": _handed_on,
    "decision_asked": _asked_to_decide,
    "occasion_closed": _closed,
    "seats_held": _held,
    "hold_released": _hold_released,
    "seats_undone": _undone,
    "seat_taken_back": _taken_back,
}


# Verbs of the apps above, about a person and no booking: said by name to whoever reads the event at all.
OF_PEOPLE: set[str] = set()


def tell_of_people(verb: str, words: Words) -> None:
    """Let an app above say what the system did to people, in the same list."""
    WORDS[verb] = words
    OF_PEOPLE.add(verb)


def decisions_of(viewer: Viewer, occasion: Occasion) -> list[Decision]:
    """Every decision about the seats of an occasion, the latest first."""
    rows = viewer.named_bookings(Booking.objects.visible_to(viewer).filter(occasion=occasion))
    bookings = list(rows.only("public_id", "code", "occasion_id"))
    about = [pointer(occasion), *(pointer(booking) for booking in bookings)]
    events = Event.objects.filter(about__in=about, verb__in=WORDS).order_by("-at", "-pk")
    return _told(events, bookings)


def system_deeds(viewer: Viewer) -> QuerySet[Event]:
    """What the system did by itself lately about seats that the viewer may read of: at the own sessions, or to the own people
    and the own organisation's seats; for a coordinator nothing."""
    since = timezone.now() - timedelta(days=DAYS_BACK)
    events = Event.objects.filter(actor=None, verb__in=WORDS, at__gte=since).order_by("-at", "-pk")
    if viewer.may & {Permission.RUN_OCCASIONS, Permission.MARK_ATTENDANCE}:
        run = Occasion.objects.run_by(viewer).filter(last_on__gte=viewer.on - timedelta(days=DAYS_BACK))
        return events.filter(data__occasion__in=[str(pk) for pk in run.values_list("public_id", flat=True)])
    people = viewer.present_rows(events.filter(person__isnull=False))
    if Permission.SEE_STAFF not in viewer.may:
        return people
    own = events.filter(person=None, verb="hold_released", organisation__in=viewer.acts_for)
    return events.filter(Q(pk__in=people.order_by().values("pk")) | Q(pk__in=own.order_by().values("pk")))


def told(viewer: Viewer, events: Iterable[Event]) -> list[Decision]:
    """Events of one page in words, with the names that the viewer may read: three questions, however many."""
    found = list(events)
    prefetch_related_objects([event for event in found if event.verb in OF_PEOPLE], "person")
    kind = Booking._meta.label_lower
    ids = [event.about.removeprefix(f"{kind}:") for event in found if event.about.startswith(f"{kind}:")]
    codes = Booking.objects.filter(public_id__in=ids).values("occasion")
    rows = viewer.named_bookings(Booking.objects.visible_to(viewer).filter(occasion__in=codes))
    wanted = {event.data["occasion"] for event in found if event.data.get("occasion")}
    seen = Occasion.objects.visible_to(viewer).filter(public_id__in=wanted).select_related("course_version")
    occasions = {str(occasion.public_id): occasion for occasion in seen}
    return _told(found, list(rows.select_related("occasion__course_version")), occasions)


def _told(
    events: Iterable[Event], bookings: list[Booking], occasions: Mapping[str, Occasion] | None = None
) -> list[Decision]:
    by_pointer = {pointer(booking): booking for booking in bookings}
    codes = {(booking.occasion_id, booking.code): Named(booking) for booking in bookings}
    found = []
    rows = list(events)
    answered = {(event.about, event.at) for event in rows if event.verb == "time_answered"}
    for event in rows:
        if event.verb == "booking_cancelled" and (event.about, event.at) in answered:
            continue  # the answer says it
        booking = by_pointer.get(event.about)
        names = {code: name for (pk, code), name in codes.items() if booking and pk == booking.occasion_id}
        whose = booking or (event.person if event.verb in OF_PEOPLE else None)
        words, why = WORDS[event.verb](event, Named(whose) if whose else "", names)
        if words:
            where = booking.occasion if booking and occasions is not None else None
            where = where or (occasions or {}).get(event.data.get("occasion", ""))
            found.append(Decision(event.at, words, why, event.actor_id is None, booking, where))
    return found
