"""What a browser does, and nothing else: cookies, forms with their token, two web servers that a proxy chooses between."""

import base64
import hmac
import http.client
import random
import re
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.distributed.hosts import HOST

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
# A browser waits; whoever waits longer than this for one of our pages was not answered.
TIMEOUT = 45.0


@dataclass(frozen=True)
class Answer:
    """Status 0: nobody answered, and nobody knows whether it was done."""

    status: int
    body: str = ""
    location: str = ""

    @property
    def is_known(self) -> bool:
        return 200 <= self.status < 500


@dataclass
class Browser:
    """One person's browser behind a proxy that ends TLS and sends each request to any of the web servers."""

    ports: Sequence[int]
    answers: list[tuple[float, int, str]]  # when, status, method and path: of all browsers
    cookies: dict[str, str] = field(default_factory=dict)
    shape: random.Random = field(default_factory=random.Random)

    def ask(self, method: str, path: str, body: str | None = None, port: int = 0) -> Answer:
        headers = {
            "Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7", "Referer": f"https://{HOST}/",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }  # fmt: skip
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", port or self.shape.choice(list(self.ports)), timeout=TIMEOUT)
        try:
            line.request(method, path, body, headers)
            came = line.getresponse()
            text = came.read().decode("utf-8", "replace")
            self._keep(came.headers.get_all("Set-Cookie") or [])
            answer = Answer(came.status, text, came.headers.get("Location", ""))
        except (OSError, http.client.HTTPException):
            answer = Answer(0)
        finally:
            line.close()
        self.answers.append((began, answer.status, f"{method} {path}"))
        return answer

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value

    def get(self, path: str, port: int = 0) -> Answer:
        return self.ask("GET", path, port=port)

    def send(self, page: Answer, path: str, **fields: str) -> Answer:
        """Send a form that stands on `page`."""
        found = TOKEN.search(page.body)
        token = found[1] if found else ""
        return self.ask("POST", path, urlencode({"csrfmiddlewaretoken": token, **fields}))

    def sign_in(self, email: str, password: str, secret: str = "") -> bool:
        """The page of signing in, and the code of the app where the person has one."""
        page = self.get("/logga-in/")
        led = self.send(page, "/logga-in/", login=email, password=password)
        if secret and "steg-tva" in led.location:
            led = self.send(self.get("/logga-in/steg-tva/"), "/logga-in/steg-tva/", code=code_of(secret))
        return led.status == 302 and "/logga-in/" not in led.location


def code_of(secret: str, at: float | None = None) -> str:
    """The six digits that an app shows now (RFC 6238)."""
    counter = struct.pack(">Q", int((at or time.time()) // 30))
    digest = hmac.new(base64.b32decode(secret), counter, "sha1").digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"
