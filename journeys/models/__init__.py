from journeys.models.enrolment import Completion, DeadlineChange, Enrolment, Pause
from journeys.models.journey import Adoption, ChoiceGroup, Journey, Stage, Stop, Version
from journeys.models.local_layer import LOCAL, LocalChange, LocalLayer, LocalStop
from journeys.models.moving import MoveRule, StopMapping, VersionMove
from journeys.models.progress import Progress, Rollup, SharedNeed
from journeys.models.proposal import LayerProposal
from journeys.models.rebuild import Rebuild
from journeys.models.target_group import GroupMember, TargetGroup

__all__ = [
    "LOCAL",
    "Adoption",
    "ChoiceGroup",
    "Completion",
    "DeadlineChange",
    "Enrolment",
    "GroupMember",
    "Journey",
    "LayerProposal",
    "LocalChange",
    "LocalLayer",
    "LocalStop",
    "MoveRule",
    "Pause",
    "Progress",
    "Rebuild",
    "Rollup",
    "SharedNeed",
    "Stage",
    "Stop",
    "StopMapping",
    "TargetGroup",
    "Version",
    "VersionMove",
]
