"""One colour in, an organisation's style sheet out: Designsystemet's 16 steps of `accent`, light and dark.

Each step has a target luminance, not a lightness, so the contrast between two steps is the same for every colour that an
organisation may choose (WCAG 2.2, 1.4.3 and 1.4.11). Hue and colourfulness are the organisation's own, in OKLCH
(Björn Ottosson 2020).
"""

import hashlib
import math
from functools import lru_cache

# step: (relative luminance, share of the colour's own chroma)
LIGHT = {
    "background-default": (1.0, 0.0),
    "background-tinted": (0.926, 0.09),
    "surface-default": (1.0, 0.0),
    "surface-tinted": (0.84, 0.2),
    "surface-hover": (0.76, 0.3),
    "surface-active": (0.67, 0.43),
    "border-subtle": (0.579, 0.45),
    "border-default": (0.218, 0.9),
    "border-strong": (0.125, 1.0),
    "text-subtle": (0.112, 1.0),
    "text-default": (0.025, 0.68),
}
DARK = {
    "background-default": (0.008, 0.28),
    "background-tinted": (0.0105, 0.28),
    "surface-default": (0.0135, 0.28),
    "surface-tinted": (0.026, 0.41),
    "surface-hover": (0.036, 0.48),
    "surface-active": (0.05, 0.52),
    "border-subtle": (0.062, 0.5),
    "border-default": (0.195, 0.74),
    "border-strong": (0.36, 0.8),
    "text-subtle": (0.42, 0.75),
    "text-default": (0.8, 0.2),
    "base-default": (0.34, 0.84),
    "base-hover": (0.39, 0.8),
    "base-active": (0.441, 0.75),
    "base-contrast-subtle": (0.03, 0.4),
    "base-contrast-default": (0.008, 0.2),
}
# The filled colour keeps its own luminance up to where white words still read on it (5.3:1). Lighter colours carry
# dark words, and are darkened to where the filled shape still stands out on white paper (3:1).
WHITE_WORDS_UP_TO = 0.1465
DARK_WORDS_FROM, SHAPE_UP_TO = 0.282, 0.298
MOST_CHROMA = 0.16
# The colour of an organisation that has chosen none.
DEFAULT = "#14594f"


def _linear(colour: str) -> list[float]:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(colour: str) -> float:
    """'#rrggbb' in, relative luminance out (0 black to 1 white; WCAG 2.2)."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Two colours in, their contrast ratio out (1 to 21; WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _chroma_and_hue(colour: str) -> tuple[float, float]:
    red, green, blue = _linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return math.hypot(a, b), math.atan2(b, a)


def _linear_of(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _at(target: float, chroma: float, hue: float) -> str:
    """The colour of this hue with this luminance; chroma gives way until a screen can show it."""
    while True:
        low, high = 0.0, 1.0
        for _step in range(22):
            middle = (low + high) / 2
            red, green, blue = _linear_of(middle, chroma, hue)
            if 0.2126 * red + 0.7152 * green + 0.0722 * blue < target:
                low = middle
            else:
                high = middle
        light = _linear_of(high, chroma, hue)
        if chroma < 0.002 or all(-0.0005 <= part <= 1.0005 for part in light):
            break
        chroma *= 0.92
    shown = (min(max(part, 0.0), 1.0) for part in light)
    parts = (part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055 for part in shown)
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _filled(colour: str, chroma: float, hue: float) -> dict[str, str]:
    own = luminance(colour)
    if own <= (WHITE_WORDS_UP_TO + DARK_WORDS_FROM) / 2:
        base = min(own, WHITE_WORDS_UP_TO)
        words = {"base-contrast-subtle": _at(0.88, chroma * 0.12, hue), "base-contrast-default": "#ffffff"}
        shades = (base, base * 0.72, base * 0.52)
    else:
        base = min(max(own, DARK_WORDS_FROM), SHAPE_UP_TO)
        words = {
            "base-contrast-subtle": _at(0.009, chroma * 0.2, hue),
            "base-contrast-default": _at(0.006, chroma * 0.2, hue),
        }
        shades = (base, base + 0.05, base + 0.1)
    names = ("base-default", "base-hover", "base-active")
    filled = {name: _at(shade, chroma, hue) for name, shade in zip(names, shades, strict=True)}
    if base == own:
        filled["base-default"] = colour.lower()
    return filled | words


@lru_cache(maxsize=512)
def palette(colour: str) -> dict[str, dict[str, str]]:
    """'#rrggbb' in, {'light': {step: colour}, 'dark': {step: colour}} out, 16 steps each."""
    chroma, hue = _chroma_and_hue(colour)
    chroma = min(chroma, MOST_CHROMA)
    light = {step: _at(target, share * chroma, hue) for step, (target, share) in LIGHT.items()}
    dark = {step: _at(target, share * chroma, hue) for step, (target, share) in DARK.items()}
    return {"light": light | _filled(colour, chroma, hue), "dark": dark}


def _rules(steps: dict[str, str]) -> str:
    return "".join(f"--ds-color-accent-{step}:{colour};" for step, colour in steps.items())


@lru_cache(maxsize=512)
def stylesheet(colour: str) -> str:
    """'#rrggbb' in, the organisation's style sheet out: only `accent` changes, states and "next" stay as they are."""
    light, dark = (_rules(palette(colour)[scheme]) for scheme in ("light", "dark"))
    return (
        f":root,[data-color-scheme=light]{{{light}}}\n"
        f":root[data-color-scheme=dark]{{{dark}}}\n"
        f"@media (prefers-color-scheme:dark){{:root[data-color-scheme=auto]{{{dark}}}}}\n"
    )


@lru_cache(maxsize=512)
def digest(colour: str) -> str:
    """The part of a theme's address that changes when its bytes change, so that browsers may keep the file for ever."""
    return hashlib.sha256(stylesheet(colour).encode()).hexdigest()[:12]
