"""A version's path copied into a draft, keys and all."""

from journeys.models import ChoiceGroup, Stage, Stop, Version


def copy_path(old: Version, new: Version) -> None:
    """Copy stages, groups and stops; references within the version are turned to the copies."""
    groups: dict[int | None, ChoiceGroup | None] = {None: None}
    stages: dict[int, Stage] = {}
    for stage in old.stages.prefetch_related("groups"):
        own_groups = list(stage.groups.all())
        old_stage = stage.pk
        stage.pk, stage.version, stage._state.adding = None, new, True
        stage.save()
        stages[old_stage] = stage
        for group in own_groups:
            old_group = group.pk
            group.pk, group.stage, group._state.adding = None, stage, True
            group.save()
            groups[old_group] = group
    copies: dict[int, Stop] = {}
    olds = list(old.stops.order_by("order"))
    for stop in olds:
        fields = {
            name: getattr(stop, name)
            for name in ("key", "order", "course_id", "min_course_version", "kind", "offset", "unit", "fixed_on")
        }
        # The station before may come later in the row: it is set when all copies are there.
        anchor = "" if stop.anchor == Stop.Anchor.STOP else stop.anchor
        fields["offset"] = fields["offset"] if anchor else None
        copies[stop.pk] = Stop.objects.create(
            version=new, stage=stages[stop.stage_id], group=groups[stop.group_id], anchor=anchor, **fields
        )
    for stop in olds:
        if stop.after_id is not None:
            copy = copies[stop.pk]
            copy.anchor, copy.offset, copy.after = stop.anchor, stop.offset, copies[stop.after_id]
            copy.save()
