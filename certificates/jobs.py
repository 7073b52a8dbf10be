"""Work for the worker. Every job is short and may run twice."""

from certificates.filing import keep_file, note_fault
from certificates.issuing import issue_missing, requeue_unrendered
from certificates.models import Certificate
from certificates.rendering import UnprintableLetters, render


def render_certificate(pk: int) -> str:
    """Draw one certificate and keep its file. Returns a word for the job list."""
    certificate = Certificate.objects.filter(pk=pk, state=Certificate.State.QUEUED).first()
    if certificate is None:
        return "nothing to draw"
    try:
        content = render(certificate.snapshot, certificate.template)
    except UnprintableLetters as stop:
        note_fault(certificate=certificate, letters=stop.letters)
        return "unprintable letters"
    keep_file(certificate=certificate, content=content)
    return "drawn"


def make_missing_certificates() -> str:
    """What a lost signal or a lost job left behind, every few minutes."""
    made = issue_missing()
    again = requeue_unrendered()
    return f"{len(made)} issued, {again} queued again"
