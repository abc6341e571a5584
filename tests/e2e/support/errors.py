"""Rich errors as a Python client reads them, with Google's own messages for google.rpc."""

import dataclasses
import os

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from support.capture import capture

DETAILS_KEY = "grpc-status-details-bin"


@dataclasses.dataclass
class Failure:
    code: grpc.StatusCode
    message: str
    trailers: dict[str, str | bytes]
    details_bytes: int
    info: error_details_pb2.ErrorInfo | None = None
    request: error_details_pb2.RequestInfo | None = None
    bad_request: error_details_pb2.BadRequest | None = None
    retry: error_details_pb2.RetryInfo | None = None
    quota: error_details_pb2.QuotaFailure | None = None
    help: error_details_pb2.Help | None = None
    extraction: object | None = None  # extractd.v1.ExtractionFailure

    @property
    def reason(self) -> str:
        return self.info.reason if self.info else ""

    @property
    def fields(self) -> dict[str, str]:
        return {violation.field: violation.description for violation in self.bad_request.field_violations}


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def failure_of(error: grpc.RpcError, api) -> Failure:
    trailers = dict(error.trailing_metadata() or ())
    capture(f"statuses-{os.getpid()}", error.details() or "", *map(_bytes, trailers.values()))
    failure = Failure(error.code(), error.details(), trailers, len(trailers.get(DETAILS_KEY, b"")))
    status = rpc_status.from_call(error)
    kinds = {
        "info": error_details_pb2.ErrorInfo,
        "request": error_details_pb2.RequestInfo,
        "bad_request": error_details_pb2.BadRequest,
        "retry": error_details_pb2.RetryInfo,
        "quota": error_details_pb2.QuotaFailure,
        "help": error_details_pb2.Help,
        "extraction": api.ExtractionFailure,
    }
    for detail in status.details if status else ():
        name = next(name for name, kind in kinds.items() if detail.Is(kind.DESCRIPTOR))
        message = kinds[name]()
        detail.Unpack(message)
        setattr(failure, name, message)
    return failure


def expect_failure(client, call=None, **fields) -> Failure:
    """The failure of an extraction with these fields, or of `call()`."""
    with pytest.raises(grpc.RpcError) as caught:
        call() if call else client.extract(**fields)
    return failure_of(caught.value, client.api)
