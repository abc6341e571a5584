"""A scripted provider: an HTTP server that answers chat completions as a test says, and keeps what it got."""

import dataclasses
import http.client
import http.server
import itertools
import json
import threading
import urllib.parse
from collections.abc import Callable, Iterable

HELD_AT_MOST_S = 60


@dataclasses.dataclass
class Received:
    path: str
    headers: dict[str, str]  # lower case names
    raw: bytes

    @property
    def body(self) -> dict:
        return json.loads(self.raw)


@dataclasses.dataclass
class Reply:
    body: bytes
    status: int = 200
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    delay_s: float = 0.0
    held_until: threading.Event | None = None
    cut_at: int | None = None  # the connection ends after this many bytes of the body
    piece_bytes: int = 0  # the body is written in pieces of so many bytes; 0: at once
    piece_wait_s: float = 0.0  # before each of them


def json_reply(body: dict, status: int = 200, **more: object) -> Reply:
    return Reply(json.dumps(body).encode(), status, **more)


def _completion(message: dict, finish: str, tokens: tuple[int, int]) -> dict:
    choice = {"index": 0, "message": {"role": "assistant"} | message, "finish_reason": finish}
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    return {"id": "c1", "object": "chat.completion", "choices": [choice], "usage": usage}


def says(content: str, finish: str = "stop", tokens: tuple[int, int] = (11, 7), **more: object) -> Reply:
    """A reply in words."""
    return json_reply(_completion({"content": content}, finish, tokens), **more)


def calls(arguments: dict | str, name: str = "answer", tokens: tuple[int, int] = (11, 7), **more: object) -> Reply:
    """A reply that calls a tool."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": text}}
    return json_reply(_completion({"content": None, "tool_calls": [call]}, "tool_calls", tokens), **more)


def fails(status: int, message: str = "no", code: str | None = None, **more: object) -> Reply:
    return json_reply({"error": {"message": message, "type": "error", "code": code}}, status, **more)


Answer = Callable[[Received], Reply]


def in_order(*replies: Reply) -> Answer:
    """The replies one after the other; the last one again and again."""
    rest = iter(itertools.chain(replies, itertools.repeat(replies[-1])))
    lock = threading.Lock()

    def answer(_: Received) -> Reply:
        with lock:
            return next(rest)

    return answer


def forward_to(url: str, recorded: list[dict], alter: Callable[[Reply], Reply] = lambda reply: reply) -> Answer:
    """Hands requests on to a real server and keeps the bodies of its replies."""
    target = urllib.parse.urlsplit(url)

    def answer(received: Received) -> Reply:
        connection = http.client.HTTPConnection(target.netloc, timeout=300)
        headers = {
            name: received.headers[name] for name in ("content-type", "authorization") if name in received.headers
        }
        connection.request("POST", received.path, received.raw, headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        if response.status == 200:
            recorded.append(json.loads(body))
        return alter(Reply(body, response.status))

    return answer


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        received = Received(self.path, {name.lower(): value for name, value in self.headers.items()}, raw)
        self.server.owner.requests.append(received)
        reply = self.server.owner.answer(received)
        if reply.delay_s:
            self.server.owner.stopping.wait(reply.delay_s)
        if reply.held_until:
            reply.held_until.wait(HELD_AT_MOST_S)
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in ({"content-type": "application/json"} | reply.headers).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        body = reply.body[: reply.cut_at]
        size = reply.piece_bytes or max(len(body), 1)
        for at in range(0, len(body), size):
            if reply.piece_wait_s:
                self.server.owner.stopping.wait(reply.piece_wait_s)
            self.wfile.write(body[at : at + size])
        self.close_connection = reply.cut_at is not None

    def log_message(self, *_: object) -> None:
        pass


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        pass  # clients that leave are part of the tests


class Upstream:
    """Serves from the moment it is made until close()."""

    def __init__(self, answer: Answer | None = None):
        self.answer: Answer = answer or in_order(calls({}))
        self.requests: list[Received] = []
        self.stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def script(self, *replies: Reply) -> None:
        """From now on these replies, in order; what came before is forgotten."""
        self.requests.clear()
        self.answer = in_order(*replies)

    def bodies(self) -> Iterable[dict]:
        return [received.body for received in self.requests]

    def close(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()


def acme(upstream: Upstream, **keys: object) -> dict:
    """A `providers` block with a provider "acme" at `upstream`, without a key unless `keys` names one."""
    row = {"base_url": upstream.url, "default_model": "acme-1", "key_required": False, "enforcement": "grammar"}
    return {"acme": row | keys}
