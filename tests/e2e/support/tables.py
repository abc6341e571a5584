"""Uniform tables as programs hand them to models: generated, each of another kind, the same in every run."""

import datetime
import random

FIRST = ["Ada", "Grace", "Alan", "Linus", "Barbara", "Edsger", "Radia", "Ken", "Margaret", "Donald"]
LAST = ["Lovelace", "Hopper", "Turing", "Torvalds", "Liskov", "Dijkstra", "Perlman", "Thompson", "Hamilton", "Knuth"]
CITIES = ["London", "New York", "Helsinki", "Zürich", "São Paulo", "Kyoto", "Nairobi", "Bath"]
WORDS = "report draft review budget meeting invoice shipment quality update summary contract delay order part".split()
STATES = ["open", "paid", "cancelled", "shipped"]


def _name(pick: random.Random) -> str:
    return f"{pick.choice(FIRST)} {pick.choice(LAST)}"


def _day(pick: random.Random) -> str:
    return (datetime.date(2024, 1, 1) + datetime.timedelta(days=pick.randrange(900))).isoformat()


# A row of each kind of table.
KINDS = {
    "people": lambda p, i: {"id": i, "name": _name(p), "email": f"user{p.randrange(9999)}@example.com", "active": p.random() < 0.7},
    "orders": lambda p, i: {"order": f"A-{1000 + i}", "customer": _name(p), "total": round(p.uniform(5, 900), 2), "status": p.choice(STATES)},
    "sensors": lambda p, i: {"time": f"{_day(p)}T{p.randrange(24):02}:{p.randrange(60):02}:00Z", "celsius": round(p.uniform(-20, 40), 1), "humidity": p.randrange(100)},
    "tickets": lambda p, i: {"ticket": i, "subject": " ".join(p.choices(WORDS, k=5)), "priority": p.randrange(1, 5), "assignee": p.choice(FIRST)},
    "places": lambda p, i: {"city": p.choice(CITIES), "position": {"lat": round(p.uniform(-90, 90), 4), "lon": round(p.uniform(-180, 180), 4)}, "population": p.randrange(10**6)},
    "stock": lambda p, i: {"sku": f"{p.choice('ABC')}{p.randrange(10**5):05}", "quantity": p.randrange(500), "price": round(p.uniform(1, 99), 2), "reordered": None},
    "events": lambda p, i: {"user_id": p.randrange(10**6), "event_type": p.choice(WORDS), "duration_ms": p.randrange(5000), "success": True},
    "notes": lambda p, i: {"author": _name(p), "date": _day(p), "text": ", ".join(p.choices(WORDS, k=9)) + ": done"},
}
SIZES = (5, 20, 60)


def uniform_tables() -> dict[str, list[dict]]:
    """Tables by name."""
    pick = random.Random(20261121)
    return {
        f"{kind} x {size}": [row(pick, i + 1) for i in range(size)] for kind, row in KINDS.items() for size in SIZES
    }
