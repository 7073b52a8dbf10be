"""Many certificates in one file, made by the worker in small steps (H1, T4)."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django_q.tasks import async_task

from certificates.models import Bundle, BundleLine, Certificate
from certificates.notices import tell_bundle
from certificates.packing import files_of, join_parts, write_part
from people.access import Viewer
from people.events import record
from people.failpoints import failpoint
from people.files import files_in, move_in, on_disk, open_file, remove_file, remove_folder, write_file
from people.models import Organisation, Person

FOLDER = "bundles"
MOST_LINES = 5000
LINES_PER_JOB = 25
LIFE = timedelta(hours=24)
# Longer than a job and its second try take: who has not moved for so long was lost.
LOST = timedelta(minutes=4)


def bundle_obstacles(certificates: QuerySet[Certificate]) -> list[str]:
    """Why these certificates cannot go into one file: sentences, none when they can."""
    count = certificates.count()
    if not count:
        return [_("Select at least one certificate first.")]
    if count > MOST_LINES:
        words = _("That is %(count)d certificates. One file holds %(most)d at most: filter further.")
        return [words % {"count": count, "most": MOST_LINES}]
    return []


def start_bundle(
    *,
    organisation: Organisation,
    certificates: QuerySet[Certificate],
    by: Person,
    kind: str = Bundle.Kind.ZIP,
    filters: dict | None = None,
    role: str = "",
    at: datetime | None = None,
) -> Bundle:
    """Order a file with these certificates (already asked through visible_to). Returns the bundle that the worker will fill."""
    at = at or timezone.now()
    with transaction.atomic():
        rows = list(certificates.order_by("sort_key", "pk").values_list("pk", flat=True)[:MOST_LINES])
        bundle = Bundle.objects.create(
            organisation=organisation,
            kind=kind,
            filters=filters or {},
            total=len(rows),
            asked_at=at,
            moved_at=at,
            asked_by=by,
            role=role,
        )
        BundleLine.objects.bulk_create([BundleLine(bundle=bundle, certificate_id=pk) for pk in rows])
        record("start_bundle", by=by, about=bundle, organisation=organisation, role=role, at=at, total=len(rows))
        async_task("certificates.jobs.fill_bundle", bundle.pk, group="bundles")
    return bundle


def cancel_bundle(*, bundle: Bundle, by: Person, at: datetime | None = None) -> Bundle:
    """Stop a file that is being made; what was made of it is thrown away."""
    with transaction.atomic():
        row = Bundle.objects.select_for_update().get(pk=bundle.pk)
        if row.is_running:
            row.state = Bundle.State.CANCELLED
            row.save(update_fields=["state"])
            record("cancel_bundle", by=by, about=row, organisation=row.organisation, at=at)
    remove_folder(_parts(row))
    return row


def next_lines(bundle: Bundle) -> list[BundleLine]:
    """The next lines to pack: the same ones again when a job is run again."""
    rows = bundle.lines.filter(outcome=BundleLine.Outcome.WAITING).order_by("pk")
    return list(rows.select_related("certificate__person").prefetch_related("certificate__files")[:LINES_PER_JOB])


def pack(*, bundle: Bundle, lines: list[BundleLine], at: datetime | None = None) -> bool:
    """Put some lines into a part of the file. Returns whether more is to be done; safe to run twice, at once too."""
    with override(bundle.asked_by.language):
        packed = {line: files_of(line.certificate, bundle.kind) for line in lines}
        found = {line: files for line, (files, _reason) in packed.items() if files}
        if found:
            place = f"{_parts(bundle)}/{lines[0].pk:012d}.part"
            write_file(place, write_part(bundle.kind, found))
    failpoint("part_written")
    with transaction.atomic():
        row = Bundle.objects.select_for_update().get(pk=bundle.pk)
        waiting = row.lines.filter(outcome=BundleLine.Outcome.WAITING)
        if not row.is_running or (lines and not waiting.filter(pk=lines[0].pk).exists()):
            return False  # cancelled, or a second run of the same job was faster
        for line, (files, reason) in packed.items():
            line.outcome = BundleLine.Outcome.IN if files else BundleLine.Outcome.MISSING
            line.reason = reason
        BundleLine.objects.bulk_update(lines, ["outcome", "reason"])
        row.state, row.moved_at = Bundle.State.RUNNING, at or timezone.now()
        row.done = row.total - waiting.count()
        row.save(update_fields=["state", "done", "moved_at"])
        ask_on(row)
    failpoint("part_counted")
    return row.done < row.total


def ask_on(bundle: Bundle) -> None:
    """Ask the worker for the bundle's next step."""
    step = "fill" if bundle.done < bundle.total else "close"
    async_task(f"certificates.jobs.{step}_bundle", bundle.pk, group="bundles")


def resume_bundles(*, at: datetime | None = None) -> int:
    """Ask again for files whose job was lost (a killed worker, a restored database). Returns how many."""
    at = at or timezone.now()
    running = Bundle.objects.filter(state__in=[Bundle.State.QUEUED, Bundle.State.RUNNING], moved_at__lt=at - LOST)
    with transaction.atomic():
        lost = list(running.select_for_update())
        for bundle in lost:
            bundle.moved_at = at
            bundle.save(update_fields=["moved_at"])
            ask_on(bundle)
    return len(lost)


def close_bundle(*, bundle: Bundle, at: datetime | None = None) -> Bundle:
    """Join the parts, add the index, and open the file to who asked for 24 hours. Safe to run twice."""
    at = at or timezone.now()
    if not bundle.is_running or bundle.done < bundle.total:
        return bundle
    stored_as = f"{FOLDER}/{bundle.public_id}.{bundle.ending}"
    sha256 = _join(bundle, stored_as)
    failpoint("bundle_joined")
    with transaction.atomic():
        row = Bundle.objects.select_for_update().get(pk=bundle.pk)
        if row.is_running:
            row.state, row.stored_as, row.expires_at = Bundle.State.READY, stored_as, at + LIFE
            row.sha256 = sha256
            row.save(update_fields=["state", "stored_as", "expires_at", "sha256"])
            tell_bundle(row, at=at)
    if row.state == Bundle.State.CANCELLED:
        remove_file(stored_as)
    remove_folder(_parts(bundle))
    return row


def _join(bundle: Bundle, stored_as: str) -> str:
    """Join into a file of its own and keep it all at once; returns the SHA-256."""
    with tempfile.TemporaryDirectory(prefix="leden-bundle-") as folder:
        target = Path(folder) / "whole"
        with on_disk(files_in(_parts(bundle))) as parts, override(bundle.asked_by.language):
            sha256 = join_parts(bundle, parts, target)
        move_in(stored_as, target)
    return sha256


def expire_bundles(*, at: datetime | None = None) -> int:
    """Throw away the files whose day is over. Returns how many."""
    at = at or timezone.now()
    over = Bundle.objects.filter(state=Bundle.State.READY, expires_at__lte=at)
    for bundle in over:
        remove_file(bundle.stored_as)
        bundle.state = Bundle.State.EXPIRED
        bundle.save(update_fields=["state"])
    return len(over)


def download_obstacle(bundle: Bundle, viewer: Viewer, at: datetime) -> str:
    """Why the file may not be fetched now; every line is asked through visible_to again, in the role of this moment (T4, P7)."""
    if bundle.state == Bundle.State.EXPIRED or (bundle.expires_at and bundle.expires_at <= at):
        return _("The file was kept for 24 hours and is gone. Order it again.")
    if bundle.state != Bundle.State.READY:
        return _("The file is not ready.")
    packed = bundle.lines.filter(outcome=BundleLine.Outcome.IN).order_by().values("certificate")
    rows = Certificate.objects.visible_to(viewer)
    # What was closed since lies in no file for use; an archive keeps it.
    rows = rows if bundle.kind == Bundle.Kind.ARCHIVE else rows.live()
    seen = rows.filter(pk__in=packed).count()
    if seen != packed.count():
        return _("The file holds people whom you may no longer see in your present role. Order a new one.")
    return ""


def bundle_file(bundle: Bundle, viewer: Viewer, at: datetime) -> Any:
    """The open file, for who asked, or None when there is an obstacle."""
    return None if download_obstacle(bundle, viewer, at) else open_file(bundle.stored_as)


def _parts(bundle: Bundle) -> str:
    """The folder of what is packed and not joined yet."""
    return f"{FOLDER}/{bundle.public_id}"
