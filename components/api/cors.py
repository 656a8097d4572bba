"""Calls from pages of another origin: what browsers let them send and read."""

import re
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.api.routes import METHODS

# A browser's origin never ends in a slash; only a developer's own machine does without TLS.
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d+)?|http://(localhost|127\.0\.0\.1)(:\d+)?")
# What pages of another origin may send and read, beside what browsers always let them. By its
# Idempotency-Key a caller asks again without having anything done twice.
_CALLERS_SAY = ("authorization", "content-type", "idempotency-key")
_CALLERS_HEAR = ("location", "retry-after", "x-request-id")


def check_origins(origins: Sequence[pulumi.Input[str]]) -> None:
    """Refuse what no browser sends as an origin.

    Raises:
        ValueError: what origins must be, and which one is none.
    """
    for origin in origins:
        if isinstance(origin, str) and not _ORIGIN.fullmatch(origin):
            raise ValueError(
                f"cors_origins must be origins such as https://www.example.com, got {origin!r}"
            )


def cors(
    origins: Sequence[pulumi.Input[str]],
) -> aws.apigatewayv2.ApiCorsConfigurationArgs | None:
    """Admit pages of these origins, without cookies."""
    if not origins:
        return None
    return aws.apigatewayv2.ApiCorsConfigurationArgs(
        allow_origins=list(origins),
        allow_methods=list(METHODS),
        allow_headers=list(_CALLERS_SAY),
        expose_headers=list(_CALLERS_HEAR),
        max_age=600,
    )
