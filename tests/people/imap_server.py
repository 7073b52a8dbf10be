"""A small IMAP server (RFC 9051) on a port of this machine: one user, one folder each time, the five commands that Leden gives."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

USER, PASSWORD = "leden", "hemliga ord/100%"


class Server(socketserver.ThreadingTCPServer):
    """Mails by number, and which of them have been seen."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, mails: list[bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.mails, self.seen, self.commands = mails, set(), []


class Session(socketserver.StreamRequestHandler):
    """One client: a tagged command in, untagged answers and a tagged OK out."""

    server: Server

    def handle(self) -> None:
        self._line("* OK ready")
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            tag, command, rest = (line.split(" ", 2) + [""])[:3]
            self.server.commands.append(f"{command} {rest}".strip() if command != "LOGIN" else command)
            if command == "LOGOUT":
                self._line("* BYE")
                self._line(f"{tag} OK bye")
                return
            answer = getattr(self, f"do_{command.lower()}", None)
            self._line(f"{tag} {answer(rest) if answer else 'BAD unknown'}")

    def _line(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def do_capability(self, _rest: str) -> str:
        self._line("* CAPABILITY IMAP4rev1")
        return "OK done"

    def do_login(self, rest: str) -> str:
        return "OK done" if rest.replace('"', "") == f"{USER} {PASSWORD}" else "NO wrong"

    def do_select(self, rest: str) -> str:
        if rest.strip('"') == "Saknas":
            return "NO no such folder"
        self._line(f"* {len(self.server.mails)} EXISTS")
        return "OK [READ-WRITE]"

    def do_uid(self, rest: str) -> str:
        verb, _space, more = rest.partition(" ")
        if verb == "SEARCH":
            fresh = [str(n) for n in range(1, len(self.server.mails) + 1) if n not in self.server.seen]
            self._line(f"* SEARCH {' '.join(fresh)}".rstrip())
        elif verb == "FETCH":
            number = int(more.split()[0])
            raw = self.server.mails[number - 1]
            self.wfile.write(f"* {number} FETCH (UID {number} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
        elif verb == "STORE":
            self.server.seen.add(int(more.split()[0]))
        return "OK done"


@contextmanager
def imap_server(mails: list[bytes]) -> Iterator[Server]:
    """The server with these mails unseen, until the end of the block."""
    with Server(mails) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
