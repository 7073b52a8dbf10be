"""A file of earlier completions, and which of its columns is what."""

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _

from courses.importing.rows import COLUMNS
from people.importing.reading import FILE_BYTES


class UploadForm(forms.Form):
    """The file; what stands in it is looked at by whoever reads it."""

    file = forms.FileField(
        label=_("File"),
        max_length=200,
        help_text=_("Excel (.xlsx) or CSV, at most 5 MB and 10,000 lines, with headings in the first line."),
        validators=[FileExtensionValidator(["xlsx", "csv", "txt"])],
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > FILE_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB. Divide it."))
        return file


class ColumnsForm(forms.Form):
    """One column of the file for each thing that is needed."""

    def __init__(self, *args, head: list[str], mapping: dict[str, int], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        columns = [(str(place), title or f"({place + 1})") for place, title in enumerate(head)]
        for key, (label, _names) in COLUMNS.items():
            self.fields[key] = forms.ChoiceField(
                label=str(label),
                required=False,
                choices=[("", _("Not in the file")), *columns],
                initial=mapping.get(key),
            )

    def mapping(self) -> dict[str, int]:
        """What was chosen: thing -> place of its column."""
        return {key: int(place) for key, place in self.cleaned_data.items() if place != ""}
