"""Work for the worker. Every job is short and may run twice."""

from people.chain import chain
from people.outbox import send_due


def send_mail() -> int:
    """Mail that is due."""
    return send_due()


def chain_log() -> int:
    """Rows of the log that are not linked yet."""
    return chain()
