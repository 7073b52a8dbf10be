"""The letters we can print: the bundled fonts, and which letters of a text none of them has (certificates.md 2.3)."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

WEIGHTS = (400, 600, 700)
# In the order of preference: Figtree first, Noto Sans for what it lacks. Both under the OFL, from npm.
FAMILIES = (
    "figtree-latin",
    "figtree-latin-ext",
    "noto-sans-latin-ext",
    "noto-sans-vietnamese",
    "noto-sans-greek",
    "noto-sans-greek-ext",
    "noto-sans-cyrillic",
    "noto-sans-cyrillic-ext",
    "noto-sans-devanagari",
)
FORMAT = "woff2"


def font_file(family: str, weight: int) -> Path:
    """Where a bundled font lies."""
    package = "figtree" if family.startswith("figtree") else "noto-sans"
    return settings.NODE_MODULES / "@fontsource" / package / "files" / f"{family}-{weight}-normal.{FORMAT}"


@lru_cache(maxsize=1)
def letters() -> frozenset[int]:
    """Code points that some bundled font has in every weight."""
    from fontTools.ttLib import TTFont  # few pages ask, and every process of a web server would hold it

    per_weight = []
    for weight in WEIGHTS:
        found: set[int] = set()
        for family in FAMILIES:
            with TTFont(font_file(family, weight), lazy=True) as font:
                found |= set(font.getBestCmap())
        per_weight.append(found)
    return frozenset(set.intersection(*per_weight))


def missing_letters(text: str) -> str:
    """Text in, the letters that cannot be printed out, each once, in order; empty when all is well."""
    known = letters()
    return "".join(dict.fromkeys(letter for letter in text if letter not in " \n" and ord(letter) not in known))
