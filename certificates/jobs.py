"""Work for the worker. Every job is short and may run twice."""

from datetime import timedelta

from django.utils import timezone

from certificates.bundling import close_bundle as close
from certificates.bundling import expire_bundles, next_lines, pack, resume_bundles
from certificates.closing import reissue_stopped
from certificates.issuing import issue_missing, requeue_unrendered
from certificates.models import Bundle, Certificate
from certificates.producing import produce
from certificates.seals import warn_of_ending_seals


def render_certificate(pk: int) -> str:
    """Make the files of one certificate. Returns a word for the job list."""
    waiting = Certificate.objects.filter(pk=pk, state=Certificate.State.QUEUED)
    certificate = waiting.select_related("issuer", "person").first()
    return produce(certificate=certificate) if certificate else "nothing to draw"


# What was passed or completed so lately is looked at every few minutes; each night everything.
LATELY = timedelta(days=2)


def make_forgotten_certificates() -> str:
    """Nightly: what a lost signal left behind, however long ago."""
    return f"{len(issue_missing())} issued"


def make_missing_certificates() -> str:
    """What a lost signal or a lost job left behind lately, every few minutes."""
    made = issue_missing(since=timezone.now() - LATELY)
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
