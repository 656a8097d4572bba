"""What the pipelines check with finds what it is there to find."""

import http.server
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
MAKEFILE: Final = (ROOT / "Makefile").read_text()


class Weaknesses(http.server.BaseHTTPRequestHandler):
    """A service that knows of one weakness, in one package of the lock."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        known = {"vulns": [{"id": "PYSEC-0", "modified": "2026-01-01T00:00:00Z"}]}
        names = [query["package"]["name"] for query in asked]
        self._answer({"results": [known if name == "pyyaml" else {} for name in names]})

    def do_GET(self) -> None:
        self._answer({"id": "PYSEC-0", "modified": "2026-01-01T00:00:00Z", "affected": []})

    def _answer(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def test_the_audit_finds_a_known_weakness() -> None:
    (recipe,) = re.findall(r"^audit:.*\n\t@\$\(BIN\)/(.+)$", MAKEFILE, re.MULTILINE)
    with http.server.HTTPServer(("127.0.0.1", 0), Weaknesses) as service:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        here = f"http://127.0.0.1:{service.server_port}"
        command = [str(Path(sys.executable).parent / "uv"), *recipe.split()[1:]]
        done = subprocess.run(
            [*command, "--service-url", here],
            cwd=ROOT,
            env={**os.environ, "UV_CACHE_DIR": str(ROOT / ".cache" / "uv")},
            capture_output=True,
            text=True,
            check=False,
        )
        service.shutdown()
    assert done.returncode == 1, done.stderr
    assert re.search(r"pyyaml \S+ has 1 known vulnerability", done.stdout)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workflow that no check should let pass."""
    folder = tmp_path_factory.mktemp("broken") / ".github" / "workflows"
    folder.mkdir(parents=True)
    path = folder / "broken.yaml"
    path.write_text(
        "on: pull_request_target\n"
        "jobs:\n  a:\n    runs-on: ubuntu-24.04\n    needs: [nobody]\n"
        "    steps:\n      - run: echo ${{ github.event.pull_request.title }}\n"
    )
    return path


def test_zizmor_finds_what_is_dangerous(broken: Path) -> None:
    zizmor = Path(sys.executable).parent / "zizmor"
    done = subprocess.run(
        [zizmor, "--offline", "--quiet", str(broken)], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "dangerous-triggers" in done.stdout + done.stderr
    assert "template-injection" in done.stdout + done.stderr
