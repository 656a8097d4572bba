"""Reads Pulumi.yaml and Pulumi.<stack>.yaml the way the CLI would, but without decrypting."""

import json
import re
import runpy
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import yaml

from offline.engine import synthesise
from offline.graph import Graph
from offline.naming import Naming

# What stands for an encrypted value: the key to decrypt it is in the account.
PLACEHOLDER: Final = "a-secret-that-only-the-account-can-decrypt"


_REPLACED: Final = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")


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
    project = _read(root / "Pulumi.yaml")
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
    config = _read(path).get("config") or {}
    if not isinstance(config, Mapping):
        raise ProjectError(f"{path}: config must be a mapping of keys to values")
    return config


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads YAML as Pulumi's CLI does: no flags but true and false, and no dates."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, form) for tag, form in forms if tag not in _REPLACED]
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"true|True|TRUE|false|False|FALSE"), list("tTfF")
)
# With a zero in front it is an octal number, or loses the zero.
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"0[0-9]+"), ["0"])
_Loader.add_constructor(
    "tag:yaml.org,2002:int",
    lambda loader, node: (
        int(node.value) if set("89") & set(node.value) else loader.construct_yaml_int(node)
    ),
)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 a safe one
    except OSError as error:
        raise ProjectError(f"{path} can't be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ProjectError(f"{path} is not YAML: {error}") from error
    if content is None:
        return {}
    if not isinstance(content, Mapping):
        raise ProjectError(f"{path} must be a mapping")
    return content


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
