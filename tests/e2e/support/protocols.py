"""Answers of a model in every protocol, whole or as a stream: what was asked for, and how, says the request."""

import dataclasses
import itertools
import json
import threading
from collections.abc import Callable

from support import bedrock
from support.upstream import Answer as Respond
from support.upstream import Received, Reply, json_reply

INPUT_TOKENS, OUTPUT_TOKENS = 11, 7


@dataclasses.dataclass(frozen=True)
class Call:
    arguments: str  # JSON text, as the model wrote it
    name: str = "answer"
    id: str = "call_1"


@dataclasses.dataclass(frozen=True)
class Turn:
    """What the model answers: words, calls, or both; or how it fails."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    finish: str = "stop"  # or "length", "filter"
    refusal: str = ""  # in OpenAI's protocols alone
    status: int = 200


def says(text: str, finish: str = "stop") -> Turn:
    return Turn(text=text, finish=finish)


def calls(*arguments: str, name: str = "answer", finish: str = "stop", ids: str = "call") -> Turn:
    return Turn(calls=tuple(Call(text, name, f"{ids}_{at}") for at, text in enumerate(arguments, 1)), finish=finish)


def fails(status: int) -> Turn:
    return Turn(status=status)


def _finish(turn: Turn, stop: str, called: str, length: str, filtered: str) -> str:
    return {"length": length, "filter": filtered}.get(turn.finish, called if turn.calls else stop)


def _events(*events: dict, named: bool = False) -> Reply:
    lines = [(f"event: {event['type']}\n" if named else "") + f"data: {json.dumps(event)}\n\n" for event in events]
    return Reply("".join(lines).encode(), headers={"content-type": "text/event-stream"})


def _arguments(call: Call) -> object:
    """Where a protocol has them as an object, they cannot be malformed."""
    return json.loads(call.arguments)


def _functions(turn: Turn) -> list[dict]:
    return [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in turn.calls
    ]


def _chat_message(turn: Turn) -> dict:
    message: dict = {"role": "assistant", "content": turn.text or None}
    if turn.refusal:
        message["refusal"] = turn.refusal
    if turn.calls:
        message["tool_calls"] = [{"index": at} | call for at, call in enumerate(_functions(turn))]
    return message


def _openai_chat(turn: Turn, streamed: bool) -> Reply:
    finish = _finish(turn, "stop", "tool_calls", "length", "content_filter")
    total = INPUT_TOKENS + OUTPUT_TOKENS
    usage = {"prompt_tokens": INPUT_TOKENS, "completion_tokens": OUTPUT_TOKENS, "total_tokens": total}
    if not streamed:
        choice = {"index": 0, "message": _chat_message(turn), "finish_reason": finish}
        return json_reply({"id": "c1", "object": "chat.completion", "choices": [choice], "usage": usage})
    reply = _events(
        {"choices": [{"index": 0, "delta": _chat_message(turn), "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]},
        {"choices": [], "usage": usage},
    )
    reply.body += b"data: [DONE]\n\n"
    return reply


def _responses_items(turn: Turn) -> list[dict]:
    items: list[dict] = []
    parts = [{"type": "output_text", "text": turn.text, "annotations": []}] if turn.text else []
    parts += [{"type": "refusal", "refusal": turn.refusal}] if turn.refusal else []
    if parts:
        items.append({"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": parts})
    for call in turn.calls:
        item = {"id": f"fc_{call.id}", "type": "function_call", "status": "completed", "call_id": call.id}
        items.append(item | {"name": call.name, "arguments": call.arguments})
    return items


def _openai_responses(turn: Turn, streamed: bool) -> Reply:
    usage = {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS, "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS}
    items = _responses_items(turn)
    body = {"id": "resp_1", "object": "response", "status": "completed", "output": items, "usage": usage}
    if not streamed:
        return json_reply(body)
    events: list[dict] = [{"type": "response.created", "response": body | {"status": "in_progress", "output": []}}]
    for at, item in enumerate(items):
        empty = item | ({"content": []} if item["type"] == "message" else {"arguments": ""})
        where = {"output_index": at, "item_id": item["id"]}
        events.append({"type": "response.output_item.added", "output_index": at, "item": empty})
        if item["type"] == "message":
            part = {"content_index": 0, "delta": turn.text}
            events.append({"type": "response.output_text.delta"} | where | part)
        else:
            events.append({"type": "response.function_call_arguments.delta", "delta": item["arguments"]} | where)
        events.append({"type": "response.output_item.done", "output_index": at, "item": item})
    events.append({"type": "response.completed", "response": body})
    return _events(*events, named=True)


def _anthropic_blocks(turn: Turn) -> list[dict]:
    blocks: list[dict] = [{"type": "text", "text": turn.text}] if turn.text else []
    for call in turn.calls:
        blocks.append({"type": "tool_use", "id": call.id, "name": call.name, "input": _arguments(call)})
    return blocks


def _anthropic_messages(turn: Turn, streamed: bool) -> Reply:
    stop = _finish(turn, "end_turn", "tool_use", "max_tokens", "refusal")
    usage = {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS}
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "usage": usage}
    blocks = _anthropic_blocks(turn)
    if not streamed:
        return json_reply(head | {"content": blocks, "stop_reason": stop})
    events: list[dict] = [{"type": "message_start", "message": head | {"content": [], "stop_reason": None}}]
    for at, block in enumerate(blocks):
        if block["type"] == "text":
            empty, delta = block | {"text": ""}, {"type": "text_delta", "text": block["text"]}
        else:
            empty = block | {"input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        events.append({"type": "content_block_start", "index": at, "content_block": empty})
        events.append({"type": "content_block_delta", "index": at, "delta": delta})
        events.append({"type": "content_block_stop", "index": at})
    events.append({"type": "message_delta", "delta": {"stop_reason": stop}, "usage": {"output_tokens": OUTPUT_TOKENS}})
    return _events(*events, {"type": "message_stop"}, named=True)


def _gemini(turn: Turn, streamed: bool) -> Reply:
    parts: list[dict] = [{"text": turn.text}] if turn.text else []
    parts += [{"functionCall": {"name": call.name, "args": _arguments(call)}} for call in turn.calls]
    finish = _finish(turn, "STOP", "STOP", "MAX_TOKENS", "SAFETY")
    candidate = {"index": 0, "content": {"role": "model", "parts": parts}, "finishReason": finish}
    total = INPUT_TOKENS + OUTPUT_TOKENS
    usage = {"promptTokenCount": INPUT_TOKENS, "candidatesTokenCount": OUTPUT_TOKENS, "totalTokenCount": total}
    body = {"candidates": [candidate], "usageMetadata": usage}
    return _events(body) if streamed else json_reply(body)


def _bedrock_converse(turn: Turn, streamed: bool) -> Reply:
    stop = _finish(turn, "end_turn", "tool_use", "max_tokens", "guardrail_intervened")
    tools = [{"toolUseId": call.id, "name": call.name, "input": _arguments(call)} for call in turn.calls]
    if not streamed:
        text = [{"text": turn.text}] if turn.text else []
        return bedrock.converse([*text, *({"toolUse": tool} for tool in tools)], stop)
    events = [bedrock.event("messageStart", {"role": "assistant"})]
    for at, tool in enumerate(tools):
        start = {"toolUse": {"toolUseId": tool["toolUseId"], "name": tool["name"]}}
        delta = {"toolUse": {"input": json.dumps(tool["input"])}}
        events.append(bedrock.event("contentBlockStart", {"contentBlockIndex": at, "start": start}))
        events.append(bedrock.event("contentBlockDelta", {"contentBlockIndex": at, "delta": delta}))
        events.append(bedrock.event("contentBlockStop", {"contentBlockIndex": at}))
    if turn.text:
        at = len(tools)
        events.append(bedrock.event("contentBlockDelta", {"contentBlockIndex": at, "delta": {"text": turn.text}}))
        events.append(bedrock.event("contentBlockStop", {"contentBlockIndex": at}))
    usage = {"inputTokens": INPUT_TOKENS, "outputTokens": OUTPUT_TOKENS, "totalTokens": INPUT_TOKENS + OUTPUT_TOKENS}
    events.append(bedrock.event("messageStop", {"stopReason": stop}))
    return bedrock.streamed(*events, bedrock.event("metadata", {"usage": usage}))


def _cohere_chat(turn: Turn, streamed: bool) -> Reply:
    tokens = {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS}
    usage = {"billed_units": tokens, "tokens": tokens}
    finish = _finish(turn, "COMPLETE", "TOOL_CALL", "MAX_TOKENS", "ERROR")
    tools = _functions(turn)
    if not streamed:
        message: dict = {"role": "assistant"}
        if turn.text:
            message["content"] = [{"type": "text", "text": turn.text}]
        if tools:
            message["tool_calls"] = tools
        return json_reply({"id": "c1", "message": message, "finish_reason": finish, "usage": usage})
    events: list[dict] = [{"type": "message-start", "id": "c1", "delta": {"message": {"role": "assistant"}}}]

    def add(kind: str, at: int, message: dict) -> None:
        events.append({"type": kind, "index": at, "delta": {"message": message}})

    if turn.text:
        add("content-start", 0, {"content": {"type": "text", "text": ""}})
        add("content-delta", 0, {"content": {"text": turn.text}})
        events.append({"type": "content-end", "index": 0})
    for at, tool in enumerate(tools):
        empty = tool | {"function": {"name": tool["function"]["name"], "arguments": ""}}
        add("tool-call-start", at, {"tool_calls": empty})
        add("tool-call-delta", at, {"tool_calls": {"function": {"arguments": tool["function"]["arguments"]}}})
        events.append({"type": "tool-call-end", "index": at})
    events.append({"type": "message-end", "delta": {"finish_reason": finish, "usage": usage}})
    return _events(*events, named=True)


def _ollama_chat(turn: Turn, streamed: bool) -> Reply:
    message: dict = {"role": "assistant", "content": turn.text}
    if turn.calls:
        message["tool_calls"] = [{"function": {"name": c.name, "arguments": _arguments(c)}} for c in turn.calls]
    end = {"done": True, "done_reason": _finish(turn, "stop", "stop", "length", "stop")}
    end |= {"prompt_eval_count": INPUT_TOKENS, "eval_count": OUTPUT_TOKENS}
    if not streamed:
        return json_reply({"model": "m", "message": message} | end)
    lines = [{"message": message, "done": False}, {"message": {"role": "assistant", "content": ""}} | end]
    body = "".join(json.dumps(line) + "\n" for line in lines)
    return Reply(body.encode(), headers={"content-type": "application/x-ndjson"})


# By what a path contains; the first that fits.
_WRITERS: list[tuple[str, Callable[[Turn, bool], Reply]]] = [
    ("enerateContent", _gemini),
    ("/converse", _bedrock_converse),
    ("/v2/chat", _cohere_chat),
    ("/api/chat", _ollama_chat),
    ("awPredict", _anthropic_messages),
    ("/messages", _anthropic_messages),
    ("/responses", _openai_responses),
    ("", _openai_chat),
]


def is_streamed(received: Received) -> bool:
    return "stream" in received.path.rsplit("/", 1)[1].lower() or received.body.get("stream") is True


def write(turn: Turn, received: Received) -> Reply:
    """The turn in the protocol of the request."""
    if turn.status != 200:
        return json_reply({"error": {"message": "no", "type": "error"}, "message": "no"}, turn.status)
    writer = next(writer for part, writer in _WRITERS if part in received.path)
    return writer(turn, is_streamed(received))


def in_order(*turns: Turn) -> Respond:
    """The turns one after the other, the last one again and again."""
    rest = iter(itertools.chain(turns, itertools.repeat(turns[-1])))
    lock = threading.Lock()

    def answer(received: Received) -> Reply:
        with lock:
            turn = next(rest)
        return write(turn, received)

    return answer
