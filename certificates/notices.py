"""What people are told about their certificates: one is ready, or one was taken back."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy

from certificates.models import Bundle, Certificate, Seal
from people.models import Notice, Person
from people.notices import notice, say

# An older paper that is drawn now (a new server, a restored backup) is no news: its notice stands in the list, no mail leaves.
NEWS = timedelta(days=14)


def tell_ready(certificate: Certificate, *, at: datetime) -> Notice:
    """Say that a certificate can be downloaded, once per certificate."""
    return _say(certificate, "ready", at, mail=at - certificate.issued_at < NEWS)


def tell_withdrawn(certificate: Certificate, *, at: datetime) -> Notice:
    """Say that a certificate was taken back, and why."""
    return _say(certificate, "withdrawn", at, mail=True)


def tell_bundle(bundle: Bundle, *, at: datetime) -> Notice:
    """Say to who asked that the file with many certificates can be fetched, for a day."""
    return say(
        to=bundle.asked_by,
        kind="certificates.bundle",
        about=bundle,
        key=f"certificates.bundle:{bundle.public_id}",
        organisation=bundle.organisation,
        at=at,
        bundle=bundle.pk,
    )


@notice("certificates.bundle", title=gettext_lazy("Your file with certificates is ready"))
def bundle_ready(row: Notice) -> dict | None:
    """No longer true when the day is over."""
    found = Bundle.objects.filter(pk=row.payload["bundle"], asked_by=row.person_id, state=Bundle.State.READY).first()
    if found is None:
        return None
    return {
        "count": found.total,
        "until": found.expires_at,
        "address": settings.BASE_URL + reverse("bundle_detail", args=[found.public_id]),
    }


def tell_seal_ends(seal: Seal, to: Person, *, step: int, at: datetime) -> Notice:
    """Say that the organisation's seal ends within `step` days, once for each step and key."""
    return say(
        to=to,
        kind="certificates.seal_ends",
        about=f"certificates.seal:{seal.fingerprint}",
        key=f"certificates.seal_ends:{seal.fingerprint}:{step}:{to.pk}",
        organisation=seal.organisation,
        at=at,
        seal=seal.pk,
        fingerprint=seal.fingerprint,
    )


@notice("certificates.seal_ends", title=gettext_lazy("The seal on your certificates ends soon"))
def seal_ends(row: Notice) -> dict | None:
    """No longer true once a new key was brought or the seal was turned off."""
    seal = Seal.objects.filter(pk=row.payload["seal"], fingerprint=row.payload["fingerprint"], is_on=True).first()
    if seal is None:
        return None
    return {"seal": seal, "day": seal.expires_on, "address": settings.BASE_URL + reverse("seal_edit")}


def _say(certificate: Certificate, name: str, at: datetime, *, mail: bool) -> Notice:
    return say(
        to=certificate.person,
        kind=f"certificates.{name}",
        about=certificate,
        key=f"certificates.{name}:{certificate.public_id}",
        organisation=certificate.organisation,
        mail=mail,
        at=at,
        certificate=certificate.pk,
    )


@notice("certificates.ready", title=gettext_lazy("Your certificate is ready"))
def ready(row: Notice) -> dict | None:
    """No longer true once it was replaced or taken back."""
    certificate = _certificate(row)
    return _facts(certificate) if certificate and certificate.is_ready else None


@notice("certificates.withdrawn", title=gettext_lazy("A certificate was withdrawn"))
def withdrawn(row: Notice) -> dict | None:
    certificate = _certificate(row)
    return _facts(certificate) if certificate and certificate.state == Certificate.State.WITHDRAWN else None


def _certificate(row: Notice) -> Certificate | None:
    return Certificate.objects.filter(pk=row.payload["certificate"], person=row.person_id).first()


def _facts(certificate: Certificate) -> dict:
    return {
        "certificate": certificate,
        "title": certificate.title,
        "is_new_edition": certificate.edition > 1,
        "address": settings.BASE_URL + reverse("certificate_mine"),
    }
