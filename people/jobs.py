"""Work for the worker. Every job is short and may run twice."""

from people.bounces import collect_bounces
from people.chain import chain
from people.once import forget_sendings
from people.outbox import send_due


def send_mail() -> int:
    """Mail that is due."""
    return send_due()


def read_bounces() -> int:
    """Every few minutes: mails that came back."""
    return collect_bounces()


def chain_log() -> int:
    """Rows of the log that are not linked yet."""
    return chain()


def forget_old_sendings() -> int:
    """Forms that nobody can send a second time any more."""
    return forget_sendings()
