"""A real language model: llama.cpp's server with the small model that scripts/llama.sh keeps in the user's cache."""

import os
import pathlib
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request

from support import environment
from support.daemon import wait_until

# The name by which the daemon knows what this model needs; llama.cpp serves one model and takes any name.
MODEL_NAME = "llamacpp/gemma-3-270m"
SEED = 1


def _newest(pattern: str) -> pathlib.Path | None:
    return max(environment.CACHE.glob(pattern), key=os.path.getmtime, default=None)


class LlamaServer:
    """One slot and one thread: two would wait for each other whenever another test takes a core."""

    def __init__(self):
        server = os.environ.get("EXTRACTD_LLAMA_SERVER") or _newest("llama-server-*/llama-server")
        model = os.environ.get("EXTRACTD_MODEL") or _newest("models/*.gguf")
        server = environment.require_file(server, "llama-server; scripts/llama.sh makes it")
        model = environment.require_file(model, "a model; scripts/llama.sh fetches it")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [
                str(server),
                "--model",
                str(model),
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
                "--seed",
                str(SEED),
                "--ctx-size",
                "8192",
                "--parallel",
                "1",
                "--threads",
                "1",
                "--metrics",
                "--offline",
            ],
            stdout=self._log,
            stderr=self._log,
            stdin=subprocess.DEVNULL,
        )
        assert wait_until(self._is_ready, 120), self.log()

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, self.log()
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as reply:
                return reply.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def log(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-4000:]

    def counter(self, name: str) -> float:
        """One of its own counters."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as reply:
            lines = reply.read().decode().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"llamacpp:{name} "))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(30)
        self._log.close()
