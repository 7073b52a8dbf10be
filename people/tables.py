"""Lists of people, roles and organisations: columns, order, pages; the rows are drawn by hand."""

from collections.abc import Sequence
from typing import Any

import django_tables2 as tables
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet, Window
from django.utils.translation import gettext_lazy as _
from django_tables2.data import TableListData

from people.models import Organisation, Person, RoleAssignment


class CountedPaginator(Paginator):
    """Pages of rows that somebody has counted already: no COUNT of its own."""

    def __init__(self, *args: Any, count: int, **more: Any) -> None:
        super().__init__(*args, **more)
        self.count = count


class FirstPage(TableListData):
    """The first rows of a list that nobody has narrowed or sorted, asked for in the table's own order."""

    def order_by(self, aliases: Any) -> None:
        """They come in order."""


def counted_first(rows: QuerySet, most: int) -> QuerySet:
    """The first `most` rows of a list, each with `of_all`, how many there are: page and count in one question."""
    return rows.annotate(of_all=Window(Count("*")))[:most]


def counted_pages(rows: Sequence[Any], per_page: int) -> dict[str, Any]:
    """What RequestConfig takes as `paginate` for rows of `counted_first`."""
    return {"per_page": per_page, "paginator_class": CountedPaginator, "count": rows[0].of_all if rows else 0}


class StaffTable(tables.Table):
    name = tables.Column(verbose_name=_("Name"), order_by="sort_key")
    work = tables.Column(verbose_name=_("Unit and title"), orderable=False, empty_values=())
    account = tables.Column(verbose_name=_("Account"))

    rows_template = "people/_staff_rows.html"
    caption = _("Staff")
    cards = True

    class Meta:
        model = Person
        fields = ["name", "work", "account"]
        order_by = "name"
        empty_text = _("Nobody matches. Search for less.")


class WithheldTable(StaffTable):
    """What a custodian sees: who is protected, who chose to be a code, and whom others turn to instead."""

    protection = tables.Column(verbose_name=_("Protection"), orderable=False, empty_values=())

    rows_template = "people/_withheld_rows.html"
    caption = _("Protected people and those who chose a code")

    class Meta(StaffTable.Meta):
        fields = ["name", "work", "protection", "account"]
        sequence = ["name", "work", "protection", "account"]
        empty_text = _("Nobody here is protected or shown as a code.")


class RoleTable(tables.Table):
    person = tables.Column(verbose_name=_("Name"), order_by="person__sort_key")
    role = tables.Column(verbose_name=_("Role"))
    unit = tables.Column(verbose_name=_("For"), order_by="unit__sort_key")
    starts_on = tables.Column(verbose_name=_("Time"))
    end = tables.Column(verbose_name=_("End"), orderable=False, empty_values=())

    rows_template = "people/_role_rows.html"
    caption = _("Roles")
    cards = True

    class Meta:
        model = RoleAssignment
        fields = ["person", "role", "unit", "starts_on", "end"]
        order_by = "person"
        empty_text = _("No roles are given yet.")


class OrganisationTable(tables.Table):
    short_name = tables.Column(verbose_name=_("Organisation"), order_by="sort_key")
    kind = tables.Column(verbose_name=_("Kind"))
    municipality_code = tables.Column(verbose_name=_("Code"))
    inhabitants = tables.Column(verbose_name=_("Inhabitants"))

    rows_template = "people/_organisation_rows.html"
    caption = _("Organisations")
    cards = True

    class Meta:
        model = Organisation
        fields = ["short_name", "kind", "municipality_code", "inhabitants"]
        order_by = "short_name"
        empty_text = _("No organisation matches. Add one, or search for less.")
