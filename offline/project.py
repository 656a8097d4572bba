"""Reads Pulumi.yaml and Pulumi.<stack>.yaml the way the CLI would, but without decrypting."""

import json
import re
import runpy
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Final

import yaml

from offline.engine import synthesise
from offline.graph import Graph
from offline.naming import Naming

# What stands for an encrypted value: the key to decrypt it is in the account.
PLACEHOLDER: Final = "a-secret-that-only-the-account-can-decrypt"

# ProjectStack in sdk/go/common/workspace/project.go of pulumi/pulumi.
_STACK_KEYS: Final = frozenset(
    {
        "config",
        "encryptedkey",
        "encryptionsalt",
        "environment",
        "mainEnvironment",
        "secretsprovider",
    }
)
_REPLACED: Final = tuple(
    f"tag:yaml.org,2002:{kind}" for kind in ("bool", "int", "timestamp", "value")
)
_MERGE: Final = "tag:yaml.org,2002:merge"
# More than a configuration needs.
_DEEPEST: Final = 40


class ProjectError(Exception):
    """The project's files can't be used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """A project and the configuration of one of its stacks.

    Attributes:
        config: values by full key (``plinth:network``), as text or JSON.
        secret_keys: the keys whose value is, or holds, an encrypted one.
        config_file: where the stack's values come from.
    """

    root: Path
    name: str
    stack: str
    config: Mapping[str, str]
    secret_keys: tuple[str, ...]
    naming: Naming
    config_file: Path

    def run(self, *, unknown: bool = False) -> Graph:
        """Run the program as this stack.

        Args:
            unknown: leave what AWS computes unknown, as a preview does.
        """
        return synthesise(
            self._program,
            project=self.name,
            stack=self.stack,
            config=self.config,
            secret_keys=self.secret_keys,
            unknown=unknown,
            naming=self.naming,
            root=self.root,
        )

    def _program(self) -> None:
        here = str(self.root)
        if here not in sys.path:
            sys.path.insert(0, here)
        runpy.run_path(str(self.root / "__main__.py"), run_name="__main__")


def load(root: Path, stack: str, config_file: Path | None = None) -> Project:
    """Read a project's files for one stack.

    Args:
        config_file: the stack's values, where they are not in ``Pulumi.<stack>.yaml``.

    Raises:
        ProjectError: when a file is missing or is not what Pulumi would accept.
    """
    root = root.resolve()
    project = read(root / "Pulumi.yaml")
    path = config_file or root / f"Pulumi.{stack}.yaml"
    if not path.is_file():
        if config_file is not None:
            raise ProjectError(f"there is no file {config_file}")
        known = sorted(item.name.split(".")[1] for item in root.glob("Pulumi.*.yaml"))
        raise ProjectError(
            f"there is no stack {stack!r} (no {path.name}); choose from {', '.join(known)}, "
            "or name a file with --config-file"
        )
    name = project.get("name")
    if not isinstance(name, str):
        raise ProjectError(f"{root / 'Pulumi.yaml'}: name is missing")
    given = {**_defaults(project), **_section(path)}
    config = {key if ":" in key else f"{name}:{key}": value for key, value in given.items()}
    autonaming = config.get("pulumi:autonaming", {})
    return Project(
        root=root,
        name=name,
        stack=stack,
        config={key: _encoded(value) for key, value in config.items()},
        secret_keys=tuple(key for key, value in config.items() if _is_secret(value)),
        naming=Naming.from_config(autonaming),
        config_file=path,
    )


def _defaults(project: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value.get("value", value.get("default")) if isinstance(value, Mapping) else value
        for key, value in (project.get("config") or {}).items()
    }


def _section(path: Path) -> Mapping[str, Any]:
    content = read(path)
    unknown = [str(key) for key in content if key not in _STACK_KEYS]
    if unknown:
        raise ProjectError(_unknown(path, unknown))
    config = content.get("config") or {}
    if not isinstance(config, Mapping):
        raise ProjectError(f"{path}: config must be a mapping of keys to values")
    return config


def _unknown(path: Path, keys: Sequence[str]) -> str:
    close = get_close_matches(keys[0], _STACK_KEYS, n=1)
    hint = f"did you mean {close[0]}?" if close else f"it takes {', '.join(sorted(_STACK_KEYS))}"
    verb = "is no key" if len(keys) == 1 else "are no keys"
    return f"{path}: {', '.join(keys)} {verb} of a stack's file; {hint}"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads YAML as Pulumi's CLI does: no flags but true and false, no dates, no key twice."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, form) for tag, form in forms if tag not in _REPLACED]
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Read a mapping; of a key that stands twice, the one that isn't meant might count."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != _MERGE:
                if key.value in seen:
                    raise yaml.MarkedYAMLError(
                        problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"(true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
# With a zero in front it is an octal number, or loses the zero. 8:32 is text.
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int",
    re.compile(r"[-+]?(0b[01_]+|0x[0-9A-Fa-f_]+|[0-9][0-9_]*)$"),
    list("-+0123456789"),
)
_Loader.add_constructor(
    "tag:yaml.org,2002:int",
    lambda loader, node: (
        int(node.value)
        if re.fullmatch("[-+]?[0-9_]*[89][0-9_]*", node.value)
        else loader.construct_yaml_int(node)
    ),
)


def read(path: Path) -> Mapping[str, Any]:
    """Read a file of the project's as the CLI would.

    Raises:
        ProjectError: when it is no mapping in YAML.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 a safe one
    except OSError as error:
        raise ProjectError(f"{path} can't be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise ProjectError(f"{path} is not YAML: {error}") from error
    except RecursionError as error:
        raise ProjectError(f"{path} goes too deep") from error
    if content is None:
        return {}
    if not isinstance(content, Mapping):
        raise ProjectError(f"{path} must be a mapping")
    return {_text(key): _plain(value, path, 1) for key, value in content.items()}


def _text(key: object) -> str:
    return key if isinstance(key, str) else json.dumps(key)


def _plain(value: Any, path: Path, depth: int) -> Any:
    """Only what JSON has, with an end to it: a mapping in YAML can hold itself."""
    if depth > _DEEPEST:
        raise ProjectError(f"{path} goes too deep")
    if isinstance(value, Mapping):
        return {_text(key): _plain(item, path, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, path, depth + 1) for item in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise ProjectError(f"{path} holds a {type(value).__name__}; write text, a list or a mapping")


def _is_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return set(value) == {"secure"} or any(_is_secret(item) for item in value.values())
    return isinstance(value, list) and any(_is_secret(item) for item in value)


def _encoded(value: Any) -> str:
    opened = _opened(value)
    if opened is None:
        return ""
    return opened if isinstance(opened, str) else json.dumps(opened)


def _opened(value: Any) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {"secure"}:
            return PLACEHOLDER
        return {key: _opened(item) for key, item in value.items()}
    return [_opened(item) for item in value] if isinstance(value, list) else value
