"""Streams of an OpenAI-like API, as bodies of a scripted provider, and the example that reads ours."""

import importlib.util
import json

from support import environment
from support.upstream import Reply


def _event(choice: dict | None, **more: object) -> str:
    chunk = {"id": "c1", "object": "chat.completion.chunk", "model": "acme-1"}
    return "data: " + json.dumps(chunk | {"choices": [choice] if choice else []} | more) + "\n\n"


def _choice(delta: dict, finish: str | None = None) -> dict:
    return {"index": 0, "delta": delta, "finish_reason": finish}


def streamed_call(arguments: str, piece: int = 5, output_tokens: int = 7) -> Reply:
    """A tool call whose arguments come in pieces of so many characters."""
    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "answer", "arguments": ""}}
    body = _event(_choice({"role": "assistant", "content": None, "tool_calls": [call]}))
    for at in range(0, len(arguments), piece):
        part = {"index": 0, "function": {"arguments": arguments[at : at + piece]}}
        body += _event(_choice({"tool_calls": [part]}))
    body += _event(_choice({}, "tool_calls"))
    usage = {"prompt_tokens": 11, "completion_tokens": output_tokens, "total_tokens": 11 + output_tokens}
    body += _event(None, usage=usage)
    body += "data: [DONE]\n\n"
    return Reply(body.encode(), headers={"content-type": "text/event-stream"}, piece_bytes=160, piece_wait_s=0.002)


def partial_object_example():
    """docs/examples/partial_object.py as a module, and where it is."""
    return example("partial_object")


def example(name: str):
    """docs/examples/<name>.py as a module, and where it is."""
    path = environment.ROOT / "docs" / "examples" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, path


def without_required(schema: object) -> object:
    """The schema that every partial object obeys: nothing has to be there yet."""
    if isinstance(schema, dict):
        dropped = ("required", "minItems", "minProperties")
        return {key: without_required(value) for key, value in schema.items() if key not in dropped}
    if isinstance(schema, list):
        return [without_required(item) for item in schema]
    return schema
