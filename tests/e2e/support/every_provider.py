"""A daemon all of whose built-in providers are at one scripted server, with a key each."""

import json
from collections.abc import Iterator

import pytest
from support.providers import NAMES
from support.stubs import Client
from support.upstream import Upstream


@pytest.fixture(scope="module")
def variables(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where the machines of the providers are, and credentials of Google Cloud."""
    file = tmp_path_factory.mktemp("google") / "credentials.json"
    user = {"type": "authorized_user", "client_id": "id", "client_secret": "secret", "refresh_token": "refresh"}
    file.write_text(json.dumps(user | {"token_uri": f"{upstream.url}/token"}))
    known = {"GOOGLE_CLOUD_PROJECT": "acme", "GOOGLE_APPLICATION_CREDENTIALS": str(file), "AWS_REGION": "eu-central-1"}
    known |= {"AZURE_OPENAI_ENDPOINT": upstream.url, "DATABRICKS_HOST": upstream.url, "SNOWFLAKE_ACCOUNT": "acme"}
    return known


@pytest.fixture(scope="module")
def everyone(start_module_daemon, upstream, api, variables) -> Iterator[Client]:
    rows = {name: {"base_url": upstream.url} for name in NAMES}
    asking = start_module_daemon({"providers": rows}, environment_=variables)
    client = Client(api, asking.address)
    found = client.catalog.ListProviders(api.ListProvidersRequest()).providers
    client.close()
    keys = {row.key_variable: "a-key" for row in found if row.key_variable}
    client = Client(api, start_module_daemon({"providers": rows}, environment_=variables | keys).address)
    yield client
    client.close()
