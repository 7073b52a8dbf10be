"""What rows of progress are counted by has changed for many: they are of no rule now, so that the job that looks for rows of an
older rule counts them anew within minutes. Each answers how many rows that is."""

from django.db.models import F, Q

from journeys.models import Enrolment, Journey, LocalLayer, Progress, Stop
from people.models import Organisation


def outdate_course(course: int) -> int:
    """What counts as a course (id) has changed: the rows that hold it, at a station of the core or of an organisation's own."""
    versions = Stop.objects.filter(course=course).order_by().values("version")
    layers = LocalLayer.objects.live().filter(stops__course=course).order_by().values("pk")
    rows = Progress.objects.exclude(state=Enrolment.State.ENDED)
    own = rows.filter(journey__layers__in=layers, journey__layers__organisation=F("organisation")).order_by()
    return rows.filter(Q(version__in=versions) | Q(pk__in=own.values("pk"))).update(rule=0)


def outdate(organisation: Organisation, journey: Journey | None = None) -> int:
    """A setting of an organisation changed what its deadlines are counted by, or its own layer of one journey changed."""
    rows = Progress.objects.filter(organisation=organisation)
    return (
        rows.running() if journey is None else rows.exclude(state=Enrolment.State.ENDED).filter(journey=journey)
    ).update(rule=0)
