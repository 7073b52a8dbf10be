"""Every colour that an organisation may choose gives readable pages, light and dark (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from people.theme import DARK, DEFAULT, LIGHT, contrast, digest, luminance, palette, stylesheet

BRANDS = ["#14594f", "#0b5cab", "#8a1c3b", "#ffcc00", "#00a3e0"]
# (one step, the other step, least contrast)
FLOORS = [
    ("text-subtle", "surface-tinted", 5.4),
    ("text-subtle", "background-tinted", 5.4),
    ("text-default", "surface-tinted", 11.0),
    ("border-default", "surface-default", 3.8),
    ("border-strong", "surface-tinted", 4.5),
    ("base-contrast-default", "base-default", 5.3),
    ("base-contrast-default", "base-hover", 5.3),
    ("base-contrast-default", "base-active", 5.3),
    ("base-default", "surface-default", 3.0),
]


def too_low(colour: str) -> list[tuple[str, str, str, float]]:
    """The pairs of a colour's palette that read worse than their floor."""
    return [
        (scheme, one, other, round(contrast(steps[one], steps[other]), 2))
        for scheme, steps in palette(colour).items()
        for one, other, floor in FLOORS
        if contrast(steps[one], steps[other]) < floor
    ]


@pytest.mark.parametrize("colour", BRANDS)
def test_palette_of_a_brand_reads_well(colour):
    assert too_low(colour) == []


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 0xFFFFFF).map("#{:06x}".format))
def test_palette_of_any_colour_reads_well(colour):
    assert too_low(colour) == []


def test_contrast_is_that_of_wcag():
    assert (contrast("#000000", "#ffffff"), round(contrast("#777777", "#ffffff"), 2)) == (21.0, 4.48)


def test_floors_can_fail():
    assert contrast("#ffcc00", "#ffffff") < 3.0


def test_dark_brand_keeps_its_own_colour():
    assert [palette(colour)["light"]["base-default"] for colour in BRANDS[:3]] == BRANDS[:3]


def test_bright_brand_is_darkened_until_it_stands_out_and_carries_dark_words():
    light = palette("#ffcc00")["light"]
    assert (luminance(light["base-default"]) < 0.3, luminance(light["base-contrast-default"]) < 0.02) == (True, True)


def test_palette_has_sixteen_steps_in_both_schemes():
    steps = palette("#14594f")
    assert set(steps["light"]) == set(steps["dark"]) == set(DARK)
    assert (len(steps["light"]), set(LIGHT) < set(DARK)) == (16, True)


def test_stylesheet_changes_accent_only_and_its_digest_follows_the_bytes():
    sheet = stylesheet("#14594f")
    names = {name.split(":")[0] for name in sheet.split("--")[1:]}
    assert names == {f"ds-color-accent-{step}" for step in DARK}
    assert digest("#14594f") != digest("#14594e")


def test_theme_is_served_for_ever_at_the_address_of_its_bytes(client, db):
    kept = client.get(f"/tema/14594f.{digest('#14594f')}.css")
    old = client.get("/tema/14594f.000000000000.css")
    assert (kept.status_code, kept["Content-Type"], kept["Cache-Control"]) == (
        200,
        "text/css; charset=utf-8",
        "public, max-age=31536000, immutable",
    )
    assert kept.content.decode() == old.content.decode() == stylesheet("#14594f")
    assert old["Cache-Control"] == "public, max-age=60"
    assert client.get("/tema/hundar.000000000000.css").status_code == 404


@pytest.mark.parametrize(("who", "page"), [("maja", "organisation_settings"), ("pia", "organisation_create")])
def test_the_field_of_a_colour_shows_how_pages_look_with_it(world, sign_in, who, page):
    text = sign_in(world.people[who]).get(reverse(page)).content.decode()
    shown = {f'fill="{palette(world.ale.colour)[scheme]["base-default"]}"' in text for scheme in ("light", "dark")}
    assert (shown, 'style="' in text) == ({True}, False)


@pytest.mark.parametrize("colour", [*BRANDS, "#FFCC00"])
def test_a_colour_is_shown_before_it_is_saved(world, sign_in, colour):
    text = sign_in(world.maja).get(reverse("colour_preview"), {"colour": colour}).content.decode()
    steps = [palette(colour.lower())[scheme] for scheme in ("light", "dark")]
    fills = set(re.findall(r'(?:fill|stroke)="([^"]+)"', text))
    assert fills <= {tone for scheme in steps for tone in scheme.values()}
    assert {scheme["base-default"] for scheme in steps} <= fills


@pytest.mark.parametrize("colour", ["", "red", "#12", "#gggggg", '"><b>', "#14594f;"])
def test_what_is_no_colour_shows_the_usual_one(world, sign_in, colour):
    maja, url = sign_in(world.maja), reverse("colour_preview")
    assert maja.get(url, {"colour": colour}).content == maja.get(url, {"colour": DEFAULT}).content


def test_a_colour_that_cannot_be_is_a_sentence_and_the_page_stands(world, sign_in):
    typed = {"colour": "red", "approval": "always", "approval_days": "3", "needs_kept_days": "14"}
    answer = sign_in(world.maja).post(reverse("organisation_settings"), typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["colour"])
