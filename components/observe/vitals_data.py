"""What to look at in tables and queues.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from components.observe.metrics import Condition, Metric, Source, Vital, total
from components.observe.thresholds import Thresholds
from components.watched import WatchedQueue, WatchedTable

# All by which an application reads and writes; an alarm takes ten metrics.
_OPERATIONS = (
    *("BatchGetItem", "GetItem", "Query", "Scan", "TransactGetItems"),
    *("BatchWriteItem", "DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"),
)


def table_vitals(item: WatchedTable, limits: Thresholds) -> tuple[Vital, ...]:
    """What to look at in a table and its indexes.

    CloudWatch ignores missing data of DynamoDB, whatever an alarm says, so that an alarm would
    stay on after the last error. Therefore silence is counted as 0.
    """
    return (
        Vital(
            key="reads",
            section="traffic",
            signal=_of_table(item, "ConsumedReadCapacityUnits", "Read units"),
        ),
        Vital(
            key="writes",
            section="traffic",
            signal=_of_table(item, "ConsumedWriteCapacityUnits", "Write units"),
        ),
        _throttles(item, None, limits),
        *(_throttles(item, index, limits) for index in item.indexes),
        _system_errors(item, limits),
    )


def _of_table(item: WatchedTable, name: str, label: str, **further: str) -> Metric:
    source = Source("AWS/DynamoDB", {"TableName": item.table_name})
    return source.metric(name, "Sum", label, "count", **further)


def _throttles(item: WatchedTable, index: str | None, limits: Thresholds) -> Vital:
    """Of the table itself, or of one of its indexes, which has bounds of its own."""
    further = {} if index is None else {"GlobalSecondaryIndexName": index}
    what = f"table {item.name}" if index is None else f"index {index} of {item.name}"
    return Vital(
        key="throttles" if index is None else f"throttles-{index}",
        section="saturation",
        signal=total(
            {
                "reads": _of_table(item, "ReadThrottleEvents", "Reads turned away", **further),
                "writes": _of_table(item, "WriteThrottleEvents", "Writes turned away", **further),
            },
            label=f"Turned away, {what}",
        ),
        alarm=Condition(
            threshold=limits.table_throttled_requests,
            meaning=(
                f"DynamoDB turns away more than {limits.table_throttled_requests} reads and writes"
                f" of the {what} in five minutes: the bound on its cost is met, or one key is asked"
                " for too often."
            ),
            first_action=(
                "see whether the consumed units are near max_read_units or max_write_units, and"
                " raise them; if not, look for a hot key."
            ),
        ),
    )


def _system_errors(item: WatchedTable, limits: Thresholds) -> Vital:
    # An id of metric maths begins small.
    by_operation = {
        operation[0].lower() + operation[1:]: _of_table(
            item, "SystemErrors", operation, Operation=operation
        )
        for operation in _OPERATIONS
    }
    return Vital(
        key="system-errors",
        section="errors",
        signal=total(by_operation, label="DynamoDB's own errors"),
        alarm=Condition(
            threshold=limits.table_system_errors,
            meaning=(
                f"DynamoDB itself fails to answer more than {limits.table_system_errors} requests"
                f" to {item.name} in five minutes; the SDK tries again, so that callers may only"
                " notice it as delay."
            ),
            first_action=(
                "look at the AWS Health Dashboard for DynamoDB in this region; there is nothing"
                " to change here."
            ),
        ),
    )


def queue_vitals(item: WatchedQueue, limits: Thresholds) -> tuple[Vital, ...]:
    """What to look at in a queue: that messages don't wait, or that there are none."""
    metric = Source("AWS/SQS", {"QueueName": item.queue_name}).metric
    waiting = metric("ApproximateNumberOfMessagesVisible", "Maximum", "Waiting")
    if item.dead_letters:
        return (_dead_letters(item, waiting),)
    return (
        Vital(key="sent", section="traffic", signal=metric("NumberOfMessagesSent", "Sum", "Sent")),
        Vital(key="waiting", section="saturation", signal=waiting),
        _age(item, metric("ApproximateAgeOfOldestMessage", "Maximum", "Oldest", "s"), limits),
    )


def _dead_letters(item: WatchedQueue, waiting: Metric) -> Vital:
    return Vital(
        key="messages",
        section="errors",
        signal=waiting,
        alarm=Condition(
            threshold=0,
            # A queue that nobody has used for six hours says nothing.
            periods=1,
            breaches=1,
            meaning=f"Messages lie in {item.name}: they were tried several times, and given up.",
            first_action=(
                "read one without deleting it, and find the reason in the log of what should have"
                " handled it; then send them back by a redrive, or delete them."
            ),
        ),
    )


def _age(item: WatchedQueue, age: Metric, limits: Thresholds) -> Vital:
    return Vital(
        key="age",
        section="saturation",
        signal=age,
        alarm=Condition(
            threshold=limits.queue_age_seconds,
            meaning=(
                f"The oldest message of {item.name} has waited for more than"
                f" {limits.queue_age_seconds} s: its workers don't keep up, or fail."
            ),
            first_action=(
                "look at errors, throttles and concurrency of the function that handles it."
            ),
        ),
    )
