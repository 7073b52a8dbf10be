"""What the demo teaches: invented courses and journeys, plausible and never anybody's real syllabus.

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


def _levels(fact: str, understanding: str, skill: str) -> tuple[tuple[str, str], ...]:
    return (("fakta", fact), ("förståelse", understanding), ("färdighet", skill))


BU = (
    CourseText(
        "BU-N1",
        "Välkommen i rollen: uppdrag och ansvar",
        "Welcome to the role: mission and responsibility",
        (("D", 4), ("L", 2)),
        "En första orientering i uppdraget: vad socialtjänsten ska göra för barn och unga, vem som beslutar och vad som "
        "är ditt ansvar från första veckan.",
        (
            "Läs om uppdraget och rita en egen karta över besluten",
            "Se filmen om en vanlig vecka",
            "Gå igenom delegationen med din chef",
        ),
        _levels(
            "Känna till uppdraget och lagarna",
            "Förstå skillnaden mellan råd, stöd och beslut",
            "Hitta rätt i delegationen",
        ),
    ),
    CourseText(
        "BU-N2",
        "Utreda med barnet i fokus",
        "Investigating with the child in focus",
        (("D", 8), ("K", 7), ("K", 7), ("F", 6)),
        "Två kursdagar om att planera, genomföra och avsluta en utredning så att barnet syns i varje steg.",
        (
            "Läs fallet Noor och skriv tre frågor",
            "Gå webbkursen om utredningens steg",
            "Lyssna på samtalet om delaktighet",
        ),
        _levels("Känna till utredningens steg och tider", "Förstå hur barnets röst vägs in", "Göra en utredningsplan"),
        hard=("BU-N1",),
        per_year=6,
    ),
    CourseText(
        "BU-N3",
        "Förhandsbedömning och skyddsbedömning",
        "Preliminary assessment and protection assessment",
        (("D", 4), ("K", 7), ("F", 3)),
        "Hur en anmälan tas emot, bedöms samma dag och blir ett beslut som håller.",
        ("Läs de tre anmälningarna", "Gör kunskapstestet om skyddsbedömning"),
        _levels("Känna till tidsgränser", "Förstå risk och skydd", "Skriva en skyddsbedömning"),
        hard=("BU-N1",),
        per_year=4,
    ),
    CourseText(
        "BU-N4",
        "Samtal med barn, grund",
        "Talking with children, basics",
        (("D", 4), ("K", 7), ("K", 7), ("H", 4)),
        "Att förbereda, föra och avsluta ett samtal med ett barn. Träning i liten grupp och ett observerat samtal efteråt.",
        ("Se de två filmade samtalen", "Skriv ned hur du själv brukar börja ett samtal"),
        _levels(
            "Känna till samtalets faser", "Förstå barns olika sätt att berätta", "Föra ett samtal med öppna frågor"
        ),
        hard=("BU-N2",),
        per_year=4,
        seats=16,
    ),
    CourseText(
        "BU-N5",
        "Dokumentation och sekretess",
        "Documentation and secrecy",
        (("D", 3),),
        "Vad som ska skrivas, vad som inte ska skrivas och vem som får läsa. Förnyas vart tredje år.",
        ("Läs om journal och akt", "Gör de sex övningarna", "Klara kunskapstestet"),
        _levels("Känna till reglerna om sekretess", "Förstå menprövning", "Skriva en anteckning som håller"),
        valid_months=36,
    ),
    CourseText(
        "BU-N6",
        "Våld i nära relationer – barnet",
        "Violence in close relationships – the child",
        (("D", 3), ("W", 3)),
        "Webbseminarium om barn som upplever våld: upptäcka, skydda, stödja.",
        ("Läs faktabladet", "Se intervjun med en barnahandläggare"),
        _levels("Känna till våldets uttryck", "Förstå barnets lojalitet", "Göra en första riskbild"),
        hard=("BU-N3",),
        per_year=4,
        seats=60,
    ),
    CourseText(
        "BU-N7",
        "Lokal introduktion",
        "Local introduction",
        (("H", 10),),
        "Kommunens egen introduktion: system, rutiner och människor att känna till.",
        local=True,
    ),
    CourseText(
        "BU-V1",
        "Risk- och skyddsfaktorer, fördjupning",
        "Risk and protective factors, advanced",
        (("D", 5), ("K", 7), ("K", 7), ("F", 5)),
        "Fördjupning i hur risker och skydd samspelar över tid.",
        ("Läs kunskapsöversikten", "Välj ett eget ärende att ta med"),
        _levels("Känna till forskningen", "Förstå samspelet över tid", "Göra en samlad analys"),
        soft=("BU-N3",),
        per_year=3,
    ),
    CourseText(
        "BU-V2",
        "Familjehem: utreda och följa upp",
        "Foster homes: investigate and follow up",
        (("D", 4), ("K", 7), ("F", 4)),
        "Från första samtalet med ett blivande familjehem till uppföljning av varje placering.",
        ("Läs om utredningsmallen", "Intervjua en kollega som arbetar med familjehem"),
        soft=("BU-N2",),
        per_year=2,
    ),
    CourseText(
        "BU-V3",
        "Samverkan och SIP",
        "Cooperation and joint plans",
        (("W", 3), ("L", 2)),
        "När flera huvudmän behövs runt ett barn: kalla, leda och följa upp ett gemensamt möte.",
        per_year=3,
        seats=60,
    ),
    CourseText(
        "BU-V4",
        "Hedersrelaterat våld och förtryck",
        "Honour-related violence and oppression",
        (("D", 3), ("K", 7)),
        "Att känna igen mönster, prata med unga och planera skydd.",
        ("Läs vägledningen", "Gör riskövningen"),
        per_year=2,
    ),
    CourseText(
        "BU-V5",
        "Unga och kriminalitet",
        "Young people and crime",
        (("D", 3), ("K", 7)),
        "Om vägar in i och ut ur kriminalitet, och samarbetet runt en ung person.",
        ("Läs de två fallen", "Se samtalet med en fältsekreterare"),
        per_year=2,
    ),
    CourseText(
        "BU-E1",
        "Handleda en ny kollega",
        "Supervising a new colleague",
        (("D", 3), ("K", 7), ("K", 7), ("H", 8)),
        "För dig som tar emot nya kollegor: handleda, ge återkoppling och bedöma praktiska moment.",
        ("Skriv om den bästa handledning du själv fått",),
        min_years=5,
        per_year=2,
        seats=16,
    ),
    CourseText(
        "BU-E2",
        "Svåra barnärenden: lärgrupp i sex träffar",
        "Difficult cases: study circle in six meetings",
        (("L", 12),),
        "En liten grupp som läser, provar och följer upp tillsammans under en termin.",
        soft=("BU-V1",),
    ),
    CourseText(
        "BU-C1",
        "Leda introduktion och lärande i arbetsgruppen",
        "Leading introduction and learning in the team",
        (("D", 2), ("K", 7), ("F", 3)),
        "För chefer: planera introduktion, skydda tid för lärande och följa upp utan att kontrollera.",
        ("Räkna på introduktionens tid i din grupp",),
        role="manager",
        per_year=2,
        seats=20,
    ),
)

FM = (
    CourseText(
        "FM-N1",
        "LSS och SoL: två lagar, ett uppdrag",
        "Two laws, one mission",
        (("D", 6), ("K", 7), ("F", 3)),
        "Två lagar, deras gränser och hur de möts hos samma person.",
        ("Läs lagkommentaren i urval", "Gör övningen om gränsfall"),
        per_year=4,
        seats=30,
    ),
    CourseText(
        "FM-N2",
        "Personkretsbedömning",
        "Assessing eligibility",
        (("D", 4), ("W", 3), ("F", 3)),
        "Vem omfattas, vilka underlag behövs och hur motiveras beslutet.",
        ("Läs fyra domar i kortform",),
        hard=("FM-N1",),
        per_year=4,
        seats=40,
    ),
    CourseText(
        "FM-N3",
        "Individens behov i centrum: utreda och dokumentera",
        "The individual's needs at the centre",
        (("D", 6), ("K", 7), ("K", 7), ("F", 6)),
        "Behov, mål och insats i en utredning som personen själv känner igen.",
        ("Läs fallet Ture", "Fyll i behovsbilden"),
        hard=("FM-N1",),
        per_year=3,
    ),
    CourseText(
        "FM-N4",
        "Bemötande och kommunikationsstöd",
        "Respect and communication support",
        (("D", 3), ("L", 2)),
        "Bilder, teckenstöd och tid: att göra sig förstådd och att förstå.",
        ("Prova två stöd tillsammans med en kollega",),
    ),
    CourseText(
        "FM-N5",
        "Barnrätt i LSS-ärenden",
        "Children's rights",
        (("D", 2), ("W", 3)),
        "Barnets rätt att komma till tals när insatsen gäller barnet självt.",
        hard=("FM-N1",),
        per_year=2,
        seats=40,
    ),
    CourseText(
        "FM-V1",
        "Följa upp insatser",
        "Following up support",
        (("W", 3), ("F", 4)),
        "Uppföljning som leder till något: mål, mått och samtal.",
        soft=("FM-N3",),
        per_year=2,
        seats=40,
    ),
    CourseText(
        "FM-V2",
        "Personlig assistans: bedömning och beräkning",
        "Personal assistance",
        (("D", 4), ("K", 7)),
        "Grundläggande behov, andra behov och tid.",
        ("Räkna exemplet Elsa",),
        hard=("FM-N2",),
        per_year=2,
    ),
    CourseText(
        "FM-E1",
        "Komplexa ärenden, ärendelärgrupp",
        "Complex cases, study circle",
        (("L", 10),),
        "Erfarna handläggare lär av varandras svåraste ärenden.",
    ),
)

DI = (
    CourseText(
        "DI-1",
        "Digitalisering är verksamhetsutveckling",
        "Digital work is organisational development",
        (("D", 2), ("W", 2), ("F", 1)),
        "Börja i behovet, inte i tekniken.",
        ("Beskriv ett eget behov",),
        per_year=4,
        seats=40,
    ),
    CourseText(
        "DI-2",
        "Informationssäkerhet för dig som leder",
        "Information security for leaders",
        (("D", 2),),
        "Ditt ansvar som chef, och vad du gör när något händer. Förnyas varje år.",
        ("Gör årets övning",),
        valid_months=12,
    ),
    CourseText(
        "DI-3",
        "Personuppgifter i vardagen",
        "Personal data in daily work",
        (("D", 1.5),),
        "Vad som får sparas, hur länge och varför.",
        ("Gör kunskapstestet",),
        valid_months=24,
    ),
    CourseText(
        "DI-4",
        "Informationsklassa din verksamhet",
        "Classifying your information",
        (("K", 4), ("F", 4)),
        "Klassa en verklig informationsmängd tillsammans med andra.",
        hard=("DI-2",),
        per_year=3,
        seats=20,
    ),
    CourseText(
        "DI-5",
        "Läsa er mätning: från digital mognad till plan",
        "From a measurement to a plan",
        (("W", 2), ("L", 3)),
        "Läs resultatet utan att leta syndabockar.",
        hard=("DI-1",),
        per_year=1,
        seats=20,
    ),
    CourseText(
        "DI-6",
        "Automatisera en process tillsammans",
        "Automating a process together",
        (("K", 6), ("F", 8)),
        "Välj en liten process och gör den klart.",
        hard=("DI-1",),
        per_year=2,
        seats=16,
    ),
    CourseText(
        "DI-7",
        "Krisövning: när systemen ligger nere",
        "Crisis exercise",
        (("K", 4),),
        "En eftermiddag utan system.",
        hard=("DI-2",),
        per_year=1,
        seats=30,
    ),
    CourseText(
        "DI-8",
        "Nämndens ansvar för informationssäkerhet",
        "The board's responsibility",
        (("W", 1.5),),
        "För förtroendevalda: vad nämnden ska fråga efter.",
        per_year=1,
        seats=40,
        valid_months=48,
    ),
)

BAS = (
    CourseText(
        "BAS-1",
        "Brandskydd",
        "Fire safety",
        (("K", 2),),
        "Släcka, larma, utrymma.",
        per_year=4,
        seats=24,
        valid_months=36,
    ),
    CourseText(
        "BAS-2",
        "Hjärt-lungräddning",
        "CPR",
        (("K", 3),),
        "Träning på docka, med hjärtstartare.",
        per_year=5,
        seats=16,
        valid_months=24,
    ),
    CourseText(
        "BAS-3",
        "Hot och våld",
        "Threats and violence",
        (("D", 2), ("K", 3)),
        "Förebygga, agera, ta hand om varandra.",
        ("Läs rutinen på din arbetsplats",),
        per_year=4,
        seats=24,
        valid_months=36,
    ),
    CourseText(
        "BAS-4",
        "Klarspråk",
        "Plain language",
        (("D", 1),),
        "Skriv så att den som läser förstår.",
        ("Skriv om ett eget brev",),
    ),
    CourseText(
        "BAS-5",
        "Systemet själv: så läser du Min resa",
        "The system itself: reading My journey",
        (("D", 0.5),),
        "En halvtimme om Leden.",
        ("Hitta din nästa station",),
    ),
)


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
                ),
            ),
        ),
        BAS,
    ),
)
