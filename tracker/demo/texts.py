"""The shape of what the demo teaches: courses, stops, stages and journeys as plain text.

A part is (form, hours). Forms: D digital self-study, W webinar, K course day, L study circle, H observed practice,
F follow-up at work.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class CourseText:
    code: str
    title: str
    title_en: str
    parts: tuple[tuple[str, float], ...]
    about: str
    tasks: tuple[str, ...] = ()
    goals: tuple[tuple[str, str], ...] = ()
    hard: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()
    min_years: int = 0
    role: str = ""
    per_year: int = 0
    seats: int = 25
    valid_months: int = 0
    local: bool = False


@dataclass(frozen=True)
class StopText:
    code: str
    anchor: str = "journey"
    offset: int | None = None
    unit: str = "months"
    kind: str = "compulsory"


@dataclass(frozen=True)
class StageText:
    key: str
    name: str
    name_en: str
    stops: tuple[StopText, ...]
    min_years: int | None = None
    max_years: int | None = None
    role: str = ""
    electives_needed: int = 0


@dataclass(frozen=True)
class JourneyText:
    code: str
    name: str
    name_en: str
    stages: tuple[StageText, ...]
    courses: tuple[CourseText, ...] = field(default=())


def levels(fact: str, understanding: str, skill: str) -> tuple[tuple[str, str], ...]:
    """Return the goals of a course on its three levels."""
    return (("fakta", fact), ("förståelse", understanding), ("färdighet", skill))
