"""extractctl on schemas and TOON: from standard input and files to what a shell can use."""

import json
import subprocess

import pytest
from google.protobuf import descriptor_pb2

from support import environment

FINE, FAILED = 0, 1
ROWS = [{"name": "Ada", "born": 1815}, {"name": "Grace", "born": 1906}, {"name": "Alan", "born": 1912}]
TOON = "[3]{name,born}:\n  Ada,1815\n  Grace,1906\n  Alan,1912\n"


@pytest.fixture(scope="module")
def daemon(start_module_daemon):
    return start_module_daemon({})


@pytest.fixture
def ctl(daemon):
    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(environment.EXTRACTCTL), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=environment.inherited() | {"EXTRACTD_ADDRESS": daemon.address},
        )

    return run


def test_toon_goes_through_a_pipe_and_back(ctl):
    encoded = ctl("toon", "encode", stdin=json.dumps(ROWS))
    assert (encoded.returncode, encoded.stdout) == (FINE, TOON)
    assert encoded.stderr.startswith("about ")
    decoded = ctl("toon", "decode", stdin=encoded.stdout)
    assert json.loads(decoded.stdout) == ROWS
    assert "[3|]{name|born}:" in ctl("toon", "encode", "--delimiter", "|", stdin=json.dumps(ROWS)).stdout


def test_what_is_not_toon_says_where(ctl):
    refused = ctl("toon", "decode", stdin="a: 1\nb")
    assert refused.returncode == FAILED
    assert "toon: line 2" in refused.stderr
    lenient = ctl("toon", "decode", "--lenient", stdin="a[2]: 1")
    assert json.loads(lenient.stdout) == {"a": [1]}
    assert "toon_length (lossy): «[2]» → «[1]»" in lenient.stderr


def test_schema_is_inferred_from_lines_and_refined(ctl, tmp_path):
    lines = "\n".join(json.dumps(row) for row in ROWS)
    inferred = ctl("infer", "--lines", "--closed", stdin=lines)
    assert inferred.returncode == FINE
    schema = json.loads(inferred.stdout)
    assert schema["required"] == ["name", "born"]
    assert schema["additionalProperties"] is False
    earlier = tmp_path / "earlier.json"
    earlier.write_text(inferred.stdout)
    refined = ctl("infer", "--previous", str(earlier), stdin='{"name": "Bo"}')
    assert json.loads(refined.stdout)["required"] == ["name"]


def test_schemas_are_registered_listed_and_got(ctl):
    first = ctl("schema", "register", "--name", "row", stdin='{"type": "object"}')
    assert (first.returncode, first.stdout) == (FINE, "row@1\n")
    narrower = ctl(
        "schema", "register", "--name", "row", "--compatibility", "backward", stdin='{"type": "object", "maxProperties": 2}'
    )
    assert narrower.returncode == FAILED
    assert "SCHEMA_INCOMPATIBLE" in narrower.stderr
    assert ctl("schema", "register", "--name", "row", stdin='{"type": ["object", "null"]}').stdout == "row@2\n"
    listed = ctl("schema", "list", "--prefix", "ro").stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["row@2", "row@1"]
    assert json.loads(ctl("schema", "get", "row@1").stdout) == {"type": "object"}


def test_json_is_repaired_within_the_gate(ctl):
    repaired = ctl("repair", stdin="Sure: {'a': 1, b: [1, 2,]}")
    assert (repaired.returncode, json.loads(repaired.stdout)) == (FINE, {"a": 1, "b": [1, 2]})
    assert "trailing_comma" in repaired.stderr
    refused = ctl("repair", "--max-loss", "none", stdin="{'a': 1}")
    assert refused.returncode == FAILED
    assert "text: line 1, column 2" in refused.stderr


def test_an_answer_is_parsed_from_a_pipe(ctl, tmp_path):
    schema = tmp_path / "schema.json"
    schema.write_text('{"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}')
    parsed = ctl("parse", "--schema", str(schema), stdin='Here it is:\n```json\n{"age": "36"}\n```')
    assert (parsed.returncode, json.loads(parsed.stdout)) == (FINE, {"age": 36})


def test_a_message_type_is_registered_from_its_descriptors(ctl, tmp_path):
    files = descriptor_pb2.FileDescriptorSet()
    file = files.file.add(name="order.proto", package="acme", syntax="proto3")
    message = file.message_type.add(name="Order")
    string = descriptor_pb2.FieldDescriptorProto.TYPE_STRING
    message.field.add(name="order_id", number=1, type=string, label=1, json_name="orderId")
    descriptors = tmp_path / "order.pb"
    descriptors.write_bytes(files.SerializeToString())
    registered = ctl("schema", "register", "--name", "order", "--message", "acme.Order", str(descriptors))
    assert (registered.returncode, registered.stdout) == (FINE, "order@1\n")
    schema = json.loads(ctl("schema", "get", "order").stdout)
    assert schema["properties"] == {"orderId": {"type": "string"}}
    unknown = ctl("schema", "register", "--message", "acme.Gone", str(descriptors))
    assert unknown.returncode == FAILED
    assert "no message 'acme.Gone' is in the files" in unknown.stderr
