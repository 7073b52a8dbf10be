from journeys.models.enrolment import Completion, DeadlineChange, Enrolment, Pause
from journeys.models.journey import Adoption, ChoiceGroup, Journey, Stage, Stop, Version
from journeys.models.moving import MoveRule, StopMapping, VersionMove
from journeys.models.progress import Progress, Rollup

__all__ = [
    "Adoption",
    "ChoiceGroup",
    "Completion",
    "DeadlineChange",
    "Enrolment",
    "Journey",
    "MoveRule",
    "Pause",
    "Progress",
    "Rollup",
    "Stage",
    "Stop",
    "StopMapping",
    "Version",
    "VersionMove",
]
