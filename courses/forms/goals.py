"""How far somebody has come: one choice for each goal."""

from collections.abc import Iterable, Mapping

from django import forms

from courses.models import Goal, ReachedLevel


class GoalsForm(forms.Form):
    """A choice of level for each goal; what is left open says nothing."""

    def __init__(self, *args, goals: Iterable[Goal], now: Mapping[int, str] | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for goal in goals:
            self.fields[f"goal-{goal.pk}"] = forms.ChoiceField(
                label=goal.text,
                required=False,
                choices=ReachedLevel.choices,
                widget=forms.RadioSelect,
                initial=(now or {}).get(goal.pk),
            )

    def levels(self) -> dict[int, str]:
        """Goal id -> level, of those that were chosen."""
        return {int(name.removeprefix("goal-")): level for name, level in self.cleaned_data.items() if level}
