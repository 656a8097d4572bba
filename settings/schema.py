"""Describes the stack files to editors: ``python -m settings.schema`` writes ``schema.json``.

With ``--check`` it writes nothing, and fails if the file isn't what the models say.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from settings.core import Settings

PATH: Final = Path(__file__).with_name("schema.json")
_NAMESPACE: Final = "plinth"
# What Pulumi itself keeps in a stack file:
# https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/
_PULUMI: Final = {
    "secretsprovider": {"type": "string", "description": "What encrypts this stack's secrets."},
    "encryptedkey": {"type": "string", "description": "The key of the secrets, encrypted itself."},
    "encryptionsalt": {"type": "string", "description": "The salt of the secrets' passphrase."},
    "environment": {"description": "Pulumi environments that add to the configuration."},
}
# Keywords of OpenAPI, and names that an editor would show in place of the description.
_NOISE: Final = frozenset({"title", "discriminator", "$defs"})


def schema() -> dict[str, Any]:
    """The JSON schema of a stack file."""
    models = Settings.model_json_schema()
    sections = _plain(models, models["$defs"])
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A stack of Plinth",
        "description": "Made by `python -m settings.schema`; change the models, not this file.",
        "type": "object",
        "properties": {
            "config": {
                "description": sections["description"],
                "type": "object",
                "properties": {
                    f"{_NAMESPACE}:{name}": _section(section)
                    for name, section in sections["properties"].items()
                },
                "required": [f"{_NAMESPACE}:{name}" for name in sections["required"]],
                # Other namespaces belong to Pulumi and to providers.
                "patternProperties": {rf"^(?!{_NAMESPACE}:)[^:]+:": {}},
                "additionalProperties": False,
            },
            **_PULUMI,
        },
        "required": ["config"],
        "additionalProperties": False,
    }


def text() -> str:
    """The file's text."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _section(section: dict[str, Any]) -> dict[str, Any]:
    """Without null: a section that is there must say something."""
    *choices, last = section.get("anyOf", [{}])
    if last != {"type": "null"}:
        return section
    described = {"description": section["description"]}
    return {**choices[0], **described} if len(choices) == 1 else {"anyOf": choices, **described}


def _plain(node: Any, models: dict[str, Any]) -> Any:
    """Put each model in its place, since editors ignore what stands beside a reference."""
    if isinstance(node, list):
        return [_plain(item, models) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        model = models[node["$ref"].rpartition("/")[2]]
        return _plain({**model, **{key: node[key] for key in node if key != "$ref"}}, models)
    plain: dict[str, Any] = {}
    for key, value in node.items():
        if key == "properties":
            plain[key] = {name: _plain(item, models) for name, item in value.items()}
        elif key not in _NOISE and (key, value) != ("default", None):
            plain[key] = _plain(value, models)
    if "patternProperties" in plain:
        plain["additionalProperties"] = False
    return plain


def main(arguments: Sequence[str]) -> str | None:
    """Write the file, or say what is wrong with it."""
    if [*arguments] == ["--check"]:
        current = PATH.read_text(encoding="utf-8") if PATH.exists() else ""
        if current != text():
            return "settings/schema.json isn't current: run `python -m settings.schema`"
    elif arguments:
        return f"usage: python -m settings.schema [--check], got {' '.join(arguments)}"
    else:
        PATH.write_text(text(), encoding="utf-8")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
