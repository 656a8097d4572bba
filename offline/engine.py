"""Runs a program in-process against a recording monitor, and returns plain data.

The result is complete: Pulumi's own ``run_in_stack`` waits for every registration and every
``apply``, and raises what they raise. Nothing has to be asserted inside an ``apply``.
"""

import asyncio
import gc
import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pulumi.runtime import reset_options
from pulumi.runtime.config import set_all_config
from pulumi.runtime.mocks import MockEngine
from pulumi.runtime.settings import SETTINGS, Settings, configure
from pulumi.runtime.stack import run_in_stack, wait_for_rpcs

from offline.graph import Graph
from offline.monitor import Monitor, Problem
from offline.naming import Naming
from offline.positions import ROOT, only_program_frames

_LOGGER = logging.getLogger("plinth.offline")
_LOGGER.propagate = False


class PlanError(Exception):
    """The program declared something that no update could make.

    Attributes:
        problems: all that were found, each with the line that made the resource.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class _SameThread(ThreadPoolExecutor):
    """Runs what it is given at once: the monitor answers from memory, there is nothing to wait for.

    So registrations arrive in one order, and no thread is paid for.
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 it is raised where the result is asked for
            future.set_exception(error)
        return future


class _Log(logging.Handler):
    """Keeps what Pulumi would have told the user."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def synthesise(
    program: Callable[[], object],
    *,
    project: str = "plinth",
    stack: str = "test",
    config: Mapping[str, str] | None = None,
    secret_keys: tuple[str, ...] = (),
    unknown: bool = False,
    naming: Naming | None = None,
    root: Path = ROOT,
) -> Graph:
    """Run ``program`` as the named stack and return what it declared.

    Args:
        config: values by full key, as text or JSON, as the engine would hand them over.
        secret_keys: the keys of ``config`` that are secret.
        unknown: leave what AWS computes unknown, as a preview does, instead of filling it in.
        root: the folder that positions are relative to.

    Raises:
        PlanError: when the program runs, but declares what can't be made.
    """
    monitor = Monitor(
        project=project, stack=stack, unknown=unknown, naming=naming or Naming(), root=root
    )
    set_all_config(dict(config or {}), list(secret_keys))
    with _logged() as warnings:
        try:
            with only_program_frames(root):
                _run(program, project, stack, monitor, unknown=unknown)
        except Exception as error:
            # What the program made of an answer that couldn't be given says less than why.
            if monitor.unanswered:
                raise PlanError(tuple(monitor.problems)) from error
            raise
        finally:
            # Pulumi's settings are global: leave neither the monitor nor the root stack behind.
            reset_options()
            set_all_config({}, [])
    if monitor.problems:
        raise PlanError(tuple(monitor.problems))
    return Graph(
        project=project,
        stack=stack,
        resources=tuple(sorted(monitor.resources.values(), key=lambda item: item.urn)),
        outputs=monitor.outputs,
        exports=monitor.exports,
        warnings=tuple(warnings),
    )


def _run(
    program: Callable[[], object], project: str, stack: str, monitor: Monitor, *, unknown: bool
) -> None:
    async def run() -> None:
        program()
        await _outputs_settled()

    reset_options()
    with _held_collector(), _own_event_loop() as loop:
        configure(
            Settings(
                project=project,
                stack=stack,
                monitor=monitor,
                engine=MockEngine(_LOGGER),
                dry_run=unknown,
                organization="organization",
            )
        )
        loop.run_until_complete(run_in_stack(run))


async def _outputs_settled() -> None:
    """Let the outputs settle that Pulumi is about to wait for; what one raised, Pulumi raises.

    It goes through all that are left after each that settles, which is the square of their number.
    """
    await wait_for_rpcs(await_all_outstanding_tasks=False)
    while outputs := set(SETTINGS.outputs):
        settled, _ = await asyncio.wait(outputs, return_when=asyncio.FIRST_EXCEPTION)
        if any(output.cancelled() or output.exception() for output in settled):
            return


@contextmanager
def _held_collector() -> Iterator[None]:
    """Let nothing look for garbage: a plan only grows, and each look costs what has grown so far.

    A third of the time of a plan of thousands of resources, and no memory, by ``make bench``.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _logged() -> Iterator[list[str]]:
    log = _Log()
    _LOGGER.addHandler(log)
    try:
        yield log.messages
    finally:
        _LOGGER.removeHandler(log)


@contextmanager
def _own_event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Give Pulumi a loop of its own: since Python 3.14 none exists unless someone makes it."""
    loop = asyncio.new_event_loop()
    # One error leaves hundreds of futures that nobody will read. It is raised, once, by the run.
    loop.set_exception_handler(lambda _loop, _context: None)
    loop.set_default_executor(_SameThread())
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        pending = asyncio.all_tasks(loop)
        for task in pending:
            task.cancel()
        if pending:
            loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        asyncio.set_event_loop(None)
