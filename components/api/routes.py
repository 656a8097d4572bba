"""The routes of an HTTP API, by their keys: a method and a path."""

import re
from collections.abc import Sequence

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_ROUTE = re.compile(
    rf"(ANY|{'|'.join(METHODS)}) (/([\w.~-]+|\{{\w+\}}))*/([\w.~-]+|\{{\w+\+?\}})?", re.ASCII
)


def check_routes(routes: Sequence[str]) -> None:
    """Refuse what is no route key, and keys that would share a name.

    Raises:
        ValueError: what routes must be, and what they were.
    """
    if not routes:
        raise ValueError("routes must not be empty, got none")
    for route in routes:
        if not _ROUTE.fullmatch(route):
            raise ValueError(
                f"routes must be a method and a path, such as 'GET /api/{{id}}'; got {route!r}"
            )
    if len({slug(route) for route in routes}) < len(routes):
        raise ValueError(f"routes must differ in their words, got {', '.join(routes)}")


def keys(route: str, *, from_elsewhere: bool) -> tuple[str, ...]:
    """The keys that a route is made of: itself, or each method where pages of others call.

    A browser asks first whether a page may call from elsewhere. API Gateway answers that by
    itself, but not where a route takes the question, as ``ANY`` does: it goes to the function,
    past an authoriser that it can't satisfy.
    https://github.com/aws/serverless-application-model/issues/1603
    """
    method, _, path = route.partition(" ")
    if method != "ANY" or not from_elsewhere:
        return (route,)
    return tuple(f"{each} {path}" for each in METHODS if each != "OPTIONS")


def slug(route: str) -> str:
    """Name a route by its words: ``ANY /api/{proxy+}`` is ``any-api-proxy``."""
    return "-".join(re.findall(r"[a-z0-9_]+", route.lower()))


def source(route: str) -> str:
    """Return the end of the ARN that API Gateway calls under for one route, in any stage."""
    method, path = route.split(" ")
    return f"/*/{'*' if method == 'ANY' else method}{path}"
