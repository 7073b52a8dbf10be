"""The roof's way around: which tabs a role has, where it begins, and what every page knows (ui.md 6)."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.access import Viewer
from people.roles import Permission, Role
from people.second_factor import lacks_second_factor
from people.theme import digest
from tracker.beginning import steps_on
from tracker.templatetags.addresses import address as page_address

# Set by the account menu; read by every page, so that the first paint has the right colours without a script.
SCHEME_COOKIE = "scheme"
SCHEMES = {"auto": _("As the device"), "light": _("Light"), "dark": _("Dark")}


@dataclass(frozen=True)
class Tab:
    """A way to a page. `url_name` may be one that another part of the product has not built yet: then there is no tab."""

    url_name: str
    label: Promise
    icon: str
    under: tuple[str, ...] = ()  # paths that belong under the tab without beginning with its own


MY_JOURNEY = Tab("journey_mine", _("My journey"), "route")
OF_COURSES = (
    "/egna-kurser/", "/lokaler/", "/amnen/", "/mina-kurser/", "/att-signera/", "/bokningar/", "/incheckning/", "/tillfallen/",
)  # fmt: skip
COURSES = Tab("course_list", _("Courses"), "book-open", OF_COURSES)
CALENDAR = Tab("calendar_mine", _("Calendar"), "calendar")
MY_CERTIFICATES = Tab("certificate_mine", _("My certificates"), "award", ("/tillgodoraknande/",))
TEAM = Tab("team_overview", _("My team"), "users", ("/loper-ut/", "/tillgodoraknande/"))
OCCASIONS = Tab("occasion_list", _("Sessions"), "calendar")
PARTICIPANTS = Tab("participant_list", _("Participants"), "users")
HR = Tab(
    "hr_overview",
    _("Overview"),
    "layout-dashboard",
    ("/malgrupper/", "/tidigare-kurser/", "/loper-ut/", "/tillgodoraknande/"),
)
CERTIFICATES = Tab("certificate_list", _("Certificates"), "award")
STAFF = Tab("person_list", _("Staff"), "users")
REPORTS = Tab("report_list", _("Reports"), "chart-column")
REGION = Tab("region_overview", _("Region"), "map")
PROGRAMMES = Tab(
    "programme_list", pgettext_lazy("tab", "Programmes"), "milestone", ("/tillgodoraknande/", "/likvardighet/")
)
UNITS = Tab("unit_list", _("Units"), "network")
ROLES = Tab("role_list", _("Roles"), "user-cog")
PROTECTED = Tab("person_list", pgettext_lazy("tab", "Protected"), "shield")
ORGANISATIONS = Tab("organisation_list", _("Organisations"), "building-2")
NOTICES = Tab("notice_list", _("Notices"), "bell")
MY_GOALS = Tab("goal_mine", _("My goals"), "gauge")
LOG = Tab("log_list", _("Who has looked"), "eye")
PLATFORM = Tab("platform_admin_list", _("Administrators"), "user-cog")
COLLABORATIONS = Tab("collaboration_list", _("Collaborations"), "network")

# At most four, so that the phone's bar holds them.
TABS: dict[Role, tuple[Tab, ...]] = {
    Role.EMPLOYEE: (MY_JOURNEY, COURSES, CALENDAR, MY_CERTIFICATES),
    Role.MANAGER: (MY_JOURNEY, TEAM, COURSES, CALENDAR),
    Role.DEPUTY: (MY_JOURNEY, TEAM, COURSES, CALENDAR),
    Role.SUPERVISOR: (MY_JOURNEY, COURSES, CALENDAR, MY_CERTIFICATES),
    Role.ORGANISER: (OCCASIONS, COURSES, PARTICIPANTS, CALENDAR),
    Role.TRAINER: (OCCASIONS, COURSES, PARTICIPANTS, CALENDAR),
    Role.HR: (HR, CERTIFICATES, STAFF, REPORTS),
    Role.CUSTODIAN: (PROTECTED, MY_JOURNEY, COURSES, CALENDAR),
    Role.COORDINATOR: (REGION, PROGRAMMES, OCCASIONS, REPORTS),
    Role.OWNER: (PROGRAMMES, COURSES, OCCASIONS, CALENDAR),
    Role.MUNICIPALITY_ADMIN: (STAFF, UNITS, ROLES, COURSES),
    Role.DATA_PROTECTION: (MY_JOURNEY, COURSES, CALENDAR, MY_CERTIFICATES),
    Role.PLATFORM_ADMIN: (ORGANISATIONS, COLLABORATIONS, PLATFORM),
}
# Where a role begins, when that is not its first tab.
FIRST = {Role.MANAGER: TEAM, Role.DEPUTY: TEAM}


@dataclass(frozen=True)
class Way:
    """A tab as a page shows it."""

    url: str
    label: Promise
    icon: str
    current: bool


def address(url_name: str) -> str:
    """URL name in, path out; '' while no page has that name."""
    try:
        return page_address(url_name)
    except NoReverseMatch:
        return ""


def ways(tabs: tuple[Tab, ...], path: str) -> Iterator[Way]:
    """Tabs that lead somewhere. The current one is the longest that the path begins with; its own goes before one under it."""
    found = [(url, tab) for tab in tabs if (url := address(tab.url_name))]
    begun = [
        (len(start), start == url, url) for url, tab in found for start in (url, *tab.under) if path.startswith(start)
    ]
    here = max(begun)[-1] if begun else ""
    return (Way(url=url, label=tab.label, icon=tab.icon, current=url == here) for url, tab in found)


def first_page(viewer: Viewer) -> str:
    """Path of the page where the viewer's acting role begins; the help page when the role has none yet."""
    tabs = TABS[viewer.role]
    begins = (FIRST.get(viewer.role, tabs[0]), *tabs)
    return next((url for tab in begins if (url := address(tab.url_name))), reverse("help"))


def theme_address(colour: str) -> str:
    """An organisation's colour in, the address of its style sheet out."""
    colour = colour.lower()
    return reverse("theme_show", args=[colour.lstrip("#"), digest(colour)])


def context(request: HttpRequest) -> dict[str, object]:
    """What base.html needs, for every page, also when nobody is signed in."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    scheme = request.COOKIES.get(SCHEME_COOKIE, "auto")
    roof: dict[str, object] = {
        "viewer": viewer,
        "may": viewer.may if viewer else frozenset(),
        "demo": settings.DEMO,
        "scheme": scheme if scheme in SCHEMES else "auto",
        "schemes": SCHEMES.items(),
        "languages": settings.LANGUAGES,
    }
    if settings.DEMO and not viewer:
        from tracker.demo.cast import CAST  # only a demo reads its cast

        roof["demo_roles"] = CAST
    if viewer:
        tabs = TABS[viewer.role]
        own: tuple[Tab, ...] = (
            (NOTICES,) if MY_CERTIFICATES in tabs or not viewer.works_at else (NOTICES, MY_CERTIFICATES)
        )
        own += (MY_GOALS,) if viewer.works_at else ()
        own += (LOG,) if Permission.SEE_LOG in viewer.may else ()
        roof |= {
            "tabs": list(ways(tabs, request.path)),
            "own_ways": list(ways(own, request.path)),
            # Asked for by whole pages only: a piece that htmx fetches costs no query here.
            "place": SimpleLazyObject(lambda: viewer.organisation),
            "beginning": SimpleLazyObject(lambda: steps_on(request)),
            "acting_as": viewer.role.label,
            "lacks_second_factor": lacks_second_factor(request),
            "choices": [(choice.value, choice.label, choice == viewer.role) for choice in viewer.roles],
            "theme_url": SimpleLazyObject(
                lambda: theme_address(viewer.organisation.colour) if viewer.organisation else ""
            ),
        }
    return roof
