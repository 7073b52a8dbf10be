"""The main pages without a fault that axe-core knows, at two widths, light and dark, and without console errors."""

import pytest
from django.conf import settings

from tests.browser.conftest import PHONE, WIDE
from tests.factories import build_world
from tests.lived import build_lived

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = {
    "amira": ("journey_mine", "course_list", "calendar_mine", "certificate_mine", "account_settings", "notice_list"),
    "johan": ("team_overview", "booking_approvals", "enrolment_create"),
    "petra": ("occasion_list", "occasion_create", "participant_list", "course_own"),
    "helena": ("hr_overview", "certificate_list", "person_list", "report_list"),
    "karin": ("region_overview", "programme_list"),
    "maja": ("unit_list", "role_list", "organisation_settings"),
    "pia": ("organisation_list", "collaboration_list"),
}
RUN = """async () => {
    const found = await axe.run(document, {resultTypes: ['violations']});
    return found.violations.map(one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).slice(0, 3).join(' | '));
}"""


def faults(visit, name: str, *arguments) -> list[str]:
    status = visit.open(name, *arguments)
    visit.page.evaluate((settings.NODE_MODULES / "axe-core" / "axe.min.js").read_text())
    found = visit.page.evaluate(RUN)
    return [f"{name} {one}" for one in found] + ([f"{name} answers {status}"] if status != 200 else [])


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light"), (PHONE, "dark")])
def test_main_pages_have_no_violation(transactional_db, visit, size, scheme):
    lived = build_lived(build_world())
    found = []
    for key, names in PAGES.items():
        guest = visit(lived.world.people[key], size, scheme)
        for name in names:
            found += faults(guest, name)
        if key == "amira":
            found += faults(guest, "course_detail", lived.course.slug)
            found += faults(guest, "occasion_detail", lived.coming.public_id)
            found += faults(guest, "result_detail", lived.results["amira"].public_id)
        if key == "johan":
            found += faults(guest, "team_person", lived.world.amira.public_id)
            found += faults(guest, "booking_people", lived.coming.public_id)
        if key == "petra":
            found += faults(guest, "occasion_detail", lived.coming.public_id)
            found += faults(guest, "attendance_edit", lived.past.public_id)
    assert found == []
