"""What the system did to journeys by itself, in words for "Det här gjorde systemet" (courses/decisions.py lists them)."""

from django.utils.translation import gettext as _

from courses.decisions import Named, Names, tell_of_people
from people.models import Event


def _entered(event: Event, name: Named | str, names: Names) -> tuple[str, str]:
    words = _("%(name)s was enrolled on %(journey)s.") % {"name": name, "journey": event.data["journey"]}
    return words, _("The rule “%(rule)s” asks for it.") % event.data


def _left(event: Event, name: Named | str, names: Names) -> tuple[str, str]:
    words = _("%(name)s no longer belongs to the target group “%(rule)s”.") % {"name": name, "rule": event.data["rule"]}
    return words, _("The journey goes on. Only a person may end it.")


def _back(event: Event, name: Named | str, names: Names) -> tuple[str, str]:
    words = _("%(name)s belongs to the target group “%(rule)s” again.") % {"name": name, "rule": event.data["rule"]}
    return words, _("The journey had gone on all the time.")


tell_of_people("entered_by_rule", _entered)
tell_of_people("left_by_rule", _left)
tell_of_people("back_by_rule", _back)
