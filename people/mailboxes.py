"""Mailboxes that Leden reads: an IMAP folder or a Maildir, named by one address. The only importer of imaplib and mailbox.

imaps://user:password@mail.example:993/INBOX      imap://user:password@localhost:143/INBOX      maildir:///var/mail/bounces
"""

import imaplib
import logging
import mailbox
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PATIENCE = 20  # seconds
AT_ONCE = 200  # mails in one run of the job: the rest comes next time
BIGGEST = 5_000_000  # bytes; no notification and no answer is bigger, and a letter bomb is not read

log = logging.getLogger(__name__)


class Box(Protocol):
    """What a mailbox is asked: what is new, and to put one mail aside so that it is not new any more."""

    def fresh(self) -> Iterator[tuple[str, bytes]]: ...

    def put_aside(self, name: str) -> None: ...


class ImapBox:
    """A folder of an IMAP server (RFC 9051): new is what has not been seen."""

    def __init__(self, server: imaplib.IMAP4) -> None:
        self.server = server

    def fresh(self) -> Iterator[tuple[str, bytes]]:
        _status, found = self.server.uid("SEARCH", "UNSEEN")
        for uid in (found[0] or b"").split()[:AT_ONCE]:
            name = uid.decode("ascii")
            _status, answer = self.server.uid("FETCH", name, "(BODY.PEEK[])")
            raw = next((part[1] for part in answer if isinstance(part, tuple)), b"")
            yield name, raw

    def put_aside(self, name: str) -> None:
        self.server.uid("STORE", name, "+FLAGS", r"(\Seen)")


class MaildirBox:
    """A Maildir on this machine: new is what lies in new/."""

    def __init__(self, folder: mailbox.Maildir) -> None:
        self.folder = folder

    def fresh(self) -> Iterator[tuple[str, bytes]]:
        names = [name for name, mail in self.folder.iteritems() if mail.get_subdir() == "new"]
        for name in sorted(names)[:AT_ONCE]:
            yield name, self.folder.get_bytes(name)

    def put_aside(self, name: str) -> None:
        mail = self.folder[name]
        mail.set_subdir("cur")
        mail.add_flag("S")
        self.folder[name] = mail


def obstacle(address: str) -> str:
    """Why an address names no mailbox that can be read; empty when it does. The password is never repeated."""
    parts = urlsplit(address)
    if parts.scheme == "maildir" and parts.path.startswith("/"):
        return ""
    if parts.scheme in ("imap", "imaps") and parts.hostname and parts.username and parts.password:
        return ""
    return "A mailbox is imaps://user:password@host:993/INBOX or maildir:///an/absolute/path."


@contextmanager
def open_mailbox(address: str) -> Iterator[Box]:
    """The mailbox that an address names, closed at the end. Raises OSError when the server does not answer or says no."""
    if sentence := obstacle(address):
        raise ImproperlyConfigured(sentence)
    parts = urlsplit(address)
    if parts.scheme == "maildir":
        yield MaildirBox(mailbox.Maildir(parts.path, create=True))
        return
    kind, port = (imaplib.IMAP4_SSL, 993) if parts.scheme == "imaps" else (imaplib.IMAP4, 143)
    try:
        with kind(parts.hostname or "", parts.port or port, timeout=PATIENCE) as server:
            server.login(unquote(parts.username or ""), unquote(parts.password or ""))
            status, _answer = server.select(unquote(parts.path.strip("/")) or "INBOX")
            if status != "OK":
                raise OSError("the folder cannot be opened")
            yield ImapBox(server)
    except (imaplib.IMAP4.error, UnicodeError) as fault:
        raise OSError(f"the mail server said no: {type(fault).__name__}") from fault


def collect(address: str, take: Callable[[bytes], int]) -> int:
    """Give each new mail of a mailbox to `take`; answers the sum of what it answers. No address: nothing runs.

    A mail is put aside after it has been taken: cut short, it is taken again, so `take` is safe to run twice. A mailbox that
    does not answer is asked again next time.
    """
    number = 0
    if not address:
        return number
    try:
        with open_mailbox(address) as box:
            for name, raw in box.fresh():
                number += take(raw) if len(raw) <= BIGGEST else 0
                box.put_aside(name)
    except OSError as fault:
        log.warning("a mailbox could not be read (%s)", type(fault).__name__)
    return number
