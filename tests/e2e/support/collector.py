"""A collector of spans: takes OTLP over HTTP and reads it with OpenTelemetry's own messages."""

import os
import time

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from support.capture import capture
from support.upstream import Received, Reply, Upstream


def value_of(value: AnyValue) -> object:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [value_of(element) for element in value.array_value.values]
    return getattr(value, kind)


def attributes_of(holder: object) -> dict[str, object]:
    return {attribute.key: value_of(attribute.value) for attribute in holder.attributes}


class Collector:
    """Serves until close(). `status` is what it answers."""

    def __init__(self) -> None:
        self.status = 200
        self.requests: list[ExportTraceServiceRequest] = []
        self.bodies: list[bytes] = []
        self.problems: list[str] = []
        self._server = Upstream(self._take)
        self.url = self._server.url

    def _take(self, received: Received) -> Reply:
        if received.path != "/v1/traces" or received.headers.get("content-type") != "application/x-protobuf":
            self.problems.append(f"{received.path} {received.headers}")
        if self.status != 200:
            return Reply(b"", self.status)
        self.bodies.append(received.raw)
        capture(f"spans-{os.getpid()}", received.raw)
        self.requests.append(ExportTraceServiceRequest.FromString(received.raw))
        return Reply(b"", headers={"content-type": "application/x-protobuf"})

    def resources(self) -> list[dict[str, object]]:
        return [attributes_of(spans.resource) for request in self.requests for spans in request.resource_spans]

    def spans(self) -> list[Span]:
        return [
            span
            for request in list(self.requests)
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def wait_for(self, count: int, patience_s: float = 15.0) -> list[Span]:
        """So many spans, and no more."""
        end = time.monotonic() + patience_s
        while len(self.spans()) < count and time.monotonic() < end:
            time.sleep(0.05)
        assert len(self.spans()) == count, [span.name for span in self.spans()]
        assert not self.problems
        return self.spans()

    def close(self) -> None:
        self._server.close()
