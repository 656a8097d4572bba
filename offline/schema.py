"""What the SDK says of a resource type: its inputs, which are required, and what they hold."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, ForwardRef, get_args

from pulumi._types import input_type_py_to_pulumi_names

from offline.values import Secret


@dataclass(frozen=True, slots=True)
class Shape:
    """The properties of a resource's or a nested block's inputs, by wire name.

    Attributes:
        required: names without which the provider refuses the resource.
        nested: by name, the input class of what stands inside; properties without one are absent.
    """

    names: frozenset[str]
    required: frozenset[str]
    nested: Mapping[str, type]


@cache
def resource_class(kind: str) -> type | None:
    """The SDK's class for a type token, or ``None`` when the SDK has no such type."""
    package, _, rest = kind.partition(":")
    module, _, name = rest.rpartition(":")
    service = module.partition("/")[0]
    path = f"pulumi_{package}" if service == "index" else f"pulumi_{package}.{service}"
    # `lambda` is a keyword: the SDK's module is `lambda_`.
    loaded = import_module(f"{path}_" if service == "lambda" else path)
    return getattr(loaded, name, None)


@cache
def arguments_class(kind: str) -> type | None:
    """The SDK's class for the inputs of a resource type, or ``None`` when it has no such type."""
    found = resource_class(kind)
    if found is None:
        return None
    module = inspect.getmodule(found)
    # Where a nested block has taken the plain name, the SDK calls the resource's own `InitArgs`.
    arguments: type = getattr(module, f"{found.__name__}InitArgs", None) or getattr(
        module, f"{found.__name__}Args"
    )
    return arguments


@cache
def is_taggable(kind: str) -> bool:
    """Whether AWS reports all tags of a resource of this type, the provider's own among them."""
    return hasattr(resource_class(kind), "tags_all")


@cache
def shape_of(arguments: type) -> Shape:
    """Read the shape off an ``…Args`` class of the SDK."""
    names = input_type_py_to_pulumi_names(arguments)
    parameters = [
        item
        for item in inspect.signature(arguments.__init__).parameters.values()  # type: ignore[misc]
        if item.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    module = inspect.getmodule(arguments)
    nested = {
        names[item.name]: found
        for item in parameters
        if (found := _nested_class(item.annotation, module)) is not None
    }
    return Shape(
        names=frozenset(names.values()),
        required=frozenset(
            names[item.name] for item in parameters if item.default is inspect.Parameter.empty
        ),
        nested=nested,
    )


def problems_of(kind: str, inputs: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with the inputs of a resource: unknown names, and missing ones."""
    arguments = arguments_class(kind)
    if arguments is None:
        yield f"the SDK has no resource type {kind}"
    else:
        yield from _problems(inputs, arguments, "")


def _problems(value: Any, arguments: type, path: str) -> Iterator[str]:
    if isinstance(value, Secret):
        yield from _problems(value.value, arguments, path)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(value):
            yield from _problems(item, arguments, f"{path.rstrip('.')}[{index}].")
    elif isinstance(value, Mapping):
        shape = shape_of(arguments)
        for name in sorted(value.keys() - shape.names):
            yield f"{path}{name} is not an input; choose from {', '.join(sorted(shape.names))}"
        for name in sorted(shape.required):
            if value.get(name) is None:
                yield f"{path}{name} is required"
        for name, inner in shape.nested.items():
            if value.get(name) is not None:
                yield from _problems(value[name], inner, f"{path}{name}.")


def _nested_class(annotation: Any, module: ModuleType | None) -> type | None:
    """The ``…Args`` class that an annotation speaks of, however deep it is wrapped."""
    if isinstance(annotation, ForwardRef | str):
        text = annotation if isinstance(annotation, str) else annotation.__forward_arg__
        if not text.endswith("Args"):
            return None
        found: Any = module
        for part in text.split("."):
            found = getattr(found, part, None)
        if isinstance(found, str):
            # Nothing has asked for this type yet: `offline.blocks` says where it will be.
            return _nested_class(found, module)
        return found if isinstance(found, type) else None
    origin = getattr(annotation, "__origin__", None)
    arguments = get_args(annotation)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        # A map of the user's own keys: tags, variables.
        return None
    return next((cls for item in arguments if (cls := _nested_class(item, module))), None)
