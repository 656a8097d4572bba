"""Where alarms are set, for all kinds of resource.

AWS recommends some of these values, the others are a careful beginning:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """When something is bad.

    Attributes:
        least_requests: requests in five minutes below which no share or percentile means anything;
            where so few come, only a check from outside tells an outage from a quiet night.
        function_error_percent: invocations that fail.
        function_throttle_percent: invocations that are turned away.
        function_duration_percent: of its timeout that one invocation in twenty takes.
        function_concurrency_percent: of the invocations that may run at a time.
        account_concurrency: invocations at a time that the account allows, where a function has
            no share of its own; Lambda's quota for a region.
        api_client_error_percent: requests that the API says were wrong.
        api_server_error_percent: requests that the API failed to answer.
        api_latency_ms: what one request in twenty takes.
        table_throttled_requests: reads and writes that are turned away in five minutes.
        table_system_errors: requests that DynamoDB itself failed to answer in five minutes.
        database_cpu_percent: of the processors.
        database_connection_percent: of the connections that the engine takes.
        database_free_memory_percent: of the memory, the least that must be free.
        database_free_storage_percent: of the storage it began with, the least that must be free.
        database_capacity_percent: of the capacity that a serverless instance may grow to.
        database_lag_ms: how far readers are behind.
        distribution_error_percent: requests that the site failed to answer.
        distribution_hit_percent: requests that the edge answers by itself, at least.
        firewall_block_percent: requests that the firewall turns away.
        certificate_days: days before it expires; ACM renews it well before.
        queue_age_seconds: how long the oldest message may wait.
    """

    least_requests: int = 10
    function_error_percent: float = 2
    function_throttle_percent: float = 1
    function_duration_percent: float = 80
    function_concurrency_percent: float = 80
    account_concurrency: int = 1_000
    api_client_error_percent: float = 20
    api_server_error_percent: float = 2
    api_latency_ms: int = 2_000
    table_throttled_requests: int = 10
    table_system_errors: int = 5
    database_cpu_percent: float = 90
    database_connection_percent: float = 80
    database_free_memory_percent: float = 5
    database_free_storage_percent: float = 10
    database_capacity_percent: float = 90
    database_lag_ms: int = 2_000
    distribution_error_percent: float = 2
    distribution_hit_percent: float = 80
    firewall_block_percent: float = 20
    certificate_days: int = 30
    queue_age_seconds: int = 900

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            limit = 100 if item.name.endswith("_percent") else None
            if value <= 0 or (limit is not None and value > limit):
                allowed = "more than 0" if limit is None else f"more than 0 and at most {limit}"
                raise ValueError(f"{item.name} must be {allowed}, got {value}")
