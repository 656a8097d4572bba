"""What to look at in functions and HTTP APIs.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
"""

from components.observe.metrics import Condition, Metric, Source, Traffic, Vital
from components.observe.thresholds import Thresholds
from components.watched import WatchedApi, WatchedFunction


def function_vitals(item: WatchedFunction, limits: Thresholds) -> tuple[Vital, ...]:
    """What to look at in a function, whichever of its versions runs."""
    metric = Source("AWS/Lambda", {"FunctionName": item.function_name}).metric
    invocations = Traffic(
        name="invocations",
        metric=metric("Invocations", "Sum", "Invocations"),
        floor=limits.least_requests,
    )
    return (
        Vital(key="invocations", section="traffic", signal=invocations.metric),
        _errors(item, metric("Errors", "Sum", "Errors"), invocations, limits),
        _throttles(item, metric("Throttles", "Sum", "Throttles"), invocations, limits),
        _duration(item, metric("Duration", "p95", "Duration p95", "ms"), invocations, limits),
        _concurrency(item, metric("ConcurrentExecutions", "Maximum", "At a time"), limits),
        Vital(
            key="run-time",
            section="cost",
            signal=metric("Duration", "Sum", "Time paid for", "ms"),
        ),
    )


def _errors(
    item: WatchedFunction, errors: Metric, invocations: Traffic, limits: Thresholds
) -> Vital:
    return Vital(
        key="errors",
        section="errors",
        signal=invocations.share("errors", errors, label="Failed"),
        alarm=Condition(
            threshold=limits.function_error_percent,
            meaning=(
                f"More than {limits.function_error_percent:g} % of the invocations of"
                f" {item.name} end in an exception or a timeout."
            ),
            first_action=(
                "run the saved query 'errors' on its log, and compare with the last release: the"
                " alias live can go back to the version before."
            ),
        ),
    )


def _throttles(
    item: WatchedFunction, throttles: Metric, invocations: Traffic, limits: Thresholds
) -> Vital:
    return Vital(
        key="throttles",
        section="errors",
        signal=invocations.share("throttles", throttles, label="Turned away", beside=True),
        alarm=Condition(
            threshold=limits.function_throttle_percent,
            meaning=(
                f"Lambda turns away more than {limits.function_throttle_percent:g} % of the"
                f" invocations of {item.name}, since too many run at a time."
            ),
            first_action=(
                "look at its concurrency and duration: slow answers fill the limit as well as many"
                " callers do; then raise reserved_concurrency or the account's quota."
            ),
        ),
    )


def _duration(
    item: WatchedFunction, duration: Metric, invocations: Traffic, limits: Thresholds
) -> Vital:
    percent = limits.function_duration_percent
    return Vital(
        key="duration",
        section="latency",
        signal=invocations.enough_for("duration", duration),
        alarm=Condition(
            threshold=item.timeout_seconds * 1000 * percent / 100,
            meaning=(
                f"One invocation of {item.name} in twenty takes more than {percent:g} % of the"
                f" {item.timeout_seconds} s after which Lambda ends it."
            ),
            first_action=(
                "open the slowest traces of its X-Ray group: they show which call it waits for."
            ),
        ),
    )


def _concurrency(item: WatchedFunction, concurrency: Metric, limits: Thresholds) -> Vital:
    percent = limits.function_concurrency_percent
    allowed = item.reserved_concurrency or limits.account_concurrency
    whose = "reserved for it" if item.reserved_concurrency else "that the account allows"
    return Vital(
        key="concurrency",
        section="saturation",
        signal=concurrency,
        alarm=Condition(
            threshold=allowed * percent / 100,
            meaning=(
                f"{item.name} runs more than {percent:g} % of the {allowed} times at once"
                f" {whose}; the next callers will be turned away."
            ),
            first_action=(
                "see whether traffic or duration has grown, and raise the limit before it is met."
            ),
        ),
    )


def api_source(item: WatchedApi) -> Source:
    """Where the metrics of an HTTP API are."""
    return Source("AWS/ApiGateway", {"ApiId": item.api_id, "Stage": item.stage})


def api_vitals(item: WatchedApi, limits: Thresholds) -> tuple[Vital, ...]:
    """What to look at in an HTTP API, all its routes together."""
    metric = api_source(item).metric
    requests = Traffic(
        name="requests", metric=metric("Count", "Sum", "Requests"), floor=limits.least_requests
    )
    return (
        Vital(key="requests", section="traffic", signal=requests.metric),
        _client_errors(item, metric("4xx", "Sum", "4xx"), requests, limits),
        _server_errors(item, metric("5xx", "Sum", "5xx"), requests, limits),
        _latency(item, metric("Latency", "p95", "Latency p95", "ms"), requests, limits),
        Vital(
            key="integration",
            section="latency",
            signal=metric("IntegrationLatency", "p95", "Function's part p95", "ms"),
        ),
        Vital(
            key="data", section="cost", signal=metric("DataProcessed", "Sum", "Passed on", "bytes")
        ),
    )


def _client_errors(
    item: WatchedApi, errors: Metric, requests: Traffic, limits: Thresholds
) -> Vital:
    return Vital(
        key="client-errors",
        section="errors",
        signal=requests.share("errors", errors, label="4xx"),
        alarm=Condition(
            threshold=limits.api_client_error_percent,
            meaning=(
                f"The API {item.name} refuses more than {limits.api_client_error_percent:g} % of"
                " the requests as wrong: a client is broken, a sign-in fails, or somebody tries"
                " things out."
            ),
            first_action=(
                "run the saved query 'refused' on its access log: it shows routes, statuses and"
                " addresses."
            ),
        ),
    )


def _server_errors(
    item: WatchedApi, errors: Metric, requests: Traffic, limits: Thresholds
) -> Vital:
    return Vital(
        key="server-errors",
        section="errors",
        signal=requests.share("errors", errors, label="5xx"),
        alarm=Condition(
            threshold=limits.api_server_error_percent,
            severity="page",
            meaning=(
                f"The API {item.name} fails to answer more than"
                f" {limits.api_server_error_percent:g} % of its requests."
            ),
            first_action=(
                "run the saved query 'failed' on its access log for the routes, then look at the"
                " alarms of the function behind them; after a release, go back to the version"
                " before."
            ),
        ),
    )


def _latency(item: WatchedApi, latency: Metric, requests: Traffic, limits: Thresholds) -> Vital:
    return Vital(
        key="latency",
        section="latency",
        signal=requests.enough_for("latency", latency),
        alarm=Condition(
            threshold=limits.api_latency_ms,
            meaning=(
                f"One request to the API {item.name} in twenty takes more than"
                f" {limits.api_latency_ms} ms."
            ),
            first_action=(
                "compare with the function's part on the dashboard: if that is as slow, open its"
                " slowest traces; if not, look for cold starts and for the authoriser."
            ),
        ),
    )
