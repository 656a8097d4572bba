"""The coupon service as pages of another origin call it: the portals on Amplify."""

from typing import Any

import pytest

from coupons.service import create_app
from coupons.table_store import TableStore
from tests import stacks
from tests.app.asking import Call, new


@pytest.fixture(scope="module", name="allowed")
def _allowed() -> dict[str, Any]:
    """What the API of the coupon platform tells browsers."""
    (api,) = stacks.graph("coupons").of("aws:apigatewayv2/api:Api")
    found: dict[str, Any] = api.inputs["corsConfiguration"]
    return found


def test_pages_may_send_every_header_that_the_service_reads(allowed: dict[str, Any]) -> None:
    paths = create_app(TableStore("coupons")).openapi()["paths"]
    read = {
        parameter["name"]
        for path in paths.values()
        for operation in path.values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "header"
    }
    assert "idempotency-key" in read
    # And what says that the body is JSON.
    assert {*read, "content-type"} <= set(allowed["allowHeaders"])


def test_pages_may_read_what_the_service_says_in_headers(
    call: Call, allowed: dict[str, Any]
) -> None:
    answer = call("POST", "/api/coupons", json=new())
    # The others a browser shows to every page.
    said = {*answer.headers} - {"cache-control", "content-length", "content-type"}
    assert said == {"location", "x-request-id"}
    assert said <= {*allowed["exposeHeaders"]}
