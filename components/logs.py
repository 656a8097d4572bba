"""What every log group must satisfy."""

# The values that CloudWatch Logs takes; "never expire" is left out on purpose.
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545),
    *(731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


def check_retention(field: str, days: int) -> None:
    """Refuse a retention that CloudWatch Logs does not offer.

    Raises:
        ValueError: the field, what it may be, and what it was.
    """
    if days not in RETENTION_DAYS:
        raise ValueError(
            f"{field} must be one of {', '.join(map(str, RETENTION_DAYS))}; got {days}"
        )
