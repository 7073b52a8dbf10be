"""The journeys that the demo teaches: invented, plausible and never anybody's real syllabus."""

from tracker.demo.courses_children import BU
from tracker.demo.courses_digital import BAS, DI
from tracker.demo.courses_disability import FM
from tracker.demo.texts import JourneyText, StageText, StopText


def _stops(*rows: tuple) -> tuple[StopText, ...]:
    return tuple(StopText(*row) for row in rows)


JOURNEYS = (
    JourneyText(
        "BU",
        "Barn och unga – myndighetsutövning",
        "Children and young people – exercise of authority",
        (
            StageText(
                "ny",
                "Ny",
                "New",
                _stops(
                    ("BU-N1", "journey", 2, "weeks"),
                    ("BU-N5", "journey", 4, "weeks"),
                    ("BU-N7", "employment", 8, "weeks"),
                    ("BU-N3", "journey", 3),
                    ("BU-N2", "journey", 6),
                    ("BU-N4", "journey", 9),
                    ("BU-N6", "journey", 12),
                ),
                0,
                2,
            ),
            StageText(
                "van",
                "Van",
                "Experienced",
                _stops(
                    ("BU-V1", "journey", 24),
                    ("BU-V2", "journey", 24),
                    ("BU-V3", "journey", 24),
                    ("BU-V4", "journey", 24, "months", "elective"),
                    ("BU-V5", "journey", 24, "months", "elective"),
                ),
                2,
                5,
                electives_needed=1,
            ),
            StageText(
                "erfaren", "Erfaren", "Senior", _stops(("BU-E1", "", None, ""), ("BU-E2", "", None, "")), 5, None
            ),
            StageText("chef", "Chef", "Manager", _stops(("BU-C1", "journey", 12)), None, None, "manager"),
        ),
        BU,
    ),
    JourneyText(
        "FM",
        "Funktionshinder – myndighetsutövning",
        "Disability – exercise of authority",
        (
            StageText(
                "ny",
                "Ny",
                "New",
                _stops(
                    ("FM-N1", "journey", 3),
                    ("FM-N4", "journey", 8, "weeks"),
                    ("FM-N2", "journey", 6),
                    ("FM-N3", "journey", 9),
                    ("FM-N5", "journey", 12),
                ),
                0,
                2,
            ),
            StageText("van", "Van", "Experienced", _stops(("FM-V1", "journey", 24), ("FM-V2", "journey", 24)), 2, 5),
            StageText(
                "erfaren",
                "Erfaren",
                "Senior",
                _stops(
                    ("FM-E1", "", None, ""),
                ),
                5,
                None,
            ),
        ),
        FM,
    ),
    JourneyText(
        "DI",
        "Digitalisering och informationssäkerhet för chefer",
        "Digital work and information security for managers",
        (
            StageText(
                "grund",
                "Grund",
                "Basics",
                _stops(("DI-2", "journey", 4, "weeks"), ("DI-3", "journey", 6, "weeks"), ("DI-1", "journey", 6)),
            ),
            StageText(
                "fordjupning",
                "Fördjupning",
                "Advanced",
                _stops(("DI-4", "journey", 12), ("DI-5", "journey", 15), ("DI-6", "journey", 18)),
            ),
            StageText(
                "ledning", "Ledning", "Leading", _stops(("DI-7", "journey", 18), ("DI-8", "", None, "", "optional"))
            ),
        ),
        DI,
    ),
    JourneyText(
        "BAS",
        "Basen för alla",
        "The basics for all",
        (
            StageText(
                "bas",
                "Bas",
                "Basics",
                _stops(
                    ("BAS-5", "employment", 2, "weeks"),
                    ("BAS-4", "employment", 2),
                    ("BAS-1", "employment", 6),
                    ("BAS-2", "employment", 6),
                    ("BAS-3", "employment", 6),
                    ("BAS-6", "", None, "", "optional"),
                ),
            ),
        ),
        BAS,
    ),
)
