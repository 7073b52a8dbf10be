"""A mail server that keeps what it accepts: one file for each message, on the disk before it says 250."""

import email
import os
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from uuid import uuid4

from tests.processes import FORK

ANSWERS = {b"EHLO": b"250 sink", b"HELO": b"250 sink", b"MAIL": b"250 ok", b"RCPT": b"250 ok", b"RSET": b"250 ok"}


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    folder: Path


class Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say(b"220 sink")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"QUIT":
                return self.say(b"221 bye")
            if word == b"DATA":
                self.say(b"354 go on")
                self.keep()
            self.say(ANSWERS.get(word, b"250 kept"))
        return None

    def say(self, text: bytes) -> None:
        self.wfile.write(text + b"\r\n")

    def keep(self) -> None:
        with (self.server.folder / uuid4().hex).open("wb") as file:
            for line in iter(self.rfile.readline, b".\r\n"):
                file.write(line)
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def mail_server(folder: Path) -> Iterator[int]:
    """The port of a server in a process of its own, which keeps its messages in `folder`."""
    with Sink(("127.0.0.1", 0), Talk) as server:
        server.folder = folder
        process = FORK.Process(target=server.serve_forever, daemon=True)
        process.start()
        try:
            yield server.server_address[1]
        finally:
            process.kill()
            process.join(10)


def kept(folder: Path) -> list[Message]:
    return [email.message_from_bytes(path.read_bytes()) for path in folder.iterdir()]
