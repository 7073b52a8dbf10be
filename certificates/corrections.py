"""What HR may put right: a certificate taken back, and new editions after a corrected name or date, shown before it happens."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from certificates.issuing import replace
from certificates.models import Certificate
from people.access import Viewer
from people.models import Person


@dataclass(frozen=True)
class Change:
    """A certificate and what its new edition would print differently: (what, before, after)."""

    certificate: Certificate
    facts: list[tuple[str, str, str]]


def correctable(viewer: Viewer):
    """The certificates that the viewer may take back or replace: those that still stand."""
    rows = Certificate.objects.visible_to(viewer).live()
    return rows.select_related("person", "organisation", "issuer", "result", "completion")


def changes_for(certificate: Certificate, viewer: Viewer) -> list[Change]:
    """The chosen certificate first, then the same person's others that would change in the same way."""
    rows = correctable(viewer).filter(person=certificate.person_id).order_by("-achieved_on", "-pk")
    found = [Change(row, differences(row)) for row in rows]
    return sorted(
        (change for change in found if change.facts), key=lambda change: change.certificate.pk != certificate.pk
    )


def differences(certificate: Certificate) -> list[tuple[str, str, str]]:
    """What stands on the paper and is otherwise today: the name, and the dates of what it proves."""
    facts, proof = certificate.snapshot, certificate.result or certificate.completion
    achieved = getattr(proof, "passed_on", None) or getattr(proof, "completed_on", None) or certificate.achieved_on
    until = getattr(proof, "valid_until", None)
    compared = [
        (_("Name"), facts["name"], unicodedata.normalize("NFC", certificate.person.name)),
        (pgettext("on paper", "Completed"), _day(certificate.achieved_on), _day(achieved)),
        (_("Valid until"), _day(certificate.valid_until), _day(until)),
    ]
    return [(what, before, after) for what, before, after in compared if before != after]


def replacement_obstacle(certificate: Certificate) -> str:
    """Why a new edition would be no use, as a sentence, or an empty text; the same that greys the button."""
    if not differences(certificate):
        return _("Name and dates are those on the certificate. Correct them first, then replace it.")
    return ""


def replace_all(
    *, certificates: Iterable[Certificate], reason: str, by: Person, at: datetime | None = None
) -> list[Certificate]:
    """New editions of all these, or of none; one without a difference is left as it is. Returns the new ones."""
    with transaction.atomic():
        # By issuer: whoever replaces at the same time takes the counters in the same order.
        rows = sorted(certificates, key=lambda row: (row.issuer_id, row.pk))
        return [replace(certificate=row, reason=reason, by=by, at=at) for row in rows if differences(row)]


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day else _("Until further notice")
