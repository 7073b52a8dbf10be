"""What HR may put right, for one or for many: the plan of new editions, shown before it happens, and the deed."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from certificates.closing import replace
from certificates.models import Certificate, CertificateQuerySet, Layout
from certificates.snapshots import layout_facts
from people.access import Viewer
from people.consequences import Effect, Plan, digest_of, hold, keep_change
from people.looking import unnoted
from people.models import Organisation, Person

NAME, DATE, LAYOUT = "name", "date", "layout"
# A confirmation is one request: what is more comes after it, in the same list.
MOST = 200
# So many papers are compared at a time; HR filters when there are more.
SCANNED = 5000


@dataclass(frozen=True)
class Difference:
    """One thing that stands on the paper and is otherwise today."""

    kind: str
    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.what}: {self.before} → {self.after}"


def correctable(viewer: Viewer) -> CertificateQuerySet:
    """The certificates that the viewer may take back or replace: those that still stand."""
    rows = Certificate.objects.visible_to(viewer).live()
    return rows.select_related("person", "organisation", "issuer", "result", "completion")


def differences(certificate: Certificate, layouts: dict[str, Layout] | None = None) -> list[Difference]:
    """What stands on the paper and is otherwise today: the name, the dates of what it proves, the programme's layout."""
    layouts = layouts_by_programme() if layouts is None else layouts
    facts, proof = unnoted(certificate, "snapshot"), certificate.result or certificate.completion
    achieved = getattr(proof, "passed_on", None) or getattr(proof, "completed_on", None) or certificate.achieved_on
    until = getattr(proof, "valid_until", None)
    compared = [
        Difference(NAME, _("Name"), facts["name"], unicodedata.normalize("NFC", unnoted(certificate.person, "name"))),
        Difference(DATE, pgettext("on paper", "Completed"), _day(certificate.achieved_on), _day(achieved)),
        Difference(DATE, _("Valid until"), _day(certificate.valid_until), _day(until)),
    ]
    layout = layouts.get((facts["programme"] or {}).get("id", ""))
    if layout is not None and layout_facts(layout, facts["language"]) != facts.get("layout"):
        before = (facts.get("layout") or {}).get("edition", 0)
        compared.append(Difference(LAYOUT, _("Layout"), _edition(before), _edition(layout.edition)))
    return [one for one in compared if proof is not None and one.before != one.after]


def outdated(rows: CertificateQuerySet, kinds: set[str] | None = None) -> list[tuple[Certificate, list[Difference]]]:
    """The certificates among `rows` whose paper differs in one of these ways (all, when none is named), with all that differs."""
    layouts = layouts_by_programme()
    found = [(row, differences(row, layouts)) for row in rows.order_by("sort_key", "-achieved_on", "pk")[:SCANNED]]
    return [(row, facts) for row, facts in found if any(not kinds or one.kind in kinds for one in facts)]


def plan_corrections(rows: CertificateQuerySet, kinds: set[str] | None = None) -> Plan:
    """New editions of the outdated ones among `rows` (asked through correctable), the first MOST of them. A pure question."""
    found = outdated(rows, kinds)
    left = len(found) - MOST
    effects = [
        Effect(
            key=row.public_id,
            name=row.snapshot["name"],
            place=f"{row.title}, {row.number}",
            sentence=". ".join(map(str, facts)) + ".",
        )
        for row, facts in found[:MOST]
    ]
    facts = [_("Each gets a new edition with a new number. The old paper answers “replaced” on the check page, and says nothing of the new one.")]  # fmt: skip
    if left > 0:
        words = ngettext("%(count)d more comes after these.", "%(count)d more come after these.", left)
        facts.append(words % {"count": left})
    seen = digest_of([[row.pk, row.state, [str(one) for one in facts]] for row, facts in found[:MOST]])
    return Plan(effects, facts if effects else [], seen)


def replacement_obstacle(plan: Plan) -> str:
    """Why new editions would be no use, as a sentence, or an empty text."""
    if not plan.effects:
        return _("Name, dates and layout are those on the certificate. Correct them first, then replace it.")
    return ""


def replace_all(
    *,
    certificates: CertificateQuerySet,
    reason: str,
    kinds: set[str] | None = None,
    seen: str = "",
    acting: Organisation | None = None,
    by: Person,
    at: datetime | None = None,
) -> list[Certificate]:
    """New editions of all that the plan names, or of none. Raises Outdated when the plan is no longer the one `seen`."""
    with transaction.atomic():
        plan = plan_corrections(certificates, kinds)
        hold(plan, seen)
        chosen = Certificate.objects.filter(public_id__in=[one.key for one in plan.effects])
        # By issuer: whoever replaces at the same time takes the counters in the same order.
        rows = list(chosen.select_related("issuer").order_by("issuer", "pk"))
        made = [replace(certificate=row, reason=reason, acting=acting, by=by, at=at) for row in rows]
        if made:
            keep_change(
                kind="certificates_replaced",
                about=made[0],
                organisation=acting,
                plan=plan,
                facts={"old": [row.pk for row in rows], "new": [row.pk for row in made]},
                reason=reason,
                by=by,
                at=at,
            )
    return made


def layouts_by_programme() -> dict[str, Layout]:
    """Every layout that somebody chose, by the public id of its programme. One query."""
    return {str(one.journey.public_id): one for one in Layout.objects.select_related("journey")}


def _edition(number: int) -> str:
    return _("layout %(number)d") % {"number": number} if number else _("the usual layout")


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day else _("Until further notice")
