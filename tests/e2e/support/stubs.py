"""The API as grpcio-tools generates it from our proto files, in a directory that is thrown away."""

import importlib
import pathlib
import sys
import types

import grpc
import grpc_tools
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_tools import protoc

from support import environment

DEFAULT_TIMEOUT_S = 60.0


def generate(directory: pathlib.Path) -> types.SimpleNamespace:
    """Every message, enum value and stub of extractd.v1 in one namespace."""
    proto_files = sorted((environment.PROTO / "extractd" / "v1").glob("*.proto"))
    well_known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    code = protoc.main(
        [
            "protoc",
            f"-I{environment.PROTO}",
            f"-I{well_known}",
            f"--python_out={directory}",
            f"--grpc_python_out={directory}",
            *map(str, proto_files),
        ]
    )
    assert code == 0, "protoc failed"
    sys.path.insert(0, str(directory))
    api = types.SimpleNamespace()
    for file in proto_files:
        for suffix in ("_pb2", "_pb2_grpc"):
            module = importlib.import_module(f"extractd.v1.{file.stem}{suffix}")
            vars(api).update({name: value for name, value in vars(module).items() if not name.startswith("_")})
    return api


class Client:
    """The stubs of one daemon. `methods` are those of all services by name: client.Extract(request)."""

    def __init__(self, api: types.SimpleNamespace, address: str, **channel_options: object):
        self.api = api
        self.channel = grpc.insecure_channel(
            address,
            options=[
                ("grpc.max_receive_message_length", -1),
                ("grpc.max_send_message_length", -1),
                ("grpc.enable_retries", 0),
                *channel_options.items(),
            ],
        )
        self.extraction = api.ExtractionServiceStub(self.channel)
        self.schemas = api.SchemaServiceStub(self.channel)
        self.json = api.JsonServiceStub(self.channel)
        self.catalog = api.CatalogServiceStub(self.channel)
        self.health = health_pb2_grpc.HealthStub(self.channel)

    def extract(self, timeout: float = DEFAULT_TIMEOUT_S, **fields: object):
        return self.extraction.Extract(self.api.ExtractRequest(**fields), timeout=timeout)

    def is_serving(self, service: str = "") -> bool:
        reply = self.health.Check(health_pb2.HealthCheckRequest(service=service), timeout=5)
        return reply.status == health_pb2.HealthCheckResponse.SERVING

    def close(self) -> None:
        self.channel.close()
