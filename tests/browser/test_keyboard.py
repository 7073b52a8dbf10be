"""The main pages with a keyboard: every stop is seen, nothing lies over it, and it is large enough for a thumb (WCAG 2.2)."""

import pytest
from django.urls import reverse

from tests.browser.conftest import PHONE, WIDE, Visit, say
from tests.factories import build_world
from tests.lived import Lived, build_lived

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = {
    "amira": ("journey_mine", "course_list", "calendar_mine", "certificate_mine", "account_settings"),
    "johan": ("team_overview", "booking_approvals"),
    "petra": ("occasion_list", "attendance_edit"),
    "helena": ("certificate_list",),
}
# What a stop looks like: None at the end of the page, else [what it is, what is wrong with it ...].
STOP = """() => {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  const shown = one.matches('input.cb, [type=radio], [type=checkbox]') ? one.closest('label') || one : one;
  const box = shown.getBoundingClientRect(), own = getComputedStyle(one), outer = getComputedStyle(shown);
  const name = (one.getAttribute('aria-label') || one.innerText || one.name || one.id || one.tagName).trim().slice(0, 40);
  const faults = [`${one.tagName} ${name}`];
  const ringed = style => style.boxShadow !== 'none' || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);
  if (!ringed(own) && !ringed(outer)) faults.push('no visible focus');
  const inside = (x, y) => {
    const top = document.elementFromPoint(x, y);
    return top && (shown.contains(top) || top.contains(shown) || one.contains(top));
  };
  const xs = [0.5, 0.1, 0.9].map(part => Math.min(innerWidth - 1, Math.max(0, box.left + box.width * part)));
  const ys = [0.5, 0.1, 0.9].map(part => box.top + box.height * part);
  if (box.width && !xs.some(x => ys.some(y => inside(x, y)))) faults.push('hidden under something');
  const flows = own.display === 'inline' && one.closest('p, li, td, th, dd, label');
  if (!flows && box.width && (box.height < 24 || box.width < 24)) faults.push(`only ${box.width} x ${box.height} px`);
  const acts = one.closest('.prow>.row, td .row') && one.matches('.ds-button');
  if (acts && box.height < 43.5) faults.push(`a row's action of ${box.height} px`);
  return faults;
}"""
MOST_STOPS = 120


@pytest.fixture
def lived(transactional_db) -> Lived:
    return build_lived(build_world())


def walk_through(guest: Visit) -> list[list[str]]:
    """Press Tab to the end of the page; every stop with its faults."""
    found = []
    for _press in range(MOST_STOPS):
        guest.page.keyboard.press("Tab")
        stop = guest.page.evaluate(STOP)
        if stop is None:
            break
        found.append(stop)
    return found


def open_page(guest: Visit, name: str, lived: Lived) -> None:
    arguments = [lived.past.public_id] if name == "attendance_edit" else []
    assert guest.open(name, *arguments) == 200


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_every_stop_is_seen_uncovered_and_large_enough(lived, visit, size):
    found = []
    for key, names in PAGES.items():
        guest = visit(lived.world.people[key], size)
        for name in names:
            open_page(guest, name, lived)
            stops = walk_through(guest)
            assert len(stops) > 4, name
            found += [f"{name}: {', '.join(one)}" for one in stops if len(one) > 1]
    assert not found, "\n".join(found)


def test_first_stop_leads_past_the_menu(lived, visit):
    amira = visit(lived.world.amira)
    amira.open("course_list")
    amira.page.keyboard.press("Tab")
    assert amira.page.evaluate("document.activeElement.innerText").strip() == say("Skip to the content")
    amira.page.keyboard.press("Enter")
    assert amira.page.evaluate("document.activeElement.id") == "content"
    amira.page.keyboard.press("Tab")
    assert amira.page.evaluate("!!document.activeElement.closest('main')")


def test_account_menu_and_stages_open_and_close_by_keyboard(lived, visit):
    amira = visit(lived.world.amira)
    amira.open("journey_mine")
    for selector in ("details.account", "details.stage"):
        before = amira.page.locator(selector).first.evaluate("one => one.open")
        amira.page.locator(f"{selector} > summary").first.focus()
        for expected in (not before, before):
            amira.page.keyboard.press("Enter")
            assert amira.page.locator(selector).first.evaluate("one => one.open") is expected, selector
    amira.page.locator("details.account > summary").focus()
    amira.page.keyboard.press("Enter")
    amira.page.keyboard.press("Tab")
    assert amira.page.evaluate("!!document.activeElement.closest('.account .sheet')")
    assert reverse("journey_mine") in amira.page.url
