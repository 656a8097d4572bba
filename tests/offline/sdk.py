"""What the SDK says of the inputs of a resource type."""

from collections.abc import Iterator

from pulumi._types import input_type_py_to_pulumi_names

from offline.schema import arguments_class, shape_of


def described(kind: str, path: str) -> str | None:
    """What the SDK says of an input, ``a`` or ``a.b`` of a block; ``None`` where it has none."""
    arguments, said = arguments_class(kind), ""
    for name in path.split("."):
        if arguments is None:
            return None
        wire = input_type_py_to_pulumi_names(arguments)
        python = next((key for key, value in wire.items() if value == name), None)
        if python is None:
            return None
        said = getattr(arguments, python).__doc__ or ""
        arguments = shape_of(arguments).nested.get(name)
    return said


def properties(kind: str) -> Iterator[str]:
    """Every input of a type, at any depth."""
    left, seen = [arguments_class(kind)], set()
    while left:
        # In breadth: some blocks hold themselves, and what is sought is seldom that deep.
        arguments = left.pop(0)
        if arguments is None or arguments in seen:
            continue
        seen.add(arguments)
        shape = shape_of(arguments)
        yield from shape.names
        left += shape.nested.values()
