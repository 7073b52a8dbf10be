"""Attendance where the network comes and goes: marks wait in the browser, are sent when it is back, and hold no name."""

import pytest

from courses.booking import book_people
from courses.models import Attendance
from tests.browser.conftest import PHONE, say
from tests.browser.test_stories import begin_day
from tests.factories import build_course, build_occasion

pytestmark = pytest.mark.browser

STORE = "localStorage.getItem('leden.marks')"


def test_marks_made_offline_wait_and_are_saved_when_the_network_is_back(world, visit):
    occasion = build_occasion(world, build_course(world, days=1))
    book_people(occasion=occasion, employments=[world.job("amira"), world.job("tilda")], by=world.johan)
    begin_day(world, occasion.meetings.get())
    petra = visit(world.petra, PHONE)
    petra.open("attendance_edit", occasion.public_id)
    page, line = petra.page, petra.page.locator("#marks-waiting")
    assert line.inner_text() == ""
    page.context.set_offline(True)
    page.get_by_role("radio", name=say("Present", "attendance")).first.check(force=True)
    page.get_by_role("radio", name=say("Partly", "attendance")).last.check(force=True)
    page.get_by_role("spinbutton").last.fill("90")
    page.get_by_role("spinbutton").last.blur()
    assert line.inner_text().startswith(say("{n} marks wait for the network.").format(n=3))
    kept = page.evaluate(STORE)
    assert "Amira" not in kept
    assert "Tilda" not in kept
    assert not Attendance.objects.exists()
    with page.expect_navigation():  # what waited is sent by itself, and the page is shown anew
        page.context.set_offline(False)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(STORE) is None
    assert sorted(Attendance.objects.values_list("state", "minutes")) == [("partly", 90), ("present", None)]
    assert page.get_by_role("radio", checked=True).count() == 2
    assert line.inner_text() == ""


def test_signing_out_empties_the_browser(world, visit):
    occasion = build_occasion(world, build_course(world, days=1))
    book_people(occasion=occasion, employments=[world.job("amira")], by=world.johan)
    begin_day(world, occasion.meetings.get())
    petra = visit(world.petra)
    petra.open("attendance_edit", occasion.public_id)
    petra.page.evaluate("localStorage.setItem('leden.marks', '[1]')")
    petra.page.locator("details.account summary").click()
    petra.press("Sign out")
    assert petra.page.evaluate(STORE) is None
