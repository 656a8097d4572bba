"""Errors as problem details (RFC 9457): one shape for all of them."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from coupons.logs import REQUEST_ID


class ProblemError(Exception):
    """An answer other than the one that was asked for; subclasses name the cases."""

    status: ClassVar[HTTPStatus]
    kind: ClassVar[str]
    title: ClassVar[str]
    headers: ClassVar[Mapping[str, str]] = {}


class CouponNotFoundError(ProblemError):
    """No coupon has this id."""

    status = HTTPStatus.NOT_FOUND
    kind = "coupon-not-found"
    title = "There is no such coupon"


class CouponRedeemedError(ProblemError):
    """Somebody else has redeemed the coupon."""

    status = HTTPStatus.CONFLICT
    kind = "coupon-redeemed"
    title = "The coupon has already been redeemed"


class CouponExpiredError(ProblemError):
    """The coupon was not redeemed in time."""

    status = HTTPStatus.GONE
    kind = "coupon-expired"
    title = "The coupon has expired"


class StoreBusyError(ProblemError):
    """The store refuses for the moment; what could be tried again has been."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    kind = "store-busy"
    title = "Too many requests at the moment: try again shortly"
    headers: ClassVar[Mapping[str, str]] = {"retry-after": "1"}


class InvalidCursorError(ProblemError):
    """The cursor is not one that the service gave out."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    kind = "invalid-cursor"
    title = "The cursor is not one that this service gave out"


def install(app: FastAPI) -> None:
    """Have every error of ``app`` answered as a problem."""
    app.exception_handler(ProblemError)(_from_problem)
    app.exception_handler(RequestValidationError)(_from_validation)
    app.exception_handler(HTTPException)(_from_http)
    app.exception_handler(Exception)(_from_the_unforeseen)


def _answer(
    status: int,
    title: str,
    *,
    kind: str | None = None,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    problem: dict[str, object] = {
        "type": "about:blank" if kind is None else f"urn:plinth:problem:{kind}",
        "title": title,
        "status": status,
        # What support asks for: it finds the log lines of this one request.
        "request_id": REQUEST_ID.get(),
    }
    if errors:
        problem["errors"] = errors
    return JSONResponse(
        problem, status_code=status, headers=headers, media_type="application/problem+json"
    )


async def _from_problem(_request: Request, error: ProblemError) -> JSONResponse:
    return _answer(error.status, error.title, kind=error.kind, headers=error.headers)


async def _from_validation(_request: Request, error: RequestValidationError) -> JSONResponse:
    return _answer(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The request is not valid",
        kind="invalid-request",
        errors=[_invalid(entry["loc"], entry["msg"]) for entry in error.errors()],
    )


def _invalid(place: Sequence[int | str], message: str) -> Mapping[str, str]:
    """One mistake: where it is, and what is allowed. Never what was sent, which may be private."""
    source, *path = place
    if source != "body":
        return {"parameter": str(path[-1]), "detail": message}
    if path and message == "JSON decode error":
        path = []  # FastAPI gives the number of the character, which is no place in a document.
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return {"pointer": "".join(["#", *(f"/{step}" for step in steps)]), "detail": message}


async def _from_http(_request: Request, error: HTTPException) -> JSONResponse:
    return _answer(error.status_code, HTTPStatus(error.status_code).phrase, headers=error.headers)


async def _from_the_unforeseen(_request: Request, _error: Exception) -> JSONResponse:
    # Starlette raises the error again after this answer, and Mangum logs it with its trace.
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.INTERNAL_SERVER_ERROR.phrase)
