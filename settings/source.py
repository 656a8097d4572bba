"""Reads the project's configuration from Pulumi, as plain data.

Pulumi hands every value over as text: a mapping or a list as JSON, a number or ``true`` at the top
as it would be printed. So an account id that stands unquoted in the stack file comes as the same
text as a quoted one, unless it began with a 0, which is gone by then.

`pulumi.Config` has no way to list its keys, nor to tell which are secret; this module alone uses
the semi-internal `pulumi.runtime.config` for it.
"""

import json
from collections.abc import Iterable, Iterator

import pulumi
from pulumi.runtime import config as runtime

from settings.secrets import SECURE


def read(config: pulumi.Config, texts: Iterable[str], sections: Iterable[str]) -> dict[str, object]:
    """All values of the project's namespace; other namespaces belong to providers.

    Args:
        config: the project's namespace.
        texts: the settings that are plain text.
        sections: the settings that are mappings.
    """
    raw: dict[str, object] = {}
    for name in dict.fromkeys((*texts, *sections, *_names(config))):
        text = config.get(name)
        if text is None:
            continue
        if runtime.is_config_secret(config.full_key(name)):
            # Which part of a section is the secret one, Pulumi doesn't say.
            raw[name] = {SECURE: ""}
        else:
            raw[name] = _decoded(text) if name in sections else text
    return raw


def elsewhere(config: pulumi.Config, name: str) -> str | None:
    """The full key under which another namespace holds a setting of this name."""
    ours = config.full_key(name)
    return next((key for key in _keys() if key != ours and key.endswith(f":{name}")), None)


def _names(config: pulumi.Config) -> Iterator[str]:
    namespace = config.full_key("")
    return (key.removeprefix(namespace) for key in _keys() if key.startswith(namespace))


def _keys() -> list[str]:
    return sorted({*runtime.CONFIG.get(), *runtime.get_config_env()})


def _decoded(text: str) -> object:
    try:
        decoded: object = json.loads(text)
    except json.JSONDecodeError:
        # The message will say that a mapping was expected.
        return text
    return decoded
