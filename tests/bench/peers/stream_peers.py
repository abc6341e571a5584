"""Streams answers through the peers from a provider at URL; prints CPU-ms a stream as JSON.

    stream_peers.py URL BYTES-CHUNKS...

Each peer that is installed gets the same answers from the same provider, and shows what it has after
each chunk: Instructor a partial object (create_partial), TensorZero's embedded gateway the chunk as it
is, without reading it. The CPU time is that of this process, user and system, HTTP included, as it is
in the daemon's.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

LINE = {"article": "string", "count": "integer", "price": "number", "taxed": "boolean"}
SCHEMA = {
    "type": "object",
    "properties": {
        "number": {"type": "string"},
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": kind} for name, kind in LINE.items()},
                "required": list(LINE),
                "additionalProperties": False,
            },
        },
    },
    "required": ["number", "lines"],
    "additionalProperties": False,
}
MESSAGES = [{"role": "user", "content": "Read this invoice."}]
# What takes longer than this for a tenth of the answer is not asked for the whole.
PATIENCE_SECONDS = 30


def instructor_streams(url: str) -> Callable[[str], Iterable[object]]:
    import instructor
    import openai
    from pydantic import BaseModel

    class Line(BaseModel):
        article: str
        count: int
        price: float
        taxed: bool

    class Invoice(BaseModel):
        number: str
        lines: list[Line]

    raw = openai.OpenAI(base_url=f"{url}/v1", api_key="none")
    client = instructor.from_openai(raw, mode=instructor.Mode.JSON)

    def stream(size: str) -> Iterable[object]:
        return client.chat.completions.create_partial(
            model=f"stream-{size}", response_model=Invoice, messages=list(MESSAGES)
        )

    return stream


def tensorzero_streams(url: str, sizes: list[str]) -> Callable[[str], Iterable[object]]:
    from tensorzero import TensorZeroGateway

    directory = Path(tempfile.mkdtemp())
    (directory / "schema.json").write_text(json.dumps(SCHEMA))
    config = '[functions.invoice]\ntype = "json"\noutput_schema = "schema.json"\n'
    for size in sizes:
        config += (
            f'[functions.invoice.variants.v{size}]\ntype = "chat_completion"\nmodel = "m{size}"\n'
            f'json_mode = "strict"\n'
            f'[models.m{size}]\nrouting = ["here"]\n'
            f'[models.m{size}.providers.here]\ntype = "openai"\nmodel_name = "stream-{size}"\n'
            f'api_base = "{url}/v1/"\napi_key_location = "none"\n'
        )
    (directory / "tensorzero.toml").write_text(config)
    gateway = TensorZeroGateway.build_embedded(
        config_file=str(directory / "tensorzero.toml"), clickhouse_url=None
    )

    def stream(size: str) -> Iterable[object]:
        return gateway.inference(
            function_name="invoice",
            variant_name=f"v{size}",
            input={"messages": list(MESSAGES)},
            stream=True,
            dryrun=True,
        )

    return stream


def cpu_seconds(stream: Callable[[str], Iterable[object]], size: str) -> tuple[float, int]:
    begin = time.process_time()
    count = sum(1 for _ in stream(size))
    return time.process_time() - begin, count


def measure(name: str, make: Callable[[], Callable[[str], Iterable[object]]], sizes: list[str]) -> dict:
    try:
        stream = make()
        cpu_seconds(stream, "200-14")  # what is made once is not counted
    except Exception as error:  # noqa: BLE001 whatever a peer raises, the others go on
        print(f"{name} is left out: {type(error).__name__}: {error}", file=sys.stderr)
        return {}
    times = {}
    for size in sizes:
        seconds, count = cpu_seconds(stream, size)
        times[f"{name} {size}"] = seconds * 1e3
        print(f"{name} {size}: {count} partials", file=sys.stderr)
        if seconds > PATIENCE_SECONDS / 10:
            break
    return times


def main() -> None:
    url, sizes = sys.argv[1], sys.argv[2:]
    os.environ.setdefault("OPENAI_API_KEY", "none")
    times = measure("Instructor", lambda: instructor_streams(url), sizes)
    times |= measure("TensorZero", lambda: tensorzero_streams(url, ["200-14", *sizes]), sizes)
    print(json.dumps(times))


if __name__ == "__main__":
    main()
