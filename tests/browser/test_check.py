"""The public check compares a visitor's PDF in the browser: with the keyboard, by dropping, and nothing is sent."""

import base64

import pytest

from certificates.filing import read_file
from certificates.issuing import issue_for_result
from certificates.jobs import render_certificate
from tests.browser.conftest import PHONE, say
from tests.certificates.rows import passed
from tests.factories import build_course

pytestmark = pytest.mark.browser

DROP = """([zone, text, name]) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, {type: "application/pdf"}));
  zone.dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: data}));
}"""


def test_the_issued_file_is_known_again_and_a_changed_byte_is_found(world, visit, tmp_path):
    version = build_course(world, days=1).versions.get(state="published")
    certificate = issue_for_result(result=passed(world.amira, world.ale, version))
    anybody = visit(None, PHONE)
    render_certificate(certificate.pk)
    content = read_file(certificate)
    issued, changed = tmp_path / "issued.pdf", tmp_path / "changed.pdf"
    issued.write_bytes(content)
    changed.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    anybody.open("certificate_check", certificate.public_id)
    page, sent = anybody.page, []
    # The browser fetches the icon of the tab when it likes to.
    page.on("request", lambda request: sent.append(request.url) if not request.url.endswith("/icon.svg") else None)
    answer = page.locator("[data-answer]")
    for place, words in (
        (issued, "It is the file that was issued, byte for byte."),
        (changed, "It is not the file that was issued. It was changed, printed anew, or is another certificate."),
    ):
        page.locator("#compared").set_input_files(place)
        page.locator("[data-answer][data-kind]").wait_for()
        assert answer.inner_text() == f"{place.name}: {say(words)}"
    text = base64.b64encode(content).decode()
    page.evaluate(DROP, [page.locator(".drop").element_handle(), text, "dropped.pdf"])
    page.get_by_text("dropped.pdf:").wait_for()
    assert answer.inner_text() == "dropped.pdf: " + say("It is the file that was issued, byte for byte.")
    page.locator("#compared").focus()
    assert page.evaluate("document.activeElement.id") == "compared"
    assert sent == []
