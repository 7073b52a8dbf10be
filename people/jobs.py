"""Work for the worker. Every job is short and may run twice."""

from people.outbox import send_due


def send_mail() -> int:
    """Mail that is due."""
    return send_due()
