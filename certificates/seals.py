"""WHO SEALS WITH WHAT: an organisation brings its key, turns the seal on and off, and is warned before it ends."""

from datetime import date, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates.lockbox import lock_away
from certificates.models import Seal
from certificates.notices import tell_seal_ends
from certificates.opening import open_bundle
from people.events import record
from people.models import Organisation, Person, RoleAssignment
from people.roles import Role

MOST_BYTES = 64_000
# Days before the end on which the administrators are told.
TOLD_DAYS = (60, 30, 7, 0)


def seal_for(organisation: Organisation, on: date) -> Seal | None:
    """The seal that the organisation's papers of a day get; none when it has none, turned it off, or it has ended."""
    row = Seal.objects.filter(organisation=organisation).first()
    return row if row is not None and row.holds_on(on) else None


def keep_seal(
    *, organisation: Organisation, bundle: bytes, password: str, by: Person, at: datetime | None = None
) -> Seal:
    """Take a PKCS#12 file as the organisation's seal, in the place of an older one. Raises ValidationError with a sentence."""
    at = at or timezone.now()
    blocks, own = _opened(bundle, password)
    today = timezone.localdate(at)
    starts, ends = (timezone.localdate(one) for one in (own.not_valid_before_utc, own.not_valid_after_utc))
    if not starts <= today <= ends:
        words = _("The certificate in the file is valid from %(first)s to %(last)s. Get a new one from who issued it.")
        raise ValidationError(words % {"first": starts.isoformat(), "last": ends.isoformat()})
    facts = {
        "secret": lock_away(b"".join(blocks)),
        "subject": own.subject.rfc4514_string()[:300],
        "fingerprint": own.fingerprint(hashes.SHA256()).hex(),
        "starts_on": starts,
        "expires_on": ends,
        "is_on": True,
        "added_at": at,
        "added_by": by,
    }
    with transaction.atomic():
        row, _is_new = Seal.objects.update_or_create(organisation=organisation, defaults=facts)
        record("keep_seal", by=by, organisation=organisation, at=at, fingerprint=row.fingerprint)
    return row


def switch_seal(*, seal: Seal, is_on: bool, by: Person, at: datetime | None = None) -> Seal:
    """Turn the sealing of new papers on or off; sealed ones stay sealed."""
    with transaction.atomic():
        row = Seal.objects.select_for_update().get(pk=seal.pk)
        if row.is_on != is_on:
            row.is_on = is_on
            row.save(update_fields=["is_on"])
            record("switch_seal", by=by, organisation=row.organisation, at=at, is_on=is_on)
    return row


def warn_of_ending_seals(*, at: datetime | None = None) -> int:
    """Tell the administrators whose seal ends soon, once for each step. Returns how many were told."""
    at = at or timezone.now()
    today, told = timezone.localdate(at), 0
    ending = Seal.objects.filter(is_on=True, expires_on__lte=today + timedelta(days=max(TOLD_DAYS)))
    for seal in ending.select_related("organisation"):
        step = min(days for days in TOLD_DAYS if days >= max(0, seal.days_left(today)))
        roles = RoleAssignment.objects.on(today).filter(organisation=seal.organisation, role=Role.MUNICIPALITY_ADMIN)
        for one in roles.select_related("person"):
            tell_seal_ends(seal, one.person, step=step, at=at)
            told += 1
    return told


def _opened(bundle: bytes, password: str) -> tuple[list[bytes], x509.Certificate]:
    """(key and certificates as PEM, the key's own certificate) of a PKCS#12 file, or a sentence on what is wrong with it."""
    if len(bundle) > MOST_BYTES:
        raise ValidationError(_("The file is too large to be a key file. Choose the one that ends in .p12 or .pfx."))
    blocks = open_bundle(bundle, password)
    if blocks is None:
        raise ValidationError(_("The file could not be opened. Check the password, and that it is a PKCS#12 file."))
    if not blocks:
        raise ValidationError(_("The file holds no key with its certificate. Export both together."))
    key = load_pem_private_key(blocks[0], password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValidationError(_("The key must be ECDSA P-256. Ask who issues it for one of that kind."))
    return blocks, x509.load_pem_x509_certificate(blocks[1])
