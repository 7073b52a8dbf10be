"""What the page of a local layer reads: the stations of the core and the organisation's own, in words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from journeys.enrolment import published_version
from journeys.local_layers import titles_of
from journeys.models import Journey, LocalChange, LocalLayer, Stop
from journeys.programmes import deadline_words, path_shown


@dataclass(frozen=True)
class Line:
    """A station of the published version or of the layer, in words: `said` is what the organisation does with it."""

    key: str
    title: str
    deadline: str
    said: str = ""
    is_local: bool = False


def layer_lines(journey: Journey, layer: LocalLayer | None) -> list[tuple[str, list[Line]]]:
    """By stage (its name) the stations of the core and the layer's own, in the order of the path."""
    version = published_version(journey)
    changes = {one.stop: one for one in layer.changes.all()} if layer else {}
    own = list(layer.stops.order_by("order")) if layer else []
    titles = titles_of(layer) if layer else {}
    found = []
    for row in path_shown(version) if version else []:
        lines = [
            Line(one.stop.key, one.title, one.deadline, _said(one.stop, changes.get(one.stop.key))) for one in row.stops
        ]
        lines += [
            Line(stop.key, titles.get(stop.key, stop.key), deadline_words(stop), str(stop.get_kind_display()), True)
            for stop in own
            if stop.stage == row.stage.key
        ]
        found.append((str(row.stage), lines))
    return found


def _said(stop: Stop, change: LocalChange | None) -> str:
    if change is None:
        return ""
    if change.hidden and stop.kind != Stop.Kind.OPTIONAL:
        return _("Hidden only on older versions, where it is optional")
    return _("Hidden here") if change.hidden else _("Here: %(deadline)s") % {"deadline": deadline_words(change)}
