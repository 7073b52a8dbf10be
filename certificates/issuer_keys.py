"""WITH WHICH KEY AN ORGANISATION SIGNS: made at the first need, changed at will; an old one is kept for what it signed."""

import secrets
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.utils import timezone

from certificates.lockbox import lock_away
from certificates.models import Certificate, IssuerKey, StatusList
from certificates.proofs import multikey
from people.events import record
from people.models import Organisation, Person


def signing_key(*, organisation: Organisation, by: Person | None = None, at: datetime | None = None) -> IssuerKey:
    """The newest key of an organisation that nobody has disowned, made when there is none."""
    rows = IssuerKey.objects.filter(organisation=organisation, disowned_at=None).order_by("-pk")
    return rows.first() or change_key(organisation=organisation, only_first=True, by=by, at=at)


def change_key(
    *, organisation: Organisation, only_first: bool = False, by: Person | None, at: datetime | None = None
) -> IssuerKey:
    """A new key for what is signed from now on. The old ones stay in the did document. No name is used twice."""
    at = at or timezone.now()
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(
            pk=organisation.pk
        )  # two workers need their first key at once
        rows = IssuerKey.objects.filter(organisation=organisation)
        usable = rows.filter(disowned_at=None).order_by("-pk").first()
        if only_first and usable is not None:
            return usable
        key = Ed25519PrivateKey.generate()
        row = IssuerKey.objects.create(
            organisation=organisation,
            name=f"key-{timezone.localdate(at).year}-{rows.count() + 1}",
            public=multikey(key.public_key()),
            secret=lock_away(key.private_bytes_raw()),
            added_at=at,
            added_by=by,
        )
        record("change_issuer_key", by=by, organisation=organisation, at=at, key=row.name)
    return row


def disown_key(*, key: IssuerKey, by: Person, at: datetime | None = None) -> IssuerKey:
    """Say that a key got into wrong hands: nothing that it signed counts any more."""
    with transaction.atomic():
        row = IssuerKey.objects.select_for_update().get(pk=key.pk)
        if row.disowned_at is None:
            row.disowned_at, row.disowned_by = at or timezone.now(), by
            row.save(update_fields=["disowned_at", "disowned_by"])
            record("disown_issuer_key", by=by, organisation=row.organisation, at=at, key=row.name)
    return row


def take_status_place(*, certificate: Certificate) -> Certificate:
    """Give a certificate its place in its issuer's status list: at random, so that neighbours tell nothing. Once."""
    with transaction.atomic():
        # Everybody who needs a place in the organisation's lists waits here.
        Organisation.objects.select_for_update(no_key=True).get(pk=certificate.issuer_id)
        row = Certificate.objects.select_for_update().get(pk=certificate.pk)
        if row.status_list_id is None:
            row.status_list = _open_list(row.issuer)
            taken = set(row.status_list.certificates.values_list("status_index", flat=True))
            free = iter(lambda: secrets.randbelow(StatusList.SIZE), -1)
            row.status_index = next(index for index in free if index not in taken)
            row.save(update_fields=["status_list", "status_index"])
        certificate.status_list, certificate.status_index = row.status_list, row.status_index
    return certificate


def _open_list(organisation: Organisation) -> StatusList:
    """The newest list while it is less than half full."""
    newest = StatusList.objects.filter(organisation=organisation).order_by("-number").first()
    if newest is not None and newest.certificates.count() < StatusList.SIZE // 2:
        return newest
    return StatusList.objects.create(organisation=organisation, number=newest.number + 1 if newest else 1)
