"""The texts on which compare.py times everybody."""

import json
from pathlib import Path

AMOUNT = {"type": "number", "minimum": 0}
TEXT = {"type": "string", "minLength": 1}
INVOICE_SCHEMA = {
    "type": "object",
    "properties": {
        "number": {"type": "string", "maxLength": 40},
        "issued": {"type": "string", "minLength": 10},
        "due": {"type": ["string", "null"]},
        "seller": TEXT,
        "buyer": TEXT,
        "currency": {"enum": ["EUR", "USD", "GBP", "CHF"]},
        "net": AMOUNT,
        "tax": AMOUNT,
        "total": AMOUNT,
        "items": {"type": "integer", "minimum": 1, "maximum": 1000},
        "paid": {"type": "boolean"},
        "notes": {"type": ["string", "null"]},
    },
    "additionalProperties": False,
}
INVOICE_SCHEMA["required"] = list(INVOICE_SCHEMA["properties"])
INVOICE = {
    "number": "INV-2026-00417",
    "issued": "2026-11-02",
    "due": "2026-12-02",
    "seller": "Alder & Finch Ltd",
    "buyer": "Northwind Traders",
    "currency": "EUR",
    "net": 1249.5,
    "tax": 237.41,
    "total": 1486.91,
    "items": 5,
    "paid": False,
    "notes": None,
}


def record(i: int) -> str:
    return (
        f'{{"id": {i}, "name": "Person {i} of the list", "email": "person{i}@example.org", '
        f'"score": {i % 100}.25, "active": true, "tags": ["alpha", "b\\u00e9ta"]}}'
    )


def damaged_record(i: int) -> str:
    """Names and strings in other quotes or none, a literal of Python, a comma too many."""
    return (
        f"{{id: {i}, 'name': 'Person {i} of the list', \"email\": \"person{i}@example.org\", "
        f'"score": {i % 100}.25, "active": True, "tags": ["alpha", "b\\u00e9ta",]}}'
    )


def records(size: int, damage_every: int = 0) -> str:
    parts, length = [], 0
    while length < size:
        i = len(parts)
        damaged = damage_every and i % damage_every == 0
        parts.append(damaged_record(i) if damaged else record(i))
        length += len(parts[-1]) + 2
    return '{"records": [' + ", ".join(parts) + "]}"


def write(directory: Path) -> None:
    def put(name: str, text: str) -> None:
        (directory / name).write_text(text)

    invoice = json.dumps(INVOICE, separators=(",", ":"))
    put("invoice.schema.json", json.dumps(INVOICE_SCHEMA))
    put("invoice.json", invoice)
    put("list.schema.json", json.dumps({"type": "array", "items": INVOICE_SCHEMA}))
    put("list.json", "[" + ",".join([invoice] * (100_000 // len(invoice))) + "]")
    size = len(json.dumps(INVOICE_SCHEMA))
    many = {f"invoice{i}": INVOICE_SCHEMA for i in range(20_000 // size)}
    put("large.schema.json", json.dumps({"type": "object", "properties": many}))
    for kilobytes in (2, 20, 200, 2000):
        put(f"good_{kilobytes}kB.json", records(kilobytes * 1000))
        # No more changes than the parser allows.
        put(f"broken_{kilobytes}kB.txt", records(kilobytes * 1000, 8 if kilobytes <= 200 else 80))
