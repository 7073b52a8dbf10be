from journeys.models.enrolment import Completion, DeadlineChange, Enrolment, Pause
from journeys.models.journey import Adoption, ChoiceGroup, Journey, Stage, Stop, Version
from journeys.models.progress import Progress, Rollup
from journeys.models.rebuild import Rebuild
from journeys.models.target_group import GroupMember, TargetGroup

__all__ = [
    "Adoption",
    "ChoiceGroup",
    "Completion",
    "DeadlineChange",
    "Enrolment",
    "GroupMember",
    "Journey",
    "Pause",
    "Progress",
    "Rebuild",
    "Rollup",
    "Stage",
    "Stop",
    "TargetGroup",
    "Version",
]
