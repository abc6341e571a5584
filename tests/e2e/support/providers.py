"""The built-in providers, and what several of them have in common."""

from support import environment
from support.upstream import Received, Reply, json_reply

NAMES = sorted(
    file.stem.replace("_", "-") for file in (environment.ROOT / "server" / "providers" / "defs").glob("*.cc")
)


def token(received: Received) -> Reply | None:
    """Google Cloud's, for credentials of a file."""
    if received.path != "/token":
        return None
    return json_reply({"access_token": "ya29.test", "expires_in": 3599, "token_type": "Bearer"})
