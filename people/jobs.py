"""Work for the worker. Every job is short and may run twice."""

import logging

from people.bounces import collect_bounces
from people.chain import chain
from people.outbox import send_due

log = logging.getLogger(__name__)


def send_mail() -> int:
    """Mail that is due."""
    return send_due()


def read_bounces() -> int:
    """Every few minutes: mails that came back. A mailbox that does not answer is asked again next time."""
    try:
        return collect_bounces()
    except OSError as fault:
        log.warning("the mailbox of bounces could not be read (%s)", type(fault).__name__)
        return 0


def chain_log() -> int:
    """Rows of the log that are not linked yet."""
    return chain()
