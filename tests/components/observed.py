"""What the tests of alarms, topics and dashboards build on."""

import ast
import json
from collections.abc import Callable, Mapping
from typing import Any

import pulumi

from components.data.keys import Key, KeyArgs
from components.observe.metrics import Condition, Metric
from components.observe.topic import AlertTopic, AlertTopicArgs
from components.watched import WatchedApi, WatchedFunction
from offline.engine import synthesise
from offline.graph import Graph

ACCOUNT, REGION, EDGE = "111122223333", "eu-west-2", "us-east-1"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"


def key(region: str = REGION) -> Key:
    return Key(
        f"alerts-{region}",
        KeyArgs(
            description="Encrypts what alarms say",
            region=region,
            account_id=ACCOUNT,
            services=("cloudwatch", "sns"),
        ),
    )


def topic(name: str = "alerts", region: str = REGION, **changes: Any) -> AlertTopic:
    given: dict[str, Any] = {"key": key(region), "region": region, "account_id": ACCOUNT}
    return AlertTopic(name, AlertTopicArgs(**given | changes))


def built(program: Callable[[], object], *, unknown: bool = False) -> Graph:
    graph = synthesise(program, unknown=unknown)
    assert graph.warnings == ()
    return graph


def metric(name: str = "Errors", statistic: str = "Sum", label: str = "Errors") -> Metric:
    return Metric(
        namespace="AWS/Lambda",
        name=name,
        dimensions={"FunctionName": "orders"},
        statistic=statistic,
        label=label,
    )


def condition(**changes: Any) -> Condition:
    given: dict[str, Any] = {
        "threshold": 5,
        "missing": "notBreaching",
        "meaning": "It fails.",
        "first_action": "look.",
    }
    return Condition(**given | changes)


def watched_function(**changes: Any) -> WatchedFunction:
    given: dict[str, Any] = {
        "name": "orders",
        "function_name": pulumi.Output.from_input("plinth-orders"),
        "log_group_name": pulumi.Output.from_input("plinth-orders-log"),
        "timeout_seconds": 10,
        "reserved_concurrency": None,
    }
    return WatchedFunction(**given | changes)


def watched_api() -> WatchedApi:
    return WatchedApi(
        name="http",
        api_id=pulumi.Output.from_input("abcdefghij"),
        stage=pulumi.Output.from_input("$default"),
        log_group_name=pulumi.Output.from_input("plinth-http-log"),
    )


def statements(policy: str) -> dict[str, Any]:
    """The statements of a policy by their Sid."""
    document = json.loads(policy)
    assert document["Version"] == "2012-10-17"
    return {item.pop("Sid"): item for item in document["Statement"]}


class NoDataError(Exception):
    """A metric says nothing at the moment; what is calculated with it says nothing either."""


def calculated(expression: str, **values: float | None) -> float | None:
    """The value of metric maths at one moment, as CloudWatch would have it; ``None`` is no data.

    Only what the platform writes: signs, one comparison, ``IF`` and ``FILL``.
    """
    try:
        return _value(ast.parse(expression, mode="eval").body, values)
    except NoDataError:
        return None


def _value(node: ast.expr, values: Mapping[str, float | None]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name):
            found = values[name]
            if found is None:
                raise NoDataError
            return found
        case ast.BinOp(left=left, op=sign, right=right):
            return _arithmetic(sign, _value(left, values), _value(right, values))
        case ast.Compare(left=left, ops=[ast.GtE()], comparators=[right]):
            return _value(left, values) >= _value(right, values)
        case ast.Call(func=ast.Name(id="IF"), args=[test, then, otherwise]):
            return _value(then if _value(test, values) else otherwise, values)
        case ast.Call(func=ast.Name(id="FILL"), args=[series, constant]):
            try:
                return _value(series, values)
            except NoDataError:
                return _value(constant, values)
    raise ValueError(f"the tests must learn {ast.unparse(node)}")


def _arithmetic(sign: ast.operator, left: float, right: float) -> float:
    match sign:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div() if right != 0:
            return left / right
    raise NoDataError
