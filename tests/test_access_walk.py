"""Every URL of the resolver is described: who may open it and what feeds it (tests/walk_table.py)."""

from tests.walk_table import EXEMPT_CACHE, EXEMPT_WRITES, EXPECTED
from tests.walking import addresses


def test_every_address_is_described():
    """Whoever adds a URL says here who may open it; at most five exemptions."""
    found = addresses()
    unknown = sorted({one.name for one in found if one.name not in EXPECTED})
    assert not unknown, f"describe in tests/walk_table.py: {unknown}"
    wrong = [one for one in found if set(one.wants) != set(EXPECTED[one.name].feeds)]
    assert wrong == []
    assert len(EXEMPT_CACHE) + len(EXEMPT_WRITES) <= 5
