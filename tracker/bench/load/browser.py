"""A browser as small as can be: one session's cookies, real requests over HTTP, and how long each answer took."""

import http.client
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

HOST = "leden.invalid"
PATIENCE = 30.0  # seconds until an answer that has not come counts as none
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """Status (0: none came), where it leads, the text, and the milliseconds from the first byte sent to the last one read."""

    status: int
    location: str = ""
    text: str = ""
    ms: float = 0.0

    @property
    def token(self) -> str:
        found = _TOKEN.search(self.text)
        return found[1] if found else ""

    def leads_to(self, path: str) -> bool:
        return self.status == 302 and self.location.startswith(path)


@dataclass
class Browser:
    """Asks the server on a port of this machine as if through the proxy that ends TLS."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, "", {})

    def post(self, path: str, fields: dict[str, str | list[str]], *, token: str, by_script: bool = False) -> Answer:
        """Send a form with the token of the page that it stood in; `by_script`: as htmx does it."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{HOST}"}
        if by_script:
            headers |= {"HX-Request": "true", "X-CSRFToken": token}
        else:
            fields = {**fields, "csrfmiddlewaretoken": token}
        return self._ask("POST", path, urlencode(fields, doseq=True), headers)

    def _ask(self, method: str, path: str, body: str, more: dict[str, str]) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "192.0.2.1",
            "Cookie": cookies,
            **more,
        }
        began = time.perf_counter()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            line.request(method, path, body.encode() or None, headers)
            came = line.getresponse()
            content = came.read()
        except (OSError, http.client.HTTPException) as error:
            return Answer(0, text=repr(error), ms=(time.perf_counter() - began) * 1000)
        finally:
            line.close()
        self._keep(came.headers.get_all("Set-Cookie") or [])
        location = (came.headers.get("Location") or "").removeprefix(f"https://{HOST}")
        return Answer(came.status, location, content.decode(errors="replace"), (time.perf_counter() - began) * 1000)

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            name, _equals, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
