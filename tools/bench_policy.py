"""Measures the policy pack on prod's plan: offline, and as the engine calls it.

All in one process, each figure the median of some runs, so that the ratios hold on any machine.
"""

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

import grpc
from pulumi.runtime.proto import analyzer_pb2_grpc
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer

from offline import imports, judge, project
from offline.graph import Resource
from offline.values import encode
from rules import PACK, RULES
from rules.core.engine import Servicer
from rules.core.policies import policy_of
from rules.core.resource import Given
from tests.policy.wire import analyze_request, stack_request
from tools.bench import ROOT

RUNS: Final = 7
STACK: Final = "prod"
SERVED: Final = (sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(PACK))
MS: Final = 1_000


def median(measured: Callable[[], object], runs: int = RUNS) -> float:
    """Processor seconds of one call."""
    found = []
    for _ in range(runs):
        start = time.process_time()
        measured()
        found.append(time.process_time() - start)
    return statistics.median(found)


def given(item: Resource) -> Given:
    """A resource of the plan as it goes over the wire."""
    return Given(
        urn=item.urn,
        type=item.type,
        name=item.name,
        parent=item.parent,
        provider=item.provider,
        protect=item.protect,
        inputs={name: encode(value) for name, value in item.inputs.items()},
        outputs={name: encode(value) for name, value in item.outputs.items()},
        property_dependencies=item.property_dependencies,
    )


def ask(service: Any, alone: Iterable[Any], together: Any, *context: None) -> None:
    """Ask a service all that the engine asks in one update."""
    for request in alone:
        service.Analyze(request, *context)
    service.AnalyzeStack(together, *context)


def served(alone: list[Any], together: Any) -> float:
    """Seconds of the clock, of the real pack in a process of its own."""
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    with subprocess.Popen(SERVED, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603
        try:
            if process.stdout is None:
                raise SystemExit("the pack could not be served")
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                service = analyzer_pb2_grpc.AnalyzerStub(channel)
                found = []
                for _ in range(RUNS):
                    start = time.perf_counter()
                    ask(service, alone, together)
                    found.append(time.perf_counter() - start)
        finally:
            process.kill()
    return statistics.median(found)


def main() -> None:
    """Measure, and print the figures and the ratios."""
    # As the command does.
    imports.load_only_what_is_named()
    gc.set_threshold(50_000, 20, 100)
    loaded = project.load(ROOT, STACK)
    today = datetime.now(UTC).date()
    start = time.process_time()
    terms = judge.terms(judge.configuration_of(ROOT, STACK))
    graph = loaded.run()
    planned = time.process_time() - start
    first = median(lambda: judge.judge(graph, terms, today), 1)
    again = median(lambda: judge.judge(graph, terms, today))
    count, rules = len(graph.resources), len(RULES)
    print(f"{count} resources of {STACK}, {rules} rules")
    print(f"offline, once            {first * MS:8.1f} ms CPU")
    print(f"of the plan's own CPU    {first / (planned + first):8.1%}")
    print(f"offline, again           {again * MS:8.1f} ms CPU")
    each = again * MS / count / (rules / 100)
    print(f"a resource, 100 rules    {each:8.4f} ms CPU")
    members = [given(item) for item in graph.resources]
    alone = [analyze_request(item, members) for item in members]
    together = stack_request(members)
    own = Servicer("plinth", RULES, (), today)
    ours = median(lambda: ask(own, alone, together, None))
    print(f"in the engine            {ours * MS:8.1f} ms CPU")
    policies = [policy_of(rule, (), today) for rule in RULES.values()]
    stock: Any = _PolicyAnalyzerServicer("plinth", "0.0.1", policies, EnforcementLevel.MANDATORY)
    theirs = median(lambda: ask(stock, alone, together, None), 1)
    print(f"by the SDK's own service {theirs * MS:8.1f} ms CPU, {theirs / ours:.1f} times as much")
    wall = served(alone, together)
    print(f"served, with the wire    {wall * MS:8.1f} ms, {wall * MS / count:.2f} ms a resource")
    proto_size = together.ByteSize() + sum(item.ByteSize() for item in alone)
    print(f"sent                     {proto_size / 1e6:8.2f} MB")


if __name__ == "__main__":
    main()
