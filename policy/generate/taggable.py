"""Writes ``policy/taggable.json``: the resource types that carry ``tags_all``, read off the SDK.

    .venv/bin/python policy/generate/taggable.py

By module of the SDK, the types' names; ``s3: ["bucket:Bucket"]`` is ``aws:s3/bucket:Bucket``.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

TARGET: Final = Path(__file__).resolve().parent.parent / "taggable.json"
TOKEN: Final = re.compile(
    r'^@pulumi\.type_token\("aws:([\w-]+)/([\w:]+)"\)\nclass \w+\(pulumi\.CustomResource\)',
    re.MULTILINE,
)
PROPERTY: Final = re.compile(r'@pulumi\.getter\(name="tagsAll"\)\n    def tags_all\(self\)')


def taggable(package: Path) -> Iterator[tuple[str, str]]:
    """The module and name of each type whose class, in a file of its own, has the property."""
    for path in package.glob("*/*.py"):
        text = path.read_text(encoding="utf-8")
        if "tags_all" not in text:
            continue
        token = TOKEN.search(text)
        if token is not None and PROPERTY.search(text, token.end()):
            yield token[1], token[2]


def table() -> str:
    """The whole table, one line a module."""
    spec = find_spec("pulumi_aws")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pulumi_aws is not installed")
    modules: dict[str, list[str]] = defaultdict(list)
    for module, name in taggable(Path(spec.origin).parent):
        modules[module].append(name)
    lines = [
        f"{json.dumps(module)}:{json.dumps(sorted(names), separators=(',', ':'))}"
        for module, names in sorted(modules.items())
    ]
    types = ",\n".join(lines)
    return f'{{"source":"pulumi-aws {version("pulumi-aws")}",\n"types":{{\n{types}\n}}}}\n'


if __name__ == "__main__":
    TARGET.write_text(table(), encoding="utf-8")
