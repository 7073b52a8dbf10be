"""How a programme's papers look: changed within safe limits by its owner, frozen into what is made afterwards."""

import pytest
from django.urls import reverse

from certificates.corrections import plan_corrections, replace_all
from certificates.forms import LayoutForm
from certificates.issuing import issue_for_result
from certificates.layouts import CHANGEABLE, change_layout, layout_of, sample
from certificates.models import Certificate, Layout
from certificates.papers import Paper, markup_of, printed_text
from certificates.rendering import render
from certificates.snapshots import TEMPLATE
from journeys.enrolment import enrol
from journeys.models import Journey
from tests.certificates.rows import AT, passed
from tests.certificates.test_rendering import text_of
from tests.factories import build_journey
from tests.kept import kept


@pytest.fixture
@kept
def journey(world) -> Journey:
    return build_journey(world)


def fields(**more) -> dict:
    return {name: getattr(Layout(), name) for name in CHANGEABLE} | more


def sent(**more) -> dict:
    """What the form sends: ticked boxes are 'on', the others are not there."""
    return {name: "on" if value is True else value for name, value in fields(colour="#14594f", **more).items() if value is not False}  # fmt: skip


def test_a_certificate_freezes_the_layout_of_its_programme(world, journey):
    stop = journey.versions.get(state="published").stages.first().stops.first()
    enrol(person=world.amira, employment=world.job("amira"), journey=journey, starts_on=world.today, by=world.johan)
    version = stop.course.versions.get(state="published")
    change_layout(journey=journey, fields=fields(letters="SO", signer="Kim Rektor", signer_role="Rektor", line="Tack"), by=world.olle)  # fmt: skip
    certificate = issue_for_result(result=passed(world.amira, world.ale, version), at=AT)
    frozen = certificate.snapshot
    assert frozen["layout"] == {
        "edition": 1,
        "colour": "",
        "mark": "square",
        "letters": "SO",
        "line": "Tack",
        "shows_goals": True,
        "shows_rows": True,
    }
    assert frozen["signatories"] == [{"name": "Kim Rektor", "role": "Rektor"}]
    change_layout(journey=journey, fields=fields(letters="XX"), by=world.olle)
    certificate.refresh_from_db()
    assert certificate.snapshot == frozen
    plan = plan_corrections(Certificate.objects.live(), {"layout"})
    assert [effect.sentence for effect in plan.effects] == ["Utseende: utseende 1 → utseende 2."]
    [new] = replace_all(certificates=Certificate.objects.live(), kinds={"layout"}, reason="Utseende", by=world.olle)
    assert (new.snapshot["layout"]["letters"], new.snapshot["name"]) == ("XX", frozen["name"])


def test_saving_the_same_twice_is_one_edition(world, journey):
    for _twice in range(2):
        layout = change_layout(journey=journey, fields=fields(letters="AB"), by=world.olle)
    assert (layout.edition, layout.changed_by, Layout.objects.count()) == (1, world.olle, 1)


@pytest.mark.parametrize("field", ["line", "letters", "signer", "second_role_en"])
@pytest.mark.parametrize("text", ["<b", "{{", "a\\b", "å\x07"])
def test_markup_and_control_signs_are_refused_with_a_sentence(world, journey, field, text):
    form = LayoutForm(sent(**{field: text[:2]}), instance=layout_of(journey))
    assert list(form.errors) == [field]


def test_what_gets_past_the_form_is_still_only_text(world, journey):
    layout = layout_of(journey)
    layout.line, layout.signer = "<script>alert(1)</script>", "<img src=x>"
    markup = markup_of(sample(layout, "sv"), TEMPLATE)
    assert ("<script>" in markup, "<img src=x>" in markup) == (False, False)
    assert "<script>alert(1)</script>" in printed_text(markup)


def test_letters_that_no_font_has_are_named_in_the_form(world, journey):
    form = LayoutForm(sent(line="Tack 李"), instance=layout_of(journey))
    assert form.non_field_errors() == ["Våra typsnitt saknar 李 (U+674E). Skriv det med andra bokstäver."]


def test_the_owner_sees_the_preview_beside_the_form_before_anything_is_saved(world, journey, sign_in):
    client, address = sign_in(world.olle), reverse("layout_edit", args=[journey.slug])
    assert "Alva Exempel" in client.get(address).content.decode()
    page = client.post(address, sent(line="Tack för allt", preview="1"))
    assert ("Tack för allt" in page.content.decode(), Layout.objects.count()) == (True, 0)
    piece = client.post(address, sent(line="Tack igen"), headers={"hx-request": "true"})
    assert ("Tack igen" in piece.content.decode(), "<form" in piece.content.decode()) == (True, False)
    assert (client.post(address, sent(line="Tack för allt")).status_code, Layout.objects.get().line) == (
        302,
        "Tack för allt",
    )
    wrong = client.post(address, sent(line="<b>"))
    assert (wrong.status_code, wrong.context["form"]["line"].value(), Layout.objects.get().line) == (
        200,
        "<b>",
        "Tack för allt",
    )


def test_the_style_sheet_of_the_preview_is_held_inside_it(world, journey, sign_in):
    answer = sign_in(world.olle).get(reverse("layout_style", args=[journey.slug, "aa3355"]))
    sheet = answer.content.decode()
    assert (answer["Content-Type"], sheet[:4], "@page" in sheet) == ("text/css; charset=utf-8", ".a4{", False)
    assert f".title{{color:{Paper(sample(Layout(journey=journey, colour='#aa3355'), 'sv')).colour}}}" in sheet


@pytest.mark.parametrize("colour", ["red", "aa33", "aa3355aa", "g00000"])
def test_a_style_sheet_of_no_colour_does_not_exist(world, journey, sign_in, colour):
    assert sign_in(world.olle).get(reverse("layout_style", args=[journey.slug, colour])).status_code == 404


def test_only_who_owns_the_programme_changes_its_layout(world, journey, sign_in):
    addresses = [reverse("layout_edit", args=[journey.slug]), reverse("layout_style", args=[journey.slug, "aa3355"])]
    for key in ("amira", "johan", "helena", "petra", "otto", "maja"):
        assert [sign_in(world.people[key]).get(one).status_code for one in addresses] == [404, 404], key


@pytest.mark.parametrize("mark", ["square", "round", "shield"])
def test_every_mark_and_the_longest_words_fit_on_the_first_page(world, journey, mark):
    layout = layout_of(journey)
    layout.mark, layout.letters, layout.line = mark, "MM", "Mm " * 53
    layout.signer, layout.second, layout.signer_role = "M" * 60, "W" * 60, "r" * 60
    facts = sample(layout, "en") | {"name": "M" * 60, "title": "W" * 60}
    assert "W" * 20 in text_of(render(facts))
