"""Makes a cold start shorter: the handler imports this before anything else.

What it saves, ``make bench`` measures.
"""

import gc
import sys

# Almost all that an import makes, stays: looking for garbage on the way finds none.
gc.disable()

from pydantic import BaseModel  # noqa: E402 after the collector is off

# FastAPI asks of every annotation whether it is a model of this old library, and would import it
# to know. That it can't be imported is an answer, too.
sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type]  # what Python understands

# Nor need it build its forty models of OpenAPI, which nobody asks this service for. Should one be
# used, Pydantic builds it then; the service's own models are built at once.
BaseModel.model_config["defer_build"] = True
import fastapi  # noqa: E402, F401

del BaseModel.model_config["defer_build"]


def done() -> None:
    """Collect again from here on, but never look at what the start has made."""
    gc.freeze()
    gc.enable()
