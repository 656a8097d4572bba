"""JSON logs that carry the id of the request, and nothing about the person who made it."""

import json
import logging
import os
import sys
import time
import traceback
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")

_LOG = logging.getLogger(__name__)


class JsonFormatter(logging.Formatter):
    """One line of JSON an event, with the field names of Lambda's own log format."""

    def format(self, record: logging.LogRecord) -> str:
        """The record, with the `fields` that were given as `extra`."""
        event: dict[str, object] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname,
            "logger": record.name,
            "requestId": REQUEST_ID.get(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            event["errorType"] = type(error).__qualname__
            event["errorMessage"] = str(error)
            # Places only: a formatted trace would show lines that hold whatever was received.
            event["stackTrace"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)
            ]
        return json.dumps(event, default=str)


def configure() -> None:
    """Send every logger's lines to standard output as JSON, in place of the runtime's handler."""
    output = logging.StreamHandler(sys.stdout)
    output.setFormatter(JsonFormatter())
    # What libraries say below a warning repeats whole requests: paths, headers, signatures.
    logging.basicConfig(handlers=[output], level=logging.WARNING, force=True)
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO")
    # Lambda knows a level more than Python does.
    logging.getLogger("coupons").setLevel("DEBUG" if level == "TRACE" else level)


class RequestLog:
    """Gives each request its id, and logs one line when it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        context = scope.get("aws.context")
        request_id = str(uuid.uuid4() if context is None else context.aws_request_id)
        # Never reset: what the adapter logs after the application's last word belongs here too.
        REQUEST_ID.set(request_id)
        started = time.perf_counter()
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["cache-control"] = "no-store"
                headers["x-request-id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            # The route, not the path: a path can hold whatever the caller put there.
            fields = {
                "method": scope["method"],
                "route": getattr(scope.get("route"), "path", None),
                "status": status,
                "durationMs": round((time.perf_counter() - started) * 1000, 1),
            }
            _LOG.info("request", extra={"fields": fields})
