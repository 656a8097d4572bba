"""What AWS bounds for all that the API uses together."""

from typing import Any

import pytest

from settings import parse
from tests.settings.examples import MINIMAL, problems


def using(kind: str, count: int, *, access: str = "read-write", keys: str = "shared") -> Any:
    """A configuration whose API uses that many tables or buckets."""
    names = [f"{kind}-number-{number:02}" for number in range(count)]
    store: dict[str, Any] = {"partition_key": "id"} if kind == "tables" else {}
    return {
        **MINIMAL,
        "encryption": {"customer_keys": keys},
        kind: dict.fromkeys(names, store),
        "api": {kind: dict.fromkeys(names, access)},
    }


@pytest.mark.parametrize(
    ("kind", "access", "keys", "most", "bound"),
    [
        ("tables", "read-write", "shared", 20, "10240 characters of permissions"),
        ("tables", "read-write", "per-store", 12, "10240 characters of permissions"),
        ("buckets", "read", "shared", 56, "4096 characters of variables"),
    ],
)
def test_an_api_uses_as_much_as_its_function_and_role_have_room_for(
    kind: str, access: str, keys: str, most: int, bound: str
) -> None:
    assert parse(using(kind, most, access=access, keys=keys))
    (problem,) = problems(using(kind, most + 1, access=access, keys=keys))
    assert problem.startswith("api.tables and api.buckets must be fewer, or have shorter names:")
    assert bound in problem
