import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from components.frontend import edge

CODE = Path(edge.__file__).with_name("caching.js").read_text(encoding="utf-8")
RUN = """
const { code, event } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(new Function(code + '; return handler;')()(event)));
"""

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None, reason="node, which runs the function, is not installed"
)


def answer(uri: str, **headers: str) -> dict[str, Any]:
    event = {
        "request": {"uri": uri},
        "response": {
            "statusCode": 200,
            "headers": {
                name.replace("_", "-"): {"value": value} for name, value in headers.items()
            },
        },
    }
    ran = subprocess.run(
        ["node", "-e", RUN],  # noqa: S607 whichever node the machine has
        input=json.dumps({"code": CODE, "event": event}),
        capture_output=True,
        text=True,
        check=True,
    )
    answered: dict[str, Any] = json.loads(ran.stdout)
    return answered


def cache_control(uri: str, **headers: str) -> str:
    value: str = answer(uri, **headers)["headers"]["cache-control"]["value"]
    return value


def test_what_has_a_hash_in_its_name_is_kept_for_ever() -> None:
    assert cache_control("/assets/main.4f2a.js") == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("uri", ["/index.html", "/", "/favicon.ico", "/sw.js", "/old/assets/a.js"])
def test_all_else_is_asked_for_each_time(uri: str) -> None:
    assert cache_control(uri) == "no-cache"


def test_what_the_bucket_says_of_caching_does_not_count() -> None:
    assert cache_control("/index.html", cache_control="max-age=86400") == "no-cache"


def test_the_other_headers_stay() -> None:
    assert answer("/", etag="x")["headers"]["etag"] == {"value": "x"}
