"""A world in which things have happened, built through deeds: what the walk, the stories and the calendars look at.

The region gave the course once: Amira, Tilda and Skye were there and have certificates. It is given again in three weeks,
with two seats: Amira and Tilda sit, Jonas and Skye queue. Both municipalities run one journey. Otto's Borås has a course
and an occasion of its own, which nobody else may see.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pypdf import PdfWriter

from certificates.bundling import start_bundle
from certificates.models import Bundle, Certificate
from courses.attendance import lock_meeting, mark_all_present, report_occasion
from courses.authoring import add_goal, add_part, add_subject, add_task, draft_course, publish_course
from courses.booking import book_people, request_seat
from courses.equivalences import add_equivalence
from courses.evidence import read_uploads
from courses.feeds import renew_feed
from courses.goals import rate_self, share_ratings
from courses.importing.uploads import read_upload
from courses.models import (
    Booking,
    Course,
    CourseResult,
    CourseVersion,
    Occasion,
    Part,
    RatingShare,
    Recognition,
    Subject,
    Upload,
    Venue,
)
from courses.recognition import apply_for_recognition
from courses.results import finish_part, start_course, tick_task
from courses.scheduling import Day, add_venue, plan_occasion, publish_occasion
from courses.transfers import share_results
from journeys.enrolment import enrol
from journeys.local_layers import draft_layer, set_live, set_local_stop
from journeys.models import Enrolment, Journey, LocalStop, MoveRule, TargetGroup
from journeys.proposals import propose_version
from journeys.publishing import (
    add_stage,
    add_stop,
    adopt_journey,
    draft_journey,
    draft_next_version,
    publish_version,
)
from journeys.rules import Rule
from journeys.target_groups import set_rule
from journeys.versions_moving import offer_moves
from journeys.versions_publishing import publish_with_rules
from people.models import Employment, RecordShare
from tests.factories import World, build_course, build_occasion, build_self_study

STUDENTS = ("amira", "tilda", "skye")


@dataclass
class Lived:
    """The world and what happened in it; `results`, `certificates` and `enrolments` by the key of the cast."""

    world: World
    course: Course
    draft: CourseVersion
    foreign_course: Course
    past: Occasion
    coming: Occasion
    foreign_occasion: Occasion
    journey: Journey
    foreign_journey: Journey
    subject: Subject
    venue: Venue
    bundle: Bundle
    tokens: dict[str, str]
    results: dict[str, CourseResult]
    certificates: dict[str, Certificate]
    enrolments: dict[str, Enrolment]
    record_share: RecordShare
    groups: dict[str, TargetGroup]
    share: RatingShare
    uploads: dict[str, Upload]
    recognition: Recognition
    local_stop: LocalStop

    def booking(self, name: str, occasion: Occasion | None = None) -> Booking:
        """The booking of one of the cast on the coming occasion, or on another."""
        return Booking.objects.get(person=self.world.people[name], occasion=occasion or self.coming)


def build_past(world: World, course: Course) -> Occasion:
    """The course's two days, sixty days ago; three took part in everything and did the follow-up."""
    at = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=60)
    parts = {part.key: part for part in course.versions.published().get().parts.all()}
    days = [
        Day(
            part=parts[f"dag-{number}"],
            starts_at=at + timedelta(days=7 * number - 7),
            ends_at=at + timedelta(days=7 * number - 7, hours=7),
            place="Sal 2",
        )
        for number in (1, 2)
    ]
    occasion = plan_occasion(
        course=course,
        organiser=world.region,
        collaboration=world.west,
        days=days,
        seats=10,
        opens_at=at - timedelta(days=40),
        closes_at=at - timedelta(days=2),
        trainers=(world.tove,),
        by=world.petra,
        at=at - timedelta(days=41),
    )
    publish_occasion(occasion=occasion, by=world.petra, at=at - timedelta(days=40))
    for key in STUDENTS:
        manager = world.torsten if key == "tilda" else world.johan
        book_people(occasion=occasion, employments=[world.job(key)], by=manager, at=at - timedelta(days=30))
    attend(world, occasion, parts, at)
    return occasion


def attend(world: World, occasion: Occasion, parts: dict[str, Part], at: datetime) -> None:
    """Prepare, be there on all days, do the follow-up: three certificates."""
    results = [CourseResult.objects.get(person=world.people[key], course=occasion.course) for key in STUDENTS]
    for result in results:
        for task in parts["pre"].tasks.all():
            tick_task(result=result, task=task, by=result.person, at=at - timedelta(days=1))
    for meeting in occasion.meetings.order_by("starts_at"):
        mark_all_present(meeting=meeting, by=world.petra, at=meeting.ends_at)
        lock_meeting(meeting=meeting, by=world.petra, at=meeting.ends_at)
    report_occasion(occasion=occasion, by=world.petra, at=at + timedelta(days=8))
    for result in results:
        result.refresh_from_db()
        finish_part(result=result, part=parts["post"], by=result.person, at=at + timedelta(days=9))


def build_journey(world: World, course: Course) -> Journey:
    """A published journey of the region with one stop, adopted by both municipalities since last year."""
    at = timezone.now() - timedelta(days=300)
    day = timezone.localdate(at)
    version = draft_journey(
        owner=world.region, code="SOC", name="Socialsekreterare", collaboration=world.west, by=world.olle, at=at
    )
    stage = add_stage(version=version, name="Introduktion", key="intro", min_years=0, by=world.olle, at=at)
    add_stop(stage=stage, course=course, key="barn", anchor="journey", offset=12, unit="months", by=world.olle, at=at)
    publish_version(version=version, valid_from=day, by=world.olle, at=at)
    for organisation in (world.ale, world.tjorn):
        adopt_journey(journey=version.journey, organisation=organisation, starts_on=day, by=world.olle, at=at)
    draft_next_version(journey=version.journey, by=world.olle, at=at)
    return version.journey


def offer_next_version(world: World, journey: Journey) -> None:
    """The next version is published and offered to who is still on the first (Jonas); a third one is drafted."""
    draft = journey.versions.get(state="draft")
    rules = {None: MoveRule.Kind.OFFER}
    version = publish_with_rules(version=draft, valid_from=world.today, rules=rules, by=world.olle)
    offer_moves(version=version, by=None)
    draft_next_version(journey=journey, by=world.olle)


def build_foreign(world: World) -> tuple[Course, Occasion]:
    """A course and an occasion that Borås keeps to itself."""
    version = draft_course(owner=world.boras, code="BOR", title="Knallekurs", by=None)
    part = add_part(version=version, kind="meeting", title="Knalledag", minutes=400, by=None)
    publish_course(version=version, by=None)
    start = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=20)
    occasion = plan_occasion(
        course=version.course,
        organiser=world.boras,
        days=[Day(part=part, starts_at=start, ends_at=start + timedelta(hours=7), place="Knallesal")],
        seats=5,
        opens_at=start - timedelta(days=40),
        closes_at=start - timedelta(days=1),
        by=None,
    )
    publish_occasion(occasion=occasion, by=None)
    request_seat(occasion=occasion, person=world.otto, employment=world.job("otto"), by=None)
    return version.course, occasion


def build_draft(world: World) -> CourseVersion:
    """A course of the region that only its authors see."""
    version = draft_course(owner=world.region, code="NY", title="Utkastet", by=world.petra)
    part = add_part(version=version, kind="preparation", title="Förberedelse", minutes=60, key="pre", by=world.petra)
    add_task(part=part, text="Läs", by=world.petra)
    add_goal(version=version, level="fakta", text="Veta mer", by=world.petra)
    return version


def diploma() -> bytes:
    """A paper of one empty page."""
    writer, paper = PdfWriter(), BytesIO()
    writer.add_blank_page(width=595, height=842)
    writer.write(paper)
    return paper.getvalue()


def build_share(world: World) -> RecordShare:
    """Amira and Tilda passed a course while the region employed them. Tilda has offered hers to Tjörn; Amira can still choose."""
    course = build_self_study(world, "SJALV", "Självstudier")
    for person in (world.amira, world.tilda):
        result = start_course(person=person, organisation=world.region, course=course, by=person)
        finish_part(result=result, part=result.course_version.parts.get(), by=person)
    result = CourseResult.objects.get(person=world.tilda, organisation=world.region)
    return share_results(
        person=world.tilda, sender=world.region, organisation=world.tjorn, results=[result], by=world.tilda
    )


def number_of(job: Employment) -> str:
    """An employee number, given to a job that has none."""
    Employment.objects.filter(pk=job.pk).update(number=f"nr-{job.pk}")
    return f"nr-{job.pk}"


def build_ratings(world: World, course: Course) -> RatingShare:
    """Amira has rated herself and shares it with Johan."""
    version = course.versions.published().get()
    own = {"person": world.amira, "organisation": world.ale, "by": world.amira}
    rate_self(version=version, levels={version.goals.get().pk: "fakta"}, **own)
    return share_ratings(course=course, to=world.johan, **own)


def build_local_layer(world: World, journey: Journey) -> LocalStop:
    """Ale adds an introduction of its own, beside the region's stations: live, with the next change drafted. The published
    version is put before it and waits for its answer."""
    layer = draft_layer(journey=journey, organisation=world.ale, by=world.maja)
    course, version = build_self_study(world, "LOK", "Lokal introduktion"), journey.versions.get(state="published")
    stage = version.stages.filter(stops__isnull=False)[0].key
    set_local_stop(layer=layer, course=course, stage=stage, by=world.maja)
    set_live(layer=layer, by=world.maja)
    propose_version(version=version, by=world.olle)
    return draft_layer(journey=journey, organisation=world.ale, by=world.maja).stops.get()


def build_recognition(world: World, course: Course) -> Recognition:
    """Amira asks that an earlier course counts, and the region says that its own course counts as it."""
    version = draft_course(owner=world.region, code="DIGI", title="Digitala verktyg", by=world.petra)
    add_part(version=version, kind="preparation", title="Läs", minutes=60, by=world.petra)
    publish_course(version=version, by=world.petra)
    add_equivalence(owner=world.region, course=course, counts_as=version.course, by=world.olle)
    return apply_for_recognition(
        person=world.amira,
        organisation=world.ale,
        course=version.course,
        achieved_on=world.today - timedelta(days=100),
        text="Kurs på högskolan",
        files=read_uploads([SimpleUploadedFile("diplom.pdf", diploma())]),
        by=world.amira,
    )


def build_lived(world: World) -> Lived:
    """The whole of it; takes about two seconds."""
    course = build_course(world)
    journey = build_journey(world, course)
    start = world.today - timedelta(days=200)
    enrolments = {
        key: enrol(
            person=world.people[key],
            employment=world.job(key),
            journey=journey,
            starts_on=start,
            by=world.torsten if key == "tilda" else world.johan,
            at=timezone.now() - timedelta(days=200),
        )
        for key in (*STUDENTS, "jonas")
    }
    past = build_past(world, course)
    coming = build_occasion(world, course, seats=2, trainers=(world.tove,))
    for keys, manager in ((("amira",), world.johan), (("tilda",), world.torsten), (("jonas", "skye"), world.johan)):
        book_people(occasion=coming, employments=[world.job(key) for key in keys], by=manager)
    offer_next_version(world, journey)
    foreign_course, foreign_occasion = build_foreign(world)
    return Lived(
        world=world,
        course=course,
        draft=build_draft(world),
        foreign_course=foreign_course,
        past=past,
        coming=coming,
        foreign_occasion=foreign_occasion,
        journey=journey,
        foreign_journey=draft_journey(owner=world.boras, code="KNA", name="Knalleresa", by=None).journey,
        subject=add_subject(owner=world.region, code="BBIC", name="Barns behov", by=world.petra),
        venue=add_venue(organisation=world.region, name="Salen", by=world.petra),
        bundle=start_bundle(
            organisation=world.ale,
            certificates=Certificate.objects.filter(person=world.amira, organisation=world.ale),
            role="hr",
            by=world.helena,
        ),
        tokens={key: renew_feed(person=world.people[key], kind="mine", by=None)[1] for key in ("amira", "tilda")},
        results={
            key: CourseResult.objects.get(person=world.people[key], course=course, state="passed") for key in STUDENTS
        },
        certificates={
            key: Certificate.objects.filter(person=world.people[key], kind="course", result__course=course).latest("id")
            for key in STUDENTS
        },
        enrolments=enrolments,
        record_share=build_share(world),
        share=build_ratings(world, course),
        uploads={
            key: read_upload(
                organisation=getattr(world, key),
                file_name="gamla.csv",
                by=world.people[name],
                data=f"Nummer;Kurs;Datum\n{number_of(world.job(who))};BARN;2020-03-01\n".encode(),
            )
            for key, name, who in (("ale", "helena", "jonas"), ("tjorn", "hugo", "tilda"))
        },
        groups={
            key: set_rule(
                organisation=getattr(world, key),
                journey=journey,
                name="Nya",
                rule=Rule(units=(world.units[key].pk,), titles=("Socialsekreterare",)),
                by=None,
            )
            for key in ("ale", "tjorn")
        },
        recognition=build_recognition(world, course),
        local_stop=build_local_layer(world, journey),
    )
