"""What the types of the providers' own packages say of a request body."""

import functools
import typing
import urllib.parse
from collections.abc import Iterable

import anthropic.types.message_create_params
import botocore.loaders
import botocore.model
import botocore.validate
import cohere.v2.client
import mistralai.client.models
import openai.types.chat.completion_create_params
import openai.types.responses.response_create_params
import pydantic
from google.genai import types as genai

OPENAI_CHAT = openai.types.chat.completion_create_params.CompletionCreateParams
OPENAI_RESPONSES = openai.types.responses.response_create_params.ResponseCreateParams
ANTHROPIC = anthropic.types.message_create_params.MessageCreateParams
MISTRAL = mistralai.client.models.ChatCompletionRequest
GEMINI = {
    "systemInstruction": genai.Content,
    "contents": list[genai.Content],
    "tools": list[genai.Tool],
    "toolConfig": genai.ToolConfig,
    "generationConfig": genai.GenerationConfig,
    "safetySettings": list[genai.SafetySetting],
    "cachedContent": str,
}


def _exhaust(value: object) -> None:
    """Types with Iterable are validated only as they are read."""
    if isinstance(value, dict):
        for member in value.values():
            _exhaust(member)
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes | pydantic.BaseModel):
        for element in value:
            _exhaust(element)


def _unknown(value: object, body: object, path: str) -> Iterable[str]:
    """Members of the body that the model, which takes any, has no field for."""
    if isinstance(value, pydantic.BaseModel) and isinstance(body, dict):
        fields = {field.alias or name: name for name, field in type(value).model_fields.items()}
        for member, content in body.items():
            if member not in fields:
                yield f"{path}.{member}: unknown"
            else:
                yield from _unknown(getattr(value, fields[member]), content, f"{path}.{member}")
    elif isinstance(value, list) and isinstance(body, list):
        for index, (element, content) in enumerate(zip(value, body, strict=True)):
            yield from _unknown(element, content, f"{path}.{index}")


@functools.cache
def _adapter(kind: object) -> pydantic.TypeAdapter:
    if isinstance(kind, type) and issubclass(kind, pydantic.BaseModel):
        return pydantic.TypeAdapter(kind)
    try:
        return pydantic.TypeAdapter(kind, config={"extra": "forbid"})
    except pydantic.errors.PydanticUserError:  # the type has its own
        return pydantic.TypeAdapter(kind)


def problems_as(kind: object, body: object, path: str = "") -> list[str]:
    """What keeps `body` from being of that type; empty: nothing."""
    try:
        value = _adapter(kind).validate_python(body)
        _exhaust(value)
    except pydantic.ValidationError as error:
        return [f"{path}.{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    return list(_unknown(value, body, path))


def _problems_of_members(kinds: dict[str, object], body: dict) -> list[str]:
    problems = [f"{member}: unknown" for member in body.keys() - kinds.keys()]
    for member in body.keys() & kinds.keys():
        problems += problems_as(kinds[member], body[member], member)
    return problems


def gemini_problems(body: dict) -> list[str]:
    return _problems_of_members(GEMINI, body)


def cohere_problems(body: dict) -> list[str]:
    """Cohere's types are those of a method's parameters."""
    kinds = typing.get_type_hints(cohere.v2.client.V2Client.chat)
    return _problems_of_members(kinds | {"stream": bool}, body)


@functools.cache
def _bedrock() -> botocore.model.ServiceModel:
    loader = botocore.loaders.create_loader()
    return botocore.model.ServiceModel(loader.load_service_model("bedrock-runtime", "service-2"), "bedrock-runtime")


def converse_problems(path: str, body: dict) -> str:
    """What the service's own description finds wrong with a request to Converse; empty: nothing."""
    shape = _bedrock().operation_model("Converse").input_shape
    parameters = {"modelId": urllib.parse.unquote(path.split("/")[2])} | body
    return botocore.validate.ParamValidator().validate(parameters, shape).generate_report()
