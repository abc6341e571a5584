"""Every constraint that a lowered schema does not hold has an entry of its own in its downgrades: over the
schemas from the field and every subset.
"""

from collections import Counter
from typing import Any

import lost_constraints
import lowered_rows
import pytest

pytestmark = pytest.mark.skipif(not lowered_rows.has_data(), reason="EXTRACTD_TEST_DATA names no test data")

SUBSETS = (
    "anthropic_strict", "bedrock_strict", "cerebras_strict", "cohere", "databricks", "databricks_tools",
    "deepseek_strict", "fireworks", "gemini_json", "gemini_openapi", "grammar", "mistral", "openai_strict", "xai",
    "xgrammar",
)  # fmt: skip


# What the walk takes for lost, and is not: no value of the caller's schema is there at all.
IMPOSSIBLE = {
    "accelerator /definitions/AcceleratorOption/properties/dataType/anyOf/8 type": "beside a branch that is no null",
    "aspire-8.0 /definitions/resource.azure.bicep.v1/allOf/1/properties/scope type": "beside a closed object",
    "aspire-8.0 /definitions/resource.azure.bicep.v1/allOf/1/properties/scope/properties/resourceGroup type": "as above",
    "aspire-8.0 /properties/resources/additionalProperties/properties/type type": "one branch demands two constants",
}


def walk_of(row: dict[str, Any], downgrades: list[list[str]]) -> lost_constraints.Walk:
    return lost_constraints.Walk(lowered_rows.schemas()[row["id"]], row["lowered"], downgrades)


@pytest.mark.parametrize("subset", SUBSETS)
def test_what_is_lost_is_named(subset: str) -> None:
    faults = []
    found = Counter[str]()
    for row in [row for row in lowered_rows.rows() if row["subset"] == subset and "lowered" in row]:
        walk = walk_of(row, row["downgrades"])
        faults += [f"{row['id']} {fault}" for fault in walk.faults() if f"{row['id']} {fault}" not in IMPOSSIBLE]
        found.update(schemas=1, constraints=len(walk.checked), named=len(walk.named), lost=len(walk.used))
    print(
        f"{subset}: {found['constraints']} constraints in {found['schemas']} schemas, {found['lost']} of them not "
        f"held and all but {len(faults)} named; {found['named']} downgrades"
    )
    assert not faults, f"{len(faults)} constraints are lost without a downgrade: {faults[:20]}"


# Where one of several branches of a union may hold what another loses, and the walk cannot tell them apart.
ALIKE = {
    "JsonSchemaStore---codux.config.schema /$defs/Json oneOf": "its branches are met through a union of any values",
    "JsonSchemaStore---hayson-json-schema /definitions/time/properties/val pattern": "in a branch of any members",
    "appsettings /definitions/Serilog/definitions/AssemblyReference pattern": "in a branch that allows any text",
    "appsettings /definitions/Serilog/definitions/LoggingLevelSwitch pattern": "in a branch that allows any text",
    "appsettings /definitions/Serilog/properties/MinimumLevel oneOf": "in a branch that allows any text",
}


def test_a_downgrade_that_is_left_out_is_missed() -> None:
    """The check itself: without the entry for a bound or pattern, it says so, inside unions, too."""
    missed = Counter[bool]()
    unseen = []
    for row in [row for row in lowered_rows.rows() if row["subset"] == "anthropic_strict" and "lowered" in row]:
        named = row["downgrades"]
        for entry in [entry for entry in named if entry[1] in ("pattern", "maximum", "maxItems", "oneOf")][:5]:
            faults = set(walk_of(row, [other for other in named if other != entry]).faults())
            fault = f"{entry[0]} {entry[1]}"
            missed[fault in faults] += 1
            unseen += [] if fault in faults else [f"{row['id']} {fault}"]
    print(f"{missed[True]} of {missed.total()} entries are missed when left out")
    assert missed[True] > 100
    assert set(unseen) <= ALIKE.keys()
