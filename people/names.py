"""How names and titles are sorted and found: the same on SQLite and PostgreSQL, whatever their collation.

Keys hold only `0-9a-z`, whose order no collation changes.
"""

import unicodedata
from functools import lru_cache

_SWEDISH = {"å": "zb", "ä": "zc", "æ": "zc", "ö": "zd", "ø": "zd", "z": "za", "ü": "y"}
_FOLDED = {"æ": "ae", "ø": "o", "ß": "ss", "đ": "d", "ł": "l", "ð": "d", "þ": "th", "ŧ": "t", "ı": "i"}


@lru_cache(maxsize=1024)
def _plain(letter: str) -> str:
    folded = "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
    return "".join(_FOLDED.get(c, c) for c in folded)


def sort_key(text: str) -> str:
    """Text in, key out: å, ä and ö after z in this order (Swedish alphabet), accents ignored, words before letters."""
    key = []
    for letter in unicodedata.normalize("NFC", text).casefold():
        if letter in _SWEDISH:
            key.append(_SWEDISH[letter])
            continue
        for plain in _plain(letter):
            if plain.isascii() and plain.isalnum():
                key.append("za" if plain == "z" else plain)
            elif plain.isalpha():
                key.append(f"zz{ord(plain):06x}")
            elif not key or key[-1] != "0":
                key.append("0")
    return "".join(key).strip("0")[:300]


def search_key(text: str) -> str:
    """Text in, key out: lower case without accents or signs, words parted by one space; 'ÖHRN', 'öhrn', 'ohrn' -> 'ohrn'."""
    folded = "".join(_plain(letter) for letter in unicodedata.normalize("NFC", text).casefold())
    return " ".join("".join(c if c.isalnum() or c == "@" or c == "." else " " for c in folded).split())[:600]
