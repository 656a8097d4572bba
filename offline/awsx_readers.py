"""How arguments for awsx are read off the wire."""

from collections.abc import Mapping


class AwsxError(ValueError):
    """Arguments that awsx or AWS refuses, or that are not modelled here."""


def whole(value: object, what: str) -> int:
    """Read a whole number, which the wire may carry as a float."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise AwsxError(f"{what} must be a whole number known beforehand, got {value!r}")
    return value


def mapping(value: object, what: str) -> Mapping[str, object]:
    """Read a mapping; none given is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise AwsxError(f"{what} must be a mapping known beforehand, got {value!r}")
    return value


def items(value: object, what: str) -> list[object]:
    """Read a list; none given is an empty one."""
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise AwsxError(f"{what} must be a list known beforehand, got {value!r}")
    return list(value)


def one_of(value: object, what: str, allowed: tuple[str, ...]) -> str:
    """Read one of a few words."""
    if not isinstance(value, str) or value not in allowed:
        raise AwsxError(f"{what} must be one of {', '.join(allowed)}; got {value!r}")
    return value
