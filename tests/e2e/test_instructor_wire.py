"""The same jobs through Instructor and through us, request beside request: every difference is one of those named
here, and each is printed with its count. What Instructor sent was recorded by others."""

import collections
import json
import re
from collections.abc import Callable, Iterator

import grpc
import pytest
from support import environment, protocols
from support.errors import failure_of
from support.instructor import CASES, Case
from support.stubs import Client
from support.upstream import Upstream

DATA = environment.DATA / "instructor-wire"
NOTHING = "(nothing)"

VARIABLES = {
    "OPENAI_BASE_URL": "{url}/v1",
    "OPENAI_API_KEY": "k",
    "ANTHROPIC_BASE_URL": "{url}",
    "ANTHROPIC_API_KEY": "k",
    "GOOGLE_GEMINI_BASE_URL": "{url}",
    "GOOGLE_API_KEY": "k",
    "CO_API_URL": "{url}",
    "CO_API_KEY": "k",
    "MISTRAL_API_KEY": "k",
}


@pytest.fixture(scope="module")
def client(start_module_daemon, upstream, api):
    variables = {name: value.format(url=upstream.url) for name, value in VARIABLES.items()}
    daemon = start_module_daemon(
        {"providers": {"mistral": {"base_url": f"{upstream.url}/v1"}}}, environment_=variables
    )
    client = Client(api, daemon.address)
    yield client
    client.close()


def run(client, upstream: Upstream, case: Case) -> tuple[str, list[dict]]:
    """How it ended, and what was sent."""
    upstream.requests.clear()
    upstream.answer = protocols.in_order(*case.turns)
    try:
        response = client.extract(**case.request())
    except grpc.RpcError as error:
        return failure_of(error, client.api).reason, list(upstream.bodies())
    outcome = response.json or "[" + ",".join(item.json for item in response.items) + "]"
    return outcome, list(upstream.bodies())


# Compared as a whole.
SCHEMAS = ("parameters", "schema", "json_schema", "input_schema")
SCHEMAS += ("parametersJsonSchema", "responseSchema", "responseJsonSchema")


def differences(theirs: object, ours: object, path: str = "") -> Iterator[tuple[str, object, object]]:
    """Schemas are compared as a whole, and so are lists of different lengths or with other roles."""
    if isinstance(theirs, dict) and isinstance(ours, dict) and not is_schema(path, theirs):
        for key in theirs | ours:
            yield from differences(theirs.get(key, NOTHING), ours.get(key, NOTHING), f"{path}/{key}")
    elif isinstance(theirs, list) and isinstance(ours, list) and roles(theirs) == roles(ours):
        for one, other in zip(theirs, ours, strict=True):
            yield from differences(one, other, f"{path}/#")
    elif theirs != ours:
        yield path, theirs, ours


def is_schema(path: str, value: dict) -> bool:
    return path.rsplit("/", 1)[-1] in SCHEMAS and ("properties" in value or "$defs" in value)


def roles(turns: list) -> list[str]:
    return [turn.get("role") or turn.get("type", "") if isinstance(turn, dict) else "" for turn in turns]


def asks_for_the_same(theirs: object, ours: object) -> bool:
    asked = [name for name in ('"name"', '"age"', '"nick"', '"city"') if name in json.dumps(theirs)]
    return isinstance(ours, dict) and all(name in json.dumps(ours) for name in asked)


def says_what_is_wrong(theirs: object, ours: object) -> bool:
    told = isinstance(theirs, str) and isinstance(ours, str) and "rror" in theirs
    return told and ("valid" in ours or ours.startswith(("Not used", "That could not be read")))


def is_wrapped(theirs: object, ours: object) -> bool:
    """A list or a number in an object: the name and the words of that are ours."""
    return isinstance(theirs, str) and theirs.startswith(("Iterable", "Correct segmentation", "Correctly Formatted"))


def has_schema_in_words(theirs: object, ours: object) -> bool:
    theirs = theirs if isinstance(theirs, str) else json.dumps(theirs)
    told = theirs == "Sys." or ("Sys." in theirs and "full name" in theirs)
    return told and isinstance(ours, str) and ours.startswith("Sys.") and "full name" in ours


def echoes_the_model(theirs: object, ours: object) -> bool:
    """They leave out what the model answered, or take its role themselves."""
    if not isinstance(theirs, list) or not isinstance(ours, list):
        return False
    echo = [role in ("assistant", "model", "function_call") for role in roles(ours)]
    silent = roles(theirs)[-1] == "model" or not {"assistant", "model"} & set(roles(theirs))
    return echo[-2:] == [True, False] and silent


def keeps_the_last_wrong_turn(theirs: object, ours: object) -> bool:
    return isinstance(theirs, list) and isinstance(ours, list) and roles(theirs)[: len(ours)] == roles(ours)


def moves_instructions(theirs: object, ours: object) -> bool:
    if isinstance(theirs, list) and isinstance(ours, list):
        return sorted(roles(theirs)) != sorted(roles(ours)) and "assistant" not in roles(theirs) + roles(ours)
    return theirs == NOTHING and ours == "Sys."


def left_out(theirs: object, ours: object) -> bool:
    return ours == NOTHING


def added(theirs: object, ours: object) -> bool:
    return theirs == NOTHING


def is_about_thoughts(theirs: object, ours: object) -> bool:
    return ours in ("adaptive", NOTHING, {"effort": "low"})


# Name, the path where it happens, and what must be so. The first that fits.
RULES: list[tuple[str, str, Callable[[object, object], bool]]] = [
    (
        "the schema is lowered to what the provider enforces",
        r"(parameters|schema|parametersJsonSchema|responseJsonSchema)$",
        asks_for_the_same,
    ),
    ("schemas of Gemini are JSON Schema", r"(parameters|responseSchema)$", left_out),
    ("Cohere's format has its schema under json_schema", r"response_format/schema$", left_out),
    ("strict is said", r"/strict$", added),
    ("the description goes with the format", r"json_schema/description$", added),
    ("whether several calls are wanted is said", r"/(parallel_tool_calls|disable_parallel_tool_use)$", added),
    ("of several tools at least one is asked for", r"^/tool_choice(/type)?$", lambda theirs, ours: theirs == "auto"),
    ("the wrapper of a list or a number is ours", r"/(name|description)$", is_wrapped),
    ("what is wrong is said in our words", r"/(content|error|output|text)$", says_what_is_wrong),
    ("what says nothing is not said", r"/(content|prefix|index|stream|generationConfig|name)$", left_out),
    ("the schema is described in our words", r"^/(messages/#/content|system)$", has_schema_in_words),
    ("what the user wrote stays as it was", r"^/messages/#/content$", lambda theirs, ours: ours == "Ann is 3"),
    ("instructions are one text", r"^/system(Instruction/parts/#/text)?$", lambda theirs, ours: ours == "Sys."),
    ("instructions stand where the protocol has a place for them", r"^/(input|instructions|messages)$", moves_instructions),
    ("instructions have no role", r"^/systemInstruction/role$", left_out),
    ("safety settings are the caller's", r"^/safetySettings$", left_out),
    ("ids of calls have nine letters where others are refused", r"/(id|tool_call_id)$", lambda _, ours: len(ours) == 9),
    ("thoughts are asked for by effort of models of today", r"^/(thinking/.*|output_config)$", is_about_thoughts),
    ("a format is enforced where they ask in words", r"^/output_config$", added),
    ("a tool is called where they ask in words", r"^/(tools|tool_choice)$", added),
    ("no format beside a tool", r"^/text$", left_out),
    ("nothing is stored", r"^/store$", lambda theirs, ours: ours is False),
    ("the wrong answer stands before what is wrong with it", r"^/(messages|contents|input)$", echoes_the_model),
    ("one wrong turn is kept, the last", r"^/messages$", keeps_the_last_wrong_turn),
]

# How many turns it took, where that differs: why.
MENDED = "an answer that can be mended is mended, not asked for again"
ENDED = "what another turn does not help ends the call"
AGAIN = "an answer that is not valid is asked for again"
TURNS = {
    "openai_tools_str_age": MENDED,
    "openai_tools_trailing_comma": MENDED,
    "openai_json_fenced": MENDED,
    "openai_json_prose": MENDED,
    "anthropic_tools_two": MENDED,
    "openai_content_filter": ENDED,
    "genai_json_maxtokens": ENDED,
    "openai_tools_iterable_union_bad": AGAIN,
    "openai_parallel_unknown": AGAIN,
    "openai_md_two_objs": AGAIN,
    "anthropic_parallel": AGAIN,
    "genai_assistant_role": "answers of the model may be part of the chat",
}
NOT_RECORDED = ("openai_429", "openai_500")


def rule_of(path: str, theirs: object, ours: object) -> str | None:
    return next((name for name, where, fits in RULES if re.search(where, path) and fits(theirs, ours)), None)


def test_every_case_is_there():
    environment.require_file(DATA, "what Instructor sent")
    assert {file.stem for file in DATA.glob("*.json")} == set(CASES)


def test_every_difference_has_a_name(client, upstream, capsys):
    environment.require_file(DATA, "what Instructor sent")
    counts, unnamed, lines = collections.Counter(), [], []
    for tag, case in CASES.items():
        recorded = json.loads((DATA / f"{tag}.json").read_text())
        outcome, sent = run(client, upstream, case)
        lines.append(f"{tag}: theirs {recorded['result'].splitlines()[0][:60]!r}, ours {outcome!r}")
        assert outcome == case.outcome, tag
        theirs = [request["body"] for request in recorded["requests"]]
        if tag in NOT_RECORDED:
            continue
        assert (len(theirs) == len(sent)) == (tag not in TURNS), f"{tag}: {len(theirs)} turns, ours {len(sent)}"
        counts.update([TURNS[tag]] if tag in TURNS else [])
        for one, other in zip(theirs, sent, strict=False):
            for path, left, right in differences(one, other):
                name = rule_of(path, left, right)
                counts.update([name] if name else [])
                unnamed += [] if name else [f"{tag} {path}: {json.dumps(left)[:200]} / {json.dumps(right)[:200]}"]
    with capsys.disabled():
        print("\n" + "\n".join(lines))
        print("\n".join(f"{count:>4} {name}" for name, count in counts.most_common()))
    assert not unnamed, "\n".join(unnamed)
    assert {name for name, _, _ in RULES} <= set(counts), "a rule that nothing needs is struck off"
