"""Facts that travel upwards. A receiver is one line that calls one deed; a periodic job calls the same deed again."""

from django.dispatch import Signal

course_passed = Signal()  # result: CourseResult that just became passed
course_reopened = Signal()  # result: CourseResult that a corrected attendance took back; reason, by
course_started = Signal()  # result: CourseResult of the attempt that has just begun
results_changed = Signal()  # result: CourseResult whose parts or state changed
booking_changed = Signal()  # booking: Booking that changed state
occasion_changed = Signal()  # occasion: Occasion published, moved or cancelled
priority_asked = (
    Signal()
)  # person, course, organisation -> receivers answer a priority class (lower goes first) or None
# viewer -> receivers answer a QuerySet of rows (route, its name, stretch, its name, course id, order) to narrow a list by
routes_asked = Signal()
# person, organisation, course -> receivers answer the Organisation that decides on prior learning, or None
deciders_asked = Signal()
equivalence_changed = Signal()  # equivalence: Equivalence that was added, changed or ended; at
deadlines_asked = Signal()  # course, bookings that lose their date, until: {person id: day of another date or None}, at
# -> receivers answer rows (plain values) of the deadlines that this touches; the deed that asks keeps them
deadlines_touched = (
    Signal()
)  # rows as answered above, reason, by, at -> receivers move them and answer the ids of what they wrote
deadlines_untouched = Signal()  # ids as answered above, by, at: the cancellation was undone
renewals_asked = (
    Signal()
)  # results: ids of what runs out, on -> receivers answer the ids that nobody asks to renew any more
