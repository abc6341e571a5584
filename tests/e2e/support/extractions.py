"""Texts with what a person reads in them: the yardstick for real models."""

import dataclasses
from collections.abc import Iterator


@dataclasses.dataclass(frozen=True)
class Case:
    schema: dict
    text: str
    expected: dict  # leaves that are not named here are not judged


def _object(properties: dict, required: list[str] | None = None) -> dict:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


# Bounds end the answers of a small model, which repeats itself without them.
TEXT = {"type": "string", "maxLength": 40}
COUNT = {"type": "integer", "minimum": 0, "maximum": 100000}

PERSON = _object({"name": TEXT, "age": {"type": "integer", "minimum": 0, "maximum": 130}, "city": TEXT})
CONTACT = _object({"name": TEXT, "address": _object({"street": TEXT, "city": TEXT})})
ORDER = _object(
    {
        "customer": TEXT,
        "lines": {"type": "array", "minItems": 1, "maxItems": 2, "items": _object({"article": TEXT, "count": COUNT})},
    }
)
REVIEW = _object(
    {
        "product": TEXT,
        "sentiment": {"enum": ["positive", "negative"]},
        "stars": {"type": "integer", "minimum": 1, "maximum": 5},
    }
)
MEETING = _object(
    {
        "title": TEXT,
        "day": {"enum": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]},
        "hour": {"type": "integer", "minimum": 0, "maximum": 23},
        "room": TEXT,
    },
    required=["title", "day", "hour"],
)
FLIGHT = _object({"flight": {"type": "string", "maxLength": 8}, "origin": TEXT, "destination": TEXT, "seats": COUNT})

CASES = (
    Case(
        PERSON,
        "My name is Maria Keller, I am 34 years old and I live in Vienna.",
        {"name": "Maria Keller", "age": 34, "city": "Vienna"},
    ),
    Case(PERSON, "Tom Baker from Leeds turned 51 yesterday.", {"name": "Tom Baker", "age": 51, "city": "Leeds"}),
    Case(
        CONTACT,
        "Please send it to Paul Novak, 12 Mill Lane, Prague.",
        {"name": "Paul Novak", "address": {"street": "12 Mill Lane", "city": "Prague"}},
    ),
    Case(
        CONTACT,
        "Anna Rossi lives at 7 Garden Road in Milan.",
        {"name": "Anna Rossi", "address": {"street": "7 Garden Road", "city": "Milan"}},
    ),
    Case(
        ORDER,
        "Order 88: Julia Stein ordered 4 lamps and 6 cups.",
        {"customer": "Julia Stein", "lines": [{"article": "lamps", "count": 4}, {"article": "cups", "count": 6}]},
    ),
    Case(
        ORDER,
        "Order 112: Peter Lang ordered 3 books and 5 pens on 9 June.",
        {"customer": "Peter Lang", "lines": [{"article": "books", "count": 3}, {"article": "pens", "count": 5}]},
    ),
    Case(
        REVIEW,
        "The Orion kettle is wonderful, I love it. 5 stars.",
        {"product": "Orion kettle", "sentiment": "positive", "stars": 5},
    ),
    Case(
        REVIEW,
        "The Nova headphones broke after a week, terrible. 1 star.",
        {"product": "Nova headphones", "sentiment": "negative", "stars": 1},
    ),
    Case(
        MEETING,
        "Budget review on Tuesday at 14:00 in room Berlin.",
        {"title": "Budget review", "day": "Tuesday", "hour": 14, "room": "Berlin"},
    ),
    Case(MEETING, "Team lunch on Friday at 12:00.", {"title": "Team lunch", "day": "Friday", "hour": 12}),
    Case(
        FLIGHT,
        "Flight LH400 from Frankfurt to Boston has 280 seats.",
        {"flight": "LH400", "origin": "Frankfurt", "destination": "Boston", "seats": 280},
    ),
    Case(
        FLIGHT,
        "Flight BA117 from London to Chicago has 214 seats.",
        {"flight": "BA117", "origin": "London", "destination": "Chicago", "seats": 214},
    ),
)


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """The scalars of a JSON value with their JSON Pointers."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if children is None:
        yield path, value
        return
    for key, child in children:
        yield from leaves(child, f"{path}/{key}")


def _normal(value: object) -> object:
    return value.strip(" .").casefold() if isinstance(value, str) else value


@dataclasses.dataclass
class Score:
    right: int = 0
    total: int = 0
    wrong: list[str] = dataclasses.field(default_factory=list)

    def add(self, found: dict, expected: dict) -> None:
        values = dict(leaves(found))
        for path, wanted in leaves(expected):
            self.total += 1
            if _normal(values.get(path)) == _normal(wanted) and type(values.get(path)) is type(wanted):
                self.right += 1
            else:
                self.wrong.append(f"{path}: {wanted!r}, not {values.get(path)!r}")

    @property
    def share(self) -> float:
        return self.right / self.total

    def __str__(self) -> str:
        return f"{self.right} of {self.total} values right ({self.share:.0%})"
