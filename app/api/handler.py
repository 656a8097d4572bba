"""The API function: payload 2.0 events of an HTTP API in, the coupon service behind them."""

import quick_start

# isort: split
import asyncio
import os

from mangum import Mangum

from coupons import logs
from coupons.service import create_app
from coupons.stores import open_store

logs.configure()

# Mangum uses the loop of this thread, and Python will no longer make one when it is asked for it.
asyncio.set_event_loop(asyncio.new_event_loop())

handler = Mangum(
    # Outermost, so that the answer to an unforeseen error is logged as well.
    logs.RequestLog(create_app(open_store(os.environ))),
    lifespan="off",
    # Mangum sends every other type as base64.
    text_mime_types=["application/json", "application/problem+json"],
)

quick_start.done()
