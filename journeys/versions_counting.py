"""Numbers about versions for the programme owner: who has moved, who runs what. Never a name."""

from collections import Counter

from django.db.models import Count
from django.utils.translation import gettext as _

from journeys.counts import shown_count
from journeys.models import Enrolment, Version, VersionMove


def move_words(version: Version) -> list[str]:
    """How far the way to a version is, in words; small numbers are not told."""
    rows = VersionMove.objects.filter(version=version).exclude(state=VersionMove.State.WITHDRAWN).order_by()
    counts: Counter = Counter()
    for state, n in rows.values_list("state").annotate(n=Count("pk")):
        counts["moved" if state in VersionMove.ON_NEW else state] += n
    behind = Enrolment.objects.open().filter(journey=version.journey_id, version__number__lt=version.number).count()
    texts = {
        "moved": _("%(n)s have moved"),
        "offered": _("%(n)s are asked and have not answered"),
        "stayed": _("%(n)s stay on their version"),
    }
    told = [text % {"n": shown_count(counts[key])} for key, text in texts.items() if counts[key]]
    return [*told, _("%(n)s are on an older version") % {"n": shown_count(behind)}]
