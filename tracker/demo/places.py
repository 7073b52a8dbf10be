"""Where the demo plays: municipalities of domain and their units. Codes are real, structures plausible."""

import csv
from dataclasses import dataclass, field
from pathlib import Path

# Thousand inhabitants, rounded: only weights for seats.
REGION = {
    "1440": 33,
    "1489": 42,
    "1480": 605,
    "1401": 40,
    "1384": 86,
    "1482": 50,
    "1441": 43,
    "1462": 15,
    "1481": 71,
    "1402": 40,
    "1415": 28,
    "1419": 16,
    "1407": 13,
}
HIGHLAND = {"0604": 6, "0686": 18, "0682": 31, "0684": 11, "0685": 28}
THREE = {"1231": 20, "1230": 26, "1261": 32}
OTHERS = (
    "0764",
    "2281",
    "1470",
    "1980",
    "1283",
    "2280",
    "2282",
    "2283",
    "2262",
    "2260",
    "2284",
    "1490",
    "1780",
    "1499",
    "1496",
    "0780",
)
DISABILITY_STARTED = ("1480", "1481", "1482", "1384", "1441", "1402", "1489", "1401")
BRANDS = {"1480": "Göteborgs Stad", "1481": "Mölndals stad"}
COLOURS = {
    "1480": "#0b5cab",
    "1481": "#14594f",
    "1482": "#8a1c3b",
    "1384": "#1d6f42",
    "1441": "#7a4b12",
    "1402": "#5b3b8c",
    "1407": "#0f6b7a",
    "1490": "#8a1c3b",
    "1440": "#2f4b8f",
    "1489": "#9a3412",
    "1401": "#166534",
    "1462": "#6b21a8",
    "1415": "#155e75",
    "1419": "#92400e",
}


@dataclass
class Node:
    """A unit to make: name, kind, staff (people in it, its manager not counted) and units below."""

    name: str
    kind: str
    staff: int = 0
    board: str = ""
    work: str = "bu"
    below: list["Node"] = field(default_factory=list)


def municipalities() -> dict[str, dict[str, str]]:
    """Code -> row of municipalities.csv."""
    with (Path(__file__).parent / "municipalities.csv").open(encoding="utf-8") as file:
        return {row["municipality_code"]: row for row in csv.DictReader(file)}


def _middle(sizes: tuple[int, ...], disability: int) -> list[Node]:
    names = ("Mottag", "Utredning 1", "Utredning 2", "Familjehem", "Familjerätt")
    below = [Node(name, "unit", staff) for name, staff in zip(names, sizes, strict=False)]
    return [
        Node(
            "Socialförvaltningen",
            "administration",
            board="Socialnämnden",
            below=[
                Node("Barn och unga", "area", below=below),
                Node("Funktionsstöd", "unit", disability, work="fm"),
            ],
        )
    ]


def _large() -> list[Node]:
    rows = []
    for place in ("Nordost", "Centrum", "Sydväst", "Hisingen"):
        rows.append(
            Node(
                f"Socialförvaltningen {place}",
                "administration",
                board=f"Socialnämnden {place}",
                below=[
                    Node(
                        "Barn och unga",
                        "area",
                        below=[
                            Node(f"Mottag {place}", "unit", 6),
                            Node(f"Utredning {place} A", "unit", 8),
                            Node(f"Utredning {place} B", "unit", 7),
                        ],
                    ),
                ],
            )
        )
    rows.append(
        Node(
            "Förvaltningen för funktionsstöd",
            "administration",
            board="Nämnden för funktionsstöd",
            below=[Node("Myndighet Centrum", "unit", 8, work="fm"), Node("Myndighet Hisingen", "unit", 7, work="fm")],
        )
    )
    rows.append(Node("Äldre samt vård- och omsorgsförvaltningen", "administration", board="Äldrenämnden", below=[]))
    return rows


def _small(children: int, disability: int) -> list[Node]:
    return [
        Node(
            "Socialförvaltningen",
            "administration",
            board="Socialnämnden",
            below=[Node("Individ och familj", "unit", children), Node("Funktionsstöd", "unit", disability, work="fm")],
        )
    ]


def structure(code: str) -> list[Node]:
    """The unit tree of a member municipality."""
    if code == "1480":
        return _large()
    if code == "1481":
        return _middle((7, 8, 7, 5, 3), 6)
    if code in ("1384", "1482"):
        return _middle((5, 6), 4)
    sizes = {
        "1441": (8, 4),
        "1402": (9, 4),
        "1489": (8, 5),
        "1401": (9, 3),
        "1440": (9, 0),
        "1415": (9, 0),
        "1462": (7, 0),
    }
    children, disability = sizes.get(code, (7, 0))
    return _small(children, disability)
