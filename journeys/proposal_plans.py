"""What a new version of the core would mean for an organisation that adds to it: its people and its layer.

Pure questions: the page of the proposal shows them, and the deed that accepts holds the plan to what was seen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journeys.local_layers import means_for, titles_for
from journeys.models import LayerProposal, LocalChange, LocalLayer, LocalStop, Stop, Version
from journeys.rules import SEEN_BY_HR
from journeys.versions import FINISHED, Mappings, Transfer
from journeys.versions_moving import unasked
from journeys.versions_reading import read_members
from journeys.versions_simulating import Simulation
from people.consequences import Effect, Plan, digest_of

STAYS, FITS_NOT = "same", "gone"

# -- the people


def plan_proposal(proposal: LayerProposal, on: date) -> Plan:
    """Whom accepting changes and how, with a digest of it. Withheld persons are moved along and are in no plan."""
    version, simulation = proposal.version, Simulation(proposal.version)
    rows = unasked(version).filter(organisation=proposal.organisation_id, person__shown_to__in=SEEN_BY_HR)
    titles = titles_for(version.journey_id, proposal.organisation_id)
    members = read_members(rows)
    effects = []
    for member in members:
        pairs = simulation.mappings.between(member.enrolment.version.number, version.number)
        if said := _sentence(simulation.whole(member, on), pairs, titles):
            effects.append(Effect(key=str(member.enrolment.person.public_id), sentence=said))
    told = [(one.key, one.sentence) for one in effects]
    return Plan(effects, _facts(len(members), len(effects)), digest_of(proposal.pk, len(members), told))


def _sentence(found: Transfer, pairs: Mapping[str, str], titles: dict[str, str]) -> str:
    """What the move means for one person. What is done is never spoken of as gone: it stays in the record."""
    before = {
        pairs.get(key, key) or key: stop
        for key, stop in found.before.stops.items()
        if key in found.was_held and not (stop.done and not pairs.get(key, key))
    }
    after = {key: stop for key, stop in found.after.stops.items() if key in found.held}
    said = means_for(before, after, titles)
    if found.category != FINISHED:
        return said
    return " ".join(filter(None, [_("Is finished with the programme by it."), said]))


def _facts(people: int, changed: int) -> list[str]:
    if not people:
        return [_("None of your people is on an older version.")]
    facts = [_("Everything that is done is carried over. Nobody becomes late by the move.")]
    if rest := people - changed:
        text = ngettext("%(n)s person moves along with nothing changed.", "%(n)s people move along with nothing changed.", rest)  # fmt: skip
        facts.append(text % {"n": rest})
    return facts


# -- the layer


@dataclass(frozen=True)
class LocalLine:
    """What becomes of one part of the layer in the new version: `kind` is same, changed or gone (_what_became.html)."""

    title: str
    kind: str
    words: str


def local_lines(layer: LocalLayer, old: Version, new: Version) -> list[LocalLine]:
    """The organisation's own stations first, then what it does with those of the core."""
    titles = titles_for(layer.journey_id, layer.organisation_id)
    stops = {stop.key: stop for stop in new.stops.select_related("stage")}
    pairs = Mappings(layer.journey).between(old.number, new.number)
    own = [(one.key, _own(one, stops.values())) for one in layer.stops.order_by("order")]
    changes = [(one.stop, _changed(one, stops, pairs, titles)) for one in layer.changes.order_by("pk")]
    return [LocalLine(titles.get(key, key), kind, words) for key, (kind, words) in [*own, *changes]]


def _own(stop: LocalStop, news: Iterable[Stop]) -> tuple[str, str]:
    stage = next((one.stage for one in news if one.stage.key == stop.stage), None)
    if stage is None:
        return FITS_NOT, _(
            "The new version lacks its stage: it is asked of nobody there, until you put it in another one."
        )
    if any(one.course_id == stop.course_id for one in news):
        return "changed", _("The course is a station of the programme now. You can remove your own.")
    return STAYS, _("Goes along, at the end of %(stage)s.") % {"stage": stage}


def _changed(
    change: LocalChange, stops: Mapping[str, Stop], pairs: Mapping[str, str], titles: Mapping[str, str]
) -> tuple[str, str]:
    stop = stops.get(change.stop)
    if stop is None or pairs.get(change.stop, change.stop) != change.stop:
        if became := pairs.get(change.stop):
            text = _("Is %(station)s in the new version. What you have changed does not go along: do it again there.")
            return "changed", text % {"station": titles.get(became, became)}
        return FITS_NOT, _("Is gone from the programme, and your change with it.")
    if not change.hidden:
        return STAYS, _("Your own date goes along, where it is earlier.")
    if stop.kind != Stop.Kind.OPTIONAL:
        return "changed", _("Is no longer optional: it is shown and counts again.")
    return STAYS, _("Stays hidden.")
