"""Who may call, seen by clients that others wrote: certificates made by openssl, tokens, sockets."""

import json
import pathlib
import re
import subprocess
import threading
import time

import pytest

from support import environment
from support.daemon import run_daemon, wait_until
from support.upstream import acme, calls

ADA = {"name": "Ada"}
SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
REQUEST = {"model": "acme/acme-1", "input": "Ada", "schema": {"json_schema": json.dumps(SCHEMA)}}
EXTRACT = "extractd.v1.ExtractionService/Extract"


class Authority:
    """A certificate authority in a folder, by the openssl command."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        folder.mkdir()
        self.openssl("req", "-x509", *self.new_key("ca"), "-days", "2", "-subj", f"/CN={folder.name}", "-out", "ca.pem")

    def openssl(self, *arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    @staticmethod
    def new_key(name: str) -> tuple[str, ...]:
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key")

    def issue(self, name: str, names: str, days: int = 1) -> tuple[str, str]:
        """Paths of a certificate for these alternative names, and of its key."""
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={names}\n")
        self.openssl("req", *self.new_key(name), "-subj", f"/CN={name}", "-out", f"{name}.csr")
        self.openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
            *("-days", str(days), "-extfile", f"{name}.ext", "-out", f"{name}.pem"),
        )
        (self.folder / f"{name}.key").chmod(0o600)
        return str(self.folder / f"{name}.pem"), str(self.folder / f"{name}.key")

    @property
    def certificate(self) -> str:
        return str(self.folder / "ca.pem")


def new_token(principal: str) -> tuple[str, str]:
    """A token and its line for the tokens file."""
    token, line = run_daemon("token", principal).stdout.splitlines()
    return token, line


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> pathlib.Path:
    return tmp_path_factory.mktemp("security")


@pytest.fixture(scope="module")
def servers(folder) -> Authority:
    return Authority(folder / "servers")


@pytest.fixture(scope="module")
def clients(folder) -> Authority:
    return Authority(folder / "clients")


@pytest.fixture(scope="module")
def token(folder) -> str:
    token, line = new_token("mail")
    file = folder / "tokens"
    file.write_text(f"{line}\n")
    file.chmod(0o600)
    return token


@pytest.fixture(scope="module")
def daemon(start_module_daemon, upstream, folder, servers, clients, token):
    certificate, key = servers.issue("server", "IP:127.0.0.1,DNS:localhost")
    return start_module_daemon(
        {
            "providers": acme(upstream),
            "tls_certificate": certificate,
            "tls_key": key,
            "tls_client_ca": clients.certificate,
            "tls_client_certificates": "optional",
            "tokens_file": str(folder / "tokens"),
            "principals": {"billing": {"certificates": ["spiffe://corp.example/billing"]}, "mail": None},
        }
    )


@pytest.fixture(scope="module")
def grpcurl(daemon, servers):
    tool = environment.require_tool("grpcurl")

    def run(*flags: str, method: str = EXTRACT, data: dict = REQUEST) -> subprocess.CompletedProcess[str]:
        command = [tool, "-max-time", "30", "-cacert", servers.certificate, *flags, "-d", json.dumps(data)]
        return subprocess.run(
            [*command, daemon.address, method], capture_output=True, text=True, timeout=60, check=False
        )

    return run


@pytest.fixture
def ctl(daemon):
    def run(*arguments: str, address: str = daemon.address, token: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(environment.EXTRACTCTL), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=environment.inherited() | {"EXTRACTD_ADDRESS": address} | ({"EXTRACTD_TOKEN": token} if token else {}),
        )

    return run


def test_grpcurl_with_a_client_certificate_is_served(grpcurl, clients, upstream):
    certificate, key = clients.issue("billing", "URI:spiffe://corp.example/billing")
    upstream.script(calls(ADA))
    done = grpcurl("-cert", certificate, "-key", key)
    assert done.returncode == 0, done.stderr
    assert json.loads(json.loads(done.stdout)["json"]) == ADA


def test_grpcurl_without_a_client_certificate_is_told_so(grpcurl):
    done = grpcurl()
    assert done.returncode != 0
    assert "Code: Unauthenticated" in done.stderr
    assert '"reason": "TOKEN_INVALID"' in done.stderr


def test_grpcurl_with_a_certificate_of_another_name_is_refused(grpcurl, clients):
    certificate, key = clients.issue("other", "URI:spiffe://corp.example/other")
    done = grpcurl("-cert", certificate, "-key", key)
    assert "Code: Unauthenticated" in done.stderr


def test_grpcurl_with_a_foreign_certificate_is_refused(grpcurl, folder):
    """It keeps the certificate to itself, since the daemon names its authorities; others break off the handshake."""
    certificate, key = Authority(folder / "foreign").issue("billing", "URI:spiffe://corp.example/billing")
    done = grpcurl("-cert", certificate, "-key", key)
    assert done.returncode != 0
    assert not done.stdout


def test_grpcurl_with_a_token_is_served(grpcurl, token, upstream):
    upstream.script(calls(ADA))
    assert grpcurl("-H", f"authorization: Bearer {token}").returncode == 0


def test_the_metrics_say_when_the_certificate_expires(daemon):
    status, page = daemon.get("/metrics")
    (expires,) = re.findall(r"^extractd_tls_certificate_not_after_seconds (\S+)$", page, re.MULTILINE)
    assert status == 200
    assert 0 < float(expires) - time.time() <= 24 * 3600


def test_health_needs_no_identity(grpcurl):
    done = grpcurl(method="grpc.health.v1.Health/Check", data={})
    assert json.loads(done.stdout) == {"status": "SERVING"}


def test_extractctl_shows_a_certificate_or_a_token(ctl, servers, clients, token):
    certificate, key = clients.issue("ctl", "URI:spiffe://corp.example/billing")
    trusted = ("--tls-ca", servers.certificate)
    assert ctl(*trusted, "--cert", certificate, "--key", key, "modes").returncode == 0
    assert ctl(*trusted, "--token", token, "modes").returncode == 0
    assert ctl(*trusted, "modes", token=token).returncode == 0
    refused = ctl(*trusted, "modes")
    assert refused.returncode == 1
    assert "TOKEN_INVALID" in refused.stderr
    unknown = ctl("--tls", "--token", token, "--timeout-ms", "5000", "modes")
    assert unknown.returncode == 1, "the system does not know the authority"


def test_extractctl_keeps_a_token_off_open_networks(ctl, token):
    done = ctl("--token", token, "modes", address="192.0.2.1:50051")
    assert done.returncode == 2
    assert "for all to read" in done.stderr
    assert token not in done.stderr


def test_the_configuration_that_the_page_shows_is_right(folder, servers, clients, token):
    page = (environment.ROOT / "docs" / "security.md").read_text()
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    certificate, key = servers.issue("shown", "DNS:localhost")
    for shown, real in {
        "/etc/extractd/tls/tls.crt": certificate,
        "/etc/extractd/tls/tls.key": key,
        "/etc/extractd/tls/clients.crt": clients.certificate,
        "/etc/extractd/tokens": str(folder / "tokens"),
    }.items():
        assert shown in block
        block = block.replace(shown, real)
    file = folder / "shown.yaml"
    file.write_text(block)
    checked = run_daemon("--config", str(file), "check-config")
    assert checked.returncode == 0, checked.stderr


def test_certificates_of_openssl_are_rotated_under_load(grpcurl, servers, daemon, upstream, token):
    upstream.script(calls(ADA))
    stop = threading.Event()
    outcomes = []

    def call() -> None:
        while not stop.is_set():
            outcomes.append(grpcurl("-H", f"authorization: Bearer {token}"))

    def expires() -> float:
        found = re.search(r"^extractd_tls_certificate_not_after_seconds (\S+)$", daemon.get("/metrics")[1], re.MULTILINE)
        return float(found[1])

    callers = [threading.Thread(target=call) for _ in range(3)]
    for caller in callers:
        caller.start()
    for days in (3, 4):
        before = expires()
        # The same files, as a mounted secret is exchanged.
        servers.issue("server", "IP:127.0.0.1,DNS:localhost", days)
        assert wait_until(lambda before=before: expires() != before)
    done = len(outcomes)
    wait_until(lambda: len(outcomes) > done + 5)
    stop.set()
    for caller in callers:
        caller.join()
    assert len(outcomes) > 5
    assert [outcome.stderr for outcome in outcomes if outcome.returncode != 0] == []
