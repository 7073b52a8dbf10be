"""HR's list of certificates: lean rows, hand-written."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CertificateTable(tables.Table):
    rows_template = "certificates/_certificate_rows.html"
    caption = _("Certificates")
    cards = True

    pick = tables.Column(verbose_name=_("Select"), empty_values=(), orderable=False)
    name = tables.Column(verbose_name=_("Name"), order_by=("sort_key", "pk"))
    title = tables.Column(verbose_name=_("Course or stage"), orderable=False)
    achieved_on = tables.Column(verbose_name=pgettext_lazy("on paper", "Completed"), order_by=("achieved_on", "pk"))
    valid_until = tables.Column(verbose_name=_("Validity"), order_by=("valid_until", "sort_key"))

    class Meta:
        empty_text = _("No certificate matches the filter")
        order_by = "name"
