"""Invented names of mixed origin. Any likeness to a living person is chance."""

import random

GIVEN: list[str] = (  # noqa: SIM905
    "Aisha Alma Amina Anders Anna-Karin Astrid Axel Birgitta Carina Carl-Johan Cecilia Daniel Daryna Ebba Elias Elif Emma "
    "Erik Eva Fadumo Farid Fatima Frida Gunilla Gustav Hanna Hassan Helena Henrik Hodan Ida Ingrid Ismail Jasmin Jenny Johanna "
    "Jonas Josef Kajsa Karin Katarina Kerstin Khadija Kim Lars Leila Lena Linnéa Lovisa Magnus Malin Marcus Margareta Maria "
    "Marie-Louise Mehmet Mikael Mirjam Mohammed Monika Nadia Nils Noor Olga Oscar Per Peter Petra René Rosa Ruth Samira Sara "
    "Sigrid Sofia Stefan Susanna Tariq Therese Thi Tomas Ulrika Viktor Viola Yasmin Ylva Zahra Åke Åsa Älva Örjan Özlem"
).split()
FAMILY: list[str] = (  # noqa: SIM905
    "Abdi Ahlberg Ahmed Andersson Asplund Aydın Bergqvist Björklund Blom Brandt Carlén Dahl Demir Ek Ekström Engdahl Eriksson "
    "Falk Fors Friberg Gebremedhin Granath Gustavsson Haddad Hagman Hallgren Hassan Hedlund Holm Hosseini Ibrahim Isaksson "
    "Jansson Johansson Jónsdóttir Karlsson Kovač Kowalska Larsson Lindahl Lindqvist Lund Löfgren Malm Mattsson Moberg Müller "
    "Nguyen Nilsson Norberg Nordin Nowak Nyström Olsson Omar Palm Persson Petrović Ramirez Rahimi Rosén Rydberg Sandahl Saleh "
    "Sjögren Ström Sundberg Svensson Sörensen Tesfaye Thorén Wallin Wennerström Wiklund Yılmaz Zetterlund Åberg Åkerström "
    "Ängsholm Öberg Öhrn Östlund"
).split()
TITLES = (
    "Socialsekreterare",
    "Socialsekreterare",
    "Socialsekreterare",
    "Familjehemssekreterare",
    "Behandlare",
    "Handläggare",
)
LONG_TITLE = "Socialsekreterare med samordningsansvar för unga vuxna i övergång"


class Names:
    """Draws names without repeating a pair."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.used: set[tuple[str, str]] = set()

    def next(self) -> tuple[str, str]:
        """A given and a family name."""
        while True:
            given, family = self.draw.choice(GIVEN), self.draw.choice(FAMILY)
            if self.draw.random() < 0.06:
                family = f"{family}-{self.draw.choice(FAMILY)}"
            if (given, family) not in self.used:
                self.used.add((given, family))
                return given, family
