"""Work for the worker. Every job is short and may run twice."""

from django.utils import timezone

from certificates.bundling import close_bundle as close
from certificates.bundling import expire_bundles, next_lines, pack, resume_bundles
from certificates.closing import reissue_stopped
from certificates.filing import keep_file, note_fault
from certificates.issuing import issue_missing, requeue_unrendered
from certificates.models import Bundle, Certificate
from certificates.rendering import UnprintableLetters, render
from certificates.sealing import seal as put_seal
from certificates.seals import seal_for, warn_of_ending_seals


def render_certificate(pk: int) -> str:
    """Draw one certificate and keep its file. Returns a word for the job list."""
    certificate = Certificate.objects.filter(pk=pk, state=Certificate.State.QUEUED).select_related("issuer").first()
    if certificate is None:
        return "nothing to draw"
    try:
        content = render(certificate.snapshot, certificate.template)
    except UnprintableLetters as stop:
        note_fault(certificate=certificate, letters=stop.letters)
        return "unprintable letters"
    seal = seal_for(certificate.issuer, timezone.localdate())
    if seal is not None:
        content = put_seal(content, seal)
    keep_file(certificate=certificate, content=content, is_sealed=seal is not None)
    return "sealed" if seal else "drawn"


def make_missing_certificates() -> str:
    """What a lost signal or a lost job left behind, every few minutes."""
    made = issue_missing()
    made += reissue_stopped()
    again = requeue_unrendered()
    return f"{len(made)} issued, {again} queued again"


def fill_bundle(pk: int) -> str:
    """Pack the next few certificates of a file; those still waiting to be drawn are drawn now."""
    bundle = Bundle.objects.select_related("asked_by").get(pk=pk)
    if not bundle.is_running:
        return "nothing to pack"
    lines = next_lines(bundle)
    waiting = [line.certificate.pk for line in lines if line.certificate.state == Certificate.State.QUEUED]
    for waiting_pk in waiting:
        render_certificate(waiting_pk)
    more = pack(bundle=bundle, lines=next_lines(bundle) if waiting else lines)
    return "more to pack" if more else "packed"


def close_bundle(pk: int) -> str:
    """Join the parts of a file and open it to who asked."""
    return str(close(bundle=Bundle.objects.select_related("asked_by").get(pk=pk)))


def throw_away_old_bundles() -> str:
    """Once an hour."""
    return f"{expire_bundles()} thrown away"


def resume_lost_bundles() -> str:
    """Every other minute: a file whose job was lost goes on where it stood."""
    return f"{resume_bundles()} resumed"


def warn_about_seals() -> str:
    """Once a day."""
    return f"{warn_of_ending_seals()} told"
